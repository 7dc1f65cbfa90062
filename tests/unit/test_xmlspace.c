/*
 * test_xmlspace.c - which elements are in a namespace of somebody else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "fmt/xml.h"

static int asked; /* for namespaces */

static bool
ours(const char *uri)
{
	asked++;
	return strcmp(uri, "o") == 0;
}

/* The names of the elements, those of others in []. */
static int
on_start(void *arg, const char *name, const struct xml_attrs *a, struct err *e)
{
	(void)e;
	buf_addf(arg, xml_foreign(a) ? "[%s]" : "%s", name);
	return 0;
}

static int
on_end(void *arg, const char *name, struct err *e)
{
	(void)arg;
	(void)name;
	(void)e;
	return 0;
}

static int
read_names(const char *xml, size_t step, bool all, struct buf *log, char *why)
{
	struct xml_handler h = { on_start, on_end, NULL, log,
		all ? NULL : ours };
	struct err e = ERR_INIT;
	struct xml *x = xml_open(&h);
	size_t n = strlen(xml), i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i += step)
		rc = xml_feed(x, xml + i, n - i < step ? n - i : step, &e);
	if (rc == 0)
		rc = xml_end(x, &e);
	if (rc == -1)
		strcpy(why, e.msg);
	xml_close(x);
	return rc;
}

static const struct {
	const char *xml, *names;
	int asked;
} t[] = {
	{ "<a><p:b/></a>", "ab", 0 },
	{ "<a xmlns='o' xmlns:f='f'><b/><f:b/></a>", "ab[b]", 2 },
	{ "<a xmlns='f' xmlns:o='o'><b/><o:b/></a>", "[a][b]b", 2 },
	/* a declaration goes for its own element, and ends with it */
	{ "<a><p:b xmlns:p='f'/><p:c/></a>", "a[b]c", 1 },
	{ "<a><p:b xmlns:p='f'><p:c/></p:b><p:d/></a>", "a[b][c]d", 1 },
	/* the innermost one counts */
	{ "<p:a xmlns:p='f'><p:b xmlns:p='o'><p:c/></p:b><p:d/></p:a>",
	    "[a]bc[d]", 2 },
	{ "<a xmlns='f'><b xmlns='o'><c xmlns='f'/><d/></b><e/></a>",
	    "[a]b[c]d[e]", 3 },
	/* one that is taken back */
	{ "<a xmlns='f'><b xmlns=''><c/></b><d/></a>", "[a]bc[d]", 1 },
	/* no prefix is taken for another, nor is the name of an attribute */
	{ "<a xmlns:pp='f' xmlns:p='o'><p:b/><pp:b/><ppp:b/><b/></a>",
	    "ab[b]bb", 2 },
	{ "<p:a xmlnsx='f' xmlns.p='f' p='f' xmlns-p:p='f' p:xmlns='f'/>", "a",
	    0 },
	/* a name with two colons: the first ends the prefix */
	{ "<p:q:a xmlns:p='f'/>", "[q:a]", 1 },
};

static void
test_foreign(void **state)
{
	static const size_t step[] = { 1, 7, 1000 };
	char why[1024];
	struct buf log;
	size_t i;

	(void)state;
	buf_init(&log, 1000);
	for (i = 0; i < 3 * sizeof(t) / sizeof(t[0]); i++) {
		asked = 0;
		buf_reset(&log);
		if (read_names(t[i / 3].xml, step[i % 3], false, &log, why) ==
		    -1)
			fail_msg("%s: %s", t[i / 3].xml, why);
		assert_string_equal(buf_str(&log), t[i / 3].names);
		assert_int_equal(asked, t[i / 3].asked);
		/* where namespaces do not count */
		buf_reset(&log);
		read_names(t[i / 3].xml, step[i % 3], true, &log, why);
		assert_null(strchr(buf_str(&log), '['));
	}
	buf_free(&log);
}

/* n declarations, all in one element or each in one of its own. */
static int
declare_many(int n, bool nested, size_t name, char *why)
{
	struct buf xml, log;
	int i, rc;

	buf_init(&xml, 100000);
	buf_init(&log, 1000);
	buf_adds(&xml, "<a");
	for (i = 0; i < n; i++)
		buf_addf(&xml, "%s xmlns:%0*d='f'", nested ? "><a" : "",
		    (int)name, i);
	/* a name begins with a letter */
	for (i = 0; i < (int)xml.len; i++)
		if (xml.data[i] == ':')
			xml.data[i + 1] = 'p';
	buf_adds(&xml, ">");
	for (i = 0; nested && i < n; i++)
		buf_adds(&xml, "</a>");
	buf_adds(&xml, "</a>");
	rc = read_names(buf_str(&xml), 1000, false, &log, why);
	buf_free(&xml);
	buf_free(&log);
	return rc;
}

static void
test_bounds(void **state)
{
	static const struct {
		int n;
		bool nested;
		size_t name;
		int rc;
	} rows[] = { { 64, false, 3, 0 }, { 65, false, 3, -1 },
		{ 64, true, 63, 0 }, { 65, true, 63, -1 },
		{ 1, false, 64, -1 } };
	char why[1024];
	struct buf xml, log;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		why[0] = '\0';
		assert_int_equal(
		    declare_many(rows[i].n, rows[i].nested, rows[i].name, why),
		    rows[i].rc);
		if (rows[i].rc == -1)
			assert_non_null(strstr(why, "more than 64 namespaces"));
	}
	/* one after the other there may be any number */
	buf_init(&xml, 100000);
	buf_init(&log, 100000);
	buf_adds(&xml, "<a>");
	for (i = 0; i < 1000; i++)
		buf_adds(&xml, "<p:b xmlns:p='f' xmlns='f'/>");
	buf_adds(&xml, "</a>");
	assert_int_equal(read_names(buf_str(&xml), 1000, false, &log, why), 0);
	assert_int_equal(log.len, 3001);
	buf_free(&xml);
	buf_free(&log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_bounds) };

	return cmocka_run_group_tests_name("xmlspace", tests, NULL, NULL);
}
