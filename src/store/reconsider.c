/*
 * reconsider.c - mail that was left out and is to be decided anew.
 * 1. The scan reads table decision in the order of its key, a slice at a time:
 *    no view of the file is held for long, and no index is needed.
 * 2. An item is in sync_anew only while it lies in its folder: whatever is
 *    decided on it takes it out in the same transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/vec.h"
#include "store/decision.h"
#include "store/reconsider.h"

#define SLICE fault_int("EXSYNC_RECONSIDER", 10000) /* decisions at a time */

/* --- the basis ---------------------------------------------------------- */

int
store_basis_get(struct store *st, const char *what, void **value, size_t *len,
    struct err *err)
{
	sqlite3_stmt *s;
	int r;

	*value = NULL;
	*len = 0;
	db_lock(st);
	s = db_stmt(
	    st, DB_BASIS_GET, "SELECT value FROM sync_basis WHERE what=?");
	db_text(s, 1, what);
	if ((r = db_row(st, s, err)) == 1) {
		*len = (size_t)sqlite3_column_bytes(s, 0);
		*value = mem_alloc(*len + 1);
		if (*len > 0)
			memcpy(*value, sqlite3_column_blob(s, 0), *len);
	}
	sqlite3_reset(s);
	db_unlock(st);
	return r;
}

struct basis_list {
	const struct store_basis *v;
	size_t n;
};

static int
write_basis(struct store *st, void *arg, struct err *err)
{
	const struct basis_list *list = arg;
	sqlite3_stmt *s = db_stmt(st, DB_BASIS_PUT,
	    "INSERT INTO sync_basis(what,value) VALUES(?1,?2) "
	    "ON CONFLICT DO UPDATE SET value=?2");
	size_t i;
	int rc = 0;

	for (i = 0; rc != -1 && i < list->n; i++) {
		db_text(s, 1, list->v[i].what);
		sqlite3_bind_blob64(
		    s, 2, list->v[i].value, list->v[i].len, SQLITE_STATIC);
		rc = db_run(st, s, err);
		/* the value is freed before the next run; NULL crashes here */
		if (s != NULL)
			sqlite3_clear_bindings(s);
	}
	fault_point("after basis");
	return rc == -1 ? -1 : 0;
}

int
store_basis_put(
    struct store *st, const struct store_basis *v, size_t n, struct err *err)
{
	return db_write(st, write_basis, &(struct basis_list){ v, n }, err);
}

/* --- the scan ----------------------------------------------------------- */

struct found {
	const char *mailbox, *item;
	enum store_anew why;
};

/* One slice of the scan. */
struct scan {
	store_judge_fn *judge;
	void *arg;
	char *mailbox, *item; /* the last that was read */
	int read;             /* rows of the slice */
	struct arena arena;   /* of the slice */
	struct found *found;
	size_t nfound;
};

static void
judge_row(struct scan *k, sqlite3_stmt *s)
{
	const char *mailbox = db_col(s, 0), *item = db_col(s, 1);
	struct store_left_out row = { mailbox, db_col(s, 4), db_col(s, 2),
		db_col(s, 5), db_col(s, 3) };
	enum store_anew why = k->judge(k->arg, &row);

	k->read++;
	free(k->mailbox);
	free(k->item);
	k->mailbox = mem_strdup(mailbox);
	k->item = mem_strdup(item);
	if (why != STORE_ANEW_NOT)
		*VEC_ADD(k->found, k->nfound) =
		    (struct found){ arena_strdup(&k->arena, mailbox),
			    arena_strdup(&k->arena, item), why };
}

static int
read_slice(struct store *st, struct scan *k, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	k->read = 0;
	k->nfound = 0;
	arena_free(&k->arena);
	db_lock(st);
	s = db_stmt(st, DB_RECONSIDER_SCAN,
	    "SELECT d.mailbox,d.item,d.rule,d.parties,m.profile,d.at "
	    "FROM decision d LEFT JOIN mailbox m ON m.address=d.mailbox "
	    "WHERE (d.mailbox,d.item)>(?1,?2) AND d.state=?3 AND "
	    "d.verdict IN(?4,?5,?7) ORDER BY d.mailbox,d.item LIMIT ?6");
	/* copied, since judge_row replaces them while rows are read */
	sqlite3_bind_text(s, 1, k->mailbox, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 2, k->item, -1, SQLITE_TRANSIENT);
	db_int(s, 3, DECISION_THERE);
	db_text(s, 4, verdict_name(VERDICT_SKIP));
	db_text(s, 5, verdict_name(VERDICT_HEADERS));
	db_int(s, 6, SLICE);
	db_text(s, 7, verdict_name(VERDICT_EXPIRED));
	while ((r = db_row(st, s, err)) == 1)
		judge_row(k, s);
	db_unlock(st);
	return r;
}

static int
write_found(struct store *st, void *arg, struct err *err)
{
	const struct scan *k = arg;
	sqlite3_stmt *s = db_stmt(st, DB_ANEW_PUT,
	    "INSERT INTO sync_anew(mailbox,item,why) VALUES(?1,?2,?3) "
	    "ON CONFLICT DO UPDATE SET why=max(why,?3)");
	size_t i;
	int rc = 0;

	for (i = 0; rc != -1 && i < k->nfound; i++) {
		db_text(s, 1, k->found[i].mailbox);
		db_text(s, 2, k->found[i].item);
		db_int(s, 3, k->found[i].why);
		rc = db_run(st, s, err);
	}
	fault_point("inside reconsider");
	return rc == -1 ? -1 : 0;
}

int
store_reconsider(struct store *st, store_judge_fn *judge, void *arg, int64_t *n,
    struct err *err)
{
	struct scan k = { .judge = judge, .arg = arg };
	int rc;

	*n = 0;
	k.mailbox = mem_strdup("");
	k.item = mem_strdup("");
	do {
		rc = read_slice(st, &k, err);
		if (rc == 0 && k.nfound > 0 && !st->read_only)
			rc = db_write(st, write_found, &k, err);
		*n += (int64_t)k.nfound;
	} while (rc == 0 && k.read == SLICE);
	arena_free(&k.arena);
	free(k.found);
	free(k.mailbox);
	free(k.item);
	return rc;
}

/* --- the items that wait ------------------------------------------------ */

int
store_anew_list(struct store *st, const char *mailbox, size_t max,
    struct store_anew_items *out, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	s = db_stmt(st, DB_ANEW_LIST,
	    "SELECT w.item,d.change_key,d.folder,w.why FROM sync_anew w "
	    "JOIN decision d ON d.mailbox=w.mailbox AND d.item=w.item "
	    "WHERE w.mailbox=? AND d.state=? ORDER BY d.folder,w.item LIMIT ?");
	db_text(s, 1, mailbox);
	db_int(s, 2, DECISION_THERE);
	db_int(s, 3, (int64_t)(max < INT32_MAX ? max : INT32_MAX));
	while ((r = db_row(st, s, err)) == 1) {
		struct store_anew_item *v =
		    VEC_ADD_IN(&out->arena, out->v, out->n);

		v->item_id = arena_strdup(&out->arena, db_col(s, 0));
		v->change_key = arena_strdup(&out->arena, db_col(s, 1));
		v->folder = sqlite3_column_int64(s, 2);
		v->why = (enum store_anew)sqlite3_column_int(s, 3);
	}
	db_unlock(st);
	if (r == -1)
		arena_free(&out->arena);
	return r;
}

int
anew_delete(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_ANEW_DELETE,
	    "DELETE FROM sync_anew WHERE mailbox=? AND item=?");

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	return db_run(st, s, err) == -1 ? -1 : 0;
}
