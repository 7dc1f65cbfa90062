/*
 * tlsserver.h - certificates of every kind, and the TLS side of netserver.h
 * on GnuTLS: a library that exsync does not use, so that a shared mistake
 * cannot hide.
 */
#ifndef TESTS_UNIT_TLSSERVER_H
#define TESTS_UNIT_TLSSERVER_H

#include <time.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "netserver.h"

#include "base/enc.h"
#include "base/mem.h"

#define DAY (24 * 3600)

/* What is special about a certificate. */
struct wish {
	const char *name;
	int from, to; /* days from now */
	const char *dns, *dns2;
	int bits; /* RSA; 0: the common 2048-bit key; -1: EC */
	gnutls_digest_algorithm_t hash;
	enum { BY_CA, BY_OTHER, BY_SELF } by;
	bool pss;
};

struct made {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
	char pin[80];
};

static gnutls_x509_privkey_t common_key;
static struct made ca, other;

static inline gnutls_x509_privkey_t
new_key(int bits)
{
	gnutls_x509_privkey_t k;

	assert_int_equal(gnutls_x509_privkey_init(&k), 0);
	assert_int_equal(
	    gnutls_x509_privkey_generate(k,
		bits < 0 ? GNUTLS_PK_ECDSA : GNUTLS_PK_RSA,
		bits < 0 ? GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)
			 : (unsigned)bits,
		0),
	    0);
	return k;
}

static inline void
common(gnutls_x509_crt_t c, const char *cn, time_t from, time_t to)
{
	static unsigned char serial = 1;

	serial++;
	gnutls_x509_crt_set_version(c, 3);
	gnutls_x509_crt_set_serial(c, &serial, 1);
	gnutls_x509_crt_set_activation_time(c, from);
	gnutls_x509_crt_set_expiration_time(c, to);
	gnutls_x509_crt_set_dn_by_oid(
	    c, GNUTLS_OID_X520_COMMON_NAME, 0, cn, (unsigned)strlen(cn));
}

static inline void
pin_of(struct made *m)
{
	unsigned char hash[32];
	gnutls_datum_t der;

	gnutls_x509_crt_export2(m->crt, GNUTLS_X509_FMT_DER, &der);
	gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, hash);
	memcpy(m->pin, "sha256:", 7);
	enc_hex(hash, 32, m->pin + 7);
	gnutls_free(der.data);
}

static inline void
make_ca(struct made *m, const char *cn)
{
	time_t now = time(NULL);

	m->key = new_key(2048);
	gnutls_x509_crt_init(&m->crt);
	common(m->crt, cn, now - DAY, now + 10 * DAY);
	gnutls_x509_crt_set_basic_constraints(m->crt, 1, -1);
	gnutls_x509_crt_set_key_usage(
	    m->crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
	gnutls_x509_crt_set_key(m->crt, m->key);
	assert_int_equal(
	    gnutls_x509_crt_sign2(m->crt, m->crt, m->key, GNUTLS_DIG_SHA256, 0),
	    0);
}

static inline void
make(struct made *m, const struct wish *w)
{
	struct made *by = w->by == BY_CA ? &ca : w->by == BY_OTHER ? &other : m;
	time_t now = time(NULL);

	m->key = w->bits == 0 ? common_key : new_key(w->bits);
	gnutls_x509_crt_init(&m->crt);
	common(m->crt, w->name, now + w->from * DAY, now + w->to * DAY);
	gnutls_x509_crt_set_key(m->crt, m->key);
	if (w->dns != NULL)
		gnutls_x509_crt_set_subject_alt_name(m->crt, GNUTLS_SAN_DNSNAME,
		    w->dns, (unsigned)strlen(w->dns), GNUTLS_FSAN_APPEND);
	if (w->dns2 != NULL)
		gnutls_x509_crt_set_subject_alt_name(m->crt, GNUTLS_SAN_DNSNAME,
		    w->dns2, (unsigned)strlen(w->dns2), GNUTLS_FSAN_APPEND);
	gnutls_x509_crt_set_key_usage(
	    m->crt, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT);
	assert_int_equal(
	    gnutls_x509_crt_sign2(m->crt, by == m ? m->crt : by->crt, by->key,
		w->hash == 0 ? GNUTLS_DIG_SHA256 : w->hash,
		w->pss ? GNUTLS_PRIVKEY_SIGN_FLAG_RSA_PSS : 0),
	    0);
	pin_of(m);
}

static inline void
unmake(struct made *m)
{
	gnutls_x509_crt_deinit(m->crt);
	if (m->key != common_key)
		gnutls_x509_privkey_deinit(m->key);
}

/* The server's side of TLS. */
struct peer {
	const struct made *cert;
	const char *priority;
	bool no_bye;
	bool wants_cert; /* refuses a client without a certificate */
	/* before the handshake, and after it with its result; NULL: nothing */
	void (*before)(gnutls_session_t, void *arg);
	void (*after)(gnutls_session_t, int r, void *arg);
	void *arg;
};

struct link {
	gnutls_session_t s;
	gnutls_certificate_credentials_t cred;
	const struct peer *peer;
};

static inline void
link_free(void *arg, enum after after)
{
	struct link *l = arg;

	if (!l->peer->no_bye && after != RESET)
		gnutls_bye(l->s, GNUTLS_SHUT_WR);
	gnutls_deinit(l->s);
	gnutls_certificate_free_credentials(l->cred);
	free(l);
}

static inline void *
link_new(struct server *sv, int fd)
{
	const struct peer *p = sv->arg;
	struct link *l = mem_alloc(sizeof(*l));
	gnutls_x509_crt_t crt = p->cert->crt;
	int r;

	l->peer = p;
	gnutls_certificate_allocate_credentials(&l->cred);
	r = gnutls_certificate_set_x509_key(l->cred, &crt, 1, p->cert->key);
	gnutls_init(&l->s, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
	if (r == 0)
		r = gnutls_priority_set_direct(l->s,
		    p->priority != NULL ? p->priority
					: "NORMAL:-VERS-ALL:+VERS-TLS1.2",
		    NULL);
	gnutls_credentials_set(l->s, GNUTLS_CRD_CERTIFICATE, l->cred);
	if (p->wants_cert)
		gnutls_certificate_server_set_request(
		    l->s, GNUTLS_CERT_REQUIRE);
	gnutls_transport_set_int(l->s, fd);
	gnutls_handshake_set_timeout(l->s, 5000);
	if (p->before != NULL)
		p->before(l->s, p->arg);
	while (r == 0 && (r = gnutls_handshake(l->s)) < 0 &&
	       gnutls_error_is_fatal(r) == 0)
		r = 0;
	if (p->after != NULL)
		p->after(l->s, r, p->arg);
	if (r < 0) {
		/* as OpenSSL does it, and gone with what was not read */
		if (p->wants_cert)
			gnutls_alert_send(
			    l->s, GNUTLS_AL_FATAL, GNUTLS_A_HANDSHAKE_FAILURE);
		else
			gnutls_alert_send_appropriate(l->s, r);
		gnutls_deinit(l->s);
		gnutls_certificate_free_credentials(l->cred);
		free(l);
		return NULL;
	}
	return l;
}

/* A proxy and the server behind it in one. */
static inline void *
proxy_new(struct server *sv, int fd)
{
	static const char answer[] = "HTTP/1.1 200 Connection established\r\n"
				     "Via: test\r\n\r\n";
	char in[1024] = "";
	size_t n = 0;

	while (strstr(in, "\r\n\r\n") == NULL && n + 1 < sizeof(in)) {
		long k = recv(fd, in + n, sizeof(in) - 1 - n, 0);

		if (k <= 0)
			return NULL;
		n += (size_t)k;
		in[n] = '\0';
	}
	memcpy(sv->log, in, n);
	sv->nlog = n;
	if (send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL) <= 0)
		return NULL;
	return link_new(sv, fd);
}

static inline long
link_get(void *l, void *p, size_t n)
{
	return gnutls_record_recv(((struct link *)l)->s, p, n);
}

static inline long
link_put(void *l, const void *p, size_t n)
{
	return gnutls_record_send(((struct link *)l)->s, p, n);
}

#endif
