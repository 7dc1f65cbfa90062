/*
 * health.h - what the SQLite file knows of how well everything is: alerts,
 * rejected logins, the state of every mailbox.
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
	const char *severity;             /* "error", "warning" */
	const char *text;                 /* for a person */
	int64_t first_at, last_at, count; /* the store's */
	int64_t resolved_at;              /* likewise; TIM_NONE: open */
	const char *profile;              /* of a mailbox, or NULL */
};

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
	/* asked for each open alert that was not met: is it over? or NULL */
	bool (*well)(void *arg, const struct store_alert *);
	void *arg;
	bool tell; /* somebody is to be told of what opens or resolves */
};
/* What became so. */
struct store_alert_news {
	struct store_alerts opened, resolved; /* arena_free both */
};
/*
 * Each of met opens an alert, or is counted on the one that is open, which
 * takes its text. Open alerts that were not met and that well calls over are
 * resolved; well NULL: none. All in one transaction; nothing is written when
 * there is nothing to say.
 */
int store_alert_apply(struct store *, const struct store_alert_met *,
    struct store_alert_news *, struct err *);
/*
 * What opened or resolved with tell, in this pass or in earlier ones, until
 * store_alert_told says that it was told: what is open first, errors first,
 * then the oldest.
 */
int store_alert_untold(struct store *, struct store_alerts *out, struct err *);
int store_alert_told(
    struct store *, const struct store_alert *, size_t n, struct err *);
/* It was not told after all. */
int
store_alert_retell(struct store *, const struct store_alert *, struct err *);
/* Those that are open, errors first, then the oldest. */
int store_alert_list(struct store *, struct store_alerts *out, struct err *);
/* Of these the ones about that scope. */
int store_alert_list_of(struct store *, const struct store_scope *,
    struct store_alerts *out, struct err *);

/* --- rejected logins (login.c) ----------------------------------------- */

struct store_login {
	int64_t tries; /* rejected so often */
	int64_t first_at, last_at, retry_at;
	char text[sizeof(((struct err *)0)->msg)];
};

/* What is known of a scope: nothing of its credentials. */
int store_login_get(struct store *, const struct store_scope *, bool *known,
    struct store_login *out, struct err *);
int store_login_put(struct store *, const struct store_scope *,
    const struct store_login *, struct err *);
/*
 * Erases what earlier versions kept of credentials, from the file too (as far
 * as readers of the WAL let it be emptied). Writes nothing where nothing is.
 */
int store_login_clean(struct store *, struct err *);
int
store_login_forget(struct store *, const struct store_scope *, struct err *);
/* All folders of that mailbox; writes nothing where there is none. */
int
store_login_forget_folders(struct store *, const char *address, struct err *);

/* --- what the database could not take (trouble.c) ---------------------- */

/*
 * An alert that somebody was told of, and that need not be in table alert: on
 * a full disk nothing is. path: the database's. Any thread, no store needed.
 */
struct store_trouble {
	char code[32];
	int64_t since; /* or TIM_NONE */
};
/* false: there is none. */
bool store_trouble_get(const char *path, struct store_trouble *out);
/* NULL: it is over. false: it could not be kept. */
bool store_trouble_set(const char *path, const struct store_trouble *);

/* --- mailboxes and the last run (status.c) ----------------------------- */

struct store_box {
	const char *address, *profile, *type, *state;
	const char *last_error;                 /* or NULL */
	int64_t first_at, last_ok_at, retry_at; /* TIM_NONE: none */
	int64_t passes;
	bool incoming;    /* its mail is read, as far as the file knows */
	int64_t failures; /* messages in failure ... */
	int64_t given_up; /* ... of which these are not tried again, and not
			   * moved to Undeliverable either */
	int64_t waiting;  /* ... and these are, the first at next_try */
	int64_t next_try; /* or TIM_NONE */
	/* store_box_days: mail received, by days in UTC */
	int64_t today, yesterday;
	int64_t before;      /* in the 28 days before these */
	int64_t before_days; /* since the first of these with mail, <= 28 */
};

struct store_boxes {
	struct arena arena;
	struct store_box *v; /* in the order of their addresses (strcmp) */
	size_t n;
};

/* Notes since when mailboxes are known that are new. */
int store_box_note(struct store *, struct err *);
/* No pass visits it any more: its incoming status is "disabled" from now on. */
int store_box_leave(struct store *, const char *address, struct err *);
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
	/* of those that are over: how the latest ended; "": there is none */
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
	const char *wanted;        /* as in store_run */
	int64_t started, finished; /* finished TIM_NONE: not yet, or never */
	bool open;                 /* its row says that it is running */
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
 * Passes in a row that were interrupted, of those with one restriction. The
 * row ends with a pass that came to its end, well or not: one with the same
 * restriction, one with none, and for passes over some mailboxes one over a
 * profile.
 */
struct store_interrupted {
	const char *wanted; /* as in store_run */
	int64_t n;          /* > 0 */
	int64_t since;      /* when the first of them began, or TIM_NONE */
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
