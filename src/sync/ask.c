/*
 * ask.c - fetches items from the server, each exactly once.
 * 1. When ask_items returns n, the first n of out are messages and the others
 *    NULL.
 * 2. An item is called broken only when the server answers something else right
 *    after it failed.
 * 3. When none of the requested items comes, mail that came in an earlier pass
 *    tells who is to blame: if it comes again, the items are; if not, the
 *    server or the network is, and the items are not blamed one after the
 *    other. Without such mail the items are to blame only when there are at
 *    most SAMPLE of them, or when they failed before: a few bad mails must not
 *    block all that come after them.
 * 4. A call that was slow to fail is not halved again and again: its items are
 *    asked for one by one. The time lost on all of them stays below
 *    PATIENCE_ITEM and one more call; then the rest waits.
 * 5. If a whole request fails for an unknown reason (ERR_UNKNOWN), one of its
 *    items is to blame only when another item comes; if none comes the mailbox
 *    is left alone. One thread finds that out, with at most 2 * SAMPLE
 *    requests.
 */
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "base/tim.h"
#include "sync/ask.h"
#include "sync/patience.h"
#include "sync/remote.h"
#include "sync/say.h"

#define SAMPLE  3     /* items asked for alone before a request is halved */
#define BUSY_MS 60000 /* a busy server's delay (ews/README.md, Errors) */

/* The time that one ask_items has lost, in ms. */
struct effort {
	int64_t lost; /* in all */
	int64_t last; /* by the last call that failed */
};

/* One question: the refs, and where their messages go. */
struct question {
	struct mailbox_work *w;
	struct session *s;
	enum provider_part part;
	const struct item_ref *ref;
	struct message **out;
	size_t n;
	bool suspect;
	ask_known_fn known;
	int64_t *lost; /* of each ref */
	struct effort *effort;
};

/* How long the call may wait for an answer, in ms. */
static int64_t
call_patience(const struct question *q, int64_t lost_now)
{
	int64_t left = PATIENCE_ITEM - *q->lost - lost_now, ms = PATIENCE_CALL;

	/*
	 * A single item that failed before may take longer, but only half of
	 * what is left: the other half is for asking for less of it.
	 */
	if (q->n == 1 && (q->suspect || left < ms))
		ms = left / 2;
	return ms > PATIENCE_LEAST ? ms : PATIENCE_LEAST;
}

/* Charges the lost time to each item of the question. */
static void
charge_items(const struct question *q, const struct remote *r)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		q->lost[i] += r->lost;
	q->effort->lost += r->lost;
	if (r->last > 0)
		q->effort->last = r->last;
}

/* What fetch_messages needs: one call for all items. */
struct asking {
	const struct question *q;
	const struct remote *remote;
};

static int
fetch_messages(struct session *s, void *arg, struct err *err)
{
	const struct asking *a = arg;
	const struct question *q = a->q;

	int64_t began = tim_mono();
	int rc;

	s->patience_ms = call_patience(q, a->remote->lost);
	rc = s->provider->ops->messages(s, q->part, q->ref, q->n, q->out, err);
	if (rc == 0)
		gate_took(q->w->profile->gate, q->n, tim_mono() - began);
	return rc;
}

/*
 * Sends one request through the gate, as often as the gate allows; without
 * patient it is not repeated after a failure.
 */
static int
request_items(const struct question *q, bool patient, struct err *err)
{
	struct remote r = { .mailbox = q->w,
		.session = q->s,
		.once = !patient,
		.hasty = true };
	struct asking a = { q, &r };
	int rc = remote_call(&r, fetch_messages, &a, err);

	charge_items(q, &r);
	return rc;
}

/* May one item be the reason why the whole request failed? */
static bool
item_suspected(const struct err *e)
{
	if (e->kind == ERR_ITEM || e->kind == ERR_UNKNOWN)
		return true;
	/*
	 * Not the mail server's own words: something in front of it may block
	 * the answers that hold a certain mail.
	 */
	if ((e->kind == ERR_AUTH || e->kind == ERR_CONFIG) &&
	    e->scope <= SCOPE_MAILBOX && !err_answered(e))
		return !err_is_login(e);
	return e->kind == ERR_RETRY && e->retry_ms == 0 &&
	       e->cause != CAUSE_STOP && e->cause != CAUSE_NETWORK &&
	       e->cause != CAUSE_TLS && e->cause != CAUSE_MEMORY;
}

/* For remote_call. */
static int
probe_server(struct session *s, void *arg, struct err *err)
{
	struct probe found;

	(void)arg;
	s->patience_ms = PATIENCE_CALL;
	return s->provider->ops->probe(s, &found, err);
}

/* Does the server answer at all? */
static bool
server_alive(struct mailbox_work *w, struct session *s)
{
	struct remote r = { .mailbox = w, .session = s };
	struct err e = ERR_INIT;

	return remote_call(&r, probe_server, NULL, &e) == 0;
}

static struct message *
item_broken(const struct item_ref *ref, const struct err *why)
{
	struct message *m = message_new(0);

	m->item_id = arena_strdup(&m->arena, ref->id);
	m->err = *why;
	if (why->kind != ERR_GONE)
		err_recast(&m->err, ERR_ITEM, SCOPE_ITEM);
	return m;
}

/*
 * Does at least one of SAMPLE different items come when it is asked for alone?
 * They are chosen at random, so that no order of broken items can block a
 * folder for good.
 */
static bool
some_come(const struct question *q)
{
	struct question one = *q;
	struct message *out;
	struct err e = ERR_INIT;
	unsigned char r;
	size_t i, at;

	one.out = &out;
	one.n = 1;
	crypt_random(&r, 1);
	for (i = 0; i < SAMPLE; i++) {
		at = (r + i * (q->n / SAMPLE)) % q->n;
		one.ref = &q->ref[at];
		one.lost = &q->lost[at];
		out = NULL;
		if (request_items(&one, false, &e) == 0) {
			message_free(out);
			return true;
		}
		if (!item_suspected(&e))
			return false;
		err_clear(&e);
	}
	return false;
}

/* Can mail be fetched that came before? -1: unknown, there is none. */
static int
known_come(const struct question *q)
{
	struct question one = *q;
	struct item_ref ref[SAMPLE];
	struct message *out = NULL;
	struct arena arena = { 0 };
	struct err e = ERR_INIT;
	int64_t lost = 0;
	int come = -1;
	size_t i, n;

	n = q->known != NULL ? q->known(q->w, &arena, ref, SAMPLE) : 0;
	one.lost = &lost;
	one.out = &out;
	one.n = 1;
	for (i = 0; i < n && come == -1; i++) {
		one.ref = &ref[i];
		if (request_items(&one, false, &e) == -1 || out == NULL)
			come = 0;
		else if (out->err.kind == ERR_NONE)
			come = 1;
		else if (out->err.kind != ERR_GONE) /* deleted meanwhile */
			come = 0;
		message_drop(&out, 1);
		err_clear(&e);
	}
	arena_free(&arena);
	return come;
}

/*
 * No item came though the server works: are the items to blame? few: the answer
 * when there is no earlier mail to compare with.
 */
static bool
items_guilty(const struct question *q, bool few)
{
	int come = known_come(q);

	return come == 1 || (come == -1 && few);
}

/* Does the server itself blame an item, though it does not say which? */
static bool
says_item(const struct err *e)
{
	return (e->kind == ERR_ITEM || e->kind == ERR_GONE) && err_answered(e);
}

/* A whole request failed: are some of its items to blame? */
static bool
items_break(const struct question *q, bool part, const struct err *why)
{
	bool unknown = why->kind == ERR_UNKNOWN;

	if (says_item(why))
		return true;
	if (!item_suspected(why) || !server_alive(q->w, q->s))
		return false;
	if (part || (q->suspect && !unknown) ||
	    (!q->suspect && q->n > SAMPLE && some_come(q)))
		return true;
	return items_guilty(q, unknown ? q->suspect : q->n <= SAMPLE);
}

/*
 * The same for a failure of unknown meaning. Only one thread at a time asks,
 * and no further request is made for the mailbox when no item is to blame.
 */
static bool
items_break_unknown(const struct question *q, const struct err *why)
{
	struct gate *gate = q->w->profile->gate;
	bool broken;

	gate_inquiry_begin(gate);
	broken = items_break(q, false, why);
	if (!broken)
		gate_leave_alone(gate, &q->w->login, why);
	gate_inquiry_end(gate);
	return broken;
}

/* Are SAMPLE of the items gone, each asked for alone? */
static bool
all_gone(const struct question *q)
{
	struct question one = *q;
	struct message *out = NULL;
	struct err e = ERR_INIT;
	bool gone = q->n > 2 * SAMPLE;
	size_t i, at;

	one.out = &out;
	one.n = 1;
	for (i = 0; gone && i < SAMPLE; i++) {
		at = i * (q->n - 1) / (SAMPLE - 1);
		one.ref = &q->ref[at];
		one.lost = &q->lost[at];
		gone = request_items(&one, false, &e) == 0 &&
		       out->err.kind == ERR_GONE;
		message_drop(&out, 1);
	}
	return gone;
}

static int ask_halving(const struct question *, bool part, struct err *);

/*
 * Asks for step items at a time, until so much time is lost that the rest must
 * wait. doubted: something other than the server's own words says that an item
 * is to blame; without it a part may fail for any reason that a request fails
 * for. Returns how many are answered, or -1.
 */
static int
ask_parts(const struct question *q, size_t step, bool doubted, struct err *err)
{
	struct question part = *q;
	size_t done = 0;
	int n;

	while (done < q->n) {
		part.ref = q->ref + done;
		part.out = q->out + done;
		part.lost = q->lost + done;
		part.n = q->n - done < step ? q->n - done : step;
		if ((n = ask_halving(&part, doubted, err)) == -1) {
			if (done == 0)
				return -1;
			err_clear(err); /* the next request will report it */
			break;
		}
		done += (size_t)n;
		if ((size_t)n < part.n || q->effort->lost > PATIENCE_ITEM)
			break;
	}
	return (int)done;
}

/*
 * Asks, and halves the request when it fails. The recursion is at most
 * log2(PROVIDER_ITEMS) deep. part: this is already a part of a request that was
 * doubted. Returns how many are answered, or -1.
 */
static int
ask_halving(const struct question *q, bool part, struct err *err)
{
	bool slow, said;
	size_t i;

	if (request_items(q, !part && !q->suspect, err) == 0)
		return (int)q->n;
	slow = q->effort->last > PATIENCE_SLOW;
	if (err->kind == ERR_UNKNOWN && !part ? !items_break_unknown(q, err)
					      : !items_break(q, part, err))
		return -1;
	/* Many items that are gone are not worth a request each. */
	if (q->n == 1 || (err->kind == ERR_GONE && all_gone(q))) {
		for (i = 0; i < q->n; i++)
			q->out[i] = item_broken(&q->ref[i], err);
		err_clear(err);
		return (int)q->n;
	}
	said = says_item(err);
	say_mailbox(q->w, LOG_DEBUG, ": %s; the request is %s", err->msg,
	    slow ? "split" : "halved");
	if (slow) /* Perhaps the server cannot deliver so many in time. */
		gate_short(q->w->profile->gate, (int)(q->n + 1) / 2);
	err_clear(err);
	return ask_parts(q, slow ? 1 : (q->n + 1) / 2, part || !said, err);
}

/* Finds the items that the server was too busy for: their refs and indexes. */
static size_t
busy_items(
    const struct question *q, struct item_ref *ref, size_t *at, struct err *why)
{
	size_t i, n = 0;

	for (i = 0; i < q->n; i++) {
		const struct message *m = q->out[i];

		if (m == NULL || m->err.kind != ERR_RETRY)
			continue;
		if (n == 0 || m->err.retry_ms > why->retry_ms)
			*why = m->err;
		ref[n] = q->ref[i];
		at[n++] = i;
	}
	return n;
}

/*
 * Asks for n of the busy items; each that comes replaces its entry in q->out.
 */
static int
ask_part(const struct question *q, const struct item_ref *ref, const size_t *at,
    size_t n, struct err *err)
{
	struct message *out[PROVIDER_ITEMS];
	int64_t lost[PROVIDER_ITEMS];
	struct question part = *q;
	size_t i;
	int came;

	memset(out, 0, sizeof(out));
	for (i = 0; i < n; i++)
		lost[i] = q->lost[at[i]];
	part.ref = ref;
	part.out = out;
	part.lost = lost;
	part.n = n;
	came = ask_halving(&part, false, err);
	if (came == -1)
		message_drop(out, n);
	for (i = 0; i < n; i++) {
		q->lost[at[i]] = lost[i];
		if (out[i] == NULL)
			continue; /* still busy */
		message_free(q->out[at[i]]);
		q->out[at[i]] = out[i];
	}
	return came == -1 ? -1 : 0;
}

/*
 * Is the item itself the only reason that the server gives for this error? An
 * item that failed before is blamed for any error that an item may cause.
 */
static bool
is_own(const struct question *q, const struct err *e)
{
	return (e->scope == SCOPE_ITEM || q->suspect) && item_suspected(e);
}

/*
 * No item came, and each has an error that says why. Are the items to blame?
 * One that came truncated is.
 */
static bool
their_fault(const struct question *q)
{
	bool all_cut = true;
	size_t i;

	for (i = 0; i < q->n; i++) {
		const struct message *m = q->out[i];

		if (!is_own(q, &m->err))
			return false;
		all_cut = all_cut && m->have_content;
	}
	return server_alive(q->w, q->s) &&
	       (all_cut || q->suspect || items_guilty(q, q->n <= SAMPLE));
}

/*
 * Did each of several items fail for an unknown reason? Then it may be the
 * mailbox's trouble. why: the reason.
 */
static bool
nobody_knows(const struct question *q, struct err *why)
{
	size_t i;

	for (i = 0; i < q->n; i++) {
		const struct message *m = q->out[i];

		if (m == NULL || m->err.kind != ERR_UNKNOWN)
			return false;
	}
	if (q->n < 2 || items_guilty(q, q->suspect || q->n <= SAMPLE))
		return false;
	*why = q->out[0]->err;
	err_recast(why, ERR_UNKNOWN, SCOPE_MAILBOX);
	err_prefix(why, "each of %zu items", q->n);
	return true;
}

/*
 * An error for which the server gives no other reason becomes the item's own.
 */
static void
blame_items(const struct question *q)
{
	size_t i;

	for (i = 0; i < q->n; i++) {
		struct message *m = q->out[i];

		if (m != NULL &&
		    (m->err.kind == ERR_UNKNOWN ||
			(m->err.kind == ERR_RETRY && is_own(q, &m->err))))
			err_recast(&m->err, ERR_ITEM, m->err.scope);
	}
}

/*
 * Asks again for the busy items: at once while some come, since a server may
 * deliver only so many at a time; else after a pause, until the gate gives up.
 * Items that failed before are not waited for.
 */
static int
ask_again(const struct question *q, struct err *err)
{
	struct item_ref ref[PROVIDER_ITEMS];
	struct gate *gate = q->w->profile->gate;
	struct err why = ERR_INIT, e;
	size_t at[PROVIDER_ITEMS], n, before = q->n, max;
	struct gate_tries tries = { 0, 0 };

	while ((n = busy_items(q, ref, at, &why)) > 0) {
		if (n < before)
			gate_short(gate, (int)(before - n));
		e = why;
		if ((n == before || why.retry_ms > 0) &&
		    (q->suspect || !gate_pause(gate, &q->w->login, &tries, &e)))
			break;
		before = n;
		max = (size_t)gate_items(gate);
		if (ask_part(q, ref, at, n < max ? n : max, err) == -1)
			return -1;
	}
	if (n == 0 && nobody_knows(q, err)) {
		gate_leave_alone(gate, &q->w->login, err);
		return -1;
	}
	if (n < q->n || n == 0 || their_fault(q)) {
		blame_items(q);
		return 0;
	}
	*err = why; /* nothing came, and the items are not to blame */
	if (err->retry_ms == 0)
		err->retry_ms = BUSY_MS;
	return -1;
}

int
ask_items(const struct ask *a, const struct item_ref *ref, size_t n,
    struct message **out, struct err *err)
{
	struct effort effort = { 0, 0 };
	struct question q = { a->mailbox, a->session, a->part, ref, out, n,
		a->suspect, a->known, a->lost, &effort };
	int answered;

	memset(out, 0, n * sizeof(*out));
	answered = ask_halving(&q, false, err);
	if (answered > 0) {
		q.n = (size_t)answered;
		if (ask_again(&q, err) == 0)
			return answered;
	}
	message_drop(out, n);
	return -1;
}

int
ask_known(const struct ask *a)
{
	struct effort effort = { 0, 0 };
	struct question q = { .w = a->mailbox,
		.s = a->session,
		.part = a->part,
		.known = a->known,
		.effort = &effort };

	return known_come(&q);
}

bool
ask_is_broken(struct mailbox_work *w, struct session *s, const struct err *why)
{
	return item_suspected(why) && server_alive(w, s);
}
