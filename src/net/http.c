/*
 * http.c - HTTP/1.1 exchanges on one connection.
 * 1. A connection is kept only after a complete answer that allows it and that
 *    no byte follows; in every other case it is dropped.
 * 2. A request is sent again only when the connection had been used before, or
 *    opened ahead, or had resumed a TLS session (then once, and with a full
 *    handshake), not one byte of an answer came, and the request is idempotent.
 * 3. Redirects are never followed.
 * 4. Credentials are sent only over TLS or to this machine itself; the bytes
 *    are wiped after sending.
 * 5. An Authorization header goes out on the connection that it was made for,
 *    or not at all.
 * 6. The body of a server that auth does not accept is given to nobody.
 */
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/answer.h"
#include "net/challenge.h"
#include "net/conn.h"
#include "net/http.h"
#include "net/proxy.h"
#include "net/request.h"
#include "net/url.h"

/* times a login starts over on a new connection: each may count as a wrong
 * password */
#define RESTARTS  1
#define DRAIN_MAX (64 << 10) /* body of a 401 that auth answers */
/* the head of an answer: a challenge, and all other headers */
#define HEAD_MAX (HTTP_AUTH_MAX + (64 << 10))

struct http {
	struct http_opts o; /* strings are copies */
	struct url url;
	struct proxy proxy;
	char *host; /* value of the Host header */
	struct conn *conn;
	int patience_ms;           /* 0: only the limits of o count */
	struct http_auth_conn at;  /* conn, as auth sees it */
	bool used;                 /* conn has carried an answer */
	bool ahead;                /* it was opened before it was needed */
	int64_t rested;            /* when the last answer ended, or then */
	const atomic_bool *enough; /* of http_enough, or NULL */
	int64_t received;
};

static int
or_default(int v, int standard)
{
	return v > 0 ? v : standard;
}

static void
copy_opts(struct http *h, const struct http_opts *o)
{
	h->o = *o;
	h->o.url = NULL;
	h->o.proxy = NULL;
	h->o.tls_pin = mem_strdup(o->tls_pin);
	h->o.user_agent = mem_strdup(
	    o->user_agent != NULL ? o->user_agent : "exsync/" EXSYNC_VERSION);
	h->o.connect_ms = or_default(o->connect_ms, 15000);
	h->o.tls_ms = or_default(o->tls_ms, 15000);
	h->o.first_byte_ms = or_default(o->first_byte_ms, 120000);
	h->o.silence_ms = or_default(o->silence_ms, 60000);
	h->o.total_ms = or_default(o->total_ms, 3600000);
	h->o.idle_ms = or_default(o->idle_ms, 60000);
	if (o->body_max == 0)
		h->o.body_max = (int64_t)2 << 30;
}

static int
check_url(const struct http *h, struct err *e)
{
	const struct url *u = &h->url;

	if (u->user != NULL) {
		err_set(e, ERR_CONFIG,
		    "the URL must not hold a user name or password: write "
		    "them as username and password_file");
		return err_code(e, CAUSE_OTHER, "url", SCOPE_PROFILE);
	}
	if (!u->https && h->o.auth != NULL && !host_is_loopback(u->host)) {
		err_set(e, ERR_CONFIG,
		    "%s:%s: a login is never sent over plain http: write "
		    "https://",
		    u->host, u->port);
		return err_code(e, CAUSE_OTHER, "url", SCOPE_PROFILE);
	}
	if (u->https && h->o.trust == NULL && h->o.tls_pin == NULL) {
		err_set(e, ERR_CONFIG,
		    "%s:%s: https needs CA certificates (ca_file) or tls_pin",
		    u->host, u->port);
		return err_code(
		    e, CAUSE_CERTIFICATE, "certificate", SCOPE_PROFILE);
	}
	return 0;
}

struct http *
http_open(const struct http_opts *o, struct err *e)
{
	struct http *h = mem_alloc(sizeof(*h));
	bool v6;

	copy_opts(h, o);
	if (url_parse(&h->url, o->url, e) == -1 || check_url(h, e) == -1 ||
	    proxy_choose(&h->proxy, &h->url, o->proxy, e) == -1) {
		http_close(h);
		return NULL;
	}
	h->at.host = h->url.host;
	h->at.port = h->url.port;
	h->at.tls = h->url.https;
	v6 = strchr(h->url.host, ':') != NULL;
	h->host = mem_printf(v6 ? "[%s]%s%s" : "%s%s%s", h->url.host,
	    h->url.port_given ? ":" : "", h->url.port_given ? h->url.port : "");
	return h;
}

void
http_close(struct http *h)
{
	if (h == NULL)
		return;
	http_drop(h);
	proxy_free(&h->proxy);
	url_free(&h->url);
	free((void *)h->o.tls_pin);
	free((void *)h->o.user_agent);
	free(h->host);
	free(h);
}

void
http_patience(struct http *h, int64_t ms)
{
	h->patience_ms = ms > INT_MAX ? INT_MAX : (int)ms;
}

void
http_enough(struct http *h, const atomic_bool *enough)
{
	h->enough = enough;
}

void
http_drop(struct http *h)
{
	if (h->conn == NULL)
		return;
	h->received += conn_received(h->conn);
	conn_close(h->conn);
	h->conn = NULL;
	h->used = h->ahead = false;
}

int64_t
http_received(const struct http *h)
{
	return h->received + (h->conn == NULL ? 0 : conn_received(h->conn));
}

/* For sock_connect. */
static bool
must_stop(void *arg)
{
	const struct http *h = arg;

	return (h->enough != NULL && atomic_load(h->enough)) ||
	       (h->o.stop != NULL && h->o.stop(NULL));
}

/* Connects to the server, or to the proxy and through it. */
static struct sock *
reach_server(struct http *h, struct err *e)
{
	const struct url *to = &h->url;
	bool proxied = h->proxy.url.host != NULL;
	struct sock *s;

	if (proxied)
		to = &h->proxy.url;
	s = sock_connect(
	    to->host, to->port, tim_mono() + h->o.connect_ms, must_stop, h, e);
	if (s == NULL && proxied && e->cause != CAUSE_STOP) {
		err_prefix(e, "the proxy");
		err_code(e, CAUSE_NETWORK, "proxy", SCOPE_PROFILE);
		e->spared = true; /* nothing was sent to the proxy */
	}
	if (s != NULL && proxied &&
	    proxy_connect(
		&h->proxy, s, &h->url, tim_mono() + h->o.connect_ms, e) == -1) {
		sock_close(s);
		return NULL;
	}
	return s;
}

static uint64_t
new_id(void)
{
	static atomic_uint_fast64_t last;

	return atomic_fetch_add(&last, 1) + 1;
}

/* again: as in tls_connect. */
static int
dial_once(struct http *h, bool in_full, bool *again, struct err *e)
{
	const struct tls_to to = { h->url.host, h->url.port, h->o.trust,
		h->o.tls_pin, h->o.sessions, in_full };
	struct sock *s = reach_server(h, e);
	struct tls *t = NULL;

	*again = false;
	if (s == NULL)
		return -1;
	if (h->url.https) {
		t = tls_connect(s, &to, tim_mono() + h->o.tls_ms, again, e);
		if (t == NULL) {
			sock_close(s);
			return -1;
		}
	}
	h->conn = conn_open(s, t);
	h->used = false;
	h->at.id = new_id();
	return 0;
}

/* A session of before that fails is no fault of the server. */
static int
dial_server(struct http *h, bool in_full, struct err *e)
{
	bool again;

	if (dial_once(h, in_full, &again, e) == 0)
		return 0;
	if (!again)
		return -1;
	err_clear(e);
	return dial_once(h, true, &again, e);
}

/*
 * Is the kept connection useless: closed meanwhile, with unasked bytes from
 * the peer, or idle for too long?
 */
static bool
is_stale(const struct http *h)
{
	return conn_pending(h->conn) ||
	       ((h->used || h->ahead) && tim_mono() - h->rested > h->o.idle_ms);
}

/* One exchange under way. */
struct exchange {
	const struct http_request *req;
	struct http_response *out;
	struct answer answer;
	struct buf request;   /* the head, and a piece of the body */
	struct buf auth;      /* the Authorization header */
	uint64_t is_for;      /* id of auth's connection; 0: none yet */
	struct buf challenge; /* those of the last answer, one per line */
	bool bare;            /* the next request goes out without its body */
	bool greeted;         /* one went out so */
	bool at_stake;        /* one went out that the login is judged by */
	bool in_full;         /* no TLS session is resumed any more */
	int refused;          /* 401 answers so far */
	int restarts;         /* logins started over on a new connection */
};

/* Drops a kept connection that is useless; opens one when there is none. */
static int
prepare_conn(struct http *h, struct exchange *x, struct err *e)
{
	if (h->conn != NULL && is_stale(h))
		http_drop(h);
	if (h->conn != NULL)
		return 0;
	if (x->refused > 0 && ++x->restarts > RESTARTS) {
		err_set(e, ERR_RETRY,
		    "%s: the server closes the connection between the steps "
		    "of the login: keep-alive must be on there and at "
		    "everything in between",
		    h->host);
		return err_code(e, CAUSE_CUT, "truncated", SCOPE_PROFILE);
	}
	return dial_server(h, x->in_full, e);
}

/* The connection for auth; a new handshake may have changed its binding. */
static const struct http_auth_conn *
seen_conn(struct http *h)
{
	const struct tls_binding *b = conn_binding(h->conn);

	h->at.binding = b != NULL && b->len > 0 ? b : NULL;
	return &h->at;
}

/*
 * Drops a connection over which the login failed. Was it bound to a
 * certificate of before, while the server has another by now? The next one
 * begins with a full handshake.
 */
static void
drop_denied(struct http *h)
{
	conn_distrust(h->conn);
	http_drop(h);
}

/* Gets auth's header for the open connection; challenge as in http_auth. */
static int
add_header(
    struct http *h, struct exchange *x, const char *challenge, struct err *e)
{
	struct http_auth *who = h->o.auth;

	x->is_for = h->at.id;
	if (who == NULL)
		return 0;
	buf_free(&x->auth);
	buf_room(&x->auth, HTTP_AUTH_ROOM);
	if (who->header(who, seen_conn(h), challenge, &x->auth, e) == 0) {
		x->bare = who->bare;
		if (challenge != NULL && x->auth.len == 0)
			http_drop(h);
		return 0;
	}
	err_prefix(e, "%s", h->host);
	drop_denied(h);
	return -1;
}

/* A limit of the connection, or the caller's patience when that is shorter. */
static int
patience_of(const struct http *h, int ms)
{
	return h->patience_ms > 0 && h->patience_ms < ms ? h->patience_ms : ms;
}

static void
start_answer(
    const struct http *h, const struct http_request *req, struct answer *a)
{
	memset(a, 0, sizeof(*a));
	a->conn = h->conn;
	a->first_byte_ms = patience_of(h, h->o.first_byte_ms);
	a->silence_ms = patience_of(h, h->o.silence_ms);
	a->patience_ms = h->patience_ms;
	a->total_ms = h->o.total_ms;
	a->head_max = HEAD_MAX;
	a->body_max = h->o.body_max;
	a->to_head = str_eq(req->method, "HEAD");
}

/* Sends the request on the open connection and reads the answer's head. */
static int
ask_once(struct http *h, struct exchange *x, struct err *e)
{
	const struct request_to to = { h->host, h->url.path, h->o.user_agent };
	struct http_request req = *x->req;
	int ms = patience_of(h, h->o.silence_ms);

	if (x->bare)
		req.body_len = 0;
	start_answer(h, &req, &x->answer);
	if (request_head(&x->request, &to, &req, &x->auth, e) == -1)
		return -1;
	x->greeted = x->greeted || x->bare;
	x->at_stake = x->at_stake || (!x->bare && x->auth.len > 0);
	if (request_send(h->conn, &x->request, &req, ms, e) == 0)
		return answer_head(&x->answer, &x->out->head, e);
	if (e->cause == CAUSE_TIMEOUT && ms < h->o.silence_ms)
		err_code(e, CAUSE_PATIENCE, "patience", SCOPE_MAILBOX);
	return -1;
}

/*
 * The connection failed, used or new: may the request be sent again (invariant
 * 2)? After the last message of a resumed handshake, which is ours, a server
 * can still refuse it. One that was opened ahead may have been closed since, as
 * any idle one.
 */
static bool
may_repeat(struct exchange *x, bool used, bool ahead, bool resumed,
    const struct err *e)
{
	if (x->answer.began || !x->req->idempotent)
		return false;
	if (used || (ahead && e->cause == CAUSE_CUT))
		return e->cause == CAUSE_CUT;
	if (!resumed || (e->cause != CAUSE_CUT && e->cause != CAUSE_TLS))
		return false;
	x->in_full = true;
	return true;
}

/*
 * Sends the request with its Authorization header and reads the answer's head;
 * sends it again as invariant 2 allows.
 */
static int
send_request(struct http *h, struct exchange *x, struct err *e)
{
	bool used, ahead, resumed;
	int r;

	x->answer.status = 0; /* no longer that of the round before */
	do {
		err_clear(e);
		if (prepare_conn(h, x, e) == -1)
			return -1;
		/* a header made for another connection is useless here */
		if (x->is_for != h->at.id && add_header(h, x, NULL, e) == -1)
			return -1;
		used = h->used;
		ahead = h->ahead;
		resumed = conn_resumed(h->conn);
		if ((r = ask_once(h, x, e)) == -1)
			http_drop(h);
	} while (r == -1 && may_repeat(x, used, ahead, resumed, e));
	return r;
}

/* Reads the body, then keeps or drops the connection. */
static int
finish_body(
    struct http *h, struct answer *a, struct stream *body, struct err *e)
{
	int r = answer_body(a, body, e);

	h->used = true;
	h->ahead = false;
	h->rested = tim_mono();
	if (r == -1 || !a->body.keep || conn_pending(h->conn))
		http_drop(h);
	return r;
}

/*
 * Throws the body of a 401 away. The connection is dropped instead when the
 * body is long: reading it would cost more than a new connection.
 */
static void
drain_body(struct http *h, struct answer *a)
{
	int64_t end = tim_mono() + a->silence_ms;
	struct err ignored = ERR_INIT;

	if (a->body.framing == HEAD_LENGTH && a->body.length > DRAIN_MAX) {
		http_drop(h);
		return;
	}
	a->body_max = DRAIN_MAX;
	if (a->end > end)
		a->end = end;
	finish_body(h, a, NULL, &ignored);
}

static int
too_many(struct http *h, struct err *e)
{
	err_set(e, ERR_AUTH, "%s: the server asks for a login again and again",
	    h->host);
	drop_denied(h);
	return err_code(e, CAUSE_LOGIN_DENIED, "http-401", SCOPE_PROFILE);
}

/* Handles the answer that ends the exchange. */
static int
last_answer(
    struct http *h, struct exchange *x, struct stream *body, struct err *e)
{
	struct http_auth *who = h->o.auth;
	int r;

	if (who != NULL && who->finish != NULL &&
	    who->finish(who, seen_conn(h), x->answer.status,
		buf_str(&x->challenge), e) == -1) {
		err_prefix(e, "%s", h->host);
		drop_denied(h);
		return -1;
	}
	r = finish_body(h, &x->answer, body, e);
	x->out->body_len = x->answer.body_len;
	return r;
}

static int
login_rounds(
    struct http *h, struct exchange *x, struct stream *body, struct err *e)
{
	int r;

	for (;;) {
		r = send_request(h, x, e);
		/* a head that breaks off has a status all the same */
		x->out->status = x->answer.status;
		if (r == -1)
			return -1;
		challenge_collect(
		    &x->out->head, "WWW-Authenticate", &x->challenge);
		if (x->answer.status != 401 || h->o.auth == NULL)
			return last_answer(h, x, body, e);
		if (++x->refused > HTTP_AUTH_ROUNDS)
			return too_many(h, e);
		/* before reading the body, which may be anything */
		if (add_header(h, x, buf_str(&x->challenge), e) == -1)
			return -1;
		if (h->conn != NULL)
			drain_body(h, &x->answer);
	}
}

int
http_exchange(struct http *h, const struct http_request *req,
    struct http_response *out, struct stream *body, struct err *e)
{
	struct exchange x;
	int r;

	memset(&x, 0, sizeof(x));
	x.req = req;
	x.out = out;
	request_init(&x.request);
	buf_init_secret(&x.auth, HTTP_AUTH_MAX);
	buf_init(&x.challenge, HEAD_MAX);
	out->status = 0;
	out->body_len = 0;
	out->head.max = HEAD_MAX;
	buf_reset(&out->head);
	err_clear(e);
	r = login_rounds(h, &x, body, e);
	if (r == -1 && x.greeted && !x.at_stake)
		e->spared = true;
	buf_free(&x.request);
	buf_free(&x.auth);
	buf_free(&x.challenge);
	return r;
}

int
http_connect(struct http *h, struct err *e)
{
	err_clear(e);
	if (h->conn != NULL && is_stale(h))
		http_drop(h);
	if (h->conn != NULL || h->proxy.url.user != NULL)
		return 0;
	if (dial_server(h, false, e) == -1)
		return -1;
	/* it may be closed before its first request as any idle one may */
	h->ahead = true;
	h->rested = tim_mono();
	return 0;
}

void
http_response_free(struct http_response *r)
{
	buf_free(&r->head);
}

const char *
http_get(const struct http_response *r, const char *name, int nth,
    struct buf *scratch)
{
	size_t len;
	const char *v = head_find(&r->head, name, nth, &len);

	buf_reset(scratch);
	if (v == NULL || buf_add(scratch, v, len) == -1)
		return NULL;
	return buf_str(scratch);
}
