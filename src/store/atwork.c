/*
 * atwork.c - the sign that a pass is at work, for whoever may read the file.
 * 1. It is a lock on one byte of the database itself, far behind all that
 *    SQLite locks or writes: whoever may read the file may ask for it, while
 *    the lock file is its owner's. It keeps nobody out; lock.c does that.
 * 2. Asking takes no lock (F_OFD_GETLK). It asks as a reader would, so that
 *    only somebody who may write the file can pretend to be at work.
 * 3. The sign belongs to the open file (F_OFD_SETLK) and goes with the process,
 *    however that ends.
 * 4. A descriptor of the database is closed after the connection only: closing
 *    any one takes SQLite's own locks (POSIX) away from the process.
 */
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include "store/health.h"
#include "store/lock.h"

#define SIGN_AT ((off_t)1 << 62)

static struct flock
sign_lock(short type)
{
	/* l_pid must be 0 */
	return (struct flock){ .l_type = type,
		.l_whence = SEEK_SET,
		.l_start = SIGN_AT,
		.l_len = 1 };
}

static bool
open_database(struct store *st, int flags)
{
	if (st->sign_fd == -1)
		st->sign_fd = open(st->path, flags | O_CLOEXEC | O_NONBLOCK);
	return st->sign_fd != -1;
}

void
atwork_show(struct store *st)
{
	struct flock l = sign_lock(F_WRLCK);

	if (open_database(st, O_RDWR))
		fcntl(st->sign_fd, F_OFD_SETLK, &l);
}

enum store_atwork
store_at_work(struct store *st)
{
	struct flock l = sign_lock(F_RDLCK);

	if (st->in_memory)
		return STORE_IDLE;
	if (st->lock_fd != -1)
		return STORE_AT_WORK; /* this process itself */
	if (!open_database(st, st->read_only ? O_RDONLY : O_RDWR) ||
	    fcntl(st->sign_fd, F_OFD_GETLK, &l) == -1)
		return STORE_ATWORK_UNKNOWN;
	return l.l_type == F_UNLCK ? STORE_IDLE : STORE_AT_WORK;
}
