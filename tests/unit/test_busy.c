/*
 * test_busy.c - how long one request is patient with a busy server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/tim.h"
#include "sync/gate.h"

int64_t __wrap_tim_mono(void);
void __wrap_tim_sleep(int64_t ms);

/* Time goes by only when somebody sleeps. */
static int64_t now = 1000;

int64_t
__wrap_tim_mono(void)
{
	return now;
}

void
__wrap_tim_sleep(int64_t ms)
{
	now += ms;
}

/* A server that is busy until then, and says for how long each time. */
struct busy {
	int64_t until, says;
	int calls;
	int64_t slept; /* result */
};

static int
request(struct busy *b, struct gate_tries tries)
{
	struct gate *g = gate_open(4);
	struct gate_login l = { .own = false };
	struct err err = ERR_INIT;
	int64_t began = now;
	int rc;

	b->calls = 0;
	do {
		if (gate_enter(g, &l, &err) == -1) {
			rc = -1;
			break;
		}
		b->calls++;
		rc = 0;
		if (now - began < b->until) {
			rc = err_set(&err, ERR_RETRY, "busy");
			err_code(
			    &err, CAUSE_BUSY, "ErrorServerBusy", SCOPE_MAILBOX);
			err.retry_ms = b->says;
		}
	} while (gate_leave(g, &l, rc, &tries, &err));
	b->slept = now - began;
	gate_close(g);
	return rc;
}

static const struct {
	int64_t until, says;
	int rc, calls;
	int64_t slept;
} scenes[] = {
	/* as often as it says so, if it comes to 30 seconds in all */
	{ 9000, 3000, 0, 4, 9000 },
	{ 30000, 3000, 0, 11, 30000 },
	{ 31000, 3000, -1, 11, 30000 },
	{ 1000000, 30000, -1, 2, 30000 },
	{ 1000000, 16000, -1, 2, 16000 },
	{ 1000000, 30001, -1, 1, 0 },
	/* next to nothing: after two tries not more than one a second */
	{ 1000000, 1, -1, 1 + 2 + 29, 2 + 29000 },
	{ 3500, 250, 0, 1 + 2 + 3, 500 + 3000 },
};

static void
by_time(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		struct busy b = { scenes[i].until, scenes[i].says, 0, 0 };

		if (request(&b, (struct gate_tries){ 0, 0 }) != scenes[i].rc ||
		    b.calls != scenes[i].calls || b.slept != scenes[i].slept)
			fail_msg("scene %zu: %d calls in %lld ms", i, b.calls,
			    (long long)b.slept);
	}
}

/* What must not be repeated is not, however short the delay. */
static void
no_more(void **state)
{
	struct busy b = { 1000000, 10, 0, 0 };

	(void)state;
	assert_int_equal(request(&b, GATE_NO_MORE), -1);
	assert_int_equal(b.calls, 1);
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(by_time),
		cmocka_unit_test(no_more),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
