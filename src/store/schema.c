/*
 * schema.c - migrates an older file, and initialises a new one.
 * 1. A step (schemasteps.c) and its user_version are one transaction.
 * 2. A file that is not exsync's, or newer than this program, is not touched.
 * 3. A file that was begun before versions 1 and 2 were frozen (early.c) gets
 *    the frozen form before its next step, in the same transaction.
 * 4. What a CRM has added to the file outlives a table that a step makes anew:
 *    views and tables that name it, and its triggers and indexes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/db.h"
#include "store/schema.h"

int
store_version(void)
{
	return schema_nsteps;
}

/* --- the version of a file --------------------------------------------- */

int
schema_number(struct store *st, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(st->h, sql, -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(s, 0);
	else
		db_fail(st, rc, err);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW ? 0 : -1;
}

static int
say_newer(struct store *st, int64_t version, int n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(
	    st, DB_META_GET, "SELECT value FROM meta WHERE key='written_by'");
	struct err e = ERR_INIT;
	bool told = db_row(st, s, &e) == 1;

	err_set(err, ERR_FATAL,
	    "%s: was written by a newer exsync (%s, schema version %lld; this "
	    "is " EXSYNC_VERSION ", schema version %d); it was left as it is: "
	    "run that exsync, or name another database",
	    st->path, told ? db_col(s, 0) : "version unknown",
	    (long long)version, n);
	sqlite3_reset(s);
	return err_code(err, CAUSE_OTHER, "newer", SCOPE_ALL);
}

static int
say_older(struct store *st, int version, int n, struct err *err)
{
	if (version < n)
		err_set(err, ERR_FATAL,
		    "%s: was written by an older exsync (schema version %d, "
		    "this one writes %d): exsync --once brings it "
		    "up to date",
		    st->path, version, n);
	else
		err_set(err, ERR_FATAL,
		    "%s: was begun by an exsync of the first days: exsync "
		    "--once brings it up to date",
		    st->path);
	return err_code(err, CAUSE_OTHER, "older", SCOPE_ALL);
}

/* The file's version, 0 for an empty one; -1: another program's, or newer. */
static int
check_version(struct store *st, int n, struct err *err)
{
	int64_t version, app, tables;

	if (schema_number(st, "PRAGMA user_version", &version, err) == -1 ||
	    schema_number(st, "PRAGMA application_id", &app, err) == -1 ||
	    schema_number(
		st, "SELECT count(*) FROM sqlite_master", &tables, err) == -1)
		return -1;
	if (app != DB_APPLICATION && (app != 0 || version != 0 || tables > 0)) {
		err_set(err, ERR_FATAL,
		    "%s: is the database of another program; it was left as it "
		    "is: name another file as database",
		    st->path);
		return err_code(err, CAUSE_OTHER, "not_ours", SCOPE_ALL);
	}
	if (version > n)
		return say_newer(st, version, n, err);
	return (int)version;
}

/* --- steps ------------------------------------------------------------- */

/* Inserts the rows that a new file needs. */
static int
first_rows(struct store *st, struct err *err)
{
	unsigned char key[32];
	char hex[65], uuid[37], at[TIM_TEXT], *sql;
	int rc;

	crypt_random(key, sizeof(key));
	enc_hex(key, sizeof(key), hex);
	crypt_uuid(uuid);
	tim_text(tim_now(), at);
	sql = mem_printf("INSERT INTO sync_key VALUES(1, x'%s');"
			 "INSERT INTO meta VALUES('generation','%s'),"
			 "('created_at','%s'),('created_by','" EXSYNC_VERSION
			 "');",
	    hex, uuid, at);
	rc = db_exec(st, sql, err);
	free(sql);
	return rc;
}

static int
run_step(struct store *st, const struct schema_step *s, int to, struct err *err)
{
	const char *const *sql;
	char end[256];
	int rc = 0;

	for (sql = s->sql; rc == 0 && *sql != NULL; sql++)
		rc = db_exec(st, *sql, err);
	fault_point("inside migration");
	if (rc == 0 && to == 1)
		rc = first_rows(st, err);
	sqlite3_snprintf(sizeof(end), end,
	    "PRAGMA application_id=%d; PRAGMA user_version=%d;"
	    "INSERT OR REPLACE INTO meta VALUES('written_by',%Q),"
	    "('schema_version','%d')",
	    DB_APPLICATION, to, EXSYNC_VERSION, to);
	return rc == 0 ? db_exec(st, end, err) : -1;
}

/*
 * Triggers and indexes that are not ours; none of ours has another name. Rows
 * of type, name and sql, for sqlite3_free_table.
 */
static int
list_foreign(struct store *st, char ***rows, int *n, struct err *err)
{
	int rc = sqlite3_get_table(st->h,
	    "SELECT type, name, sql FROM sqlite_master"
	    " WHERE type IN('trigger', 'index') AND sql IS NOT NULL"
	    " AND name NOT LIKE 'sync!_%' ESCAPE '!'"
	    " AND name <> 'folder_mailbox'",
	    rows, n, NULL, NULL);

	return rc == SQLITE_OK ? 0 : db_fail(st, rc, err);
}

/*
 * Those of the list that went with their table are made again. One that cannot
 * be, because a column went, does not keep the file from its next version.
 */
static int
restore_foreign(struct store *st, char **rows, int n, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int i, r = 0;
	int rc = sqlite3_prepare_v2(st->h,
	    "SELECT 1 FROM sqlite_master WHERE type = ? AND name = ?", -1, &s,
	    NULL);

	if (rc != SQLITE_OK)
		return db_fail(st, rc, err);
	for (i = 1; r != -1 && i <= n; i++) { /* rows[0] has the names */
		char *const *row = rows + (size_t)i * 3;

		db_text(s, 1, row[0]);
		db_text(s, 2, row[1]);
		r = db_one(st, s, NULL, err);
		if (r == 0 &&
		    sqlite3_exec(st->h, row[2], NULL, NULL, NULL) != SQLITE_OK)
			log_warning("%s: %s %s is not exsync's and went with "
				    "its table: %s: create it again",
			    st->path, row[0], row[1], sqlite3_errmsg(st->h));
	}
	sqlite3_finalize(s);
	return r == -1 ? -1 : 0;
}

static int
run_step_around_foreign(
    struct store *st, const struct schema_step *s, int to, struct err *err)
{
	char **foreign = NULL;
	int n = 0, rc = list_foreign(st, &foreign, &n, err);

	if (rc == 0)
		rc = run_step(st, s, to, err);
	if (rc == 0)
		rc = restore_foreign(st, foreign, n, err);
	sqlite3_free_table(foreign);
	return rc;
}

/*
 * Gives the file its frozen form and migrates it by one version, unless another
 * process has done so already. Returns the version, or -1.
 */
static int
climb_steps(
    struct store *st, const struct schema_step *steps, int n, struct err *err)
{
	int version, rc = 0;

	if (db_exec(st, "BEGIN IMMEDIATE", err) == -1)
		return -1;
	version = check_version(st, n, err);
	if (version == -1 || early_mend(st, err) == -1)
		rc = -1;
	else if (version < n)
		rc = run_step_around_foreign(
		    st, &steps[version], version + 1, err);
	if (rc == 0) {
		fault_point("before migration commit");
		rc = db_exec(st, "COMMIT", err);
	}
	if (rc == -1) {
		sqlite3_exec(st->h, "ROLLBACK", NULL, NULL, NULL);
		return -1;
	}
	fault_point("after migration");
	return version < n ? version + 1 : version;
}

/*
 * A step that makes a table anew gives the old one another name first. What
 * refers to the table by name (views, triggers, foreign keys) must not follow
 * the old one, and what of that is broken must not stop the step.
 */
static int
climb_all(
    struct store *st, const struct schema_step *steps, int n, struct err *err)
{
	int version, checks = 0;

	sqlite3_db_config(st->h, SQLITE_DBCONFIG_ENABLE_FKEY, -1, &checks);
	sqlite3_db_config(st->h, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
	sqlite3_db_config(st->h, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 1, NULL);
	do
		version = climb_steps(st, steps, n, err);
	while (version != -1 && version < n);
	sqlite3_db_config(st->h, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 0, NULL);
	sqlite3_db_config(st->h, SQLITE_DBCONFIG_ENABLE_FKEY, checks, NULL);
	return version == -1 ? -1 : 0;
}

int
schema_migrate(
    struct store *st, const struct schema_step *steps, int n, struct err *err)
{
	int version = check_version(st, n, err), early;

	if (version == -1 || (early = early_form(st, err)) == -1)
		return -1;
	if (st->read_only && !st->in_memory && (version < n || early))
		return say_older(st, version, n, err);
	if (!st->in_memory && db_use(st, err) == -1)
		return -1;
	return version < n || early ? climb_all(st, steps, n, err) : 0;
}

int
schema_shadow(struct store *st, struct err *err)
{
	static const char *const name[] = { "party", "mailbox", "folder",
		"sync_folder" };
	sqlite3_stmt *s = NULL;
	size_t i;
	int rc = 0;

	if (db_exec(st, "PRAGMA foreign_keys=OFF", err) == -1)
		return -1;
	rc = sqlite3_prepare_v2(st->h,
	    "SELECT 'CREATE TEMP TABLE ' || substr(sql,14) || ';"
	    "INSERT INTO temp.' || name || ' SELECT * FROM main.' || name "
	    "FROM main.sqlite_master WHERE type='table' AND name=?",
	    -1, &s, NULL);
	if (rc != SQLITE_OK)
		return db_fail(st, rc, err);
	for (i = 0, rc = 0; rc == 0 && i < sizeof(name) / sizeof(*name); i++) {
		char *sql;

		db_text(s, 1, name[i]);
		if (db_row(st, s, err) != 1) {
			rc = -1;
			break;
		}
		sql = mem_strdup(db_col(s, 0));
		sqlite3_reset(s);
		rc = db_exec(st, sql, err);
		free(sql);
	}
	sqlite3_finalize(s);
	return rc;
}

/* --- --schema ---------------------------------------------------------- */

void
store_schema(FILE *out)
{
	struct err err = ERR_INIT;
	struct store st;
	sqlite3_stmt *s = NULL;

	memset(&st, 0, sizeof(st));
	st.path = mem_strdup("schema");
	st.read_only = st.in_memory = true;
	if (db_open(&st, &err) == 0 &&
	    schema_migrate(&st, schema_steps, schema_nsteps, &err) == 0)
		sqlite3_prepare_v2(st.h,
		    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND "
		    "name NOT LIKE 'sqlite_%' ORDER BY rowid",
		    -1, &s, NULL);
	fprintf(out,
	    "-- exsync " EXSYNC_VERSION ", schema version %d\n"
	    "-- Tables and views are read alike. A CRM writes to party and "
	    "consumer only.\n"
	    "-- Times are UTC text: 2026-11-20T08:16:00Z\n"
	    "-- email_party, email_link, email_copy and attachment are joins\n"
	    "-- themselves: ask them WHERE email_id = ? or IN (SELECT ...), "
	    "with\n"
	    "-- JOIN or in a sub-select; a LEFT JOIN reads all of them.\n",
	    schema_nsteps);
	while (s != NULL && sqlite3_step(s) == SQLITE_ROW)
		fprintf(out, "\n%s;\n", db_col(s, 0));
	sqlite3_finalize(s);
	db_close(&st);
	free(st.path);
}
