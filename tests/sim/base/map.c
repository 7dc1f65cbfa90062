/*
 * map.c - open addressing, linear probing, at most half full.
 */
#include "base/map.h"

#include <stdlib.h>
#include <strings.h>

#include "base/hash.h"
#include "base/sb.h"

static struct map_slot *
slot(const struct map *m, const char *key)
{
	size_t i = hash_str(key) & (m->cap - 1);

	while (m->v[i].key != NULL && strcasecmp(m->v[i].key, key) != 0)
		i = (i + 1) & (m->cap - 1);
	return &m->v[i];
}

void *
map_get(const struct map *m, const char *key)
{
	return m->cap == 0 ? NULL : slot(m, key)->value;
}

static void
grow(struct map *m)
{
	struct map old = *m;
	size_t i;

	m->cap = old.cap ? old.cap * 2 : 64;
	m->v = sb_xmalloc(m->cap * sizeof(*m->v));
	for (i = 0; i < old.cap; i++)
		if (old.v[i].key != NULL)
			*slot(m, old.v[i].key) = old.v[i];
	free(old.v);
}

void
map_put(struct map *m, const char *key, void *value)
{
	struct map_slot *s;

	if (m->n * 2 >= m->cap)
		grow(m);
	s = slot(m, key);
	if (s->key != NULL)
		return;
	s->key = key;
	s->value = value;
	m->n++;
}

void
map_free(struct map *m)
{
	free(m->v);
	*m = (struct map){ 0 };
}
