/*
 * statedir.c - the directory for what the CRM must not read.
 * 1. A file is replaced whole: the new one is written beside it, synced and
 *    renamed, and the directory is synced. A reader finds one or the other.
 * 2. No link is followed out of the directory. A file has at most so many bytes
 *    as the table says; of a larger one at most 4096 more are read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/fault.h"
#include "base/tim.h"
#include "os/statedir.h"

/* The files, by number: the only names that are ever used here. */
static const struct state_file {
	const char *name, *new, *bad;
	bool salted;
	bool written; /* whoever reads it will write it: said at the read */
	size_t max;   /* bytes */
} files[KEEP_NFILE] = {
	[KEEP_LOGINS] = { "logins", "logins.new", "logins.bad", true, true,
	    STATEDIR_MAX },
	[KEEP_FORGOTTEN] = { "forgotten", "forgotten.new", "forgotten.bad",
	    true, false, STATEDIR_FORGOTTEN },
	[KEEP_MAILBOXES] = { "mailboxes", "mailboxes.new", "mailboxes.bad",
	    false, false, STATEDIR_MAILBOXES },
};

/* ms; each process needs a few, and many may wait for a slow disk */
#define LOCK_WAIT fault_int("EXSYNC_LOCK_MS", 10000)

void
statedir_init(struct statedir *d, const char *path, bool make)
{
	memset(d, 0, sizeof(*d));
	d->path = path;
	d->make = make;
	d->fd = -1;
}

/* Sets why: what cannot be done with the directory or a file in it. */
static int
fail_dir(struct statedir *d, const char *name, const char *what, int sys)
{
	snprintf(d->why, sizeof(d->why), "state_dir: %.300s%s%s: %s: %s",
	    d->path, *name != '\0' ? "/" : "", name, what, strerror(sys));
	return -1;
}

/*
 * What root makes here (exsync --approve as root, say) belongs to whom the
 * directory belongs to: else exsync's user could not read it.
 */
static void
give_file(int in, int fd)
{
	struct stat st;

	if (geteuid() == 0 && fstat(in, &st) == 0 && st.st_uid != 0 &&
	    fchown(fd, st.st_uid, st.st_gid) == -1)
		return; /* the next reader says that it cannot be opened */
}

/*
 * The same for the directory itself, fd, which was just made in another. Whom
 * that one belongs to may meanwhile have put something else in its place: no
 * link is followed, and only a directory of root's is given away.
 */
static void
give_dir(const char *path, int fd)
{
	char parent[4096];
	struct stat st, is;
	const char *slash = strrchr(path, '/');

	snprintf(parent, sizeof(parent), "%.*s",
	    slash == NULL   ? 1
	    : slash == path ? 1
			    : (int)(slash - path),
	    slash == NULL ? "." : path);
	if (geteuid() == 0 && stat(parent, &st) == 0 && st.st_uid != 0 &&
	    fstat(fd, &is) == 0 && is.st_uid == 0 &&
	    fchown(fd, st.st_uid, st.st_gid) == -1)
		return;
}

/* 1: it is open; 0: there is none, and none is to be made; -1: see why. */
static int
open_dir(struct statedir *d, bool make)
{
	bool made;

	if (d->fd != -1)
		return 1;
	if (d->path == NULL) {
		snprintf(d->why, sizeof(d->why), "there is no state_dir");
		return -1;
	}
	made = make && mkdir(d->path, 0700) == 0;
	if (make && !made && errno != EEXIST)
		return fail_dir(d, "", "cannot be made", errno);
	d->fd = open(d->path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | (made ? O_NOFOLLOW : 0));
	if (d->fd != -1) {
		if (made)
			give_dir(d->path, d->fd);
		return 1;
	}
	return errno == ENOENT && !make
		   ? 0
		   : fail_dir(d, "", "cannot be opened", errno);
}

/*
 * Locks the directory against other processes. The kernel releases the lock
 * of one that dies; one that hangs must not stop everybody's mail: after
 * LOCK_WAIT this process goes on without the lock, and never waits again.
 */
static void
lock_dir(struct statedir *d)
{
	int64_t until = tim_mono() + LOCK_WAIT;

	while (!d->locked && flock(d->fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK || d->late || tim_mono() >= until) {
			snprintf(d->why, sizeof(d->why),
			    "state_dir: %.300s: another process holds it, and "
			    "does not let go of it (ps, fuser -v): until it "
			    "does, the logins of both may be wrong more often "
			    "than is safe",
			    d->path);
			d->late = true;
			return;
		}
		tim_sleep(5);
	}
	d->locked = true;
}

void
statedir_free(struct statedir *d)
{
	if (d->locked)
		flock(d->fd, LOCK_UN);
	d->locked = false;
}

static int
read_all(
    struct statedir *d, const struct state_file *f, int fd, struct buf *out)
{
	const char *name = f->name;
	struct stat st;
	ssize_t n;
	char *to;

	if (fstat(fd, &st) == -1)
		return fail_dir(d, name, "cannot be read", errno);
	if (!S_ISREG(st.st_mode))
		return fail_dir(d, name, "is not a file", EINVAL);
	/* at least one byte too many is read of a file that is too large, so
	 * that its reader sees it */
	for (; out->len <= f->max; out->len += (size_t)n) {
		if ((to = buf_room(out, 4096)) == NULL)
			break;
		n = read(fd, to, 4096);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n == -1)
			return fail_dir(d, name, "cannot be read", errno);
		else if (n == 0)
			break;
	}
	return 0;
}

static void
new_salt(struct statedir *d)
{
	unsigned char raw[CRYPT_SHA256];

	crypt_random(raw, sizeof(raw));
	enc_hex(raw, sizeof(raw), d->salt);
	d->salt[STATEDIR_SALT - 1] = '\n';
	d->salt[STATEDIR_SALT] = '\0';
}

/* Takes the salt from the file; an empty file begins with a new one. */
static void
take_salt(struct statedir *d, struct buf *out)
{
	if (out->len >= STATEDIR_SALT) {
		memcpy(d->salt, out->data, STATEDIR_SALT);
		return;
	}
	if (d->salt[0] == '\0')
		new_salt(d);
	if (out->len == 0)
		buf_adds(out, d->salt);
}

int
statedir_read(struct statedir *d, enum keep_file which, struct buf *out)
{
	const struct state_file *f = &files[which];
	int rc = 0, fd = -1, is;

	if ((is = open_dir(d, d->make)) == -1)
		return -1;
	if (is == 1) {
		lock_dir(d);
		fd = openat(d->fd, f->name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd == -1 && errno != ENOENT)
			rc = fail_dir(d, f->name, "cannot be opened", errno);
	}
	if (fd != -1) {
		rc = read_all(d, f, fd, out);
		close(fd);
	}
	if (rc == 0 && f->salted)
		take_salt(d, out);
	/* checked at the read: this error is reported, a late one may not be */
	if (rc == 0 && is == 1 && f->written &&
	    faccessat(d->fd, ".", W_OK, AT_EACCESS) == -1)
		rc = fail_dir(d, "", "cannot be written", errno);
	if (rc == -1)
		statedir_free(d);
	return rc;
}

static bool
write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, data, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
write_new(
    struct statedir *d, const struct state_file *f, const struct buf *body)
{
	int fd, sys;
	bool ok;

	unlinkat(d->fd, f->new, 0); /* left by a process that was killed */
	fd = openat(d->fd, f->new,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return false;
	give_file(d->fd, fd);
	ok = (!f->salted || write_all(fd, d->salt, STATEDIR_SALT)) &&
	     write_all(fd, buf_str(body), body->len) && fsync(fd) == 0;
	sys = errno;
	close(fd);
	errno = sys;
	return ok && renameat(d->fd, f->new, d->fd, f->name) == 0;
}

int
statedir_write(struct statedir *d, enum keep_file which, const struct buf *body)
{
	const struct state_file *f = &files[which];
	int rc = -1;

	if (f->salted && d->salt[0] == '\0')
		snprintf(d->why, sizeof(d->why),
		    "state_dir: what is to be written has no salt: its file "
		    "was not read before");
	else if (body->over || body->len > f->max - STATEDIR_SALT)
		snprintf(d->why, sizeof(d->why),
		    "state_dir: what is to be written is too large");
	else if (open_dir(d, true) == 1) {
		rc = 0;
		if (!write_new(d, f, body)) {
			rc = fail_dir(d, f->name, "cannot be written", errno);
			unlinkat(d->fd, f->new, 0);
		}
		fsync(d->fd);
	}
	statedir_free(d);
	return rc;
}

int
statedir_aside(struct statedir *d, enum keep_file which)
{
	const struct state_file *f = &files[which];
	int rc = 0;

	if (open_dir(d, false) == 1 &&
	    renameat(d->fd, f->name, d->fd, f->bad) == -1 && errno != ENOENT)
		rc = fail_dir(d, f->name, "cannot be renamed", errno);
	d->salt[0] = '\0';
	statedir_free(d);
	return rc;
}
