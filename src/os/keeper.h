/*
 * keeper.h - a helper process that does what this one may not do once its
 * sandbox has closed. It is forked before (sandbox.h), has one thread and uses
 * no network. It acts by number on what it was told at its start, never on a
 * path or a command that comes through its socket. It can
 * - run alert_command (runner.h),
 * - read, replace and put aside the file of logins in state_dir (statedir.h),
 * - lock, read and replace persons' logins there (tokendir.h).
 * Floor: os.
 * Threads: keeper_start before any thread exists, keeper_close after; the rest
 * by any, one after the other.
 */
#ifndef OS_KEEPER_H
#define OS_KEEPER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "core/keep.h"
#include "os/tokendir.h"

struct keeper;

struct keeper_opts {
	const char *command;   /* alert_command, or NULL */
	const char *state_dir; /* or NULL */
	bool make;             /* make state_dir at the first read already */
	struct tokendir_names tokens; /* borrowed for the call */
};

/*
 * To be called after conf_load, and before store_open (the helper must not
 * hold its locks) and sandbox_enter. NULL: ERR_CONFIG, the command cannot be
 * run, with what to write instead; or ERR_FATAL, no process can be made.
 */
struct keeper *keeper_start(const struct keeper_opts *, struct err *);
/*
 * Runs the command with text (cut below RUNNER_TEXT bytes) and waits for its
 * end. 0: it ended with status 0. -1: ERR_RETRY with how it ended; code
 * "alert_command".
 */
int keeper_run(struct keeper *, const char *text, size_t len, struct err *);
/*
 * The functions of struct keep (core/keep.h); arg is a struct keeper. -1:
 * ERR_RETRY with code "state_dir".
 */
int keeper_read(void *arg, enum keep_file, struct buf *out, struct err *);
int keeper_write(
    void *arg, enum keep_file, const char *data, size_t len, struct err *);
int keeper_aside(void *arg, enum keep_file, struct err *);
void keeper_done(void *arg, enum keep_file);
/*
 * As tokendir.h; -1: ERR_RETRY with code "state_dir". What is locked when the
 * helper ends is unlocked.
 */
int keeper_token_read(
    struct keeper *, size_t i, struct buf *out, bool *busy, struct err *);
int
keeper_token_write(struct keeper *, size_t i, const struct buf *, struct err *);
void keeper_token_done(struct keeper *, size_t i);
/* Ends the helper; it also ends when this process does. NULL is fine. */
void keeper_close(struct keeper *);

#endif
