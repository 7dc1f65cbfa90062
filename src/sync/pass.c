/*
 * pass.c - one pass over all mailboxes of all profiles.
 * 1. The directory of the people whom the CRM knows does not change during a
 *    pass.
 * 2. Nothing of a profile is freed before its crew has ended.
 * 3. The row in table run is inserted before anything that may take long, or
 *    much memory, so that a pass which dies there is known. If something keeps
 *    the pass from asking any server (a CSV file, no mailbox), the row is
 *    removed again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "core/partycsv.h"
#include "store/health.h"
#include "store/people.h"
#include "sync/health.h"
#include "sync/interrupted.h"
#include "sync/login.h"
#include "sync/logins.h"
#include "sync/pass.h"
#include "sync/people.h"
#include "sync/plan.h"
#include "sync/reconsider.h"
#include "sync/say.h"
#include "sync/servers.h"
#include "sync/turn.h"
#include "sync/underway.h"
#include "sync/visit.h"
#include "sync/work.h"

#define TICK   250                /* ms */
#define BUDGET ((int64_t)6 << 20) /* bytes of mail; the process: 32 MB */

/* What a pass holds while it runs. */
struct running {
	const struct pass *pass;
	struct party_list party;
	char *people; /* why a list of them does not count; or NULL */
	struct party_dir *dir;
	struct plan plan;
	struct profile_work *profile; /* as many as conf has */
	struct mailbox_work *mailbox; /* as many as plan has */
	struct tally tally;
	struct budget *budget;
	struct underway *underway;
	struct logins *logins;
	bool stopped; /* before its jobs were done */
};

static int
nothing_planned(const struct pass *p, struct err *err)
{
	if (p->want.nmailbox > 0 || p->want.profile != NULL)
		return err_set(err, ERR_CONFIG,
		    "--mailbox and --profile leave no mailbox to read: the "
		    "mailbox has incoming = no or is another profile's, or "
		    "the profile has none");
	return err_set(err, ERR_CONFIG,
	    "%s: there is no mailbox to read: no "
	    "CRM user's address lies in the domains of a profile, and no "
	    "[mailbox] section is active; check users in [directory] (or "
	    "table party) and domains",
	    p->conf->path);
}

static bool
is_stored(void *arg, const char *message_id)
{
	return store_has_message_id(arg, message_id);
}

static void
set_match(const struct running *r, struct mailbox_work *w)
{
	struct match *m = &w->match;

	m->conf = r->pass->conf;
	m->profile = w->conf.profile;
	m->mailbox = &w->conf;
	m->dir = r->dir;
	m->owner = match_owner(r->dir, w->conf.address);
	m->stored = is_stored;
	m->stored_arg = r->pass->store;
}

static int
start_profile(struct running *r, struct profile_work *p,
    const struct conf_profile *conf, struct err *err)
{
	struct server *server;

	p->pass = r->pass;
	p->conf = conf;
	p->tally = &r->tally;
	p->plan = &r->plan;
	p->budget = r->budget;
	if ((server = servers_get(r->pass->servers, conf, err)) == NULL)
		return err_prefix(err, "profile %s", conf->name);
	p->ops = server->ops;
	p->provider = server->provider;
	p->gate = server->gate;
	login_profile_bind(p, r->logins);
	p->say = say_open();
	p->crew = crew_open(conf->max_connections);
	return login_profile_begin(p, err);
}

/*
 * Opens the profiles that have mailboxes. Nothing is contacted, but settings
 * that can never work are found here.
 */
static int
start_profiles(struct running *r, struct err *err)
{
	const struct conf *c = r->pass->conf;
	size_t i, k, n;

	r->profile = mem_alloc(c->nprofile * sizeof(*r->profile));
	servers_begin(r->pass->servers);
	if (store_login_clean(r->pass->store, err) == -1)
		return -1;
	r->logins = logins_open(r->pass);
	for (i = 0; i < c->nprofile; i++) {
		for (k = n = 0; k < r->plan.n; k++)
			n += r->plan.v[k].mailbox.profile == &c->profile[i];
		if (n > 0 &&
		    start_profile(r, &r->profile[i], &c->profile[i], err) == -1)
			return -1;
	}
	return 0;
}

/* Starts the mailboxes' jobs: from here on the servers are contacted. */
static void
start_mailboxes(struct running *r, const struct store_run *run)
{
	const struct conf_profile *first = r->pass->conf->profile;
	size_t from = turn_first(run->cut_before, r->plan.n), k;

	for (k = 0; k < r->pass->conf->nprofile; k++) {
		r->profile[k].cut_before = run->cut_before;
		r->profile[k].underway = r->underway;
	}
	r->mailbox = mem_alloc(r->plan.n * sizeof(*r->mailbox));
	for (k = 0; k < r->plan.n; k++) {
		size_t i = (from + k) % r->plan.n;
		struct mailbox_work *w = &r->mailbox[i];

		w->conf = r->plan.v[i].mailbox;
		w->crm_id = r->plan.v[i].crm_id;
		w->profile = &r->profile[w->conf.profile - first];
		w->login.own = w->conf.username != NULL;
		w->login.profile = w->profile->conf->name;
		w->login.address = w->conf.address;
		login_mailbox_bind(w);
		w->job.run = visit_job;
		set_match(r, w);
		crew_add(w->profile->crew, &w->job);
	}
}

/* Called repeatedly while the jobs run. */
static void
tick_run(struct running *r)
{
	const struct pass *p = r->pass;
	struct pass_counts now;
	size_t i;

	for (i = 0; i < p->conf->nprofile; i++) {
		if (r->profile[i].gate != NULL)
			say_kept(&r->profile[i], false);
	}
	if (r->underway != NULL)
		underway_look(r->underway);
	tally_get(&r->tally, &now);
	if (p->tick != NULL)
		p->tick(p->tick_arg, &now);
}

static void
wait_for_all(struct running *r)
{
	size_t i;

	for (i = 0; i < r->pass->conf->nprofile; i++) {
		struct profile_work *p = &r->profile[i];

		if (p->crew == NULL)
			continue;
		while (!crew_wait(p->crew, TICK))
			tick_run(r);
		say_kept(p, true);
	}
}

static void
finish_pass(struct running *r)
{
	size_t i;

	for (i = 0; r->profile != NULL && i < r->pass->conf->nprofile; i++) {
		struct profile_work *p = &r->profile[i];

		crew_close(p->crew);
		say_close(p->say);
	}
	for (i = 0; r->mailbox != NULL && i < r->plan.n; i++) {
		free(r->mailbox[i].fault);
		free(r->mailbox[i].login.left);
	}
	logins_close(r->logins);
	free(r->profile);
	free(r->mailbox);
	free(r->plan.v);
	store_people_use(r->pass->store, NULL);
	party_dir_free(r->dir);
	party_list_free(&r->party);
	free(r->people);
	budget_close(r->budget);
	underway_close(r->underway);
	pthread_mutex_destroy(&r->tally.lock);
}

static enum pass_outcome
judge_outcome(
    const struct running *r, const struct pass_counts *c, int64_t stale)
{
	if (r->stopped)
		return PASS_PARTIAL;
	if (c->mailboxes > 0 && c->mailboxes_failed == c->mailboxes)
		return PASS_FAILED;
	return c->mailboxes_failed > 0 || c->store.failed > 0 || stale > 0 ||
		       r->people != NULL
		   ? PASS_PARTIAL
		   : PASS_OK;
}

/* All jobs are over: brings logins and alerts up to date. */
static int
look_back(struct running *r, int64_t *stale, struct err *err)
{
	struct passed h = { r->pass, r->profile, r->mailbox, r->plan.n,
		r->stopped, r->people };
	size_t i;

	for (i = 0; i < r->pass->conf->nprofile; i++) {
		if (r->profile[i].gate != NULL &&
		    login_profile_end(&r->profile[i], err) == -1)
			return -1;
	}
	logins_end(r->logins);
	return health_pass(&h, stale, err);
}

static int
record_run(const struct running *r, struct store_run *run,
    const struct pass_counts *c, enum pass_outcome outcome, struct err *err)
{
	static const char *const name[] = { "ok", "partial", "failed" };

	run->count = c->store;
	run->seen = c->seen;
	run->bytes = c->bytes;
	run->requests = c->requests;
	run->mailboxes = c->mailboxes;
	run->failed = c->mailboxes_failed;
	run->outcome = r->stopped ? "interrupted" : name[outcome];
	return store_run_end(r->pass->store, run, err);
}

static int
prepare_run(struct running *r, struct err *err)
{
	const struct pass *p = r->pass;

	if (people_load(p, &r->party, &r->people, err) == -1 ||
	    plan_make(p->conf, &r->party, &p->want, &r->plan, err) == -1)
		return -1;
	r->dir = party_dir_build(&r->party);
	store_people_use(p->store, r->dir);
	if (reconsider_begin(p, &r->party, &r->plan, r->people != NULL, err) ==
	    -1)
		return -1;
	if (r->plan.n == 0)
		return nothing_planned(p, err);
	r->tally.count.mailboxes = (int64_t)r->plan.n;
	return 0;
}

/* Contacts the servers, and records the outcome. */
static int
run_all(struct running *r, struct store_run *run, struct pass_counts *out,
    enum pass_outcome *outcome, struct err *err)
{
	struct err later = ERR_INIT;
	int64_t stale = 0;

	start_mailboxes(r, run);
	interrupted_tell(r->pass, run);
	wait_for_all(r);
	r->stopped = stop_requested();
	tally_get(&r->tally, out);
	if (look_back(r, &stale, err) == -1) {
		/* The pass has ended all the same. */
		record_run(r, run, out, PASS_FAILED, &later);
		return -1;
	}
	*outcome = judge_outcome(r, out, stale);
	return record_run(r, run, out, *outcome, err);
}

/* All that a pass does once it has begun. */
static int
run_begun(struct running *r, struct store_run *run, struct pass_counts *out,
    enum pass_outcome *outcome, struct err *err)
{
	const struct pass *p = r->pass;
	struct err later = ERR_INIT;
	int rc;

	interrupted_begin(p, run);
	if (!p->dry_run)
		r->underway = underway_open(p->store, run->died_before);
	rc = prepare_run(r, err);
	if (rc == 0 && p->begin != NULL)
		p->begin(p->begin_arg);
	if (rc == 0)
		rc = start_profiles(r, err);
	if (rc == 0)
		return run_all(r, run, out, outcome, err);
	store_run_drop(p->store, run, &later);
	return -1;
}

int
pass_run(const struct pass *p, struct pass_counts *out,
    enum pass_outcome *outcome, struct err *err)
{
	struct store_run run;
	struct running r;
	int rc;

	memset(&r, 0, sizeof(r));
	memset(&run, 0, sizeof(run));
	r.pass = p;
	run.want = p->want;
	pthread_mutex_init(&r.tally.lock, NULL);
	r.budget = budget_open(BUDGET);
	rc = store_run_begin(p->store, &run, err);
	if (rc == 0)
		rc = run_begun(&r, &run, out, outcome, err);
	if (rc == -1)
		health_trouble(p, err);
	finish_pass(&r);
	return rc;
}
