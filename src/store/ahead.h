/*
 * ahead.h - items that were written before a cursor that covers them.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 *
 * The batches of a page are written one by one, its cursor with the last. A
 * pass that ends in between leaves rows for items beyond the stored cursor.
 * When such an item is deleted or moved before the next pass, the server never
 * reports it again, neither as new nor as gone. So these items are noted. The
 * page that reports an item again deletes its note, and an item that is still
 * noted when the folder has been read to its end is gone.
 */
#ifndef STORE_AHEAD_H
#define STORE_AHEAD_H

#include "store/db.h"

int
ahead_note(struct store *, int64_t folder, const char *item, struct err *err);
/* The cursor moves past these changes: deletes the notes of their items. */
int ahead_passed(struct store *, int64_t folder, const struct change *,
    size_t n, struct err *);
/* Deletes one note. 1: *item, which the caller frees; 0: there is none; -1. */
int ahead_take(struct store *, int64_t folder, char **item, struct err *);

#endif
