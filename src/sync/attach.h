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
 * attachment that can never be had (too large, not convertible) is noted in
 * its state alone. After one that cannot be had now, though the
 * server is well, the others are asked for once each; when PATIENCE_ITEM is
 * lost on the mail the rest counts as failed unasked. lost: ms, counted up;
 * suspect: the mail failed before. 1: one cannot be had now: m may be stored,
 * and is to be tried again; err says why, ERR_GONE when the server has none of
 * those that it named. -1: a fault of the connection or the
 * store: nothing of m may be stored yet.
 */
int attach_all(struct mailbox_work *, struct session *, struct message *,
    bool suspect, int64_t *lost, struct err *);

#endif
