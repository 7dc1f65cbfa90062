/*
 * health.c - turns what a pass found out into alerts.
 * 1. An alert about something that this pass did not look at is neither opened
 *    nor resolved.
 * 2. A fault of a profile is one alert, not one for each of its mailboxes; and
 *    the same fault is never two alerts. So is what several of its mailboxes
 *    have in common (bycause.h).
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
#include "sync/advice.h"
#include "sync/alert.h"
#include "sync/bycause.h"
#include "sync/expires.h"
#include "sync/health.h"
#include "sync/interrupted.h"
#include "sync/lasting.h"
#include "sync/reads.h"
#include "sync/retention.h"
#include "sync/tell.h"

#define CONSUMER_DAYS  7 /* so old may a row be that waits for a consumer */
#define DISABLED_NAMED 5 /* mailboxes */

/* The alerts that were met, while they are collected. */
struct met {
	const struct passed *h;
	int64_t stale;
	struct arena arena;
	struct store_alert *v;
	size_t n;
	const struct mailbox_work **by_address;
	struct store_boxes boxes;
	struct bycause bycause;
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
	memset(a, 0, sizeof(*a));
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
 * Returns the first that failed with that kind of error when every visited
 * mailbox failed because of the way to the server, and sets *n to how many did
 * with that kind. NULL: it is not so.
 */
static const struct mailbox_work *
cut_off(const struct passed *h, const struct profile_work *p,
    enum err_kind kind, size_t *n)
{
	const struct mailbox_work *first = NULL;
	size_t i, late = 0;

	*n = 0;
	for (i = 0; i < h->nmailbox; i++) {
		const struct mailbox_work *w = &h->mailbox[i];

		/* what lacks something was not asked for */
		if (w->profile != p || w->end == VISIT_OFF || w->lacks != NULL)
			continue;
		if (w->end == VISIT_LATER) {
			late++;
			continue;
		}
		if (w->end != VISIT_FAILED || !on_the_way(p, w->fault))
			return NULL;
		if (w->fault->kind != kind)
			continue;
		if (first == NULL)
			first = w;
		++*n;
	}
	/* A single wrong answer may come from one mailbox's back end. */
	if (kind == ERR_CONFIG && (late > 0 || !is_whole(h->pass)))
		return NULL;
	return first;
}

/* If the server was reached the text must not say that it was not. */
static void
meet_stopped(struct met *m, const struct conf_profile *p, const char *example,
    const struct err *why)
{
	const struct advice_case of = { p, NULL, true };
	enum alert_kind kind = alert_of_profile(why);
	bool reached = kind == ALERT_FAILING;
	char advice[ADVICE_TEXT];
	struct store_alert *a;

	a = meet_alert(m, OF_PROFILE, p->name, alert_code(kind), "%s%s%s",
	    reached ? "the server was reached, but no mailbox could be read: "
		    : "",
	    example, why->msg);
	/* one that only waits is no news: the advice stays as it was */
	if (why->cause != CAUSE_LOGIN_WAITS)
		a->advice =
		    arena_strdup(&m->arena, advice_find(&of, why, advice));
	if (why->cause != CAUSE_LOGIN_WAITS && a->advice == NULL)
		a->advice = arena_strdup(&m->arena,
		    alert_advice(&a->scope, a->code, advice, sizeof(advice)));
}

static void
meet_cut_off(struct met *m, const struct conf_profile *p,
    const struct mailbox_work *w, size_t n)
{
	char example[320];

	if (n == 1)
		snprintf(
		    example, sizeof(example), "mailbox %s: ", w->conf.address);
	else
		snprintf(example, sizeof(example),
		    "%zu mailboxes, such as %s: ", n, w->conf.address);
	meet_stopped(m, p, example, w->fault);
}

/* Mailboxes that were given up (lasting.h): one alert, however many. */
static void
meet_disabled(struct met *m, const char *profile)
{
	char names[400] = "", more[64] = "";
	size_t i, len, n = 0;
	struct store_alert *a;

	for (i = 0; i < m->boxes.n; i++) {
		const struct store_box *b = &m->boxes.v[i];

		if (!b->off || !b->incoming || !str_eq(b->profile, profile))
			continue;
		len = strlen(names);
		if (n++ < DISABLED_NAMED)
			snprintf(names + len, sizeof(names) - len, "%s%s",
			    len > 0 ? ", " : "", b->address);
	}
	if (n == 0)
		return;
	if (n > DISABLED_NAMED)
		snprintf(more, sizeof(more), " and %zu more (table mailbox)",
		    n - DISABLED_NAMED);
	a = meet_alert(m, OF_PROFILE, profile, alert_code(ALERT_DISABLED),
	    "%zu %s failed for %d days for the same reason and %s not tried "
	    "any more: %s%s",
	    n, n == 1 ? "mailbox" : "mailboxes", LASTING_DAYS,
	    n == 1 ? "is" : "are", names, more);
	snprintf(names, sizeof(names),
	    "repair what the other alerts name, then run exsync --test "
	    "--profile %.200s: it enables the mailboxes that can be read again "
	    "(so does --enable); no mail that came meanwhile is lost",
	    profile);
	a->advice = arena_strdup(&m->arena, names);
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
		const struct conf_profile *conf = &h->pass->conf->profile[i];

		meet_disabled(m, conf->name);
		why = p->gate == NULL ? NULL : gate_stopped(p->gate);
		if (why != NULL)
			meet_stopped(m, conf, "", why);
		else if (p->gate != NULL &&
			 (w = cut_off(h, p, ERR_RETRY, &n)) != NULL)
			meet_cut_off(m, conf, w, n);
		else if ((nothing = reads_nothing(h, i)) != NULL) {
			log_warning("profile %s: %s", conf->name, nothing);
			meet_alert(m, OF_PROFILE, conf->name,
			    alert_code(ALERT_EMPTY), "%s", nothing);
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

/* Is the fault reported as what stopped the profile later? */
static bool
has_stopped(const struct mailbox_work *w)
{
	const struct err *stopped = gate_stopped(w->profile->gate);

	return stopped != NULL && err_is_same(stopped, w->fault);
}

/* Did it cut off all mailboxes of the profile, and not stop it? */
static bool
is_everybodys(const struct met *m, const struct mailbox_work *w)
{
	size_t n;

	return gate_stopped(w->profile->gate) == NULL &&
	       on_the_way(w->profile, w->fault) &&
	       cut_off(m->h, w->profile, w->fault->kind, &n) != NULL;
}

static void
meet_mailbox(struct met *m, const struct mailbox_work *w, const char *code,
    const char *text)
{
	struct store_alert *a =
	    meet_alert(m, OF_MAILBOX, w->conf.address, code, "%s", text);

	a->profile = w->profile->conf->name;
	a->owner = w->crm_id;
}

static void
meet_fault(struct met *m, const struct mailbox_work *w, bool *store)
{
	const struct err *e = w->fault;
	enum alert_kind kind;

	if (e->kind == ERR_RETRY || has_stopped(w))
		return;
	if (e->kind == ERR_FATAL && e->scope >= SCOPE_PROFILE) {
		if (!*store)
			meet_alert(m, OF_EXSYNC, NULL, alert_code(ALERT_STORE),
			    "%s", e->msg);
		*store = true;
		return;
	}
	kind = alert_of_mailbox(e);
	bycause_met(&m->bycause, w,
	    kind == ALERT_ANSWER ? e->code : alert_code(kind),
	    is_everybodys(m, w));
}

/* Is such an alert of the profile met already, for what stopped it? */
static bool
is_profile_met(const struct met *m, const struct store_alert *a)
{
	size_t i;

	for (i = 0; a->scope.kind == OF_PROFILE && i < m->n; i++) {
		if (store_scope_is(
			&m->v[i].scope, a->scope.kind, a->scope.name) &&
		    strcmp(m->v[i].code, a->code) == 0)
			return true;
	}
	return false;
}

/* For bycause_each. */
static void
meet_cause(void *arg, const struct store_alert *a)
{
	struct met *m = arg;
	struct store_alert *v;

	if (is_profile_met(m, a))
		return;
	v = VEC_ADD(m->v, m->n);
	*v = *a;
	v->severity = alert_severity(a->code);
	v->text = arena_strdup(&m->arena, a->text);
}

/* Mailboxes that are read again, or that nobody reads, have no cause. */
static void
meet_causes(struct met *m)
{
	const struct passed *h = m->h;
	size_t i;

	for (i = 0; i < h->nmailbox; i++) {
		const struct mailbox_work *w = &h->mailbox[i];

		if (w->end == VISIT_OK || w->end == VISIT_OFF)
			bycause_over(&m->bycause, w->conf.address);
	}
	for (i = 0; is_whole(h->pass) && i < m->bycause.nstored; i++) {
		const char *address = m->bycause.v[i].is.address;

		if (find_mailbox(m, address) == NULL)
			bycause_over(&m->bycause, address);
	}
	bycause_judge(&m->bycause);
	bycause_each(&m->bycause, meet_cause, m);
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

		if (w->end == VISIT_FAILED)
			meet_fault(m, w, &store);
	}
	meet_causes(m);
	for (i = 0; i < h->nmailbox; i++) {
		const struct mailbox_work *w = &h->mailbox[i];
		const struct store_box *b;

		if (w->end == VISIT_OFF ||
		    (b = store_box_find(&m->boxes, w->conf.address)) == NULL)
			continue;
		if (!b->off)
			meet_stale(m, w, b, now);
		meet_given_up(m, w, b);
	}
}

/* --- alerts that are over ---------------------------------------------- */

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

/* Is what its mailboxes had in common over, and the profile not stopped? */
static bool
causes_over(const struct met *m, const struct store_alert *a)
{
	const struct passed *h = m->h;
	size_t i;

	if (!bycause_ended(&m->bycause, a->scope.name, a->code))
		return false;
	for (i = 0; i < h->pass->conf->nprofile; i++) {
		const struct profile_work *p = &h->profile[i];

		if (strcmp(h->pass->conf->profile[i].name, a->scope.name) == 0)
			return p->gate == NULL || gate_stopped(p->gate) == NULL;
	}
	return true;
}

static bool
is_profile_over(const struct met *m, const struct store_alert *a)
{
	enum alert_kind kind = alert_kind(a->code);

	/* these are about mailboxes, and none has them */
	if (kind == ALERT_ACCESS || kind == ALERT_ANSWER ||
	    kind == ALERT_DISABLED)
		return true;
	return has_changed(m, a) || causes_over(m, a) ||
	       profile_well(m, a->scope.name, kind == ALERT_EMPTY);
}

static bool
is_mailbox_over(struct met *m, struct store_alert *a)
{
	const char *profile =
	    bycause_joined(&m->bycause, a->scope.name, a->code);
	char text[1600];

	if (profile == NULL)
		return mailbox_well(m, a);
	snprintf(text, sizeof(text),
	    "this goes on, and the alert of profile %s tells of it now: %s",
	    profile, a->text);
	a->text = arena_strdup(&m->arena, text);
	return true;
}

/* Of what it is about, is there nothing any more? */
static bool
is_pointless(const struct met *m, const struct store_alert *a)
{
	const struct conf *c = m->h->pass->conf;

	if (!is_whole(m->h->pass))
		return false;
	return (a->scope.kind == OF_MAILBOX &&
		   find_mailbox(m, a->scope.name) == NULL) ||
	       (a->scope.kind == OF_PROFILE &&
		   conf_profile(c, a->scope.name) == NULL);
}

/* Did the mailbox fail in this pass, and not because of the way there? */
static bool
has_failed(const struct met *m, const char *address)
{
	const struct mailbox_work *w = find_mailbox(m, address);

	return w != NULL && w->end == VISIT_FAILED &&
	       w->fault->kind != ERR_RETRY;
}

static bool
is_alert_over(void *arg, struct store_alert *a)
{
	struct met *m = arg;

	if (alert_kind(a->code) == ALERT_EXPIRES)
		return true; /* the INI says so, and not met is over */
	/* whoever opened it says when it is over: a pass knows nothing of it */
	if (strcmp(a->severity, "info") == 0)
		return is_pointless(m, a) ||
		       (alert_kind(a->code) == ALERT_TESTED &&
			   has_failed(m, a->scope.name));
	if (alert_kind(a->code) == ALERT_INTERRUPTED)
		return interrupted_over(m->h, a);
	if (a->scope.kind == OF_PROFILE)
		return is_profile_over(m, a);
	if (a->scope.kind == OF_MAILBOX)
		return is_mailbox_over(m, a);
	return true; /* the pass did begin, and is being written */
}

/* ----------------------------------------------------------------------- */

/* A mailbox that no pass visits any more must not count as well for ever. */
static int
leave_boxes(struct met *m, struct err *err)
{
	size_t i;

	for (i = 0; is_whole(m->h->pass) && i < m->boxes.n; i++) {
		struct store_box *b = &m->boxes.v[i];

		if (!b->incoming || find_mailbox(m, b->address) != NULL)
			continue;
		if (store_box_leave(m->h->pass->store, b->address, err) == -1)
			return -1;
		b->incoming = false;
	}
	return 0;
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
	index_mailboxes(m);
	if (leave_boxes(m, err) == -1 ||
	    bycause_load(&m->bycause, st, &m->boxes, err) == -1)
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
	met = (struct store_alert_met){ m->v, m->n, is_alert_over, m,
		tell_wanted(m->h->pass), m->bycause.write, m->bycause.nwrite };
	if (store_alert_apply(st, &met, &news, err) == -1)
		return -1;
	tell_news(m->h->pass, &news);
	tell_settle(m->h->pass, m->v, m->n, &news);
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
	bycause_free(&m.bycause);
	store_box_free(&m.boxes);
	arena_free(&m.arena);
	free(m.v);
	free(m.by_address);
	return rc;
}

void
health_trouble(const struct pass *p, const struct err *why)
{
	int64_t now = tim_now();
	struct store_alert a = { .code = alert_code(why->kind == ERR_FATAL
							? ALERT_STORE
							: ALERT_CONFIG),
		.severity = "error",
		.text = why->msg,
		.first_at = now,
		.last_at = now,
		.count = 1,
		.resolved_at = TIM_NONE };
	struct store_alert_met met = { .v = &a, .n = 1 };
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
