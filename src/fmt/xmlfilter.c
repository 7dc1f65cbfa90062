/*
 * xmlfilter.c - makes the bytes that servers send acceptable to expat:
 * characters as XML 1.0 2.2 has them, references as 4.1.
 *
 * 1. The output is UTF-8 without a BOM, whatever the document is written in
 *    (xmlcoding.h). The parser must be told so (xml.c does).
 * 2. White space and BOMs before the document are dropped.
 * 3. The output holds no byte below 0x20 but 0x9, 0xA and 0xD, no ill-formed
 *    UTF-8, no U+FFFE or U+FFFF, and no numeric reference to a character that
 *    XML 1.0 forbids: U+FFFD takes their place. Nothing else changes;
 *    comments and CDATA get no special treatment.
 * 4. A stretch that needs no change goes out without being copied.
 * 5. Between two calls at most the first 256 bytes of the document are held
 *    back, later at most one unfinished character or reference.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/enc.h"
#include "fmt/xml.h"
#include "fmt/xmlcoding.h"

#define HIGH_BITS 0x8080808080808080u
#define ONES      0x0101010101010101u

#define FFFD     "\xef\xbf\xbd"
#define FFFD_REF "&#xFFFD;"
#define BAD      0xffffffffu /* the value of a malformed reference */
#define TOO_BIG  0x110000u

enum state { START, BODY };

/* How far a reference has been read at the end of a piece. */
enum ref { NO_REF, REF_AMP, REF_HASH, REF_DEC, REF_HEX };

struct out {
	struct xml_filter *f;
	int (*emit)(void *, const char *, size_t);
	void *arg;
};

static int
put_bytes(struct out *o, const void *p, size_t n)
{
	return n == 0 ? 0 : o->emit(o->arg, p, n);
}

static bool
needs_attention(unsigned char c, unsigned char next)
{
	if (c < 0x20)
		return c != '\t' && c != '\n' && c != '\r';
	return c >= 0x80 || (c == '&' && next == '#');
}

#ifdef __SSE2__
/* A bit for each of the 16 bytes at p that needs attention; reads 17. */
static unsigned
attention_mask(const unsigned char *p)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i y = _mm_loadu_si128((const __m128i *)(const void *)(p + 1));
	/* signed: bytes from 0x80 on are below 0x20, too */
	__m128i low = _mm_cmplt_epi8(x, _mm_set1_epi8(0x20));
	__m128i white = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('\n')),
	    _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('\r')),
		_mm_cmpeq_epi8(x, _mm_set1_epi8('\t'))));
	__m128i ref = _mm_and_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('&')),
	    _mm_cmpeq_epi8(y, _mm_set1_epi8('#')));

	return (unsigned)_mm_movemask_epi8(
	    _mm_or_si128(_mm_andnot_si128(white, low), ref));
}
#endif

/* The first byte that needs attention, or end. An '&' at the end needs it. */
static const unsigned char *
skip_clean(const unsigned char *p, const unsigned char *end)
{
#ifdef __SSE2__
	unsigned m;

	for (; end - p > 16; p += 16)
		if ((m = attention_mask(p)) != 0)
			return p + __builtin_ctz(m);
#else
	uint64_t w, amp;

	for (; end - p > 8; p += 8) {
		int i;

		memcpy(&w, p, 8);
		amp = w ^ ONES * '&';
		if (((w | (w - ONES * 0x20) | (amp - ONES)) & HIGH_BITS) == 0)
			continue;
		for (i = 0; i < 8; i++)
			if (needs_attention(p[i], p[i + 1]))
				return p + i;
	}
#endif
	for (; end - p > 1; p++)
		if (needs_attention(p[0], p[1]))
			return p;
	return p < end && needs_attention(p[0], '#') ? p : end;
}

/*
 * The length of the character that begins with s[0] >= 0x80; 0: it may go on
 * after these n bytes; -k: the first k bytes are not a valid character (3 for
 * an encoded surrogate, U+FFFE and U+FFFF).
 */
static int
sequence_length(const unsigned char *s, size_t n)
{
	unsigned char lo = 0x80, hi = 0xbf;
	int i, len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	if (s[0] < 0xc2 || s[0] > 0xf4)
		return -1;
	if (s[0] == 0xe0)
		lo = 0xa0;
	else if (s[0] == 0xf0)
		lo = 0x90;
	else if (s[0] == 0xf4)
		hi = 0x8f;
	for (i = 1; i < len; i++) {
		if ((size_t)i == n)
			return 0;
		if (s[i] < lo || s[i] > hi)
			return -i;
		lo = 0x80;
		hi = 0xbf;
	}
	if (s[0] == 0xed && s[1] >= 0xa0)
		return -3;
	if (s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe)
		return -3;
	return len;
}

static bool
is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* Skips characters of two and three bytes that need no closer look. */
static const unsigned char *
skip_letters(const unsigned char *p, const unsigned char *end)
{
	while (end - p >= 3) {
		if (p[0] >= 0xc2 && p[0] < 0xe0 && is_continuation(p[1]))
			p += 2;
		else if (p[0] > 0xe0 && p[0] < 0xef && p[0] != 0xed &&
			 is_continuation(p[1]) && is_continuation(p[2]))
			p += 3;
		else
			break;
	}
	return p;
}

static bool
is_legal(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return c < 0xd800 || (c >= 0xe000 && c < 0xfffe) ||
	       (c >= 0x10000 && c < TOO_BIG);
}

/* Replaces a high surrogate, if there is one, whose partner did not come. */
static int
put_high(struct out *o)
{
	if (o->f->high == 0)
		return 0;
	o->f->high = 0;
	return put_bytes(o, FFFD_REF, strlen(FFFD_REF));
}

/* Puts out a reference that was read completely; v is its value. */
static int
put_ref(struct out *o, uint32_t v)
{
	struct xml_filter *f = o->f;
	char ref[16];
	int n;

	if (f->high != 0 && v >= 0xdc00 && v < 0xe000) {
		v = 0x10000 + ((f->high - 0xd800) << 10) + (v - 0xdc00);
		f->high = 0;
	}
	if (put_high(o) == -1)
		return -1;
	if (v >= 0xd800 && v < 0xdc00) {
		f->high = v; /* waits for what comes next */
		return 0;
	}
	if (!is_legal(v))
		return put_bytes(o, FFFD_REF, strlen(FFFD_REF));
	n = snprintf(ref, sizeof(ref), "&#x%X;", (unsigned)v);
	return put_bytes(o, ref, (size_t)n);
}

static int
digit_value(unsigned char c, bool hex)
{
	int d = enc_hex_digit((char)c);

	return hex || d < 10 ? d : -1;
}

/*
 * The usual case: returns the end of a legal reference that is complete at p,
 * else NULL.
 */
static const unsigned char *
whole_ref(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *first;
	uint32_t v = 0;
	bool hex;
	int d;

	if (end - p < 4)
		return NULL;
	p += 2; /* "&#" */
	hex = p < end && *p == 'x';
	p += hex;
	for (first = p; p < end; p++) {
		if ((d = digit_value(*p, hex)) < 0)
			break;
		if (v < TOO_BIG)
			v = v * (hex ? 16 : 10) + (uint32_t)d;
	}
	return p > first && p < end && *p == ';' && is_legal(v) ? p + 1 : NULL;
}

/*
 * The next byte of the reference being read. 0: it goes on; 1: c was its
 * last; 2: it ended before c, malformed (f->value is BAD).
 */
static int
ref_byte(struct xml_filter *f, unsigned char c)
{
	int d;

	if (f->ref == REF_AMP) {
		f->value = BAD;
		if (c != '#')
			return 2;
		f->ref = REF_HASH;
		return 0;
	}
	if (f->ref == REF_HASH) {
		f->ref = (c | 32) == 'x' ? REF_HEX : REF_DEC;
		if (f->ref == REF_HEX)
			return 0;
	}
	if ((d = digit_value(c, f->ref == REF_HEX)) >= 0) {
		if (f->value == BAD)
			f->value = 0;
		if (f->value < TOO_BIG)
			f->value = f->value * (f->ref == REF_HEX ? 16 : 10) +
				   (uint32_t)d;
		return 0;
	}
	if (c == ';')
		return 1;
	f->value = BAD;
	return 2;
}

/* Continues to read the reference that f->ref describes. Returns where the
 * rest begins; NULL: emit failed. */
static const unsigned char *
read_reference(struct out *o, const unsigned char *p, const unsigned char *end)
{
	struct xml_filter *f = o->f;
	bool amp;
	int r = 0;

	while (p < end && r == 0)
		if ((r = ref_byte(f, *p)) != 2)
			p++;
	if (r == 0)
		return p;
	amp = f->ref == REF_AMP; /* an entity: the parser decodes it */
	f->ref = NO_REF;
	if (amp)
		r = put_high(o) == -1 ? -1 : put_bytes(o, "&", 1);
	else
		r = put_ref(o, f->value);
	return r == -1 ? NULL : p;
}

/* Continues to read the character whose first bytes are in f->held. */
static const unsigned char *
read_unfinished(struct out *o, const unsigned char *p, const unsigned char *end)
{
	struct xml_filter *f = o->f;
	int n = 0;

	while (p < end && n == 0) {
		f->held[f->nheld++] = *p++;
		n = sequence_length(f->held, f->nheld);
	}
	if (n == 0)
		return p;
	if (n < 0 && (size_t)-n < f->nheld)
		p--; /* the last byte is no part of it */
	f->nheld = 0;
	if (n < 0)
		return put_bytes(o, FFFD, 3) == -1 ? NULL : p;
	return put_bytes(o, f->held, (size_t)n) == -1 ? NULL : p;
}

/*
 * Handles the byte at p, which needs attention. Returns where to go on; NULL:
 * emit failed. When p is replaced, the bytes from *run to p go out first and
 * *run is moved on.
 */
static const unsigned char *
attend_byte(struct out *o, const unsigned char **run, const unsigned char *p,
    const unsigned char *end)
{
	struct xml_filter *f = o->f;
	const unsigned char *q;
	int n = -1;

	if (*p == '&' && f->high == 0 && (q = whole_ref(p, end)) != NULL)
		return q;
	if (*p >= 0x80) {
		if ((q = skip_letters(p, end)) > p)
			return q;
		if ((n = sequence_length(p, (size_t)(end - p))) > 0)
			return p + n;
	}
	if (put_bytes(o, *run, (size_t)(p - *run)) == -1)
		return NULL;
	if (*p == '&') {
		f->ref = REF_AMP;
		q = read_reference(o, p + 1, end);
	} else if (n == 0) {
		f->nheld = (size_t)(end - p);
		memcpy(f->held, p, f->nheld);
		q = end;
	} else {
		q = put_bytes(o, FFFD, 3) == -1 ? NULL : p - n;
	}
	*run = q;
	return q;
}

/* UTF-8 in, acceptable UTF-8 out. */
static int
scan_utf8(struct out *o, const void *in, size_t n)
{
	struct xml_filter *f = o->f;
	const unsigned char *p = in, *end = p + n, *run;

	if (f->ref != NO_REF)
		p = read_reference(o, p, end);
	else if (f->nheld > 0)
		p = read_unfinished(o, p, end);
	for (run = p; p != NULL && p < end;) {
		if (f->high != 0 && *p != '&' && put_high(o) == -1)
			return -1;
		if (f->high == 0)
			p = skip_clean(p, end);
		if (p < end)
			p = attend_byte(o, &run, p, end);
	}
	return p == NULL ? -1 : put_bytes(o, run, (size_t)(end - run));
}

/* The same for a document in any encoding. */
static int
filter_body(struct out *o, const unsigned char *in, size_t n)
{
	const unsigned char *end = in + n;
	char utf8[1024];

	if (o->f->coding == XMLCODING_UTF8)
		return scan_utf8(o, in, n);
	while (in < end) {
		n = xmlcoding_utf8(o->f, &in, end, utf8, sizeof(utf8));
		if (scan_utf8(o, utf8, n) == -1)
			return -1;
	}
	return 0;
}

static int
flush_run(struct out *o)
{
	struct xml_filter *f = o->f;

	if (f->state == START && filter_body(o, f->head, f->nhead) == -1)
		return -1;
	f->state = BODY;
	if (xmlcoding_cut(f) && scan_utf8(o, FFFD, 3) == -1)
		return -1;
	if (f->ref == REF_AMP &&
	    (put_high(o) == -1 || put_bytes(o, "&", 1) == -1))
		return -1;
	if (f->ref > REF_AMP && put_ref(o, BAD) == -1)
		return -1;
	if (f->nheld > 0 && put_bytes(o, FFFD, 3) == -1)
		return -1;
	f->ref = NO_REF;
	f->nheld = 0;
	return put_high(o);
}

int
xml_filter_feed(struct xml_filter *f, const char *in, size_t n, int final,
    int (*emit)(void *, const char *, size_t), void *arg)
{
	struct out o = { f, emit, arg };

	while (f->state == START && n > 0) {
		f->head[f->nhead++] = (unsigned char)*in++;
		n--;
		if (xmlcoding_known(f)) {
			f->state = BODY;
			if (filter_body(&o, f->head, f->nhead) == -1)
				return -1;
		}
	}
	if (n > 0 && filter_body(&o, (const unsigned char *)in, n) == -1)
		return -1;
	return final ? flush_run(&o) : 0;
}
