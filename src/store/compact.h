/*
 * compact.h - gives the pages of what was removed back to the disk.
 * Floor: store.
 * Threads, errors: as in store.h. Not after store_confine: a temporary file is
 * made beside the database, and removed.
 *
 * Pages that are free are used again before the file grows, so this is for a
 * file that has become much larger than it need be.
 */
#ifndef STORE_COMPACT_H
#define STORE_COMPACT_H

#include "store/store.h"

struct store_size {
	int64_t file; /* bytes, its WAL included */
	int64_t free; /* of these, about */
	/*
	 * Free pages can be given back a few at a time; else only by
	 * store_vacuum, which makes it so.
	 */
	bool by_slices;
};
int store_size(struct store *, struct store_size *, struct err *);

/*
 * Gives back free pages in transactions of their own, between which others may
 * write. 1: all of them; 0: the program was asked to end before; -1.
 */
int store_give_back(struct store *, struct err *);
/*
 * Writes the whole file anew (VACUUM) and empties its WAL: nothing that was
 * deleted is left in either. Nobody else can write meanwhile, and it needs up
 * to twice the size of what the file holds on its disk. Error code "reader":
 * it is done, but a program that reads an old view keeps the WAL from being
 * emptied, and so the file from getting smaller: once that has ended,
 * store_empty_wal does it. CAUSE_STOP: the program was asked to end; the file
 * is what it was.
 */
int store_vacuum(struct store *, struct err *);
/* Moves the WAL into the file and empties it. Error code "reader": as above. */
int store_empty_wal(struct store *, struct err *);

#endif
