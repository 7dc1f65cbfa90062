/*
 * blob.h - which contents of attachments are still wanted: tables sync_blob
 * and sync_blob_loose.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held, unless
 * said otherwise.
 *
 * A content is in the table before the mail is whose attachment it is (it may
 * be large, and the mail waits for all of them). Until the mail is put it is
 * held, in memory; then it counts, or goes.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "store/db.h"

/* One more row has that content. 1; 0: there is no such content; -1. */
int blob_refer(struct store *, const char *sha256, struct err *);
/* As many as the edition has. */
/* One row less. */
int blob_release(struct store *, const char *sha256, struct err *);
/* Somebody has its hash and may still refer to it; needs no transaction. */
void blob_hold(struct store *, const unsigned char sha256[32]);
/* The message has been put, or never will be: it holds no content. */
void blob_unhold(struct store *, const struct message *);
/* Contents that nobody refers to or holds go; of many of them some. */
int blob_prune(struct store *, struct err *);
/* Those that were too many; in transactions of its own. */
int blob_prune_rest(struct store *, struct err *);
void blob_free(struct store *);

#endif
