/*
 * copy.h - table sync_copy: the copies of a mail, one for each place where it
 * lies or lay.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "store/db.h"

/* sync_copy.modified, written by schema version 4 (schemasteps.c): it is not
 * known what the copy says. */
#define COPY_UNREAD (-1)

/* What the mailbox's owner did with a copy. */
struct copy_marks {
	char *categories; /* one per line, or NULL; copy_marks_free frees it */
	const char *flag, *answered; /* as in struct message */
};
void copy_marks_of(const struct message *, struct copy_marks *);
void copy_marks_free(struct copy_marks *);

struct copy {
	int64_t email; /* sync_email.n */
	const char *mailbox, *item_id;
	int64_t folder;
	int is_read;                    /* 0, 1, or -1: leave as it is */
	const struct copy_marks *marks; /* NULL: leave as they are */
	/* used by copy_first and copy_place only */
	int64_t edition;      /* 0: the copy says what the mail says */
	int64_t modified;     /* s; -1: not known */
	int64_t size;         /* -1: not known */
	const char *attached; /* copy_attached of each; or NULL */
};

/*
 * The hash that stands for the server's id of an attachment, which may be
 * long; out has room for the digits and a NUL.
 */
#define COPY_ATTACHED 16 /* hex digits */
void copy_attached(const char *id, char *out);

/* What the file has of a copy. */
struct copy_row {
	bool found, live;
	int64_t edition;
};
int
copy_get(struct store *, const struct copy *, struct copy_row *, struct err *);
/* *n: 1 if the mail has another copy that is not removed, else 0. */
int copy_others(struct store *, const struct copy *, int64_t *n, struct err *);

/*
 * Has the item, of which nothing was decided, a copy that is not removed, of a
 * mail of the group? Then somebody deleted its decision. *email: that mail, or
 * 0.
 */
int copy_lost(struct store *, const struct copy *, int64_t group,
    int64_t *email, struct err *);

/* The first copy of a new mail: no change row. */
int copy_first(
    struct store *, const struct copy *, struct store_count *, struct err *);
/*
 * A copy of a known mail: a new one, one that came back, or one whose folder,
 * read flag or marks may have changed.
 */
int copy_place(
    struct store *, const struct copy *, struct store_count *, struct err *);
/* The same for a copy that is known; does nothing when it is not. */
int copy_back(
    struct store *, const struct copy *, struct store_count *, struct err *);
/*
 * The copy is gone: sets removed_at, and makes the mail say what its other
 * copies say.
 */
int copy_gone(
    struct store *, const struct copy *, struct store_count *, struct err *);
/* Writes only the read flag, not the folder. */
int copy_read(
    struct store *, const struct copy *, struct store_count *, struct err *);

#endif
