/*
 * visit.h - a pass over one mailbox.
 * Floor: sync, internal.
 * Threads: visit_job runs on any thread of the crew.
 */
#ifndef SYNC_VISIT_H
#define SYNC_VISIT_H

#include "sync/work.h"

/*
 * The run function of a mailbox's job: visits it, logs what failed, records the
 * end.
 */
void visit_job(struct job *, bool own);

#endif
