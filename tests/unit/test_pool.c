/*
 * test_pool.c - who gets which connection, and which are closed. No server is
 * contacted: only the first request opens a connection.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "web/pool.h"

static const struct credential anna = { CONF_AUTH_BASIC, "anna", "a", NULL },
			       bert = { CONF_AUTH_BASIC, "bert", "b", NULL },
			       other = { CONF_AUTH_BASIC, "anna", "b", NULL };

static void
begin(struct pool *p, int max)
{
	static char url[] = "http://127.0.0.1:1/service", none[] = "";
	struct conf_profile profile;
	struct err err = ERR_INIT;
	struct pool_opts o;
	struct conf conf;

	memset(&conf, 0, sizeof(conf));
	memset(&profile, 0, sizeof(profile));
	conf.proxy = none;
	profile.url = url;
	profile.auth = CONF_AUTH_BASIC;
	pool_opts_of(&o, &conf, &profile);
	o.place = "the place";
	o.max = max;
	assert_int_equal(pool_init(p, &o, &err), 0);
	assert_null(p->idle);
}

static struct pool_conn *
take(struct pool *p, const struct credential *who)
{
	struct err err = ERR_INIT;
	struct pool_conn *c = pool_take(p, who, &err);

	assert_non_null(c);
	assert_non_null(c->http);
	assert_true(credential_same(&c->who, who));
	return c;
}

static void
by_credential(void **state)
{
	struct pool_conn *a, *b, *c;
	struct pool p;

	(void)state;
	begin(&p, 9);
	a = take(&p, &anna);
	b = take(&p, &anna);
	assert_ptr_not_equal(a, b);
	pool_give(&p, a);
	c = take(&p, &bert);
	assert_ptr_not_equal(c, a);
	pool_give(&p, c);
	/* another password is another credential */
	c = take(&p, &other);
	assert_int_equal(p.nidle, 2);
	pool_give(&p, c);
	pool_give(&p, b);
	/* the one used last comes first */
	assert_ptr_equal(take(&p, &anna), b);
	assert_ptr_equal(take(&p, &anna), a);
	assert_ptr_equal(take(&p, &other), c);
	assert_int_equal(p.nidle, 1);
	pool_give(&p, a);
	pool_give(&p, b);
	pool_give(&p, c);
	pool_give(&p, NULL);
	pool_free(&p);
}

static void
idle_too_many(void **state)
{
	struct pool_conn *a, *b, *c;
	struct pool p;

	(void)state;
	begin(&p, 2);
	a = take(&p, &anna);
	b = take(&p, &anna);
	c = take(&p, &bert);
	pool_give(&p, a);
	pool_give(&p, b);
	pool_give(&p, c);
	/* a was idle the longest */
	assert_int_equal(p.nidle, 2);
	assert_ptr_equal(p.idle, c);
	assert_ptr_equal(c->next, b);
	assert_null(b->next);
	pool_free(&p);
	/* less than one is one */
	begin(&p, 0);
	pool_give(&p, take(&p, &anna));
	pool_give(&p, take(&p, &bert));
	assert_int_equal(p.nidle, 1);
	pool_free(&p);
}

static void
renewed(void **state)
{
	struct err err = ERR_INIT;
	struct pool_conn *a;
	struct pool p;

	(void)state;
	begin(&p, 2);
	a = take(&p, &anna);
	assert_int_equal(pool_renew(&p, a, &err), 0);
	assert_non_null(a->http);
	assert_non_null(a->auth);
	assert_true(credential_same(&a->who, &anna));
	pool_give(&p, a);
	pool_free(&p);
}

/* Where nobody listens nothing is kept; where max are open none is opened. */
static void
opened_ahead(void **state)
{
	struct pool_conn *a, *b;
	struct err err = ERR_INIT;
	atomic_bool enough = false;
	struct pool p;

	(void)state;
	begin(&p, 2);
	assert_int_equal(p.live, 0); /* the trial is gone */
	a = take(&p, &anna);
	assert_int_equal(pool_open_ahead(&p, &anna, &enough, &err), -1);
	assert_int_equal(err.cause, CAUSE_NETWORK);
	assert_null(p.idle);
	assert_int_equal(p.live, 1);
	err_clear(&err);
	/* of whichever credential */
	b = take(&p, &bert);
	assert_int_equal(pool_open_ahead(&p, &anna, &enough, &err), 0);
	pool_give(&p, b);
	assert_int_equal(pool_open_ahead(&p, &anna, &enough, &err), 0);
	assert_int_equal(p.nidle, 1);
	assert_int_equal(p.live, 2);
	pool_give(&p, a);
	pool_free(&p);
	assert_int_equal(p.live, 0);
}

/* What can never work is refused at once, and leaks nothing. */
static void
refused(void **state)
{
	static const struct credential colon = { CONF_AUTH_BASIC, "a:b", "",
		NULL };
	struct err err = ERR_INIT;
	struct pool_opts o;
	struct pool p;

	(void)state;
	begin(&p, 2);
	assert_null(pool_take(&p, &colon, &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_null(p.idle);
	o = p.opts;
	pool_free(&p);
	err_clear(&err);
	o.http.url = "ftp://127.0.0.1/";
	assert_int_equal(pool_init(&p, &o, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	pool_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(by_credential),
		cmocka_unit_test(idle_too_many), cmocka_unit_test(renewed),
		cmocka_unit_test(refused), cmocka_unit_test(opened_ahead) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
