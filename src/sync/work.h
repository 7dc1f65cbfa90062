/*
 * work.h - what the files of sync/ share about a pass that runs.
 * Floor: sync, internal.
 * Threads: as each member says.
 */
#ifndef SYNC_WORK_H
#define SYNC_WORK_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/match.h"
#include "sync/budget.h"
#include "sync/crew.h"
#include "sync/gate.h"
#include "sync/passarg.h"
#include "sync/plan.h"

struct say; /* say.h */

/* One profile in this pass. Shared by its threads, read-only but gate. */
struct profile_work {
	const struct pass *pass;
	const struct conf_profile *conf;
	/* borrowed from the pass's servers */
	const struct provider_ops *ops;
	struct provider *provider;
	struct gate *gate;
	struct crew *crew;
	struct tally *tally;
	const struct plan *plan;
	struct budget *budget;
	struct underway *underway; /* NULL in a dry run */
	struct say *say;
	bool cut_before;          /* the passes before were cut off */
	struct logins *logins;    /* login.h; of the whole pass */
	struct login *login;      /* its own; NULL: none */
	struct login *proxy;      /* on the way to the server; NULL: none */
	bool login_known;         /* it was rejected before */
	bool proxy_known;         /* so was the proxy's login */
	atomic_bool login_kept;   /* its rejection is in the store */
	atomic_bool own_accepted; /* a mailbox's own login works */
	/*
	 * Only with the key folders. looked: a mailbox listed its folders;
	 * reads: one of them, of this mailbox or another, is read.
	 */
	atomic_bool looked, reads;
	atomic_int folders; /* that are being read now */
};

/* How a mailbox came out of the pass. */
enum visit_end {
	VISIT_NONE, /* not reached: interrupted, or the profile stopped */
	VISIT_OK,
	VISIT_FAILED,  /* why is in fault */
	VISIT_LATER,   /* left alone until its retry_at */
	VISIT_OFF,     /* disabled, or waits for approval */
	VISIT_GIVEN_UP /* disabled for what failed for too long (lasting.h) */
};

/* The counts of the pass. Any thread, under lock. */
struct tally {
	pthread_mutex_t lock;
	struct pass_counts count;
};

struct visit;
struct underway;

/* One mailbox in this pass. */
struct mailbox_work {
	struct job job;
	struct profile_work *profile;
	struct conf_mailbox conf; /* borrows its strings */
	const char *crm_id;       /* or NULL */
	enum permit_is permit;
	const char *lacks, *lacks_code; /* of plan_entry, for access.h */
	struct match match;             /* read-only once the job runs */
	struct gate_login login;
	struct session *session; /* of the thread that runs the job */
	int64_t told_at;         /* tim_now when its folders were listed */
	int64_t *sent; /* store_folder.id of those that select_is_sent names */
	size_t nsent;  /* both read-only while folders are read */
	enum visit_end end;
	struct err *fault; /* VISIT_FAILED; pass_run frees */
	bool failing;      /* it may have failed before this pass */
	/* turn.h */
	int64_t turn_ends; /* tim_mono */
	atomic_bool turn_moved, turn_over;
	int reconsidered;    /* items so far (reconsider.h) */
	bool turn_last;      /* it has let the others go first */
	struct visit *visit; /* visit.c's, over all turns */
	void *own;           /* verify.c's */
};

/* One folder that is being read. Several of a mailbox may be. */
struct reading {
	struct mailbox_work *mailbox;
	struct session *session;    /* of the thread that reads the folder */
	atomic_llong entered, left; /* as in store_count; any thread */
};

void tally_add(struct tally *, const struct store_count *, int64_t seen);
/* What a mailbox counts as. */
enum tally_as { TALLY_OK, TALLY_FAILED, TALLY_INTERRUPTED };
void tally_mailbox(struct tally *, enum tally_as);
void tally_usage(struct tally *, int64_t requests, int64_t bytes);
void tally_get(struct tally *, struct pass_counts *);

#endif
