/*
 * verify.c - exsync --verify: the mailboxes, one job for each.
 * 1. What could not be found out is never proof: a mailbox is VERIFIED_PROOF
 *    only when each of its folders was listed to its end and agrees.
 * 2. A fault of a folder does not keep the others from being verified, nor one
 *    of a mailbox the other mailboxes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "store/health.h"
#include "sync/access.h"
#include "sync/listing.h"
#include "sync/login.h"
#include "sync/forgetting.h"
#include "sync/people.h"
#include "sync/permitted.h"
#include "sync/running.h"
#include "sync/select.h"
#include "sync/verify.h"

/* What the jobs share. */
struct verifying {
	const struct pass *pass;
	struct running run;
	struct store_boxes boxes; /* the mailboxes as the file has them */
	struct verified_box *box; /* as many as the plan has */
};

/* --- a mailbox ------------------------------------------------------- */

static const struct store_folder *
known_folder(const struct store_folders *known, const char *id)
{
	size_t i;

	for (i = 0; i < known->n; i++) {
		if (strcmp(known->v[i].folder_id, id) == 0)
			return &known->v[i];
	}
	return NULL;
}

static void
blame_listing(struct listing *l, const struct folder *f, struct err *err)
{
	listing_trouble(l, f->path)->why =
	    arena_strdup(&l->box->arena, err->msg);
	err_clear(err);
}

static int
verify_folders(struct listing *l, const struct folder_list *list,
    const struct store_folders *known, struct err *err)
{
	const struct profile_work *p = l->mailbox->profile;
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct folder *f = &list->v[i];

		if ((p->ops->limits->kinds & (1u << f->kind)) == 0 ||
		    !select_folder(p->conf, list, f, known))
			continue;
		if (listing_folder(l, f, known_folder(known, f->id), err) == 0)
			l->box->folders++;
		else if (err->kind == ERR_GONE && err->scope <= SCOPE_FOLDER)
			err_clear(err); /* it was deleted meanwhile */
		else if (err->scope <= SCOPE_FOLDER && err->cause != CAUSE_STOP)
			blame_listing(l, f, err);
		else
			return err_prefix(err, "folder %s", str_nn(f->path));
	}
	return listing_rows(l, known, err);
}

static int64_t
count_items(const struct folder_list *list)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < list->n; i++)
		n += list->v[i].total > 0 ? list->v[i].total : 0;
	return n;
}

/* Copies the counts of v, and takes over its rules. */
static void
take_counts(struct verified_box *b, struct store_verify *v)
{
	size_t i;

	b->stored = v->is[STORE_IS_STORED];
	b->skipped = v->is[STORE_IS_SKIPPED];
	b->waiting = v->is[STORE_IS_WAITING];
	b->given_up = v->is[STORE_IS_GIVEN_UP];
	b->rule = v->rule;
	b->nrule = v->nrule;
	v->rule = NULL;
	v->nrule = 0;
	for (i = 0; i < b->nfolder; i++) {
		b->gaps += b->folder[i].gaps;
		b->stale += b->folder[i].stale;
		b->unlisted += b->folder[i].unlisted;
		b->unread += b->folder[i].unread;
	}
}

static enum verified_is
judge_box(const struct verified_box *b)
{
	size_t i;

	if (b->gaps > 0 || b->stale > 0 || b->unlisted > 0)
		return VERIFIED_GAP;
	for (i = 0; i < b->nfolder; i++) {
		if (b->folder[i].why != NULL || b->folder[i].unread > 0)
			return VERIFIED_NOT;
	}
	return b->much ? VERIFIED_NOT : VERIFIED_PROOF;
}

/* With a session: lists the mailbox. */
static int
verify_session(struct listing *l, struct err *err)
{
	struct store *st = l->mailbox->profile->pass->store;
	const char *address = l->mailbox->conf.address;
	struct folder_list list;
	struct store_folders known;
	int rc;

	if (listing_folders(l, &list, err) == -1)
		return -1;
	rc = store_verify_folders(st, address, &known, err);
	if (rc == 0) {
		store_verify_begin(&l->verify, st, address, count_items(&list));
		rc = verify_folders(l, &list, &known, err);
		take_counts(l->box, &l->verify);
		store_verify_end(&l->verify);
		arena_free(&known.arena);
	}
	arena_free(&list.arena);
	return rc;
}

static int
open_and_verify(struct listing *l, struct err *err)
{
	struct mailbox_work *w = l->mailbox;
	struct profile_work *p = w->profile;
	int64_t bytes;
	int rc;

	if (access_ready(w, err) == -1 || login_mailbox_begin(w, err) == -1)
		return -1;
	w->session = p->ops->session_open(p->provider, &w->conf, err);
	if (w->session == NULL)
		return -1;
	rc = verify_session(l, err);
	if (rc == 0 && w->login.own)
		atomic_store(&p->own_accepted, true);
	p->ops->usage(w->session, &l->box->requests, &bytes);
	tally_usage(p->tally, l->box->requests, bytes);
	p->ops->session_close(w->session);
	return rc;
}

/* Is the mailbox not to be asked now? Then the box says why. */
static bool
is_left_out(const struct mailbox_work *w, const struct store_box *known,
    struct verified_box *b)
{
	bool named = w->profile->pass->want.nmailbox > 0;
	char when[TIM_TEXT], why[500];

	b->is = VERIFIED_OFF;
	/* nobody has said that its mail is not wanted */
	if (w->permit == PERMIT_READ && known != NULL && known->off) {
		b->is = VERIFIED_NOT;
		b->why = "it is disabled, for it failed for days for the same "
			 "reason (exsync --status tells; once that is repaired "
			 "exsync --enable has it read again)";
		return true;
	}
	if (w->permit == PERMIT_OFF ||
	    (known != NULL && strcmp(known->state, "disabled") == 0))
		b->why = "it is disabled, so no pass reads it (exsync --enable "
			 "changes that)";
	else if (w->permit == PERMIT_WAITS)
		b->why = "it waits for approval, so no pass reads it (exsync "
			 "--approve changes that)";
	if (b->why != NULL) {
		if (named)
			b->is = VERIFIED_NOT;
		return true;
	}
	b->is = VERIFIED_NOT;
	if (known == NULL) {
		b->why = "no pass has read it yet: run exsync --once first";
		return true;
	}
	if (named || known->retry_at == TIM_NONE || tim_due(known->retry_at))
		return false;
	snprintf(why, sizeof(why),
	    "it is left alone until %s, after what went wrong before (exsync "
	    "--status tells; exsync --verify %s asks it now)",
	    str_nn(tim_text(known->retry_at, when)), w->conf.address);
	b->why = arena_strdup(&b->arena, why);
	return true;
}

static void
verify_box(struct mailbox_work *w, struct verified_box *b)
{
	struct listing l = { .mailbox = w, .box = b };
	struct err err = ERR_INIT;

	const char *primary;

	if (open_and_verify(&l, &err) == 0) {
		b->is = judge_box(b);
		return;
	}
	primary = err.cause == CAUSE_ALIAS
		      ? plan_primary(w->profile->plan, w->crm_id,
			    w->conf.address, err.about)
		      : NULL;
	b->is = primary != NULL                ? VERIFIED_OFF
		: judge_box(b) == VERIFIED_GAP ? VERIFIED_GAP
					       : VERIFIED_NOT;
	if (primary != NULL)
		snprintf(err.msg, sizeof(err.msg),
		    "it is another address of %s, which is verified", primary);
	b->why = arena_strdup(&b->arena, err.msg);
	login_note_failed(w, &err);
}

/* The job of a mailbox. */
static void
verify_job(struct job *job, bool own)
{
	struct mailbox_work *w = (struct mailbox_work *)job;
	struct verifying *v = w->own;
	struct verified_box *b = &v->box[w - v->run.mailbox];
	const struct store_box *known =
	    store_box_find(&v->boxes, w->conf.address);

	(void)own;
	b->last_ok_at = known != NULL ? known->last_ok_at : TIM_NONE;
	login_mailbox_job(w, 1);
	if (!is_left_out(w, known, b))
		verify_box(w, b);
	login_mailbox_job(w, -1);
	tally_mailbox(
	    w->profile->tally, b->is == VERIFIED_NOT ? TALLY_FAILED : TALLY_OK);
}

/* For running_start. */
static void
begin_verify(struct mailbox_work *w, void *arg)
{
	w->own = arg;
	w->job.run = verify_job;
}

/* --- all mailboxes --------------------------------------------------- */

static int
prepare_verify(struct verifying *v, struct err *err)
{
	struct running *r = &v->run;
	const struct pass *p = v->pass;

	if (forgetting_begin(p, &r->forgotten, err) == -1 ||
	    people_load(p, &r->party, &r->people, err) == -1 ||
	    plan_make(p->conf, &r->party, &p->want, &r->plan, err) == -1 ||
	    permitted_plan(p, &r->plan, err) == -1)
		return -1;
	if (r->plan.n == 0)
		return plan_empty(p->conf, &p->want, err);
	access_plan(p->conf, &r->plan);
	if (store_box_list(p->store, &v->boxes, err) == -1)
		return -1;
	if (p->begin != NULL)
		p->begin(p->begin_arg);
	return running_open(r, err);
}

/* The boxes of most mailboxes need no arena of their own. */
static void
make_boxes(const struct plan *p, struct verify_report *out)
{
	size_t i;

	out->n = p->n;
	out->box = mem_alloc(out->n * sizeof(*out->box));
	for (i = 0; i < p->n; i++) {
		out->box[i].address =
		    arena_strdup(&out->arena, p->v[i].mailbox.address);
		out->box[i].profile = p->v[i].mailbox.profile->name;
	}
}

int
verify_all(const struct pass *p, struct verify_report *out, struct err *err)
{
	struct verifying v = { .pass = p };
	int rc;

	memset(out, 0, sizeof(*out));
	running_init(&v.run, p);
	rc = prepare_verify(&v, err);
	if (rc == 0) {
		make_boxes(&v.run.plan, out);
		v.box = out->box;
		running_start(&v.run, false, begin_verify, &v);
		running_wait(&v.run);
		tally_get(&v.run.tally, &out->count);
		out->stopped = v.run.stopped;
		rc = running_end(&v.run, err);
	}
	store_box_free(&v.boxes);
	running_free(&v.run);
	return rc;
}

void
verify_free(struct verify_report *r)
{
	size_t i, k;

	for (i = 0; i < r->n; i++) {
		for (k = 0; k < r->box[i].nrule; k++)
			free(r->box[i].rule[k].name);
		free(r->box[i].rule);
		arena_free(&r->box[i].arena);
	}
	free(r->box);
	arena_free(&r->arena);
	memset(r, 0, sizeof(*r));
}
