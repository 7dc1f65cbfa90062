/*
 * autoauth.h - the strongest login that the server offers; see auth.h.
 * Floor: auth, internal.
 * Threads: as auth.h.
 */
#ifndef AUTH_AUTOAUTH_H
#define AUTH_AUTOAUTH_H

#include "core/credential.h"
#include "net/http.h"

/* As auth_open; never NULL. */
struct http_auth *autoauth_open(const struct credential *, const char *place);

#endif
