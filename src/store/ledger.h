/*
 * ledger.h - table decision: one row for each item ever seen.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "store/db.h"

/* decision.state: the item itself. The numbers stand in files. */
enum ledger_state {
	LEDGER_THERE = 0,
	LEDGER_GONE = 1,
	LEDGER_FAILED = 2, /* it waits in failure */
	LEDGER_MOVING = 3  /* likewise; a move to Undeliverable has begun */
};

/* decision.verdict, where nothing could be decided */
#define LEDGER_NO_VERDICT "failed"

/* What holds for a row of failure that is tried no more, by us or others. */
#define FAILURE_GIVEN_UP "(next_try IS NULL AND " FAILURE_HERE ")"
/* It was not moved to Undeliverable: it is the mailbox owner's still. */
#define FAILURE_HERE "moved_at IS NULL"

/* A row. Strings are borrowed. */
struct ledger {
	const char *mailbox, *item;
	const char *message_id, *verdict, *rule, *change_key, *parties;
	int64_t folder;
	int64_t email; /* sync_email.n, 0: not kept */
	enum ledger_state state;
};

/* What the table said of an item before. */
struct ledger_old {
	int64_t folder, email;
	enum ledger_state state;
};

/* 1: inserted; 0: the item has a row already; -1. */
int ledger_new(struct store *, const struct ledger *, struct err *);
/* 1: found; 0: no row; -1. */
int ledger_get(struct store *, const char *mailbox, const char *item,
    struct ledger_old *, struct err *);
/* Makes the row so; nothing is written when it is. */
int ledger_set(struct store *, const struct ledger *, struct err *);
int ledger_email(struct store *, const char *mailbox, const char *item,
    int64_t email, struct err *);
int ledger_gone(
    struct store *, const char *mailbox, const char *item, struct err *);
/*
 * It waits in failure: the server tells of it in this folder and does not have
 * it. What was decided of it before stays.
 */
int ledger_doubt(struct store *, const struct ledger *, struct err *);
/* The item's new version, of which nothing else is told. */
int ledger_key(struct store *, const char *mailbox, const char *item,
    const char *change_key, struct err *);
/* That walk of the folder has seen the item, if it lies there. */
int ledger_stamp(struct store *, const struct store_place *, const char *item,
    int64_t walk, struct err *);

/*
 * The addresses of a mail that is not kept, as keyed hashes: 16 hex digits
 * each, sorted, separated by a space. The caller frees.
 */
char *ledger_parties(const struct store *, const struct message *);

/* counted: this try is in the row already. */
int failure_put(struct store *, const struct ledger *, const struct err *fault,
    int64_t next_try, bool counted, struct err *);
int failure_delete(
    struct store *, const char *mailbox, const char *item, struct err *);
/* It lies in Undeliverable; noted once. */
int failure_moved(
    struct store *, const char *mailbox, const char *item, struct err *);

#endif
