/*
 * pool.h - the connections to one server that are not in use, by
 * credential.
 * Floor: ews.
 * Threads: struct pool: any. A struct pool_conn belongs to who took it.
 */
#ifndef EWS_POOL_H
#define EWS_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/credential.h"
#include "net/http.h"

struct pool_conn {
	struct pool_conn *next;
	struct http *http;
	struct http_auth *auth;
	struct credential who; /* a copy */
};

struct pool {
	pthread_mutex_t lock;
	const struct conf *conf;
	const struct conf_profile *profile;
	struct tls_trust *trust;
	struct pool_conn *idle; /* the one used last is first */
	size_t nidle, max;
};

/* -1: no CA certificates, a bad url, or a proxy that is none. */
int pool_init(struct pool *, const struct conf *, const struct conf_profile *,
    int max, struct err *);
void pool_free(struct pool *);
/*
 * One of that credential, connected or not yet. NULL: ERR_CONFIG, by
 * auth_open or http_open.
 */
struct pool_conn *
pool_take(struct pool *, const struct credential *, struct err *);
void pool_give(struct pool *, struct pool_conn *);
/* Closes it and begins a new one with the same credential, in place. */
int pool_renew(struct pool *, struct pool_conn *, struct err *);

#endif
