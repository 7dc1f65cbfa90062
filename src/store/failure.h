/*
 * failure.h - table failure: items that wait for another try, or for a person.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_FAILURE_H
#define STORE_FAILURE_H

#include "store/decision.h"

/* SQL: the item is not tried again, and was not moved to Undeliverable. */
#define FAILURE_GIVEN_UP "(next_try IS NULL AND " FAILURE_HERE ")"
/* SQL: the item was not moved to Undeliverable, so it is still the owner's. */
#define FAILURE_HERE "moved_at IS NULL"

/* counted: the row's tries includes this try already. */
int failure_put(struct store *, const struct decision_row *,
    const struct err *fault, int64_t next_try, bool counted, struct err *);
int failure_delete(
    struct store *, const char *mailbox, const char *item, struct err *);
/* The item lies in Undeliverable now. A second call changes nothing. */
int failure_moved(
    struct store *, const char *mailbox, const char *item, struct err *);

#endif
