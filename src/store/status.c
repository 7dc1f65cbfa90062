/*
 * status.c - what the file says about every mailbox and the last pass.
 * 1. Only sync_mailbox and mailbox.incoming are written here, and only when
 *    they change: a pass in which all is well writes nothing more.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "store/db.h"
#include "store/health.h"
#include "store/failure.h"
#include "store/mailbox.h"
#include "store/run.h"

#define DAY_MS INT64_C(86400000)
#define BEFORE 28 /* days before yesterday, for the usual amount of mail */

/* --- sync_mailbox ------------------------------------------------------ */

static int
note_boxes(struct store *st, void *arg, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_BOX_NOTE,
	    "INSERT INTO sync_mailbox(address,first_at) "
	    "SELECT address,? FROM mailbox WHERE "
	    "address NOT IN(SELECT address FROM sync_mailbox)");

	(void)arg;
	db_text(s, 1, st->txn.at);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_box_note(struct store *st, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	if (st->read_only)
		return 0;
	if (store_flush(st, err) == -1)
		return -1;
	db_lock(st);
	s = db_stmt(st, DB_BOX_MISSING,
	    "SELECT 1 FROM mailbox WHERE "
	    "address NOT IN(SELECT address FROM sync_mailbox) LIMIT 1");
	r = db_one(st, s, NULL, err);
	if (r == 1)
		r = db_txn(st, note_boxes, NULL, err);
	db_unlock(st);
	return r;
}

static int
leave_box(struct store *st, void *address, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_BOX_LEAVE,
	    "UPDATE mailbox SET incoming='" INCOMING_DISABLED
	    "' WHERE address=?");

	db_text(s, 1, address);
	return db_run(st, s, err);
}

int
store_box_leave(struct store *st, const char *address, struct err *err)
{
	return db_write(st, leave_box, (void *)address, err);
}

/* --- reading ----------------------------------------------------------- */

static void
load_box(sqlite3_stmt *s, struct arena *a, struct store_box *b)
{
	memset(b, 0, sizeof(*b));
	b->address = arena_strdup(a, db_col(s, 0));
	b->profile = arena_strdup(a, db_col(s, 1));
	b->type = arena_strdup(a, db_col(s, 2));
	b->state = arena_strdup(a, db_col(s, 3));
	b->last_error = arena_strdup(a, db_col(s, 4));
	b->last_ok_at = db_col_time(s, 5);
	b->retry_at = db_col_time(s, 6);
	b->passes = sqlite3_column_int64(s, 7);
	b->first_at = db_col_time(s, 8);
	b->failures = sqlite3_column_int64(s, 9);
	b->given_up = sqlite3_column_int64(s, 10);
	b->incoming = sqlite3_column_int(s, 11) != 0;
	b->waiting = sqlite3_column_int64(s, 12);
	b->next_try = db_col_time(s, 13);
	b->anew = sqlite3_column_int64(s, 14);
	b->crm_id = arena_strdup(a, db_col(s, 15));
	b->off = sqlite3_column_int(s, 16) != 0;
}

int
store_box_states(struct store *st, struct store_boxes *out, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	s = db_stmt(st, DB_BOX_STATES,
	    "SELECT m.address,m.state,ifnull(l.given_up,0) FROM mailbox m "
	    "LEFT JOIN sync_lasting l ON l.mailbox=m.address "
	    "ORDER BY m.address");
	while ((r = db_row(st, s, err)) == 1) {
		struct store_box *b = VEC_ADD(out->v, out->n);

		memset(b, 0, sizeof(*b));
		b->address = arena_strdup(&out->arena, db_col(s, 0));
		b->state = arena_strdup(&out->arena, db_col(s, 1));
		b->off = sqlite3_column_int(s, 2) != 0;
	}
	db_unlock(st);
	if (r == -1)
		store_box_free(out);
	return r;
}

int
store_box_list(struct store *st, struct store_boxes *out, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	s = db_stmt(st, DB_BOX_LIST,
	    "SELECT m.address,m.profile,m.type,m.state,m.last_error,"
	    "m.last_ok_at,m.retry_at,m.passes,s.first_at,"
	    "ifnull(f.n,0),ifnull(f.up,0),m.incoming<>'" INCOMING_DISABLED "',"
	    "ifnull(f.waiting,0),f.next,ifnull(w.n,0),m.crm_id,"
	    "ifnull(l.given_up,0) FROM mailbox m "
	    "LEFT JOIN sync_lasting l ON l.mailbox=m.address "
	    "LEFT JOIN sync_mailbox s ON s.address=m.address "
	    "LEFT JOIN (SELECT mailbox,count(*) AS n,sum(" FAILURE_GIVEN_UP
	    ") AS up,count(next_try) AS waiting,"
	    "min(next_try) AS next FROM failure GROUP BY mailbox) f "
	    "ON f.mailbox=m.address "
	    /* one that failed then is in failure, too, and counts there */
	    "LEFT JOIN (SELECT mailbox,count(*) AS n FROM sync_anew a WHERE "
	    "NOT EXISTS(SELECT 1 FROM failure x WHERE x.mailbox=a.mailbox AND "
	    "x.item=a.item) GROUP BY mailbox) w "
	    "ON w.mailbox=m.address ORDER BY m.address");
	while ((r = db_row(st, s, err)) == 1)
		load_box(s, &out->arena, VEC_ADD(out->v, out->n));
	db_unlock(st);
	if (r == -1)
		store_box_free(out);
	return r;
}

void
store_box_free(struct store_boxes *b)
{
	arena_free(&b->arena);
	free(b->v);
	memset(b, 0, sizeof(*b));
}

static int
by_address(const void *key, const void *row)
{
	return strcmp(key, ((const struct store_box *)row)->address);
}

struct store_box *
store_box_find(const struct store_boxes *b, const char *address)
{
	return b->n == 0
		   ? NULL
		   : bsearch(address, b->v, b->n, sizeof(*b->v), by_address);
}

/* ago: 0 is today, 1 yesterday, ... */
static void
add_day(struct store_box *b, int64_t ago, int64_t n)
{
	if (ago == 0)
		b->today += n;
	else if (ago == 1)
		b->yesterday += n;
	else if (ago >= 2 && ago < 2 + BEFORE) {
		b->before += n;
		if (ago - 1 > b->before_days)
			b->before_days = ago - 1;
	}
}

int
store_box_days(
    struct store *st, struct store_boxes *boxes, int64_t now, struct err *err)
{
	sqlite3_stmt *s;
	struct store_box *b;
	int64_t day;
	int r;

	db_lock(st);
	s = db_stmt(st, DB_DAY_LIST, "SELECT mailbox,day,n FROM sync_day");
	while ((r = db_row(st, s, err)) == 1) {
		b = store_box_find(boxes, str_nn(db_col(s, 0)));
		if (b != NULL && tim_iso(str_nn(db_col(s, 1)), &day))
			add_day(b, now / DAY_MS - day / DAY_MS,
			    sqlite3_column_int64(s, 2));
	}
	db_unlock(st);
	return r;
}

static int
last_run(struct store *st, struct store_last_run *out, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_RUN_LAST,
	    "SELECT started,finished,outcome,mailboxes,mailboxes_failed,"
	    "emails,skipped,failed,id FROM run ORDER BY id DESC LIMIT 1");
	int r;

	if ((r = db_row(st, s, err)) == 1) {
		out->known = true;
		out->started = db_col_time(s, 0);
		out->finished = db_col_time(s, 1);
		snprintf(out->outcome, sizeof(out->outcome), "%s",
		    str_nn(db_col(s, 2)));
		out->mailboxes = sqlite3_column_int64(s, 3);
		out->failed_mailboxes = sqlite3_column_int64(s, 4);
		out->emails = sqlite3_column_int64(s, 5);
		out->skipped = sqlite3_column_int64(s, 6);
		out->failed = sqlite3_column_int64(s, 7);
		out->id = sqlite3_column_int64(s, 8);
	}
	sqlite3_reset(s);
	return r;
}

/* Reads how the latest run that is over ended. */
static int
last_ended(struct store *st, struct store_last_run *out, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_RUN_OVER,
	    "SELECT outcome FROM run WHERE outcome<>'" OUTCOME_RUNNING "' "
	    "ORDER BY id DESC LIMIT 1");
	int r;

	if ((r = db_row(st, s, err)) == 1)
		snprintf(
		    out->ended, sizeof(out->ended), "%s", str_nn(db_col(s, 0)));
	sqlite3_reset(s);
	return r;
}

static int
read_runs(struct store *st, void *arg, struct err *err)
{
	struct store_last_run *out = arg;

	memset(out, 0, sizeof(*out));
	return last_run(st, out, err) == -1 || last_ended(st, out, err) == -1
		   ? -1
		   : 0;
}

int
store_last_run(struct store *st, struct store_last_run *out, struct err *err)
{
	int64_t idle = 0; /* says that it is running, and nobody is */

	for (;;) {
		if (db_read(st, read_runs, out, err) == -1)
			return -1;
		if (strcmp(out->outcome, OUTCOME_RUNNING) != 0)
			return 0;
		out->running = store_at_work(st) != STORE_IDLE;
		/*
		 * A pass is at work from before its row is written until it has
		 * ended it. So the row must say so before nobody is found at
		 * work, and still afterwards.
		 */
		out->cut_off = !out->running && out->id == idle;
		if (out->running || out->cut_off)
			return 0;
		idle = out->id;
	}
}
