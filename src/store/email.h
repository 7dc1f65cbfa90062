/*
 * email.h - stores a message as a new mail or as a copy of a known one.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_EMAIL_H
#define STORE_EMAIL_H

#include "store/db.h"

/* A message to be stored. */
struct email_in {
	const char *mailbox, *item_id;
	int64_t folder;
	const struct message *m;
	const struct decision *d; /* verdict keep or headers */
	bool poorer;              /* it could not be fetched completely */
};

/*
 * Stores the message as a copy of its mail: a new one, a known one, or a
 * variant. known: sync_email.n of the mail that this item was a copy of, or 0.
 * *n: the mail that it is a copy of now; another one if its text became that of
 * another mail.
 */
int email_put(struct store *, const struct email_in *, int64_t known,
    int64_t *n, struct store_count *, struct err *);
/* *n: the sync_email.n that the next new mail will get. */
int email_next(struct store *, int64_t *n, struct err *);

#endif
