/*
 * sandbox.h - after start-up exsync keeps only what it needs.
 * Floor: os.
 * Threads: the main thread, before any other exists; later ones inherit it.
 *
 * no_new_privs, no core file, Landlock for files (landlock.h) and a filter of
 * system calls (seccomp.h). What may still be opened: to write the database,
 * its -wal, -shm and .lock, which have to be there already; to read the CA
 * certificates and what the resolver reads in /etc. Nothing can be created,
 * renamed or removed, whatever directory it lies in, and no other program can
 * be started: runner_start goes before.
 */
#ifndef OS_SANDBOX_H
#define OS_SANDBOX_H

#include <stdbool.h>

#include "conf/conf.h"

/* What is in force. */
struct sandbox {
	bool files, calls; /* restricted */
	int abi;           /* of Landlock */
	char text[240];    /* all of it in words */
};

/*
 * After conf_load, store_open, store_lock and, unless lasting, the reading of
 * the CSV files. lasting: this process outlives the files it reads (a daemon),
 * so the directories of CSV files, certificates and INI may be read too: a
 * file that another takes the place of is another file. What the kernel lacks
 * is left out, and log_level = info tells; nothing happens with sandbox = no,
 * nor in sanitizer builds, which need more than is left.
 */
void sandbox_enter(const struct conf *, bool lasting, struct sandbox *);

#endif
