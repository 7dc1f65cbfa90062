/*
 * test_retry.c - Retry-After, as servers write it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "net/retry.h"

#define DAY RETRY_MAX

static void
waits(void **state)
{
	/* it is 08:16:00 */
	static const struct {
		const char *head;
		int64_t ms;
	} t[] = {
		{ "Content-Type: text/html\n", -1 },
		{ "Retry-After: 7\n", 7000 },
		{ "retry-after: 0\n", 0 },
		{ "Retry-After: 2.128\n", 2128 },
		{ "Retry-After: soon\n", -1 },
		{ "Retry-After: \n", -1 },
		{ "Retry-After: -7\n", -1 },
		{ "Retry-After: nan\n", -1 },
		{ "Retry-After: 86399\n", 86399000 },
		{ "Retry-After: 86400\n", DAY },
		{ "Retry-After: 100000\n", DAY },
		{ "Retry-After: 1e300\n", DAY },
		{ "Retry-After: Fri, 20 Nov 2020 08:16:00 GMT\n", 0 },
		{ "Retry-After: Fri, 20 Nov 2026 08:16:00 GMT\n", 0 },
		/* the three forms of a date */
		{ "Retry-After: Fri, 20 Nov 2026 08:16:05 GMT\n", 5000 },
		{ "Retry-After: Friday, 20-Nov-26 08:16:06 GMT\n", 6000 },
		{ "Retry-After: Fri Nov 20 08:16:07 2026\n", 7000 },
		{ "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\n", DAY },
		/* the first one counts */
		{ "Retry-After: 1\nRetry-After: 2\n", 1000 },
	};
	struct http_response resp;
	struct buf scratch;
	size_t i;

	(void)state;
	setenv("EXSYNC_NOW", "2026-11-20T08:16:00Z", 1);
	buf_init(&scratch, 1000);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		memset(&resp, 0, sizeof(resp));
		buf_init(&resp.head, 1000);
		buf_adds(&resp.head, t[i].head);
		if (retry_after(&resp, &scratch) != t[i].ms)
			fail_msg("case %zu: %lld", i,
			    (long long)retry_after(&resp, &scratch));
		http_response_free(&resp);
	}
	buf_free(&scratch);
	unsetenv("EXSYNC_NOW");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(waits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
