/*
 * xmltext.c - the text between two tags, decoded without a parser.
 *
 * 1. Most of an answer is text of mail, in which a parser sees a token for
 *    each line and each "&lt;" of its HTML. Reading it here costs a tenth.
 * 2. What it decodes is what the parser would have reported. What it does not
 *    know it leaves to the parser, which also finds the mistakes.
 */
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/enc.h"
#include "base/utf8.h"
#include "fmt/xmltext.h"

/* A parser reads less than that as fast as it can be stopped and begun. */
#define WORTH 128
/* The most that one step of xmltext_decode writes. */
#define STEP 32

_Static_assert(STEP <= XMLTEXT_ROOM, "a step must fit");

/* The first '>', or ';' if that will do, in p[n]; NULL: there is none. */
static const char *
end_of_token(const char *p, size_t n, bool reference)
{
	const char *gt = memchr(p, '>', n), *semicolon;

	if (!reference)
		return gt;
	semicolon = memchr(p, ';', gt == NULL ? n : (size_t)(gt - p));
	return semicolon == NULL ? gt : semicolon;
}

size_t
xmltext_find(const char *p, size_t n, enum xmltext_before before)
{
	const char *at = p, *end = p + n, *lt, *begin;

	for (;; at = lt + 1, before = XMLTEXT_OTHER) {
		lt = memchr(at, '<', (size_t)(end - at));
		n = (size_t)((lt == NULL ? end : lt) - at);
		if (n > WORTH && before == XMLTEXT_CONTENT)
			return (size_t)(at - p);
		if (n > WORTH && before != XMLTEXT_NONE) {
			begin = end_of_token(at, n, before == XMLTEXT_OPEN);
			if (begin != NULL && at + n - begin > WORTH)
				return (size_t)(begin + 1 - p);
		}
		if (lt == NULL)
			return (size_t)(end - p);
	}
}

static bool
is_plain(char c)
{
	return c != '<' && c != '&' && c != '\r' && c != ']';
}

/*
 * Copies plain text to *out, as much as there is and up to full, and at most
 * 15 bytes of no meaning behind it. Returns where it ends.
 */
static const char *
copy_plain(const char *p, const char *end, char **out, const char *full)
{
	char *o = *out;

#ifdef __SSE2__
	const __m128i lt = _mm_set1_epi8('<'), amp = _mm_set1_epi8('&'),
		      cr = _mm_set1_epi8('\r'), rsqb = _mm_set1_epi8(']');

	while (end - p >= 16 && o <= full) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		int m = _mm_movemask_epi8(_mm_or_si128(
		    _mm_or_si128(_mm_cmpeq_epi8(x, lt), _mm_cmpeq_epi8(x, amp)),
		    _mm_or_si128(
			_mm_cmpeq_epi8(x, cr), _mm_cmpeq_epi8(x, rsqb))));
		int k = m == 0 ? 16 : __builtin_ctz((unsigned)m);

		_mm_storeu_si128((__m128i *)(void *)o, x);
		p += k;
		o += k;
		if (m != 0)
			break;
	}
#endif
	while (p < end && o <= full && is_plain(*p))
		*o++ = *p++;
	*out = o;
	return p;
}

/*
 * A reference to a character, p behind its "&#". Returns where it ends; NULL:
 * it is not complete, or of no character that XML knows.
 */
static const char *
decode_number(const char *p, const char *end, char **out)
{
	bool hex = *p == 'x';
	uint32_t v = 0;
	int d;

	for (p += hex; p < end && v < 0x110000; p++) {
		if ((d = enc_hex_digit(*p)) < 0 || (d > 9 && !hex))
			break;
		v = v * (hex ? 16 : 10) + (uint32_t)d;
	}
	if (p == end || *p != ';' || v >= 0x110000 ||
	    (v >= 0xd800 && v < 0xe000) || v == 0xfffe || v == 0xffff ||
	    (v < 0x20 && v != '\t' && v != '\n' && v != '\r'))
		return NULL;
	*out += utf8_put(*out, v);
	return p + 1;
}

/* Which entity is at p; *len: of its name with '&' and ';'. NUL: none. */
static char
known_entity(const char *p, size_t n, size_t *len)
{
	*len = 4;
	if (n >= 4 && memcmp(p, "&lt;", 4) == 0)
		return '<';
	if (n >= 4 && memcmp(p, "&gt;", 4) == 0)
		return '>';
	*len = 5;
	if (n >= 5 && memcmp(p, "&amp;", 5) == 0)
		return '&';
	*len = 6;
	if (n >= 6 && memcmp(p, "&quot;", 6) == 0)
		return '"';
	return n >= 6 && memcmp(p, "&apos;", 6) == 0 ? '\'' : '\0';
}

/* A reference of either kind, at p. */
static const char *
decode_reference(const char *p, const char *end, char **out)
{
	size_t n = (size_t)(end - p), len;
	char c;

	if (n > 3 && p[1] == '#')
		return decode_number(p + 2, end, out);
	if ((c = known_entity(p, n, &len)) == '\0')
		return NULL;
	*(*out)++ = c;
	return p + len;
}

/* What is not plain, at p. NULL: the parser is to look at it. */
static const char *
decode_special(const char *p, const char *end, char **out)
{
	switch (*p) {
	case '&':
		return decode_reference(p, end, out);
	case '\r': /* alone or before a newline: a newline */
		if (p + 1 == end)
			return NULL;
		*(*out)++ = '\n';
		return p + 1 + (p[1] == '\n');
	case ']':
		if (p + 1 == end || p[1] == ']')
			return NULL;
		*(*out)++ = ']';
		return p + 1;
	default:
		return NULL;
	}
}

size_t
xmltext_decode(const char *p, size_t n, char *out, size_t room, size_t *len)
{
	const char *from = p, *end = p + n, *next, *full = out + room - STEP;
	char *o = out;

	while (p < end && o <= full) {
		p = copy_plain(p, end, &o, full);
		if (p == end || o > full)
			break;
		if ((next = decode_special(p, end, &o)) == NULL)
			break;
		p = next;
	}
	*len = (size_t)(o - out);
	return (size_t)(p - from);
}

/* The rest of a text from p on, in which each kind of line end may be. */
static void
move_bytes(
    const char *p, const char *end, unsigned long *line, unsigned long *column)
{
	for (; p < end; p++) {
		/* a CR before a newline is no line end of its own */
		if (*p == '\n' ||
		    (*p == '\r' && (p + 1 == end || p[1] != '\n'))) {
			++*line;
			*column = 0;
		} else
			*column += (*p & 0xc0) != 0x80;
	}
}

void
xmltext_move(
    const char *p, size_t n, unsigned long *line, unsigned long *column)
{
	const char *end = p + n, *newline;
	bool plain = memchr(p, '\r', n) == NULL;

	/* the usual case, faster: servers write a CR as a reference */
	while (
	    plain && (newline = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		++*line;
		*column = 0;
		p = newline + 1;
	}
	move_bytes(p, end, line, column);
}
