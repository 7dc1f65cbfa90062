/*
 * deltalink.h - what nextLink and deltaLink of a delta carry: where the client
 * is, and what it asked for at first. base64url with a check value.
 * Floor: graph.
 */
#ifndef SIM_DELTALINK_H
#define SIM_DELTALINK_H

#include "graph/uri.h"
#include "world/walk.h"

enum link_kind { LINK_ITEMS = 1, LINK_FOLDERS };

struct deltalink {
	enum link_kind kind;
	bool first;     /* it is of a first round */
	bool delta;     /* a round is over: $deltatoken, else $skiptoken */
	struct walk at; /* LINK_FOLDERS: from and pos of the hierarchy */
	uint64_t given; /* in this round */
	uint64_t serial;
	char *query; /* the options of the first request, coded */
};

/* Gives it a serial number. */
void deltalink_write(struct sb *, struct deltalink *);
/* -1: it is no link. deltalink_free either way. */
int deltalink_read(struct deltalink *, const char *text);
void deltalink_free(struct deltalink *);
/* Is it one of the last n that were given out? */
bool deltalink_recent(const struct deltalink *, long n);

/* The options of a request, as a query. */
char *deltalink_query(const struct uri *);

#endif
