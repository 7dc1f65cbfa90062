/*
 * verify.c - is every item that the server lists in the file, and the other way
 * round?
 * 1. Only store_verify_mend writes, in one transaction: the folder is marked
 *    together with the items that a full walk would not see by itself.
 * 2. A row counts in a sum if it lies in the folder and was not decided since
 *    the verification began. The same question is asked when the server lists
 *    the item and when the rows are read, so that a row that a pass writes
 *    meanwhile changes no sum.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/match.h"
#include "store/decision.h"
#include "store/reconsider.h"
#include "store/verify.h"
#include "store/walk.h"

#define SLICE    fault_int("EXSYNC_VERIFY", 2000) /* rows read at a time */
#define DOUBTS   1000 /* that are given out at a time, about */
#define SUMS_MIN 256
#define SUMS_MAX 65536 /* half a MB */
#define PER_SUM  4     /* items that share one, up to SUMS_MAX */

void
store_verify_begin(struct store_verify *v, struct store *st,
    const char *mailbox, int64_t items)
{
	memset(v, 0, sizeof(*v));
	v->store = st;
	v->mailbox = mailbox;
	v->base = map_base();
	tim_text(tim_now(), v->began);
	for (v->nsum = SUMS_MIN; v->nsum < SUMS_MAX; v->nsum *= 2) {
		if (items <= (int64_t)v->nsum * PER_SUM)
			break;
	}
	v->sum = mem_alloc(v->nsum * sizeof(*v->sum));
	v->now = mem_alloc(v->nsum * sizeof(*v->now));
}

void
store_verify_end(struct store_verify *v)
{
	size_t i;

	for (i = 0; i < v->nrule; i++)
		free(v->rule[i].name);
	free(v->rule);
	free(v->sum);
	free(v->now);
	free(v->folder);
	free(v->after);
	memset(v, 0, sizeof(*v));
}

int
store_verify_folders(struct store *st, const char *mailbox,
    struct store_folders *out, struct err *err)
{
	sqlite3_stmt *s;
	int r, walking;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	s = db_stmt(st, DB_VERIFY_FOLDERS,
	    "SELECT f.id,f.folder_id,f.path,f.well_known,s.marker,s.cursor,"
	    "ifnull(s.walking,0),ifnull(s.unsettled,0),ifnull(f.total,-1) "
	    "FROM folder f LEFT JOIN sync_folder s ON s.folder=f.id "
	    "WHERE f.mailbox=? AND f.removed_at IS NULL ORDER BY f.id");
	db_text(s, 1, mailbox);
	while ((r = db_row(st, s, err)) == 1) {
		struct store_folder *f =
		    VEC_ADD_IN(&out->arena, out->v, out->n);

		f->id = sqlite3_column_int64(s, 0);
		f->folder_id = arena_strdup(&out->arena, db_col(s, 1));
		f->path = arena_strdup(&out->arena, db_col(s, 2));
		f->well_known = arena_strdup(&out->arena, db_col(s, 3));
		f->marker = arena_strdup(&out->arena, db_col(s, 4));
		f->cursor = arena_strdup(&out->arena, db_col(s, 5));
		walking = sqlite3_column_int(s, 6);
		f->resync = walking == WALKING_FULL || walking == WALKING_ANEW;
		f->unsettled = sqlite3_column_int64(s, 7);
		f->total = sqlite3_column_int64(s, 8);
	}
	db_unlock(st);
	if (r == -1)
		arena_free(&out->arena);
	return r;
}

int
store_verify_cursor(
    struct store *st, int64_t folder, char **cursor, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	*cursor = NULL;
	db_lock(st);
	s = db_stmt(st, DB_VERIFY_CURSOR,
	    "SELECT cursor FROM sync_folder WHERE folder=?");
	db_int(s, 1, folder);
	if ((r = db_row(st, s, err)) == 1)
		*cursor = mem_strdup(db_col(s, 0));
	sqlite3_reset(s);
	db_unlock(st);
	return r == -1 ? -1 : 0;
}

/* --- sums ------------------------------------------------------------ */

static uint64_t *
sum_of(const struct store_verify *v, uint64_t *sums, uint64_t hash)
{
	return &sums[hash >> 32 & (v->nsum - 1)];
}

static uint64_t
hash_place(const struct store_verify *v, int64_t folder, const char *item)
{
	return map_hash(v->base, (unsigned)folder, item);
}

/* Is the row as old as the verification? now: as text. */
static bool
is_settled_row(const struct store_verify *v, const char *at, const char *now)
{
	return strcmp(str_nn(at), v->began) <= 0 || strcmp(at, now) > 0;
}

static int
compare_folders(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

void
store_verify_folder(struct store_verify *v, int64_t folder, bool whole)
{
	size_t i;

	for (i = 0; i < v->nsum; i++) {
		if (whole)
			v->sum[i] += v->now[i];
		v->now[i] = 0;
	}
	if (!whole)
		return;
	*VEC_ADD(v->folder, v->nfolder) = folder;
	qsort(v->folder, v->nfolder, sizeof(*v->folder), compare_folders);
}

static bool
is_listed_folder(const struct store_verify *v, int64_t folder)
{
	return v->nfolder > 0 &&
	       bsearch(&folder, v->folder, v->nfolder, sizeof(*v->folder),
		   compare_folders) != NULL;
}

/* --- from the server to the file ------------------------------------- */

/* Items of a folder, and what the file says of them. */
struct verify_question {
	struct store_verify *v;
	int64_t folder;
	const char *const *item;
	size_t n;
	enum store_is *out; /* or NULL */
	bool count, sum;
	int64_t known; /* how many lie in the folder as far as the file knows */
	char now[TIM_TEXT];
};

static void
count_rule(struct store_verify *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->nrule; i++) {
		if (strcmp(v->rule[i].name, name) == 0)
			break;
	}
	if (i == v->nrule)
		VEC_ADD(v->rule, v->nrule)->name = mem_strdup(name);
	v->rule[i].n++;
}

/* What the row of s says of an item that lies in the folder. */
static enum store_is
judge_there(sqlite3_stmt *s)
{
	const char *verdict = str_nn(db_col(s, 2));
	const char *rule = str_nn(db_col(s, 3));

	switch (sqlite3_column_int(s, 1)) {
	case DECISION_FAILED:
	case DECISION_MOVING:
		if (sqlite3_column_int(s, 5) == 0)
			return STORE_IS_BROKEN;
		return sqlite3_column_int(s, 6) != 0 ? STORE_IS_WAITING
						     : STORE_IS_GIVEN_UP;
	}
	if (strcmp(verdict, verdict_name(VERDICT_SKIP)) == 0 ||
	    strcmp(verdict, verdict_name(VERDICT_EXPIRED)) == 0)
		return rule[0] != '\0' ? STORE_IS_SKIPPED : STORE_IS_BROKEN;
	return sqlite3_column_int(s, 7) != 0 ? STORE_IS_STORED
					     : STORE_IS_BROKEN;
}

static enum store_is
judge_listed(struct verify_question *q, sqlite3_stmt *s, const char *item)
{
	struct store_verify *v = q->v;
	uint64_t hash;

	if (sqlite3_column_int(s, 1) == DECISION_GONE)
		return STORE_IS_GONE;
	if (sqlite3_column_int64(s, 0) != q->folder)
		return STORE_IS_ELSEWHERE;
	q->known++;
	if (q->sum && is_settled_row(v, db_col(s, 4), q->now)) {
		hash = hash_place(v, q->folder, item);
		*sum_of(v, v->now, hash) += hash;
	}
	return judge_there(s);
}

/*
 * The copy is looked for, and not the mail: foreign keys keep the mail of a
 * copy in the file, and its row is on a page that is otherwise not read.
 */
static int
answer_listed(struct store *st, void *arg, struct err *err)
{
	struct verify_question *q = arg;
	sqlite3_stmt *s = db_stmt(st, DB_VERIFY_LISTED,
	    "SELECT d.folder,d.state,d.verdict,d.rule,d.at,"
	    "f.mailbox IS NOT NULL,f.next_try IS NOT NULL,"
	    "EXISTS(SELECT 1 FROM sync_copy c WHERE c.email=d.email AND "
	    "c.item_id=d.item AND c.mailbox=d.mailbox AND c.folder=d.folder "
	    "AND c.removed_at IS NULL AND d.verdict IN(?3,?4)) "
	    "FROM decision d LEFT JOIN failure f ON f.mailbox=d.mailbox AND "
	    "f.item=d.item WHERE d.mailbox=?1 AND d.item=?2");
	enum store_is is;
	size_t i;
	int r;

	tim_text(tim_now(), q->now);
	for (i = 0; i < q->n; i++) {
		is = STORE_IS_UNKNOWN;
		db_text(s, 1, q->v->mailbox);
		db_text(s, 2, q->item[i]);
		db_text(s, 3, verdict_name(VERDICT_KEEP));
		db_text(s, 4, verdict_name(VERDICT_HEADERS));
		if ((r = db_row(st, s, err)) == -1)
			return -1;
		if (r == 1)
			is = judge_listed(q, s, q->item[i]);
		if (q->count && is == STORE_IS_SKIPPED)
			count_rule(q->v, db_col(s, 3));
		sqlite3_reset(s);
		if (q->count)
			q->v->is[is]++;
		if (q->out != NULL)
			q->out[i] = is;
	}
	return 0;
}

int
store_verify_listed(struct store_verify *v, int64_t folder,
    const char *const *item, size_t n, enum store_is *out, struct err *err)
{
	struct verify_question q = { .v = v,
		.folder = folder,
		.item = item,
		.n = n,
		.out = out,
		.count = true,
		.sum = true };

	memset(out, 0, n * sizeof(*out)); /* should it fail */
	return db_read(v->store, answer_listed, &q, err);
}

int
store_verify_look(struct store_verify *v, int64_t folder,
    const char *const *item, size_t n, enum store_is *out, struct err *err)
{
	struct verify_question q = {
		.v = v, .folder = folder, .item = item, .n = n, .out = out
	};

	memset(out, 0, n * sizeof(*out)); /* should it fail */
	return db_read(v->store, answer_listed, &q, err);
}

int
store_verify_left(struct store_verify *v, int64_t folder,
    const char *const *item, size_t n, int64_t *known, struct err *err)
{
	struct verify_question q = {
		.v = v, .folder = folder, .item = item, .n = n, .sum = true
	};
	int rc = db_read(v->store, answer_listed, &q, err);

	*known = q.known;
	return rc;
}

/* --- from the file to the server ------------------------------------- */

/* One row of the mailbox that counts. */
struct verify_row {
	int64_t folder;
	const char *item;
	uint64_t hash;
	bool ahead; /* it lies ahead of the folder's cursor (ahead.h) */
};
typedef void verify_row_fn(void *arg, const struct verify_row *);

/*
 * Calls each for the next rows that count, at most max rows being read. *read:
 * how many were.
 */
static int
read_rows(struct store_verify *v, int max, int *read, verify_row_fn *each,
    void *arg, struct err *err)
{
	struct store *st = v->store;
	char now[TIM_TEXT], *last = NULL;
	sqlite3_stmt *s;
	int r;

	*read = 0;
	tim_text(tim_now(), now);
	db_lock(st);
	s = db_stmt(st, DB_VERIFY_ROWS,
	    "SELECT item,folder,state,at,EXISTS(SELECT 1 FROM sync_ahead a "
	    "WHERE a.folder=d.folder AND a.item=d.item) FROM decision d "
	    "WHERE mailbox=?1 AND item>?2 ORDER BY item LIMIT ?3");
	db_text(s, 1, v->mailbox);
	db_text(s, 2, str_nn(v->after));
	db_int(s, 3, max);
	while ((r = db_row(st, s, err)) == 1) {
		struct verify_row row = { sqlite3_column_int64(s, 1),
			str_nn(db_col(s, 0)), 0,
			sqlite3_column_int(s, 4) != 0 };

		if (++*read == max)
			last = mem_strdup(row.item);
		if (sqlite3_column_int(s, 2) == DECISION_GONE ||
		    !is_listed_folder(v, row.folder) ||
		    !is_settled_row(v, db_col(s, 3), now))
			continue;
		row.hash = hash_place(v, row.folder, row.item);
		each(arg, &row);
	}
	db_unlock(st);
	free(v->after);
	v->after = last;
	return r;
}

/* A verify_row_fn. */
static void
take_off(void *arg, const struct verify_row *row)
{
	struct store_verify *v = arg;

	*sum_of(v, v->sum, row->hash) -= row->hash;
}

int
store_verify_compare(struct store_verify *v, struct err *err)
{
	int n;

	do {
		if (read_rows(v, SLICE, &n, take_off, v, err) == -1)
			return -1;
	} while (n == SLICE);
	return 0;
}

struct doubting {
	struct store_verify *v;
	struct store_doubts *out;
};

/*
 * A verify_row_fn. What lies ahead of the cursor and is gone is found by the
 * next pass itself.
 */
static void
add_doubt(void *arg, const struct verify_row *row)
{
	struct doubting *d = arg;
	struct store_doubts *out = d->out;
	struct store_doubt *v;

	if (row->ahead || *sum_of(d->v, d->v->sum, row->hash) == 0)
		return;
	v = VEC_ADD_IN(&out->arena, out->v, out->n);
	if (v == NULL)
		return; /* not possible: the arena has no cap */
	v->item = arena_strdup(&out->arena, row->item);
	v->folder = row->folder;
}

static bool
do_sums_differ(const struct store_verify *v)
{
	size_t i;

	for (i = 0; i < v->nsum; i++) {
		if (v->sum[i] != 0)
			return true;
	}
	return false;
}

int
store_verify_doubts(
    struct store_verify *v, struct store_doubts *out, struct err *err)
{
	struct doubting d = { v, out };
	int n = SLICE;

	memset(out, 0, sizeof(*out));
	if (!do_sums_differ(v))
		return 0;
	while (out->n < DOUBTS && n == SLICE) {
		if (read_rows(v, SLICE, &n, add_doubt, &d, err) == -1) {
			arena_free(&out->arena);
			return -1;
		}
	}
	/* the next call would begin at the first row again */
	if (n < SLICE)
		memset(v->sum, 0, v->nsum * sizeof(*v->sum));
	return 0;
}

/* --- what does not agree --------------------------------------------- */

struct mending {
	const struct store_verify *v;
	int64_t folder;
	const char *const *broken;
	size_t n;
};

/*
 * The item counts as not decided, so that a full walk fetches it as if it had
 * changed; its mail and copy stay.
 */
static int
undecide(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_VERIFY_UNDECIDE,
	    "UPDATE decision SET verdict='" DECISION_NONE "',rule='gap',"
	    "change_key=NULL,state=?3 WHERE mailbox=?1 AND item=?2");

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	db_int(s, 3, DECISION_THERE);
	if (db_run(st, s, err) == -1)
		return -1;
	return anew_delete(st, mailbox, item, err);
}

static int
mend_folder(struct store *st, void *arg, struct err *err)
{
	const struct mending *m = arg;
	size_t i;

	if (walk_compare(st, m->folder, err) == -1)
		return -1;
	fault_point("inside mend");
	for (i = 0; i < m->n; i++) {
		if (undecide(st, m->v->mailbox, m->broken[i], err) == -1)
			return -1;
	}
	return 0;
}

int
store_verify_mend(struct store_verify *v, int64_t folder,
    const char *const *broken, size_t n, struct err *err)
{
	struct mending m = { v, folder, broken, n };

	return db_write(v->store, mend_folder, &m, err);
}
