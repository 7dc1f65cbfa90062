/*
 * share.h - the group that may read and write the database (database_group).
 * Floor: store.
 * Threads: the main thread, before store_open and before the sandbox closes.
 *
 * The database, its -wal and -shm belong to the group with mode 660, and their
 * directory with mode 2770: SQLite gives a new -wal and -shm the database's
 * mode, and the directory gives them its group, whoever of the group creates
 * them. The lock file follows the database (lock.c). The umask does not matter.
 */
#ifndef STORE_SHARE_H
#define STORE_SHARE_H

#include <sys/types.h>

#include "base/err.h"

struct share {
	const char *group; /* as the INI names it; NULL: there is none */
	gid_t gid;
};

/*
 * Gives the database at path, which is created if missing, to the group; the
 * same for the directory, and -wal and -shm as far as they are there. What is
 * right already is not touched, whoever owns it. A directory that is not the
 * database's alone, or not this user's, is never changed: where the group has
 * the rights that it needs, it is taken as it is, else it is refused
 * (ERR_CONFIG), as is another user's database. ERR_FATAL: -wal or -shm has a
 * second name. What cannot be opened is left to store_open to report. Without a
 * group nothing is done.
 */
int store_share(const char *path, const struct share *, struct err *);
/*
 * The same without changing anything. 1: store_share has something to change;
 * 0: nothing; -1: it would refuse.
 */
int store_share_check(const char *path, const struct share *, struct err *);
/*
 * For --check, what is wrong though a pass works: calls tell with a sentence
 * for each file that lies in the database's directory and is not the database's
 * (the first SHARE_TELL, then how many more), and for each directory on the way
 * that the group may not enter.
 */
#define SHARE_TELL 5
typedef void store_share_fn(void *arg, const char *text);
void store_share_look(
    const char *path, const struct share *, store_share_fn *tell, void *arg);

#endif
