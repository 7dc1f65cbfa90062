/*
 * interrupted.h - passes that are ended, one after the other, before they are
 * done: somebody is told.
 * Floor: sync, internal.
 * Threads: the thread that runs the pass.
 *
 * A pass that is killed writes no alert of its own, and one that a time limit
 * stops leaves its mailboxes as they were: well, as far as the file knows. So
 * the next one opens the alert, before it is ended itself.
 */
#ifndef SYNC_INTERRUPTED_H
#define SYNC_INTERRUPTED_H

#include "sync/passed.h"

/*
 * A pass has begun: opens the alert when ALERT_IN_A_ROW passes with its
 * restriction were interrupted before it: of exsync for a pass over everything,
 * else of the profile or the mailboxes that it is restricted to. What cannot be
 * written is left to the next pass.
 */
void interrupted_begin(const struct pass *, const struct store_run *);
/* Its mailboxes are being read: tells of it when that was not done yet. */
void interrupted_tell(const struct pass *, const struct store_run *);
/*
 * Is such an alert over? This pass came to its end, read at least as much as
 * those, and some of it well: a server that is down ends any pass soon.
 */
bool interrupted_over(const struct passed *, const struct store_alert *);

#endif
