/*
 * progress.h - the line that shows the progress of a long pass, when standard
 * error is a terminal.
 * Floor: cmd.
 * Threads: the main thread; log lines of others may come at any time.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include "sync/pass.h"

void progress_begin(void);
/* For struct pass.tick; arg is ignored. */
void progress_tick(void *arg, const struct pass_counts *);
void progress_end(void);

#endif
