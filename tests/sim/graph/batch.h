/*
 * batch.h - POST $batch (JSON batching): up to 20 requests in one.
 * Floor: graph.
 */
#ifndef SIM_BATCH_H
#define SIM_BATCH_H

#include "graph/graph.h"

void batch_run(struct graph_call *);
/* What limit_take_inner wants to know of an inner request. */
void batch_slot(const struct graph_call *, long *slot, long *held);

#endif
