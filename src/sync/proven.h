/*
 * proven.h - which logins of the INI were accepted by earlier passes. They are
 * not reserved (reserve.h), so that a pass without trouble writes nothing and
 * waits for nobody.
 * Floor: sync, internal.
 * Threads: as loginkeep.h.
 *
 * One slow, salted hash over all logins of the INI together tells whether the
 * INI is still the same: some 20 ms for a pass, however many logins there are,
 * and no password can be guessed alone. When one of them changes, all are
 * reserved once.
 */
#ifndef SYNC_PROVEN_H
#define SYNC_PROVEN_H

#include "sync/logintable.h"

/* Sets account_login.proven of each login, after the file was read. */
void proven_recall(struct logins *);
/*
 * Puts what the pass has proved so far into the file as read. True: it changed.
 */
bool proven_note(struct logins *);

#endif
