/*
 * map.h - strings (without case) to pointers. Keys are borrowed.
 */
#ifndef SIM_MAP_H
#define SIM_MAP_H

#include <stddef.h>

struct map_slot {
	const char *key;
	void *value;
};

struct map {
	struct map_slot *v;
	size_t n, cap; /* cap is a power of two */
};

void *map_get(const struct map *, const char *key);
/* The first value put for a key stays. */
void map_put(struct map *, const char *key, void *value);
void map_free(struct map *);

#endif
