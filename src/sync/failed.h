/*
 * failed.h - items that failed before and whose time has come.
 * Floor: sync, internal.
 * Threads: called by the thread that runs the mailbox's job.
 */
#ifndef SYNC_FAILED_H
#define SYNC_FAILED_H

#include "sync/work.h"

/*
 * Asks for them again. alone: those that took too long, one at a time; else
 * all others. A mailbox in which not one of several comes in time, nor one that
 * came before, is silent itself: then the call fails with SCOPE_MAILBOX, and
 * nothing is held against the items. CAUSE_TURN: as turn_check.
 */
int failed_retry(struct mailbox_work *, bool alone, struct err *);

#endif
