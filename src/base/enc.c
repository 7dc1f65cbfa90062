/*
 * enc.c - UTF-8, UTF-16, hex, percent. base64 is in enc_base64.c, domains
 * and letter case in enc_domain.c.
 */
#include <string.h>

#include "base/enc.h"
#include "base/utf8.h"

static void
put_unit16(char *to, uint32_t u)
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
		if ((n = utf8_next(s, len, &c)) == 0)
			return -1;
		if (c < 0x10000) {
			put_unit16(u, c);
		} else {
			put_unit16(u, 0xd7c0 + (c >> 10));
			put_unit16(u + 2, 0xdc00 | (c & 0x3ff));
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
is_unreserved(char c)
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
		if (is_unreserved(*s)) {
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
