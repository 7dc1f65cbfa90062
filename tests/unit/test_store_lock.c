/*
 * test_store_lock.c - locks, transactions, and other programs that have the
 * file open.
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
	return k->err.cause == CAUSE_AT_WORK && strstr(k->err.msg, pid) != NULL
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

static void
in_dir(const struct kit *k, const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", k->dir, name);
}

/* What somebody who may only read the database is told: enum store_atwork. */
static int
look(struct kit *k)
{
	struct store *st;
	struct store_last_run run;
	int is;

	st = store_open(k->path, STORE_READ_ONLY, &k->err);
	if (st == NULL || store_last_run(st, &run, &k->err) == -1)
		return 9;
	is = (int)store_at_work(st);
	store_close(st);
	return is + (run.running ? 10 : 0) + (run.cut_off ? 20 : 0);
}

/*
 * Whoever looks sees a pass that is at work, and that it is not when it died;
 * he needs no right to the lock file and keeps nobody from locking.
 */
static void
test_at_work(void **state)
{
	struct kit *k = *state;
	struct kit other = *k;
	struct store_run run;
	struct store *reader;
	char lock[128];

	memset(&run, 0, sizeof(run));
	snprintf(lock, sizeof(lock), "%s.lock", k->path);
	snprintf(other.path, sizeof(other.path), "%s/link.db", k->dir);
	assert_int_equal(symlink(k->path, other.path), 0);
	kit_open(k, 0);
	assert_int_equal(in_child(look, k), STORE_IDLE);
	reader = store_open(k->path, STORE_READ_ONLY, &k->err);
	assert_non_null(reader);
	assert_int_equal(store_at_work(reader), STORE_IDLE);
	OK(k, store_lock(k->st, &k->err));
	assert_int_equal(store_at_work(reader), STORE_AT_WORK);
	assert_int_equal(in_child(try_lock, k), 1);
	assert_int_equal(in_child(look, &other), STORE_AT_WORK);
	assert_int_equal(unlink(lock), 0);
	OK(k, store_run_begin(k->st, &run, &k->err));
	assert_int_equal(in_child(look, k), STORE_AT_WORK + 10);
	/* it dies before it is over */
	store_close(k->st);
	assert_int_equal(store_at_work(reader), STORE_IDLE);
	assert_int_equal(in_child(look, k), STORE_IDLE + 20);
	assert_int_equal(in_child(lock_and_die, k), -1);
	assert_int_equal(in_child(look, k), STORE_IDLE + 20);
	assert_int_equal(in_child(try_lock, k), 0);
	store_close(reader);
	kit_open(k, 0);
}

/* Passes that begin and end, one after the other. */
static int
many_passes(struct kit *k)
{
	struct store_run run;
	struct store *st;
	int i;

	for (i = 0; i < 300; i++) {
		memset(&run, 0, sizeof(run));
		run.outcome = "ok";
		st = store_open(k->path, 0, &k->err);
		if (st == NULL || store_lock(st, &k->err) == -1 ||
		    store_run_begin(st, &run, &k->err) == -1 ||
		    store_run_end(st, &run, &k->err) == -1)
			return 1;
		store_close(st);
	}
	return 0;
}

/* None of them is ever taken for one that was cut off, nor disturbed. */
static void
test_at_work_meanwhile(void **state)
{
	struct kit *k = *state;
	struct store_last_run run;
	struct store *reader;
	pid_t pid;
	int status;

	kit_open(k, 0);
	store_close(k->st);
	k->st = NULL;
	pid = fork();
	if (pid == 0)
		_exit(many_passes(k));
	reader = store_open(k->path, STORE_READ_ONLY, &k->err);
	assert_non_null(reader);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		OK(k, store_last_run(reader, &run, &k->err));
		assert_false(run.cut_off);
	}
	assert_int_equal(status, 0);
	store_close(reader);
	kit_open(k, 0);
}

/* try_lock by another name of the database. */
static int
try_lock_as(struct kit *k, const char *name)
{
	struct kit other = *k;

	snprintf(other.path, sizeof(other.path), "%s/%.30s", k->dir, name);
	return in_child(try_lock, &other);
}

/* Two names of one file have one lock, and never two WALs. */
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

/* A link or file planted in place of the lock is not followed or written. */
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

/* A CRM in another process: runs sql, reports, waits, commits. */
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

/* Lets the CRM commit, after the time that it was given. */
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

/* One of our threads, which wants to write. */
static void *
store_one(void *arg)
{
	struct kit *k = arg;

	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	return NULL;
}

/* While one thread waits for another program, the others read. */
static void
test_reading_while_waiting(void **state)
{
	struct kit *k = *state;
	struct crm crm = crm_begin(k, "BEGIN IMMEDIATE", 0);
	pthread_t thread;
	int64_t from = tim_mono();
	int i;

	assert_int_equal(pthread_create(&thread, NULL, store_one, k), 0);
	for (i = 0; i < 200; i++) {
		assert_false(store_has_message_id(k->st, "<1@x>"));
		tim_sleep(1);
	}
	assert_true(tim_mono() - from < HANG_MS);
	crm_let_go(&crm);
	crm_end(&crm);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
}

/* A lock past the limit is an error, and nothing is half done. */
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

/* Stores a mail of today; -1: that failed. */
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

/* What a transaction read and counted does not leak into the next one. */
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

/* Inserts a row, perhaps another in the next transaction; then its result. */
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

/* Work that fails is rolled back, other work commits; the lock is freed. */
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
 * A CRM imports while we write: from the change rows alone it must get the same
 * mails as the table has, none twice.
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
#define BARE(f) cmocka_unit_test_setup_teardown(f, kit_bare, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BARE(test_lock),
		BARE(test_at_work),
		BARE(test_at_work_meanwhile),
		BARE(test_lock_names),
		BARE(test_lock_planted),
		TEST(test_other_writer),
		TEST(test_reading_while_waiting),
		TEST(test_locked_too_long),
		TEST(test_transaction_ends),
		TEST(test_work),
		TEST(test_other_reader),
		TEST(test_import_while_writing),
	};

	return cmocka_run_group_tests_name("store_lock", tests, NULL, NULL);
}
