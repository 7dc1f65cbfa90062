/*
 * patience.h - how long one item may keep the others waiting.
 * Floor: sync, internal.
 *
 * Time is lost on an item by calls for it that fail and by the pauses between
 * them. The delays that a busy server asks for count by themselves, by time and
 * not by how often it says so; a stream does not count
 * that still delivers at the pace of a line (ANSWER_PACE in net/answer.h); one
 * that trickles counts as silent. Without this limit sixty seconds of silence
 * for each of forty attachments would hold a mailbox for an hour.
 */
#ifndef SYNC_PATIENCE_H
#define SYNC_PATIENCE_H

#include "base/fault.h"

/* ms that may be lost on one item in a pass */
#define PATIENCE_ITEM fault_int("EXSYNC_ITEM_MS", 30000)
/* ms of silence in a call for several items, for a new one, or in a probe */
#define PATIENCE_CALL fault_int("EXSYNC_CALL_MS", 10000)
/* ms; when a call takes longer to fail its items are asked for one by one */
#define PATIENCE_SLOW fault_int("EXSYNC_SLOW_MS", 1000)
/* ms of delays that the server asks for, in all for one request */
#define PATIENCE_BUSY fault_int("EXSYNC_PATIENCE_MS", 30000)
/* ms that every call has at least */
#define PATIENCE_LEAST fault_int("EXSYNC_LEAST_MS", 1000)

#endif
