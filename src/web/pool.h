/*
 * pool.h - the idle connections to one server, by credential.
 * Floor: web. Knows nothing of the service that is used over them.
 * Threads: struct pool: any. A struct pool_conn belongs to the thread that
 * took it.
 *
 * A connection is only ever used for one credential: some servers
 * authenticate the connection and not each request. The caller limits how many
 * are in use at once.
 */
#ifndef WEB_POOL_H
#define WEB_POOL_H

#include <pthread.h>
#include <stddef.h>

#include "core/credential.h"
#include "net/http.h"

struct pool_opts {
	/* for every connection, except trust, sessions and auth, which the
	 * pool sets; what it points to must outlive the pool */
	struct http_opts http;
	const char *ca_file; /* for https without tls_pin; NULL: the system's */
	/* for the trial of pool_init; each credential has its own */
	enum conf_auth scheme;
	const char *place; /* as in auth_open */
	int max; /* idle connections to keep, at most; less than 1: 1 */
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
	struct tls_sessions *sessions; /* of all its connections */
	struct pool_conn *idle;        /* the one used most recently is first */
	size_t nidle, max;
	size_t live; /* idle, taken, or being opened ahead */
};

/*
 * Sets what the INI says about a profile's connections, for any service (url,
 * proxy, tls_pin, ca_file, scheme), and the deadlines of the fault tests. The
 * caller sets place, max, and whatever its service needs to be different, such
 * as body_max.
 */
void pool_opts_of(
    struct pool_opts *, const struct conf *, const struct conf_profile *);
/*
 * Does not connect. -1: no CA certificates, or url or proxy are invalid. The
 * caller must call pool_free in both cases.
 */
int pool_init(struct pool *, const struct pool_opts *, struct err *);
/* To be called after all connections have been given back. */
void pool_free(struct pool *);
/*
 * Takes a connection of that credential, which may not be connected yet. NULL:
 * ERR_CONFIG, by auth_open or http_open.
 */
struct pool_conn *
pool_take(struct pool *, const struct credential *, struct err *);
/*
 * Opens a connection of that credential ahead, and keeps it for pool_take,
 * unless there are max already, whoever has them. enough: as in http_enough.
 * -1: as http_connect, or as pool_take.
 */
int pool_open_ahead(struct pool *, const struct credential *,
    const atomic_bool *enough, struct err *);
/*
 * Keeps it for the next pool_take with its credential; when there are more
 * than max, the one idle the longest is closed. NULL is fine.
 */
void pool_give(struct pool *, struct pool_conn *);
/*
 * Closes the connection and begins a new one in its place, with the same
 * credential. -1: as pool_take; then http is NULL until pool_renew succeeds.
 */
int pool_renew(struct pool *, struct pool_conn *, struct err *);

#endif
