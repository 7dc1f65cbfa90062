/*
 * test_gate.c - one login at a time until it works, waits, stops.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pthread.h>

#include <cmocka.h>

#include "base/tim.h"
#include "sync/gate.h"

struct scene {
	struct gate *gate;
	enum err_kind kind; /* what every call ends with */
	enum err_scope scope;
	const char *code;
	int64_t retry_ms;
	atomic_int calls, inside, most, refused;
};

/* One call as the engine makes it. */
static int
call(struct scene *s, struct gate_login *l, struct err *err)
{
	int tries = 0, rc, now, old;

	do {
		if (gate_enter(s->gate, l, err) == -1) {
			atomic_fetch_add(&s->refused, 1);
			return -1;
		}
		atomic_fetch_add(&s->calls, 1);
		now = atomic_fetch_add(&s->inside, 1) + 1;
		old = atomic_load(&s->most);
		while (now > old &&
		       !atomic_compare_exchange_weak(&s->most, &old, now))
			;
		tim_sleep(2);
		atomic_fetch_sub(&s->inside, 1);
		rc = 0;
		if (s->kind != ERR_NONE) {
			rc = err_set(err, s->kind, "as the scene says");
			err_code(err, s->code, s->scope);
			err->retry_ms = s->retry_ms;
		}
	} while (gate_leave(s->gate, l, rc, &tries, err));
	return rc;
}

static void *
caller(void *arg)
{
	struct scene *s = arg;
	struct gate_login l = { false, false };
	struct err err = ERR_INIT;

	call(s, &l, &err);
	return NULL;
}

static void
run_ten(struct scene *s)
{
	pthread_t t[10];
	int i;

	s->gate = gate_open(10);
	for (i = 0; i < 10; i++)
		pthread_create(&t[i], NULL, caller, s);
	for (i = 0; i < 10; i++)
		pthread_join(t[i], NULL);
	gate_close(s->gate);
}

static void
test_good_login(void **state)
{
	struct scene s = { .kind = ERR_NONE, .code = "" };

	(void)state;
	run_ten(&s);
	assert_int_equal(s.calls, 10);
	assert_true(s.most > 1);
}

/* A wrong password is tried once, whatever the number of threads. */
static void
test_bad_login(void **state)
{
	struct scene s = {
		.kind = ERR_AUTH, .scope = SCOPE_PROFILE, .code = "http-401"
	};

	(void)state;
	run_ten(&s);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.refused, 9);
}

static void
test_unreachable(void **state)
{
	struct scene s = { .kind = ERR_RETRY,
		.scope = SCOPE_MAILBOX,
		.code = "connect",
		.retry_ms = 1 };

	(void)state;
	run_ten(&s);
	assert_int_equal(s.calls, 3);
	assert_int_equal(s.most, 1);
}

/* A mailbox that is denied does not stop the others. */
static void
test_mailbox_denied(void **state)
{
	struct scene s = { .kind = ERR_AUTH,
		.scope = SCOPE_MAILBOX,
		.code = "ErrorImpersonateUserDenied" };

	(void)state;
	run_ten(&s);
	assert_int_equal(s.calls, 10);
	assert_int_equal(s.refused, 0);
}

static void
test_retries(void **state)
{
	struct scene s = { .kind = ERR_RETRY,
		.scope = SCOPE_MAILBOX,
		.code = "ErrorServerBusy",
		.retry_ms = 20 };
	struct gate_login l = { false, false };
	struct err err = ERR_INIT;
	int64_t began = tim_mono();

	(void)state;
	s.gate = gate_open(4);
	assert_int_equal(call(&s, &l, &err), -1);
	assert_int_equal(s.calls, 3);
	assert_true(tim_mono() - began >= 40);
	s.retry_ms = 300000; /* too long to wait here */
	s.calls = 0;
	began = tim_mono();
	assert_int_equal(call(&s, &l, &err), -1);
	assert_int_equal(s.calls, 1);
	assert_int_equal(err.retry_ms, 300000);
	assert_true(tim_mono() - began < 1000);
	gate_close(s.gate);
}

static void
test_own_login(void **state)
{
	struct scene s = {
		.kind = ERR_AUTH, .scope = SCOPE_PROFILE, .code = "http-401"
	};
	struct gate_login own = { true, false }, other = { true, false };
	struct err err = ERR_INIT;

	(void)state;
	s.gate = gate_open(4);
	assert_int_equal(call(&s, &own, &err), -1);
	assert_int_equal(call(&s, &own, &err), -1);
	assert_int_equal(s.calls, 1); /* not tried again */
	s.kind = ERR_NONE;
	assert_int_equal(call(&s, &other, &err), 0);
	gate_close(s.gate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_login),
		cmocka_unit_test(test_bad_login),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_mailbox_denied),
		cmocka_unit_test(test_retries),
		cmocka_unit_test(test_own_login),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
