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
 * 5. Threads that have nothing else to do read folders of the same mailbox.
 *    What becomes of a folder is decided by one of them at a time.
 * 6. No folder is read for the first time before the server was asked which
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
#include "sync/folders.h"
#include "sync/giveup.h"
#include "sync/lasting.h"
#include "sync/login.h"
#include "sync/patience.h"
#include "sync/reconsider.h"
#include "sync/remote.h"
#include "sync/say.h"
#include "sync/select.h"
#include "sync/session.h"
#include "sync/turn.h"
#include "sync/visit.h"
#include "sync/walk.h"
#include "sync/warm.h"

#define FULL_EVERY   24 /* passes */
#define BROKEN_MAX   5  /* folders of a visit */
#define FOLDERS_EACH 3  /* of a thread that helps, at least */

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

/* A silent server is not waited for while other mailboxes are. */
static bool
in_hurry(const struct mailbox_work *w)
{
	return !w->visit->patient && turn_others_wait(w);
}

/*
 * Does the store have mail in the folder that no pass would look after? If no
 * folder at all is read a name in the INI is wrong, and all stays as it is.
 */
static bool
is_left(const struct folders *fs, const struct folder *f,
    const struct store_folder *s)
{
	return (s->cursor != NULL || s->resync || s->ahead) &&
	       !folders_selects(fs, f) && folders_selects_any(fs);
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

/* Is it the folder's own fault? Counts faults that look like the mailbox's. */
static bool
is_folders(struct mailbox_work *w, struct session *session, struct err *err)
{
	/* For an unknown reason it was found out already who is to blame. */
	if (stop_requested() || err->kind == ERR_UNKNOWN)
		return err->scope <= SCOPE_FOLDER;
	if (err->scope == SCOPE_MAILBOX && ++w->visit->broken <= BROKEN_MAX &&
	    ask_is_broken(w, session, err))
		err_recast(err, err->kind, SCOPE_FOLDER);
	return err->scope <= SCOPE_FOLDER;
}

/* The folders of a turn; several threads may read them. */
struct round {
	struct mailbox_work *w;
	const struct folders *folders;
	bool all;    /* also those that are idle */
	size_t from; /* where in the list to begin */
	/* What follows is under lock, and so is w->visit. */
	pthread_mutex_t lock;
	pthread_cond_t judged; /* a folder was read, or failed */
	size_t next;  /* how many of the list were begun, or need not be read */
	int reading;  /* folders */
	int deciding; /* threads that wait in doubt_folder */
	bool put_off;
	struct err end; /* the turn ends: why; no further folder is begun */
};

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

/* Is a folder doubted, and no other one was read that clears the mailbox? */
static bool
in_doubt(const struct round *r)
{
	const struct visit *v = r->w->visit;

	return v->doubted != 0 && v->read == 0 && r->end.kind == ERR_NONE;
}

/*
 * The folder failed for an unknown reason, and waits from now on. -1: another
 * one did, too, and none was read: the mailbox is to blame. Under lock.
 */
static int
doubt_folder(struct round *r, const struct store_folder *s, struct err *err)
{
	struct visit *v = r->w->visit;
	struct err e = ERR_INIT;

	if (login_folder_failed(r->w, s, err, &e) == -1) {
		*err = e;
		return -1;
	}
	/* those that are being read tell */
	r->deciding++;
	while (in_doubt(r) && r->reading > 0)
		pthread_cond_wait(&r->judged, &r->lock);
	r->deciding--;
	if (in_doubt(r))
		return err_recast(err, err->kind, SCOPE_MAILBOX);
	if (v->doubted == 0) {
		v->doubted = s->id;
		v->doubt = *err;
	}
	return 0;
}

/* The folder was not read to its end. -1: the turn ends. Under lock. */
static int
judge_folder(struct round *r, struct session *session,
    const struct store_folder *s, struct err *err)
{
	struct mailbox_work *w = r->w;
	struct visit *v = w->visit;

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
	/* once the turn has ended nobody asks whose fault it is */
	if (r->end.kind != ERR_NONE && err->scope > SCOPE_FOLDER)
		return -1;
	if (!is_folders(w, session, err))
		return -1;
	if (err->kind == ERR_UNKNOWN && doubt_folder(r, s, err) == -1)
		return -1;
	note_failed(v, s, err);
	return 0;
}

/* Reads one folder, which counts in reading. -1: the turn ends. */
static int
read_folder(struct round *r, struct session *session, const struct folder *f,
    const struct store_folder *s, struct err *err)
{
	struct mailbox_work *w = r->w;
	struct reading reading = { .mailbox = w, .session = session };
	bool begun = login_folder_begin(w, s, err) == 0;
	int rc = -1;

	if (begun)
		rc = walk_folder(&reading, s, f, !w->visit->patient, err);
	pthread_mutex_lock(&r->lock);
	r->reading--;
	if (!begun && err->kind != ERR_FATAL) {
		note_failed(w->visit, s, err);
		rc = 0;
	} else if (rc == 0) {
		w->visit->read++;
		note_done(w->visit, s);
		rc = login_folder_well(w, s, err);
	} else if (begun)
		rc = judge_folder(r, session, s, err);
	if (rc == -1)
		err_join(&r->end, err);
	pthread_cond_broadcast(&r->judged);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

/*
 * One folder failed for an unknown reason, and no other was read: is the folder
 * to blame, or the mailbox? Reading another one, even an idle one, tells.
 */
static int
ask_other_folder(struct round *r, struct err *err)
{
	struct visit *v = r->w->visit;
	int read = v->read;
	size_t i;

	for (i = 0; i < r->folders->list.n; i++) {
		const struct folder *f = &r->folders->list.v[i];
		const struct store_folder *s = folders_stored(r->folders, f);

		if (s == NULL || s->id == v->doubted || !folders_idle(s, f) ||
		    !folders_selects(r->folders, f))
			continue;
		r->reading++;
		if (read_folder(r, r->w->session, f, s, err) == -1)
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
settle_vanished(struct round *r, struct err *err)
{
	struct mailbox_work *w = r->w;
	struct visit *v = w->visit;
	struct folder_list now;
	size_t i;

	if (v->nvanished == 0)
		return 0;
	if (folders_ask(w, in_hurry(w), &now, err) == -1)
		return -1;
	for (i = 0; i < now.n; i++) {
		const struct store_folder *s =
		    folders_stored(r->folders, &now.v[i]);

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

/* Is it neither done, nor idle, nor empty? */
static bool
is_open(
    const struct round *r, const struct folder *f, const struct store_folder *s)
{
	return s != NULL && !is_done(r->w->visit, s) &&
	       (r->all || (!folders_idle(s, f) && !folders_empty(s, f)));
}

/*
 * The next folder to read, which counts in reading: selected, not idle and not
 * done; NULL: there is none, or the turn ends. Under lock. On the way leaves
 * those that are not read any more.
 */
static const struct folder *
next_folder(struct round *r, const struct store_folder **out)
{
	const struct folder_list *list = &r->folders->list;
	const struct folder *f;

	while (in_doubt(r) && (r->reading > 0 || r->deciding > 0))
		pthread_cond_wait(&r->judged, &r->lock);
	while (r->end.kind == ERR_NONE && r->next < list->n) {
		f = &list->v[(r->from + r->next++) % list->n];
		*out = folders_stored(r->folders, f);
		if (*out == NULL || is_done(r->w->visit, *out))
			continue;
		if (is_left(r->folders, f, *out))
			leave_folder(r->w, f, *out, &r->end);
		else if (is_open(r, f, *out) &&
			 folders_selects(r->folders, f) &&
			 turn_check(r->w, &r->end) == 0) {
			r->reading++;
			return f;
		}
	}
	pthread_cond_broadcast(&r->judged); /* the turn may have ended */
	return NULL;
}

/* Reads folders until none is left. */
static void
read_some(struct round *r, struct session *session)
{
	struct err err = ERR_INIT;
	const struct store_folder *s;
	const struct folder *f;

	for (;;) {
		pthread_mutex_lock(&r->lock);
		f = next_folder(r, &s);
		pthread_mutex_unlock(&r->lock);
		if (f == NULL)
			return;
		read_folder(r, session, f, s, &err);
		err_clear(&err);
	}
}

/* A thread that helps the mailbox's own. */
struct helper {
	struct job job;
	struct round *round;
};

/* Whatever keeps it from a session the mailbox's own thread meets as well. */
static void
helper_run(struct job *job, bool own)
{
	struct round *r = ((struct helper *)job)->round;
	struct err err = ERR_INIT;
	struct session *s;

	if (own || (s = session_begin(r->w, &err)) == NULL)
		return;
	read_some(r, s);
	session_end(r->w, s);
}

/*
 * How many threads help: none while other mailboxes wait for one, and so few
 * that each has several folders, since a new connection costs as much as one.
 */
static size_t
count_helpers(const struct round *r)
{
	size_t n = 0, i, max = (size_t)crew_size(r->w->profile->crew) - 1;

	if (turn_others_wait(r->w))
		return 0;
	for (i = 0; i < r->folders->list.n; i++) {
		const struct folder *f = &r->folders->list.v[i];

		n += is_open(r, f, folders_stored(r->folders, f)) &&
		     folders_selects(r->folders, f);
	}
	n /= FOLDERS_EACH;
	return n < max ? n : max;
}

/* Reads every folder that is selected, not idle and not done. */
static int
read_round(struct round *r, struct err *err)
{
	size_t n = count_helpers(r), i;
	struct helper *helper = mem_alloc((n + 1) * sizeof(*helper));
	struct crew *crew = r->w->profile->crew;
	struct crew_group group;

	memset(&group, 0, sizeof(group));
	r->next = 0;
	for (i = 0; i < n; i++) {
		helper[i].job.run = helper_run;
		helper[i].round = r;
		crew_batch(crew, &group, &helper[i].job);
	}
	read_some(r, r->w->session);
	crew_finish(crew, &group);
	free(helper);
	if (r->end.kind == ERR_NONE)
		return 0;
	*err = r->end;
	return -1;
}

/*
 * The same; folders that were silent come last. Those that fail by themselves
 * are in first.
 */
static int
read_folders(struct round *r, struct err *err)
{
	struct mailbox_work *w = r->w;
	struct visit *v = w->visit;

	if (read_round(r, err) == -1)
		return -1;
	if (r->put_off) {
		v->patient = true;
		if (turn_others_wait(w))
			return turn_end(w, err);
		if (read_round(r, err) == -1)
			return -1;
	}
	if (v->doubted != 0 && v->read == 0 && ask_other_folder(r, err) == -1)
		return -1;
	return settle_vanished(r, err);
}

/* Runs one turn. */
static int
visit(struct mailbox_work *w, const struct store_mailbox *m, struct err *err)
{
	struct folders fs;
	struct warm *warm;
	bool all = m->passes % FULL_EVERY == 0;
	struct round r = { .w = w,
		.folders = &fs,
		.all = all && m->passes > 0,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.judged = PTHREAD_COND_INITIALIZER,
		.end = ERR_INIT };
	int rc;

	warm = m->passes == 0 ? warm_begin(w) : NULL;
	rc = folders_load(&fs, w, all, in_hurry(w), err);
	warm_listed(warm);
	if (rc == 0) {
		folders_note(&fs);
		rc = failed_retry(w, false, err);
	}
	if (rc == 0) {
		if (fs.list.n > 0)
			r.from = turn_first(w->profile->cut_before, fs.list.n);
		rc = read_folders(&r, err);
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
	warm_end(warm);
	folders_free(&fs);
	pthread_cond_destroy(&r.judged);
	pthread_mutex_destroy(&r.lock);
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
	struct store_mailbox m;
	struct err err = ERR_INIT;
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
	if ((w->session = session_begin(w, &err)) == NULL)
		return conclude_visit(w, -1, &err);
	rc = visit(w, &m, &err);
	session_end(w, w->session);
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
