/*
 * lock.h - the lock file beside the database; one pass at a time locks it.
 * Floor: store.
 * Threads: any.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "store/db.h"

/* The first bytes of the lock file hold the pid; trouble.c uses the rest. */
#define LOCK_PID 64
/*
 * Opens the lock file of the database at path (flags of open). -1 with errno;
 * EINVAL or ELOOP: what lies there is not a lock file of exsync's.
 */
int lock_open(const char *path, int flags);
/*
 * The pass lock was taken: shows that to whoever may read the database
 * (store_at_work), until store_close. Where that is not possible nothing is
 * shown.
 */
void atwork_show(struct store *);

#endif
