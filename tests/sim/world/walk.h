/*
 * walk.h - a client that follows a folder: from nothing to all that is in it,
 * then from change to change.
 *
 * A first round walks the folder from one end (the cursor is the last item
 * given) and then goes on with the journal from the sequence at which the
 * walk began. A round of the journal goes from `from` to its end; pos is how
 * far it got. told: the walk has dealt with what was deleted up to there.
 */
#ifndef SIM_WALK_H
#define SIM_WALK_H

#include "world/world.h"

struct walk { /* a position; a protocol hands it out in a form of its own */
	bool walking; /* the first round */
	bool newest;  /* its direction */
	bool begun;   /* the cursor is set */
	uint32_t folder, epoch;
	uint64_t from, pos, told;
	int64_t received; /* cursor */
	uint32_t num;
};

enum walk_change { WALK_CREATE, WALK_UPDATE, WALK_READ, WALK_DELETE };

struct walk_page {
	long max, given;
	/*
	 * Shows a change; the item is NULL when it is gone. False: it was left
	 * out, and does not count.
	 */
	bool (*show)(
	    void *, enum walk_change, const struct item *, uint32_t num);
	void *arg;
};

/* Before anything was given. */
void walk_begin(struct walk *, const struct folder *, bool newest);
/* Is it a position of that folder which still means something? */
bool walk_valid(const struct walk *, const struct folder *);
/* Goes on until the page is full. True: there is nothing more. */
bool walk_on(struct walk *, const struct folder *, struct walk_page *);

#endif
