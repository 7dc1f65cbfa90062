/*
 * copy.h - table sync_copy: the places of a mail.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "store/db.h"

#define EMAIL_ATTACHED 16 /* hex digits of an attachment's id */

/* sync_copy.modified, written by schema version 4 (schemasteps.c): it is not
 * known what the copy says. */
#define COPY_UNREAD (-1)

/* A place of a mail. */
struct copy {
	int64_t email; /* sync_email.n */
	const char *mailbox, *item_id;
	int64_t folder;
	int is_read; /* 0, 1, or -1: as it was */
	/* private, of copy_first and copy_place */
	int64_t edition;      /* 0: it says what the mail says */
	int64_t modified;     /* s; -1: not known */
	int64_t size;         /* -1: not known */
	const char *attached; /* see recall.c; or NULL */
	/* see struct decision; or NULL */
	const struct party *delivered;
};

/* What the file has of a copy. */
struct copy_row {
	bool found, live;
	int64_t edition;
};
int
copy_get(struct store *, const struct copy *, struct copy_row *, struct err *);
/* How many copies of the mail lie somewhere, beside this one? */
int copy_others(struct store *, const struct copy *, int64_t *n, struct err *);

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
/* It is gone: removed_at is set, and the mail says what the others say. */
int copy_gone(
    struct store *, const struct copy *, struct store_count *, struct err *);
/* Only the read flag; the folder is not looked at. */
int copy_read(
    struct store *, const struct copy *, struct store_count *, struct err *);

#endif
