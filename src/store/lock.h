/*
 * lock.h - the file beside the database that one pass at a time has locked.
 * Floor: store.
 * Threads: any.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "store/db.h"

/* Bytes of the lock file that tell the pid; what follows is trouble.c's. */
#define LOCK_PID 64
/*
 * Opens the lock file of the database at path (flags of open). -1: errno, or
 * EINVAL and ELOOP when what lies there is none of our files.
 */
int lock_open(const char *path, int flags);
/*
 * The pass lock was taken: shows that to whoever may read the database
 * (store_at_work), until store_close. Where that is not possible nothing is
 * shown.
 */
void atwork_show(struct store *);

#endif
