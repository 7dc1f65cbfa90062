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
 * Only for the macros: makes room for one more element, zeroed, behind the n
 * elements of size each; array is the address of the pointer to them. arena:
 * NULL for malloc. False: the arena's cap would be exceeded.
 */
bool vec_room(struct arena *, void *array, size_t n, size_t each);

#endif
