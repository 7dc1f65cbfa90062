/*
 * stray.h - strays: changes of a folder that cannot be understood. The folder
 * has a row in table failure until a full walk of it meets none.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 *
 * The cursor moves past a stray, so that the changes behind it are read; only a
 * full walk tells what the stray was about. As long as strays come, a full walk
 * is asked for after 15 minutes, then after 1, 4, and from then on 24 hours.
 */
#ifndef STORE_STRAY_H
#define STORE_STRAY_H

#include "store/db.h"

/* SQL: the prefix of failure.item for a folder. No server has such ids. */
#define STRAY_ITEM "'folder '||"

/* The page has strays: inserts or updates the folder's row. */
int stray_met(struct store *, const char *mailbox, const struct store_page *,
    struct err *);
/* A full walk of the folder begins: its row becomes ASKED. */
int stray_asked(struct store *, int64_t folder, struct err *);
/* A full walk has ended: deletes the row if the walk met no stray. */
int stray_settled(struct store *, int64_t folder, struct err *);
/* The folder is not read any more: deletes its row. */
int stray_forget(struct store *, int64_t folder, struct err *);

#endif
