/*
 * day.h - table sync_day: how much mail each mailbox gets per day.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_DAY_H
#define STORE_DAY_H

#include "store/db.h"

/* A new mail; written by day_write. Mail of long ago is not counted. */
void day_add(struct store *, int64_t received_at);
/* What was added since the last one, all of it mail of that mailbox. */
int day_write(struct store *, const char *mailbox, struct err *);
/* A new place of mail n: counted unless it was moved inside the mailbox. */
int day_place(struct store *, const char *mailbox, const char *item_id,
    int64_t n, struct err *);
/* Forgets what is too old to matter. */
int day_prune(struct store *, struct err *);

#endif
