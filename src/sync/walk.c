/*
 * walk.c - one folder: pages of changes until its end.
 * 1. Two pages are in progress while the next one is requested, so that no
 *    connection waits for it; pages are finished in their order.
 * 2. A walk that makes no progress ends with an error (cycle.h). So does a
 *    second resync in the same walk.
 * 3. A server that was given a cursor but starts over does not report what was
 *    deleted meanwhile: the folder is read anew and compared. Such a server
 *    shows in what it reports again, or in a count at the end that is lower
 *    than what is known; the count is believed if it was right before.
 * 4. A full walk that did not come to its first cursor is a new one when it
 *    begins again: what it saw may be gone, and no server would report that.
 * 5. An item that the server lists and does not have was deleted meanwhile, and
 *    the server's next changes say so; they are requested at once. Items that
 *    they do not report as deleted are in doubt, and wait in table failure.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "sync/cycle.h"
#include "sync/fetch.h"
#include "sync/marker.h"
#include "sync/page.h"
#include "sync/patience.h"
#include "sync/remote.h"
#include "sync/say.h"
#include "sync/turn.h"
#include "sync/walk.h"

#define PAGE_MIN  100
#define AGAIN_MAX 1000 /* known items that the server reports as new */

/* The result of a walk that reached the folder's end. */
struct walked {
	int64_t again; /* known items that the server reported as new */
	char *cursor;  /* the last; the caller frees it */
};

/* A walk under way. */
struct walk {
	struct reading *reading;
	const struct store_folder *folder;
	const struct folder *told; /* the folder as the server listed it */
	bool hurry;
	struct cycle cycle;
	bool watch;    /* no known item may be reported as new ... */
	int64_t again; /* ... and how many were */
	/* items that the server lists and does not have, until walk ends */
	struct item_ref *doubt;
	size_t ndoubt;
	struct arena doubt_ids;
};

/*
 * As many items as the other connections fetch in one go while this one
 * requests the next page: then all of them are busy all the time.
 */
static int
page_size(const struct profile_work *p)
{
	int n = (crew_size(p->crew) - 1) * (int)fetch_items(p);
	int max = p->ops->limits->changes;

	if (n > 0 && n < PAGE_MIN)
		n = PAGE_MIN;
	return n <= 0 || n > max ? max : n;
}

struct ask_changes {
	const struct walk *walk;
	const char *cursor;
	int max;
	struct change_page *out;
};

/* For remote_call. */
static int
fetch_changes(struct session *s, void *arg, struct err *err)
{
	const struct ask_changes *a = arg;
	int rc;

	if (a->walk->hurry)
		s->patience_ms = PATIENCE_CALL;
	memset(a->out, 0, sizeof(*a->out));
	rc = s->provider->ops->changes(
	    s, a->walk->folder->folder_id, a->cursor, a->max, a->out, err);
	if (rc == -1)
		arena_free(&a->out->arena);
	return rc;
}

static int
ask_changes(const struct walk *k, const char *cursor, struct change_page *out,
    struct err *err)
{
	struct mailbox_work *w = k->reading->mailbox;
	struct remote r = { .mailbox = w, .session = k->reading->session };
	struct ask_changes a = { k, cursor, page_size(w->profile), out };

	return remote_call(&r, fetch_changes, &a, err);
}

/* From here on the folder has no cursor, and its full walk a new number. */
static int
begin_full_walk(struct mailbox_work *w, int64_t folder, struct err *err)
{
	struct fetch none;
	struct store_page page;

	memset(&none, 0, sizeof(none));
	none.mailbox = w;
	memset(&page, 0, sizeof(page));
	page.folder = folder;
	page.restart = true;
	return fetch_store(&none, &page, err);
}

/* The cursor is worthless, err says why: forgets it and begins a full walk. */
static int
restart_walk(struct mailbox_work *w, int64_t folder, struct err *err)
{
	say_mailbox(w, LOG_INFO,
	    ": %s; the folder is read from its start and compared with what is "
	    "stored",
	    err->msg);
	err_clear(err);
	return begin_full_walk(w, folder, err);
}

/* Does the server start over at the folder's beginning? */
static int
check_again(const struct page *p, struct walk *k, struct err *err)
{
	const struct mailbox_work *w = p->mailbox;
	int64_t n;

	if (!k->watch || p->again == 0)
		return 0;
	k->again += p->again;
	if (store_folder_items(w->profile->pass->store,
		&(struct store_place){ w->conf.address, p->folder },
		2 * k->again + 1, &n, err) == -1)
		return -1;
	if (n > 2 * k->again && k->again < AGAIN_MAX)
		return 0;
	err_set(err, ERR_RESYNC,
	    "the server gives what it gave before once more as new");
	return err_code(err, CAUSE_OTHER, "resent", SCOPE_FOLDER);
}

/* Requests the page at cursor. */
static int
ask_page(struct page *p, struct walk *k, const char *cursor, struct err *err)
{
	p->asked = tim_now();
	if (turn_check(p->mailbox, err) == -1 ||
	    ask_changes(k, cursor, &p->change, err) == -1 ||
	    cycle_check(&k->cycle, &p->change, cursor, err) == -1)
		return -1;
	if (p->change.nstray > 0)
		say_mailbox(p->mailbox, LOG_WARNING,
		    ": folder %s: the server told of %lld that nothing can be "
		    "made of, among them: %s",
		    str_nn(k->folder->path), (long long)p->change.nstray,
		    p->change.stray);
	return 0;
}

static void
note_doubts(struct walk *k, const struct page *p)
{
	size_t i;

	for (i = 0; i < p->ndoubt; i++)
		VEC_ADD(k->doubt, k->ndoubt)->id =
		    arena_strdup(&k->doubt_ids, p->doubt[i]);
}

static void
forget_doubts(struct walk *k)
{
	free(k->doubt);
	arena_free(&k->doubt_ids);
	k->doubt = NULL;
	k->ndoubt = 0;
}

#define PAGES 3 /* in memory: two in progress, and the next one */

/* The pages of a walk that are in memory, in their order. */
struct pages {
	struct page page[PAGES];
	size_t first;   /* the oldest; the others follow it, round about */
	size_t running; /* started and not finished */
	bool asked;     /* one more has come and is not started */
	bool ended;     /* none follows: the folder's end, or an error */
	struct err why; /* that error */
};

static struct page *
page_at(struct pages *v, size_t i)
{
	return &v->page[(v->first + i) % PAGES];
}

/* Requests the page after the last one. */
static void
ask_next(struct pages *v, struct walk *k, const char *cursor)
{
	struct page *p = page_at(v, v->running);

	page_init(p, k->reading, k->folder->id);
	v->asked = ask_page(p, k, cursor, &v->why) == 0;
	v->ended = !v->asked || !p->change.more;
	if (!v->asked)
		page_free(p);
}

/* Starts the batches of the page that was requested. */
static void
start_next(struct pages *v, struct walk *k)
{
	struct page *p = page_at(v, v->running);
	const struct page *before = v->running > 0 ? page_at(v, 0) : NULL;

	v->asked = false;
	if (page_sort(p, before, &v->why) == -1 ||
	    check_again(p, k, &v->why) == -1) {
		v->ended = true;
		page_free(p);
		return;
	}
	page_start(p);
	v->running++;
}

/* Finishes the oldest page and lets the next one go on. *cursor: its own. */
static int
finish_first(struct pages *v, struct walk *k, char **cursor, struct err *err)
{
	const struct mailbox_work *w = k->reading->mailbox;
	struct page *p = page_at(v, 0);
	int rc;

	rc = page_finish(p, k->told->marker,
	    marker_unsettled(k->folder, k->told, w->told_at, p->asked), err);
	note_doubts(k, p);
	if (rc == 0) {
		free(*cursor);
		*cursor = mem_strdup(p->change.cursor);
	}
	page_free(p);
	v->first = (v->first + 1) % PAGES;
	v->running--;
	if (rc == 0 && v->running > 0)
		rc = page_late(page_at(v, 0), err);
	return rc;
}

/* A page failed. The rows of those after it are stored, their cursors wait. */
static void
drop_pages(struct pages *v, struct err *err)
{
	size_t i;

	for (i = 0; i < v->running; i++) {
		page_abandon(page_at(v, i), err);
		page_free(page_at(v, i));
	}
	if (v->asked)
		page_free(page_at(v, i));
}

/*
 * May one more page be requested before the oldest one is finished? A thread
 * that has no others to fetch its items only would have more to lose.
 */
static bool
may_ask(const struct pages *v, const struct walk *k)
{
	bool alone = crew_size(k->reading->mailbox->profile->crew) == 1;

	return !v->asked && !v->ended && (v->running == 0 || !alone);
}

/* Where the next page begins; from: the first one. */
static const char *
last_cursor(struct pages *v, const struct walked *out, const char *from)
{
	if (v->running > 0)
		return page_at(v, v->running - 1)->change.cursor;
	return out->cursor != NULL ? out->cursor : from;
}

/* Reads all pages from cursor on. out->cursor is NULL when it fails. */
static int
walk_pages(
    struct walk *k, const char *cursor, struct walked *out, struct err *err)
{
	const struct store_folder *f = k->folder;
	struct pages v;
	int rc = 0;

	memset(&k->cycle, 0, sizeof(k->cycle));
	memset(&v, 0, sizeof(v));
	k->again = 0;
	memset(out, 0, sizeof(*out));
	k->watch =
	    cursor != NULL && cursor == f->cursor && !f->resync && !f->ahead;
	while (!v.ended || v.asked || v.running > 0) {
		if (v.asked && v.running < PAGES - 1)
			start_next(&v, k);
		else if (may_ask(&v, k))
			ask_next(&v, k, last_cursor(&v, out, cursor));
		else if ((rc = finish_first(&v, k, &out->cursor, err)) == -1)
			break;
	}
	drop_pages(&v, err);
	if (v.why.kind != ERR_NONE) {
		if (rc == 0)
			err_clear(err);
		rc = err_join(err, &v.why);
	}
	if (rc == -1) {
		free(out->cursor);
		out->cursor = NULL;
	}
	out->again = k->again;
	return rc;
}

/*
 * How many of the walk's doubts are left. Others of the folder are news of an
 * earlier pass.
 */
static int
count_doubts(struct mailbox_work *w, const struct walk *k, int64_t *left,
    struct err *err)
{
	enum store_known *known = mem_alloc(k->ndoubt * sizeof(*known));
	int rc = store_items_known(w->profile->pass->store,
	    &(struct store_place){ w->conf.address, k->folder->id }, k->doubt,
	    k->ndoubt, known, err);
	size_t i;

	for (i = 0, *left = 0; i < k->ndoubt; i++)
		*left += known[i] == STORE_FAILED;
	free(known);
	return rc;
}

/*
 * Some items are in doubt: asks the server at once which of them were deleted
 * while they were being fetched.
 */
static int
settle_doubts(struct walk *k, const struct walked *was, struct err *err)
{
	struct mailbox_work *w = k->reading->mailbox;
	struct store_count count;
	struct walked more;

	if (walk_pages(k, was->cursor, &more, err) == -1)
		return -1;
	free(more.cursor);
	memset(&count, 0, sizeof(count));
	/* The others are reported as deleted. */
	if (count_doubts(w, k, &count.failed, err) == -1)
		return -1;
	if (count.failed > 0)
		say_mailbox(w, LOG_WARNING,
		    ": folder %s: the server tells of %lld items and says that "
		    "they do not exist; they are asked for again later",
		    str_nn(k->folder->path), (long long)count.failed);
	tally_add(w->profile->tally, &count, 0);
	return 0;
}

static int
walk(struct walk *k, const char *cursor, struct walked *out, struct err *err)
{
	const struct pass *pass = k->reading->mailbox->profile->pass;
	int rc = walk_pages(k, cursor, out, err);

	if (rc == 0 && k->ndoubt > 0 && !pass->dry_run)
		rc = settle_doubts(k, out, err);
	forget_doubts(k);
	free(out->cursor);
	out->cursor = NULL;
	return rc;
}

/*
 * The server counts fewer items than expected. Are some gone that it did not
 * report? expected: its earlier count, and what the walk brought.
 */
static int
is_miscounted(const struct walk *k, int64_t total, int64_t expected,
    const struct walked *was, struct err *err)
{
	const struct mailbox_work *w = k->reading->mailbox;
	const struct store_folder *f = k->folder;
	struct store *store = w->profile->pass->store;
	int64_t known, late = atomic_load(&k->reading->entered);

	if (store_folder_items(store,
		&(struct store_place){ w->conf.address, f->id }, expected + 1,
		&known, err) == -1)
		return -1;
	/* A server whose count was not what is known does not count well. */
	if (known <= total || (known != expected && was->again == 0))
		return store_folder_counted(store, f->id, total, false, err);
	/* Mail may have come after it counted: the next pass tells. */
	if (known - late <= total && was->again == 0)
		return store_folder_counted(store, f->id, known, true, err);
	err_set(err, ERR_RESYNC,
	    "folder %s: the server counts %lld items where %lld are known, and "
	    "did not tell what went away",
	    str_nn(f->path), (long long)total, (long long)known);
	return err_code(err, CAUSE_OTHER, "miscounted", SCOPE_FOLDER);
}

/* The folder is at its end: does the server's count agree? */
static int
check_count(const struct walk *k, const struct walked *was, struct err *err)
{
	const struct pass *pass = k->reading->mailbox->profile->pass;
	const struct store_folder *f = k->folder;
	int64_t total = k->told->total;
	int64_t expected = f->total + atomic_load(&k->reading->entered) -
			   atomic_load(&k->reading->left);

	if (total < 0 || pass->dry_run)
		return 0;
	if (f->total >= 0 && total < expected)
		return is_miscounted(k, total, expected, was, err);
	if (total == f->total)
		return 0;
	return store_folder_counted(pass->store, f->id, total, false, err);
}

/* A full walk, or the rest of one: after it what is known is right. */
static int
walk_whole(struct walk *k, const char *cursor, struct err *err)
{
	const struct store_folder *f = k->folder;
	int64_t total = k->told->total;
	struct walked was;

	if (walk(k, cursor, &was, err) == -1)
		return -1;
	if (total < 0 || total == f->total)
		return 0;
	return store_folder_counted(k->reading->mailbox->profile->pass->store,
	    f->id, total, false, err);
}

static int
read_to_end(struct reading *r, const struct store_folder *f,
    const struct folder *told, bool hurry, struct err *err)
{
	struct walk k = {
		.reading = r, .folder = f, .told = told, .hurry = hurry
	};
	struct mailbox_work *w = r->mailbox;
	struct walked was;
	int rc = 0;

	atomic_store(&r->entered, 0);
	atomic_store(&r->left, 0);

	if (f->restart) {
		err_set(err, ERR_RESYNC, "folder %s: %s", str_nn(f->path),
		    f->stray    ? "changes of it could not be used before"
		    : f->verify ? "--verify found that it does not agree with "
				  "the server"
				: "--resync was given");
		rc = restart_walk(w, f->id, err);
	} else if (f->resync && f->cursor == NULL)
		rc = begin_full_walk(w, f->id, err);
	if (rc == 0 && (f->cursor == NULL || f->resync))
		rc = walk_whole(&k, f->cursor, err);
	else if (rc == 0) {
		rc = walk(&k, f->cursor, &was, err);
		if (rc == 0)
			rc = check_count(&k, &was, err);
	}
	if (rc == -1 && err->kind == ERR_RESYNC) {
		if (restart_walk(w, f->id, err) == 0)
			rc = walk_whole(&k, NULL, err);
		if (rc == -1 && err->kind == ERR_RESYNC)
			err_recast(err, ERR_RETRY, err->scope);
	}
	if (rc == -1)
		return err_prefix(err, "folder %s", str_nn(f->path));
	return 0;
}

int
walk_folder(struct reading *r, const struct store_folder *f,
    const struct folder *told, bool hurry, struct err *err)
{
	atomic_int *folders = &r->mailbox->profile->folders;
	int rc;

	atomic_fetch_add(folders, 1);
	rc = read_to_end(r, f, told, hurry, err);
	atomic_fetch_sub(folders, 1);
	return rc;
}
