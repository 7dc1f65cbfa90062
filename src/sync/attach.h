/*
 * attach.h - the contents of a mail's attachments, into table blob.
 * Floor: sync, internal.
 * Threads: one message, one thread.
 */
#ifndef SYNC_ATTACH_H
#define SYNC_ATTACH_H

#include "sync/work.h"

/*
 * Fetches the attachments that m->att lists and sets state, sha256 and size of
 * each. An attachment that can never be had (too large, not convertible) is
 * only noted in its state. After one that cannot be had now, though the server
 * works, the others are asked for once each; when PATIENCE_ITEM is lost on the
 * mail the rest counts as failed without being asked for. lost: ms, counted up;
 * suspect: the mail failed before. 1: some attachment cannot be had now: m may
 * be stored, and is to be tried again; err says why, and is ERR_GONE when the
 * server lists each of the missing ones and has none of them. -1: a fault of
 * the connection or the store: nothing of m may be stored yet.
 */
int attach_all(struct mailbox_work *, struct session *, struct message *,
    bool suspect, int64_t *lost, struct err *);

#endif
