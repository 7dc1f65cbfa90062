/*
 * auth.h - how a request says who we are: what implements the struct
 * http_auth of net/http.h. Authentication builds bytes, HTTP moves bytes.
 * Floor: auth.
 * Threads: a struct http_auth belongs to one connection and its thread.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "net/http.h"

/*
 * RFC 7617, UTF-8. Both strings are copied. Never fails; a username with a
 * colon is refused by header() as ERR_CONFIG.
 */
struct http_auth *auth_basic(const char *username, const char *password);

#endif
