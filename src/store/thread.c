/*
 * thread.c - the mails in the order of their threads.
 * 1. A thread's id is a hash, and an index in the order of hashes is written to
 *    at a random page for each mail (schemasteps.c). So new mails are entered
 *    many at once, sorted, which writes each page once.
 * 2. sync_mark 'threads' is the last mail that was entered, and moves in the
 *    same transaction. The view email_thread reads later ones from sync_email,
 *    so what it says is always complete.
 * 3. Mails that an older program stored get their in_reply_to_key on that way,
 *    up to sync_mark 'keys'.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/stop.h"
#include "store/thread.h"

#define SLICE fault_int("EXSYNC_THREADS", 5000) /* mails of a transaction */
#define OLDER 500 /* mails of a transaction that rewrites their rows */

/* --- keys of mails that an older program stored ------------------------- */

/* SQL function mid_key(Message-ID) */
static void
make_key(sqlite3_context *context, int n, sqlite3_value **v)
{
	struct buf *scratch = sqlite3_user_data(context);
	char key[CONTENT_ID];

	(void)n;
	if (content_mid_id(
		scratch, (const char *)sqlite3_value_text(v[0]), key))
		sqlite3_result_text(context, key, -1, SQLITE_TRANSIENT);
	else
		sqlite3_result_null(context);
}

static int
add_keys(struct store *st, int64_t from, int64_t to, struct err *err)
{
	sqlite3_stmt *s;
	int rc = sqlite3_create_function_v2(st->h, "mid_key", 1,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
	    &st->scratch, make_key, NULL, NULL, NULL);

	if (rc != SQLITE_OK)
		return db_fail(st, rc, err);
	s = db_stmt(st, DB_THREAD_KEYS,
	    "UPDATE sync_email SET in_reply_to_key=mid_key(in_reply_to) "
	    "WHERE n>?1 AND n<=?2 AND in_reply_to IS NOT NULL");
	db_int(s, 1, from);
	db_int(s, 2, to);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* --- new mails ---------------------------------------------------------- */

struct thread_marks {
	int64_t entered, keys, last; /* sync_email.n */
};

static int
read_marks(struct store *st, struct thread_marks *m, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_THREAD_MARKS,
	    "SELECT (SELECT n FROM sync_mark WHERE what='threads'),"
	    "(SELECT n FROM sync_mark WHERE what='keys'),"
	    "(SELECT ifnull(max(n),0) FROM sync_email)");
	int r = db_row(st, s, err);

	memset(m, 0, sizeof(*m));
	if (r == 1) {
		m->entered = sqlite3_column_int64(s, 0);
		m->keys = sqlite3_column_int64(s, 1);
		m->last = sqlite3_column_int64(s, 2);
	}
	sqlite3_reset(s);
	return r == -1 ? -1 : 0;
}

static int
enter_mails(struct store *st, int64_t from, int64_t to, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_THREAD_ENTER,
	    "INSERT INTO sync_thread(thread_id,email) SELECT thread_id,n "
	    "FROM sync_email WHERE n>?1 AND n<=?2 ORDER BY thread_id,n");

	db_int(s, 1, from);
	db_int(s, 2, to);
	if (db_run(st, s, err) == -1)
		return -1;
	fault_point("threads entered");
	s = db_stmt(st, DB_THREAD_MARK,
	    "UPDATE sync_mark SET n=?1 WHERE what='threads'");
	return db_run_int(st, s, to, err);
}

/* arg: bool: there is more. */
static int
enter_slice(struct store *st, void *arg, struct err *err)
{
	bool *more = arg;
	struct thread_marks m;
	int64_t to;
	bool old;

	if (read_marks(st, &m, err) == -1)
		return -1;
	old = m.entered < m.keys;
	to = m.entered + (old ? OLDER : SLICE);
	if (old && to > m.keys)
		to = m.keys;
	*more = to < m.last;
	if (to > m.last)
		to = m.last;
	if (to <= m.entered)
		return 0;
	if (old && add_keys(st, m.entered, to, err) == -1)
		return -1;
	return enter_mails(st, m.entered, to, err);
}

int
thread_catch_up(struct store *st, bool all, struct err *err)
{
	bool more = true;
	int rc = 0;

	if (st->read_only || (!all && st->thread_new < SLICE))
		return 0;
	while (rc == 0 && more) {
		rc = db_txn(st, enter_slice, &more, err);
		more = more && !stop_requested();
	}
	st->thread_new = 0;
	return rc;
}

/* --- a mail whose thread changed ---------------------------------------- */

int
thread_moved(struct store *st, int64_t n, const char *was, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_THREAD_LEAVE,
	    "DELETE FROM sync_thread WHERE thread_id=?2 AND email=?1 AND "
	    "?2<>(SELECT thread_id FROM sync_email WHERE n=?1)");
	int r;

	db_int(s, 1, n);
	db_text(s, 2, was);
	if ((r = db_run(st, s, err)) <= 0)
		return r; /* or it is entered later */
	s = db_stmt(st, DB_THREAD_JOIN,
	    "INSERT INTO sync_thread(thread_id,email) "
	    "SELECT thread_id,n FROM sync_email WHERE n=?");
	return db_run_int(st, s, n, err);
}
