/*
 * auth.h - how a request says who we are. Authentication builds bytes, HTTP
 * moves bytes.
 * Floor: auth.
 * Threads: a struct http_auth belongs to one connection and its thread.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "base/buf.h"
#include "base/err.h"

struct http_auth {
	/*
	 * Writes the value of the next Authorization header to out (nothing:
	 * send none). challenge: the WWW-Authenticate values of a 401 just
	 * received, one per line, or NULL before the first request. 1: send
	 * out and come back with the next 401's challenge; 0: send out, done;
	 * -1: give up (a 401 to credentials already sent is ERR_AUTH).
	 */
	int (*header)(struct http_auth *, const char *challenge,
	    struct buf *out, struct err *);
	void (*free)(struct http_auth *);
};

/*
 * RFC 7617, UTF-8. Both strings are copied. Never fails; a username with a
 * colon is refused by header() as ERR_CONFIG.
 */
struct http_auth *auth_basic(const char *username, const char *password);

#endif
