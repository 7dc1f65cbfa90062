/*
 * fetch.h - one batch of items: headers, decision, content, attachments.
 * Floor: sync, internal.
 * Threads: fetch_run is called by one thread; a batch is not shared while it
 * runs.
 */
#ifndef SYNC_FETCH_H
#define SYNC_FETCH_H

#include "sync/underway.h"
#include "sync/work.h"

struct fetch {
	struct mailbox_work *mailbox;
	int64_t folder;       /* store_folder.id */
	struct item_ref *ref; /* borrowed: what to fetch */
	size_t n;
	bool ahead;           /* it is a part of a page: may be written
			       * before the page's cursor */
	const int64_t *tries; /* of failed items tried again; NULL: new */

	struct session *session; /* while fetch_run runs */

	struct underway_batch underway; /* its noted: of each ref */

	/* results, until fetch_free */
	struct store_item *item;
	size_t nitem;
	struct message **message; /* what the items point into */
	size_t nmessage;
	struct decision *decision;
	int64_t seen;
	int64_t doubts; /* items that the server told of and does not have */
	size_t bytes;   /* of message */
	int64_t settled_since; /* tim_mono of the first of item */
	int64_t *lost;         /* of each ref, as struct ask */
};

/* How many items, with their content, the server gives for one request. */
size_t fetch_items(const struct profile_work *);
/* ask_known_fn: mail that the store has. */
size_t fetch_known_items(
    struct mailbox_work *, struct arena *, struct item_ref *out, size_t max);
/*
 * Fills the results: one item for each ref that is settled. -1: the rest is
 * not, and the cursor must not pass it; err says why.
 */
int fetch_run(struct fetch *, struct session *, struct err *);
/*
 * Writes the settled items (and the page's end) and frees the fetch. What was
 * large has been written by fetch_run already, ahead of the page's end.
 */
int fetch_store(struct fetch *, const struct store_page *, struct err *);
void fetch_free(struct fetch *);

#endif
