/*
 * test_buf.c - the growable buffer and its cap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
test_empty(void **state)
{
	struct buf b;
	char *p;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(buf_str(&b), "");
	buf_reset(&b);
	assert_int_equal(b.len, 0);
	p = buf_take(&b);
	assert_string_equal(p, "");
	free(p);
	buf_free(&b);
	buf_free(&b);
}

static void
test_add(void **state)
{
	struct buf b;
	char *p;

	(void)state;
	buf_init(&b, 100);
	assert_int_equal(buf_adds(&b, "one"), 0);
	assert_int_equal(buf_addc(&b, '/'), 0);
	assert_int_equal(buf_add(&b, "t\0o", 3), 0);
	assert_int_equal(buf_addf(&b, "%d-%s", 42, "x"), 0);
	assert_int_equal(b.len, 11);
	assert_memory_equal(b.data, "one/t\0o42-x", 12);
	buf_reset(&b);
	assert_string_equal(buf_str(&b), "");
	buf_adds(&b, "kept");
	p = buf_take(&b);
	assert_string_equal(p, "kept");
	assert_null(b.data);
	assert_int_equal(b.max, 100);
	free(p);
	buf_free(&b);
}

/* Every function that adds, at the cap and one byte past it. */
static void
test_cap(void **state)
{
	struct buf b;
	size_t n;

	(void)state;
	for (n = 0; n < 5; n++) {
		buf_init(&b, 7 + n);
		buf_adds(&b, "seven..");
		assert_int_equal(buf_add(&b, "abcd", n), 0);
		assert_int_equal(b.over, 0);
		assert_int_equal(buf_addc(&b, 'x'), -1);
		assert_int_equal(buf_adds(&b, "x"), -1);
		assert_int_equal(buf_addf(&b, "%d", 1), -1);
		assert_int_equal(buf_addxml(&b, "&"), -1);
		assert_null(buf_room(&b, 1));
		assert_non_null(buf_room(&b, 0));
		assert_int_equal(b.over, 1);
		assert_int_equal(b.len, 7 + n);
		buf_reset(&b);
		assert_int_equal(b.over, 0);
		/* what fits is added after a refused add, but over stays */
		assert_int_equal(buf_adds(&b, "twelve bytes"), -1);
		assert_int_equal(buf_addc(&b, 'x'), 0);
		assert_int_equal(b.over, 1);
		assert_string_equal(buf_str(&b), "x");
		buf_free(&b);
	}
	buf_init(&b, 0);
	assert_int_equal(buf_addc(&b, 'x'), -1);
	assert_int_equal(buf_adds(&b, ""), 0);
	buf_free(&b);
}

/* Allocated memory stays near the length, and passes the cap by little. */
static void
test_growth(void **state)
{
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, 100000);
	for (i = 0; i < 100000; i++) {
		assert_int_equal(buf_addc(&b, (char)i), 0);
		assert_true(b.cap <= 256 || b.cap <= 2 * b.len);
		assert_true(b.cap <= b.max + 1);
	}
	for (i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], (char)i);
	buf_free(&b);
}

static void
test_xml(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "<a b=\"c\">&</a>'",
		    "&lt;a b=&quot;c&quot;&gt;&amp;&lt;/a&gt;'" },
		{ "a\tb\nc\rd", "a&#9;b&#10;c&#13;d" },
		{ "\x01x\x1fy\x0b", "xy" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f",
		    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f" },
		{ "a\xff.\xc3.\xed\xa0\x80.\xef\xbf\xbe\xef\xbf\xbf!",
		    "a...!" },
		{ "\xe2\x82", "" },
	};
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		buf_init(&b, 1000);
		assert_int_equal(buf_addxml(&b, rows[i].in), 0);
		assert_string_equal(buf_str(&b), rows[i].out);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_xml),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
