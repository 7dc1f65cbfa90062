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
	int fd;  /* -1: there are no rules, and nothing is restricted */
	int sys; /* the errno that says why not */
	int abi; /* 0: there is no Landlock */
	uint64_t handled;
};

enum landlock_right {
	LANDLOCK_READ, /* read a file, or all files below a directory */
	LANDLOCK_WRITE /* read and write a regular file that is not a link */
};

/*
 * Begins a set of rules that permits nothing. Where this fails, so does
 * landlock_close.
 */
void landlock_open(struct landlock *);
/*
 * Permits this right for the file that has the name now; a file that gets the
 * name later is not permitted. False: nothing was permitted. NULL is fine.
 */
bool landlock_allow(struct landlock *, const char *path, enum landlock_right);
/*
 * Puts the rules in force, irrevocably. Needs no_new_privs. False with errno:
 * they are not in force.
 */
bool landlock_close(struct landlock *);

#endif
