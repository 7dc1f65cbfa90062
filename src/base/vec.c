/*
 * vec.c - the one growing array.
 * 1. An array of n > 0 elements has room for n rounded up to a power of two,
 *    and for at least VEC_FIRST, whatever n was before.
 */
#include <stdint.h>
#include <string.h>

#include "base/vec.h"

static void *
larger_in(struct arena *a, const void *old, size_t n, size_t cap, size_t each)
{
	void *v;

	/* a product that would wrap is as impossible as SIZE_MAX is */
	v = arena_alloc(a, cap > SIZE_MAX / each ? SIZE_MAX : cap * each);
	if (v != NULL && n > 0)
		memcpy(v, old, n * each);
	return v;
}

bool
vec_grow(struct arena *a, void *array, size_t n, size_t each)
{
	size_t cap = n == 0 ? VEC_FIRST : n > SIZE_MAX / 2 ? SIZE_MAX : 2 * n;
	void *v;

	/* memcpy, since C has no generic pointer to a pointer */
	memcpy(&v, array, sizeof(v));
	v = a != NULL ? larger_in(a, v, n, cap, each) : mem_grow(v, cap, each);
	if (v != NULL)
		memcpy(array, &v, sizeof(v));
	return v != NULL;
}
