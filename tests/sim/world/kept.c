/*
 * kept.c - properties that were written.
 */
#include "world/kept.h"

#include <string.h>

const struct kept *
kept_find(const struct mail *m, const char *key)
{
	const struct kept *k;

	for (k = m->kept; k != NULL; k = k->next)
		if (strcmp(k->key, key) == 0)
			return k;
	return NULL;
}

const char *
kept_text(const struct mail *m, const char *key)
{
	const struct kept *k = kept_find(m, key);

	return k != NULL ? k->v[0] : NULL;
}

void
kept_set(struct mail *m, const char *key, const char *const *v, int n)
{
	struct kept **at = &m->kept, *k;
	int i;

	while (*at != NULL && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	if (*at != NULL)
		*at = (*at)->next;
	if (n == 0)
		return;
	k = arena_alloc(&m->a, sizeof(*k));
	k->key = arena_str(&m->a, key);
	k->v = arena_alloc(&m->a, (size_t)n * sizeof(*k->v));
	for (i = 0; i < n; i++)
		k->v[i] = arena_str(&m->a, v[i]);
	k->n = n;
	k->next = m->kept;
	m->kept = k;
}

void
kept_one(struct mail *m, const char *key, const char *v)
{
	kept_set(m, key, &v, v != NULL);
}

void
kept_copy(struct mail *to, const struct mail *from)
{
	const struct kept *k;

	for (k = from->kept; k != NULL; k = k->next)
		kept_set(to, k->key, k->v, k->n);
}
