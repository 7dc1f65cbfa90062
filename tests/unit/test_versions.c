/*
 * test_versions.c - versions and cookies of each mailbox.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ews/versions.h"

static void
caps(void **state)
{
	static const struct {
		int major, minor, build;
		enum version v;
	} t[] = { { 8, 0, 685, VERSION_2007 }, { 8, 1, 240, VERSION_2007_SP1 },
		{ 8, 3, 83, VERSION_2007_SP1 }, { 14, 0, 639, VERSION_2010 },
		{ 14, 1, 218, VERSION_2010_SP1 },
		{ 14, 3, 123, VERSION_2010_SP2 }, { 15, 0, 516, VERSION_2013 },
		{ 15, 0, 847, VERSION_2013_SP1 }, { 15, 1, 225, VERSION_2016 },
		{ 15, 2, 2562, VERSION_2016 }, { 15, 20, 1, VERSION_2016 },
		{ 16, 0, 1, VERSION_2016 } };
	struct version_build b = { false, 8, 0, 0, 0 };
	size_t i;

	(void)state;
	assert_int_equal(version_cap(&b), VERSION_2016);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		b.known = true;
		b.major = t[i].major;
		b.minor = t[i].minor;
		b.build = t[i].build;
		assert_int_equal(version_cap(&b), t[i].v);
	}
}

static void
starts(void **state)
{
	static const struct {
		enum ews_version c;
		const char *name;
	} t[] = { { EWS_VERSION_AUTO, "Exchange2013" },
		{ EWS_VERSION_2007, "Exchange2007_SP1" },
		{ EWS_VERSION_2010, "Exchange2010_SP1" },
		{ EWS_VERSION_2013, "Exchange2013" },
		{ EWS_VERSION_2016, "Exchange2016" },
		{ EWS_VERSION_2019, "Exchange2016" },
		{ EWS_VERSION_SE, "Exchange2016" } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_string_equal(
		    version_name(version_start(t[i].c)), t[i].name);
}

static void
steps(void **state)
{
	struct version_build old = { true, 14, 0, 639, 0 };
	struct version_build new = { true, 15, 1, 225, 0 };
	struct mboxes b;
	struct mbox *m, *n;

	(void)state;
	mbox_init(&b, VERSION_2013);
	m = mbox_get(&b, "a@x");
	assert_ptr_equal(mbox_get(&b, "a@x"), m);
	assert_int_equal(mbox_version(&b, m), VERSION_2013);
	assert_true(mbox_step_down(&b, m, VERSION_2013));
	assert_int_equal(mbox_version(&b, m), VERSION_2010_SP1);
	/* somebody else was refused the same at the same time */
	assert_true(mbox_step_down(&b, m, VERSION_2013));
	assert_int_equal(mbox_version(&b, m), VERSION_2010_SP1);
	/* a hint for the others only once it went well */
	n = mbox_get(&b, "b@x");
	assert_int_equal(mbox_version(&b, n), VERSION_2013);
	mbox_proven(&b, m, VERSION_2010_SP1);
	assert_int_equal(mbox_version(&b, n), VERSION_2010_SP1);
	/* a server that tells its build is spoken to as it deserves */
	mbox_told(&b, n, &new);
	assert_int_equal(mbox_version(&b, n), VERSION_2013);
	mbox_told(&b, n, &old);
	assert_int_equal(mbox_version(&b, n), VERSION_2010);
	/* the ladder ends, and what was not to blame is taken back */
	assert_true(mbox_step_down(&b, m, VERSION_2010_SP1));
	assert_false(mbox_step_down(&b, m, VERSION_2007_SP1));
	mbox_restore(&b, m);
	assert_int_equal(mbox_version(&b, m), VERSION_2010_SP1);
	mbox_free(&b);
}

static void
cookies(void **state)
{
	static const struct {
		const char *set, *want;
	} t[] = {
		{ "exchangecookie=abc; path=/; HttpOnly",
		    "exchangecookie=abc" },
		{ " X-BackEndCookie=a=b%; expires=Sun, 20-Nov-2050 08:16:00 "
		  "GMT; secure",
		    "X-BackEndCookie=a=b%; exchangecookie=abc" },
		{ "exchangecookie=new", "exchangecookie=new; "
					"X-BackEndCookie=a=b%" },
		{ "exchangecookie=; path=/", "X-BackEndCookie=a=b%" },
		{ "nothing", "X-BackEndCookie=a=b%" },
		{ "=x", "X-BackEndCookie=a=b%" },
		{ "a=b\r\nEvil: 1", "X-BackEndCookie=a=b%" },
		{ "x=1; Max-Age=10", "x=1; X-BackEndCookie=a=b%" },
		{ "x=1; Path=/; max-age=0", "X-BackEndCookie=a=b%" },
		/* as ASP.NET writes the date */
		{ "x=1; expires=Thu, 01-Jan-1970 00:00:00 GMT; path=/",
		    "X-BackEndCookie=a=b%" },
		{ "x=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9",
		    "x=1; X-BackEndCookie=a=b%" },
		{ "x=1; Max-Age=-1; Expires=Sun, 20-Nov-2050 08:16:00 GMT",
		    "X-BackEndCookie=a=b%" },
		{ "x=1; Max-Age=soon", "x=1; X-BackEndCookie=a=b%" },
		{ "x=; Max-Age=9", "X-BackEndCookie=a=b%" },
		{ "X-BackEndCookie=q; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
		    "" },
	};
	struct mboxes b;
	struct mbox *m, *n;
	struct buf out;
	size_t i;
	char big[5000], many[64];

	(void)state;
	mbox_init(&b, VERSION_2013);
	buf_init(&out, 16384);
	m = mbox_get(&b, "a@x");
	n = mbox_get(&b, "b@x");
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		mbox_set_cookie(&b, m, t[i].set);
		mbox_cookies(&b, m, &out);
		assert_string_equal(buf_str(&out), t[i].want);
		mbox_cookies(&b, n, &out);
		assert_string_equal(buf_str(&out), "");
	}
	memset(big, 'x', sizeof(big) - 1);
	big[1] = '=';
	big[sizeof(big) - 1] = '\0';
	mbox_set_cookie(&b, m, big);
	for (i = 0; i < 100; i++) {
		snprintf(many, sizeof(many), "n%zu=v", i);
		mbox_set_cookie(&b, m, many);
	}
	mbox_cookies(&b, m, &out);
	assert_true(out.len > 100 && out.len < 300);
	mbox_drop_cookies(&b, m);
	mbox_cookies(&b, m, &out);
	assert_int_equal(out.len, 0);
	buf_free(&out);
	mbox_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(caps),
		cmocka_unit_test(starts), cmocka_unit_test(steps),
		cmocka_unit_test(cookies) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
