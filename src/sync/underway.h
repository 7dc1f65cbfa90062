/*
 * underway.h - mail that is being asked for. If the pass ends before a mail is
 * there, that counts as a try of it.
 * Floor: sync, internal.
 * Threads: any; underway_look by the thread that runs the pass.
 *
 * A mail that makes every pass die, or take longer than it may, is reported by
 * nobody: the next pass would begin with the same mail, and never come to those
 * behind it. So mail that takes long is noted in table failure while it is
 * being asked for; after a pass that died all mail is noted, before it is asked
 * for. When the outcome follows it replaces the note. Mail that stays noted is
 * tried again alone, after all other mail; the first few times by the very next
 * pass.
 */
#ifndef SYNC_UNDERWAY_H
#define SYNC_UNDERWAY_H

#include <stdbool.h>

#include "core/provider.h"
#include "store/store.h"

struct underway; /* of a pass */

/*
 * Mail of one folder that one thread asks for. The caller sets the first
 * members before the mail is in progress; what they point to stays until it no
 * longer is.
 */
struct underway_batch {
	const char *address; /* of the mailbox */
	int64_t folder;      /* store_folder.id */
	const struct item_ref *ref;
	/* store_item.head of each ref, or NULL */
	const struct message *const *head;
	const int64_t *tries; /* earlier tries of each; NULL: none */
	bool ahead;           /* as store_page */
	bool *noted;          /* result: which are noted */
	/* underway.c's, under its lock */
	struct underway_batch *next;
	const size_t *asked; /* indexes of the refs being asked for */
	size_t nasked;
	int64_t asked_since; /* tim_mono; TIM_NONE: they are noted */
};

/* careful: the pass before died. The store must outlive it. */
struct underway *underway_open(struct store *, bool careful);
void underway_close(struct underway *); /* NULL is fine */

/*
 * From now on the refs at[0..n) of the batch are being asked for, and no
 * others; n 0: none is. NULL for a pass that notes nothing.
 */
void underway_set(
    struct underway *, struct underway_batch *, const size_t *at, size_t n);
/* Notes what has been in progress for long. */
void underway_look(struct underway *);

#endif
