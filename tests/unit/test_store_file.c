/*
 * test_store_file.c - the database file: which files are opened and which are
 * refused, versions, full disks.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/crypt.h"
#include "store/db.h"
#include "store/health.h"
#include "store/schema.h"
#include "test_store.h"

static void
write_file(const char *path, const char *data, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	fclose(f);
}

static char *
read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	char *data = calloc(1, 1 << 20);

	assert_non_null(f);
	*n = fread(data, 1, 1 << 20, f);
	fclose(f);
	return data;
}

/* Opening must fail with this code and these words, and change nothing. */
static void
refused(struct kit *k, int flags, const char *code, const char *words)
{
	char *before, *after, wal[128];
	struct stat s;
	size_t n, m;

	before = read_file(k->path, &n);
	err_clear(&k->err);
	assert_null(store_open(k->path, flags, &k->err));
	assert_int_equal(k->err.kind, ERR_FATAL);
	assert_string_equal(k->err.code, code);
	if (strstr(k->err.msg, words) == NULL ||
	    strstr(k->err.msg, k->path) == NULL)
		fail_msg("no \"%s\" in: %s", words, k->err.msg);
	after = read_file(k->path, &m);
	assert_int_equal(n, m);
	assert_memory_equal(before, after, n);
	free(before);
	free(after);
	snprintf(wal, sizeof(wal), "%s-wal", k->path);
	assert_true(stat(wal, &s) == -1 || s.st_size == 0);
}

static void
test_modes(void **state)
{
	struct kit *k = *state;
	static const char *const end[] = { "", "-wal", "-shm", ".lock" };
	mode_t old = umask(0);
	char name[128];
	struct stat s;
	size_t i;

	kit_open(k, 0);
	OK(k, store_lock(k->st, &k->err));
	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", k->path, end[i]);
		assert_int_equal(stat(name, &s), 0);
		assert_int_equal(s.st_mode & 0777, 0600);
	}
	store_close(k->st);
	k->st = NULL;
	snprintf(name, sizeof(name), "%s-wal", k->path);
	/* a clean end leaves it (test_store_confine.c), with nothing in it */
	assert_int_equal(stat(name, &s), 0);
	assert_int_equal(s.st_size, 0);
	assert_int_equal(s.st_mode & 0777, 0600);
	umask(0777);
	unlink(k->path);
	kit_open(k, 0);
	assert_int_equal(stat(k->path, &s), 0);
	assert_int_equal(s.st_mode & 0777, 0600);
	umask(old);
}

static void
test_new_file(void **state)
{
	struct kit *k = *state;
	char first[64];

	write_file(k->path, "", 0); /* an empty file is a new one */
	kit_open(k, 0);
	assert_int_equal(number(k, "PRAGMA user_version"), store_version());
	assert_int_equal(number(k, "PRAGMA page_size"), 8192);
	assert_string_equal(ask(k, "PRAGMA journal_mode"), "wal");
	assert_int_equal(
	    number(k, "SELECT length(value) FROM meta WHERE key='generation'"),
	    36);
	snprintf(first, sizeof(first), "%s",
	    ask(k, "SELECT value FROM meta WHERE key='generation'"));
	store_close(k->st);
	kit_open(k, 0);
	assert_string_equal(
	    ask(k, "SELECT value FROM meta WHERE key='generation'"), first);
}

static void
test_refused(void **state)
{
	struct kit *k = *state;
	char rubbish[3000], name[128];

	memset(rubbish, 'r', sizeof(rubbish));
	write_file(k->path, rubbish, sizeof(rubbish));
	refused(k, 0, "not_a_database", "not an SQLite database");
	refused(k, STORE_READ_ONLY, "not_a_database", "left as it is");
	write_file(k->path, "x", 1);
	refused(k, 0, "not_a_database", "not an SQLite database");

	unlink(k->path);
	ask(k, "CREATE TABLE customer(x)");
	refused(k, 0, "not_ours", "another program");
	unlink(k->path);
	ask(k, "PRAGMA user_version=3");
	refused(k, 0, "not_ours", "another program");

	unlink(k->path);
	mkdir(k->path, 0700);
	assert_null(store_open(k->path, 0, &k->err));
	assert_string_equal(k->err.code, "not_a_database");
	rmdir(k->path);
	snprintf(name, sizeof(name), "%s/no/x.db", k->dir);
	assert_null(store_open(name, 0, &k->err));
	assert_int_equal(k->err.kind, ERR_FATAL);
	assert_non_null(strstr(k->err.msg, "directory does not exist"));
}

static void
test_newer(void **state)
{
	struct kit *k = *state;

	kit_open(k, 0);
	store_close(k->st);
	k->st = NULL;
	ask(k, "UPDATE meta SET value='9.8.7' WHERE key='written_by'");
	ask(k, "PRAGMA journal_mode=delete");
	ask(k, "PRAGMA user_version=7");
	refused(k, 0, "newer", "newer exsync (9.8.7, schema version 7");
	refused(k, STORE_READ_ONLY, "newer", "9.8.7");
}

static void
test_corrupt(void **state)
{
	struct kit *k = *state;
	struct message *m;
	struct decision d = keep();
	struct store_item it;
	char rubbish[8192];
	int fd, i, rc = 0;

	kit_open(k, 0);
	kit_boxes(k);
	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	store_close(k->st);
	memset(rubbish, 0xa5, sizeof(rubbish));
	fd = open(k->path, O_RDWR);
	for (i = 1; i < 200 && pread(fd, rubbish, 1, i * 8192) == 1; i++) {
		memset(rubbish, 0xa5, sizeof(rubbish));
		assert_int_equal(
		    pwrite(fd, rubbish, sizeof(rubbish), i * 8192), 8192);
	}
	close(fd);
	k->st = store_open(k->path, 0, &k->err);
	m = mail("<2@x>", "Two", "x");
	it = item("i2", "k", k->inbox_a, m, &d);
	if (k->st != NULL)
		rc = store_put(
		    k->st, WORK(BOX_A, &it, 1, NULL), &k->count, &k->err);
	message_free(m);
	assert_true(k->st == NULL || rc == -1);
	assert_string_equal(k->err.code, "corrupt");
	assert_non_null(strstr(k->err.msg, "restore it from a backup"));
}

/* A missing key is not replaced by a new one; the error says what to do. */
static void
test_no_key(void **state)
{
	static const char *const sql[] = { "DELETE FROM sync_key",
		"UPDATE sync_key SET id=2", "UPDATE sync_key SET key=x'00'",
		"UPDATE sync_key SET key='0123456789abcdef0123456789abcdef'",
		"DROP TABLE sync_key" };
	struct kit *k = *state;
	const char *before;
	size_t i;
	int flags;

	for (i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
		kit_open(k, 0);
		store_close(k->st);
		ask(k, sql[i]);
		before = ask(k, "SELECT count(*) FROM sqlite_master");
		for (flags = 0; flags <= STORE_READ_ONLY; flags++) {
			err_clear(&k->err);
			k->st = store_open(k->path, flags, &k->err);
			assert_null(k->st);
			assert_int_equal(k->err.kind, ERR_FATAL);
			assert_string_equal(k->err.code, "no_key");
			assert_non_null(strstr(k->err.msg, k->path));
			assert_non_null(strstr(k->err.msg, "sync_key"));
			assert_non_null(strstr(k->err.msg, "from a backup"));
			assert_non_null(strstr(k->err.msg, "read anew"));
		}
		assert_string_equal(
		    ask(k, "SELECT count(*) FROM sqlite_master"), before);
		assert_int_equal(unlink(k->path), 0);
	}
	kit_open(k, 0);
}

/* A step that fails half-way leaves the old version whole. */
static void
test_migration(void **state)
{
	static const char *const good[] = {
		"ALTER TABLE run ADD COLUMN extra TEXT", "CREATE TABLE more(x)",
		NULL
	};
	static const char *const bad[] = { "CREATE TABLE half(x)",
		"INSERT INTO nowhere VALUES(1)", NULL };
	struct schema_step steps[32];
	struct kit *k = *state;
	const int n = schema_nsteps;
	char *before, *after;

	assert_in_range(n, 1, 31);
	memcpy(steps, schema_steps, (size_t)n * sizeof(steps[0]));
	steps[n].sql = bad;
	kit_open(k, 0);
	kit_boxes(k);
	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	before = dump(k);
	assert_int_equal(schema_migrate(k->st, steps, n + 1, &k->err), -1);
	assert_int_equal(k->err.kind, ERR_FATAL);
	after = dump(k);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(number(k, "PRAGMA user_version"), n);

	steps[n].sql = good;
	OK(k, schema_migrate(k->st, steps, n + 1, &k->err));
	OK(k, schema_migrate(k->st, steps, n + 1, &k->err));
	assert_int_equal(number(k, "PRAGMA user_version"), n + 1);
	assert_int_equal(number(k, "SELECT count(*) FROM more"), 0);
	assert_int_equal(
	    number(k, "SELECT value FROM meta WHERE key='schema_version'"),
	    n + 1);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
	/* this program is the older one now */
	store_close(k->st);
	k->st = NULL;
	assert_null(store_open(k->path, 0, &k->err));
	assert_string_equal(k->err.code, "newer");
}

/* A file of version 1 becomes what a new file is, and keeps its mail. */
static void
test_from_version_1(void **state)
{
	static const char list[] =
	    "SELECT group_concat(sql,';') FROM (SELECT sql FROM sqlite_master "
	    "WHERE sql IS NOT NULL ORDER BY name)";
	struct kit *k = *state;
	struct store *st;
	char *want, *got;

	kit_open(k, 0);
	store_close(k->st);
	k->st = NULL;
	want = mem_strdup(ask(k, list));
	unlink(k->path);
	st = mem_alloc(sizeof(*st));
	st->path = mem_strdup(k->path);
	st->lock_fd = -1;
	pthread_mutex_init(&st->lock, NULL);
	OK(k, db_open(st, &k->err));
	OK(k, schema_migrate(st, schema_steps, 1, &k->err));
	store_close(st);
	assert_int_equal(number(k, "PRAGMA user_version"), 1);
	ask(k, "INSERT INTO party(crm_type,crm_id,address) VALUES"
	       "('lead','8','eve@rival.example')");
	kit_open(k, 0);
	got = mem_strdup(ask(k, list));
	assert_string_equal(want, got);
	free(want);
	free(got);
	assert_int_equal(number(k, "PRAGMA user_version"), store_version());
	assert_int_equal(number(k, "SELECT count(*) FROM party"), 1);
	kit_boxes(k);
	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
}

/* Every column of every table and view is explained. */
static void
test_schema(void **state)
{
	static const char *const public[] = { "meta", "party", "mailbox",
		"folder", "email", "email_body", "email_party", "email_link",
		"email_copy", "attachment", "blob", "change", "consumer",
		"decision", "failure", "alert", "run" };
	struct kit *k = *state;
	char *text = NULL, want[128], sql[160];
	size_t n, i, j, columns;
	FILE *f = open_memstream(&text, &n);

	store_schema(f);
	fclose(f);
	kit_open(k, 0);
	for (i = 0; i < sizeof(public) / sizeof(*public); i++) {
		const char *part, *end;

		snprintf(want, sizeof(want), " %s(\n", public[i]);
		part = strstr(text, want);
		assert_non_null(part);
		end = strstr(part, ";\n\n");
		snprintf(sql, sizeof(sql),
		    "SELECT count(*) FROM pragma_table_info('%s')", public[i]);
		columns = (size_t)number(k, sql);
		for (j = 0; j < columns; j++) {
			const char *at, *eol;

			snprintf(sql, sizeof(sql),
			    "SELECT name FROM pragma_table_info('%s') "
			    "WHERE cid=%zu",
			    public[i], j);
			snprintf(want, sizeof(want), "\n  %s", ask(k, sql));
			at = strstr(part, want);
			if (at == NULL || (end != NULL && at > end))
				fail_msg("%s:%s", public[i], want);
			eol = strchr(at + 1, '\n');
			at = strstr(at, " -- ");
			if (at == NULL || at > eol)
				fail_msg(
				    "%s:%s has no comment", public[i], want);
		}
	}
	free(text);
}

/* In a child process: writes until the file size limit is reached. */
static int
fill_up(struct kit *k)
{
	struct rlimit lim = { 3 << 20, 3 << 20 };
	char *text = malloc(100001);
	int rc;

	memset(text, 't', 100000);
	text[100000] = '\0';
	signal(SIGXFSZ, SIG_IGN);
	k->st = store_open(k->path, 0, &k->err);
	if (k->st == NULL || setrlimit(RLIMIT_FSIZE, &lim) != 0)
		rc = 3;
	else
		rc = store_many(k, 200, text);
	free(text);
	if (rc != -1)
		return 4;
	if (strcmp(k->err.code, "disk_full") != 0 ||
	    strstr(k->err.msg, "make room") == NULL) {
		fprintf(stderr, "%s: %s\n", k->err.code, k->err.msg);
		return 5;
	}
	/* what the counts say is what is there */
	return number(k, "SELECT count(*) FROM email") == k->count.emails ? 0
									  : 6;
}

/* --- locks and other programs ------------------------------------------ */

static void
test_disk_full(void **state)
{
	struct kit *k = *state;
	long n;

	store_close(k->st);
	k->st = NULL;
	assert_int_equal(in_child(fill_up, k), 0);
	kit_open(k, 0); /* and with room again all is well */
	n = number(k, "SELECT count(*) FROM email");
	assert_in_range(n, 5, 199);
	store(k, BOX_A, "after", "k", mail("<after@x>", "S", "x"));
	assert_int_equal(number(k, "SELECT count(*) FROM email"), n + 1);
	assert_string_equal(ask(k, "PRAGMA integrity_check"), "ok");
}

/* Becomes a user who may not write there. */
static int
as_nobody(struct kit *k)
{
	if (setgid(65534) != 0 || setuid(65534) != 0)
		return 77;
	if (store_open(k->path, 0, &k->err) != NULL)
		return 2;
	if (strcmp(k->err.code, "not_writable") != 0) {
		fprintf(stderr, "%s: %s\n", k->err.code, k->err.msg);
		return 3;
	}
	if (access(k->path, F_OK) == 0 &&
	    strstr(k->err.msg, "belongs to user 0 (root) and this is user "
			       "65534") == NULL)
		return 5;
	return strstr(k->err.msg, "needs the right") != NULL ? 0 : 4;
}

static void
test_not_writable(void **state)
{
	struct kit *k = *state;
	int rc;

	chmod(k->dir, 0755);
	rc = in_child(as_nobody, k);
	if (rc == 77)
		skip(); /* only root can become nobody */
	assert_int_equal(rc, 0);
	kit_open(k, 0);
	store_close(k->st);
	k->st = NULL;
	chmod(k->path, 0644); /* readable, not writable */
	assert_int_equal(in_child(as_nobody, k), 0);
	chmod(k->path, 0666); /* writable, but not the directory */
	assert_int_equal(in_child(as_nobody, k), 0);
	chmod(k->path, 0600); /* neither */
	assert_int_equal(in_child(as_nobody, k), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
#define BARE(f) cmocka_unit_test_setup_teardown(f, kit_bare, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BARE(test_modes),
		BARE(test_new_file),
		BARE(test_refused),
		BARE(test_newer),
		BARE(test_corrupt),
		BARE(test_no_key),
		BARE(test_migration),
		BARE(test_from_version_1),
		BARE(test_schema),
		TEST(test_disk_full),
		BARE(test_not_writable),
	};

	return cmocka_run_group_tests_name("store_file", tests, NULL, NULL);
}
