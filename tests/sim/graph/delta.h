/*
 * delta.h - what messages/delta and mailFolders/delta have in common: links
 * and how they expire.
 * Floor: graph.
 */
#ifndef SIM_DELTA_H
#define SIM_DELTA_H

#include "graph/deltalink.h"
#include "graph/graph.h"

/*
 * The link that the request carries. 1: there is one; 0: it is a first
 * request, whose options l->query holds then; -1: the answer is the error.
 * deltalink_free in any case.
 */
int delta_link(struct graph_call *, struct deltalink *l, enum link_kind);
/* The link means nothing any more: writes that. */
void delta_expired(struct graph_call *, const struct deltalink *);
/* The answer; rows are taken. last: nothing is left, so a deltaLink comes. */
void
delta_answer(struct graph_call *, struct deltalink *, json_t *rows, bool last);
/* { "id", "@removed" }; id is taken. */
json_t *delta_removed(const char *type, json_t *id);
/* Rows of a page, as the client prefers. */
long delta_page(const struct graph_call *);

/* messages/delta of a folder. */
void delta_answer_messages(struct graph_call *, const struct folder *);

#endif
