/*
 * variant.h - mails with the same key that are not the same mail.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 *
 * One of them, the owner of the key, has the key's own id (content.h); the
 * others have ids made from their contents. The owner must not depend on which
 * mail came first, or a rebuilt file would have other ids. So the owner is the
 * mail that was sent first, and among mails of the same minute the one with the
 * smallest id as a variant: a new mail takes the id from the old owner. This
 * ends when a CRM has acknowledged a change: from then on no id changes. Nor
 * does one in a file that an older program began.
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
	const char *mailbox, *item_id; /* the message's own copy */
	int64_t except;                /* not this mail */
	bool live; /* only a mail with another copy that is not removed */
};

/*
 * Finds the mail of the group that the message is a copy of, and loads it with
 * its text. found->m NULL: there is none. email_free frees.
 */
int variant_find(struct store *, int64_t group, const struct variant_want *,
    struct email_row *found, struct err *);
/*
 * id: that of a new mail with this key, as a variant. If the new mail must be
 * the owner of the key, id becomes the key's own, and the old owner gets its id
 * as a variant.
 */
int variant_take_key(struct store *, const struct message *, const char *key,
    char *id, struct err *);

#endif
