/*
 * ask.h - items from the server, each exactly once, whatever it answers.
 * Floor: sync, internal.
 * Threads: one session, one thread.
 */
#ifndef SYNC_ASK_H
#define SYNC_ASK_H

#include "sync/work.h"

/*
 * Up to max items of the mailbox that came in earlier passes, with their
 * content; how many. Their strings are the arena's.
 */
typedef size_t (*ask_known_fn)(
    struct mailbox_work *, struct arena *, struct item_ref *out, size_t max);

/* Who asks, and how much of each item. */
struct ask {
	struct mailbox_work *mailbox;
	struct session *session;
	enum provider_part part;
	bool suspect; /* these failed before: asked once, and blamed one by
		       * one even when all of them fail again */
	ask_known_fn known; /* to compare with; NULL: there are none */
	/* ms that each item has cost so far (patience.h): counted up */
	int64_t *lost;
};

/*
 * Asks for n <= PROVIDER_ITEMS items: out[i] is the message for ref[i], the
 * caller's to free. How many of them, from the first on, are answered: at least
 * one, and all unless so much time was lost on them that the rest must wait for
 * another request. Items that the server is too busy for are asked for again;
 * a request that fails while the server is well is halved until the item that
 * breaks it is found. What cannot be had though the server is well comes with
 * err ERR_ITEM, what it has no time for with ERR_RETRY. -1: the server could
 * not be asked, or gave no item for a reason that nobody knows (ERR_UNKNOWN);
 * out is all NULL.
 */
int ask_items(const struct ask *, const struct item_ref *ref, size_t n,
    struct message **out, struct err *);

/*
 * Does mail come that came in an earlier pass? 1: yes; 0: no, so what does not
 * come now is not to blame for it; -1: nobody knows, there is no such mail.
 */
int ask_known(const struct ask *);

/*
 * Is what was asked for itself the reason why that request failed? Yes when
 * the error may be of that kind and the server answers something else right
 * after it.
 */
bool ask_is_broken(struct mailbox_work *, struct session *, const struct err *);

#endif
