/*
 * session.h - the sessions that threads have with a mailbox's server.
 * Floor: sync, internal.
 * Threads: any; a session belongs to the thread that began it.
 */
#ifndef SYNC_SESSION_H
#define SYNC_SESSION_H

#include "sync/work.h"

/* Opens one; sends nothing. NULL: as session_open of provider.h. */
struct session *session_begin(struct mailbox_work *, struct err *);
/*
 * Connects it ahead of its first call, if that is possible (connect of
 * provider.h). What goes wrong is left to that call.
 */
void session_connect(struct session *);
/* Closes it, and counts for the pass what it requested. */
void session_end(struct mailbox_work *, struct session *);

#endif
