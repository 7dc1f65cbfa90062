/*
 * tls_trust.h - the CA certificates that are trusted.
 * Floor: net.
 * Threads: read-only once loaded; may be shared.
 */
#ifndef NET_TLS_TRUST_H
#define NET_TLS_TRUST_H

#include "base/err.h"

struct tls_trust;

/*
 * CA certificates from a PEM file, or one as DER. NULL: the system's
 * (SSL_CERT_FILE, then the usual places of Debian, Red Hat, SUSE, Alpine,
 * BSD). A certificate that BearSSL cannot use is passed over; none usable is
 * ERR_CONFIG.
 */
struct tls_trust *tls_trust_load(const char *path, struct err *);
void tls_trust_free(struct tls_trust *);
/*
 * The i-th file that tls_trust_load(NULL) looks for, whether it is there or
 * not; NULL after the last.
 */
const char *tls_trust_place(size_t i);

#endif
