/*
 * fetch.c - one batch of items: headers, decision, content, attachments.
 * 1. Every ref ends as exactly one item - stored, skipped by a named rule or
 *    failed - or fetch_run returns -1 and it is asked for again.
 * 2. The content of a mail that concerns nobody is not asked for when
 *    match_needs_headers says so.
 * 3. Items point into messages, decisions and faults of the same fetch.
 * 4. Between two mails a fetch holds less than FLUSH bytes, and settled items
 *    are written when the next mail takes long.
 * 5. A mail whose content cannot be had is stored with what can be had: without
 *    its body, or its headers alone. It stays in table failure all the same.
 * 6. Of a mail that is in the store only what has changed is fetched:
 *    everything but the body comes first, and shows what else is needed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "sync/ask.h"
#include "sync/attach.h"
#include "sync/backoff.h"
#include "sync/fetch.h"
#include "sync/forgetting.h"
#include "sync/patience.h"
#include "sync/turn.h"
#include "sync/underway.h"

#define BYTES_MAX ((int64_t)1 << 19) /* of one request, as the server says */
#define ITEM      ((int64_t)1 << 12) /* of an item whose size is unknown */
/*
 * Bytes in memory that are written before the batch ends. What one request
 * brings of usual mail is less: the thread asks on while another writes it.
 */
#define FLUSH    ((size_t)11 << 16)
#define FLUSH_MS 1000              /* ms; then settled items are written */
#define HEADS    ((size_t)1 << 18) /* bytes; what message_head copies */

size_t
fetch_items(const struct profile_work *p)
{
	return (size_t)p->ops->limits->items[PROVIDER_CONTENT];
}

static struct store_item *
settle_item(struct fetch *f, const struct message *m, size_t at)
{
	struct store_item *it = &f->item[f->nitem++];

	if (f->nitem == 1)
		f->settled_since = tim_mono();
	memset(it, 0, sizeof(*it));
	it->counted = f->underway.noted[at];
	it->item_id = f->ref[at].id;
	it->change_key =
	    m->change_key != NULL ? m->change_key : f->ref[at].change_key;
	it->folder = f->folder;
	it->head = f->head[at];
	return it;
}

/* Notes that the item did not come whole, and when it is tried again. */
static void
blame_item(
    struct fetch *f, struct store_item *it, const struct err *why, size_t at)
{
	it->fault = why;
	it->next_try =
	    backoff_item(f->tries == NULL ? 0 : f->tries[at], why->retry_ms);
}

/*
 * The server could not deliver this item: a failure, to be tried again. That
 * the item is gone is believed when the server reports a delete, or when it
 * said so at every try.
 */
static void
settle_fault(struct fetch *f, struct message *m, size_t at)
{
	struct store_item *it = settle_item(f, m, at);

	blame_item(f, it, &m->err, at);
	if (m->err.kind != ERR_GONE)
		return;
	it->rule = "gone";
	if (it->next_try == TIM_NONE)
		it->fault = NULL;
	else
		*VEC_ADD(f->doubt, f->ndoubt) = f->ref[at].id;
}

/* Only the headers are wanted: drops the rest. */
static void
strip_content(struct fetch *f, struct message *m)
{
	store_item_drop(f->mailbox->profile->pass->store, m);
	m->text = m->html = NULL;
	m->text_len = m->html_len = 0;
	m->natt = 0;
	m->body_state = BODY_HEADERS;
}

static void
decide_message(
    const struct fetch *f, const struct message *m, struct decision *d)
{
	int64_t at = m->received_at != TIM_NONE ? m->received_at : m->sent_at;

	match_message(&f->mailbox->match, m, d);
	if (!verdict_keeps(d->verdict) || f->past_from == TIM_NONE ||
	    at == TIM_NONE || at >= f->past_from)
		return;
	d->verdict = VERDICT_SKIP;
	snprintf(d->rule, sizeof(d->rule), "%s", FETCH_PAST);
}

/* Decides on a message that came; NULL: its content is still wanted. */
static struct store_item *
settle_decision(struct fetch *f, struct message *m, size_t at)
{
	struct decision *d = &f->decision[at];
	struct store_item *it;

	m->is_sent = f->sent;
	if (d->rule[0] == '\0')
		decide_message(f, m, d);
	/* after the decision, which may need their addresses' domains */
	forgetting_apply(f->mailbox->profile->pass->forgotten, m, d);
	if (d->verdict == VERDICT_KEEP && !m->have_content)
		return NULL;
	if (d->verdict == VERDICT_HEADERS)
		strip_content(f, m);
	it = settle_item(f, m, at);
	it->decision = d;
	it->message = m;
	return it;
}

static void
keep_message(struct fetch *f, struct message *m)
{
	f->message[f->nmessage++] = m;
	f->bytes += message_bytes(m);
}

static bool
is_last_try(const struct fetch *f, size_t at)
{
	return f->tries != NULL && f->tries[at] + 1 >= BACKOFF_TRIES;
}

/*
 * Fetches the attachments of a kept mail; one that cannot be had is the item's
 * fault.
 */
static int
fetch_attachments(struct fetch *f, struct store_item *it, struct message *m,
    size_t at, struct err *err)
{
	int rc;

	underway_set(f->mailbox->profile->underway, &f->underway, &at, 1);
	rc = attach_all(
	    f->mailbox, f->session, m, f->tries != NULL, &f->lost[at], err);
	underway_set(f->mailbox->profile->underway, &f->underway, NULL, 0);
	it->counted = f->underway.noted[at];
	if (rc == 1) {
		struct err why = *err;

		err_clear(err);
		if (why.kind == ERR_GONE) {
			if (is_last_try(f, at))
				return 0; /* it said so at every try */
			err_recast(&why, ERR_ITEM, why.scope);
		}
		m->err = why;
		if (it->fault == NULL)
			blame_item(f, it, &m->err, at);
	}
	return rc == -1 ? -1 : 0;
}

/*
 * Settles a mail of which not everything came; why is NULL when that counts as
 * all of it.
 */
static int
settle_less(struct fetch *f, struct message *m, size_t at,
    const struct err *why, struct err *err)
{
	struct store_item *it;

	m->have_content = true;
	if (why != NULL)
		m->body_state = BODY_FAILED;
	it = settle_decision(f, m, at);
	if (f->decision[at].verdict != VERDICT_KEEP)
		return 0;
	if (why != NULL)
		blame_item(f, it, why, at);
	return fetch_attachments(f, it, m, at, err);
}

/*
 * The body is whole or truncated: the server's mark of truncation may be the
 * sender's own words. A text that ends with it at every try is what was sent.
 */
static int
settle_cut(struct fetch *f, struct message *m, size_t at, struct err *err)
{
	bool whole = is_last_try(f, at) && m->body_state == BODY_FULL;

	return settle_less(f, m, at, whole ? NULL : &m->err, err);
}

/*
 * The content of the item cannot be had, the reason is in m: stores what can be
 * had instead. -1: the server could not be asked.
 */
static int
rescue_item(struct fetch *f, struct message *m, size_t at, struct err *err)
{
	static const enum provider_part step[] = { PROVIDER_PARTIAL,
		PROVIDER_HEADERS };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct ask ask = { f->mailbox, f->session, step[i], true, NULL,
			&f->lost[at] };
		struct message *less;

		if (f->lost[at] >= PATIENCE_ITEM)
			break;
		if (ask_items(&ask, &f->ref[at], 1, &less, err) == -1)
			return -1;
		keep_message(f, less);
		if (less->err.kind == ERR_NONE)
			return settle_less(f, less, at, &m->err, err);
	}
	settle_fault(f, m, at);
	return 0;
}

/* Takes from the store what need not be fetched again. */
static int
recall_message(struct fetch *f, struct message *m, struct err *err)
{
	const struct mailbox_work *w = f->mailbox;

	return store_item_recall(
	    w->profile->pass->store, w->conf.address, m, err);
}

/* Settles one message that came. *again: its content is still wanted. */
static int
settle_one(struct fetch *f, enum provider_part much, struct message *m,
    size_t at, bool *again, struct err *err)
{
	struct store_item *it;

	*again = much == PROVIDER_PARTIAL && m->err.kind == ERR_ITEM;
	if (*again)
		return 0;
	if (m->err.kind == ERR_ITEM && m->have_content)
		return settle_cut(f, m, at, err);
	if (m->err.kind == ERR_ITEM && much == PROVIDER_CONTENT)
		return rescue_item(f, m, at, err);
	if (m->err.kind != ERR_NONE) {
		settle_fault(f, m, at);
		return 0;
	}
	if (f->ref[at].kept && much != PROVIDER_HEADERS &&
	    recall_message(f, m, err) == -1)
		return -1;
	if (much == PROVIDER_PARTIAL)
		m->have_content = m->as_stored;
	else
		m->as_stored = false;
	it = settle_decision(f, m, at);
	*again = it == NULL;
	if (*again) {
		/* Another message will bring what this one recalled. */
		store_item_drop(f->mailbox->profile->pass->store, m);
		f->head[at] = message_head(&f->heads, m);
	}
	if (it != NULL && f->decision[at].verdict == VERDICT_KEEP)
		return fetch_attachments(f, it, m, at, err);
	return 0;
}

/* Indexes into fetch.ref. */
struct todo {
	size_t *at, n;
};

/*
 * How many of t, from the given one on, go into one request; *bytes: their size
 * as the server says.
 */
static size_t
request_size(const struct fetch *f, enum provider_part much,
    const struct todo *t, size_t from, int64_t *bytes)
{
	const struct profile_work *p = f->mailbox->profile;
	size_t now = (size_t)gate_items(p->gate);
	size_t max = (size_t)p->ops->limits->items[much], i;
	bool content = much == PROVIDER_CONTENT;

	if (max > now)
		max = now;
	if (max > t->n - from)
		max = t->n - from;
	*bytes = 0;
	for (i = 0; i < max; i++) {
		int64_t size = f->ref[t->at[from + i]].size;

		size = content && size > 0 ? size : ITEM;
		if (i > 0 && *bytes + size > BYTES_MAX)
			break;
		*bytes += size;
	}
	return i;
}

static int
put_page(struct fetch *f, const struct store_page *page, struct err *err)
{
	struct mailbox_work *w = f->mailbox;
	struct store_count count;
	int rc = 0;

	memset(&count, 0, sizeof(count));
	fault_point("before store_put");
	if (f->nitem > 0 || page != NULL)
		rc = store_put(w->profile->pass->store,
		    &(struct store_work){
			w->conf.address, f->item, f->nitem, page },
		    &count, err);
	if (rc == 0) {
		if (f->reading != NULL) {
			atomic_fetch_add(&f->reading->entered, count.entered);
			atomic_fetch_add(&f->reading->left, count.left);
		}
		tally_add(w->profile->tally, &count, f->seen);
		f->seen = 0;
		turn_moved(f->mailbox);
	}
	return rc;
}

/* Frees the messages, and drops the items that point into them. */
static void
forget_messages(struct fetch *f)
{
	size_t i;

	for (i = 0; i < f->nmessage; i++)
		message_free(f->message[i]);
	f->nitem = f->nmessage = 0;
	f->bytes = 0;
}

/*
 * Writes what is settled so far when it takes much memory, or has waited long.
 */
static int
flush_settled(struct fetch *f, struct err *err)
{
	struct store_page part;
	int rc;

	if (f->nitem == 0 || f->mailbox->profile->pass->dry_run ||
	    (f->bytes < FLUSH && tim_mono() - f->settled_since < FLUSH_MS))
		return 0;
	memset(&part, 0, sizeof(part));
	part.folder = f->folder;
	part.ahead = true;
	rc = put_page(f, f->ahead ? &part : NULL, err);
	forget_messages(f);
	return rc;
}

/* A database that cannot be read is reported by the next write. */
size_t
fetch_known_items(
    struct mailbox_work *w, struct arena *a, struct item_ref *out, size_t max)
{
	return store_kept(
	    w->profile->pass->store, w->conf.address, a, out, max);
}

/* Settles the messages that one request brought for part. */
static int
settle_all(struct fetch *f, enum provider_part much, struct message **msg,
    const struct todo *part, struct todo *again, struct err *err)
{
	size_t i, settled;
	bool more;
	int rc = 0;

	for (i = 0; rc == 0 && i < part->n; i++) {
		if (i > 0 && (rc = turn_check(f->mailbox, err)) == -1)
			break;
		keep_message(f, msg[i]);
		settled = f->nitem;
		rc = settle_one(f, much, msg[i], part->at[i], &more, err);
		if (rc == -1)
			f->nitem = settled; /* it is not settled after all */
		else if (more)
			again->at[again->n++] = part->at[i];
		if (rc == 0)
			rc = flush_settled(f, err);
	}
	for (; i < part->n; i++)
		message_free(msg[i]);
	return rc;
}

/*
 * Makes one request for the items of part and settles what came. The answer may
 * cover only the first items of part: part->n is then how many. expected: bytes
 * of the items, as the server says.
 */
static int
request_batch(struct fetch *f, enum provider_part much, struct todo *part,
    int64_t expected, struct todo *again, struct err *err)
{
	const struct profile_work *p = f->mailbox->profile;
	int64_t lost[PROVIDER_ITEMS], share, came = 0;
	struct ask ask = { f->mailbox, f->session, much, f->tries != NULL,
		fetch_known_items, lost };
	struct message *msg[PROVIDER_ITEMS];
	struct item_ref ref[PROVIDER_ITEMS];
	size_t i;
	int n, rc = -1;

	for (i = 0; i < part->n; i++) {
		ref[i] = f->ref[part->at[i]];
		lost[i] = f->lost[part->at[i]];
	}
	share = budget_take(p->budget, expected);
	underway_set(
	    f->mailbox->profile->underway, &f->underway, part->at, part->n);
	n = ask_items(&ask, ref, part->n, msg, err);
	underway_set(f->mailbox->profile->underway, &f->underway, NULL, 0);
	for (i = 0; i < part->n; i++)
		f->lost[part->at[i]] = lost[i];
	if (n > 0)
		part->n = (size_t)n;
	for (i = 0; n > 0 && i < part->n; i++)
		came += (int64_t)message_bytes(msg[i]);
	if (came < share) { /* the server's sizes include attachments */
		budget_give(p->budget, share - came);
		share = came;
	}
	if (n > 0)
		rc = settle_all(f, much, msg, part, again, err);
	budget_give(p->budget, share);
	return rc;
}

/*
 * Asks for the refs of t, one request at a time. Those whose content is still
 * wanted are added to again.
 */
static int
round_of(struct fetch *f, enum provider_part much, const struct todo *t,
    struct todo *again, struct err *err)
{
	struct todo part;
	size_t from;
	int64_t bytes;

	for (from = 0; from < t->n; from += part.n) {
		part.n = request_size(f, much, t, from, &bytes);
		part.at = t->at + from;
		if (turn_check(f->mailbox, err) == -1 ||
		    request_batch(f, much, &part, bytes, again, err) == -1)
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

		if (it->fault != NULL && it->fault->kind != ERR_GONE)
			count.failed++;
		else if (it->decision == NULL ||
			 !verdict_keeps(it->decision->verdict))
			count.skipped++;
		else
			count.emails++;
	}
	f->nitem = 0;
	tally_add(f->mailbox->profile->tally, &count, 0);
}

/* Fetches all that is wanted of the refs; rest has room for all of them. */
static int
run_rounds(struct fetch *f, struct todo *all, struct todo *kept,
    struct todo *rest, struct err *err)
{
	struct todo none = { kept->at, 0 };
	size_t i;

	if (round_of(f, PROVIDER_PARTIAL, kept, rest, err) == -1)
		return -1;
	if (f->headers_first || match_needs_headers(&f->mailbox->match)) {
		if (round_of(f, PROVIDER_HEADERS, all, rest, err) == -1)
			return -1;
	} else {
		for (i = 0; i < all->n; i++)
			rest->at[rest->n++] = all->at[i];
	}
	return round_of(f, PROVIDER_CONTENT, rest, &none, err);
}

static bool
is_sent_folder(const struct mailbox_work *w, int64_t folder)
{
	size_t i;

	for (i = 0; i < w->nsent; i++) {
		if (w->sent[i] == folder)
			return true;
	}
	return false;
}

int
fetch_run(struct fetch *f, struct session *session, struct err *err)
{
	bool dry = f->mailbox->profile->pass->dry_run;
	size_t *at = mem_alloc(3 * f->n * sizeof(*at)), i;
	struct todo all = { at, 0 }, kept = { at + f->n, 0 };
	struct todo rest = { at + 2 * f->n, 0 };
	int rc;

	f->session = session;
	f->sent = is_sent_folder(f->mailbox, f->folder);
	f->item = mem_alloc(f->n * sizeof(*f->item));
	/*
	 * Of each ref: headers or all but the body; content; two steps of
	 * rescue_item.
	 */
	f->message = mem_alloc(4 * f->n * sizeof(*f->message));
	f->decision = mem_alloc(f->n * sizeof(*f->decision));
	f->underway.noted = mem_alloc(f->n * sizeof(*f->underway.noted));
	f->lost = mem_alloc(f->n * sizeof(*f->lost));
	f->heads.max = HEADS;
	f->head = mem_alloc(f->n * sizeof(*f->head));
	f->underway.head = f->head;
	f->underway.address = f->mailbox->conf.address;
	f->underway.folder = f->folder;
	f->underway.ref = f->ref;
	f->underway.tries = f->tries;
	f->underway.ahead = f->ahead;
	for (i = 0; i < f->n; i++) {
		struct todo *t = f->ref[i].kept && !dry ? &kept : &all;

		t->at[t->n++] = i;
	}
	f->seen = (int64_t)f->n;
	if (dry)
		rc = round_of(f, PROVIDER_HEADERS, &all, &rest, err);
	else
		rc = run_rounds(f, &all, &kept, &rest, err);
	free(at);
	if (rc == 0 && dry)
		count_only(f, rest.n);
	return rc;
}

int
fetch_store(struct fetch *f, const struct store_page *page, struct err *err)
{
	int rc = put_page(f, page, err);

	fetch_free(f);
	return rc;
}

void
fetch_free(struct fetch *f)
{
	size_t i;

	forget_messages(f);
	for (i = 0; f->decision != NULL && i < f->n; i++)
		free(f->decision[i].link);
	free(f->item);
	free(f->message);
	free(f->decision);
	free(f->underway.noted);
	free(f->lost);
	free(f->doubt);
	free(f->head);
	arena_free(&f->heads);
	f->head = NULL;
	f->underway.noted = NULL;
	f->lost = NULL;
	f->item = NULL;
	f->message = NULL;
	f->decision = NULL;
	f->doubt = NULL;
	f->ndoubt = 0;
	f->seen = 0;
}
