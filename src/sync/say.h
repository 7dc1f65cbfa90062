/*
 * say.h - what the log is told of mailboxes: each line names profile and
 * mailbox, and a fault that many of a profile share is one line.
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

struct say; /* what of a profile is not told yet */

struct say *say_open(void);
void say_close(struct say *); /* NULL is fine */

/* "profile hq: mailbox a@b.example", and what follows in fmt. */
void say_mailbox(const struct mailbox_work *, enum log_level, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/*
 * The mailbox failed; what visit keeps of the fault is in it by now. It is
 * told at once where the server has answered another one, else by say_kept.
 */
void say_fault(const struct mailbox_work *, const struct err *);
/*
 * Tells what was kept back, when it is known how far it reaches: all jobs of
 * the profile are over, or the server has answered a mailbox meanwhile.
 */
void say_kept(struct profile_work *, bool over);

#endif
