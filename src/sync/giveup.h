/*
 * giveup.h - items that are not tried again (move_failed = yes).
 * Floor: sync, internal.
 * Threads: called by the thread that runs the mailbox's job.
 */
#ifndef SYNC_GIVEUP_H
#define SYNC_GIVEUP_H

#include "sync/work.h"

/* Moves items that had their last try to the mailbox's folder Undeliverable. */
int giveup_run(struct mailbox_work *, struct err *);

#endif
