/*
 * item.h - what folder.c needs of item.c.
 * Floor: store.
 */
#ifndef STORE_ITEM_H
#define STORE_ITEM_H

#include "store/db.h"

/*
 * Items of the folder that the walk did not see are gone: their copies get
 * removed_at, their failures leave. walk -1: all items of the folder.
 */
int item_sweep(struct store *, const char *mailbox, int64_t folder,
    int64_t walk, struct store_count *, struct err *);

#endif
