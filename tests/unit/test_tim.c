/*
 * test_tim.c - the date formats, against each other and the C library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/tim.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct row {
	const char *in, *out; /* NULL: refused */
};

static void
expect(bool (*parse)(const char *, int64_t *), const char *in, const char *out)
{
	char text[TIM_TEXT], *copy = strdup(in);
	int64_t t = 77;
	bool ok = parse(copy, &t); /* a copy: reading past its end shows */

	free(copy);
	if (ok != (out != NULL))
		fail_msg("\"%s\" is %s", in, ok ? "taken" : "refused");
	if (!ok) {
		assert_true(t == 77);
		return;
	}
	assert_non_null(tim_text(t, text));
	if (out != NULL && strcmp(text, out) != 0)
		fail_msg("\"%s\" is %s, not %s", in, text, out);
}

static const struct row iso[] = {
	{ "2026-11-20T08:16:00Z", "2026-11-20T08:16:00Z" },
	{ "2026-11-20T08:16:00", "2026-11-20T08:16:00Z" },
	{ "2026-11-20T08:16:00.5Z", "2026-11-20T08:16:00Z" },
	{ "2026-11-20T08:16:00.123456789123456789+01:00",
	    "2026-11-20T07:16:00Z" },
	{ "2026-11-20T08:16:00-05:30", "2026-11-20T13:46:00Z" },
	{ "2026-11-20T08:16:00+14:00", "2026-11-19T18:16:00Z" },
	{ "2026-11-20T08:16:60Z", "2026-11-20T08:17:00Z" },
	{ "2026-11-20T24:00:00Z", "2026-11-21T00:00:00Z" },
	{ " \n2026-11-20T08:16:00Z ", "2026-11-20T08:16:00Z" },
	{ "2026-11-20", "2026-11-20T00:00:00Z" },
	{ "2026-11-20Z", "2026-11-20T00:00:00Z" },
	{ "2026-11-20+02:00", "2026-11-19T22:00:00Z" },
	{ "1601-01-01T00:00:00Z", "1601-01-01T00:00:00Z" },
	{ "4501-01-01T00:00:00Z", "4501-01-01T00:00:00Z" },
	{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z" },
	{ "2000-02-29", "2000-02-29T00:00:00Z" },
	{ "2024-02-29", "2024-02-29T00:00:00Z" },
	{ "1900-02-29", NULL },
	{ "2023-02-29", NULL },
	{ "2023-04-31", NULL },
	{ "2023-00-01", NULL },
	{ "2023-13-01", NULL },
	{ "2023-01-00", NULL },
	{ "2023-01-32", NULL },
	{ "1600-12-31", NULL },
	{ "0001-01-01T00:00:00Z", NULL },
	{ "9999-12-31T23:59:59-01:00", NULL },
	{ "9999-12-31T24:00:00Z", NULL },
	{ "10000-01-01", NULL },
	{ "-2026-01-01", NULL },
	{ "2026-11-20T25:00:00Z", NULL },
	{ "2026-11-20T24:00:01Z", NULL },
	{ "2026-11-20T08:60:00Z", NULL },
	{ "2026-11-20T08:16:61Z", NULL },
	{ "2026-11-20T08:16Z", NULL },
	{ "2026-11-20T8:16:00Z", NULL },
	{ "2026-11-20T08:16:00.Z", NULL },
	{ "2026-11-20T08:16:00,5Z", NULL },
	{ "2026-11-20T08:16:00+1:00", NULL },
	{ "2026-11-20T08:16:00+01", NULL },
	{ "2026-11-20T08:16:00+0100", NULL },
	{ "2026-11-20T08:16:00+14:01", NULL },
	{ "2026-11-20T08:16:00+01:60", NULL },
	{ "2026-11-20T08:16:00z", NULL },
	{ "2026-11-20T08:16:00Zx", NULL },
	{ "2026-11-20t08:16:00Z", NULL },
	{ "2026-11-20 08:16:00Z", NULL },
	{ "2026-11-20T", NULL },
	{ "2026-11", NULL },
	{ "20261120", NULL },
	{ "", NULL },
	{ "yesterday", NULL },
};

static const struct row mail[] = {
	{ "Fri, 20 Nov 2026 08:16:00 +0100", "2026-11-20T07:16:00Z" },
	{ "Fri, 20 Nov 2026 08:16:00 -0530 (IST)", "2026-11-20T13:46:00Z" },
	{ "20 Nov 2026 08:16:00 +0000", "2026-11-20T08:16:00Z" },
	{ "20 Nov 2026 08:16 GMT", "2026-11-20T08:16:00Z" },
	{ "fri,20 nov 2026 8:16 ut", "2026-11-20T08:16:00Z" },
	{ "Fri 20 Nov 2026 08:16:00 +0100", "2026-11-20T07:16:00Z" },
	{ "Friday, 20 November 2026 08:16:00 +0100", "2026-11-20T07:16:00Z" },
	{ "Sat, 1 Sept 2026 08:16:00 Z", "2026-09-01T08:16:00Z" },
	{ "Fri, 20 Nov 2026 08:16:60 +0000", "2026-11-20T08:17:00Z" },
	/* RFC 5322 A.5 and A.6.3 */
	{ "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n"
	  "               -0330 (Newfoundland Time)",
	    "1969-02-14T03:02:00Z" },
	{ "21 Nov 97 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06Z" },
	/* obsolete years: RFC 5322 4.3 */
	{ "1 Jan 00 00:00 GMT", "2000-01-01T00:00:00Z" },
	{ "1 Jan 49 00:00 GMT", "2049-01-01T00:00:00Z" },
	{ "1 Jan 50 00:00 GMT", "1950-01-01T00:00:00Z" },
	{ "1 Jan 99 00:00 GMT", "1999-01-01T00:00:00Z" },
	{ "1 Jan 100 00:00 GMT", "2000-01-01T00:00:00Z" },
	{ "1 Jan 126 00:00 GMT", "2026-01-01T00:00:00Z" },
	/* obsolete zones */
	{ "1 Jul 2026 00:00:00 EDT", "2026-07-01T04:00:00Z" },
	{ "1 Jul 2026 00:00:00 EST", "2026-07-01T05:00:00Z" },
	{ "1 Jul 2026 00:00:00 CDT", "2026-07-01T05:00:00Z" },
	{ "1 Jul 2026 00:00:00 CST", "2026-07-01T06:00:00Z" },
	{ "1 Jul 2026 00:00:00 MDT", "2026-07-01T06:00:00Z" },
	{ "1 Jul 2026 00:00:00 MST", "2026-07-01T07:00:00Z" },
	{ "1 Jul 2026 00:00:00 PDT", "2026-07-01T07:00:00Z" },
	{ "1 Jul 2026 00:00:00 pst", "2026-07-01T08:00:00Z" },
	{ "1 Jul 2026 00:00:00 A", "2026-07-01T00:00:00Z" },
	{ "1 Jul 2026 00:00:00 Z", "2026-07-01T00:00:00Z" },
	{ "1 Jul 2026 00:00:00 CEST", "2026-07-01T00:00:00Z" },
	/* seen in real mail */
	{ "1 Jul 2026 00:00:00", "2026-07-01T00:00:00Z" },
	{ "1 Jul 2026 00:00:00 GMT+0200", "2026-06-30T22:00:00Z" },
	{ "1 Jul 2026 00:00:00 +02:00", "2026-06-30T22:00:00Z" },
	{ "(a (b\\)) c) 1 (x)Jul(y)2026 00:00:00(z) +0000 (open",
	    "2026-07-01T00:00:00Z" },
	{ "Fri, 31 Nov 2026 08:16:00 +0100", NULL },
	{ "Fri, 0 Nov 2026 08:16:00 +0100", NULL },
	{ "Fri, 20 Nox 2026 08:16:00 +0100", NULL },
	{ "Fri, 20 No 2026 08:16:00 +0100", NULL },
	{ "Fri, 20 Novemberx 2026 08:16:00 +0100", NULL },
	{ "Fri, 120 Nov 2026 08:16:00 +0100", NULL },
	{ "Fri, 20 Nov 12026 08:16:00 +0100", NULL },
	{ "Fri, 20 Nov 6 08:16:00 +0100", NULL },
	{ "Fri, 20 Nov 2026 24:00:00 +0100", NULL },
	{ "Fri, 20 Nov 2026 08:60:00 +0100", NULL },
	{ "Fri, 20 Nov 2026 08:16:61 +0100", NULL },
	{ "Fri, 20 Nov 2026 08:16:00 +01", NULL },
	{ "Fri, 20 Nov 2026 08:16:00 +0160", NULL },
	{ "Fri, 20 Nov 2026 08:16:00 +0100 x", NULL },
	{ "Fri, 20 Nov 2026 08 16 00 +0100", NULL },
	{ "Fri, 20 Nov 2026", NULL },
	{ "Fri", NULL },
	{ "(only a comment", NULL },
	{ "", NULL },
};

static const struct row http[] = {
	{ "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z" },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z" },
	{ "Sun, 06-Nov-1994 08:49:37 GMT", "1994-11-06T08:49:37Z" },
	{ "Sun, 06-Nov-194 08:49:37 GMT", NULL },
	{ "Sun, 06-Nov-9 08:49:37 GMT", NULL },
	{ "Sun, 06-Nov-", NULL },
	{ "Sun, 06 Nov 94 08:49:37 GMT", NULL },
	{ "Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z" },
	{ "Sun Nov 16 08:49:37 1994", "1994-11-16T08:49:37Z" },
	{ " Fri, 20 Nov 2026 08:16:00 GMT ", "2026-11-20T08:16:00Z" },
	{ "Sun, 6 Nov 1994 08:49:37 GMT", NULL },
	{ "Sun, 06 Nov 1994 08:49:37", NULL },
	{ "Sun, 06 Nov 1994 08:49:37 +0000", NULL },
	{ "Sun, 06 Nov 94 08:49:37 GMT", NULL },
	{ "Sun, 06-Nov 1994 08:49:37 GMT", NULL },
	{ "Sun, 31 Feb 1994 08:49:37 GMT", NULL },
	{ "Sun, 06 Nov 1994 24:00:00 GMT", NULL },
	{ "06 Nov 1994 08:49:37 GMT", NULL },
	{ "Sun Nov  6 08:49:37", NULL },
	{ "120", NULL },
	{ "", NULL },
};

static void
test_formats(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(iso); i++)
		expect(tim_iso, iso[i].in, iso[i].out);
	for (i = 0; i < COUNT(mail); i++)
		expect(tim_mail, mail[i].in, mail[i].out);
	for (i = 0; i < COUNT(http); i++)
		expect(tim_http, http[i].in, http[i].out);
}

/* Milliseconds are kept by tim_iso, cut (downwards) by tim_text. */
static void
test_ms(void **state)
{
	char text[TIM_TEXT];
	int64_t t;

	(void)state;
	assert_true(tim_iso("1970-01-01T00:00:00.0459Z", &t));
	assert_int_equal(t, 45);
	assert_true(tim_iso("1969-12-31T23:59:59.9Z", &t));
	assert_int_equal(t, -100);
	assert_string_equal(tim_text(-1, text), "1969-12-31T23:59:59Z");
	assert_string_equal(tim_text(999, text), "1970-01-01T00:00:00Z");
	assert_string_equal(tim_text(-1000, text), "1969-12-31T23:59:59Z");
}

static void
test_text_range(void **state)
{
	char text[TIM_TEXT];

	(void)state;
	assert_null(tim_text(TIM_NONE, text));
	assert_null(tim_text(INT64_MAX, text));
	assert_null(tim_text(INT64_C(253402300800000), text));
	assert_string_equal(
	    tim_text(INT64_C(253402300799999), text), "9999-12-31T23:59:59Z");
	assert_string_equal(
	    tim_text(INT64_C(-62135596800000), text), "0001-01-01T00:00:00Z");
	assert_null(tim_text(INT64_C(-62135596800001), text));
}

/* Every day of 8,400 years, as the C library counts them. */
static void
test_every_day(void **state)
{
	char text[TIM_TEXT], want[TIM_TEXT + 40], line[64];
	int64_t t, ms;
	struct tm tm;
	time_t s;

	(void)state;
	assert_true(tim_iso("1601-01-01T13:14:15Z", &ms));
	for (; tim_text(ms, text) != NULL; ms += 86400000) {
		s = (time_t)(ms / 1000);
		gmtime_r(&s, &tm);
		strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_string_equal(text, want);
		assert_true(tim_iso(text, &t) && t == ms);
		strftime(line, sizeof(line), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		assert_true(tim_http(line, &t) && t == ms);
		assert_true(tim_mail(line, &t) && t == ms);
	}
	assert_true(ms > INT64_C(253402300799999));
}

static void
test_clocks(void **state)
{
	int64_t a, b;
	time_t before;

	(void)state;
	a = tim_mono();
	tim_sleep(20);
	tim_sleep(0);
	tim_sleep(-5);
	b = tim_mono();
	assert_in_range(b - a, 20, 60000); /* only a hang takes so long */
	before = time(NULL);
	a = tim_now();
	/* the kernel's second may begin a little later than its clock's */
	assert_true(before <= a / 1000 && a / 1000 <= time(NULL) + 1);
#ifdef EXSYNC_FAULT
	setenv("EXSYNC_NOW", "2026-11-20T08:16:00Z", 1);
	assert_true(tim_now() == INT64_C(1795162560000));
	/* RFC 9110: two digits more than 50 years ahead are the past */
	expect(
	    tim_http, "Sunday, 06-Nov-76 08:49:37 GMT", "2076-11-06T08:49:37Z");
	expect(
	    tim_http, "Sunday, 06-Nov-77 08:49:37 GMT", "1977-11-06T08:49:37Z");
	setenv("EXSYNC_NOW", "rubbish", 1);
	assert_true(tim_now() >= a);
	unsetenv("EXSYNC_NOW");
#endif
}

static void
test_due(void **state)
{
	int64_t now = tim_now(), minute = 60000;

	(void)state;
	assert_true(tim_due(TIM_NONE));
	assert_true(tim_due(now - minute));
	assert_true(tim_due(now));
	assert_false(tim_due(now + minute));
	assert_false(tim_due(now + TIM_FAR - minute));
	assert_true(tim_due(now + TIM_FAR + minute));
	assert_true(tim_due(INT64_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_ms),
		cmocka_unit_test(test_text_range),
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_due),
	};

	return cmocka_run_group_tests_name("tim", tests, NULL, NULL);
}
