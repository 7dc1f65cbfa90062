/*
 * failed.h - items that failed before and are due again.
 * Floor: sync, internal.
 * Threads: called by the thread that runs the mailbox's job.
 */
#ifndef SYNC_FAILED_H
#define SYNC_FAILED_H

#include "sync/work.h"

/*
 * Asks for the due items again. alone: those that took too long, one at a time;
 * else all others. If several items time out, none comes, and mail that came
 * before does not come either, the mailbox itself is to blame: then the call
 * fails with SCOPE_MAILBOX, and nothing is held against the items. CAUSE_TURN:
 * as turn_check.
 */
int failed_retry(struct mailbox_work *, bool alone, struct err *);

#endif
