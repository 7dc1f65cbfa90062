/*
 * tls_error.h - BearSSL's codes as sentences; inside of net/tls only.
 * Floor: net.
 * Threads: pure.
 */
#ifndef NET_TLS_ERROR_H
#define NET_TLS_ERROR_H

#include "base/err.h"

/*
 * What a code that is not about certificates means and what to do; kind is
 * what the caller should make of it. Never NULL.
 */
const char *tls_error_text(int code, enum err_kind *kind);

#endif
