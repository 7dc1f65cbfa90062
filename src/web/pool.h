/*
 * pool.h - the connections to one server that are not in use, by
 * credential.
 * Floor: web. Knows nothing of the service that is spoken on them.
 * Threads: struct pool: any. A struct pool_conn belongs to who took it.
 *
 * A connection is only ever used for one credential: some servers
 * authenticate the connection and not each request. How many are in use at
 * once is the caller's to limit.
 */
#ifndef WEB_POOL_H
#define WEB_POOL_H

#include <pthread.h>
#include <stddef.h>

#include "core/credential.h"
#include "net/http.h"

struct pool_opts {
	/* of every connection, but for trust and auth, which are the pool's
	 * own; what it points to must outlive the pool */
	struct http_opts http;
	const char *ca_file; /* for https without tls_pin; NULL: the system's */
	enum conf_auth scheme; /* for a trial; each credential has its own */
	/* where a scheme is enabled on such a server, as auth_open has it */
	const char *place;
	int max; /* idle ones that are kept; less than 1: 1 */
};

struct pool_conn {
	struct pool_conn *next;
	struct http *http;
	struct http_auth *auth;
	struct credential who; /* a copy */
};

struct pool {
	pthread_mutex_t lock;
	struct pool_opts opts;
	struct tls_trust *trust;
	struct pool_conn *idle; /* the one used last is first */
	size_t nidle, max;
};

/*
 * What the INI says for the connections of a profile, whichever service is
 * behind them, and what the fault tests say of their deadlines: url, proxy,
 * tls_pin, ca_file, scheme. place and max are the caller's, and whatever else
 * the service wants in another way (as body_max).
 */
void pool_opts_of(
    struct pool_opts *, const struct conf *, const struct conf_profile *);
/*
 * Contacts nobody. -1: no CA certificates, a bad url, or a proxy that is none.
 * Either way pool_free is to be called.
 */
int pool_init(struct pool *, const struct pool_opts *, struct err *);
/* After all that were taken have been given back. */
void pool_free(struct pool *);
/*
 * One of that credential, connected or not yet. NULL: ERR_CONFIG, by
 * auth_open or http_open.
 */
struct pool_conn *
pool_take(struct pool *, const struct credential *, struct err *);
/*
 * Keeps it for the next who comes with its credential; where that is one too
 * many, the one idle the longest is closed. NULL is fine.
 */
void pool_give(struct pool *, struct pool_conn *);
/*
 * Closes it and begins a new one with the same credential, in place. -1: as
 * pool_take; its http is NULL then, until it is renewed again.
 */
int pool_renew(struct pool *, struct pool_conn *, struct err *);

#endif
