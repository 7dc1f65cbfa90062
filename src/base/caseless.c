/*
 * caseless.c - names that people write, compared without case.
 */
#include <stddef.h>
#include <string.h>

#include "base/caseless.h"
#include "base/str.h"
#include "base/utf8.h"

/*
 * Capitals from first to last. Their small letters are so much further on;
 * with pairs capitals and small letters take turns, and a capital's small
 * letter follows it.
 */
static const struct range {
	uint16_t first, last;
	int16_t further;
	bool pairs;
} ranges[] = {
	{ 'A', 'Z', 32, false },
	{ 0xc0, 0xd6, 32, false },
	{ 0xd8, 0xde, 32, false },
	{ 0x100, 0x12f, 1, true },
	{ 0x132, 0x137, 1, true },
	{ 0x139, 0x148, 1, true },
	{ 0x14a, 0x177, 1, true },
	{ 0x178, 0x178, 0xff - 0x178, false },
	{ 0x179, 0x17e, 1, true },
	{ 0x1cd, 0x1dc, 1, true },
	{ 0x1de, 0x1ef, 1, true },
	{ 0x1f8, 0x21f, 1, true },
	{ 0x222, 0x233, 1, true },
	{ 0x386, 0x386, 38, false },
	{ 0x388, 0x38a, 37, false },
	{ 0x38c, 0x38c, 64, false },
	{ 0x38e, 0x38f, 63, false },
	{ 0x391, 0x3a1, 32, false },
	{ 0x3a3, 0x3ab, 32, false },
	{ 0x3c2, 0x3c2, 1, false }, /* a sigma at the end of a word */
	{ 0x400, 0x40f, 80, false },
	{ 0x410, 0x42f, 32, false },
	{ 0x460, 0x481, 1, true },
	{ 0x48a, 0x4bf, 1, true },
	{ 0x4c1, 0x4ce, 1, true },
	{ 0x4d0, 0x52f, 1, true },
	{ 0x531, 0x556, 48, false },
	{ 0x1e00, 0x1e95, 1, true },
	{ 0x1ea0, 0x1eff, 1, true },
	{ 0xff21, 0xff3a, 32, false },
};

uint32_t
caseless_char(uint32_t c)
{
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct range *r = &ranges[i];

		if (c < r->first)
			break;
		if (c > r->last)
			continue;
		if (r->pairs && (c - r->first) % 2 != 0)
			return c;
		return (uint32_t)((int32_t)c + r->further);
	}
	return c;
}

uint32_t
caseless_upper(uint32_t c)
{
	size_t i;

	if (c == 0x3c2)
		c++;
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct range *r = &ranges[i];
		uint32_t capital = (uint32_t)((int32_t)c - r->further);

		if (capital < r->first || capital > r->last)
			continue;
		if (!r->pairs || (capital - r->first) % 2 == 0)
			return capital;
	}
	return c;
}

/* A text without the white space at its ends. */
struct name {
	const char *s;
	size_t n;
};

static struct name
name_of(const char *s)
{
	struct name t = { s, 0 };

	while (str_is_white(*t.s))
		t.s++;
	t.n = strlen(t.s);
	while (t.n > 0 && str_is_white(t.s[t.n - 1]))
		t.n--;
	return t;
}

/* Takes the first character; a byte that is no UTF-8 is one of its own. */
static uint32_t
take_char(struct name *t)
{
	uint32_t c;
	size_t len = utf8_next(t->s, t->n, &c);

	if (len == 0) {
		c = 0x110000 + (unsigned char)*t->s;
		len = 1;
	}
	t->s += len;
	t->n -= len;
	return caseless_char(c);
}

bool
caseless_same(const char *a, const char *b)
{
	struct name x = name_of(a), y = name_of(b);

	while (x.n > 0 && y.n > 0) {
		if (take_char(&x) != take_char(&y))
			return false;
	}
	return x.n == 0 && y.n == 0;
}
