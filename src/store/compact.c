/*
 * compact.c - gives the pages of what was removed back to the disk.
 * 1. SQLite's temporary file lies beside the database, where there is room for
 *    one of its size, and where nobody may read it who may not read that. It
 *    has no name any more once it is open.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/stop.h"
#include "store/compact.h"
#include "store/db.h"

#define PAGES       "256" /* of a slice: 2 MiB */
#define STEPS       10000 /* of SQLite's machine, then a signal is looked for */
#define READER_WAIT 10000 /* ms that a reader has to end */

/* --- sizes -------------------------------------------------------------- */

static int64_t
bytes_of(const char *path, const char *end)
{
	char *name = mem_printf("%s%s", path, end);
	struct stat s;
	int64_t n = stat(name, &s) == 0 ? (int64_t)s.st_size : 0;

	free(name);
	return n;
}

static int
read_size(struct store *st, void *arg, struct err *err)
{
	struct store_size *out = arg;
	const char *path = sqlite3_db_filename(st->h, "main");
	int64_t page, kind;

	if (db_one(st, db_stmt(st, DB_COMPACT_PAGE, "PRAGMA page_size"), &page,
		err) == -1 ||
	    db_one(st, db_stmt(st, DB_COMPACT_KIND, "PRAGMA auto_vacuum"),
		&kind, err) == -1 ||
	    db_one(st, db_stmt(st, DB_COMPACT_FREE, "PRAGMA freelist_count"),
		&out->free, err) == -1)
		return -1;
	out->free *= page;
	out->by_slices = kind == 2;
	out->file =
	    path == NULL ? 0 : bytes_of(path, "") + bytes_of(path, "-wal");
	return 0;
}

int
store_size(struct store *st, struct store_size *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	return db_read(st, read_size, out, err);
}

/* --- the WAL ------------------------------------------------------------ */

static int
say_reader(struct store *st, struct err *err)
{
	err_set(err, ERR_FATAL,
	    "%s: a program reads it and does not end its transaction, so the "
	    "WAL cannot be emptied and the file does not get smaller yet: end "
	    "that program's transaction, then run exsync --compact again",
	    st->path);
	return err_code(err, CAUSE_OTHER, "reader", SCOPE_ALL);
}

/* With the lock held. */
static int
empty_wal(struct store *st, struct err *err)
{
	int64_t limit = st->busy_limit;
	int rc;

	st->busy_limit = limit < READER_WAIT ? limit : READER_WAIT;
	fault_point("before the WAL is emptied");
	rc = sqlite3_wal_checkpoint_v2(
	    st->h, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	st->busy_limit = limit;
	if ((rc & 0xff) == SQLITE_BUSY)
		return say_reader(st, err);
	return rc == SQLITE_OK ? 0 : db_fail(st, rc, err);
}

int
store_empty_wal(struct store *st, struct err *err)
{
	int rc;

	db_lock(st);
	db_await_txn(st);
	rc = empty_wal(st, err);
	db_unlock(st);
	return rc;
}

/* --- a few pages at a time ---------------------------------------------- */

/* arg: int64_t: how many pages are still free. */
static int
give_slice(struct store *st, void *arg, struct err *err)
{
	if (db_run(st,
		db_stmt(st, DB_COMPACT_SLICE,
		    "PRAGMA incremental_vacuum(" PAGES ")"),
		err) == -1)
		return -1;
	fault_point("pages given back");
	return db_one(st, db_stmt(st, DB_COMPACT_FREE, "PRAGMA freelist_count"),
	    arg, err);
}

int
store_give_back(struct store *st, struct err *err)
{
	int64_t free = 1, before = 0;
	int rc = 0;

	db_lock(st);
	while (rc == 0 && free > 0 && free != before && !stop_requested()) {
		before = free;
		rc = db_txn(st, give_slice, &free, err);
	}
	if (rc == 0)
		rc = empty_wal(st, err);
	db_unlock(st);
	return rc == -1 ? -1 : !stop_requested();
}

/* --- all of it anew ----------------------------------------------------- */

static int
is_compact_stopped(void *arg)
{
	(void)arg;
	return stop_requested();
}

/* The directory of the database, for sqlite3_free. */
static char *
directory_of(struct store *st)
{
	const char *path = sqlite3_db_filename(st->h, "main");
	const char *slash = path == NULL ? NULL : strrchr(path, '/');

	if (slash == NULL)
		return sqlite3_mprintf(".");
	return sqlite3_mprintf("%.*s", (int)(slash - path) + 1, path);
}

static int
run_vacuum(struct store *st, struct err *err)
{
	struct err later = ERR_INIT;
	int rc;

	/* in memory it would need as much of that as the file is large */
	if (db_exec(st, "PRAGMA temp_store=FILE", err) == -1)
		return -1;
	sqlite3_progress_handler(st->h, STEPS, is_compact_stopped, NULL);
	fault_point("before vacuum");
	rc = db_exec(st, "PRAGMA auto_vacuum=INCREMENTAL;VACUUM", err);
	fault_point("after vacuum");
	sqlite3_progress_handler(st->h, 0, NULL, NULL);
	if (rc == -1 && stop_requested()) {
		err_set(err, ERR_FATAL,
		    "%s: exsync was interrupted; the file "
		    "is what it was",
		    st->path);
		err_code(err, CAUSE_STOP, "interrupted", SCOPE_ALL);
	}
	db_exec(st, "PRAGMA temp_store=MEMORY", &later);
	return rc;
}

int
store_vacuum(struct store *st, struct err *err)
{
	char *directory, *before = sqlite3_temp_directory;
	int rc;

	db_lock(st);
	db_await_txn(st);
	directory = directory_of(st);
	sqlite3_temp_directory = directory;
	rc = run_vacuum(st, err);
	sqlite3_temp_directory = before;
	sqlite3_free(directory);
	if (rc == 0)
		rc = empty_wal(st, err);
	db_unlock(st);
	return rc;
}
