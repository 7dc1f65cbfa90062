/*
 * vec.c - the one growing array.
 * 1. An array of n elements, n > 0, has room for the power of two that is n
 *    or follows it, and for VEC_FIRST at least, whatever n was before.
 */
#include <stdint.h>
#include <string.h>

#include "base/vec.h"

static void *
larger_in(struct arena *a, const void *old, size_t n, size_t cap, size_t each)
{
	void *v;

	/* a product that wraps is more than there can be, as the largest is */
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

	/* a copy: C has no pointer to whatever pointer */
	memcpy(&v, array, sizeof(v));
	v = a != NULL ? larger_in(a, v, n, cap, each) : mem_grow(v, cap, each);
	if (v != NULL)
		memcpy(array, &v, sizeof(v));
	return v != NULL;
}
