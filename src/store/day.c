/*
 * day.c - table sync_day: how much mail each mailbox gets per day.
 * 1. A mail counts once for each mailbox that holds it, on the day it was
 *    received, however often it is moved there.
 * 2. The new mails of a transaction are counted by day in memory and written
 *    with it: at most DB_DAYS rows, however many mails there are. Mail older
 *    than that is not counted at all, so a first sync pays nothing for it.
 */
#include <string.h>

#include "store/day.h"
#include "store/db.h"

/* The date of the day that is ago days before today. */
static void
day_name(const struct store *st, int64_t ago, char out[TIM_TEXT])
{
	if (tim_text((st->txn.today - ago) * DB_DAY_MS, out) != NULL)
		out[10] = '\0';
	else
		out[0] = '\0';
}

void
day_add(struct store *st, int64_t received_at)
{
	int64_t ago;

	if (received_at == TIM_NONE || received_at < 0)
		return;
	ago = st->txn.today - received_at / DB_DAY_MS;
	/* the server's clock may be ahead of ours */
	if (ago == -1)
		ago = 0;
	if (ago >= 0 && ago < DB_DAYS)
		st->txn.day_n[ago]++;
}

int
day_write(struct store *st, const char *mailbox, struct err *err)
{
	char day[TIM_TEXT];
	sqlite3_stmt *s;
	int i;

	for (i = 0; i < DB_DAYS; i++) {
		if (st->txn.day_n[i] == 0)
			continue;
		s = db_stmt(st, DB_DAY_ADD,
		    "INSERT INTO sync_day(day,mailbox,n) VALUES(?1,?2,?3) "
		    "ON CONFLICT DO UPDATE SET n=n+?3");
		day_name(st, i, day);
		db_text(s, 1, day);
		db_text(s, 2, mailbox);
		db_int(s, 3, st->txn.day_n[i]);
		if (db_run(st, s, err) == -1)
			return -1;
	}
	memset(st->txn.day_n, 0, sizeof(st->txn.day_n));
	return 0;
}

int
day_place(struct store *st, const char *mailbox, const char *item_id, int64_t n,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DAY_PLACE,
	    "INSERT INTO sync_day(day,mailbox,n) "
	    "SELECT substr(received_at,1,10),?1,1 FROM sync_email "
	    "WHERE n=?2 AND substr(received_at,1,10) BETWEEN ?3 AND ?4 AND "
	    "NOT EXISTS(SELECT 1 FROM sync_copy WHERE email=?2 AND "
	    "mailbox=?1 AND item_id<>?5) "
	    "ON CONFLICT DO UPDATE SET n=n+1");
	char from[TIM_TEXT], to[TIM_TEXT];

	day_name(st, DB_DAYS - 1, from);
	day_name(st, 0, to);
	db_text(s, 1, mailbox);
	db_int(s, 2, n);
	db_text(s, 3, from);
	db_text(s, 4, to);
	db_text(s, 5, item_id);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
day_prune(struct store *st, struct err *err)
{
	sqlite3_stmt *s =
	    db_stmt(st, DB_DAY_PRUNE, "DELETE FROM sync_day WHERE day<?");
	char from[TIM_TEXT];

	day_name(st, DB_DAYS - 1, from);
	db_text(s, 1, from);
	return db_run(st, s, err) == -1 ? -1 : 0;
}
