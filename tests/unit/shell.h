/*
 * shell.h - for tests: commands of other programs, in the test's own directory.
 * The test includes cmocka.h and tmpdir.h before.
 */
#ifndef TESTS_UNIT_SHELL_H
#define TESTS_UNIT_SHELL_H

#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/mem.h"

/*
 * Runs commands in the directory; all of them must succeed. What they say goes
 * to the file "out" there.
 */
static inline void
shell(const char *command)
{
	char *line = mem_printf(
	    "set -e\ncd %s\nexec >>out 2>&1 </dev/null\n%s", tmp, command);
	char name[] = "/bin/sh", option[] = "-c";
	char *argv[] = { name, option, line, NULL };
	int status = -1;
	pid_t pid;

	if (posix_spawn(&pid, name, NULL, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0)
		fail_msg("status %d of: %s", status, command);
	free(line);
}

#endif
