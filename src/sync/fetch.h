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

/* decision.rule of mail that is older than past_mail permits. */
#define FETCH_PAST "past_mail"

struct fetch {
	struct mailbox_work *mailbox;
	struct reading *reading; /* of the folder; NULL: it is not read now */
	int64_t folder;          /* store_folder.id */
	struct item_ref *ref;    /* borrowed: what to fetch */
	size_t n;
	/* A part of a page: may be written before the page's cursor. */
	bool ahead;
	const int64_t *tries; /* of failed items; NULL: new items */
	/* Ask for the headers before the content, whatever the settings are. */
	bool headers_first;
	/* Mail received before is skipped, by the rule FETCH_PAST; TIM_NONE:
	 * no limit. */
	int64_t past_from;

	struct session *session; /* while fetch_run runs */
	bool sent;               /* nothing arrives in the folder */

	struct underway_batch underway; /* noted: one for each ref */

	/* results, until fetch_free */
	struct store_item *item;
	size_t nitem;
	struct message **message; /* what the items point into */
	size_t nmessage;
	struct decision *decision;
	int64_t seen;
	const char **doubt; /* items that the server lists and does not have */
	size_t ndoubt;
	size_t bytes;          /* of all in message */
	int64_t settled_since; /* tim_mono when the first item was settled */
	int64_t *lost;         /* ms for each ref, as in struct ask */
	/* message_head of each ref whose content is wanted, or NULL */
	const struct message **head;
	struct arena heads; /* these */
};

/* How many items, with their content, one request may ask for. */
size_t fetch_items(const struct profile_work *);
/* An ask_known_fn: gives mail that the store has. */
size_t fetch_known_items(
    struct mailbox_work *, struct arena *, struct item_ref *out, size_t max);
/*
 * Fills in the results: one item for each ref that is settled. -1: the others
 * are not, and the cursor must not pass them; err says why.
 */
int fetch_run(struct fetch *, struct session *, struct err *);
/*
 * Writes the settled items (and the page's end) and frees the fetch. Large
 * mails were already written by fetch_run, ahead of the page's end.
 */
int fetch_store(struct fetch *, const struct store_page *, struct err *);
void fetch_free(struct fetch *);

#endif
