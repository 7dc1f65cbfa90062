/*
 * underway.h - mail that is being asked for: when the pass ends before it is
 * there, it has counted as a try.
 * Floor: sync, internal.
 * Threads: any; underway_look by the thread that runs the pass.
 *
 * Nothing tells of a mail that makes every pass die, or take longer than it
 * may: the next pass would begin with the same mail, and never come to those
 * behind it. So what takes long is noted in table failure while it is under
 * way, and after a pass that died all is, before it is asked for. Where the
 * outcome follows, it takes the note's place. What stays noted is tried again
 * alone, after all others; the first times by the very next pass.
 */
#ifndef SYNC_UNDERWAY_H
#define SYNC_UNDERWAY_H

#include <stdbool.h>

#include "core/provider.h"
#include "store/store.h"

struct underway; /* of a pass */

/*
 * Mail of one folder that one thread asks for. The first members are the
 * caller's, before it is under way; what is in them stays until it is not.
 */
struct underway_batch {
	const char *address; /* of the mailbox */
	int64_t folder;      /* store_folder.id */
	const struct item_ref *ref;
	const int64_t *tries; /* of each; NULL: none before */
	bool ahead;           /* as store_page */
	bool *noted;          /* result, of each: it is noted */
	/* underway.c's, under its lock */
	struct underway_batch *next;
	const size_t *asked; /* places in ref that are asked for now ... */
	size_t nasked;
	int64_t asked_since; /* ... and are not noted yet; TIM_NONE: are */
};

/* careful: the pass before died. The store outlives it. */
struct underway *underway_open(struct store *, bool careful);
void underway_close(struct underway *); /* NULL is fine */

/*
 * Places at[0..n) of the batch are asked for from now on, instead of what was
 * before. n 0: nothing is. NULL for a pass that notes nothing.
 */
void underway_set(
    struct underway *, struct underway_batch *, const size_t *at, size_t n);
/* Notes what has been under way for long. */
void underway_look(struct underway *);

#endif
