/*
 * map.c - a hash table from text to a number.
 * 1. Open addressing with linear probing, at most half full.
 * 2. A key is never removed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/map.h"
#include "base/mem.h"

struct map_slot {
	const char *key; /* NULL: free */
	size_t value;
	uint32_t hash; /* the low half, enough for 4 billion slots */
	unsigned space;
};

__extension__ typedef unsigned __int128 wide;

uint64_t
map_mul(uint64_t a, uint64_t b)
{
	wide p = (wide)a * b;
	uint64_t r = (uint64_t)(p & MAP_PRIME) + (uint64_t)(p >> 61);

	return r >= MAP_PRIME ? r - MAP_PRIME : r;
}

uint64_t
map_add(uint64_t a, uint64_t b)
{
	return a + b >= MAP_PRIME ? a + b - MAP_PRIME : a + b;
}

uint64_t
map_base(void)
{
	uint64_t base;

	crypt_random(&base, sizeof(base));
	return 1000 + base % (MAP_PRIME - 2000);
}

void
map_init(struct map *m)
{
	memset(m, 0, sizeof(*m));
	m->base = map_base();
}

void
map_free(struct map *m)
{
	free(m->slot);
	memset(m, 0, sizeof(*m));
}

/*
 * Four bytes are one coefficient; the last four may overlap with those before
 * them. The first coefficient has the length above its bytes. So different
 * keys have different polynomials. At the end the bits are mixed, since the
 * table looks at the low ones only (the finalizer of MurmurHash3).
 */
uint64_t
map_hash(uint64_t base, unsigned space, const char *key)
{
	size_t len = strlen(key), i;
	uint64_t h = (uint64_t)len << 32 & MAP_PRIME;
	uint32_t piece = 0;

	for (i = 0; i + 4 < len; i += 4) {
		memcpy(&piece, key + i, 4);
		h = map_mul(map_add(h, piece), base);
	}
	if (len >= 4)
		memcpy(&piece, key + len - 4, 4);
	else
		for (; i < len; i++)
			piece = piece << 8 | (unsigned char)key[i];
	h = map_mul(map_add(h, piece), base);
	h += space * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
	return h ^ h >> 33;
}

/* The slot that has the key, or the free one where it belongs. */
static struct map_slot *
find_slot(const struct map *m, unsigned space, const char *key, uint32_t hash)
{
	size_t i = hash & (m->cap - 1);

	for (;; i = (i + 1) & (m->cap - 1)) {
		struct map_slot *s = &m->slot[i];

		if (s->key == NULL || (s->hash == hash && s->space == space &&
					  strcmp(s->key, key) == 0))
			return s;
	}
}

static void
grow_map(struct map *m)
{
	struct map old = *m;
	size_t i;

	m->cap = old.cap == 0 ? 64 : 2 * old.cap;
	m->slot = mem_alloc(m->cap * sizeof(*m->slot));
	for (i = 0; i < old.cap; i++) {
		const struct map_slot *s = &old.slot[i];

		if (s->key != NULL)
			*find_slot(m, s->space, s->key, s->hash) = *s;
	}
	free(old.slot);
}

size_t
map_get(const struct map *m, unsigned space, const char *key)
{
	const struct map_slot *s;

	if (m->n == 0)
		return MAP_NONE;
	s = find_slot(m, space, key, (uint32_t)map_hash(m->base, space, key));
	return s->key == NULL ? MAP_NONE : s->value;
}

size_t
map_put(struct map *m, unsigned space, const char *key, size_t value)
{
	uint32_t hash = (uint32_t)map_hash(m->base, space, key);
	struct map_slot *s;

	if (2 * (m->n + 1) > m->cap)
		grow_map(m);
	s = find_slot(m, space, key, hash);
	if (s->key == NULL) {
		*s = (struct map_slot){ key, value, hash, space };
		m->n++;
	}
	return s->value;
}
