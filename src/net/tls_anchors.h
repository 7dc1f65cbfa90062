/*
 * tls_anchors.h - the CA certificates as BearSSL wants them; inside of net/tls
 * only.
 * Floor: net.
 * Threads: read-only once loaded.
 */
#ifndef NET_TLS_ANCHORS_H
#define NET_TLS_ANCHORS_H

#include <stdint.h>

#include <bearssl.h>

#include "base/mem.h"

struct tls_trust {
	uint64_t id;
	br_x509_trust_anchor *v;
	size_t n;
	size_t passed_over; /* certificates that could not be used */
	struct arena arena; /* names and keys */
};

#endif
