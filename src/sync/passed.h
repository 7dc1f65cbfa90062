/*
 * passed.h - a pass whose jobs are over, for the files that look back on it.
 * Floor: sync, internal.
 * Threads: the thread that runs the pass.
 */
#ifndef SYNC_PASSED_H
#define SYNC_PASSED_H

#include "sync/work.h"

/* A pass whose jobs are over. */
struct passed {
	const struct pass *pass;
	/* In the order of pass->conf; zeroed if the profile has no mailbox. */
	const struct profile_work *profile;
	const struct mailbox_work *mailbox;
	size_t nmailbox;
	bool stopped;          /* it was ended before its jobs were done */
	const char *people;    /* people_load's trouble, or NULL */
	const char *forgotten; /* forgetting_begin's, or NULL */
	const struct retention *retention; /* or NULL */
};

#endif
