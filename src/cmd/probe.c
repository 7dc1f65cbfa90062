/*
 * probe.c - what the sandbox refuses, tried from the inside.
 */
#include "cmd/probe.h"

#ifdef EXSYNC_FAULT
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *target; /* a file that is none of exsync's business */

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
nothing(void *arg)
{
	return arg;
}

/* What must still work. */
static long
try_thread(void)
{
	pthread_t t;
	int rc = pthread_create(&t, NULL, nothing, NULL);

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
	{ "thread", try_thread },
	{ "tcp", try_tcp },
	{ "udp", try_udp },
	{ "route", try_route },
};

void
probe_run(void)
{
	size_t i;

	if ((target = getenv("EXSYNC_SANDBOX_PROBE")) == NULL)
		return;
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		errno = 0;
		fprintf(stderr, "probe: %s: %s\n", probes[i].what,
		    probes[i].run() == -1 ? strerror(errno) : "done");
	}
}
#else
/* ISO C wants a declaration in every translation unit */
typedef int probe_is_empty_in_release_builds;
#endif
