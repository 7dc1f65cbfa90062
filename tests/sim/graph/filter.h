/*
 * filter.h - $filter and $orderby of messages: comparisons with "and" between
 * them. What is more than that is refused.
 * Floor: graph.
 */
#ifndef SIM_FILTER_H
#define SIM_FILTER_H

#include "graph/graph.h"

#define FILTER_TERMS 8

enum filter_op { OP_EQ, OP_NE, OP_GE, OP_GT, OP_LE, OP_LT };

struct filter {
	struct filter_term {
		int property; /* a row of the table in filter.c */
		enum filter_op op;
		int64_t number; /* milliseconds since 1970, or 0 and 1 */
		char *text;
	} term[FILTER_TERMS];
	int n;
	int order; /* a row; -1: the default, newest first */
	bool descending;
};

/* Either may be NULL. False: the answer is the error. filter_free anyway. */
bool filter_read(
    struct filter *, struct graph_call *, const char *text, const char *order);
void filter_free(struct filter *);
bool filter_meets(const struct filter *, const struct item *);
void filter_sort(const struct filter *, const struct item **, size_t n);
/* Is it what a delta takes: nothing but receivedDateTime ge or gt? */
bool filter_fits_delta(const struct filter *);

#endif
