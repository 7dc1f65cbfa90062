/*
 * visit.c - a pass over one mailbox.
 * 1. A folder that fails by itself does not keep the others from being read; a
 *    fault of the mailbox or the connection ends the visit. Another request
 *    tells which of them it is, for BROKEN_MAX folders at most.
 * 2. An idle mailbox costs one request: folders whose marker is settled
 *    (marker.h) and has not moved, and those that never held anything, are not
 *    asked, except on every 24th pass.
 * 3. A visit has as many turns as it takes (turn.h); a folder that was finished
 *    in one turn is not read again in another.
 * 4. A mailbox or a folder that does not answer for long is put off until the
 *    others have had their turn, and only then waited for.
 * 5. No folder is read for the first time before the server was asked which
 *    folders are the junk, the drafts and the like.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "sync/access.h"
#include "sync/admit.h"
#include "sync/ask.h"
#include "sync/failed.h"
#include "sync/forgetting.h"
#include "sync/giveup.h"
#include "sync/lasting.h"
#include "sync/login.h"
#include "sync/patience.h"
#include "sync/reconsider.h"
#include "sync/remote.h"
#include "sync/say.h"
#include "sync/select.h"
#include "sync/turn.h"
#include "sync/visit.h"
#include "sync/walk.h"

#define FULL_EVERY 24 /* passes */
#define BROKEN_MAX 5  /* folders of a visit */

/* What one turn leaves for the next. */
struct visit {
	int64_t *done; /* store_folder.id of folders that are finished */
	size_t ndone;
	struct err first; /* why the first of them failed */
	int broken;       /* folders that failed as if the mailbox had */
	int read;         /* folders that were read to their end */
	/* The first folder that failed for an unknown reason, or 0. */
	int64_t doubted;
	struct err doubt; /* why */
	/*
	 * store_folder.id of folders that the server lists and says do not
	 * exist, and what it said of the last of them.
	 */
	int64_t vanished[BROKEN_MAX];
	size_t nvanished;
	struct err gone;
	bool patient; /* wait now for what is silent */
};

struct ask_folders {
	struct mailbox_work *w;
	bool well_known;
	struct folder_list *out;
};

/* For remote_call. */
static int
fetch_folders(struct session *s, void *arg, struct err *err)
{
	const struct ask_folders *a = arg;
	int rc;

	if (!a->w->visit->patient && turn_others_wait(a->w))
		s->patience_ms = PATIENCE_CALL;
	memset(a->out, 0, sizeof(*a->out));
	rc = s->provider->ops->folders(s, a->well_known, a->out, err);
	if (rc == -1)
		arena_free(&a->out->arena);
	return rc;
}

static int
ask_folders(struct mailbox_work *w, bool well_known, struct folder_list *out,
    struct err *err)
{
	struct remote r = { .mailbox = w, .session = w->session };
	struct ask_folders a = { w, well_known, out };

	memset(out, 0, sizeof(*out)); /* the gate may let no call through */
	return remote_call(&r, fetch_folders, &a, err);
}

static const struct store_folder *
stored_folder(const struct store_folders *known, const char *id)
{
	size_t i;

	for (i = 0; i < known->n; i++) {
		if (strcmp(known->v[i].folder_id, id) == 0)
			return &known->v[i];
	}
	return NULL;
}

/* Does the provider read what the folder holds, and does the INI want it? */
static bool
is_read(const struct mailbox_work *w, const struct folder_list *list,
    const struct folder *f, const struct store_folders *known)
{
	return (w->profile->ops->limits->kinds & (1u << f->kind)) != 0 &&
	       select_folder(w->profile->conf, list, f, known);
}

/*
 * Nothing was read of it yet, and nothing is in it. A server without markers
 * may just not count.
 */
static bool
is_empty(const struct store_folder *s, const struct folder *f)
{
	return f->marker != NULL && f->total == 0 && s->cursor == NULL &&
	       !s->resync;
}

static bool
is_idle(const struct store_folder *s, const struct folder *f)
{
	return f->marker != NULL && s->cursor != NULL && !s->resync &&
	       s->unsettled == 0 && str_eq(f->marker, s->marker);
}

/*
 * Would a folder be read for the first time though the server did not say which
 * folder is which?
 */
static bool
is_unnamed(const struct mailbox_work *w, const struct folder_list *list,
    const struct store_folders *known)
{
	bool first = false;
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct folder *f = &list->v[i];
		const struct store_folder *s = stored_folder(known, f->id);

		if (f->well_known != NULL)
			return false;
		first =
		    first || (s != NULL && s->cursor == NULL && !s->resync &&
				 !is_empty(s, f) && is_read(w, list, f, known));
	}
	return first;
}

static int
merge_folders(struct mailbox_work *w, struct folder_list *list,
    struct store_folders *known, struct err *err)
{
	const struct pass *pass = w->profile->pass;
	struct folder_list shown;
	int rc;

	forgetting_folders(pass->forgotten, list, &shown);
	rc = store_folders_merge(
	    pass->store, w->conf.address, &shown, known, err);
	free(shown.v);
	return rc;
}

/* Lists the server's folders, and loads what is known of them now. */
static int
list_folders(struct mailbox_work *w, bool well_known, struct folder_list *list,
    struct store_folders *known, struct err *err)
{
	memset(known, 0, sizeof(*known));
	if (ask_folders(w, well_known, list, err) == -1)
		return -1;
	w->told_at = tim_now();
	if (merge_folders(w, list, known, err) == -1)
		return -1;
	if (well_known || !is_unnamed(w, list, known))
		return 0;
	arena_free(&known->arena);
	arena_free(&list->arena);
	return list_folders(w, true, list, known, err);
}

/* In a dry run: logs the names in the INI that this mailbox does not have. */
static void
say_missing(const struct mailbox_work *w, const char *key,
    const struct conf_list *l, const struct folder_list *list,
    const struct store_folders *known)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (!select_names(l->v[i], list, known))
			say_mailbox(w, LOG_INFO,
			    " has no folder %s, which %s names", l->v[i], key);
	}
}

static bool
reads_any(const struct mailbox_work *w, const struct folder_list *list,
    const struct store_folders *known)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (is_read(w, list, &list->v[i], known))
			return true;
	}
	return false;
}

/*
 * Notes whether any named folder exists: a name that no mailbox has must not
 * look like a folder without mail.
 */
static void
look_for_named(struct mailbox_work *w, const struct folder_list *list,
    const struct store_folders *known)
{
	struct profile_work *p = w->profile;
	const struct conf_profile *c = p->conf;

	if (p->pass->dry_run) {
		say_missing(w, "folders", &c->folders, list, known);
		say_missing(w, "skip_folders", &c->skip_folders, list, known);
	}
	if (c->folders.n == 0 || atomic_load(&p->reads))
		return;
	if (reads_any(w, list, known))
		atomic_store(&p->reads, true);
	atomic_store(&p->looked, true);
}

/*
 * Does the store have mail in the folder that no pass would look after? If no
 * folder at all is read a name in the INI is wrong, and all stays as it is.
 */
static bool
is_left(const struct mailbox_work *w, const struct folder_list *list,
    const struct folder *f, const struct store_folders *known)
{
	const struct store_folder *s = stored_folder(known, f->id);

	return (s->cursor != NULL || s->resync || s->ahead) &&
	       !is_read(w, list, f, known) && reads_any(w, list, known);
}

/* The folder is not read any more, so the mail in it counts as removed. */
static int
leave_folder(struct mailbox_work *w, const struct folder *f,
    const struct store_folder *s, struct err *err)
{
	struct store_count count;

	memset(&count, 0, sizeof(count));
	say_mailbox(w, LOG_INFO, ": folder %s is not read any more", s->path);
	if (store_folder_leave(w->profile->pass->store,
		&(struct store_place){ w->conf.address, s->id }, &count,
		err) == -1)
		return -1;
	tally_add(w->profile->tally, &count, 0);
	/* its count was left to a reading, which does not come */
	return f->total < 0 || f->total == s->total
		   ? 0
		   : store_folder_counted(
			 w->profile->pass->store, s->id, f->total, false, err);
}

/*
 * Is it the folder's own fault? *broken counts faults that look like the
 * mailbox's.
 */
static bool
is_folders(struct mailbox_work *w, struct err *err, int *broken)
{
	/* For an unknown reason it was found out already who is to blame. */
	if (stop_requested() || err->kind == ERR_UNKNOWN)
		return err->scope <= SCOPE_FOLDER;
	if (err->scope == SCOPE_MAILBOX && ++*broken <= BROKEN_MAX &&
	    ask_is_broken(w, w->session, err))
		err_recast(err, err->kind, SCOPE_FOLDER);
	return err->scope <= SCOPE_FOLDER;
}

/* The folders of a turn. */
struct reading {
	const struct folder_list *list;
	const struct store_folders *known;
	bool all;    /* also those that are idle */
	size_t from; /* where in list to begin */
	bool put_off;
};

static bool
is_selected(const struct mailbox_work *w, const struct reading *r,
    const struct folder *f)
{
	return is_read(w, r->list, f, r->known);
}

static bool
is_done(const struct visit *v, const struct store_folder *s)
{
	size_t i;

	for (i = 0; i < v->ndone; i++) {
		if (v->done[i] == s->id)
			return true;
	}
	return false;
}

static void
note_done(struct visit *v, const struct store_folder *s)
{
	*VEC_ADD(v->done, v->ndone) = s->id;
}

/* The folder failed; the others are read all the same. */
static void
note_failed(struct visit *v, const struct store_folder *s, struct err *err)
{
	note_done(v, s);
	/* One that only waits is news of an earlier pass. */
	if (v->first.kind == ERR_NONE || v->first.cause == CAUSE_WAITS)
		v->first = *err;
	err_clear(err);
}

/*
 * The folder failed for an unknown reason, and waits from now on. -1: another
 * one did, too, and none was read: the mailbox is to blame.
 */
static int
doubt_folder(
    struct mailbox_work *w, const struct store_folder *s, struct err *err)
{
	struct visit *v = w->visit;
	struct err e = ERR_INIT;

	if (login_folder_failed(w, s, err, &e) == -1) {
		*err = e;
		return -1;
	}
	if (v->doubted != 0 && v->read == 0) {
		return err_recast(err, err->kind, SCOPE_MAILBOX);
	}
	if (v->doubted == 0) {
		v->doubted = s->id;
		v->doubt = *err;
	}
	return 0;
}

/* Reads one folder. -1: the turn ends. */
static int
read_folder(struct mailbox_work *w, struct reading *r, const struct folder *f,
    const struct store_folder *s, struct err *err)
{
	struct visit *v = w->visit;

	if (login_folder_begin(w, s, err) == -1) {
		if (err->kind == ERR_FATAL)
			return -1;
		note_failed(v, s, err);
		return 0;
	}
	if (walk_folder(w, s, f, !v->patient, err) == 0) {
		v->read++;
		note_done(v, s);
		return login_folder_well(w, s, err);
	}
	if (turn_is_over(err))
		return -1;
	if (!v->patient && err->cause == CAUSE_PATIENCE) {
		say_mailbox(w, LOG_DEBUG, ": %s; it is put off", err->msg);
		err_clear(err);
		r->put_off = true;
		return 0;
	}
	if (err->kind == ERR_GONE) {
		say_mailbox(w, LOG_INFO, ": %s", err->msg);
		v->gone = *err;
		err_clear(err);
		note_done(v, s);
		if (v->nvanished < BROKEN_MAX)
			v->vanished[v->nvanished++] = s->id;
		return 0;
	}
	if (!is_folders(w, err, &v->broken))
		return -1;
	if (err->kind == ERR_UNKNOWN && doubt_folder(w, s, err) == -1)
		return -1;
	note_failed(v, s, err);
	return 0;
}

/*
 * One folder failed for an unknown reason, and no other was read: is the folder
 * to blame, or the mailbox? Reading another one, even an idle one, tells.
 */
static int
ask_other_folder(struct mailbox_work *w, struct reading *r, struct err *err)
{
	struct visit *v = w->visit;
	int read = v->read;
	size_t i;

	for (i = 0; i < r->list->n; i++) {
		const struct folder *f = &r->list->v[i];
		const struct store_folder *s = stored_folder(r->known, f->id);

		if (s == NULL || s->id == v->doubted || !is_idle(s, f) ||
		    !is_selected(w, r, f))
			continue;
		if (read_folder(w, r, f, s, err) == -1)
			return -1;
		if (v->read > read)
			return 0;
		break;
	}
	*err = v->doubt;
	return err_recast(err, err->kind, SCOPE_MAILBOX);
}

static bool
is_vanished(const struct visit *v, const struct store_folder *s)
{
	size_t i;

	for (i = 0; i < v->nvanished; i++) {
		if (v->vanished[i] == s->id)
			return true;
	}
	return false;
}

/*
 * The server listed some folders, and then said that they do not exist. That is
 * well if they were deleted meanwhile: then they are no longer listed.
 */
static int
settle_vanished(struct mailbox_work *w, struct reading *r, struct err *err)
{
	struct visit *v = w->visit;
	struct folder_list now;
	size_t i;

	if (v->nvanished == 0)
		return 0;
	if (ask_folders(w, false, &now, err) == -1)
		return -1;
	for (i = 0; i < now.n; i++) {
		const struct store_folder *s =
		    stored_folder(r->known, now.v[i].id);

		if (s == NULL || !is_vanished(v, s))
			continue;
		err_set(err, ERR_RETRY,
		    "folder %s: the server lists it and says that it does not "
		    "exist (%s): tried again",
		    str_nn(s->path), v->gone.code);
		err_code(err, v->gone.cause, v->gone.code, SCOPE_FOLDER);
		note_failed(v, s, err);
	}
	arena_free(&now.arena);
	return 0;
}

/* Reads every folder that is selected, not idle and not done. */
static int
read_round(struct mailbox_work *w, struct reading *r, struct err *err)
{
	size_t i;

	for (i = 0; i < r->list->n; i++) {
		const struct folder *f =
		    &r->list->v[(r->from + i) % r->list->n];
		const struct store_folder *s = stored_folder(r->known, f->id);

		if (s == NULL || is_done(w->visit, s))
			continue;
		if (is_left(w, r->list, f, r->known)) {
			if (leave_folder(w, f, s, err) == -1)
				return -1;
			continue;
		}
		if ((!r->all && (is_idle(s, f) || is_empty(s, f))) ||
		    !is_selected(w, r, f))
			continue;
		if (turn_check(w, err) == -1 ||
		    read_folder(w, r, f, s, err) == -1)
			return -1;
	}
	return 0;
}

/*
 * The same; folders that were silent come last. Those that fail by themselves
 * are in first.
 */
static int
read_folders(struct mailbox_work *w, struct reading *r, struct err *err)
{
	struct visit *v = w->visit;

	if (read_round(w, r, err) == -1)
		return -1;
	if (r->put_off) {
		v->patient = true;
		if (turn_others_wait(w))
			return turn_end(w, err);
		if (read_round(w, r, err) == -1)
			return -1;
	}
	if (v->doubted != 0 && v->read == 0 &&
	    ask_other_folder(w, r, err) == -1)
		return -1;
	return settle_vanished(w, r, err);
}

/* Notes in which folders nothing arrives. */
static void
note_sent(struct mailbox_work *w, const struct folder_list *list,
    const struct store_folders *known)
{
	size_t i;

	w->nsent = 0;
	for (i = 0; i < list->n; i++) {
		const struct store_folder *s =
		    stored_folder(known, list->v[i].id);

		if (s != NULL && select_is_sent(&list->v[i], known))
			*VEC_ADD(w->sent, w->nsent) = s->id;
	}
}

/* Runs one turn. */
static int
visit(struct mailbox_work *w, const struct store_mailbox *m, struct err *err)
{
	struct folder_list list;
	struct store_folders known;
	bool all = m->passes % FULL_EVERY == 0;
	struct reading r = {
		.list = &list, .known = &known, .all = all && m->passes > 0
	};
	int rc;

	rc = list_folders(w, all, &list, &known, err);
	if (rc == 0) {
		look_for_named(w, &list, &known);
		note_sent(w, &list, &known);
		rc = failed_retry(w, false, err);
	}
	if (rc == 0) {
		if (list.n > 0)
			r.from = turn_first(w->profile->cut_before, list.n);
		rc = read_folders(w, &r, err);
	}
	if (rc == 0)
		rc = reconsider_mailbox(w, err);
	if (rc == 0)
		rc = failed_retry(w, true, err);
	if (rc == 0 && w->visit->first.kind != ERR_NONE) {
		*err = w->visit->first;
		rc = -1;
	}
	if (rc == 0 && w->profile->conf->move_failed &&
	    (w->profile->ops->limits->writes & PROVIDER_MOVES) != 0 &&
	    !w->profile->pass->dry_run)
		rc = giveup_run(w, err);
	arena_free(&known.arena);
	arena_free(&list.arena);
	return rc;
}

/*
 * Keeps why the mailbox failed, for the alerts. The gate has what stopped the
 * profile.
 */
static void
keep_fault(struct mailbox_work *w, const struct err *err)
{
	w->end = VISIT_NONE;
	if (err->cause == CAUSE_STOP ||
	    (gate_stopped(w->profile->gate) != NULL &&
		err->scope >= SCOPE_PROFILE && err->kind != ERR_FATAL))
		return;
	w->end = VISIT_FAILED;
	w->fault = mem_alloc(sizeof(*w->fault));
	*w->fault = *err;
}

/* Tells the store of a visit that failed. */
static int
remember_fault(struct mailbox_work *w, const struct err *fault, struct err *e)
{
	int64_t retry_at;

	if (fault->scope >= SCOPE_PROFILE && err_is_login(fault) &&
	    login_profile_rejected(w->profile, fault, e) == -1)
		return -1;
	if (login_mailbox_failed(w, fault, &retry_at, e) == -1)
		return -1;
	if (fault->kind == ERR_RETRY && fault->retry_ms > 0)
		retry_at = tim_now() + fault->retry_ms;
	if (store_mailbox_done(w->profile->pass->store, w->conf.address, fault,
		retry_at, e) == -1 ||
	    lasting_failed(w, fault, e) == -1)
		return -1;
	return 0;
}

/*
 * The visit is over: records its outcome. One that was interrupted has none:
 * the mailbox is as it was before.
 */
static enum tally_as
conclude_visit(struct mailbox_work *w, int rc, const struct err *err)
{
	struct store *store = w->profile->pass->store;
	struct err e = ERR_INIT;
	const char *primary;
	bool failed = rc == -1;

	w->end = VISIT_OK;
	primary = failed && err->cause == CAUSE_ALIAS
		      ? plan_primary(w->profile->plan, w->crm_id,
			    w->conf.address, err->about)
		      : NULL;
	if (primary != NULL) {
		say_mailbox(w, LOG_INFO,
		    " is another address of %s, which is read", primary);
		failed = false;
	}
	if (failed) {
		keep_fault(w, err);
		say_fault(w, err);
		if (err->cause == CAUSE_STOP)
			return TALLY_INTERRUPTED;
		rc = remember_fault(w, err, &e);
	} else {
		if (w->login.own)
			atomic_store(&w->profile->own_accepted, true);
		rc = w->failing ? login_mailbox_well(w, &e) : 0;
		if (rc == 0 && w->failing)
			rc = lasting_well(w, &e);
		if (rc == 0)
			rc = store_mailbox_done(
			    store, w->conf.address, NULL, TIM_NONE, &e);
	}
	if (rc == 0)
		return failed ? TALLY_FAILED : TALLY_OK;
	if (!failed)
		keep_fault(w, &e);
	say_fault(w, &e);
	return e.cause == CAUSE_STOP ? TALLY_INTERRUPTED : TALLY_FAILED;
}

/* Puts a silent mailbox off until the others have had their turn. False: no. */
static bool
put_off_mailbox(struct mailbox_work *w, const struct err *err)
{
	if (w->visit->patient || err->cause != CAUSE_PATIENCE)
		return false;
	say_mailbox(w, LOG_DEBUG, ": %s; it is put off", err->msg);
	w->visit->patient = true;
	return true;
}

/* Runs one turn. *again: another one is needed, and nothing is counted. */
static enum tally_as
visit_turn(struct mailbox_work *w, bool *again)
{
	struct profile_work *p = w->profile;
	struct store_mailbox m;
	struct err err = ERR_INIT;
	int64_t requests, bytes;
	enum tally_as as;
	bool open;
	int rc;

	*again = false;
	if (admit_mailbox(w, &m, &open, &as, &err) == -1) {
		keep_fault(w, &err);
		say_fault(w, &err);
		return err.cause == CAUSE_STOP ? TALLY_INTERRUPTED
					       : TALLY_FAILED;
	}
	if (!open)
		return as;
	if (access_ready(w, &err) == -1 || login_mailbox_begin(w, &err) == -1)
		return conclude_visit(w, -1, &err);
	if ((w->session = p->ops->session_open(p->provider, &w->conf, &err)) ==
	    NULL)
		return conclude_visit(w, -1, &err);
	rc = visit(w, &m, &err);
	p->ops->usage(w->session, &requests, &bytes);
	tally_usage(p->tally, requests, bytes);
	p->ops->session_close(w->session);
	if (rc == -1 && (turn_is_over(&err) || put_off_mailbox(w, &err))) {
		*again = true;
		return TALLY_OK;
	}
	return conclude_visit(w, rc, &err);
}

void
visit_job(struct job *job, bool own)
{
	struct mailbox_work *w = (struct mailbox_work *)job;
	enum tally_as as = TALLY_INTERRUPTED;
	bool again = false;

	(void)own;
	if (w->visit == NULL)
		w->visit = mem_alloc(sizeof(*w->visit));
	turn_begin(w);
	login_mailbox_job(w, 1);
	if (!stop_requested())
		as = visit_turn(w, &again);
	login_mailbox_job(w, -1);
	if (again) {
		crew_add(w->profile->crew, job);
		return;
	}
	tally_mailbox(w->profile->tally, as);
	free(w->sent);
	w->sent = NULL;
	free(w->visit->done);
	free(w->visit);
	w->visit = NULL;
}
