/*
 * attach.h - attachments.
 * Floor: graph.
 */
#ifndef SIM_ATTACH_H
#define SIM_ATTACH_H

#include "graph/graph.h"

/*
 * A JSON array of the mail's attachments; select: of them, or NULL; bytes:
 * with contentBytes of files.
 */
json_t *attach_list(struct graph_call *, const struct item *,
    const struct mail *, const char *select, bool bytes);

/* messages/{id}/attachments, …/{id}, …/{id}/$value */
void attach_answer_list(struct graph_call *, const struct item *);
void attach_answer_one(struct graph_call *, const struct item *, int number);
void
attach_answer_content(struct graph_call *, const struct item *, int number);

#endif
