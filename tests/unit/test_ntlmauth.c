/*
 * test_ntlmauth.c - NTLM over HTTP: which request has the body, what a
 * connection that is logged in sends, what a lost login, a rejected one and
 * everything that is no challenge lead to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netserver.h"

#include "auth/auth.h"
#include "base/buf.h"
#include "base/enc.h"
#include "net/http.h"

#define END                                                                    \
	{                                                                      \
		NULL, KEEP, 0, 0                                               \
	}
/* A challenge with a time and two names. */
#define TYPE2                                                                  \
	"TlRMTVNTUAACAAAADAAMADgAAAAFgomiASNFZ4mrze8AAAAAAAAAADAAMABEAAAACgBj" \
	"RQAAAA9EAG8AbQBhAGkAbgACAAwARABvAG0AYQBpAG4AAQAMAFMAZQByAHYAZQByAAcA" \
	"CAAAkNM2tzTDAQAAAAA="
#define NO(x, rest)                                                            \
	"HTTP/1.1 401 No\r\nWWW-Authenticate: " x "\r\n" rest                  \
	"Content-Length: 4\r\n\r\nnope"
#define ASK  NO("NTLM " TYPE2, "")
#define BARE NO("Negotiate\r\nWWW-Authenticate: NTLM", "")
#define OK   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define BUSY "HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno"
#define GONE NO("NTLM " TYPE2, "Connection: close\r\n")

/* An exchange, and what it must come to. */
struct row {
	const char *name;
	struct step step[12];
	struct {
		int status;       /* 0: it fails */
		const char *code; /* of the error */
		const char *text; /* a part of its message */
		enum err_kind kind;
		bool spared;
	} want[4];
	/* connections; 1: first message without a body, 3: answer with the
	 * body, -: body without a login, b: anything else */
	const char *log;
};

#define GOOD                                                                   \
	{                                                                      \
		200, NULL, NULL, ERR_NONE, false                               \
	}

static const struct row rows[] = {
	{ "one login, three requests",
	    { { ASK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 },
		{ OK, KEEP, 0, 0 }, END },
	    { GOOD, GOOD, GOOD }, "<1>13--" },
	{ "another challenge before it, and other words for it",
	    { { NO("Basic realm=\"NTLM x\", ntlm \t" TYPE2, ""), KEEP, 0, 0 },
		{ OK, KEEP, 0, 0 }, END },
	    { GOOD }, "<1>13" },
	{ "rejected", { { ASK, KEEP, 0, 0 }, { BARE, KEEP, 0, 0 }, END },
	    { { 0, "http-401", "rejects", ERR_AUTH, false } }, "<1>13" },
	{ "rejected by one that does not know of the challenge",
	    { { ASK, KEEP, 0, 0 }, { ASK, KEEP, 0, 0 }, END },
	    { { 0, "http-401", "bound to its connection", ERR_AUTH, false } },
	    "<1>13" },
	{ "not offered",
	    { { NO("Negotiate\r\nWWW-Authenticate: Basic realm=\"NTLM\"", ""),
		  KEEP, 0, 0 },
		END },
	    { { 0, "ntlm-not-offered", "offers Negotiate, Basic", ERR_CONFIG,
		true } },
	    "<1>1" },
	{ "no answer to the first message", { { BARE, KEEP, 0, 0 }, END },
	    { { 0, "ntlm-challenge", "there is none", ERR_RETRY, true } },
	    "<1>1" },
	{ "no base64", { { NO("NTLM TlRM!VNTUAAC", ""), KEEP, 0, 0 }, END },
	    { { 0, "ntlm-challenge", "base64", ERR_RETRY, true } }, "<1>1" },
	{ "no challenge", { { NO("NTLM TlRMTVNTUAAC", ""), KEEP, 0, 0 }, END },
	    { { 0, "ntlm-challenge", "not one", ERR_RETRY, true } }, "<1>1" },
	{ "the login is lost once, and later once more",
	    { { ASK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 }, { BARE, KEEP, 0, 0 },
		{ ASK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 },
		{ BARE, KEEP, 0, 0 }, { ASK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 },
		END },
	    { GOOD, GOOD, GOOD, GOOD }, "<1>13-<2>13--<3>13" },
	{ "the login never lasts",
	    { { ASK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 }, { BARE, KEEP, 0, 0 },
		{ ASK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 }, { BARE, KEEP, 0, 0 },
		END },
	    { GOOD, GOOD,
		{ 0, "ntlm-not-kept", "something between exsync and the server",
		    ERR_CONFIG, false } },
	    "<1>13-<2>13-" },
	{ "the login is lost, and then rejected",
	    { { ASK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 }, { BARE, KEEP, 0, 0 },
		{ ASK, KEEP, 0, 0 }, { BARE, KEEP, 0, 0 }, END },
	    { GOOD, { 0, "http-401", "rejects", ERR_AUTH, false } },
	    "<1>13-<2>13" },
	{ "keep-alive is off",
	    { { GONE, CLOSE, 0, 0 }, { GONE, CLOSE, 0, 0 }, END },
	    { { 0, "truncated", "keep-alive", ERR_RETRY, true } }, "<1>1<2>1" },
	{ "keep-alive is off after the login",
	    { { ASK, KEEP, 0, 0 },
		{ "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2"
		  "\r\n\r\nok",
		    CLOSE, 0, 0 },
		{ ASK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 }, END },
	    { GOOD, GOOD }, "<1>13<2>13" },
	{ "the connection ends with the answer to the challenge, always",
	    { { ASK, KEEP, 0, 0 }, { "", CLOSE, 0, 0 }, { ASK, KEEP, 0, 0 },
		{ "", CLOSE, 0, 0 }, END },
	    { { 0, "truncated", "keep-alive", ERR_RETRY, false } },
	    "<1>13<2>13" },
	{ "it ends before a challenge", { { "", CLOSE, 0, 0 }, END },
	    { { 0, "truncated", "", ERR_RETRY, true } }, "<1>1" },
	{ "nobody asks for a login", { { OK, KEEP, 0, 0 }, END },
	    { { 0, "ntlm-not-asked", "does not ask for a login", ERR_CONFIG,
		true } },
	    "<1>1" },
	{ "too busy to ask",
	    { { BUSY, KEEP, 0, 0 }, { ASK, KEEP, 0, 0 }, { BUSY, KEEP, 0, 0 },
		{ OK, KEEP, 0, 0 }, END },
	    { { 503, NULL, NULL, ERR_NONE, false },
		{ 503, NULL, NULL, ERR_NONE, false }, GOOD },
	    "<1>113-" },
};

static int
drop_bytes(struct stream *s, const void *p, size_t n, struct err *e)
{
	(void)s, (void)p, (void)n, (void)e;
	return 0;
}

/* What kind of request begins at p. */
static char
kind_of_request(const char *p)
{
	const char *end = strstr(p, "\r\n\r\n");
	const char *auth = strstr(p, "\r\nAuthorization: NTLM ");
	bool full = strncmp(end + 4, "<q/>", 4) == 0;

	if (auth == NULL || auth > end)
		return full ? '-' : 'b';
	/* the third triple of bytes ends in the message's type */
	if (strncmp(auth + 22, "TlRMTVNTUAAB", 12) == 0)
		return !full && strstr(p, "\r\nContent-Length: 0\r\n") != NULL
			   ? '1'
			   : 'b';
	if (strncmp(auth + 22, "TlRMTVNTUAAD", 12) == 0)
		return full ? '3' : 'b';
	return 'b';
}

static void
expect_log(const char *name, const char *log, const char *want)
{
	char got[100];
	size_t n = 0;

	for (; *log != '\0' && n < sizeof(got) - 4; log++) {
		if (*log == '<' && log[1] >= '1' && log[1] <= '9') {
			memcpy(got + n, log, 3);
			n += 3;
		} else if (strncmp(log, "POST ", 5) == 0)
			got[n++] = kind_of_request(log);
	}
	got[n] = '\0';
	if (strcmp(got, want) != 0)
		fail_msg("%s: %s instead of %s", name, got, want);
}

static void
run_row(const struct row *r)
{
	const struct credential who = { CONF_AUTH_NTLM, "Domain\\User",
		"Password", NULL };
	const struct http_request req = { "POST", NULL, 0, "<q/>", 4, true };
	struct server server;
	struct http_opts o = { .proxy = "", .first_byte_ms = 5000 };
	struct http_response out = { 0 };
	struct stream stream = { drop_bytes };
	struct err e = ERR_INIT;
	struct http *http;
	char url[64];
	size_t i;
	int rc;

	memset(&server, 0, sizeof(server));
	server.step = r->step;
	server.mark = true;
	server_start(&server);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/EWS", server.port);
	o.url = url;
	o.auth = auth_open(&who, "the place", &e);
	http = http_open(&o, &e);
	assert_non_null(http);
	for (i = 0; i < 4 && (r->want[i].status != 0 || r->want[i].code); i++) {
		err_clear(&e);
		rc = http_exchange(http, &req, &out, &stream, &e);
		if (r->want[i].code == NULL) {
			if (rc == -1 || out.status != r->want[i].status)
				fail_msg("%s: %zu: %d %s", r->name, i,
				    out.status, e.msg);
			continue;
		}
		if (rc == 0 || strcmp(e.code, r->want[i].code) != 0 ||
		    strstr(e.msg, r->want[i].text) == NULL ||
		    e.kind != r->want[i].kind || e.spared != r->want[i].spared)
			fail_msg("%s: %zu: %s: %s", r->name, i, e.code, e.msg);
		assert_int_equal(e.cause == CAUSE_LOGIN_DENIED,
		    strcmp(e.code, "http-401") == 0);
		assert_null(strstr(e.msg, "Password"));
	}
	http_close(http);
	http_response_free(&out);
	o.auth->free(o.auth);
	server_stop(&server);
	expect_log(r->name, server.log, r->log);
}

static void
exchanges(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(&rows[i]);
}

/* Each answer of its own, though the challenge is the same. */
static void
answers(void **state)
{
	const struct credential who = { CONF_AUTH_NTLM, "Domain\\User",
		"Password", NULL };
	struct tls_binding sha = { "SHA-256", 32, { 1 } };
	struct http_auth_conn conn = { 1, "mail.example", "443", true, NULL };
	char token[2][3000];
	struct err e = ERR_INIT;
	struct http_auth *a;
	struct buf out;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		a = auth_open(&who, "the place", &e);
		conn.binding = i == 0 ? NULL : &sha;
		buf_init_secret(&out, HTTP_AUTH_MAX);
		assert_int_equal(a->header(a, &conn, NULL, &out, &e), 0);
		assert_true(a->bare);
		buf_free(&out);
		assert_int_equal(
		    a->header(a, &conn, "NTLM " TYPE2 "\n", &out, &e), 0);
		assert_false(a->bare);
		snprintf(token[i], sizeof(token[i]), "%s", buf_str(&out));
		buf_free(&out);
		a->free(a);
	}
	assert_string_not_equal(token[0], token[1]);
	/* the binding makes it longer: four bytes, and sixteen */
	assert_in_range(strlen(token[1]) - strlen(token[0]), 24, 28);
}

/* Over TLS and without: what is said of Extended Protection. */
static void
reasons(void **state)
{
	static const struct {
		bool tls, binding;
		const char *text;
	} t[] = {
		{ false, false, "only https:// can log in" },
		{ true, false, "a certificate with a usual signature" },
		{ true, true, "the same certificate" },
	};
	const struct credential who = { CONF_AUTH_NTLM, "Domain\\User",
		"Password", NULL };
	struct tls_binding sha = { "SHA-256", 32, { 1 } };
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct http_auth_conn conn = { 1, "mail.example", "443",
			t[i].tls, t[i].binding ? &sha : NULL };
		struct err e = ERR_INIT;
		struct http_auth *a = auth_open(&who, "the place", &e);

		buf_init_secret(&out, HTTP_AUTH_MAX);
		a->header(a, &conn, NULL, &out, &e);
		buf_free(&out);
		a->header(a, &conn, "NTLM " TYPE2 "\n", &out, &e);
		buf_free(&out);
		assert_int_equal(a->header(a, &conn, "NTLM\n", &out, &e), -1);
		if (strstr(e.msg, t[i].text) == NULL)
			fail_msg("%zu: %s", i, e.msg);
		a->free(a);
	}
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(exchanges),
		cmocka_unit_test(answers),
		cmocka_unit_test(reasons),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
