/*
 * messages.h - messages: lists, one, its MIME.
 * Floor: graph.
 */
#ifndef SIM_MESSAGES_H
#define SIM_MESSAGES_H

#include "graph/graph.h"

/* Of the folder; NULL: of the whole mailbox. */
void messages_answer_list(struct graph_call *, const struct folder *);
void messages_answer_one(struct graph_call *, const struct item *);
void messages_answer_mime(struct graph_call *, const struct item *);

#endif
