/*
 * test_ask.c - tells items that break every request they are in from a server
 * that fails every request.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "causes.h"
#include "base/log.h"
#include "sync/ask.h"

int64_t __real_tim_mono(void);
int64_t __wrap_tim_mono(void);
void __wrap_tim_sleep(int64_t ms);

/* Sleeping only moves this clock forward: the test does not wait. */
static int64_t slept;

int64_t
__wrap_tim_mono(void)
{
	return __real_tim_mono() + slept;
}

void
__wrap_tim_sleep(int64_t ms)
{
	slept += ms;
}

#define N 50

static struct {
	bool poison[N];
	const char *code; /* of the error that poison makes */
	enum err_kind kind;
	bool dead; /* probe fails as well */
	bool each; /* the error is the item's own, not the request's */
	bool cut;  /* and the item comes with it, in part */
	int64_t each_ms, until; /* the delay that it asks for, and until when
				 * it does so (of slept); 0: for ever */
	enum err_scope scope;
	int known; /* items that came before; the first of them are gone ... */
	int gone;
	bool known_bad; /* ... and the others are poison */
	int calls, probes;
	const char *once; /* the code of one failing good request */
	int64_t once_ms;  /* and the delay that it asks for */
	bool left;        /* result: the mailbox is left alone */
} server;

static int
items(struct session *s, enum provider_part part, const struct item_ref *ref,
    size_t n, struct message **out, struct err *err)
{
	size_t i;

	(void)s;
	(void)part;
	server.calls++;
	if (server.until > 0 && slept >= server.until)
		memset(server.poison, 0, sizeof(server.poison));
	if (server.once != NULL && n == 1 && ref[0].id[0] != 'k' &&
	    !server.poison[atoi(ref[0].id)]) {
		err_set(err, ERR_RETRY, "once");
		err_code(err, cause_of_code(server.once), server.once,
		    SCOPE_MAILBOX);
		err->retry_ms = server.once_ms;
		server.once = NULL;
		return -1;
	}
	for (i = 0; i < n; i++) {
		struct message *m;

		bool known = ref[i].id[0] == 'k';
		bool bad =
		    known ? server.known_bad : server.poison[atoi(ref[i].id)];

		if (bad && !server.each &&
		    !(n == 1 && server.kind == ERR_GONE)) {
			message_drop(out, i);
			err_set(err, server.kind, "as the test says");
			return err_code(err, cause_of_code(server.code),
			    server.code, SCOPE_MAILBOX);
		}
		m = message_new(0);
		m->item_id = arena_strdup(&m->arena, ref[i].id);
		if (known && atoi(ref[i].id + 1) < server.gone) {
			err_set(&m->err, ERR_GONE, "deleted");
		} else if (bad) {
			err_set(&m->err, server.kind, "as the test says");
			err_code(&m->err, cause_of_code(server.code),
			    server.code, server.scope);
			m->err.retry_ms = server.each_ms;
			m->have_content = server.cut;
		}
		out[i] = m;
	}
	return 0;
}

static int
probe(struct session *s, struct probe *out, struct err *err)
{
	(void)s;
	(void)out;
	server.probes++;
	if (!server.dead)
		return 0;
	err_set(err, ERR_FATAL, "dead");
	return -1;
}

static size_t
known(struct mailbox_work *w, struct arena *a, struct item_ref *out, size_t max)
{
	char id[24];
	size_t i;

	(void)w;
	for (i = 0; i < (size_t)server.known && i < max; i++) {
		snprintf(id, sizeof(id), "k%zu", i);
		out[i] =
		    (struct item_ref){ arena_strdup(a, id), NULL, 0, false };
	}
	return i;
}

/* Asks for n items; how many are broken. */
static int
ask_as(bool suspect, size_t n, int *rc, struct err *err)
{
	static const struct provider_ops ops = { .probe = probe,
		.messages = items };
	struct profile_work p = { .ops = &ops };
	struct mailbox_work w = { .profile = &p };
	struct provider provider = { &ops };
	struct session session = { &provider, 0 };
	int64_t lost[N] = { 0 };
	struct ask a = { &w, &session, PROVIDER_CONTENT, suspect, known, lost };
	struct item_ref ref[N];
	struct message *out[N];
	char id[N][24];
	size_t i;
	int broken = 0;

	w.conf.address = (char *)"ann@contoso.example";
	p.gate = gate_open(4);
	server.calls = server.probes = 0;
	for (i = 0; i < n; i++) {
		snprintf(id[i], sizeof(id[i]), "%zu", i);
		ref[i] = (struct item_ref){ id[i], NULL, 0, false };
	}
	err_clear(err);
	*rc = ask_items(&a, ref, n, out, err);
	if (*rc > 0) {
		assert_int_equal(*rc, n);
		*rc = 0;
	}
	server.left = w.login.left != NULL;
	free(w.login.left);
	for (i = 0; i < n; i++) {
		if (*rc == -1) {
			assert_null(out[i]);
			continue;
		}
		assert_string_equal(out[i]->item_id, id[i]);
		assert_int_equal(
		    out[i]->err.kind ==
			(server.kind == ERR_GONE ? ERR_GONE : ERR_ITEM),
		    server.poison[i]);
		broken += server.poison[i];
		message_free(out[i]);
	}
	gate_close(p.gate);
	return broken;
}

static int
ask(size_t n, int *rc, struct err *err)
{
	return ask_as(false, n, rc, err);
}

static void
scene(enum err_kind kind, const char *code)
{
	memset(&server, 0, sizeof(server));
	server.kind = kind;
	server.code = code;
}

static void
test_found(void **state)
{
	static const int at[][3] = { { 0, 0, 0 }, { 49, 49, 49 }, { 7, 7, 30 },
		{ 10, 11, 12 } };
	struct err err = ERR_INIT;
	size_t i;
	int k, rc, n, broken = 0;

	(void)state;
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		scene(ERR_ITEM, "xml");
		for (k = 0; k < 3; k++)
			server.poison[at[i][k]] = true;
		for (k = n = 0; k < N; k++)
			n += server.poison[k];
		/* the sample may have met none but broken ones */
		for (k = 0, rc = -1; k < 3 && rc == -1; k++)
			broken = ask(N, &rc, &err);
		assert_int_equal(rc, 0);
		assert_int_equal(broken, n);
		/* the whole, the sample, two at each level and item */
		assert_true(server.calls <= 1 + 3 + 2 * 6 * n);
	}
}

/* A sample holds different items, so that one bad mail is always found. */
static void
test_sample(void **state)
{
	struct err err = ERR_INIT;
	int i, rc;

	(void)state;
	for (i = 0; i < 500; i++) {
		scene(ERR_ITEM, "xml");
		server.poison[i % 4] = true;
		assert_int_equal(ask(4 + (size_t)(i % 9), &rc, &err), 1);
		assert_int_equal(rc, 0);
	}
}

/*
 * Nothing comes, and nothing came before: the server is to blame, and the items
 * are not asked for one by one.
 */
static void
test_all(void **state)
{
	struct err err = ERR_INIT;
	int rc;

	(void)state;
	scene(ERR_RETRY, "truncated");
	memset(server.poison, true, sizeof(server.poison));
	ask(N, &rc, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_RETRY);
	assert_string_equal(err.code, "truncated");
	assert_int_equal(server.calls, 1 + GATE_TRIES + 3);
}

/* Mail that came before tells whether the server or the items are to blame. */
static void
test_known(void **state)
{
	static const size_t n[] = { N, 1 };
	struct err err = ERR_INIT;
	int rc, each;
	size_t i;

	(void)state;
	for (each = 0; each < 2; each++) {
		scene(ERR_RETRY, "ErrorInternalServerError");
		server.each = each == 1;
		memset(server.poison, true, sizeof(server.poison));
		for (i = 0; i < 2; i++) {
			server.known = 3;
			server.gone = 1;
			server.known_bad = false;
			assert_int_equal(ask(n[i], &rc, &err), n[i]);
			assert_int_equal(rc, 0);
			server.known_bad = true;
			ask(n[i], &rc, &err);
			assert_int_equal(rc, -1);
			assert_int_equal(err.kind, ERR_RETRY);
			/* all of them deleted: that says nothing */
			server.gone = 3;
			server.known_bad = false;
			ask(n[i], &rc, &err);
			assert_int_equal(rc, n[i] > 3 ? -1 : 0);
		}
	}
}

/* The server says that an item is to blame: the server is not suspected. */
static void
test_said(void **state)
{
	struct err err = ERR_INIT;
	int rc;

	(void)state;
	scene(ERR_ITEM, "ErrorItemCorrupt");
	server.poison[0] = server.poison[30] = true;
	assert_int_equal(ask(N, &rc, &err), 2);
	assert_int_equal(rc, 0);
	assert_int_equal(server.probes, 0);
	assert_true(server.calls <= 1 + 2 * 6 * 2);
	/* all of them, too */
	memset(server.poison, true, sizeof(server.poison));
	assert_int_equal(ask(N, &rc, &err), N);
	assert_int_equal(rc, 0);
	assert_int_equal(server.probes, 0);
	/* gone: one is found, and when all are that is not asked N times */
	scene(ERR_GONE, "ErrorItemNotFound");
	server.poison[30] = true;
	assert_int_equal(ask(N, &rc, &err), 1);
	assert_int_equal(rc, 0);
	memset(server.poison, true, sizeof(server.poison));
	assert_int_equal(ask(N, &rc, &err), N);
	assert_int_equal(rc, 0);
	assert_int_equal(server.calls, 1 + 3);
	assert_int_equal(server.probes, 0);
}

/*
 * The server says that an item is to blame. While that is searched for another
 * request fails for a moment: it is retried, and no item is blamed for it.
 */
static void
test_said_once(void **state)
{
	static const struct {
		const char *code;
		int64_t ms;
	} once[] = { { "http-500", 0 }, { "truncated", 0 },
		{ "ErrorServerBusy", 20 }, { "http-503", 20 } };
	struct err err = ERR_INIT;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		scene(ERR_ITEM, "ErrorItemCorrupt");
		server.poison[1] = true;
		server.once = once[i].code;
		server.once_ms = once[i].ms;
		assert_int_equal(ask(N, &rc, &err), 1);
		assert_int_equal(rc, 0);
		assert_null(server.once);
	}
}

/* Few items: each is asked for alone, and one that never comes is broken. */
static void
test_few(void **state)
{
	struct err err = ERR_INIT;
	int rc;

	(void)state;
	scene(ERR_ITEM, "xml");
	server.poison[0] = true;
	assert_int_equal(ask(1, &rc, &err), 1);
	assert_int_equal(rc, 0);
	server.poison[2] = true;
	assert_int_equal(ask(3, &rc, &err), 2);
	assert_int_equal(rc, 0);
}

/* A server that does not even answer probe: no item is to blame. */
static void
test_dead(void **state)
{
	struct err err = ERR_INIT;
	int rc;

	(void)state;
	scene(ERR_ITEM, "xml");
	server.poison[3] = server.dead = true;
	ask(N, &rc, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(server.calls, 1);
	assert_int_equal(server.probes, 1);
}

/* An error that cannot be an item's fault is not investigated. */
static void
test_network(void **state)
{
	struct err err = ERR_INIT;
	int rc;

	(void)state;
	scene(ERR_AUTH, "http-401");
	server.poison[3] = true;
	ask(N, &rc, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(server.probes, 0);
}

/*
 * Items that each come with a temporary error, again and again. A few of many,
 * and those that failed before, are broken. When no item comes the server is to
 * blame, unless they came in part.
 */
static void
test_each(void **state)
{
	struct err err = ERR_INIT;
	int rc;

	(void)state;
	scene(ERR_RETRY, "ErrorInternalServerError");
	server.each = true;
	memset(server.poison, true, sizeof(server.poison));
	assert_int_equal(ask_as(true, N, &rc, &err), N);
	assert_int_equal(rc, 0);
	assert_int_equal(server.calls, 1);
	server.cut = true;
	assert_int_equal(ask(N, &rc, &err), N);
	assert_int_equal(rc, 0);
	server.cut = false;
	ask(N, &rc, &err);
	assert_int_equal(rc, -1);
	assert_true(err.retry_ms > 0);
	assert_int_equal(ask(1, &rc, &err), 1);
	assert_int_equal(rc, 0);
	assert_int_equal(server.calls, 3);
	/* what reaches further than the item is not its fault at first sight;
	 * but it may not keep all that come after it waiting for ever */
	server.scope = SCOPE_MAILBOX;
	ask(1, &rc, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(ask_as(true, 1, &rc, &err), 1);
	assert_int_equal(rc, 0);
	server.scope = SCOPE_ITEM;
	server.dead = true;
	ask_as(true, 1, &rc, &err);
	assert_int_equal(rc, -1);
}

/*
 * A server that is too busy for some of the items, and says for how long, is
 * asked again for them for 30 seconds in all, however often that is.
 */
static void
test_busy_items(void **state)
{
	struct err err = ERR_INIT;
	int64_t began = slept;
	int rc;

	(void)state;
	scene(ERR_RETRY, "ErrorServerBusy");
	server.each = true;
	server.each_ms = 4000;
	server.scope = SCOPE_MAILBOX;
	server.poison[3] = server.poison[4] = true;
	server.until = began + 18000; /* real time passes, too */
	assert_int_equal(ask(N, &rc, &err), 0);
	assert_int_equal(rc, 0);
	/* at last for one item at a time */
	assert_int_equal(server.calls, 1 + 6);
	assert_in_range(slept - began, 22000, 24000);

	began = slept;
	server.calls = 0;
	server.until = 0;
	memset(server.poison, true, sizeof(server.poison));
	ask(N, &rc, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(server.calls, 1 + 7);
	assert_in_range(slept - began, 26000, 28000);
	/* one that failed before is asked for once */
	began = slept;
	server.calls = 0;
	ask_as(true, N, &rc, &err);
	assert_int_equal(server.calls, 1);
	assert_int_equal(slept, began);
}

/* Items that failed before and break every request are all found. */
static void
test_suspects(void **state)
{
	struct err err = ERR_INIT;
	int rc;

	(void)state;
	scene(ERR_RETRY, "truncated");
	memset(server.poison, true, sizeof(server.poison));
	assert_int_equal(ask_as(true, N, &rc, &err), N);
	assert_int_equal(rc, 0);
	assert_int_equal(server.calls, 2 * N - 1);
}

/* A refusal by a device in front of the server is not the server's fault. */
static void
test_refused(void **state)
{
	static const char *const code[] = { "http-403", "http-302", "not-ews" };
	struct err err = ERR_INIT;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(code) / sizeof(code[0]); i++) {
		scene(i == 0 ? ERR_AUTH : ERR_CONFIG, code[i]);
		server.poison[1] = true;
		assert_int_equal(ask(3, &rc, &err), 1);
		assert_int_equal(rc, 0);
	}
	/* but this is the server's own */
	scene(ERR_AUTH, "ErrorAccessDenied");
	server.poison[1] = true;
	ask(3, &rc, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(server.probes, 0);
}

/*
 * An unknown error of whole requests: the request is tried once more, then a
 * few others tell whose fault it is. Items are to blame only when another item
 * comes.
 */
static void
test_unknown(void **state)
{
	static const size_t n[] = { 1, 3, N };
	struct err err = ERR_INIT;
	size_t i;
	int rc;

	(void)state;
	scene(ERR_UNKNOWN, "ErrorUnheardOf");
	memset(server.poison, true, sizeof(server.poison));
	for (i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		server.known = 0;
		server.known_bad = false;
		ask(n[i], &rc, &err);
		assert_int_equal(rc, -1);
		assert_int_equal(err.kind, ERR_UNKNOWN);
		assert_int_equal(err.scope, SCOPE_MAILBOX);
		assert_true(server.left);
		assert_int_equal(server.calls, n[i] > 3 ? 2 + 3 : 2);
		assert_int_equal(server.probes, 1);
		server.known = 3;
		server.known_bad = true;
		ask(n[i], &rc, &err);
		assert_int_equal(rc, -1);
		assert_int_equal(server.calls, n[i] > 3 ? 2 + 3 + 1 : 2 + 1);
		server.known_bad = false;
		assert_int_equal(ask(n[i], &rc, &err), n[i]);
		assert_int_equal(rc, 0);
		assert_false(server.left);
	}
	server.known = 0;
	memset(server.poison, false, sizeof(server.poison));
	server.poison[17] = true;
	assert_int_equal(ask(N, &rc, &err), 1);
	assert_int_equal(rc, 0);
	assert_false(server.left);
}

/* Items that failed before must not block all others for ever. */
static void
test_unknown_suspects(void **state)
{
	struct err err = ERR_INIT;
	int rc, each;

	(void)state;
	scene(ERR_UNKNOWN, "ErrorUnheardOf");
	memset(server.poison, true, sizeof(server.poison));
	for (each = 0; each < 2; each++) {
		server.each = each == 1;
		server.known = 0;
		assert_int_equal(ask_as(true, 9, &rc, &err), 9);
		assert_int_equal(rc, 0);
		server.known = 1;
		server.known_bad = false;
		assert_int_equal(ask_as(true, 9, &rc, &err), 9);
		assert_int_equal(rc, 0);
		server.known_bad = true;
		ask_as(true, 9, &rc, &err);
		assert_int_equal(rc, -1);
		assert_true(server.left);
		assert_int_equal(server.calls, 2);
	}
}

/* The same error for each item by itself: a few are to blame, many are not. */
static void
test_unknown_each(void **state)
{
	struct err err = ERR_INIT;
	int rc;

	(void)state;
	scene(ERR_UNKNOWN, "ErrorUnheardOf");
	server.each = true;
	server.poison[4] = true;
	assert_int_equal(ask(N, &rc, &err), 1);
	assert_int_equal(rc, 0);
	memset(server.poison, true, sizeof(server.poison));
	assert_int_equal(ask(3, &rc, &err), 3);
	assert_int_equal(rc, 0);
	ask(N, &rc, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_UNKNOWN);
	assert_int_equal(err.scope, SCOPE_MAILBOX);
	assert_true(server.left);
	assert_int_equal(server.calls, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_said_once),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_dead),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_busy_items),
		cmocka_unit_test(test_suspects),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_unknown_suspects),
		cmocka_unit_test(test_unknown_each),
	};

	log_init(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
