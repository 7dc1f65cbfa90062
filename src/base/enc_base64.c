/*
 * enc_base64.c - base64, both alphabets, both directions.
 * 1. The decoder's state is the bits not yet written: 0, 6, 4 or 2 of them
 *    after 0, 1, 2 or 3 characters of a group of four.
 * 2. The decoder never writes further than it has read, so in and out may be
 *    the same.
 */
#include "base/enc.h"

#define OK    0x40 /* a digit: its value is in the lower six bits */
#define BLANK 1
#define PAD   2

/* the OK bits of four digits at their places in a group */
#define OK4 ((OK << 18) + (OK << 12) + (OK << 6) + OK)

static const unsigned char value[256] = {
	['\t'] = BLANK,
	['\n'] = BLANK,
	['\r'] = BLANK,
	[' '] = BLANK,
	['='] = PAD,
	['+'] = OK | 62,
	['-'] = OK | 62,
	['/'] = OK | 63,
	['_'] = OK | 63,
	/* clang-format off */
	['A'] = 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76,
	        77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89,
	['a'] = 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102,
	        103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115,
	['0'] = 116, 117, 118, 119, 120, 121, 122, 123, 124, 125,
	/* clang-format on */
};

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char urlsafe[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int
encode_with(struct buf *b, const void *in, size_t n, const char *abc, int pad)
{
	const unsigned char *p = in;
	size_t rest = n % 3;
	size_t len = n / 3 * 4 + (rest == 0 ? 0 : pad ? 4 : rest + 1);
	char *to = buf_room(b, len), *o = to;
	uint32_t v;

	if (to == NULL)
		return -1;
	for (; n >= 3; n -= 3, p += 3, o += 4) {
		v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		o[0] = abc[v >> 18];
		o[1] = abc[v >> 12 & 63];
		o[2] = abc[v >> 6 & 63];
		o[3] = abc[v & 63];
	}
	if (rest > 0) {
		v = (uint32_t)p[0] << 16;
		if (rest == 2)
			v |= (uint32_t)p[1] << 8;
		*o++ = abc[v >> 18];
		*o++ = abc[v >> 12 & 63];
		if (rest == 2)
			*o++ = abc[v >> 6 & 63];
		while (o < to + len)
			*o++ = '=';
	}
	*o = '\0';
	b->len += len;
	return 0;
}

int
enc_base64(struct buf *b, const void *in, size_t n)
{
	return encode_with(b, in, n, standard, 1);
}

int
enc_base64url(struct buf *b, const void *in, size_t n)
{
	return encode_with(b, in, n, urlsafe, 0);
}

/* Decodes whole groups of digits from p on; returns where they end. */
static const unsigned char *
decode_groups(const unsigned char *p, const unsigned char *end, char **out)
{
	unsigned char a, b, c, d;
	char *o = *out;
	uint32_t v;

	for (; end - p >= 4; p += 4, o += 3) {
		a = value[p[0]];
		b = value[p[1]];
		c = value[p[2]];
		d = value[p[3]];
		if ((a & b & c & d & OK) == 0)
			break;
		v = ((uint32_t)a << 18) + ((uint32_t)b << 12) +
		    ((uint32_t)c << 6) + d - OK4;
		o[0] = (char)(v >> 16);
		o[1] = (char)(v >> 8);
		o[2] = (char)v;
	}
	*out = o;
	return p;
}

long
enc_b64_feed(struct enc_b64 *d, const char *in, size_t n, char *out)
{
	const unsigned char *p = (const unsigned char *)in, *end = p + n;
	unsigned char v;
	char *o = out;

	while (p < end) {
		if (d->nbits == 0 && !d->end) {
			p = decode_groups(p, end, &o);
			if (p == end)
				break;
		}
		v = value[*p++];
		if (v == BLANK)
			continue;
		if (v == PAD) {
			if (d->nbits == 6)
				return -1; /* one character is no byte */
			d->end = true;
			continue;
		}
		if (v == 0 || d->end)
			return -1;
		d->bits = d->bits << 6 | (v & 63u);
		d->nbits += 6;
		if (d->nbits >= 8) {
			d->nbits -= 8;
			*o++ = (char)(d->bits >> d->nbits);
		}
	}
	return (long)(o - out);
}
