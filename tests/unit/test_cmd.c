/*
 * test_cmd.c - the end of a command: whoever gets a part of its output is told,
 * unless he wanted no more.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/cmd.h"

enum output { GOOD, FULL, GONE };

static const struct {
	const char *option;
	bool lost; /* a part of the output is lost already */
	int sys;   /* the errno of something else */
	enum output output;
	int status;
	const char *says; /* NULL: nothing about standard output */
} table[] = {
	{ "--version", false, EPIPE, GOOD, CMD_OK, NULL },
	{ "--version", false, 0, FULL, CMD_FAILED, "No space left" },
	{ "--version", false, 0, GONE, CMD_FAILED, NULL },
	{ "--version", true, 0, GOOD, CMD_FAILED, "a part of it is missing" },
	{ "--version", true, EPIPE, GOOD, CMD_FAILED,
	    "a part of it is missing" },
	{ "--version", true, 0, GONE, CMD_FAILED, NULL },
	/* prints nothing more */
	{ "--nothing", true, EPIPE, GOOD, CMD_USAGE,
	    "a part of it is missing" },
	{ "--nothing", true, 0, GONE, CMD_USAGE, NULL },
};

/* A descriptor whose reader is as the row says. */
static int
open_output(enum output is)
{
	int fd[2];

	if (is != GONE)
		return open(is == FULL ? "/dev/full" : "/dev/null", O_WRONLY);
	if (pipe(fd) == -1)
		return -1;
	close(fd[0]);
	return fd[1];
}

/* In a child: runs the command of the row, with err as standard error. */
static void
run_row(size_t i, int err)
{
	char name[] = "exsync", option[32];
	char *argv[] = { name, option, NULL };
	int full = open_output(FULL), out = open_output(table[i].output);

	signal(SIGPIPE, SIG_IGN);
	snprintf(option, sizeof(option), "%s", table[i].option);
	fflush(stdout);
	if (table[i].lost) {
		dup2(full, STDOUT_FILENO);
		printf("lost\n");
		fflush(stdout);
	}
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	errno = table[i].sys;
	_exit(cmd_main(2, argv));
}

static void
output_lost(void **state)
{
	static const char about[] = "standard output cannot be written";
	char said[2000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t n = 0;
		int err[2], status;
		ssize_t k;
		pid_t pid;

		assert_int_equal(pipe(err), 0);
		pid = fork();
		if (pid == 0)
			run_row(i, err[1]);
		close(err[1]);
		while ((k = read(err[0], said + n, sizeof(said) - 1 - n)) > 0)
			n += (size_t)k;
		said[n] = '\0';
		close(err[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), table[i].status);
		if ((strstr(said, about) != NULL) != (table[i].says != NULL) ||
		    (table[i].says != NULL &&
			strstr(said, table[i].says) == NULL))
			fail_msg("row %zu: %s", i, said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_lost),
	};

	return cmocka_run_group_tests_name("cmd", tests, NULL, NULL);
}
