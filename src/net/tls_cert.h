/*
 * tls_cert.h - the fields of an X.509 certificate (RFC 5280 4.1) that messages
 * show, and those that BearSSL does not check.
 * Floor: net. Reads DER; verifies nothing.
 * Threads: pure.
 */
#ifndef NET_TLS_CERT_H
#define NET_TLS_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tls_sig {
	TLS_SIG_OTHER, /* unknown to us: BearSSL decides */
	TLS_SIG_WEAK,  /* MD5 or SHA-1 */
	TLS_SIG_PSS,   /* RSASSA-PSS */
	TLS_SIG_GOOD   /* RSA or ECDSA with SHA-256, 384 or 512 */
};

/* The hash that a signature is made with. */
enum tls_hash {
	TLS_HASH_OTHER, /* unknown to us, or none (Ed25519) */
	TLS_HASH_MD5,
	TLS_HASH_SHA1,
	TLS_HASH_SHA224,
	TLS_HASH_SHA256,
	TLS_HASH_SHA384,
	TLS_HASH_SHA512
};

struct tls_cert {
	char subject[96], issuer[96]; /* CN, else O, else OU; printable */
	char names[192];              /* DNS names and IP addresses, or CN */
	enum tls_sig sig;
	enum tls_hash hash;            /* for RSASSA-PSS from its parameters */
	int64_t not_before, not_after; /* ms or TIM_NONE */
	bool self_issued;              /* subject and issuer are equal */
	bool not_for_servers;          /* extendedKeyUsage says so */
	/* the whole names; they point into the DER that was given */
	const unsigned char *subject_dn, *issuer_dn;
	size_t subject_len, issuer_len;
};

/* -1: not a certificate; out then holds what was found so far. */
int tls_cert_read(const unsigned char *der, size_t len, struct tls_cert *out);

#endif
