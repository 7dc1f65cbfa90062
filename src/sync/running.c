/*
 * running.c - what a pass holds while it runs.
 * 1. Nothing of a profile is freed before its crew has ended.
 */
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "base/tim.h"
#include "store/health.h"
#include "store/people.h"
#include "sync/login.h"
#include "sync/logins.h"
#include "sync/running.h"
#include "sync/say.h"
#include "sync/servers.h"
#include "sync/turn.h"
#include "sync/underway.h"

#define TICK   250                /* ms */
#define BUDGET ((int64_t)6 << 20) /* bytes of mail; the process: 32 MB */

void
running_init(struct running *r, const struct pass *p)
{
	memset(r, 0, sizeof(*r));
	r->pass = p;
	r->retain_from = TIM_NONE;
	pthread_mutex_init(&r->tally.lock, NULL);
	r->budget = budget_open(BUDGET);
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
	m->retain_from = r->retain_from;
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

int
running_open(struct running *r, struct err *err)
{
	const struct conf *c = r->pass->conf;
	size_t i, k, n;

	if (r->dir == NULL)
		r->dir = party_dir_build(&r->party);
	r->tally.count.mailboxes = (int64_t)r->plan.n;
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

void
running_start(struct running *r, bool cut_before,
    void (*begin)(struct mailbox_work *, void *arg), void *arg)
{
	const struct conf_profile *first = r->pass->conf->profile;
	size_t from = turn_first(cut_before, r->plan.n), k;

	for (k = 0; k < r->pass->conf->nprofile; k++) {
		r->profile[k].cut_before = cut_before;
		r->profile[k].underway = r->underway;
	}
	r->mailbox = mem_alloc(r->plan.n * sizeof(*r->mailbox));
	for (k = 0; k < r->plan.n; k++) {
		size_t i = (from + k) % r->plan.n;
		struct mailbox_work *w = &r->mailbox[i];

		w->conf = r->plan.v[i].mailbox;
		w->crm_id = r->plan.v[i].crm_id;
		w->permit = r->plan.v[i].permit;
		w->lacks = r->plan.v[i].lacks;
		w->lacks_code = r->plan.v[i].lacks_code;
		w->profile = &r->profile[w->conf.profile - first];
		w->login.own = w->conf.username != NULL;
		w->login.profile = w->profile->conf->name;
		w->login.address = w->conf.address;
		login_mailbox_bind(w);
		set_match(r, w);
		begin(w, arg);
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

void
running_wait(struct running *r)
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
	r->stopped = stop_requested();
}

int
running_end(struct running *r, struct err *err)
{
	size_t i;

	for (i = 0; i < r->pass->conf->nprofile; i++) {
		if (r->profile[i].gate != NULL &&
		    login_profile_end(&r->profile[i], err) == -1)
			return -1;
	}
	logins_end(r->logins);
	return 0;
}

void
running_free(struct running *r)
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
	plan_free(&r->plan);
	store_people_use(r->pass->store, NULL);
	party_dir_free(r->dir);
	party_list_free(&r->party);
	free(r->people);
	free(r->forgotten);
	budget_close(r->budget);
	underway_close(r->underway);
	pthread_mutex_destroy(&r->tally.lock);
}
