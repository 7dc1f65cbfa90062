/*
 * test_account.c - a login is reserved with other processes before it is sent,
 * and they are told how it ended.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "causes.h"
#include "sync/account.h"
#include "sync/gate.h"

struct scene {
	struct gate *gate;
	enum err_kind kind; /* what every call ends with */
	enum err_scope scope;
	const char *code;
	bool spared;
	int calls;
};

/* One call as the engine makes it. */
static int
call(struct scene *s, struct gate_login *l, struct err *err)
{
	struct gate_tries tries = { 0, 0 };
	int rc;

	do {
		if (gate_enter(s->gate, l, err) == -1)
			return -1;
		s->calls++;
		rc = 0;
		if (s->kind != ERR_NONE) {
			rc = err_set(err, s->kind, "as the scene says");
			err_code(
			    err, cause_of_code(s->code), s->code, s->scope);
			err->spared = s->spared;
		}
	} while (gate_leave(s->gate, l, rc, &tries, err));
	return rc;
}

static void
set_wrong(struct scene *s)
{
	s->kind = ERR_AUTH;
	s->scope = SCOPE_PROFILE;
	s->code = "http-401";
}

struct told {
	int reserved, settled, wrong;
	int left; /* how often it may still be reserved */
	enum account_said said;
};

static int
reserve(void *arg, struct account_login *l, struct err *err)
{
	struct told *t = arg;

	assert_int_equal(l->inside, 1);
	if (t->left-- <= 0) {
		err_set(err, ERR_AUTH, "as often as is safe");
		return err_code(err, CAUSE_LOGIN_WAITS, "login", SCOPE_PROFILE);
	}
	t->reserved++;
	return 0;
}

static void
settled(void *arg, struct account_login *l, enum account_said said,
    const struct err *why)
{
	struct told *t = arg;

	(void)l, (void)why;
	t->settled++;
	t->said = said;
}

static void
wrong(void *arg, struct account_login *l, const struct err *why)
{
	struct told *t = arg;

	(void)l, (void)why;
	t->wrong++;
}

/* One call with the login, as set. */
static int
tell_call(struct scene *s, struct account_login *l, struct err *err)
{
	struct gate_login who = { .own = false };
	int rc;

	err_clear(err);
	s->gate = gate_open(4);
	gate_logins(s->gate, l, NULL);
	rc = call(s, &who, err);
	gate_close(s->gate);
	assert_int_equal(l->inside, 0);
	return rc;
}

/*
 * A login that is not proven is reserved before each call, and afterwards
 * settled or counted as wrong. A proven login is not reserved.
 */
static void
test_reserved(void **state)
{
	static const struct {
		enum err_kind kind;
		enum err_scope scope;
		const char *code;
		enum account_said said;
	} end[] = {
		{ ERR_RETRY, SCOPE_PROFILE, "connect", ACCOUNT_SPARED },
		{ ERR_RETRY, SCOPE_PROFILE, "timeout", ACCOUNT_SPARED },
		{ ERR_CONFIG, SCOPE_PROFILE, "certificate", ACCOUNT_SPARED },
		{ ERR_CONFIG, SCOPE_MAILBOX, "http-404", ACCOUNT_SPARED },
		{ ERR_RETRY, SCOPE_MAILBOX, "patience", ACCOUNT_NOTHING },
	};
	struct told t = { .left = 100 };
	struct account a = { .reserve = reserve,
		.settled = settled,
		.wrong = wrong,
		.arg = &t };
	struct account_login l = { .user = "svc", .password = "x" };
	struct scene s;
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	account_add(&a, &l);
	for (i = 0; i < sizeof(end) / sizeof(end[0]); i++) {
		memset(&s, 0, sizeof(s));
		s.kind = end[i].kind;
		s.scope = end[i].scope;
		s.code = end[i].code;
		t.reserved = t.settled = 0;
		assert_int_equal(tell_call(&s, &l, &err), -1);
		assert_true(s.calls > 0);
		assert_int_equal(t.reserved, s.calls);
		assert_int_equal(t.settled, s.calls);
		assert_int_equal(t.said, end[i].said);
		assert_false(account_proven(&l));
	}
	t.reserved = t.settled = 0;
	memset(&s, 0, sizeof(s));
	assert_int_equal(tell_call(&s, &l, &err), 0);
	assert_int_equal(t.said, ACCOUNT_ACCEPTED);
	assert_true(account_proven(&l));
	assert_int_equal(tell_call(&s, &l, &err), 0);
	assert_int_equal(t.reserved + t.settled, 2);
	assert_int_equal(t.wrong, 0);
	/* another password now: the second attempt is reserved again */
	memset(&s, 0, sizeof(s));
	set_wrong(&s);
	assert_int_equal(tell_call(&s, &l, &err), -1);
	assert_int_equal(s.calls, 2);
	assert_int_equal(t.wrong, 2);
	assert_int_equal(t.reserved, 2);
	assert_int_equal(t.settled, 1);
	assert_false(account_proven(&l));
}

/* A proxy's login: one that was sent and not answered may have been wrong. */
static void
test_proxy_reserved(void **state)
{
	static const struct {
		const char *code;
		bool spared;
		enum account_said said;
	} end[] = {
		{ "proxy", true, ACCOUNT_SPARED },
		{ "proxy", false, ACCOUNT_NOTHING },
		{ "tls", false, ACCOUNT_SPARED },
		{ "truncated", false, ACCOUNT_NOTHING },
		{ "http-503", false, ACCOUNT_ACCEPTED },
	};
	struct told t = { .left = 100 };
	struct account a = {
		.reserve = reserve, .settled = settled, .arg = &t
	};
	struct account_login l = { .user = "p", .password = "x" };
	struct gate_login who = { .own = false };
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	account_add(&a, &l);
	for (i = 0; i < sizeof(end) / sizeof(end[0]); i++) {
		struct scene s = { gate_open(4), ERR_RETRY, SCOPE_PROFILE,
			end[i].code, end[i].spared, 0 };

		gate_logins(s.gate, NULL, &l);
		err_clear(&err);
		assert_int_equal(call(&s, &who, &err), -1);
		assert_int_equal(t.said, end[i].said);
		gate_close(s.gate);
	}
}

/* A login that cannot be reserved is not sent. */
static void
test_not_reserved(void **state)
{
	struct told t = { .left = 0 }, p = { .left = 100 };
	struct account a = { .reserve = reserve,
		.settled = settled,
		.wrong = wrong,
		.arg = &t };
	struct account b = a;
	struct account_login l = { .user = "svc", .password = "x" };
	struct account_login proxy = { .user = "p", .password = "y" };
	struct scene s;
	struct err err = ERR_INIT;

	(void)state;
	b.arg = &p;
	account_add(&a, &l);
	account_add(&b, &proxy);
	memset(&s, 0, sizeof(s));
	assert_int_equal(tell_call(&s, &l, &err), -1);
	assert_string_equal(err.code, "login");
	assert_int_equal(s.calls, 0);
	/* the second attempt is not: the error is that of the first */
	t.left = 1;
	set_wrong(&s);
	assert_int_equal(tell_call(&s, &l, &err), -1);
	assert_string_equal(err.code, "http-401");
	assert_int_equal(s.calls, 1);
	assert_int_equal(t.wrong, 1);
	/* of two logins one is reserved: it is released again */
	memset(&l, 0, sizeof(l));
	memset(&a, 0, sizeof(a));
	a = b;
	a.first = NULL;
	a.arg = &t;
	account_add(&a, &l);
	t.left = 0;
	assert_int_equal(account_enter(&proxy, &l, true, &err), 1);
	assert_int_equal(account_reserve(&proxy, &l, &err), -1);
	assert_int_equal(p.reserved, 1);
	assert_int_equal(p.settled, 1);
	assert_int_equal(p.said, ACCOUNT_SPARED);
	assert_int_equal(l.inside + proxy.inside, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_proxy_reserved),
		cmocka_unit_test(test_not_reserved),
	};

	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
