/*
 * failed.c - items that failed before and whose time has come.
 * 1. What came is written though the rest did not.
 * 2. An item that is silent once more is blamed for it only when something else
 *    comes, or when there are not enough of them to blame the mailbox. Until
 *    that is known its outcome is held back, and not more than SILENT_MAX are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/tim.h"
#include "sync/ask.h"
#include "sync/failed.h"
#include "sync/fetch.h"
#include "sync/turn.h"

#define DUE_MAX    1000 /* items of one pass */
#define SILENT_MAX 3    /* items that tell that the mailbox is silent */

/* Items of one folder that are asked for together, or one alone. */
struct retry {
	struct fetch fetch;
	struct item_ref ref[PROVIDER_ITEMS];
	int64_t tries[PROVIDER_ITEMS];
};

/* Items that were silent, as long as nothing has come. */
struct silence {
	struct retry held[SILENT_MAX];
	size_t n;
	bool broken; /* something came, or is known to come */
};

/* The next of the due ones, from *i on, that are asked for together. */
static void
fill_retry(struct retry *r, struct mailbox_work *w,
    const struct store_failures *due, size_t max, size_t *i)
{
	struct fetch *f = &r->fetch;

	memset(f, 0, sizeof(*f));
	f->mailbox = w;
	f->ref = r->ref;
	f->tries = r->tries;
	f->folder = due->v[*i].folder;
	for (; *i < due->n && f->n < max; (*i)++) {
		const struct store_failure *v = &due->v[*i];

		if (v->folder != f->folder)
			break;
		memset(&r->ref[f->n], 0, sizeof(*r->ref));
		r->ref[f->n].id = v->item_id;
		r->tries[f->n++] = v->tries;
	}
}

static int
store_retry(struct retry *r, struct err *err)
{
	struct mailbox_work *w = r->fetch.mailbox;
	struct store_count count;
	int rc;

	memset(&count, 0, sizeof(count));
	count.failed = r->fetch.doubts;
	rc = fetch_store(&r->fetch, NULL, err);
	tally_add(w->profile->tally, &count, 0);
	return rc;
}

/* Of the one item that was asked for nothing came in time. */
static bool
was_silent(const struct fetch *f)
{
	const struct store_item *it = f->item;

	return f->nitem == 1 && it->message == NULL && it->fault != NULL &&
	       (it->fault->cause == CAUSE_TIMEOUT ||
		   it->fault->cause == CAUSE_PATIENCE);
}

/* They are to blame. */
static int
blame_held(struct silence *q, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < q->n; i++) {
		if (rc == 0)
			rc = store_retry(&q->held[i], err);
		else
			fetch_free(&q->held[i].fetch);
	}
	q->n = 0;
	q->broken = true;
	return rc;
}

/* Nobody knows: they stay as they are noted. */
static void
drop_held(struct silence *q)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		fetch_free(&q->held[i].fetch);
	q->n = 0;
}

/* They are not to blame: what was noted of this try does not count. */
static int
spare_held(struct silence *q, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < q->n; i++) {
		struct fetch *f = &q->held[i].fetch;

		if (f->underway.noted[0])
			rc = store_failure_spare(
			    f->mailbox->profile->pass->store,
			    f->mailbox->conf.address, f->ref[0].id, err);
	}
	drop_held(q);
	return rc;
}

/* Does mail come that is no failure? As ask_known. */
static int
known_comes(struct mailbox_work *w)
{
	struct ask ask = { .mailbox = w,
		.session = w->session,
		.part = PROVIDER_CONTENT,
		.known = fetch_known_items };

	return ask_known(&ask);
}

/* So many were silent: is it the mailbox that is? */
static int
judge_held(struct mailbox_work *w, struct silence *q, struct err *err)
{
	struct err why;

	if (known_comes(w) == 1)
		return blame_held(q, err);
	why = *q->held[0].fetch.item[0].fault;
	if (spare_held(q, err) == -1)
		return -1;
	*err = why;
	err_recast(err, ERR_RETRY, SCOPE_MAILBOX);
	/* waited for as long as it may be: it is not put off once more */
	return err_code(err, CAUSE_TIMEOUT, why.code, SCOPE_MAILBOX);
}

/* One item alone. */
static int
retry_alone(struct mailbox_work *w, const struct store_failures *due,
    struct silence *q, size_t *i, struct err *err)
{
	struct retry *r = &q->held[q->n];
	struct err later = ERR_INIT;
	int rc;

	/* it may be what makes the pass die */
	if (!w->turn_last && turn_others_wait(w)) {
		w->turn_last = true;
		return turn_end(w, err);
	}
	fill_retry(r, w, due, 1, i);
	rc = fetch_run(&r->fetch, w->session, err);
	if (rc == 0 && !q->broken && was_silent(&r->fetch)) {
		q->n++;
		return q->n < SILENT_MAX ? 0 : judge_held(w, q, err);
	}
	if (store_retry(r, rc == 0 ? err : &later) == -1 || rc == -1)
		return -1;
	return blame_held(q, err);
}

/* Those that were slow, one after the other. */
static int
retry_slow(
    struct mailbox_work *w, const struct store_failures *due, struct err *err)
{
	struct silence *q = mem_alloc(sizeof(*q));
	size_t i = 0;
	int rc = 0;

	while (rc == 0 && i < due->n)
		rc = retry_alone(w, due, q, &i, err);
	if (rc == 0) /* too few to blame the mailbox */
		rc = blame_held(q, err);
	else
		drop_held(q);
	free(q);
	return rc;
}

/* The others. */
static int
retry_batches(
    struct mailbox_work *w, const struct store_failures *due, struct err *err)
{
	struct retry *r = mem_alloc(sizeof(*r));
	struct err later = ERR_INIT;
	size_t i = 0;
	int rc = 0;

	while (rc == 0 && i < due->n) {
		fill_retry(r, w, due, fetch_items(w->profile), &i);
		rc = fetch_run(&r->fetch, w->session, err);
		if (store_retry(r, rc == 0 ? err : &later) == -1)
			rc = -1;
	}
	free(r);
	return rc;
}

int
failed_retry(struct mailbox_work *w, bool alone, struct err *err)
{
	struct store_failures due;
	int rc;

	memset(&due, 0, sizeof(due));
	if (store_failures_due(w->profile->pass->store, w->conf.address,
		&(struct store_due){ tim_now(), DUE_MAX, alone }, &due,
		err) == -1)
		return -1;
	rc = alone ? retry_slow(w, &due, err) : retry_batches(w, &due, err);
	arena_free(&due.arena);
	if (rc == -1 && !turn_is_over(err))
		err_prefix(err, "items that failed before");
	return rc;
}
