/*
 * health.h - turns what a pass found out into alerts, which are opened, counted
 * and resolved.
 * Floor: sync, internal; health_trouble also for callers that cannot even open
 * the store.
 * Threads: the thread that runs the pass, when all jobs are over.
 */
#ifndef SYNC_HEALTH_H
#define SYNC_HEALTH_H

#include "sync/passed.h"

/*
 * Writes the alerts, logs what is new or over, and calls pass->alert (tell.h).
 * A pass over some mailboxes resolves no alert of the others. A dry run does
 * nothing. stale: how many mailboxes had no good pass for too long.
 */
int health_pass(const struct passed *, int64_t *stale, struct err *);
/*
 * No pass could begin, or its end could not be written; why is the reason. The
 * alert is reported even if it cannot be written. There is none for a dry run,
 * for a restriction that the command line got wrong (ERR_CONFIG below SCOPE_ALL
 * in a restricted pass), nor when a person ended the pass (CAUSE_STOP).
 */
void health_trouble(const struct pass *, const struct err *why);

#endif
