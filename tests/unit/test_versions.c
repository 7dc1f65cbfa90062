/*
 * test_versions.c - the protocol version that is used for each mailbox.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

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
	struct versions all;
	struct mailbox_version *m, *n;

	(void)state;
	versions_init(&all, VERSION_2013);
	m = versions_of(&all, "a@x");
	assert_ptr_equal(versions_of(&all, "a@x"), m);
	assert_int_equal(versions_current(&all, m), VERSION_2013);
	assert_true(versions_step_down(&all, m, VERSION_2013));
	assert_int_equal(versions_current(&all, m), VERSION_2010_SP1);
	/* somebody else was refused the same at the same time */
	assert_true(versions_step_down(&all, m, VERSION_2013));
	assert_int_equal(versions_current(&all, m), VERSION_2010_SP1);
	/* a hint for the others only once it went well */
	n = versions_of(&all, "b@x");
	assert_int_equal(versions_current(&all, n), VERSION_2013);
	versions_proven(&all, m, VERSION_2010_SP1);
	assert_int_equal(versions_current(&all, n), VERSION_2010_SP1);
	/* a server that tells its build is spoken to as it deserves */
	versions_told(&all, n, &new);
	assert_int_equal(versions_current(&all, n), VERSION_2013);
	versions_told(&all, n, &old);
	assert_int_equal(versions_current(&all, n), VERSION_2010);
	/* the ladder ends, and what was not to blame is taken back */
	assert_true(versions_step_down(&all, m, VERSION_2010_SP1));
	assert_false(versions_step_down(&all, m, VERSION_2007_SP1));
	versions_restore(&all, m);
	assert_int_equal(versions_current(&all, m), VERSION_2010_SP1);
	versions_free(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(caps),
		cmocka_unit_test(starts), cmocka_unit_test(steps) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
