/*
 * alert.h - the kinds of alerts, and what a person is told of them.
 * Floor: sync.
 * Threads: pure.
 *
 * scope, code: when it is met, and when it is over
 *	profile NAME, login: its login was rejected, or still has to wait
 *	profile NAME, certificate, unreachable, failing, config: it was
 *		stopped for that, or it is so of each of its mailboxes: no
 *		connection came about (unreachable), or it did and no mailbox
 *		could be read (failing); over when the server has accepted the
 *		login, and one of these two when it is the other
 *	profile NAME, empty: it has no mailbox, or none of its mailboxes has
 *		a folder that folders names; over when something is read
 *	mailbox ADDRESS, login, access, config, failing: it cannot be read, and
 *		will not be until a person does something
 *	mailbox ADDRESS, the server's own code (ErrorCannotFindUser): of it, or
 *		of a folder of it, the server says what nobody here knows
 *	mailbox ADDRESS, stale: no good pass for longer than stale_after,
 *		whatever the reason
 *	mailbox ADDRESS, items (a warning): messages that could not be stored
 *		and are not tried again
 *	exsync, store: the database cannot be written
 *	exsync, config: no pass can begin: a CSV file, no mailbox
 *	exsync, interrupted: five passes in a row were ended before they were
 *		done; profile NAME, mailbox ADDRESS: so were those restricted
 *		to it; over when one comes to its end (interrupted.h)
 * A mailbox that is only asked to come back later is no alert until it is
 * stale.
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
	ALERT_STORE,
	ALERT_INTERRUPTED,
	ALERT_ANSWER /* the code is the server's own word */
};
const char *alert_code(enum alert_kind); /* not of ALERT_ANSWER */
enum alert_kind alert_kind(const char *code);

#define ALERT_IN_A_ROW 5 /* passes that were interrupted */

/* An alert that was opened or resolved: what alert_command is told. */
struct alert_text {
	bool resolved;
	struct store_scope scope;
	const char *code, *severity, *text;
	int64_t first_at, last_at, count;
	const char *profile; /* of a mailbox, or NULL */
};

/*
 * As text: a summary line, an empty line, then "key: value" lines; each is
 * one line of printable UTF-8.
 */
void alert_format(const struct alert_text *, struct buf *out);

/* What it is about: "profile hq: mailbox a@b.example"; returns out. */
char *alert_about(
    const char *profile, const struct store_scope *, char *out, size_t size);
/* What stopped a profile, or what a mailbox failed with. */
enum alert_kind alert_of_profile(const struct err *);
enum alert_kind alert_of_mailbox(const struct err *);
/* What to do about such an alert, as a sentence; returns out. */
char *alert_advice(
    const struct store_scope *, const char *code, char *out, size_t size);

/* How long a mailbox of the profile may go without a good pass, in ms. */
int64_t alert_stale_after(const struct conf_profile *, bool daemon);
/*
 * Is now longer than that after the last good pass, or after first_at when
 * there was none? Both TIM_NONE: it is new. A time as far ahead as that is
 * none of a good pass.
 */
bool alert_is_stale(
    int64_t last_ok_at, int64_t first_at, int64_t after, int64_t now);
/* "3 min", "5 h", "12 days": the greatest unit alone. out: 32 bytes. */
char *alert_span(int64_t ms, char *out);

#endif
