/*
 * test_jsonwrite.c - the writer of fmt/jsonwrite.h: what it writes, and that a
 * program which would write anything but JSON ends.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/tim.h"
#include "fmt/jsonwrite.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
document(void **state)
{
	struct jsonwrite w;
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_adds(&b, "before ");
	jsonwrite_open(&w, &b);
	jsonwrite_object(&w, NULL);
	jsonwrite_int(&w, "least", INT64_MIN);
	jsonwrite_bool(&w, "yes", true);
	jsonwrite_bool(&w, "no", false);
	jsonwrite_null(&w, "none");
	jsonwrite_text(&w, "absent", NULL);
	jsonwrite_text(&w, "a \"name\"", "");
	jsonwrite_time(&w, "at", INT64_C(1780000000000));
	jsonwrite_time(&w, "never", TIM_NONE);
	jsonwrite_array(&w, "tenths");
	jsonwrite_tenths(&w, NULL, 0);
	jsonwrite_tenths(&w, NULL, 15);
	jsonwrite_tenths(&w, NULL, -15);
	jsonwrite_tenths(&w, NULL, -3);
	jsonwrite_tenths(&w, NULL, INT64_MIN);
	jsonwrite_end(&w);
	jsonwrite_object(&w, "empty");
	jsonwrite_end(&w);
	jsonwrite_line(&w);
	jsonwrite_array(&w, "lines");
	jsonwrite_line(&w);
	jsonwrite_object(&w, NULL);
	jsonwrite_end(&w);
	jsonwrite_line(&w);
	jsonwrite_array(&w, NULL);
	jsonwrite_line(&w);
	jsonwrite_end(&w);
	jsonwrite_end(&w);
	jsonwrite_int(&w, "last", 0);
	jsonwrite_end(&w);
	assert_int_equal(jsonwrite_close(&w), 0);
	assert_string_equal(buf_str(&b),
	    "before {\"least\":-9223372036854775808,\"yes\":true,\"no\":false,"
	    "\"none\":null,\"absent\":null,\"a \\\"name\\\"\":\"\","
	    "\"at\":\"2026-05-28T20:26:40Z\",\"never\":null,"
	    "\"tenths\":[0.0,1.5,-1.5,-0.3,-922337203685477580.8],"
	    "\"empty\":{},\n\"lines\":[\n{},\n[]],\"last\":0}");
	buf_free(&b);
}

static void
strings(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain / text", "plain / text" },
		{ "\"\\", "\\\"\\\\" },
		{ "\x01\t\n\x1f\x7f", "\\u0001\\u0009\\u000a\\u001f\\u007f" },
		{ "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80",
		    "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80" },
		{ "a\xff"
		  "b",
		    "a\\ufffdb" },
		{ "cut \xe2\x82", "cut \\ufffd\\ufffd" },
		{ "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd" },
		{ "\xc2\x85\xe2\x80\xae\xe2\x80\xa8\xef\xbb\xbf",
		    "\\u0085\\u202e\\u2028\\ufeff" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct jsonwrite w;
		struct buf b;
		char want[100];

		buf_init(&b, 1000);
		jsonwrite_open(&w, &b);
		jsonwrite_text(&w, NULL, rows[i].in);
		assert_int_equal(jsonwrite_close(&w), 0);
		snprintf(want, sizeof(want), "\"%s\"", rows[i].out);
		assert_string_equal(buf_str(&b), want);
		buf_free(&b);
	}
}

/* Bytes in pieces of every size are the base64 of all of them. */
static void
base64(void **state)
{
	size_t len, step, at, n;
	unsigned char raw[40];

	(void)state;
	for (at = 0; at < sizeof(raw); at++)
		raw[at] = (unsigned char)(at * 37 + 200);
	for (len = 0; len <= sizeof(raw); len++)
		for (step = 1; step <= len + 1; step++) {
			struct jsonwrite w;
			struct buf b, want;

			buf_init(&b, 100);
			buf_init(&want, 100);
			jsonwrite_open(&w, &b);
			jsonwrite_object(&w, NULL);
			jsonwrite_base64(&w, "contentBytes");
			for (at = 0; at < len; at += n) {
				n = len - at < step ? len - at : step;
				jsonwrite_bytes(&w, raw + at, n);
			}
			jsonwrite_bytes(&w, NULL, 0);
			jsonwrite_end(&w);
			jsonwrite_end(&w);
			assert_int_equal(jsonwrite_close(&w), 0);
			buf_adds(&want, "{\"contentBytes\":\"");
			enc_base64(&want, raw, len);
			buf_adds(&want, "\"}");
			assert_string_equal(buf_str(&b), buf_str(&want));
			buf_free(&b);
			buf_free(&want);
		}
}

/* A buffer that is too small has nothing of it, whatever did not fit. */
static void
too_small(void **state)
{
	size_t max, whole = 0;

	(void)state;
	for (max = 60; max > 0; max--) {
		struct jsonwrite w;
		struct buf b;
		int rc;

		buf_init(&b, 2 + max);
		buf_adds(&b, "x:");
		jsonwrite_open(&w, &b);
		jsonwrite_array(&w, NULL);
		jsonwrite_text(&w, NULL, "a\x01z");
		jsonwrite_base64(&w, NULL);
		jsonwrite_bytes(&w, "hello", 5);
		jsonwrite_end(&w);
		jsonwrite_int(&w, NULL, 1);
		jsonwrite_end(&w);
		rc = jsonwrite_close(&w);
		if (max == 60)
			whole = b.len;
		assert_int_equal(rc, 2 + max >= whole ? 0 : -1);
		if (rc == -1) {
			assert_int_equal(b.len, 2);
			assert_string_equal(buf_str(&b), "x:");
		}
		buf_free(&b);
	}
	assert_int_equal(whole, 2 + 25);
}

/* What is taken away in between is missed by nobody. */
static void
in_parts(void **state)
{
	struct buf b, all;
	struct jsonwrite w;
	int i;

	(void)state;
	buf_init(&b, 40);
	buf_init(&all, 1000);
	jsonwrite_open(&w, &b);
	jsonwrite_array(&w, NULL);
	for (i = 0; i < 20; i++) {
		jsonwrite_object(&w, NULL);
		jsonwrite_int(&w, "number", i);
		jsonwrite_end(&w);
		buf_add(&all, buf_str(&b), b.len);
		buf_reset(&b);
	}
	jsonwrite_end(&w);
	assert_int_equal(jsonwrite_close(&w), 0);
	buf_adds(&all, buf_str(&b));
	assert_memory_equal(
	    buf_str(&all), "[{\"number\":0},{\"number\":1}", 25);
	assert_string_equal(buf_str(&all) + all.len - 14, "{\"number\":19}]");
	buf_free(&b);
	buf_free(&all);
}

/* --- misuse -------------------------------------------------------------- */

static void
no_name(struct jsonwrite *w)
{
	jsonwrite_object(w, NULL);
	jsonwrite_int(w, NULL, 1);
}

static void
name_in_array(struct jsonwrite *w)
{
	jsonwrite_array(w, NULL);
	jsonwrite_null(w, "name");
}

static void
name_outside(struct jsonwrite *w)
{
	jsonwrite_text(w, "name", "x");
}

static void
second_value(struct jsonwrite *w)
{
	jsonwrite_int(w, NULL, 1);
	jsonwrite_int(w, NULL, 2);
}

static void
end_of_nothing(struct jsonwrite *w)
{
	jsonwrite_end(w);
}

static void
end_too_many(struct jsonwrite *w)
{
	jsonwrite_array(w, NULL);
	jsonwrite_end(w);
	jsonwrite_end(w);
}

static void
close_early(struct jsonwrite *w)
{
	jsonwrite_array(w, NULL);
	jsonwrite_close(w);
}

static void
close_empty(struct jsonwrite *w)
{
	jsonwrite_close(w);
}

static void
too_deep(struct jsonwrite *w)
{
	int i;

	for (i = 0; i <= JSONWRITE_DEPTH; i++)
		jsonwrite_array(w, NULL);
}

static void
bytes_outside(struct jsonwrite *w)
{
	jsonwrite_array(w, NULL);
	jsonwrite_bytes(w, "x", 1);
}

static void
value_in_base64(struct jsonwrite *w)
{
	jsonwrite_base64(w, NULL);
	jsonwrite_bool(w, NULL, true);
}

static void
line_in_base64(struct jsonwrite *w)
{
	jsonwrite_base64(w, NULL);
	jsonwrite_line(w);
}

/* Deepest that is allowed. */
static void
deep_enough(struct jsonwrite *w)
{
	int i;

	for (i = 0; i < JSONWRITE_DEPTH; i++)
		jsonwrite_array(w, NULL);
	jsonwrite_base64(w, NULL);
	jsonwrite_bytes(w, "x", 1);
	jsonwrite_end(w);
	for (i = 0; i < JSONWRITE_DEPTH; i++)
		jsonwrite_end(w);
	jsonwrite_close(w);
}

/* Does it end the program? In a process of its own. */
static bool
aborts(void (*misuse)(struct jsonwrite *))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct jsonwrite w;
		struct buf b;

		signal(SIGABRT, SIG_DFL);
		fclose(stderr);
		buf_init(&b, 10000);
		jsonwrite_open(&w, &b);
		misuse(&w);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
misuse(void **state)
{
	static void (*const wrong[])(struct jsonwrite *) = { no_name,
		name_in_array, name_outside, second_value, end_of_nothing,
		end_too_many, close_early, close_empty, too_deep, bytes_outside,
		value_in_base64, line_in_base64 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrong); i++)
		if (!aborts(wrong[i]))
			fail_msg("misuse %zu does not abort", i);
	assert_false(aborts(deep_enough));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(document),
		cmocka_unit_test(strings),
		cmocka_unit_test(base64),
		cmocka_unit_test(too_small),
		cmocka_unit_test(in_parts),
		cmocka_unit_test(misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
