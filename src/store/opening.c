/*
 * opening.c - opening and closing (store.h).
 * 1. store_open does not touch a file unless it is new, or exsync's and not
 *    newer than this program.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/blob.h"
#include "store/content.h"
#include "store/mailbox.h"
#include "store/mailtext.h"
#include "store/schema.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* No memory statistics: they cost a lock for each allocation. */
static void
configure_sqlite(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int
say_no_key(struct store *st, struct err *err)
{
	err_set(err, ERR_FATAL,
	    "%s: has lost its key: table sync_key should have one row, which "
	    "somebody deleted or changed (or the file was copied in part). A "
	    "new key would fit no hash in the file: restore it from a backup, "
	    "or move it away together with its -wal and -shm and run again, "
	    "then all mail is read anew",
	    st->path);
	return err_code(err, CAUSE_OTHER, "no_key", SCOPE_ALL);
}

static int
load_key(struct store *st, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(
	    st->h, "SELECT key FROM sync_key WHERE id=1", -1, &s, NULL);
	bool none = rc == SQLITE_ERROR; /* not even the table */

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW && sqlite3_column_type(s, 0) == SQLITE_BLOB &&
	    sqlite3_column_bytes(s, 0) == sizeof(st->key))
		memcpy(st->key, sqlite3_column_blob(s, 0), sizeof(st->key));
	else if (none || rc == SQLITE_ROW || rc == SQLITE_DONE)
		rc = say_no_key(st, err);
	else
		rc = db_fail(st, rc, err);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW ? 0 : -1;
}

struct store *
store_open(const char *path, int flags, struct err *err)
{
	struct store *st;

	pthread_once(&once, configure_sqlite);
	st = mem_alloc(sizeof(*st));
	pthread_mutex_init(&st->lock, NULL);
	pthread_mutex_init(&st->put_lock, NULL);
	pthread_cond_init(&st->put_done, NULL);
	pthread_cond_init(&st->returned, NULL);
	st->path = mem_strdup(path);
	st->read_only = (flags & STORE_READ_ONLY) != 0;
	st->lock_fd = st->sign_fd = -1;
	st->pending_write = pending_write;
	st->pending_committed = pending_written;
	st->connected = mailtext_register;
	spool_init(&st->spool);
	buf_init(&st->scratch, CONTENT_MAX);
	if (db_open(st, err) == -1 ||
	    schema_migrate(st, schema_steps, schema_nsteps, err) == -1 ||
	    load_key(st, err) == -1 ||
	    (st->read_only && schema_shadow(st, err) == -1)) {
		store_close(st);
		return NULL;
	}
	return st;
}

void
store_close(struct store *st)
{
	struct err err = ERR_INIT;

	if (st == NULL)
		return;
	if (st->h != NULL && st->pending != NULL)
		store_flush(st, &err); /* if lost, the next pass writes it */
	pending_free(st);
	blob_free(st);
	spool_free(&st->spool);
	db_close(st);
	/* after the connection: SQLite's own locks would go with it */
	if (st->sign_fd != -1)
		close(st->sign_fd);
	if (st->lock_fd != -1)
		close(st->lock_fd);
	buf_free(&st->scratch);
	free(st->path);
	pthread_mutex_destroy(&st->lock);
	pthread_mutex_destroy(&st->put_lock);
	pthread_cond_destroy(&st->put_done);
	pthread_cond_destroy(&st->returned);
	free(st);
}

void
store_confine(struct store *st)
{
	/* a failure is reported when a large content needs the spool */
	if (!st->read_only)
		spool_open(&st->spool, st->path);
	st->confined = true;
}

int
store_flush(struct store *st, struct err *err)
{
	int rc;

	db_lock(st);
	rc = pending_flush(st, err);
	db_unlock(st);
	return rc;
}

bool
store_has_message_id(struct store *st, const char *message_id)
{
	struct err err = ERR_INIT;
	sqlite3_stmt *s;
	char id[CONTENT_ID];
	bool found;

	db_lock(st);
	if (!content_mid_id(&st->scratch, message_id, id)) {
		db_unlock(st);
		return false;
	}
	s = db_stmt(st, DB_EMAIL_FIND,
	    "SELECT n,ifnull(variant_of,n) FROM sync_email WHERE id=?");
	db_text(s, 1, id);
	found = db_row(st, s, &err) != 0;
	sqlite3_reset(s);
	db_unlock(st);
	return found;
}
