/*
 * edition.h - table sync_edition and those of its parts: an edition is what
 * some copies of a mail say when not all of them say the same.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_EDITION_H
#define STORE_EDITION_H

#include "store/mailrow.h"

/* A copy that does not count. */
struct edition_except {
	const char *mailbox, *item_id; /* NULL: none */
};

/* Does the mail have editions? 1, 0, -1. */
int edition_any(struct store *, int64_t email, struct err *);
/* Do the two say exactly the same? */
bool edition_same(const struct content *, const struct content *);
/*
 * Finds the edition of that mail that says what c says, and creates it when it
 * is missing. If it is the mail's first, what the mail has said so far becomes
 * an edition, too. *edition 0: the mail has the maximum number of editions.
 */
int edition_get(struct store *, const struct email_row *,
    const struct content *, int64_t *edition, struct err *);
/*
 * Makes the mail say what the copies that are not removed say together, and
 * deletes editions that no such copy has. Does nothing when the mail has no
 * editions. 1: the mail changed, 0, -1.
 */
int edition_settle(struct store *, int64_t email, const struct edition_except *,
    struct store_count *, struct err *);
/*
 * Makes each edition of the mail say what rewrite leaves of it; those that say
 * the same then are one. Before the mail itself is written, which shows the
 * text of one of them; edition_settle makes it their sum afterwards.
 */
struct edition_rewrite {
	void (*rewrite)(void *arg, struct message *);
	void *arg;
};
int edition_rewrite(struct store *, int64_t email,
    const struct edition_rewrite *, struct err *);

#endif
