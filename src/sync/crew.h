/*
 * crew.h - the worker threads of one profile. The only place that creates
 * threads.
 * Floor: sync.
 * Threads: every function may be called from any thread.
 *
 * Two kinds of jobs: mailboxes, and batches of a mailbox. A thread that runs
 * a mailbox holds that mailbox's session, so it helps with the batches of its
 * own mailbox only; threads without a mailbox take any batch, before they
 * take another mailbox. That way a profile never has more connections open
 * than its crew has threads.
 *
 * What a batch brought is written by threads that do nothing else, so that the
 * connection that brought it is asked on meanwhile.
 */
#ifndef SYNC_CREW_H
#define SYNC_CREW_H

#include <stdbool.h>
#include <stdint.h>

struct crew;
struct crew_group;

struct job {
	/* own: run by the thread that waits for the group. */
	void (*run)(struct job *, bool own);
	struct crew_group *group;
	struct job *next;
};

/* Jobs that are waited for together. Zeroed is empty; caller-owned. */
struct crew_group {
	struct job *head, *tail; /* not begun */
	int pending;             /* not finished */
	struct crew_group *next; /* list of groups with jobs not begun */
};

struct crew *crew_open(int threads);
/* Waits for everything, ends the threads. NULL is fine. */
void crew_close(struct crew *);
/* Without the threads that write. */
int crew_size(const struct crew *);

/*
 * Adds a mailbox job, which runs when a thread is free, after those that wait
 * already. A job may add itself again at its end.
 */
void crew_add(struct crew *, struct job *);
/* Does a mailbox job wait for a thread? */
bool crew_waiting(struct crew *);
/* Waits until all mailbox jobs are done, or ms have passed: then false. */
bool crew_wait(struct crew *, int64_t ms);

/* A batch job of a group. */
void crew_batch(struct crew *, struct crew_group *, struct job *);
/*
 * A job of the group that writes, for a thread that is free for it. false: all
 * of them are busy, so the caller runs it, and is kept from asking for more
 * than can be written.
 */
bool crew_write(struct crew *, struct crew_group *, struct job *);
/* Runs the group's batches that have not begun, then waits for the rest. */
void crew_finish(struct crew *, struct crew_group *);

#endif
