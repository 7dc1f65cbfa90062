/*
 * running.h - what a pass holds while it runs, and a verification likewise:
 * the profiles that it has opened, their crews, a job for each mailbox.
 * Floor: sync, internal.
 * Threads: the thread that runs the pass.
 *
 * Order of calls: running_init; the caller fills in party and plan;
 * running_open, running_start, running_wait, running_end; running_free in every
 * case.
 */
#ifndef SYNC_RUNNING_H
#define SYNC_RUNNING_H

#include "sync/work.h"

struct underway;

struct running {
	const struct pass *pass;
	struct party_list party;
	char *people;    /* why a list of them does not count; or NULL */
	char *forgotten; /* forgetting_begin's trouble, or NULL */
	struct party_dir *dir;
	struct plan plan;
	int64_t retain_from;          /* as in struct match */
	struct profile_work *profile; /* as many as conf has */
	struct mailbox_work *mailbox; /* as many as plan has */
	struct tally tally;
	struct budget *budget;
	struct underway *underway; /* or NULL */
	struct logins *logins;
	bool stopped; /* before its jobs were done */
};

void running_init(struct running *, const struct pass *);
/*
 * Opens the profiles that have mailboxes. Nothing is contacted, but settings
 * that can never work are found here.
 */
int running_open(struct running *, struct err *);
/*
 * Starts the mailboxes' jobs: from here on the servers are contacted. begin
 * sets job.run of each, before it runs. cut_before: see turn_first.
 */
void running_start(struct running *, bool cut_before,
    void (*begin)(struct mailbox_work *, void *arg), void *arg);
/* Waits for all jobs; meanwhile pass->tick is called. */
void running_wait(struct running *);
/* All jobs are over: brings the logins up to date. */
int running_end(struct running *, struct err *);
void running_free(struct running *);

#endif
