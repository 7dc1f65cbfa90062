/*
 * sandbox.h - after start-up exsync keeps only what it needs.
 * Floor: os.
 * Threads: the main thread, before any other exists; later ones inherit it.
 *
 * no_new_privs, no core file, Landlock for files (landlock.h) and a filter of
 * system calls (seccomp.h). These files may still be opened: for writing the
 * database, its -wal, -shm and .lock, which must exist already; for reading
 * the CA certificates and what the resolver reads in /etc. Nothing can be
 * created, renamed or removed in any directory, and no other program can be
 * started, so keeper_start must come before.
 */
#ifndef OS_SANDBOX_H
#define OS_SANDBOX_H

#include <stdbool.h>

#include "conf/conf.h"

/* What is in force. */
struct sandbox {
	bool files, calls; /* they are restricted */
	int abi;           /* Landlock's version; 0: none */
	char text[240];    /* the same as a sentence */
};

/*
 * To be called after conf_load, store_open, store_lock and, unless lasting,
 * after reading the CSV files. lasting: this process outlives the files that it
 * reads (a daemon), so the directories of CSV files, certificates and INI may
 * be read, too: Landlock does not permit a new file that replaces an old one.
 * What the kernel lacks is left out, with a log line of level info. Nothing
 * happens with sandbox = no, nor in sanitizer builds, which need more than the
 * sandbox permits.
 */
void sandbox_enter(const struct conf *, bool lasting, struct sandbox *);

#endif
