/*
 * test_warm.c - connections that are opened ahead: by how many threads, and
 * that nobody waits for one that does not come.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/tim.h"
#include "sync/warm.h"

#define HANG_MS 60000 /* nothing but a defect takes so long */
#define WAIT    200   /* ms that what must not come is waited for */

static struct session session;
static atomic_int sessions, connecting, connected;
static atomic_bool refused; /* no session can be opened */

static struct session *
open_session(struct provider *p, const struct conf_mailbox *m, struct err *err)
{
	(void)p;
	(void)m;
	if (refused) {
		err_set(err, ERR_CONFIG, "as the test says");
		return NULL;
	}
	atomic_fetch_add(&sessions, 1);
	return &session;
}

static void
close_session(struct session *s)
{
	(void)s;
	atomic_fetch_sub(&sessions, 1);
}

static void
usage(struct session *s, int64_t *requests, int64_t *bytes)
{
	(void)s;
	*requests = *bytes = 0;
}

/* A server that does not answer. */
static int
hang(struct session *s, const atomic_bool *enough, struct err *err)
{
	int i;

	(void)s;
	atomic_fetch_add(&connecting, 1);
	for (i = 0; i < HANG_MS && !atomic_load(enough); i++)
		tim_sleep(1);
	assert_true(i < HANG_MS);
	return err_set(err, ERR_RETRY, "stopped as asked");
}

static int
answer(struct session *s, const atomic_bool *enough, struct err *err)
{
	(void)s;
	(void)enough;
	(void)err;
	atomic_fetch_add(&connected, 1);
	return 0;
}

static const struct provider_ops hung = { .session_open = open_session,
	.session_close = close_session,
	.usage = usage,
	.ahead = hang };
static const struct provider_ops well = { .session_open = open_session,
	.session_close = close_session,
	.usage = usage,
	.ahead = answer };

struct scene {
	struct profile_work p;
	struct mailbox_work w;
	struct tally tally;
};

static void
begin(struct scene *s, int threads, const struct provider_ops *ops)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->tally.lock, NULL);
	s->p.ops = ops;
	s->p.gate = gate_open(threads);
	s->p.crew = crew_open(threads);
	s->p.tally = &s->tally;
	s->w.profile = &s->p;
	sessions = connecting = connected = 0;
	refused = false;
}

static void
end(struct scene *s)
{
	crew_close(s->p.crew);
	gate_close(s->p.gate);
	pthread_mutex_destroy(&s->tally.lock);
	assert_int_equal(sessions, 0);
}

static void
wait_for(atomic_int *what, int n)
{
	int i;

	for (i = 0; i < HANG_MS && atomic_load(what) < n; i++)
		tim_sleep(1);
	assert_int_equal(*what, n);
}

static void
each_thread(void **state)
{
	struct scene s;
	struct warm *a;

	(void)state;
	begin(&s, 4, &well);
	a = warm_begin(&s.w);
	assert_non_null(a);
	/* one is the mailbox's own; and no session stays with a thread */
	wait_for(&connected, 3);
	warm_listed(a);
	warm_end(a);
	end(&s);
	assert_int_equal(connected, 3);
}

static void
hanging(void **state)
{
	struct scene s;
	struct warm *a;

	(void)state;
	begin(&s, 4, &hung);
	a = warm_begin(&s.w);
	wait_for(&connecting, 1);
	warm_listed(a);
	/* what was begun goes on meanwhile, and it is one */
	tim_sleep(WAIT);
	assert_int_equal(connecting, 1);
	assert_int_equal(sessions, 1);
	warm_end(a);
	end(&s);
}

/* Nothing is begun when the folders are listed already. */
static void
too_late(void **state)
{
	struct scene s, other;
	struct warm *a, *b, *c;
	int i;

	(void)state;
	begin(&s, 2, &hung);
	other = s;
	other.w.profile = &other.p;
	other.p.ops = &well;
	a = warm_begin(&s.w);
	c = warm_begin(&s.w);
	wait_for(&connecting, 2);
	/* both threads are busy */
	b = warm_begin(&other.w);
	warm_listed(b);
	warm_end(a);
	for (i = 0; i < WAIT && connected == 0; i++)
		tim_sleep(1);
	assert_int_equal(connected, 0);
	warm_end(b);
	warm_end(c);
	end(&s);
}

static void
alone(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, 1, &well);
	assert_null(warm_begin(&s.w));
	warm_listed(NULL);
	warm_end(NULL);
	end(&s);
}

/* A proxy would get its login from all of them before it is known to work. */
static void
proxy_login(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, 4, &well);
	s.p.proxy = (struct login *)&s;
	assert_null(warm_begin(&s.w));
	end(&s);
}

static void
stopped(void **state)
{
	struct err why = ERR_INIT;
	struct scene s;

	(void)state;
	begin(&s, 4, &well);
	err_set(&why, ERR_AUTH, "as the test says");
	gate_stop(s.p.gate, &why);
	assert_null(warm_begin(&s.w));
	end(&s);
}

static void
no_session(void **state)
{
	struct scene s;
	struct warm *a;

	(void)state;
	begin(&s, 3, &well);
	refused = true;
	a = warm_begin(&s.w);
	warm_listed(a);
	warm_end(a);
	end(&s);
	assert_int_equal(connected, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_thread),
		cmocka_unit_test(hanging),
		cmocka_unit_test(too_late),
		cmocka_unit_test(alone),
		cmocka_unit_test(proxy_login),
		cmocka_unit_test(stopped),
		cmocka_unit_test(no_session),
	};

	return cmocka_run_group_tests_name("warm", tests, NULL, NULL);
}
