/*
 * arena.h - allocations that live and die together (one mail, one answer).
 */
#ifndef SIM_ARENA_H
#define SIM_ARENA_H

#include <stddef.h>

struct arena_chunk;
struct arena {
	struct arena_chunk *top;
};

void *arena_alloc(struct arena *, size_t); /* zeroed, aligned for anything */
char *arena_str(struct arena *, const char *);
char *arena_strn(struct arena *, const char *, size_t); /* adds a NUL */
char *arena_fmt(struct arena *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *);

#endif
