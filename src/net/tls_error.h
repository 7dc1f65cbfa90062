/*
 * tls_error.h - BearSSL's codes as sentences; inside of net/tls only.
 * Floor: net.
 * Threads: pure.
 */
#ifndef NET_TLS_ERROR_H
#define NET_TLS_ERROR_H

#include <bearssl.h>

#include "base/err.h"

/* Fatal alerts of the server: handshake_failure, certificate_required. */
#define TLS_ERROR_HANDSHAKE  (BR_ERR_RECV_FATAL_ALERT + 40)
#define TLS_ERROR_WANTS_CERT (BR_ERR_RECV_FATAL_ALERT + 116)

/*
 * Writes to out what a code means that is not about certificates, and what to
 * do; only a code without a sentence of its own is shown by its number.
 * Returns the kind of error.
 */
enum err_kind tls_error_text(int code, char *out, size_t size);

#endif
