/*
 * htmlchar.c - the characters of HTML.
 * 1. html_run gives the same whether it looks at one byte or at eight at once.
 */
#include <string.h>

#include "base/utf8.h"
#include "fmt/htmlchar.h"

#define L (HTML_LETTER | HTML_IN_URL)
#define W (HTML_WHITE | HTML_NAME_END)
#define F HTML_NAME_END
#define S (L | HTML_NAME_END)                           /* the slash */
#define E (L | HTML_TAG_STOP)                           /* = */
#define G (HTML_LETTER | HTML_NAME_END | HTML_TAG_STOP) /* > */
#define P HTML_PAIR
#define T HTML_TRIPLE
/* clang-format off */
const unsigned char html_class[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, W, W, 0, F, W, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	W, L, L, L, L, L, 0, L, L, L, L, L, L, L, L, S, /* & */
	L, L, L, L, L, L, L, L, L, L, L, L, 0, E, G, L, /* < */
	L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	/* c2: U+A0, U+AD; cd: U+34F */
	0, 0, 0, P, P, P, P, P, P, P, P, P, P, 0, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	/* e0: may be too long; e2: U+2000; ed: surrogates; ef: U+FEFF */
	0, T, 0, T, T, T, T, T, T, T, T, T, T, 0, T, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
/* clang-format on */

bool
html_special(uint32_t c)
{
	return c <= ' ' || (c >= 0x7f && c <= 0xa0) || c == 0xad ||
	       c == 0x34f || (c >= 0x2000 && c <= 0x200f) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x2060 ||
	       c == 0xfeff;
}

static bool
is_utf8_trail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* As text_char, of one beyond ASCII that must be looked at closely. */
static __attribute__((noinline)) size_t
odd_char(const char *s, size_t len)
{
	uint32_t c;
	size_t n = utf8_next(s, len, &c);

	return n == 0 || html_special(c) ? 0 : n;
}

/* The length of the character at s, 0 when it is no text. */
static inline size_t
text_char(const char *s, size_t len)
{
	unsigned char class = html_class[(unsigned char)*s];

	if (class & HTML_LETTER)
		return 1;
	if ((class & HTML_PAIR) && len > 1 && is_utf8_trail(s[1]))
		return 2;
	if ((class & HTML_TRIPLE) && len > 2 && is_utf8_trail(s[1]) &&
	    is_utf8_trail(s[2]))
		return 3;
	return (unsigned char)*s < 0x80 ? 0 : odd_char(s, len);
}

/* --- runs --------------------------------------------------------------- */

/* Eight times the same byte. */
#define EACH(c) ((uint64_t)(c)*0x0101010101010101u)
#define HIGH    EACH(0x80)

/* The first of the eight bytes at s is the lowest of the number. */
static inline uint64_t
load_eight(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	       (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

/*
 * The high bit of each byte that is no letter of ASCII, nor a space after one
 * that is none. A sum of two bytes below 80 leaves the next byte alone.
 */
static inline uint64_t
ends_of_words(uint64_t all)
{
	uint64_t w = all & ~HIGH, space = ~(w + EACH(0x7f - ' ')) & HIGH;
	uint64_t control = ~(w + EACH(0x80 - ' '));
	uint64_t del = w + EACH(1);
	uint64_t less = ~((w ^ EACH('<')) + EACH(0x7f));
	uint64_t amp = ~((w ^ EACH('&')) + EACH(0x7f));

	return (all | control | del | less | amp | (space & space << 8)) & HIGH;
}

/*
 * The length of the letters of ASCII at s, which begins with one, and with
 * spaces of the single spaces between them, not necessarily of all.
 */
static inline size_t
words_length(const char *s, size_t len, bool spaces)
{
	size_t i = 0;
	uint64_t ends;

	while (spaces && len - i > 8) {
		if ((ends = ends_of_words(load_eight(s + i))) != 0) {
			i += (size_t)__builtin_ctzll(ends) / 8;
			return s[i - 1] == ' ' ? i - 1 : i;
		}
		i += 8;
		/* a space that ends the eight has a letter behind it, too */
		if (!html_is(s[i], HTML_LETTER))
			return s[i - 1] == ' ' ? i - 1 : i;
	}
	while (i < len && html_is(s[i], HTML_LETTER))
		i++;
	return i;
}

/* The length of the characters beyond ASCII at s, not necessarily of all. */
static inline size_t
wide_length(const char *s, size_t len)
{
	size_t i = 0;
	unsigned char class;

	while (len - i > 2) {
		class = html_class[(unsigned char)s[i]];
		if ((class & HTML_PAIR) && is_utf8_trail(s[i + 1]))
			i += 2;
		else if ((class & HTML_TRIPLE) && is_utf8_trail(s[i + 1]) &&
			 is_utf8_trail(s[i + 2]))
			i += 3;
		else
			break;
	}
	return i;
}

/* Is s[i], a space, one between two characters of the run? */
static inline bool
is_joint(const char *s, size_t i, size_t len, enum html_join join)
{
	if (i == 0 || i + 1 == len || join == HTML_JOIN_NONE)
		return false;
	if (join == HTML_JOIN_ASCII)
		return html_is(s[i - 1], HTML_LETTER) &&
		       html_is(s[i + 1], HTML_LETTER);
	return text_char(s + i + 1, len - i - 1) > 0;
}

size_t
html_run(const char *s, size_t len, enum html_join join)
{
	size_t i = 0, n;

	while (i < len) {
		if (html_is(s[i], HTML_LETTER))
			n = words_length(
			    s + i, len - i, join != HTML_JOIN_NONE);
		else if (s[i] == ' ')
			n = is_joint(s, i, len, join) ? 1 : 0;
		else if ((unsigned char)s[i] < 0x80)
			break;
		else if ((n = wide_length(s + i, len - i)) == 0)
			n = text_char(s + i, len - i);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}
