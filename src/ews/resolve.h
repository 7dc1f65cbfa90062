/*
 * resolve.h - addresses that are not SMTP, looked up in the address book
 * (PROTOCOL 8, "Addresses").
 * Floor: ews.
 * Threads: struct resolve_cache: any.
 */
#ifndef EWS_RESOLVE_H
#define EWS_RESOLVE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/map.h"
#include "ews/soap.h"

struct ews_session;
struct resolve_entry;

struct resolve_cache {
	pthread_mutex_t lock;
	struct map at; /* names to their places in v */
	struct resolve_entry *v;
	size_t n;
	int failed;   /* requests in a row */
	bool missing; /* the server does not have the operation */
};

void resolve_init(struct resolve_cache *);
void resolve_free(struct resolve_cache *);

/*
 * The SMTP address of a legacyExchangeDN or another name: from the cache, or
 * with one request. *out: the caller's, or NULL where the address book has
 * none or several. -1: it could not be asked now.
 */
int
resolve_name(struct ews_session *, const char *name, char **out, struct err *);

/* The parser of the answer, for the tests. Zeroed is ready. */
struct resolve_answer {
	struct buf address, routing, best; /* of the resolution at hand */
	char *found;                       /* the one address, malloc'ed */
	int n;                             /* different ones seen */
	struct err err;                    /* the message's own */
};
extern const struct soap_ops resolve_ops;

#endif
