/*
 * say.h - what the log is told of mailboxes: each line names profile and
 * mailbox, and a fault that many of a profile share is one line.
 * Floor: sync, internal.
 * Threads: any; say_kept by the thread that runs the pass.
 */
#ifndef SYNC_SAY_H
#define SYNC_SAY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/log.h"

struct mailbox_work;
struct profile_work;

/* What of a profile is not told yet. */
struct say {
	pthread_mutex_t lock;
	const struct mailbox_work **kept; /* their fault is in them */
	size_t n;
	size_t stopped; /* mailboxes that the stopped gate kept from reading */
	const struct mailbox_work *example; /* one of these */
	bool fatal;                         /* the store's trouble was told */
};

void say_init(struct say *);
void say_free(struct say *);

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
