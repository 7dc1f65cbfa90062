/*
 * retry.h - Retry-After: how long a server wants to be left alone (RFC 9110
 * 10.2.3).
 * Floor: net.
 * Threads: pure.
 */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <stdint.h>

#include "base/buf.h"
#include "net/http.h"

/* In ms. A server that asks for more than a day is left alone for a day. */
#define RETRY_MAX INT64_C(86400000)

/*
 * The answer's Retry-After in ms from now, from 0 to RETRY_MAX. RFC 9110
 * allows whole seconds and an HTTP date (in its three forms, RFC 9110 5.6.7);
 * servers also write fractions of a second ("2.128"). A date that has passed
 * is 0. -1: there is none, or it cannot be parsed. scratch is overwritten.
 */
int64_t retry_after(const struct http_response *, struct buf *scratch);

#endif
