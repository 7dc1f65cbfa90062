/*
 * msgid.h - the message ids in a References or In-Reply-To header.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_MSGID_H
#define BASE_MSGID_H

#include <stdbool.h>
#include <stddef.h>

/* A walk over a header's ids. The header is borrowed; NULL has none. */
struct msgid_walk {
	const char *at;
	bool bare;
};

/*
 * An id is "<...>" with its <>. Where a header has no '<' at all, every word
 * of it is one: some senders leave them out.
 */
struct msgid_walk msgid_begin(const char *header);
/*
 * The next id, *n bytes at *id; false: there is no other. *n is 0 for what
 * begins as an id and is none (a '<' that nothing closes), so that who counts
 * them bounds the walk.
 */
bool msgid_next(struct msgid_walk *, const char **id, size_t *n);

#endif
