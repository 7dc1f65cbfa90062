/*
 * test_migrate.c - files of older versions, and the text of those versions.
 *
 * tests/migrate/ holds databases as SQL text, each made by the program of its
 * version (make.py there). To release a version, put such a file there, and the
 * hash of its step into test_frozen. Nothing else here knows a version: an old
 * file must become what a new file is, and keep the columns that it had.
 */
#include <glob.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/stop.h"
#include "store/db.h"
#include "store/schema.h"
#include "test_store.h"

#define DIR_SQL "tests/migrate/"

/* --- files ------------------------------------------------------------- */

static glob_t
all_files(void)
{
	glob_t g;

	if (glob(DIR_SQL "*.sql", 0, NULL, &g) != 0)
		fail_msg("no " DIR_SQL "*.sql here: run this in the directory "
			 "of the Makefile");
	return g;
}

/* k->path becomes the file of that SQL text. */
static void
load(struct kit *k, const char *sql_path)
{
	struct buf b;
	sqlite3 *h;
	char piece[4096], *error = NULL;
	size_t n;
	FILE *f = fopen(sql_path, "r");

	assert_non_null(f);
	buf_init(&b, 1 << 20);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		assert_int_equal(buf_add(&b, piece, n), 0);
	fclose(f);
	kit_unlink(k);
	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	sqlite3_exec(h, "PRAGMA synchronous=OFF", NULL, NULL, NULL);
	if (sqlite3_exec(h, buf_str(&b), NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql_path, error);
	sqlite3_close(h);
	buf_free(&b);
}

/* Migrates the file to that version and no further; an empty one is new. */
static void
climb_to(struct kit *k, int version)
{
	struct store *st = mem_alloc(sizeof(*st));

	st->path = mem_strdup(k->path);
	st->lock_fd = -1;
	pthread_mutex_init(&st->lock, NULL);
	OK(k, db_open(st, &k->err));
	OK(k, schema_migrate(st, schema_steps, version, &k->err));
	store_close(st);
}

/* Like a pass that finds no mail: opens, which migrates, and closes. */
static void
open_once(struct kit *k)
{
	kit_open(k, 0);
	store_close(k->st);
	k->st = NULL;
}

/* --- what a file is ---------------------------------------------------- */

static int
add_row(void *arg, int n, char **value, char **name)
{
	int i;

	(void)name;
	for (i = 0; i < n; i++)
		buf_addf(arg, "%s%c", str_nn(value[i]), i + 1 < n ? '|' : '\n');
	return 0;
}

/* All rows of all those statements. */
static char *
rows(struct kit *k, const char *sql)
{
	struct buf b;
	sqlite3 *h;
	char *error = NULL;

	buf_init(&b, 4 << 20);
	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	if (sqlite3_exec(h, sql, add_row, &b, &error) != SQLITE_OK)
		fail_msg("%s in %s", error, sql);
	sqlite3_close(h);
	return buf_take(&b);
}

/*
 * The schema without what does not matter to a reader: the comments, and the
 * order of columns, since an added column comes last.
 */
static char *
form(struct kit *k)
{
	return rows(k,
	    "SELECT m.name,c.name,c.type,c.\"notnull\",c.dflt_value,c.pk,"
	    "c.hidden FROM sqlite_master m,pragma_table_xinfo(m.name) c "
	    "WHERE m.type IN('table','view') ORDER BY 1,2;"
	    "SELECT m.name,f.\"from\",f.\"table\",f.\"to\",f.on_update,"
	    "f.on_delete FROM sqlite_master m,pragma_foreign_key_list(m.name) "
	    "f WHERE m.type='table' ORDER BY 1,2,3;"
	    "SELECT m.name,i.name,i.\"unique\",i.origin,i.partial,(SELECT "
	    "group_concat(name) FROM pragma_index_info(i.name)) FROM "
	    "sqlite_master m,pragma_index_list(m.name) i WHERE m.type='table' "
	    "ORDER BY 1,2;"
	    "SELECT name,'WITHOUT ROWID' FROM sqlite_master WHERE type='table' "
	    "AND sql LIKE '%WITHOUT ROWID' ORDER BY 1;"
	    "SELECT name,sql FROM sqlite_master WHERE type<>'table' AND sql "
	    "IS NOT NULL ORDER BY 1");
}

/*
 * Statements that select the rows of each table and view, with the columns that
 * it has now: those that a CRM reads, or the private ones, which a later step
 * may rewrite.
 */
#define PUBLIC                                                                 \
	"name NOT LIKE 'sync!_%' ESCAPE '!' AND name<>'sqlite_sequence' AND "  \
	"name<>'meta'"
#define PRIVATE "name LIKE 'sync!_%' ESCAPE '!'"
#define FACTS   "key IN('generation','created_at','created_by')"
/* all columns but the one that is meant to be dropped */
#define COLUMNS "FROM pragma_table_info(m.name) c WHERE c.name<>'alias_of'"

static char *
statements(struct kit *k, const char *which)
{
	char *sql, *list;

	sql = mem_printf(
	    "SELECT 'SELECT '''||name||''','||"
	    "(SELECT group_concat('quote(\"'||c.name||'\")') " COLUMNS ")||"
	    "' FROM '||name||' ORDER BY '||"
	    "(SELECT group_concat(cid+2) " COLUMNS ")||';' FROM "
	    "sqlite_master m WHERE type IN('table','view') AND %s "
	    "ORDER BY name;",
	    which);
	list = rows(k, sql);
	free(sql);
	sql = mem_printf("%sSELECT * FROM meta WHERE " FACTS, list);
	free(list);
	return sql;
}

/* Fails with the file's name and the first line in which the two differ. */
static void
same(const char *file, const char *what, const char *want, const char *got)
{
	size_t at = 0, i;

	for (i = 0; want[i] != '\0' && want[i] == got[i]; i++) {
		if (want[i] == '\n')
			at = i + 1;
	}
	if (want[i] != got[i])
		fail_msg("%s: %s\nexpected: %.*s\ngot:      %.*s", file, what,
		    (int)strcspn(want + at, "\n"), want + at,
		    (int)strcspn(got + at, "\n"), got + at);
}

static void
sound(struct kit *k, const char *file, int version)
{
	static const char sql[] =
	    "PRAGMA integrity_check; PRAGMA foreign_key_check;"
	    "PRAGMA user_version;"
	    "SELECT value FROM meta WHERE key='schema_version'";
	char *want = mem_printf("ok\n%d\n%d\n", version, version);
	char *got = rows(k, sql);

	same(file, "integrity, foreign keys, version", want, got);
	free(got);
	free(want);
}

/* The form of a new file of that version; made once. */
static const char *
new_form(int version)
{
	static char *made[100];
	struct kit new;

	assert_in_range(version, 1, schema_nsteps);
	if (made[version] == NULL) {
		kit_init(&new);
		climb_to(&new, version);
		made[version] = form(&new);
		kit_unlink(&new);
		rmdir(new.dir);
		kit_forget(&new);
	}
	return made[version];
}

static void
formed(struct kit *k, const char *file, int version)
{
	char *got = form(k);

	same(file, "the schema is not a new file's", new_form(version), got);
	free(got);
}

/* --- tests ------------------------------------------------------------- */

/* Every file becomes like a new one, and a CRM finds all that it knew. */
static void
test_newest(void **state)
{
	struct kit *k = *state;
	glob_t g = all_files();
	size_t i;

	for (i = 0; i < g.gl_pathc; i++) {
		char *list, *before, *after;

		load(k, g.gl_pathv[i]);
		list = statements(k, PUBLIC);
		before = rows(k, list);
		open_once(k);
		sound(k, g.gl_pathv[i], store_version());
		formed(k, g.gl_pathv[i], store_version());
		after = rows(k, list);
		same(g.gl_pathv[i], "rows changed", before, after);
		free(before);
		free(after);
		free(list);
		before = dump(k);
		open_once(k);
		after = dump(k);
		same(g.gl_pathv[i], "opened again", before, after);
		free(before);
		free(after);
	}
	globfree(&g);
}

/*
 * A CRM that has views, triggers, indexes and a table of its own in the file
 * finds them as they were: over each table and view that it may read.
 */

static void
add_foreign(struct kit *k)
{
	static const char make[] =
	    "SELECT 'CREATE VIEW crm_view_'||name||' AS SELECT * FROM '||name"
	    "||';' FROM sqlite_master WHERE type IN('table', 'view') "
	    "AND " PUBLIC ";"
	    "SELECT 'CREATE TRIGGER crm_trigger_'||name||' AFTER INSERT ON '"
	    "||name||' BEGIN INSERT INTO crm_seen VALUES('''||name||"
	    "'''); END;CREATE INDEX crm_index_'||name||' ON '||name||"
	    "'('||(SELECT group_concat(t.name) FROM "
	    "pragma_table_info(m.name) t WHERE t.pk)||');' "
	    "FROM sqlite_master m WHERE type = 'table' AND " PUBLIC;
	static const char more[] =
	    "CREATE TABLE crm_seen(what TEXT);"
	    "CREATE TABLE crm_note(type TEXT, id TEXT, address TEXT, "
	    "FOREIGN KEY(type, id, address) REFERENCES "
	    "party(crm_type, crm_id, address) ON DELETE CASCADE);"
	    "INSERT INTO crm_note SELECT crm_type, crm_id, address FROM party;"
	    "CREATE VIEW crm_broken AS SELECT * FROM crm_gone;";
	char *sql = rows(k, make);

	free(rows(k, sql));
	free(rows(k, more));
	free(sql);
}

static void
test_foreign(void **state)
{
	static const char what[] =
	    "SELECT type, name, sql FROM sqlite_master WHERE name LIKE "
	    "'crm!_%' ESCAPE '!' ORDER BY 1, 2;"
	    "SELECT * FROM crm_note ORDER BY 1, 2, 3;"
	    "PRAGMA foreign_key_check";
	struct kit *k = *state;
	glob_t g = all_files();
	size_t i;

	for (i = 0; i < g.gl_pathc; i++) {
		char *before, *after, *views;

		load(k, g.gl_pathv[i]);
		add_foreign(k);
		before = rows(k, what);
		open_once(k);
		after = rows(k, what);
		same(g.gl_pathv[i], "the CRM's own", before, after);
		views = rows(k,
		    "SELECT 'SELECT * FROM '||name||';' FROM sqlite_master "
		    "WHERE name LIKE 'crm!_view!_%' ESCAPE '!'");
		free(rows(k, views)); /* each can be read */
		free(views);
		free(before);
		free(after);
	}
	globfree(&g);
}

/*
 * The links of an early file are renewed: they were lost, and whose mailbox a
 * mail came to was not told. The file says where its copies lie.
 */
static void
test_links(void **state)
{
	static const char change[] =
	    "DELETE FROM sync_link WHERE crm_type='user';"
	    "DELETE FROM sync_party WHERE role='to' AND email IN(1,7)";
	static const char sql[] =
	    "SELECT email,crm_type,crm_id,role FROM sync_email_link WHERE "
	    "email IN(1,5,6,7) AND crm_type='user' ORDER BY 1,2,3";
	struct kit *k = *state;
	int64_t n;
	sqlite3 *h;
	char *got;

	load(k, DIR_SQL "version-4.sql");
	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	assert_int_equal(sqlite3_exec(h, change, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(h);
	kit_know(k, "user", "u1", "anna@contoso.example");
	kit_know(k, "user", "u2", "ben@contoso.example");
	kit_open(k, 0);
	OK(k, store_links_renew(k->st, NULL, NULL, &n, &k->err));
	assert_int_equal(n, 7);
	OK(k, store_links_renew(k->st, NULL, NULL, &n, &k->err));
	assert_int_equal(n, 0);
	store_close(k->st);
	k->st = NULL;
	got = rows(k, sql);
	assert_string_equal(got, "1|user|u1|delivered\n"
				 "5|user|u1|to\n"
				 "5|user|u2|to\n"
				 "6|user|u1|from\n"
				 "6|user|u2|delivered\n"
				 "7|user|u2|delivered\n");
	free(got);
}

/* Whoever asks exsync to end does not wait until all mails were looked at. */
static void
test_stopped(void **state)
{
	struct kit *k = *state;
	int64_t n;
	int status;
	pid_t pid;

	load(k, DIR_SQL "version-4.sql");
	kit_know(k, "user", "u1", "anna@contoso.example");
	if ((pid = fork()) == 0) {
		int r;

		kit_open(k, 0);
		stop_request();
		r = store_links_renew(k->st, NULL, NULL, &n, &k->err);
		_exit(r == -1 && k->err.cause == CAUSE_STOP ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	kit_open(k, 0);
	OK(k, store_links_renew(k->st, NULL, NULL, &n, &k->err));
	assert_true(n > 0);
}

/*
 * Mail that was stored before gets its in_reply_to_key in the pass, and its
 * thread has it before as after that.
 */
static void
test_keys(void **state)
{
	static const char sql[] =
	    "SELECT c.n,p.n FROM sync_email c LEFT JOIN sync_email p ON "
	    "p.id=c.in_reply_to_key WHERE c.in_reply_to IS NOT NULL ORDER BY 1;"
	    "SELECT (SELECT count(*) FROM email)-count(*),count(*)-"
	    "count(DISTINCT email_id) FROM email_thread";
	struct kit *k = *state;
	struct store_run run;
	sqlite3 *h;
	char *got;

	load(k, DIR_SQL "version-4.sql");
	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(h,
		"UPDATE sync_email SET in_reply_to='<plan@MADE.example>' "
		"WHERE n=2; UPDATE sync_email SET in_reply_to='<>' WHERE n=3",
		NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(h);
	open_once(k);
	got = rows(k, sql);
	assert_string_equal(got, "2|\n3|\n6|\n0|0\n");
	free(got);
	kit_open(k, 0);
	memset(&run, 0, sizeof(run));
	run.outcome = "ok";
	OK(k, store_run_begin(k->st, &run, &k->err));
	OK(k, store_run_end(k->st, &run, &k->err));
	store_close(k->st);
	k->st = NULL;
	got = rows(k, sql);
	assert_string_equal(got, "2|4\n3|\n6|7\n0|0\n");
	free(got);
}

/* No number of table change comes twice, though the table was made anew. */
static void
test_numbers(void **state)
{
	static const char *const change[] = {
		"INSERT INTO change(seq,entity,entity_id,op,at) VALUES(900,"
		"'email','x','insert','t'); DELETE FROM change WHERE seq=900",
		"INSERT INTO change(seq,entity,entity_id,op,at) VALUES(900,"
		"'email','x','insert','t'); DELETE FROM change",
	};
	struct kit *k = *state;
	sqlite3 *h;
	size_t i;

	for (i = 0; i < 2; i++) {
		load(k, DIR_SQL "version-4.sql");
		assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
		assert_int_equal(
		    sqlite3_exec(h, change[i], NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(h);
		open_once(k);
		assert_int_equal(
		    number(k, "SELECT seq FROM sqlite_sequence WHERE "
			      "name='change'"),
		    900);
		assert_int_equal(
		    number(k, "SELECT count(*) FROM sqlite_sequence WHERE "
			      "name='change_before'"),
		    0);
	}
}

/*
 * What keeps a mailbox from being read is known from the alerts that are open;
 * not from those that are found in the database, nor from those that are over.
 */
static void
test_causes(void **state)
{
	struct kit *k = *state;
	sqlite3 *h;

	load(k, DIR_SQL "version-4.sql");
	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(h,
		"DELETE FROM alert;INSERT INTO alert(scope,code,severity,text,"
		"first_at,last_at,count,resolved_at) VALUES"
		"('mailbox a@x','access','error','no','t','t',3,NULL),"
		"('mailbox a@x','stale','error','no','t','t',1,NULL),"
		"('mailbox b@x','items','warning','no','t','t',1,NULL),"
		"('mailbox c@x','config','error','no','t','t',1,'t'),"
		"('profile hq','config','error','no','t','t',1,NULL)",
		NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(h);
	open_once(k);
	assert_string_equal(
	    ask(k, "SELECT group_concat(address||code||cause||text||shared) "
		   "FROM sync_cause"),
	    "a@xaccessno0");
	assert_string_equal(
	    ask(k, "SELECT count(*)||' '||sum(count)||' '||count(owner)||"
		   "count(advice)||count(resolved_at) FROM alert"),
	    "5 7 001");
}

/*
 * A file that an early program made gets the frozen form of its version before
 * any further step, and keeps its private rows as well.
 */
static void
test_mended(void **state)
{
	struct kit *k = *state;
	glob_t g = all_files();
	size_t i;

	for (i = 0; i < g.gl_pathc; i++) {
		char *list, *before, *after;
		int version;

		load(k, g.gl_pathv[i]);
		version = (int)number(k, "PRAGMA user_version");
		list = statements(k, PRIVATE);
		before = rows(k, list);
		climb_to(k, version);
		sound(k, g.gl_pathv[i], version);
		formed(k, g.gl_pathv[i], version);
		after = rows(k, list);
		same(g.gl_pathv[i], "rows changed", before, after);
		free(before);
		free(after);
		free(list);
	}
	globfree(&g);
}

/* A read-only store migrates nothing: a file that needs it is refused. */
static void
test_read_only(void **state)
{
	struct kit *k = *state;
	glob_t g = all_files();
	char *before, *after;
	size_t i, refused = 0;

	for (i = 0; i < g.gl_pathc; i++) {
		bool old;

		load(k, g.gl_pathv[i]);
		before = form(k);
		old = number(k, "PRAGMA user_version") < store_version() ||
		      strcmp(before, new_form(store_version())) != 0;
		err_clear(&k->err);
		k->st = store_open(k->path, STORE_READ_ONLY, &k->err);
		if ((k->st == NULL) != old ||
		    (old && (!str_eq(k->err.code, "older") ||
				strstr(k->err.msg, "exsync --once") == NULL)))
			fail_msg("%s: %s", g.gl_pathv[i],
			    k->st == NULL ? k->err.msg : "it was opened");
		store_close(k->st);
		k->st = NULL;
		after = form(k);
		same(g.gl_pathv[i], "refused", before, after);
		free(before);
		free(after);
		refused += old;
	}
	assert_in_range(refused, 7, 1000);
	globfree(&g);
}

/*
 * An older program did not record when it first saw a marker: each folder is
 * read once more before it counts as idle.
 */
static void
test_markers(void **state)
{
	struct kit *k = *state;
	glob_t g = all_files();
	int64_t markers = 0;
	size_t i;

	for (i = 0; i < g.gl_pathc; i++) {
		load(k, g.gl_pathv[i]);
		open_once(k);
		markers += number(k, "SELECT count(marker) FROM sync_folder");
		if (number(k, "SELECT count(*) FROM sync_folder WHERE "
			      "(marker IS NULL)<>(unsettled=0)") != 0)
			fail_msg(
			    "%s: a marker is taken for settled", g.gl_pathv[i]);
	}
	assert_in_range(markers, 1, 1000);
	globfree(&g);
}

/* Migrated mail is known: the same mail elsewhere becomes another copy. */
static void
test_goes_on(void **state)
{
	struct kit *k = *state;
	glob_t g = all_files();
	size_t i;

	for (i = 0; i < g.gl_pathc; i++) {
		struct message *m = mail("<filed@made.example>", "filed",
		    "This one is put into a folder.");

		load(k, g.gl_pathv[i]);
		kit_open(k, 0);
		kit_boxes(k);
		m->sent_at = INT64_C(1772442000000); /* 2026-03-02T09:00:00Z */
		memset(m->addr, 0, m->naddr * sizeof(*m->addr));
		m->naddr = 0;
		person(m, ROLE_FROM, "carl@fabrikam.example");
		store(k, BOX_A, "elsewhere", "k", m);
		if (k->count.emails != 0 || k->count.copies != 1)
			fail_msg("%s: taken for another mail", g.gl_pathv[i]);
		store_close(k->st);
		k->st = NULL;
	}
	globfree(&g);
}

/* --- crashes ----------------------------------------------------------- */

#ifdef EXSYNC_FAULT
/*
 * Opens the file in a process of its own, which dies at step n. It runs this
 * program anew, since a fork would go on counting our steps.
 */
static int
open_dying(struct kit *k, int n)
{
	pid_t pid = fork();
	char at[16];
	int status;

	if (pid == 0) {
		snprintf(at, sizeof(at), "%d", n);
		setenv("EXSYNC_CRASH_AT", at, 1);
		if (freopen("/dev/null", "w", stderr) != NULL)
			execl("/proc/self/exe", "test_migrate", k->path,
			    (char *)NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Dies at step n, and is opened again. False: there is no step n. */
static bool
crash_at(struct kit *k, const char *file, int n)
{
	char *list, *was, *now, *before, *after;
	int rc;

	load(k, file);
	list = statements(k, PUBLIC);
	before = rows(k, list);
	was = form(k);
	rc = open_dying(k, n);
	now = form(k);
	if (strcmp(was, now) != 0) /* as before, or as that version is */
		formed(k, file, (int)number(k, "PRAGMA user_version"));
	open_once(k);
	sound(k, file, store_version());
	formed(k, file, store_version());
	after = rows(k, list);
	same(file, "rows changed", before, after);
	free(list);
	free(was);
	free(now);
	free(before);
	free(after);
	assert_true(rc == 99 || rc == 0);
	return rc == 99;
}

/* After a crash at any step the file has one version, and can be migrated. */
static void
test_crash(void **state)
{
	struct kit *k = *state;
	glob_t g = all_files();
	size_t i, died = 0;
	int n;

	for (i = 0; i < g.gl_pathc; i++) {
		for (n = 1; crash_at(k, g.gl_pathv[i], n); n++)
			died++;
	}
	assert_in_range(died, 20, 1000);
	globfree(&g);
}
#else
static void
test_crash(void **state)
{
	(void)state;
	skip();
}
#endif

/* --- released steps ---------------------------------------------------- */

/* The hash of each released step, the first of version 1. */
static const char *const released[] = {
	"70ef386022381cdc049c0861a7d06b987acd9272a1ff22301e1fc926391608eb",
	"68182f11678795c385558b9b27aec5e50b545670c9e2ac47366cafa43bf826b5",
	"894d9f43d5cedeab01dc29fdf9447a6984649ea454b6efd579a4cfa417531104",
	"8ab6c761902c45d38744d7edeffe573fdad0ae6ecb367a0d1fd21d72aa2eb4a1",
};
#define NRELEASED ((int)(sizeof(released) / sizeof(released[0])))

static void
step_hash(const struct schema_step *step, char *hex)
{
	struct crypt_sha256 h;
	unsigned char hash[CRYPT_SHA256];
	const char *const *sql;

	crypt_sha256_init(&h);
	for (sql = step->sql; *sql != NULL; sql++)
		crypt_sha256_add(&h, *sql, strlen(*sql) + 1);
	crypt_sha256_out(&h, hash);
	enc_hex(hash, sizeof(hash), hex);
}

/* No letter of a released step changes, and each step has its file. */
static void
test_frozen(void **state)
{
	struct kit *k = *state;
	glob_t g = all_files();
	bool held[100] = { false };
	char hex[2 * CRYPT_SHA256 + 1];
	size_t i;
	int v;

	for (v = 1; v <= NRELEASED; v++) {
		assert_true(v <= schema_nsteps);
		step_hash(&schema_steps[v - 1], hex);
		if (strcmp(hex, released[v - 1]) != 0)
			fail_msg("step %d is not what was released (it has the "
				 "hash %s now): a released step is never "
				 "edited: add a step",
			    v, hex);
	}
	for (i = 0; i < g.gl_pathc; i++) {
		load(k, g.gl_pathv[i]);
		v = (int)number(k, "PRAGMA user_version");
		assert_in_range(v, 1, NRELEASED);
		held[v] = true;
	}
	for (v = 1; v <= NRELEASED; v++) {
		if (!held[v])
			fail_msg("no file of version %d in " DIR_SQL, v);
	}
	if (schema_nsteps > NRELEASED + 1)
		fail_msg("only the newest step may be without a hash and a "
			 "file in " DIR_SQL ": release version %d, or make one "
			 "step of what is not released",
		    NRELEASED + 1);
	globfree(&g);
}

#define BARE(f) cmocka_unit_test_setup_teardown(f, kit_bare, kit_teardown)

/* With an argument: opens that file, and no more (open_dying). */
int
main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct store *st;
	const struct CMUnitTest tests[] = {
		BARE(test_newest),
		BARE(test_foreign),
		BARE(test_causes),
		BARE(test_mended),
		BARE(test_read_only),
		BARE(test_markers),
		BARE(test_links),
		BARE(test_keys),
		BARE(test_numbers),
		BARE(test_stopped),
		BARE(test_goes_on),
		BARE(test_crash),
		BARE(test_frozen),
	};

	if (argc > 1) {
		st = store_open(argv[1], 0, &err);
		store_close(st);
		return st != NULL ? 0 : 1;
	}
	return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
