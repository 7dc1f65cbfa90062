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
 * There is no capacity to carry along: room is made where n is 0 or a power
 * of two, then for twice as many, so that there is room for the next power
 * of two always. Hence only VEC_ADD, or only VEC_ADD_IN, of one arena, may
 * make room; n may be lowered at any time.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"

/*
 * One more at the end: its address, of the elements' own type; it is zeroed,
 * and n is counted up. Earlier addresses do not hold any longer. Out of
 * memory ends the program, as in mem.h. v and n are evaluated several times.
 */
#define VEC_ADD(v, n)                                                          \
	(vec_room(NULL, (void *)&(v), (n), sizeof(*(v))), &(v)[(n)++])
/*
 * The same in an arena, which keeps the outgrown arrays, too, to its end.
 * NULL: past its cap; then v and n are as they were.
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
