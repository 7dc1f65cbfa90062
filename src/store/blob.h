/*
 * blob.h - reference counts of the contents of attachments: tables sync_blob
 * and sync_blob_loose.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held, unless
 * said otherwise.
 *
 * A content is written before the mail to which it is attached (it may be
 * large, and the mail waits for all its attachments). Until the mail is put,
 * a reference in memory holds it; then it has rows that refer to it, or is
 * deleted.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "store/db.h"

/* One more row refers to the content. 1; 0: there is no such content; -1. */
int blob_refer(struct store *, const char *sha256, struct err *);
/* The same for all contents of the edition's attachments. */
/* One row less refers to the content. */
int blob_release(struct store *, const char *sha256, struct err *);
/* A message on its way may still refer to it. Needs no transaction. */
void blob_hold(struct store *, const unsigned char sha256[32]);
/* The message has been put, or never will be: it no longer holds contents. */
void blob_unhold(struct store *, const struct message *);
/* Deletes contents that nobody refers to or holds; if many, only some. */
int blob_prune(struct store *, struct err *);
/* Deletes the others, too, in transactions of its own. */
int blob_prune_rest(struct store *, struct err *);
void blob_free(struct store *);

#endif
