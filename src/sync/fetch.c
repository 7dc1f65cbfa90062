/*
 * fetch.c - one batch of items: headers, decision, content, attachments.
 * 1. Every ref ends as exactly one item - stored, skipped by a named rule or
 *    failed - or fetch_run returns -1 and it is asked for again.
 * 2. The content of a mail that concerns nobody is not asked for when
 *    match_needs_headers says so.
 * 3. Items point into messages, decisions and faults of the same fetch.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "sync/attach.h"
#include "sync/fetch.h"

/* Where a request's messages are collected. */
struct collect {
	struct sink sink;
	struct message **v;
	size_t n, max;
};

static int
collect_message(struct sink *sink, struct message *take, struct err *err)
{
	struct collect *c = (struct collect *)sink;

	if (c->n == c->max) {
		message_free(take);
		return err_set(err, ERR_RETRY,
		    "more items came than were "
		    "asked for");
	}
	c->v[c->n++] = take;
	return 0;
}

static void
collect_reset(struct collect *c)
{
	while (c->n > 0)
		message_free(c->v[--c->n]);
}

typedef int (*ask_fn)(struct session *, const struct item_ref *, size_t,
    struct sink *, struct err *);

/* One request through the gate, as often as the gate says. */
static int
ask(struct fetch *f, struct session *s, ask_fn fn, const struct item_ref *ref,
    size_t n, struct collect *c, struct err *err)
{
	struct mailbox_work *w = f->mailbox;
	int tries = 0, rc;

	do {
		collect_reset(c);
		if (gate_enter(w->profile->gate, &w->login, err) == -1)
			return -1;
		rc = fn(s, ref, n, &c->sink, err);
	} while (gate_leave(w->profile->gate, &w->login, rc, &tries, err));
	if (rc == -1)
		collect_reset(c);
	return rc;
}

int64_t
fetch_next_try(int64_t tries)
{
	int64_t wait = (int64_t)15 * 60 * 1000;

	while (tries-- > 0 && wait < (int64_t)24 * 3600 * 1000)
		wait *= 2;
	return tim_now() + wait;
}

static struct store_item *
settle(struct fetch *f, const struct message *m, size_t at)
{
	struct store_item *it = &f->item[f->nitem++];

	memset(it, 0, sizeof(*it));
	it->item_id = f->ref[at].id;
	it->change_key =
	    m->change_key != NULL ? m->change_key : f->ref[at].change_key;
	it->folder = f->folder;
	return it;
}

/* The server could not give this item: gone, or a failure to come back to. */
static void
settle_fault(struct fetch *f, struct message *m, size_t at)
{
	struct store_item *it = settle(f, m, at);

	if (m->err.kind == ERR_GONE) {
		it->rule = "gone";
		return;
	}
	it->fault = &m->err;
	it->next_try = fetch_next_try(f->tries == NULL ? 0 : f->tries[at]);
}

/* Decides on a message that came; false: its content is still wanted. */
static bool
settle_decision(struct fetch *f, struct message *m, size_t at)
{
	struct decision *d = &f->decision[at];
	struct store_item *it;

	if (d->rule[0] == '\0')
		match_message(&f->mailbox->match, m, d);
	if (d->verdict == VERDICT_KEEP && !m->have_content)
		return false;
	if (d->verdict == VERDICT_HEADERS) {
		m->text = m->html = NULL;
		m->text_len = m->html_len = 0;
		m->natt = 0;
		m->body_state = BODY_HEADERS;
	}
	it = settle(f, m, at);
	it->decision = d;
	it->message = m;
	return true;
}

/* Takes the messages of an answer; those still wanted go to again[]. */
static int
settle_all(struct fetch *f, struct session *s, struct collect *c,
    const size_t *at, size_t *again, size_t *nagain, struct err *err)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		struct message *m = c->v[i];

		f->message[f->nmessage++] = m;
		if (m->err.kind != ERR_NONE) {
			settle_fault(f, m, at[i]);
			continue;
		}
		if (!settle_decision(f, m, at[i])) {
			again[(*nagain)++] = at[i];
			continue;
		}
		if (f->decision[at[i]].verdict == VERDICT_KEEP &&
		    attach_all(f->mailbox, s, m, err) == -1) {
			f->nitem--; /* not settled after all */
			for (i++; i < c->n; i++)
				f->message[f->nmessage++] = c->v[i];
			c->n = 0;
			return -1;
		}
	}
	c->n = 0;
	return 0;
}

/* Asks for the refs at[0..n) with fn, a request at a time. */
static int
round_of(struct fetch *f, struct session *s, ask_fn fn, size_t per_request,
    const size_t *at, size_t n, size_t *again, size_t *nagain, struct err *err)
{
	struct message *msg[FETCH_HEADERS];
	struct item_ref ref[FETCH_HEADERS];
	struct collect c = { { collect_message }, msg, 0, 0 };
	size_t from, i;

	for (from = 0; from < n; from += c.max) {
		c.max = n - from < per_request ? n - from : per_request;
		for (i = 0; i < c.max; i++)
			ref[i] = f->ref[at[from + i]];
		if (ask(f, s, fn, ref, c.max, &c, err) == -1 ||
		    settle_all(f, s, &c, at + from, again, nagain, err) == -1)
			return -1;
	}
	return 0;
}

/* A dry run: counts what would be stored and forgets it. */
static void
count_only(struct fetch *f, size_t kept)
{
	struct store_count count;
	size_t i;

	memset(&count, 0, sizeof(count));
	count.emails = (int64_t)kept;
	for (i = 0; i < f->nitem; i++) {
		const struct store_item *it = &f->item[i];

		if (it->fault != NULL)
			count.failed++;
		else if (it->decision == NULL ||
			 it->decision->verdict == VERDICT_SKIP)
			count.skipped++;
		else
			count.emails++;
	}
	f->nitem = 0;
	tally_add(f->mailbox->profile->tally, &count, 0);
}

int
fetch_run(struct fetch *f, struct session *s, struct err *err)
{
	const struct profile_work *p = f->mailbox->profile;
	size_t *at = mem_alloc(2 * f->n * sizeof(*at)), *again = at + f->n;
	size_t i, n = 0, none = 0;
	int rc = 0;

	f->item = mem_alloc(f->n * sizeof(*f->item));
	f->message = mem_alloc(2 * f->n * sizeof(*f->message));
	f->decision = mem_alloc(f->n * sizeof(*f->decision));
	for (i = 0; i < f->n; i++)
		at[i] = i;
	f->seen = (int64_t)f->n;
	if (!p->pass->dry_run && !match_needs_headers(&f->mailbox->match))
		rc = round_of(f, s, p->ops->messages, FETCH_CONTENT, at, f->n,
		    again, &none, err);
	else {
		rc = round_of(f, s, p->ops->headers, FETCH_HEADERS, at, f->n,
		    again, &n, err);
		if (rc == 0 && !p->pass->dry_run)
			rc = round_of(f, s, p->ops->messages, FETCH_CONTENT,
			    again, n, at, &none, err);
	}
	free(at);
	if (rc == 0 && p->pass->dry_run)
		count_only(f, n);
	return rc;
}

int
fetch_store(struct fetch *f, const struct store_page *page, struct err *err)
{
	struct store_count count;
	const struct mailbox_work *w = f->mailbox;
	int rc = 0;

	memset(&count, 0, sizeof(count));
	fault_point("before store_put");
	if (f->nitem > 0 || page != NULL)
		rc = store_put(w->profile->pass->store, w->conf.address,
		    f->item, f->nitem, page, &count, err);
	if (rc == 0)
		tally_add(w->profile->tally, &count, f->seen);
	fetch_free(f);
	return rc;
}

void
fetch_free(struct fetch *f)
{
	size_t i;

	for (i = 0; i < f->nmessage; i++)
		message_free(f->message[i]);
	for (i = 0; f->decision != NULL && i < f->n; i++)
		free(f->decision[i].link);
	free(f->item);
	free(f->message);
	free(f->decision);
	f->item = NULL;
	f->message = NULL;
	f->decision = NULL;
	f->nitem = f->nmessage = 0;
	f->seen = 0;
}
