/*
 * patience.h - how long one item may keep the others waiting.
 * Floor: sync, internal.
 *
 * Lost on an item are the calls for it that failed and the pauses between
 * them, not the delays that the server asks for, nor a stream that still
 * delivers: with the pace of a line (ANSWER_PACE in net/answer.h); one that
 * trickles is as silent as one that stands still. Sixty seconds of silence for
 * each of forty attachments would otherwise hold a mailbox for an hour.
 */
#ifndef SYNC_PATIENCE_H
#define SYNC_PATIENCE_H

#include "base/fault.h"

/* ms, all that may be lost on one item in a pass */
#define PATIENCE_ITEM fault_int("EXSYNC_ITEM_MS", 30000)
/* ms of silence in a call for several items, for a new one, or for a probe */
#define PATIENCE_CALL fault_int("EXSYNC_CALL_MS", 10000)
/* ms of a call that failed: its items are asked for one by one from then on */
#define PATIENCE_SLOW fault_int("EXSYNC_SLOW_MS", 1000)
/* ms, the least that anything has */
#define PATIENCE_LEAST fault_int("EXSYNC_LEAST_MS", 1000)

#endif
