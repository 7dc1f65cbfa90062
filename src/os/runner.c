/*
 * runner.c - alert_command, from its words to the end of a run.
 * 1. The command is known before the sandbox closes; only its text comes later.
 * 2. runner_run returns within the command's time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/tim.h"
#include "os/runner.h"
#include "os/words.h"

#define PATH_DEFAULT                                                           \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* The time limit of a command, in ms. */
static int
command_limit(void)
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
is_program(const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1 || access(path, X_OK) == -1)
		return false;
	errno = EISDIR;
	return S_ISREG(st.st_mode);
}

/* The path of a program, which the caller frees; NULL: err is set. */
static char *
find_program(const char *name, struct err *err)
{
	const char *p = search_path();
	char *path;
	size_t n;

	if (*name == '/') {
		if (is_program(name))
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
		if (*p == '/' && is_program(path))
			return path;
		free(path);
	}
	err_set(err, ERR_CONFIG,
	    "%s: there is no such program in PATH: write its whole path", name);
	return NULL;
}

void
runner_free(struct runner *j)
{
	words_free(j->argv);
	words_free(j->env);
	free(j->path);
	memset(j, 0, sizeof(*j));
}

int
runner_make(struct runner *j, const char *command, struct err *err)
{
	const char *home = getenv("HOME"), *lang = getenv("LANG");

	memset(j, 0, sizeof(*j));
	if ((j->argv = words_split(command, err)) != NULL &&
	    (j->path = find_program(j->argv[0], err)) != NULL) {
		j->env = mem_alloc(4 * sizeof(*j->env));
		j->env[0] = mem_printf("PATH=%s", search_path());
		j->env[1] = mem_printf("HOME=%s", home == NULL ? "/" : home);
		j->env[2] = mem_printf("LANG=%s", lang == NULL ? "C" : lang);
		j->limit_ms = command_limit();
		return 0;
	}
	runner_free(j);
	err_prefix(err, "alert_command");
	return err_code(err, CAUSE_OTHER, "alert_command", SCOPE_ALL);
}

int
runner_check(const char *command, struct err *err)
{
	struct runner j;

	if (runner_make(&j, command, err) == -1)
		return -1;
	runner_free(&j);
	return 0;
}

/* --- in the keeper ----------------------------------------------------- */

/* In the child: becomes the command, or writes errno to tell. */
static void
become_command(const struct runner *j, int text, int tell)
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

/* Makes a memory file with the text, to be read from its start; -1: errno. */
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

/* Waits for the command; the caller has blocked SIGCHLD. */
static struct runner_end
wait_command(pid_t pid, int limit_ms)
{
	int64_t until = tim_mono() + limit_ms, left;
	struct runner_end a = { RUNNER_TOO_LONG, 0 };
	struct timespec t;
	sigset_t child;
	int status;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		left = until - tim_mono();
		if (left <= 0) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL); /* if it is before its setsid */
			waitpid(pid, &status, 0);
			return a;
		}
		t.tv_sec = left / 1000;
		t.tv_nsec = left % 1000 * 1000000;
		sigtimedwait(&child, NULL, &t);
	}
	a.how = WIFEXITED(status) ? RUNNER_ENDED : RUNNER_SIGNALLED;
	a.value = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
	return a;
}

struct runner_end
runner_run(const struct runner *j, const char *text, size_t len)
{
	struct runner_end a = { RUNNER_NOT_STARTED, 0 };
	int in = text_file(text, len), tell[2] = { -1, -1 }, sys;
	pid_t pid = -1;

	if (in != -1 && pipe2(tell, O_CLOEXEC) == 0)
		pid = fork();
	a.value = errno;
	if (pid == 0)
		become_command(j, in, tell[1]);
	if (in != -1)
		close(in);
	if (tell[1] != -1)
		close(tell[1]);
	if (pid > 0) {
		/* exec closes the other end, which ends the read */
		if (read(tell[0], &sys, sizeof(sys)) == sizeof(sys)) {
			waitpid(pid, NULL, 0);
			a.value = sys;
		} else
			a = wait_command(pid, j->limit_ms);
	}
	if (tell[0] != -1)
		close(tell[0]);
	return a;
}

/* --- in the sync ------------------------------------------------------- */

int
runner_judge(const struct runner_end *a, int limit_ms, struct err *err)
{
	if (a->how == RUNNER_ENDED && a->value == 0)
		return 0;
	if (a->how == RUNNER_ENDED)
		err_set(err, ERR_RETRY,
		    "alert_command: it ended with status %d", a->value);
	else if (a->how == RUNNER_SIGNALLED)
		err_set(err, ERR_RETRY, "alert_command: signal %d ended it",
		    a->value);
	else if (a->how == RUNNER_TOO_LONG)
		err_set(err, ERR_RETRY,
		    "alert_command: it did not end within %g s and was killed",
		    limit_ms / 1000.0);
	else
		err_set(err, ERR_RETRY,
		    "alert_command: it cannot be started: "
		    "%s",
		    strerror(a->value));
	return err_code(err, CAUSE_OTHER, "alert_command", SCOPE_ALL);
}
