/*
 * health.h - what a pass found out about how well everything is: alerts are
 * opened, counted and resolved.
 * Floor: sync, internal; health_trouble also for who cannot even open the
 * store.
 * Threads: the thread that runs the pass, when all jobs are over.
 */
#ifndef SYNC_HEALTH_H
#define SYNC_HEALTH_H

#include "sync/passed.h"

/*
 * Writes the alerts, logs what is new or over, and tells pass->alert
 * (tell.h). A pass over some mailboxes resolves nothing of the others. A dry
 * run does nothing. stale: mailboxes without a good pass for too long.
 */
int health_pass(const struct passed *, int64_t *stale, struct err *);
/*
 * No pass could begin, or its end could not be written: why. What cannot be
 * written is told all the same.
 */
void health_trouble(const struct pass *, const struct err *why);

#endif
