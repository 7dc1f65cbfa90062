/*
 * runner.h - alert_command: what it is, and how one run of it goes. The keeper
 * runs it, since the sync can start no program (keeper.h).
 * Floor: os.
 * Threads: one at a time.
 *
 * The command is split into words as a shell would ('...', "...", \), but
 * there is no shell: an unquoted | & ; < > ( ) ` $ is refused. Its first word
 * is a program in PATH or a whole path. It runs in a session of its own with
 * the text as its standard input, our standard error as its output, no other
 * open file, and only PATH, HOME, LANG in its environment; after 60 s it is
 * killed with all it started in its group. (Built with -DEXSYNC_FAULT:
 * EXSYNC_ALERT_MS in the environment says another time.)
 */
#ifndef OS_RUNNER_H
#define OS_RUNNER_H

#include <stddef.h>

#include "base/err.h"

#define RUNNER_TEXT (64 * 1024) /* bytes of a text, at most */
#define RUNNER_MS   60000       /* a command's time */

/* A command that can be started. */
struct runner {
	char *path, **argv, **env;
	int limit_ms;
};

/* How a run of it ended. */
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
/* Runs it with that text, and waits for its end. SIGCHLD is blocked. */
struct runner_end
runner_run(const struct runner *, const char *text, size_t len);
/* 0: it ended with status 0. -1: ERR_RETRY, how it ended. */
int runner_judge(const struct runner_end *, int limit_ms, struct err *);
/*
 * Only looks whether the command could be started: for --check. 0, or -1 with
 * ERR_CONFIG.
 */
int runner_check(const char *command, struct err *);

#endif
