/*
 * test_proxy.c - CONNECT through a proxy that refuses, lies or is silent.
 * (test_tls has the one that works.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "causes.h"
#include "netserver.h"

#include "base/tim.h"
#include "net/http.h"

#define PIN                                                                    \
	"sha256:00112233445566778899aabbccddeeff"                              \
	"00112233445566778899aabbccddeeff"

static const struct {
	struct step step;
	enum err_kind kind;
	const char *code, *text;
	bool spared; /* the answer clears the login of blame */
} table[] = {
	{ { "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n\r\n", CLOSE, 0,
	      0 },
	    ERR_CONFIG, "proxy-login", "rejects the user name or the password",
	    false },
	{ { "HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate\r\n"
	    "Proxy-Authenticate: NTLM\r\n\r\n",
	      CLOSE, 0, 0 },
	    ERR_CONFIG, "proxy", "not by Basic", false },
	{ { "HTTP/1.1 407 Who\r\nProxy-Authenticate: NTLM, BASIC\r\n\r\n",
	      CLOSE, 0, 0 },
	    ERR_CONFIG, "proxy-login", "rejects the user name or the password",
	    false },
	/* Basic far behind the others, and a realm that only has its name */
	{ { "HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate, NTLM, "
	    "Digest realm=\"the gate of the company to the whole world\", "
	    "qop=\"auth\", nonce=\"00112233445566778899aabbccddeeff0011\", "
	    "algorithm=SHA-256, Basic realm=\"gate\"\r\n\r\n",
	      CLOSE, 0, 0 },
	    ERR_CONFIG, "proxy-login", "rejects the user name or the password",
	    false },
	{ { "HTTP/1.1 407 Who\r\nProxy-Authenticate: Digest "
	    "realm=\"no Basic, basic here\", nonce=\"x\"\r\n\r\n",
	      CLOSE, 0, 0 },
	    ERR_CONFIG, "proxy", "not by Basic", false },
	{ { "HTTP/1.1 407 Who\r\n\r\n", CLOSE, 0, 0 }, ERR_CONFIG,
	    "proxy-login", "rejects the user name or the password", false },
	{ { "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", CLOSE, 0,
	      0 },
	    ERR_RETRY, "proxy", "does not permit", true },
	{ { "HTTP/1.1 502 Bad\r\n\r\n", CLOSE, 0, 0 }, ERR_RETRY, "proxy",
	    "cannot reach", true },
	{ { "HTTP/1.1 302 Go\r\nLocation: x\r\n\r\n", CLOSE, 0, 0 }, ERR_RETRY,
	    "proxy", "refuses", true },
	{ { "SSH-2.0-x\r\n", CLOSE, 0, 0 }, ERR_RETRY, "proxy", "status line",
	    false },
	{ { "HTTP/1.1 200 OK\r\n\r\nsurprise", CLOSE, 0, 0 }, ERR_RETRY,
	    "proxy", "more than its answer", true },
	{ { "HTTP/1.1 200", CLOSE, 0, 0 }, ERR_RETRY, "proxy",
	    "closes the connection", false },
	/* a head that breaks off has a status all the same */
	{ { "HTTP/1.1 503 Busy\r\nRetry-Af", CLOSE, 0, 0 }, ERR_RETRY, "proxy",
	    "closes the connection", true },
	{ { "HTTP/1.1 503 Busy\r\nno header\r\n\r\n", CLOSE, 0, 0 }, ERR_RETRY,
	    "proxy", "header line", true },
	{ { "HTTP/1.1 503 Busy\r\n", HANG, 0, 0 }, ERR_RETRY, "proxy",
	    "in time", true },
	{ { "HTTP/1.1 407 Who\r\nProxy-Auth", CLOSE, 0, 0 }, ERR_RETRY, "proxy",
	    "closes the connection", false },
	{ { "", CLOSE, 0, 0 }, ERR_RETRY, "proxy", "closes the connection",
	    false },
	{ { "", HANG, 0, 0 }, ERR_RETRY, "proxy", "in time", false },
	{ { "HTTP/1.1 200 OK\r\n\r\n", CLOSE, 0, 0 }, ERR_RETRY, "tls",
	    "mail.example:443 (proxy 127.0.0.1:", false },
};

static void
refusals(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct step steps[] = { table[i].step,
			{ NULL, KEEP, 0, 0 } };
		const struct http_request req = { "POST", NULL, 0, "x", 1,
			true };
		struct server sv = { .step = steps, .by_byte = i == 0 };
		struct http_response out = { 0 };
		struct http_opts o = { .url = "https://mail.example/",
			.tls_pin = PIN,
			.connect_ms = 700 };
		struct err e = ERR_INIT;
		char proxy[64];
		struct http *h;

		server_start(&sv);
		snprintf(proxy, sizeof(proxy),
		    "http://us%%40er:se%%3Acret@127.0.0.1:%d", sv.port);
		o.proxy = proxy;
		h = http_open(&o, &e);
		assert_non_null(h);
		assert_int_equal(http_exchange(h, &req, &out, NULL, &e), -1);
		assert_int_equal(e.kind, table[i].kind);
		assert_string_equal(e.code, table[i].code);
		assert_int_equal(e.spared, table[i].spared);
		if (strstr(e.msg, table[i].text) == NULL)
			fail_msg("%s", e.msg);
		assert_null(strstr(e.msg, "cret"));
		http_close(h);
		http_response_free(&out);
		server_stop(&sv);
		/* us@er:se:cret */
		assert_string_equal(sv.log,
		    "CONNECT mail.example:443 HTTP/1.1\r\n"
		    "Host: mail.example:443\r\n"
		    "Proxy-Authorization: Basic dXNAZXI6c2U6Y3JldA==\r\n\r\n");
	}
}

/* The proxy wants a login, and the URL has none. */
static void
no_login(void **state)
{
	static const struct step steps[] = {
		{ "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n\r\n",
		    CLOSE, 0, 0 },
		{ NULL, KEEP, 0, 0 }
	};
	const struct http_request req = { "GET", NULL, 0, NULL, 0, true };
	struct server sv = { .step = steps };
	struct http_response out = { 0 };
	struct err e = ERR_INIT;
	char proxy[64];
	struct http_opts o = {
		.url = "https://mail.example/", .tls_pin = PIN, .proxy = proxy
	};
	struct http *h;

	(void)state;
	server_start(&sv);
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", sv.port);
	h = http_open(&o, &e);
	assert_int_equal(http_exchange(h, &req, &out, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_string_equal(e.code, "proxy");
	assert_int_equal(e.cause, cause_of_code("proxy"));
	assert_non_null(strstr(e.msg, "wants a user name and a password"));
	http_close(h);
	http_response_free(&out);
	server_stop(&sv);
}

/* Plain http to this machine never asks a proxy. */
static void
loopback(void **state)
{
	static const struct step steps[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", KEEP, 0, 0 },
		{ NULL, KEEP, 0, 0 }
	};
	const struct http_request req = { "GET", NULL, 0, NULL, 0, true };
	struct server sv = { .step = steps };
	struct http_response out = { 0 };
	struct err e = ERR_INIT;
	char url[64];
	struct http_opts o = { .url = url, .proxy = "http://127.0.0.1:1" };
	struct http *h;

	(void)state;
	server_start(&sv);
	snprintf(url, sizeof(url), "http://localhost:%d/x", sv.port);
	h = http_open(&o, &e);
	assert_int_equal(http_exchange(h, &req, &out, NULL, &e), 0);
	http_close(h);
	http_response_free(&out);
	server_stop(&sv);
	assert_memory_equal(sv.log, "GET /x HTTP/1.1\r\n", 17);
}

/* The proxy cannot be reached. */
static void
absent(void **state)
{
	const struct http_request req = { "GET", NULL, 0, NULL, 0, true };
	struct http_opts o = { .url = "https://mail.example/",
		.tls_pin = PIN,
		.proxy = "http://localhost:1" };
	struct http_response out = { 0 };
	struct err e = ERR_INIT;
	struct http *h = http_open(&o, &e);

	(void)state;
	assert_int_equal(http_exchange(h, &req, &out, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_RETRY);
	assert_string_equal(e.code, "proxy");
	assert_int_equal(e.cause, cause_of_code("proxy"));
	assert_true(e.spared);
	assert_non_null(strstr(e.msg, "the proxy: localhost:1"));
	http_close(h);
	http_response_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals),
		cmocka_unit_test(no_login),
		cmocka_unit_test(loopback),
		cmocka_unit_test(absent),
	};

	return cmocka_run_group_tests_name("proxy", tests, NULL, NULL);
}
