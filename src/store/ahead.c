/*
 * ahead.c - table sync_ahead: items ahead of their folder's cursor.
 * 1. A note is inserted and deleted in the same transaction as the rows that it
 *    is about.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "store/ahead.h"

int
ahead_note(struct store *st, int64_t folder, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_AHEAD_NOTE,
	    "INSERT OR IGNORE INTO sync_ahead(folder,item) VALUES(?,?)");

	db_int(s, 1, folder);
	db_text(s, 2, item);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/*
 * Finds any note of the folder. 1: column 0 of *s is its item, and the caller
 * resets *s; 0: there is none; -1.
 */
static int
first_note(struct store *st, int64_t folder, sqlite3_stmt **s, struct err *err)
{
	*s = db_stmt(st, DB_AHEAD_FIRST,
	    "SELECT item FROM sync_ahead WHERE folder=? LIMIT 1");
	db_int(*s, 1, folder);
	return db_row(st, *s, err);
}

static int
drop_note(struct store *st, int64_t folder, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_AHEAD_DROP,
	    "DELETE FROM sync_ahead WHERE folder=? AND item=?");

	db_int(s, 1, folder);
	db_text(s, 2, item);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
ahead_passed(struct store *st, int64_t folder, const struct change *c, size_t n,
    struct err *err)
{
	sqlite3_stmt *s;
	size_t i;
	int r;

	if ((r = first_note(st, folder, &s, err)) != 1)
		return r;
	sqlite3_reset(s);
	for (i = 0; i < n; i++)
		if (drop_note(st, folder, c[i].id, err) == -1)
			return -1;
	return 0;
}

int
ahead_take(struct store *st, int64_t folder, char **item, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	if ((r = first_note(st, folder, &s, err)) != 1)
		return r;
	*item = mem_strdup(db_col(s, 0));
	sqlite3_reset(s);
	if (drop_note(st, folder, *item, err) == 0)
		return 1;
	free(*item);
	return -1;
}
