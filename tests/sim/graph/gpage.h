/*
 * gpage.h - lists in pages: $top, $skip, $count and @odata.nextLink.
 * Floor: graph.
 */
#ifndef SIM_GPAGE_H
#define SIM_GPAGE_H

#include "graph/graph.h"

struct gpage {
	size_t top, skip;
	bool count;
};

/* False: the answer is the error. */
bool gpage_read(struct gpage *, struct graph_call *);
/*
 * The answer: the rows of the page, which are taken, of n in all. what: for
 * @odata.context.
 */
void gpage_answer(const struct gpage *, struct graph_call *, const char *what,
    json_t *rows, size_t n);

/* An absolute link to the request's path with that query. */
json_t *gpage_link(const struct graph_call *, const char *query);

#endif
