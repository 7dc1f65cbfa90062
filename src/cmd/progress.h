/*
 * progress.h - the line that shows the progress of a long pass, when standard
 * error is a terminal.
 * Floor: cmd.
 * Threads: progress_tick on the main thread; the log may wipe the line from
 * any thread.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include "sync/pass.h"

void progress_begin(void);
/* For struct pass.tick; arg is ignored. */
void progress_tick(void *arg, const struct pass_counts *);
void progress_end(void);

#endif
