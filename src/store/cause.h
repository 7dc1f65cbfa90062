/*
 * cause.h - writing table sync_cause; health.h has the rest.
 * Floor: store, internal.
 * Threads: with the store's lock held.
 */
#ifndef STORE_CAUSE_H
#define STORE_CAUSE_H

#include "store/db.h"
#include "store/health.h"

/* Inside a transaction: writes the row, or deletes it when it is over. */
int cause_put(struct store *, const struct store_cause *, struct err *);

#endif
