/*
 * test_loginfile.c - the file of rejected logins: what is written can be read,
 * anything else is refused; and the keeper of the file.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/tim.h"
#include "os/keeper.h"
#include "os/statedir.h"
#include "sync/loginfile.h"
#include "tmpdir.h"

#define T0   INT64_C(1795162560123) /* 2026-11-20T08:16:00.123Z */
#define SALT "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define V1   "a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4"
#define HEAD SALT "\nexsync logins 2\t2026-11-20T08:16:00.123Z\n"
#define OLD  SALT "\nexsync logins 1\t2026-11-20T08:16:00.123Z\n"
#define ROW                                                                    \
	"mail.example%3A443\tcontoso%5Csvc\t" V1                               \
	"\t2\t2026-11-20T08:16:00.123Z\t2026-11-20T09:16:00.000Z\t"            \
	"2026-11-20T13:16:00.000Z\t2026-11-20T08:16:00.123Z,"                  \
	"2026-11-20T08:16:00.124Z"

#define PROVEN "proven\t" V1 "\t0f8\t2026-11-20T08:16:00.000Z\n"
#define TRIED  "\t2026-11-20T10:30:00.000Z,2026-11-20T10:30:00.001Z\n"

static int
parse(struct loginfile *f, const char *text)
{
	struct err err = ERR_INIT;
	int rc = loginfile_parse(f, text, strlen(text), &err);

	if (rc == -1) {
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_int_equal(f->n, 0);
	}
	return rc;
}

static void
test_round(void **state)
{
	struct loginfile f;
	struct buf b;

	(void)state;
	setenv("EXSYNC_NOW", "2026-11-20T10:00:00Z", 1);
	assert_int_equal(parse(&f, HEAD ROW TRIED PROVEN), 0);
	assert_int_equal(f.n, 1);
	assert_true(f.since == T0);
	assert_string_equal(f.v[0].server, "mail.example:443");
	assert_string_equal(f.v[0].name, "contoso\\svc");
	assert_int_equal(f.v[0].passes, 2);
	assert_int_equal(f.v[0].nwrong, 2);
	assert_true(f.v[0].wrong[1] == T0 + 1);
	assert_int_equal(f.v[0].ntried, 2);
	assert_string_equal(loginfile_bits(&f, V1), "0f8");
	assert_string_equal(loginfile_bits(&f, SALT), "");
	buf_init(&b, LOGINFILE_MAX);
	assert_int_equal(loginfile_format(&f, &b), 0);
	assert_string_equal(
	    buf_str(&b), &(HEAD ROW TRIED PROVEN)[LOGINFILE_LINE]);
	buf_free(&b);
	/* after two months it is forgotten */
	setenv("EXSYNC_NOW", "2027-02-20T10:00:00Z", 1);
	assert_int_equal(loginfile_format(&f, &b), 0);
	assert_string_equal(buf_str(&b), &(HEAD)[LOGINFILE_LINE]);
	buf_free(&b);
	loginfile_free(&f);
	/* a new file */
	assert_int_equal(parse(&f, SALT "\n"), 0);
	assert_int_equal(f.n, 0);
	assert_true(f.since == tim_now());
	loginfile_free(&f);
	unsetenv("EXSYNC_NOW");
}

/* A file of an earlier version is read, and written in the present format. */
static void
test_old(void **state)
{
	struct loginfile f;
	struct buf b;

	(void)state;
	setenv("EXSYNC_NOW", "2026-11-20T10:00:00Z", 1);
	assert_int_equal(parse(&f, OLD ROW "\n"), 0);
	assert_int_equal(f.n, 1);
	buf_init(&b, LOGINFILE_MAX);
	assert_int_equal(loginfile_format(&f, &b), 0);
	assert_string_equal(buf_str(&b), &(HEAD ROW "\t-\n")[LOGINFILE_LINE]);
	buf_free(&b);
	loginfile_free(&f);
	assert_int_equal(parse(&f, OLD ROW "\t-\n"), -1);
	assert_int_equal(parse(&f, OLD PROVEN), -1);
	unsetenv("EXSYNC_NOW");
}

/* An attempt counts until its time; a row held only for it goes then. */
static void
test_tried(void **state)
{
	struct loginfile f;
	struct loginfile_row *r;
	struct buf b;
	int64_t t;

	(void)state;
	setenv("EXSYNC_NOW", "2026-11-20T10:00:00Z", 1);
	assert_int_equal(parse(&f, HEAD ROW TRIED), 0);
	t = f.v[0].tried[0];
	assert_true(loginfile_alone(&f, t) == t + 2);
	assert_true(loginfile_alone(&f, T0) == T0 + 2);
	assert_true(loginfile_tried(&f, t, t + 5));
	assert_false(loginfile_tried(&f, t, TIM_NONE));
	assert_true(loginfile_tried(&f, t + 1, TIM_NONE));
	assert_int_equal(f.v[0].ntried, 1);
	assert_true(f.v[0].tried[0] == t + 5);
	r = loginfile_add(&f, "s:1", "n", V1);
	assert_true(r->held);
	loginfile_try(r, t + 6);
	buf_init(&b, LOGINFILE_MAX);
	buf_adds(&b, SALT "\n");
	assert_int_equal(loginfile_format(&f, &b), 0);
	assert_non_null(strstr(buf_str(&b), "\t-\t-\t-\t-\t-\t2026-11-20"));
	assert_true(loginfile_tried(&f, t + 6, TIM_NONE));
	assert_int_equal(f.n, 1);
	loginfile_free(&f);
	assert_int_equal(parse(&f, buf_str(&b)), 0);
	assert_int_equal(f.n, 2);
	loginfile_free(&f);
	/* its time is over, or has not come: the clock was wrong */
	setenv("EXSYNC_NOW", "2026-11-20T10:30:01Z", 1);
	assert_int_equal(parse(&f, buf_str(&b)), 0);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.v[0].ntried, 0);
	loginfile_free(&f);
	setenv("EXSYNC_NOW", "2026-11-20T09:00:00Z", 1);
	assert_int_equal(parse(&f, buf_str(&b)), 0);
	assert_int_equal(f.n, 1);
	loginfile_free(&f);
	buf_free(&b);
	unsetenv("EXSYNC_NOW");
}

/* One line per INI, for the latest ones; written once a day at most. */
static void
test_proven(void **state)
{
	char verifier[LOGINFILE_HEX];
	struct loginfile f;
	struct buf b;
	int i;

	(void)state;
	setenv("EXSYNC_NOW", "2026-11-20T10:00:00Z", 1);
	assert_int_equal(parse(&f, HEAD PROVEN), 0);
	assert_false(loginfile_prove(&f, V1, "0f8"));
	assert_true(loginfile_prove(&f, V1, "0f9"));
	assert_string_equal(loginfile_bits(&f, V1), "0f9");
	setenv("EXSYNC_NOW", "2026-11-21T10:00:01Z", 1);
	assert_true(loginfile_prove(&f, V1, "0f9"));
	assert_int_equal(f.nproven, 1);
	for (i = 0; i < LOGINFILE_PROVEN; i++) {
		snprintf(verifier, sizeof(verifier), "%064x", i);
		assert_true(loginfile_prove(&f, verifier, "1"));
	}
	assert_int_equal(f.nproven, LOGINFILE_PROVEN);
	assert_string_equal(loginfile_bits(&f, V1), "");
	setenv("EXSYNC_NOW", "2026-11-28T10:00:02Z", 1);
	buf_init(&b, LOGINFILE_MAX);
	assert_int_equal(loginfile_format(&f, &b), 0);
	assert_string_equal(buf_str(&b), &(HEAD)[LOGINFILE_LINE]);
	buf_free(&b);
	loginfile_free(&f);
	unsetenv("EXSYNC_NOW");
}

static const char *const bad[] = {
	"",
	SALT,
	"zz" SALT "\n",
	SALT "\nexsync logins 3\t2026-11-20T08:16:00.123Z\n",
	SALT "\nexsync logins 2\t-\n",
	HEAD "x\n",
	HEAD "\n",
	HEAD ROW TRIED ROW TRIED,
	HEAD ROW "\n",
	HEAD ROW ",2026-11-20T08:16:00.125Z,2026-11-20T08:16:00.126Z,"
		 "2026-11-20T08:16:00.127Z\t-\n",
	HEAD ROW "\tx\n",
	HEAD PROVEN PROVEN,
	HEAD "provenx\t" V1 "\t1\t2026-11-20T08:16:00.000Z\n",
	HEAD "proven\tabc\t1\t2026-11-20T08:16:00.000Z\n",
	HEAD "proven\t" V1 "\t\t2026-11-20T08:16:00.000Z\n",
	HEAD "proven\t" V1 "\tX\t2026-11-20T08:16:00.000Z\n",
	HEAD "proven\t" V1 "\t1\t-\n",
	HEAD "\tn\t" V1 "\t0\t-\t-\t-\t-\t-\n",
	HEAD "s\tn\tabc\t0\t-\t-\t-\t-\t-\n",
	HEAD "s\tn\t" V1 "\t-1\t-\t-\t-\t-\t-\n",
	HEAD "s\tn\t" V1 "\t99999999999999999999\t-\t-\t-\t-\t-\n",
	HEAD "s\tn\t" V1 "\t1\t-\t-\t-\t-\t-\n",
	HEAD "s\tn\t" V1 "\t0\tx\t-\t-\t-\t-\n",
	HEAD "s\tn\t" V1 "\t0\t-\t-\t-\t-\t-",
	HEAD "s\tn\t" V1 "\t0\t-\t-\t-\t-\t-\t-\n",
	HEAD "s\tn\t" V1 "\t0\t-\t-\t-\t\t-\n",
	HEAD "s\tn\t" V1 "\t0\t-\t-\t-\t-\t\n",
	HEAD "s\tn%00\t" V1 "\t0\t-\t-\t-\t-\t-\n",
	HEAD "s\tn%4\t" V1 "\t0\t-\t-\t-\t-\t-\n",
	HEAD "s\tn\x1b\t" V1 "\t0\t-\t-\t-\t-\t-\n",
	HEAD "s\tn\t" V1 "\t0\t-\t-\t-\t2026-01-01T00:00:00Z,2026-01-01T00:00:"
	     "00Z,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,"
	     "2026-01-01T00:00:00Z\t-\n",
};

static void
test_malformed(void **state)
{
	struct loginfile f;
	struct err err = ERR_INIT;
	char *text = mem_strdup(HEAD ROW TRIED PROVEN);
	size_t i, k, len = strlen(text);

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(&f, bad[i]), -1);
		loginfile_free(&f);
	}
	/* cut anywhere, and with any byte changed: refused or read, no more */
	for (i = 0; i < len; i++) {
		static const char bytes[] = { '\0', '\n', '\t', '%', '\xff' };

		loginfile_parse(&f, text, i, &err);
		loginfile_free(&f);
		for (k = 0; k < sizeof(bytes); k++) {
			char was = text[i];

			text[i] = bytes[k];
			loginfile_parse(&f, text, len, &err);
			loginfile_free(&f);
			text[i] = was;
		}
	}
	free(text);
}

static void
test_bounds(void **state)
{
	struct loginfile f;
	struct buf b;
	char name[2 * LOGINFILE_FIELD];
	size_t i;

	(void)state;
	assert_int_equal(parse(&f, SALT "\n"), 0);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_null(loginfile_add(&f, "s:1", name, V1));
	assert_null(loginfile_add(&f, "s:1", "", V1));
	for (i = 0; i < LOGINFILE_ROWS + 10; i++) {
		snprintf(name, sizeof(name), "n%zu", i);
		if (loginfile_add(&f, "s:1", name, V1) == NULL)
			break;
	}
	assert_int_equal(i, LOGINFILE_ROWS);
	buf_init(&b, LOGINFILE_MAX - LOGINFILE_LINE);
	assert_int_equal(loginfile_format(&f, &b), 0);
	buf_free(&b);
	assert_non_null(loginfile_find(&f, "s:1", "n7", V1));
	loginfile_remove(&f, loginfile_find(&f, "s:1", "n7", V1));
	assert_null(loginfile_find(&f, "s:1", "n7", V1));
	for (i = 0; i < 9; i++)
		loginfile_wrong(&f.v[0], (int64_t)i);
	assert_int_equal(f.v[0].nwrong, LOGINFILE_WRONG);
	assert_int_equal(f.v[0].wrong[LOGINFILE_WRONG - 1], 8);
	loginfile_free(&f);
}

static void
test_verifier(void **state)
{
	char a[LOGINFILE_HEX], b[LOGINFILE_HEX];
	struct loginfile f;
	size_t i;

	(void)state;
	assert_int_equal(parse(&f, SALT "\n"), 0);
	loginfile_verifier(&f, "s:1", "svc", "secret", a);
	assert_int_equal(strlen(a), LOGINFILE_HEX - 1);
	loginfile_verifier(&f, "s:1", "svc", "secret", b);
	assert_string_equal(a, b);
	loginfile_verifier(&f, "s:1", "svc", "secreT", b);
	assert_string_not_equal(a, b);
	loginfile_verifier(&f, "s:2", "svc", "secret", b);
	assert_string_not_equal(a, b);
	f.salt[0]++;
	loginfile_verifier(&f, "s:1", "svc", "secret", b);
	assert_string_not_equal(a, b);
	/* files of earlier versions have it; computed by another program */
	for (i = 0; i < sizeof(f.salt); i++)
		f.salt[i] = (unsigned char)i;
	loginfile_verifier(&f, "s:1", "svc", "secret", b);
	assert_string_equal(b, "7ef8ef5dde3c4f05e8e2211c3b82cd68"
			       "f6ba02d24bd49905a299991f39b70056");
	loginfile_free(&f);
}

/* --- the keeper -------------------------------------------------------- */

static unsigned
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == -1 ? 0 : (unsigned)st.st_mode & 07777;
}

static struct keeper *
start(const char *dir, bool make)
{
	struct keeper_opts o = { NULL, dir, make, { NULL, 0 } };
	struct err err = ERR_INIT;
	struct keeper *k = keeper_start(&o, &err);

	assert_non_null(k);
	return k;
}

static void
test_keeper(void **state)
{
	char *dir = in_tmp("state");
	char *file = mem_printf("%s/logins", dir);
	char *aside = mem_printf("%s/logins.bad", dir), salt[STATEDIR_SALT];
	struct err err = ERR_INIT;
	struct buf b, big;
	struct keeper *k = start(dir, false);

	(void)state;
	buf_init(&b, LOGINFILE_MAX + 1);
	buf_init(&big, LOGINFILE_MAX + 1);
	/* a new salt; nothing is made before something is written */
	assert_int_equal(keeper_read(k, KEEP_LOGINS, &b, &err), 0);
	assert_int_equal(b.len, STATEDIR_SALT);
	memcpy(salt, b.data, sizeof(salt));
	assert_int_equal(mode_of(dir), 0);
	assert_int_equal(keeper_write(k, KEEP_LOGINS, "hello\n", 6, &err), 0);
	assert_int_equal(mode_of(dir), 0700);
	assert_int_equal(mode_of(file), 0600);
	/* many messages, there and back; the salt is not the caller's */
	while (big.len < 300000)
		buf_addf(&big, "line %zu\n", big.len);
	assert_int_equal(
	    keeper_write(k, KEEP_LOGINS, big.data, big.len, &err), 0);
	buf_reset(&b);
	assert_int_equal(keeper_read(k, KEEP_LOGINS, &b, &err), 0);
	keeper_done(k, KEEP_LOGINS);
	assert_int_equal(b.len, big.len + STATEDIR_SALT);
	assert_memory_equal(b.data, salt, sizeof(salt));
	assert_memory_equal(b.data + STATEDIR_SALT, big.data, big.len);
	/* the next process finds it */
	keeper_close(k);
	k = start(dir, true);
	buf_reset(&b);
	assert_int_equal(keeper_read(k, KEEP_LOGINS, &b, &err), 0);
	assert_memory_equal(b.data, salt, sizeof(salt));
	/* what is too large is refused, and the file stays as it was */
	while (buf_add(&big, "xxxxxxxxxxxxxxxx", 16) == 0)
		;
	big.over = 0;
	assert_int_equal(
	    keeper_write(k, KEEP_LOGINS, big.data, big.len, &err), -1);
	assert_string_equal(err.code, "state_dir");
	assert_non_null(strstr(err.msg, "too large"));
	/* aside: the next file has another salt, which a read makes */
	assert_int_equal(keeper_aside(k, KEEP_LOGINS, &err), 0);
	assert_int_equal(keeper_write(k, KEEP_LOGINS, "hello\n", 6, &err), -1);
	assert_string_equal(err.code, "state_dir");
	assert_non_null(strstr(err.msg, "has no salt"));
	assert_int_equal(access(file, F_OK), -1);
	assert_int_equal(access(aside, F_OK), 0);
	buf_reset(&b);
	assert_int_equal(keeper_read(k, KEEP_LOGINS, &b, &err), 0);
	assert_int_equal(b.len, STATEDIR_SALT);
	assert_memory_not_equal(b.data, salt, sizeof(salt));
	keeper_close(k);
	unlink(aside);
	rmdir(dir);
	/* it cannot be made */
	free(dir);
	dir = in_tmp("none/state");
	k = start(dir, true);
	assert_int_equal(keeper_read(k, KEEP_LOGINS, &b, &err), -1);
	assert_non_null(strstr(err.msg, "cannot be made: No such file"));
	keeper_close(k);
	buf_free(&b);
	buf_free(&big);
	free(dir);
	free(file);
	free(aside);
}

/* A link is not followed, and only a regular file is read. */
/* The list of the forgotten is nobody's who has a keeper only. */
static void
test_keeper_other(void **state)
{
	char *dir = in_tmp("other");
	struct err err = ERR_INIT;
	struct buf b;
	struct keeper *k = start(dir, true);

	(void)state;
	buf_init(&b, LOGINFILE_MAX + 1);
	assert_int_equal(keeper_read(k, KEEP_LOGINS, &b, &err), 0);
	assert_int_equal(
	    keeper_write(k, KEEP_FORGOTTEN, "hello\n", 6, &err), -1);
	assert_int_equal(keeper_aside(k, KEEP_FORGOTTEN, &err), -1);
	assert_int_equal(keeper_read(k, KEEP_FORGOTTEN, &b, &err), -1);
	keeper_close(k);
	buf_free(&b);
	assert_int_equal(rmdir(dir), 0);
	free(dir);
}

static void
test_keeper_links(void **state)
{
	char *dir = in_tmp("links");
	char *file = mem_printf("%s/logins", dir);
	struct err err = ERR_INIT;
	struct keeper *k;
	struct buf b;

	(void)state;
	buf_init(&b, LOGINFILE_MAX + 1);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(symlink("/etc/passwd", file), 0);
	k = start(dir, true);
	/* nor is what has no number */
	assert_int_equal(keeper_read(k, KEEP_NFILE, &b, &err), -1);
	assert_int_equal(keeper_write(k, KEEP_NFILE, "x", 1, &err), -1);
	assert_int_equal(keeper_aside(k, KEEP_NFILE, &err), -1);
	assert_int_equal(b.len, 0);
	assert_int_equal(keeper_read(k, KEEP_LOGINS, &b, &err), -1);
	assert_int_equal(b.len, 0);
	unlink(file);
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_int_equal(keeper_read(k, KEEP_LOGINS, &b, &err), -1);
	assert_int_equal(b.len, 0);
	keeper_close(k);
	unlink(file);
	rmdir(dir);
	buf_free(&b);
	free(dir);
	free(file);
}

/* No descriptor is left for a helper: the error names what it is for. */
static void
test_no_helper(void **state)
{
	static const struct {
		struct keeper_opts o;
		const char *code, *text;
	} t[] = {
		{ { "cat", NULL, false, { NULL, 0 } }, "alert_command",
		    "alert_command: " },
		{ { NULL, "/none", false, { NULL, 0 } }, "state_dir",
		    "state_dir: " },
		{ { "cat", "/none", false, { NULL, 0 } }, "alert_command",
		    "alert_command, state_dir: " },
	};
	struct rlimit was, none;
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct keeper *k;

		none = was;
		none.rlim_cur = 3;
		setrlimit(RLIMIT_NOFILE, &none);
		k = keeper_start(&t[i].o, &err);
		setrlimit(RLIMIT_NOFILE, &was);
		assert_null(k);
		assert_int_equal(err.kind, ERR_FATAL);
		assert_string_equal(err.code, t[i].code);
		assert_memory_equal(err.msg, t[i].text, strlen(t[i].text));
		assert_non_null(strstr(err.msg, strerror(EMFILE)));
	}
}

static int
teardown(void **state)
{
	(void)state;
	return tmp_remove(NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_old),
		cmocka_unit_test(test_tried),
		cmocka_unit_test(test_proven),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_verifier),
		cmocka_unit_test(test_keeper),
		cmocka_unit_test(test_keeper_other),
		cmocka_unit_test(test_keeper_links),
		cmocka_unit_test(test_no_helper),
	};

	return cmocka_run_group_tests_name(
	    "loginfile", tests, tmp_make, teardown);
}
