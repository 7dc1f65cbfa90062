/*
 * probe.c - what the sandbox refuses, tried from the inside.
 */
#include "os/probe.h"

#ifdef EXSYNC_FAULT
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *target; /* a file that exsync does not need */

static long
try_read(void)
{
	return open(target, O_RDONLY | O_CLOEXEC);
}

static long
try_write(void)
{
	return open(target, O_WRONLY | O_APPEND | O_CLOEXEC);
}

static long
try_create(void)
{
	char name[512];

	snprintf(name, sizeof(name), "%.500s.new", target);
	return open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long
try_unlink(void)
{
	return unlink(target);
}

static long
try_chmod(void)
{
	return chmod(target, 0666);
}

static long
try_fchmod(void)
{
	int fd = open(target, O_RDONLY | O_CLOEXEC);

	/* target when files are not restricted; else standard error, which is
	 * open already */
	return fchmod(fd == -1 ? STDERR_FILENO : fd, 0666);
}

static long
try_fchown(void)
{
	return fchown(STDERR_FILENO, 1, 1);
}

static long
try_times(void)
{
	return futimens(STDERR_FILENO, NULL);
}

static long
try_list(void)
{
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static long
try_exec(void)
{
	static char name[] = "/bin/true";
	char *argv[] = { name, NULL };

	return execv(name, argv);
}

static long
try_execveat(void)
{
	static char name[] = "/bin/true";
	char *argv[] = { name, NULL };

	return syscall(SYS_execveat, AT_FDCWD, name, argv, NULL, 0);
}

static long
try_fork(void)
{
	long pid = fork();

	if (pid == 0)
		_Exit(0);
	return pid;
}

static long
try_packet(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static long
try_raw(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
}

static long
try_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long
try_listen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd == -1 ? 0 : listen(fd, 1);
}

static long
try_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long
try_vm_read(void)
{
	char c = 0;
	struct iovec v = { &c, 1 };

	return process_vm_readv(getppid(), &v, 1, &v, 1, 0);
}

static long
try_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : 0;
}

static long
try_uring(void)
{
	return syscall(425, 1, NULL); /* io_uring_setup */
}

static long
try_bpf(void)
{
	return syscall(SYS_bpf, 0, NULL, 0);
}

static long
try_memfd(void)
{
	return syscall(SYS_memfd_create, "code", 0);
}

static long
try_vm_write(void)
{
	char c = 0;
	struct iovec v = { &c, 1 };

	return process_vm_writev(getppid(), &v, 1, &v, 1, 0);
}

static long
try_keyctl(void)
{
	return syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}

static long
try_userfaultfd(void)
{
	return syscall(SYS_userfaultfd, 0);
}

static long
try_handle(void)
{
	return syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, 0);
}

static long
try_openat2(void)
{
	return syscall(437, AT_FDCWD, "/", NULL, 0);
}

static long
try_pidfd(void)
{
	return syscall(434 /* pidfd_open */, getppid(), 0);
}

/* Would direct the signals of a descriptor to the parent process. */
static long
try_setown(void)
{
	return fcntl(STDIN_FILENO, F_SETOWN, getppid());
}

/* A new limit at an address whose lower half is 0, like NULL's. */
static long
try_limit(void)
{
	return syscall(SYS_prlimit64, 0, RLIMIT_CORE,
	    (void *)(uintptr_t)UINT64_C(0x100000000), NULL);
}

static long
try_get_limit(void)
{
	struct rlimit r;

	return getrlimit(RLIMIT_NOFILE, &r);
}

/* The kernel refuses these flags, too, but with EINVAL and not with EPERM. */
static long
try_world(void)
{
	return syscall(SYS_clone, CLONE_THREAD | CLONE_NEWUSER, 0, 0, 0, 0);
}

static long
try_mount(void)
{
	return syscall(SYS_mount, "x", "/", "tmpfs", 0, NULL);
}

static long
try_kill(void)
{
	return syscall(SYS_kill, getppid(), 0);
}

static void *
do_nothing(void *arg)
{
	return arg;
}

/* What must still work. */
static long
try_thread(void)
{
	pthread_t t;
	int rc = pthread_create(&t, NULL, do_nothing, NULL);

	errno = rc;
	return rc != 0 ? -1 : pthread_join(t, NULL);
}

static long
try_tcp(void)
{
	return socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long
try_udp(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
}

static long
try_route(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static const struct {
	const char *what;
	long (*run)(void);
} probes[] = {
	{ "read", try_read },
	{ "write", try_write },
	{ "create", try_create },
	{ "unlink", try_unlink },
	{ "chmod", try_chmod },
	{ "fchmod", try_fchmod },
	{ "fchown", try_fchown },
	{ "times", try_times },
	{ "list", try_list },
	{ "exec", try_exec },
	{ "execveat", try_execveat },
	{ "fork", try_fork },
	{ "packet", try_packet },
	{ "raw", try_raw },
	{ "unix", try_unix },
	{ "listen", try_listen },
	{ "ptrace", try_ptrace },
	{ "vm_read", try_vm_read },
	{ "code", try_code },
	{ "io_uring", try_uring },
	{ "bpf", try_bpf },
	{ "mount", try_mount },
	{ "kill", try_kill },
	{ "memfd", try_memfd },
	{ "vm_write", try_vm_write },
	{ "keyctl", try_keyctl },
	{ "userfaultfd", try_userfaultfd },
	{ "handle", try_handle },
	{ "openat2", try_openat2 },
	{ "pidfd", try_pidfd },
	{ "setown", try_setown },
	{ "limit", try_limit },
	{ "world", try_world },
	{ "thread", try_thread },
	{ "tcp", try_tcp },
	{ "udp", try_udp },
	{ "route", try_route },
	{ "get_limit", try_get_limit },
};

static void
tell_probe(const char *name, const char *what, long rc)
{
	fprintf(stderr, "probe: %s%s%s: %s\n", name, *name == '\0' ? "" : " ",
	    what, rc == -1 ? strerror(errno) : "done");
}

/* --- in the database's directory ---------------------------------------- */

static char there[1000]; /* the directory, with its slash */
static char other[1100]; /* a name in it that no file has */

/* Tries to open and change a file that is there. */
static void
try_file(const char *name)
{
	static const struct {
		const char *what;
		int flags;
	} ways[] = { { "read", O_RDONLY }, { "write", O_RDWR },
		{ "append", O_WRONLY | O_APPEND },
		{ "create", O_WRONLY | O_CREAT },
		{ "empty", O_WRONLY | O_TRUNC } };
	/* "empty" would really empty the database's own files */
	size_t i, n = strncmp(name, "exsync.db", 9) == 0 ? 4 : 5;
	char path[1100];

	snprintf(path, sizeof(path), "%s%s", there, name);
	for (i = 0; i < n; i++)
		tell_probe(name, ways[i].what,
		    open(path, ways[i].flags | O_CLOEXEC, 0600));
	tell_probe(name, "chmod", chmod(path, 0777));
	tell_probe(name, "link", link(path, other));
	tell_probe(name, "rename", rename(path, other));
	tell_probe(name, "renameat2",
	    syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, 0));
	tell_probe(name, "remove", unlink(path));
	if (n == 5) {
		tell_probe(name, "truncate", truncate(path, 0));
		/* puts a file in its place that may be written */
		snprintf(other, sizeof(other), "%sexsync.db.lock", there);
		tell_probe(name, "replace", rename(other, path));
		snprintf(other, sizeof(other), "%snew", there);
	}
}

/* Tries to make files of each kind in the directory. */
static void
try_directory(void)
{
	tell_probe(
	    "", "new file", open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	tell_probe("", "new nameless file",
	    open(there, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
	tell_probe("", "new directory", mkdir(other, 0700));
	tell_probe("", "new link", symlink("/etc/passwd", other));
	tell_probe("", "new fifo", mkfifo(other, 0600));
	tell_probe(
	    "", "its list", open(there, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	tell_probe("", "its mode", chmod(there, 0777));
}

static void
try_beside(const char *database, const char *names)
{
	static const char *const own[] = { "exsync.db", "exsync.db-wal",
		"exsync.db-shm", "exsync.db.lock" };
	const char *slash = strrchr(database, '/');
	char list[200], *name, *rest = list;
	size_t i;

	snprintf(there, sizeof(there), "%.*s",
	    slash == NULL ? 2 : (int)(slash + 1 - database),
	    slash == NULL ? "./" : database);
	snprintf(other, sizeof(other), "%snew", there);
	snprintf(list, sizeof(list), "%s", names);
	while ((name = strsep(&rest, ":")) != NULL)
		try_file(name);
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		try_file(own[i]);
	try_directory();
}

void
probe_run(const char *database)
{
	const char *names = getenv("EXSYNC_SANDBOX_BESIDE");
	size_t i;

	if ((target = getenv("EXSYNC_SANDBOX_PROBE")) == NULL)
		return;
	/* only these: where system calls are not restricted, some probes below
	 * would end the pass */
	if (names != NULL) {
		try_beside(database, names);
		return;
	}
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		errno = 0;
		tell_probe("", probes[i].what, probes[i].run());
	}
}
#else
/* ISO C wants a declaration in every translation unit */
typedef int probe_is_empty_in_release_builds;
#endif
