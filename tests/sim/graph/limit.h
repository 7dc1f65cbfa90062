/*
 * limit.h - throttling: so many requests at a time and so many in a while, for
 * each application in each mailbox.
 * Floor: graph.
 * Threads: any; a lock of its own.
 */
#ifndef SIM_LIMIT_H
#define SIM_LIMIT_H

#include "graph/graph.h"

/*
 * One request more, of the budget and of the concurrency, until
 * limit_release. False: there is none, and the answer is the error.
 */
bool limit_take(struct graph_call *);
void limit_release(struct graph_call *);
/*
 * The same for an inner request of a batch. slot: so many of the batch run at
 * the same time in that mailbox before it; held: so many it has taken there.
 */
bool limit_take_inner(struct graph_call *, long slot, long held);
void limit_free(void);

#endif
