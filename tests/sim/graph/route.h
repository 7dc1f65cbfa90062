/*
 * route.h - which resource a path means, and whether the token may have it.
 * Floor: graph.
 */
#ifndef SIM_ROUTE_H
#define SIM_ROUTE_H

#include "graph/graph.h"

/* Answers the request, whose path was read. */
void route_run(struct graph_call *);

#endif
