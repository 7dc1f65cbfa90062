/*
 * listing.h - one folder, as the server lists it, held against the file.
 * Floor: sync, internal.
 * Threads: called by the thread that runs the mailbox's job.
 *
 * The folder is listed from its start, without any cursor of ours, and each
 * item is looked up. One that the file does not know may have come since the
 * last pass: then the server itself says so when it is asked for the changes
 * since the folder's cursor, and the next pass will be told the same. What it
 * does not name there, still lies in the folder and is still not in the file is
 * a gap.
 */
#ifndef SYNC_LISTING_H
#define SYNC_LISTING_H

#include "sync/verified.h"
#include "sync/work.h"

/* A mailbox that is being verified. */
struct listing {
	struct mailbox_work *mailbox;
	struct store_verify verify;
	struct verified_box *box; /* the results */
	int64_t asked;            /* items that were asked for one by one */
};

/* The folder's entry among those with trouble; it is made when missing. */
struct verified_folder *listing_trouble(struct listing *, const char *path);

/*
 * Lists the folder and holds it against the file. known: what the file has of
 * it; NULL: nothing, so it is new. -1: not to its end. ERR_GONE: there is no
 * such folder any more.
 */
int listing_folder(struct listing *, const struct folder *told,
    const struct store_folder *known, struct err *);

/*
 * The mailbox is listed: which rows of the file does the server not have any
 * more? known: the folders as the file has them.
 */
int
listing_rows(struct listing *, const struct store_folders *known, struct err *);

/* Lists the server's folders. arena_free(&out->arena). */
int listing_folders(struct listing *, struct folder_list *out, struct err *);

#endif
