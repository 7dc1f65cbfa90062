/*
 * namecache.c - a cache of the address book's answers.
 * 1. An answer is cached, also that there is none; for HIT_MS or MISS_MS.
 * 2. At most CACHE_MAX names are cached; then all are dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/tim.h"
#include "base/vec.h"
#include "ews/namecache.h"

#define CACHE_MAX 100000
#define HIT_MS    INT64_C(86400000)
#define MISS_MS   INT64_C(3600000)

struct namecache_entry {
	char *name; /* ASCII lower case */
	char *smtp; /* or NULL */
	int64_t until;
};

void
namecache_init(struct namecache *c)
{
	memset(c, 0, sizeof(*c));
	pthread_mutex_init(&c->lock, NULL);
	map_init(&c->at);
}

static void
clear_names(struct namecache *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->v[i].name);
		free(c->v[i].smtp);
	}
	free(c->v);
	c->v = NULL;
	c->n = 0;
	map_free(&c->at);
}

void
namecache_free(struct namecache *c)
{
	clear_names(c);
	pthread_mutex_destroy(&c->lock);
}

/* The entry of a name, or NULL. */
static struct namecache_entry *
find_entry(const struct namecache *c, const char *name)
{
	size_t i = map_get(&c->at, 0, name);

	return i == MAP_NONE ? NULL : &c->v[i];
}

static struct namecache_entry *
add_entry(struct namecache *c, const char *name)
{
	struct namecache_entry *e = VEC_ADD(c->v, c->n);

	e->name = mem_strdup(name);
	map_put(&c->at, 0, e->name, c->n - 1);
	return e;
}

bool
namecache_lookup(struct namecache *c, const char *name, char **out)
{
	const struct namecache_entry *e;
	bool hit;

	pthread_mutex_lock(&c->lock);
	e = find_entry(c, name);
	hit = e != NULL && e->until > tim_mono();
	*out = hit ? mem_strdup(e->smtp) : NULL;
	pthread_mutex_unlock(&c->lock);
	return hit;
}

void
namecache_remember(struct namecache *c, const char *name, const char *smtp)
{
	struct namecache_entry *e;

	pthread_mutex_lock(&c->lock);
	if (c->n >= CACHE_MAX) {
		clear_names(c);
		map_init(&c->at);
	}
	if ((e = find_entry(c, name)) == NULL)
		e = add_entry(c, name);
	free(e->smtp);
	e->smtp = mem_strdup(smtp);
	e->until = tim_mono() + (smtp == NULL ? MISS_MS : HIT_MS);
	pthread_mutex_unlock(&c->lock);
}
