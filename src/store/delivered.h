/*
 * delivered.h - links of role MATCH_DELIVERED: whose mailbox a mail came to
 * though no header names its owner.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 *
 * Each copy knows its own (sync_copy.delivered_...). It is no part of what a
 * copy says of its mail: a mail to a list lies in more mailboxes than one mail
 * can have editions (edition.h).
 */
#ifndef STORE_DELIVERED_H
#define STORE_DELIVERED_H

#include "store/db.h"

/*
 * The mail has such a link for the owner of each copy that lies somewhere,
 * unless a header links the owner in another role. Where no copy lies anywhere
 * the links stay. To be called when copies or links of headers have changed.
 * 1: links changed, 0, -1.
 */
int delivered_settle(struct store *, int64_t email, struct err *);

#endif
