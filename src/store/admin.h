/*
 * admin.h - what an administrator asks of the SQLite file, or tells it.
 * Floor: store.
 * Threads, errors: as in store.h.
 */
#ifndef STORE_ADMIN_H
#define STORE_ADMIN_H

#include "store/store.h"

/*
 * The state of a mailbox becomes enabled or disabled. 1: it is known, 0: no
 * such mailbox.
 */
int store_mailbox_state(
    struct store *, const char *address, const char *state, struct err *);
/*
 * Its folders are read from their start by the next pass and compared with
 * what is stored; what was skipped is decided anew, and what could not be
 * stored is tried again as if for the first time. 1 or 0 as above.
 */
int store_mailbox_resync(struct store *, const char *address, struct err *);

/* What was decided about one place where a mail lies or lay. */
struct store_reason {
	const char *mailbox, *folder, *verdict, *rule, *at;
	const char *profile;        /* of the mailbox in the last pass */
	const char *email_id;       /* NULL: not stored */
	const char *removed_at;     /* of the copy */
	const char *failure, *next; /* of an item in failure */
	int64_t tries;
};

/*
 * Calls each with every decision about that Message-ID, with or without its
 * <>, or as a line of a header; returns how many there were.
 */
long store_why(struct store *, const char *message_id,
    void (*each)(void *, const struct store_reason *), void *arg, struct err *);

/*
 * Calls tell with each trigger and index in the file at path that exsync does
 * not make. Needs no store; a file that is not there, or another program's,
 * has none. Writes nothing.
 */
typedef void store_foreign_fn(
    void *arg, const char *type, const char *name, const char *table);
int
store_foreign(const char *path, store_foreign_fn *, void *arg, struct err *);

#endif
