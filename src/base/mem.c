/*
 * mem.c - memory for our own small objects, and the arena.
 * 1. No mem_ function returns NULL, but mem_strdup of NULL.
 * 2. An arena hands out at most max bytes.
 * 3. mem_wipe overwrites even memory that is never read again.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#define BLOCK (4 * 1024 - 64) /* with malloc's header: a page */

struct arena_block {
	struct arena_block *next;
	size_t len, cap;
	_Alignas(8) char data[];
};

static void *
must_have(void *p)
{
	if (p == NULL) {
		log_line(LOG_ERROR,
		    "out of memory; stopping: everything "
		    "already written is safe, run exsync again with more "
		    "memory");
		_Exit(3);
	}
	return p;
}

void *
mem_alloc(size_t size)
{
	return must_have(calloc(1, size > 0 ? size : 1));
}

void *
mem_grow(void *old, size_t n, size_t each)
{
	if (each != 0 && n > SIZE_MAX / each)
		return must_have(NULL);
	return must_have(realloc(old, n * each > 0 ? n * each : 1));
}

char *
mem_strdup(const char *s)
{
	return s == NULL ? NULL : mem_strndup(s, strlen(s));
}

char *
mem_strndup(const char *s, size_t len)
{
	char *p = must_have(malloc(len + 1));

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	return must_have(n < 0 ? NULL : p);
}

void
mem_wipe(void *p, size_t n)
{
	if (p != NULL && n > 0)
		explicit_bzero(p, n);
}

void
mem_wipe_str(char *take)
{
	if (take != NULL)
		mem_wipe(take, strlen(take));
	free(take);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->head;
	size_t cap;

	if (size > SIZE_MAX / 2)
		return must_have(NULL);
	size = (size + 7) & ~(size_t)7;
	if (a->max != 0 && size > a->max - a->used)
		return NULL;
	if (b == NULL || size > b->cap - b->len) {
		cap = size > BLOCK / 4 ? size : BLOCK;
		b = must_have(malloc(sizeof(*b) + cap));
		b->len = 0;
		b->cap = cap;
		/* a big block goes behind the one that still has room */
		if (cap != BLOCK && a->head != NULL) {
			b->next = a->head->next;
			a->head->next = b;
		} else {
			b->next = a->head;
			a->head = b;
		}
	}
	b->len += size;
	a->used += size;
	return b->data + b->len - size;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	if (p != NULL) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}

void
arena_free(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->head) != NULL) {
		a->head = b->next;
		free(b);
	}
	a->used = 0;
}
