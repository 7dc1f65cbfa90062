/*
 * item.c - GetItem: a message for each item, in the order asked for.
 * 1. An answer that names its item is taken for that item. One that does not
 *    (an error) belongs to the gap between named ones, and only if exactly as
 *    many came as are missing there; else those items are "answer-mismatch",
 *    and nothing is called gone by mistake.
 * 2. No other request is made while an answer is being read.
 * 3. An item whose properties are refused is asked for again with fewer, and
 *    what comes then is taken as it is.
 * 4. A request for several items that fails because of one item is not repeated
 *    here: the caller knows what else the failure may mean.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ews/call.h"
#include "ews/code.h"
#include "ews/item.h"
#include "ews/itemxml.h"
#include "ews/resolve.h"
#include "ews/sender.h"

/* One request for n items, and what has been answered so far. */
struct get_item {
	struct ews_session *s;
	const struct item_ref *ref;
	size_t n;
	enum build_want want;
	enum build_shape shape;
	struct message **out;  /* of each ref; NULL: not decided */
	size_t next;           /* the first ref that is not decided */
	struct message **pend; /* answers without a name, since next */
	size_t npend;
};

/* Decides ref[next]: m is what the server says of it. */
static void
decide_item(struct get_item *g, struct message *m)
{
	const struct item_ref *r = &g->ref[g->next];

	if (m->item_id == NULL || m->err.kind != ERR_NONE) {
		m->item_id = arena_strdup(&m->arena, r->id);
		if (m->item_id == NULL) {
			/* The arena is full: the item is too large. */
			arena_free(&m->arena);
			m->arena.max = 0;
			m->item_id = arena_strdup(&m->arena, r->id);
		}
	}
	g->out[g->next++] = m;
}

static struct message *
mismatch_message(void)
{
	struct message *m = message_new(0);

	err_set(&m->err, ERR_RETRY,
	    "the server did not answer for this item as it was asked");
	err_code(&m->err, CAUSE_OTHER, "answer-mismatch", SCOPE_ITEM);
	return m;
}

static void
drop_pending(struct get_item *g)
{
	while (g->npend > 0)
		message_free(g->pend[--g->npend]);
}

/* Decides everything before ref[to], from the pending answers. */
static void
settle_items(struct get_item *g, size_t to)
{
	bool fits = g->npend == to - g->next;
	size_t i;

	for (i = 0; g->next < to; i++) {
		decide_item(g, fits ? g->pend[i] : mismatch_message());
		if (fits)
			g->pend[i] = NULL;
	}
	drop_pending(g);
}

static struct message *
failed_message(const struct soap_status *st)
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
	/* The server named no delay: other items may have come well. */
	m->err.retry_ms = 0;
	/* It said nothing of its load either: only this item is meant. */
	r = code_find(m->err.code);
	if (m->err.kind == ERR_RETRY && (r == NULL || r->act != CODE_BACKOFF))
		err_recast(&m->err, ERR_RETRY, SCOPE_ITEM);
	return m;
}

/* Takes one response message. */
static int
take_message(
    void *arg, const struct soap_status *st, struct message *m, struct err *err)
{
	struct get_item *g = arg;
	size_t j;

	(void)err;
	if (m == NULL || (!st->success && !st->warning)) {
		message_free(m);
		m = failed_message(st);
	}
	if (m->item_id == NULL) {
		/* One more than fits shows that there were too many. */
		if (g->npend <= g->n)
			g->pend[g->npend++] = m;
		else
			message_free(m);
		return 0;
	}
	j = g->next + g->npend;
	if (j >= g->n || strcmp(g->ref[j].id, m->item_id) != 0) {
		for (j = g->next; j < g->n; j++)
			if (strcmp(g->ref[j].id, m->item_id) == 0)
				break;
	}
	if (j == g->n) {
		message_free(m); /* twice, or never asked for */
		return 0;
	}
	settle_items(g, j);
	decide_item(g, m);
	return 0;
}

/*
 * Is the answer one error for all that was asked? Then it is the request's,
 * though one item may be the reason.
 */
static bool
one_error(const struct get_item *g, struct err *err)
{
	if (g->n < 2 || g->next > 0 || g->npend != 1 ||
	    !err_reached_http(&g->pend[0]->err)) /* an error of our own */
		return false;
	*err = g->pend[0]->err;
	if (err->kind == ERR_RETRY && err->retry_ms == 0)
		err->retry_ms = code_retry_ms(err->code);
	/* An unknown error must not be blamed on each item. */
	if (err->kind == ERR_UNKNOWN)
		err_recast(err, ERR_UNKNOWN, SCOPE_MAILBOX);
	return true;
}

/* Sets each entry of out to its message; -1: none of them. */
static int
get_items(struct get_item *g, struct err *err)
{
	struct build_get_item what = { g->ref, g->n, g->want, g->shape };
	struct itemxml p;
	struct call c = { &itemxml_ops, &p, build_get_item, &what, SCOPE_ITEM };
	int rc;

	memset(g->out, 0, g->n * sizeof(struct message *));
	g->next = g->npend = 0;
	g->pend = mem_grow(NULL, g->n + 1, sizeof(*g->pend));
	memset(&p, 0, sizeof(p));
	p.content = g->want == BUILD_PARTIAL || g->want == BUILD_CONTENT;
	p.reduced = g->shape == BUILD_ANY;
	p.body = &g->s->body;
	p.take = take_message;
	p.arg = g;
	rc = call_run(g->s, &c, err);
	itemxml_free(&p);
	if (rc == 0 && one_error(g, err))
		rc = err_prefix(err, "GetItem");
	if (rc == 0)
		settle_items(g, g->n);
	else
		message_drop(g->out, g->n);
	drop_pending(g);
	free(g->pend);
	return rc;
}

/*
 * Makes one request. If it is for one item, and fails because of it, that is an
 * answer.
 */
static int
request_one(struct get_item *g, struct err *err)
{
	struct message *m;

	if (get_items(g, err) == 0)
		return 0;
	if (g->n > 1 || (err->kind != ERR_ITEM && err->kind != ERR_GONE))
		return -1;
	m = message_new(0);
	m->err = *err;
	err_clear(err);
	g->next = 0;
	decide_item(g, m);
	return 0;
}

/* Asks with fewer properties if the request is refused, and not an item. */
static int
request_taken(struct get_item *g, struct err *err)
{
	int rc;

	while ((rc = request_one(g, err)) == -1 && g->shape < BUILD_ANY &&
	       err->kind == ERR_CONFIG && code_fewer(err)) {
		g->shape++;
		err_clear(err);
	}
	return rc;
}

static bool
to_reduce(const struct message *m, enum build_shape shape)
{
	const struct code_row *r;

	if (shape == BUILD_ANY || m->err.kind == ERR_NONE)
		return false;
	r = code_find(m->err.code);
	return r != NULL && r->act == CODE_REDUCE;
}

/* Asks for one item again, without the properties that were refused. */
static int
ask_reduced(const struct get_item *all, size_t at, struct err *err)
{
	struct message *m = NULL;
	struct get_item g = *all;

	g.ref = &all->ref[at];
	g.n = 1;
	g.out = &m;
	while (to_reduce(all->out[at], g.shape)) {
		g.shape++;
		if (request_taken(&g, err) == -1)
			return -1;
		message_free(all->out[at]);
		all->out[at] = m;
	}
	return 0;
}

/* The second and third step of README.md, Addresses. */
static int
resolve_addresses(struct ews_session *s, struct message *m, struct err *err)
{
	size_t i;
	char *smtp;

	if (m->err.kind != ERR_NONE && !m->have_content)
		return 0;
	for (i = 0; i < m->naddr; i++) {
		struct address *d = &m->addr[i];

		if (!itemxml_unresolved(d))
			continue;
		if (resolve_name(s, d->raw, &smtp, err) == -1)
			return -1;
		d->address = arena_strdup(&m->arena, smtp);
		free(smtp);
	}
	return 0;
}

/* Is it still unknown who sent that message? */
static bool
lacks_sender(const struct message *m)
{
	size_t i;

	if (m->err.kind != ERR_NONE && !m->have_content)
		return false;
	for (i = 0; i < m->naddr; i++) {
		const struct address *d = &m->addr[i];

		if ((d->role == ROLE_FROM || d->role == ROLE_SENDER) &&
		    itemxml_unresolved(d))
			return true;
	}
	return false;
}

/* Will it be the same when the header block is asked for again? */
static bool
is_final(const struct err *e)
{
	return e->kind == ERR_ITEM || e->kind == ERR_GONE ||
	       e->kind == ERR_UNKNOWN ||
	       (e->kind == ERR_CONFIG && code_fewer(e));
}

/*
 * The header block was not asked for: asks for it, for the n messages whose
 * places in out are in at.
 */
static int
fetch_blocks(
    const struct get_item *all, const size_t *at, size_t n, struct err *err)
{
	struct item_ref *ref = mem_alloc(n * sizeof(*ref));
	struct message **got = mem_alloc(n * sizeof(struct message *));
	struct get_item g = { .s = all->s, .ref = ref, .n = n, .out = got };
	size_t i;
	int rc;

	g.want = BUILD_BLOCK;
	for (i = 0; i < n; i++)
		ref[i] = all->ref[at[i]];
	rc = get_items(&g, err);
	for (i = 0; rc == 0 && i < n; i++) {
		struct message *m = all->out[at[i]];

		if (got[i]->err.kind == ERR_NONE)
			sender_from_block(m, got[i]->headers);
		else if (!is_final(&got[i]->err))
			m->err = got[i]->err;
	}
	message_drop(got, n);
	free(got);
	free(ref);
	if (rc == 0 || !is_final(err))
		return rc;
	err_clear(err);
	return 0;
}

/* The fourth step: one more request at most, for all such senders. */
static int
find_senders(const struct get_item *all, struct err *err)
{
	size_t *at = mem_alloc(all->n * sizeof(*at)), i, n = 0;
	int rc = 0;

	for (i = 0; i < all->n; i++) {
		if (!lacks_sender(all->out[i]))
			continue;
		if (all->want == BUILD_HEADERS)
			at[n++] = i;
		else
			sender_from_block(all->out[i], all->out[i]->headers);
	}
	if (n > 0)
		rc = fetch_blocks(all, at, n, err);
	free(at);
	return rc;
}

int
item_get(struct ews_session *s, const struct item_ref *ref, size_t n,
    enum build_want want, struct message **out, struct err *err)
{
	struct get_item g = { .s = s, .ref = ref, .n = n, .want = want };
	size_t i;

	g.out = out;
	if (request_taken(&g, err) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		if (ask_reduced(&g, i, err) == -1 ||
		    resolve_addresses(s, out[i], err) == -1) {
			message_drop(out, n);
			return -1;
		}
	}
	if (find_senders(&g, err) == -1) {
		message_drop(out, n);
		return -1;
	}
	return 0;
}
