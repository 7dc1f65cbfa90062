/*
 * variant.h - mails with the same key that are not the same mail.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 *
 * One of them has the key's own id (content.h), the others have ids that are
 * made of their contents. Which is which must not depend on who came first: a
 * file that is built anew would have other ids. So the one that was sent first
 * has it, of several the one whose other id would be the smallest: a new mail
 * takes it from one that is there, until a CRM has acknowledged a change; from
 * then on no id moves, nor in a file that an older program has begun.
 */
#ifndef STORE_VARIANT_H
#define STORE_VARIANT_H

#include "store/mailrow.h"
#include "store/same.h"

/* What is looked for. */
struct variant_want {
	struct same *m;
	const char *key;               /* its id, if it is no variant */
	char *id;                      /* as a variant; "": not known yet */
	const char *mailbox, *item_id; /* where it lies */
	int64_t except;                /* not this mail */
	bool live; /* only one that lies somewhere else, too */
};

/*
 * Among the mails of the group the one that the message is, with its text.
 * found->m NULL: there is none. email_free frees.
 */
int variant_find(struct store *, int64_t group, const struct variant_want *,
    struct email_row *found, struct err *);
/*
 * id is that of a new mail with this key as a variant. It becomes the key's
 * own id where the mail goes before the one that has it, which then gets
 * another.
 */
int variant_take_key(struct store *, const struct message *, const char *key,
    char *id, struct err *);

#endif
