/*
 * stray.h - changes of a folder of which nothing can be made: a row of table
 * failure for the folder, until a full walk of it meets none.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 *
 * The cursor passes a stray, so that all that follows is read; what it was
 * about only a full walk tells. That is asked for after a quarter of an hour,
 * after 1, 4 and from then on 24 hours, as long as strays come.
 */
#ifndef STORE_STRAY_H
#define STORE_STRAY_H

#include "store/db.h"

/* What failure.item is for a folder; no server's id of an item is like that. */
#define STRAY_ITEM "'folder '||"

/* The page has some. */
int stray_met(struct store *, const char *mailbox, const struct store_page *,
    struct err *);
/* A full walk of the folder begins. */
int stray_asked(struct store *, int64_t folder, struct err *);
/* One has ended: was there none in it? */
int stray_settled(struct store *, int64_t folder, struct err *);
/* The folder is not read any more. */
int stray_forget(struct store *, int64_t folder, struct err *);

#endif
