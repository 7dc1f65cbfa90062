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
 * An id is "<...>" with its <>. In a header without any '<' every word is an
 * id: some senders leave the <> out.
 */
struct msgid_walk msgid_begin(const char *header);
/*
 * The next id, *n bytes at *id; false: there are no more. *n is 0 for a '<'
 * that no '>' closes. It is returned nevertheless, so that a caller that
 * limits the number of ids also limits the work.
 */
bool msgid_next(struct msgid_walk *, const char **id, size_t *n);

#endif
