/*
 * test_wrap.c - text in the 80 columns of a terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/wrap.h"

#define TEN  "123456789 "
#define UML  "\xc3\xa4" /* two bytes, one column */
#define NINE UML UML UML UML UML UML UML UML UML " "

static const struct {
	const char *first, *rest, *in, *out;
} rows[] = {
	{ "", "", "", "\n" },
	{ "> ", "  ", "", "\n" },
	{ "", "", "a b", "a b\n" },
	{ "> ", "  ", "a  b", "> a  b\n" },
	/* 80 columns fit, 81 do not */
	{ "", "", TEN TEN TEN TEN TEN TEN TEN "1234567890",
	    TEN TEN TEN TEN TEN TEN TEN "1234567890\n" },
	{ "", "", TEN TEN TEN TEN TEN TEN TEN "12345678901",
	    TEN TEN TEN TEN TEN TEN "123456789\n12345678901\n" },
	/* what stands before counts */
	{ "; ", "; ", TEN TEN TEN TEN TEN TEN TEN "12345678",
	    "; " TEN TEN TEN TEN TEN TEN TEN "12345678\n" },
	{ "; ", "; ", TEN TEN TEN TEN TEN TEN TEN "123456789",
	    "; " TEN TEN TEN TEN TEN TEN "123456789\n; 123456789\n" },
	{ "", "   ",
	    TEN TEN TEN TEN TEN TEN TEN "123456789 " TEN TEN TEN TEN TEN TEN TEN
					"123456 1",
	    TEN TEN TEN TEN TEN TEN TEN
	    "123456789\n   " TEN TEN TEN TEN TEN TEN TEN "123456\n   1\n" },
	/* columns, not bytes */
	{ "", "", NINE NINE NINE NINE NINE NINE NINE "1234567890",
	    NINE NINE NINE NINE NINE NINE NINE "1234567890\n" },
	/* a word longer than a line */
	{ "> ", "  ",
	    "a 12345678901234567890123456789012345678901234567890123456789012"
	    "34567890123456789012345 b",
	    "> a\n"
	    "  12345678901234567890123456789012345678901234567890123456789012"
	    "34567890123456789012345\n"
	    "  b\n" },
};

static void
test_put(void **state)
{
	char *text = NULL;
	size_t i, n = 0;
	FILE *out;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		out = open_memstream(&text, &n);
		wrap_put(out, rows[i].first, rows[i].rest, rows[i].in);
		fclose(out);
		assert_string_equal(text, rows[i].out);
		free(text);
	}
}

static void
test_columns(void **state)
{
	(void)state;
	assert_int_equal(wrap_columns("", 0), 0);
	assert_int_equal(wrap_columns("abc", 2), 2);
	assert_int_equal(wrap_columns("a" UML "\xe2\x82\xac", 6), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
