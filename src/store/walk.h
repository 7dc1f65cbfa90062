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

#endif
