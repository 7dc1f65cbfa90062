/*
 * textchar.c - the characters of a text or of HTML.
 * 1. What textchar_next returns is at least 1, and never reaches beyond to;
 *    what textchar_before returns never reaches before from.
 * 2. The work of one call is bounded by tag_max and some bytes.
 */
#include <string.h>

#include "base/enc.h"
#include "base/entity.h"
#include "base/str.h"
#include "base/utf8.h"
#include "core/textchar.h"

#define ENTITY 12 /* bytes of an entity that is looked for backwards */
#define DEEP   3  /* times that a % is encoded once more */
#define NAME   12 /* of a tag */

/* Elements within a line. */
static const char *const inlines[] = { "a", "abbr", "acronym", "b", "bdi",
	"bdo", "big", "cite", "code", "dfn", "em", "font", "i", "ins", "kbd",
	"label", "mark", "nobr", "o:p", "q", "s", "samp", "small", "span",
	"st1", "strike", "strong", "sub", "sup", "tt", "u", "var" };

static bool
is_tag_letter(char c)
{
	c = str_lower_char(c);
	return c >= 'a' && c <= 'z';
}

size_t
textchar_tag(const char *s, size_t max)
{
	char quote = '\0';
	size_t i;

	if (max < 3 || s[0] != '<' ||
	    !(is_tag_letter(s[1]) || (s[1] == '/' && is_tag_letter(s[2]))))
		return 0;
	for (i = 2; i < max; i++) {
		if (quote != '\0') {
			if (s[i] == quote)
				quote = '\0';
		} else if (s[i] == '>') {
			return i + 1;
		} else if (s[i] == '<') {
			return 0;
		} else if ((s[i] == '"' || s[i] == '\'') &&
			   (s[i - 1] == '=' || str_is_white(s[i - 1]))) {
			quote = s[i];
		}
	}
	return 0;
}

static uint32_t
kind_of_tag(const char *s)
{
	char name[NAME + 1];
	size_t n = 0, i;

	s += s[1] == '/' ? 2 : 1;
	for (; n < NAME && (is_tag_letter(s[n]) || s[n] == ':' ||
			       (s[n] >= '0' && s[n] <= '9'));
	     n++)
		name[n] = str_lower_char(s[n]);
	name[n] = '\0';
	if (strcmp(name, "wbr") == 0)
		return TEXTCHAR_SHY;
	for (i = 0; i < sizeof(inlines) / sizeof(inlines[0]); i++)
		if (strcmp(name, inlines[i]) == 0)
			return TEXTCHAR_INLINE;
	return TEXTCHAR_BLOCK;
}

static int
hex_pair(const char *s)
{
	int hi = enc_hex_digit(s[0]), lo = hi < 0 ? -1 : enc_hex_digit(s[1]);

	return lo < 0 ? -1 : hi * 16 + lo;
}

/* %XX, %25XX, ...: its length, or 0: it stands for no ASCII character. */
static size_t
percent_at(const char *s, size_t left, uint32_t *c)
{
	size_t i = 1, deep;
	int v;

	for (deep = 0; deep < DEEP && left - i >= 4 && s[i] == '2' &&
		       s[i + 1] == '5' && hex_pair(s + i + 2) >= 0;
	     deep++)
		i += 2;
	if (left - i < 2 || (v = hex_pair(s + i)) < 0 || v >= 0x80)
		return 0;
	*c = (uint32_t)v;
	return i + 2;
}

size_t
textchar_next(const struct textchar_in *in, size_t at, uint32_t *c)
{
	const char *s = in->s + at;
	size_t left = in->to - at, n = 0;

	if ((unsigned char)*s >= 0x80) {
		n = utf8_next(s, left, c);
		if (n == 0)
			*c = TEXTCHAR_BAD;
		return n == 0 ? 1 : n;
	}
	if (*s == '%' && in->percent)
		n = percent_at(s, left, c);
	else if (*s == '&' && in->html)
		n = entity_decode(s, left, c);
	else if (*s == '<' && in->tag_max > 0) {
		n = textchar_tag(s, left < in->tag_max ? left : in->tag_max);
		if (n > 0)
			*c = kind_of_tag(s);
	}
	if (n > 0)
		return n;
	*c = (unsigned char)*s;
	return 1;
}

/* An entity, with its semicolon or a number without one, that ends here. */
static size_t
entity_before(const char *end, size_t left, uint32_t *c)
{
	size_t k;

	if (end[-1] != ';' && enc_hex_digit(end[-1]) < 0)
		return 0;
	for (k = 2; k <= left && k <= ENTITY; k++) {
		char b = end[-(ptrdiff_t)k];

		if (b == '&')
			return entity_decode(end - k, k, c) == k ? k : 0;
		if (b != '#' && !is_tag_letter(b) && !(b >= '0' && b <= '9'))
			return 0;
	}
	return 0;
}

static size_t
percent_before(const char *end, size_t left, uint32_t *c)
{
	size_t k;

	for (k = 3; k <= left && k <= 3 + 2 * DEEP; k += 2) {
		const char *s = end - k;

		if (*s == '%')
			return percent_at(s, k, c) == k ? k : 0;
		if (enc_hex_digit(*s) < 0)
			return 0;
	}
	return 0;
}

static size_t
tag_before(const struct textchar_in *in, size_t end, uint32_t *c)
{
	const char *s = in->s + end;
	size_t left = end - in->from, k;

	if (left > in->tag_max)
		left = in->tag_max;
	for (k = 2; k <= left && s[-(ptrdiff_t)k] != '>'; k++) {
		if (s[-(ptrdiff_t)k] != '<')
			continue;
		if (textchar_tag(s - k, k) != k)
			return 0;
		*c = kind_of_tag(s - k);
		return k;
	}
	return 0;
}

static size_t
utf8_before(const char *end, size_t left, uint32_t *c)
{
	size_t k = 1;

	while (k < left && k < 4 &&
	       ((unsigned char)end[-(ptrdiff_t)k] & 0xc0) == 0x80)
		k++;
	if (utf8_next(end - k, k, c) == k)
		return k;
	*c = TEXTCHAR_BAD;
	return 1;
}

size_t
textchar_before(const struct textchar_in *in, size_t end, uint32_t *c)
{
	const char *s = in->s + end;
	size_t left = end - in->from, n = 0;

	if ((unsigned char)s[-1] >= 0x80)
		return utf8_before(s, left, c);
	if (in->percent)
		n = percent_before(s, left, c);
	if (n == 0 && in->html)
		n = entity_before(s, left, c);
	if (n == 0 && s[-1] == '>' && in->tag_max > 0)
		n = tag_before(in, end, c);
	if (n > 0)
		return n;
	*c = (unsigned char)s[-1];
	return 1;
}

bool
textchar_invisible(uint32_t c)
{
	if (c < 0x80)
		return false;
	return c == 0xad || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff;
}

bool
textchar_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202f || c == 0x205f || c == 0x3000;
}

bool
textchar_letter(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		       (c >= '0' && c <= '9');
	if (c < 0xc0)
		return c == 0xaa || c == 0xb5 || c == 0xba;
	if (c < 0x2000)
		return c != 0xd7 && c != 0xf7;
	/* punctuation, symbols, wide forms of both, private use, emoji */
	return !(c <= 0x2bff) && !(c >= 0x2e00 && c <= 0x2e7f) &&
	       !(c >= 0x3000 && c <= 0x3004) && !(c >= 0x3008 && c <= 0x3020) &&
	       !(c >= 0xe000 && c <= 0xf8ff) && !(c >= 0xfe00 && c <= 0xfe6f) &&
	       !(c >= 0xff00 && c <= 0xff0f) && !(c >= 0xff1a && c <= 0xff20) &&
	       !(c >= 0xff3b && c <= 0xff40) && !(c >= 0xff5b && c <= 0xff65) &&
	       !(c >= 0xffe0 && c <= 0xffff) &&
	       !(c >= 0x1f000 && c <= 0x1ffff) && c < 0x40000;
}
