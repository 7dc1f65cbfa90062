/*
 * alert.c - the kinds of alerts, and what a person is told of them.
 * 1. A text does not change from pass to pass while its cause stays the same:
 *    an alert that is met again is the same row.
 * 2. Every line is printable: names and the server's words are made so here.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "sync/alert.h"
#include "sync/gate.h"

#define LINE 1024

#define UNKNOWN                                                                \
	"exsync does not know this answer: it waits longer each time, up to "  \
	"24 h; exsync --once --mailbox ADDRESS tries it at once; report it "   \
	"with the code, the text and the server's version"

#define UNKNOWN_MANY                                                           \
	"exsync does not know this answer: it waits longer each time, up to "  \
	"24 h; report it with the code, the text and the server's version"

#define REACHED                                                                \
	"the text says how the server answers: look at it, and at what "       \
	"stands in front of it (proxy, firewall, load balancer); each pass "   \
	"tries it again"

static const struct {
	const char *code, *advice;
} kinds[] = {
	[ALERT_LOGIN] = { "login",
	    "correct username and password in the INI, or unlock the "
	    "account; a changed login is tried in the next pass, the "
	    "same one only when its wait is over" },
	[ALERT_CERTIFICATE] = { "certificate",
	    "look at the server's certificate: renew it, set "
	    "ca_file to its authority, or tls_pin to it" },
	[ALERT_UNREACHABLE] = { "unreachable",
	    "check that the server runs and that server, proxy "
	    "and firewall let exsync reach it" },
	[ALERT_CONFIG] = { "config",
	    "correct what the text names, then run exsync --check; "
	    "the next pass tries it again" },
	[ALERT_EMPTY] = { "empty",
	    "correct what the text names: folders, domains or the "
	    "CRM's users; exsync --once --dry-run shows the effect" },
	[ALERT_ACCESS] = { "access",
	    "give the account its right to this mailbox, then run "
	    "exsync --once --mailbox ADDRESS" },
	[ALERT_FAILING] = { "failing",
	    "read the text; exsync --once --mailbox ADDRESS tries it "
	    "at once" },
	[ALERT_STALE] = { "stale",
	    "exsync --once --mailbox ADDRESS tries it at once and says "
	    "what is wrong; if all are stale look whether exsync is "
	    "still started at all" },
	[ALERT_DISABLED] = { "disabled",
	    "repair what the other alerts name, then run exsync --test: it "
	    "enables the mailboxes that can be read again" },
	[ALERT_TESTED] = { "tested", "nothing is to be done" },
	[ALERT_ITEMS] = { "items",
	    "look at table failure; the messages are in the mailbox, "
	    "only not in the database; exsync --resync ADDRESS tries "
	    "them again" },
	[ALERT_INTERRUPTED] = { "interrupted",
	    "raise the scheduler's time limit for a pass (systemd: "
	    "TimeoutStartSec, RuntimeMaxSec), and look for what else ends "
	    "exsync: a restart, a lack of memory (journalctl -k), somebody's "
	    "kill; what was read is kept, each pass goes on from there" },
	[ALERT_DIRECTORY] = { "directory",
	    "look at that list of people and at what writes it; once the list "
	    "is whole again nothing else is to be done, no mail was skipped "
	    "for good" },
	[ALERT_CLOCK] = { "clock",
	    "correct the machine's clock; if it is right nothing is to be "
	    "done: the next new mail shows it" },
	[ALERT_FORGET] = { "forget",
	    "run exsync --forget again, with the address that it was about: "
	    "it does what is left" },
	[ALERT_EXPIRES] = { "expires",
	    "make a new one in Entra (App registrations > the app > "
	    "Certificates & secrets) while the old one is still valid, put it "
	    "into the file that the INI names, and its end into "
	    "secret_expires" },
	[ALERT_CONSUMER] = { "consumer",
	    "let the CRM set consumer.acked_seq to what it has imported; if "
	    "nobody reads by that name any more delete its row from table "
	    "consumer" },
	[ALERT_STORE] = { "store",
	    "free space on the disk, or do what the text says; no mail "
	    "is lost, the next pass goes on" },
};

const char *
alert_code(enum alert_kind kind)
{
	return kinds[kind].code;
}

enum alert_kind
alert_kind(const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].code, code) == 0)
			return (enum alert_kind)i;
	}
	return ALERT_ANSWER;
}

bool
alert_stops_passes(const char *code)
{
	enum alert_kind kind = alert_kind(code);

	return kind != ALERT_INTERRUPTED && kind != ALERT_DIRECTORY &&
	       kind != ALERT_CLOCK && kind != ALERT_CONSUMER &&
	       kind != ALERT_FORGET && kind != ALERT_EXPIRES;
}

const char *
alert_severity(const char *code)
{
	enum alert_kind kind = alert_kind(code);

	return kind == ALERT_ITEMS || kind == ALERT_CLOCK ||
		       kind == ALERT_CONSUMER
		   ? "warning"
		   : "error";
}

/* The word ADDRESS stands for the mailbox's address. */
static const char *
advice_for(const struct store_scope *scope, enum alert_kind kind)
{
	bool mailbox = scope->kind == OF_MAILBOX;

	if (kind == ALERT_ANSWER)
		return mailbox                     ? UNKNOWN
		       : scope->kind == OF_PROFILE ? UNKNOWN_MANY
						   : "read the text";
	/* --check asks no server, and the mailbox's wait may be long */
	if (kind == ALERT_CONFIG && mailbox)
		return "correct what the text names; exsync --once "
		       "--mailbox ADDRESS tries it at once";
	if (kind == ALERT_FAILING && !mailbox)
		return REACHED;
	return kinds[kind].advice;
}

char *
alert_advice(
    const struct store_scope *scope, const char *code, char *out, size_t size)
{
	const char *advice = advice_for(scope, alert_kind(code));
	const char *at = strstr(advice, "ADDRESS");

	if (at == NULL)
		snprintf(out, size, "%s", advice);
	else
		snprintf(out, size, "%.*s%s%s", (int)(at - advice), advice,
		    str_nn(scope->name), at + 7);
	return out;
}

char *
alert_todo(const char *advice, const struct store_scope *scope,
    const char *code, char *out)
{
	if (advice == NULL)
		return alert_advice(scope, code, out, ALERT_ADVICE);
	snprintf(out, ALERT_ADVICE, "%s", advice);
	return out;
}

bool
alert_is_trouble(const char *severity)
{
	return strcmp(severity, "info") != 0;
}

char *
alert_about(const char *profile, const struct store_scope *scope, char *out,
    size_t size)
{
	char text[STORE_SCOPE_TEXT];

	store_scope_text(scope, text);
	if (profile == NULL)
		snprintf(out, size, "%s", text);
	else
		snprintf(out, size, "profile %s: %s", profile, text);
	return out;
}

enum alert_kind
alert_of_profile(const struct err *e)
{
	if (err_is_login(e))
		return ALERT_LOGIN;
	if (e->cause == CAUSE_CERTIFICATE)
		return ALERT_CERTIFICATE;
	if (e->kind != ERR_RETRY)
		return ALERT_CONFIG;
	/* Unreachable means that no connection to the server was made. */
	return e->cause == CAUSE_NETWORK ? ALERT_UNREACHABLE : ALERT_FAILING;
}

enum alert_kind
alert_of_mailbox(const struct err *e)
{
	if (err_is_login(e))
		return ALERT_LOGIN;
	switch (e->kind) {
	case ERR_AUTH:
		return ALERT_ACCESS;
	case ERR_CONFIG:
		return ALERT_CONFIG;
	case ERR_UNKNOWN:
		return ALERT_ANSWER;
	default:
		return ALERT_FAILING;
	}
}

int64_t
alert_stale_after(const struct conf_profile *p, bool daemon)
{
	if (p->stale_after > 0)
		return p->stale_after;
	if (daemon)
		return (int64_t)3 * p->polling_interval * 60000;
	return (int64_t)24 * 3600000;
}

bool
alert_is_stale(int64_t last_ok_at, int64_t first_at, int64_t after, int64_t now)
{
	int64_t since = last_ok_at != TIM_NONE ? last_ok_at : first_at;

	/*
	 * A time far ahead was written with a wrong clock and proves nothing.
	 */
	return since != TIM_NONE &&
	       (now - since > after || since - now > after);
}

char *
alert_span(int64_t ms, char *out)
{
	static const struct {
		int64_t from, ms;
		const char *name;
	} unit[] = {
		{ INT64_C(48) * 3600000, 86400000, "days" },
		{ 7200000, 3600000, "h" },
		{ 60000, 60000, "min" },
		{ 0, 1000, "s" },
	};
	size_t i = 0;

	if (ms < 0)
		ms = 0;
	while (ms < unit[i].from)
		i++;
	snprintf(
	    out, 32, "%lld %s", (long long)(ms / unit[i].ms), unit[i].name);
	return out;
}

/* --- the text ---------------------------------------------------------- */

static void
add_line(struct buf *out, const char *key, const char *value)
{
	char line[LINE];

	str_printable(line, sizeof(line), value, strlen(value));
	buf_addf(out, "%s: %s\n", key, line);
}

static void
add_time(struct buf *out, const char *key, int64_t t)
{
	char text[TIM_TEXT];

	if (tim_text(t, text) != NULL)
		buf_addf(out, "%s: %s\n", key, text);
}

void
alert_format(const struct alert_text *a, struct buf *out)
{
	char about[LINE], raw[2 * LINE], line[LINE], span[32];
	char scope[STORE_SCOPE_TEXT];

	alert_about(a->profile, &a->scope, about, sizeof(about));
	snprintf(raw, sizeof(raw), "%s: %s", about, a->text);
	str_printable(line, sizeof(line), raw, strlen(raw));
	if (a->resolved)
		buf_addf(out, "exsync: resolved after %s: %s\n\n",
		    alert_span(a->last_at - a->first_at, span), line);
	else
		buf_addf(out, "exsync: %s: %s\n\n", a->severity, line);
	add_line(out, "state", a->resolved ? "resolved" : "open");
	add_line(out, "severity", a->severity);
	add_line(out, "scope", store_scope_text(&a->scope, scope));
	add_line(out, "code", a->code);
	if (a->profile != NULL)
		add_line(out, "profile", a->profile);
	if (a->owner != NULL)
		add_line(out, "owner", a->owner);
	add_line(out, "text", a->text);
	add_time(out, "first", a->first_at);
	add_time(out, a->resolved ? "resolved" : "last", a->last_at);
	buf_addf(out, "count: %lld\n", (long long)a->count);
	if (!a->resolved)
		add_line(out, "advice",
		    alert_todo(a->advice, &a->scope, a->code, raw));
}
