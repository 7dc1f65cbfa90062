/*
 * page.h - all that one store_put writes: items, and the end of a page of
 * changes.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_PAGE_H
#define STORE_PAGE_H

#include "store/db.h"

/* In as many transactions as it takes (db_txn_next). */
int page_put(struct store *, const struct store_work *, struct store_count *,
    struct err *);
/*
 * Items of the folder that the walk of that number did not see are gone, as by
 * item_remove. walk -1: all items of the folder. May be several transactions.
 */
int page_sweep(struct store *, const char *mailbox, int64_t folder,
    int64_t walk, struct store_count *, struct err *);

#endif
