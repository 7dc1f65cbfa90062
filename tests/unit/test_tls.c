/*
 * test_tls.c - net/tls and https against a server on GnuTLS, with
 * certificates made here: good ones, and one for every way to be wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "causes.h"
#include "tlsserver.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/sock.h"
#include "net/tls.h"
#include "net/http.h"
#include "net/tls_trust.h"
#include "net/tls_cert.h"
#include "net/tls_error.h"

#define OK(n) "HTTP/1.1 200 OK\r\nContent-Length: " #n "\r\n\r\n"
#define END                                                                    \
	{                                                                      \
		NULL, KEEP, 0, 0                                               \
	}

static char ca_path[] = "/tmp/exsync-test-ca-XXXXXX";
static struct tls_trust *trust;

struct scene {
	struct server server;
	struct peer peer;
	struct http *http;
	struct http_response out;
	struct err e;
};

static void
open_scene(struct scene *s, const struct step *steps, const char *host,
    const char *pin)
{
	char url[128];
	struct http_opts o = { .url = url, .proxy = "", .trust = trust };

	s->server.step = steps;
	s->server.arg = &s->peer;
	s->server.wrap = link_new;
	s->server.get = link_get;
	s->server.put = link_put;
	s->server.unwrap = link_free;
	server_start(&s->server);
	snprintf(url, sizeof(url), "https://%s:%d/", host, s->server.port);
	o.tls_pin = pin;
	o.tls_ms = HANG_MS;
	o.first_byte_ms = HANG_MS;
	s->http = http_open(&o, &s->e);
	assert_non_null(s->http);
}

static int
ask(struct scene *s, struct stream *body)
{
	const struct http_request req = { "POST", NULL, 0, "<q/>", 4, true };

	err_clear(&s->e);
	return http_exchange(s->http, &req, &s->out, body, &s->e);
}

static void
close_scene(struct scene *s)
{
	http_close(s->http);
	http_response_free(&s->out);
	server_stop(&s->server);
}

#define DNS "localhost", NULL

static const struct {
	struct wish wish;
	const char *host;
	enum { NO_PIN, RIGHT, WRONG } pin;
	const char *priority;
	const char *code; /* NULL: works */
	const char *text[3];
} table[] = {
	{ { "good", -1, 9, DNS, 0, 0, BY_CA, false }, "localhost", NO_PIN, NULL,
	    NULL, { NULL } },
	{ { "good", -1, 9, DNS, -1, 0, BY_CA, false }, "localhost", NO_PIN,
	    NULL, NULL, { NULL } },
	{ { "sha512", -1, 9, DNS, 0, GNUTLS_DIG_SHA512, BY_CA, false },
	    "localhost", NO_PIN, NULL, NULL, { NULL } },
	{ { "dot", -1, 9, DNS, 0, 0, BY_CA, false }, "localhost.", NO_PIN, NULL,
	    NULL, { NULL } },
	{ { "expired", -5, -2, DNS, 0, 0, BY_CA, false }, "localhost", NO_PIN,
	    NULL, "certificate", { "expired on", "(expired)", "renew" } },
	{ { "early", 2, 9, DNS, 0, 0, BY_CA, false }, "localhost", NO_PIN, NULL,
	    "certificate", { "valid only from", "clock", NULL } },
	{ { "name", -1, 9, "mail.example", "owa.example", 0, 0, BY_CA, false },
	    "localhost", NO_PIN, NULL, "certificate",
	    { "not for localhost but for mail.example, owa.example",
		"tls_pin = sha256:", NULL } },
	{ { "ip", -1, 9, DNS, 0, 0, BY_CA, false }, "127.0.0.1", NO_PIN, NULL,
	    "certificate",
	    { "IP address", "for localhost", "tls_pin = sha256:" } },
	{ { "ip", -1, 9, DNS, 0, 0, BY_CA, false }, "127.0.0.1", RIGHT, NULL,
	    NULL, { NULL } },
	{ { "other", -1, 9, DNS, 0, 0, BY_OTHER, false }, "localhost", NO_PIN,
	    NULL, "certificate",
	    { "issued by Other CA", "ca_file", "tls_pin = sha256:" } },
	{ { "self", -1, 9, DNS, 0, 0, BY_SELF, false }, "localhost", NO_PIN,
	    NULL, "certificate", { "self-signed", "tls_pin", NULL } },
	{ { "self", -1, 9, DNS, 0, 0, BY_SELF, false }, "localhost", RIGHT,
	    NULL, NULL, { NULL } },
	{ { "old", -5, -2, "other.example", NULL, 0, GNUTLS_DIG_SHA1, BY_SELF,
	      false },
	    "localhost", RIGHT, NULL, NULL, { NULL } },
	{ { "self", -1, 9, DNS, 0, 0, BY_SELF, false }, "localhost", WRONG,
	    NULL, "certificate",
	    { "not the one of tls_pin", "renewed", "sha256:" } },
	{ { "good", -1, 9, DNS, 0, 0, BY_CA, false }, "localhost", WRONG, NULL,
	    "certificate", { "not the one of tls_pin", NULL } },
	{ { "weak", -1, 9, DNS, 1024, 0, BY_CA, false }, "localhost", NO_PIN,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2:%VERIFY_ALLOW_BROKEN", "certificate",
	    { "2048", NULL } },
	{ { "weak", -1, 9, DNS, 1024, 0, BY_SELF, false }, "localhost", RIGHT,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2:%VERIFY_ALLOW_BROKEN", "certificate",
	    { "2048", NULL } },
	{ { "sha1", -1, 9, DNS, 0, GNUTLS_DIG_SHA1, BY_CA, false }, "localhost",
	    NO_PIN, NULL, "certificate",
	    { "SHA-1", "renew it with SHA-256", "tls_pin" } },
	{ { "pss", -1, 9, DNS, 0, 0, BY_CA, true }, "localhost", NO_PIN, NULL,
	    "certificate", { "RSASSA-PSS", "tls_pin", NULL } },
	{ { "tls11", -1, 9, DNS, 0, 0, BY_CA, false }, "localhost", NO_PIN,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.1:%VERIFY_ALLOW_BROKEN", "tls",
	    { "only TLS 1.0 or 1.1", "enable TLS 1.2 on it", NULL } },
	{ { "tls13", -1, 9, DNS, 0, 0, BY_CA, false }, "localhost", NO_PIN,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.3", "tls",
	    { "no TLS version", "enable TLS 1.2 on the server, beside 1.3",
		NULL } },
	{ { "cbc", -1, 9, DNS, 0, 0, BY_CA, false }, "localhost", NO_PIN,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-CBC:"
	    "-MAC-ALL:+SHA1",
	    NULL, { NULL } },
	{ { "rsa", -1, 9, DNS, 0, 0, BY_CA, false }, "localhost", NO_PIN,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA:-CIPHER-ALL:"
	    "+AES-128-CBC:-MAC-ALL:+SHA256",
	    NULL, { NULL } },
	{ { "chacha", -1, 9, DNS, 0, 0, BY_CA, false }, "localhost", NO_PIN,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CHACHA20-POLY1305",
	    NULL, { NULL } },
	{ { "ske", -1, 9, DNS, 0, 0, BY_CA, false }, "localhost", NO_PIN,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2:-SIGN-ALL:+SIGN-RSA-SHA1:"
	    "%VERIFY_ALLOW_BROKEN",
	    "tls", { "SHA-1", NULL } },
};

static void
certificate(size_t i)
{
	static const char wrong[] = "sha256:00112233445566778899aabbccddeeff"
				    "00112233445566778899aabbccddeeff";
	static const struct step steps[] = { { OK(2) "ok", KEEP, 0, 0 },
		{ OK(2) "ok", KEEP, 0, 0 }, END };
	struct made m;
	struct scene s;
	size_t k;
	int r;

	memset(&s, 0, sizeof(s));
	make(&m, &table[i].wish);
	s.peer.cert = &m;
	s.peer.priority = table[i].priority;
	open_scene(&s, steps, table[i].host,
	    table[i].pin == NO_PIN  ? NULL
	    : table[i].pin == RIGHT ? m.pin
				    : wrong);
	r = ask(&s, NULL);
	if (table[i].code == NULL) {
		if (r == -1)
			print_message("%s: %s\n", table[i].wish.name, s.e.msg);
		assert_int_equal(r, 0);
		assert_int_equal(s.out.body_len, 2);
		assert_int_equal(ask(&s, NULL), 0);
	} else {
		assert_int_equal(r, -1);
		if (s.e.kind != ERR_CONFIG ||
		    strcmp(s.e.code, table[i].code) != 0)
			print_message("%s: %s %s\n", table[i].wish.name,
			    s.e.code, s.e.msg);
		assert_int_equal(s.e.kind, ERR_CONFIG);
		assert_string_equal(s.e.code, table[i].code);
		assert_non_null(strstr(s.e.msg, table[i].host));
		for (k = 0; k < 3 && table[i].text[k] != NULL; k++)
			if (strstr(s.e.msg, table[i].text[k]) == NULL)
				fail_msg("%s: no \"%s\" in: %s",
				    table[i].wish.name, table[i].text[k],
				    s.e.msg);
		/* a pin that is offered is the right one */
		if (strstr(s.e.msg, "sha256:") != NULL)
			assert_non_null(strstr(s.e.msg, m.pin));
	}
	close_scene(&s);
	unmake(&m);
}

static void
certificates(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		certificate(i);
}

/* A server whose own certificate is in ca_file is trusted, unless weak. */
static void
own_anchor(void **state)
{
	static const struct step steps[] = { { OK(2) "ok", KEEP, 0, 0 }, END };
	struct wish w = { "self", -1, 9, DNS, 0, 0, BY_SELF, false };
	struct tls_trust *old = trust;
	char path[] = "/tmp/exsync-test-own-XXXXXX";
	int weak;

	(void)state;
	for (weak = 0; weak < 2; weak++) {
		struct err e = ERR_INIT;
		gnutls_datum_t pem;
		struct made m;
		struct scene s;
		FILE *f;

		memset(&s, 0, sizeof(s));
		w.hash = weak ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256;
		make(&m, &w);
		gnutls_x509_crt_export2(m.crt, GNUTLS_X509_FMT_PEM, &pem);
		strcpy(path + sizeof(path) - 7, "XXXXXX");
		f = fdopen(mkstemp(path), "w");
		fwrite(pem.data, 1, pem.size, f);
		fclose(f);
		gnutls_free(pem.data);
		trust = tls_trust_load(path, &e);
		assert_non_null(trust);
		s.peer.cert = &m;
		open_scene(&s, steps, "localhost", NULL);
		assert_int_equal(ask(&s, NULL), weak ? -1 : 0);
		if (weak)
			assert_non_null(strstr(s.e.msg, "SHA-1"));
		close_scene(&s);
		unmake(&m);
		tls_trust_free(trust);
		remove(path);
	}
	trust = old;
}

static const struct wish good = { "good", -1, 9, DNS, 0, 0, BY_CA, false };

/* A server that requires a client certificate. */
static void
client_certificate(void **state)
{
	static const struct step steps[] = { { OK(2) "ok", KEEP, 0, 0 }, END };
	struct made m;
	struct scene s;
	int i;

	(void)state;
	make(&m, &good);
	/* its alert may come before we have sent all, or after */
	for (i = 0; i < 20; i++) {
		memset(&s, 0, sizeof(s));
		s.peer.cert = &m;
		s.peer.wants_cert = true;
		open_scene(&s, steps, "localhost", NULL);
		assert_int_equal(ask(&s, NULL), -1);
		if (strstr(s.e.msg, "demands a client certificate") == NULL)
			fail_msg("%s", s.e.msg);
		assert_int_equal(s.e.kind, ERR_CONFIG);
		assert_string_equal(s.e.code, "tls");
		assert_int_equal(s.e.cause, cause_of_code("tls"));
		close_scene(&s);
	}
	unmake(&m);
}

/* The ways in which a connection ends. */
static void
endings(void **state)
{
	static const struct {
		const char *answer;
		enum after after;
		bool no_bye, works;
	} t[] = {
		{ "HTTP/1.1 200 OK\r\n\r\nhello", CLOSE, false, true },
		{ "HTTP/1.1 200 OK\r\n\r\nhello", CLOSE, true, false },
		{ "HTTP/1.1 200 OK\r\n\r\nhello", RESET, false, false },
		{ OK(9) "hello", CLOSE, false, false },
		{ OK(9) "hello", CLOSE, true, false },
		{ OK(5) "hello", CLOSE, true, true },
		{ "HTTP/1.1 200", CLOSE, true, false },
		{ "", CLOSE, true, false },
	};
	struct made m;
	size_t i;

	(void)state;
	make(&m, &good);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct step steps[] = { { t[i].answer, t[i].after, 0, 0 },
			{ OK(2) "ok", KEEP, 0, 0 }, END };
		struct scene s;

		memset(&s, 0, sizeof(s));
		s.peer.cert = &m;
		s.peer.no_bye = t[i].no_bye;
		open_scene(&s, steps, "localhost", NULL);
		if (t[i].works)
			assert_int_equal(ask(&s, NULL), 0);
		else {
			assert_int_equal(ask(&s, NULL), -1);
			assert_int_equal(s.e.kind, ERR_RETRY);
			assert_string_equal(s.e.code, "truncated");
			assert_int_equal(s.e.cause, cause_of_code("truncated"));
			assert_non_null(strstr(s.e.msg, "localhost:"));
		}
		assert_int_equal(ask(&s, NULL), 0);
		assert_int_equal(s.out.body_len, 2);
		close_scene(&s);
		assert_int_equal(s.server.connections, 2);
	}
	unmake(&m);
}

/* A megabyte, checked byte by byte. */
struct sum {
	struct stream stream;
	size_t n;
	bool wrong;
};

static int
sum_write(struct stream *st, const void *p, size_t n, struct err *e)
{
	struct sum *s = (struct sum *)st;
	const unsigned char *b = p;
	size_t i;

	(void)e;
	for (i = 0; i < n; i++)
		if (b[i] != (unsigned char)((s->n + i) * 7 + (s->n + i) / 251))
			s->wrong = true;
	s->n += n;
	return 0;
}

static void
large(void **state)
{
	static char answer[(1 << 20) + 64];
	size_t i, n, size = 1 << 20;
	struct step steps[] = { { answer, KEEP, 0, 0 },
		{ OK(2) "ok", KEEP, 0, 0 }, END };
	struct sum sum = { { sum_write }, 0, false };
	struct scene s;
	struct made m;

	(void)state;
	n = (size_t)snprintf(answer, sizeof(answer),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
	for (i = 0; i < size; i++)
		answer[n + i] = (char)(i * 7 + i / 251);
	steps[0].len = n + size;
	memset(&s, 0, sizeof(s));
	make(&m, &good);
	s.peer.cert = &m;
	open_scene(&s, steps, "localhost", NULL);
	assert_int_equal(ask(&s, &sum.stream), 0);
	assert_int_equal(sum.n, size);
	assert_false(sum.wrong);
	assert_int_equal(http_received(s.http), n + size);
	assert_int_equal(ask(&s, NULL), 0);
	close_scene(&s);
	assert_int_equal(s.server.connections, 1);
	unmake(&m);
}

/* The proxy comes from the INI, or from the environment. */
static void
proxied(void **state)
{
	static const struct step steps[] = { { OK(2) "ok", KEEP, 0, 0 },
		{ OK(2) "ok", KEEP, 0, 0 }, END };
	const struct wish w = { "far", -1, 9, "far.example", NULL, 0, 0, BY_CA,
		false };
	struct made m;
	int env;

	(void)state;
	make(&m, &w);
	for (env = 0; env < 2; env++) {
		struct http_opts o = { .url = "https://far.example/",
			.trust = trust };
		struct peer peer = { .cert = &m };
		struct server sv = { .step = steps,
			.arg = &peer,
			.wrap = proxy_new,
			.get = link_get,
			.put = link_put,
			.unwrap = link_free };
		struct scene s;
		char proxy[64];

		memset(&s, 0, sizeof(s));
		s.server = sv;
		server_start(&s.server);
		snprintf(
		    proxy, sizeof(proxy), "http://localhost:%d", s.server.port);
		unsetenv("https_proxy");
		unsetenv("no_proxy");
		unsetenv("NO_PROXY");
		setenv("HTTPS_PROXY", proxy, 1);
		o.proxy = env ? NULL : proxy;
		s.http = http_open(&o, &s.e);
		unsetenv("HTTPS_PROXY");
		assert_non_null(s.http);
		assert_int_equal(ask(&s, NULL), 0);
		assert_int_equal(s.out.body_len, 2);
		assert_int_equal(ask(&s, NULL), 0);
		close_scene(&s);
		assert_int_equal(s.server.connections, 1);
		assert_memory_equal(
		    s.server.log, "CONNECT far.example:443 HTTP/1.1\r\n", 34);
		assert_null(strstr(s.server.log, "Proxy-Authorization"));
	}
	unmake(&m);
}

/* A port that speaks another protocol, or nothing. */
static void
not_tls(void **state)
{
	static const struct {
		struct step step;
		const char *text;
	} t[] = {
		{ { "HTTP/1.1 400 Bad Request\r\n\r\n", CLOSE, 0, 0 },
		    "does not speak TLS" },
		{ { NULL, CLOSE, 0, 0 }, "during the TLS handshake" },
		{ { NULL, RESET, 0, 0 }, "during the TLS handshake" },
		{ { NULL, HANG, 0, 0 }, "TLS handshake in time" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct step steps[] = { t[i].step, END };
		struct tls_to to = { .host = "localhost", .port = "1" };
		struct server sv = { .step = steps };
		struct err e = ERR_INIT;
		struct sock *k;
		char port[16];
		int64_t limit = tim_mono() + HANG_MS;

		server_start(&sv);
		snprintf(port, sizeof(port), "%d", sv.port);
		k = sock_connect("localhost", port, limit, NULL, NULL, &e);
		assert_non_null(k);
		if (t[i].step.send != NULL)
			assert_int_equal(
			    sock_write(k, "\r\n\r\n", 4, limit, &e), 0);
		if (t[i].step.after == HANG)
			limit = tim_mono() + 500;
		to.trust = trust;
		assert_null(tls_connect(k, &to, limit, NULL, &e));
		assert_int_equal(e.kind, ERR_RETRY);
		/* and no number that means nothing to anybody */
		if (strstr(e.msg, t[i].text) == NULL ||
		    strchr(e.msg, '[') != NULL)
			fail_msg("%s", e.msg);
		sock_close(k);
		server_stop(&sv);
	}
}

/* An error has a number only where there is no sentence, and explains it. */
static void
numbers(void **state)
{
	char text[240];

	(void)state;
	assert_int_equal(
	    tls_error_text(BR_ERR_UNSUPPORTED_VERSION, text, sizeof(text)),
	    ERR_CONFIG);
	assert_null(strpbrk(text, "[]"));
	/* what a server says that has only TLS 1.3 */
	assert_int_equal(
	    tls_error_text(BR_ERR_RECV_FATAL_ALERT + 70, text, sizeof(text)),
	    ERR_CONFIG);
	assert_non_null(strstr(text, "refuses TLS 1.2"));
	assert_non_null(strstr(text, "beside 1.3 if it has only that"));
	tls_error_text(BR_ERR_RECV_FATAL_ALERT + 61, text, sizeof(text));
	assert_non_null(strstr(text, "with TLS alert 61"));
	tls_error_text(BR_ERR_SEND_FATAL_ALERT + 61, text, sizeof(text));
	assert_non_null(strstr(text, "exsync ended the connection with TLS "
				     "alert 61"));
	assert_int_equal(
	    tls_error_text(BR_ERR_BAD_STATE, text, sizeof(text)), ERR_RETRY);
	assert_non_null(strstr(text, "(BearSSL's error 2)"));
}

/* Endless warnings, faster than they can be read, do not block us. */
static void
flood(void **state)
{
	static const char warning[] = { 21, 3, 3, 0, 2, 1, 90 };
	size_t n = sizeof(warning), size = (size_t)6000000 * n, at;
	char *all = mem_alloc(size), port[16];
	const struct step steps[] = { { all, CLOSE, size, 0 }, END };
	struct tls_to to = { .host = "localhost", .port = "1" };
	struct server sv = { .step = steps };
	struct err e = ERR_INIT;
	struct sock *k;
	int64_t t;

	(void)state;
	for (at = 0; at < size; at += n)
		memcpy(all + at, warning, n);
	server_start(&sv);
	snprintf(port, sizeof(port), "%d", sv.port);
	t = tim_mono();
	k = sock_connect("localhost", port, t + HANG_MS, NULL, NULL, &e);
	assert_non_null(k);
	assert_int_equal(sock_write(k, "\r\n\r\n", 4, t + HANG_MS, &e), 0);
	t = tim_mono();
	to.trust = trust;
	assert_null(tls_connect(k, &to, t + 200, NULL, &e));
	assert_string_equal(e.code, "timeout");
	assert_int_equal(e.cause, cause_of_code("timeout"));
	assert_in_range(tim_mono() - t, 200, HANG_MS);
	sock_close(k);
	server_stop(&sv);
	free(all);
}

/* Every prefix and every single changed byte: no crash, no overrun. */
static void
der(void **state)
{
	struct tls_cert c;
	gnutls_datum_t d;
	struct made m;
	unsigned i, bit;

	(void)state;
	make(&m, &good);
	gnutls_x509_crt_export2(m.crt, GNUTLS_X509_FMT_DER, &d);
	assert_int_equal(tls_cert_read(d.data, d.size, &c), 0);
	assert_string_equal(c.subject, "good");
	assert_string_equal(c.issuer, "Test CA");
	assert_string_equal(c.names, "localhost");
	assert_int_equal(c.sig, TLS_SIG_GOOD);
	assert_false(c.self_issued);
	assert_in_range(c.not_after - c.not_before, (int64_t)10 * DAY * 1000,
	    (int64_t)10 * DAY * 1000);
	for (i = 0; i < d.size; i++) {
		unsigned char *cut = mem_alloc(i + 1);

		memcpy(cut, d.data, i);
		cut = mem_grow(cut, i == 0 ? 1 : i, 1);
		assert_int_equal(tls_cert_read(cut, i, &c), -1);
		free(cut);
		for (bit = 0; bit < 8; bit++) {
			d.data[i] = (unsigned char)(d.data[i] ^ 1U << bit);
			tls_cert_read(d.data, d.size, &c);
			d.data[i] = (unsigned char)(d.data[i] ^ 1U << bit);
		}
	}
	gnutls_free(d.data);
	unmake(&m);
}

/* Is a file of these bytes accepted? */
static bool
loads(const void *p, size_t n)
{
	char path[] = "/tmp/exsync-test-pem-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	struct err e = ERR_INIT;
	struct tls_trust *x;
	bool ok;

	fwrite(p, 1, n, f);
	fclose(f);
	x = tls_trust_load(path, &e);
	ok = x != NULL;
	if (!ok) {
		assert_int_equal(e.kind, ERR_CONFIG);
		assert_non_null(strstr(e.msg, path));
	}
	tls_trust_free(x);
	remove(path);
	return ok;
}

static void
bundles(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} t[] = {
		{ "", false },
		{ "no certificate here\n", false },
		{ "-----BEGIN CERTIFICATE-----\n", false },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n"
		  "-----END CERTIFICATE-----\n",
		    false },
		{ "-----BEGIN PRIVATE KEY-----\nAAAA\n"
		  "-----END PRIVATE KEY-----\n",
		    false },
		{ "\x30", false },
		/* good ones between bad ones */
		{ "-----BEGIN CERTIFICATE-----\n!!!\n"
		  "-----END CERTIFICATE-----\n%s"
		  "-----BEGIN CERTIFICATE-----\nAAAA",
		    true },
		{ "text before\r\n%s", true },
		{ "\xef\xbb\xbf%s", true },
	};
	gnutls_datum_t pem, raw;
	size_t i;

	(void)state;
	gnutls_x509_crt_export2(ca.crt, GNUTLS_X509_FMT_PEM, &pem);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const char *s = strstr(t[i].text, "%s");
		char *all = s == NULL
				? mem_strdup(t[i].text)
				: mem_printf("%.*s%.*s%s", (int)(s - t[i].text),
				      t[i].text, (int)pem.size,
				      (char *)pem.data, s + 2);

		assert_int_equal(loads(all, strlen(all)), t[i].ok);
		free(all);
	}
	gnutls_free(pem.data);
	gnutls_x509_crt_export2(ca.crt, GNUTLS_X509_FMT_DER, &raw);
	assert_true(loads(raw.data, raw.size));
	assert_false(loads(raw.data, raw.size - 1));
	assert_false(loads(raw.data + 4, raw.size - 4));
	gnutls_free(raw.data);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;
	gnutls_datum_t pem;
	FILE *f;

	(void)state;
	common_key = new_key(2048);
	make_ca(&ca, "Test CA");
	make_ca(&other, "Other CA");
	gnutls_x509_crt_export2(ca.crt, GNUTLS_X509_FMT_PEM, &pem);
	f = fdopen(mkstemp(ca_path), "w");
	fwrite(pem.data, 1, pem.size, f);
	fclose(f);
	gnutls_free(pem.data);
	trust = tls_trust_load(ca_path, &e);
	return trust == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	tls_trust_free(trust);
	remove(ca_path);
	unmake(&ca);
	unmake(&other);
	gnutls_x509_privkey_deinit(common_key);
	gnutls_global_deinit();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates),
		cmocka_unit_test(own_anchor),
		cmocka_unit_test(client_certificate),
		cmocka_unit_test(endings),
		cmocka_unit_test(large),
		cmocka_unit_test(proxied),
		cmocka_unit_test(not_tls),
		cmocka_unit_test(numbers),
		cmocka_unit_test(flood),
		cmocka_unit_test(der),
		cmocka_unit_test(bundles),
	};

	return cmocka_run_group_tests_name("tls", tests, setup, teardown);
}
