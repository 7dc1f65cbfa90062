/*
 * auth.h - how a request says who we are: the implementations of struct
 * http_auth (net/http.h), one file for each scheme. They build bytes and leave
 * it to HTTP to move them.
 * Floor: auth.
 * Threads: a struct http_auth belongs to one struct http and its thread.
 *
 * What connections share, such as a token or a ticket, is not part of an
 * http_auth: it is an object with a lock of its own, and outlives all
 * connections (those of a pool end with pool_free). An http_auth may borrow
 * from it, and asks it again in each header(), since a token may have expired.
 * Such an object is not locked while it waits for the network: a thread that
 * finds a request for the token under way waits for its answer, and stop ends
 * the wait.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "core/credential.h"
#include "net/http.h"

/*
 * Makes the http_auth of the credential's scheme. The caller frees it with its
 * free(), after closing the struct http that uses it. The credential is
 * copied. place: where a scheme is enabled on such a server ("the EWS virtual
 * directory"), for messages; it must outlive the http_auth. NULL: ERR_CONFIG
 * with code "username": the scheme cannot carry it (Basic: a colon in the
 * username, RFC 7617 2).
 *
 * Basic: RFC 7617, in UTF-8, in the first request of each exchange. A 401 ends
 * the exchange: ERR_AUTH with CAUSE_LOGIN_DENIED, or CAUSE_NOT_OFFERED when it
 * does not offer Basic.
 *
 * NTLM: MS-NLMP over RFC 4559's kind of rounds. The login belongs to the
 * connection: a first request without a body, the body with the answer to the
 * challenge, then no header at all. A 401 to that answer: ERR_AUTH with
 * CAUSE_LOGIN_DENIED. When a connection that is logged in is asked again, the
 * exchange begins anew on another, once; when that happens twice in a row, so
 * that no login outlives its request: ERR_CONFIG "ntlm-not-kept". A server that
 * does not offer NTLM: ERR_CONFIG "ntlm-not-offered"; it never saw the name.
 *
 * Auto: a first request without body and name shows what the server offers:
 * NTLM if it is, and the user name has a domain, else Basic. What was chosen
 * stays, whatever becomes of it. Neither: ERR_CONFIG "auth-not-offered".
 *
 * OAuth: RFC 6750 2.1, a token (token.h) in the first request of each exchange.
 * A 401 renews it once; a second one is ERR_AUTH with CAUSE_LOGIN_DENIED. A
 * server that offers no Bearer: ERR_CONFIG "oauth-not-offered". Where the token
 * cannot be had: token_take's error. Without settings (credential.oauth NULL)
 * it may be opened, but not used.
 */
struct http_auth *
auth_open(const struct credential *, const char *place, struct err *);

#endif
