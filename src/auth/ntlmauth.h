/*
 * ntlmauth.h - NTLM authentication over HTTP; see auth.h.
 * Floor: auth, internal.
 * Threads: as auth.h.
 */
#ifndef AUTH_NTLMAUTH_H
#define AUTH_NTLMAUTH_H

#include "core/credential.h"
#include "net/http.h"

/* As auth_open; never NULL. */
struct http_auth *ntlmauth_open(const struct credential *, const char *place);

#endif
