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

/*
 * The item, which has a fault, waits. What is known of its mail is kept from
 * one try to the next.
 */
int failure_put(struct store *, const struct decision_row *,
    const struct store_item *, struct err *);
/* What is known of the failed item's mail, or NULL. */
const struct message *failure_mail(const struct store_item *);
int failure_delete(
    struct store *, const char *mailbox, const char *item, struct err *);
/* The item lies in Undeliverable now. A second call changes nothing. */
int failure_moved(
    struct store *, const char *mailbox, const char *item, struct err *);

#endif
