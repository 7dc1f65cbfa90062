/*
 * ask.h - items from the server, each exactly once, whatever it answers.
 * Floor: sync, internal.
 * Threads: one session, one thread.
 */
#ifndef SYNC_ASK_H
#define SYNC_ASK_H

#include "sync/work.h"

/*
 * Gives up to max items of the mailbox that came in earlier passes with their
 * content; returns how many. Their strings are the arena's.
 */
typedef size_t (*ask_known_fn)(
    struct mailbox_work *, struct arena *, struct item_ref *out, size_t max);

/* Who asks, and how much of each item. */
struct ask {
	struct mailbox_work *mailbox;
	struct session *session;
	enum provider_part part;
	/*
	 * These items failed before: they are asked for once, and blamed one by
	 * one even when all of them fail again.
	 */
	bool suspect;
	ask_known_fn known; /* mail to compare with; NULL: none */
	/* ms lost on each item so far (patience.h); counted up */
	int64_t *lost;
};

/*
 * Asks for n <= PROVIDER_ITEMS items: out[i] is the message for ref[i]; the
 * caller frees it. Returns how many of them, from the first on, are answered:
 * at least one, and all unless so much time was lost that the rest must wait
 * for another request. Items that the server is too busy for are asked for
 * again; a request that fails while the server works is halved until the item
 * that breaks it is found. An item that cannot be had though the server works
 * comes with err ERR_ITEM, one that the server has no time for with ERR_RETRY.
 * -1: the server could not be asked, or gave no item for an unknown reason
 * (ERR_UNKNOWN); out is all NULL.
 */
int ask_items(const struct ask *, const struct item_ref *ref, size_t n,
    struct message **out, struct err *);

/*
 * Can mail be fetched that came in an earlier pass? 1: yes; 0: no, so items
 * that do not come now are not to blame; -1: unknown, there is no such mail.
 */
int ask_known(const struct ask *);

/*
 * Did the request fail because of the very thing that it asked for? Yes when
 * the error may be of that kind and the server answers something else right
 * after it.
 */
bool ask_is_broken(struct mailbox_work *, struct session *, const struct err *);

#endif
