/*
 * remote.h - one call to the server: through the gate, and as often as the
 * gate says.
 * Floor: sync, internal.
 * Threads: one session, one thread.
 */
#ifndef SYNC_REMOTE_H
#define SYNC_REMOTE_H

#include "sync/work.h"

struct remote {
	struct mailbox_work *mailbox;
	struct session *session;
	bool once;  /* a call that fails is not tried again */
	bool hasty; /* nor is one that took long to fail (PATIENCE_SLOW) */
	/*
	 * Results, in ms. lost: failed calls and our own pauses, but not the
	 * delays that the server asked for; last: the last call that failed.
	 */
	int64_t lost, last;
};

/*
 * One of the provider's operations. It may set the session's patience_ms, for
 * this call alone. If it fails it takes back what it gave before.
 */
typedef int (*remote_fn)(struct session *, void *arg, struct err *);

/* -1: the call failed, or none was made (gate_enter says why). */
int remote_call(struct remote *, remote_fn, void *arg, struct err *);

#endif
