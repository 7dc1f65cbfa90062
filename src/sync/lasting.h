/*
 * lasting.h - mailboxes that fail for one cause which lasts: after seven days
 * of it a mailbox is disabled, with an alert, until exsync --enable, a good
 * exsync --test, or other settings or credentials.
 * Floor: sync, internal.
 * Threads: the thread that runs the mailbox's job.
 */
#ifndef SYNC_LASTING_H
#define SYNC_LASTING_H

#include "sync/work.h"

#define LASTING_DAYS  7
#define LASTING_TIMES 5 /* and in so many passes: nobody may have looked */
#define LASTING_GAP   2 /* days: more between two of them does not count */

/*
 * The mailbox failed with fault. Counts that, if it lasts; the mailbox may be
 * disabled from now on.
 */
int
lasting_failed(struct mailbox_work *, const struct err *fault, struct err *);
/* The mailbox was read well, and had failed before. */
int lasting_well(struct mailbox_work *, struct err *);
/*
 * A mailbox that was given up: has what it failed with changed? Then it is
 * tried again, and *again is true.
 */
int lasting_again(struct mailbox_work *, bool *again, struct err *);

#endif
