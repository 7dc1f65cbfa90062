/*
 * test_crew.c - jobs run once, groups finish, one thread is enough.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/tim.h"
#include "sync/crew.h"

#include <stdlib.h>

struct mailbox {
	struct job job;
	struct crew *crew;
	int batches;
};

struct batch {
	struct job job;
};

#define HANG_MS 60000 /* nothing but a defect takes so long */

static atomic_int ran, own_ran, inside, most;
static int crowd;          /* so many are inside before the first leaves */
static atomic_bool closed; /* nobody leaves */

static void
batch_run(struct job *job, bool own)
{
	int now = atomic_fetch_add(&inside, 1) + 1, old = atomic_load(&most);
	int i;

	(void)job;
	while (now > old && !atomic_compare_exchange_weak(&most, &old, now))
		;
	tim_sleep(1);
	for (i = 0; i < HANG_MS && (closed || most < crowd); i++)
		tim_sleep(1);
	if (own)
		atomic_fetch_add(&own_ran, 1);
	atomic_fetch_add(&ran, 1);
	atomic_fetch_sub(&inside, 1);
}

static void
mailbox_run(struct job *job, bool own)
{
	struct mailbox *m = (struct mailbox *)job;
	struct batch *b = mem_alloc((size_t)m->batches * sizeof(*b));
	struct crew_group g = { NULL, NULL, 0, NULL };
	int i;

	(void)own;
	for (i = 0; i < m->batches; i++) {
		b[i].job.run = batch_run;
		crew_batch(m->crew, &g, &b[i].job);
	}
	crew_finish(m->crew, &g);
	assert_int_equal(g.pending, 0);
	assert_null(g.head);
	free(b);
}

static void
with_threads(int threads, int mailboxes, int batches)
{
	struct crew *c = crew_open(threads);
	struct mailbox *m = mem_alloc((size_t)mailboxes * sizeof(*m));
	int i;

	ran = own_ran = most = 0;
	for (i = 0; i < mailboxes; i++) {
		m[i].job.run = mailbox_run;
		m[i].crew = c;
		m[i].batches = batches;
		crew_add(c, &m[i].job);
	}
	while (!crew_wait(c, 50))
		;
	assert_int_equal(ran, mailboxes * batches);
	assert_true(most <= threads);
	crew_close(c);
	free(m);
}

static void
test_counts(void **state)
{
	(void)state;
	with_threads(1, 3, 5);
	assert_int_equal(own_ran, 15); /* nobody else is there */
	crowd = 2;
	with_threads(4, 1, 40);
	assert_true(own_ran < 40); /* the others helped */
	assert_true(most > 1);
	crowd = 0;
	with_threads(4, 20, 7);
	with_threads(2, 1, 0);
}

static void
test_wait_times_out(void **state)
{
	struct crew *c = crew_open(1);
	struct mailbox m = { { mailbox_run, NULL, NULL }, c, 5 };

	(void)state;
	closed = true;
	crew_add(c, &m.job);
	assert_false(crew_wait(c, 10));
	assert_int_equal(ran, 0);
	closed = false;
	while (!crew_wait(c, 100))
		;
	crew_close(c);
}

#define MANY 50 /* more than there are threads that write */

static atomic_int held, wrote;
static atomic_bool let_go;

static void
write_run(struct job *job, bool own)
{
	(void)job;
	assert_false(own);
	atomic_fetch_add(&held, 1);
	while (!let_go)
		tim_sleep(1);
	atomic_fetch_add(&wrote, 1);
}

struct writing {
	struct job job;
	struct crew *crew;
	struct job write[MANY];
	int taken;
};

/* The only thread of the crew hands over what it may, and goes on. */
static void
writing_run(struct job *job, bool own)
{
	struct writing *w = (struct writing *)job;
	struct crew_group g = { NULL, NULL, 0, NULL };
	int i;

	(void)own;
	/* until a thread is free for the first */
	w->write[0].run = write_run;
	while (!crew_write(w->crew, &g, &w->write[0]))
		tim_sleep(1);
	while (held < 1)
		tim_sleep(1);
	for (i = w->taken = 1; i < MANY; i++) {
		w->write[i].run = write_run;
		w->taken += crew_write(w->crew, &g, &w->write[i]);
	}
	assert_int_equal(wrote, 0);
	assert_int_equal(g.pending, w->taken);
	let_go = true;
	crew_finish(w->crew, &g);
	assert_int_equal(g.pending, 0);
	assert_int_equal(wrote, w->taken);
}

static void
test_writes(void **state)
{
	struct crew *c = crew_open(1);
	struct writing w = { .job = { writing_run, NULL, NULL }, .crew = c };

	(void)state;
	crew_add(c, &w.job);
	while (!crew_wait(c, 100))
		;
	assert_in_range(w.taken, 1, MANY - 1);
	assert_int_equal(held, w.taken);
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_wait_times_out),
		cmocka_unit_test(test_writes),
	};

	return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
