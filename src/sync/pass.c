/*
 * pass.c - one pass over all mailboxes of all profiles.
 * 1. The directory of the people whom the CRM knows does not change during a
 *    pass.
 * 2. The row in table run is inserted before anything that may take long, or
 *    much memory, so that a pass which dies there is known. If something keeps
 *    the pass from asking any server (a CSV file, no mailbox), the row is
 *    removed again.
 */
#include <string.h>

#include "store/health.h"
#include "store/people.h"
#include "sync/access.h"
#include "sync/health.h"
#include "sync/interrupted.h"
#include "sync/pass.h"
#include "sync/forgetting.h"
#include "sync/people.h"
#include "sync/permitted.h"
#include "sync/reconsider.h"
#include "sync/retention.h"
#include "sync/running.h"
#include "sync/underway.h"
#include "sync/visit.h"

static enum pass_outcome
judge_outcome(
    const struct running *r, const struct pass_counts *c, int64_t stale)
{
	if (r->stopped)
		return PASS_PARTIAL;
	if (c->mailboxes > 0 && c->mailboxes_failed == c->mailboxes)
		return PASS_FAILED;
	return c->mailboxes_failed > 0 || c->store.failed > 0 || stale > 0 ||
		       r->people != NULL || r->forgotten != NULL
		   ? PASS_PARTIAL
		   : PASS_OK;
}

/* All jobs are over: brings logins and alerts up to date. */
static int
look_back(struct running *r, struct retention *kept, struct pass_counts *out,
    int64_t *stale, struct err *err)
{
	struct passed h = { r->pass, r->profile, r->mailbox, r->plan.n,
		r->stopped, r->people, r->forgotten, kept };

	if (running_end(r, err) == -1 ||
	    retention_end(r->pass, kept, &out->expired, err) == -1)
		return -1;
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
prepare_run(struct running *r, struct retention *kept, struct err *err)
{
	const struct pass *p = r->pass;

	if (forgetting_begin(p, &r->forgotten, err) == -1 ||
	    people_load(p, &r->party, &r->people, err) == -1 ||
	    plan_make(p->conf, &r->party, &p->want, &r->plan, err) == -1 ||
	    permitted_plan(p, &r->plan, err) == -1)
		return -1;
	access_plan(p->conf, &r->plan);
	r->dir = party_dir_build(&r->party);
	store_people_use(p->store, r->dir);
	if (retention_begin(p, kept, err) == -1 ||
	    reconsider_begin(p, &r->party, &r->plan, r->people != NULL,
		kept->wider, err) == -1)
		return -1;
	r->retain_from = kept->from;
	return r->plan.n > 0 ? 0 : plan_empty(p->conf, &p->want, err);
}

/* For running_start. */
static void
begin_visit(struct mailbox_work *w, void *arg)
{
	(void)arg;
	w->job.run = visit_job;
}

/* Contacts the servers, and records the outcome. */
static int
run_all(struct running *r, struct store_run *run, struct retention *kept,
    struct pass_counts *out, enum pass_outcome *outcome, struct err *err)
{
	struct err later = ERR_INIT;
	int64_t stale = 0;

	running_start(r, run->cut_before, begin_visit, NULL);
	interrupted_tell(r->pass, run);
	running_wait(r);
	tally_get(&r->tally, out);
	if (look_back(r, kept, out, &stale, err) == -1) {
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
	struct retention kept;
	int rc;

	interrupted_begin(p, run);
	if (!p->dry_run)
		r->underway = underway_open(p->store, run->died_before);
	rc = prepare_run(r, &kept, err);
	if (rc == 0 && p->begin != NULL)
		p->begin(p->begin_arg);
	if (rc == 0)
		rc = running_open(r, err);
	if (rc == 0)
		return run_all(r, run, &kept, out, outcome, err);
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

	running_init(&r, p);
	memset(&run, 0, sizeof(run));
	run.want = p->want;
	rc = store_run_begin(p->store, &run, err);
	if (rc == 0)
		rc = run_begun(&r, &run, out, outcome, err);
	if (rc == -1)
		health_trouble(p, err);
	running_free(&r);
	return rc;
}
