/*
 * attach.h - the contents of a mail's attachments, into table blob.
 * Floor: sync, internal.
 * Threads: one message, one thread.
 */
#ifndef SYNC_ATTACH_H
#define SYNC_ATTACH_H

#include "sync/work.h"

/*
 * Fetches what m->att names and fills state, sha256 and size of each. An
 * attachment that can never be had (gone, too large, not convertible) is
 * noted in its state alone. 1: one cannot be had now, though the server is
 * well: m may be stored, and is to be tried again; err says why. -1: a fault
 * of the connection or the store: nothing of m may be stored yet.
 */
int attach_all(
    struct mailbox_work *, struct session *, struct message *, struct err *);

#endif
