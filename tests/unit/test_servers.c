/*
 * test_servers.c - servers that outlive a pass, and who shares one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "sync/servers.h"

#define N 8

static struct {
	int opened, closed, max[N];
	const char *refuse; /* this url can never work */
} seen;

static const struct provider_ops ops, other_ops;

static struct provider *
open_one(const struct conf *c, const struct conf_profile *p, int max,
    struct err *err)
{
	struct provider *provider;

	(void)c;
	if (seen.refuse != NULL && strcmp(p->url, seen.refuse) == 0) {
		err_set(err, ERR_CONFIG, "it can never work");
		return NULL;
	}
	provider = mem_alloc(sizeof(*provider));
	seen.max[seen.opened++] = max;
	return provider;
}

static void
close_one(struct provider *p)
{
	seen.closed++;
	free(p);
}

static const struct provider_ops ops = { .open = open_one, .close = close_one };
static const struct provider_ops other_ops = { .open = open_one,
	.close = close_one };

/* A profile whose name begins so is behind another kind of server. */
static const struct provider_ops *
kind(const struct conf_profile *p)
{
	return p->name[0] == 'o' ? &other_ops : &ops;
}

static char a[] = "https://a/", b[] = "https://b/", svc[] = "svc",
	    svc2[] = "SVC", pw[] = "pw", pw2[] = "pw2", pin[] = "sha256:00",
	    one[] = "hq", other[] = "other";

static void
test_shared(void **state)
{
	/* the first two share; each of the others differs in one thing */
	struct conf_profile p[N] = {
		{ .name = one, .url = a, .username = svc, .password = pw },
		{ .name = one, .url = a, .username = svc, .password = pw },
		{ .name = one, .url = b, .username = svc, .password = pw },
		{ .name = one, .url = a, .username = svc2, .password = pw },
		{ .name = one, .url = a, .username = svc, .password = pw2 },
		{ .name = one,
		    .url = a,
		    .username = svc,
		    .password = pw,
		    .tls_pin = pin },
		{ .name = other, .url = a, .username = svc, .password = pw },
		{ .name = one, .url = a },
	};
	struct conf conf = { .profile = p, .nprofile = N };
	struct server *v[N];
	struct servers *s;
	struct err err = ERR_INIT;
	size_t i, k;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < N; i++)
		p[i].max_connections = 1 << i;
	s = servers_open(&conf, kind);
	assert_int_equal(seen.opened, 0);
	/* the last one first: it does not matter who asks */
	for (i = N; i-- > 0;)
		assert_non_null(v[i] = servers_get(s, &p[i], &err));
	assert_int_equal(seen.opened, N - 1);
	/* the last that was opened is that of both */
	assert_int_equal(seen.max[N - 2], 1 + 2);
	assert_int_equal(seen.max[0], 1 << (N - 1));
	for (i = 0; i < N; i++) {
		for (k = i + 1; k < N; k++)
			assert_int_equal(v[i] == v[k], i == 0 && k == 1);
	}
	assert_ptr_equal(v[6]->ops, &other_ops);
	/* another pass has the same */
	servers_begin(s);
	for (i = 0; i < N; i++)
		assert_ptr_equal(servers_get(s, &p[i], &err), v[i]);
	assert_int_equal(seen.opened, N - 1);
	assert_int_equal(seen.closed, 0);
	servers_close(s);
	assert_int_equal(seen.closed, N - 1);
	servers_close(NULL);
}

/* A server that can never work is an error each time, for its profile only. */
static void
test_refused(void **state)
{
	struct conf_profile p[2] = { { .name = one, .url = a },
		{ .name = one, .url = b } };
	struct conf conf = { .profile = p, .nprofile = 2 };
	struct servers *s = servers_open(&conf, kind);
	struct err err = ERR_INIT;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	seen.refuse = a;
	assert_null(servers_get(s, &p[0], &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(servers_get(s, &p[1], &err));
	assert_null(servers_get(s, &p[0], &err));
	seen.refuse = NULL;
	assert_non_null(servers_get(s, &p[0], &err));
	servers_close(s);
	assert_int_equal(seen.closed, 2);
}

/* A stop ends with its pass; what the gate learnt about load stays. */
static void
test_begin(void **state)
{
	struct conf_profile p = { .name = one, .url = a, .max_connections = 8 };
	struct conf conf = { .profile = &p, .nprofile = 1 };
	struct servers *s = servers_open(&conf, kind);
	struct gate_login l = { .address = "ann@contoso.example",
		.profile = "hq" };
	struct err err = ERR_INIT;
	struct gate *g;
	struct gate_tries tries = GATE_NO_MORE;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	g = servers_get(s, &p, &err)->gate;
	/* it is busy, and fewer items are asked for */
	assert_int_equal(gate_enter(g, &l, &err), 0);
	err_set(&err, ERR_RETRY, "busy");
	err_code(&err, CAUSE_BUSY, "http-503", SCOPE_MAILBOX);
	assert_false(gate_leave(g, &l, -1, &tries, &err));
	assert_int_equal(gate_items(g), GATE_ITEMS / 2);
	/* it accepts the login, then stops the profile */
	assert_int_equal(gate_enter(g, &l, &err), 0);
	assert_false(gate_leave(g, &l, 0, &tries, &err));
	assert_true(gate_accepted(g) && gate_answered(g));
	assert_int_equal(gate_enter(g, &l, &err), 0);
	err_set(&err, ERR_CONFIG, "its certificate has ended");
	err_code(&err, CAUSE_CERTIFICATE, "certificate", SCOPE_PROFILE);
	assert_false(gate_leave(g, &l, -1, &tries, &err));
	assert_non_null(gate_stopped(g));
	assert_ptr_equal(gate_stopped_by(g), &l);
	servers_begin(s);
	assert_null(gate_stopped(g));
	assert_null(gate_stopped_by(g));
	assert_false(gate_accepted(g) || gate_answered(g));
	assert_int_equal(gate_items(g), GATE_ITEMS / 2);
	err_clear(&err);
	assert_int_equal(gate_enter(g, &l, &err), 0);
	assert_false(gate_leave(g, &l, 0, &tries, &err));
	servers_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_shared),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_begin) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
