/*
 * retention.c - mail that is too old is removed.
 * 1. Mail is stored in the order in which it comes, and sync_email has no index
 *    by age: one would cost every first sync. So only where retention_days is
 *    set, and once a day, the mails that came since are entered in sync_age,
 *    many at once, as thread.c does.
 * 2. sync_age says when to look at a mail; what is true of it says its row: it
 *    may be gone, or younger.
 * 3. A row of sync_age goes, or gets a later day than the limit, in the
 *    transaction that looks at it: each slice leaves less to do.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/stop.h"
#include "base/vec.h"
#include "store/blob.h"
#include "store/mailgone.h"
#include "store/reconsider.h"
#include "store/retention.h"
#include "store/run.h"

#define ENTER  fault_int("EXSYNC_AGES", 5000)  /* mails of a transaction */
#define MAILS  fault_int("EXSYNC_EXPIRE", 200) /* likewise, to be removed */
#define BYTES  ((int64_t)4 << 20)              /* likewise */
#define NEWEST 1000 /* the latest mails: is the clock right? */

#define AGE      "ifnull(received_at,sent_at)"
#define DAY      "substr(" AGE ",1,10)"
#define DAY_TEXT 11 /* 2026-11-20 and a NUL */
#define NEVER    "9999-12-31"

/* --- what is known ------------------------------------------------------ */

#define BASIS "retention"

static int
read_numbers(
    struct store *st, int64_t now, struct store_retention *out, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_AGE_RECENT,
	    "SELECT max(received_at),"
	    "(SELECT n FROM sync_mark WHERE what='expired'),"
	    "(SELECT started FROM run WHERE outcome<>'" OUTCOME_RUNNING
	    "' ORDER BY id DESC LIMIT 1) "
	    "FROM(SELECT received_at FROM sync_email ORDER BY n DESC LIMIT ?2) "
	    "WHERE received_at<=?1");
	char at[TIM_TEXT];
	int r;

	db_time(s, 1, now, at);
	db_int(s, 2, NEWEST);
	if ((r = db_row(st, s, err)) == 1) {
		out->newest = db_col_time(s, 0);
		out->expired = sqlite3_column_int64(s, 1);
		out->passed = db_col_time(s, 2);
		sqlite3_reset(s);
	}
	return r == -1 ? -1 : 0;
}

int
store_retention_get(
    struct store *st, int64_t now, struct store_retention *out, struct err *err)
{
	long long limit, trusted, history;
	void *text;
	size_t len;
	int rc;

	memset(out, 0, sizeof(*out));
	out->limit = out->trusted = out->history = TIM_NONE;
	if (store_basis_get(st, BASIS, &text, &len, err) == -1)
		return -1;
	if (text != NULL &&
	    sscanf(text, "%lld %lld %lld", &limit, &trusted, &history) == 3) {
		out->limit = limit;
		out->trusted = trusted;
		out->history = history;
	}
	free(text);
	db_lock(st);
	rc = read_numbers(st, now, out, err);
	db_unlock(st);
	return rc;
}

int
store_retention_put(
    struct store *st, const struct store_retention *r, struct err *err)
{
	char text[72];
	int n = snprintf(text, sizeof(text), "%lld %lld %lld",
	    (long long)r->limit, (long long)r->trusted, (long long)r->history);

	return store_basis_put(
	    st, &(struct store_basis){ BASIS, text, (size_t)n }, 1, err);
}

/* --- the ages of mails that came ---------------------------------------- */

/* arg: bool: there are more. */
static int
enter_ages(struct store *st, void *arg, struct err *err)
{
	bool *more = arg;
	sqlite3_stmt *s = db_stmt(st, DB_AGE_MARKS,
	    "SELECT (SELECT n FROM sync_mark WHERE what='ages'),"
	    "(SELECT ifnull(max(n),0) FROM sync_email)");
	int64_t from = 0, last = 0, to;
	int r = db_row(st, s, err);

	if (r == 1) {
		from = sqlite3_column_int64(s, 0);
		last = sqlite3_column_int64(s, 1);
	}
	sqlite3_reset(s);
	to = from + ENTER < last ? from + ENTER : last;
	*more = to < last;
	if (r == -1 || to <= from)
		return r == -1 ? -1 : 0;
	s = db_stmt(st, DB_AGE_ENTER,
	    "INSERT OR IGNORE INTO sync_age(day,email) SELECT " DAY
	    ",n FROM sync_email WHERE n>?1 AND n<=?2 AND " AGE
	    " IS NOT NULL ORDER BY 1,2");
	db_int(s, 1, from);
	db_int(s, 2, to);
	if (db_run(st, s, err) == -1)
		return -1;
	fault_point("ages entered");
	/* without its row this would never end */
	s = db_stmt(st, DB_AGE_MARK,
	    "INSERT INTO sync_mark(what,n) VALUES('ages',?1) "
	    "ON CONFLICT DO UPDATE SET n=?1");
	return db_run_int(st, s, to, err);
}

int
retention_aged(struct store *st, int64_t n, struct err *err)
{
	return db_run_int(st,
	    db_stmt(st, DB_AGE_CHANGED,
		"INSERT OR IGNORE INTO sync_age(day,email) SELECT " DAY
		",n FROM sync_email WHERE n=?1 AND " AGE " IS NOT NULL AND "
		"n<=(SELECT n FROM sync_mark WHERE what='ages')"),
	    n, err);
}

/* --- mail that is too old ----------------------------------------------- */

/* A row of sync_age whose day is before the limit. */
struct old_mail {
	char day[DAY_TEXT];
	int64_t n;
};

struct sweep_slice {
	char limit[DAY_TEXT]; /* the day */
	struct old_mail *v;
	size_t n;
	int64_t removed;
	bool more;
};

static int
list_old(struct store *st, struct sweep_slice *k, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_AGE_OLD,
	    "SELECT day,email FROM sync_age WHERE day<?1 ORDER BY day,email "
	    "LIMIT ?2");
	struct old_mail *o;
	int r;

	k->n = 0;
	db_text(s, 1, k->limit);
	db_int(s, 2, MAILS);
	while ((r = db_row(st, s, err)) == 1) {
		o = VEC_ADD(k->v, k->n);
		snprintf(o->day, sizeof(o->day), "%s", db_col(s, 0));
		o->n = sqlite3_column_int64(s, 1);
	}
	return r;
}

static int
drop_row(struct store *st, const struct old_mail *o, struct err *err)
{
	sqlite3_stmt *s = db_stmt(
	    st, DB_AGE_DROP, "DELETE FROM sync_age WHERE day=? AND email=?");

	db_text(s, 1, o->day);
	db_int(s, 2, o->n);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* On that day, when the newest of its group is old, it is looked at again. */
static int
look_later(struct store *st, int64_t n, const char *day, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_AGE_LATER,
	    "INSERT OR IGNORE INTO sync_age(day,email) VALUES(?,?)");

	db_text(s, 1, day);
	db_int(s, 2, n);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/*
 * group: the mail's, or 0: there is no such mail. day: of the newest mail of
 * the group.
 */
static int
find_age_group(struct store *st, int64_t n, int64_t *group, char day[DAY_TEXT],
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_AGE_GROUP,
	    "SELECT ifnull(variant_of,n) FROM sync_email WHERE n=?");
	int r;

	db_int(s, 1, n);
	if ((r = db_one(st, s, group, err)) != 1)
		return r;
	s = db_stmt(st, DB_AGE_NEWEST,
	    "SELECT max(ifnull(" DAY ",'" NEVER "')) FROM sync_email WHERE "
	    "n=?1 OR variant_of=?1");
	db_int(s, 1, *group);
	if ((r = db_row(st, s, err)) == 1) {
		snprintf(day, DAY_TEXT, "%s", db_col(s, 0));
		sqlite3_reset(s);
	}
	return r == -1 ? -1 : 0;
}

static int
remove_group(struct store *st, int64_t group, int64_t *removed, struct err *err)
{
	static const struct mailgone_why why = { "expired", MATCH_RETENTION,
		"expire", false };
	sqlite3_stmt *s = db_stmt(st, DB_AGE_MEMBERS,
	    "SELECT n FROM sync_email WHERE n=?1 OR variant_of=?1");
	int64_t *v = NULL;
	size_t n = 0, i;
	int r;

	db_int(s, 1, group);
	while ((r = db_row(st, s, err)) == 1)
		*VEC_ADD(v, n) = sqlite3_column_int64(s, 0);
	for (i = 0; r != -1 && i < n; i++) {
		r = mailgone_remove(st, v[i], &why, err);
		*removed += r == 1;
	}
	free(v);
	return r == -1 ? -1 : 0;
}

static int
look_at_old(struct store *st, struct sweep_slice *k, const struct old_mail *o,
    struct err *err)
{
	char day[DAY_TEXT] = "";
	int64_t group;

	if (drop_row(st, o, err) == -1 ||
	    find_age_group(st, o->n, &group, day, err) == -1)
		return -1;
	if (group == 0 || strcmp(day, NEVER) == 0)
		return 0;
	if (strcmp(day, k->limit) >= 0)
		return look_later(st, o->n, day, err);
	return remove_group(st, group, &k->removed, err);
}

static int
sweep_slice(struct store *st, void *arg, struct err *err)
{
	struct sweep_slice *k = arg;
	int64_t before = k->removed;
	size_t i;

	if (list_old(st, k, err) == -1)
		return -1;
	for (i = 0; i < k->n && st->txn.handled < BYTES; i++) {
		if (look_at_old(st, k, &k->v[i], err) == -1)
			return -1;
	}
	k->more = k->n > 0;
	fault_point("mail expired");
	return db_run_int(st,
	    db_stmt(st, DB_AGE_TOTAL,
		"UPDATE sync_mark SET n=n+?1 WHERE what='expired'"),
	    k->removed - before, err);
}

/* --- all of it ---------------------------------------------------------- */

/* In a file that is only read, whose sync_age may be behind. */
static int
count_old(struct store *st, const char *day, int64_t *n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_AGE_COUNT,
	    "SELECT count(*) FROM sync_email e WHERE " DAY "<?1 AND NOT "
	    "EXISTS(SELECT 1 FROM sync_email v WHERE (v.n=ifnull(e.variant_of,"
	    "e.n) OR v.variant_of=ifnull(e.variant_of,e.n)) AND "
	    "ifnull(substr(ifnull(v.received_at,v.sent_at),1,10),'" NEVER
	    "')>=?1)");

	db_text(s, 1, day);
	return db_one(st, s, n, err) == -1 ? -1 : 1;
}

/* Repeats a slice until nothing is left, or the program is asked to end. */
static int
repeat_slice(struct store *st, db_work *slice, void *arg, const bool *more,
    struct err *err)
{
	do {
		if (stop_requested())
			return 0;
		if (db_txn(st, slice, arg, err) == -1 ||
		    blob_prune_rest(st, err) == -1)
			return -1;
	} while (*more);
	return 1;
}

int
store_retention_sweep(
    struct store *st, int64_t limit, int64_t *n, struct err *err)
{
	struct sweep_slice k = { .more = false };
	char at[TIM_TEXT];
	bool more;
	int r;

	*n = 0;
	if (tim_text(limit, at) == NULL)
		return 1;
	snprintf(k.limit, sizeof(k.limit), "%.10s", at);
	db_lock(st);
	if (st->read_only)
		r = count_old(st, k.limit, n, err);
	else {
		r = repeat_slice(st, enter_ages, &more, &more, err);
		if (r == 1)
			r = repeat_slice(st, sweep_slice, &k, &k.more, err);
		*n = k.removed;
	}
	db_unlock(st);
	free(k.v);
	return r;
}
