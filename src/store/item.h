/*
 * item.h - stores one item: its decision, its failure and its mail.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_ITEM_H
#define STORE_ITEM_H

#include "store/decision.h"

/* Stores what was decided about the item, or why it failed, and its mail. */
int item_put(struct store *, const char *mailbox, const struct store_item *,
    struct store_count *, struct err *);
/*
 * The item is no longer in its folder: its copy gets removed_at, and its row of
 * failure is deleted, or marked as moved. old: from decision_get.
 */
int item_remove(struct store *, const char *mailbox, const char *item,
    const struct decision_old *, struct store_count *, struct err *);

#endif
