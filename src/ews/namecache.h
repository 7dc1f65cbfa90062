/*
 * namecache.h - a cache of the address book's answers (resolve.h).
 * Floor: ews.
 * Threads: any.
 */
#ifndef EWS_NAMECACHE_H
#define EWS_NAMECACHE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"

struct namecache_entry;

struct namecache {
	pthread_mutex_t lock;
	struct map at; /* names to their places in v */
	struct namecache_entry *v;
	size_t n;
	int failed;   /* failed requests in a row */
	bool missing; /* the server does not have the operation */
};

void namecache_init(struct namecache *);
void namecache_free(struct namecache *);
/* Is the name cached? *out: its address, which the caller frees; NULL: none. */
bool namecache_lookup(struct namecache *, const char *name, char **out);
/* Caches an answer. smtp NULL: the name has no address. */
void namecache_remember(struct namecache *, const char *name, const char *smtp);

#endif
