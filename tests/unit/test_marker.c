/*
 * test_marker.c - when a folder's marker is settled.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sync/marker.h"

#define S   INT64_C(1000)
#define NOW (INT64_C(1795680000) * S) /* when the server had told */

struct row {
	const char *name;
	const char *stored; /* the marker, and since when it is known */
	int64_t unsettled;
	const char *told;
	int64_t asked, want;
};

static const struct row rows[] = {
	{ "a new folder", NULL, 0, "m", NOW, NOW },
	{ "its last page a little later", NULL, 0, "m", NOW + 3 * S - 1, NOW },
	{ "its last page long after", NULL, 0, "m", NOW + 3 * S, 0 },
	{ "another marker than before", "l", 0, "m", NOW, NOW },
	{ "another one, unsettled before", "l", NOW - 9 * S, "m", NOW, NOW },
	{ "seen just before", "m", NOW - S, "m", NOW + S, NOW - S },
	{ "seen long before", "m", NOW - 3 * S, "m", NOW, 0 },
	{ "seen before and read slowly", "m", NOW - S, "m", NOW + 2 * S, 0 },
	{ "settled before", "m", 0, "m", NOW, 0 },
	{ "of a file of an older program", "m", 1, "m", NOW, 0 },
	{ "the server has none", NULL, 0, NULL, NOW, 0 },
	{ "the server has none any more", "m", NOW - S, NULL, NOW, 0 },
	{ "seen in the future", "m", NOW + 86400 * S, "m", NOW + S, NOW },
	{ "seen in the future, read slowly", "m", NOW + S, "m", NOW + 3 * S,
	    0 },
	{ "seen at the end of time", "m", INT64_MAX, "m", NOW, NOW },
	{ "seen before all time", "m", INT64_MIN, "m", NOW, 0 },
	{ "the clock went back while it was read", NULL, 0, "m",
	    NOW - 86400 * S, NOW },
};

static void
test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct store_folder known = { .marker = r->stored,
			.unsettled = r->unsettled };
		struct folder told = { .marker = r->told };
		int64_t got = marker_unsettled(&known, &told, NOW, r->asked);

		if (got != r->want)
			fail_msg("%s: %lld, expected %lld", r->name,
			    (long long)got, (long long)r->want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
