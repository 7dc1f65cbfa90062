/*
 * keep.h - files that this process cannot reach once its sandbox has closed,
 * and that somebody else keeps for it (os/keeper.h). They are known by number:
 * nobody who has taken this process over can name another one.
 * Floor: core.
 * Threads: one at a time.
 */
#ifndef CORE_KEEP_H
#define CORE_KEEP_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum keep_file {
	KEEP_LOGINS, /* rejected logins (sync/loginfile.h) */
	KEEP_NFILE
};

/* read NULL: nobody keeps any. */
struct keep {
	/*
	 * The whole file into out; of one whose first line is a salt that, with
	 * a new one where there is no file. From then on no other process has
	 * it, until write or done.
	 */
	int (*read)(void *arg, enum keep_file, struct buf *out, struct err *);
	/* Replaces all but the salt's line: whole, or not at all. */
	int (*write)(void *arg, enum keep_file, const char *data, size_t len,
	    struct err *);
	/* Nothing is to be written. */
	void (*done)(void *arg, enum keep_file);
	/* It is no such file: puts it aside. The next read begins anew. */
	int (*aside)(void *arg, enum keep_file, struct err *);
	void *arg;
};

#endif
