/*
 * pass.h - one pass over all mailboxes of all profiles.
 * Floor: sync.
 * Threads: pass_run is called by one thread, which does no mail work itself;
 * tick runs on it.
 */
#ifndef SYNC_PASS_H
#define SYNC_PASS_H

#include "sync/passarg.h"

enum pass_outcome { PASS_OK, PASS_PARTIAL, PASS_FAILED };

/*
 * Runs the pass. 0: out and outcome tell how it went, failures were logged. -1:
 * it could not begin, or its end could not be recorded (err: ERR_CONFIG an
 * unknown mailbox or profile, a CSV file; ERR_FATAL the store).
 */
int pass_run(const struct pass *, struct pass_counts *out,
    enum pass_outcome *outcome, struct err *);

#endif
