/*
 * test_runner.c - alert_command: how it is split into words, what it gets, and
 * how it ends.
 */
#include <setjmp.h>
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
#include "os/keeper.h"
#include "os/runner.h"
#include "os/words.h"
#include "tmpdir.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *in, *want; /* words in <>; or what the error holds */
} splits[] = {
	{ "mail", "<mail>" },
	{ "  mail \t -s x ", "<mail><-s><x>" },
	{ "a 'b c' \"d e\" f\\ g", "<a><b c><d e><f g>" },
	{ "a'b'\"c\"d", "<abcd>" },
	{ "a '' \"\"", "<a><><>" },
	{ "a '\\' \"\\\"\\\\\\n\" \\'", "<a><\\><\"\\\\n><'>" },
	{ "a '$x|y' \\$x \\| \"a|b;c\" \"\\$x\"",
	    "<a><$x|y><$x><|><a|b;c><$x>" },
	{ "a #b %c @d {e} [f] *g ~h =",
	    "<a><#b><%c><@d><{e}><[f]><*g><~h><=>" },
	{ "a\\", "<a\\>" },
	{ "", "names no program" },
	{ " \t", "names no program" },
	{ "a | b", "| is for a shell" },
	{ "a > f", "> is for a shell" },
	{ "a; b", "; is for a shell" },
	{ "a && b", "& is for a shell" },
	{ "a $HOME", "$ is for a shell" },
	{ "a \"$HOME\"", "$ is for a shell" },
	{ "a `b`", "` is for a shell" },
	{ "a (b)", "( is for a shell" },
	{ "a 'b", "a ' is not closed" },
	{ "a \"b", "a \" is not closed" },
	{ "a \"b\\\"", "a \" is not closed" },
};

static void
test_words(void **state)
{
	struct err err = ERR_INIT;
	char got[256];
	size_t i, j, n;
	char **v;

	(void)state;
	for (i = 0; i < COUNT(splits); i++) {
		err_clear(&err);
		v = words_split(splits[i].in, &err);
		if (splits[i].want[0] != '<') {
			assert_null(v);
			assert_int_equal(err.kind, ERR_CONFIG);
			assert_non_null(strstr(err.msg, splits[i].want));
			continue;
		}
		assert_non_null(v);
		for (n = j = 0; v[j] != NULL; j++)
			n += (size_t)snprintf(
			    got + n, sizeof(got) - n, "<%s>", v[j]);
		assert_string_equal(got, splits[i].want);
		words_free(v);
	}
}

/* Writes a script; the caller frees its path. */
static char *
script(const char *name, const char *text)
{
	char *all = mem_printf("#!/bin/sh\ncd %s\n%s\n", tmp, text);
	char *path = put_in_tmp(name, all, strlen(all), 0700);

	free(all);
	return path;
}

/* The content of a file in the test directory; the caller frees. */
static char *
content(const char *name, size_t *len)
{
	char *path = in_tmp(name), *out;
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	out = mem_alloc(RUNNER_TEXT + 100);
	*len = fread(out, 1, RUNNER_TEXT + 99, f);
	fclose(f);
	free(path);
	return out;
}

static struct keeper *
start_with(const char *command, struct err *err)
{
	struct keeper_opts o = { command, NULL, false, { NULL, 0 } };

	return keeper_start(&o, err);
}

static struct keeper *
start(const char *command)
{
	struct err err = ERR_INIT;
	struct keeper *r = start_with(command, &err);

	if (r == NULL)
		print_message("%s\n", err.msg);
	assert_non_null(r);
	return r;
}

static void
expect(struct keeper *r, const char *text, const char *want)
{
	struct err err = ERR_INIT;
	int rc = keeper_run(r, text, strlen(text), &err);

	if (want == NULL) {
		assert_string_equal(err.msg, "");
		assert_int_equal(rc, 0);
		return;
	}
	assert_int_equal(rc, -1);
	assert_string_equal(err.msg, want);
	assert_int_equal(err.kind, ERR_RETRY);
	assert_string_equal(err.code, "alert_command");
}

/* It gets text, words, environment, and none of our open files. */
static void
test_gets(void **state)
{
	char *path = script("get",
		 "cat >text; printf '<%s>' \"$@\" >args; env | sort >env; "
		 "ls /proc/self/fd | tr '\\n' ' ' >fds"),
	     *command = mem_printf("%s 'a b' c", path), *s;
	struct keeper *r;
	size_t n;

	(void)state;
	setenv("EXSYNC_HQ_PASSWORD", "hunter2", 1);
	setenv("LANG", "C.UTF-8", 1);
	r = start(command);
	expect(r, "one\ntwo\n", NULL);
	s = content("text", &n);
	assert_string_equal(s, "one\ntwo\n");
	free(s);
	s = content("args", &n);
	assert_string_equal(s, "<a b><c>");
	free(s);
	s = content("env", &n);
	assert_null(strstr(s, "hunter2"));
	assert_non_null(strstr(s, "PATH=/"));
	assert_non_null(strstr(s, "LANG=C.UTF-8\n"));
	free(s);
	s = content("fds", &n);
	assert_string_equal(s, "0 1 2 3 "); /* 3 is ls's own */
	free(s);
	expect(r, "", NULL); /* an empty text is no end */
	s = content("text", &n);
	assert_int_equal(n, 0);
	free(s);
	keeper_close(r);
	unsetenv("EXSYNC_HQ_PASSWORD");
	free(command);
	free(path);
}

static void
test_large(void **state)
{
	char *path = script("large", "cat >text"), *big, *s;
	struct keeper *r = start(path);
	struct err err = ERR_INIT;
	size_t n, len = 2 * RUNNER_TEXT;

	(void)state;
	big = mem_alloc(len);
	memset(big, 'x', len);
	big[1] = '\0';
	assert_int_equal(keeper_run(r, big, len, &err), 0);
	s = content("text", &n);
	assert_int_equal(n, RUNNER_TEXT - 1);
	assert_memory_equal(s, big, n);
	free(s);
	free(big);
	keeper_close(r);
	free(path);
}

static void
test_ends(void **state)
{
	char *path = script("end", "read x; case $x in kill) kill -9 $$;; "
				   "*) exit $x;; esac");
	struct keeper *r = start(path);

	(void)state;
	expect(r, "0\n", NULL);
	expect(r, "3\n", "alert_command: it ended with status 3");
	expect(r, "kill\n", "alert_command: signal 9 ended it");
	expect(r, "0\n", NULL);
	unlink(path);
	expect(r, "0\n",
	    "alert_command: it cannot be started: No such file or directory");
	keeper_close(r);
	free(path);
	keeper_close(NULL);
}

/* Killed after its time with all that it started; the next run works. */
static void
test_too_long(void **state)
{
	char *path = script("long", "read x; [ $x = 0 ] && exit 0; "
				    "(sleep 4; echo >late) & sleep 60");
	char *late = in_tmp("late");
	struct keeper *r;
	int64_t began = tim_mono();

	(void)state;
	/* enough for the second one to begin and end, however busy all is */
	setenv("EXSYNC_ALERT_MS", "3000", 1);
	r = start(path);
	expect(r, "1\n",
	    "alert_command: it did not end within 3 s and was killed");
	assert_in_range(tim_mono() - began, 3000, 50000);
	expect(r, "0\n", NULL);
	tim_sleep(4500 - (tim_mono() - began));
	assert_int_equal(access(late, F_OK), -1);
	keeper_close(r);
	unsetenv("EXSYNC_ALERT_MS");
	free(late);
	free(path);
}

static const struct {
	const char *command, *want;
} refused[] = {
	{ "no-such-program-here -x", "no-such-program-here: there is no such "
				     "program in PATH: write its whole path" },
	{ "./x", "./x: write its whole path, from the first / on" },
	{ "/etc/passwd", "/etc/passwd: " },
	{ "/bin", "/bin: Is a directory: write the path of a program" },
	{ "/none/x", "/none/x: No such file or directory: write the path of a "
		     "program" },
	{ "cat | wc", "| is for a shell" },
	{ "''", ": there is no such program" },
};

static void
test_refused(void **state)
{
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refused); i++) {
		assert_null(start_with(refused[i].command, &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_memory_equal(err.msg, "alert_command: ", 15);
		assert_non_null(strstr(err.msg, refused[i].want));
		assert_int_equal(runner_check(refused[i].command, &err), -1);
		err_clear(&err);
	}
	assert_int_equal(runner_check("cat -", &err), 0);
}

/* The helper ends when our process dies. */
static void
test_orphan(void **state)
{
	int fd[2], status;
	char c;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		struct err err = ERR_INIT;

		/* the helper must not hold this end either */
		start_with("cat", &err);
		_exit(err.kind);
	}
	close(fd[1]);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(read(fd[0], &c, 1), 0);
	close(fd[0]);
}

static int
teardown(void **state)
{
	static const char *const names[] = { "get", "text", "args", "env",
		"fds", "large", "end", "long", "late" };

	(void)state;
	return tmp_remove(names, COUNT(names));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_gets),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_orphan),
	};

	return cmocka_run_group_tests_name("runner", tests, tmp_make, teardown);
}
