/*
 * namecache.h - what the address book said of names (resolve.h).
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
	int failed;   /* requests in a row */
	bool missing; /* the server does not have the operation */
};

void namecache_init(struct namecache *);
void namecache_free(struct namecache *);
/* Is it known? *out: its address, the caller's, or NULL where it has none. */
bool namecache_lookup(struct namecache *, const char *name, char **out);
/* smtp NULL: it has none. */
void namecache_remember(struct namecache *, const char *name, const char *smtp);

#endif
