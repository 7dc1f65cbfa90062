/*
 * statedir.h - the directory for what the CRM must not read (state_dir, mode
 * 0700), and the files in it (mode 0600), which are known by number. This
 * module does not interpret a file, except the first line of some: the salt,
 * 64 hex digits that are made here and that nobody else changes.
 * Floor: os; used by the keeper, and for the list of the forgotten by the
 * commands, in processes that have no sandbox.
 * Threads: one.
 */
#ifndef OS_STATEDIR_H
#define OS_STATEDIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "core/keep.h"

#define STATEDIR_MAX       ((size_t)1 << 20)  /* bytes of the file of logins */
#define STATEDIR_FORGOTTEN ((size_t)16 << 20) /* of the list of the forgotten */
#define STATEDIR_MAILBOXES ((size_t)16 << 20) /* of that of mailboxes */
#define STATEDIR_SALT      65                 /* bytes of its first line */
#define STATEDIR_WHY       512

struct statedir {
	const char *path; /* NULL: there is none */
	bool make;
	int fd;
	bool locked;
	bool late; /* it could not be locked in time, see why */
	char salt[STATEDIR_SALT + 1]; /* of the file that was read last */
	char why[STATEDIR_WHY];       /* the last fault, for a person */
};

void statedir_init(struct statedir *, const char *path, bool make);
/*
 * Reads the whole file to out; when there is none, the line of a new salt or
 * nothing. Locks the directory first: other processes wait until
 * statedir_write, _aside or _free, or until this process ends. When another
 * process holds the lock it is waited for, ten seconds at most; then the file
 * is read without the lock and late is set. -1: why says the reason.
 */
int statedir_read(struct statedir *, enum keep_file, struct buf *out);
/*
 * Replaces all of the file but its salt, whole or not at all, and unlocks.
 * Makes the directory. A file with a salt must have been read since the last
 * statedir_aside.
 */
int statedir_write(struct statedir *, enum keep_file, const struct buf *);
/* Renames the file so that it ends with .bad, and unlocks. */
int statedir_aside(struct statedir *, enum keep_file);
/* Unlocks without writing. */
void statedir_free(struct statedir *);

#endif
