/*
 * passarg.h - what a pass is given, and what it counts (pass.h).
 * Floor: sync.
 * Threads: read-only while the pass runs.
 */
#ifndef SYNC_PASSARG_H
#define SYNC_PASSARG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "core/keep.h"
#include "core/permit.h"
#include "core/provider.h"
#include "store/store.h"
#include "sync/plan.h"

/* What has been done so far; all counters only grow. */
struct pass_counts {
	int64_t mailboxes, mailboxes_done, mailboxes_failed;
	/* not read, or not to the end, for the pass was ended: none failed */
	int64_t mailboxes_interrupted;
	int64_t seen; /* items looked at: new or changed */
	struct store_count store;
	int64_t requests, bytes;
	int64_t expired; /* mails that were removed, being too old */
};

struct alert_text; /* sync/alert.h */
struct servers;    /* sync/servers.h */
struct forgotten;  /* core/forgotten.h */

struct pass {
	const struct conf *conf;
	struct store *store;
	struct servers *servers; /* of conf; borrowed, kept for the next pass */
	/* whom nobody may bring back; NULL: nobody. Borrowed */
	const struct forgotten *forgotten;
	/* what was said about mailboxes; NULL: nothing. Borrowed */
	const struct permit_list *permits;
	/*
	 * Called before begin, with what is to be noted of mailboxes: that is
	 * added to the list. May be NULL. -1: it is not noted.
	 */
	int (*note)(void *arg, const struct permit *, size_t n, struct err *);
	void *note_arg;
	bool dry_run;           /* decide, write nothing */
	struct store_want want; /* what it is restricted to */
	/*
	 * Called once the CSV files are read, before any thread is started
	 * and anything is contacted; may be NULL.
	 */
	void (*begin)(void *arg);
	void *begin_arg;
	/* Called about four times a second; may be NULL. */
	void (*tick)(void *arg, const struct pass_counts *);
	void *tick_arg;
	bool daemon; /* a pass runs at each polling_interval */
	/*
	 * Called when an alert was opened or resolved, on the thread of tick;
	 * may be NULL. -1: the alert could not be passed on, and is reported
	 * again in the next pass.
	 */
	int (*alert)(void *arg, const struct alert_text *);
	void *alert_arg;
	struct keep keep; /* for KEEP_LOGINS */
};

#endif
