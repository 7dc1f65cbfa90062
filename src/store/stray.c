/*
 * stray.c - strays: changes of a folder that cannot be understood.
 * 1. The row's code tells whether the full walk under way has met a stray: it
 *    is ASKED from the walk's beginning, and MET once a stray came. So it is
 *    known at the end of the walk, even if that goes on in a later pass.
 */
#include "base/fault.h"
#include "store/stray.h"

#define MET   "stray_change"
#define ASKED "stray_change_asked"

#define MINUTE INT64_C(60000)

/* SQL: the row of failure of folder ?1. */
#define ROW                                                                    \
	"mailbox=(SELECT mailbox FROM folder WHERE id=?1) AND "                \
	"item=" STRAY_ITEM "?1"

static int64_t
wait_after(int64_t tries)
{
	static const int64_t minutes[] = { 15, 60, 240, 1440 };
	int64_t last = sizeof(minutes) / sizeof(minutes[0]) - 1;

	return MINUTE * minutes[tries > last ? last : tries < 0 ? 0 : tries];
}

/*
 * 1: this stray counts as a new try, after *tries full walks; 0: the walk has
 * met one before, so that only the text of the row changes.
 */
static int
count_strays(struct store *st, int64_t folder, int64_t *tries, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_STRAY_GET,
	    "SELECT tries,code='" ASKED "' FROM failure WHERE " ROW);
	int r;

	*tries = 0;
	db_int(s, 1, folder);
	if ((r = db_row(st, s, err)) == -1)
		return -1;
	if (r == 1) {
		*tries = sqlite3_column_int64(s, 0);
		r = sqlite3_column_int(s, 1);
	} else
		r = 1;
	sqlite3_reset(s);
	return r;
}

int
stray_met(struct store *st, const char *mailbox, const struct store_page *p,
    struct err *err)
{
	char next[TIM_TEXT], text[300];
	sqlite3_stmt *s;
	int64_t tries;
	int more;

	if ((more = count_strays(st, p->folder, &tries, err)) == -1)
		return -1;
	snprintf(text, sizeof(text),
	    "the server told of %lld %s in this folder that nothing can be "
	    "made of (%s); whether mail is missing is seen when the folder is "
	    "read from its start again",
	    (long long)p->nstray, p->nstray == 1 ? "change" : "changes",
	    p->stray);
	s = db_stmt(st, DB_STRAY_MET,
	    "INSERT INTO failure(mailbox,item,folder,class,code,message,tries,"
	    "next_try,first_at) VALUES(?1," STRAY_ITEM "?2,?2,?7,'" MET
	    "',?3,1,?4,?5) ON CONFLICT DO UPDATE SET code='" MET "',"
	    "message=?3,tries=tries+?6,next_try=iif(?6,?4,next_try)");
	db_text(s, 1, mailbox);
	db_int(s, 2, p->folder);
	db_text(s, 3, text);
	db_time(s, 4, tim_now() + wait_after(tries), next);
	db_text(s, 5, st->txn.at);
	db_int(s, 6, more);
	db_text(s, 7, err_kind_name(ERR_RETRY));
	fault_point("before stray");
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
stray_asked(struct store *st, int64_t folder, struct err *err)
{
	return db_run_int(st,
	    db_stmt(st, DB_STRAY_ASKED,
		"UPDATE failure SET code='" ASKED "' WHERE " ROW),
	    folder, err);
}

int
stray_settled(struct store *st, int64_t folder, struct err *err)
{
	return db_run_int(st,
	    db_stmt(st, DB_STRAY_SETTLED,
		"DELETE FROM failure WHERE " ROW " AND code='" ASKED "'"),
	    folder, err);
}

int
stray_forget(struct store *st, int64_t folder, struct err *err)
{
	return db_run_int(st,
	    db_stmt(st, DB_STRAY_FORGET, "DELETE FROM failure WHERE " ROW),
	    folder, err);
}
