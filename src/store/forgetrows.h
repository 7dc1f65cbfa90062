/*
 * forgetrows.h - erases a person from everything but mails (forgetscan.c).
 * Floor: store, internal.
 * Threads: as in store.h, except forgetrows_files.
 */
#ifndef STORE_FORGETROWS_H
#define STORE_FORGETROWS_H

#include "store/db.h"
#include "store/forget.h"

/*
 * Gives the connection the SQL functions mentions_person(text), 0 or 1, and
 * without_person(text); is_person(address); file_mentions(name);
 * id_mentions(id), id_without(id);
 * and the table temp.forget_item(mailbox, item). The list must live as long as
 * the connection.
 */
int forgetrows_begin(struct store *, const struct forgotten *, struct err *);
/* Decisions, failures, alerts, party and whatever else has text. */
int forgetrows_all(struct store *, const struct store_forget *,
    struct store_forget_count *, struct err *);
/*
 * Inside a write transaction, with the store's lock held: tells of the
 * attachments of mail n, which stays.
 */
int forgetrows_files(struct store *, const struct store_forget *, int64_t n,
    struct store_forget_count *, struct err *);

#endif
