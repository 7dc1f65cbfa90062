/*
 * runner.c - one program that is run although this process cannot run any.
 * 1. The helper knows its command from before the sandbox; what comes through
 *    the socket is only the text for it.
 * 2. The helper holds no file of ours but the socket and standard error, and
 *    ends when the socket's other end does.
 * 3. runner_run returns within the command's time and a little more.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/tim.h"
#include "cmd/runner.h"
#include "cmd/words.h"

#define PATH_DEFAULT                                                           \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define SPARE_MS 5000 /* for the helper's answer */

struct runner {
	pid_t pid;
	int fd;
	int limit_ms;
};

/* What the helper says of one run. */
struct answer {
	enum { ENDED, SIGNALLED, TOO_LONG, NOT_STARTED } how;
	int value; /* status, signal or errno */
};

/* What the helper knows. */
struct job {
	char *path, **argv, **env;
	int limit_ms;
	int fd; /* the socket */
};

static int
limit(void)
{
#ifdef EXSYNC_FAULT
	const char *ms = getenv("EXSYNC_ALERT_MS");

	if (ms != NULL)
		return atoi(ms);
#endif
	return RUNNER_MS;
}

/* --- the command, before anything is forked ---------------------------- */

static const char *
search_path(void)
{
	const char *path = getenv("PATH");

	return path == NULL || *path == '\0' ? PATH_DEFAULT : path;
}

static bool
runs(const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1 || access(path, X_OK) == -1)
		return false;
	errno = EISDIR;
	return S_ISREG(st.st_mode);
}

/* The file of a program: the caller's; NULL: said. */
static char *
find(const char *name, struct err *err)
{
	const char *p = search_path();
	char *path;
	size_t n;

	if (*name == '/') {
		if (runs(name))
			return mem_strdup(name);
		err_set(err, ERR_CONFIG, "%s: %s: write the path of a program",
		    name, strerror(errno));
		return NULL;
	}
	if (strchr(name, '/') != NULL) {
		err_set(err, ERR_CONFIG,
		    "%s: write its whole path, from the first / on", name);
		return NULL;
	}
	for (; *name != '\0' && *p != '\0'; p += n + (p[n] == ':')) {
		n = strcspn(p, ":");
		path = mem_printf("%.*s/%s", (int)n, p, name);
		if (*p == '/' && runs(path))
			return path;
		free(path);
	}
	err_set(err, ERR_CONFIG,
	    "%s: there is no such program in PATH: write its whole path", name);
	return NULL;
}

static void
job_free(struct job *j)
{
	words_free(j->argv);
	words_free(j->env);
	free(j->path);
	memset(j, 0, sizeof(*j));
}

static int
job_make(struct job *j, const char *command, struct err *err)
{
	const char *home = getenv("HOME"), *lang = getenv("LANG");

	memset(j, 0, sizeof(*j));
	if ((j->argv = words_split(command, err)) != NULL &&
	    (j->path = find(j->argv[0], err)) != NULL) {
		j->env = mem_alloc(4 * sizeof(*j->env));
		j->env[0] = mem_printf("PATH=%s", search_path());
		j->env[1] = mem_printf("HOME=%s", home == NULL ? "/" : home);
		j->env[2] = mem_printf("LANG=%s", lang == NULL ? "C" : lang);
		j->limit_ms = limit();
		return 0;
	}
	job_free(j);
	err_prefix(err, "alert_command");
	return err_code(err, "alert_command", SCOPE_ALL);
}

int
runner_check(const char *command, struct err *err)
{
	struct job j;

	if (job_make(&j, command, err) == -1)
		return -1;
	job_free(&j);
	return 0;
}

/* --- in the helper ----------------------------------------------------- */

/* In the command's process: becomes the command, or tells errno. */
static void
become(const struct job *j, int text, int tell)
{
	static const int ours[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD };
	sigset_t none;
	size_t i;
	int sys;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		signal(ours[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (dup2(text, STDIN_FILENO) != -1 &&
	    dup2(STDERR_FILENO, STDOUT_FILENO) != -1)
		execve(j->path, j->argv, j->env);
	sys = errno;
	if (write(tell, &sys, sizeof(sys)) < 0)
		_exit(126);
	_exit(127);
}

/* A file in memory with the text, at its beginning; -1: errno. */
static int
text_file(const char *text, size_t len)
{
	int fd = memfd_create("alert", MFD_CLOEXEC);
	ssize_t n;

	while (fd != -1 && len > 0) {
		n = write(fd, text, len);
		if (n <= 0) {
			close(fd);
			return -1;
		}
		text += n;
		len -= (size_t)n;
	}
	if (fd != -1)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Waits for the command; SIGCHLD is blocked. */
static struct answer
wait_for(pid_t pid, int limit_ms)
{
	int64_t until = tim_mono() + limit_ms, left;
	struct answer a = { TOO_LONG, 0 };
	struct timespec t;
	sigset_t child;
	int status;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		left = until - tim_mono();
		if (left <= 0) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL); /* when setsid was not yet */
			waitpid(pid, &status, 0);
			return a;
		}
		t.tv_sec = left / 1000;
		t.tv_nsec = left % 1000 * 1000000;
		sigtimedwait(&child, NULL, &t);
	}
	a.how = WIFEXITED(status) ? ENDED : SIGNALLED;
	a.value = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
	return a;
}

static struct answer
run(const struct job *j, const char *text, size_t len)
{
	struct answer a = { NOT_STARTED, 0 };
	int in = text_file(text, len), tell[2] = { -1, -1 }, sys;
	pid_t pid = -1;

	if (in != -1 && pipe2(tell, O_CLOEXEC) == 0)
		pid = fork();
	a.value = errno;
	if (pid == 0)
		become(j, in, tell[1]);
	if (in != -1)
		close(in);
	if (tell[1] != -1)
		close(tell[1]);
	if (pid > 0) {
		/* ends with exec, which closes the other end */
		if (read(tell[0], &sys, sizeof(sys)) == sizeof(sys)) {
			waitpid(pid, NULL, 0);
			a.value = sys;
		} else
			a = wait_for(pid, j->limit_ms);
	}
	if (tell[0] != -1)
		close(tell[0]);
	return a;
}

/* Everything but the socket and the standard three. */
static void
close_others(int keep)
{
	long fd, last = sysconf(_SC_OPEN_MAX);

	if (keep != 3)
		dup2(keep, 3);
	if (syscall(436 /* close_range */, 4u, ~0u, 0u) == 0)
		return;
	for (fd = 4; fd < last && fd < 65536; fd++)
		close((int)fd);
}

/* The helper's life; never returns. */
static void
serve(const struct job *j)
{
	char *text = mem_alloc(RUNNER_TEXT);
	struct answer a;
	sigset_t child;
	ssize_t n;

	close_others(j->fd);
	fcntl(3, F_SETFD, FD_CLOEXEC);
	/* passwords of the INI may still be in this copy of the memory */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setsid(); /* Ctrl-C is for the sync, which then says its last */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	/* the first byte is there so that an empty text is no end */
	while ((n = recv(3, text, RUNNER_TEXT, 0)) > 0 ||
	       (n == -1 && errno == EINTR)) {
		if (n == -1)
			continue;
		a = run(j, text + 1, (size_t)n - 1);
		if (send(3, &a, sizeof(a), MSG_NOSIGNAL) == -1)
			break;
	}
	_exit(0);
}

/* --- in the sync ------------------------------------------------------- */

static int
say(struct err *err, const char *what)
{
	err_set(err, ERR_RETRY, "alert_command: its helper process %s", what);
	return err_code(err, "alert_command", SCOPE_ALL);
}

struct runner *
runner_start(const char *command, struct err *err)
{
	struct runner *r;
	struct job j;
	int fd[2];

	if (job_make(&j, command, err) == -1)
		return NULL;
	r = mem_alloc(sizeof(*r));
	r->limit_ms = j.limit_ms;
	r->pid = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == 0) {
		r->fd = fd[0];
		j.fd = fd[1];
		r->pid = fork();
		if (r->pid == 0) {
			close(fd[0]);
			serve(&j);
		}
		close(fd[1]);
		if (r->pid == -1)
			close(fd[0]);
	}
	job_free(&j);
	if (r->pid != -1)
		return r;
	err_set(err, ERR_FATAL, "alert_command: no process for it: %s",
	    strerror(errno));
	err_code(err, "alert_command", SCOPE_ALL);
	free(r);
	return NULL;
}

static int
judge(const struct runner *r, const struct answer *a, struct err *err)
{
	if (a->how == ENDED && a->value == 0)
		return 0;
	if (a->how == ENDED)
		err_set(err, ERR_RETRY,
		    "alert_command: it ended with status %d", a->value);
	else if (a->how == SIGNALLED)
		err_set(err, ERR_RETRY, "alert_command: signal %d ended it",
		    a->value);
	else if (a->how == TOO_LONG)
		err_set(err, ERR_RETRY,
		    "alert_command: it did not end within %g s and was killed",
		    r->limit_ms / 1000.0);
	else
		err_set(err, ERR_RETRY,
		    "alert_command: it cannot be started: "
		    "%s",
		    strerror(a->value));
	return err_code(err, "alert_command", SCOPE_ALL);
}

/* The helper's answer; false: none came in time. */
static bool
await(const struct runner *r, struct answer *a)
{
	int64_t until = tim_mono() + r->limit_ms + SPARE_MS, left;
	struct pollfd p = { r->fd, POLLIN, 0 };

	while ((left = until - tim_mono()) > 0) {
		if (poll(&p, 1, (int)left) <= 0)
			continue; /* a signal is for the pass, which asks */
		return recv(r->fd, a, sizeof(*a), 0) == (ssize_t)sizeof(*a);
	}
	return false;
}

int
runner_run(struct runner *r, const char *text, size_t len, struct err *err)
{
	struct answer a;
	struct iovec v[2];
	struct msghdr m;
	char first = ' ';

	if (r->fd == -1)
		return say(err, "is gone");
	memset(&m, 0, sizeof(m));
	v[0].iov_base = &first;
	v[0].iov_len = 1;
	v[1].iov_base = (void *)(uintptr_t)text;
	v[1].iov_len = len < RUNNER_TEXT - 1 ? len : RUNNER_TEXT - 1;
	m.msg_iov = v;
	m.msg_iovlen = 2;
	if (sendmsg(r->fd, &m, MSG_NOSIGNAL) != -1 && await(r, &a))
		return judge(r, &a, err);
	/* an answer that comes later must not be taken for the next one's */
	close(r->fd);
	r->fd = -1;
	return say(err, "does not answer any more");
}

void
runner_close(struct runner *r)
{
	if (r == NULL)
		return;
	if (r->fd != -1) {
		close(r->fd);
		waitpid(r->pid, NULL, 0);
	} else
		waitpid(r->pid, NULL, WNOHANG);
	free(r);
}
