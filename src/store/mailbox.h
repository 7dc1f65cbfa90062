/*
 * mailbox.h - table mailbox: the values of its columns, and what waits to be
 * written to it.
 * Floor: store.
 * Threads: with the store's lock held.
 */
#ifndef STORE_MAILBOX_H
#define STORE_MAILBOX_H

#include "store/db.h"

/* mailbox.state: what a person wants, or how the last pass over it went */
#define STATE_ENABLED  "enabled"
#define STATE_FAILING  "failing" /* the last pass over it ended in an error */
#define STATE_TESTING  "testing"
#define STATE_WAITING  "waiting" /* for a person's approval */
#define STATE_DISABLED "disabled"

/* mailbox.incoming: how reading mail from the server went */
#define INCOMING_NOT_RUN  "not_run"
#define INCOMING_SUCCESS  "success"
#define INCOMING_FAILURE  "failure"
#define INCOMING_DISABLED "disabled"

/* Writes what is pending, if anything, in a transaction of its own. */
int pending_flush(struct store *, struct err *);
/* The same inside the transaction under way. */
int pending_write(struct store *, struct err *);
void pending_written(struct store *); /* committed: forget it */
void pending_free(struct store *);
/* A folder's new total, written with the next commit. */
int pending_total(struct store *, int64_t folder, int64_t total, struct err *);

#endif
