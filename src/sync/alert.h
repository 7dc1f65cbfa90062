/*
 * alert.h - the kinds of alerts, and what a person is told of them.
 * Floor: sync.
 * Threads: pure.
 *
 * Scope and code of an alert: when it opens, and when it is over:
 *	profile NAME, login: its login was rejected, or still has to wait
 *	profile NAME, certificate, unreachable, failing, config: the profile was
 *		stopped for that reason, or each of its mailboxes failed with
 *		it. unreachable: no connection was made; failing: a connection
 *		was made, but no mailbox could be read. Over when the server has
 *		accepted the login; unreachable is also over when failing opens,
 *		and the reverse
 *	profile NAME, access, config, login, failing, the server's own code:
 *		two or more of its mailboxes cannot be read for one and the same
 *		cause (bycause.h): one alert, which names them. Over when none
 *		has it any more
 *	profile NAME, empty: it has no mailbox, or none of its mailboxes has a
 *		folder that the key folders names; over when something is read
 *	profile NAME, expires (info, a warning, an error): its client secret or
 *		certificate ends soon, or has ended; over when it was renewed
 *	mailbox ADDRESS, login, access, config, failing: it alone cannot be read
 *		for this cause, and will not be until a person does something
 *	mailbox ADDRESS, the server's own code (ErrorCannotFindUser): the server
 *		answered for it, or for one of its folders, with a code that is
 *		unknown here
 *	mailbox ADDRESS, stale: no good pass for longer than stale_after,
 *		whatever the reason
 *	profile NAME, disabled: mailboxes that failed for one lasting cause for
 *		so long that they are not tried any more (lasting.h)
 *	mailbox ADDRESS, items (a warning): messages that could not be stored
 *		and are not tried again
 *	mailbox ADDRESS, tested (news): exsync --test found that it can be read;
 *		over when a test or a pass finds that it cannot
 *	exsync, store: the database cannot be written
 *	exsync, config: no pass can begin: a CSV file, no mailbox, a file that
 *		the INI names
 *	exsync, interrupted: five passes in a row were ended before they were
 *		done; profile NAME, mailbox ADDRESS: the same for passes
 *		restricted to it. Over when a pass comes to its end
 *		(interrupted.h)
 * A mailbox that has only been told to come back later opens no alert until it
 * is stale.
 */
#ifndef SYNC_ALERT_H
#define SYNC_ALERT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"
#include "store/scope.h"

/* What kind of trouble it is; alert.code in the database. */
enum alert_kind {
	ALERT_LOGIN,
	ALERT_CERTIFICATE,
	ALERT_UNREACHABLE,
	ALERT_FAILING,
	ALERT_CONFIG,
	ALERT_EMPTY,
	ALERT_ACCESS,
	ALERT_STALE,
	ALERT_ITEMS,
	ALERT_DISABLED,
	ALERT_TESTED,
	ALERT_STORE,
	ALERT_DIRECTORY,
	ALERT_INTERRUPTED,
	ALERT_CLOCK,
	ALERT_CONSUMER,
	ALERT_FORGET,
	ALERT_EXPIRES, /* its severity depends on how soon (expires.h) */
	ALERT_ANSWER   /* the code is the server's own word */
};
const char *alert_code(enum alert_kind); /* not of ALERT_ANSWER */
/*
 * Does such an alert about exsync as a whole mean that no pass begins, or that
 * none can be written? The others do not keep mail from being read.
 */
bool alert_stops_passes(const char *code);
enum alert_kind alert_kind(const char *code);
/*
 * "error" or "warning": of the alerts that a pass opens. Others may be "info":
 * news, which change no verdict and no exit status. A pass resolves these only
 * when what they are about is no longer in the INI.
 */
const char *alert_severity(const char *code);
/* Is it trouble, and not news? */
bool alert_is_trouble(const char *severity);

#define ALERT_IN_A_ROW 5 /* interrupted passes that open the alert */

/* An alert that was opened or resolved: what alert_command is told. */
struct alert_text {
	bool resolved;
	struct store_scope scope;
	const char *code, *severity, *text;
	int64_t first_at, last_at, count;
	const char *profile; /* of a mailbox, or NULL */
	const char *owner;   /* of a mailbox: crm_id of its user, or NULL */
	const char *advice;  /* or NULL: that of the code */
};

/*
 * As text: a summary line, an empty line, then "key: value" lines; each is
 * one line of printable UTF-8.
 */
void alert_format(const struct alert_text *, struct buf *out);

/* What it is about: "profile hq: mailbox a@b.example"; returns out. */
char *alert_about(
    const char *profile, const struct store_scope *, char *out, size_t size);
/*
 * The kind of alert for what stopped a profile, or what a mailbox failed with.
 */
enum alert_kind alert_of_profile(const struct err *);
enum alert_kind alert_of_mailbox(const struct err *);
/* What to do about such an alert, as a sentence; returns out. */
char *alert_advice(
    const struct store_scope *, const char *code, char *out, size_t size);
/* advice as it stands, or that of the code when it is NULL; returns out. */
#define ALERT_ADVICE 1024
char *alert_todo(const char *advice, const struct store_scope *,
    const char *code, char *out);

/* How long a mailbox of the profile may go without a good pass, in ms. */
int64_t alert_stale_after(const struct conf_profile *, bool daemon);
/*
 * Is now more than after ms behind the last good pass, or behind first_at when
 * there was none? Not when both are TIM_NONE: the mailbox is new. A time that
 * lies more than after ms ahead is not that of a good pass.
 */
bool alert_is_stale(
    int64_t last_ok_at, int64_t first_at, int64_t after, int64_t now);
/* "3 min", "5 h", "12 days": the greatest unit alone. out: 32 bytes. */
char *alert_span(int64_t ms, char *out);

#endif
