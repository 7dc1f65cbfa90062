/*
 * test_encrypt.c - exsync --encrypt: what it says, and a terminal's echo.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/tim.h"
#include "cmd/cmd.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOBODY   65534

static char tmp[] = "/tmp/exsync-test-encrypt-XXXXXX";
static char *ini, *key; /* their paths */

/* Runs the command in this process, which then ends. */
static void
run_command(void)
{
	char name[] = "exsync", c[] = "-c", verb[] = "--encrypt";
	char *argv[] = { name, c, ini, verb, NULL };

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
	};

	return cmocka_run_group_tests_name("encrypt", tests, setup, teardown);
}
