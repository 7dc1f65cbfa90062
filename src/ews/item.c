/*
 * item.c - GetItem: items to the sink, each exactly once and in order.
 * 1. An answer that names its item is believed by that name. One that does
 *    not (an error) belongs to the place between named ones, and only when
 *    exactly as many came as are missing there; else those items are
 *    "answer-mismatch", and nothing is called gone by mistake.
 * 2. A message goes on at once when nothing stands in its way. What waits
 *    (for an address to be looked up, for a second request) waits in a queue
 *    of at most QUEUE_MAX bytes; what comes after that is asked for again.
 * 3. No other request is made while an answer is being read.
 * 4. What is refused is asked for again with fewer properties, and what
 *    came then is taken as it is.
 * 5. A request that fails for one item's sake is halved until that item is
 *    found; but not when all of them seem to be gone, which is not worth a
 *    request for each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ews/call.h"
#include "ews/code.h"
#include "ews/item.h"
#include "ews/itemxml.h"

#define QUEUE_MAX ((size_t)4 << 20)
#define SAMPLE    3 /* items that tell whether all are gone */

struct fetch {
	struct ews_session *s;
	const struct item_ref *ref;
	size_t n;
	enum build_want want;
	enum build_shape shape;
	struct sink *sink;
	size_t next;           /* the first ref not decided */
	struct message **pend; /* answers without a name, since next */
	size_t npend;
	struct message **queue; /* decided, not delivered; in order */
	size_t nqueue, bytes;
	size_t done; /* refs given to the sink or queued; the rest: again */
	bool full;
};

static bool
to_reduce(const struct fetch *f, const struct message *m)
{
	const struct code_row *r;

	if (f->shape == BUILD_ANY || m->err.kind == ERR_NONE)
		return false;
	r = code_find(m->err.code);
	return r != NULL && r->act == CODE_REDUCE;
}

static bool
ready(const struct fetch *f, const struct message *m)
{
	size_t i;

	if (m->err.kind != ERR_NONE && !m->have_content)
		return !to_reduce(f, m);
	for (i = 0; i < m->naddr; i++)
		if (itemxml_unresolved(&m->addr[i]))
			return false;
	return true;
}

static int
deliver(struct fetch *f, struct message *m, struct err *err)
{
	return f->sink->message(f->sink, m, err);
}

/* m is what the server says of ref[done]. */
static int
decide(struct fetch *f, struct message *m, struct err *err)
{
	const struct item_ref *r = &f->ref[f->done];

	if (f->full) {
		message_free(m);
		return 0;
	}
	if (m->item_id == NULL || m->err.kind != ERR_NONE) {
		m->item_id = arena_strdup(&m->arena, r->id);
		if (m->item_id == NULL) {
			/* the arena is full of an item that is too large */
			arena_free(&m->arena);
			m->arena.max = 0;
			m->item_id = arena_strdup(&m->arena, r->id);
		}
	}
	f->done++;
	if (f->nqueue == 0 && ready(f, m))
		return deliver(f, m, err);
	f->queue[f->nqueue++] = m;
	f->bytes += message_bytes(m);
	f->full = f->bytes > QUEUE_MAX;
	return 0;
}

static struct message *
mismatch(void)
{
	struct message *m = message_new(0);

	err_set(&m->err, ERR_RETRY,
	    "the server did not answer for this item as it was asked");
	err_code(&m->err, CAUSE_OTHER, "answer-mismatch", SCOPE_ITEM);
	return m;
}

static void
drop_pending(struct fetch *f)
{
	while (f->npend > 0)
		message_free(f->pend[--f->npend]);
}

/* Everything before ref[to] is decided now, from what is pending. */
static int
settle(struct fetch *f, size_t to, struct err *err)
{
	bool fits = f->npend == to - f->next;
	struct message *m;
	size_t i;

	for (i = 0; f->next < to; i++, f->next++) {
		m = fits ? f->pend[i] : mismatch();
		if (fits)
			f->pend[i] = NULL;
		if (decide(f, m, err) == -1)
			return -1;
	}
	drop_pending(f);
	return 0;
}

static struct message *
failed(const struct soap_status *st)
{
	struct message *m = message_new(0);
	const struct code_row *r;

	if (call_status(st, SCOPE_ITEM, &m->err) == 0) {
		err_set(&m->err, ERR_RETRY,
		    "the server says success, and gives no item");
		err_code(&m->err, CAUSE_OTHER, "answer-mismatch", SCOPE_ITEM);
	}
	if (st->backoff_ms >= 0)
		return m;
	/* without a figure of the server's: others may have come well */
	m->err.retry_ms = 0;
	/* and without a word of its load, nobody but this item is meant */
	r = code_find(m->err.code);
	if (m->err.kind == ERR_RETRY && (r == NULL || r->act != CODE_BACKOFF))
		err_recast(&m->err, ERR_RETRY, SCOPE_ITEM);
	return m;
}

/* One response message. */
static int
take(
    void *arg, const struct soap_status *st, struct message *m, struct err *err)
{
	struct fetch *f = arg;
	size_t j;

	if (m == NULL || (!st->success && !st->warning)) {
		message_free(m);
		m = failed(st);
	}
	if (m->item_id == NULL) {
		/* one more than fits says that there were too many */
		if (f->npend <= f->n)
			f->pend[f->npend++] = m;
		else
			message_free(m);
		return 0;
	}
	j = f->next + f->npend;
	if (j >= f->n || strcmp(f->ref[j].id, m->item_id) != 0) {
		for (j = f->next; j < f->n; j++)
			if (strcmp(f->ref[j].id, m->item_id) == 0)
				break;
	}
	if (j == f->n) {
		message_free(m); /* twice, or never asked for */
		return 0;
	}
	if (settle(f, j, err) == -1) {
		message_free(m);
		return -1;
	}
	f->next++;
	return decide(f, m, err);
}

static int ask(struct fetch *, struct err *);

/* Keeps the one message that a second request brings. */
struct one {
	struct sink base;
	struct message *m;
};

static int
keep_one(struct sink *base, struct message *m, struct err *err)
{
	struct one *o = (struct one *)base;

	(void)err;
	message_free(o->m);
	o->m = m;
	return 0;
}

/* The item again, with fewer properties. */
static int
again(struct fetch *f, struct message **m, struct err *err)
{
	struct item_ref ref = { (*m)->item_id, NULL, 0, false };
	struct one o = { { keep_one }, NULL };
	struct fetch g;
	int rc;

	memset(&g, 0, sizeof(g));
	g.s = f->s;
	g.ref = &ref;
	g.n = 1;
	g.want = f->want;
	g.shape = f->shape + 1;
	g.sink = &o.base;
	rc = ask(&g, err);
	if (rc == -1 || o.m == NULL) {
		message_free(o.m);
		return rc;
	}
	message_free(*m);
	*m = o.m;
	return 0;
}

/* The other steps of PROTOCOL 8's ladder for addresses. */
static int
resolve(struct fetch *f, struct message *m, struct err *err)
{
	size_t i;
	char *smtp;

	if (m->err.kind != ERR_NONE && !m->have_content)
		return 0;
	for (i = 0; i < m->naddr; i++) {
		struct address *d = &m->addr[i];

		if (!itemxml_unresolved(d))
			continue;
		if (resolve_name(f->s, d->raw, &smtp, err) == -1)
			return -1;
		d->address = arena_strdup(&m->arena, smtp);
		free(smtp);
	}
	return 0;
}

/* What waited: looked up or asked for again, then delivered. */
static int
drain(struct fetch *f, struct err *err)
{
	size_t i;

	for (i = 0; i < f->nqueue; i++) {
		struct message *m = f->queue[i];

		if (to_reduce(f, m) && again(f, &f->queue[i], err) == -1)
			return -1;
		m = f->queue[i];
		if (resolve(f, m, err) == -1)
			return -1;
		f->queue[i] = NULL;
		if (deliver(f, m, err) == -1)
			return -1;
	}
	f->nqueue = 0;
	f->bytes = 0;
	f->full = false;
	return 0;
}

static void
drop(struct fetch *f)
{
	size_t i;

	drop_pending(f);
	for (i = 0; i < f->nqueue; i++)
		message_free(f->queue[i]);
	f->nqueue = 0;
	free(f->pend);
	free(f->queue);
}

/* Is each of SAMPLE items gone, asked for alone? */
static bool
all_gone(const struct fetch *f)
{
	struct fetch g = *f;
	struct one o = { { keep_one }, NULL };
	struct err e = ERR_INIT;
	bool gone = f->n > 2 * SAMPLE;
	size_t i;

	g.n = 1;
	g.sink = &o.base;
	for (i = 0; gone && i < SAMPLE; i++) {
		g.ref = &f->ref[i * (f->n - 1) / (SAMPLE - 1)];
		gone = ask(&g, &e) == 0 && o.m != NULL &&
		       o.m->err.kind == ERR_GONE;
	}
	message_free(o.m);
	return gone;
}

/* Each of them is, as err says. */
static int
deliver_gone(struct fetch *f, struct err *err)
{
	struct err why = *err;
	struct message *m;
	size_t i;

	err_clear(err);
	for (i = 0; i < f->n; i++) {
		m = message_new(0);
		m->item_id = arena_strdup(&m->arena, f->ref[i].id);
		m->err = why;
		if (deliver(f, m, err) == -1)
			return -1;
	}
	return 0;
}

/* The whole request failed for one item's sake: which? */
static int
halve(struct fetch *f, struct err *err)
{
	struct fetch g = *f;
	struct message *m;

	if (err->kind == ERR_GONE && all_gone(f))
		return deliver_gone(f, err);
	if (f->n == 1) {
		m = message_new(0);
		m->item_id = arena_strdup(&m->arena, f->ref[0].id);
		m->err = *err;
		err_clear(err);
		if (to_reduce(f, m) && again(f, &m, err) == -1) {
			message_free(m);
			return -1;
		}
		return deliver(f, m, err);
	}
	err_clear(err);
	g.n = f->n / 2;
	if (ask(&g, err) == 0) {
		g.ref = f->ref + g.n;
		g.n = f->n - g.n;
		if (ask(&g, err) == 0)
			return 0;
	}
	return -1;
}

/*
 * Is the answer one error, for all that was asked? Then it is the request's,
 * though one item may be the reason.
 */
static bool
one_error(const struct fetch *f, struct err *err)
{
	if (f->n < 2 || f->next > 0 || f->npend != 1 ||
	    !err_answered(&f->pend[0]->err))
		return false;
	*err = f->pend[0]->err;
	if (err->kind == ERR_RETRY && err->retry_ms == 0)
		err->retry_ms = code_retry_ms(err->code);
	/* what nobody knows must not be laid at the door of each item */
	if (err->kind == ERR_UNKNOWN)
		err_recast(err, ERR_UNKNOWN, SCOPE_MAILBOX);
	return true;
}

/* One request for all of f's refs, and what follows from its answer. */
static int
request(struct fetch *f, struct err *err)
{
	struct build_get_item what = { f->ref, f->n, f->want, f->shape };
	struct itemxml p;
	struct call c = { &itemxml_ops, &p, build_get_item, &what, SCOPE_ITEM };
	int rc;

	memset(&p, 0, sizeof(p));
	p.content = f->want != BUILD_HEADERS;
	p.reduced = f->shape == BUILD_ANY;
	p.body = &f->s->body;
	p.take = take;
	p.arg = f;
	rc = call_run(f->s, &c, err);
	itemxml_free(&p);
	if (rc == 0 && one_error(f, err))
		return err_prefix(err, "GetItem");
	if (rc == 0)
		rc = settle(f, f->n, err);
	return rc;
}

static int
ask(struct fetch *f, struct err *err)
{
	enum build_shape shape = f->shape;
	size_t left = f->n;
	int rc = 0;

	while (left > 0 && rc == 0) {
		struct fetch g = *f;

		g.ref = f->ref + (f->n - left);
		g.n = left;
		g.shape = shape;
		g.next = g.npend = g.nqueue = g.bytes = g.done = 0;
		g.full = false;
		g.pend = mem_grow(NULL, left + 1, sizeof(*g.pend));
		g.queue = mem_grow(NULL, left, sizeof(*g.queue));
		rc = request(&g, err);
		if (rc == 0)
			rc = drain(&g, err);
		drop(&g);
		if (rc == -1 && g.done == 0 && shape < BUILD_ANY &&
		    err->kind == ERR_CONFIG && code_fewer(err)) {
			/* the request is refused, not an item */
			shape++;
			err_clear(err);
			rc = 0;
		}
		if (rc == -1 && g.done == 0 &&
		    (err->kind == ERR_ITEM || err->kind == ERR_GONE)) {
			rc = halve(&g, err);
			g.done = left;
		}
		left -= g.done;
	}
	return rc;
}

int
item_get(struct ews_session *s, const struct item_ref *ref, size_t n,
    enum build_want want, struct sink *sink, struct err *err)
{
	struct fetch f;

	memset(&f, 0, sizeof(f));
	f.s = s;
	f.ref = ref;
	f.n = n;
	f.want = want;
	f.sink = sink;
	return ask(&f, err);
}
