/*
 * status.c - exsync --status: what the database knows, judged by the clock.
 * 1. Works while a pass runs: the database is only read.
 * 2. Does not depend on a pass to notice trouble: a mailbox is stale when the
 *    clock says so, whether or not a pass has raised the alert.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "cmd/cmd.h"
#include "cmd/status.h"
#include "store/retention.h"
#include "sync/alert.h"
#include "sync/people.h"
#include "sync/plan.h"

/* What the report borrows from. */
struct source {
	struct conf *conf;
	struct store *store;
	struct party_list party;
	struct plan plan;
	struct store_boxes boxes;
	struct store_alerts alerts;
	struct store_causes causes;
	struct store_interrupteds cuts;
	struct store_passes passes;
};

const char *
status_name(enum status_is is)
{
	static const char *const name[] = { "stale", "failing", "waiting",
		"new", "ok", "disabled" };

	return name[is];
}

/* --- judging ----------------------------------------------------------- */

/* Has a mailbox of the profile a part in its alert with that code? */
static bool
is_of_some(const struct status *s, const struct store_alert *a)
{
	size_t i, k;

	for (i = 0; i < s->ncause; i++) {
		const struct store_cause *c = &s->cause[i];

		if (!c->shared || strcmp(c->code, a->code) != 0)
			continue;
		for (k = 0; k < s->nbox; k++) {
			if (strcmp(s->box[k].address, c->address) == 0 &&
			    strcmp(s->box[k].profile, a->scope.name) == 0)
				return true;
		}
	}
	return false;
}

/*
 * Is an alert open that says why this mailbox, or each of this profile, is not
 * read?
 */
static bool
has_alert(const struct status *s, enum store_scope_kind kind, const char *name)
{
	size_t i;

	for (i = 0; i < s->nalert; i++) {
		const struct store_alert *a = &s->alert[i];

		if (store_scope_is(&a->scope, kind, name) &&
		    alert_stops_passes(a->code) &&
		    (kind != OF_PROFILE || !is_of_some(s, a)))
			return true;
	}
	return false;
}

static void
count_in(struct status_profile *p, const struct status_box *b)
{
	if (b->is == STATUS_OFF)
		return;
	p->mailboxes++;
	p->well += b->is == STATUS_OK;
	p->failing += b->is == STATUS_FAILING || b->is == STATUS_STALE;
	if (b->last_ok_at != TIM_NONE &&
	    (p->last_ok_at == TIM_NONE || b->last_ok_at > p->last_ok_at))
		p->last_ok_at = b->last_ok_at;
	if (b->is < p->is)
		p->is = b->is;
	p->mail.today += b->mail.today;
	p->mail.yesterday += b->mail.yesterday;
	if (b->mail.usual >= 0)
		p->mail.usual =
		    b->mail.usual + (p->mail.usual >= 0 ? p->mail.usual : 0);
}

static int
worst_first(const void *a, const void *b)
{
	const struct status_box *x = a, *y = b;
	int c;

	if (x->is != y->is)
		return x->is < y->is ? -1 : 1;
	/* of the bad ones, that with the oldest good pass first */
	if (x->is <= STATUS_FAILING && x->last_ok_at != y->last_ok_at)
		return x->last_ok_at < y->last_ok_at ? -1 : 1;
	c = strcmp(x->profile, y->profile);
	return c != 0 ? c : strcmp(x->address, y->address);
}

/* Counts the messages that wait, but not those of a disabled mailbox. */
static void
add_waiting(struct status *s, const struct status_box *b)
{
	if (b->is == STATUS_OFF)
		return;
	s->waiting += b->waiting;
	s->given_up += b->given_up;
	s->anew += b->anew;
	if (b->waiting > 0 &&
	    (s->next_try == TIM_NONE || b->next_try < s->next_try))
		s->next_try = b->next_try;
}

void
status_judge(struct status *s)
{
	size_t i, k, n, active = 0, bad = 0;

	s->waiting = s->given_up = s->anew = 0;
	s->next_try = TIM_NONE;
	s->silent = false;
	for (i = 0; i < s->nbox; i++)
		add_waiting(s, &s->box[i]);
	for (i = 0; i < s->nprofile; i++) {
		struct status_profile *p = &s->profile[i];

		*p = (struct status_profile){ .is = STATUS_OFF,
			.name = p->name,
			.silence = p->silence,
			.last_ok_at = TIM_NONE,
			.mail.usual = -1 };
		p->told = has_alert(s, OF_PROFILE, p->name);
		for (k = n = 0; k < s->nbox; k++) {
			struct status_box *b = &s->box[k];

			if (strcmp(b->profile, p->name) != 0)
				continue;
			n++;
			b->told = p->told || b->shared ||
				  (b->is <= STATUS_FAILING &&
				      has_alert(s, OF_MAILBOX, b->address));
			count_in(p, b);
		}
		if (n == 0)
			p->is = STATUS_NEW;
		active += p->mailboxes;
		bad += p->failing;
		s->silent = s->silent || p->silence.is;
	}
	if (s->nbox > 0)
		qsort(s->box, s->nbox, sizeof(*s->box), worst_first);
	s->exit = CMD_OK;
	if (bad > 0 || s->nalert > 0 || s->waiting > 0 || s->given_up > 0 ||
	    strcmp(s->run.ended, "ok") != 0 || s->run.cut_off || s->silent ||
	    s->cut.n >= ALERT_IN_A_ROW || s->forgotten.unfinished)
		s->exit = CMD_PARTIAL;
	if (active > 0 && bad == active)
		s->exit = CMD_FAILED;
}

/* --- collecting -------------------------------------------------------- */

static enum status_is
state_of(const struct store_box *b, int64_t after, int64_t now)
{
	if (strcmp(b->state, "waiting") == 0)
		return STATUS_WAITING;
	if (strcmp(b->state, "disabled") == 0)
		return STATUS_OFF;
	if (alert_is_stale(b->last_ok_at, b->first_at, after, now))
		return STATUS_STALE;
	if (strcmp(b->state, "failing") == 0)
		return STATUS_FAILING;
	return b->last_ok_at == TIM_NONE ? STATUS_NEW : STATUS_OK;
}

static void
fill_box(struct status_box *to, const struct plan_entry *e,
    const struct store_box *b, int64_t now)
{
	memset(to, 0, sizeof(*to));
	to->address = e->mailbox.address;
	to->profile = e->mailbox.profile->name;
	to->type = e->mailbox.type == CONF_MAILBOX_QUEUE ? "queue" : "user";
	to->stale_after = alert_stale_after(e->mailbox.profile, false);
	to->last_ok_at = to->retry_at = to->next_try = TIM_NONE;
	to->is = STATUS_NEW;
	to->mail.usual = -1;
	if (b == NULL)
		return;
	to->is = state_of(b, to->stale_after, now);
	to->last_error = b->last_error;
	to->last_ok_at = b->last_ok_at;
	to->retry_at = b->retry_at;
	to->mail.today = b->today;
	to->mail.yesterday = b->yesterday;
	if (b->before_days > 0)
		to->mail.usual = (double)b->before / (double)b->before_days;
	to->failures = b->failures;
	to->given_up = b->given_up;
	to->waiting = b->waiting;
	to->anew = b->anew;
	to->next_try = b->next_try;
}

static int
load_source(struct source *src, int64_t now, struct err *err)
{
	static const struct store_want all = { NULL, 0, NULL };
	struct store *st;

	src->store = st = store_open(src->conf->database, STORE_READ_ONLY, err);
	if (st == NULL || people_known(src->conf, st, &src->party, err) == -1 ||
	    plan_make(src->conf, &src->party, &all, &src->plan, err) == -1 ||
	    store_box_list(st, &src->boxes, err) == -1 ||
	    store_box_days(st, &src->boxes, now, err) == -1)
		return -1;
	if (store_cause_list(st, &src->causes, err) == -1)
		return -1;
	return store_alert_list(st, &src->alerts, err);
}

/* The alerts are sorted: those that are news are the last. */
static void
fill_alerts(const struct source *src, struct status *s)
{
	s->alert = src->alerts.v;
	s->nalert = src->alerts.n;
	while (s->nalert > 0 &&
	       !alert_is_trouble(s->alert[s->nalert - 1].severity)) {
		s->nalert--;
		s->nnews++;
	}
	s->cause = src->causes.v;
	s->ncause = src->causes.n;
}

static int
compare_cause_address(const void *key, const void *row)
{
	return strcmp(key, ((const struct store_cause *)row)->address);
}

/* Does the profile's alert tell of it, as of others? */
static bool
is_shared_cause(const struct status *s, const char *address)
{
	const struct store_cause *c =
	    s->ncause == 0 ? NULL
			   : bsearch(address, s->cause, s->ncause,
				 sizeof(*s->cause), compare_cause_address);

	return c != NULL && c->shared;
}

/* May a pass with this restriction still come: has the INI its profile? */
static bool
may_run(const struct conf *c, const struct store_wanted *w)
{
	return w->profile == NULL || conf_profile(c, w->profile) != NULL;
}

static void
choose_cut(const struct source *src, struct status *s)
{
	size_t i;

	for (i = 0; i < src->cuts.n; i++) {
		const struct store_interrupted *v = &src->cuts.v[i];

		if (v->n > s->cut.n && may_run(src->conf, &v->wanted))
			s->cut = *v;
	}
}

/* Fills in the i-th profile's name, and whether passes over it still come. */
static void
listen_to(const struct source *src, struct status *s, size_t i)
{
	const char **address = mem_alloc((s->nbox + 1) * sizeof(*address));
	struct silence_of of = { .profile = &src->conf->profile[i],
		.mailbox = address,
		.passes = &src->passes,
		.at_work = s->run.running,
		.now = s->now };
	size_t k;

	s->profile[i].name = of.profile->name;
	for (k = 0; k < s->nbox; k++) {
		if (s->box[k].is != STATUS_OFF &&
		    strcmp(s->box[k].profile, of.profile->name) == 0)
			address[of.nmailbox++] = s->box[k].address;
	}
	silence_judge(&of, &s->profile[i].silence);
	free(address);
}

static int
collect_boxes(struct source *src, struct status *s, struct err *err)
{
	struct store_retention kept;
	size_t i, known = 0;

	if (load_source(src, s->now, err) == -1 ||
	    store_last_run(src->store, &s->run, err) == -1 ||
	    store_interrupted_list(
		src->store, s->run.cut_off, &src->cuts, err) == -1 ||
	    store_pass_list(src->store, SILENCE_PASSES, &src->passes, err) ==
		-1)
		return -1;
	if (store_retention_get(src->store, s->now, &kept, err) == -1)
		return -1;
	s->expired = kept.expired;
	choose_cut(src, s);
	s->database = src->conf->database;
	fill_alerts(src, s);
	s->nbox = src->plan.n;
	s->box = mem_alloc((s->nbox + 1) * sizeof(*s->box));
	for (i = 0; i < s->nbox; i++) {
		const struct plan_entry *e = &src->plan.v[i];
		const struct store_box *b =
		    store_box_find(&src->boxes, e->mailbox.address);

		known += b != NULL;
		fill_box(&s->box[i], e, b, s->now);
		s->box[i].shared = is_shared_cause(s, s->box[i].address);
	}
	s->off_plan = src->boxes.n - known;
	s->nprofile = src->conf->nprofile;
	s->profile = mem_alloc((s->nprofile + 1) * sizeof(*s->profile));
	for (i = 0; i < s->nprofile; i++)
		listen_to(src, s, i);
	return 0;
}

static void
close_source(struct source *src, struct status *s)
{
	free(s->box);
	free(s->profile);
	store_box_free(&src->boxes);
	arena_free(&src->alerts.arena);
	arena_free(&src->causes.arena);
	arena_free(&src->cuts.arena);
	arena_free(&src->passes.arena);
	plan_free(&src->plan);
	party_list_free(&src->party);
	store_close(src->store);
	conf_free(src->conf);
}

int
status_run(const struct cmd *cmd)
{
	struct err err = ERR_INIT;
	struct source src;
	struct status s;
	int rc = CMD_FAILED;

	memset(&src, 0, sizeof(src));
	memset(&s, 0, sizeof(s));
	if ((src.conf = cmd_conf_offline(cmd)) == NULL)
		return CMD_USAGE;
	log_init(src.conf->log_level);
	s.now = tim_now();
	if (collect_boxes(&src, &s, &err) == -1)
		log_error("%s", err.msg);
	else if (forgetting_state(src.store, &s.forgotten, &err) == -1)
		log_error("%s", err.msg);
	else {
		status_judge(&s);
		(cmd->json ? status_json : status_text)(&s, stdout);
		rc = s.exit;
	}
	close_source(&src, &s);
	return rc;
}
