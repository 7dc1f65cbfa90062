/*
 * tokendir.c - the files of persons' logins in state_dir.
 * 1. A file is replaced whole: the new one is written beside it, synced and
 *    renamed, and the directory is synced, all while it is locked.
 * 2. No link is followed, and no name is used but those given at the start.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/tokenfile.h"
#include "base/enc.h"
#include "base/fault.h"
#include "os/tokendir.h"

#define LOCK_FILE "tokens.lock"

void
tokendir_init(struct tokendir *d, const char *path, struct tokendir_names names)
{
	memset(d, 0, sizeof(*d));
	d->path = path;
	d->names = names;
	d->fd = d->lock = -1;
}

void
tokendir_free(struct tokendir *d)
{
	if (d->lock != -1)
		close(d->lock);
	if (d->fd != -1)
		close(d->fd);
	d->fd = d->lock = -1;
}

static int
fail_token(struct tokendir *d, const char *name, const char *what, int sys)
{
	snprintf(d->why, sizeof(d->why), "state_dir: %.300s%s%s: %s: %s",
	    d->path, *name != '\0' ? "/" : "", name, what, strerror(sys));
	return -1;
}

/* Opens the directory and the file of locks, and makes both. */
static int
open_tokens(struct tokendir *d)
{
	if (d->fd == -1) {
		if (mkdir(d->path, 0700) == -1 && errno != EEXIST)
			return fail_token(d, "", "cannot be made", errno);
		d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (d->fd == -1)
			return fail_token(d, "", "cannot be opened", errno);
	}
	if (d->lock == -1)
		d->lock = openat(d->fd, LOCK_FILE,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		    0600);
	if (d->lock == -1)
		return fail_token(d, LOCK_FILE, "cannot be opened", errno);
	return 0;
}

/* The byte that stands for a name: of its last 15 hex digits. */
static off_t
lock_place(const char *name)
{
	size_t n = strlen(name), i = n > 15 ? n - 15 : 0;
	off_t at = 0;

	for (; i < n; i++) {
		int digit = enc_hex_digit(name[i]);

		at = at << 4 | (digit == -1 ? 0 : digit);
	}
	return at;
}

static int
set_lock(struct tokendir *d, size_t i, short type)
{
	struct flock l;

	memset(&l, 0, sizeof(l));
	l.l_type = type;
	l.l_whence = SEEK_SET;
	l.l_start = lock_place(d->names.v[i]);
	l.l_len = 1;
	return fcntl(d->lock, F_OFD_SETLK, &l);
}

void
tokendir_done(struct tokendir *d, size_t i)
{
	if (d->lock != -1 && i < d->names.n)
		set_lock(d, i, F_UNLCK);
}

static int
read_token_file(struct tokendir *d, const char *name, struct buf *out)
{
	int fd =
	    openat(d->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t n = 0;
	char *to;

	if (fd == -1)
		return errno == ENOENT
			   ? 0
			   : fail_token(d, name, "cannot be opened", errno);
	errno = EINVAL;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		n = -1;
	while (n >= 0 && (to = buf_room(out, 4096)) != NULL &&
	       (n = read(fd, to, 4096)) > 0)
		out->len += (size_t)n;
	if (n == -1)
		fail_token(d, name, "cannot be read", errno);
	close(fd);
	return n == -1 ? -1 : 0;
}

int
tokendir_read(struct tokendir *d, size_t i, struct buf *out, bool *busy)
{
	int rc;

	*busy = false;
	if (i >= d->names.n || d->path == NULL) {
		snprintf(d->why, sizeof(d->why), "state_dir has no such file");
		return -1;
	}
	if (open_tokens(d) == -1)
		return -1;
	if (set_lock(d, i, F_WRLCK) == -1) {
		*busy = errno == EAGAIN || errno == EACCES;
		return *busy ? 0
			     : fail_token(
				   d, LOCK_FILE, "cannot be locked", errno);
	}
	rc = read_token_file(d, d->names.v[i], out);
	if (rc == -1)
		tokendir_done(d, i);
	return rc;
}

void
tokendir_peek(struct tokendir *d, size_t i, struct buf *out)
{
	if (d->fd == -1 && d->path != NULL)
		d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd == -1 || i >= d->names.n ||
	    read_token_file(d, d->names.v[i], out) == -1)
		buf_reset(out);
}

static bool
write_token(struct tokendir *d, const char *name, const char *new,
    const char *data, size_t len)
{
	int fd, sys;
	bool ok;

	unlinkat(d->fd, new, 0); /* left by a process that was killed */
	fd = openat(d->fd, new,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return false;
	fault_point("before a login is written");
	errno = EIO;
	ok = write(fd, data, len) == (ssize_t)len && fsync(fd) == 0;
	sys = errno;
	close(fd);
	errno = sys;
	fault_point("before a login is replaced");
	if (!ok || renameat(d->fd, new, d->fd, name) == -1)
		return false;
	fault_point("after a login is replaced");
	return fsync(d->fd) == 0 || errno == EINVAL;
}

int
tokendir_write(struct tokendir *d, size_t i, const char *data, size_t len)
{
	char new[TOKENFILE_NAME + 4];
	int rc = 0;

	if (i >= d->names.n || d->lock == -1 || len > TOKENFILE_MAX) {
		snprintf(d->why, sizeof(d->why),
		    "state_dir: a login that was not read, or is too large, "
		    "cannot be written");
		return -1;
	}
	snprintf(new, sizeof(new), "%.47s.new", d->names.v[i]);
	if (!write_token(d, d->names.v[i], new, data, len)) {
		rc = fail_token(d, d->names.v[i], "cannot be written", errno);
		unlinkat(d->fd, new, 0);
	}
	tokendir_done(d, i);
	return rc;
}
