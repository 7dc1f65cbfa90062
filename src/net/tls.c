/*
 * tls.c - TLS 1.2 client over BearSSL.
 * 1. BearSSL's engine is the only holder of TLS state; only fill_engine and
 *    send_record move records between it and the socket.
 * 2. The end of the TCP stream is an error unless close_notify came before.
 * 3. Decrypted bytes are handed out where the engine has them, and are not
 *    copied here.
 * 4. Randomness comes from crypt_random; /dev is not needed.
 * 5. Only the session of a full handshake is kept. One whose connection failed
 *    is forgotten (RFC 5246 7.2.2), and one that was resumed for a connection
 *    on which the server then said nothing.
 */
#include <stdlib.h>
#include <string.h>

#include <bearssl.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/host.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/tls.h"
#include "net/tls_cert.h"
#include "net/tls_error.h"
#include "net/tls_sessions.h"
#include "net/tls_trust.h"
#include "net/tls_x509.h"

/*
 * The engine asks for the 5 bytes of a record's header, then for the record.
 * Both are taken from a buffer, so that one recv brings all that has arrived,
 * up to two full records. When the buffer is empty and the engine wants
 * IN_DIRECT bytes or more, they are read straight into the engine.
 */
#define IN_SIZE   (32 << 10)
#define IN_DIRECT (4 << 10)

struct tls {
	struct sock *sock;
	char *host, *port;
	uint64_t trust; /* tls_trust_id */
	bool pinned;
	unsigned char pin[TLS_PIN];
	struct tls_sessions *sessions;
	struct tls_session session; /* the connection's; id_len 0: none */
	bool resumed;               /* session comes from another connection */
	bool distrusted;            /* it must not be used again */
	bool heard;                 /* data came from the server */
	br_ssl_client_context sc;
	struct tls_x509 x509;
	bool foreign; /* the peer's first bytes are not TLS */
	bool greeted; /* the peer's first bytes have come */
	size_t in_at, in_len;
	unsigned char in[IN_SIZE];
	unsigned char io[BR_SSL_BUFSIZE_BIDI];
};

/*
 * Forward secrecy and AEAD first; CBC for Exchange 2010 on Windows 2008 R2;
 * plain RSA key exchange last, for those of them that have nothing else.
 */
static const uint16_t suites[] = {
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
	BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
	BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
	BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
	BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	BR_TLS_RSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_RSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_RSA_WITH_AES_128_CBC_SHA256,
	BR_TLS_RSA_WITH_AES_256_CBC_SHA256,
	BR_TLS_RSA_WITH_AES_128_CBC_SHA,
	BR_TLS_RSA_WITH_AES_256_CBC_SHA,
};

static void
engine_of(struct tls *t)
{
	br_ssl_engine_context *eng = &t->sc.eng;
	unsigned char seed[48];

	br_ssl_client_zero(&t->sc);
	br_ssl_engine_set_versions(eng, BR_TLS12, BR_TLS12);
	br_ssl_engine_set_suites(
	    eng, suites, sizeof(suites) / sizeof(suites[0]));
	br_ssl_client_set_default_rsapub(&t->sc);
	br_ssl_engine_set_default_ecdsa(eng); /* sets the curves, too */
	br_ssl_engine_set_rsavrfy(eng, tls_x509_rsa);
	br_ssl_engine_set_ecdsa(eng, tls_x509_ecdsa);
	/* SHA-1 is for the MAC of CBC suites; SHA-1 signatures are refused */
	br_ssl_engine_set_hash(eng, br_sha1_ID, &br_sha1_vtable);
	br_ssl_engine_set_hash(eng, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(eng, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_hash(eng, br_sha512_ID, &br_sha512_vtable);
	br_ssl_engine_set_prf_sha256(eng, br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(eng, br_tls12_sha384_prf);
	br_ssl_engine_set_default_aes_gcm(eng);
	br_ssl_engine_set_default_chapol(eng);
	br_ssl_engine_set_default_aes_cbc(eng);
	br_ssl_engine_set_x509(eng, &t->x509.vtable);
	br_ssl_engine_set_buffer(eng, t->io, sizeof(t->io), 1);
	crypt_random(seed, sizeof(seed));
	br_ssl_engine_inject_entropy(eng, seed, sizeof(seed));
	mem_wipe(seed, sizeof(seed));
}

/* Sets err to why the engine failed. */
static int
engine_failed(struct tls *t, struct err *e)
{
	int code = br_ssl_engine_last_error(&t->sc.eng);
	const char *where = sock_where(t->sock);
	enum err_kind kind;
	char text[240];

	t->distrusted = true;
	if (code >= BR_ERR_X509_OK && code < BR_ERR_RECV_FATAL_ALERT)
		return tls_x509_error(&t->x509, code, where, e);
	if (t->foreign)
		code = BR_ERR_BAD_VERSION;
	/* handshake_failure before the server's certificate: no common cipher
	 * suite; after it: OpenSSL and others want a client certificate */
	if (code == TLS_ERROR_HANDSHAKE && t->x509.ncert > 0)
		code = TLS_ERROR_WANTS_CERT;
	kind = tls_error_text(code, text, sizeof(text));
	err_set(e, kind, "%s: TLS: %s", where, text);
	return err_code(e, CAUSE_TLS, "tls", SCOPE_PROFILE);
}

static int
tls_cut_off(struct tls *t, struct err *e)
{
	err_set(e, ERR_RETRY,
	    "%s: the connection ended without the TLS goodbye "
	    "(close_notify): the answer may be cut off",
	    sock_where(t->sock));
	return err_code(e, CAUSE_CUT, "truncated", SCOPE_MAILBOX);
}

/* Gives the engine bytes that it waits for. */
static int
fill_engine(struct tls *t, int64_t deadline, struct err *e)
{
	size_t want;
	unsigned char *to = br_ssl_engine_recvrec_buf(&t->sc.eng, &want);
	long k;

	if (t->in_at == t->in_len) {
		bool direct = want >= IN_DIRECT;

		k = sock_read(t->sock, direct ? to : t->in,
		    direct ? want : sizeof(t->in), deadline, e);
		if (k <= 0)
			return k == 0 ? tls_cut_off(t, e) : -1;
		if (direct) {
			br_ssl_engine_recvrec_ack(&t->sc.eng, (size_t)k);
			return 0;
		}
		t->in_at = 0;
		t->in_len = (size_t)k;
		if (!t->greeted) { /* a record: type 20..23, version 3.x */
			t->greeted = true;
			t->foreign = t->in[0] < 20 || t->in[0] > 23 ||
				     (k > 1 && t->in[1] != 3);
		}
	}
	if (want > t->in_len - t->in_at)
		want = t->in_len - t->in_at;
	memcpy(to, t->in + t->in_at, want);
	t->in_at += want;
	br_ssl_engine_recvrec_ack(&t->sc.eng, want);
	return 0;
}

static int
send_record(struct tls *t, int64_t deadline, struct err *e)
{
	size_t n;
	unsigned char *p = br_ssl_engine_sendrec_buf(&t->sc.eng, &n);

	if (sock_write(t->sock, p, n, deadline, e) == -1)
		return -1;
	br_ssl_engine_sendrec_ack(&t->sc.eng, n);
	return 0;
}

/*
 * Moves records until the engine is in one of the wanted states. 1: it is; 0:
 * the connection was closed properly; -1: error. Records without data (alerts,
 * empty ones) do not extend the deadline, however fast they come.
 */
static int
pump_records(struct tls *t, unsigned want, int64_t deadline, struct err *e)
{
	bool again = false;

	for (;;) {
		unsigned st = br_ssl_engine_current_state(&t->sc.eng);

		if (st == BR_SSL_CLOSED) {
			if (br_ssl_engine_last_error(&t->sc.eng) != BR_ERR_OK)
				return engine_failed(t, e);
			return 0;
		}
		if (st & BR_SSL_SENDREC) {
			if (send_record(t, deadline, e) == -1)
				return -1;
			continue;
		}
		if (st & want)
			return 1;
		if (!(st & BR_SSL_RECVREC)) {
			/* unread data is in the way of what the engine needs */
			err_set(e, ERR_RETRY,
			    "%s: the server sends before it is asked",
			    sock_where(t->sock));
			return err_code(
			    e, CAUSE_MALFORMED, "malformed", SCOPE_MAILBOX);
		}
		if (again && tim_mono() >= deadline) {
			err_set(e, ERR_RETRY, "%s: no answer in time",
			    sock_where(t->sock));
			return err_code(
			    e, CAUSE_TIMEOUT, "timeout", SCOPE_MAILBOX);
		}
		if (fill_engine(t, deadline, e) == -1)
			return -1;
		again = true;
	}
}

static bool
read_pin(const char *pin, unsigned char out[32])
{
	return str_ieqn(pin, "sha256:", 7) && enc_unhex(pin + 7, out, 32);
}

/*
 * A peer that refuses a handshake may close before we have sent our part of
 * it: is its alert still there to be read? Nothing more can come on such a
 * connection.
 */
static bool
last_words(struct tls *t)
{
	br_ssl_engine_context *eng = &t->sc.eng;
	struct err ignored = ERR_INIT;
	int64_t now = tim_mono();

	while ((br_ssl_engine_current_state(eng) & BR_SSL_RECVREC) &&
	       fill_engine(t, now, &ignored) == 0)
		;
	return br_ssl_engine_last_error(eng) != BR_ERR_OK;
}

/* Improves the error of a handshake unless it is about the certificate. */
static void
explain_handshake(struct tls *t, struct err *e)
{
	if (e->cause == CAUSE_CUT && last_words(t)) {
		engine_failed(t, e);
	} else if (e->cause == CAUSE_CUT) {
		err_set(e, ERR_RETRY,
		    "%s: the connection was ended during the TLS handshake: "
		    "check that TLS 1.2 is enabled there (exsync speaks no "
		    "other version), that a certificate is bound to the port, "
		    "and that no firewall interferes",
		    sock_where(t->sock));
		err_code(e, CAUSE_TLS, "tls", SCOPE_PROFILE);
	} else if (e->cause == CAUSE_TIMEOUT) {
		err_set(e, ERR_RETRY,
		    "%s: no answer to the TLS handshake in time: check that "
		    "this port speaks https and that the server is not "
		    "overloaded",
		    sock_where(t->sock));
		err_code(e, CAUSE_TIMEOUT, "timeout", SCOPE_PROFILE);
	}
}

static struct tls_session_for
session_for(const struct tls *t)
{
	struct tls_session_for f = { t->host, t->port, t->trust,
		t->pinned ? t->pin : NULL };

	return f;
}

/* Gives the engine a session to offer. False: there is none. */
static bool
offer_session(struct tls *t)
{
	struct tls_session_for f = session_for(t);
	const struct tls_session *s = &t->session;
	br_ssl_session_parameters p;

	if (!tls_sessions_find(t->sessions, &f, &t->session))
		return false;
	memset(&p, 0, sizeof(p));
	memcpy(p.session_id, s->id, s->id_len);
	p.session_id_len = (unsigned char)s->id_len;
	p.version = s->version;
	p.cipher_suite = s->suite;
	memcpy(p.master_secret, s->master, sizeof(p.master_secret));
	br_ssl_engine_set_session_parameters(&t->sc.eng, &p);
	mem_wipe(&p, sizeof(p));
	return true;
}

/* Keeps what a full handshake brought, if the server would resume it. */
static void
keep_session(struct tls *t)
{
	struct tls_session_for f = session_for(t);
	struct tls_session *s = &t->session;
	br_ssl_session_parameters p;
	struct tls_cert cert;

	mem_wipe(s, sizeof(*s));
	br_ssl_engine_get_session_parameters(&t->sc.eng, &p);
	if (p.session_id_len > 0 && p.session_id_len <= sizeof(s->id)) {
		s->id_len = p.session_id_len;
		memcpy(s->id, p.session_id, s->id_len);
		s->version = p.version;
		s->suite = p.cipher_suite;
		memcpy(s->master, p.master_secret, sizeof(s->master));
		s->binding = t->x509.binding;
		memcpy(s->leaf, t->x509.sha256, sizeof(s->leaf));
		tls_cert_read((const unsigned char *)buf_str(&t->x509.leaf),
		    t->x509.leaf.len, &cert);
		/* a pin holds for longer than its certificate */
		s->not_after = t->pinned ? TIM_NONE : cert.not_after;
		tls_sessions_keep(t->sessions, &f, s);
	}
	mem_wipe(&p, sizeof(p));
}

/* The handshake; 0, or -1 with err. */
static int
shake_hands(struct tls *t, bool offered, int64_t deadline, struct err *e)
{
	/* RFC 6066 3: no addresses in server_name */
	const char *name = host_is_ip(t->host) ? NULL : t->host;
	int r;

	if (!br_ssl_client_reset(&t->sc, name, offered))
		return engine_failed(t, e);
	r = pump_records(t, BR_SSL_SENDAPP, deadline, e);
	if (r == 0)
		tls_cut_off(t, e);
	if (r != 1)
		return -1;
	/* each suite of ours begins with a certificate */
	t->resumed = t->x509.ncert == 0;
	if (t->resumed)
		tls_x509_resume(&t->x509, &t->session);
	else if (t->sessions != NULL)
		keep_session(t);
	return 0;
}

static struct tls *
new_tls(struct sock *sock, const struct tls_to *to)
{
	struct tls *t = mem_alloc(sizeof(*t));
	size_t n = strlen(to->host);

	t->sock = sock;
	t->host = mem_strdup(to->host);
	if (n > 1 && to->host[n - 1] == '.')
		t->host[n - 1] = '\0';
	t->port = mem_strdup(to->port);
	t->trust = tls_trust_id(to->trust);
	t->sessions = to->sessions;
	return t;
}

struct tls *
tls_connect(struct sock *sock, const struct tls_to *to, int64_t deadline,
    bool *again, struct err *e)
{
	unsigned char raw[TLS_PIN];
	struct tls *t;
	bool offered;

	if (again != NULL)
		*again = false;
	if (to->pin != NULL && !read_pin(to->pin, raw)) {
		err_set(e, ERR_CONFIG,
		    "tls_pin must be sha256: followed by "
		    "64 hexadecimal digits");
		err_code(e, CAUSE_CERTIFICATE, "certificate", SCOPE_PROFILE);
		return NULL;
	}
	t = new_tls(sock, to);
	t->pinned = to->pin != NULL;
	if (t->pinned)
		memcpy(t->pin, raw, sizeof(t->pin));
	tls_x509_init(&t->x509, to->trust, t->host, t->pinned ? raw : NULL);
	engine_of(t);
	offered = t->sessions != NULL && !to->in_full && offer_session(t);
	if (shake_hands(t, offered, deadline, e) == 0)
		return t;
	explain_handshake(t, e);
	if (offered && again != NULL)
		*again =
		    e->cause != CAUSE_STOP && e->cause != CAUSE_CERTIFICATE;
	t->distrusted = true;
	tls_close(t);
	return NULL;
}

bool
tls_resumed(const struct tls *t)
{
	return t->resumed;
}

void
tls_distrust(struct tls *t)
{
	t->distrusted = true;
}

const struct tls_binding *
tls_binding(const struct tls *t)
{
	return &t->x509.binding;
}

const unsigned char *
tls_leaf(const struct tls *t, size_t *len)
{
	*len = t->x509.leaf.len;
	return (const unsigned char *)buf_str(&t->x509.leaf);
}

const unsigned char *
tls_peek(struct tls *t, size_t *n, int64_t deadline, struct err *e)
{
	int r = pump_records(t, BR_SSL_RECVAPP, deadline, e);

	*n = 0;
	if (r == 0)
		err_clear(e);
	t->heard = t->heard || r == 1;
	return r == 1 ? br_ssl_engine_recvapp_buf(&t->sc.eng, n) : NULL;
}

void
tls_eat(struct tls *t, size_t k)
{
	br_ssl_engine_recvapp_ack(&t->sc.eng, k);
}

bool
tls_pending(const struct tls *t)
{
	return t->in_at < t->in_len ||
	       (br_ssl_engine_current_state(&t->sc.eng) & BR_SSL_RECVAPP);
}

int
tls_write(
    struct tls *t, const void *buf, size_t n, int64_t deadline, struct err *e)
{
	const unsigned char *p = buf;

	while (n > 0) {
		size_t room;
		unsigned char *to;
		int r = pump_records(t, BR_SSL_SENDAPP, deadline, e);

		if (r != 1)
			return r == 0 ? tls_cut_off(t, e) : -1;
		to = br_ssl_engine_sendapp_buf(&t->sc.eng, &room);
		if (room > n)
			room = n;
		memcpy(to, p, room);
		br_ssl_engine_sendapp_ack(&t->sc.eng, room);
		p += room;
		n -= room;
	}
	br_ssl_engine_flush(&t->sc.eng, 0);
	while (br_ssl_engine_current_state(&t->sc.eng) & BR_SSL_SENDREC)
		if (send_record(t, deadline, e) == -1)
			return -1;
	return 0;
}

void
tls_close(struct tls *t)
{
	struct err ignored = ERR_INIT;

	if (t == NULL)
		return;
	br_ssl_engine_close(&t->sc.eng);
	if (br_ssl_engine_current_state(&t->sc.eng) & BR_SSL_SENDREC)
		send_record(t, tim_mono(), &ignored);
	if (t->session.id_len > 0 && t->sessions != NULL &&
	    (t->distrusted || (t->resumed && !t->heard)))
		tls_sessions_forget(t->sessions, &t->session);
	tls_x509_free(&t->x509);
	free(t->host);
	free(t->port);
	mem_wipe(t, sizeof(*t));
	free(t);
}
