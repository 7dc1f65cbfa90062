/*
 * fault.h - misbehaviour on request (see README, fault do=).
 * Threads: guarded by a lock of its own; a picked fault stays valid until
 * fault_clear, which holds world.lock exclusively.
 */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include "ews/call.h"

enum fault_kind {
	F_BUSY,
	F_BUSY_ITEM,
	F_HTTP,
	F_FAULT,
	F_ERROR,
	F_HTML,
	F_REDIRECT,
	F_MISSING,
	F_TWICE,
	F_SWAP,
	F_ILLEGAL,
	F_TRUNCATE,
	F_RESET,
	F_SILENCE,
	F_SLOW,
	F_BIGATTR,
	F_DEEP,
	F_BOMB,
	F_DOCTYPE,
	F_STUCK,
	F_RESEND,
	F_GHOST,
	F_LATE,
	F_NOID,
	F_STRANGE,
	F_HIDE,
	F_CODED,
	F_KINDS
};

struct fault {
	struct fault *next;
	long order; /* the first added has 1; none has one twice */
	enum fault_kind kind;
	char *op, *mailbox, *item; /* NULL: any */
	long after;                /* matches to let pass first */
	long times;                /* matches left; -1: always */
	long number; /* backoff, status, at, seconds, bps, bytes, n */
	long ms;     /* -1: not given */
	char *code, *retry_after, *type, *body, *to;
	char *as;   /* a content coding */
	bool coded; /* at= counts the bytes of the compressed answer */
	char *then; /* a command, run when the answer is made */
};

/* From the words of a fault command; NULL or what is wrong with it. */
const char *fault_add(char **word, int n);
void fault_clear(void);

/*
 * Looks for a fault that meets the request and takes it into call->fault.
 * True when it has written the whole answer already, or the request is to be
 * looked at later (call->late_ms).
 */
bool fault_request(struct call *);

/*
 * The response code that an item's message must carry instead, or NULL.
 * xml: its MessageXml or NULL.
 */
const char *fault_item(struct call *, const struct item *, const char **xml);

/* Is the item left out of what the server tells? */
bool fault_hides(struct call *, const struct item *);

/* Spoils the finished answer. */
void fault_answer(struct call *);

#endif
