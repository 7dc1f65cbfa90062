/*
 * retention.h - mail that is too old is removed (retention_days).
 * Floor: store.
 * Threads, errors: as in store.h.
 *
 * A limit is the first moment of a day (UTC), in ms: mail received before, or
 * sent before where it is not known when it was received, is removed. Without
 * either it stays. Mails that share a Message-ID (variant.h) go together, when
 * the newest of them is old enough: one that stays could not be found without
 * the others.
 */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "store/store.h"

/* What is known of earlier removals, and of the time. */
struct store_retention {
	/* those of the last complete one; TIM_NONE: none */
	int64_t limit, history;
	/* when the clock was right, as far as one knew then; or TIM_NONE */
	int64_t trusted;
	int64_t passed; /* when the last pass that is over began; or TIM_NONE */
	/* when the newest of the latest mails came, up to now; or TIM_NONE */
	int64_t newest;
	int64_t expired; /* mails that were removed so far */
};

int store_retention_get(
    struct store *, int64_t now, struct store_retention *, struct err *);
/*
 * All that is older than limit and history say is removed; the clock, which is
 * trusted, said so much. The other members are ignored.
 */
int store_retention_put(
    struct store *, const struct store_retention *, struct err *);
/*
 * Removes mail from before the limit, in transactions of their own, between
 * which others may write; no mailbox may be read meanwhile (mailgone.h). *n:
 * how many mails. 1: all of it; 0: the program was asked to end before; -1. In
 * a read-only store they are only counted.
 */
int
store_retention_sweep(struct store *, int64_t limit, int64_t *n, struct err *);

/* Internal, in a write transaction: it may have been received at another time
 * than was known. */
int retention_aged(struct store *, int64_t n, struct err *);

#endif
