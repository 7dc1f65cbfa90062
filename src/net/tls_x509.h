/*
 * tls_x509.h - validation of the server's certificate; inside of net/tls
 * only. Wraps BearSSL's minimal engine, or compares with a pin.
 * Floor: net.
 * Threads: a struct tls_x509 belongs to one connection.
 */
#ifndef NET_TLS_X509_H
#define NET_TLS_X509_H

#include <bearssl.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/tls_binding.h"

struct tls_session; /* tls_sessions.h */
struct tls_trust;

#define TLS_X509_REST 16 /* certificates after the leaf that are kept */

struct tls_x509 {
	const br_x509_class *vtable; /* first: BearSSL casts to it */
	br_x509_minimal_context minimal;
	br_x509_decoder_context key; /* pin: the leaf's key */
	const char *host;            /* borrowed; what the leaf must name */
	bool pinned;
	unsigned char pin[32];
	struct buf leaf; /* DER; kept for messages and channel binding */
	size_t ncert;    /* certificates begun in this chain */
	struct buf rest; /* DER of the others, in case their order is wrong */
	size_t nrest, rest_end[TLS_X509_REST];
	unsigned char sha256[32]; /* of leaf */
	/* the leaf's, set once the chain was accepted */
	struct tls_binding binding;
	bool resumed;            /* the connection began with a session of */
	unsigned char first[32]; /* this certificate, by its SHA-256 */
	bool changed;            /* refused: another one came after that */
};

/* pin: 32 bytes, or NULL: trust and host decide. */
void tls_x509_init(struct tls_x509 *, const struct tls_trust *,
    const char *host, const unsigned char *pin);
void tls_x509_free(struct tls_x509 *);
/*
 * The handshake resumed a session and showed no certificate. Its binding is
 * the session's from here on, and no handshake that follows may bring another
 * certificate: the peer of the session may have led both ends to one master
 * secret (RFC 7627 1), and would now put the true server in its place.
 */
void tls_x509_resume(struct tls_x509 *, const struct tls_session *);
/*
 * Sets err for a BearSSL code about certificates (32..63), with code
 * "certificate"; ERR_RETRY with "tls" for a certificate that came after a
 * resumption and is another. Always returns -1.
 */
int tls_x509_error(
    const struct tls_x509 *, int code, const char *where, struct err *);
/* Signature checks that refuse SHA-1, for handshake and chain. */
uint32_t
tls_x509_rsa(const unsigned char *sig, size_t sig_len, const unsigned char *oid,
    size_t hash_len, const br_rsa_public_key *, unsigned char *hash_out);
uint32_t tls_x509_ecdsa(const br_ec_impl *, const void *hash, size_t hash_len,
    const br_ec_public_key *, const void *sig, size_t sig_len);

#endif
