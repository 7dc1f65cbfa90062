/*
 * test_str.c - string helpers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/str.h"
#include "base/utf8.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
test_printable(void **state)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} rows[] = {
		{ "", 10, "" },
		{ "plain", 10, "plain" },
		{ "plain", 6, "plain" },
		{ "plain", 5, "p..." },
		{ "plain", 4, "" },
		{ "plain", 1, "" },
		{ "a\nb\tc\x1b[2J\x7f", 20, "a?b?c?[2J?" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 10,
		    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9,
		    "\xc3\xa4\xe2\x82\xac..." },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 8, "\xc3\xa4..." },
		{ "x\xff\xc3y\xe2\x82", 10, "x??y??" },
		{ "C1 \xc2\x9b, RLO \xe2\x80\xae, LRI \xe2\x81\xa6, ZWSP "
		  "\xe2\x80\x8b, LS \xe2\x80\xa8, BOM \xef\xbb\xbf",
		    90, "C1 ?, RLO ?, LRI ?, ZWSP ?, LS ?, BOM ?" },
	};
	char out[100];
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		memset(out, '#', sizeof(out));
		n = str_printable(
		    out, rows[i].size, rows[i].in, strlen(rows[i].in));
		assert_string_equal(out, rows[i].out);
		assert_int_equal(n, strlen(out));
		assert_int_equal(out[rows[i].size], '#');
	}
	assert_int_equal(str_printable(out, 10, "a\0b", 3), 3);
	assert_string_equal(out, "a?b");
}

/* Any bytes, any size: valid UTF-8 that fits. */
static void
test_printable_any(void **state)
{
	char in[40], out[40];
	unsigned seed = 7;
	size_t i, j, n;

	(void)state;
	for (i = 0; i < 20000; i++) {
		for (j = 0; j < sizeof(in); j++) {
			seed = seed * 1103515245 + 12345;
			in[j] = (char)(seed >> 16);
		}
		n = str_printable(out, 1 + i % 39, in, i % 41);
		assert_true(n < 1 + i % 39);
		assert_int_equal(n, strlen(out));
		assert_true(utf8_valid(out, n));
	}
}

static void
test_equal(void **state)
{
	(void)state;
	assert_true(str_ieq("AbC", "aBc"));
	assert_false(str_ieq("abc", "abcd"));
	assert_false(str_ieq("@", "`"));
	assert_false(str_ieq("[", "{"));
	assert_true(str_ieq(NULL, NULL));
	assert_false(str_ieq(NULL, ""));
	assert_false(str_ieq("", NULL));
	assert_true(str_ieqn("abX", "ABy", 2));
	assert_false(str_ieqn("ab", "abc", 3));
	assert_true(str_ieqn("ab", "ab", 9));
	assert_true(str_ieqn("x", "y", 0));
	assert_true(str_eq("a", "a"));
	assert_false(str_eq("a", "A"));
	assert_true(str_eq(NULL, NULL));
	assert_false(str_eq("", NULL));
	assert_true(str_ends("mail.example", ".example"));
	assert_true(str_ends("x", ""));
	assert_false(str_ends("x", "xx"));
	assert_string_equal(str_nn(NULL), "");
	assert_string_equal(str_nn("x"), "x");
}

static void
test_which(void **state)
{
	static const char *const list[] = { "in", "out", "internal" };

	(void)state;
	assert_int_equal(str_which("in", list, 3), 0);
	assert_int_equal(str_which("out", list, 3), 1);
	assert_int_equal(str_which("internal", list, 3), 2);
	assert_int_equal(str_which("int", list, 3), 2);
	assert_int_equal(str_which("", list, 3), 2);
	assert_int_equal(str_which(NULL, list, 3), 2);
	assert_int_equal(str_which("out", list, 1), 0);
}

static void
test_change(void **state)
{
	char lower[] = "ABCxyz\xc3\x84@[Z", trim[] = " \t a b \r\n";
	char blank[] = " \t\r\n", empty[] = "";

	(void)state;
	assert_string_equal(str_lower(lower), "abcxyz\xc3\x84@[z");
	assert_string_equal(str_trim(trim), "a b");
	assert_string_equal(str_trim(blank), "");
	assert_string_equal(str_trim(empty), "");
}

static void
test_chars(void **state)
{
	int c;

	(void)state;
	for (c = -128; c < 128; c++) {
		assert_int_equal(str_lower_char((char)c),
		    c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
		assert_int_equal(str_is_white((char)c),
		    c == ' ' || c == '\t' || c == '\r' || c == '\n');
	}
}

static void
test_int(void **state)
{
	static const struct {
		const char *in;
		int64_t lo, hi;
		bool ok;
		int64_t out;
	} rows[] = {
		{ "0", 0, 9, true, 0 },
		{ "9", 0, 9, true, 9 },
		{ "10", 0, 9, false, 0 },
		{ "-1", 0, 9, false, 0 },
		{ "-1", -1, 9, true, -1 },
		{ "007", 0, 9, true, 7 },
		{ "", 0, 9, false, 0 },
		{ "-", -9, 9, false, 0 },
		{ "+1", 0, 9, false, 0 },
		{ " 1", 0, 9, false, 0 },
		{ "1 ", 0, 9, false, 0 },
		{ "- 1", -9, 9, false, 0 },
		{ "1x", 0, 9, false, 0 },
		{ "0x1", 0, 9, false, 0 },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, true,
		    INT64_MAX },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, true,
		    INT64_MIN },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
		{ "99999999999999999999", INT64_MIN, INT64_MAX, false, 0 },
	};
	int64_t v;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		v = 77;
		assert_int_equal(
		    str_int(rows[i].in, rows[i].lo, rows[i].hi, &v),
		    rows[i].ok);
		assert_true(v == (rows[i].ok ? rows[i].out : 77));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_printable_any),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_which),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_chars),
		cmocka_unit_test(test_int),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
