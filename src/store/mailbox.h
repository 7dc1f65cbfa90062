/*
 * mailbox.h - table mailbox: what waits to be written to it.
 * Floor: store.
 * Threads: with the store's lock held.
 */
#ifndef STORE_MAILBOX_H
#define STORE_MAILBOX_H

#include "store/boxstate.h"
#include "store/db.h"

/* Writes what is pending, if anything, in a transaction of its own. */
int pending_flush(struct store *, struct err *);
/* The same inside the transaction under way. */
int pending_write(struct store *, struct err *);
void pending_written(struct store *); /* committed: forget it */
void pending_free(struct store *);
/* A folder's new total, written with the next commit. */
int pending_total(struct store *, int64_t folder, int64_t total, struct err *);

#endif
