/*
 * answer.c - reading one HTTP answer from a connection, within time limits.
 * 1. An answer is either complete or an error; after an error nothing that
 *    follows on the connection can be trusted.
 * 2. Every wait ends: the first byte, the pace (ANSWER_PACE) and the whole
 *    answer have their limits, and 1xx answers extend none. For the pace only
 *    the time spent waiting for bytes counts, not the stream's own time. TLS
 *    gives out whole records, so the bytes of a record count as they come; but
 *    while nothing is given out, no more bytes count than one record has.
 * 3. The stream gets body bytes where the connection has them, without a copy,
 *    unless they are compressed.
 * 4. However many bytes a compressed body becomes, between two pieces of it
 *    (INFLATE_WINDOW) the whole answer's limit and stop are looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gunzip.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/answer.h"
#include "net/chunk.h"

#define RECORD      (17 << 10) /* more than the bytes of any TLS record */
#define INTERIM_MAX 8          /* 1xx answers before the final one */
#define TOO_LARGE   "its body is larger than allowed"

static int
answer_malformed(const struct answer *a, struct err *e, const char *why)
{
	err_set(e, ERR_RETRY,
	    "%s: the answer is not proper HTTP: %s; check that the URL leads "
	    "to the mail server itself",
	    conn_where(a->conn), why);
	return err_code(e, CAUSE_MALFORMED, "malformed", SCOPE_MAILBOX);
}

/* The body came whole, but it is not what was compressed. */
static int
answer_damaged(const struct answer *a, struct err *e, const char *why)
{
	err_set(e, ERR_RETRY,
	    "%s: the compressed answer is damaged: %s; if it stays so, switch "
	    "off compression for this address on the server or the proxy in "
	    "front of it",
	    conn_where(a->conn), why);
	return err_code(e, CAUSE_MALFORMED, "malformed", SCOPE_MAILBOX);
}

/* The number of bytes that must come within ms. */
static long long
pace_of(int ms)
{
	long long n = (long long)ANSWER_PACE * ms / 1000;

	return n > 0 ? n : 1;
}

/* Sets err to the limit that was exceeded. */
static int
answer_late(const struct answer *a, struct err *e)
{
	const char *where = conn_where(a->conn);
	int ms = a->began ? a->silence_ms : a->first_byte_ms;

	if (tim_mono() >= a->end) {
		err_set(e, ERR_RETRY,
		    "%s: the answer was not complete after %d s", where,
		    a->total_ms / 1000);
		return err_code(e, CAUSE_TIMEOUT, "timeout", SCOPE_MAILBOX);
	}
	if (!a->began)
		err_set(e, ERR_RETRY,
		    "%s: no answer within %g s: the server is overloaded, or "
		    "something in between holds it back",
		    where, ms / 1000.0);
	else
		err_set(e, ERR_RETRY,
		    "%s: the answer stalled: less than %lld bytes came in "
		    "%g s",
		    where, pace_of(ms), ms / 1000.0);
	/* the caller's limit is shorter than the connection's own: this says
	 * nothing about the server as a whole */
	return ms == a->patience_ms
		   ? err_code(e, CAUSE_PATIENCE, "patience", SCOPE_MAILBOX)
		   : err_code(e, CAUSE_TIMEOUT, "timeout", SCOPE_MAILBOX);
}

/* The connection ended inside the body. */
static int
answer_cut(const struct answer *a, struct err *e)
{
	char got[64];

	if (a->body.framing == HEAD_LENGTH)
		snprintf(got, sizeof(got), "%lld of %lld bytes",
		    (long long)a->came, (long long)a->body.length);
	else
		snprintf(got, sizeof(got), "%lld bytes", (long long)a->came);
	err_set(e, ERR_RETRY,
	    "%s: the answer was cut off after %s: the connection was lost",
	    conn_where(a->conn), got);
	return err_code(e, CAUSE_CUT, "truncated", SCOPE_MAILBOX);
}

/*
 * The bytes that came, including those of an incomplete TLS record, and those
 * that compressed ones stand for.
 */
static int64_t
progress_bytes(const struct answer *a)
{
	int64_t part = conn_wire(a->conn) - a->dry;

	return conn_received(a->conn) + a->unpacked +
	       (part < RECORD ? part : RECORD);
}

/* Starts to measure the pace anew. */
static void
start_pace(struct answer *a)
{
	a->began = true;
	a->left = a->silence_ms;
	a->mark = progress_bytes(a);
}

/* Did enough bytes come? Then the pace is measured anew. */
static bool
keeps_pace(struct answer *a)
{
	int ms = a->began ? a->silence_ms : a->first_byte_ms;

	if (progress_bytes(a) - a->mark < pace_of(ms))
		return false;
	start_pace(a);
	return true;
}

/* One conn_peek, until the nearest deadline. */
static const char *
peek_once(struct answer *a, size_t *n, struct err *e)
{
	int64_t now = tim_mono();
	int64_t deadline = a->began ? now + a->left : a->until;
	const char *p =
	    conn_peek(a->conn, n, deadline < a->end ? deadline : a->end, e);

	a->left -= tim_mono() - now;
	if (p != NULL)
		a->dry = conn_wire(a->conn);
	return p;
}

/* conn_peek within all limits. */
static const char *
peek_bytes(struct answer *a, size_t *n, struct err *e)
{
	const char *p;

	*n = 0;
	for (;;) {
		/* bytes that are there need no wait: check the clock here */
		if (tim_mono() >= a->end)
			break;
		if (a->began)
			keeps_pace(a);
		p = peek_once(a, n, e);
		if (p != NULL || e->cause != CAUSE_TIMEOUT)
			return p;
		if (!keeps_pace(a))
			break;
		err_clear(e);
	}
	answer_late(a, e);
	return NULL;
}

static void
eat_bytes(struct answer *a, size_t n)
{
	conn_eat(a->conn, n);
	if (!a->began)
		start_pace(a);
}

static int
one_head(struct answer *a, struct head *h, struct err *e)
{
	while (!h->done) {
		size_t n;
		const char *p = peek_bytes(a, &n, e);
		long k;

		if (p == NULL && e->kind != ERR_NONE)
			return -1;
		if (p == NULL) {
			err_set(e, ERR_RETRY,
			    "%s: the server closed the connection %s",
			    conn_where(a->conn),
			    a->began ? "inside the headers of its answer"
				     : "without an answer");
			return err_code(
			    e, CAUSE_CUT, "truncated", SCOPE_MAILBOX);
		}
		k = head_feed(h, p, n);
		eat_bytes(a, k == -1 ? n : (size_t)k);
		if (k == -1 && h->status == 401)
			return 0; /* see interpret_head */
		if (k == -1)
			return answer_malformed(a, e, h->why);
	}
	return 0;
}

/* The answer is compressed in a way that was not asked for. */
static int
answer_coded(const struct answer *a, const struct head *h, struct err *e)
{
	size_t len = 0, n;
	const char *v = head_find(h->out, "Transfer-Encoding", 0, &len), *w;
	int nth;

	if (v == NULL || str_ieqn(v, "chunked", len))
		for (nth = 0; (w = head_find(h->out, "Content-Encoding", nth,
				   &n)) != NULL;
		     nth++)
			v = w, len = n;
	err_set(e, ERR_CONFIG,
	    "%s: the answer is encoded as %.*s, and exsync asked for gzip at "
	    "most: switch off compression for this address on the server or "
	    "the proxy in front of it",
	    conn_where(a->conn), len > 40 ? 40 : (int)len, v);
	return err_code(e, CAUSE_OTHER, "content-encoding", SCOPE_PROFILE);
}

/*
 * The bytes that may come for a body of body_max. What cannot be compressed
 * grows: by an eighth when that is done badly.
 */
static int64_t
sent_max(const struct answer *a)
{
	int64_t more = a->body_max / 8 + 1024;

	return a->body.gzip && a->body_max <= INT64_MAX - more
		   ? a->body_max + more
		   : a->body_max;
}

static int
interpret_head(struct answer *a, struct head *h, struct err *e)
{
	if (h->status < 200) {
		if (h->status == 101)
			return answer_malformed(
			    a, e, "it changes the protocol");
		return 0;
	}
	/* a 401 stays a 401 whatever follows its status: as a malformed or
	 * encoded answer it would be retried, and the rejected login with it */
	if (!h->done || head_body(h, a->to_head, &a->body) == -1) {
		if (h->status != 401)
			return answer_malformed(a, e, h->why);
		memset(&a->body, 0, sizeof(a->body)); /* no body, no keep */
	}
	if (h->status == 401)
		return 0;
	if (a->body.coded && a->body.framing != HEAD_EMPTY)
		return answer_coded(a, h, e);
	if (a->body.framing == HEAD_LENGTH && a->body.length > sent_max(a))
		return answer_malformed(a, e, TOO_LARGE);
	return 0;
}

int
answer_head(struct answer *a, struct buf *out, struct err *e)
{
	int64_t now = tim_mono(), first = now + a->first_byte_ms;
	struct head h;
	int n, r = -1;

	a->end = now + a->total_ms;
	a->dry = conn_wire(a->conn);
	a->mark = progress_bytes(a);
	a->body_len = a->came = a->unpacked = 0;
	for (n = 0; n <= INTERIM_MAX; n++) {
		bool began = a->began;

		a->until = first;
		a->began = false;
		head_init(&h, out, a->head_max);
		r = one_head(a, &h, e);
		a->status = h.status;
		if (r == 0)
			r = interpret_head(a, &h, e);
		head_free(&h);
		a->began = a->began || began;
		if (r == -1 || a->status >= 200)
			return r;
	}
	return answer_malformed(a, e, "it sends 1xx answers without end");
}

/* A piece of the body as it was sent. */
static int
give_bytes(
    struct answer *a, struct stream *s, const char *p, size_t n, struct err *e)
{
	int64_t most = s != NULL ? sent_max(a) : a->body_max;

	if ((int64_t)n > most - a->came)
		return answer_malformed(a, e, TOO_LARGE);
	a->came += (int64_t)n;
	return s == NULL || n == 0 ? 0 : s->write(s, p, n, e);
}

/* HEAD_LENGTH and HEAD_CLOSE */
static int
read_plain(struct answer *a, struct stream *s, struct err *e)
{
	bool sized = a->body.framing == HEAD_LENGTH;

	while (!sized || a->came < a->body.length) {
		size_t n;
		const char *p = peek_bytes(a, &n, e);

		if (p == NULL && e->kind == ERR_NONE && !sized)
			return 0;
		if (p == NULL)
			return e->kind == ERR_NONE || e->cause == CAUSE_CUT
				   ? answer_cut(a, e)
				   : -1;
		if (sized && (int64_t)n > a->body.length - a->came)
			n = (size_t)(a->body.length - a->came);
		if (give_bytes(a, s, p, n, e) == -1)
			return -1;
		eat_bytes(a, n);
	}
	return 0;
}

static int
read_chunked(struct answer *a, struct stream *s, struct err *e)
{
	struct chunk c;

	chunk_init(&c);
	while (!c.done) {
		size_t n, at = 0;
		const char *p = peek_bytes(a, &n, e);

		if (p == NULL)
			return e->kind == ERR_NONE || e->cause == CAUSE_CUT
				   ? answer_cut(a, e)
				   : -1;
		while (at < n && !c.done) {
			const char *data;
			size_t len;
			long k = chunk_feed(&c, p + at, n - at, &data, &len);

			if (k == -1)
				return answer_malformed(a, e, c.why);
			if (give_bytes(a, s, data, len, e) == -1)
				return -1;
			at += (size_t)k;
		}
		eat_bytes(a, at);
	}
	return 0;
}

static int
read_body(struct answer *a, struct stream *s, struct err *e)
{
	if (a->body.framing == HEAD_CHUNKED)
		return read_chunked(a, s, e);
	return read_plain(a, s, e);
}

/* Stands between a compressed body and its stream. */
struct unpack {
	struct stream packed, plain; /* before gunzip, and behind it */
	struct answer *answer;
	struct stream *to;
	struct gunzip gunzip;
};

static int
write_packed(struct stream *s, const void *p, size_t n, struct err *e)
{
	struct unpack *u = (struct unpack *)s;

	if (gunzip_feed(&u->gunzip, p, n, e) == 0)
		return 0;
	return u->gunzip.why == NULL
		   ? -1
		   : answer_damaged(u->answer, e, u->gunzip.why);
}

static int
write_plain(struct stream *s, const void *p, size_t n, struct err *e)
{
	struct unpack *u =
	    (struct unpack *)((char *)s - offsetof(struct unpack, plain));
	struct answer *a = u->answer;

	if (tim_mono() >= a->end)
		return answer_late(a, e);
	if (conn_check_stop(a->conn, e) == -1)
		return -1;
	if ((int64_t)n > a->body_max - a->unpacked)
		return answer_malformed(a, e, TOO_LARGE);
	a->unpacked += (int64_t)n;
	return u->to->write(u->to, p, n, e);
}

/* As read_body, for a body in gzip. */
static int
read_packed(struct answer *a, struct stream *s, struct err *e)
{
	struct unpack *u = mem_alloc(sizeof(*u));
	int r;

	u->packed.write = write_packed;
	u->plain.write = write_plain;
	u->answer = a;
	u->to = s;
	gunzip_init(&u->gunzip, &u->plain);
	r = read_body(a, &u->packed, e);
	if (r == 0 && gunzip_end(&u->gunzip) == -1)
		r = a->body.framing == HEAD_CLOSE
			? answer_cut(a, e) /* nothing else tells */
			: answer_damaged(a, e, u->gunzip.why);
	mem_wipe(u, sizeof(*u)); /* an answer may be a secret */
	free(u);
	return r;
}

int
answer_body(struct answer *a, struct stream *s, struct err *e)
{
	bool packed = a->body.gzip && s != NULL;
	int r;

	if (a->body.framing == HEAD_EMPTY)
		return 0;
	start_pace(a);
	r = (packed ? read_packed : read_body)(a, s, e);
	a->body_len = packed ? a->unpacked : a->came;
	return r;
}
