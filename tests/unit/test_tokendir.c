/*
 * test_tokendir.c - persons' logins in state_dir: read and replaced through the
 * keeper, locked one by one, whoever dies meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "auth/tokenfile.h"
#include "os/keeper.h"
#include "tmpdir.h"

#define ONE   "token-00000000000000000000000000000001"
#define TWO   "token-00000000000000000000000000000002"
#define STATE "exsync.state"

static const char *const names[] = { ONE, TWO };
static const struct tokendir_names all = { names, 2 };
static const char *const made[] = { STATE "/" ONE, STATE "/" TWO,
	STATE "/" ONE ".new", STATE "/tokens.lock", STATE };

static int
remove_state(void **state)
{
	(void)state;
	return tmp_remove(made, sizeof(made) / sizeof(made[0]));
}

static struct keeper *
start_keeping(const char *dir)
{
	struct keeper_opts o = { NULL, dir, true, all };
	struct err err = ERR_INIT;
	struct keeper *k = keeper_start(&o, &err);

	assert_non_null(k);
	return k;
}

/* 1: it was read and is as wanted; 0: another process has it. */
static int
read_as(struct keeper *k, size_t i, const char *want)
{
	struct err err = ERR_INIT;
	struct buf out;
	bool busy = false;

	buf_init(&out, TOKENFILE_MAX);
	if (keeper_token_read(k, i, &out, &busy, &err) == -1)
		fail_msg("%s", err.msg);
	if (!busy)
		assert_string_equal(buf_str(&out), want);
	buf_free(&out);
	return !busy;
}

static void
write_as(struct keeper *k, size_t i, const char *text)
{
	struct err err = ERR_INIT;
	struct buf b;

	buf_init(&b, TOKENFILE_MAX);
	buf_adds(&b, text);
	if (keeper_token_write(k, i, &b, &err) == -1)
		fail_msg("%s", err.msg);
	buf_free(&b);
}

static unsigned
mode_in(const char *name)
{
	char *path = in_tmp(name);
	struct stat st;
	unsigned mode = stat(path, &st) == -1 ? 0 : st.st_mode & 0777;

	free(path);
	return mode;
}

/* Each file has its own lock, from the read to the write or done. */
static void
locks(void **state)
{
	char *dir = in_tmp(STATE);
	struct keeper *a = start_keeping(dir), *b = start_keeping(dir);

	(void)state;
	assert_true(read_as(a, 0, ""));
	assert_false(read_as(b, 0, ""));
	assert_true(read_as(b, 1, "")); /* another login */
	write_as(a, 0, "first");
	assert_true(read_as(b, 0, "first"));
	assert_false(read_as(a, 0, ""));
	keeper_token_done(b, 0);
	assert_true(read_as(a, 0, "first"));
	write_as(a, 0, "second");
	write_as(b, 1, "other");
	assert_true(read_as(b, 0, "second"));
	/* a process that ends lets go of it */
	keeper_close(b);
	assert_true(read_as(a, 0, "second"));
	assert_true(read_as(a, 1, "other"));
	keeper_close(a);
	assert_int_equal(mode_in(STATE), 0700);
	assert_int_equal(mode_in(STATE "/" ONE), 0600);
	assert_int_equal(mode_in(STATE "/tokens.lock"), 0600);
	free(dir);
}

/* One that is killed while it has the lock, too. */
static void
killed(void **state)
{
	char *dir = in_tmp(STATE);
	struct keeper *k;
	int ready[2];
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	if ((pid = fork()) == 0) {
		struct tokendir d;
		struct buf out;
		bool busy;

		tokendir_init(&d, dir, all);
		buf_init(&out, TOKENFILE_MAX);
		if (tokendir_read(&d, 0, &out, &busy) == 0 && !busy &&
		    write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	k = start_keeping(dir);
	assert_false(read_as(k, 0, ""));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(read_as(k, 0, "second"));
	keeper_close(k);
	close(ready[0]);
	close(ready[1]);
	free(dir);
}

#ifdef EXSYNC_FAULT
/* Writes the file in a process that dies at its nth fault point. */
static int
write_and_die(const char *dir, int n, const char *text)
{
	char at[16];
	int status;
	pid_t pid;

	snprintf(at, sizeof(at), "%d", n);
	if ((pid = fork()) == 0) {
		struct tokendir d;
		struct buf out;
		bool busy;

		setenv("EXSYNC_CRASH_AT", at, 1);
		tokendir_init(&d, dir, all);
		buf_init(&out, TOKENFILE_MAX);
		if (tokendir_read(&d, 0, &out, &busy) == -1 || busy ||
		    tokendir_write(&d, 0, text, strlen(text)) == -1)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The file is the old one or the new one, whole, and it is not locked. */
static void
crashes(void **state)
{
	static const char *const left[] = { "old", "old", "new" };
	char *dir = in_tmp(STATE);
	int n;

	(void)state;
	for (n = 1; n <= 4; n++) {
		struct keeper *k = start_keeping(dir);
		struct err err = ERR_INIT;
		struct buf was;
		bool busy = true;

		buf_init(&was, TOKENFILE_MAX);
		assert_int_equal(keeper_token_read(k, 0, &was, &busy, &err), 0);
		assert_false(busy);
		write_as(k, 0, "old");
		assert_int_equal(write_and_die(dir, n, "new"), n < 4 ? 99 : 0);
		assert_true(read_as(k, 0, n < 4 ? left[n - 1] : "new"));
		write_as(k, 0, "second");
		keeper_close(k);
		buf_free(&was);
	}
	free(dir);
}
#endif

/* A number that was not named at the start reaches no file. */
static void
not_named(void **state)
{
	char *dir = in_tmp(STATE);
	struct keeper *k = start_keeping(dir);
	struct err err = ERR_INIT;
	struct buf b;
	bool busy;

	(void)state;
	buf_init(&b, TOKENFILE_MAX);
	assert_int_equal(keeper_token_read(k, 2, &b, &busy, &err), -1);
	assert_int_equal(err.kind, ERR_RETRY);
	assert_string_equal(err.code, "state_dir");
	assert_int_equal(keeper_token_write(k, 2, &b, &err), -1);
	keeper_token_done(k, 2);
	/* nor one that was not read */
	assert_int_equal(keeper_token_write(k, 0, &b, &err), -1);
	keeper_close(k);
	buf_free(&b);
	free(dir);
}

/* A link is not followed; what lies there instead of a file is told. */
static void
links(void **state)
{
	char *dir = in_tmp(STATE), *path = in_tmp(STATE "/" ONE);
	struct tokendir d;
	struct buf out;
	bool busy;

	(void)state;
	unlink(path);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	tokendir_init(&d, dir, all);
	buf_init(&out, TOKENFILE_MAX);
	tokendir_peek(&d, 0, &out);
	assert_int_equal(out.len, 0);
	assert_int_equal(tokendir_read(&d, 0, &out, &busy), -1);
	assert_non_null(strstr(d.why, "cannot be opened"));
	/* it is not left locked */
	unlink(path);
	assert_int_equal(tokendir_read(&d, 0, &out, &busy), 0);
	assert_false(busy);
	tokendir_free(&d);
	buf_free(&out);
	free(path);
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locks),
		cmocka_unit_test(killed),
#ifdef EXSYNC_FAULT
		cmocka_unit_test(crashes),
#endif
		cmocka_unit_test(not_named),
		cmocka_unit_test(links),
	};

	return cmocka_run_group_tests(tests, tmp_make, remove_state);
}
