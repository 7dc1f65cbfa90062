/*
 * warm.h - connections that are opened before they are needed.
 * Floor: sync, internal.
 * Threads: called by the thread that runs the mailbox's job.
 *
 * A connection costs three round trips before its first request. A mailbox that
 * is read for the first time needs as many as there are threads, right after
 * its folders are known: they are opened while the server lists these.
 */
#ifndef SYNC_WARM_H
#define SYNC_WARM_H

#include "sync/work.h"

struct warm;

/*
 * Threads that have nothing else to do connect to the server. No login is at
 * stake, and no error is reported: the calls that follow meet it, too. NULL:
 * there are none, or other mailboxes wait for them, or a proxy on the way wants
 * a login.
 */
struct warm *warm_begin(struct mailbox_work *);
/* The folders are listed: no further connection is begun. NULL is fine. */
void warm_listed(struct warm *);
/* The turn is over: gives up what has not come by now. NULL is fine. */
void warm_end(struct warm *);

#endif
