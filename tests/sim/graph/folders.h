/*
 * folders.h - mailFolders.
 * Floor: graph.
 */
#ifndef SIM_FOLDERS_H
#define SIM_FOLDERS_H

#include "graph/graph.h"

/* By its id or a well-known name. NULL: the answer is the error. */
const struct folder *folders_named(struct graph_call *, const char *id);
/* Is it one of those that mailFolders shows? */
bool folders_shown(const struct folder *, bool hidden_too);

/* Of those below parent. */
void folders_answer_list(struct graph_call *, const struct folder *parent);
void folders_answer_one(struct graph_call *, const struct folder *);
/* mailFolders/delta */
void folders_answer_delta(struct graph_call *);

/* With what $select names; NULL: all. */
json_t *
folders_json(struct graph_call *, const struct folder *, const char *select);
bool folders_select(struct graph_call *, const char *select);

#endif
