/*
 * auth.h - how a request says who we are: what implements the struct
 * http_auth of net/http.h, one file for each scheme. Authentication builds
 * bytes, HTTP moves bytes.
 * Floor: auth.
 * Threads: a struct http_auth belongs to one struct http and its thread.
 *
 * What connections share, as a token or a ticket, is no http_auth: it is an
 * object of its own, with a lock of its own, that outlives all connections
 * (those of a pool: pool_free). An http_auth may borrow from it, and asks it
 * again for each header(): what it was given may have run out. Such an object
 * is not locked while it waits for a network: who finds somebody else asking
 * waits for that answer, and stop ends the wait.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "core/credential.h"
#include "net/http.h"

/*
 * The one that makes the headers of the credential's scheme; the caller's, by
 * its free() once the struct http that uses it is closed. The credential is
 * copied. place: where a scheme is enabled on such a server ("the EWS virtual
 * directory"), for a sentence; it stays. NULL: ERR_CONFIG with code "username",
 * the scheme cannot carry it (Basic: a colon in the username, RFC 7617 2).
 *
 * Basic: RFC 7617, in UTF-8, in the first request of each exchange. A 401 is
 * the end of it: ERR_AUTH with CAUSE_LOGIN_DENIED.
 */
struct http_auth *
auth_open(const struct credential *, const char *place, struct err *);

#endif
