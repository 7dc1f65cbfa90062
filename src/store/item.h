/*
 * item.h - what becomes of one item.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_ITEM_H
#define STORE_ITEM_H

#include "store/decision.h"

/* What was decided of it, or went wrong, and the mail that it is, if any. */
int item_put(struct store *, const char *mailbox, const struct store_item *,
    struct store_count *, struct err *);
/*
 * It is not in its folder any more: its copy gets removed_at, its failure
 * leaves. old: what decision_get says of it.
 */
int item_remove(struct store *, const char *mailbox, const char *item,
    const struct decision_old *, struct store_count *, struct err *);

#endif
