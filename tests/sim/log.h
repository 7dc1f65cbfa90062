/*
 * log.h - one JSON line per request, and counts.
 */
#ifndef SIM_LOG_H
#define SIM_LOG_H

#include "ews/call.h"
#include "graph/graph.h"
#include "login/auth.h"
#include "login/token.h"

int log_open(const char *path); /* NULL: counts only */
void log_close(void);
void log_call(const struct call *, const struct verdict *);
/* wire: the bytes of the answer as they were sent */
void log_token(const struct token_call *, size_t wire, unsigned connection);
/* Its inner requests get lines of their own. */
void log_graph(const struct graph_call *, const struct verdict *, size_t wire,
    unsigned connection);
void log_stats(struct sb *); /* one JSON object */

#endif
