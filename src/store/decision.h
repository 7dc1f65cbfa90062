/*
 * decision.h - table decision: one row for each item ever seen.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_DECISION_H
#define STORE_DECISION_H

#include "store/db.h"

/* decision.state. The numbers are stored in files: never change them. */
enum decision_state {
	DECISION_THERE = 0,
	DECISION_GONE = 1,
	DECISION_FAILED = 2, /* it waits in failure */
	DECISION_MOVING = 3  /* likewise; a move to Undeliverable has begun */
};

/* decision.verdict when nothing could be decided */
#define DECISION_NONE "failed"

/* A row. Strings are borrowed. */
struct decision_row {
	const char *mailbox, *item;
	const char *message_id, *verdict, *rule, *change_key, *parties;
	int64_t folder;
	int64_t email; /* sync_email.n, 0: not kept */
	enum decision_state state;
};

/* What the table said of an item before. */
struct decision_old {
	int64_t folder, email;
	enum decision_state state;
};

/* 1: inserted; 0: the item has a row already; -1. */
int decision_insert(struct store *, const struct decision_row *, struct err *);
/* 1: found; 0: no row; -1. */
int decision_get(struct store *, const char *mailbox, const char *item,
    struct decision_old *, struct err *);
/* Sets the row to these values; writes nothing when it has them already. */
int decision_set(struct store *, const struct decision_row *, struct err *);
int decision_set_email(struct store *, const char *mailbox, const char *item,
    int64_t email, struct err *);
int decision_set_gone(
    struct store *, const char *mailbox, const char *item, struct err *);
/*
 * The item is in doubt: the server lists it in this folder but cannot return
 * it. Sets state and folder; the earlier decision stays.
 */
int
decision_set_doubt(struct store *, const struct decision_row *, struct err *);
/* Sets the item's change key, which is all that is known to have changed. */
int decision_set_key(struct store *, const char *mailbox, const char *item,
    const char *change_key, struct err *);
/* Notes that this walk of the folder saw the item, if it lies there. */
int decision_stamp(struct store *, const struct store_place *, const char *item,
    int64_t walk, struct err *);

/*
 * The addresses of a mail that is not kept, as keyed hashes: 16 hex digits
 * each, sorted, separated by a space. The caller frees.
 */
char *decision_parties(const struct store *, const struct message *);

#endif
