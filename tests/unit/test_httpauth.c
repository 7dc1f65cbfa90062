/*
 * test_httpauth.c - what net/http.h promises to a struct http_auth: logins of
 * several rounds, bound to their connection; servers that close it between two
 * rounds, that send challenges without end, and that are impostors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netserver.h"

#include "auth/auth.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/http.h"

#define END                                                                    \
	{                                                                      \
		NULL, KEEP, 0, 0                                               \
	}
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define NO(x)                                                                  \
	"HTTP/1.1 401 No\r\nWWW-Authenticate: " x                              \
	"\r\nContent-Length: 4\r\n\r\nnope"

/*
 * A login of three rounds that belongs to a connection, as NTLM's does:
 * "begin N", then "N: challenge" for each challenge, and no header once the
 * connection is logged in. N counts connections.
 */
struct hand {
	struct http_auth auth;
	uint64_t id; /* the connection of the handshake */
	int nth;
	bool done;
	bool many; /* each request is a login of its own */
	int rounds;
	char said[400];     /* what finish was told */
	const char *mutual; /* what it must be told */
	size_t size;        /* of a header; 0: short */
	struct http_auth_conn seen;
	char host[64], port[16];
};

static int
hand_header(struct http_auth *a, const struct http_auth_conn *conn,
    const char *challenge, struct buf *out, struct err *e)
{
	struct hand *h = (struct hand *)a;
	size_t n;

	(void)e;
	assert_int_equal(out->len, 0);
	assert_true(conn->id != 0);
	h->seen = *conn;
	snprintf(h->host, sizeof(h->host), "%s", conn->host);
	snprintf(h->port, sizeof(h->port), "%s", conn->port);
	/* a challenge is never one of another connection */
	assert_true(challenge == NULL || conn->id == h->id);
	if (challenge == NULL && conn->id == h->id && h->done && !h->many)
		return 0;
	if (conn->id != h->id) {
		h->nth++;
		h->done = false;
	}
	h->id = conn->id;
	h->rounds++;
	if (h->size > 0) {
		buf_room(out, h->size);
		buf_adds(out, "Test ");
		while (out->len < h->size && !out->over)
			buf_addc(out, 'x');
		return 0;
	}
	if (challenge == NULL) {
		buf_addf(out, "begin %d", h->nth);
		return 0;
	}
	n = strcspn(challenge, "\n");
	buf_addf(out, "%d: %.*s", h->nth, (int)n, challenge);
	return 0;
}

static int
hand_finish(struct http_auth *a, const struct http_auth_conn *conn, int status,
    const char *challenge, struct err *e)
{
	struct hand *h = (struct hand *)a;
	size_t n = strlen(h->said);

	assert_true(conn->id == h->id);
	snprintf(
	    h->said + n, sizeof(h->said) - n, "[%d %.40s]", status, challenge);
	h->done = true;
	if (h->mutual == NULL || str_eq(challenge, h->mutual))
		return 0;
	err_set(e, ERR_AUTH, "somebody else answers");
	return err_code(e, CAUSE_OTHER, "mutual", SCOPE_PROFILE);
}

static void
hand_free(struct http_auth *a)
{
	(void)a;
}

struct scene {
	struct server server;
	struct hand hand;
	struct http *http;
	struct http_opts opts;
	struct http_response out;
	struct stream stream;
	struct buf got;
	struct err e;
};

static int
scene_write(struct stream *s, const void *p, size_t n, struct err *e)
{
	struct scene *sc =
	    (struct scene *)((char *)s - offsetof(struct scene, stream));

	(void)e;
	return buf_add(&sc->got, p, n);
}

static void
open_scene(struct scene *s, const struct step *steps)
{
	char url[64];

	s->server.step = steps;
	s->server.mark = true;
	server_start(&s->server);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/EWS", s->server.port);
	s->hand.auth.header = hand_header;
	s->hand.auth.finish = hand_finish;
	s->hand.auth.free = hand_free;
	s->opts.url = url;
	s->opts.proxy = "";
	if (s->opts.auth == NULL)
		s->opts.auth = &s->hand.auth;
	s->opts.first_byte_ms = 5000;
	if (s->opts.silence_ms == 0)
		s->opts.silence_ms = 5000;
	s->http = http_open(&s->opts, &s->e);
	assert_non_null(s->http);
	s->stream.write = scene_write;
	buf_init(&s->got, 1 << 20);
}

static int
ask_as(struct scene *s, bool idempotent)
{
	const struct http_request req = { "POST", NULL, 0, "<q/>", 4,
		idempotent };

	buf_reset(&s->got);
	err_clear(&s->e);
	return http_exchange(s->http, &req, &s->out, &s->stream, &s->e);
}

static int
ask(struct scene *s)
{
	return ask_as(s, true);
}

/* The log cut down to connections and Authorization: "<1>begin 1;..." */
static void
close_scene(struct scene *s, const char *want)
{
	static const char name[] = "\r\nAuthorization: ";
	struct buf got;
	char *p;

	http_close(s->http);
	http_response_free(&s->out);
	server_stop(&s->server);
	buf_free(&s->got);
	s->opts.auth->free(s->opts.auth);
	buf_init(&got, 1 << 20);
	for (p = s->server.log; want != NULL && *p != '\0'; p++) {
		if (*p == '<' && p[1] != 'q')
			buf_addf(&got, "<%c>", p[1]);
		if (strncmp(p, "POST ", 5) == 0 &&
		    (strstr(p, name) == NULL ||
			strstr(p, name) > strstr(p, "\r\n\r\n")))
			buf_addf(&got, "-;");
		if (strncmp(p, name, sizeof(name) - 1) != 0)
			continue;
		p += sizeof(name) - 1;
		buf_add(&got, p, strcspn(p, "\r"));
		buf_addc(&got, ';');
	}
	if (want != NULL)
		assert_string_equal(buf_str(&got), want);
	buf_free(&got);
}

/* The connection is known when the header is made. */
static void
sees_connection(void **state)
{
	static const struct step steps[] = { { OK, CLOSE, 0, 0 },
		{ OK, KEEP, 0, 0 }, END };
	struct scene s, other;
	char port[16];
	uint64_t first;

	(void)state;
	memset(&s, 0, sizeof(s));
	memset(&other, 0, sizeof(other));
	open_scene(&s, steps);
	assert_int_equal(ask(&s), 0);
	first = s.hand.seen.id;
	snprintf(port, sizeof(port), "%d", s.server.port);
	assert_string_equal(s.hand.host, "127.0.0.1");
	assert_string_equal(s.hand.port, port);
	assert_false(s.hand.seen.tls);
	assert_null(s.hand.seen.binding);
	server_wait(&s.server.closed, 1);
	assert_int_equal(ask(&s), 0);
	assert_true(s.hand.seen.id != first);
	/* nor is it the number of somebody else's connection */
	open_scene(&other, steps);
	assert_int_equal(ask(&other), 0);
	assert_true(other.hand.seen.id != first);
	assert_true(other.hand.seen.id != s.hand.seen.id);
	close_scene(&other, "<1>begin 1;");
	close_scene(&s, "<1>begin 1;<2>begin 2;");
}

/* All rounds on one connection, which is logged in then. */
static void
one_connection(void **state)
{
	static const struct step steps[] = { { NO("Test"), KEEP, 0, 0 },
		{ NO("Test c2\r\nWWW-Authenticate: X"), KEEP, 0, 0 },
		{ OK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 },
		/* closed without an answer: sent again */
		{ "", CLOSE, 0, 0 }, { NO("Test c3"), KEEP, 0, 0 },
		{ OK, KEEP, 0, 0 }, END };
	struct scene s;

	(void)state;
	memset(&s, 0, sizeof(s));
	open_scene(&s, steps);
	assert_int_equal(ask(&s), 0);
	assert_int_equal(s.out.status, 200);
	assert_string_equal(buf_str(&s.got), "ok");
	assert_int_equal(ask(&s), 0);
	assert_int_equal(ask(&s), 0);
	assert_string_equal(buf_str(&s.got), "ok");
	close_scene(&s, "<1>begin 1;1: Test;1: Test c2;-;-;"
			"<2>begin 2;2: Test c3;");
	assert_string_equal(s.hand.said, "[200 ][200 ][200 ]");
}

/* Sent again on a new connection: with a header made for that one. */
static void
sent_again(void **state)
{
	static const struct step steps[] = { { OK, KEEP, 0, 0 },
		{ "", CLOSE, 0, 0 }, { OK, KEEP, 0, 0 }, { "", RESET, 0, 0 },
		{ OK, CLOSE, 0, 0 }, { OK, KEEP, 0, 0 }, { "", CLOSE, 0, 0 },
		END };
	struct scene s;

	(void)state;
	memset(&s, 0, sizeof(s));
	s.hand.many = true;
	open_scene(&s, steps);
	assert_int_equal(ask(&s), 0);
	assert_int_equal(ask(&s), 0);
	assert_int_equal(ask(&s), 0);
	/* closed while nobody asked */
	server_wait(&s.server.closed, 3);
	assert_int_equal(ask_as(&s, false), 0);
	/* not sent again, so no header either */
	assert_int_equal(ask_as(&s, false), -1);
	assert_string_equal(s.e.code, "truncated");
	close_scene(&s, "<1>begin 1;begin 1;<2>begin 2;begin 2;<3>begin 3;"
			"<4>begin 4;begin 4;");
}

/* The server closes once between two rounds: the login starts anew. */
static void
closed_between(void **state)
{
#define GONE                                                                   \
	"HTTP/1.1 401 No\r\nWWW-Authenticate: Test c1\r\n"                     \
	"Connection: close\r\nContent-Length: 0\r\n\r\n"
	static const struct {
		struct step step[2];
		const char *want;
	} t[] = {
		{ { { GONE, KEEP, 0, 0 }, END },
		    "<1>begin 1;<2>begin 2;2: c;" },
		{ { { GONE, CLOSE, 0, 0 }, END },
		    "<1>begin 1;<2>begin 2;2: c;" },
		/* without a word about it, and with some, or half of it */
		{ { { NO("Test c1"), CLOSE, 0, 0 }, END }, NULL },
		{ { { NO("Test c1"), RESET, 0, 0 }, END }, NULL },
		{ { { "HTTP/1.1 401 No\r\nWWW-Authenticate: Test c1\r\n"
		      "Content-Length: 9\r\n\r\nnope",
			CLOSE, 0, 0 },
		      END },
		    "<1>begin 1;<2>begin 2;2: c;" },
		/* after the second round was sent */
		{ { { NO("Test c1"), KEEP, 0, 0 }, { "", CLOSE, 0, 0 } },
		    "<1>begin 1;1: Test c1;<2>begin 2;2: c;" },
		{ { { NO("Test c1"), KEEP, 0, 0 }, { "", RESET, 0, 0 } },
		    "<1>begin 1;1: Test c1;<2>begin 2;2: c;" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct step steps[5] = { t[i].step[0], END, END, END, END };
		size_t n = 1;
		struct scene s;

		if (t[i].step[1].send != NULL)
			steps[n++] = t[i].step[1];
		steps[n++] = (struct step){ NO("c"), KEEP, 0, 0 };
		steps[n++] = (struct step){ OK, KEEP, 0, 0 };
		memset(&s, 0, sizeof(s));
		open_scene(&s, steps);
		assert_int_equal(ask(&s), 0);
		assert_string_equal(buf_str(&s.got), "ok");
		assert_string_equal(s.hand.said, "[200 ]");
		close_scene(&s, t[i].want);
		assert_int_equal(s.server.connections, 2);
		assert_null(strstr(s.server.log, "2: Test c1"));
	}
}

/* The server always closes: no rejected login, and only a few retries. */
static void
always_closed(void **state)
{
	static const struct {
		struct step step[2]; /* in turn */
		const char *want;
	} t[] = {
		{ { { GONE, KEEP, 0, 0 }, { GONE, KEEP, 0, 0 } },
		    "<1>begin 1;<2>begin 2;" },
		{ { { GONE, CLOSE, 0, 0 }, { GONE, CLOSE, 0, 0 } },
		    "<1>begin 1;<2>begin 2;" },
		{ { { NO("Test c1"), CLOSE, 0, 0 },
		      { NO("Test c1"), CLOSE, 0, 0 } },
		    NULL },
		/* each of these may be a wrong password */
		{ { { NO("Test c1"), KEEP, 0, 0 }, { "", CLOSE, 0, 0 } },
		    "<1>begin 1;1: Test c1;<2>begin 2;2: Test c1;" },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct step steps[21];
		struct scene s;

		for (k = 0; k < 20; k++)
			steps[k] = t[i].step[k % 2];
		steps[k] = (struct step)END;
		memset(&s, 0, sizeof(s));
		open_scene(&s, steps);
		assert_int_equal(ask(&s), -1);
		assert_int_equal(s.e.kind, ERR_RETRY);
		assert_string_equal(s.e.code, "truncated");
		assert_int_equal(s.e.scope, SCOPE_PROFILE);
		assert_non_null(strstr(s.e.msg, "127.0.0.1:"));
		assert_non_null(strstr(s.e.msg, "keep-alive"));
		close_scene(&s, t[i].want);
		assert_int_equal(s.server.connections, 2);
		assert_string_equal(s.hand.said, "");
	}
}

/* Challenges without end. */
static void
too_many_rounds(void **state)
{
	static const char *const challenge[] = { NO("A"), NO("B"),
		NO("C\r\nWWW-Authenticate: Test"), NO("D"),
		"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n" };
	struct step steps[12];
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < 10; i++)
		steps[i] = (struct step){ challenge[i % 5], KEEP, 0, 0 };
	/* a network fault in the last round is one, and no rejected login */
	steps[9] = (struct step){ "H", CLOSE, 0, 0 };
	steps[10] = (struct step)END;
	memset(&s, 0, sizeof(s));
	open_scene(&s, steps);
	assert_int_equal(ask(&s), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_string_equal(s.e.code, "http-401");
	assert_int_equal(s.hand.rounds, 1 + HTTP_AUTH_ROUNDS);
	assert_int_equal(ask(&s), -1);
	assert_int_equal(s.e.kind, ERR_RETRY);
	assert_string_equal(s.e.code, "truncated");
	assert_string_equal(s.hand.said, "");
	close_scene(&s, "<1>begin 1;1: A;1: B;1: C;1: D;"
			"<2>begin 2;2: A;2: B;2: C;2: D;");
}

/*
 * The status is told after a fault too, if its line came: that of the last
 * answer, and not that of a round before.
 */
static void
status_after_fault(void **state)
{
#define BUSY "HTTP/1.1 503 Busy\r\n"
	static const struct {
		struct step step[2];
		int status;
	} t[] = {
		{ { { BUSY "Retry-Af", CLOSE, 0, 0 }, END }, 503 },
		{ { { BUSY "no header\r\n\r\n", CLOSE, 0, 0 }, END }, 503 },
		{ { { "HTTP/1.1 503 Bu", CLOSE, 0, 0 }, END }, 0 },
		{ { { "HTTP/1.1 600 Odd\r\n\r\n", CLOSE, 0, 0 }, END }, 0 },
		{ { { "HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 5", CLOSE, 0, 0 }, END },
		    0 },
		{ { { "", CLOSE, 0, 0 }, END }, 0 },
		{ { { NO("A"), KEEP, 0, 0 }, { BUSY "Ret", CLOSE, 0, 0 } },
		    503 },
		{ { { NO("A"), KEEP, 0, 0 },
		      { "HTTP/1.1 401 No\r\nWWW", CLOSE, 0, 0 } },
		    401 },
		{ { { NO("A"), KEEP, 0, 0 }, { "", CLOSE, 0, 0 } }, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct step steps[] = { t[i].step[0], t[i].step[1], END };
		struct scene s;

		memset(&s, 0, sizeof(s));
		open_scene(&s, steps);
		assert_int_equal(ask_as(&s, false), -1);
		if (s.out.status != t[i].status)
			fail_msg("row %zu: %d", i, s.out.status);
		close_scene(&s, NULL);
	}
}

/* A header for which there was no WWW-Authenticate at all. */
static void
no_challenge(void **state)
{
	static const struct step steps[] = {
		{ "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", KEEP, 0, 0 },
		{ OK, KEEP, 0, 0 }, END
	};
	struct scene s;

	(void)state;
	memset(&s, 0, sizeof(s));
	open_scene(&s, steps);
	assert_int_equal(ask(&s), 0);
	close_scene(&s, "<1>begin 1;1: ;");
}

/* Mutual authentication: the server proves itself or not, with any status. */
static void
mutual(void **state)
{
#define WITH(status, token)                                                    \
	"HTTP/1.1 " status "\r\nWWW-Authenticate: Test " token                 \
	"\r\nContent-Length: 4\r\n\r\nbody"
	static const struct {
		const char *answer;
		int status; /* 0: fails */
		const char *said;
	} t[] = {
		{ WITH("200 OK", "yes"), 200, "[200 Test yes\n]" },
		{ WITH("204 Nothing", "yes"), 204, "[204 Test yes\n]" },
		{ WITH("302 Found", "yes"), 302, "[302 Test yes\n]" },
		{ WITH("500 No", "yes"), 500, "[500 Test yes\n]" },
		{ WITH("200 OK", "no"), 0, "[200 Test no\n]" },
		{ WITH("500 No", "no"), 0, "[500 Test no\n]" },
		{ OK, 0, "[200 ]" },
		{ WITH("200 OK", "yes\r\nWWW-Authenticate: more"), 0,
		    "[200 Test yes\nmore\n]" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct step steps[] = { { t[i].answer, KEEP, 0, 0 },
			{ WITH("200 OK", "yes"), KEEP, 0, 0 }, END };
		struct scene s;

		memset(&s, 0, sizeof(s));
		s.hand.mutual = "Test yes\n";
		open_scene(&s, steps);
		assert_int_equal(ask(&s), t[i].status == 0 ? -1 : 0);
		if (t[i].status == 0) {
			assert_int_equal(s.e.kind, ERR_AUTH);
			assert_string_equal(s.e.code, "mutual");
			assert_non_null(strstr(s.e.msg, "127.0.0.1:"));
			assert_non_null(strstr(s.e.msg, "somebody else"));
			/* nobody is told what it said */
			assert_int_equal(s.got.len, 0);
			assert_int_equal(s.out.body_len, 0);
		} else
			assert_int_equal(s.out.status, t[i].status);
		assert_string_equal(s.hand.said, t[i].said);
		/* it is not asked again on that connection */
		assert_int_equal(ask(&s), 0);
		assert_string_equal(buf_str(&s.got), "body");
		close_scene(&s, NULL);
		if (t[i].status != 204)
			assert_int_equal(
			    s.server.connections, t[i].status == 0 ? 2 : 1);
	}
}

/* An auth without finish must never be called for it. */
static void
no_finish(void **state)
{
	static const struct step steps[] = {
		{ WITH("200 OK", "x"), KEEP, 0, 0 }, END
	};
	struct scene s;

	(void)state;
	memset(&s, 0, sizeof(s));
	open_scene(&s, steps);
	s.hand.auth.finish = NULL;
	assert_int_equal(ask(&s), 0);
	close_scene(&s, "<1>begin 1;");
}

/* Tokens of 64 KiB both ways, in the first round and the last. */
static void
large_tokens(void **state)
{
	const size_t token = (64 << 10) / 3 * 4 + 4; /* base64 */
	char *x = mem_alloc(token + 1), *no, *yes, *far;
	struct step steps[] = { { NULL, KEEP, 0, 0 }, { NULL, KEEP, 0, 0 },
		{ NULL, KEEP, 0, 0 }, { OK, KEEP, 0, 0 }, END };
	struct scene s;
	char *p;

	(void)state;
	memset(x, 'y', token);
	no = mem_printf("HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate %s\r\n"
			"Content-Length: 0\r\n\r\n",
	    x);
	/* and all other headers may be as long as before */
	yes = mem_printf(
	    "HTTP/1.1 200 OK\r\nX: %.60000s\r\nWWW-Authenticate: Negotiate "
	    "%s\r\nContent-Length: 2\r\n\r\nok",
	    x, x);
	far = mem_printf("HTTP/1.1 200 OK\r\nX: %s\r\nY: %s\r\n\r\n", x, x);
	steps[0].send = no;
	steps[1].send = yes;
	steps[2].send = far;
	memset(&s, 0, sizeof(s));
	s.hand.size = token + 10;
	open_scene(&s, steps);
	assert_int_equal(ask(&s), 0);
	assert_string_equal(buf_str(&s.got), "ok");
	assert_int_equal(s.hand.rounds, 2);
	assert_memory_equal(s.hand.said, "[200 Negotiate yyy", 18);
	/* there is an end to it */
	s.hand.many = true;
	assert_int_equal(ask(&s), -1);
	assert_string_equal(s.e.code, "malformed");
	close_scene(&s, NULL);
	/* each of them came whole */
	p = strstr(s.server.log, "Authorization: Test xxx");
	assert_non_null(p);
	assert_int_equal(strcspn(p, "\r"), 15 + token + 10);
	p = strstr(p + 1, "Authorization: Test xxx");
	assert_non_null(p);
	assert_int_equal(strcspn(p, "\r"), 15 + token + 10);
	free(x);
	free(no);
	free(yes);
	free(far);
}

/* A header that does not fit is not sent in part. */
static int
too_much(struct http_auth *a, const struct http_auth_conn *conn,
    const char *challenge, struct buf *out, struct err *e)
{
	size_t i;

	(void)a, (void)conn, (void)challenge, (void)e;
	for (i = 0; i <= HTTP_AUTH_MAX; i++)
		buf_addc(out, 'x');
	return 0;
}

static void
too_large(void **state)
{
	static const struct step steps[] = { { OK, KEEP, 0, 0 }, END };
	struct scene s;

	(void)state;
	memset(&s, 0, sizeof(s));
	open_scene(&s, steps);
	s.hand.auth.header = too_much;
	assert_int_equal(ask(&s), -1);
	assert_int_equal(s.e.kind, ERR_CONFIG);
	s.hand.auth.header = hand_header;
	assert_int_equal(ask(&s), 0);
	close_scene(&s, "<1><2>begin 1;");
}

/* The rest of a 401: endless, or other than its headers say. */
static const struct {
	const char *head;
	/* bytes read at most: when the login goes on; when it ends */
	int goes_on, ends;
} bodies[] = {
	{ "Content-Length: 99999999999\r\n\r\n", 300, 300 },
	{ "Content-Length: 9223372036854775807\r\n\r\n", 300, 300 },
	{ "Content-Length: 4, 5\r\n\r\n", 300, 300 },
	{ "Content-Length: 65537\r\n\r\n", 300, 300 },
	{ "Transfer-Encoding: chunked\r\n\r\nfffff\r\n", 100000, 300 },
	{ "Transfer-Encoding: chunked\r\n\r\nno\r\n", 300, 300 },
	{ "Transfer-Encoding: gzip\r\n\r\n", 100000, 300 },
	{ "\r\n", 100000, 300 },
	/* not even its head is what it should be, or ends */
	{ "no colon\r\n\r\n", 40000, 40000 },
	{ "X: \r\r\n\r\n", 40000, 40000 },
	{ "X: ", 200000, 200000 },
	{ " ", 200000, 200000 },
};

static void
endless_body(void **state)
{
	size_t i;
	bool basic;

	(void)state;
	for (i = 0; i < 2 * sizeof(bodies) / sizeof(bodies[0]); i++) {
		const struct credential who = { CONF_AUTH_BASIC, "u", "p",
			NULL };
		char *all = mem_alloc(1000000);
		const struct step steps[] = { { all, KEEP, 0, 0 },
			{ OK, KEEP, 0, 0 }, END };
		struct scene s;

		memset(&s, 0, sizeof(s));
		basic = i % 2 == 1;
		if (basic)
			s.opts.auth = auth_open(&who, "the place", &s.e);
		memset(all, 'a', 999999);
		memcpy(all + sprintf(all,
				 "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic"
				 "\r\n%s",
				 bodies[i / 2].head),
		    "aaaa", 4);
		open_scene(&s, steps);
		if (basic) {
			/* refused is refused */
			assert_int_equal(ask(&s), -1);
			assert_int_equal(s.e.kind, ERR_AUTH);
			assert_string_equal(s.e.code, "http-401");
			assert_non_null(strstr(s.e.msg, "rejects"));
		} else
			assert_int_equal(ask(&s), 0);
		assert_in_range(http_received(s.http), 0,
		    basic ? bodies[i / 2].ends : bodies[i / 2].goes_on);
		close_scene(
		    &s, basic ? "<1>Basic dTpw;" : "<1>begin 1;<2>begin 2;");
		assert_int_equal(s.hand.rounds, basic ? 0 : 3);
		free(all);
	}
}

/* A body that keeps coming for too long: no login waits for it. */
struct drip {
	int fd;
};

static void *
drip_wrap(struct server *s, int fd)
{
	struct drip *d = mem_alloc(sizeof(*d));

	(void)s;
	d->fd = fd;
	return d;
}

static long
drip_get(void *w, void *p, size_t n)
{
	return recv(((struct drip *)w)->fd, p, n, 0);
}

static long
drip_put(void *w, const void *p, size_t n)
{
	usleep(50000);
	return send(
	    ((struct drip *)w)->fd, p, n < 1500 ? n : 1500, MSG_NOSIGNAL);
}

static void
drip_unwrap(void *w, enum after after)
{
	(void)after;
	free(w);
}

static void
slow_body(void **state)
{
	char *all = mem_alloc(70000);
	const struct step steps[] = { { all, KEEP, 0, 0 }, { OK, KEEP, 0, 0 },
		END };
	struct scene s;

	(void)state;
	memset(&s, 0, sizeof(s));
	memset(all, 'a', 69999);
	memcpy(all + sprintf(all, "HTTP/1.1 401 No\r\nWWW-Authenticate: c\r\n"
				  "Content-Length: 60000\r\n\r\n"),
	    "aaaa", 4);
	s.opts.silence_ms = 300;
	s.server.wrap = drip_wrap;
	s.server.get = drip_get;
	s.server.put = drip_put;
	s.server.unwrap = drip_unwrap;
	open_scene(&s, steps);
	assert_int_equal(ask(&s), 0);
	assert_in_range(http_received(s.http), 0, 59999);
	close_scene(&s, "<1>begin 1;<2>begin 2;");
	free(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_connection),
		cmocka_unit_test(one_connection),
		cmocka_unit_test(sent_again),
		cmocka_unit_test(closed_between),
		cmocka_unit_test(always_closed),
		cmocka_unit_test(too_many_rounds),
		cmocka_unit_test(status_after_fault),
		cmocka_unit_test(no_challenge),
		cmocka_unit_test(mutual),
		cmocka_unit_test(no_finish),
		cmocka_unit_test(large_tokens),
		cmocka_unit_test(too_large),
		cmocka_unit_test(endless_body),
		cmocka_unit_test(slow_body),
	};

	return cmocka_run_group_tests_name("httpauth", tests, NULL, NULL);
}
