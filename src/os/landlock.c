/*
 * landlock.c - which files this process may still reach.
 * 1. Every right that the kernel knows is taken away; only what was permitted
 *    by name is given back, and never the right to create, rename or remove.
 * 2. The constants are our own: the headers of the build machine may be older
 *    than the kernel at run time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/landlock.h"

/* The same on every architecture. */
#define SYS_CREATE   444
#define SYS_ADD_RULE 445
#define SYS_RESTRICT 446

#define GET_VERSION  1
#define PATH_BENEATH 1

#define FS_WRITE_FILE ((uint64_t)1 << 1)
#define FS_READ_FILE  ((uint64_t)1 << 2)
#define FS_TRUNCATE   ((uint64_t)1 << 14)

#define NET_BIND_TCP ((uint64_t)1 << 0)

#define SCOPE_ABSTRACT_UNIX ((uint64_t)1 << 0)
#define SCOPE_SIGNAL        ((uint64_t)1 << 1)

struct attr {
	uint64_t fs, net, scoped;
};

struct beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

/* All file rights of an ABI: 13 at first, then REFER, TRUNCATE, IOCTL_DEV. */
static uint64_t
all_rights(int abi)
{
	int bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;

	return ((uint64_t)1 << bits) - 1;
}

void
landlock_open(struct landlock *l)
{
	struct attr a = { 0, 0, 0 };
	size_t size = offsetof(struct attr, net);
	long abi = syscall(SYS_CREATE, NULL, (size_t)0, GET_VERSION);

	l->fd = -1;
	l->sys = abi < 0 ? errno : ENOSYS;
	l->abi = abi < 1 ? 0 : (int)abi;
	if (l->abi == 0)
		return;
	a.fs = l->handled = all_rights(l->abi);
	if (l->abi >= 4) {
		a.net = NET_BIND_TCP; /* connecting is not restricted */
		size = offsetof(struct attr, scoped);
	}
	if (l->abi >= 6) {
		a.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
		size = sizeof(a);
	}
	l->fd = (int)syscall(SYS_CREATE, &a, size, 0);
	if (l->fd == -1)
		l->sys = errno;
}

bool
landlock_allow(struct landlock *l, const char *path, enum landlock_right right)
{
	bool write = right == LANDLOCK_WRITE;
	struct beneath b = { FS_READ_FILE, -1 };
	struct stat st;
	bool done = false;

	if (l->fd == -1 || path == NULL)
		return false;
	/* no link for writing: it could lead to any file */
	b.parent = open(path, O_PATH | O_CLOEXEC | (write ? O_NOFOLLOW : 0));
	if (b.parent == -1)
		return false;
	if (write)
		b.allowed |= (FS_WRITE_FILE | FS_TRUNCATE) & l->handled;
	if (fstat(b.parent, &st) == 0 && (!write || S_ISREG(st.st_mode)))
		done = syscall(SYS_ADD_RULE, l->fd, PATH_BENEATH, &b, 0) == 0;
	close(b.parent);
	return done;
}

bool
landlock_close(struct landlock *l)
{
	long rc = -1;

	if (l->fd != -1) {
		rc = syscall(SYS_RESTRICT, l->fd, 0);
		l->sys = errno;
		close(l->fd);
		l->fd = -1;
	}
	errno = l->sys;
	return rc == 0;
}
