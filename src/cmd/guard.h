/*
 * guard.h - warns when the user that exsync runs as could change a program that
 * runs outside of the sandbox, and when others could read or change state_dir.
 * Floor: cmd.
 * Threads: the main thread, before the sandbox closes.
 */
#ifndef CMD_GUARD_H
#define CMD_GUARD_H

#include "conf/conf.h"

/*
 * Logs a warning for each program that the user that exsync runs as may write
 * to or replace: exsync itself, the program of alert_command, and each of its
 * arguments that is the whole path of a file. Whoever exploits any program of
 * that user could have his own code run by the next pass. There is no such
 * warning for root, who may change everything.
 * Logs another for a state_dir that others may read or change, or that belongs
 * to another user (which root may use). Warnings only: the pass goes on.
 */
void guard_warn(const struct conf *);

#endif
