/*
 * namewords.h - the words of a text, as names of people are compared with them:
 * without case (base/caseless.h), and in whatever order ("Miller, Carl").
 * Floor: core.
 * Threads: pure; a struct namewords belongs to one thread.
 */
#ifndef CORE_NAMEWORDS_H
#define CORE_NAMEWORDS_H

#include "core/textchar.h"

#define NAMEWORDS_MAX 8  /* words of a name, at most */
#define NAMEWORDS_LEN 64 /* bytes of a word, at most */
#define NAMEWORDS_MIN 3  /* bytes of a name, at least */
/* A name as it is compared: its words in their order, spaces between them. */
#define NAMEWORDS_TEXT (NAMEWORDS_MAX * (NAMEWORDS_LEN + 1))

struct nameword {
	size_t at, end; /* where it lies */
	/*
	 * Between the word before it and this one there is only what may stand
	 * within a name: white space, a comma, a hyphen, a tag, ...
	 */
	bool joined;
	size_t n; /* bytes of fold; 0: it is too long for a word of a name */
	char fold[NAMEWORDS_LEN];
};

/* A walk over the words. With tags in in, all of HTML but its tags is text. */
struct namewords {
	struct textchar_in in;
	size_t at;
};
/* False: there are no more. */
bool namewords_next(struct namewords *, struct nameword *);

/*
 * Those n words (1 to NAMEWORDS_MAX, none too long), as names are compared. Not
 * terminated; returns how long it is.
 */
size_t
namewords_join(const struct nameword *, size_t n, char out[NAMEWORDS_TEXT]);

/* A display name as it is compared. */
struct namewords_name {
	size_t words, len;
	char text[NAMEWORDS_TEXT]; /* not terminated */
};
/*
 * The forms of a display name: the whole, and what stands before brackets, a
 * slash or a bar ("Carl Miller (Contoso)") where that has two words. Returns
 * how many; 0: it is too short, has too many words, or is an address.
 */
size_t namewords_of(const char *name, struct namewords_name out[2]);

#endif
