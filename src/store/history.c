/*
 * history.c - what happened, as far as it is old.
 * 1. Each slice is a transaction of its own, and bounded by rows that are read,
 *    not only by those that are deleted.
 * 2. Rows of change are in the order of time but for a clock that was set: a
 *    slice without an old row ends the search.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/stop.h"
#include "base/vec.h"
#include "store/decision.h"
#include "store/history.h"

#define ROWS fault_int("EXSYNC_HISTORY", 5000) /* of a slice */

/* A decision that is to be deleted. */
struct old_decision {
	const char *mailbox, *item;
};

struct pruning {
	char limit[TIM_TEXT];
	int64_t from; /* of change: seq that is done */
	int64_t deleted;
	bool more;
	/* of decision: the last row that was read, and what is to be deleted */
	char *mailbox, *item;
	struct arena arena;
	struct old_decision *gone;
	size_t ngone;
};

/* --- change ------------------------------------------------------------- */

/* The end of the next slice; 0: there is none. */
static int
end_of_slice(struct store *st, int64_t from, int64_t *to, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_HISTORY_CHANGES,
	    "SELECT ifnull(max(seq),0) FROM(SELECT seq FROM change WHERE "
	    "seq>?1 AND seq<=ifnull((SELECT min(acked_seq) FROM consumer),"
	    "(SELECT max(seq) FROM change)) AND seq<(SELECT max(seq) FROM "
	    "change) ORDER BY seq LIMIT ?2)");

	db_int(s, 1, from);
	db_int(s, 2, ROWS);
	return db_one(st, s, to, err) == -1 ? -1 : 0;
}

static int
prune_changes(struct store *st, void *arg, struct err *err)
{
	struct pruning *k = arg;
	sqlite3_stmt *s;
	int64_t to;
	int n;

	k->more = false;
	if (end_of_slice(st, k->from, &to, err) == -1)
		return -1;
	if (to == 0)
		return 0;
	s = db_stmt(st, DB_HISTORY_CHANGE,
	    "DELETE FROM change WHERE seq>?1 AND seq<=?2 AND at<?3");
	db_int(s, 1, k->from);
	db_int(s, 2, to);
	db_text(s, 3, k->limit);
	if ((n = db_run(st, s, err)) == -1)
		return -1;
	fault_point("changes pruned");
	k->from = to;
	k->deleted += n;
	k->more = n > 0;
	return 0;
}

/* --- run and alert ------------------------------------------------------ */

static int
prune_runs(struct store *st, void *arg, struct err *err)
{
	struct pruning *k = arg;
	sqlite3_stmt *s = db_stmt(st, DB_HISTORY_RUN,
	    "DELETE FROM run WHERE id IN(SELECT id FROM run WHERE id<=(SELECT "
	    "max(id) FROM run)-?2 AND ifnull(finished,started)<?1 ORDER BY id "
	    "LIMIT ?3)");
	int n;

	db_text(s, 1, k->limit);
	db_int(s, 2, HISTORY_RUNS);
	db_int(s, 3, ROWS);
	if ((n = db_run(st, s, err)) == -1 ||
	    db_run(st,
		db_stmt(st, DB_HISTORY_WANTED,
		    "DELETE FROM sync_run WHERE id<(SELECT min(id) FROM run)"),
		err) == -1)
		return -1;
	k->deleted += n;
	k->more = n == ROWS;
	return 0;
}

static int
prune_alerts(struct store *st, void *arg, struct err *err)
{
	struct pruning *k = arg;
	sqlite3_stmt *s = db_stmt(st, DB_HISTORY_ALERT,
	    "DELETE FROM alert WHERE (scope,code,first_at) IN(SELECT scope,"
	    "code,first_at FROM alert a WHERE resolved_at<?1 AND NOT EXISTS("
	    "SELECT 1 FROM sync_news n WHERE n.scope=a.scope AND "
	    "n.code=a.code AND n.first_at=a.first_at) LIMIT ?2)");
	int n;

	db_text(s, 1, k->limit);
	db_int(s, 2, ROWS);
	if ((n = db_run(st, s, err)) == -1)
		return -1;
	k->deleted += n;
	k->more = n == ROWS;
	return 0;
}

/* --- decision ----------------------------------------------------------- */

/* Its copy knows when it went; of an item without one that is not known. */
static int
find_gone(struct store *st, void *arg, struct err *err)
{
	struct pruning *k = arg;
	sqlite3_stmt *s = db_stmt(st, DB_HISTORY_GONE,
	    "SELECT mailbox,item,d.state=?3 AND d.at<?4 AND NOT EXISTS(SELECT "
	    "1 FROM failure f WHERE f.mailbox=d.mailbox AND f.item=d.item) AND "
	    "NOT EXISTS(SELECT 1 FROM sync_copy c WHERE c.email=d.email AND "
	    "c.item_id=d.item AND c.mailbox=d.mailbox AND "
	    "ifnull(c.removed_at,?4)>=?4) FROM decision d WHERE "
	    "(mailbox,item)>(?1,?2) ORDER BY mailbox,item LIMIT ?5");
	struct old_decision *o;
	int r, n = 0;

	k->ngone = 0;
	k->gone = NULL;
	arena_free(&k->arena);
	sqlite3_bind_text(s, 1, k->mailbox, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 2, k->item, -1, SQLITE_TRANSIENT);
	db_int(s, 3, DECISION_GONE);
	db_text(s, 4, k->limit);
	db_int(s, 5, ROWS);
	while ((r = db_row(st, s, err)) == 1) {
		n++;
		free(k->mailbox);
		free(k->item);
		k->mailbox = mem_strdup(db_col(s, 0));
		k->item = mem_strdup(db_col(s, 1));
		if (sqlite3_column_int(s, 2) == 0)
			continue;
		o = VEC_ADD_IN(&k->arena, k->gone, k->ngone);
		o->mailbox = arena_strdup(&k->arena, k->mailbox);
		o->item = arena_strdup(&k->arena, k->item);
	}
	k->more = n == ROWS;
	return r;
}

static int
delete_gone(struct store *st, void *arg, struct err *err)
{
	struct pruning *k = arg;
	sqlite3_stmt *s = db_stmt(st, DB_HISTORY_DECISION,
	    "DELETE FROM decision WHERE mailbox=?1 AND item=?2 AND state=?3");
	size_t i;
	int n;

	for (i = 0; i < k->ngone; i++) {
		db_text(s, 1, k->gone[i].mailbox);
		db_text(s, 2, k->gone[i].item);
		db_int(s, 3, DECISION_GONE);
		if ((n = db_run(st, s, err)) == -1)
			return -1;
		k->deleted += n;
	}
	fault_point("decisions pruned");
	return 0;
}

/* --- all of it ---------------------------------------------------------- */

static int
prune_decisions(struct store *st, struct pruning *k, struct err *err)
{
	do {
		if (stop_requested())
			return 0;
		if (db_txn_read(st, find_gone, k, err) == -1 ||
		    (k->ngone > 0 && db_txn(st, delete_gone, k, err) == -1))
			return -1;
	} while (k->more);
	return 1;
}

static int
prune_rows(struct store *st, struct pruning *k, struct err *err)
{
	static db_work *const part[] = { prune_changes, prune_runs,
		prune_alerts };
	size_t i;

	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		do {
			if (stop_requested())
				return 0;
			if (db_txn(st, part[i], k, err) == -1)
				return -1;
		} while (k->more);
	}
	return prune_decisions(st, k, err);
}

int
store_history_prune(
    struct store *st, int64_t limit, int64_t *n, struct err *err)
{
	struct pruning k;
	int r = 1;

	memset(&k, 0, sizeof(k));
	k.mailbox = mem_strdup("");
	k.item = mem_strdup("");
	if (tim_text(limit, k.limit) != NULL && !st->read_only) {
		db_lock(st);
		r = prune_rows(st, &k, err);
		db_unlock(st);
	}
	*n = k.deleted;
	arena_free(&k.arena);
	free(k.mailbox);
	free(k.item);
	return r;
}

/* --- consumers ---------------------------------------------------------- */

int
store_consumers_late(struct store *st, int64_t before,
    struct store_consumers *out, struct err *err)
{
	sqlite3_stmt *s;
	struct store_consumer *c;
	char at[TIM_TEXT];
	int r;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	s = db_stmt(st, DB_HISTORY_LATE,
	    "SELECT name,at,(SELECT max(seq) FROM change)-seq+1 FROM(SELECT "
	    "c.name,(SELECT min(seq) FROM change WHERE seq>c.acked_seq) AS "
	    "first FROM consumer c) JOIN change ON seq=first WHERE at<? "
	    "ORDER BY at,name");
	db_time(s, 1, before, at);
	while ((r = db_row(st, s, err)) == 1) {
		c = VEC_ADD_IN(&out->arena, out->v, out->n);
		c->name = arena_strdup(&out->arena, db_col(s, 0));
		c->since = db_col_time(s, 1);
		c->rows = sqlite3_column_int64(s, 2);
	}
	db_unlock(st);
	if (r == -1)
		arena_free(&out->arena);
	return r;
}
