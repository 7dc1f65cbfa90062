/*
 * day.h - table sync_day: how much mail each mailbox gets per day.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_DAY_H
#define STORE_DAY_H

#include "store/db.h"

/* Counts a new mail, unless it is too old; day_write writes the counts. */
void day_add(struct store *, int64_t received_at);
/* Writes the counts since the last call: all are mail of that mailbox. */
int day_write(struct store *, const char *mailbox, struct err *);
/* Counts a new copy of mail n, unless the mailbox has had another one. */
int day_place(struct store *, const char *mailbox, const char *item_id,
    int64_t n, struct err *);
/* Deletes days that are too old to matter. */
int day_prune(struct store *, struct err *);

#endif
