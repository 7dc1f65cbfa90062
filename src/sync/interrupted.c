/*
 * interrupted.c - the alert of passes that are ended before they are done.
 * 1. The text of the alert stays while it lasts: it says since when, not how
 *    often.
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
set_alert(struct store_alert *a, const char *scope, const char *text)
{
	memset(a, 0, sizeof(*a));
	a->scope = scope;
	a->code = ALERT_INTERRUPTED;
	a->severity = "error";
	a->text = text;
}

static void
apply_alerts(const struct pass *p, const struct store_alert *v, size_t n)
{
	struct store_alert_met met = { v, n, NULL, NULL, tell_wanted(p) };
	struct store_alert_news news;
	struct err err = ERR_INIT;

	if (store_alert_apply(p->store, &met, &news, &err) == -1) {
		log_warning("%s", err.msg);
		return;
	}
	tell_news(p, &news);
	arena_free(&news.opened.arena);
	arena_free(&news.resolved.arena);
}

static void
open_for_mailboxes(
    const struct pass *p, const struct plan *plan, const char *text)
{
	struct store_alert *v = mem_alloc(plan->n * sizeof(*v));
	struct arena arena;
	char scope[512];
	size_t i;

	memset(&arena, 0, sizeof(arena));
	for (i = 0; i < plan->n; i++) {
		const struct conf_mailbox *m = &plan->v[i].mailbox;

		snprintf(scope, sizeof(scope), "mailbox %s", m->address);
		set_alert(&v[i], arena_strdup(&arena, scope), text);
		v[i].profile = m->profile->name;
	}
	apply_alerts(p, v, plan->n);
	arena_free(&arena);
	free(v);
}

void
interrupted_begin(
    const struct pass *p, const struct plan *plan, const struct store_run *run)
{
	struct store_alert a;
	char scope[512] = "exsync", text[800], since[TIM_TEXT] = "?";

	if (p->dry_run || run->interrupted < ALERT_IN_A_ROW)
		return;
	tim_text(run->interrupted_since, since);
	snprintf(text, sizeof(text),
	    "passes are interrupted before they are done: %d or more in a row%s"
	    "%.200s, the first began at %s",
	    ALERT_IN_A_ROW, run->wanted != NULL ? ", with " : "",
	    str_nn(run->wanted), since);
	if (p->want.nmailbox > 0) {
		open_for_mailboxes(p, plan, text);
		return;
	}
	if (p->want.profile != NULL)
		snprintf(scope, sizeof(scope), "profile %s", p->want.profile);
	set_alert(&a, scope, text);
	apply_alerts(p, &a, 1);
}

/* Was something read of that profile, or of any; or is there nothing to read? */
static bool
has_read(const struct health *h, const char *profile)
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
mailbox_read(const struct health *h, const char *address)
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
interrupted_over(const struct health *h, const struct store_alert *a)
{
	const struct plan_want *want = &h->pass->want;

	if (h->stopped)
		return false;
	if (strncmp(a->scope, "mailbox ", 8) == 0)
		return mailbox_read(h, a->scope + 8);
	if (want->nmailbox > 0)
		return false;
	if (strncmp(a->scope, "profile ", 8) == 0)
		return (want->profile == NULL ||
			   strcmp(want->profile, a->scope + 8) == 0) &&
		       has_read(h, a->scope + 8);
	return want->profile == NULL && has_read(h, NULL);
}
