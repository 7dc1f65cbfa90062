/*
 * test_http.c - net/http against a scripted server on loopback: answers of
 * every shape, whole and byte by byte; what keeps a connection and what
 * drops it; sending again; Basic; deadlines. Logins that take more than one
 * request are in test_httpauth.c, compressed answers in test_httpgzip.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "causes.h"
#include "netserver.h"

#include "auth/auth.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/http.h"

#define END                                                                    \
	{                                                                      \
		NULL, KEEP, 0, 0                                               \
	}
#define OK(n) "HTTP/1.1 200 OK\r\nContent-Length: " #n "\r\n\r\n"

struct keep {
	struct stream stream;
	struct buf got;
	bool refuse;
};

static int
keep_write(struct stream *s, const void *p, size_t n, struct err *e)
{
	struct keep *k = (struct keep *)s;

	if (k->refuse)
		return err_set(e, ERR_ITEM, "not wanted");
	return buf_add(&k->got, p, n);
}

struct scene {
	struct server server;
	struct http *http;
	struct http_opts opts;
	struct http_response out;
	struct keep keep;
	struct err e;
};

static struct http_auth *
basic(const char *username, const char *password)
{
	const struct credential c = { CONF_AUTH_BASIC, username, password,
		NULL };
	struct err e = ERR_INIT;
	struct http_auth *a = auth_open(&c, "the place", &e);

	assert_non_null(a);
	return a;
}

static void
open_scene(struct scene *s, const struct step *steps)
{
	char url[64];

	s->server.step = steps;
	server_start(&s->server);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/EWS", s->server.port);
	s->opts.url = url;
	s->opts.proxy = "";
	if (s->opts.first_byte_ms == 0)
		s->opts.first_byte_ms = 3000;
	if (s->opts.silence_ms == 0)
		s->opts.silence_ms = 3000;
	s->http = http_open(&s->opts, &s->e);
	assert_non_null(s->http);
	s->keep.stream.write = keep_write;
	buf_init(&s->keep.got, 1 << 20);
}

static int
ask_as(struct scene *s, const char *method, bool idempotent)
{
	static const struct http_header header[] = { { "Content-Type",
	    "text/xml" } };
	const struct http_request req = { method, header, 1, "<q/>", 4,
		idempotent };

	buf_reset(&s->keep.got);
	err_clear(&s->e);
	return http_exchange(s->http, &req, &s->out, &s->keep.stream, &s->e);
}

static int
ask(struct scene *s)
{
	return ask_as(s, "POST", true);
}

static void
close_scene(struct scene *s)
{
	http_close(s->http);
	http_response_free(&s->out);
	server_stop(&s->server);
	buf_free(&s->keep.got);
	if (s->opts.auth != NULL)
		s->opts.auth->free(s->opts.auth);
}

static const struct {
	const char *answer;
	enum after after;
	int status; /* 0: an error */
	const char *body;
	bool kept;
	enum err_kind kind;
	const char *code, *text;
} table[] = {
	{ OK(5) "hello", KEEP, 200, "hello", true, 0, NULL, NULL },
	{ OK(0), KEEP, 200, "", true, 0, NULL, NULL },
	{ "HTTP/1.1 500 Fault\r\nContent-Length: 2\r\n\r\nno", KEEP, 500, "no",
	    true, 0, NULL, NULL },
	{ "HTTP/1.1 302 Found\r\nLocation: /owa\r\nContent-Length: 0\r\n\r\n",
	    KEEP, 302, "", true, 0, NULL, NULL },
	{ "HTTP/1.1 401 No\r\nContent-Length: 1\r\n\r\nx", KEEP, 401, "x", true,
	    0, NULL, NULL },
	{ "HTTP/1.1 204 Nothing\r\n\r\n", KEEP, 204, "", true, 0, NULL, NULL },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Work\r\nA: b\r\n\r\n" OK(
	      2) "ok",
	    KEEP, 200, "ok", true, 0, NULL, NULL },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: v\r\n\r\n",
	    KEEP, 200, "abcde", true, 0, NULL, NULL },
	{ "HTTP/1.1 200 OK\r\n\r\nuntil the end", CLOSE, 200, "until the end",
	    false, 0, NULL, NULL },
	{ "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", CLOSE, 200, "ok",
	    false, 0, NULL, NULL },
	{ "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n"
	  "ok",
	    KEEP, 200, "ok", false, 0, NULL, NULL },
	/* more than asked: the answer is good, the connection is not */
	{ OK(2) "ok, and more", KEEP, 200, "ok", false, 0, NULL, NULL },
	{ OK(2) "ok" OK(2) "ok", KEEP, 200, "ok", false, 0, NULL, NULL },
	/* truncated */
	{ OK(10) "hello", CLOSE, 0, "hello", false, ERR_RETRY, "truncated",
	    "5 of 10 bytes" },
	{ OK(10) "hello", RESET, 0, NULL, false, ERR_RETRY, "truncated",
	    "127.0.0.1:" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
	    CLOSE, 0, "hel", false, ERR_RETRY, "truncated", "cut off" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "3\r\nhel\r\n",
	    CLOSE, 0, "hel", false, ERR_RETRY, "truncated", "cut off" },
	{ "HTTP/1.1 200 OK\r\nConte", CLOSE, 0, "", false, ERR_RETRY,
	    "truncated", "inside the headers" },
	{ "HTTP/1.1 200 OK\r\nConte", RESET, 0, "", false, ERR_RETRY,
	    "truncated", NULL },
	/* malformed */
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "fffffffffffffffff\r\n",
	    KEEP, 0, "", false, ERR_RETRY, "malformed", "larger" },
	{ "220 mail.example ESMTP\r\n", KEEP, 0, "", false, ERR_RETRY,
	    "malformed", "status line" },
	{ OK(2) "", CLOSE, 0, "", false, ERR_RETRY, "truncated", "0 of 2" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n",
	    KEEP, 0, "", false, ERR_RETRY, "malformed", "both" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", KEEP, 0, "",
	    false, ERR_RETRY, "malformed", "larger than allowed" },
	{ "HTTP/1.1 101 Switch\r\n\r\n", KEEP, 0, "", false, ERR_RETRY,
	    "malformed", "protocol" },
	{ "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n"
	  "Content-Length: 3\r\n\r\nxyz",
	    KEEP, 0, "", false, ERR_CONFIG, "content-encoding", "deflate" },
};

static void
answer_case(size_t i, bool by_byte)
{
	const struct step steps[] = { { table[i].answer, table[i].after, 0, 0 },
		{ OK(4) "next", KEEP, 0, 0 }, END };
	struct scene s = { .server = { .by_byte = by_byte } };

	open_scene(&s, steps);
	if (table[i].status != 0) {
		assert_int_equal(ask(&s), 0);
		assert_int_equal(s.out.status, table[i].status);
		assert_string_equal(buf_str(&s.keep.got), table[i].body);
		assert_int_equal(s.out.body_len, strlen(table[i].body));
		assert_int_equal(s.e.kind, ERR_NONE);
	} else {
		assert_int_equal(ask(&s), -1);
		assert_int_equal(s.e.kind, table[i].kind);
		assert_string_equal(s.e.code, table[i].code);
		assert_non_null(strstr(s.e.msg, "127.0.0.1:"));
		if (table[i].text != NULL)
			assert_non_null(strstr(s.e.msg, table[i].text));
		if (table[i].body != NULL)
			assert_string_equal(
			    buf_str(&s.keep.got), table[i].body);
	}
	/* bytes that follow may still be on their way */
	server_wait(&s.server.sent, 1);
	/* whatever happened, the next exchange works */
	assert_int_equal(ask(&s), 0);
	assert_string_equal(buf_str(&s.keep.got), "next");
	close_scene(&s);
	assert_int_equal(s.server.requests, 2);
	assert_int_equal(s.server.connections, table[i].kept ? 1 : 2);
}

static void
answers(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		answer_case(i, false);
		answer_case(i, true);
	}
}

static void
request(void **state)
{
	static const struct step steps[] = { { OK(2) "ok", KEEP, 0, 0 }, END };
	static const struct http_header bad[] = { { "X", "a\r\nEvil: b" } };
	struct http_request req = { "POST", bad, 1, "b", 1, true };
	struct scene s = { .opts = { .user_agent = "me/1" } };
	char want[512];

	(void)state;
	s.opts.auth = basic("DOM\\u", "p\xc3\xa4ss:word");
	open_scene(&s, steps);
	assert_int_equal(http_exchange(s.http, &req, &s.out, NULL, &s.e), -1);
	assert_int_equal(s.e.kind, ERR_CONFIG);
	assert_int_equal(ask(&s), 0);
	close_scene(&s);
	snprintf(want, sizeof(want),
	    "POST /EWS HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: me/1\r\n"
	    "Accept-Encoding: gzip\r\n"
	    "Authorization: Basic RE9NXHU6cMOkc3M6d29yZA==\r\n"
	    "Content-Type: text/xml\r\nContent-Length: 4\r\n\r\n<q/>",
	    s.server.port);
	assert_string_equal(s.server.log, want);
}

/* A kept connection that dies: one retry, if the request is idempotent. */
static void
again(void **state)
{
	static const struct step steps[] = { { OK(2) "a1", KEEP, 0, 0 },
		{ "", CLOSE, 0, 0 }, { OK(2) "a2", KEEP, 0, 0 },
		{ "", RESET, 0, 0 }, { OK(2) "a3", KEEP, 0, 0 },
		{ "", CLOSE, 0, 0 }, { OK(2) "a4", KEEP, 0, 0 },
		{ "H", CLOSE, 0, 0 }, { "", CLOSE, 0, 0 }, END };
	struct scene s = { .keep = { .refuse = false } };

	(void)state;
	open_scene(&s, steps);
	assert_int_equal(ask(&s), 0);
	assert_int_equal(ask(&s), 0);
	assert_string_equal(buf_str(&s.keep.got), "a2");
	assert_int_equal(ask(&s), 0);
	assert_string_equal(buf_str(&s.keep.got), "a3");
	assert_int_equal(ask_as(&s, "POST", false), -1);
	assert_string_equal(s.e.code, "truncated");
	assert_int_equal(s.e.cause, cause_of_code("truncated"));
	assert_int_equal(ask(&s), 0);
	assert_string_equal(buf_str(&s.keep.got), "a4");
	/* one byte of an answer came: not again */
	assert_int_equal(ask(&s), -1);
	/* a fresh connection that answers nothing: not again */
	assert_int_equal(ask(&s), -1);
	assert_non_null(strstr(s.e.msg, "without an answer"));
	assert_int_equal(
	    http_received(s.http), 4 * (int64_t)strlen(OK(2) "a1") + 1);
	close_scene(&s);
	assert_int_equal(s.server.requests, 9);
}

/* The idle connection was closed: a new one, even when not idempotent. */
static void
idle_close(void **state)
{
	static const struct step steps[] = { { OK(2) "a1", KEEP, 0, 0 },
		{ NULL, CLOSE, 0, 100 }, { OK(2) "a2", KEEP, 0, 0 }, END };
	struct scene s = { .keep = { .refuse = false } };

	(void)state;
	open_scene(&s, steps);
	assert_int_equal(ask_as(&s, "POST", false), 0);
	server_wait(&s.server.closed, 1);
	assert_int_equal(ask_as(&s, "POST", false), 0);
	assert_string_equal(buf_str(&s.keep.got), "a2");
	close_scene(&s);
}

/* A connection that was idle for too long is not used again. */
static void
rested(void **state)
{
	static const struct step steps[] = { { OK(2) "a1", KEEP, 0, 0 },
		{ OK(2) "a2", CLOSE, 0, 0 }, { OK(2) "a3", KEEP, 0, 0 }, END };
	struct scene s = { .opts = { .idle_ms = 0 } };

	(void)state;
	open_scene(&s, steps);
	assert_int_equal(ask_as(&s, "POST", false), 0);
	assert_int_equal(ask_as(&s, "POST", false), 0);
	close_scene(&s);
	assert_int_equal(s.server.connections, 1);
	s.opts.idle_ms = 50;
	open_scene(&s, steps);
	assert_int_equal(ask_as(&s, "POST", false), 0);
	usleep(100000); /* the server would still take it */
	assert_int_equal(ask_as(&s, "POST", false), 0);
	close_scene(&s);
	assert_int_equal(s.server.connections, 2);
}

/* Two answers to one request: the second is not taken for the next one's. */
static void
two_answers(void **state)
{
	static const struct step at_once[] = { { OK(2) "a1" OK(2) "no", KEEP, 0,
						   0 },
		{ OK(2) "a2", KEEP, 0, 0 }, END };
	struct scene s = { .keep = { .refuse = false } };

	(void)state;
	open_scene(&s, at_once);
	assert_int_equal(ask(&s), 0);
	assert_string_equal(buf_str(&s.keep.got), "a1");
	assert_int_equal(ask(&s), 0);
	assert_string_equal(buf_str(&s.keep.got), "a2");
	close_scene(&s);
	assert_int_equal(s.server.connections, 2);
}

#define NO(x)                                                                  \
	"HTTP/1.1 401 No\r\nWWW-Authenticate: " x                              \
	"\r\nContent-Length: 4\r\n\r\nnope"

static void
rejected(void **state)
{
	static const struct step steps[] = { { NO("Basic realm=\"x\""), KEEP, 0,
						 0 },
		{ NO("Negotiate\r\nWWW-Authenticate: NTLM"), KEEP, 0, 0 },
		{ OK(2) "ok", KEEP, 0, 0 }, END };
	struct scene s = { .keep = { .refuse = false } };

	(void)state;
	s.opts.auth = basic("CONTOSO\\svc", "Geheim7");
	open_scene(&s, steps);
	assert_int_equal(ask(&s), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_string_equal(s.e.code, "http-401");
	assert_int_equal(s.e.cause, cause_of_code("http-401"));
	assert_non_null(strstr(s.e.msg, "CONTOSO\\svc"));
	assert_null(strstr(s.e.msg, "Geheim7"));
	assert_string_equal(buf_str(&s.keep.got), "");
	assert_int_equal(ask(&s), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_non_null(strstr(s.e.msg, "offers Negotiate, NTLM"));
	assert_int_equal(ask(&s), 0);
	close_scene(&s);
	assert_int_equal(s.server.requests, 3);
	assert_int_equal(s.server.connections, 3);
}

/* Challenges as servers, and devices in front of them, write them. */
static void
challenges(void **state)
{
	static const struct {
		const char *value, *text;
	} t[] = {
		{ "Negotiate, NTLM", "it offers Negotiate, NTLM (HTTP 401)" },
		{ "Basic\r\nContent-Encoding: gzip", "rejects" },
		{ "Basic\r\nContent-Encoding: br", "rejects" },
		{ "Basic\r\nTransfer-Encoding: chunked", "rejects" },
		{ "Basic\r\nContent-Length: 5", "rejects" },
		{ "Negotiate oRQ=, NTLM TlRM==", "offers Negotiate, NTLM (" },
		{ "NTLM, Basic realm=\"a, b\", charset=\"UTF-8\"", "rejects" },
		{ "Basic realm = \"x\" , charset = \"UTF-8\"", "rejects" },
		{ "basic", "rejects" },
		{ "Digest realm=\"the Basic, basic one\", nonce=\"=\"",
		    "it offers Digest (" },
		{ "Digest realm=\"a\\\", basic\", basic=\"x\"",
		    "it offers Digest (" },
		{ "NTLM\r\nWWW-Authenticate: Bearer a=\"b\"",
		    "it offers NTLM, Bearer (" },
		{ "Negotiate\r\nWWW-Authenticate: BASIC", "rejects" },
		{ "Digest realm=\"open\r\nWWW-Authenticate: Basic", "rejects" },
		{ "\"", "it offers nothing" },
		{ ", ,=,", "it offers nothing" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char answer[256];
		const struct step steps[] = { { answer, KEEP, 0, 0 }, END };
		struct scene s = { .keep = { .refuse = false } };

		snprintf(answer, sizeof(answer), NO("%s"), t[i].value);
		s.opts.auth = basic("u", "p");
		open_scene(&s, steps);
		assert_int_equal(ask(&s), -1);
		assert_int_equal(s.e.kind, ERR_AUTH);
		if (strstr(s.e.msg, t[i].text) == NULL)
			fail_msg("%s: %s", t[i].value, s.e.msg);
		close_scene(&s);
	}
}

#define ONE_BY_ONE                                                             \
	"one by one the bytes come, each in good time, and still there must "  \
	"be an end to it: a server that sends a byte a second would "          \
	"otherwise hold a pass for ever, whatever the limit for silence is; "  \
	"so a limit for pace is needed. "

/* The last one would take 22 s, were it waited for. */
static const struct {
	struct step step;
	int first_byte_ms, min_ms;
	const char *text;
} slow[] = {
	{ { "", HANG, 0, 0 }, 1000, 1000, "no answer within 1 s" },
	{ { "HTTP/1.1 200 OK\r\n", HANG, 0, 0 }, HANG_MS, 300, "stalled" },
	{ { OK(10) "hello", HANG, 0, 0 }, HANG_MS, 300, "stalled" },
	{ { OK(2000) ONE_BY_ONE ONE_BY_ONE ONE_BY_ONE ONE_BY_ONE, HANG, 0, 20 },
	    HANG_MS, 300, "stalled" },
};

static void
deadlines(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		const struct step steps[] = { slow[i].step,
			{ OK(2) "ok", KEEP, 0, 0 }, END };
		struct scene s = { .opts = {
				       .first_byte_ms = slow[i].first_byte_ms,
				       .silence_ms = 300 } };
		int64_t t = tim_mono();

		open_scene(&s, steps);
		assert_int_equal(ask(&s), -1);
		t = tim_mono() - t;
		assert_int_equal(s.e.kind, ERR_RETRY);
		assert_string_equal(s.e.code, "timeout");
		assert_int_equal(s.e.cause, cause_of_code("timeout"));
		assert_non_null(strstr(s.e.msg, slow[i].text));
		assert_in_range(t, slow[i].min_ms, HANG_MS);
		assert_in_range(s.keep.got.len, 0, 2 * strlen(ONE_BY_ONE));
		assert_int_equal(ask(&s), 0);
		close_scene(&s);
	}
}

/* Endless answers: of 1xx responses, headers, or body. */
static void
endless(void **state)
{
	static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
	static const struct {
		const char *start, *more, *text;
	} t[] = {
		{ "", interim, "1xx" },
		{ "HTTP/1.1 200 OK\r\n", "Header: value\r\n", "too long" },
		{ "HTTP/1.1 200 OK\r\n\r\n", "body ", "larger" },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		    "4\r\nbody\r\n", "larger" },
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char *all = mem_alloc(300000);
		struct step steps[] = { { all, CLOSE, 0, 0 }, END };
		struct scene s = { .opts = { .body_max = 100000 } };

		n = strlen(t[i].more);
		strcpy(all, t[i].start);
		for (char *p = all + strlen(all); p + n < all + 290000; p += n)
			memcpy(p, t[i].more, n);
		open_scene(&s, steps);
		assert_int_equal(ask(&s), -1);
		assert_string_equal(s.e.code, "malformed");
		assert_int_equal(s.e.cause, cause_of_code("malformed"));
		assert_non_null(strstr(s.e.msg, t[i].text));
		assert_in_range(s.keep.got.len, 0, 100000);
		close_scene(&s);
		free(all);
	}
}

/* All of the answer is there at once, but there is no time to read it. */
static int dawdled;

static int
dawdle(struct stream *s, const void *p, size_t n, struct err *e)
{
	(void)s, (void)p, (void)n, (void)e;
	usleep(20000);
	dawdled++;
	return 0;
}

static void
total(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n";
	char *all = mem_alloc(1000000), *p = all + strlen(strcpy(all, head));
	const struct step steps[] = { { all, HANG, 0, 0 }, END };
	struct scene s = { .opts = { .total_ms = 200 } };
	int64_t t;

	(void)state;
	while (p < all + 990000)
		p += sprintf(p, "1;%04000d\r\nx\r\n", 0);
	open_scene(&s, steps);
	s.keep.stream.write = dawdle;
	t = tim_mono();
	assert_int_equal(ask(&s), -1);
	assert_string_equal(s.e.code, "timeout");
	assert_int_equal(s.e.cause, cause_of_code("timeout"));
	assert_non_null(strstr(s.e.msg, "not complete"));
	assert_true(tim_mono() - t >= 200);
	/* those of a buffer more than the 10 of that time, and not all 246 */
	assert_in_range(dawdled, 1, 60);
	close_scene(&s);
	free(all);
}

static int64_t stop_at;

static bool
after_a_while(void *arg)
{
	(void)arg;
	return tim_mono() > stop_at;
}

static void
stop(void **state)
{
	static const struct step steps[] = { { "", HANG, 0, 0 }, END };
	struct scene s = { .opts = { .stop = after_a_while } };

	(void)state;
	stop_at = tim_mono() + 200;
	open_scene(&s, steps);
	assert_int_equal(ask(&s), -1);
	assert_string_equal(s.e.code, "stop");
	assert_int_equal(s.e.cause, cause_of_code("stop"));
	assert_int_equal(s.e.kind, ERR_RETRY);
	assert_in_range(tim_mono() - stop_at, 0, HANG_MS);
	close_scene(&s);
}

static void
stream_refuses(void **state)
{
	static const struct step steps[] = { { OK(5) "hello", KEEP, 0, 0 },
		{ OK(5) "hello", KEEP, 0, 0 }, END };
	struct scene s = { .keep = { .refuse = true } };

	(void)state;
	open_scene(&s, steps);
	assert_int_equal(ask(&s), -1);
	assert_int_equal(s.e.kind, ERR_ITEM);
	s.keep.refuse = false;
	assert_int_equal(ask_as(&s, "HEAD", true), 0);
	assert_int_equal(s.out.body_len, 0);
	close_scene(&s);
}

static void
refused(void **state)
{
	static const struct {
		const char *url;
		bool auth;
		const char *code;
	} t[] = {
		{ "http://mail.example/EWS", true, "url" },
		{ "https://mail.example/EWS", true, "certificate" },
		{ "https://u:secret@mail.example/EWS", true, "url" },
		{ "mail.example", true, "url" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct http_opts o = { .url = t[i].url, .proxy = "" };
		struct err e = ERR_INIT;

		o.auth = basic("u", "secret");
		assert_null(http_open(&o, &e));
		assert_int_equal(e.kind, ERR_CONFIG);
		assert_string_equal(e.code, t[i].code);
		assert_null(strstr(e.msg, "secret"));
		o.auth->free(o.auth);
	}
}

/* Nobody listens; no such name. */
static void
unreachable(void **state)
{
	struct scene s = { .keep = { .refuse = false } };
	const struct step steps[] = { END };
	struct http_opts o = { .url = "http://no-such-host.invalid/",
		.proxy = "" };
	const struct http_request req = { "GET", NULL, 0, NULL, 0, true };
	struct http *h;

	(void)state;
	open_scene(&s, steps);
	server_stop(&s.server);
	assert_int_equal(ask(&s), -1);
	assert_int_equal(s.e.kind, ERR_RETRY);
	assert_string_equal(s.e.code, "connect");
	assert_int_equal(s.e.cause, cause_of_code("connect"));
	assert_non_null(strstr(s.e.msg, "nothing accepts connections"));
	http_close(s.http);
	h = http_open(&o, &s.e);
	assert_non_null(h);
	assert_int_equal(http_exchange(h, &req, &s.out, NULL, &s.e), -1);
	assert_string_equal(s.e.code, "dns");
	assert_int_equal(s.e.cause, cause_of_code("dns"));
	assert_non_null(strstr(s.e.msg, "no-such-host.invalid"));
	http_close(h);
	http_response_free(&s.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(request),
		cmocka_unit_test(again),
		cmocka_unit_test(idle_close),
		cmocka_unit_test(two_answers),
		cmocka_unit_test(rested),
		cmocka_unit_test(rejected),
		cmocka_unit_test(challenges),
		cmocka_unit_test(deadlines),
		cmocka_unit_test(endless),
		cmocka_unit_test(total),
		cmocka_unit_test(stop),
		cmocka_unit_test(stream_refuses),
		cmocka_unit_test(refused),
		cmocka_unit_test(unreachable),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
