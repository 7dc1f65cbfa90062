/*
 * walk.h - table sync_folder: how far a folder was read.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_WALK_H
#define STORE_WALK_H

#include "store/db.h"

/* sync_folder.walking: a folder's full walk. The numbers stand in files. */
enum walking {
	WALKING_NONE = 0,
	WALKING_FULL = 1,  /* one is under way */
	WALKING_ASKED = 2, /* an administrator wants one; it has not begun */
	WALKING_ANEW = 3   /* that one is under way: it decides anew, too */
};

/* The full walk under way in a folder. */
struct full_walk {
	int64_t number; /* 0: none */
	bool anew;      /* it decides anew what was skipped */
};

int walk_get(struct store *, int64_t folder, struct full_walk *, struct err *);
/* It begins at the start; one that was asked for stays so when it has to begin
 * once more. */
int walk_begin(struct store *, int64_t folder, struct err *);
/* The walk of that number has seen what the page names. */
int walk_saw(struct store *, const char *mailbox, const struct store_page *,
    int64_t number, struct err *);
/* The folder is read up to the page's cursor. */
int walk_cursor(struct store *, const struct store_page *, struct err *);
/*
 * The folder is read to its end: the page's marker is that of a complete read,
 * and no walk is under way any more. One that was asked for meanwhile stays so.
 */
int walk_end(struct store *, const struct store_page *, struct err *);
/* Nothing is known of the folder: a full walk has begun, without a cursor. */
int walk_forget(struct store *, int64_t folder, struct err *);
/* No walk of it is under way any more: the folder is not read. */
int walk_leave(struct store *, int64_t folder, struct err *);
/* Its marker is not that of a complete read: it is read once more. */
int walk_again(struct store *, int64_t folder, struct err *);

#endif
