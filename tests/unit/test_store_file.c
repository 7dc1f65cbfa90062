/*
 * test_store_file.c - the file itself: what is opened and what is refused,
 * versions, locks, other programs, full disks.
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

/* Opening must fail with that code and say these words; nothing changes. */
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

/* No key is made in the place of one that is gone; it says what there is to do.
 */
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

/* --- locks and other programs ------------------------------------------ */

static int
try_lock(struct kit *k)
{
	struct store *st = store_open(k->path, 0, &k->err);
	char pid[32];

	if (st == NULL)
		return 2;
	if (store_lock(st, &k->err) == 0)
		return 0;
	snprintf(pid, sizeof(pid), "process %ld,", (long)getppid());
	return strcmp(k->err.code, "locked") == 0 &&
		       strstr(k->err.msg, pid) != NULL
		   ? 1
		   : 3;
}

static int
lock_and_die(struct kit *k)
{
	struct store *st = store_open(k->path, 0, &k->err);

	if (st == NULL || store_lock(st, &k->err) != 0)
		return 1;
	kill(getpid(), SIGKILL);
	return 2;
}

static void
test_lock(void **state)
{
	struct kit *k = *state;

	assert_int_equal(in_child(lock_and_die, k), -1);
	kit_open(k, 0);
	OK(k, store_lock(k->st, &k->err));
	OK(k, store_lock(k->st, &k->err));
	assert_int_equal(in_child(try_lock, k), 1);
	store_close(k->st);
	assert_int_equal(in_child(try_lock, k), 0);
	kit_open(k, 0);
}

/* try_lock of another name of the database. */
static int
try_lock_as(struct kit *k, const char *name)
{
	struct kit other = *k;

	snprintf(other.path, sizeof(other.path), "%s/%s", k->dir, name);
	return in_child(try_lock, &other);
}

static void
in_dir(const struct kit *k, const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", k->dir, name);
}

/* Two names of one file: one lock, and never two WALs. */
static void
test_lock_names(void **state)
{
	struct kit *k = *state;
	char soft[128], dir[128], hard[128];
	const char *base = strrchr(k->path, '/') + 1;
	struct stat s;

	in_dir(k, "link.db", soft);
	in_dir(k, "dir", dir);
	in_dir(k, "hard.db", hard);
	assert_int_equal(symlink(k->path, soft), 0);
	assert_int_equal(symlink(k->dir, dir), 0);
	kit_open(k, 0);
	OK(k, store_lock(k->st, &k->err));
	assert_int_equal(try_lock_as(k, "link.db"), 1);
	snprintf(dir, sizeof(dir), "dir/%s", base);
	assert_int_equal(try_lock_as(k, dir), 1);
	assert_int_equal(try_lock_as(k, "dir/link.db"), 1);
	in_dir(k, "link.db.lock", dir);
	assert_int_equal(lstat(dir, &s), -1);
	store_close(k->st);
	/* the other way round: the link's holder keeps the file's name out */
	k->st = store_open(soft, 0, &k->err);
	assert_non_null(k->st);
	OK(k, store_lock(k->st, &k->err));
	assert_int_equal(in_child(try_lock, k), 1);
	store_close(k->st);
	assert_int_equal(in_child(try_lock, k), 0);

	assert_int_equal(link(k->path, hard), 0);
	k->st = store_open(hard, 0, &k->err);
	assert_null(k->st);
	assert_string_equal(k->err.code, "hard_link");
	k->st = store_open(hard, STORE_READ_ONLY, &k->err);
	assert_non_null(k->st);
	store_close(k->st);
	assert_int_equal(try_lock_as(k, "link.db"), 2);
	assert_int_equal(unlink(hard), 0);
	kit_open(k, 0);
}

/* What somebody else put in the lock's place is neither followed nor written.
 */
static void
test_lock_planted(void **state)
{
	struct kit *k = *state;
	char lock[128], aim[128];
	struct store_trouble t = { "store", T0 };
	struct stat s;
	int i, fd;

	snprintf(lock, sizeof(lock), "%s.lock", k->path);
	in_dir(k, "aim", aim);
	kit_open(k, 0);
	for (i = 0; i < 5; i++) {
		unlink(aim);
		if (i > 0) {
			fd = open(aim, O_WRONLY | O_CREAT | O_EXCL, 0600);
			assert_int_equal(write(fd, "precious", 8), 8);
			close(fd);
		}
		assert_int_equal(i < 2    ? symlink(aim, lock)
				 : i == 2 ? link(aim, lock)
				 : i == 3 ? mkfifo(lock, 0600)
					  : mkdir(lock, 0700),
		    0);
		err_clear(&k->err);
		assert_int_equal(store_lock(k->st, &k->err), -1);
		assert_string_equal(k->err.code, "not_writable");
		assert_non_null(strstr(k->err.msg, "see who put it there"));
		assert_false(store_trouble_set(k->path, &t));
		assert_false(store_trouble_get(k->path, &t));
		assert_int_equal(stat(aim, &s), i == 0 ? -1 : 0);
		if (i > 0)
			assert_int_equal(s.st_size, 8);
		assert_int_equal(i == 4 ? rmdir(lock) : unlink(lock), 0);
	}
	OK(k, store_lock(k->st, &k->err));
}

#define HANG_MS 60000 /* nothing but a defect takes so long */

/* A CRM in another process: begins with sql, says so, waits, commits. */
struct crm {
	pid_t pid;
	int go;
};

static struct crm
crm_begin(struct kit *k, const char *sql, int ms)
{
	struct crm crm;
	int said[2], go[2];
	char c;

	assert_int_equal(pipe(said), 0);
	assert_int_equal(pipe(go), 0);
	if ((crm.pid = fork()) == 0) {
		sqlite3 *h;

		close(go[1]);
		if (sqlite3_open(k->path, &h) != SQLITE_OK ||
		    sqlite3_exec(h, sql, NULL, NULL, NULL) != SQLITE_OK ||
		    write(said[1], "x", 1) != 1 || read(go[0], &c, 1) != 1)
			_exit(1);
		tim_sleep(ms);
		sqlite3_exec(h, "COMMIT", NULL, NULL, NULL);
		sqlite3_close(h);
		_exit(0);
	}
	close(said[1]);
	close(go[0]);
	crm.go = go[1];
	assert_int_equal(read(said[0], &c, 1), 1);
	close(said[0]);
	return crm;
}

/* It commits, after the ms that it was told. */
static void
crm_let_go(struct crm *crm)
{
	assert_int_equal(write(crm->go, "x", 1), 1);
	close(crm->go);
}

static void
crm_end(struct crm *crm)
{
	int status;

	waitpid(crm->pid, &status, 0);
	assert_int_equal(status, 0);
}

static void
test_other_writer(void **state)
{
	struct kit *k = *state;
	struct crm crm = crm_begin(
	    k, "BEGIN IMMEDIATE; INSERT INTO consumer VALUES('crm',0)", 1000);
	int64_t from;

	/* reading goes on, though it does not end; writing waits */
	assert_false(store_has_message_id(k->st, "<1@x>"));
	from = tim_mono();
	crm_let_go(&crm);
	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	assert_true(tim_mono() - from >= 1000);
	crm_end(&crm);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
	assert_int_equal(number(k, "SELECT count(*) FROM consumer"), 1);
}

/* A locked database is told after the limit, and nothing is half done. */
static void
test_locked_too_long(void **state)
{
	struct kit *k = *state;
	struct decision d = keep();
	struct message *m = mail("<1@x>", "One", "x");
	struct store_item it = item("i1", "k", k->inbox_a, m, &d);
	struct crm crm = crm_begin(k, "BEGIN IMMEDIATE", 0);

	k->st->busy_limit = 200;
	assert_int_equal(
	    store_put(k->st, WORK(BOX_A, &it, 1, NULL), &k->count, &k->err),
	    -1);
	assert_string_equal(k->err.code, "busy");
	assert_non_null(strstr(k->err.msg, "another program"));
	crm_let_go(&crm);
	crm_end(&crm);
	k->st->busy_limit = HANG_MS;
	put(k, BOX_A, &it);
	message_free(m);
	assert_int_equal(number(k, "SELECT count(*) FROM change"), 1);
}

/* A mail of today; -1: it could not be stored. */
static int
store_new(struct kit *k, const char *id, const char *mid, const char *text)
{
	struct decision d = keep();
	struct message *m = mail(mid, "S", text);
	struct store_item it = item(id, "k", k->inbox_a, m, &d);
	int rc;

	m->received_at = tim_now();
	rc = store_put(k->st, WORK(BOX_A, &it, 1, NULL), &k->count, &k->err);
	message_free(m);
	return rc;
}

/* What one transaction has read and counted is none of the next one's. */
static void
test_transaction_ends(void **state)
{
	static const struct txn none;
	struct kit *k = *state;
	char *text = malloc(100001);

	memset(text, 't', 100000);
	text[100000] = '\0';
	OK(k, store_new(k, "i1", "<1@x>", "x"));
	assert_memory_equal(&k->st->txn, &none, sizeof(none));
	/* the file is full: the row of the mail is written, its text is not */
	sqlite3_exec(k->st->h, "PRAGMA max_page_count=1", NULL, NULL, NULL);
	assert_int_equal(store_new(k, "i2", "<2@x>", text), -1);
	assert_string_equal(k->err.code, "disk_full");
	assert_memory_equal(&k->st->txn, &none, sizeof(none));
	sqlite3_exec(
	    k->st->h, "PRAGMA max_page_count=1000000", NULL, NULL, NULL);
	OK(k, store_new(k, "i2", "<2@x>", text));
	assert_int_equal(number(k, "SELECT sum(n) FROM sync_day"), 2);
	assert_int_equal(number(k, "SELECT max(n) FROM sync_email"), 2);
	free(text);
}

struct work {
	bool next, fails;
};

/* A row, perhaps another one in the next transaction, and how it ends. */
static int
do_work(struct store *st, void *arg, struct err *err)
{
	const struct work *w = arg;

	if (db_change(st, "test", "1", "insert", err) == -1)
		return -1;
	if (w->next && (db_txn_next(st, err) == -1 ||
			   db_change(st, "test", "2", "insert", err) == -1))
		return -1;
	/* what is no failure commits, as 0 does */
	return w->fails ? -1 : 1;
}

/* Work that fails is undone, all else commits; the lock is free then. */
static void
test_work(void **state)
{
	static const struct {
		struct work work;
		long rows;
	} cases[] = {
		{ { false, false }, 1 },
		{ { false, true }, 0 },
		{ { true, false }, 2 },
		{ { true, true }, 1 },
	};
	struct kit *k = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct work w = cases[i].work;
		long n = number(k, "SELECT count(*) FROM change");

		assert_int_equal(
		    db_write(k->st, do_work, &w, &k->err), w.fails ? -1 : 0);
		assert_int_equal(pthread_mutex_trylock(&k->st->lock), 0);
		db_unlock(k->st);
		assert_int_equal(number(k, "SELECT count(*) FROM change"),
		    n + cases[i].rows);
	}
}

static void
test_other_reader(void **state)
{
	struct kit *k = *state;
	char *text = malloc(200001), id[16], mid[16], wal[128];
	int i;
	struct stat s;
	struct crm crm = crm_begin(k, "BEGIN; SELECT count(*) FROM email", 0);

	memset(text, 't', 200000);
	text[200000] = '\0';
	for (i = 0; i < 200; i++) {
		snprintf(id, sizeof(id), "i%d", i);
		snprintf(mid, sizeof(mid), "<%d@x>", i);
		store(k, BOX_A, id, "k", mail(mid, "S", text));
	}
	crm_let_go(&crm);
	crm_end(&crm);
	/* the reader is gone: the WAL is used again from its beginning */
	for (i = 200; i < 300; i++) {
		snprintf(id, sizeof(id), "i%d", i);
		snprintf(mid, sizeof(mid), "<%d@x>", i);
		store(k, BOX_A, id, "k", mail(mid, "S", text));
	}
	snprintf(wal, sizeof(wal), "%s-wal", k->path);
	assert_int_equal(stat(wal, &s), 0);
	assert_in_range(s.st_size, 1, 48 << 20);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 300);
	free(text);
}

/*
 * A CRM imports while we write: by change rows alone it must have the same
 * mails as the table, none twice.
 */
static void
test_import_while_writing(void **state)
{
	struct kit *k = *state;
	char id[16], mid[16];
	pid_t pid;
	int i, status;

	if ((pid = fork()) == 0) {
		sqlite3 *h;
		sqlite3_stmt *s;
		long last = 0, n = 0;

		sqlite3_open(k->path, &h);
		sqlite3_prepare_v2(h,
		    "SELECT seq,(SELECT count(*) FROM email e JOIN email_copy "
		    "c ON c.email_id=e.id WHERE e.id=entity_id) FROM change "
		    "WHERE seq>? ORDER BY seq",
		    -1, &s, NULL);
		while (n < 500) {
			sqlite3_bind_int64(s, 1, last);
			while (sqlite3_step(s) == SQLITE_ROW) {
				if (sqlite3_column_int64(s, 0) != last + 1 ||
				    sqlite3_column_int64(s, 1) != 1)
					_exit(1);
				last++;
				n++;
			}
			sqlite3_reset(s);
			usleep(300);
		}
		_exit(n == 500 ? 0 : 2);
	}
	for (i = 0; i < 500; i++) {
		snprintf(id, sizeof(id), "i%d", i);
		snprintf(mid, sizeof(mid), "<%d@x>", i);
		store(k, BOX_A, id, "k", mail(mid, "S", "x"));
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

/* --- full disks -------------------------------------------------------- */

/* In a child: writes until the file size limit says no. */
static int
fill_up(struct kit *k)
{
	struct rlimit lim = { 3 << 20, 3 << 20 };
	struct decision d = keep();
	char *text = malloc(100001), mid[32], id[32];
	struct message *m;
	struct store_item it;
	int i, rc = 0;

	memset(text, 't', 100000);
	text[100000] = '\0';
	signal(SIGXFSZ, SIG_IGN);
	k->st = store_open(k->path, 0, &k->err);
	if (k->st == NULL || setrlimit(RLIMIT_FSIZE, &lim) != 0)
		rc = 3;
	for (i = 0; i < 200 && rc == 0; i++) {
		snprintf(mid, sizeof(mid), "<full%d@x>", i);
		snprintf(id, sizeof(id), "full%d", i);
		m = mail(mid, "S", text);
		it = item(id, "k", k->inbox_a, m, &d);
		rc = store_put(
		    k->st, WORK(BOX_A, &it, 1, NULL), &k->count, &k->err);
		message_free(m);
	}
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

/* As a user who may not write there. */
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
		BARE(test_lock),
		BARE(test_lock_names),
		BARE(test_lock_planted),
		TEST(test_other_writer),
		TEST(test_locked_too_long),
		TEST(test_transaction_ends),
		TEST(test_work),
		TEST(test_other_reader),
		TEST(test_import_while_writing),
		TEST(test_disk_full),
		BARE(test_not_writable),
	};

	return cmocka_run_group_tests_name("store_file", tests, NULL, NULL);
}
