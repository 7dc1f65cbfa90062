/*
 * seccomp.c - which system calls this process may still make.
 * 1. A list says what is permitted. A call that is not on it fails, and the
 *    program goes on: an unknown glibc or kernel must not end a working sync.
 * 2. There is no way to another program (exec, fork, ptrace), to code made at
 *    run time, to a socket other than TCP, UDP and the routing table's, or to
 *    the kernel's internals.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "os/seccomp.h"

#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH

#define X32_BIT 0x40000000u /* x86_64's second table of calls */
/*
 * From this number on calls are new since Linux 5.1 and the same on every
 * architecture. glibc tries them and falls back to older ones only on ENOSYS.
 */
#define FIRST_NEW 424
#define PROGRAM   400
#define OTHER_WORLDS                                                           \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |         \
	    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_PTRACE)

/* Permitted with any arguments; the most frequent ones of a pass come first. */
/* clang-format off */
static const uint16_t plain[] = {
	__NR_read, __NR_write, __NR_futex, __NR_sendto, __NR_recvfrom,
	__NR_pread64, __NR_pwrite64, __NR_ppoll, __NR_fdatasync,
	/* memory and threads */
	__NR_brk, __NR_munmap, __NR_mremap, __NR_madvise, __NR_sched_yield,
	__NR_sched_getaffinity, __NR_set_robust_list, __NR_set_tid_address,
	__NR_exit, __NR_exit_group, __NR_rt_sigprocmask, __NR_rt_sigaction,
	__NR_rt_sigreturn, __NR_restart_syscall, __NR_sigaltstack,
	/* time, identity, resources */
	__NR_clock_gettime, __NR_clock_getres, __NR_clock_nanosleep,
	__NR_nanosleep, __NR_gettimeofday, __NR_getrandom, __NR_getpid,
	__NR_getppid, __NR_gettid, __NR_getuid, __NR_geteuid, __NR_getgid,
	__NR_getegid, __NR_getrusage, __NR_sysinfo, __NR_uname, __NR_getcpu,
	__NR_times, __NR_wait4, __NR_waitid,
	/*
	 * files: Landlock decides which ones. No call for what it cannot
	 * guard (modes, owners, attributes), and none that changes names
	 */
	__NR_openat, __NR_close, __NR_fstat, __NR_newfstatat, __NR_statx,
	__NR_lseek, __NR_readv, __NR_writev, __NR_preadv, __NR_pwritev,
	__NR_fsync, __NR_ftruncate, __NR_fallocate, __NR_fadvise64,
	__NR_flock, __NR_faccessat, __NR_readlinkat, __NR_getcwd,
	__NR_getdents64, __NR_fstatfs, __NR_statfs, __NR_umask,
	__NR_dup, __NR_dup3, __NR_pipe2, __NR_sync_file_range,
	/* sockets that exist already */
	__NR_connect, __NR_bind, __NR_getsockname, __NR_getpeername,
	__NR_getsockopt, __NR_setsockopt, __NR_sendmsg, __NR_recvmsg,
	__NR_sendmmsg, __NR_recvmmsg, __NR_shutdown, __NR_pselect6,
	__NR_epoll_create1, __NR_epoll_ctl, __NR_epoll_pwait, __NR_eventfd2,
#ifdef __NR_rseq
	__NR_rseq,
#endif
#ifdef __NR_faccessat2
	__NR_faccessat2,
#endif
#ifdef __NR_close_range
	__NR_close_range,
#endif
#ifdef __x86_64__
	/* older calls for the same */
	__NR_poll, __NR_open, __NR_stat, __NR_lstat, __NR_access,
	__NR_readlink, __NR_dup2, __NR_pipe, __NR_select,
	__NR_epoll_create, __NR_epoll_wait, __NR_time, __NR_getdents,
	__NR_eventfd,
#endif
};
/* clang-format on */

struct program {
	struct sock_filter f[PROGRAM];
	unsigned short n;
};

static void
add_insn(struct program *p, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	struct sock_filter f = { code, yes, no, k };

	if (p->n < PROGRAM)
		p->f[p->n] = f;
	p->n++;
}

#define LOAD  (BPF_LD | BPF_W | BPF_ABS)
#define EQ    (BPF_JMP | BPF_JEQ | BPF_K)
#define AND   (BPF_ALU | BPF_AND | BPF_K)
#define GE    (BPF_JMP | BPF_JGE | BPF_K)
#define ANY   (BPF_JMP | BPF_JSET | BPF_K)
#define RET   (BPF_RET | BPF_K)
#define ALLOW SECCOMP_RET_ALLOW
#define NO    (SECCOMP_RET_ERRNO | EPERM)
#define OLD   (SECCOMP_RET_ERRNO | ENOSYS)
/*
 * The lower and the upper half of an argument; both architectures are
 * little-endian. The lower one is enough where the kernel takes an int.
 */
#define ARG(i)  (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (i))
#define HIGH(i) (ARG(i) + 4)

/* Permits call nr only if argument arg, masked, is one of the values. */
static void
allow_only(struct program *p, uint32_t nr, int arg, uint32_t mask,
    const uint32_t *values, uint8_t n)
{
	uint8_t i;

	add_insn(p, EQ, nr, 0, (uint8_t)(n + 4));
	add_insn(p, LOAD, ARG(arg), 0, 0);
	add_insn(p, AND, mask, 0, 0);
	for (i = 0; i < n; i++)
		add_insn(p, EQ, values[i], (uint8_t)(n - i), 0);
	add_insn(p, RET, NO, 0, 0);
	add_insn(p, RET, ALLOW, 0, 0);
}

/* Permits call nr only if argument arg, a pointer, is NULL. */
static void
only_null(struct program *p, uint32_t nr, int arg)
{
	add_insn(p, EQ, nr, 0, 6);
	add_insn(p, LOAD, ARG(arg), 0, 0);
	add_insn(p, EQ, 0, 0, 3);
	add_insn(p, LOAD, HIGH(arg), 0, 0);
	add_insn(p, EQ, 0, 0, 1);
	add_insn(p, RET, ALLOW, 0, 0);
	add_insn(p, RET, NO, 0, 0);
}

/*
 * Permits sockets of TCP, UDP, and the routing table, by which getaddrinfo
 * sorts addresses.
 */
static void
allow_sockets(struct program *p)
{
	add_insn(p, EQ, __NR_socket, 0, 12);
	add_insn(p, LOAD, ARG(0), 0, 0);
	add_insn(p, EQ, AF_INET, 4, 0);
	add_insn(p, EQ, AF_INET6, 3, 0);
	add_insn(p, EQ, AF_NETLINK, 0, 7);
	add_insn(p, LOAD, ARG(2), 0, 0);
	add_insn(p, EQ, 0 /* NETLINK_ROUTE */, 4, 5);
	add_insn(p, LOAD, ARG(1), 0, 0);
	add_insn(p, AND, 0xf, 0, 0);
	add_insn(p, EQ, SOCK_STREAM, 1, 0);
	add_insn(p, EQ, SOCK_DGRAM, 0, 1);
	add_insn(p, RET, ALLOW, 0, 0);
	add_insn(p, RET, NO, 0, 0);
}

/*
 * Permits fcntl for locks and flags of files. Not permitted are F_SETOWN,
 * F_SETSIG and F_NOTIFY, which send signals to other processes, and leases,
 * which block them.
 */
static void
allow_files(struct program *p)
{
	static const uint32_t harmless[] = { F_SETLK, F_SETLKW, F_GETLK,
		F_GETFL, F_SETFL, F_GETFD, F_SETFD, F_DUPFD, F_DUPFD_CLOEXEC,
		F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW };

	allow_only(p, __NR_fcntl, 1, UINT32_MAX, harmless,
	    sizeof(harmless) / sizeof(harmless[0]));
}

/* Permits calls that are harmless with some arguments only. */
static void
allow_guarded(struct program *p)
{
	static const uint32_t none[] = { 0 };
	static const uint32_t thread[] = { CLONE_THREAD };
	static const uint32_t ioctls[] = { TCGETS, TIOCGWINSZ, FIONREAD,
		FIONBIO };
	static const uint32_t names[] = { PR_SET_NAME };
	const uint32_t self[] = { (uint32_t)getpid() };

	/* no code but the program's own */
	allow_only(p, __NR_mmap, 2, PROT_EXEC, none, 1);
	allow_only(p, __NR_mprotect, 2, PROT_EXEC, none, 1);
	/*
	 * a thread in the same namespaces, not a process; a filter cannot see
	 * clone3's flags, so that call gets OLD
	 */
	allow_only(p, __NR_clone, 0, CLONE_THREAD | OTHER_WORLDS, thread, 1);
	allow_only(p, __NR_ioctl, 1, UINT32_MAX, ioctls, 4);
	allow_only(p, __NR_prctl, 0, UINT32_MAX, names, 1);
	/* a signal to this process itself, for abort() */
	allow_only(p, __NR_tgkill, 0, UINT32_MAX, self, 1);
	/* limits may be read, not set */
	only_null(p, __NR_prlimit64, 2);
	allow_sockets(p);
}

static bool
build_filter(struct program *p)
{
	size_t i;

	p->n = 0;
	add_insn(p, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
	add_insn(p, EQ, ARCH, 1, 0);
	add_insn(p, RET, NO, 0, 0);
	add_insn(p, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
	add_insn(p, GE, X32_BIT, 0, 1);
	add_insn(p, RET, NO, 0, 0);
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		add_insn(p, EQ, plain[i], 0, 1);
		add_insn(p, RET, ALLOW, 0, 0);
	}
	allow_files(p);
	allow_guarded(p);
	add_insn(p, GE, FIRST_NEW, 0, 1);
	add_insn(p, RET, OLD, 0, 0);
	add_insn(p, RET, NO, 0, 0);
	return p->n <= PROGRAM;
}

bool
seccomp_enter(void)
{
	struct program p;
	struct sock_fprog prog;

	if (!build_filter(&p)) {
		errno = E2BIG;
		return false;
	}
	prog.len = p.n;
	prog.filter = p.f;
	/*
	 * Older kernels slow a filtered process down, as a protection against
	 * speculation by untrusted code; this process runs no such code.
	 */
	if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_SPEC_ALLOW, &prog) == 0)
		return true;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}

#else /* another architecture */

bool
seccomp_enter(void)
{
	errno = ENOTSUP;
	return false;
}
#endif
