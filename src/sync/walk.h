/*
 * walk.h - one folder: pages of changes until its end.
 * Floor: sync, internal.
 * Threads: called by the thread whose session it is; several folders of a
 * mailbox may be read at once.
 */
#ifndef SYNC_WALK_H
#define SYNC_WALK_H

#include "sync/work.h"

/*
 * Reads the folder from its cursor to its end. Of the reading mailbox and
 * session are set. told: the folder as the server
 * listed it before; its marker is written when the end is reached, and its
 * total must agree then. hurry: CAUSE_PATIENCE when the server does not say
 * within PATIENCE_CALL what has changed. ERR_GONE: the folder vanished
 * meanwhile. CAUSE_TURN: as turn_check.
 */
int walk_folder(struct reading *, const struct store_folder *,
    const struct folder *told, bool hurry, struct err *);

#endif
