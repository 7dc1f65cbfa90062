/*
 * interrupted.h - the alert of passes that are ended, one after the other,
 * before they are done.
 * Floor: sync, internal.
 * Threads: the thread that runs the pass.
 *
 * A pass that is killed writes no alert of its own, and a pass that a time
 * limit stops leaves its mailboxes as they were: well, as far as the database
 * knows. So the next pass opens the alert, before it is ended itself.
 */
#ifndef SYNC_INTERRUPTED_H
#define SYNC_INTERRUPTED_H

#include "sync/passed.h"

/*
 * A pass has begun: opens the alert when ALERT_IN_A_ROW passes with the same
 * restriction were interrupted before it. The alert is about exsync for a pass
 * over everything, else about the profile or the mailboxes that the pass is
 * restricted to. What cannot be written is left to the next pass.
 */
void interrupted_begin(const struct pass *, const struct store_run *);
/*
 * The mailboxes are being read: reports the alert if interrupted_begin did not.
 */
void interrupted_tell(const struct pass *, const struct store_run *);
/*
 * Is such an alert over? Yes when this pass came to its end, read at least as
 * much as the interrupted ones, and read some of it well: if the server is down
 * any pass ends soon.
 */
bool interrupted_over(const struct passed *, const struct store_alert *);

#endif
