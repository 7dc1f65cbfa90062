/*
 * retention.h - retention_days and history_days in a pass: from when mail and
 * what happened are kept, and whether the clock can be believed.
 * Floor: sync, internal.
 * Threads: the thread that runs the pass, while no mailbox is read.
 *
 * A clock that jumps ahead must not remove what is still to be kept. So as long
 * as neither mail nor an earlier pass bears witness to about this time, nothing
 * is removed: the first new mail, or a corrected clock, ends that.
 */
#ifndef SYNC_RETENTION_H
#define SYNC_RETENTION_H

#include "sync/passarg.h"

struct retention {
	int64_t from;    /* mail received before expires; TIM_NONE: none does */
	int64_t history; /* what happened before goes; TIM_NONE: nothing */
	/* TIM_NONE, or the last time that is known to be right: the clock is
	 * far ahead of it, or nothing happened since */
	int64_t doubt;
	bool wider; /* what expired may be kept now */
};

/* Called before mail is decided on. */
int retention_begin(const struct pass *, struct retention *, struct err *);
/*
 * Removes what is too old, once a day; called when all mailboxes were read.
 * *n: how many mails; of a dry run, how many they would be.
 */
int retention_end(
    const struct pass *, struct retention *, int64_t *n, struct err *);

#endif
