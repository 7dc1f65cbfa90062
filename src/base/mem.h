/*
 * mem.h - memory for our own small objects, and the arena.
 * Floor: base.
 * Threads: an arena belongs to one thread at a time.
 *
 * mem_* never return NULL: out of memory for small objects logs one line and
 * exits with 3 (any moment is a safe moment to die: see tests/fault). Sizes
 * chosen by the network go through struct buf or an arena with a cap, which
 * fail instead.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t);                       /* zeroed; free() frees */
void *mem_grow(void *, size_t n, size_t each); /* realloc to n * each */
char *mem_strdup(const char *);                /* NULL gives NULL */
char *mem_strndup(const char *, size_t);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Overwrites memory that holds a secret; the compiler cannot leave this out as
 * useless. NULL and 0 bytes are fine.
 */
void mem_wipe(void *, size_t);
/* Overwrites a string that holds a secret, then frees it. NULL is fine. */
void mem_wipe_str(char *take);

/*
 * An arena: many strings that are freed together. A zeroed one is empty and
 * has no cap. Everything from it stays valid until arena_free.
 */
struct arena_block;
struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out */
	size_t max;  /* 0: no cap */
};

/* NULL only when the cap would be exceeded; aligned to 8. Not zeroed. */
void *arena_alloc(struct arena *, size_t);
/* NUL-terminated copy; NULL when over the cap or s is NULL. */
char *arena_strdup(struct arena *, const char *s);
char *arena_strndup(struct arena *, const char *s, size_t len);
void arena_free(struct arena *);

#endif
