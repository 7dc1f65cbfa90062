/*
 * walk.h - one folder: pages of changes until its end.
 * Floor: sync, internal.
 * Threads: called by the thread that runs the mailbox' job.
 */
#ifndef SYNC_WALK_H
#define SYNC_WALK_H

#include "sync/work.h"

/*
 * Reads the folder from its cursor to its end. marker: what the folder's
 * marker was before, written when the end is reached.
 * ERR_GONE: the folder vanished meanwhile.
 */
int walk_folder(struct mailbox_work *, const struct store_folder *,
    const char *marker, struct err *);
/* Items that failed before and whose time has come. */
int walk_failures(struct mailbox_work *, struct err *);

#endif
