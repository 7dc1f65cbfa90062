/*
 * test_group.c - Unix groups by name and number, and where a file really lies.
 */
#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/group.h"
#include "base/realname.h"
#include "tmpdir.h"

static void
test_find(void **state)
{
	static const struct {
		const char *text;
		gid_t want; /* GROUP_NONE: not found */
	} rows[] = { { "crm", 993 }, { "last", 12 }, { "many", 400 },
		{ "after", 401 }, { "long", GROUP_NONE }, { "0", 0 },
		{ "4294967294", 4294967294U }, { "4294967295", GROUP_NONE },
		{ "-1", GROUP_NONE }, { "12x", GROUP_NONE },
		{ "cr", GROUP_NONE }, { "crmx", GROUP_NONE },
		{ "", GROUP_NONE }, { "x", GROUP_NONE }, { "993", 993 },
		{ "nonumber", GROUP_NONE }, { "short", GROUP_NONE },
		/* this format has no comments */
		{ "#note", 1 }, { "+", GROUP_NONE } };
	char *members = mem_alloc(100001), *text, *path;
	gid_t gid;
	size_t i;

	(void)state;
	memset(members, 'm', 100000);
	/* a name that its line's head does not hold whole, and long members */
	text = mem_printf("#note:x:1:\nroot:x:0:\ncrm:x:993:a,b\n\n:x:5:\n"
			  "nonumber:x::\nshort:x\nmany:x:400:%s\n"
			  "after:*:401:\n%s:x:402:\n+:::\nlast::12:",
	    members, members);
	path = put_in_tmp("group", text, strlen(text), 0644);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool found = group_find(path, rows[i].text, &gid);

		if (found != (rows[i].want != GROUP_NONE) ||
		    (found && gid != rows[i].want))
			fail_msg("%s: %d %u", rows[i].text, found, gid);
	}
	assert_false(group_find("/nowhere/group", "crm", &gid));
	assert_true(group_find("/nowhere/group", "7", &gid));
	assert_true(group_find(GROUP_FILE, "root", &gid));
	assert_int_equal(gid, 0);
	free(path);
	free(text);
	free(members);
}

/* As another user, with a group of its own and one more. */
static int
look_as_other(void)
{
	const gid_t more[] = { 41010 };

	if (setgroups(1, more) == -1 || setgid(41001) == -1 ||
	    setuid(41001) == -1)
		return 1;
	if (!group_has_me(41010) || !group_has_me(41001))
		return 2;
	return group_has_me(41011) || group_has_me(0) ? 3 : 0;
}

static void
test_has_me(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	assert_true(group_has_me(getegid()));
	if (geteuid() != 0)
		skip();
	assert_true(group_has_me(41010));
	pid = fork();
	if (pid == 0)
		_exit(look_as_other());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
check_name(const char *in_dir, const char *want)
{
	char *path = in_tmp(in_dir), *real = realname_of(path);
	char *full = in_tmp(want), *top = realpath(tmp, NULL);
	char *whole = mem_printf("%s%s", top, full + strlen(tmp));

	assert_non_null(real);
	assert_string_equal(real, whole);
	free(whole);
	free(top);
	free(full);
	free(real);
	free(path);
}

static void
test_realname(void **state)
{
	char *sub = in_tmp("sub"), *link1 = in_tmp("link1"),
	     *link2 = in_tmp("link2"), *loop = in_tmp("loop"),
	     *none = in_tmp("none/x"), *abs = in_tmp("sub/abs"), *dir, *real;

	(void)state;
	assert_int_equal(mkdir(sub, 0700), 0);
	free(put_in_tmp("sub/file", "x", 1, 0600));
	assert_int_equal(symlink("sub/not-yet", link1), 0);
	assert_int_equal(symlink("link1", link2), 0);
	assert_int_equal(symlink("loop", loop), 0);
	assert_int_equal(symlink(link2, abs), 0);
	check_name("sub/file", "sub/file");
	check_name("sub/../new", "new");
	check_name("link2", "sub/not-yet");
	check_name("sub/abs", "sub/not-yet");
	assert_null(realname_of(loop));
	assert_int_equal(errno, ELOOP);
	assert_null(realname_of(none));
	assert_null(realname_dir(none));
	dir = realname_dir(link2);
	real = realname_of(sub);
	assert_string_equal(dir, real);
	free(dir);
	free(real);
	real = realname_of("/no-such-file");
	assert_string_equal(real, "/no-such-file");
	free(real);
	dir = realname_dir("/no-such-file");
	assert_string_equal(dir, "/");
	free(dir);
	assert_true(realname_in("/a/b", "/a"));
	assert_true(realname_in("/a", "/a"));
	assert_true(realname_in("/a", "/"));
	assert_false(realname_in("/ab", "/a"));
	assert_false(realname_in("/", "/a"));
	free(sub);
	free(link1);
	free(link2);
	free(loop);
	free(none);
	free(abs);
}

static int
teardown(void **state)
{
	static const char *const names[] = { "group", "link1", "link2", "loop",
		"sub/abs", "sub/file", "sub" };

	(void)state;
	return tmp_remove(names, sizeof(names) / sizeof(names[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_has_me),
		cmocka_unit_test(test_realname),
	};

	return cmocka_run_group_tests(tests, tmp_make, teardown);
}
