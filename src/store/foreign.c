/*
 * foreign.c - triggers and indexes in the file that are not exsync's.
 * 1. Nothing is written, and no file is created beside the database: without a
 *    WAL, or with an empty one, the database is opened as immutable.
 * 2. An object is exsync's only if the steps of schemasteps.c create exactly
 *    the same one, to the letter, in an empty file. A trigger that only has the
 *    name of one of our objects is foreign.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "store/admin.h"
#include "store/schema.h"

#define URI_MAX 16384

#define OBJECTS                                                                \
	"SELECT type,name,tbl_name,sql FROM sqlite_master WHERE sql IS NOT "   \
	"NULL AND type IN('trigger','index') ORDER BY type DESC,name"

/* Is the WAL empty or missing, so that the database file is complete? */
static bool
is_quiet(const char *path)
{
	char *wal = mem_printf("%s-wal", path);
	struct stat st;
	bool quiet = stat(wal, &st) == -1 || st.st_size == 0;

	free(wal);
	return quiet;
}

/* immutable: SQLite takes no lock, and opens no file but this one. */
static char *
uri_of(const char *path)
{
	struct buf uri;
	const char *p;

	buf_init(&uri, URI_MAX);
	buf_adds(&uri, "file:");
	for (p = path; *p != '\0'; p++)
		if (strchr("?#%", *p) != NULL)
			buf_addf(&uri, "%%%02X", (unsigned char)*p);
		else
			buf_addc(&uri, *p);
	if (is_quiet(path))
		buf_adds(&uri, "?immutable=1");
	return buf_take(&uri);
}

static int
open_to_look(struct store *st, const char *path, struct err *err)
{
	char *real = realpath(path, NULL);
	char *uri = uri_of(real != NULL ? real : path);
	int rc = sqlite3_open_v2(
	    uri, &st->h, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);

	free(uri);
	free(real);
	if (rc != SQLITE_OK)
		return db_fail(st, rc, err);
	sqlite3_db_config(st->h, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_busy_timeout(st->h, 1000);
	return 0;
}

/* Creates exsync's own schema of that version in memory, to compare with. */
static int
open_ours(struct store *st, int version, struct err *err)
{
	st->read_only = st->in_memory = true;
	return db_open(st, err) == -1 ||
		       schema_migrate(st, schema_steps, version, err) == -1
		   ? -1
		   : 0;
}

/* 1: our schema has exactly this object; 0: it has not; -1. */
static int
is_ours(
    struct store *ours, sqlite3_stmt *find, sqlite3_stmt *of, struct err *err)
{
	int i, r;

	for (i = 0; i < 4; i++)
		sqlite3_bind_value(find, i + 1, sqlite3_column_value(of, i));
	r = db_row(ours, find, err);
	sqlite3_reset(find);
	return r;
}

static int
compare_schema(struct store *file, struct store *ours, store_foreign_fn *tell,
    void *arg, struct err *err)
{
	sqlite3_stmt *all = NULL, *find = NULL;
	int rc, r = -1;

	rc = sqlite3_prepare_v2(file->h, OBJECTS, -1, &all, NULL);
	if (rc != SQLITE_OK)
		db_fail(file, rc, err);
	else if ((rc = sqlite3_prepare_v2(ours->h,
		      "SELECT 1 FROM sqlite_master WHERE type=? AND name=? "
		      "AND tbl_name=? AND sql=?",
		      -1, &find, NULL)) != SQLITE_OK)
		db_fail(ours, rc, err);
	else
		while ((r = db_row(file, all, err)) == 1) {
			int same = is_ours(ours, find, all, err);

			if (same == -1) {
				r = -1;
				break;
			}
			if (same == 0)
				tell(arg, db_col(all, 0), db_col(all, 1),
				    db_col(all, 2));
		}
	sqlite3_finalize(all);
	sqlite3_finalize(find);
	return r;
}

int
store_foreign(
    const char *path, store_foreign_fn *tell, void *arg, struct err *err)
{
	struct store file = { .lock_fd = -1 }, ours = { .lock_fd = -1 };
	struct stat st;
	int64_t id = 0, version = 0;
	int rc = 0;

	if (stat(path, &st) == -1 || st.st_size == 0)
		return 0;
	file.path = mem_strdup(path);
	ours.path = mem_strdup(":memory:");
	file.read_only = true;
	if (open_to_look(&file, path, err) == -1 ||
	    schema_number(&file, "PRAGMA application_id", &id, err) == -1 ||
	    schema_number(&file, "PRAGMA user_version", &version, err) == -1)
		rc = -1;
	/* store_open reports a file that is another program's or newer */
	else if (id == DB_APPLICATION && version <= schema_nsteps &&
		 (open_ours(&ours, (int)version, err) == -1 ||
		     compare_schema(&file, &ours, tell, arg, err) == -1))
		rc = -1;
	db_close(&file);
	db_close(&ours);
	free(file.path);
	free(ours.path);
	return rc;
}
