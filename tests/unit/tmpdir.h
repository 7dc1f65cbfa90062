/*
 * tmpdir.h - for tests: a directory of the test's own. The test includes
 * cmocka.h before.
 */
#ifndef TESTS_UNIT_TMPDIR_H
#define TESTS_UNIT_TMPDIR_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static char tmp[] = "/tmp/exsync-test-XXXXXX";

/* The setup of a group. */
static inline int
tmp_make(void **state)
{
	(void)state;
	return mkdtemp(tmp) == NULL;
}

/* The path of a file in it; the caller's. */
static inline char *
in_tmp(const char *name)
{
	return mem_printf("%s/%s", tmp, name);
}

/* Writes a file, and returns its path; the caller's. */
static inline char *
put_in_tmp(const char *name, const char *text, size_t len, mode_t mode)
{
	char *path = in_tmp(name);
	FILE *f;

	unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

/*
 * For a group's teardown: removes these, which need not be there, and the
 * directory. Anything else in it makes the teardown fail.
 */
static inline int
tmp_remove(const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char *path = in_tmp(names[i]);

		remove(path);
		free(path);
	}
	return rmdir(tmp);
}

#endif
