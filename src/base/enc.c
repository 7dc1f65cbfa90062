/*
 * enc.c - hex and percent. base64 is in enc_base64.c, domains
 * and letter case in enc_domain.c.
 */
#include <string.h>

#include "base/enc.h"

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
