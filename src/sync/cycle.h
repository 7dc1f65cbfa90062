/*
 * cycle.h - does reading a folder's changes make progress?
 * Floor: sync, internal.
 * Threads: as its owner.
 *
 * It makes none when the server says that there is more, but the cursor stays
 * the same, many pages in a row are empty, or cursors or contents repeat.
 */
#ifndef SYNC_CYCLE_H
#define SYNC_CYCLE_H

#include "core/provider.h"

/* Zeroed: nothing was read yet. */
struct cycle {
	int empty; /* pages in a row without a change */
	/*
	 * Cycle detection (Brent): mark is the hash of an earlier cursor, and
	 * is replaced by a later one each time the number of pages has doubled.
	 * Cursors that repeat come upon it sooner or later.
	 */
	struct cycle_round {
		uint64_t mark;
		unsigned pages, next;
	} cursors, contents; /* the same for what the pages hold */
	uint64_t base;       /* of the hashes; 0: not chosen yet */
	int same;            /* pages whose contents repeated */
};

/*
 * The next page came, for that cursor. -1: it does not move on (ERR_RETRY,
 * SCOPE_FOLDER).
 */
int cycle_check(struct cycle *, const struct change_page *, const char *cursor,
    struct err *);

#endif
