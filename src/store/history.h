/*
 * history.h - what happened: rows that are old go (history_days), and consumers
 * of table change that do not read it.
 * Floor: store.
 * Threads, errors: as in store.h.
 */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "base/fault.h"
#include "store/store.h"

/*
 * Deletes what is older than the limit (ms), in transactions of their own:
 * - rows of change that each consumer has acknowledged, where there is any; the
 *   last row stays, so that max(seq) tells who joins where to begin;
 * - rows of run but the last HISTORY_RUNS, and of alert that are resolved and
 *   told;
 * - decisions about items that are gone since. Neither a move nor an item that
 *   comes back needs them: its copy still says of which mail it is.
 * *n: how many rows. 1: all of it; 0: the program was asked to end before; -1.
 */
int
store_history_prune(struct store *, int64_t limit, int64_t *n, struct err *);

#define HISTORY_RUNS fault_int("EXSYNC_HISTORY_RUNS", 500)

/* A consumer for whom rows of change wait that are older than it should be. */
struct store_consumer {
	const char *name;
	int64_t since; /* when the first of them was written */
	int64_t rows;  /* how many wait, those that came later included */
};
struct store_consumers {
	struct arena arena;
	struct store_consumer *v; /* who waits longest first */
	size_t n;
};
/* Those for whom rows wait that were written before (ms). free: arena_free. */
int store_consumers_late(
    struct store *, int64_t before, struct store_consumers *out, struct err *);

#endif
