/*
 * health.h - what the SQLite file says about the state of the system: alerts,
 * rejected logins, the state of every mailbox, interrupted passes.
 * Floor: store.
 * Threads, errors: as in store.h. In a read-only store nothing is written
 * and every call succeeds.
 */
#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

#include "store/scope.h"
#include "store/store.h"

/* --- alerts (alert.c) -------------------------------------------------- */

struct store_alert {
	struct store_scope scope;
	const char *code;                 /* "login", "stale", ... */
	const char *severity;             /* "error", "warning", "info" */
	const char *text;                 /* for a person */
	int64_t first_at, last_at, count; /* set by the store */
	int64_t resolved_at;              /* likewise; TIM_NONE: open */
	const char *profile;              /* of a mailbox, or NULL */
	const char *owner;  /* of a mailbox: its user's crm_id; or NULL */
	const char *advice; /* what to do; NULL: met: as it was */
	/*
	 * Met: nothing new was seen of it in this pass. It opens when it is not
	 * open, and its text is taken over, but it is not counted.
	 */
	bool uncounted;
};

/* A mailbox that cannot be read until a person does something (cause.c). */
struct store_cause {
	const char *address;
	const char *code;   /* as alert.code */
	const char *cause;  /* equal for those of one fault; "": unknown */
	const char *text;   /* what happened */
	const char *advice; /* or NULL */
	bool shared;        /* its profile's alert tells of it, not its own */
	bool over;          /* to be written: it has none any more */
};

struct store_causes {
	struct arena arena;
	struct store_cause *v; /* in the order of their addresses (strcmp) */
	size_t n;
};

/* free: arena_free. */
int store_cause_list(struct store *, struct store_causes *out, struct err *);
/* Has the mailbox one? */
int
store_cause_of(struct store *, const char *address, bool *known, struct err *);

struct store_alerts {
	struct arena arena;
	struct store_alert *v;
	size_t n;
};

/* What a pass has met. */
struct store_alert_met {
	/* no two with the same scope and code; count and times are ignored */
	const struct store_alert *v;
	size_t n;
	/*
	 * Called for each open alert that was not met: is it over? or NULL. It
	 * may set the text, to what is told of the end.
	 */
	bool (*well)(void *arg, struct store_alert *);
	void *arg;
	bool tell; /* somebody must be told which alerts open or resolve */
	/* the causes that changed, which are written with the alerts */
	const struct store_cause *cause;
	size_t ncause;
};
/* Which alerts this pass opened and resolved. */
struct store_alert_news {
	struct store_alerts opened, resolved; /* arena_free both */
};
/*
 * Each alert in met opens one, or is counted on the one that is open already,
 * which takes over its text, severity, owner and advice. An open alert that was
 * not met is resolved when well returns true for it (never if well is NULL).
 * All in one transaction; nothing is written when nothing was met or resolved,
 * or changed.
 */
int store_alert_apply(struct store *, const struct store_alert_met *,
    struct store_alert_news *, struct err *);
/*
 * The alerts that opened or resolved with tell, in this pass or an earlier one,
 * and were not passed to store_alert_told since. Order: open ones first, then
 * errors, then the oldest.
 */
int store_alert_untold(struct store *, struct store_alerts *out, struct err *);
int store_alert_told(
    struct store *, const struct store_alert *, size_t n, struct err *);
/* The alert was not told after all: store_alert_untold lists it again. */
int
store_alert_retell(struct store *, const struct store_alert *, struct err *);
/* The open alerts: errors, warnings, infos; of each the oldest first. */
int store_alert_list(struct store *, struct store_alerts *out, struct err *);

/* --- rejected logins (login.c) ----------------------------------------- */

struct store_login {
	int64_t tries; /* how often the login was rejected */
	int64_t first_at, last_at, retry_at;
	char text[sizeof(((struct err *)0)->msg)];
};

/* What is known of the login of a scope. No credentials are stored. */
int store_login_get(struct store *, const struct store_scope *, bool *known,
    struct store_login *out, struct err *);
int store_login_put(struct store *, const struct store_scope *,
    const struct store_login *, struct err *);
/*
 * Erases the hashes of credentials that earlier versions stored, also from the
 * freed pages of the file (as far as readers let the WAL be emptied). Writes
 * nothing when there are none.
 */
int store_login_clean(struct store *, struct err *);
int
store_login_forget(struct store *, const struct store_scope *, struct err *);
/* For all folders of that mailbox; writes nothing when there is no row. */
int
store_login_forget_folders(struct store *, const char *address, struct err *);

/* --- what the database could not store (trouble.c) --------------------- */

/*
 * An alert that somebody was told of although the database could not store it:
 * on a full disk nothing can be written. path: the database's. Any thread, no
 * store needed.
 */
struct store_trouble {
	char code[32];
	int64_t since; /* or TIM_NONE */
};
/* false: there is none. */
bool store_trouble_get(const char *path, struct store_trouble *out);
/* NULL: the trouble is over. false: it could not be written. */
bool store_trouble_set(const char *path, const struct store_trouble *);

/* --- mailboxes and the last run (status.c) ----------------------------- */

struct store_box {
	const char *address, *profile, *type, *state;
	const char *crm_id;                     /* of its user, or NULL */
	const char *last_error;                 /* or NULL */
	int64_t first_at, last_ok_at, retry_at; /* TIM_NONE: none */
	int64_t passes;
	bool incoming;    /* its mail is read, as far as the file knows */
	bool off;         /* disabled, because it was given up (lasting.h) */
	int64_t failures; /* messages in failure */
	/* those that are not tried again and were not moved to Undeliverable */
	int64_t given_up;
	int64_t waiting; /* those that are tried again, the first at next_try */
	int64_t next_try; /* or TIM_NONE */
	int64_t anew;     /* left out, and to be decided anew (reconsider.h) */
	/* store_box_days: mail received, by days in UTC */
	int64_t today, yesterday;
	int64_t before;      /* in the 28 days before yesterday */
	int64_t before_days; /* how many of them, from the first with mail on */
};

struct store_boxes {
	struct arena arena;
	struct store_box *v; /* in the order of their addresses (strcmp) */
	size_t n;
};

/* Stores for each new mailbox since when it is known. */
int store_box_note(struct store *, struct err *);
/* No pass visits the mailbox any more: sets its incoming status "disabled". */
int store_box_leave(struct store *, const char *address, struct err *);
/*
 * Every row of table mailbox, but of each only address, state and off are set:
 * it reads no other table as a whole. store_box_free frees.
 */
int store_box_states(struct store *, struct store_boxes *out, struct err *);
/* Every row of table mailbox; store_box_free frees. */
int store_box_list(struct store *, struct store_boxes *out, struct err *);
void store_box_free(struct store_boxes *);
/* Fills in the mail by days. */
int
store_box_days(struct store *, struct store_boxes *, int64_t now, struct err *);
/* By address, or NULL. */
struct store_box *store_box_find(const struct store_boxes *, const char *);

/*
 * Is a pass at work on the database? Asking disturbs nobody, and needs no
 * other right than to read it.
 */
enum store_atwork {
	STORE_ATWORK_UNKNOWN, /* the file system or the kernel does not say */
	STORE_IDLE,
	STORE_AT_WORK
};
enum store_atwork store_at_work(struct store *); /* atwork.c */

struct store_last_run {
	bool known;
	int64_t id;
	int64_t started, finished; /* finished TIM_NONE: not yet, or never */
	int64_t mailboxes, failed_mailboxes, emails, skipped, failed;
	char outcome[16];
	/* the outcome of the latest run that is over; "": there is none */
	char ended[16];
	/*
	 * What is behind the outcome "running": a pass that is at work, as far
	 * as one can know; or none, for it was killed or the machine went down.
	 */
	bool running, cut_off;
};
/*
 * The latest row of table run, and what is to be said of those before it. Takes
 * no pass that begins or ends at that moment for one that was cut off.
 */
int store_last_run(struct store *, struct store_last_run *out, struct err *);

/* --- the latest passes (passes.c) -------------------------------------- */

struct store_pass {
	struct store_wanted wanted; /* the restriction */
	int64_t started, finished;  /* finished TIM_NONE: not yet, or never */
	bool open;                  /* its row says that it is running */
};
struct store_passes {
	struct arena arena;
	struct store_pass *v; /* the latest first */
	size_t n;
};
/* The latest rows of table run, max at most. free: arena_free. */
int store_pass_list(
    struct store *, size_t max, struct store_passes *out, struct err *);

/* --- passes that were interrupted (interrupted.c) ---------------------- */

/*
 * How many passes with the same restriction were interrupted in a row. The row
 * is broken by a pass that came to its end, whatever its outcome, if it had the
 * same restriction or none, or if these are passes over some mailboxes and it
 * was one over a profile.
 */
struct store_interrupted {
	struct store_wanted wanted; /* the restriction */
	int64_t n;                  /* > 0 */
	int64_t since; /* when the first of them began, or TIM_NONE */
};
struct store_interrupteds {
	struct arena arena;
	struct store_interrupted *v; /* the latest restriction first */
	size_t n;
};
/*
 * One for each restriction, of the passes that are over; the one that says that
 * it is running is so if cut_off. free: arena_free.
 */
int store_interrupted_list(
    struct store *, bool cut_off, struct store_interrupteds *out, struct err *);

#endif
