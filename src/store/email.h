/*
 * email.h - one mail's rows: the mail, its people, links, attachments and
 * places.
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
};

/*
 * Stores the message as a place of its mail: a new one, a known one, or a
 * variant. known: sync_email.n that this item was before, or 0. *n: what it
 * is now.
 */
int email_put(struct store *, const struct email_in *, int64_t known,
    int64_t *n, struct store_count *, struct err *);
/* The number that a new mail will get. */
int email_next(struct store *, int64_t *n, struct err *);

/* Parties, links and attachments of a mail that is new (parts.c). */
int parts_insert(struct store *, const struct email_in *, int64_t n,
    struct store_count *, struct err *);
/*
 * What the message has and the mail lacks. 1: something was added, 0: no,
 * -1. Nothing is ever taken away.
 */
int parts_merge(struct store *, const struct email_in *, int64_t n,
    struct store_count *, struct err *);

/* --- copy.c ------------------------------------------------------------ */

/* A place of a mail. */
struct copy {
	int64_t email; /* sync_email.n */
	const char *mailbox, *item_id;
	int64_t folder;
	int is_read; /* 0, 1, or -1: as it was */
};

/* The first place of a new mail: no change row. */
int copy_first(
    struct store *, const struct copy *, struct store_count *, struct err *);
/*
 * A place of a known mail: new, back again, or perhaps with another folder or
 * read flag.
 */
int copy_place(
    struct store *, const struct copy *, struct store_count *, struct err *);
/* The same of a place that is known; nothing when it is not. */
int copy_back(
    struct store *, const struct copy *, struct store_count *, struct err *);
/* It is gone: removed_at is set. */
int copy_gone(
    struct store *, const struct copy *, struct store_count *, struct err *);
/* Only the read flag; the folder is not looked at. */
int copy_read(
    struct store *, const struct copy *, struct store_count *, struct err *);

#endif
