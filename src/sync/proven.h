/*
 * proven.h - which logins of the INI were accepted by the passes before: they
 * are not reserved (reserve.h), so that a pass of which all is well writes
 * nothing and waits for nobody.
 * Floor: sync, internal.
 * Threads: as loginkeep.h.
 *
 * One slow hash, salted, over all logins of the INI together tells whether it
 * still is the same: some 40 ms for a pass, however many there are, and none
 * of the passwords can be tried alone. Where one of them changes, all are
 * reserved once.
 */
#ifndef SYNC_PROVEN_H
#define SYNC_PROVEN_H

#include "sync/logintable.h"

/* After the file was read: account_login.proven of each. */
void proven_recall(struct logins *);
/* What the pass has proved so far, into the file as read. True: it is new. */
bool proven_note(struct logins *);

#endif
