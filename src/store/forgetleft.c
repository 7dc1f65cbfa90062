/*
 * forgetleft.c - where the bytes of an address still are (forget.h).
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/forgetrows.h"

struct left {
	const char *address; /* in lower case */
	store_left_fn *tell;
	void *arg;
};

/* SQL function has_bytes(value): in whichever case of its ASCII letters? */
static void
sql_has_bytes(sqlite3_context *context, int n, sqlite3_value **v)
{
	const char *address = sqlite3_user_data(context);
	const char *s = sqlite3_value_blob(v[0]);
	size_t len = (size_t)sqlite3_value_bytes(v[0]), k = strlen(address);
	size_t i, at;

	(void)n;
	for (at = 0; s != NULL && at + k <= len; at++) {
		for (i = 0; i < k && (s[at + i] | 32) == (address[i] | 32);)
			i++;
		if (i == k) {
			sqlite3_result_int(context, 1);
			return;
		}
	}
	sqlite3_result_int(context, 0);
}

/* names: at a row with a table and a column. */
static int
look_into(struct store *st, const struct left *l, sqlite3_stmt *names,
    struct err *err)
{
	const char *table = db_col(names, 0), *column = db_col(names, 1);
	sqlite3_stmt *s = NULL;
	struct store_left left;
	char *sql;
	int rc, r;

	sql = sqlite3_mprintf(
	    "SELECT count(*),ifnull(max(typeof(\"%w\")='text' AND "
	    "mentions_person(\"%w\")),0) FROM \"%w\" WHERE has_bytes(\"%w\")",
	    column, column, table, column);
	if (sql == NULL)
		return db_fail(st, SQLITE_NOMEM, err);
	rc = sqlite3_prepare_v2(st->h, sql, -1, &s, NULL);
	sqlite3_free(sql);
	if (rc != SQLITE_OK)
		return db_fail(st, rc, err);
	if ((r = db_row(st, s, err)) == 1 && sqlite3_column_int64(s, 0) > 0) {
		left.table = table;
		left.column = column;
		left.rows = sqlite3_column_int64(s, 0);
		left.whole = sqlite3_column_int(s, 1) != 0;
		l->tell(l->arg, &left);
	}
	sqlite3_finalize(s);
	return r == -1 ? -1 : 0;
}

static int
look_everywhere(struct store *st, void *arg, struct err *err)
{
	const struct left *l = arg;
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_COLUMNS,
	    "SELECT m.name,c.name FROM sqlite_master m,"
	    "pragma_table_info(m.name) c WHERE m.type='table' AND m.name NOT "
	    "LIKE 'sqlite_%' ORDER BY m.name,c.cid");
	int r;

	while ((r = db_row(st, s, err)) == 1) {
		if (look_into(st, l, s, err) == -1) {
			sqlite3_reset(s);
			return -1;
		}
	}
	return r;
}

int
store_forget_left(struct store *st, const struct forgotten *who,
    const char *address, const struct store_left_to *to, struct err *err)
{
	struct left l = { address, to->tell, to->arg };
	char *bytes;
	int rc;

	if (forgetrows_begin(st, who, err) == -1)
		return -1;
	bytes = mem_strdup(address);
	db_lock(st);
	rc = sqlite3_create_function_v2(st->h, "has_bytes", 1,
	    SQLITE_UTF8 | SQLITE_DIRECTONLY, bytes, sql_has_bytes, NULL, NULL,
	    free);
	rc = rc == SQLITE_OK ? 0 : db_fail(st, rc, err);
	db_unlock(st);
	return rc == 0 ? db_read(st, look_everywhere, &l, err) : -1;
}
