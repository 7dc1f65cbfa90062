/*
 * tok.c - element names as numbers.
 * 1. The table is written once, inside pthread_once, and only read later.
 * 2. It is at most a third full, so a lookup ends after a step or two; a name
 *    is compared in full only if its length and its slot agree.
 * 3. It is no struct map: a lookup takes 93 instructions here and 193 there,
 *    and every element of every answer is looked up.
 */
#include <pthread.h>
#include <string.h>

#include "ews/tok.h"

#define SLOTS 256

#define TOK_STR(name) #name,
static const char *const names[TOK_COUNT] = { "", TOK_NAMES(TOK_STR) };

static unsigned char slot[SLOTS]; /* enum tok */
static unsigned char length[TOK_COUNT];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static unsigned
hash_place(const char *s, size_t len)
{
	unsigned h = (unsigned)len * 5;

	h += (unsigned)(unsigned char)s[0] * 33;
	h += (unsigned)(unsigned char)s[len / 2] * 17;
	h += (unsigned)(unsigned char)s[len - 1] * 9;
	return h % SLOTS;
}

static void
build_table(void)
{
	int t;

	for (t = 1; t < TOK_COUNT; t++) {
		unsigned h;

		length[t] = (unsigned char)strlen(names[t]);
		h = hash_place(names[t], length[t]);
		while (slot[h] != TOK_NONE)
			h = (h + 1) % SLOTS;
		slot[h] = (unsigned char)t;
	}
}

void
tok_init(void)
{
	pthread_once(&once, build_table);
}

enum tok
tok_find(const char *name)
{
	size_t len = strlen(name);
	unsigned h;

	if (len == 0)
		return TOK_NONE;
	for (h = hash_place(name, len); slot[h] != TOK_NONE;
	     h = (h + 1) % SLOTS)
		if (length[slot[h]] == len &&
		    memcmp(names[slot[h]], name, len) == 0)
			return (enum tok)slot[h];
	return TOK_NONE;
}

const char *
tok_name(enum tok t)
{
	return names[t];
}
