/*
 * test_caseless.c - names compared without case.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <wctype.h>

#include <cmocka.h>

#include "base/caseless.h"

static const struct {
	const char *a, *b;
	bool same;
} names[] = {
	{ "", "", true },
	{ "Private", "pRIVATE", true },
	{ "  Private\t", "private", true },
	{ "Private", "Privat", false },
	{ "Privat", "Private", false },
	{ "a b", "A B", true },
	{ "a b", "ab", false },
	/* Gesch\u00e4ft, \u00d6L, \u0160koda, \u0178 */
	{ "GESCH\xc3\x84"
	  "FT",
	    "Gesch\xc3\xa4"
	    "ft",
	    true },
	{ "\xc3\x96L", "\xc3\xb6l", true },
	{ "\xc3\x96L", "ol", false },
	{ "\xc5\xa0koda", "\xc5\xa1KODA", true },
	{ "\xc5\xb8", "\xc3\xbf", true },
	/* Greek, with both small sigmas; Cyrillic */
	{ "\xce\xa3\xce\x91\xce\xa3", "\xcf\x83\xce\xb1\xcf\x82", true },
	{ "\xd0\x9b\xd0\x98\xd0\xa7\xd0\x9d\xd0\x9e\xd0\x81",
	    "\xd0\xbb\xd0\xb8\xd1\x87\xd0\xbd\xd0\xbe\xd1\x91", true },
	{ "\xc3\x97", "\xc3\xb7", false }, /* times, divided by */
	{ "\xff", "\xff", true },
	{ "\xff", "\xfe", false },
	{ "\xf0\x9f\x98\x80 A", "\xf0\x9f\x98\x80 a", true },
};

static void
compared(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (caseless_same(names[i].a, names[i].b) != names[i].same)
			fail_msg("%s, %s", names[i].a, names[i].b);
		assert_int_equal(
		    caseless_same(names[i].b, names[i].a), names[i].same);
	}
}

/* The C library has a table of its own. */
static void
as_elsewhere(void **state)
{
	uint32_t c, lower;
	int known = 0;

	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	for (c = 0; c < 0x11000; c++) {
		lower = caseless_char(c);
		if (c == 0x3c2) {
			assert_int_equal(lower, 0x3c3);
			continue;
		}
		if (lower != c) {
			known++;
			if (lower != towlower((wint_t)c))
				fail_msg("U+%04X becomes U+%04X", c, lower);
		}
	}
	/* all there are in these: but the Turkish I with a dot */
	for (c = 0; c < 0x180; c++) {
		if (c != 0x130)
			assert_int_equal(caseless_char(c), towlower((wint_t)c));
	}
	for (c = 0x388; c < 0x3cf; c++) {
		if (c != 0x3c2)
			assert_int_equal(caseless_char(c), towlower((wint_t)c));
	}
	for (c = 0x400; c < 0x560; c++) {
		if (c != 0x4c0)
			assert_int_equal(caseless_char(c), towlower((wint_t)c));
	}
	assert_in_range(known, 500, 2000);
}

/* Each capital is found again; what Windows leaves as it is stays. */
static void
capitals(void **state)
{
	static const uint32_t same[] = { 'A', '1', 0xb5, 0xdf, 0xd7, 0xf7,
		0x130, 0x131, 0x17f, 0x20ac, 0x3a3, 0x5d0, 0x1f600 };
	uint32_t c, upper;
	size_t i;
	int known = 0;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_int_equal(caseless_upper(same[i]), same[i]);
	assert_int_equal(caseless_upper(0xe4), 0xc4);
	assert_int_equal(caseless_upper(0xff), 0x178);
	assert_int_equal(caseless_upper(0x3c2), 0x3a3);
	assert_int_equal(caseless_upper(0x3c3), 0x3a3);
	assert_int_equal(caseless_upper(0x44f), 0x42f);
	for (c = 0; c < 0x11000; c++) {
		upper = caseless_upper(c);
		if (upper == c)
			continue;
		known++;
		if (c != 0x3c2 && caseless_char(upper) != c)
			fail_msg("U+%04X becomes U+%04X", c, upper);
	}
	assert_in_range(known, 500, 2000);
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	for (c = 0; c < 0x11000; c++) {
		upper = caseless_upper(c);
		if (upper != c && upper != towupper((wint_t)c))
			fail_msg("U+%04X becomes U+%04X", c, upper);
	}
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(compared),
		cmocka_unit_test(as_elsewhere),
		cmocka_unit_test(capitals),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
