/*
 * folder.c - the folders of a mailbox.
 * 1. A folder is known by the server's id; a row is never deleted.
 * 2. A list that says what is known already writes nothing.
 * 3. When a folder is gone, or is not read any more, its copies get removed_at
 *    and its cursor is cleared; when it comes back it is walked from the start.
 *    The folder is marked as gone, or as left, in the transaction of the last
 *    of these copies, so work that was interrupted before is done again.
 * 4. An empty list is a mistake of the server and not an empty mailbox: no
 *    folder is treated as gone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/str.h"
#include "base/vec.h"
#include "store/ahead.h"
#include "store/blob.h"
#include "store/db.h"
#include "store/emaillink.h"
#include "store/page.h"
#include "store/mailbox.h"
#include "store/stray.h"
#include "store/walk.h"

/* What the table says of a folder, beside the public struct. */
struct row {
	struct store_folder pub;
	const char *class;
	int64_t total;
	bool removed, seen;
};

struct rows {
	struct arena arena;
	struct row *v;
	size_t n;
};

/*
 * Asks for a full walk when one is due because of strays. next_try: that of the
 * folder's own row of failure; TIM_NONE: there is none.
 */
static void
ask_anew(struct store_folder *f, int64_t next_try)
{
	f->stray = next_try != TIM_NONE && !f->resync && tim_due(next_try);
	if (f->stray)
		f->resync = f->restart = true;
	if (f->restart)
		f->cursor = NULL;
}

static int
load_rows(
    struct store *st, const char *mailbox, struct rows *r, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FOLDER_LIST,
	    "SELECT f.id,f.folder_id,f.path,f.well_known,s.marker,s.cursor,"
	    "s.walking,f.class,ifnull(f.total,-1),f.removed_at,"
	    "EXISTS(SELECT 1 FROM sync_ahead a WHERE a.folder=f.id),"
	    "(SELECT x.next_try FROM failure x WHERE x.mailbox=f.mailbox AND "
	    "x.item=" STRAY_ITEM "f.id),ifnull(s.unsettled,0) "
	    "FROM folder f LEFT JOIN sync_folder s ON s.folder=f.id "
	    "WHERE f.mailbox=? ORDER BY f.id");
	struct row *v;
	int more, walking;

	db_text(s, 1, mailbox);
	while ((more = db_row(st, s, err)) == 1) {
		walking = sqlite3_column_int(s, 6);
		v = VEC_ADD(r->v, r->n);
		v->pub.id = sqlite3_column_int64(s, 0);
		v->pub.folder_id = arena_strdup(&r->arena, db_col(s, 1));
		v->pub.path = arena_strdup(&r->arena, db_col(s, 2));
		v->pub.well_known = arena_strdup(&r->arena, db_col(s, 3));
		v->pub.marker = arena_strdup(&r->arena, db_col(s, 4));
		v->pub.cursor = arena_strdup(&r->arena, db_col(s, 5));
		v->pub.resync = walking != WALKING_NONE;
		v->pub.verify = walking == WALKING_COMPARE;
		v->pub.restart = v->pub.verify || walking == WALKING_ASKED;
		ask_anew(&v->pub, db_col_time(s, 11));
		v->class = arena_strdup(&r->arena, db_col(s, 7));
		v->pub.total = v->total = sqlite3_column_int64(s, 8);
		v->removed = sqlite3_column_type(s, 9) != SQLITE_NULL;
		v->pub.ahead = sqlite3_column_int(s, 10) != 0;
		v->pub.unsettled = sqlite3_column_int64(s, 12);
	}
	return more;
}

static void
rows_free(struct rows *r)
{
	free(r->v);
	arena_free(&r->arena);
	memset(r, 0, sizeof(*r));
}

/* Returns the folders that exist; takes over the strings of r. */
static void
hand_over(struct rows *r, struct store_folders *out)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	out->arena = r->arena;
	memset(&r->arena, 0, sizeof(r->arena));
	out->v = arena_alloc(&out->arena, (r->n + 1) * sizeof(*out->v));
	for (i = 0; i < r->n; i++) {
		if (!r->v[i].removed)
			out->v[out->n++] = r->v[i].pub;
	}
	rows_free(r);
}

/* What is known of a mailbox's folders, and what the server says of them. */
struct merge {
	const char *mailbox;
	const struct folder_list *list;
	struct rows r;
};

static int
read_known(struct store *st, void *arg, struct err *err)
{
	struct merge *m = arg;

	return load_rows(st, m->mailbox, &m->r, err);
}

/* --- merging ----------------------------------------------------------- */

static int
compare_folder_ids(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->pub.folder_id,
	    ((const struct row *)b)->pub.folder_id);
}

static int
compare_row_ids(const void *a, const void *b)
{
	int64_t x = ((const struct row *)a)->pub.id;
	int64_t y = ((const struct row *)b)->pub.id;

	return x < y ? -1 : x > y;
}

static struct row *
find_row(struct rows *r, const char *folder_id)
{
	struct row key;

	memset(&key, 0, sizeof(key));
	key.pub.folder_id = folder_id;
	return r->n == 0 ? NULL
			 : bsearch(&key, r->v, r->n, sizeof(*r->v),
			       compare_folder_ids);
}

static bool
is_same_folder(const struct row *v, const struct folder *f)
{
	return !v->removed && strcmp(v->pub.path, str_nn(f->path)) == 0 &&
	       (f->well_known == NULL ||
		   str_eq(v->pub.well_known, f->well_known)) &&
	       str_eq(v->class, f->class);
}

/*
 * Does anything but totals differ? Sorts the rows by the server's id, and sets
 * seen in those that the list names.
 */
static bool
list_differs(struct rows *r, const struct folder_list *list)
{
	size_t i;
	bool diff = false;

	if (r->n > 1)
		qsort(r->v, r->n, sizeof(*r->v), compare_folder_ids);
	for (i = 0; i < list->n; i++) {
		struct row *v = find_row(r, list->v[i].id);

		if (v == NULL || !is_same_folder(v, &list->v[i]))
			diff = true;
		if (v != NULL)
			v->seen = true;
	}
	for (i = 0; i < r->n && list->n > 0; i++) {
		if (!r->v[i].seen && !r->v[i].removed)
			diff = true;
	}
	return diff;
}

static int
insert_folder(struct store *st, const char *mailbox, const struct folder *f,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FOLDER_INSERT,
	    "INSERT INTO folder(mailbox,path,well_known,folder_id,class,total) "
	    "SELECT ?1,?2,?3,?4,?5,?6 WHERE NOT EXISTS("
	    "SELECT 1 FROM folder WHERE mailbox=?1 AND folder_id=?4)");

	db_text(s, 1, mailbox);
	db_text(s, 2, str_nn(f->path));
	db_text(s, 3, f->well_known);
	db_text(s, 4, f->id);
	db_text(s, 5, f->class);
	db_intor(s, 6, f->total, -1);
	fault_point("before folder insert");
	return db_run(st, s, err);
}

static int
update_folder(struct store *st, const struct row *v, const struct folder *f,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FOLDER_UPDATE,
	    "UPDATE folder SET path=?2,well_known=ifnull(?3,well_known),"
	    "class=?4,removed_at=NULL WHERE id=?1");

	db_int(s, 1, v->pub.id);
	db_text(s, 2, str_nn(f->path));
	db_text(s, 3, f->well_known);
	db_text(s, 4, f->class);
	fault_point("before folder update");
	if (db_run(st, s, err) == -1)
		return -1;
	/* it was read already: what lies in Sent Items was not delivered */
	if (v->pub.cursor != NULL && f->well_known != NULL &&
	    !str_eq(f->well_known, v->pub.well_known))
		return emaillink_outdate(st, err);
	return 0;
}

/*
 * Forgets all that is known of what lies in the folder: marks a full walk as
 * begun, without a cursor, and removes the copies. May take several
 * transactions.
 */
static int
forget_folder(struct store *st, const struct store_place *at,
    struct store_count *count, struct err *err)
{
	char *item;
	int r;

	if (walk_forget(st, at->folder, err) == -1)
		return -1;
	if (st->read_only)
		return 0;
	if (stray_forget(st, at->folder, err) == -1)
		return -1;
	fault_point("before folder sweep");
	if (page_sweep(st, at->mailbox, at->folder, -1, count, err) == -1)
		return -1;
	while ((r = ahead_take(st, at->folder, &item, err)) == 1)
		free(item);
	return r == 0 ? blob_prune(st, err) : r;
}

static int
remove_folder(
    struct store *st, const char *mailbox, const struct row *v, struct err *err)
{
	struct store_count count;
	sqlite3_stmt *s;

	memset(&count, 0, sizeof(count));
	if (forget_folder(st, &(struct store_place){ mailbox, v->pub.id },
		&count, err) == -1)
		return -1;
	s = db_stmt(
	    st, DB_FOLDER_GONE, "UPDATE folder SET removed_at=? WHERE id=?");
	db_text(s, 1, st->txn.at);
	db_int(s, 2, v->pub.id);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* A folder that is not read any more. */
struct left {
	const struct store_place *at;
	struct store_count count;
};

/* Forgets the folder, and ends the full walk of it. */
static int
stop_folder(struct store *st, void *arg, struct err *err)
{
	struct left *left = arg;

	if (forget_folder(st, left->at, &left->count, err) == -1)
		return -1;
	return walk_leave(st, left->at->folder, err);
}

/* The rows are sorted by the server's id, and seen is set (list_differs). */
static int
write_list(struct store *st, const char *mailbox, struct rows *r,
    const struct folder_list *list, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc != -1 && i < list->n; i++) {
		const struct folder *f = &list->v[i];
		struct row *v = find_row(r, f->id);

		if (v == NULL)
			rc = insert_folder(st, mailbox, f, err);
		else if (!is_same_folder(v, f))
			rc = update_folder(st, v, f, err);
	}
	for (i = 0; rc != -1 && i < r->n && list->n > 0; i++) {
		if (!r->v[i].seen && !r->v[i].removed)
			rc = remove_folder(st, mailbox, &r->v[i], err);
	}
	return rc == -1 ? -1 : 0;
}

/*
 * Must the folder be read before it is idle again? Until then its total stays
 * that of the last complete read.
 */
static bool
is_due(const struct row *v, const struct folder *f)
{
	return v->pub.cursor != NULL &&
	       (f->marker == NULL || v->pub.unsettled != 0 ||
		   !str_eq(f->marker, v->pub.marker));
}

static int
note_totals(struct store *st, struct rows *r, const struct folder_list *list,
    struct err *err)
{
	size_t i;

	if (r->n > 1)
		qsort(r->v, r->n, sizeof(*r->v), compare_folder_ids);
	for (i = 0; i < list->n; i++) {
		struct row *v = find_row(r, list->v[i].id);

		if (v != NULL && v->total != list->v[i].total &&
		    !is_due(v, &list->v[i]) &&
		    pending_total(st, v->pub.id, list->v[i].total, err) == -1)
			return -1;
	}
	return 0;
}

/* Takes one transaction or more. Reads the rows again: they may be outdated. */
static int
merge_list(struct store *st, void *arg, struct err *err)
{
	struct merge *m = arg;

	rows_free(&m->r);
	if (load_rows(st, m->mailbox, &m->r, err) == -1)
		return -1;
	list_differs(&m->r, m->list);
	if (write_list(st, m->mailbox, &m->r, m->list, err) == -1)
		return -1;
	rows_free(&m->r);
	return load_rows(st, m->mailbox, &m->r, err);
}

int
store_folders_merge(struct store *st, const char *mailbox,
    const struct folder_list *list, struct store_folders *out, struct err *err)
{
	struct merge m = { .mailbox = mailbox, .list = list };
	int rc;

	db_lock(st);
	rc = db_txn_read(st, read_known, &m, err);
	if (rc == 0 && list_differs(&m.r, list))
		rc = db_txn(st, merge_list, &m, err);
	if (rc == 0)
		rc = note_totals(st, &m.r, list, err);
	db_unlock(st);
	if (rc == -1) {
		rows_free(&m.r);
		memset(out, 0, sizeof(*out));
		return -1;
	}
	if (m.r.n > 1)
		qsort(m.r.v, m.r.n, sizeof(*m.r.v), compare_row_ids);
	hand_over(&m.r, out);
	return 0;
}

static int
read_again(struct store *st, void *folder, struct err *err)
{
	return walk_again(st, *(int64_t *)folder, err);
}

int
store_folder_counted(struct store *st, int64_t folder, int64_t total,
    bool again, struct err *err)
{
	int rc;

	if (st->read_only)
		return 0;
	db_lock(st);
	rc = pending_total(st, folder, total, err);
	if (rc == 0 && again)
		rc = db_txn(st, read_again, &folder, err);
	db_unlock(st);
	return rc;
}

int
store_folder_leave(struct store *st, const struct store_place *at,
    struct store_count *count, struct err *err)
{
	struct left left = { .at = at };
	int rc = db_write(st, stop_folder, &left, err);

	if (rc == 0)
		count->removed += left.count.removed;
	return rc;
}
