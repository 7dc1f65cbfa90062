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
 * The hash of the server's leaf certificate, of its DER as it came. Which one
 * the certificate's signature says: its own, but SHA-256 instead of MD5 and
 * SHA-1. The prefix "tls-server-end-point:" is not in it.
 */
struct tls_binding {
	const char *name; /* "SHA-256", ...; NULL: no binding */
	size_t len;       /* of hash, 28 to 64; 0: no binding, because the
			   * signature has no hash or none that we know */
	unsigned char hash[TLS_BINDING_MAX];
};

/* Of a certificate; one that cannot be read has no binding. */
void tls_binding_make(struct tls_binding *out, const void *der, size_t len);

#endif
