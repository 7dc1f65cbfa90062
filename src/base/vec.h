/*
 * vec.h - the one growing array: a pointer and a count, both the owner's.
 * Floor: base.
 * Threads: as its owner.
 *
 *	struct thing *v = NULL;
 *	size_t n = 0;
 *	VEC_ADD(v, n)->size = 7;
 *	free(v);
 *
 * No capacity is stored: when n is 0 or a power of two the array grows to
 * twice as many elements, so it always has room up to the next power of two.
 * Hence one array may grow only by VEC_ADD, or only by VEC_ADD_IN with one
 * arena; n may be lowered at any time.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"

/*
 * Adds a zeroed element at the end, increments n, and gives the element's
 * address (with the elements' type). Earlier addresses become invalid. Out of
 * memory ends the program, as in mem.h. v and n are evaluated several times.
 */
#define VEC_ADD(v, n)                                                          \
	(vec_room(NULL, (void *)&(v), (n), sizeof(*(v))), &(v)[(n)++])
/*
 * The same in an arena, which also keeps the outgrown arrays until arena_free.
 * NULL: the arena's cap would be exceeded; v and n are unchanged then.
 */
#define VEC_ADD_IN(arena, v, n)                                                \
	(vec_room((arena), (void *)&(v), (n), sizeof(*(v))) ? &(v)[(n)++]      \
							    : NULL)

/*
 * Only for the macros. vec_room sees to it that the array at *array, of n
 * elements of that size, has another one, zeroed. arena: NULL for malloc.
 * false: past the arena's cap. It stands here, and vec_grow apart, because
 * loops over every line of a mail add to arrays.
 */
#define VEC_FIRST 4 /* a power of two */
bool vec_grow(struct arena *, void *array, size_t n, size_t each);

static inline bool
vec_room(struct arena *a, void *array, size_t n, size_t each)
{
	char *v;

	/* is all the room used up that there is for certain? */
	if ((n & (n - 1)) == 0 && (n == 0 || n >= VEC_FIRST) &&
	    !vec_grow(a, array, n, each))
		return false;
	/* a copy: C has no pointer to whatever pointer */
	memcpy(&v, array, sizeof(v));
	memset(v + n * each, 0, each);
	return true;
}

#endif
