/*
 * map.h - a hash table from text to a number.
 * Floor: base.
 * Threads: a struct map belongs to one thread at a time.
 *
 * Keys are borrowed and must live as long as the map. The hash is taken to a
 * secret base, so that nobody can choose keys that all fall together.
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

void map_init(struct map *); /* takes no memory until something is put in */
void map_free(struct map *); /* what it held; map_init makes it usable again */
/* The value of key in that space (any number), or MAP_NONE. */
size_t map_get(const struct map *, unsigned space, const char *key);
/*
 * Sets it, unless the key is there: the first one stays. Returns what the
 * key's value is now.
 */
size_t map_put(struct map *, unsigned space, const char *key, size_t value);

/*
 * Arithmetic of such hashes, modulo the prime 2^61 - 1: a text is the value
 * of a polynomial at a secret base.
 */
#define MAP_PRIME ((UINT64_C(1) << 61) - 1)
uint64_t map_base(void); /* a fresh secret one */
uint64_t map_mul(uint64_t, uint64_t);
uint64_t map_add(uint64_t, uint64_t);
/* The hash of a key, for the tests: 64 bits, all mixed. */
uint64_t map_hash(uint64_t base, unsigned space, const char *key);

#endif
