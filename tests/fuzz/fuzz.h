/*
 * fuzz.h - what the fuzz targets share.
 *
 * A target is one file fuzz_NAME.c with LLVMFuzzerTestOneInput. Besides not
 * crashing, each input must keep the promises of the headers: FUZZ_CHECK.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/err.h"
#include "base/utf8.h"

#define FUZZ_CHECK(x)                                                          \
	do {                                                                   \
		if (!(x)) {                                                    \
			fprintf(stderr, "%s:%d: broken promise: %s\n",         \
			    __FILE__, __LINE__, #x);                           \
			abort();                                               \
		}                                                              \
	} while (0)
/* Two strings that must be the same; shows both. */
#define FUZZ_SAME(a, b)                                                        \
	do {                                                                   \
		if (strcmp(a, b) != 0) {                                       \
			fprintf(stderr, "one: %s\nother: %s\n", a, b);         \
			FUZZ_CHECK(!"the same");                               \
		}                                                              \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Where an input is cut: the same for the same input. */
struct fuzz_split {
	uint32_t seed;
	int mode; /* 0: whole; 1: byte by byte; 2: pieces of 1..seed */
};

static inline uint32_t
fuzz_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static inline void
fuzz_split_init(
    struct fuzz_split *s, int mode, const uint8_t *data, size_t size)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < size; i++)
		h = (h ^ data[i]) * 16777619u;
	s->seed = h | 1;
	s->mode = mode;
}

/* The size of the next piece, 1..left (0 when nothing is left). */
static inline size_t
fuzz_piece(struct fuzz_split *s, size_t left)
{
	size_t n;

	if (s->mode == 0 || left == 0)
		return left;
	if (s->mode == 1)
		return 1;
	n = fuzz_random(&s->seed) % 4 == 0 ? fuzz_random(&s->seed) % 400
					   : fuzz_random(&s->seed) % 12;
	n++;
	return n < left ? n : left;
}

/* A copy with a NUL behind it, so that reading past it is seen. */
static inline char *
fuzz_string(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);

	FUZZ_CHECK(s != NULL);
	if (size > 0)
		memcpy(s, data, size);
	s[size] = '\0';
	return s;
}

/* One line of valid UTF-8 that no terminal obeys. */
static inline void
fuzz_printable(const char *s)
{
	uint32_t c;
	size_t n;

	for (; *s != '\0'; s += n) {
		n = utf8_next(s, strlen(s), &c);
		FUZZ_CHECK(n > 0);
		FUZZ_CHECK(c >= 0x20 && !(c >= 0x7f && c < 0xa0));
		FUZZ_CHECK(c != 0x2028 && c != 0x2029);
		FUZZ_CHECK(!(c >= 0x202a && c <= 0x202e));
		FUZZ_CHECK(!(c >= 0x2066 && c <= 0x2069));
	}
}

/* rc and err go together, and a person may read what err says. */
static inline void
fuzz_err(int rc, const struct err *e)
{
	FUZZ_CHECK(rc == 0 || rc == -1);
	FUZZ_CHECK((rc == -1) == (e->kind != ERR_NONE));
	FUZZ_CHECK(rc == 0 || e->msg[0] != '\0');
	fuzz_printable(e->msg);
	fuzz_printable(e->code);
}

#endif
