/*
 * landlock.h - which files this process may still reach: Linux' Landlock.
 * Floor: os.
 * Threads: before any other thread exists; later ones inherit it.
 *
 * Source: Documentation/userspace-api/landlock.rst of the kernel. Every ABI
 * from 1 (Linux 5.13) on is used as far as it goes.
 */
#ifndef OS_LANDLOCK_H
#define OS_LANDLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct landlock {
	int fd; /* -1: the kernel has none, and nothing is kept out */
	int abi;
	uint64_t handled;
};

enum landlock_right {
	LANDLOCK_READ, /* a file, or all below a directory */
	LANDLOCK_WRITE /* and write to it: a file alone, that is no link */
};

/* Begins a set that permits nothing. abi 0: this kernel has no Landlock. */
void landlock_open(struct landlock *);
/*
 * Permits that, for the file that has this name now: another that is given the
 * name later is another file. False: there is nothing to permit. NULL is fine.
 */
bool landlock_allow(struct landlock *, const char *path, enum landlock_right);
/* From now on, for ever. Needs no_new_privs. False with errno: it is not. */
bool landlock_close(struct landlock *);

#endif
