/*
 * http.c - HTTP/1.1 exchanges on one connection.
 * 1. A connection is kept only after a complete answer that said so and was
 *    followed by nothing; in every other case it is dropped.
 * 2. A request is sent again only when the connection had been used before,
 *    not one byte of an answer came, and the request is idempotent.
 * 3. Redirects are never followed.
 * 4. Credentials leave only over TLS or to this machine itself; the bytes
 *    are wiped after sending.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/answer.h"
#include "net/conn.h"
#include "net/http.h"
#include "net/proxy.h"
#include "net/url.h"

#define ROUNDS      4           /* 401 answers that auth may answer */
#define DRAIN_MAX   (64 << 10)  /* body of such a 401 */
#define REQUEST_MAX (256 << 10) /* request line and headers */
#define SECRET_ROOM 8192        /* of a head with credentials: no growing */
#define WRITE_MAX   (64 << 10)  /* bytes per silence_ms when sending */

struct http {
	struct http_opts o; /* strings are copies */
	struct url url;
	struct proxy proxy;
	char *host; /* value of the Host header */
	struct conn *conn;
	int patience_ms; /* 0: none but the limits of o */
	bool used;       /* conn has carried an answer */
	int64_t rested;  /* since then */
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
	if (o->head_max == 0)
		h->o.head_max = 64 << 10;
	if (o->body_max == 0)
		h->o.body_max = (int64_t)2 << 30;
}

static int
check(const struct http *h, struct err *e)
{
	const struct url *u = &h->url;

	if (u->user != NULL) {
		err_set(e, ERR_CONFIG,
		    "the URL must not hold a user name or password: write "
		    "them as username and password_file");
		return err_code(e, "url", SCOPE_PROFILE);
	}
	if (!u->https && h->o.auth != NULL && !url_is_loopback(u->host)) {
		err_set(e, ERR_CONFIG,
		    "%s:%s: a login is never sent over plain http: write "
		    "https://",
		    u->host, u->port);
		return err_code(e, "url", SCOPE_PROFILE);
	}
	if (u->https && h->o.trust == NULL && h->o.tls_pin == NULL) {
		err_set(e, ERR_CONFIG,
		    "%s:%s: https needs CA certificates (ca_file) or tls_pin",
		    u->host, u->port);
		return err_code(e, "certificate", SCOPE_PROFILE);
	}
	return 0;
}

struct http *
http_open(const struct http_opts *o, struct err *e)
{
	struct http *h = mem_alloc(sizeof(*h));
	bool v6;

	copy_opts(h, o);
	if (url_parse(&h->url, o->url, e) == -1 || check(h, e) == -1 ||
	    proxy_choose(&h->proxy, &h->url, o->proxy, e) == -1) {
		http_close(h);
		return NULL;
	}
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
http_drop(struct http *h)
{
	if (h->conn == NULL)
		return;
	h->received += conn_received(h->conn);
	conn_close(h->conn);
	h->conn = NULL;
	h->used = false;
}

bool
http_connected(const struct http *h)
{
	return h->conn != NULL && !conn_pending(h->conn);
}

int64_t
http_received(const struct http *h)
{
	return h->received + (h->conn == NULL ? 0 : conn_received(h->conn));
}

/* TCP to the server, or to the proxy and on. */
static struct sock *
reach(struct http *h, struct err *e)
{
	const struct url *to = &h->url;
	bool proxied = h->proxy.url.host != NULL;
	struct sock *s;

	if (proxied)
		to = &h->proxy.url;
	s = sock_connect(to->host, to->port, tim_mono() + h->o.connect_ms,
	    h->o.stop, h->o.stop_arg, e);
	if (s == NULL && proxied && !str_eq(e->code, "stop")) {
		err_prefix(e, "the proxy");
		err_code(e, "proxy", SCOPE_PROFILE);
	}
	if (s != NULL && proxied &&
	    proxy_connect(
		&h->proxy, s, &h->url, tim_mono() + h->o.connect_ms, e) == -1) {
		sock_close(s);
		return NULL;
	}
	return s;
}

static int
dial(struct http *h, struct err *e)
{
	struct sock *s = reach(h, e);
	struct tls *t = NULL;

	if (s == NULL)
		return -1;
	if (h->url.https) {
		t = tls_connect(s, h->url.host, h->o.trust, h->o.tls_pin,
		    tim_mono() + h->o.tls_ms, e);
		if (t == NULL) {
			sock_close(s);
			return -1;
		}
	}
	h->conn = conn_open(s, t);
	h->used = false;
	return 0;
}

/*
 * Is the kept connection of no use: closed meanwhile, or it said what nobody
 * asked, or it rested for too long?
 */
static bool
stale(const struct http *h)
{
	return conn_pending(h->conn) ||
	       (h->used && tim_mono() - h->rested > h->o.idle_ms);
}

/* May these characters stand in a request head without changing it? */
static bool
clean(const char *s, bool blank)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f ||
		    (*s == ' ' && !blank))
			return false;
	return true;
}

static int
build(struct http *h, const struct http_request *req, const struct buf *auth,
    struct buf *b, struct err *e)
{
	const char *path = req->path == NULL ? h->url.path : req->path;
	bool ok = clean(path, false) && path[0] == '/';
	size_t i;

	/* no Accept-Encoding would mean: any (RFC 9110 12.5.3) */
	buf_addf(b,
	    "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n"
	    "Accept-Encoding: identity\r\n",
	    req->method, path, h->host, h->o.user_agent);
	if (auth->len > 0) {
		ok = ok && clean(buf_str(auth), true);
		buf_addf(b, "Authorization: %s\r\n", buf_str(auth));
	}
	for (i = 0; i < req->nheader; i++) {
		ok = ok && clean(req->header[i].name, false) &&
		     clean(req->header[i].value, true);
		buf_addf(
		    b, "%s: %s\r\n", req->header[i].name, req->header[i].value);
	}
	if (req->body_len > 0 || str_eq(req->method, "POST"))
		buf_addf(b, "Content-Length: %zu\r\n", req->body_len);
	buf_adds(b, "\r\n");
	if (ok && b->len <= REQUEST_MAX)
		return 0;
	err_set(e, ERR_CONFIG,
	    "%s: the request cannot be sent: its path or a "
	    "header is too long or holds a control character",
	    h->host);
	return err_code(e, "url", SCOPE_MAILBOX);
}

/* A limit of the connection, or the caller's patience when that is shorter. */
static int
patient(const struct http *h, int ms)
{
	return h->patience_ms > 0 && h->patience_ms < ms ? h->patience_ms : ms;
}

static int
send_piece(struct http *h, const char *p, size_t n, struct err *e)
{
	int ms = patient(h, h->o.silence_ms);
	int r = conn_write(h->conn, p, n, tim_mono() + ms, e);

	if (r == -1 && str_eq(e->code, "timeout")) {
		err_set(e, ERR_RETRY,
		    "%s: the server takes no more of the request since %g s",
		    conn_where(h->conn), ms / 1000.0);
		err_code(e, ms < h->o.silence_ms ? "patience" : "timeout",
		    SCOPE_MAILBOX);
	}
	return r;
}

/* Head and body, in as few records as they fit. */
static int
send_request(struct http *h, const struct http_request *req, struct buf *b,
    struct err *e)
{
	const char *body = req->body;
	size_t left = req->body_len, n = left < WRITE_MAX ? left : WRITE_MAX;
	size_t head = b->len;

	buf_add(b, body, n);
	for (;;) {
		if (send_piece(h, buf_str(b), b->len, e) == -1)
			return -1;
		mem_wipe(b->data, head);
		head = 0;
		left -= n;
		if (left == 0)
			return 0;
		body += n;
		n = left < WRITE_MAX ? left : WRITE_MAX;
		buf_reset(b);
		buf_add(b, body, n);
	}
}

static void
start_answer(
    const struct http *h, const struct http_request *req, struct answer *a)
{
	memset(a, 0, sizeof(*a));
	a->conn = h->conn;
	a->first_byte_ms = patient(h, h->o.first_byte_ms);
	a->silence_ms = patient(h, h->o.silence_ms);
	a->patience_ms = h->patience_ms;
	a->total_ms = h->o.total_ms;
	a->head_max = h->o.head_max;
	a->body_max = h->o.body_max;
	a->to_head = str_eq(req->method, "HEAD");
}

/* Sends the request and reads the head of the answer. */
static int
ask(struct http *h, const struct http_request *req, const struct buf *auth,
    struct answer *a, struct buf *head, struct err *e)
{
	struct buf b;
	bool used;
	int r;

	buf_init(&b, REQUEST_MAX + WRITE_MAX);
	buf_room(&b, SECRET_ROOM + (req->body_len < WRITE_MAX ? req->body_len
							      : WRITE_MAX));
	do {
		err_clear(e);
		buf_reset(&b);
		if ((r = build(h, req, auth, &b, e)) == -1)
			break;
		if (h->conn != NULL && stale(h))
			http_drop(h);
		memset(a, 0, sizeof(*a));
		if (h->conn == NULL && (r = dial(h, e)) == -1)
			break;
		used = h->used;
		start_answer(h, req, a);
		r = send_request(h, req, &b, e);
		if (r == 0)
			r = answer_head(a, head, e);
		if (r == -1)
			http_drop(h);
	} while (r == -1 && used && !a->began && req->idempotent &&
		 str_eq(e->code, "truncated"));
	buf_wipe(&b);
	return r;
}

/* The body, and what becomes of the connection. */
static int
finish(struct http *h, struct answer *a, struct stream *body, struct err *e)
{
	int r = answer_body(a, body, e);

	h->used = true;
	h->rested = tim_mono();
	if (r == -1 || !a->body.keep || conn_pending(h->conn))
		http_drop(h);
	return r;
}

/* The WWW-Authenticate values of a 401, one per line. */
static void
challenges(const struct buf *head, struct buf *out)
{
	const char *v;
	size_t len;
	int nth;

	buf_reset(out);
	for (nth = 0;
	     (v = head_find(head, "WWW-Authenticate", nth, &len)) != NULL;
	     nth++) {
		buf_add(out, v, len);
		buf_addc(out, '\n');
	}
}

static void
drain(struct http *h, struct answer *a)
{
	struct err ignored = ERR_INIT;

	a->body_max = DRAIN_MAX;
	finish(h, a, NULL, &ignored);
}

static int
too_many(struct http *h, struct err *e)
{
	err_set(e, ERR_AUTH, "%s: the server asks for a login again and again",
	    h->host);
	http_drop(h);
	return err_code(e, "http-401", SCOPE_PROFILE);
}

static int
rounds(struct http *h, const struct http_request *req,
    struct http_response *out, struct stream *body, struct buf *auth,
    struct err *e)
{
	struct http_auth *who = h->o.auth;
	struct answer a;
	struct buf challenge;
	int i, r = 0;

	memset(&a, 0, sizeof(a));
	buf_init(&challenge, h->o.head_max);
	for (i = 0; i <= ROUNDS && r == 0; i++) {
		buf_reset(auth);
		if (who != NULL &&
		    who->header(who, i == 0 ? NULL : buf_str(&challenge), auth,
			e) == -1) {
			err_prefix(e, "%s", h->host);
			http_drop(h);
			r = -1;
			break;
		}
		r = ask(h, req, auth, &a, &out->head, e);
		out->status = a.status;
		if (r == 0) {
			if (a.status != 401 || who == NULL) {
				r = finish(h, &a, body, e);
				out->body_len = a.body_len;
				break;
			}
			challenges(&out->head, &challenge);
			drain(h, &a);
		}
	}
	if (r == 0 && i > ROUNDS)
		r = too_many(h, e);
	buf_free(&challenge);
	return r;
}

int
http_exchange(struct http *h, const struct http_request *req,
    struct http_response *out, struct stream *body, struct err *e)
{
	struct buf auth;
	int r;

	out->status = 0;
	out->body_len = 0;
	out->head.max = h->o.head_max;
	buf_reset(&out->head);
	buf_init(&auth, h->o.head_max);
	err_clear(e);
	buf_room(&auth, SECRET_ROOM);
	r = rounds(h, req, out, body, &auth, e);
	buf_wipe(&auth);
	return r;
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
