/*
 * mailgone.h - a stored mail leaves the file.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 *
 * Nothing may be on its way that was told that the file has the mail (recall.c
 * leaves a body out for that): it is called when no mailbox is being read.
 */
#ifndef STORE_MAILGONE_H
#define STORE_MAILGONE_H

#include "store/db.h"

/* Why it leaves, and what of it stays. Strings are borrowed. */
struct mailgone_why {
	const char *verdict, *rule; /* what its items are decided now */
	const char *op;             /* of its change row */
	/*
	 * Its items keep no Message-ID and no hashes of addresses, and even
	 * what was moved to Undeliverable leaves table failure.
	 */
	bool forget;
};

/*
 * Removes mail n with all that belongs to it: people, links, attachments, its
 * editions, copies, its place in its thread, and contents of attachments that
 * nobody else has (of many the caller deletes the rest: blob_prune_rest). Its
 * items get verdict and rule, wait no more to be tried again or decided anew,
 * and have no mail. A change row is written: email, id, op. Its number is not
 * given to another mail. 1: done; 0: there is no such mail; -1.
 */
int mailgone_remove(
    struct store *, int64_t n, const struct mailgone_why *, struct err *);
/*
 * Is it the owner of a key (variant.h) that other mails share? Those would not
 * be found any more by that key: it goes after them, or with them in the same
 * transaction. 1, 0, -1.
 */
int mailgone_is_shared(struct store *, int64_t n, struct err *);

#endif
