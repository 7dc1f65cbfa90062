/*
 * schema.h - the schema of the file, and the migration of older ones.
 * Floor: store.
 * Threads: while the store is opened, before others have it.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/db.h"

#define DB_APPLICATION 0x45585359 /* "EXSY", PRAGMA application_id */

/* One step of the migration: from one version to the next. */
struct schema_step {
	const char *const *sql; /* NULL ends the list */
};
/*
 * Brings an empty or older file to version n of steps, each step in its own
 * transaction; a file that is newer or not exsync's is ERR_FATAL.
 */
int
schema_migrate(struct store *, const struct schema_step *, int n, struct err *);
extern const struct schema_step schema_steps[];
extern const int schema_nsteps;
/* Read-only: hides the small tables behind writable temporary copies. */
int schema_shadow(struct store *, struct err *);
/* The first column of the query's only row. */
int schema_number(struct store *, const char *sql, int64_t *, struct err *);

/* --- early.c: files begun before versions 1 and 2 were frozen ---------- */

/* 1: the file is one of them and lacks the frozen form; 0: it is not; -1. */
int early_form(struct store *, struct err *);
/* Gives the file the frozen form, inside the transaction under way. */
int early_mend(struct store *, struct err *);

#endif
