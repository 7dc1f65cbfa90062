/*
 * enc.c - UTF-8, UTF-16, hex, percent. base64 is in enc_base64.c, domains
 * and letter case in enc_domain.c.
 */
#include <string.h>

#include "base/enc.h"

#define HIGH_BITS 0x8080808080808080u

static bool
tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t
enc_utf8_next(const char *s, size_t len, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] < 0x80) {
		*c = p[0];
		return 1;
	}
	if (p[0] < 0xc2 || len < 2 || !tail(p[1]))
		return 0;
	if (p[0] < 0xe0) {
		*c = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
		return 2;
	}
	if (len < 3 || !tail(p[2]))
		return 0;
	if (p[0] < 0xf0) {
		*c = (uint32_t)(p[0] & 0x0f) << 12 |
		     (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
		return *c < 0x800 || (*c >= 0xd800 && *c < 0xe000) ? 0 : 3;
	}
	if (p[0] > 0xf4 || len < 4 || !tail(p[3]))
		return 0;
	*c = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
	     (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
	return *c < 0x10000 || *c > 0x10ffff ? 0 : 4;
}

size_t
enc_utf8_put(char *out, uint32_t c)
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
enc_utf8_valid(const char *s, size_t len)
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
		if ((n = enc_utf8_next(s, len, &c)) == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

static void
put16(char *to, uint32_t u)
{
	to[0] = (char)(u & 0xff);
	to[1] = (char)(u >> 8);
}

int
enc_utf16le(struct buf *out, const char *s, size_t len)
{
	char u[4];
	uint32_t c;
	size_t n;

	for (; len > 0; s += n, len -= n) {
		if ((n = enc_utf8_next(s, len, &c)) == 0)
			return -1;
		if (c < 0x10000) {
			put16(u, c);
		} else {
			put16(u, 0xd7c0 + (c >> 10));
			put16(u + 2, 0xdc00 | (c & 0x3ff));
		}
		if (buf_add(out, u, c < 0x10000 ? 2 : 4) == -1)
			return -1;
	}
	return 0;
}

void
enc_hex(const void *in, size_t n, char *out)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *p = in;

	for (; n > 0; n--, p++) {
		*out++ = digit[*p >> 4];
		*out++ = digit[*p & 15];
	}
	*out = '\0';
}

int
enc_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
enc_unhex(const char *s, void *out, size_t n)
{
	unsigned char *p = out;
	int hi, lo;

	for (; n > 0; n--, s += 2) {
		if ((hi = enc_hex_digit(s[0])) < 0 ||
		    (lo = enc_hex_digit(s[1])) < 0)
			return false;
		*p++ = (unsigned char)(hi << 4 | lo);
	}
	return *s == '\0';
}

static bool
unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

int
enc_percent(struct buf *out, const char *s)
{
	static const char digit[] = "0123456789ABCDEF";
	char esc[3];

	for (; *s != '\0'; s++) {
		if (unreserved(*s)) {
			buf_addc(out, *s);
			continue;
		}
		esc[0] = '%';
		esc[1] = digit[(unsigned char)*s >> 4];
		esc[2] = digit[(unsigned char)*s & 15];
		buf_add(out, esc, 3);
	}
	return out->over ? -1 : 0;
}
