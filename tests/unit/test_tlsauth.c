/*
 * test_tlsauth.c - what a struct http_auth learns of a TLS connection, against
 * a server on GnuTLS, which hashes its certificate itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tlsserver.h"

#include "base/mem.h"
#include "net/http.h"
#include "net/tls_trust.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define END                                                                    \
	{                                                                      \
		NULL, KEEP, 0, 0                                               \
	}

/* Records the connection. */
struct spy {
	struct http_auth auth;
	int headers, finishes;
	bool tls;
	char host[64];
	struct tls_binding seen, at_end; /* len -1: there was none */
};

static void
note(const struct http_auth_conn *conn, struct tls_binding *out)
{
	out->len = (size_t)-1;
	if (conn->binding != NULL)
		*out = *conn->binding;
}

static int
spy_header(struct http_auth *a, const struct http_auth_conn *conn,
    const char *challenge, struct buf *out, struct err *e)
{
	struct spy *s = (struct spy *)a;

	(void)challenge, (void)e;
	s->headers++;
	s->tls = conn->tls;
	snprintf(s->host, sizeof(s->host), "%s", conn->host);
	note(conn, &s->seen);
	return buf_adds(out, "Test");
}

static int
spy_finish(struct http_auth *a, const struct http_auth_conn *conn, int status,
    const char *challenge, struct err *e)
{
	struct spy *s = (struct spy *)a;

	(void)status, (void)challenge, (void)e;
	s->finishes++;
	note(conn, &s->at_end);
	return 0;
}

struct scene {
	struct server server;
	struct peer peer;
	struct spy spy;
	struct http *http;
	struct http_response out;
	struct err e;
};

static void
open_scene(struct scene *s, const struct step *steps, struct http_opts o)
{
	char url[128];

	s->server.step = steps;
	s->server.arg = &s->peer;
	if (s->server.wrap == NULL)
		s->server.wrap = link_new;
	s->server.get = link_get;
	if (s->server.put == NULL)
		s->server.put = link_put;
	s->server.unwrap = link_free;
	server_start(&s->server);
	s->spy.auth.header = spy_header;
	s->spy.auth.finish = spy_finish;
	o.auth = &s->spy.auth;
	snprintf(url, sizeof(url), "https://localhost:%d/", s->server.port);
	if (o.url == NULL)
		o.url = url;
	if (o.proxy == NULL)
		o.proxy = "";
	else
		snprintf(
		    url, sizeof(url), "http://localhost:%d", s->server.port);
	if (*o.proxy != '\0')
		o.proxy = url;
	s->http = http_open(&o, &s->e);
	assert_non_null(s->http);
}

static int
ask(struct scene *s)
{
	const struct http_request req = { "POST", NULL, 0, "<q/>", 4, true };

	err_clear(&s->e);
	return http_exchange(s->http, &req, &s->out, NULL, &s->e);
}

static void
close_scene(struct scene *s)
{
	http_close(s->http);
	http_response_free(&s->out);
	server_stop(&s->server);
}

static void
is_of(const struct tls_binding *b, const struct made *m, const char *name,
    gnutls_digest_algorithm_t hash)
{
	unsigned char want[64];
	gnutls_datum_t der;

	gnutls_x509_crt_export2(m->crt, GNUTLS_X509_FMT_DER, &der);
	gnutls_hash_fast(hash, der.data, der.size, want);
	assert_int_equal(b->len, gnutls_hash_get_len(hash));
	assert_memory_equal(b->hash, want, b->len);
	assert_string_equal(b->name, name);
	gnutls_free(der.data);
}

#define LEAF(hash, bits, pss)                                                  \
	{                                                                      \
		"leaf", -1, 9, "localhost", NULL, bits, hash, BY_SELF, pss     \
	}

/* The binding follows the signature's hash, on a new or kept connection. */
static void
bound(void **state)
{
	static const struct {
		struct wish wish;
		const char *name;
		gnutls_digest_algorithm_t hash;
	} t[] = {
		{ LEAF(GNUTLS_DIG_SHA1, 0, false), "SHA-256",
		    GNUTLS_DIG_SHA256 },
		{ LEAF(GNUTLS_DIG_SHA256, 0, false), "SHA-256",
		    GNUTLS_DIG_SHA256 },
		{ LEAF(GNUTLS_DIG_SHA384, 0, false), "SHA-384",
		    GNUTLS_DIG_SHA384 },
		{ LEAF(GNUTLS_DIG_SHA512, 0, false), "SHA-512",
		    GNUTLS_DIG_SHA512 },
		{ LEAF(GNUTLS_DIG_SHA384, -1, false), "SHA-384",
		    GNUTLS_DIG_SHA384 },
		{ LEAF(GNUTLS_DIG_SHA384, 0, true), "SHA-384",
		    GNUTLS_DIG_SHA384 },
	};
	static const struct step steps[] = { { OK, KEEP, 0, 0 },
		{ OK, KEEP, 0, 0 }, END };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct http_opts o = { .first_byte_ms = 5000 };
		struct made m;
		struct scene s;
		int k;

		memset(&s, 0, sizeof(s));
		make(&m, &t[i].wish);
		s.peer.cert = &m;
		o.tls_pin = m.pin;
		open_scene(&s, steps, o);
		for (k = 0; k < 2; k++) {
			assert_int_equal(ask(&s), 0);
			is_of(&s.spy.seen, &m, t[i].name, t[i].hash);
			is_of(&s.spy.at_end, &m, t[i].name, t[i].hash);
		}
		assert_true(s.spy.tls);
		assert_string_equal(s.spy.host, "localhost");
		close_scene(&s);
		assert_int_equal(s.server.connections, 1);
		unmake(&m);
	}
}

/* A signature with an unknown hash: no binding at all. */
static void
unbound(void **state)
{
	static const struct wish w = LEAF(GNUTLS_DIG_SHA3_256, 0, false);
	static const struct step steps[] = { { OK, KEEP, 0, 0 }, END };
	struct http_opts o = { .first_byte_ms = 5000 };
	struct made m;
	struct scene s;

	(void)state;
	memset(&s, 0, sizeof(s));
	make(&m, &w);
	s.peer.cert = &m;
	o.tls_pin = m.pin;
	open_scene(&s, steps, o);
	assert_int_equal(ask(&s), 0);
	assert_true(s.spy.tls);
	assert_int_equal(s.spy.seen.len, (size_t)-1);
	assert_int_equal(s.spy.at_end.len, (size_t)-1);
	close_scene(&s);
	unmake(&m);
}

/* Through a proxy the binding is the server's, not the proxy's. */
static void
behind_proxy(void **state)
{
	static const struct step steps[] = { { OK, KEEP, 0, 0 }, END };
	static const struct wish w = { "far", -1, 9, "far.example", NULL, 0,
		GNUTLS_DIG_SHA384, BY_SELF, false };
	struct http_opts o = { .url = "https://far.example/",
		.proxy = "the server's own port",
		.first_byte_ms = 5000 };
	struct made m;
	struct scene s;

	(void)state;
	memset(&s, 0, sizeof(s));
	make(&m, &w);
	s.peer.cert = &m;
	s.server.wrap = proxy_new;
	o.tls_pin = m.pin;
	open_scene(&s, steps, o);
	assert_int_equal(ask(&s), 0);
	assert_string_equal(s.spy.host, "far.example");
	is_of(&s.spy.seen, &m, "SHA-384", GNUTLS_DIG_SHA384);
	close_scene(&s);
	unmake(&m);
}

/* Before its second answer the server shows another certificate. */
static struct made second;
static int puts_done;

static long
put_after_handshake(void *w, const void *p, size_t n)
{
	struct link *l = w;
	gnutls_x509_crt_t crt = second.crt;
	gnutls_certificate_credentials_t cred;
	int r;

	if (++puts_done != 2)
		return link_put(w, p, n);
	gnutls_certificate_allocate_credentials(&cred);
	gnutls_certificate_set_x509_key(cred, &crt, 1, second.key);
	gnutls_credentials_set(l->s, GNUTLS_CRD_CERTIFICATE, cred);
	r = gnutls_rehandshake(l->s);
	while (r == 0 && (r = gnutls_handshake(l->s)) < 0 &&
	       gnutls_error_is_fatal(r) == 0)
		r = 0;
	gnutls_certificate_free_credentials(l->cred);
	l->cred = cred;
	return r < 0 ? -1 : link_put(w, p, n);
}

static void
other_certificate(void **state)
{
	static const struct step steps[] = { { OK, KEEP, 0, 0 },
		{ OK, KEEP, 0, 0 }, { OK, KEEP, 0, 0 }, END };
	static const struct wish w1 = { "one", -1, 9, "localhost", NULL, 0,
		GNUTLS_DIG_SHA256, BY_CA, false };
	static const struct wish w2 = { "two", -1, 9, "localhost", NULL, 0,
		GNUTLS_DIG_SHA512, BY_CA, false };
	char path[] = "/tmp/exsync-test-ca-XXXXXX";
	struct http_opts o = { .first_byte_ms = 5000 };
	struct tls_trust *trust;
	gnutls_datum_t pem;
	struct made first;
	struct scene s;
	FILE *f;

	(void)state;
	memset(&s, 0, sizeof(s));
	make_ca(&ca, "CA");
	make(&first, &w1);
	make(&second, &w2);
	gnutls_x509_crt_export2(ca.crt, GNUTLS_X509_FMT_PEM, &pem);
	f = fdopen(mkstemp(path), "w");
	fwrite(pem.data, 1, pem.size, f);
	fclose(f);
	gnutls_free(pem.data);
	o.trust = trust = tls_trust_load(path, &s.e);
	remove(path);
	assert_non_null(trust);
	s.peer.cert = &first;
	s.server.put = put_after_handshake;
	open_scene(&s, steps, o);
	assert_int_equal(ask(&s), 0);
	is_of(&s.spy.at_end, &first, "SHA-256", GNUTLS_DIG_SHA256);
	assert_int_equal(ask(&s), 0);
	is_of(&s.spy.seen, &first, "SHA-256", GNUTLS_DIG_SHA256);
	is_of(&s.spy.at_end, &second, "SHA-512", GNUTLS_DIG_SHA512);
	assert_int_equal(ask(&s), 0);
	is_of(&s.spy.seen, &second, "SHA-512", GNUTLS_DIG_SHA512);
	close_scene(&s);
	assert_int_equal(s.server.connections, 1);
	tls_trust_free(trust);
	unmake(&first);
	unmake(&second);
	unmake(&ca);
}

static int
set_up(void **state)
{
	(void)state;
	common_key = new_key(2048);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	gnutls_x509_privkey_deinit(common_key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(bound),
		cmocka_unit_test(unbound), cmocka_unit_test(behind_proxy),
		cmocka_unit_test(other_certificate) };

	return cmocka_run_group_tests_name("tlsauth", tests, set_up, tear_down);
}
