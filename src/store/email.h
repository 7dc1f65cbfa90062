/*
 * email.h - a message on its way in becomes a mail, or a place of one.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_EMAIL_H
#define STORE_EMAIL_H

#include "store/db.h"

/* A message on its way in. */
struct email_in {
	const char *mailbox, *item_id;
	int64_t folder;
	const struct message *m;
	const struct decision *d; /* verdict keep or headers */
	bool poorer;              /* not all of it could be had */
};

/*
 * Stores the message as a place of its mail: a new one, a known one, or a
 * variant. known: sync_email.n that this item was before, or 0. *n: what it
 * is now: another one when its text has become another mail's.
 */
int email_put(struct store *, const struct email_in *, int64_t known,
    int64_t *n, struct store_count *, struct err *);
/* The number that a new mail will get. */
int email_next(struct store *, int64_t *n, struct err *);

#endif
