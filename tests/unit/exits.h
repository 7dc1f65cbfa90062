/*
 * exits.h - for tests: memory that cannot be had. The test includes cmocka.h
 * before.
 */
#ifndef TESTS_UNIT_EXITS_H
#define TESTS_UNIT_EXITS_H

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* It ends the program with 3. */
static inline void
expect_exit(void (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		close(STDERR_FILENO);
		f();
		_Exit(0);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
}

#endif
