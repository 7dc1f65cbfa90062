/*
 * oauthauth.h - a token in each request (RFC 6750); see auth.h.
 * Floor: auth, internal.
 * Threads: as auth.h.
 */
#ifndef AUTH_OAUTHAUTH_H
#define AUTH_OAUTHAUTH_H

#include "core/credential.h"
#include "net/http.h"

/* As auth_open; never NULL. */
struct http_auth *oauthauth_open(const struct credential *, const char *place);

#endif
