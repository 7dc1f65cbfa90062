/*
 * tell.c - reports alerts.
 * 1. pass->alert gets at most TELL_MAX alerts of a pass; the last one says how
 *    many more there are.
 * 2. An alert that it did not accept is reported again, and one that it
 *    accepted may be when this process died: once more is better than never.
 * 3. A full disk must not repeat an alert in every pass. An alert about exsync
 *    as a whole is noted beside the database (store/trouble.c) when it is
 *    reported; and while that note stands, any other alert is reported only
 *    after the database has recorded that.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/tim.h"
#include "sync/alert.h"
#include "sync/tell.h"

#define TELL_MAX 20

bool
tell_wanted(const struct pass *p)
{
	return p->alert != NULL || p->conf->alert_command != NULL;
}

static int
tell(const struct pass *p, const struct store_alert *a)
{
	bool over = a->resolved_at != TIM_NONE;
	struct alert_text t = { over, a->scope, a->code, a->severity, a->text,
		a->first_at, over ? a->resolved_at : a->last_at, a->count,
		a->profile, a->owner, a->advice };

	return p->alert(p->alert_arg, &t);
}

/*
 * Does the alert mean that passes cannot be written, and is it open? Not every
 * alert about exsync as a whole does.
 */
static bool
is_trouble(const struct store_alert *a)
{
	return a->resolved_at == TIM_NONE && a->scope.kind == OF_EXSYNC &&
	       strcmp(a->severity, "error") == 0 && alert_stops_passes(a->code);
}

/* Notes that somebody knows of it now, whether or not the database does. */
static void
remember_told(const struct pass *p, const char *code)
{
	struct store_trouble t = { "", tim_now() };

	snprintf(t.code, sizeof(t.code), "%s", code);
	store_trouble_set(p->conf->database, &t);
}

bool
tell_one(const struct pass *p, const struct store_alert *a)
{
	if (p->alert == NULL || tell(p, a) == -1)
		return false;
	if (is_trouble(a))
		remember_told(p, a->code);
	return true;
}

static int
tell_more(const struct pass *p, size_t n)
{
	char text[128];
	int64_t now = tim_now();
	struct alert_text t = { false, { OF_EXSYNC, NULL, 0 }, "more", "error",
		text, now, now, (int64_t)n, NULL, NULL, NULL };

	snprintf(text, sizeof(text),
	    "%zu more alerts are new or resolved: "
	    "exsync --status shows what is open",
	    n);
	return p->alert(p->alert_arg, &t);
}

/* The database has trouble that was reported: it must record this one first. */
static bool
tell_noted(const struct pass *p, const struct store_alert *a)
{
	struct err err = ERR_INIT;

	if (store_alert_told(p->store, a, 1, &err) == -1)
		return false;
	if (tell(p, a) == 0)
		return true;
	store_alert_retell(p->store, a, &err);
	return false;
}

/*
 * Reports one alert that the store has waiting. False: it waits, and so do the
 * ones behind it.
 */
static bool
tell_next(const struct pass *p, const struct store_alert *a)
{
	struct store_trouble t;
	struct err err = ERR_INIT;
	bool known = store_trouble_get(p->conf->database, &t);

	if (known && !is_trouble(a))
		return tell_noted(p, a);
	/* It was reported already, but that could not be recorded. */
	if ((!known || strcmp(t.code, a->code) != 0) && !tell_one(p, a))
		return false;
	store_alert_told(p->store, a, 1, &err);
	return true;
}

/* Reports what the store still has waiting. After an error it stays there. */
static void
tell_untold(const struct pass *p)
{
	struct store_alerts v;
	struct err err = ERR_INIT;
	size_t i, most;

	if (store_alert_untold(p->store, &v, &err) == -1)
		return;
	most = v.n > TELL_MAX ? TELL_MAX - 1 : v.n;
	for (i = 0; i < most && tell_next(p, &v.v[i]); i++)
		;
	if (i == most && most < v.n && tell_more(p, v.n - most) == 0)
		store_alert_told(p->store, v.v + most, v.n - most, &err);
	arena_free(&v.arena);
}

/* What happened, then what to do about it. */
static void
say_opened(const struct store_alert *a)
{
	char advice[ALERT_ADVICE], about[512];
	size_t n = strlen(a->text);

	if (n > 0 && a->text[n - 1] == '.')
		n--;
	log_line(strcmp(a->severity, "info") == 0 ? LOG_INFO : LOG_ERROR,
	    "alert: %s: %s: %.*s. What to do: %s",
	    alert_about(a->profile, &a->scope, about, sizeof(about)), a->code,
	    (int)n, a->text, alert_todo(a->advice, &a->scope, a->code, advice));
}

void
tell_news(const struct pass *p, const struct store_alert_news *news)
{
	char about[512];
	size_t i;

	for (i = 0; i < news->opened.n; i++)
		say_opened(&news->opened.v[i]);
	for (i = 0; i < news->resolved.n; i++) {
		const struct store_alert *a = &news->resolved.v[i];

		log_info("alert resolved: %s: %s: %s",
		    alert_about(a->profile, &a->scope, about, sizeof(about)),
		    a->code, a->text);
	}
	if (p->alert != NULL)
		tell_untold(p);
}

/* Is an alert with this code, about exsync as a whole, among these? */
static bool
has_code(const struct store_alert *v, size_t n, const char *code)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (v[i].scope.kind == OF_EXSYNC &&
		    strcmp(v[i].code, code) == 0)
			return true;
	}
	return false;
}

/*
 * The trouble was reported and is over: reports that, unless the database did.
 */
static void
forget_told(const struct pass *p, const struct store_trouble *t,
    const struct store_alert_news *news)
{
	int64_t now = tim_now(), since = t->since != TIM_NONE ? t->since : now;
	struct store_alert a = { .code = t->code,
		.severity = "error",
		.text = "a pass is written to the database again",
		.first_at = since,
		.last_at = now,
		.count = 1,
		.resolved_at = now };

	if (!has_code(news->resolved.v, news->resolved.n, t->code)) {
		if (!tell_one(p, &a))
			return;
		log_info("alert resolved: exsync: %s: %s", a.code, a.text);
	}
	store_trouble_set(p->conf->database, NULL);
}

void
tell_settle(const struct pass *p, const struct store_alert *met, size_t n,
    const struct store_alert_news *news)
{
	struct store_trouble t;

	if (tell_wanted(p) && !has_code(met, n, alert_code(ALERT_STORE)) &&
	    store_trouble_get(p->conf->database, &t))
		forget_told(p, &t, news);
}
