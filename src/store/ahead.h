/*
 * ahead.h - items that were written before the cursor that passes them.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 *
 * The batches of a page are written one by one, its cursor with the last. A
 * pass that ends in between leaves rows that the server does not know to be
 * known: an item that is deleted or moved before the next pass is never told
 * of again, neither as new nor as gone. So what is ahead is noted; the page
 * that tells of it again takes the note away, and what is still noted when
 * the folder is at its end lies there no more.
 */
#ifndef STORE_AHEAD_H
#define STORE_AHEAD_H

#include "store/db.h"

int
ahead_note(struct store *, int64_t folder, const char *item, struct err *err);
/* A cursor passes what these changes told of. */
int ahead_passed(struct store *, int64_t folder, const struct change *,
    size_t n, struct err *);
/* Takes a note away: 1, *item is the caller's; 0: there is none; -1. */
int ahead_take(struct store *, int64_t folder, char **item, struct err *);

#endif
