/*
 * misdeed.h - what Graph does wrong on request (see README, graphfault do=).
 * Threads: guarded by a lock of its own; one that was picked stays valid
 * until misdeed_clear, which the caller of holds world.lock exclusively for.
 */
#ifndef SIM_MISDEED_H
#define SIM_MISDEED_H

#include "graph/goption.h"
#include "graph/graph.h"

enum misdeed_kind {
	/* of any request */
	M_ERROR,
	M_HTTP,
	M_HTML,
	M_REDIRECT,
	M_TRUNCATE,
	M_RESET,
	M_SILENCE,
	M_SLOW,
	M_BROKEN,
	M_DEEP,
	M_STRANGE,
	M_PASS,
	/* of lists and deltas */
	M_NULL,
	M_NOID,
	M_FOREIGN,
	M_STUCK,
	M_EMPTY,
	M_NOLINK,
	/* of deltas alone */
	M_EXPIRE,
	M_RESEND,
	M_GHOST,
	M_TWICE,
	M_HIDE,
	/* of batches */
	M_MISSING,
	N_MISDEEDS
};

struct misdeed {
	struct misdeed *next;
	enum misdeed_kind kind;
	char *op, *mailbox, *item; /* NULL: any */
	long after, times;         /* as of EWS's faults */
	long ms, at, bps, n, status;
	char *code, *message, *retry_after, *location, *type, *body, *to, *as;
	char *then;
};

/* From the words of the command; NULL or what is wrong with it. */
const char *misdeed_add(char **word, int n);
void misdeed_clear(void);

/* Picks one for the request. True: it has written the whole answer. */
bool misdeed_request(struct graph_call *);
/* The answer cannot show this item: true, and the error is the answer. */
bool misdeed_item(struct graph_call *, const struct item *);
/* Is the item left out of what a delta tells? */
bool misdeed_hides(struct graph_call *, const struct item *);
/* Is it the one that was picked? */
bool misdeed_is(const struct graph_call *, enum misdeed_kind);
/* Is the answer no longer what Graph would say? */
bool misdeed_spoils(const struct graph_call *);
/* How an expired link is refused, by the one picked, else by the option. */
enum expiry misdeed_expiry(const struct graph_call *);
/* Spoils the finished answer. */
void misdeed_answer(struct graph_call *);

#endif
