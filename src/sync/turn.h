/*
 * turn.h - no mailbox keeps the others of its profile waiting for long.
 * Floor: sync, internal.
 * Threads: any.
 *
 * While other mailboxes wait for a thread, a mailbox has a turn of limited
 * time, and comes again when all others have had theirs. What it has read by
 * then is stored; the page in progress is requested once more, and only what is
 * missing of it is fetched.
 */
#ifndef SYNC_TURN_H
#define SYNC_TURN_H

#include "sync/work.h"

/* The mailbox's turn begins. */
void turn_begin(struct mailbox_work *);
/* Something of the mailbox was stored: without that no turn ends. */
void turn_moved(struct mailbox_work *);
/*
 * Which of n >= 1 mailboxes or folders to begin with: the first; after passes
 * that were cut off a random one, since one that took all of their time must
 * not do so again.
 */
size_t turn_first(bool cut_before, size_t n);
/* Do other mailboxes wait for a thread? */
bool turn_others_wait(const struct mailbox_work *);
/* -1 with CAUSE_TURN when the turn is over, and then until turn_begin. */
int turn_check(struct mailbox_work *, struct err *);
bool turn_is_over(const struct err *);
/* Ends the turn at once, whatever was stored; always -1. */
int turn_end(struct mailbox_work *, struct err *);

#endif
