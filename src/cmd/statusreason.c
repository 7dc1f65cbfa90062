/*
 * statusreason.c - exsync --status: why the latest pass has no end, or why none
 * has come since, as far as the database lets one guess.
 */
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "cmd/status.h"
#include "sync/alert.h"

struct reason {
	char *out;
	size_t n;
};

static void add_words(struct reason *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
add_words(struct reason *r, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(r->out + r->n, STATUS_REASON - r->n, fmt, ap);
	va_end(ap);
	r->n += (size_t)n < STATUS_REASON - r->n ? (size_t)n
						 : STATUS_REASON - 1 - r->n;
}

/* The open alert that says what keeps passes from beginning, or NULL. */
static const char *
stopped_by(const struct status *s)
{
	size_t i;

	for (i = 0; i < s->nalert; i++) {
		const struct store_alert *a = &s->alert[i];
		enum alert_kind kind = alert_kind(a->code);

		if (a->scope.kind == OF_EXSYNC &&
		    (kind == ALERT_CONFIG || kind == ALERT_STORE))
			return a->code;
	}
	return NULL;
}

static void
add_cut_off(struct reason *r, const struct status *s)
{
	char span[32];

	add_words(r,
	    "The last pass was cut off: it began %s ago, has no end, and no "
	    "exsync is at work any more. It was killed, or the machine went "
	    "down: look for a lack of memory (journalctl -k), the scheduler's "
	    "time limit, somebody's kill. The next pass goes on from there.",
	    alert_span(s->now - s->run.started, span));
}

/* What is silent: all that is read, or which profiles. */
static void
add_silent_name(
    struct reason *r, const struct status *s, const struct status_profile *p)
{
	size_t i, n = 0, of = 0;

	for (i = 0; i < s->nprofile; i++) {
		n += s->profile[i].silence.is;
		of += s->profile[i].mailboxes > 0;
	}
	if (n < of)
		add_words(r, " over profile %.200s", p->name);
	if (n < of && n > 1)
		add_words(r, " (and %zu more)", n - 1);
}

/*
 * The profile that is to be named: of the silent ones that with the latest
 * pass, for it is certain that none has come since.
 */
static const struct status_profile *
silent_profile(const struct status *s)
{
	const struct status_profile *p = NULL;
	size_t i;

	for (i = 0; i < s->nprofile; i++) {
		const struct status_profile *q = &s->profile[i];

		if (q->silence.is &&
		    (p == NULL || q->silence.last > p->silence.last))
			p = q;
	}
	return p;
}

static void
add_silence(struct reason *r, const struct status *s)
{
	const struct status_profile *p = silent_profile(s);
	const char *code = stopped_by(s);
	char span[32], every[32];

	if (p == NULL)
		return;
	add_words(r, "%sNo pass", r->n > 0 ? " " : "");
	add_silent_name(r, s, p);
	add_words(r, " has come for %s, and one is expected every %s: ",
	    alert_span(s->now - p->silence.last, span),
	    alert_span(p->silence.expected, every));
	if (code != NULL)
		add_words(
		    r, "none can begin, the alert exsync: %s says why.", code);
	else
		add_words(r,
		    "is the timer running? systemctl list-timers shows it, or "
		    "cron's log; exsync --once makes a pass now, and says what "
		    "is in its way.");
}

char *
status_reason(const struct status *s, char *out)
{
	struct reason r = { out, 0 };

	if (!s->run.cut_off && !s->silent)
		return NULL;
	*out = '\0';
	if (s->run.cut_off)
		add_cut_off(&r, s);
	add_silence(&r, s);
	return out;
}
