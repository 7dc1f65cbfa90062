/*
 * runner.h - alert_command: its form, and one run of it. The keeper runs it,
 * since the sync cannot start a program (keeper.h).
 * Floor: os.
 * Threads: one at a time.
 *
 * The command is split into words as a shell would ('...', "...", \), but
 * there is no shell: an unquoted | & ; < > ( ) ` $ is refused, and a ` or $ in
 * "..." too. Its first word is a program in PATH or a whole path. It runs in a
 * session of its own with the text as its standard input, our standard error
 * as its output, no other open file, and only PATH, HOME, LANG in its
 * environment; after 60 s it is killed with all processes of its group. (Built
 * with -DEXSYNC_FAULT: EXSYNC_ALERT_MS in the environment sets another limit.)
 */
#ifndef OS_RUNNER_H
#define OS_RUNNER_H

#include <stddef.h>

#include "base/err.h"

#define RUNNER_TEXT (64 * 1024) /* bytes of a text, at most */
#define RUNNER_MS   60000       /* time limit of a command */

/* A command that can be started. */
struct runner {
	char *path, **argv, **env;
	int limit_ms;
};

/* How a run ended. */
struct runner_end {
	enum {
		RUNNER_ENDED,
		RUNNER_SIGNALLED,
		RUNNER_TOO_LONG,
		RUNNER_NOT_STARTED
	} how;
	int value; /* status, signal or errno */
};

/* -1: ERR_CONFIG, with what to write instead; code "alert_command". */
int runner_make(struct runner *, const char *command, struct err *);
void runner_free(struct runner *);
/* Runs it with text and waits for its end. The caller has blocked SIGCHLD. */
struct runner_end
runner_run(const struct runner *, const char *text, size_t len);
/* 0: it ended with status 0. -1: ERR_RETRY with how it ended. */
int runner_judge(const struct runner_end *, int limit_ms, struct err *);
/*
 * Checks whether the command could be started, without starting it, for
 * --check. 0, or -1 with ERR_CONFIG.
 */
int runner_check(const char *command, struct err *);

#endif
