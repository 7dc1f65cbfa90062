/*
 * interrupted.c - the alert of passes that are ended before they are done.
 * 1. The text of the alert stays the same while the alert lasts: it says since
 *    when, not how often.
 * 2. alert_command may take a minute, and a pass may have less time. So the
 *    pass that opens the alert runs the command before anything else, and every
 *    fifth pass after it does so too; the others run it while the mailboxes are
 *    read. That way the alert is reported even if no pass gets that far, and
 *    does not use up the time of every pass.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "store/health.h"
#include "sync/alert.h"
#include "sync/interrupted.h"
#include "sync/tell.h"

static void
set_alert(struct store_alert *a, enum store_scope_kind kind, const char *name,
    const char *text)
{
	memset(a, 0, sizeof(*a));
	a->scope = (struct store_scope){ kind, name, 0 };
	a->code = alert_code(ALERT_INTERRUPTED);
	a->severity = "error";
	a->text = text;
}

/*
 * tell: call pass->alert now; without it the alert is only stored and logged.
 */
static void
apply_alerts(
    const struct pass *p, const struct store_alert *v, size_t n, bool tell)
{
	struct store_alert_met met = { .v = v, .n = n, .tell = tell_wanted(p) };
	struct store_alert_news news;
	struct err err = ERR_INIT;
	struct pass log_only = *p;

	if (store_alert_apply(p->store, &met, &news, &err) == -1) {
		log_warning("%s", err.msg);
		return;
	}
	log_only.alert = NULL;
	tell_news(tell ? p : &log_only, &news);
	arena_free(&news.opened.arena);
	arena_free(&news.resolved.arena);
}

/* Does the command line name this mailbox earlier, too? */
static bool
is_again(const struct store_want *want, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++) {
		if (strcmp(want->mailbox[i], want->mailbox[at]) == 0)
			return true;
	}
	return false;
}

static void
open_for_mailboxes(const struct pass *p, const char *text, bool tell)
{
	const struct store_want *want = &p->want;
	struct store_alert *v = mem_alloc(want->nmailbox * sizeof(*v));
	size_t i, n = 0;

	for (i = 0; i < want->nmailbox; i++) {
		if (is_again(want, i))
			continue;
		set_alert(&v[n++], OF_MAILBOX, want->mailbox[i], text);
	}
	apply_alerts(p, v, n, tell);
	free(v);
}

/*
 * Is the alert met in this pass? *first: it is reported before anything else.
 */
static bool
is_met(const struct pass *p, const struct store_run *run, bool *first)
{
	*first = run->interrupted % ALERT_IN_A_ROW == 0;
	return !p->dry_run && run->interrupted >= ALERT_IN_A_ROW;
}

void
interrupted_begin(const struct pass *p, const struct store_run *run)
{
	struct store_alert a;
	char text[800], since[TIM_TEXT] = "?", *with;
	bool first;

	if (!is_met(p, run, &first))
		return;
	with = store_want_text(&run->want);
	tim_text(run->interrupted_since, since);
	snprintf(text, sizeof(text),
	    "passes are interrupted before they are done: %d or more in a row%s"
	    "%.200s, the first began at %s",
	    ALERT_IN_A_ROW, with != NULL ? ", with " : "", str_nn(with), since);
	free(with);
	if (p->want.nmailbox > 0) {
		open_for_mailboxes(p, text, first);
		return;
	}
	set_alert(&a, p->want.profile != NULL ? OF_PROFILE : OF_EXSYNC,
	    p->want.profile, text);
	apply_alerts(p, &a, 1, first);
}

void
interrupted_tell(const struct pass *p, const struct store_run *run)
{
	static const struct store_alert_news none;
	bool first;

	if (is_met(p, run, &first) && !first)
		tell_news(p, &none);
}

/*
 * Was something of that profile (NULL: of any) read, or was there nothing to
 * read?
 */
static bool
has_read(const struct passed *h, const char *profile)
{
	bool missed = false;
	size_t i;

	for (i = 0; i < h->nmailbox; i++) {
		const struct mailbox_work *w = &h->mailbox[i];

		if (w->end == VISIT_OFF ||
		    (profile != NULL &&
			strcmp(w->conf.profile->name, profile) != 0))
			continue;
		if (w->end == VISIT_OK)
			return true;
		missed = true;
	}
	return !missed;
}

static bool
mailbox_read(const struct passed *h, const char *address)
{
	size_t i;

	for (i = 0; i < h->nmailbox; i++) {
		if (strcmp(h->mailbox[i].conf.address, address) == 0)
			return h->mailbox[i].end == VISIT_OK ||
			       h->mailbox[i].end == VISIT_OFF;
	}
	/* taken out of the INI */
	return h->pass->want.nmailbox == 0 && h->pass->want.profile == NULL;
}

bool
interrupted_over(const struct passed *h, const struct store_alert *a)
{
	const struct store_want *want = &h->pass->want;

	if (h->stopped)
		return false;
	if (a->scope.kind == OF_MAILBOX)
		return mailbox_read(h, a->scope.name);
	if (want->nmailbox > 0)
		return false;
	if (a->scope.kind == OF_PROFILE)
		return (want->profile == NULL ||
			   strcmp(want->profile, a->scope.name) == 0) &&
		       has_read(h, a->scope.name);
	return want->profile == NULL && has_read(h, NULL);
}
