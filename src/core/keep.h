/*
 * keep.h - files that this process cannot reach once its sandbox has closed,
 * and that a helper process reads and writes for it (os/keeper.h). They are
 * known by number, so that whoever takes over this process cannot name others.
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
	/* whom nobody may bring back (core/forgotten.h): read before the
	 * sandbox closes, and the helper process never touches it, so that
	 * whoever takes over a pass cannot take anybody off the list */
	KEEP_FORGOTTEN,
	/* what an administrator has said about mailboxes (core/permit.h):
	 * likewise, so that nobody approves one but they */
	KEEP_MAILBOXES,
	KEEP_NFILE
};

/* read is NULL when there is no helper process. */
struct keep {
	/*
	 * Reads the whole file into out. Where the first line is a salt and
	 * there is no file, out is a line with a new salt. Other processes wait
	 * for the file until write or done.
	 */
	int (*read)(void *arg, enum keep_file, struct buf *out, struct err *);
	/* Replaces all but the line of the salt: atomically. */
	int (*write)(void *arg, enum keep_file, const char *data, size_t len,
	    struct err *);
	/* After read: nothing is to be written. */
	void (*done)(void *arg, enum keep_file);
	/* Renames a file that is not valid; the next read begins a new one. */
	int (*aside)(void *arg, enum keep_file, struct err *);
	void *arg;
};

#endif
