/*
 * lock.c - the lock against a second pass.
 * 1. The pass lock is held by the open file (flock): it ends with the
 *    process, however that ends, and the lock file is never removed. It lies
 *    where SQLite puts its own files, beside the file that a name's links lead
 *    to: two names of a database have one lock.
 * 2. The lock file belongs to those who may write the database: to its owner,
 *    and to its group where that may. Whoever could only read, and yet open
 *    the lock file, could keep every pass from beginning.
 * 3. Nobody asks for it but a pass: whoever took it only to see whether it is
 *    free would keep a pass from beginning. Who only looks has atwork.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/lock.h"

static int
say_locked(struct store *st, const char *name, int fd, struct err *err)
{
	char pid[32] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[n > 0 ? strspn(pid, "0123456789") : 0] = '\0';
	err_set(err, ERR_FATAL,
	    "%s: another exsync is at work on it (process %s, lock file %s): "
	    "let it finish",
	    st->path, pid[0] != '\0' ? pid : "unknown", name);
	return err_code(err, CAUSE_AT_WORK, "locked", SCOPE_ALL);
}

/* The path of a database's lock file; the caller frees. */
static char *
lock_name(const char *path)
{
	char *real = realpath(path, NULL);
	char *name = mem_printf("%s.lock", real != NULL ? real : path);

	free(real);
	return name;
}

/*
 * Another user who may write in the directory must not make us open another
 * file: no symbolic link is followed, and only a regular file with one name is
 * accepted. -1 with errno.
 */
static int
open_lock_file(const char *name, int flags)
{
	struct stat s;
	int fd, sys = EINVAL;

	fd = open(name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd == -1)
		return -1;
	if (fstat(fd, &s) == -1)
		sys = errno;
	else if (S_ISREG(s.st_mode) && s.st_nlink <= 1)
		return fd;
	close(fd);
	errno = sys;
	return -1;
}

int
lock_open(const char *path, int flags)
{
	char *name = lock_name(path);
	int fd = open_lock_file(name, flags);

	free(name);
	return fd;
}

static int
say_lock_file(const char *name, int sys, struct err *err)
{
	char whose[200];

	if (sys == ELOOP || sys == EINVAL || sys == ENXIO || sys == EISDIR)
		err_set(err, ERR_FATAL,
		    "%s: is a link or no file at all: it should be a file that "
		    "exsync made; delete it, and see who put it there",
		    name);
	else
		err_set(err, ERR_FATAL, "%s: cannot be opened: %s%s", name,
		    strerror(sys), db_whose(name, whose, sizeof(whose)));
	return err_code(err, CAUSE_OTHER, "not_writable", SCOPE_ALL);
}

/* Locks the file that is open. */
static int
take_lock(struct store *st, const char *name, int fd, struct err *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return say_locked(st, name, fd, err);
	err_set(
	    err, ERR_FATAL, "%s: cannot be locked: %s", name, strerror(errno));
	return err_code(err, CAUSE_OTHER, "not_writable", SCOPE_ALL);
}

/* Gives the lock file to the group that may write the database, if one may. */
static void
share_lock(const struct store *st, int fd)
{
	struct stat db;
	mode_t mode = 0600;

	if (stat(st->path, &db) == 0 && (db.st_mode & 060) == 060 &&
	    fchown(fd, (uid_t)-1, db.st_gid) == 0)
		mode = 0660;
	/* also for what the umask took away; another user's file stays */
	fchmod(fd, mode);
}

int
store_lock(struct store *st, struct err *err)
{
	char *name, pid[LOCK_PID + 1];
	int fd, rc;

	if (st->read_only || st->lock_fd != -1)
		return 0;
	name = lock_name(st->path);
	fd = open_lock_file(name, O_RDWR | O_CREAT);
	rc = fd == -1 ? say_lock_file(name, errno, err)
		      : take_lock(st, name, fd, err);
	if (rc == 0) {
		/* only say_locked needs the pid: a full disk does no harm */
		snprintf(
		    pid, sizeof(pid), "%-*ld\n", LOCK_PID - 1, (long)getpid());
		if (pwrite(fd, pid, LOCK_PID, 0) == LOCK_PID)
			share_lock(st, fd);
		st->lock_fd = fd;
		atwork_show(st);
	} else if (fd != -1)
		close(fd);
	free(name);
	return rc;
}
