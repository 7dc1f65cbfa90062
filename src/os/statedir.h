/*
 * statedir.h - the directory for what the CRM must not read (state_dir, mode
 * 0700), and the files in it (mode 0600), which are known by number. What
 * stands in a file is nothing to this module but the first line of some: the
 * salt, 64 hex digits that are made here and that nobody else changes.
 * Floor: os; used by the keeper only.
 * Threads: one.
 */
#ifndef OS_STATEDIR_H
#define OS_STATEDIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "core/keep.h"

#define STATEDIR_MAX  ((size_t)1 << 20) /* bytes of a file, at most */
#define STATEDIR_SALT 65                /* bytes of its first line */
#define STATEDIR_WHY  512

struct statedir {
	const char *path; /* NULL: there is none */
	bool make;
	int fd;
	bool locked;
	bool late;                    /* it could not be in time: why */
	char salt[STATEDIR_SALT + 1]; /* of the file that was read last */
	char why[STATEDIR_WHY];       /* the last fault, for a person */
};

void statedir_init(struct statedir *, const char *path, bool make);
/*
 * The whole file, or a new salt's line, or nothing; from then on other
 * processes wait for statedir_write or _free, or the end of this process. It
 * waits for others as long itself, ten seconds at most; then late is set. -1:
 * why says so.
 */
int statedir_read(struct statedir *, enum keep_file, struct buf *out);
/* Replaces all but the salt, whole or not at all. Makes the directory. */
int statedir_write(struct statedir *, enum keep_file, const struct buf *);
/* The file ends with .bad from now on. */
int statedir_aside(struct statedir *, enum keep_file);
/* Nothing is to be written. */
void statedir_free(struct statedir *);

#endif
