/*
 * test_encrypt.c - exsync --encrypt: what it says, and a terminal's echo.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/stop.h"
#include "base/tim.h"
#include "cmd/cmd.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOBODY   65534

static char tmp[] = "/tmp/exsync-test-encrypt-XXXXXX";
static char *ini, *key; /* their paths */

static void
on_signal(int sig)
{
	(void)sig;
	stop_request();
}

/* Runs the command in this process, which then ends. */
static void
run_command(void)
{
	struct sigaction sa = { .sa_handler = on_signal }; /* as main has it */
	char name[] = "exsync", c[] = "-c", verb[] = "--encrypt";
	char *argv[] = { name, c, ini, verb, NULL };

	sigaction(SIGINT, &sa, NULL);
	_exit(cmd_main(4, argv));
}

/*
 * The same as another user, with that input and umask. Returns the status;
 * out is what it printed, to standard error, too.
 */
static int
encrypt(const char *in, mode_t mask, char *out, size_t size)
{
	int from[2], to[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(from), 0);
	assert_int_equal(pipe(to), 0);
	assert_int_equal(write(from[1], in, strlen(in)), (ssize_t)strlen(in));
	close(from[1]);
	if ((pid = fork()) == 0) {
		dup2(from[0], STDIN_FILENO);
		dup2(to[1], STDOUT_FILENO);
		dup2(to[1], STDERR_FILENO);
		close(to[0]);
		umask(mask);
		if (geteuid() == 0 && setuid(NOBODY) == -1)
			_exit(99);
		run_command();
	}
	close(from[0]);
	close(to[1]);
	while ((n = read(to[0], out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	close(to[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A key file that was made is announced, whatever becomes of the secret. */
static void
test_new_key(void **state)
{
	static const struct {
		const char *in;
		mode_t mask;
		int status;
		const char *says;
	} rows[] = {
		{ "hunter2\n", 022, CMD_OK, "enc:1:" },
		{ "", 022, CMD_USAGE, "there is no secret on standard input" },
		{ "a\nb\n", 022, CMD_USAGE, "there is more than one line" },
		{ "hunter2\n", 0777, CMD_USAGE,
		    "exsync.key: Permission denied" },
	};
	char out[4096];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		unlink(key);
		assert_int_equal(
		    encrypt(rows[i].in, rows[i].mask, out, sizeof(out)),
		    rows[i].status);
		assert_non_null(strstr(out, rows[i].says));
		assert_non_null(strstr(out, "exsync.key is new: "));
		assert_int_equal(access(key, F_OK), 0);
	}
	unlink(key);
	encrypt("hunter2\n", 022, out, sizeof(out));
	assert_int_equal(encrypt("", 022, out, sizeof(out)), CMD_USAGE);
	assert_null(strstr(out, " is new: "));
}

/* --- on a terminal ----------------------------------------------------- */

/* A shell on the terminal of that name: runs the command in the foreground. */
static void
run_shell(const char *terminal)
{
	struct rlimit none = { 0, 0 };
	pid_t pid;
	int fd, status;

	setrlimit(RLIMIT_CORE, &none);
	setsid();
	if ((fd = open(terminal, O_RDWR)) == -1)
		_exit(99);
	ioctl(fd, TIOCSCTTY, 0);
	signal(SIGTTOU, SIG_IGN);
	if ((pid = fork()) == 0) {
		setpgid(0, 0);
		tcsetpgrp(fd, getpid());
		signal(SIGTTOU, SIG_DFL);
		dup2(fd, STDIN_FILENO);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		run_command();
	}
	waitpid(pid, &status, WUNTRACED);
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	kill(pid, SIGKILL);
	_exit(98);
}

static bool
has_echo(int terminal)
{
	struct termios t;

	return tcgetattr(terminal, &t) == 0 && (t.c_lflag & ECHO) != 0;
}

/* Types that at the prompt. Returns the command's status; 98: a signal's. */
static int
type(const char *keys)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), status, i;
	int hold; /* else the settings would go with the last process */
	pid_t pid;

	assert_int_equal(grantpt(master) | unlockpt(master), 0);
	hold = open(ptsname(master), O_RDWR | O_NOCTTY);
	if ((pid = fork()) == 0)
		run_shell(ptsname(master));
	for (i = 0; i < 1000 && has_echo(hold); i++)
		tim_sleep(10);
	assert_false(has_echo(hold));
	assert_int_equal(
	    write(master, keys, strlen(keys)), (ssize_t)strlen(keys));
	waitpid(pid, &status, 0);
	assert_true(has_echo(hold));
	close(hold);
	close(master);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_echo(void **state)
{
	(void)state;
	assert_int_equal(type("hunter2\n"), CMD_OK);
	assert_int_equal(type("hunt\x03"), CMD_USAGE);   /* Ctrl-C */
	assert_int_equal(type("hunt\x1a\n"), CMD_USAGE); /* Ctrl-Z */
	assert_int_equal(type("hunt\x1c\n"), CMD_USAGE); /* Ctrl-\ */
}

static int
setup(void **state)
{
	FILE *f;

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	if (mkdtemp(tmp) == NULL || chmod(tmp, 0777) == -1)
		return -1;
	ini = mem_printf("%s/exsync.ini", tmp);
	key = mem_printf("%s/exsync.key", tmp);
	f = fopen(ini, "w");
	fputs("[exsync]\nsecret_key_file = exsync.key\n", f);
	return fclose(f);
}

static int
teardown(void **state)
{
	(void)state;
	unlink(ini);
	unlink(key);
	free(ini);
	free(key);
	return rmdir(tmp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_key),
		cmocka_unit_test(test_echo),
	};

	return cmocka_run_group_tests_name("encrypt", tests, setup, teardown);
}
