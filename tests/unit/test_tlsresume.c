/*
 * test_tlsresume.c - resumed TLS sessions against a server on GnuTLS that keeps
 * them: when they are used, when not, what still holds, and what happens when
 * one breaks. Time can be set forward, and all memory that is given back is
 * looked into for the master secret.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tlsmemory.h"
#include "tlsserver.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/tim.h"
#include "net/http.h"
#include "net/tls.h"
#include "net/tls_sessions.h"
#include "net/tls_trust.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define BYE                                                                    \
	"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
#define UNAUTH                                                                 \
	"HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
#define END                                                                    \
	{                                                                      \
		NULL, KEEP, 0, 0                                               \
	}
#define HOUR (INT64_C(3600) * 1000)

int64_t __wrap_tim_mono(void);
int64_t __real_tim_mono(void);
int64_t __wrap_tim_now(void);
int64_t __real_tim_now(void);
void __wrap_free(void *);
void __real_free(void *);
void *__wrap_realloc(void *, size_t);
void *__real_realloc(void *, size_t);

static int64_t later; /* ms */
static _Thread_local bool looking;
static unsigned char master[TLS_SESSION_MASTER];
static int given_back; /* pieces of memory with the secret in them */

int64_t
__wrap_tim_mono(void)
{
	return __real_tim_mono() + later;
}

int64_t
__wrap_tim_now(void)
{
	return __real_tim_now() + later;
}

static void
look_into(void *p)
{
	if (looking && p != NULL &&
	    memmem(p, malloc_usable_size(p), master, sizeof(master)) != NULL)
		given_back++;
}

void
__wrap_free(void *p)
{
	look_into(p);
	__real_free(p);
}

void *
__wrap_realloc(void *p, size_t n)
{
	look_into(p);
	return __real_realloc(p, n);
}

/* A connection for each exchange. */
static const struct step byes[] = { { BYE, CLOSE, 0, 0 }, { BYE, CLOSE, 0, 0 },
	{ BYE, CLOSE, 0, 0 }, { BYE, CLOSE, 0, 0 }, { BYE, CLOSE, 0, 0 },
	{ BYE, CLOSE, 0, 0 }, { BYE, CLOSE, 0, 0 }, END };

/* A login that records what it is bound to. */
struct spy {
	struct http_auth auth;
	struct tls_binding seen; /* len 0: there was none */
	bool gives_up;           /* when it is refused */
};

static int
spy_header(struct http_auth *a, const struct http_auth_conn *conn,
    const char *challenge, struct buf *out, struct err *e)
{
	struct spy *s = (struct spy *)a;

	memset(&s->seen, 0, sizeof(s->seen));
	if (conn->binding != NULL)
		s->seen = *conn->binding;
	if (challenge != NULL && s->gives_up) {
		err_set(e, ERR_AUTH, "refused");
		return err_code(
		    e, CAUSE_LOGIN_DENIED, "http-401", SCOPE_PROFILE);
	}
	return buf_adds(out, "Test");
}

static struct tls_trust *trust, *same_trust;
static struct made good;

struct scene {
	struct server server;
	struct peer peer;
	struct memory memory;
	struct spy spy;
	struct tls_sessions *sessions;
	struct http *http;
	struct http_response out;
	struct err e;
};

/* Another way to the same server, with the same sessions. */
static void
reopen(struct scene *s, const char *host, const struct tls_trust *t,
    const char *pin)
{
	char url[128];
	struct http_opts o = { .url = url,
		.proxy = "",
		.trust = t,
		.tls_pin = pin,
		.sessions = s->sessions,
		.auth = &s->spy.auth,
		.tls_ms = HANG_MS,
		.first_byte_ms = HANG_MS };

	http_close(s->http);
	snprintf(url, sizeof(url), "https://%s:%d/", host, s->server.port);
	s->http = http_open(&o, &s->e);
	assert_non_null(s->http);
}

static void
open_scene(struct scene *s, const struct step *steps)
{
	memset(s, 0, sizeof(*s));
	later = 0;
	s->server.step = steps;
	s->server.arg = &s->peer;
	s->server.wrap = link_new;
	s->server.get = link_get;
	s->server.put = link_put;
	s->server.unwrap = link_free;
	s->peer.cert = &good;
	s->peer.before = memory_before;
	s->peer.after = memory_after;
	s->peer.arg = &s->memory;
	s->spy.auth.header = spy_header;
	server_start(&s->server);
	s->sessions = tls_sessions_open();
	reopen(s, "localhost", trust, NULL);
}

/* It is over, and these were its connections. */
static void
close_scene(struct scene *s, const char *how)
{
	http_close(s->http);
	http_response_free(&s->out);
	server_stop(&s->server);
	tls_sessions_close(s->sessions);
	assert_string_equal(s->memory.how, how);
	later = 0;
}

static int
ask_once(struct scene *s, bool idempotent)
{
	const struct http_request req = { "POST", NULL, 0, "<q/>", 4,
		idempotent };

	err_clear(&s->e);
	return http_exchange(s->http, &req, &s->out, NULL, &s->e);
}

static void
ask_well(struct scene *s)
{
	int r = ask_once(s, true);

	if (r == -1)
		print_message("%s\n", s->e.msg);
	assert_int_equal(r, 0);
	assert_int_equal(s->out.status, 200);
}

/* A new connection resumes, and a login is bound to what it was bound to. */
static void
resumed(void **state)
{
	static const struct step steps[] = { { BYE, CLOSE, 0, 0 },
		{ OK, KEEP, 0, 0 }, { BYE, CLOSE, 0, 0 }, { BYE, CLOSE, 0, 0 },
		END };
	unsigned char hash[32];
	struct tls_binding first;
	gnutls_datum_t der;
	struct scene s;

	(void)state;
	open_scene(&s, steps);
	ask_well(&s);
	first = s.spy.seen;
	memset(&s.spy.seen, 0, sizeof(s.spy.seen));
	ask_well(&s);
	assert_int_equal(s.spy.seen.len, first.len);
	assert_string_equal(s.spy.seen.name, first.name);
	assert_memory_equal(s.spy.seen.hash, first.hash, sizeof(first.hash));
	gnutls_x509_crt_export2(good.crt, GNUTLS_X509_FMT_DER, &der);
	gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, hash);
	gnutls_free(der.data);
	assert_int_equal(s.spy.seen.len, sizeof(hash));
	assert_memory_equal(s.spy.seen.hash, hash, sizeof(hash));
	ask_well(&s);
	ask_well(&s);
	close_scene(&s, "frr");
}

/* Behind a proxy, too. */
static void
proxied(void **state)
{
	char proxy[64];
	struct http_opts o = { .url = "https://localhost/", .proxy = proxy };
	struct scene s;

	(void)state;
	open_scene(&s, byes);
	s.server.wrap = proxy_new;
	http_close(s.http);
	snprintf(proxy, sizeof(proxy), "http://localhost:%d", s.server.port);
	o.trust = trust;
	o.sessions = s.sessions;
	s.http = http_open(&o, &s.e);
	ask_well(&s);
	ask_well(&s);
	close_scene(&s, "fr");
}

/* The server need not: then its certificate is looked at, as always. */
static void
declined(void **state)
{
	static const struct wish w = { "renewed", -1, 9, "localhost", NULL, 0,
		GNUTLS_DIG_SHA384, BY_CA, false };
	struct made renewed;
	struct scene s;

	(void)state;
	make(&renewed, &w);
	open_scene(&s, byes);
	ask_well(&s);
	s.memory.mood = DECLINES;
	s.peer.cert = &renewed;
	ask_well(&s);
	assert_string_equal(s.spy.seen.name, "SHA-384");
	s.memory.mood = RESUMES;
	ask_well(&s);
	assert_string_equal(s.spy.seen.name, "SHA-384");
	ask_well(&s);
	close_scene(&s, "ffrr");
	unmake(&renewed);
}

/* A certificate that is not good is refused, and nothing is tried again. */
static void
replaced(void **state)
{
	static const struct wish wrong[] = {
		{ "other", -1, 9, "localhost", NULL, 0, 0, BY_OTHER, false },
		{ "name", -1, 9, "mail.example", NULL, 0, 0, BY_CA, false },
		{ "old", -9, -2, "localhost", NULL, 0, 0, BY_CA, false },
	};
	struct made m;
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		make(&m, &wrong[i]);
		open_scene(&s, byes);
		ask_well(&s);
		s.memory.mood = DECLINES;
		s.peer.cert = &m;
		assert_int_equal(ask_once(&s, true), -1);
		assert_int_equal(s.e.kind, ERR_CONFIG);
		assert_int_equal(s.e.cause, CAUSE_CERTIFICATE);
		close_scene(&s, "fx");
		assert_int_equal(s.server.connections, 2);
		unmake(&m);
	}
}

/* Another pin, host or list of CAs: what was verified does not count. */
static void
others(void **state)
{
	static const char wrong[] = "sha256:00112233445566778899aabbccddeeff"
				    "00112233445566778899aabbccddeeff";
	struct scene s;

	(void)state;
	open_scene(&s, byes);
	ask_well(&s);
	reopen(&s, "localhost", same_trust, NULL);
	ask_well(&s);
	reopen(&s, "localhost", trust, good.pin);
	ask_well(&s);
	reopen(&s, "127.0.0.1", trust, good.pin);
	ask_well(&s);
	reopen(&s, "127.0.0.1", trust, wrong);
	assert_int_equal(ask_once(&s, true), -1);
	assert_int_equal(s.e.cause, CAUSE_CERTIFICATE);
	/* an address is not in the certificate */
	reopen(&s, "127.0.0.1", trust, NULL);
	assert_int_equal(ask_once(&s, true), -1);
	assert_int_equal(s.e.cause, CAUSE_CERTIFICATE);
	/* each has its own */
	reopen(&s, "localhost", trust, good.pin);
	ask_well(&s);
	close_scene(&s, "ffffxxr");
}

/* Not for longer than a time of ours, nor than the certificate. */
static void
outdated(void **state)
{
	struct tls_session_for f = { "localhost", NULL, 0, NULL };
	struct tls_session kept;
	struct scene s;
	char port[16];

	(void)state;
	open_scene(&s, byes);
	ask_well(&s);
	later = 9 * HOUR;
	ask_well(&s);
	/* resuming makes it no younger */
	later = 10 * HOUR + 1;
	ask_well(&s);
	snprintf(port, sizeof(port), "%d", s.server.port);
	f.port = port;
	f.trust = tls_trust_id(trust);
	assert_true(tls_sessions_find(s.sessions, &f, &kept));
	assert_int_equal(kept.not_after / 1000,
	    gnutls_x509_crt_get_expiration_time(good.crt));
	close_scene(&s, "frf");
}

/* A session that breaks the handshake costs one more connection. */
static void
broken(void **state)
{
	static const enum mood mood[] = { ALERTS, HANGS_UP };
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		open_scene(&s, byes);
		ask_well(&s);
		s.memory.mood = mood[i];
		/* also when it may be sent once only: nothing was */
		assert_int_equal(ask_once(&s, false), 0);
		assert_int_equal(s.e.kind, ERR_NONE);
		s.memory.mood = RESUMES;
		ask_well(&s);
		close_scene(&s, "fxfr");
		assert_int_equal(s.server.connections, 4);
	}
}

/* The two ends do not agree on the secret: the same. */
static void
damaged(void **state)
{
	struct tls_session_for f = { "localhost", NULL, 0, NULL };
	struct tls_session kept;
	struct scene s;
	char port[16];

	(void)state;
	open_scene(&s, byes);
	ask_well(&s);
	snprintf(port, sizeof(port), "%d", s.server.port);
	f.port = port;
	f.trust = tls_trust_id(trust);
	assert_true(tls_sessions_find(s.sessions, &f, &kept));
	kept.master[0] ^= 1;
	tls_sessions_keep(s.sessions, &f, &kept);
	ask_well(&s);
	close_scene(&s, "fxf");
}

/* Once: what fails in full fails. */
static void
broken_twice(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s, byes);
	ask_well(&s);
	/* which GnuTLS asks of new sessions only */
	s.memory.mood = HANGS_UP;
	s.peer.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
	assert_int_equal(ask_once(&s, true), -1);
	assert_string_equal(s.e.code, "tls");
	assert_int_equal(s.e.kind, ERR_CONFIG);
	/* and the session that failed is not tried again */
	s.memory.mood = RESUMES;
	s.peer.priority = NULL;
	ask_well(&s);
	close_scene(&s, "fxxf");
	assert_int_equal(s.server.connections, 4);
}

/*
 * The last message of a resumed handshake is ours, and the request follows it
 * at once. A server that ends the connection then may not like the session.
 */
static void
ended(void **state)
{
	static const enum after after[] = { CLOSE, RESET };
	struct scene s;
	size_t i, once;

	(void)state;
	for (i = 0; i < 2; i++)
		for (once = 0; once < 2; once++) {
			const struct step steps[] = { { BYE, CLOSE, 0, 0 },
				{ NULL, after[i], 0, 0 }, { BYE, CLOSE, 0, 0 },
				{ BYE, CLOSE, 0, 0 }, END };

			open_scene(&s, steps);
			ask_well(&s);
			assert_int_equal(ask_once(&s, !once), once ? -1 : 0);
			ask_well(&s);
			/* the session that was ended is not tried again */
			close_scene(&s, once ? "frf" : "frfr");
		}
}

/* It is bounded here, too, and a first connection has no second chance. */
static void
ended_twice(void **state)
{
	static const struct step steps[] = { { NULL, CLOSE, 0, 0 },
		{ BYE, CLOSE, 0, 0 }, { NULL, CLOSE, 0, 0 },
		{ NULL, CLOSE, 0, 0 }, { BYE, CLOSE, 0, 0 }, END };
	struct scene s;

	(void)state;
	open_scene(&s, steps);
	assert_int_equal(ask_once(&s, true), -1);
	assert_int_equal(s.e.cause, CAUSE_CUT);
	/* that was no fault of the session */
	ask_well(&s);
	assert_int_equal(ask_once(&s, true), -1);
	assert_int_equal(s.e.cause, CAUSE_CUT);
	ask_well(&s);
	close_scene(&s, "frrfr");
}

/*
 * A connection that was opened ahead may be ended before its first request, as
 * any idle one; it carries one as any other does.
 */
static void
ahead(void **state)
{
	static const enum after after[] = { CLOSE, RESET };
	atomic_bool enough = false;
	struct scene s;
	size_t i, once;

	(void)state;
	for (i = 0; i < 2; i++)
		for (once = 0; once < 2; once++) {
			const struct step steps[] = { { BYE, CLOSE, 0, 0 },
				{ "", after[i], 0, 0 }, { BYE, CLOSE, 0, 0 },
				{ BYE, CLOSE, 0, 0 }, END };

			open_scene(&s, steps);
			assert_int_equal(http_connect(s.http, &s.e), 0);
			/* there it is already */
			assert_int_equal(http_connect(s.http, &s.e), 0);
			ask_well(&s);
			assert_int_equal(http_connect(s.http, &s.e), 0);
			assert_int_equal(ask_once(&s, !once), once ? -1 : 0);
			ask_well(&s);
			close_scene(&s, once ? "frf" : "frfr");
		}
	/* the same of one that has resumed nothing */
	for (once = 0; once < 2; once++) {
		static const struct step steps[] = { { "", CLOSE, 0, 0 },
			{ BYE, CLOSE, 0, 0 }, END };

		open_scene(&s, steps);
		assert_int_equal(http_connect(s.http, &s.e), 0);
		assert_int_equal(ask_once(&s, !once), once ? -1 : 0);
		if (once)
			ask_well(&s);
		close_scene(&s, "fr");
	}
	/* nobody wants it any more */
	open_scene(&s, byes);
	enough = true;
	http_enough(s.http, &enough);
	assert_int_equal(http_connect(s.http, &s.e), -1);
	assert_int_equal(s.e.cause, CAUSE_STOP);
	http_enough(s.http, NULL);
	ask_well(&s);
	close_scene(&s, "f");
}

/* A login that is refused may be bound to a certificate of before. */
static void
denied(void **state)
{
	static const struct step steps[] = { { BYE, CLOSE, 0, 0 },
		{ UNAUTH, CLOSE, 0, 0 }, { BYE, CLOSE, 0, 0 },
		{ BYE, CLOSE, 0, 0 }, END };
	struct scene s;

	(void)state;
	open_scene(&s, steps);
	ask_well(&s);
	s.spy.gives_up = true;
	assert_int_equal(ask_once(&s, true), -1);
	assert_int_equal(s.e.cause, CAUSE_LOGIN_DENIED);
	ask_well(&s);
	ask_well(&s);
	close_scene(&s, "frfr");
}

/* Before its third answer the server begins another handshake. */
static const struct made *midway;
static int puts_done;

static long
put_after_handshake(void *w, const void *p, size_t n)
{
	struct link *l = w;
	gnutls_x509_crt_t crt = midway->crt;
	gnutls_certificate_credentials_t cred;
	int r;

	if (++puts_done != 3)
		return link_put(w, p, n);
	gnutls_db_set_retrieve_function(l->s, NULL);
	gnutls_certificate_allocate_credentials(&cred);
	gnutls_certificate_set_x509_key(cred, &crt, 1, midway->key);
	gnutls_credentials_set(l->s, GNUTLS_CRD_CERTIFICATE, cred);
	r = gnutls_rehandshake(l->s);
	while (r == 0 && (r = gnutls_handshake(l->s)) < 0 &&
	       gnutls_error_is_fatal(r) == 0)
		r = 0;
	gnutls_certificate_free_credentials(l->cred);
	l->cred = cred;
	return r < 0 ? -1 : link_put(w, p, n);
}

/*
 * After a resumption another certificate, however good, is refused: the server
 * may be put in the place of the one that the session was made with.
 */
static void
changed_midway(void **state)
{
	static const struct step steps[] = { { BYE, CLOSE, 0, 0 },
		{ OK, KEEP, 0, 0 }, { BYE, CLOSE, 0, 0 }, { BYE, CLOSE, 0, 0 },
		END };
	static const struct wish w = { "two", -1, 9, "localhost", NULL, 0, 0,
		BY_CA, false };
	struct made two;
	struct scene s;
	int same;

	(void)state;
	make(&two, &w);
	for (same = 0; same < 2; same++) {
		open_scene(&s, steps);
		puts_done = 0;
		midway = same ? &good : &two;
		s.server.put = put_after_handshake;
		ask_well(&s);
		ask_well(&s);
		assert_int_equal(ask_once(&s, false), same ? 0 : -1);
		if (!same) {
			assert_int_equal(s.e.kind, ERR_RETRY);
			assert_string_equal(s.e.code, "tls");
			assert_non_null(strstr(s.e.msg, "another certificate"));
		}
		ask_well(&s);
		close_scene(&s, same ? "frr" : "frf");
	}
	unmake(&two);
}

/* No copy of the secret is left in memory that was given back. */
static void
wiped(void **state)
{
	struct tls_session_for f = { "localhost", NULL, 0, NULL };
	struct tls_session kept;
	struct scene s;
	struct buf copy;
	char port[16];

	(void)state;
	open_scene(&s, byes);
	ask_well(&s);
	snprintf(port, sizeof(port), "%d", s.server.port);
	f.port = port;
	f.trust = tls_trust_id(trust);
	assert_true(tls_sessions_find(s.sessions, &f, &kept));
	memcpy(master, kept.master, sizeof(master));
	/* what the test relies on: a copy that is given back is noticed */
	given_back = 0;
	looking = true;
	buf_init(&copy, 100);
	buf_add(&copy, master, sizeof(master));
	buf_free(&copy);
	assert_int_equal(given_back, 1);
	ask_well(&s);
	assert_int_equal(given_back, 1);
	/* replaced */
	s.memory.mood = DECLINES;
	ask_well(&s);
	http_drop(s.http);
	assert_int_equal(given_back, 1);
	assert_true(tls_sessions_find(s.sessions, &f, &kept));
	assert_memory_not_equal(kept.master, master, sizeof(master));
	memcpy(master, kept.master, sizeof(master));
	close_scene(&s, "frf");
	looking = false;
	assert_int_equal(given_back, 1);
}

#define CROWD 4
#define EACH  8

static void *
crowd_run(void *arg)
{
	struct http *h = arg;
	const struct http_request req = { "POST", NULL, 0, "<q/>", 4, true };
	struct http_response out;
	struct err e = ERR_INIT;
	int i;

	memset(&out, 0, sizeof(out));
	for (i = 0; i < EACH; i++)
		if (http_exchange(h, &req, &out, NULL, &e) == -1 ||
		    out.status != 200)
			abort();
	http_response_free(&out);
	return NULL;
}

/* Threads share a table. */
static void
crowded(void **state)
{
	struct step steps[CROWD * EACH + 1];
	pthread_t thread[CROWD];
	struct http *http[CROWD];
	struct http_opts o = { .proxy = "", .trust = trust };
	char url[64], how[CROWD * EACH + 1];
	struct scene s;
	size_t i;

	(void)state;
	memset(steps, 0, sizeof(steps));
	for (i = 0; i < CROWD * EACH; i++) {
		steps[i].send = BYE;
		steps[i].after = CLOSE;
	}
	open_scene(&s, steps);
	snprintf(url, sizeof(url), "https://localhost:%d/", s.server.port);
	o.url = url;
	o.sessions = s.sessions;
	for (i = 0; i < CROWD; i++) {
		http[i] = http_open(&o, &s.e);
		pthread_create(&thread[i], NULL, crowd_run, http[i]);
	}
	for (i = 0; i < CROWD; i++) {
		pthread_join(thread[i], NULL);
		http_close(http[i]);
	}
	/* the first of each thread may have begun before there was one */
	for (i = 0; s.memory.how[i] == 'f'; i++)
		;
	assert_in_range(i, 1, CROWD);
	memset(how, 'f', i);
	memset(how + i, 'r', CROWD * EACH - i);
	how[CROWD * EACH] = '\0';
	close_scene(&s, how);
}

static struct tls_trust *
load_trust(void)
{
	char path[] = "/tmp/exsync-test-ca-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	struct err e = ERR_INIT;
	struct tls_trust *t;
	gnutls_datum_t pem;

	gnutls_x509_crt_export2(ca.crt, GNUTLS_X509_FMT_PEM, &pem);
	fwrite(pem.data, 1, pem.size, f);
	fclose(f);
	gnutls_free(pem.data);
	t = tls_trust_load(path, &e);
	remove(path);
	return t;
}

static int
set_up(void **state)
{
	static const struct wish w = { "good", -1, 9, "localhost", NULL, 0, 0,
		BY_CA, false };

	(void)state;
	common_key = new_key(2048);
	make_ca(&ca, "Test CA");
	make_ca(&other, "Other CA");
	make(&good, &w);
	trust = load_trust();
	same_trust = load_trust();
	return trust == NULL || same_trust == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tls_trust_free(trust);
	tls_trust_free(same_trust);
	unmake(&good);
	unmake(&ca);
	unmake(&other);
	gnutls_x509_privkey_deinit(common_key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resumed),
		cmocka_unit_test(proxied),
		cmocka_unit_test(declined),
		cmocka_unit_test(replaced),
		cmocka_unit_test(others),
		cmocka_unit_test(outdated),
		cmocka_unit_test(broken),
		cmocka_unit_test(damaged),
		cmocka_unit_test(broken_twice),
		cmocka_unit_test(ended),
		cmocka_unit_test(ended_twice),
		cmocka_unit_test(ahead),
		cmocka_unit_test(denied),
		cmocka_unit_test(changed_midway),
		cmocka_unit_test(wiped),
		cmocka_unit_test(crowded),
	};

	return cmocka_run_group_tests_name(
	    "tlsresume", tests, set_up, tear_down);
}
