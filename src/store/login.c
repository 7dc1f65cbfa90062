/*
 * login.c - table sync_login: logins that were rejected, and when they are
 * tried again. It holds nothing derived from credentials, so that a reader of
 * the file, like the CRM, cannot test passwords against it.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "store/db.h"
#include "store/health.h"

#define CLEAN_WAIT 1000 /* ms for readers of the WAL */

static int
get_login(struct store *st, const struct store_scope *scope,
    struct store_login *out, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LOGIN_GET,
	    "SELECT tries,first_at,last_at,retry_at,text FROM sync_login "
	    "WHERE scope=?");
	char text[STORE_SCOPE_TEXT];
	int r;

	db_text(s, 1, store_scope_text(scope, text));
	if ((r = db_row(st, s, err)) != 1)
		return r;
	out->tries = sqlite3_column_int64(s, 0);
	out->first_at = db_col_time(s, 1);
	out->last_at = db_col_time(s, 2);
	out->retry_at = db_col_time(s, 3);
	snprintf(out->text, sizeof(out->text), "%s", str_nn(db_col(s, 4)));
	sqlite3_reset(s);
	return 1;
}

int
store_login_get(struct store *st, const struct store_scope *scope, bool *known,
    struct store_login *out, struct err *err)
{
	int r;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	r = get_login(st, scope, out, err);
	db_unlock(st);
	*known = r == 1;
	return r == -1 ? -1 : 0;
}

struct login_row {
	const struct store_scope *scope;
	const struct store_login *l;
};

static int
put_login(struct store *st, void *arg, struct err *err)
{
	const struct login_row *r = arg;
	const struct store_login *l = r->l;
	sqlite3_stmt *s = db_stmt(st, DB_LOGIN_PUT,
	    "INSERT OR REPLACE INTO sync_login(scope,hash,tries,first_at,"
	    "last_at,retry_at,text) VALUES(?,'',?,?,?,?,?)");
	char first[TIM_TEXT], last[TIM_TEXT], retry[TIM_TEXT];
	char text[STORE_SCOPE_TEXT];

	db_text(s, 1, store_scope_text(r->scope, text));
	db_int(s, 2, l->tries);
	db_time(s, 3, l->first_at, first);
	db_time(s, 4, l->last_at, last);
	db_time(s, 5, l->retry_at, retry);
	db_text(s, 6, l->text);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_login_put(struct store *st, const struct store_scope *scope,
    const struct store_login *l, struct err *err)
{
	return db_write(st, put_login, &(struct login_row){ scope, l }, err);
}

static int
forget_login(struct store *st, void *scope, struct err *err)
{
	sqlite3_stmt *s = db_stmt(
	    st, DB_LOGIN_FORGET, "DELETE FROM sync_login WHERE scope=?");
	char text[STORE_SCOPE_TEXT];

	db_text(s, 1, store_scope_text(scope, text));
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_login_forget(
    struct store *st, const struct store_scope *scope, struct err *err)
{
	return db_write(st, forget_login, (void *)scope, err);
}

/* Binds what the scopes of all folders of a mailbox begin with. */
static void
bind_folders(sqlite3_stmt *s, const char *address, char *text)
{
	struct store_scope any = { OF_FOLDER, address, 0 };
	size_t n = strlen(store_scope_text(&any, text));

	text[n - 1] = '\0';
	db_text(s, 1, text);
}

static int
forget_folders(struct store *st, void *address, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LOGIN_FORGET_ALL,
	    "DELETE FROM sync_login WHERE substr(scope,1,length(?1))=?1");
	char text[STORE_SCOPE_TEXT];

	bind_folders(s, address, text);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_login_forget_folders(
    struct store *st, const char *address, struct err *err)
{
	char text[STORE_SCOPE_TEXT];
	sqlite3_stmt *s;
	int rc;

	if (st->read_only)
		return 0;
	db_lock(st);
	s = db_stmt(st, DB_LOGIN_ANY,
	    "SELECT 1 FROM sync_login WHERE substr(scope,1,length(?1))=?1");
	bind_folders(s, address, text);
	rc = db_one(st, s, NULL, err);
	if (rc == 1)
		rc = db_txn(st, forget_folders, (void *)address, err);
	db_unlock(st);
	return rc;
}

/* --- what earlier versions kept ---------------------------------------- */

/* 1: there are hashes of credentials; 0: there are none; -1. */
static int
has_hashes(struct store *st, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(
	    st->h, "SELECT 1 FROM sync_login WHERE hash<>''", -1, &s, NULL);
	int r = rc == SQLITE_OK ? db_row(st, s, err) : db_fail(st, rc, err);

	sqlite3_finalize(s);
	return r;
}

/*
 * Deletes all rows and inserts them without their hash. With secure_delete the
 * emptied pages are zeroed, including the remains of rows deleted earlier.
 */
static int
write_anew(struct store *st, void *arg, struct err *err)
{
	(void)arg;
	return db_exec(st,
	    "CREATE TEMP TABLE login_kept AS SELECT scope,tries,first_at,"
	    "last_at,retry_at,text FROM sync_login;"
	    "DELETE FROM sync_login;"
	    "INSERT INTO sync_login(scope,hash,tries,first_at,last_at,"
	    "retry_at,text) SELECT scope,'',tries,first_at,last_at,retry_at,"
	    "text FROM login_kept;"
	    "DROP TABLE temp.login_kept",
	    err);
}

int
store_login_clean(struct store *st, struct err *err)
{
	int64_t limit;
	int rc;

	if (st->read_only)
		return 0;
	db_lock(st);
	if ((rc = has_hashes(st, err)) == 1) {
		rc = db_exec(st, "PRAGMA secure_delete=ON", err);
		if (rc == 0)
			rc = db_txn(st, write_anew, NULL, err);
		/*
		 * The WAL holds the old pages until it is truncated. If a
		 * reader prevents that, they stay until the WAL is reused.
		 */
		limit = st->busy_limit;
		st->busy_limit = CLEAN_WAIT;
		sqlite3_wal_checkpoint_v2(
		    st->h, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
		st->busy_limit = limit;
		sqlite3_exec(
		    st->h, "PRAGMA secure_delete=OFF", NULL, NULL, NULL);
	}
	db_unlock(st);
	return rc;
}
