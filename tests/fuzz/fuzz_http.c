/*
 * fuzz_http.c - whole exchanges. The first byte chooses what is done, the rest
 * is answers, split as in memsock.h. Verdict, body and number of connections do
 * not depend on the size of reads.
 */
#include "auth/auth.h"
#include "base/buf.h"
#include "fuzz.h"
#include "memsock.h"
#include "net/http.h"
#include "net/proxy.h"

#define ANSWERS   8
#define EXCHANGES 3

enum {
	HEAD_TOO = 1,
	AUTH = 2,
	PROXY = 4,
	IDEMPOTENT = 8,
	HAND = 16,
	NTLM = 32 /* with AUTH */
};

struct keep {
	struct stream base;
	struct buf *log;
};

static int
put(struct stream *base, const void *p, size_t n, struct err *e)
{
	struct keep *k = (struct keep *)base;

	(void)e;
	FUZZ_CHECK(n > 0);
	return buf_add(k->log, p, n);
}

/* Answers every challenge, and checks what net/http.h promises. */
struct hand {
	struct http_auth auth;
	uint64_t id;
	int headers; /* in this exchange */
	struct buf *log;
};

static int
hand_header(struct http_auth *a, const struct http_auth_conn *conn,
    const char *challenge, struct buf *out, struct err *e)
{
	struct hand *h = (struct hand *)a;

	FUZZ_CHECK(conn->id != 0 && conn->binding == NULL && !conn->tls);
	FUZZ_CHECK(out->len == 0 && out->cap >= HTTP_AUTH_ROOM);
	FUZZ_CHECK(challenge == NULL || conn->id == h->id);
	FUZZ_CHECK(challenge != NULL || h->headers == 0 || conn->id != h->id);
	/* each 401, and each new connection after one */
	FUZZ_CHECK(++h->headers <= 2 * (1 + HTTP_AUTH_ROUNDS));
	h->id = conn->id;
	buf_addf(h->log, "\nheader %s", challenge == NULL ? "-" : challenge);
	if (challenge != NULL && strstr(challenge, "stop") != NULL)
		return err_set(e, ERR_AUTH, "refused");
	a->bare = challenge == NULL;
	/* on another connection, please */
	if (challenge != NULL && strstr(challenge, "anew") != NULL)
		return 0;
	return buf_adds(out, "Test");
}

static int
hand_finish(struct http_auth *a, const struct http_auth_conn *conn, int status,
    const char *challenge, struct err *e)
{
	struct hand *h = (struct hand *)a;

	FUZZ_CHECK(conn->id == h->id && h->headers > 0);
	FUZZ_CHECK(status >= 200 && status != 401);
	buf_addf(h->log, "\nfinish %d %s", status, challenge);
	h->headers = 0;
	if (strstr(challenge, "false") == NULL)
		return 0;
	return err_set(e, ERR_AUTH, "not the server");
}

static void
proxy(struct buf *log)
{
	struct url target = { true, (char *)"mail.example", (char *)"443",
		(char *)"/", NULL, NULL, false };
	struct err e = ERR_INIT;
	struct proxy p;
	struct sock *s;
	int rc;

	FUZZ_CHECK(
	    proxy_choose(&p, &target, "http://u:pw@127.0.0.1:8080", &e) == 0);
	s = sock_connect("127.0.0.1", "8080", 0, NULL, NULL, &e);
	if (s == NULL) {
		proxy_free(&p);
		return;
	}
	rc = proxy_connect(&p, s, &target, INT64_MAX, &e);
	fuzz_err(rc, &e);
	/*
	 * what follows the proxy's answer is refused here when it came with
	 * it, else by TLS
	 */
	if (rc == -1 && strstr(e.msg, "more than its answer") == NULL)
		buf_addf(log, "%s %s", e.code, e.msg);
	sock_close(s);
	proxy_free(&p);
}

static void
exchange(struct http *h, int flags, struct buf *log)
{
	struct http_header header = { "Accept", "text/xml" };
	struct http_request req;
	struct http_response resp;
	struct err e = ERR_INIT;
	struct buf scratch, body;
	struct keep out = { { put }, &body };
	const char *v;
	int rc, i;

	memset(&req, 0, sizeof(req));
	memset(&resp, 0, sizeof(resp));
	req.method = flags & HEAD_TOO ? "HEAD" : "POST";
	req.header = &header;
	req.nheader = 1;
	req.body = "<x/>";
	req.body_len = flags & HEAD_TOO ? 0 : 4;
	req.idempotent = (flags & IDEMPOTENT) != 0;
	buf_init(&body, 65536);
	rc = http_exchange(h, &req, &resp, &out.base, &e);
	fuzz_err(rc, &e);
	FUZZ_CHECK(rc == -1 || (resp.status >= 200 && resp.status <= 599));
	FUZZ_CHECK(rc == 0 || memsock_open_now() == 0);
	buf_addf(log, "\n%d %s %s\n", rc, e.code, e.msg);
	if (rc == 0) {
		FUZZ_CHECK(resp.body_len == (int64_t)body.len);
		buf_addf(log, "%d %zu\n", resp.status, body.len);
		buf_add(log, buf_str(&body), body.len);
	}
	buf_free(&body);
	buf_init(&scratch, 4096);
	for (i = 0; rc == 0 && i < 3; i++)
		if ((v = http_get(&resp, "Set-Cookie", i, &scratch)) != NULL)
			buf_addf(log, "%s\n", v);
	buf_free(&scratch);
	http_response_free(&resp);
}

static void
run(struct buf *log, int mode, const uint8_t *data, size_t size)
{
	struct memsock_answer v[ANSWERS];
	struct err e = ERR_INIT;
	struct fuzz_split split;
	struct http_opts o;
	struct credential who = { CONF_AUTH_BASIC, "user", "secret", NULL };
	struct hand hand = { { .header = hand_header, .finish = hand_finish },
		0, 0, log };
	struct http_auth *auth = NULL;
	struct http *h;
	int flags = data[0], i;
	size_t n;

	buf_init(log, (size_t)16 << 20);
	n = memsock_parse((const char *)data + 1, size - 1, v, ANSWERS);
	fuzz_split_init(&split, mode, data, size);
	memsock_script(v, n, &split);
	if (flags & PROXY) {
		proxy(log);
		FUZZ_CHECK(memsock_open_now() == 0);
		return;
	}
	memset(&o, 0, sizeof(o));
	if (flags & NTLM)
		who.scheme = CONF_AUTH_NTLM;
	if (flags & AUTH)
		o.auth = auth = auth_open(&who, "the place", &e);
	else if (flags & HAND)
		o.auth = &hand.auth;
	o.url = "http://127.0.0.1/EWS";
	o.body_max = 65536;
	h = http_open(&o, &e);
	FUZZ_CHECK(h != NULL);
	for (i = 0; i < EXCHANGES; i++) {
		hand.headers = 0;
		exchange(h, flags, log);
	}
	buf_addf(log, "%zu connections", memsock_opened());
	http_close(h);
	if (auth != NULL)
		auth->free(auth);
	FUZZ_CHECK(memsock_open_now() == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf log[3];
	int i;

	if (size == 0)
		return 0;
	for (i = 0; i < 3; i++)
		run(&log[i], i, data, size);
	for (i = 1; i < 3; i++) {
		FUZZ_SAME(buf_str(&log[i]), buf_str(&log[0]));
		FUZZ_CHECK(log[i].len == log[0].len);
		FUZZ_CHECK(memcmp(buf_str(&log[i]), buf_str(&log[0]),
			       log[0].len) == 0);
	}
	for (i = 0; i < 3; i++)
		buf_free(&log[i]);
	return 0;
}
