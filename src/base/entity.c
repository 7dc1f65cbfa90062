/*
 * entity.c - the entities of HTML.
 * 1. The table is sorted, for it is searched by halves.
 */
#include <string.h>

#include "base/str.h"
#include "base/entity.h"

#define NAME 8 /* bytes of a name, as many as a number has */

/* Those of HTML 4.01, 24, that mail uses, and a few that came later. Sorted. */
struct named {
	char name[NAME]; /* NULs to its end */
	uint32_t c;
};
/* clang-format off */
static const struct named named[] = {
	{ "AElig", 0xc6 }, { "AMP", 0x26 }, { "Aacute", 0xc1 },
	{ "Acirc", 0xc2 }, { "Agrave", 0xc0 }, { "Alpha", 0x391 },
	{ "Aring", 0xc5 }, { "Atilde", 0xc3 }, { "Auml", 0xc4 },
	{ "Beta", 0x392 }, { "Ccedil", 0xc7 }, { "Dagger", 0x2021 },
	{ "Delta", 0x394 }, { "ETH", 0xd0 }, { "Eacute", 0xc9 },
	{ "Ecirc", 0xca }, { "Egrave", 0xc8 }, { "Epsilon", 0x395 },
	{ "Euml", 0xcb }, { "GT", 0x3e }, { "Gamma", 0x393 },
	{ "Iacute", 0xcd }, { "Icirc", 0xce }, { "Igrave", 0xcc },
	{ "Iuml", 0xcf }, { "LT", 0x3c }, { "Lambda", 0x39b },
	{ "Ntilde", 0xd1 }, { "OElig", 0x152 },
	{ "Oacute", 0xd3 }, { "Ocirc", 0xd4 }, { "Ograve", 0xd2 },
	{ "Omega", 0x3a9 }, { "Oslash", 0xd8 }, { "Otilde", 0xd5 },
	{ "Ouml", 0xd6 }, { "Phi", 0x3a6 }, { "Pi", 0x3a0 },
	{ "Prime", 0x2033 }, { "Psi", 0x3a8 }, { "QUOT", 0x22 },
	{ "Scaron", 0x160 }, { "Sigma", 0x3a3 }, { "THORN", 0xde },
	{ "Theta", 0x398 }, { "Uacute", 0xda },
	{ "Ucirc", 0xdb }, { "Ugrave", 0xd9 }, { "Uuml", 0xdc },
	{ "Yacute", 0xdd }, { "Yuml", 0x178 }, { "aacute", 0xe1 },
	{ "acirc", 0xe2 }, { "acute", 0xb4 }, { "aelig", 0xe6 },
	{ "agrave", 0xe0 }, { "alpha", 0x3b1 }, { "amp", 0x26 },
	{ "apos", 0x27 }, { "aring", 0xe5 }, { "asymp", 0x2248 },
	{ "atilde", 0xe3 }, { "auml", 0xe4 }, { "bdquo", 0x201e },
	{ "beta", 0x3b2 }, { "brvbar", 0xa6 }, { "bull", 0x2022 },
	{ "ccedil", 0xe7 }, { "cedil", 0xb8 }, { "cent", 0xa2 },
	{ "check", 0x2713 }, { "circ", 0x2c6 }, { "clubs", 0x2663 },
	{ "colon", 0x3a }, { "comma", 0x2c }, { "commat", 0x40 },
	{ "copy", 0xa9 }, { "curren", 0xa4 }, { "dagger", 0x2020 },
	{ "darr", 0x2193 }, { "deg", 0xb0 }, { "delta", 0x3b4 },
	{ "diams", 0x2666 }, { "divide", 0xf7 }, { "eacute", 0xe9 },
	{ "ecirc", 0xea }, { "egrave", 0xe8 }, { "emsp", 0x2003 },
	{ "ensp", 0x2002 }, { "epsilon", 0x3b5 }, { "eth", 0xf0 },
	{ "euml", 0xeb }, { "euro", 0x20ac }, { "excl", 0x21 },
	{ "fnof", 0x192 }, { "frac12", 0xbd }, { "frac14", 0xbc },
	{ "frac34", 0xbe }, { "gamma", 0x3b3 }, { "ge", 0x2265 },
	{ "gt", 0x3e }, { "harr", 0x2194 }, { "hearts", 0x2665 },
	{ "hellip", 0x2026 }, { "iacute", 0xed }, { "icirc", 0xee },
	{ "iexcl", 0xa1 }, { "igrave", 0xec }, { "infin", 0x221e },
	{ "iquest", 0xbf }, { "iuml", 0xef }, { "lArr", 0x21d0 },
	{ "lambda", 0x3bb }, { "laquo", 0xab }, { "larr", 0x2190 },
	{ "ldquo", 0x201c }, { "le", 0x2264 }, { "loz", 0x25ca },
	{ "lpar", 0x28 }, { "lrm", 0x200e }, { "lsaquo", 0x2039 },
	{ "lsquo", 0x2018 }, { "lt", 0x3c }, { "macr", 0xaf },
	{ "mdash", 0x2014 }, { "micro", 0xb5 }, { "middot", 0xb7 },
	{ "minus", 0x2212 }, { "mu", 0x3bc }, { "nbsp", 0xa0 },
	{ "ndash", 0x2013 }, { "ne", 0x2260 }, { "not", 0xac },
	{ "ntilde", 0xf1 }, { "num", 0x23 }, { "oacute", 0xf3 },
	{ "ocirc", 0xf4 }, { "oelig", 0x153 }, { "ograve", 0xf2 },
	{ "omega", 0x3c9 }, { "ordf", 0xaa }, { "ordm", 0xba },
	{ "oslash", 0xf8 }, { "otilde", 0xf5 }, { "ouml", 0xf6 },
	{ "para", 0xb6 }, { "period", 0x2e }, { "permil", 0x2030 },
	{ "phi", 0x3c6 }, { "pi", 0x3c0 }, { "plusmn", 0xb1 },
	{ "pound", 0xa3 }, { "prime", 0x2032 }, { "psi", 0x3c8 },
	{ "quot", 0x22 }, { "rArr", 0x21d2 }, { "radic", 0x221a },
	{ "raquo", 0xbb }, { "rarr", 0x2192 }, { "rdquo", 0x201d },
	{ "reg", 0xae }, { "rlm", 0x200f }, { "rpar", 0x29 },
	{ "rsaquo", 0x203a }, { "rsquo", 0x2019 }, { "sbquo", 0x201a },
	{ "scaron", 0x161 }, { "sect", 0xa7 }, { "semi", 0x3b },
	{ "shy", 0xad }, { "sigma", 0x3c3 }, { "sol", 0x2f },
	{ "spades", 0x2660 }, { "star", 0x2606 }, { "sum", 0x2211 },
	{ "sup1", 0xb9 }, { "sup2", 0xb2 }, { "sup3", 0xb3 },
	{ "szlig", 0xdf }, { "theta", 0x3b8 }, { "thinsp", 0x2009 },
	{ "thorn", 0xfe }, { "tilde", 0x2dc }, { "times", 0xd7 },
	{ "trade", 0x2122 }, { "uacute", 0xfa }, { "uarr", 0x2191 },
	{ "ucirc", 0xfb }, { "ugrave", 0xf9 }, { "uml", 0xa8 },
	{ "uuml", 0xfc }, { "yacute", 0xfd }, { "yen", 0xa5 },
	{ "yuml", 0xff }, { "zwj", 0x200d }, { "zwnj", 0x200c },
};
/* clang-format on */

/* A name as a number, in the order of the table. */
static uint64_t
key_of(const char name[NAME])
{
	const unsigned char *p = (const unsigned char *)name;

	return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 |
	       (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 |
	       (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
	       (uint64_t)p[6] << 8 | (uint64_t)p[7];
}

/* NULL: there is none of that name. */
static const struct named *
find_named(uint64_t key)
{
	size_t from = 0, to = sizeof(named) / sizeof(*named), i;
	uint64_t its;

	while (from < to) {
		i = (from + to) / 2;
		its = key_of(named[i].name);
		if (its == key)
			return &named[i];
		if (its < key)
			from = i + 1;
		else
			to = i;
	}
	return NULL;
}

size_t
entity_named(const char *s, size_t len, uint32_t *c)
{
	const struct named *e;
	uint64_t key = 0;
	size_t n;
	int left = 64;

	*c = '&';
	/* the body may have a NUL */
	for (n = 1; n < len && s[n] != ';' && s[n] != '\0'; n++) {
		if (left == 0)
			return 1;
		left -= 8;
		key |= (uint64_t)(unsigned char)s[n] << left;
	}
	if (n >= len || s[n] != ';' || (e = find_named(key)) == NULL)
		return 1;
	*c = e->c;
	return n + 1;
}

/* What HTML makes of the numbers that are C1 controls: Windows-1252. */
static const uint16_t windows[32] = { 0x20ac, 0x81, 0x201a, 0x192, 0x201e,
	0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d,
	0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
	0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178 };

static int
digit_of(char c, uint32_t base)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = str_lower_char(c);
	return base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* &#...; at s */
static size_t
entity_number(const char *s, size_t len, uint32_t *c)
{
	uint32_t base = len > 2 && (s[2] | 32) == 'x' ? 16 : 10, v = 0;
	size_t first = base == 16 ? 3 : 2, i;
	int d;

	*c = '&';
	for (i = first; i < len && (d = digit_of(s[i], base)) != -1; i++)
		v = v > 0x10ffff ? v : v * base + (uint32_t)d;
	if (i == first)
		return 1;
	if (v >= 0x80 && v < 0xa0)
		v = windows[v - 0x80];
	else if (v == 0 || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		v = 0xfffd;
	*c = v;
	return i + (i < len && s[i] == ';');
}

size_t
entity_decode(const char *s, size_t len, uint32_t *c)
{
	return len > 1 && s[1] == '#' ? entity_number(s, len, c)
				      : entity_named(s, len, c);
}
