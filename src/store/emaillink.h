/*
 * emaillink.h - whom a mail concerns: rows of sync_email_link, and who of the
 * CRM the rows of sync_party are.
 * Floor: store.
 * Threads: inside a transaction, with the store's lock held.
 *
 * Links follow from the people of the mail, the places of its copies, and the
 * people whom the CRM knows (store_people_use), and from nothing else: whatever
 * changes one of them calls emaillink_settle. Without people to go by nothing
 * is changed.
 * 1. Each person of the CRM whose address is in a header has one link: the role
 *    is the first of from, sender, to, cc, bcc in which they appear.
 * 2. The owner of a mailbox in which the mail arrived (a copy lies in a folder
 *    other than Sent Items, Drafts and Outbox) has a link with role delivered,
 *    unless a header has one for them. When all copies are removed, all count:
 *    the order in which they went does not matter.
 */
#ifndef STORE_EMAILLINK_H
#define STORE_EMAILLINK_H

#include "store/db.h"

/* Who of the CRM has the address, which may be NULL; NULL: nobody. */
const struct party *emaillink_person(const struct store *, const char *address);
/*
 * The links of the new mail n, which has the people of the message, and a copy
 * in that mailbox.
 */
int emaillink_insert(struct store *, int64_t n, const struct message *,
    const char *mailbox, struct err *);
/*
 * Makes the links of mail n, and who its people are, what they should be, and
 * sets email.unlinked_at when the last link goes. 1: something changed, 0, -1.
 * The caller writes the change row.
 */
int emaillink_settle(struct store *, int64_t n, struct err *);
/* Would that change something? 1, 0, -1. */
int emaillink_differs(struct store *, int64_t n, struct err *);
/*
 * A folder turned out to be another than it was taken for: the next pass looks
 * at the links of all mails, as if people had changed.
 */
int emaillink_outdate(struct store *, struct err *);

#endif
