/*
 * test_utf16.c - UTF-8 to UTF-16, as it is and in capitals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/utf16.h"

static const struct {
	const char *in;
	const char *as_is, *upper; /* NULL: fails */
} rows[] = {
	{ "", "", "" }, { "Aa1", "410061003100", "410041003100" },
	/* a umlaut, sharp s; Cyrillic ya; euro sign */
	{ "\xc3\xa4\xc3\x9f", "e400df00", "c400df00" },
	{ "\xd1\x8f", "4f04", "2f04" }, { "\xe2\x82\xac", "ac20", "ac20" },
	/* beyond the first 65,536, and the last of all */
	{ "\xf0\x9f\x98\x80z", "3dd800de7a00", "3dd800de5a00" },
	{ "\xf4\x8f\xbf\xbf", "ffdbffdf", "ffdbffdf" }, { "a\xff", NULL, NULL },
	{ "\xed\xa0\x80", NULL, NULL }, /* a surrogate */
	{ "\xc3", NULL, NULL },
	{ "1234567890", NULL, NULL }, /* more than fits */
};

static void
expect_units(int rc, struct buf *b, const char *want)
{
	char hex[100];

	assert_int_equal(rc, want == NULL ? -1 : 0);
	if (want != NULL) {
		enc_hex(buf_str(b), b->len, hex);
		assert_string_equal(hex, want);
	}
	buf_free(b);
}

static void
converted(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&b, 19);
		expect_units(utf16_add(&b, rows[i].in, strlen(rows[i].in)), &b,
		    rows[i].as_is);
		buf_init(&b, 19);
		expect_units(utf16_upper(&b, rows[i].in, strlen(rows[i].in)),
		    &b, rows[i].upper);
	}
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(converted),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
