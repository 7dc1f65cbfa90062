/*
 * tls_trust.h - the CA certificates that are trusted.
 * Floor: net.
 * Threads: read-only once loaded; may be shared.
 */
#ifndef NET_TLS_TRUST_H
#define NET_TLS_TRUST_H

#include <stdint.h>

#include "base/err.h"

struct tls_trust;

/*
 * Loads CA certificates from a PEM file, or one in DER. NULL: the system's
 * (SSL_CERT_FILE, else the usual places of Debian, Red Hat, SUSE, Alpine,
 * BSD). A certificate that BearSSL cannot use is skipped. ERR_CONFIG: the file
 * cannot be read, or no certificate in it is usable.
 */
struct tls_trust *tls_trust_load(const char *path, struct err *);
void tls_trust_free(struct tls_trust *);
/*
 * What no other in this process has, not even one in the same memory later.
 * NULL: 0.
 */
uint64_t tls_trust_id(const struct tls_trust *);
/*
 * The i-th file that tls_trust_load(NULL) looks for, whether it is there or
 * not; NULL after the last.
 */
const char *tls_trust_place(size_t i);

#endif
