/*
 * page.h - all that one store_put writes: items, and the end of a page of
 * changes.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_PAGE_H
#define STORE_PAGE_H

#include "store/db.h"

/* Takes one transaction or more (db_txn_next). */
int page_put(struct store *, const struct store_work *, struct store_count *,
    struct err *);
/*
 * Removes (item_remove) the items of the folder that the full walk of that
 * number did not see; walk -1: all of them. Takes one transaction or more.
 */
int page_sweep(struct store *, const char *mailbox, int64_t folder,
    int64_t walk, struct store_count *, struct err *);

#endif
