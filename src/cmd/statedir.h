/*
 * statedir.h - the directory for what the CRM must not read (state_dir, mode
 * 0700), and the one file in it, of rejected logins (mode 0600). What stands
 * in that file is nothing to this module but its first line: the salt, 64 hex
 * digits that are made here and that nobody else changes.
 * Floor: cmd; used by the keeper only.
 * Threads: one.
 */
#ifndef CMD_STATEDIR_H
#define CMD_STATEDIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define STATEDIR_MAX  ((size_t)1 << 20) /* bytes of the file */
#define STATEDIR_SALT 65                /* bytes of its first line */
#define STATEDIR_WHY  512

struct statedir {
	const char *path; /* NULL: there is none */
	bool make;
	int fd;
	bool locked;
	bool late;                    /* it could not be in time: why */
	char salt[STATEDIR_SALT + 1]; /* "": none yet */
	char why[STATEDIR_WHY];       /* the last fault, for a person */
};

void statedir_init(struct statedir *, const char *path, bool make);
/*
 * The whole file, or a new salt's line; from then on other processes wait for
 * statedir_write or _free, or the end of this process. It waits for others as
 * long itself, ten seconds at most; then late is set. -1: why says so.
 */
int statedir_read(struct statedir *, struct buf *out);
/* Replaces all but the salt, whole or not at all. Makes the directory. */
int statedir_write(struct statedir *, const struct buf *);
/* The file is called logins.bad from now on. */
int statedir_aside(struct statedir *);
/* Nothing is to be written. */
void statedir_free(struct statedir *);

#endif
