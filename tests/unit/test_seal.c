/*
 * test_seal.c - enc: values, their key, and both in an INI.
 * The linker puts the fsync and the close below in place of the library's.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "conf/seal.h"
#include "ews/keys.h"
#include "tmpdir.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HEX      "000102030405060708090a0b0c0d0e0f"
#define KEY      HEX HEX

static struct seal_key
key_of(const char *text)
{
	struct seal_key key;

	assert_true(seal_key_parse(&key, text, strlen(text)));
	return key;
}

static const struct {
	const char *text;
	bool good;
} keys[] = {
	{ KEY, true },
	{ KEY "\n", true },
	{ KEY " \r\n", true },
	{ "AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=", true },
	{ "AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8\n", true },
	{ "", false },
	{ HEX, false },
	{ KEY "00", false },
	{ KEY KEY, false },
	{ "g0" HEX "0102030405060708090a0b0c0d0e0f", false },
	{ "AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg", false },
	{ "AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8AAA", false },
};

static void
test_keys(void **state)
{
	struct seal_key key, want = key_of(KEY), zero;
	size_t i;

	(void)state;
	memset(&zero, 0, sizeof(zero));
	for (i = 0; i < COUNT(keys); i++) {
		bool ok =
		    seal_key_parse(&key, keys[i].text, strlen(keys[i].text));

		assert_int_equal(ok, keys[i].good);
		assert_memory_equal(
		    &key, keys[i].good ? &want : &zero, sizeof(key));
	}
}

static void
test_key_made(void **state)
{
	char a[SEAL_FILE_TEXT], b[SEAL_FILE_TEXT];
	struct seal_key key, again;

	(void)state;
	seal_key_make(&again, b);
	seal_key_make(&key, a);
	assert_string_not_equal(a, b);
	assert_true(seal_key_parse(&again, a, strlen(a)));
	assert_memory_equal(&key, &again, sizeof(key));
}

static void
test_round(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 15, 16, 17, 64, 1023,
		SEAL_SECRET };
	struct seal_key key = key_of(KEY);
	char secret[SEAL_SECRET + 1], *a, *b, *out;
	struct err err = ERR_INIT;
	size_t i, n;

	(void)state;
	memset(secret, 'x', sizeof(secret));
	for (i = 0; i < COUNT(sizes); i++) {
		a = seal_make(&key, secret, sizes[i]);
		b = seal_make(&key, secret, sizes[i]);
		assert_string_not_equal(a, b); /* a new nonce each time */
		assert_int_equal(
		    strspn(a + 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				  "pqrstuvwxyz0123456789-_"),
		    strlen(a) - 6);
		out = seal_open(&key, a, strlen(a), &n, &err);
		assert_non_null(out);
		assert_int_equal(n, sizes[i]);
		assert_memory_equal(out, secret, n);
		free(out);
		free(a);
		free(b);
	}
	assert_null(seal_make(&key, secret, sizeof(secret)));
}

/* A value that another implementation made must always be readable. */
static void
test_known(void **state)
{
	static const char value[] =
	    "enc:1:oKGio6Slpqeoqaqr_fxJkaZrIXJiFp1WQgqmgOtGoJzpaeEze0s";
	struct seal_key key = key_of(KEY);
	struct err err = ERR_INIT;
	size_t n;
	char *out = seal_open(&key, value, strlen(value), &n, &err);

	(void)state;
	assert_non_null(out);
	assert_string_equal(out, "hunter2 \xc3\xbc");
	free(out);
}

/* Cut anywhere, changed anywhere, another key: an error, and no plain text. */
static void
test_damaged(void **state)
{
	struct seal_key key = key_of(KEY), other = key;
	char *value = seal_make(&key, "hunter2", 7), *cut;
	struct err err = ERR_INIT;
	size_t i, n;

	(void)state;
	for (i = 0; i < strlen(value); i++) {
		cut = mem_strndup(value, i);
		assert_null(seal_open(&key, cut, i, &n, &err));
		assert_null(strstr(err.msg, value + 6));
		free(cut);
		cut = mem_strdup(value);
		cut[i] = cut[i] == 'A' ? 'B' : 'A';
		/* the last character's spare bits say nothing */
		if (i + 1 < strlen(value))
			assert_null(
			    seal_open(&key, cut, strlen(cut), &n, &err));
		free(cut);
	}
	other.k[31] ^= 1;
	assert_null(seal_open(&other, value, strlen(value), &n, &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_string_equal(err.msg,
	    "does not open with the key in secret_key_file: it was made with "
	    "another key, or changed since: make it again with exsync "
	    "--encrypt");
	cut = mem_alloc(10000);
	memset(cut, 'A', 9999);
	memcpy(cut, "enc:1:", 6);
	assert_null(seal_open(&key, cut, 9999, &n, &err));
	free(cut);
	free(value);
}

static char *
put(const char *name, const char *text, mode_t mode)
{
	return put_in_tmp(name, text, strlen(text), mode);
}

/* Loads the INI; its errors, without the directory, must begin with want. */
static struct conf *
load(const char *ini, const char *want)
{
	char *errs, *path = in_tmp(ini), *full;
	struct conf *c;
	size_t size;
	FILE *f = open_memstream(&errs, &size);

	c = conf_load(path, f);
	fclose(f);
	full = mem_printf("%s:%s", path, want);
	if (want[0] == '\0')
		assert_string_equal(errs, "");
	else if (strncmp(errs, full, strlen(full)) != 0)
		assert_string_equal(errs, full);
	free(full);
	free(errs);
	free(path);
	return c;
}

#define INI(source)                                                            \
	"[exsync]\nsecret_key_file = k\n"                                      \
	"[profile p]\nserver = h\ndomains = a.example\nusername = u\n" source

static void
check_password(const char *want)
{
	struct conf *c = load("e.ini", "");

	assert_string_equal(c->profile[0].password, want);
	conf_free(c);
}

/* In the INI, in a file, in the environment; the INI may be read by all. */
static void
test_sources(void **state)
{
	struct seal_key key = key_of(KEY);
	char *value = seal_make(&key, " hunter2;", 9), *text, *big, *line;

	(void)state;
	free(put("k", KEY "\n", 0600));
	text = mem_printf(INI("password = %s\n"), value);
	free(put("e.ini", text, 0644));
	free(text);
	check_password(" hunter2;");
	free(put("e.ini", INI("password_file = pw\n"), 0644));
	text = mem_printf("%s\n", value);
	free(put("pw", text, 0600));
	free(text);
	check_password(" hunter2;");
	setenv("T_SEALED", value, 1);
	free(put("e.ini", INI("password_env = T_SEALED\n"), 0644));
	check_password(" hunter2;");
	free(value);
	/* the key as systemd's credential, which an ACL shows as group bits */
	line = put("k", KEY, 0440);
	setenv("CREDENTIALS_DIRECTORY", tmp, 1);
	check_password(" hunter2;");
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_null(load("e.ini", "2: secret_key_file: "));
	chmod(line, 0600);
	free(line);
	/* the longest, which only a file can hold */
	big = mem_alloc(SEAL_SECRET + 1);
	memset(big, 'x', SEAL_SECRET);
	value = seal_make(&key, big, SEAL_SECRET);
	free(put("pw", value, 0600));
	free(put("e.ini", INI("password_file = pw\n"), 0644));
	check_password(big);
	free(big);
	free(value);
}

static void
bad(const char *source, const char *want)
{
	char *text = mem_printf(INI("%s"), source);

	free(put("e.ini", text, 0644));
	free(text);
	assert_null(load("e.ini", want));
}

static void
test_refused(void **state)
{
	struct seal_key key = key_of(KEY);
	char *value = seal_make(&key, "hunter2", 7), *line, *path;

	(void)state;
	line = mem_printf("password = %s\n", value);
	path = put("k", KEY, 0640);
	bad(line, "2: secret_key_file: ");
	chmod(path, 0600);
	bad("password = enc:2:AAAA\n",
	    "7: password: begins with enc: but is none of this version's");
	bad("password = enc:1:AAAA\n",
	    "7: password: is not a whole enc: value");
	free(put("k", "no key", 0600));
	bad(line, "2: secret_key_file: k: holds no key");
	unlink(path);
	bad(line, "2: secret_key_file: ");
	free(put("k", HEX "ff" HEX "00", 0600));
	bad(line, "2: secret_key_file: k: holds no key");
	free(put("k", "ff0102030405060708090a0b0c0d0e0f" HEX, 0600));
	bad(line, "7: password: does not open with the key");
	free(value);
	free(line);
	/* what is inside is checked as any password is */
	free(put("k", KEY, 0600));
	value = seal_make(&key, "a\nb", 3);
	line = mem_printf("password = %s\n", value);
	bad(line, "7: password: holds more than one line");
	free(value);
	free(line);
	free(path);
}

/* The key for exsync --encrypt: created once, 0600, never overwritten. */
static void
test_conf_key(void **state)
{
	char none[] = "none", *ini, *k = in_tmp("new.key");
	char *made = none, *errs;
	struct seal_key a, b;
	struct stat st;
	size_t size;
	FILE *f = open_memstream(&errs, &size);

	(void)state;
	assert_int_equal(conf_key("/none.ini", &a, &made, f), -1);
	assert_null(made);
	fflush(f);
	assert_non_null(strstr(errs, "/none.ini: no such file"));
	rewind(f);
	/* the rest of the INI is not ready yet: no matter */
	ini = put("n.ini",
	    "[exsync]\nsecret_key_file = new.key\n[profile p]\nnonsense = 1\n",
	    0644);
	assert_int_equal(conf_key(ini, &a, &made, f), 0);
	assert_string_equal(made, k);
	free(made);
	assert_int_equal(stat(k, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(conf_key(ini, &b, &made, f), 0);
	assert_null(made);
	assert_memory_equal(&a, &b, sizeof(a));
	fflush(f);
	assert_int_equal(size, 0);
	chmod(k, 0644);
	assert_int_equal(conf_key(ini, &b, &made, f), -1);
	fflush(f);
	assert_non_null(strstr(errs, "n.ini:2: secret_key_file: "));
	assert_non_null(strstr(errs, "others may read it: run chmod 600 "));
	free(ini);
	ini = put("n.ini", "[exsync]\n", 0644);
	assert_int_equal(conf_key(ini, &b, &made, f), -1);
	fflush(f);
	assert_non_null(strstr(errs, "secret_key_file is missing: write "));
	free(ini);
	ini = put("n.ini", "[exsync]\nsecret_key_file = no/dir\n", 0644);
	assert_int_equal(conf_key(ini, &b, &made, f), -1);
	fflush(f);
	assert_non_null(strstr(errs, "no/dir: cannot be made: No such file"));
	free(ini);
	fclose(f);
	free(errs);
	free(k);
}

/* --- the key file on disk ---------------------------------------------- */

/* Of what the next sync or close fails. */
enum { NOTHING, A_FILE, A_DIRECTORY };

static int fail_sync, fail_close;
static char synced[8]; /* what was synced: f or d each */

int __wrap_fsync(int fd);
int __wrap_close(int fd);
int __real_close(int fd);

/* Files that are only read do not count. */
static int
is_what(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return A_DIRECTORY;
	return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY ? A_FILE : NOTHING;
}

int
__wrap_fsync(int fd)
{
	int what = is_what(fd);

	strcat(synced, what == A_DIRECTORY ? "d" : "f");
	if (what != fail_sync)
		return 0;
	errno = ENOSPC;
	return -1;
}

int
__wrap_close(int fd)
{
	bool fails = fail_close != NOTHING && is_what(fd) == fail_close;
	int rc = __real_close(fd);

	if (!fails)
		return rc;
	errno = ENOSPC;
	return -1;
}

/*
 * The key is used when it and its name are on disk, and not before. A file
 * that may not be there after a power cut is taken away at once.
 */
static void
test_key_on_disk(void **state)
{
	static const struct {
		int sync, close;
		const char *synced;
	} rows[] = {
		{ A_FILE, NOTHING, "f" },
		{ NOTHING, A_FILE, "f" },
		{ A_DIRECTORY, NOTHING, "fd" },
		{ NOTHING, NOTHING, "fd" },
	};
	char *ini = put("n.ini", "[exsync]\nsecret_key_file = d.key\n", 0644);
	char *k = mem_printf("%s/d.key", tmp), *made, *errs;
	struct seal_key key;
	size_t i, size;
	FILE *f;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		bool good = i + 1 == COUNT(rows);

		f = open_memstream(&errs, &size);
		fail_sync = rows[i].sync;
		fail_close = rows[i].close;
		synced[0] = '\0';
		assert_int_equal(conf_key(ini, &key, &made, f), good ? 0 : -1);
		fail_sync = fail_close = NOTHING;
		fclose(f);
		assert_string_equal(synced, rows[i].synced);
		assert_int_equal(access(k, F_OK), good ? 0 : -1);
		assert_int_equal(made != NULL, good);
		assert_int_equal(
		    strstr(errs, "d.key: cannot be made: No space left") !=
			NULL,
		    !good);
		free(made);
		free(errs);
	}
	unlink(k);
	free(k);
	free(ini);
}

static int
setup(void **state)
{
	unsetenv("CREDENTIALS_DIRECTORY");
	return tmp_make(state);
}

static int
teardown(void **state)
{
	static const char *const names[] = { "k", "pw", "e.ini", "n.ini",
		"new.key" };

	(void)state;
	return tmp_remove(names, COUNT(names));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_key_made),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_conf_key),
		cmocka_unit_test(test_key_on_disk),
	};

	confkeys_add(&ews_keys);
	return cmocka_run_group_tests_name("seal", tests, setup, teardown);
}
