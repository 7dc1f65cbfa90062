/*
 * run.h - table run: the words that it knows; what else stands in
 * run.outcome is whatever the pass said of itself.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include "store/db.h"

#define OUTCOME_RUNNING     "running"
#define OUTCOME_INTERRUPTED "interrupted"

/* --- interrupted.c ----------------------------------------------------- */

/* Of the passes before this one, inside the transaction that begins it. */
int interrupted_before(struct store *, struct store_run *, struct err *);
/* It has its id: what it is restricted to. */
int interrupted_note(struct store *, const struct store_run *, struct err *);

#endif
