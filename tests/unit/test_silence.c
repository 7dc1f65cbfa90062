/*
 * test_silence.c - have passes stopped coming?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/tim.h"
#include "sync/silence.h"

/* 2026-11-20T08:16:00Z */
#define T0   INT64_C(1795162560000)
#define MIN  INT64_C(60000)
#define NONE (-1e12) /* minutes ago: no time */

#define HQ    "--profile hq"
#define OTHER "--profile hq2"
#define ANN   "--mailbox ann@a.example"
#define BOB   "--mailbox bob@a.example"
#define NEAR  "--mailbox xann@a.example --mailbox ann@a.example.org"

/* A pass that took a minute, or less if it began less than a minute ago. */
struct past {
	double ago; /* minutes; less than 0: in the future */
	const char *wanted;
};

struct row {
	const char *what;
	struct past past[12];  /* the latest first; all zero: the end */
	int written;           /* polling_interval, or 0 */
	bool open, at_work;    /* the latest one */
	double expected, last; /* minutes; last: ago, -1: not known */
	bool is;
};

static const struct row rows[] = {
	{ "no pass at all", { { 0, NULL } }, 5, false, false, 5, -1, false },
	{ "two are too few", { { 600, NULL }, { 610, NULL } }, 0, false, false,
	    0, 599, false },
	{ "three are not", { { 31, NULL }, { 41, NULL }, { 51, NULL } }, 0,
	    false, false, 10, 30, false },
	{ "a little longer", { { 31.1, NULL }, { 41.1, NULL }, { 51.1, NULL } },
	    0, false, false, 10, 30.1, true },
	{ "what is written counts, from the first pass on", { { 17, NULL } }, 5,
	    false, false, 5, 16, true },
	{ "and not what is usual", { { 61, NULL }, { 62, NULL }, { 63, NULL } },
	    30, false, false, 30, 60, false },
	{ "a night off does not move the median",
	    { { 20, NULL }, { 25, NULL }, { 30, NULL }, { 35, NULL },
		{ 635, NULL }, { 640, NULL } },
	    0, false, false, 5, 19, true },
	{ "of the last ten only",
	    { { 40, NULL }, { 45, NULL }, { 50, NULL }, { 55, NULL },
		{ 60, NULL }, { 65, NULL }, { 125, NULL }, { 185, NULL },
		{ 245, NULL }, { 305, NULL }, { 365, NULL }, { 425, NULL } },
	    0, false, false, 5, 39, true },
	{ "several in a minute are one, by hand",
	    { { 50, NULL }, { 50.1, NULL }, { 50.2, NULL }, { 50.9, NULL },
		{ 110, NULL }, { 170, NULL } },
	    0, false, false, 60, 49, false },
	{ "three in a minute tell nothing",
	    { { 50, NULL }, { 50.1, NULL }, { 50.2, NULL } }, 0, false, false,
	    0, 49, false },
	/* a clock that was ahead */
	{ "times in the future are no passes",
	    { { -600, NULL }, { -595, NULL }, { 32, NULL }, { 42, NULL },
		{ 52, NULL } },
	    0, false, false, 10, 31, true },
	{ "nor do they tell how often they come",
	    { { -600, NULL }, { -605, NULL }, { -610, NULL } }, 0, false, false,
	    0, -1, false },
	{ "one that is past by now counts as it came",
	    { { 40, NULL }, { 50, NULL }, { 60, NULL }, { 5, NULL },
		{ 15, NULL } },
	    0, false, false, 10, 39, true },
	{ "a clock that was behind",
	    { { 5, NULL }, { 10, NULL }, { 29000000, NULL }, { 15, NULL },
		{ 20, NULL }, { 25, NULL } },
	    0, false, false, 5, 4, false },
	{ "a time that is none", { { NONE, NULL }, { 17, NULL } }, 5, false,
	    false, 5, 16, true },
	/* a pass without an end */
	{ "one is at work, for hours", { { 600, NULL }, { 605, NULL } }, 5,
	    true, true, 5, 0, false },
	{ "of another profile", { { 600, OTHER }, { 605, NULL } }, 5, true,
	    true, 5, 604, true },
	{ "it was killed", { { 600, NULL }, { 605, NULL } }, 5, true, false, 5,
	    600, true },
	/* restricted ones */
	{ "over this profile", { { 4, HQ }, { 60, NULL } }, 5, false, false, 5,
	    3, false },
	{ "over another", { { 4, OTHER }, { 60, NULL } }, 5, false, false, 5,
	    59, true },
	{ "each profile has its own interval",
	    { { 4, OTHER }, { 9, OTHER }, { 14, OTHER }, { 61, HQ },
		{ 121, HQ }, { 181, HQ } },
	    0, false, false, 60, 60, false },
	{ "over one mailbox of two", { { 4, ANN }, { 60, NULL } }, 5, false,
	    false, 5, 59, true },
	{ "over each of them", { { 4, ANN }, { 5, BOB }, { 60, NULL } }, 5,
	    false, false, 5, 59, false },
	{ "over both", { { 4, ANN " " BOB }, { 60, NULL } }, 5, false, false, 5,
	    59, false },
	{ "of a profile", { { 4, ANN " " BOB " " HQ }, { 60, NULL } }, 5, false,
	    false, 5, 59, false },
	{ "long ago", { { 40, ANN " " BOB }, { 60, NULL } }, 5, false, false, 5,
	    59, true },
	{ "over others with similar names",
	    { { 4, NEAR " " BOB }, { 60, NULL } }, 5, false, false, 5, 59,
	    true },
	{ "nothing but such", { { 40, ANN }, { 50, ANN }, { 60, ANN } }, 5,
	    false, false, 5, -1, false },
};

static int64_t
minutes(double n)
{
	return (int64_t)(n * (double)MIN);
}

static void
fill_pass(struct store_pass *p, const struct past *past, bool open)
{
	p->wanted = store_want_read(past->wanted);
	p->open = open;
	p->started = p->finished = TIM_NONE;
	if (past->ago < -1e9)
		return;
	p->started = T0 - minutes(past->ago);
	if (!open)
		p->finished = p->started + MIN;
}

static struct silence
judge(const struct row *r, size_t nmailbox)
{
	static const char *const mailbox[] = { "ann@a.example",
		"bob@a.example" };
	struct conf_profile hq = { .name = (char *)(uintptr_t) "hq",
		.polling_interval = r->written > 0 ? r->written : 5,
		.polling_written = r->written > 0 };
	struct store_pass pass[12];
	struct store_passes passes = { .v = pass };
	struct silence_of of = { &hq, mailbox, nmailbox, &passes, r->at_work,
		T0 };
	struct silence out;
	size_t i;

	memset(pass, 0, sizeof(pass));
	for (i = 0; i < 12 && (r->past[i].ago > 0 || r->past[i].ago < 0); i++)
		fill_pass(&pass[passes.n++], &r->past[i], r->open && i == 0);
	silence_judge(&of, &out);
	return out;
}

static void
test_silence(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct silence is = judge(r, 2);
		int64_t last = r->last < 0 ? TIM_NONE : T0 - minutes(r->last);

		if (is.expected != minutes(r->expected) || is.last != last ||
		    is.is != r->is)
			fail_msg("%s: every %lld s, last %lld s ago, %d",
			    r->what, (long long)is.expected / 1000,
			    (long long)(is.last == TIM_NONE ? -1
							    : T0 - is.last) /
				1000,
			    is.is);
		/* nobody misses passes over nothing */
		assert_false(judge(r, 0).is);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silence),
	};

	return cmocka_run_group_tests_name("silence", tests, NULL, NULL);
}
