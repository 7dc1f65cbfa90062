/*
 * login.c - table sync_login: logins that were rejected.
 * 1. Of credentials only a hash is stored, keyed with a key of this file and
 *    made slowly: who reads the file cannot try passwords at speed.
 */
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/db.h"
#include "store/health.h"

#define ROUNDS 32768 /* some 40 ms, only for logins that were rejected */
#define HASH   (2 * CRYPT_SHA256 + 1)

static void
hash(const struct store *st, const char *credentials, char out[HASH])
{
	unsigned char h[CRYPT_SHA256];
	int i;

	out[0] = '\0';
	if (credentials == NULL)
		return;
	crypt_hmac(
	    st->key, sizeof(st->key), credentials, strlen(credentials), h);
	for (i = 0; i < ROUNDS; i++)
		crypt_hmac(st->key, sizeof(st->key), h, sizeof(h), h);
	enc_hex(h, sizeof(h), out);
	mem_wipe(h, sizeof(h));
}

static int
get(struct store *st, const char *scope, char was[HASH],
    struct store_login *out, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LOGIN_GET,
	    "SELECT hash,tries,first_at,last_at,retry_at,text FROM sync_login "
	    "WHERE scope=?");
	int r;

	db_text(s, 1, scope);
	if ((r = db_row(st, s, err)) != 1)
		return r;
	snprintf(was, HASH, "%s", str_nn(db_col(s, 0)));
	out->tries = sqlite3_column_int64(s, 1);
	out->first_at = db_col_time(s, 2);
	out->last_at = db_col_time(s, 3);
	out->retry_at = db_col_time(s, 4);
	snprintf(out->text, sizeof(out->text), "%s", str_nn(db_col(s, 5)));
	sqlite3_reset(s);
	return 1;
}

int
store_login_get(struct store *st, const char *scope, const char *credentials,
    enum store_login_is *is, struct store_login *out, struct err *err)
{
	char was[HASH], now[HASH];
	int r;

	memset(out, 0, sizeof(*out));
	*is = LOGIN_NONE;
	db_lock(st);
	r = get(st, scope, was, out, err);
	db_unlock(st);
	if (r == 1) {
		hash(st, credentials, now);
		*is = strcmp(was, now) == 0 ? LOGIN_SAME : LOGIN_CHANGED;
	}
	return r == -1 ? -1 : 0;
}

static int
put(struct store *st, const char *scope, const char *hashed,
    const struct store_login *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LOGIN_PUT,
	    "INSERT OR REPLACE INTO sync_login(scope,hash,tries,first_at,"
	    "last_at,retry_at,text) VALUES(?,?,?,?,?,?,?)");
	char first[TIM_TEXT], last[TIM_TEXT], retry[TIM_TEXT];

	db_text(s, 1, scope);
	db_text(s, 2, hashed);
	db_int(s, 3, l->tries);
	db_time(s, 4, l->first_at, first);
	db_time(s, 5, l->last_at, last);
	db_time(s, 6, l->retry_at, retry);
	db_text(s, 7, l->text);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_login_put(struct store *st, const char *scope, const char *credentials,
    const struct store_login *l, struct err *err)
{
	char hashed[HASH];
	int rc;

	if (st->read_only)
		return 0;
	hash(st, credentials, hashed);
	db_lock(st);
	rc = db_begin(st, err);
	if (rc == 0)
		rc = db_end(st, put(st, scope, hashed, l, err), err);
	db_unlock(st);
	return rc;
}

static int
forget(struct store *st, const char *scope, struct err *err)
{
	sqlite3_stmt *s = db_stmt(
	    st, DB_LOGIN_FORGET, "DELETE FROM sync_login WHERE scope=?");

	db_text(s, 1, scope);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_login_forget(struct store *st, const char *scope, struct err *err)
{
	int rc;

	if (st->read_only)
		return 0;
	db_lock(st);
	rc = db_begin(st, err);
	if (rc == 0)
		rc = db_end(st, forget(st, scope, err), err);
	db_unlock(st);
	return rc;
}

static int
forget_all(struct store *st, const char *begin, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LOGIN_FORGET_ALL,
	    "DELETE FROM sync_login WHERE substr(scope,1,length(?1))=?1");

	db_text(s, 1, begin);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_login_forget_all(struct store *st, const char *begin, struct err *err)
{
	sqlite3_stmt *s;
	int rc;

	if (st->read_only)
		return 0;
	db_lock(st);
	s = db_stmt(st, DB_LOGIN_ANY,
	    "SELECT 1 FROM sync_login WHERE substr(scope,1,length(?1))=?1");
	db_text(s, 1, begin);
	rc = db_row(st, s, err);
	sqlite3_reset(s);
	if (rc == 1 && (rc = db_begin(st, err)) == 0)
		rc = db_end(st, forget_all(st, begin, err), err);
	db_unlock(st);
	return rc;
}
