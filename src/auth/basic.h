/*
 * basic.h - RFC 7617 Basic authentication; see auth.h.
 * Floor: auth, internal.
 * Threads: as auth.h.
 */
#ifndef AUTH_BASIC_H
#define AUTH_BASIC_H

#include "core/credential.h"
#include "net/http.h"

/* As auth_open. */
struct http_auth *
basic_open(const struct credential *, const char *place, struct err *);

#endif
