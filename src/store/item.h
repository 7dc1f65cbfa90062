/*
 * item.h - what folder.c and put.c need of item.c.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_ITEM_H
#define STORE_ITEM_H

#include "store/db.h"

/*
 * Items of the folder that the walk did not see are gone: their copies get
 * removed_at, their failures leave. walk -1: all items of the folder. It may
 * end the transaction under way and begin another one, several times.
 */
int item_sweep(struct store *, const char *mailbox, int64_t folder,
    int64_t walk, struct store_count *, struct err *);

/* All that one store_put writes, in as many transactions as it takes. */
int item_put(struct store *, const struct store_work *, struct store_count *,
    struct err *);

#endif
