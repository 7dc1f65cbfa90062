/*
 * arena.c - chunked bump allocator.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sb.h"

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	_Alignas(16) char data[];
};

static void *
arena_raw(struct arena *a, size_t n)
{
	struct arena_chunk *c = a->top;
	void *p;

	n = (n + 15) & ~(size_t)15;
	if (c == NULL || c->size - c->used < n) {
		size_t size = n > 2000 ? n : 4000;

		c = sb_xrealloc(NULL, sizeof(*c) + size);
		c->next = a->top;
		c->used = 0;
		c->size = size;
		a->top = c;
	}
	p = c->data + c->used;
	c->used += n;
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	return memset(arena_raw(a, n), 0, n);
}

char *
arena_strn(struct arena *a, const char *s, size_t n)
{
	char *p = arena_raw(a, n + 1);

	if (n != 0)
		memcpy(p, s, n);
	p[n] = 0;
	return p;
}

char *
arena_str(struct arena *a, const char *s)
{
	return arena_strn(a, s, strlen(s));
}

char *
arena_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = arena_raw(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_free(struct arena *a)
{
	struct arena_chunk *c, *next;

	for (c = a->top; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	a->top = NULL;
}
