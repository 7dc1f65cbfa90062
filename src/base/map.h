/*
 * map.h - a hash table from text to a number.
 * Floor: base.
 * Threads: a struct map belongs to one thread at a time.
 *
 * Keys are borrowed and must live as long as the map. The hash has a secret
 * base, so that nobody can choose keys that all collide.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot;
struct map {
	struct map_slot *slot;
	size_t n, cap;
	uint64_t base;
};

#define MAP_NONE ((size_t)-1)

void map_init(struct map *); /* allocates nothing before the first map_put */
void map_free(struct map *); /* map_init makes the map usable again */
/*
 * The value of key in that space, or MAP_NONE. space is any number: the same
 * key in two spaces has two values.
 */
size_t map_get(const struct map *, unsigned space, const char *key);
/*
 * Adds the key with this value; a key that is there keeps its first value.
 * Returns the value that the key has now.
 */
size_t map_put(struct map *, unsigned space, const char *key, size_t value);

/*
 * The arithmetic of these hashes, modulo the prime 2^61 - 1: the hash of a text
 * is the value of a polynomial at a secret base.
 */
#define MAP_PRIME ((UINT64_C(1) << 61) - 1)
uint64_t map_base(void); /* a new secret base */
uint64_t map_mul(uint64_t, uint64_t);
uint64_t map_add(uint64_t, uint64_t);
/* The hash of a key, for the tests: 64 bits, all mixed. */
uint64_t map_hash(uint64_t base, unsigned space, const char *key);

#endif
