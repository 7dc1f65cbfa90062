/*
 * tls_binding.h - what ties a login to the TLS connection that it goes over:
 * the channel binding tls-server-end-point (RFC 5929 4.1).
 * Floor: net.
 * Threads: pure.
 */
#ifndef NET_TLS_BINDING_H
#define NET_TLS_BINDING_H

#include <stddef.h>

#define TLS_BINDING_MAX 64 /* SHA-512 */

/*
 * The hash of the server's leaf certificate: of its DER as received, by the
 * hash function of the certificate's signature, but by SHA-256 where that is
 * MD5 or SHA-1. The prefix "tls-server-end-point:" is not included.
 */
struct tls_binding {
	const char *name; /* "SHA-256", ...; NULL: no binding */
	/* of hash, 28 to 64; 0: no binding, because the signature's hash is
	 * unknown or it has none */
	size_t len;
	unsigned char hash[TLS_BINDING_MAX];
};

/* The binding of a certificate; one that cannot be read has none. */
void tls_binding_make(struct tls_binding *out, const void *der, size_t len);

#endif
