/*
 * test_gate.c - the gate: one login at a time until it works, waits, stops.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "causes.h"
#include "base/tim.h"
#include "sync/gate.h"

#define HANG_MS 60000 /* nothing but a defect takes so long */

struct scene {
	struct gate *gate;
	enum err_kind kind; /* what every call ends with */
	enum err_scope scope;
	const char *code;
	int64_t retry_ms;
	int crowd; /* how many wait for each other inside */
	atomic_int calls, inside, most, refused;
};

/* One call is in progress. The very first one may have to be alone. */
static void
be_inside(struct scene *s)
{
	int i;

	tim_sleep(2);
	for (i = 0; i < HANG_MS && s->calls > 1 && s->most < s->crowd; i++)
		tim_sleep(1);
}

/* One call as the engine makes it. */
static int
call(struct scene *s, struct gate_login *l, struct err *err)
{
	struct gate_tries tries = { 0, 0 };
	int rc, now, old;

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
		be_inside(s);
		atomic_fetch_sub(&s->inside, 1);
		rc = 0;
		if (s->kind != ERR_NONE) {
			rc = err_set(err, s->kind, "as the scene says");
			err_code(
			    err, cause_of_code(s->code), s->code, s->scope);
			err->retry_ms = s->retry_ms;
		}
	} while (gate_leave(s->gate, l, rc, &tries, err));
	return rc;
}

static void *
caller(void *arg)
{
	struct scene *s = arg;
	struct gate_login l = { .own = false };
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
	struct scene s = { .kind = ERR_NONE, .code = "", .crowd = 2 };

	(void)state;
	run_ten(&s);
	assert_int_equal(s.calls, 10);
	assert_true(s.most > 1);
}

/*
 * A wrong password is tried twice, the second time for all threads together,
 * whatever their number.
 */
static void
test_bad_login(void **state)
{
	struct scene s = {
		.kind = ERR_AUTH, .scope = SCOPE_PROFILE, .code = "http-401"
	};

	(void)state;
	run_ten(&s);
	assert_int_equal(s.calls, 2);
	assert_int_equal(s.most, 1);
	assert_int_equal(s.refused, 9);
}

/* A gate that was told of a rejected login lets no call through. */
static void
test_told_before(void **state)
{
	struct gate *g = gate_open(4);
	struct gate_login l = { .own = false }, own = { .own = true };
	struct err why = ERR_INIT, err = ERR_INIT;
	struct gate_tries tries = { 0, 0 };

	(void)state;
	assert_null(gate_stopped(g));
	err_set(&why, ERR_AUTH, "rejected an hour ago");
	err_code(&why, CAUSE_LOGIN_WAITS, "login", SCOPE_PROFILE);
	assert_true(err_is_login(&why));
	gate_stop(g, &why);
	assert_int_equal(gate_enter(g, &l, &err), -1);
	assert_string_equal(err.msg, "rejected an hour ago");
	assert_string_equal(gate_stopped(g)->code, "login");
	/* a login of one's own is another one */
	assert_int_equal(gate_enter(g, &own, &err), 0);
	assert_false(gate_leave(g, &own, 0, &tries, &err));
	assert_false(gate_accepted(g));
	gate_close(g);
}

/* One call with the given outcome. */
static bool
one(struct gate *g, const char *code, enum err_scope scope, int *rc)
{
	struct gate_login l = { .own = false };
	struct err err = ERR_INIT;
	struct gate_tries tries = { 0, 0 };

	*rc = gate_enter(g, &l, &err);
	if (*rc == -1)
		return false;
	if (code != NULL) {
		*rc = err_set(&err, ERR_AUTH, "so it is");
		err_code(&err, cause_of_code(code), code, scope);
	}
	return gate_leave(g, &l, *rc, &tries, &err);
}

/* The second attempt may succeed; there is no third one. */
static void
test_second_attempt(void **state)
{
	struct gate *g = gate_open(4);
	int rc;

	(void)state;
	assert_true(one(g, "http-401", SCOPE_PROFILE, &rc));
	assert_false(one(g, NULL, SCOPE_PROFILE, &rc));
	assert_int_equal(rc, 0);
	assert_true(gate_accepted(g));
	assert_null(gate_stopped(g));
	assert_false(one(g, "http-401", SCOPE_PROFILE, &rc));
	assert_non_null(gate_stopped(g));
	gate_close(g);

	/* a locked account is not tried a second time at all */
	g = gate_open(4);
	assert_false(one(g, "http-456", SCOPE_PROFILE, &rc));
	assert_non_null(gate_stopped(g));
	assert_true(err_is_login(gate_stopped(g)));
	gate_close(g);

	/* who is denied one mailbox has logged in */
	g = gate_open(4);
	assert_false(one(g, "ErrorImpersonateUserDenied", SCOPE_MAILBOX, &rc));
	assert_true(gate_accepted(g));
	gate_close(g);
}

/* A password that changes while ten calls are inside. */
struct late {
	struct gate *gate;
	struct gate_login login; /* of all of them */
	pthread_barrier_t inside;
	atomic_int calls, alone, most, refused;
};

static void *
late_caller(void *arg)
{
	struct late *s = arg;
	struct gate_login *l = &s->login;
	struct err err = ERR_INIT;
	struct gate_tries tries = { 0, 0 };
	int rc, n = 0, now;

	do {
		if (gate_enter(s->gate, l, &err) == -1) {
			assert_true(err_is_login(&err));
			assert_string_equal(err.code, "http-401");
			atomic_fetch_add(&s->refused, 1);
			return NULL;
		}
		atomic_fetch_add(&s->calls, 1);
		if (n++ == 0)
			pthread_barrier_wait(&s->inside);
		else {
			now = atomic_fetch_add(&s->alone, 1) + 1;
			if (now > s->most)
				s->most = now;
			tim_sleep(5);
			atomic_fetch_sub(&s->alone, 1);
		}
		rc = err_set(&err, ERR_AUTH, "changed");
		err_code(&err, CAUSE_LOGIN_DENIED, "http-401",
		    l->own ? SCOPE_MAILBOX : SCOPE_PROFILE);
	} while (gate_leave(s->gate, l, rc, &tries, &err));
	return NULL;
}

static void
late_rejection(bool own)
{
	struct late s = { .gate = gate_open(10), .login.own = own };
	struct err err = ERR_INIT;
	pthread_t t[10];
	struct gate_tries tries = { 0, 0 };
	int i;

	pthread_barrier_init(&s.inside, NULL, 10);
	/* it worked: else there would be one call at a time */
	assert_int_equal(gate_enter(s.gate, &s.login, &err), 0);
	assert_false(gate_leave(s.gate, &s.login, 0, &tries, &err));
	for (i = 0; i < 10; i++)
		pthread_create(&t[i], NULL, late_caller, &s);
	for (i = 0; i < 10; i++)
		pthread_join(t[i], NULL);
	assert_int_equal(s.calls, 11);
	assert_int_equal(s.most, 1);
	assert_int_equal(s.refused, 9);
	assert_int_equal(gate_stopped(s.gate) != NULL, !own);
	pthread_barrier_destroy(&s.inside);
	gate_close(s.gate);
}

/* There is one more attempt, whoever owns the login, and never a third. */
static void
test_late_rejection(void **state)
{
	(void)state;
	late_rejection(false);
	late_rejection(true);
}

/* A folder that may not be read is not a login that was rejected. */
static void
test_own_denied(void **state)
{
	struct scene s = { .kind = ERR_AUTH,
		.scope = SCOPE_FOLDER,
		.code = "ErrorAccessDenied" };
	struct gate_login own = { .own = true };
	struct err err = ERR_INIT;

	(void)state;
	s.gate = gate_open(4);
	assert_int_equal(call(&s, &own, &err), -1);
	s.kind = ERR_NONE;
	assert_int_equal(call(&s, &own, &err), 0);
	gate_close(s.gate);
}

/* A delay that the server asks for holds for all calls of that mailbox only. */
static void
test_put_off(void **state)
{
	struct scene s = { .kind = ERR_RETRY,
		.scope = SCOPE_MAILBOX,
		.code = "ErrorServerBusy",
		.retry_ms = 300000 };
	struct gate_login l = { .own = false }, other = { .own = false };
	struct err err = ERR_INIT;
	int64_t began;
	struct gate_tries tries = { 0, 0 };

	(void)state;
	s.gate = gate_open(4);
	assert_int_equal(call(&s, &l, &err), -1);
	s.kind = ERR_NONE;
	assert_int_equal(call(&s, &l, &err), -1);
	assert_int_equal(s.calls, 1);
	assert_int_equal(err.kind, ERR_RETRY);
	assert_string_equal(err.code, "ErrorServerBusy");
	/* what is left of it */
	assert_in_range(err.retry_ms, 300000 - HANG_MS, 300000);
	assert_int_equal(call(&s, &other, &err), 0);

	/* a short one is waited for, by a call that did not cause it, too */
	err_set(&err, ERR_RETRY, "busy");
	err_code(&err, CAUSE_ANSWERED, "ErrorServerBusy", SCOPE_MAILBOX);
	err.retry_ms = 300;
	assert_int_equal(gate_enter(s.gate, &other, &err), 0);
	began = tim_mono();
	tries = GATE_NO_MORE;
	assert_false(gate_leave(s.gate, &other, -1, &tries, &err));
	assert_int_equal(call(&s, &other, &err), 0);
	assert_true(tim_mono() - began >= 300);
	gate_close(s.gate);
}

/* Tells the gate one more outcome, without waiting. */
static void
told(struct gate *g, const char *code, int64_t retry_ms)
{
	struct gate_login l = { .own = false };
	struct err err = ERR_INIT;
	struct gate_tries tries = GATE_NO_MORE;
	int rc = 0;

	assert_int_equal(gate_enter(g, &l, &err), 0);
	if (code != NULL) {
		rc = err_set(&err, ERR_RETRY, "busy");
		err_code(&err, cause_of_code(code), code, SCOPE_MAILBOX);
		err.retry_ms = retry_ms;
	}
	assert_false(gate_leave(g, &l, rc, &tries, &err));
}

/* How many calls are inside at once, when crowd of them wait for each other. */
static int
room(struct gate *g, int crowd)
{
	struct scene s = {
		.gate = g, .kind = ERR_NONE, .code = "", .crowd = crowd
	};
	pthread_t t[10];
	int i;

	for (i = 0; i < 10; i++)
		pthread_create(&t[i], NULL, caller, &s);
	for (i = 0; i < 10; i++)
		pthread_join(t[i], NULL);
	return s.most;
}

/* A server that throttles gets fewer calls and items; both slowly grow back. */
static void
test_throttled(void **state)
{
	static const char *const code[] = { "ErrorServerBusy", "http-503",
		"http-429" };
	struct gate *g;
	int i, k;

	(void)state;
	for (k = 0; k < 3; k++) {
		g = gate_open(8);
		told(g, NULL, 0);
		assert_int_equal(gate_items(g), GATE_ITEMS);
		for (i = 0; i < 10; i++)
			told(g, code[k], k == 0 ? 1 : 0);
		assert_int_equal(gate_items(g), 1);
		assert_int_equal(room(g, 0), 1);
		for (i = 0; i < 39; i++)
			told(g, NULL, 0);
		assert_int_equal(gate_items(g), 1);
		told(g, NULL, 0);
		assert_int_equal(gate_items(g), 2);
		assert_in_range(room(g, 0), 1, 2);
		for (i = 0; i < 1000; i++)
			told(g, NULL, 0);
		assert_int_equal(gate_items(g), GATE_ITEMS);
		assert_true(room(g, 3) > 2);
		gate_close(g);
	}
	/* trouble of another kind is no reason */
	g = gate_open(8);
	told(g, "http-500", 0);
	assert_int_equal(gate_items(g), GATE_ITEMS);
	gate_close(g);
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

/*
 * Timeouts: three different mailboxes in a row stop the profile, one mailbox
 * alone never does, and each is tried only once more.
 */
static void
test_timeouts(void **state)
{
	struct scene s = {
		.kind = ERR_RETRY, .code = "timeout", .scope = SCOPE_MAILBOX
	};
	struct gate_login l[4] = { { .own = false } };
	struct err err = ERR_INIT;
	int i;

	(void)state;
	s.gate = gate_open(10);
	for (i = 0; i < 2; i++)
		assert_int_equal(call(&s, &l[0], &err), -1);
	assert_int_equal(s.calls, 4);
	assert_null(gate_stopped(s.gate));
	call(&s, &l[1], &err);
	assert_null(gate_stopped(s.gate));
	s.kind = ERR_NONE; /* an answer: counted from the start */
	assert_int_equal(call(&s, &l[0], &err), 0);
	s.kind = ERR_RETRY;
	for (i = 0; i < 2; i++)
		call(&s, &l[i], &err);
	assert_null(gate_stopped(s.gate));
	call(&s, &l[2], &err);
	assert_non_null(gate_stopped(s.gate));
	assert_int_equal(gate_stopped(s.gate)->scope, SCOPE_PROFILE);
	assert_int_equal(s.refused, 0);
	call(&s, &l[3], &err);
	assert_int_equal(s.refused, 1);
	gate_close(s.gate);
}

/*
 * An unknown error is retried once, shows that the login works, and stops no
 * other mailbox; a mailbox that is left alone is refused with the reason.
 */
static void
test_unknown(void **state)
{
	struct scene s = { .kind = ERR_UNKNOWN,
		.code = "ErrorUnheardOf",
		.scope = SCOPE_MAILBOX };
	struct gate_login l[5] = { { .own = false } };
	struct err err = ERR_INIT;
	int i;

	(void)state;
	s.gate = gate_open(10);
	for (i = 0; i < 4; i++)
		assert_int_equal(call(&s, &l[i], &err), -1);
	assert_int_equal(s.calls, 8);
	assert_null(gate_stopped(s.gate));
	assert_true(gate_accepted(s.gate));
	assert_false(gate_answered(s.gate));
	gate_leave_alone(s.gate, &l[0], &err);
	err_clear(&err);
	assert_int_equal(call(&s, &l[0], &err), -1);
	assert_int_equal(s.refused, 1);
	assert_int_equal(err.kind, ERR_UNKNOWN);
	assert_string_equal(err.code, "ErrorUnheardOf");
	s.kind = ERR_NONE;
	call(&s, &l[4], &err);
	assert_int_equal(s.refused, 1);
	assert_true(gate_answered(s.gate));
	free(l[0].left);
	gate_close(s.gate);
}

/*
 * A web page in place of EWS: the first three mailboxes stop the profile. One
 * mailbox alone never does, nor does any after EWS has answered once.
 */
static void
test_web_page(void **state)
{
	struct scene s = {
		.kind = ERR_CONFIG, .code = "not-ews", .scope = SCOPE_MAILBOX
	};
	struct gate_login l[4] = { { .own = false } };
	struct gate_login own[4] = { { .own = true }, { .own = true },
		{ .own = true }, { .own = true } };
	struct err err = ERR_INIT;
	int i;

	(void)state;
	s.gate = gate_open(10);
	for (i = 0; i < 4; i++)
		call(&s, &own[i], &err);
	for (i = 0; i < 4; i++)
		call(&s, &l[0], &err);
	call(&s, &l[1], &err);
	assert_null(gate_stopped(s.gate));
	assert_null(gate_stopped_by(s.gate));
	call(&s, &l[2], &err);
	assert_non_null(gate_stopped(s.gate));
	assert_ptr_equal(gate_stopped_by(s.gate), &l[2]);
	assert_int_equal(gate_stopped(s.gate)->kind, ERR_CONFIG);
	assert_int_equal(gate_stopped(s.gate)->scope, SCOPE_PROFILE);
	call(&s, &l[3], &err);
	assert_int_equal(s.refused, 1);
	gate_close(s.gate);
	s.gate = gate_open(10);
	s.kind = ERR_NONE;
	call(&s, &l[0], &err);
	s.kind = ERR_CONFIG;
	for (i = 0; i < 4; i++)
		call(&s, &l[i], &err);
	assert_null(gate_stopped(s.gate));
	gate_close(s.gate);
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

/* Shorter delays that the server names are test_busy.c's. */
static void
test_retries(void **state)
{
	struct scene s = {
		.kind = ERR_RETRY, .scope = SCOPE_MAILBOX, .code = "http-502"
	};
	struct gate_login l = { .own = false };
	struct err err = ERR_INIT;
	int64_t began = tim_mono();

	(void)state;
	s.gate = gate_open(4);
	/* no figure: half a second, two seconds, and a little by chance */
	assert_int_equal(call(&s, &l, &err), -1);
	assert_int_equal(s.calls, 3);
	assert_true(tim_mono() - began >= 2500);
	s.code = "ErrorServerBusy";
	s.retry_ms = HANG_MS + 1000; /* too long to wait here */
	s.calls = 0;
	began = tim_mono();
	assert_int_equal(call(&s, &l, &err), -1);
	assert_int_equal(s.calls, 1);
	assert_int_equal(err.retry_ms, HANG_MS + 1000);
	assert_true(tim_mono() - began < HANG_MS);
	gate_close(s.gate);
}

static void
test_own_login(void **state)
{
	struct scene s = {
		.kind = ERR_AUTH, .scope = SCOPE_PROFILE, .code = "http-401"
	};
	struct gate_login own = { .own = true }, other = { .own = true };
	struct gate_login third = { .own = true };
	struct err err = ERR_INIT;

	(void)state;
	s.gate = gate_open(4);
	assert_int_equal(call(&s, &own, &err), -1);
	assert_int_equal(call(&s, &own, &err), -1);
	assert_int_equal(s.calls, 2); /* twice, then never again */
	/* each login for itself, also when one is rejected after another */
	assert_int_equal(call(&s, &third, &err), -1);
	assert_int_equal(s.calls, 4);
	s.kind = ERR_NONE;
	assert_int_equal(call(&s, &other, &err), 0);
	gate_close(s.gate);
}

/* --- one account under several names, in several gates ------------------ */

#define NAMES 5

/* Logins of one account, each with a gate of its own. */
struct many {
	struct account account;
	struct account_login login[NAMES];
	struct scene scene[NAMES];
};

/* Two calls at once with each login; *calls: how many were made. */
static void
run_many(struct many *m, const char *const *password, int *calls)
{
	pthread_t t[2 * NAMES];
	int i;

	for (i = 0; i < NAMES; i++) {
		m->login[i].user = "svc";
		m->login[i].password = password[i];
		account_add(&m->account, &m->login[i]);
		m->scene[i].gate = gate_open(10);
		gate_logins(m->scene[i].gate, &m->login[i], NULL);
	}
	for (i = 0; i < 2 * NAMES; i++)
		pthread_create(&t[i], NULL, caller, &m->scene[i % NAMES]);
	for (i = 0; i < 2 * NAMES; i++)
		pthread_join(t[i], NULL);
	for (i = *calls = 0; i < NAMES; i++) {
		*calls += m->scene[i].calls;
		gate_close(m->scene[i].gate);
	}
}

static void
set_wrong(struct scene *s)
{
	s->kind = ERR_AUTH;
	s->scope = SCOPE_PROFILE;
	s->code = "http-401";
}

static void
test_one_account(void **state)
{
	static const char *const same[] = { "x", "x", "x", "x", "x" };
	static const char *const other[] = { "a", "b", "c", "d", "e" };
	struct many m;
	int i, calls;

	(void)state;
	memset(&m, 0, sizeof(m));
	for (i = 0; i < NAMES; i++)
		set_wrong(&m.scene[i]);
	run_many(&m, same, &calls);
	assert_int_equal(calls, ACCOUNT_WRONG);
	/* whatever the passwords */
	memset(&m, 0, sizeof(m));
	for (i = 0; i < NAMES; i++)
		set_wrong(&m.scene[i]);
	run_many(&m, other, &calls);
	assert_int_equal(calls, ACCOUNT_WRONG);
	/* what was spent before the pass is not there any more */
	memset(&m, 0, sizeof(m));
	m.account.spent = 1;
	for (i = 0; i < NAMES; i++)
		set_wrong(&m.scene[i]);
	run_many(&m, same, &calls);
	assert_int_equal(calls, 1);
	/* and a good one goes on, at once with its neighbours */
	memset(&m, 0, sizeof(m));
	run_many(&m, same, &calls);
	assert_int_equal(calls, 2 * NAMES);
}

/*
 * A wrong password does not block a good one of the same account: the good one
 * is tried before the wrong one is tried again.
 */
static void
test_good_password_first(void **state)
{
	struct account a = { .spent = 0 };
	struct account_login bad = { .user = "svc", .password = "bad" };
	struct account_login good = { .user = "svc", .password = "good" };
	struct err why = ERR_INIT, err = ERR_INIT;

	(void)state;
	account_add(&a, &bad);
	account_add(&a, &good);
	account_job(&bad, 1);
	account_job(&good, 1);
	err_set(&why, ERR_AUTH, "rejected");
	err_code(&why, CAUSE_LOGIN_DENIED, "http-401", SCOPE_PROFILE);
	assert_int_equal(account_enter(&bad, NULL, true, &err), 1);
	assert_int_equal(account_enter(&good, NULL, true, &err), 0);
	account_answer(&bad, ACCOUNT_DENIED, &why);
	assert_int_equal(
	    account_leave(&bad, ACCOUNT_DENIED, true, &why), ACCOUNT_SECOND);
	assert_int_equal(account_enter(&bad, NULL, true, &err), 0);
	assert_int_equal(account_enter(&good, NULL, true, &err), 1);
	account_answer(&good, ACCOUNT_ACCEPTED, &err);
	assert_int_equal(
	    account_leave(&good, ACCOUNT_ACCEPTED, true, &err), ACCOUNT_DONE);
	assert_int_equal(account_enter(&bad, NULL, true, &err), 1);
	account_answer(&bad, ACCOUNT_DENIED, &why);
	assert_int_equal(
	    account_leave(&bad, ACCOUNT_DENIED, true, &why), ACCOUNT_DONE);
	assert_int_equal(account_enter(&bad, NULL, true, &err), -1);
	assert_string_equal(err.code, "http-401");
	err_clear(&err);
	assert_int_equal(account_enter(&good, NULL, true, &err), 1);
}

/* All gates share a proxy's login, and it is tried once. */
static void
test_proxy_login(void **state)
{
	struct scene s[2];
	struct account_login proxy = { .user = "p" };
	struct gate_login l[2] = { { .own = false }, { .own = false } };
	struct err err = ERR_INIT;
	int i;

	(void)state;
	memset(s, 0, sizeof(s));
	for (i = 0; i < 2; i++) {
		s[i].kind = ERR_CONFIG;
		s[i].scope = SCOPE_PROFILE;
		s[i].code = "proxy-login";
		s[i].gate = gate_open(4);
		gate_logins(s[i].gate, NULL, &proxy);
		assert_int_equal(call(&s[i], &l[i], &err), -1);
		assert_string_equal(err.code, "proxy-login");
		assert_string_equal(
		    gate_stopped(s[i].gate)->code, "proxy-login");
	}
	assert_int_equal(s[0].calls + s[1].calls, 1);
	gate_close(s[0].gate);
	gate_close(s[1].gate);
}

static void
test_account_names(void **state)
{
	static const struct {
		const char *name, *folded, *user;
	} names[] = {
		{ "svc", "svc", "svc" },
		{ "SVC", "svc", "svc" },
		{ "CONTOSO\\Svc", "contoso\\svc", "svc" },
		{ "svc@Contoso.example", "svc@contoso.example", "svc" },
		{ "J\xc3\x9cRG", "j\xc3\xbcrg", "j\xc3\xbcrg" },
		{ "", "", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *folded = account_fold(names[i].name);
		char *user = account_user(folded);

		assert_string_equal(folded, names[i].folded);
		assert_string_equal(user, names[i].user);
		free(folded);
		free(user);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_login),
		cmocka_unit_test(test_bad_login),
		cmocka_unit_test(test_told_before),
		cmocka_unit_test(test_second_attempt),
		cmocka_unit_test(test_late_rejection),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_web_page),
		cmocka_unit_test(test_mailbox_denied),
		cmocka_unit_test(test_retries),
		cmocka_unit_test(test_own_login),
		cmocka_unit_test(test_own_denied),
		cmocka_unit_test(test_put_off),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_one_account),
		cmocka_unit_test(test_good_password_first),
		cmocka_unit_test(test_proxy_login),
		cmocka_unit_test(test_account_names),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
