/*
 * utf8.c - UTF-8, one character at a time.
 */
#include <string.h>

#include "base/utf8.h"

#define HIGH_BITS 0x8080808080808080u

static bool
is_trail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t
utf8_next(const char *s, size_t len, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] < 0x80) {
		*c = p[0];
		return 1;
	}
	if (p[0] < 0xc2 || len < 2 || !is_trail(p[1]))
		return 0;
	if (p[0] < 0xe0) {
		*c = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
		return 2;
	}
	if (len < 3 || !is_trail(p[2]))
		return 0;
	if (p[0] < 0xf0) {
		*c = (uint32_t)(p[0] & 0x0f) << 12 |
		     (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
		return *c < 0x800 || (*c >= 0xd800 && *c < 0xe000) ? 0 : 3;
	}
	if (p[0] > 0xf4 || len < 4 || !is_trail(p[3]))
		return 0;
	*c = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
	     (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
	return *c < 0x10000 || *c > 0x10ffff ? 0 : 4;
}

size_t
utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool
utf8_valid(const char *s, size_t len)
{
	uint64_t w;
	uint32_t c;
	size_t n;

	while (len > 0) {
		if (len >= 8) {
			memcpy(&w, s, 8);
			if ((w & HIGH_BITS) == 0) {
				s += 8;
				len -= 8;
				continue;
			}
		}
		if ((n = utf8_next(s, len, &c)) == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}
