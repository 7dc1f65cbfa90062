/*
 * failed.c - items that failed before and are due again.
 * 1. Items that came are stored though the others did not come.
 * 2. An item that times out once more is blamed for it only when another item
 *    comes, or when too few items time out to blame the mailbox. Until that is
 *    known its outcome is held back, for at most SILENT_MAX items.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/tim.h"
#include "sync/ask.h"
#include "sync/failed.h"
#include "sync/fetch.h"
#include "sync/reconsider.h"
#include "sync/turn.h"

#define DUE_MAX    1000 /* items of one pass */
#define SILENT_MAX 3    /* timeouts that put the blame on the mailbox */

/* Items of one folder that are asked for together, or one alone. */
struct retry {
	struct fetch fetch;
	struct item_ref ref[PROVIDER_ITEMS];
	int64_t tries[PROVIDER_ITEMS];
};

/* Items that timed out, as long as nothing has come. */
struct silence {
	struct retry held[SILENT_MAX];
	size_t n;
	bool broken; /* the items are to blame from now on */
};

/* Fills r with the next due items, from *i on, that are asked for together. */
static void
fill_retry(struct retry *r, struct mailbox_work *w,
    const struct store_failures *due, size_t max, size_t *i)
{
	const struct store_failure *first = &due->v[*i];
	struct fetch *f = &r->fetch;

	memset(f, 0, sizeof(*f));
	f->mailbox = w;
	f->ref = r->ref;
	f->tries = r->tries;
	f->folder = first->folder;
	f->past_from = first->past ? reconsider_past(w) : TIM_NONE;
	for (; *i < due->n && f->n < max; (*i)++) {
		const struct store_failure *v = &due->v[*i];

		if (v->folder != first->folder || v->past != first->past)
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
	count.failed = (int64_t)r->fetch.ndoubt;
	rc = fetch_store(&r->fetch, NULL, err);
	tally_add(w->profile->tally, &count, 0);
	return rc;
}

/* Did the one item that was asked for time out? */
static bool
was_silent(const struct fetch *f)
{
	const struct store_item *it = f->item;

	return f->nitem == 1 && it->message == NULL && it->fault != NULL &&
	       (it->fault->cause == CAUSE_TIMEOUT ||
		   it->fault->cause == CAUSE_PATIENCE);
}

/* The held items are to blame: stores their outcome. */
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

/* It is unknown who is to blame: the held items stay as they were noted. */
static void
drop_held(struct silence *q)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		fetch_free(&q->held[i].fetch);
	q->n = 0;
}

/*
 * The held items are not to blame: what was noted of this try does not count.
 */
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

/* Can mail be fetched that is no failure? As ask_known. */
static int
known_comes(struct mailbox_work *w)
{
	struct ask ask = { .mailbox = w,
		.session = w->session,
		.part = PROVIDER_CONTENT,
		.known = fetch_known_items };

	return ask_known(&ask);
}

/* SILENT_MAX items timed out: is the mailbox to blame? */
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
	/* It was waited for as long as it may be: it is not postponed again. */
	return err_code(err, CAUSE_TIMEOUT, why.code, SCOPE_MAILBOX);
}

/* Asks for one item alone. */
static int
retry_alone(struct mailbox_work *w, const struct store_failures *due,
    struct silence *q, size_t *i, struct err *err)
{
	struct retry *r = &q->held[q->n];
	struct err later = ERR_INIT;
	int rc;

	/* This item may be what makes the pass die: others come first. */
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
	if (store_retry(r, rc == 0 ? err : &later) == -1)
		rc = rc == 0 ? -1 : err_join(err, &later);
	return rc == -1 ? -1 : blame_held(q, err);
}

/* Asks for the items that were slow, one after the other. */
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

/* Asks for the other items, in batches. */
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
			rc = rc == 0 ? -1 : err_join(err, &later);
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
