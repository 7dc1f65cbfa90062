/*
 * put.c - store_put: calls of several threads at the same time are written in
 * one transaction. A commit waits for the disk (a CRM must never read what a
 * power cut takes back), and ten threads would wait ten times.
 * 1. A call returns when the transaction with its rows has ended, with the
 *    result of that transaction. If it fails, all its calls fail: the reason
 *    (disk full, damage) does not belong to one of them.
 * 2. Calls are written in the order in which they came. Much work is written in
 *    slices (page.c), so a failed call may leave a part of its rows, as a crash
 *    would.
 * 3. A thread that finds no other one writing becomes the writer. It writes the
 *    calls that wait, its own first, and leaves those beyond GROUP items to the
 *    next writer.
 */
#include <string.h>

#include "store/blob.h"
#include "store/page.h"
#include "store/thread.h"

#define GROUP 300 /* items of one transaction, about */

struct put {
	struct put *next;
	const struct store_work *work;
	struct store_count count;
	struct err err;
	int rc;
	bool done;
};

static void
add_count(struct store_count *to, const struct store_count *c)
{
	to->emails += c->emails;
	to->copies += c->copies;
	to->skipped += c->skipped;
	to->failed += c->failed;
	to->removed += c->removed;
	to->updated += c->updated;
	to->attachments += c->attachments;
	to->entered += c->entered;
	to->left += c->left;
}

/* With put_lock held: appends p to the queue. */
static void
append_put(struct store *st, struct put *p)
{
	if (st->put_last == NULL)
		st->put_first = p;
	else
		st->put_last->next = p;
	st->put_last = p;
}

/* With put_lock held: the first call that waits, or NULL. */
static struct put *
take_put(struct store *st)
{
	struct put *p = st->put_first;

	if (p != NULL && (st->put_first = p->next) == NULL)
		st->put_last = NULL;
	return p;
}

/* Calls that are written together. */
struct put_group {
	struct put *first, *last;
	size_t n; /* their items */
};

/* One more call, or NULL: none waits, or the group is full. */
static struct put *
add_put(struct store *st, struct put_group *g)
{
	struct put *p;

	pthread_mutex_lock(&st->put_lock);
	p = g->n < GROUP ? take_put(st) : NULL;
	pthread_mutex_unlock(&st->put_lock);
	if (p != NULL) {
		p->next = NULL;
		g->last->next = p;
		g->last = p;
	}
	return p;
}

static int
write_puts(struct store *st, void *arg, struct err *err)
{
	struct put_group *g = arg;
	struct put *p;

	for (p = g->first; p != NULL; p = add_put(st, g)) {
		if (page_put(st, p->work, &p->count, err) == -1)
			return -1;
		g->n += p->work->n + 1;
	}
	return 0;
}

/* Writes a group that begins with first; all of it is linked from first. */
static int
write_group(struct store *st, struct put *first, struct err *err)
{
	struct put_group g = { first, first, 0 };
	int rc;

	db_lock(st);
	rc = db_txn(st, write_puts, &g, err);
	/* after a failure the calls that wait fail, too */
	for (g.n = 0; rc == -1 && add_put(st, &g) != NULL;)
		;
	if (rc == 0)
		rc = blob_prune_rest(st, err);
	if (rc == 0)
		rc = thread_catch_up(st, false, err);
	db_unlock(st);
	return rc;
}

/* With put_lock held: this thread writes a group of the calls that wait. */
static void
lead_puts(struct store *st)
{
	struct err err = ERR_INIT;
	struct put *p, *first, *next;
	int rc;

	first = take_put(st);
	first->next = NULL;
	st->putting = true;
	pthread_mutex_unlock(&st->put_lock);
	rc = write_group(st, first, &err);
	pthread_mutex_lock(&st->put_lock);
	for (p = first; p != NULL; p = next) {
		next = p->next; /* once done, p may vanish with its caller */
		p->rc = rc;
		p->err = err;
		p->done = true;
	}
	st->putting = false;
	pthread_cond_broadcast(&st->put_done);
}

int
store_put(struct store *st, const struct store_work *work,
    struct store_count *count, struct err *err)
{
	struct put me;

	if (st->read_only)
		return 0;
	memset(&me, 0, sizeof(me));
	me.work = work;
	pthread_mutex_lock(&st->put_lock);
	append_put(st, &me); /* it has left the queue when this returns */
	while (!me.done) {
		if (st->putting)
			pthread_cond_wait(&st->put_done, &st->put_lock);
		else
			lead_puts(st);
	}
	pthread_mutex_unlock(&st->put_lock);
	if (me.rc == 0)
		add_count(count, &me.count);
	else
		*err = me.err;
	return me.rc;
}
