/*
 * run.c - table run: one row for each pass.
 * 1. At most one row says "running". A row that a crash left "running" becomes
 *    "interrupted" when the next pass begins.
 */
#include "base/fault.h"
#include "store/blob.h"
#include "store/day.h"
#include "store/db.h"
#include "store/mailtext.h"
#include "store/run.h"
#include "store/thread.h"

/* Looks up how the two passes before this one ended. */
static int
run_look_back(struct store *st, struct store_run *run, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_RUN_BEFORE,
	    "SELECT sum(outcome='" OUTCOME_RUNNING "'),count(*),"
	    "sum(outcome IN('" OUTCOME_RUNNING "','" OUTCOME_INTERRUPTED
	    "')) FROM "
	    "(SELECT outcome FROM run ORDER BY id DESC LIMIT 2)");
	int r;

	if ((r = db_row(st, s, err)) != 1)
		return r;
	/* at most one says that it is running: the last */
	run->died_before = sqlite3_column_int(s, 0) != 0;
	run->cut_before =
	    sqlite3_column_int(s, 1) == 2 && sqlite3_column_int(s, 2) == 2;
	sqlite3_reset(s);
	return 0;
}

static int
begin_run(struct store *st, void *arg, struct err *err)
{
	struct store_run *run = arg;
	sqlite3_stmt *s;

	if (run_look_back(st, run, err) == -1 ||
	    interrupted_before(st, run, err) == -1)
		return -1;
	s = db_stmt(st, DB_RUN_STALE,
	    "UPDATE run SET outcome='" OUTCOME_INTERRUPTED
	    "' WHERE outcome='" OUTCOME_RUNNING "'");
	if (db_run(st, s, err) == -1)
		return -1;
	s = db_stmt(st, DB_RUN_BEGIN,
	    "INSERT INTO run(started,outcome) VALUES(?,'" OUTCOME_RUNNING "')");
	db_text(s, 1, st->txn.at);
	if (db_run(st, s, err) == -1)
		return -1;
	run->id = sqlite3_last_insert_rowid(st->h);
	return interrupted_note(st, run, err);
}

int
store_run_begin(struct store *st, struct store_run *run, struct err *err)
{
	int rc;

	run->id = 0;
	run->cut_before = run->died_before = false;
	run->interrupted = 0;
	run->interrupted_since = TIM_NONE;
	run->started = tim_now();
	if (st->read_only)
		return 0;
	db_lock(st);
	rc = db_txn(st, begin_run, run, err);
	/* contents of mails that an earlier pass had no time to put */
	st->blob_loose = true;
	if (rc == 0)
		rc = blob_prune_rest(st, err);
	db_unlock(st);
	return rc;
}

static int
end_run(struct store *st, void *arg, struct err *err)
{
	const struct store_run *run = arg;
	sqlite3_stmt *s = db_stmt(st, DB_RUN_END,
	    "UPDATE run SET finished=?,outcome=?,mailboxes=?,"
	    "mailboxes_failed=?,seen=?,emails=?,copies=?,skipped=?,failed=?,"
	    "removed=?,updated=?,attachments=?,requests=?,bytes=? WHERE id=?");
	const struct store_count *c = &run->count;

	db_text(s, 1, st->txn.at);
	db_text(s, 2, run->outcome);
	db_int(s, 3, run->mailboxes);
	db_int(s, 4, run->failed);
	db_int(s, 5, run->seen);
	db_int(s, 6, c->emails);
	db_int(s, 7, c->copies);
	db_int(s, 8, c->skipped);
	db_int(s, 9, c->failed);
	db_int(s, 10, c->removed);
	db_int(s, 11, c->updated);
	db_int(s, 12, c->attachments);
	db_int(s, 13, run->requests);
	db_int(s, 14, run->bytes);
	db_int(s, 15, run->id);
	fault_point("before run end");
	return db_run(st, s, err) == -1 ? -1 : day_prune(st, err);
}

int
store_run_end(struct store *st, const struct store_run *run, struct err *err)
{
	int rc;

	if (st->read_only)
		return 0;
	db_lock(st);
	rc = thread_catch_up(st, true, err);
	if (rc == 0)
		rc = mailtext_catch_up(st, err);
	if (rc == 0)
		rc = db_txn(st, end_run, (void *)run, err);
	db_unlock(st);
	return rc;
}

static int
drop_run(struct store *st, void *arg, struct err *err)
{
	const struct store_run *run = arg;
	sqlite3_stmt *s =
	    db_stmt(st, DB_RUN_DROP, "DELETE FROM run WHERE id=?");

	db_int(s, 1, run->id);
	if (db_run(st, s, err) == -1)
		return -1;
	if (!run->died_before)
		return 0;
	/* the next pass must learn that the one before this died */
	s = db_stmt(st, DB_RUN_DIED,
	    "UPDATE run SET outcome='" OUTCOME_RUNNING "' WHERE id=(SELECT "
	    "max(id) FROM run) AND outcome='" OUTCOME_INTERRUPTED "'");
	return db_run(st, s, err);
}

int
store_run_drop(struct store *st, const struct store_run *run, struct err *err)
{
	return db_write(st, drop_run, (void *)run, err);
}
