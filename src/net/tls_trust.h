/*
 * tls_trust.h - the CA certificates as BearSSL wants them; inside of net/tls
 * only. tls.h has tls_trust_load and tls_trust_free.
 * Floor: net.
 * Threads: read-only once loaded.
 */
#ifndef NET_TLS_TRUST_H
#define NET_TLS_TRUST_H

#include <bearssl.h>

#include "base/mem.h"
#include "net/tls.h"

struct tls_trust {
	br_x509_trust_anchor *v;
	size_t n;
	size_t passed_over; /* certificates that could not be used */
	struct arena arena; /* names and keys */
};

#endif
