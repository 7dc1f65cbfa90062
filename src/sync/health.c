/*
 * health.c - turns what a pass found out into alerts.
 * 1. An alert about something that this pass did not look at is neither opened
 *    nor resolved.
 * 2. A fault of a profile is one alert, not one for each of its mailboxes; and
 *    the same fault is never two alerts.
 * 3. Trouble that the database cannot record is reported once, like any other:
 *    it is kept beside the database (store/trouble.c), and reported as over
 *    when a pass can be written again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "store/health.h"
#include "store/history.h"
#include "sync/alert.h"
#include "sync/expires.h"
#include "sync/health.h"
#include "sync/interrupted.h"
#include "sync/retention.h"
#include "sync/tell.h"

#define CONSUMER_DAYS 7 /* so old may a row be that waits for a consumer */

/* The alerts that were met, while they are collected. */
struct met {
	const struct passed *h;
	int64_t stale;
	struct arena arena;
	struct store_alert *v;
	size_t n;
	const struct mailbox_work **by_address;
	struct store_boxes boxes;
};

static struct store_alert *meet_alert(struct met *, enum store_scope_kind,
    const char *name, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* name is borrowed; the text is made here. */
static struct store_alert *
meet_alert(struct met *m, enum store_scope_kind kind, const char *name,
    const char *code, const char *fmt, ...)
{
	struct store_alert *a;
	char text[800];
	va_list ap;

	a = VEC_ADD(m->v, m->n);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	a->scope = (struct store_scope){ kind, name, 0 };
	a->code = code;
	a->severity = alert_severity(code);
	a->text = arena_strdup(&m->arena, text);
	return a;
}

/* Is the pass restricted by neither --mailbox nor --profile? */
static bool
is_whole(const struct pass *p)
{
	return p->want.nmailbox == 0 && p->want.profile == NULL;
}

/* --- exsync as a whole ------------------------------------------------- */

static void
meet_clock(struct met *m)
{
	const struct retention *r = m->h->retention;
	char since[TIM_TEXT];

	if (r != NULL && r->doubt != TIM_NONE)
		meet_alert(m, OF_EXSYNC, NULL, alert_code(ALERT_CLOCK),
		    "the clock may be ahead: nothing is known of the time "
		    "since %s, neither mail nor a pass; until then "
		    "retention_days and history_days remove nothing",
		    tim_text(r->doubt, since));
}

/* One that does not read lets table change grow until the disk is full. */
static int
meet_consumers(struct met *m, struct err *err)
{
	struct store_consumers late;
	const struct store_consumer *c;
	char since[TIM_TEXT], more[64] = "", name[200];

	if (store_consumers_late(m->h->pass->store,
		tim_now() - CONSUMER_DAYS * INT64_C(86400000), &late,
		err) == -1)
		return -1;
	c = late.v;
	if (late.n > 0)
		str_printable(name, sizeof(name), c->name, strlen(c->name));
	if (late.n > 1)
		snprintf(
		    more, sizeof(more), "; so it is with %zu more", late.n - 1);
	if (late.n > 0)
		meet_alert(m, OF_EXSYNC, NULL, alert_code(ALERT_CONSUMER),
		    "consumer %s has acknowledged nothing since %s: %lld "
		    "%s for it%s",
		    name, tim_text(c->since, since), (long long)c->rows,
		    c->rows == 1 ? "row of table change waits"
				 : "rows of table change wait",
		    more);
	arena_free(&late.arena);
	return 0;
}

/* --- profiles ---------------------------------------------------------- */

/* The INI alone says so, whichever mailboxes the pass is about. */
static void
meet_expiry(struct met *m)
{
	const struct conf *c = m->h->pass->conf;
	const char *severity;
	char text[200];
	size_t i;

	for (i = 0; i < c->nprofile; i++)
		if (expires_soon(&c->profile[i].oauth, tim_now(), &severity,
			text, sizeof(text)))
			meet_alert(m, OF_PROFILE, c->profile[i].name,
			    alert_code(ALERT_EXPIRES), "%s", text)
			    ->severity = severity;
}

/*
 * May each mailbox of a profile fail with this because of the way to the
 * server, and not because of itself? An answer from something other than the
 * service counts so while the server has accepted no login.
 */
static bool
on_the_way(const struct profile_work *p, const struct err *e)
{
	if (e->scope < SCOPE_MAILBOX || err_answered(e))
		return false;
	if (e->kind == ERR_CONFIG)
		return !gate_accepted(p->gate);
	return e->kind == ERR_RETRY && e->retry_ms == 0;
}

/*
 * Why could none of the profile's mailboxes be read though nothing stopped it?
 * Returns the first that failed when every visited mailbox failed because of
 * the way to the server, and sets *n to how many did. NULL: it is not so.
 */
static const struct mailbox_work *
cut_off(const struct passed *h, const struct profile_work *p, size_t *n)
{
	const struct mailbox_work *first = NULL;
	size_t i, late = 0;

	*n = 0;
	for (i = 0; i < h->nmailbox; i++) {
		const struct mailbox_work *w = &h->mailbox[i];

		if (w->profile != p || w->end == VISIT_OFF)
			continue;
		if (w->end == VISIT_LATER) {
			late++;
			continue;
		}
		if (w->end != VISIT_FAILED || !on_the_way(p, w->fault))
			return NULL;
		if (first == NULL)
			first = w;
		++*n;
	}
	/* A single wrong answer may come from one mailbox's back end. */
	if (first != NULL && first->fault->kind == ERR_CONFIG &&
	    (late > 0 || !is_whole(h->pass)))
		return NULL;
	return first;
}

/* Should this profile have the mailboxes of CRM users? */
static bool
wants_users(const struct conf *c, const struct conf_profile *p)
{
	size_t i;

	for (i = 0; i < c->nmailbox; i++) {
		if (c->mailbox[i].profile == p)
			return false; /* each of them has incoming = no */
	}
	return p->mailboxes == CONF_MAILBOXES_USERS;
}

/* Did every mailbox of the profile that is not off list its folders? */
static bool
all_told(const struct passed *h, const struct profile_work *p)
{
	size_t i;

	for (i = 0; i < h->nmailbox; i++) {
		const struct mailbox_work *w = &h->mailbox[i];

		if (w->profile == p && w->end != VISIT_OK &&
		    w->end != VISIT_OFF)
			return false;
	}
	return p->looked;
}

/*
 * The text for a profile that works, but of which nothing is read. NULL: it is
 * not so, or unknown, since the one mailbox that has the folder may not have
 * been visited.
 */
static const char *
reads_nothing(const struct passed *h, size_t i)
{
	const struct profile_work *p = &h->profile[i];
	const struct conf *c = h->pass->conf;

	if (!is_whole(h->pass))
		return NULL;
	if (p->gate != NULL)
		return !p->reads && all_told(h, p)
			   ? "no mailbox has a folder that folders names: no "
			     "mail is read (exsync --once --dry-run tells "
			     "which names are missing)"
			   : NULL;
	return wants_users(c, &c->profile[i])
		   ? "there is no mailbox to read: no CRM user's address lies "
		     "in its domains; check users in [directory] (or table "
		     "party) and domains"
		   : NULL;
}

/* If the server was reached the text must not say that it was not. */
static void
meet_stopped(
    struct met *m, const char *name, const char *example, const struct err *why)
{
	enum alert_kind kind = alert_of_profile(why);
	bool reached = kind == ALERT_FAILING;

	meet_alert(m, OF_PROFILE, name, alert_code(kind), "%s%s%s",
	    reached ? "the server was reached, but no mailbox could be read: "
		    : "",
	    example, why->msg);
}

static void
meet_cut_off(
    struct met *m, const char *name, const struct mailbox_work *w, size_t n)
{
	char example[320];

	if (n == 1)
		snprintf(
		    example, sizeof(example), "mailbox %s: ", w->conf.address);
	else
		snprintf(example, sizeof(example),
		    "%zu mailboxes, such as %s: ", n, w->conf.address);
	meet_stopped(m, name, example, w->fault);
}

static void
meet_profiles(struct met *m)
{
	const struct passed *h = m->h;
	const struct mailbox_work *w;
	const struct err *why;
	const char *nothing;
	size_t i, n;

	for (i = 0; i < h->pass->conf->nprofile; i++) {
		const struct profile_work *p = &h->profile[i];
		const char *name = h->pass->conf->profile[i].name;

		why = p->gate == NULL ? NULL : gate_stopped(p->gate);
		if (why != NULL)
			meet_stopped(m, name, "", why);
		else if (p->gate != NULL && (w = cut_off(h, p, &n)) != NULL)
			meet_cut_off(m, name, w, n);
		else if ((nothing = reads_nothing(h, i)) != NULL) {
			log_warning("profile %s: %s", name, nothing);
			meet_alert(m, OF_PROFILE, name, alert_code(ALERT_EMPTY),
			    "%s", nothing);
		}
	}
}

/*
 * Was it not reached because a person ended the pass? Then nothing is known of
 * it.
 */
static bool
is_unreached(const struct passed *h, const struct mailbox_work *w)
{
	return w->end == VISIT_NONE && h->stopped;
}

/* --- mailboxes --------------------------------------------------------- */

/*
 * Is the fault reported as the profile's, because it stopped the profile later
 * or cut all its mailboxes off?
 */
static bool
is_profiles(const struct met *m, const struct mailbox_work *w)
{
	const struct err *stopped = gate_stopped(w->profile->gate);
	size_t n;

	if (stopped != NULL)
		return err_is_same(stopped, w->fault);
	return on_the_way(w->profile, w->fault) &&
	       cut_off(m->h, w->profile, &n) != NULL;
}

static void
meet_mailbox(struct met *m, const struct mailbox_work *w, const char *code,
    const char *text)
{
	meet_alert(m, OF_MAILBOX, w->conf.address, code, "%s", text)->profile =
	    w->profile->conf->name;
}

static void
meet_fault(struct met *m, const struct mailbox_work *w, bool *store)
{
	const struct err *e = w->fault;
	enum alert_kind kind;

	if (e->kind == ERR_RETRY || is_profiles(m, w))
		return;
	if (e->kind == ERR_FATAL && e->scope >= SCOPE_PROFILE) {
		if (!*store)
			meet_alert(m, OF_EXSYNC, NULL, alert_code(ALERT_STORE),
			    "%s", e->msg);
		*store = true;
		return;
	}
	kind = alert_of_mailbox(e);
	meet_mailbox(
	    m, w, kind == ALERT_ANSWER ? e->code : alert_code(kind), e->msg);
}

static void
meet_stale(struct met *m, const struct mailbox_work *w,
    const struct store_box *b, int64_t now)
{
	int64_t after = alert_stale_after(w->conf.profile, m->h->pass->daemon);
	char since[TIM_TEXT] = "", text[96];

	if (w->end == VISIT_OK || is_unreached(m->h, w) ||
	    !alert_is_stale(b->last_ok_at, b->first_at, after, now))
		return;
	m->stale++;
	tim_text(
	    b->last_ok_at != TIM_NONE ? b->last_ok_at : b->first_at, since);
	snprintf(text, sizeof(text), "%s since %s",
	    b->last_ok_at != TIM_NONE ? "no good pass"
				      : "never a good pass, known",
	    since);
	meet_mailbox(m, w, alert_code(ALERT_STALE), text);
}

static void
meet_given_up(
    struct met *m, const struct mailbox_work *w, const struct store_box *b)
{
	char text[128];

	if (b->given_up == 0)
		return;
	snprintf(text, sizeof(text),
	    "%lld %s could not be stored and will not be tried again",
	    (long long)b->given_up, b->given_up == 1 ? "message" : "messages");
	meet_mailbox(m, w, alert_code(ALERT_ITEMS), text);
}

static void
meet_mailboxes(struct met *m)
{
	const struct passed *h = m->h;
	int64_t now = tim_now();
	bool store = false;
	size_t i;

	for (i = 0; i < h->nmailbox; i++) {
		const struct mailbox_work *w = &h->mailbox[i];
		const struct store_box *b;

		if (w->end == VISIT_FAILED)
			meet_fault(m, w, &store);
		if (w->end == VISIT_OFF ||
		    (b = store_box_find(&m->boxes, w->conf.address)) == NULL)
			continue;
		meet_stale(m, w, b, now);
		meet_given_up(m, w, b);
	}
}

/* --- alerts that are over ---------------------------------------------- */

static int
by_box_address(const void *a, const void *b)
{
	const struct mailbox_work *const *x = a, *const *y = b;

	return strcmp((*x)->conf.address, (*y)->conf.address);
}

static void
index_mailboxes(struct met *m)
{
	const struct passed *h = m->h;
	size_t i;

	m->by_address = mem_alloc((h->nmailbox + 1) * sizeof(*m->by_address));
	for (i = 0; i < h->nmailbox; i++)
		m->by_address[i] = &h->mailbox[i];
	qsort(
	    m->by_address, h->nmailbox, sizeof(*m->by_address), by_box_address);
}

static const struct mailbox_work *
find_mailbox(const struct met *m, const char *address)
{
	struct mailbox_work key;
	const struct mailbox_work *k = &key, **p;

	key.conf.address = (char *)(uintptr_t)address;
	p = bsearch(&k, m->by_address, m->h->nmailbox, sizeof(*m->by_address),
	    by_box_address);
	return p != NULL ? *p : NULL;
}

/* An empty alert is over when something is read, whatever else is wrong. */
static bool
profile_well(const struct met *m, const char *name, bool empty)
{
	const struct passed *h = m->h;
	size_t i;

	for (i = 0; i < h->pass->conf->nprofile; i++) {
		const struct profile_work *p = &h->profile[i];

		if (strcmp(h->pass->conf->profile[i].name, name) != 0)
			continue;
		if (p->gate == NULL)
			return is_whole(h->pass);
		if (empty)
			return p->reads || p->conf->folders.n == 0;
		return gate_stopped(p->gate) == NULL &&
		       (gate_accepted(p->gate) || p->own_accepted);
	}
	return is_whole(h->pass); /* taken out of the INI */
}

static bool
mailbox_well(const struct met *m, const struct store_alert *a)
{
	const struct mailbox_work *w = find_mailbox(m, a->scope.name);
	enum alert_kind kind = alert_kind(a->code);

	if (w == NULL)
		return is_whole(m->h->pass);
	if (is_unreached(m->h, w))
		return false;
	/* These are found in the database: not met means over. */
	if (kind == ALERT_STALE || kind == ALERT_ITEMS)
		return true;
	switch (w->end) {
	case VISIT_OK:
	case VISIT_OFF:
		return true;
	case VISIT_FAILED:
		/* Another, lasting fault has taken the place of this one. */
		return w->fault->kind != ERR_RETRY &&
		       w->fault->kind != ERR_FATAL;
	default:
		return false;
	}
}

/*
 * Unreachable and failing are two names of one fault, of which one is open at a
 * time: was the other one met?
 */
static bool
has_changed(const struct met *m, const struct store_alert *a)
{
	enum alert_kind is = alert_kind(a->code), other;
	size_t i;

	if (is != ALERT_UNREACHABLE && is != ALERT_FAILING)
		return false;
	other = is == ALERT_FAILING ? ALERT_UNREACHABLE : ALERT_FAILING;
	for (i = 0; i < m->n; i++) {
		if (store_scope_is(
			&m->v[i].scope, a->scope.kind, a->scope.name) &&
		    alert_kind(m->v[i].code) == other)
			return true;
	}
	return false;
}

static bool
is_alert_over(void *arg, const struct store_alert *a)
{
	const struct met *m = arg;

	enum alert_kind kind = alert_kind(a->code);

	if (kind == ALERT_INTERRUPTED)
		return interrupted_over(m->h, a);
	if (kind == ALERT_EXPIRES)
		return true;
	if (a->scope.kind == OF_PROFILE)
		return has_changed(m, a) ||
		       profile_well(m, a->scope.name, kind == ALERT_EMPTY);
	if (a->scope.kind == OF_MAILBOX)
		return mailbox_well(m, a);
	return true; /* the pass did begin, and is being written */
}

/* ----------------------------------------------------------------------- */

/* A mailbox that no pass visits any more must not count as well for ever. */
static int
leave_boxes(const struct met *m, struct err *err)
{
	size_t i;

	for (i = 0; is_whole(m->h->pass) && i < m->boxes.n; i++) {
		const struct store_box *b = &m->boxes.v[i];

		if (b->incoming && find_mailbox(m, b->address) == NULL &&
		    store_box_leave(m->h->pass->store, b->address, err) == -1)
			return -1;
	}
	return 0;
}

/* --- alerts that the database could not take --------------------------- */

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
	struct store_alert a = { { OF_EXSYNC, NULL, 0 }, t->code, "error",
		"a pass is written to the database again", since, now, 1, now,
		NULL };

	if (!has_code(news->resolved.v, news->resolved.n, t->code)) {
		if (!tell_one(p, &a))
			return;
		log_info("alert resolved: exsync: %s: %s", a.code, a.text);
	}
	store_trouble_set(p->conf->database, NULL);
}

/* The alerts of the pass are stored: trouble with the database is over. */
static void
settle_told(const struct met *m, const struct store_alert_news *news)
{
	const struct pass *p = m->h->pass;
	struct store_trouble t;

	if (tell_wanted(p) && !has_code(m->v, m->n, alert_code(ALERT_STORE)) &&
	    store_trouble_get(p->conf->database, &t))
		forget_told(p, &t, news);
}

/* ----------------------------------------------------------------------- */

static int
apply_alerts(struct met *m, struct err *err)
{
	struct store *st = m->h->pass->store;
	struct store_alert_met met;
	struct store_alert_news news;

	if (store_box_note(st, err) == -1 ||
	    store_box_list(st, &m->boxes, err) == -1)
		return -1;
	if (m->h->people != NULL)
		meet_alert(m, OF_EXSYNC, NULL, alert_code(ALERT_DIRECTORY),
		    "%s", m->h->people);
	if (m->h->forgotten != NULL)
		meet_alert(m, OF_EXSYNC, NULL, alert_code(ALERT_FORGET), "%s",
		    m->h->forgotten);
	meet_clock(m);
	if (meet_consumers(m, err) == -1)
		return -1;
	meet_expiry(m);
	meet_profiles(m);
	meet_mailboxes(m);
	index_mailboxes(m);
	if (leave_boxes(m, err) == -1)
		return -1;
	met = (struct store_alert_met){ m->v, m->n, is_alert_over, m,
		tell_wanted(m->h->pass) };
	if (store_alert_apply(st, &met, &news, err) == -1)
		return -1;
	tell_news(m->h->pass, &news);
	settle_told(m, &news);
	arena_free(&news.opened.arena);
	arena_free(&news.resolved.arena);
	return 0;
}

int
health_pass(const struct passed *h, int64_t *stale, struct err *err)
{
	struct met m;
	int rc;

	*stale = 0;
	if (h->pass->dry_run)
		return 0;
	memset(&m, 0, sizeof(m));
	m.h = h;
	rc = apply_alerts(&m, err);
	*stale = m.stale;
	store_box_free(&m.boxes);
	arena_free(&m.arena);
	free(m.v);
	free(m.by_address);
	return rc;
}

void
health_trouble(const struct pass *p, const struct err *why)
{
	struct store_alert a = { { OF_EXSYNC, NULL, 0 },
		alert_code(why->kind == ERR_FATAL ? ALERT_STORE : ALERT_CONFIG),
		"error", why->msg, tim_now(), tim_now(), 1, TIM_NONE, NULL };
	struct store_alert_met met = { &a, 1, NULL, NULL, false };
	struct store_alert_news news;
	struct store_trouble t;
	struct err err = ERR_INIT;
	bool known;

	/*
	 * A wrong word on the command line concerns nobody else, nor does it
	 * that somebody ended the pass while it waited for the database.
	 */
	if (p->dry_run || why->cause == CAUSE_STOP ||
	    (why->kind == ERR_CONFIG && why->scope < SCOPE_ALL && !is_whole(p)))
		return;
	known = tell_wanted(p) && store_trouble_get(p->conf->database, &t) &&
		strcmp(t.code, a.code) == 0;
	met.tell = tell_wanted(p) && !known;
	if (p->store == NULL ||
	    store_alert_apply(p->store, &met, &news, &err) == -1) {
		if (!known)
			tell_one(p, &a);
		return;
	}
	tell_news(p, &news);
	arena_free(&news.opened.arena);
	arena_free(&news.resolved.arena);
}
