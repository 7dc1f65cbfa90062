/*
 * health.c - what a pass found out about how well everything is.
 * 1. What was not looked at in this pass is neither met nor over.
 * 2. A fault of a profile is one alert, not one for each of its mailboxes;
 *    and the same fault is never two alerts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "store/health.h"
#include "sync/alert.h"
#include "sync/health.h"
#include "sync/tell.h"

/* What was met, while it is collected. */
struct met {
	struct health *h;
	struct arena arena;
	struct store_alert *v;
	size_t n, cap;
	const struct mailbox_work **by_address;
	struct store_boxes boxes;
};

static void
meet(struct met *, const char *kind, const char *name, const char *code,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void
meet(struct met *m, const char *kind, const char *name, const char *code,
    const char *fmt, ...)
{
	struct store_alert *a;
	char scope[512], text[800];
	va_list ap;

	if (m->n == m->cap) {
		m->cap = m->cap == 0 ? 16 : 2 * m->cap;
		m->v = mem_grow(m->v, m->cap, sizeof(*m->v));
	}
	a = &m->v[m->n++];
	memset(a, 0, sizeof(*a));
	snprintf(scope, sizeof(scope), "%s%s%s", kind, *name ? " " : "", name);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	a->scope = arena_strdup(&m->arena, scope);
	a->code = code;
	a->severity = strcmp(code, "items") == 0 ? "warning" : "error";
	a->text = arena_strdup(&m->arena, text);
}

/* No --mailbox and no --profile. */
static bool
whole(const struct pass *p)
{
	return p->want.nmailbox == 0 && p->want.profile == NULL;
}

/* --- profiles ---------------------------------------------------------- */

/*
 * Why none of the profile's mailboxes could be read though nothing stopped
 * it: the first fault, when all of those that were visited failed with one of
 * the way to the server. NULL: it is not so.
 */
static const struct err *
cut_off(const struct health *h, const struct profile_work *p)
{
	const struct err *first = NULL;
	size_t i;

	for (i = 0; i < h->nmailbox; i++) {
		const struct mailbox_work *w = &h->mailbox[i];
		const struct err *e = w->fault;

		if (w->profile != p || w->end == VISIT_OFF ||
		    w->end == VISIT_LATER)
			continue;
		if (w->end != VISIT_FAILED || e->kind != ERR_RETRY ||
		    e->retry_ms > 0 || e->scope < SCOPE_MAILBOX ||
		    strncmp(e->code, "Error", 5) == 0)
			return NULL;
		if (first == NULL)
			first = e;
	}
	return first;
}

/* Is this profile meant to have mailboxes? */
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

/* Did every mailbox of the profile that is not off tell its folders? */
static bool
all_told(const struct health *h, const struct profile_work *p)
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
 * A profile that works, but of which nothing is read; NULL: it is not so, or
 * not known: the one mailbox that has the folder may not have been visited.
 */
static const char *
reads_nothing(const struct health *h, size_t i)
{
	const struct profile_work *p = &h->profile[i];
	const struct conf *c = h->pass->conf;

	if (!whole(h->pass))
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

static void
meet_profiles(struct met *m)
{
	const struct health *h = m->h;
	const struct err *why;
	const char *nothing;
	size_t i;

	for (i = 0; i < h->pass->conf->nprofile; i++) {
		const struct profile_work *p = &h->profile[i];
		const char *name = h->pass->conf->profile[i].name;

		why = p->gate == NULL ? NULL : gate_stopped(p->gate);
		if (why != NULL)
			meet(m, "profile", name, alert_profile_code(why), "%s",
			    why->msg);
		else if (p->gate != NULL && (why = cut_off(h, p)) != NULL)
			meet(m, "profile", name, "unreachable", "%s", why->msg);
		else if ((nothing = reads_nothing(h, i)) != NULL) {
			log_warning("profile %s: %s", name, nothing);
			meet(m, "profile", name, "empty", "%s", nothing);
		}
	}
}

/* Not reached because a person ended the pass: nothing is known of it. */
static bool
unknown(const struct mailbox_work *w)
{
	return w->end == VISIT_NONE && stop_requested();
}

/* --- mailboxes --------------------------------------------------------- */

/* Did the same fault stop the profile after it had met this mailbox? */
static bool
is_profiles(const struct mailbox_work *w)
{
	const struct err *stopped = gate_stopped(w->profile->gate);

	return stopped != NULL && strcmp(stopped->code, w->fault->code) == 0;
}

static void
meet_fault(struct met *m, const struct mailbox_work *w, bool *store)
{
	const struct err *e = w->fault;

	if (e->kind == ERR_RETRY || is_profiles(w))
		return;
	if (e->kind == ERR_FATAL && e->scope >= SCOPE_PROFILE) {
		if (!*store)
			meet(m, "exsync", "", "store", "%s", e->msg);
		*store = true;
		return;
	}
	meet(
	    m, "mailbox", w->conf.address, alert_mailbox_code(e), "%s", e->msg);
}

static void
meet_stale(struct met *m, const struct mailbox_work *w,
    const struct store_box *b, int64_t now)
{
	int64_t after = alert_stale_after(w->conf.profile, m->h->pass->daemon);
	char since[TIM_TEXT] = "";

	if (w->end == VISIT_OK || unknown(w) ||
	    !alert_is_stale(b->last_ok_at, b->first_at, after, now))
		return;
	m->h->stale++;
	tim_text(
	    b->last_ok_at != TIM_NONE ? b->last_ok_at : b->first_at, since);
	meet(m, "mailbox", w->conf.address, "stale",
	    b->last_ok_at != TIM_NONE ? "no good pass since %s"
				      : "never a good pass, known since %s",
	    since);
}

static void
meet_mailboxes(struct met *m)
{
	const struct health *h = m->h;
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
		if (b->given_up > 0)
			meet(m, "mailbox", w->conf.address, "items",
			    "%lld %s could not be stored and will not be "
			    "tried again",
			    (long long)b->given_up,
			    b->given_up == 1 ? "message" : "messages");
	}
}

/* --- what is over ------------------------------------------------------ */

static int
by_address(const void *a, const void *b)
{
	const struct mailbox_work *const *x = a, *const *y = b;

	return strcmp((*x)->conf.address, (*y)->conf.address);
}

static void
index_mailboxes(struct met *m)
{
	const struct health *h = m->h;
	size_t i;

	m->by_address = mem_alloc((h->nmailbox + 1) * sizeof(*m->by_address));
	for (i = 0; i < h->nmailbox; i++)
		m->by_address[i] = &h->mailbox[i];
	qsort(m->by_address, h->nmailbox, sizeof(*m->by_address), by_address);
}

static const struct mailbox_work *
find_mailbox(const struct met *m, const char *address)
{
	struct mailbox_work key;
	const struct mailbox_work *k = &key, **p;

	key.conf.address = (char *)(uintptr_t)address;
	p = bsearch(&k, m->by_address, m->h->nmailbox, sizeof(*m->by_address),
	    by_address);
	return p != NULL ? *p : NULL;
}

/* empty is over when something is read, whatever else there is of it. */
static bool
profile_well(const struct met *m, const char *name, bool empty)
{
	const struct health *h = m->h;
	size_t i;

	for (i = 0; i < h->pass->conf->nprofile; i++) {
		const struct profile_work *p = &h->profile[i];

		if (strcmp(h->pass->conf->profile[i].name, name) != 0)
			continue;
		if (p->gate == NULL)
			return whole(h->pass);
		if (empty)
			return p->reads || p->conf->folders.n == 0;
		return gate_stopped(p->gate) == NULL &&
		       (gate_accepted(p->gate) || p->own_accepted);
	}
	return whole(h->pass); /* taken out of the INI */
}

static bool
mailbox_well(const struct met *m, const struct store_alert *a)
{
	const struct mailbox_work *w = find_mailbox(m, a->scope + 8);

	if (w == NULL)
		return whole(m->h->pass);
	if (unknown(w))
		return false;
	/* these are looked at in the database */
	if (strcmp(a->code, "stale") == 0 || strcmp(a->code, "items") == 0)
		return true;
	switch (w->end) {
	case VISIT_OK:
	case VISIT_OFF:
		return true;
	case VISIT_FAILED:
		/* something else is wrong now, and lasts */
		return w->fault->kind != ERR_RETRY &&
		       w->fault->kind != ERR_FATAL;
	default:
		return false;
	}
}

static bool
is_over(void *arg, const struct store_alert *a)
{
	const struct met *m = arg;

	if (strncmp(a->scope, "profile ", 8) == 0)
		return profile_well(
		    m, a->scope + 8, strcmp(a->code, "empty") == 0);
	if (strncmp(a->scope, "mailbox ", 8) == 0)
		return mailbox_well(m, a);
	return true; /* the pass did begin, and is being written */
}

/* ----------------------------------------------------------------------- */

/* What no pass visits any more does not say for ever that all is well. */
static int
leave_boxes(const struct met *m, struct err *err)
{
	size_t i;

	for (i = 0; whole(m->h->pass) && i < m->boxes.n; i++) {
		const struct store_box *b = &m->boxes.v[i];

		if (b->incoming && find_mailbox(m, b->address) == NULL &&
		    store_box_leave(m->h->pass->store, b->address, err) == -1)
			return -1;
	}
	return 0;
}

static int
apply(struct met *m, struct err *err)
{
	struct store *st = m->h->pass->store;
	struct store_alert_met met;
	struct store_alert_news news;

	if (store_box_note(st, err) == -1 ||
	    store_box_list(st, &m->boxes, err) == -1)
		return -1;
	meet_profiles(m);
	meet_mailboxes(m);
	index_mailboxes(m);
	if (leave_boxes(m, err) == -1)
		return -1;
	met = (struct store_alert_met){ m->v, m->n, is_over, m,
		tell_wanted(m->h->pass) };
	if (store_alert_apply(st, &met, &news, err) == -1)
		return -1;
	tell_news(m->h->pass, &news);
	arena_free(&news.opened.arena);
	arena_free(&news.resolved.arena);
	return 0;
}

int
health_pass(struct health *h, struct err *err)
{
	struct met m;
	int rc;

	h->stale = 0;
	if (h->pass->dry_run)
		return 0;
	memset(&m, 0, sizeof(m));
	m.h = h;
	rc = apply(&m, err);
	store_box_free(&m.boxes);
	arena_free(&m.arena);
	free(m.v);
	free(m.by_address);
	return rc;
}

void
health_trouble(const struct pass *p, const struct err *why)
{
	struct store_alert a = { "exsync",
		why->kind == ERR_CONFIG ? "config" : "store", "error", why->msg,
		tim_now(), tim_now(), 1, TIM_NONE };
	struct store_alert_met met = { &a, 1, NULL, NULL, tell_wanted(p) };
	struct store_alert_news news;
	struct err err = ERR_INIT;

	/* a wrong word on the command line is nobody else's business */
	if (p->dry_run || (why->kind == ERR_CONFIG && !whole(p)))
		return;
	if (p->store == NULL ||
	    store_alert_apply(p->store, &met, &news, &err) == -1) {
		tell_one(p, &a);
		return;
	}
	tell_news(p, &news);
	arena_free(&news.opened.arena);
	arena_free(&news.resolved.arena);
}
