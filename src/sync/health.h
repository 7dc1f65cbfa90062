/*
 * health.h - what a pass found out about how well everything is: alerts are
 * opened, counted and resolved.
 * Floor: sync, internal; health_trouble also for who cannot even open the
 * store.
 * Threads: the thread that runs the pass, when all jobs are over.
 */
#ifndef SYNC_HEALTH_H
#define SYNC_HEALTH_H

#include "sync/plan.h"
#include "sync/work.h"

/* A pass whose jobs are over. */
struct health {
	const struct pass *pass;
	const struct profile_work *profile; /* in the order of pass->conf;
					     * without a mailbox: zero */
	const struct mailbox_work *mailbox;
	size_t nmailbox;
	bool stopped;  /* it was ended before its jobs were done */
	int64_t stale; /* result: mailboxes without a good pass for too long */
};

/*
 * Writes the alerts, logs what is new or over, and tells pass->alert
 * (tell.h). A pass over some mailboxes resolves nothing of the others. A dry
 * run does nothing.
 */
int health_pass(struct health *, struct err *);
/*
 * No pass could begin, or its end could not be written: why. What cannot be
 * written is told all the same.
 */
void health_trouble(const struct pass *, const struct err *why);

#endif
