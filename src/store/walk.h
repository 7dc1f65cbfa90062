/*
 * walk.h - table sync_folder: how far a folder was read.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_WALK_H
#define STORE_WALK_H

#include "store/db.h"

/*
 * sync_folder.walking: the full walk of a folder. The numbers are stored in
 * files: never change them.
 */
enum walking {
	WALKING_NONE = 0,
	WALKING_FULL = 1,  /* one is under way */
	WALKING_ASKED = 2, /* an administrator asked for one; not begun */
	WALKING_ANEW = 3,  /* that one is under way: skips are decided anew */
	/* --verify found that the folder does not agree; not begun */
	WALKING_COMPARE = 4
};

/* The full walk under way in a folder. */
struct full_walk {
	int64_t number; /* 0: none */
	bool anew;      /* it decides anew what was skipped */
};

int walk_get(struct store *, int64_t folder, struct full_walk *, struct err *);
/*
 * A full walk begins without a cursor. One that an administrator asked for
 * decides anew, also when it has to begin a second time.
 */
int walk_begin(struct store *, int64_t folder, struct err *);
/* Notes that the walk of that number saw the items that the page names. */
int walk_saw(struct store *, const char *mailbox, const struct store_page *,
    int64_t number, struct err *);
/* The folder is read up to the page's cursor. */
int walk_cursor(struct store *, const struct store_page *, struct err *);
/*
 * The folder was read to its end: stores the page's marker, and ends the walk.
 * A walk that was asked for meanwhile is still asked for.
 */
int walk_end(struct store *, const struct store_page *, struct err *);
/* Forgets how far the folder was read: marks a full walk without cursor. */
int walk_forget(struct store *, int64_t folder, struct err *);
/* The folder is not read any more: no walk of it is under way. */
int walk_leave(struct store *, int64_t folder, struct err *);
/* The next pass begins a full walk, whatever a pass at work does now. */
int walk_compare(struct store *, int64_t folder, struct err *);
/* Clears the marker, so that the folder is read once more. */
int walk_again(struct store *, int64_t folder, struct err *);

#endif
