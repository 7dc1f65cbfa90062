/*
 * runner.h - one program that is run although this process cannot run any:
 * alert_command. A helper process is forked before the sandbox closes
 * (sandbox.h); it can start that one command and nothing else.
 * Floor: cmd.
 * Threads: runner_start before any thread exists; the rest by one thread at a
 * time.
 *
 * The command is split into words as a shell would ('...', "...", \), but
 * there is no shell: an unquoted | & ; < > ( ) ` $ is refused. Its first word
 * is a program in PATH or a whole path. It runs in a session of its own with
 * the text as its standard input, our standard error as its output, no other
 * open file, and only PATH, HOME, LANG in its environment; after 60 s it is
 * killed with all it started in its group. (Built with -DEXSYNC_FAULT:
 * EXSYNC_ALERT_MS in the environment says another time.)
 */
#ifndef CMD_RUNNER_H
#define CMD_RUNNER_H

#include <stddef.h>

#include "base/err.h"

#define RUNNER_TEXT (64 * 1024) /* bytes of a text, at most */
#define RUNNER_MS   60000       /* a command's time */

struct runner;

/*
 * After conf_load, and before store_open (the helper must not hold its locks)
 * and sandbox_enter. NULL: ERR_CONFIG, with what to write instead; or
 * ERR_FATAL, no process can be made.
 */
struct runner *runner_start(const char *command, struct err *);
/*
 * Runs it with text (cut at RUNNER_TEXT) and waits for its end: 0 when it
 * ended with status 0. -1: ERR_RETRY, how it ended; code "alert_command".
 */
int runner_run(struct runner *, const char *text, size_t len, struct err *);
/* Ends the helper. NULL is fine; the helper also ends when we do. */
void runner_close(struct runner *);
/*
 * Only looks whether the command could be started: for --check. 0, or -1 with
 * ERR_CONFIG.
 */
int runner_check(const char *command, struct err *);

#endif
