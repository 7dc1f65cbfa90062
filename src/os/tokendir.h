/*
 * tokendir.h - the files of persons' logins in state_dir (auth/tokenfile.h),
 * which are known by number: the names are given once. Each has a lock of its
 * own, so that one login is renewed by one process at a time.
 * Floor: os; used by the keeper, and by commands that have no sandbox.
 * Threads: one.
 *
 * The lock of a file is a byte of the file "tokens.lock" (fcntl, F_OFD_SETLK),
 * at a place that its name gives. The kernel releases it when the process ends.
 */
#ifndef OS_TOKENDIR_H
#define OS_TOKENDIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define TOKENDIR_WHY 512

/* The names; borrowed, and the same for all who use the directory. */
struct tokendir_names {
	const char *const *v;
	size_t n;
};

struct tokendir {
	const char *path; /* state_dir */
	struct tokendir_names names;
	int fd, lock;           /* -1: not open yet */
	char why[TOKENDIR_WHY]; /* the last fault, for a person */
};

void tokendir_init(struct tokendir *, const char *path, struct tokendir_names);
void tokendir_free(struct tokendir *); /* unlocks all */
/*
 * Locks file i and reads it into out, which stays empty when there is none. The
 * directory is made if it is missing. *busy: another process has locked it;
 * nothing was read. -1: why says the reason, and it is not locked.
 */
int tokendir_read(struct tokendir *, size_t i, struct buf *out, bool *busy);
/*
 * Replaces file i, whole or not at all, and unlocks it; it is on disk when this
 * returns. -1: likewise.
 */
int tokendir_write(struct tokendir *, size_t i, const char *data, size_t len);
/* Unlocks it. */
void tokendir_done(struct tokendir *, size_t i);
/*
 * Reads file i without a lock, and makes nothing. A file that cannot be read is
 * as one that is not there.
 */
void tokendir_peek(struct tokendir *, size_t i, struct buf *out);

#endif
