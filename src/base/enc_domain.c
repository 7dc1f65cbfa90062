/*
 * enc_domain.c - domains as they are compared, and simple letter case.
 * 1. A label of ASCII is only lower-cased; any other is lower-cased and
 *    encoded as RFC 3492 says, with the prefix of RFC 5890.
 * 2. Nothing is added to out unless the whole is a domain.
 */
#include <string.h>

#include "base/enc.h"
#include "base/utf8.h"

#define LABEL  63
#define DOMAIN 253

/*
 * The upper-case letters first, first + step, ... last; each of them plus
 * delta is its lower case (UnicodeData.txt, simple mappings). Sorted.
 */
struct range {
	uint16_t first, last;
	int16_t step, delta;
};

/* clang-format off */
static const struct range cases[] = {
	{ 0x00c0, 0x00d6, 1, 32 }, { 0x00d8, 0x00de, 1, 32 },
	{ 0x0100, 0x012e, 2, 1 }, { 0x0130, 0x0130, 1, -199 },
	{ 0x0132, 0x0136, 2, 1 }, { 0x0139, 0x0147, 2, 1 },
	{ 0x014a, 0x0176, 2, 1 }, { 0x0178, 0x0178, 1, -121 },
	{ 0x0179, 0x017d, 2, 1 }, { 0x0181, 0x0181, 1, 210 },
	{ 0x0182, 0x0184, 2, 1 }, { 0x0186, 0x0186, 1, 206 },
	{ 0x0187, 0x0187, 1, 1 }, { 0x0189, 0x018a, 1, 205 },
	{ 0x018b, 0x018b, 1, 1 }, { 0x018e, 0x018e, 1, 79 },
	{ 0x018f, 0x018f, 1, 202 }, { 0x0190, 0x0190, 1, 203 },
	{ 0x0191, 0x0191, 1, 1 }, { 0x0193, 0x0193, 1, 205 },
	{ 0x0194, 0x0194, 1, 207 }, { 0x0196, 0x0196, 1, 211 },
	{ 0x0197, 0x0197, 1, 209 }, { 0x0198, 0x0198, 1, 1 },
	{ 0x019c, 0x019c, 1, 211 }, { 0x019d, 0x019d, 1, 213 },
	{ 0x019f, 0x019f, 1, 214 }, { 0x01a0, 0x01a4, 2, 1 },
	{ 0x01a6, 0x01a6, 1, 218 }, { 0x01a7, 0x01a7, 1, 1 },
	{ 0x01a9, 0x01a9, 1, 218 }, { 0x01ac, 0x01ac, 1, 1 },
	{ 0x01ae, 0x01ae, 1, 218 }, { 0x01af, 0x01af, 1, 1 },
	{ 0x01b1, 0x01b2, 1, 217 }, { 0x01b3, 0x01b5, 2, 1 },
	{ 0x01b7, 0x01b7, 1, 219 }, { 0x01b8, 0x01b8, 1, 1 },
	{ 0x01bc, 0x01bc, 1, 1 }, { 0x01c4, 0x01c4, 1, 2 },
	{ 0x01c5, 0x01c5, 1, 1 }, { 0x01c7, 0x01c7, 1, 2 },
	{ 0x01c8, 0x01c8, 1, 1 }, { 0x01ca, 0x01ca, 1, 2 },
	{ 0x01cb, 0x01db, 2, 1 }, { 0x01de, 0x01ee, 2, 1 },
	{ 0x01f1, 0x01f1, 1, 2 }, { 0x01f2, 0x01f4, 2, 1 },
	{ 0x01f6, 0x01f6, 1, -97 }, { 0x01f7, 0x01f7, 1, -56 },
	{ 0x01f8, 0x021e, 2, 1 }, { 0x0220, 0x0220, 1, -130 },
	{ 0x0222, 0x0232, 2, 1 }, { 0x023a, 0x023a, 1, 10795 },
	{ 0x023b, 0x023b, 1, 1 }, { 0x023d, 0x023d, 1, -163 },
	{ 0x023e, 0x023e, 1, 10792 }, { 0x0241, 0x0241, 1, 1 },
	{ 0x0243, 0x0243, 1, -195 }, { 0x0244, 0x0244, 1, 69 },
	{ 0x0245, 0x0245, 1, 71 }, { 0x0246, 0x024e, 2, 1 },
	{ 0x0370, 0x0372, 2, 1 }, { 0x0376, 0x0376, 1, 1 },
	{ 0x037f, 0x037f, 1, 116 }, { 0x0386, 0x0386, 1, 38 },
	{ 0x0388, 0x038a, 1, 37 }, { 0x038c, 0x038c, 1, 64 },
	{ 0x038e, 0x038f, 1, 63 }, { 0x0391, 0x03a1, 1, 32 },
	{ 0x03a3, 0x03ab, 1, 32 }, { 0x03cf, 0x03cf, 1, 8 },
	{ 0x03d8, 0x03ee, 2, 1 }, { 0x03f4, 0x03f4, 1, -60 },
	{ 0x03f7, 0x03f7, 1, 1 }, { 0x03f9, 0x03f9, 1, -7 },
	{ 0x03fa, 0x03fa, 1, 1 }, { 0x03fd, 0x03ff, 1, -130 },
	{ 0x0400, 0x040f, 1, 80 }, { 0x0410, 0x042f, 1, 32 },
	{ 0x0460, 0x0480, 2, 1 }, { 0x048a, 0x04be, 2, 1 },
	{ 0x04c0, 0x04c0, 1, 15 }, { 0x04c1, 0x04cd, 2, 1 },
	{ 0x04d0, 0x052e, 2, 1 }, { 0x0531, 0x0556, 1, 48 },
	{ 0x1e00, 0x1e94, 2, 1 }, { 0x1e9e, 0x1e9e, 1, -7615 },
	{ 0x1ea0, 0x1efe, 2, 1 },
};
/* clang-format on */

#define CASES (sizeof(cases) / sizeof(cases[0]))

uint32_t
enc_lower(uint32_t c)
{
	size_t lo = 0, hi = CASES, mid;
	const struct range *r;

	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	if (c < cases[0].first || c > cases[CASES - 1].last)
		return c;
	/* finds the last range that begins at c or before it */
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (cases[mid].first <= c)
			lo = mid;
		else
			hi = mid;
	}
	r = &cases[lo];
	if (c <= r->last && (c - r->first) % (uint32_t)r->step == 0)
		return (uint32_t)((int32_t)c + r->delta);
	return c;
}

/* RFC 3492 6.1, with the constants of section 5 */
static uint32_t
adapt_bias(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / 700 : delta / 2;
	delta += delta / points;
	for (; delta > 455; k += 36)
		delta /= 35;
	return k + 36 * delta / (delta + 38);
}

static void
put_digit(struct buf *b, uint32_t d)
{
	buf_addc(b, (char)(d < 26 ? 'a' + d : '0' + d - 26));
}

/* RFC 3492 6.3: one delta as a variable-length integer. */
static void
put_delta(struct buf *b, uint32_t q, uint32_t bias)
{
	uint32_t k, t;

	for (k = 36;; k += 36) {
		t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
		if (q < t)
			break;
		put_digit(b, t + (q - t) % (36 - t));
		q = (q - t) / (36 - t);
	}
	put_digit(b, q);
}

/* A label holds at most 63 characters, so no delta can overflow: 64 times
 * U+10FFFF fits 32 bits. */
static void
add_punycode(struct buf *b, const uint32_t *c, size_t n)
{
	uint32_t at = 0x80, delta = 0, bias = 72, next;
	size_t done = 0, basic, i;

	for (i = 0; i < n; i++) {
		if (c[i] < 0x80) {
			buf_addc(b, (char)c[i]);
			done++;
		}
	}
	basic = done;
	if (basic > 0)
		buf_addc(b, '-');
	while (done < n) {
		for (next = UINT32_MAX, i = 0; i < n; i++)
			if (c[i] >= at && c[i] < next)
				next = c[i];
		delta += (next - at) * (uint32_t)(done + 1);
		at = next;
		for (i = 0; i < n; i++) {
			if (c[i] < at)
				delta++;
			if (c[i] != at)
				continue;
			put_delta(b, delta, bias);
			bias = adapt_bias(
			    delta, (uint32_t)done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		at++;
	}
}

/*
 * Letters, digits, hyphen, underscore (real hosts have it), and everything
 * outside ASCII but spaces and invisible characters.
 */
static bool
is_allowed(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		       c == '-' || c == '_';
	return c > 0xa0 && c != 0xad && !(c >= 0x2000 && c <= 0x206f) &&
	       c != 0x3000 && c != 0xfeff && !(c >= 0xfff0 && c <= 0xffff);
}

static bool
is_dot(uint32_t c)
{
	/* the full stops that RFC 3490 3.1 lets people type */
	return c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61;
}

static int
put_label(struct buf *b, const uint32_t *c, size_t n)
{
	size_t start = b->len, i;
	bool ascii = true;

	for (i = 0; i < n; i++)
		ascii = ascii && c[i] < 0x80;
	if (ascii) {
		for (i = 0; i < n; i++)
			buf_addc(b, (char)c[i]);
	} else {
		buf_adds(b, "xn--");
		add_punycode(b, c, n);
	}
	return n == 0 || b->len - start > LABEL ? -1 : 0;
}

/* Adds [192.0.2.1] or [IPv6:...] (RFC 5321 4.1.3), only lower-cased. */
static int
add_literal(struct buf *b, const char *s, size_t len)
{
	size_t i;

	if (len < 3 || len > DOMAIN || s[len - 1] != ']')
		return -1;
	for (i = 1; i + 1 < len; i++)
		if (s[i] <= ' ' || s[i] > '~' || strchr("[\\]", s[i]) != NULL)
			return -1;
	for (i = 0; i < len; i++)
		buf_addc(b, (char)enc_lower((unsigned char)s[i]));
	return 0;
}

static int
add_labels(struct buf *b, const char *s, size_t len)
{
	uint32_t label[LABEL], c;
	size_t n = 0, w;

	for (; len > 0; s += w, len -= w) {
		if ((w = utf8_next(s, len, &c)) == 0)
			return -1;
		c = enc_lower(c);
		if (is_dot(c)) {
			if (put_label(b, label, n) == -1)
				return -1;
			if (len > w)
				buf_addc(b, '.');
			n = 0;
			/* a final dot is left out; after any other dot
			 * another label must follow */
			if (len == w)
				return 0;
			continue;
		}
		if (!is_allowed(c) || n == LABEL)
			return -1;
		label[n++] = c;
	}
	return put_label(b, label, n);
}

int
enc_domain(struct buf *out, const char *s, size_t len)
{
	struct buf b;
	int r;

	buf_init(&b, 2 * DOMAIN);
	if (len > 0 && s[0] == '[')
		r = add_literal(&b, s, len);
	else
		r = add_labels(&b, s, len);
	if (r == 0 && (b.over || b.len > DOMAIN))
		r = -1;
	if (r == 0)
		r = buf_add(out, b.data, b.len);
	buf_free(&b);
	return r;
}
