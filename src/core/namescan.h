/*
 * namescan.h - where a text or HTML has one of some names.
 * Floor: core.
 * Threads: pure; a struct namescan_names is read-only once it is made.
 */
#ifndef CORE_NAMESCAN_H
#define CORE_NAMESCAN_H

#include "core/forgotten.h"
#include "core/namewords.h"

/* The names that are looked for: in clear, and as hashes of a list. */
struct namescan_names {
	const struct forgotten *list; /* borrowed; NULL is empty */
	struct namewords_name *clear;
	size_t nclear;
	struct forgotten_name *hash; /* in order */
	size_t nhash;
	/* bit K: there is a name of K words */
	unsigned clear_words, hash_words;
};

/* Zeroed is empty. Adds a name, or those of some rows, which are added once. */
void namescan_clear(struct namescan_names *, const char *name);
void namescan_rows(struct namescan_names *, const struct forgotten *,
    const size_t *row, size_t n);
void namescan_free(struct namescan_names *);
bool namescan_any(const struct namescan_names *);

/* A walk over a text. */
struct namescan {
	const struct namescan_names *names;
	struct textchar_in in;
	struct namewords words;
	struct nameword v[NAMEWORDS_MAX]; /* read, and not yet decided */
	size_t n;
	bool end;
};
void namescan_init(struct namescan *, const struct namescan_names *,
    const struct textchar_in *);
/* Where the next one lies; they do not overlap. False: there are no more. */
bool namescan_next(struct namescan *, size_t *from, size_t *to);

#endif
