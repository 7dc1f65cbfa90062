/*
 * email.h - one row for each mail, whichever mailboxes hold it, and its
 * places.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_EMAIL_H
#define STORE_EMAIL_H

#include "store/content.h"
#include "store/db.h"
#include "store/parts.h"

#define EMAIL_ATTACHED 16 /* hex digits of an attachment's id */

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

/* --- mailrow.c: the row itself ----------------------------------------- */

/* A stored mail: what its row and its parts say. */
struct email_row {
	int64_t n;
	int64_t group;       /* n of the first mail with this key */
	char id[CONTENT_ID]; /* "": there is no such mail */
	struct message *m;   /* text and html only where they were wanted */
	struct content c;
};
int email_load(
    struct store *, int64_t n, bool body, struct email_row *, struct err *);
void email_free(struct email_row *);
/* n of the mail with that id and the group it belongs to; 0: none. */
int email_find(
    struct store *, const char *id, int64_t *n, int64_t *group, struct err *);
/*
 * Makes the mail say what now says; body: its text as well, which row has
 * been loaded with. 1: something changed, 0, -1.
 */
int email_write(struct store *, const struct email_row *,
    const struct content *now, bool body, struct store_count *, struct err *);
/*
 * What each copy says in its own way, and the mail in one: a copy more. The
 * same whatever their order. only: the mail has no other copy any more, so
 * what the message says goes. 1: something changed, 0, -1.
 */
int email_add_up(struct store *, int64_t n, const struct message *,
    const char *key, bool only, struct err *);

/* --- edition.c --------------------------------------------------------- */

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
/* Reads one, as email_load; n is that of its mail. */
int edition_load(struct store *, int64_t edition, bool body, struct email_row *,
    struct err *);
/*
 * The mail says what the copies that lie somewhere say together; editions that
 * no such copy has are gone. Does nothing where they all say the same. 1: the
 * mail changed, 0, -1.
 */
int edition_settle(struct store *, int64_t email, const struct edition_except *,
    struct store_count *, struct err *);

/* --- copy.c ------------------------------------------------------------ */

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
