/*
 * failure.h - table failure: items that wait for another try, or for a person.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_FAILURE_H
#define STORE_FAILURE_H

#include "store/decision.h"

/* What holds for a row of failure that is tried no more, by us or others. */
#define FAILURE_GIVEN_UP "(next_try IS NULL AND " FAILURE_HERE ")"
/* It was not moved to Undeliverable: it is the mailbox owner's still. */
#define FAILURE_HERE "moved_at IS NULL"

/* counted: this try is in the row already. */
int failure_put(struct store *, const struct decision_row *,
    const struct err *fault, int64_t next_try, bool counted, struct err *);
int failure_delete(
    struct store *, const char *mailbox, const char *item, struct err *);
/* It lies in Undeliverable; noted once. */
int failure_moved(
    struct store *, const char *mailbox, const char *item, struct err *);

#endif
