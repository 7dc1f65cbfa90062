/*
 * say.h - the log lines about mailboxes: each names profile and mailbox, and a
 * fault that many of a profile share is one line.
 * Floor: sync, internal.
 * Threads: any; say_kept by the thread that runs the pass.
 */
#ifndef SYNC_SAY_H
#define SYNC_SAY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"

struct mailbox_work;
struct profile_work;

struct say; /* faults of a profile that are not logged yet */

struct say *say_open(void);
void say_close(struct say *); /* NULL is fine */

/* Logs "profile hq: mailbox a@b.example", followed by fmt. */
void say_mailbox(const struct mailbox_work *, enum log_level, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/*
 * The mailbox failed; w->fault is set if the fault is its own. It is logged at
 * once if the server has answered another mailbox, else by say_kept.
 */
void say_fault(const struct mailbox_work *, const struct err *);
/*
 * Logs what was held back when it is known how far it reaches: all jobs of the
 * profile are over (over), or the server has answered a mailbox meanwhile.
 */
void say_kept(struct profile_work *, bool over);

#endif
