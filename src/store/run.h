/*
 * run.h - table run: the two outcomes that the store sets itself. Others are
 * stored as the pass gives them (store_run.outcome).
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include "store/db.h"

#define OUTCOME_RUNNING     "running"
#define OUTCOME_INTERRUPTED "interrupted"

/* --- interrupted.c ----------------------------------------------------- */

/* Sets .interrupted and .interrupted_since; before the new row is inserted. */
int interrupted_before(struct store *, struct store_run *, struct err *);
/* Stores what the pass is restricted to; after its id is set. */
int interrupted_note(struct store *, const struct store_run *, struct err *);

#endif
