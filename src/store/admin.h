/*
 * admin.h - commands and questions of an administrator about the SQLite file.
 * Floor: store.
 * Threads, errors: as in store.h.
 */
#ifndef STORE_ADMIN_H
#define STORE_ADMIN_H

#include "store/store.h"

/*
 * Sets the state of a mailbox: testing (the next pass tries it at once, also
 * one that was given up), waiting or disabled. It only shows what state_dir
 * permits. 1: done; 0: no such mailbox; -1.
 */
int store_mailbox_state(
    struct store *, const char *address, const char *state, struct err *);
/*
 * The next pass reads the mailbox's folders from their start and compares them
 * with what is stored. Skipped items are decided anew, and failed ones are
 * tried again as if for the first time. 1, 0 or -1 as above.
 */
int store_mailbox_resync(struct store *, const char *address, struct err *);

/* What was decided about one copy of a mail, which may be removed by now. */
struct store_reason {
	const char *mailbox, *folder, *verdict, *rule, *at;
	const char *profile;        /* of the mailbox in the last pass */
	const char *email_id;       /* NULL: not stored */
	const char *removed_at;     /* of the copy */
	const char *failure, *next; /* of an item in failure */
	int64_t tries;
	bool anew; /* it waits to be decided anew (reconsider.h) */
	/* which mail it is, as far as it is known; of a skipped one only
	 * message_id is */
	const char *message_id, *subject, *sent_at;
};
typedef void store_reason_fn(void *arg, const struct store_reason *);

/*
 * Calls each for every decision about that Message-ID, which may lack its <> or
 * be a whole header line. Returns how many there were, or -1.
 */
long store_why(struct store *, const char *message_id, store_reason_fn *each,
    void *arg, struct err *);
struct store_why_found {
	int64_t n; /* decisions, with those that each was not called for */
	int64_t unknown; /* items in failure whose addresses are not known */
};
/*
 * Calls each for what was decided about mail from or to that address
 * (normalised), newest decision first, at most STORE_WHY_MAX times. Reads
 * decision and the addresses of all mail.
 */
#define STORE_WHY_MAX 20
int store_why_address(struct store *, const char *address,
    store_reason_fn *each, void *arg, struct store_why_found *, struct err *);

/*
 * Calls tell for each trigger and index in the file at path that exsync did not
 * create. Needs no store and writes nothing. For a file that does not exist or
 * is another program's there are none.
 */
typedef void store_foreign_fn(
    void *arg, const char *type, const char *name, const char *table);
int
store_foreign(const char *path, store_foreign_fn *, void *arg, struct err *);

#endif
