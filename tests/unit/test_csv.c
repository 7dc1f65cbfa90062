/*
 * test_csv.c - CSV by RFC 4180 and as spreadsheets write it; every input is fed
 * whole, one byte at a time, and cut in two at every place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/csv.h"

/* Appends the row as "LINE|field|field\n". */
static int
put_row(void *arg, char **field, size_t n, unsigned long line, struct err *err)
{
	struct buf *out = arg;
	size_t i;

	(void)err;
	buf_addf(out, "%lu", line);
	for (i = 0; i < n; i++)
		buf_addf(out, "|%s", field[i]);
	buf_addc(out, '\n');
	return 0;
}

static const struct {
	const char *text;
	size_t len;
	const char *rows;
	const char *error; /* NULL: none */
} tests[] = {
#define T(text) text, sizeof(text) - 1
	{ T(""), "", NULL },
	{ T("a"), "1|a\n", NULL },
	{ T("a,b,c\n1,2,3\n"), "1|a|b|c\n2|1|2|3\n", NULL },
	{ T("a,b\r\n1,2\r\n"), "1|a|b\n2|1|2\n", NULL },
	{ T("a,b\r1,2"), "1|a|b\n2|1|2\n", NULL },
	{ T("a,b\n\n\r\n1,2\n\n"), "1|a|b\n4|1|2\n", NULL },
	{ T("a,b\r\r\n\n\r1,2"), "1|a|b\n5|1|2\n", NULL },
	{ T("\xef\xbb\xbf"
	    "a;b,c\n1;2"),
	    "1|a|b,c\n2|1|2\n", NULL },
	{ T("a\tb;c\n"), "1|a|b;c\n", NULL },
	{ T("\"a,x\";b\n1,2;3\n"), "1|a,x|b\n2|1,2|3\n", NULL },
	{ T("a,b\n,\n,,\nx,\n"), "1|a|b\n2||\n3|||\n4|x|\n", NULL },
	{ T("\"\"\n\"\",\"\"\n"), "1|\n2||\n", NULL },
	{ T("a,b\n\"x \"\"y\"\" z\",\"\"\"\"\n"), "1|a|b\n2|x \"y\" z|\"\n",
	    NULL },
	{ T("a,b\n\"1\n2\r\n3\",4\n5,6\n"), "1|a|b\n2|1\n2\r\n3|4\n5|5|6\n",
	    NULL },
	{ T("a,b\r\"1\r2\r\r\n3\r\",4\r5,6\r"),
	    "1|a|b\n2|1\r2\r\r\n3\r|4\n7|5|6\n", NULL },
	{ T("a,b\n\"1\rx\n2\",3\n4,5\n"), "1|a|b\n2|1\rx\n2|3\n5|4|5\n", NULL },
	{ T("a,b\nx\"y,z\"\n"), "1|a|b\n2|x\"y|z\"\n", NULL },
	{ T("a, b \n"), "1|a| b \n", NULL },
	{ T("m\xc3\xbcller,\xf0\x9f\x98\x80"),
	    "1|m\xc3\xbcller|\xf0\x9f\x98\x80\n", NULL },
	{ T("a,\"b"), "", "1: a quote opens here and never closes" },
	{ T("a,b\n1,\"2\n3\n4"), "1|a|b\n",
	    "2: a quote opens here and never closes" },
	{ T("a,b\n\"1\"x,2\n"), "1|a|b\n",
	    "2: text after a closing quote: write a quote inside a field "
	    "twice" },
	{ T("a,b\n1,\xe4\n"), "1|a|b\n",
	    "2: not UTF-8: save the file as CSV UTF-8" },
	{ T("a,b\n1,\0\n"), "1|a|b\n",
	    "2: a NUL byte: this is not a text file (UTF-16? save it as CSV "
	    "UTF-8)" },
	{ T("a,b\r\0"), "1|a|b\n",
	    "2: a NUL byte: this is not a text file (UTF-16? save it as CSV "
	    "UTF-8)" },
	{ T("\xff\xfe"
	    "a\0"),
	    "", "1: not UTF-8: save the file as CSV UTF-8" },
	{ T("\xef\xbbx"), "", "1: not UTF-8: save the file as CSV UTF-8" },
	{ T("\xef\xbb"), "", "1: not UTF-8: save the file as CSV UTF-8" },
};

/* Feeds the input cut in two, the second piece in steps, and compares. */
static void
run(size_t t, size_t cut, size_t step)
{
	const char *s = tests[t].text;
	struct err err = ERR_INIT;
	struct buf out;
	struct csv csv;
	size_t i, n;
	int rc;

	buf_init(&out, 1024 * 1024);
	csv_init(&csv, put_row, &out);
	rc = csv_feed(&csv, s, cut, &err);
	for (i = cut; rc == 0 && i < tests[t].len; i += n) {
		n = tests[t].len - i < step ? tests[t].len - i : step;
		rc = csv_feed(&csv, s + i, n, &err);
	}
	if (rc == 0)
		rc = csv_end(&csv, &err);
	assert_string_equal(err.msg, tests[t].error ? tests[t].error : "");
	assert_int_equal(rc, tests[t].error ? -1 : 0);
	assert_string_equal(buf_str(&out), tests[t].rows);
	if (rc != 0)
		assert_int_equal(err.kind, ERR_CONFIG);
	csv_free(&csv);
	buf_free(&out);
}

static void
test_pieces(void **state)
{
	size_t t, cut;

	(void)state;
	for (t = 0; t < sizeof(tests) / sizeof(tests[0]); t++) {
		run(t, 0, 1);
		for (cut = 0; cut <= tests[t].len; cut++)
			run(t, cut, 1000);
	}
}

/* Feeds n times c and the end; the error must be want. */
static void
flood(const char *head, char c, size_t n, const char *want)
{
	struct err err = ERR_INIT;
	struct buf out;
	struct csv csv;
	int rc;

	buf_init(&out, 1024 * 1024);
	csv_init(&csv, put_row, &out);
	rc = csv_feed(&csv, head, strlen(head), &err);
	while (rc == 0 && n-- > 0)
		rc = csv_feed(&csv, &c, 1, &err);
	if (rc == 0)
		rc = csv_end(&csv, &err);
	assert_string_equal(err.msg, want);
	assert_int_equal(rc, *want == '\0' ? 0 : -1);
	csv_free(&csv);
	buf_free(&out);
}

static void
test_bounds(void **state)
{
	static const char *const row =
	    "2: the row is longer than 64 KB: is a closing quote missing?";

	(void)state;
	flood("a,b\n", 'x', CSV_RECORD - 1, "");
	flood("a,b\n", 'x', CSV_RECORD, row);
	flood("a,b\n\"", 'x', 10 * CSV_RECORD, row);
	flood("a,b\n\"", '"', 10 * CSV_RECORD + 1, row);
	flood("a,b\n", ',', CSV_FIELDS - 1, "");
	flood("a,b\n", ',', CSV_FIELDS,
	    "2: the row has more than 256 fields: is this a CSV file?");
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
