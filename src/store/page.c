/*
 * page.c - all that one store_put writes: items, and the end of a page of
 * changes.
 * 1. The cursor is committed with the last rows of its page and never before:
 *    it is never ahead of them.
 * 2. Items that are written ahead of the cursor are noted until a cursor passes
 *    them (ahead.h).
 * 3. A delete of an item that is not known, or is known in another folder by
 *    now, does nothing.
 * 4. Nobody waits for the lock longer than it takes to write SLICE bytes and
 *    one item. Then the items so far are committed, noted as ahead of the
 *    cursor. Deletes and read flags may be ahead of the cursor, too: they are
 *    idempotent. A sweep comes after its page's cursor. One that is interrupted
 *    goes on when the folder is read to its end again, since the full walk ends
 *    only then.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "store/ahead.h"
#include "store/blob.h"
#include "store/copy.h"
#include "store/day.h"
#include "store/item.h"
#include "store/page.h"
#include "store/stray.h"
#include "store/walk.h"

#define SLICE (8 << 20) /* bytes that one transaction handles, about */

/* --- slices ------------------------------------------------------------ */

static bool
is_slice_full(const struct store *st)
{
	return st->txn.handled > fault_int("EXSYNC_SLICE", SLICE);
}

/* Commits, so that others may write, and begins the next transaction. */
static int
end_slice(struct store *st, struct err *err)
{
	if (blob_prune(st, err) == -1)
		return -1;
	fault_point("between slices");
	return db_txn_next(st, err);
}

/* Commits the items of [from, to), noted as ahead of the cursor. */
static int
put_slice(struct store *st, const struct store_work *w, size_t from, size_t to,
    struct err *err)
{
	bool ahead = w->page != NULL;
	size_t i;

	for (i = from; ahead && i < to; i++) {
		if (ahead_note(st, w->page->folder, w->item[i].item_id, err) ==
		    -1)
			return -1;
	}
	if (day_write(st, w->mailbox, err) == -1)
		return -1;
	return end_slice(st, err);
}

/* --- changes ----------------------------------------------------------- */

/* A change of the read flag changes the change key, too. */
static int
apply_read(struct store *st, const char *mailbox, const struct change *c,
    const struct decision_old *old, struct store_count *count, struct err *err)
{
	struct copy at = { .email = old->email,
		.mailbox = mailbox,
		.item_id = c->id,
		.folder = old->folder,
		.is_read = c->is_read };

	if (c->change_key != NULL &&
	    decision_set_key(st, mailbox, c->id, c->change_key, err) == -1)
		return -1;
	return old->email == 0 ? 0 : copy_read(st, &at, count, err);
}

static int
apply_change(struct store *st, const char *mailbox, int64_t folder,
    const struct change *c, struct store_count *count, struct err *err)
{
	struct decision_old old;
	int r;

	if (c->op == CHANGE_PUT)
		return 0;
	if ((r = decision_get(st, mailbox, c->id, &old, err)) != 1)
		return r;
	if (c->op == CHANGE_READ)
		return apply_read(st, mailbox, c, &old, count, err);
	if (old.folder != folder)
		return 0;
	return item_remove(st, mailbox, c->id, &old, count, err);
}

/* --- sweeps ------------------------------------------------------------ */

#define SWEEP 256

/* Items that the walk did not see, in batches. */
struct sweep {
	const char *mailbox;
	int64_t folder, walk;
	char *after; /* the last item of the batch before */
	size_t n;
	struct {
		char *item;
		struct decision_old old;
	} v[SWEEP];
};

/*
 * Loads the next batch. A batch, because the list must not grow with the folder
 * and rows cannot be changed under the statement that reads them.
 */
static int
next_of_sweep(struct store *st, struct sweep *w, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_FOLDER,
	    "SELECT item,email,state FROM decision WHERE mailbox=?1 AND "
	    "item>?2 AND folder=?3 AND state<>?6 AND walk<>?4 "
	    "ORDER BY item LIMIT ?5");
	int r;

	w->n = 0;
	db_text(s, 1, w->mailbox);
	db_text(s, 2, w->after);
	db_int(s, 3, w->folder);
	db_int(s, 4, w->walk);
	db_int(s, 5, SWEEP);
	db_int(s, 6, DECISION_GONE);
	while ((r = db_row(st, s, err)) == 1) {
		w->v[w->n].item = mem_strdup(db_col(s, 0));
		w->v[w->n].old.folder = w->folder;
		w->v[w->n].old.email = sqlite3_column_int64(s, 1);
		w->v[w->n].old.state =
		    (enum decision_state)sqlite3_column_int(s, 2);
		w->n++;
	}
	return r;
}

int
page_sweep(struct store *st, const char *mailbox, int64_t folder, int64_t walk,
    struct store_count *count, struct err *err)
{
	struct sweep *w = mem_alloc(sizeof(*w));
	size_t i;
	int rc;

	w->mailbox = mailbox;
	w->folder = folder;
	w->walk = walk;
	w->after = mem_strdup("");
	do {
		rc = next_of_sweep(st, w, err);
		for (i = 0; i < w->n; i++) {
			if (rc == 0)
				rc = item_remove(st, mailbox, w->v[i].item,
				    &w->v[i].old, count, err);
			if (rc == 0 && is_slice_full(st))
				rc = end_slice(st, err);
			free(w->after);
			w->after = w->v[i].item;
		}
		fault_point("inside sweep");
	} while (rc == 0 && w->n == SWEEP);
	free(w->after);
	free(w);
	return rc;
}

/*
 * Removes the items that an earlier pass wrote ahead of its cursor and that no
 * page has reported since: the folder was read to its end, so they are gone.
 */
static int
sweep_ahead(struct store *st, const char *mailbox, int64_t folder,
    struct store_count *count, struct err *err)
{
	struct decision_old old;
	char *item;
	int r, k = 1;

	while (k != -1 && (r = ahead_take(st, folder, &item, err)) == 1) {
		fault_point("inside sweep ahead");
		k = decision_get(st, mailbox, item, &old, err);
		if (k == 1 && old.folder == folder &&
		    old.state != DECISION_GONE)
			k = item_remove(st, mailbox, item, &old, count, err);
		free(item);
		if (k != -1 && is_slice_full(st))
			k = end_slice(st, err);
	}
	return k == -1 ? -1 : r;
}

/* --- the end of a page ------------------------------------------------- */

/* walk: the number of the full walk that ends here, or 0. */
static int
finish_folder(struct store *st, const char *mailbox, const struct store_page *p,
    int64_t walk, struct store_count *count, struct err *err)
{
	if (walk != 0 &&
	    (page_sweep(st, mailbox, p->folder, walk, count, err) == -1 ||
		stray_settled(st, p->folder, err) == -1))
		return -1;
	if (sweep_ahead(st, mailbox, p->folder, count, err) == -1)
		return -1;
	return walk_end(st, p, err);
}

/* from: the first item that is not on disk yet. */
static int
apply_changes(struct store *st, const struct store_work *w, size_t from,
    struct store_count *count, struct err *err)
{
	const struct store_page *p = w->page;
	size_t i;

	for (i = 0; i < p->nchange; i++) {
		if (apply_change(st, w->mailbox, p->folder, &p->change[i],
			count, err) == -1)
			return -1;
		if (is_slice_full(st)) {
			if (put_slice(st, w, from, w->n, err) == -1)
				return -1;
			from = w->n;
		}
	}
	return 0;
}

static int
end_page(struct store *st, const struct store_work *w, size_t from,
    struct store_count *count, struct err *err)
{
	const struct store_page *p = w->page;
	const char *mailbox = w->mailbox;
	struct full_walk walk;

	if ((p->restart && walk_begin(st, p->folder, err) == -1) ||
	    apply_changes(st, w, from, count, err) == -1)
		return -1;
	if (walk_get(st, p->folder, &walk, err) == -1 ||
	    (walk.number != 0 &&
		walk_saw(st, mailbox, p, walk.number, err) == -1))
		return -1;
	if (ahead_passed(st, p->folder, p->change, p->nchange, err) == -1)
		return -1;
	if (p->nstray > 0) {
		count->failed += p->nstray;
		if (stray_met(st, mailbox, p, err) == -1)
			return -1;
	}
	fault_point("before cursor");
	if (p->cursor != NULL && walk_cursor(st, p, err) == -1)
		return -1;
	return p->finished
		   ? finish_folder(st, mailbox, p, walk.number, count, err)
		   : 0;
}

int
page_put(struct store *st, const struct store_work *w, struct store_count *c,
    struct err *err)
{
	bool ahead = w->page != NULL && w->page->ahead;
	size_t i, from = 0;
	int rc = 0;

	for (i = 0; rc == 0 && i < w->n; i++) {
		if (is_slice_full(st)) {
			rc = put_slice(st, w, from, i, err);
			from = i;
		}
		if (rc == 0)
			rc = item_put(st, w->mailbox, &w->item[i], c, err);
		if (w->item[i].message != NULL)
			blob_unhold(st, w->item[i].message);
	}
	for (i = from; rc == 0 && ahead && i < w->n; i++)
		rc = ahead_note(st, w->page->folder, w->item[i].item_id, err);
	if (rc == 0)
		rc = day_write(st, w->mailbox, err);
	if (rc == 0 && w->page != NULL && !ahead)
		rc = end_page(st, w, from, c, err);
	return rc == 0 ? blob_prune(st, err) : rc;
}
