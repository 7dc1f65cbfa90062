/*
 * graph.h - one request of Microsoft Graph v1.0 on its way through the
 * simulator. Only mail is read; all else is refused.
 * Floor: graph.
 * Threads: one request belongs to one thread; graph_run takes world.lock
 * shared, for nothing here changes the world.
 */
#ifndef SIM_GRAPH_H
#define SIM_GRAPH_H

#include <jansson.h>

#include "graph/uri.h"
#include "world/world.h"

struct misdeed;

struct preferences { /* of the field Prefer, as far as they are known */
	bool immutable;
	bool text; /* outlook.body-content-type */
	long page; /* odata.maxpagesize; 0: not given */
};

struct graph_call {
	/* the request, all of it borrowed */
	const char *method, *target; /* target: as it came, coded */
	const char *base;            /* of links: https://localhost:1 */
	const char *prefer;          /* all such fields, with commas; or NULL */
	const char *client_id;       /* client-request-id, or NULL */
	const char *body;
	size_t body_len;
	const struct account *account; /* NULL: the token is no good */
	const char *app;               /* the client id */
	const char *may;               /* permissions, with spaces */
	const char *refusal;           /* what a 401 says */
	bool app_only;

	/* of an inner request of a batch; else outer is NULL */
	const struct graph_call *outer;
	size_t place;
	bool chained; /* it depends on another one */

	/* read from it */
	struct uri uri;
	struct preferences want;
	struct mailbox *mailbox;
	const struct folder *folder;
	const struct item *item; /* that it names, or NULL */
	const char *op;          /* for faults, the log and the counts */
	struct misdeed *fault;   /* what it is to do wrong, or NULL */
	unsigned slots;          /* of the mailbox's concurrency, until freed */

	/* the answer */
	int status;
	struct sb out;
	const char *type; /* Content-Type, or NULL; borrowed or kept_type */
	char *kept_type;
	char *location, *retry_after, *applied; /* fields, or NULL */
	char request_id[40];
	char *then;    /* a command that runs when the answer is made */
	char code[64]; /* of the error, for the log */
	int delay_ms, bps;
	int64_t cut_at; /* -1: no */
	bool cut_hard;

	/* for the log */
	struct graph_call *inners; /* of a batch */
	size_t n_inners;
	json_t *batch;                 /* what the inner ones borrow from */
	char *kept_target;             /* of an inner one: its target */
	struct sb log_ids, log_bodies; /* JSON texts without their brackets */
	unsigned messages, bodies;
};

/* Is it a path of Graph? */
bool graph_path(const char *path);
/* Afterwards the answer is complete. graph_free when it was sent. */
void graph_run(struct graph_call *);
void graph_free(struct graph_call *);

/* For a batch: all but the token was looked at; takes no lock. */
void graph_run_inner(struct graph_call *);

#endif
