/*
 * edition.h - tables sync_edition and its parts: what the copies of a mail say
 * where they do not all say the same.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_EDITION_H
#define STORE_EDITION_H

#include "store/mailrow.h"

/* A copy of a mail, for who is to be left out. */
struct edition_except {
	const char *mailbox, *item_id; /* NULL: nobody */
};

/* Do its copies not all say the same? 1, 0, -1. */
int edition_any(struct store *, int64_t email, struct err *);
/* Do they say the same, to the letter? */
bool edition_same(const struct content *, const struct content *);
/*
 * The edition of that mail that says what c says, made when it is missing; the
 * mail's own when there was none yet. *edition 0: the mail has as many
 * different ones as one mail can have.
 */
int edition_get(struct store *, const struct email_row *,
    const struct content *, int64_t *edition, struct err *);
/*
 * The mail says what the copies that lie somewhere say together; editions that
 * no such copy has are gone. Does nothing where they all say the same. 1: the
 * mail changed, 0, -1.
 */
int edition_settle(struct store *, int64_t email, const struct edition_except *,
    struct store_count *, struct err *);

#endif
