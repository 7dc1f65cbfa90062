/*
 * status.h - exsync --status: the state of all mailboxes, as the database has
 * it. Contacts no server and writes nothing.
 * Floor: cmd.
 * Threads: the main thread.
 *
 * --json prints one object. Its names are stable; new ones may be added:
 *	now, database, state (ok, trouble, down), exit_status
 *	mail_waiting, next_try: how many messages in failure are tried again,
 *		and when the first of them is
 *	mail_given_up: how many messages in failure are not tried again
 *	mail_anew: how many messages that were left out are to be decided anew,
 *		since people of the CRM or settings have changed; no trouble
 *	forgotten: how many addresses exsync was told to forget; forgotten_rows:
 *		how many rows of people name one of them, and are ignored
 *	forgetting: an exsync --forget has not ended: it is at work, or was
 *		interrupted
 *	running: a pass is at work
 *	cut_off: the latest pass has no end, and none is at work: it was killed,
 *		or the machine went down
 *	silent: no pass has come for three times as long as one is expected
 *		(silence.h)
 *	reason: what is likely behind these two, and what to do; or null
 *	passes_interrupted: how many passes in a row were interrupted; counted
 *		for each restriction (--mailbox, --profile), the highest number
 *	last_run: null, or started, finished, outcome (interrupted if cut_off),
 *		mailboxes, mailboxes_failed, emails, skipped, failed
 *	profiles[]: name, state, mailboxes, well, failing, last_ok_at,
 *		last_pass_at (the latest pass over it, good or not),
 *		expected_seconds (from one pass to the next, or null), silent,
 *		mail_today, mail_yesterday, mail_usual
 *	mailboxes[], worst first: address, profile, type, state, last_ok_at,
 *		age_seconds, stale, stale_after_seconds, retry_at, last_error,
 *		mail_today, mail_yesterday, mail_usual, failures, given_up,
 *		waiting, anew
 *	alerts[], errors first: scope, profile (of a mailbox, or null), code,
 *		severity (error, warning), text, advice, first_at, last_at,
 *		count, owner (of a mailbox: crm_id of its user, or null)
 *	news[]: the same, with severity info: no trouble, which counts nowhere
 * Times are UTC text or null, as in the database; days are days in UTC.
 * mail_usual is the mean of the 28 days before yesterday, or null.
 */
#ifndef CMD_STATUS_H
#define CMD_STATUS_H

#include <stdio.h>

#include "conf/conf.h"
#include "store/health.h"
#include "sync/forgetting.h"
#include "sync/silence.h"

/* A mailbox's or profile's state, the worst first. */
enum status_is {
	STATUS_STALE,   /* no good pass for longer than stale_after */
	STATUS_FAILING, /* the last pass over it failed */
	STATUS_WAITING, /* for approval */
	/* no pass has visited it yet; a profile: it has no mailbox */
	STATUS_NEW,
	STATUS_OK,
	STATUS_OFF /* disabled */
};

struct status_mail {
	int64_t today, yesterday;
	double usual; /* < 0: not known */
};

struct status_box {
	enum status_is is;
	const char *address, *profile, *type; /* borrowed */
	const char *last_error;               /* or NULL */
	int64_t last_ok_at, retry_at;         /* or TIM_NONE */
	int64_t stale_after;                  /* ms */
	struct status_mail mail;
	/* as in store_box */
	int64_t failures, given_up, waiting, next_try, anew;
	bool told;   /* an open alert, its own or its profile's, says why */
	bool shared; /* its profile's, with others that have the same cause */
};

struct status_profile {
	enum status_is is;
	const char *name;
	size_t mailboxes, well, failing; /* failing counts stale ones too */
	int64_t last_ok_at;              /* the latest */
	struct status_mail mail;
	struct silence silence;
	bool told; /* an alert says why none of its mailboxes is read */
};

struct status {
	int64_t now;
	const char *database;
	struct store_last_run run;
	struct store_interrupted cut;   /* the longest row; n 0: none */
	struct status_profile *profile; /* in the order of the INI */
	size_t nprofile;
	struct status_box *box; /* worst first */
	size_t nbox;
	/* open: nalert errors and warnings, then nnews infos */
	const struct store_alert *alert;
	size_t nalert, nnews;
	const struct store_cause *cause; /* mailboxes that cannot be read */
	size_t ncause;
	size_t off_plan; /* mailboxes that the INI no longer reads */
	int64_t expired; /* mails that retention_days has removed so far */
	bool silent;     /* so is a profile */
	int exit;        /* the exit status */
	/* of the mailboxes that are read */
	int64_t waiting, given_up, next_try, anew;
	struct forgetting_state forgotten;
};

/*
 * Sorts the boxes, and fills in the profiles (but name and silence), told,
 * waiting, given_up, next_try, anew, silent and exit:
 * 3: every mailbox that should be read fails or is stale;
 * 1: else, when some do, an alert is open, mail is in failure, the latest pass
 *	that has ended was not good or no pass has ended yet, the latest was cut
 *	off, passes have stopped coming, or ALERT_IN_A_ROW passes in a row were
 *	interrupted;
 * 0: else, all is well.
 */
void status_judge(struct status *);
const char *status_name(enum status_is);
/*
 * Why a pass was cut off or none comes, and what to do, in sentences; NULL: it
 * is not so. Else out, which has STATUS_REASON bytes. Of a judged status.
 */
#define STATUS_REASON 1024
char *status_reason(const struct status *, char *out); /* statusreason.c */

void status_text(const struct status *, FILE *); /* statustext.c */
void status_json(const struct status *, FILE *); /* statusjson.c */

#endif
