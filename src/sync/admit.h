/*
 * admit.h - is a mailbox to be visited in this pass? It may not be permitted,
 * have been given up, or have to wait after what went wrong before.
 * Floor: sync, internal.
 * Threads: the thread that runs the mailbox's job.
 */
#ifndef SYNC_ADMIT_H
#define SYNC_ADMIT_H

#include "sync/work.h"

/*
 * Reads what is known of the mailbox into m, and sets failing. *visit false: it
 * is left alone; then end says how, *as what it counts as, and a person was
 * told. -1: the store.
 */
int admit_mailbox(struct mailbox_work *, struct store_mailbox *m, bool *visit,
    enum tally_as *as, struct err *);

#endif
