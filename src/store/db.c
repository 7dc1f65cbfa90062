/*
 * db.c - the connection to the SQLite file.
 * 1. A commit returns after the WAL has been synced (synchronous=FULL), and
 *    only then can another process see it. So a CRM that has read change.seq
 *    N never meets another row N after a power cut.
 * 2. A failed transaction is rolled back at once; nothing of it is left in
 *    the file, and what was pending stays pending.
 * 3. A writer in another process delays us for at most busy_limit, or STOP_WAIT
 *    when our process was asked to end; a reader never does.
 * 4. Another process that waits for the lock only polls for it. So when we have
 *    held it for long, we leave it free for a while.
 * 5. The WAL is checkpointed as far as readers allow. While one reader holds an
 *    old view the WAL has to grow, and the checkpoint is tried again every few
 *    pages.
 * 6. The database, its WAL and its lock are readable by their owner only,
 *    unless the administrator widens the database's mode, or names a group for
 *    it (share.h). SQLite gives the same mode to -wal and -shm; those of an
 *    earlier pass that have another are created anew.
 * 7. Once db_use has been called, no file is created or removed any more: the
 *    WAL and its index are open, and closing leaves them there, empty. Nobody
 *    else can remove them meanwhile, for our connection stays open.
 * 8. No trigger runs: exsync has none, and another's would run with our rights.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/stop.h"
#include "store/db.h"

/*
 * Measured with tests/bench/bench_store.c, 7 KB a mail, CPU against 8 KiB
 * pages: 4 KiB 17 % more after 20,000 mails and 6 % more after 120,000;
 * 16 KiB 8 % less and 10 % more. auto_vacuum costs 1 % of what the store
 * costs (instructions, 1,500 mails); compact.c needs it.
 */
#define SETUP_NEW "PRAGMA page_size=8192;PRAGMA auto_vacuum=INCREMENTAL"
/* SQLite converts it to pages, so it is set again once their size is known */
#define SETUP_CACHE "PRAGMA cache_size=-4096"
#define SETUP                                                                  \
	"PRAGMA foreign_keys=ON;"                                              \
	"PRAGMA synchronous=FULL;"                                             \
	"PRAGMA secure_delete=OFF;"                                            \
	"PRAGMA temp_store=MEMORY;" SETUP_CACHE ";"                            \
	"PRAGMA trusted_schema=OFF;"                                           \
	"PRAGMA journal_size_limit=33554432"

#define BUSY_MAX     60000 /* ms, the contract of store.h */
#define STOP_WAIT    5000  /* ms, when the process was asked to end */
#define TELL_WAIT    3000  /* ms, then the wait is logged */
#define WRITE_MAX    600   /* ms that we hold the lock, about, in a row */
#define LET_READ     1     /* ms that the lock is left to other threads */
#define LEAVE        110   /* ms: sqlite3_busy_timeout polls every 100 */
#define WAL_PAGES    2000  /* checkpoint at 16 MiB of WAL */
#define WAL_AGAIN    500   /* and every 4 MiB beyond */
#define WAL_RESTART  4     /* times WAL_PAGES: wait for readers a little */
#define RESTART_WAIT 100   /* ms */
#define RESTART_GAP  10000 /* ms between two such waits */

static int
busy_max(void)
{
	return fault_int("EXSYNC_BUSY_MS", BUSY_MAX);
}

static int
wal_pages(void)
{
	return fault_int("EXSYNC_WAL_PAGES", WAL_PAGES);
}

/* --- waiting for others ------------------------------------------------ */

/* May we wait on for the lock, after waiting since then? Logs the wait once. */
static bool
may_wait(struct store *st, int64_t since)
{
	int64_t waited = tim_mono() - since;

	if (waited >= st->busy_limit ||
	    (stop_requested() && waited >= STOP_WAIT))
		return false;
	if (waited >= TELL_WAIT && !st->busy_told) {
		st->busy_told = true;
		log_info("%s: another program keeps it locked; waiting for it, "
			 "at most %d s",
		    st->path, busy_max() / 1000);
	}
	return true;
}

/*
 * How long to sleep, in ms, before the n-th attempt to get the lock. Short, so
 * that we have a fair chance against others that wait for the same release.
 */
static int64_t
wait_step(int n)
{
	static const unsigned char ms[] = { 1, 1, 2, 5, 10, 20 };

	return (size_t)n < sizeof(ms) ? ms[n] : 20 + tim_mono() % 31;
}

/*
 * SQLite's busy handler, for opening and checkpoints. Our transactions do not
 * use it: begin_immediate waits by itself.
 */
static int
wait_in_sqlite(void *arg, int n)
{
	struct store *st = arg;

	if (n == 0)
		st->busy_since = tim_mono();
	if (st->beginning || !may_wait(st, st->busy_since))
		return 0;
	tim_sleep(wait_step(n));
	return 1;
}

/* Sleeps, and lets the other threads use the connection meanwhile. */
static void
sleep_unlocked(struct store *st, int64_t ms)
{
	db_unlock(st);
	tim_sleep(ms);
	db_lock(st);
}

static int
on_commit(void *arg, sqlite3 *h, const char *name, int pages)
{
	struct store *st = arg;

	(void)h;
	(void)name;
	st->wal_pages = pages;
	return SQLITE_OK;
}

/*
 * Checkpoints: moves the WAL into the database. A failure does no harm: the
 * next checkpoint or commit fails in the same way and reports it.
 */
static void
move_wal(struct store *st)
{
	int mode = SQLITE_CHECKPOINT_PASSIVE, log = 0, done = 0;

	if (st->wal_pages < wal_pages())
		st->wal_next = wal_pages();
	if (st->wal_pages < st->wal_next)
		return;
	if (st->wal_pages >= WAL_RESTART * wal_pages() &&
	    tim_mono() >= st->restart_at) {
		mode = SQLITE_CHECKPOINT_RESTART;
		st->restart_at = tim_mono() + RESTART_GAP;
		st->busy_limit = RESTART_WAIT;
	}
	fault_point("before checkpoint");
	sqlite3_wal_checkpoint_v2(st->h, "main", mode, &log, &done);
	fault_point("after checkpoint");
	st->busy_limit = busy_max();
	st->wal_next = done < log ? st->wal_pages + WAL_AGAIN : wal_pages();
}

/* --- opening ----------------------------------------------------------- */

/* Creates the file with its mode; SQLite gives -wal and -shm the same one. */
static int
create_file(struct store *st, struct err *err)
{
	/* no O_EXCL: the path may be a link to a file that does not exist */
	int fd = open(st->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int sys = errno;

	if (fd == -1) {
		if (sys == ENOENT || sys == ENOTDIR)
			err_set(err, ERR_FATAL,
			    "%s: its directory does not exist, or that of "
			    "what it links to: create or mount it, or name "
			    "another database",
			    st->path);
		else if (sys == ENOSPC || sys == EDQUOT)
			return db_fail(st, SQLITE_FULL, err);
		else
			err_set(err, ERR_FATAL,
			    "%s: cannot be created: %s: exsync needs the right "
			    "to write in that directory",
			    st->path, strerror(sys));
		return err_code(err, CAUSE_OTHER, "not_writable", SCOPE_ALL);
	}
	fchmod(fd, 0600); /* the umask may have taken rights away */
	close(fd);
	return 0;
}

/*
 * SQLite finds the WAL by the database's name. Opened by another hard link, it
 * misses what still lies in the WAL of the first name, and damages the file.
 */
static int
say_names(struct store *st, struct err *err)
{
	err_set(err, ERR_FATAL,
	    "%s: the file has another name (a hard link), and SQLite keeps its "
	    "WAL beside the name: delete the other name (find -samefile shows "
	    "it), or make it a symbolic link",
	    st->path);
	return err_code(err, CAUSE_OTHER, "hard_link", SCOPE_ALL);
}

/* Checks that the file exists and may be a database; creates a missing one. */
static int
look_at_file(struct store *st, struct err *err)
{
	struct stat s;

	if (stat(st->path, &s) == -1) {
		if (errno != ENOENT || !st->read_only)
			return errno == ENOENT ? create_file(st, err)
					       : db_fail_access(st, errno, err);
		st->in_memory = true;
		return 0;
	}
	if (st->read_only && S_ISREG(s.st_mode) && s.st_size == 0)
		st->in_memory = true;
	if (!S_ISREG(s.st_mode)) {
		err_set(err, ERR_FATAL,
		    "%s: is not a file: name a file as database", st->path);
		return err_code(err, CAUSE_OTHER, "not_a_database", SCOPE_ALL);
	}
	if (!st->read_only && s.st_nlink > 1)
		return say_names(st, err);
	/* SQLite would take a file smaller than its smallest page for empty */
	if (s.st_size > 0 && s.st_size < 512)
		return db_fail(st, SQLITE_NOTADB, err);
	return 0;
}

static int
connect_to(struct store *st, int flags, struct err *err)
{
	int rc = sqlite3_open_v2(st->in_memory ? ":memory:" : st->path, &st->h,
	    flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc != SQLITE_OK)
		return db_fail(st, rc, err);
	sqlite3_extended_result_codes(st->h, 1);
	sqlite3_busy_handler(st->h, wait_in_sqlite, st);
	sqlite3_db_config(st->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(st->h, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	return st->connected == NULL ? 0 : st->connected(st, err);
}

/* In a file that has pages auto_vacuum would write one each time. */
static int
set_up_new(struct store *st, struct err *err)
{
	sqlite3_stmt *s = NULL;
	bool new;
	int rc = sqlite3_prepare_v2(st->h, "PRAGMA page_count", -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	new = rc == SQLITE_ROW &&sqlite3_column_int64(s, 0) == 0;
	if (rc != SQLITE_ROW)
		db_fail(st, rc, err);
	sqlite3_finalize(s);
	if (rc != SQLITE_ROW)
		return -1;
	return new ? db_exec(st, SETUP_NEW, err) : 0;
}

/* Sets WAL mode; the page size of a new file must be set before. */
static int
set_wal(struct store *st, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc;

	if (set_up_new(st, err) == -1)
		return -1;
	rc = sqlite3_prepare_v2(st->h, "PRAGMA journal_mode=WAL", -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc != SQLITE_ROW) {
		db_fail(st, rc, err);
		sqlite3_finalize(s);
		return -1;
	}
	if (strcmp(db_col(s, 0), "wal") != 0) {
		err_set(err, ERR_FATAL,
		    "%s: its file system cannot share memory between programs "
		    "(a network share?): put the database on a local disk",
		    st->path);
		err_code(err, CAUSE_OTHER, "no_wal", SCOPE_ALL);
		sqlite3_finalize(s);
		return -1;
	}
	sqlite3_finalize(s);
	return 0;
}

int
db_open(struct store *st, struct err *err)
{
	int flags =
	    st->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;

	st->busy_limit = busy_max();
	st->wal_next = wal_pages();
	if (look_at_file(st, err) == -1)
		return -1;
	if (st->in_memory)
		flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	if (connect_to(st, flags, err) == -1)
		return -1;
	if (!st->read_only && sqlite3_db_readonly(st->h, "main") == 1)
		return db_fail_access(st, EACCES, err);
	/* the first statement that really reads the file */
	if (db_exec(st, "SELECT count(*) FROM sqlite_master", err) == -1)
		return -1;
	return db_exec(st, SETUP, err);
}

/*
 * Do the WAL and its index, left by an earlier pass, have another mode or group
 * than the database has now?
 */
static bool
is_widened(sqlite3 *h)
{
	static const char *const end[] = { "-wal", "-shm" };
	const char *path = sqlite3_db_filename(h, "main");
	struct stat db, s;
	bool found = false;
	size_t i;

	if (path == NULL || stat(path, &db) == -1)
		return false;
	for (i = 0; i < 2; i++) {
		char *name = mem_printf("%s%s", path, end[i]);

		if (stat(name, &s) == 0)
			found |= ((s.st_mode ^ db.st_mode) & 0777) != 0 ||
				 s.st_gid != db.st_gid;
		free(name);
	}
	return found;
}

/*
 * The WAL's directory entry must survive a power cut. SQLite would sync the
 * directory at the first commit, when the sandbox no longer lets it be opened.
 */
static void
sync_directory(sqlite3 *h)
{
	const char *path = sqlite3_db_filename(h, "main");
	const char *slash = path == NULL ? NULL : strrchr(path, '/');
	char *dir;
	int fd;

	if (slash == NULL)
		return;
	dir = mem_strndup(path, (size_t)(slash - path) + 1);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		fsync(fd);
		close(fd);
	}
	free(dir);
}

int
db_use(struct store *st, struct err *err)
{
	int on = 1;

	if (st->read_only)
		return 0;
	if (is_widened(st->h)) {
		/* the last connection removes them; opening creates new ones */
		db_close(st);
		if (db_open(st, err) == -1)
			return -1;
	}
	if (set_wal(st, err) == -1)
		return -1;
	sqlite3_file_control(st->h, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	sync_directory(st->h);
	sqlite3_wal_hook(st->h, on_commit, st);
	return db_exec(st, SETUP_CACHE, err);
}

void
db_close(struct store *st)
{
	size_t i;

	for (i = 0; i < DB_NSLOT; i++)
		sqlite3_finalize(st->stmt[i]);
	sqlite3_close(st->h);
	st->h = NULL;
}

void
db_lock(struct store *st)
{
	atomic_fetch_add(&st->lock_wanted, 1);
	pthread_mutex_lock(&st->lock);
	atomic_fetch_sub(&st->lock_wanted, 1);
}

void
db_unlock(struct store *st)
{
	pthread_mutex_unlock(&st->lock);
}

/* --- statements -------------------------------------------------------- */

int
db_exec(struct store *st, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(st->h, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : db_fail(st, rc, err);
}

sqlite3_stmt *
db_stmt(struct store *st, enum db_slot slot, const char *sql)
{
	int rc;

	if (st->stmt[slot] != NULL)
		return st->stmt[slot];
	rc = sqlite3_prepare_v3(
	    st->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->stmt[slot], NULL);
	/* kept for db_row, which may run after other statements */
	if (rc != SQLITE_OK)
		st->prepare_rc = rc;
	return st->stmt[slot];
}

void
db_text(sqlite3_stmt *s, int i, const char *text)
{
	sqlite3_bind_text(s, i, text, -1, SQLITE_STATIC);
}

void
db_textn(sqlite3_stmt *s, int i, const char *text, size_t n)
{
	sqlite3_bind_text64(s, i, text, n, SQLITE_STATIC, SQLITE_UTF8);
}

void
db_int(sqlite3_stmt *s, int i, int64_t v)
{
	sqlite3_bind_int64(s, i, v);
}

void
db_intor(sqlite3_stmt *s, int i, int64_t v, int64_t none)
{
	if (v == none)
		sqlite3_bind_null(s, i);
	else
		sqlite3_bind_int64(s, i, v);
}

void
db_time(sqlite3_stmt *s, int i, int64_t t, char *buf)
{
	db_text(s, i, tim_text(t, buf));
}

const char *
db_col(sqlite3_stmt *s, int i)
{
	return (const char *)sqlite3_column_text(s, i);
}

int64_t
db_col_time(sqlite3_stmt *s, int i)
{
	const char *text = db_col(s, i);
	int64_t t;

	return text != NULL && tim_iso(text, &t) ? t : TIM_NONE;
}

int
db_row(struct store *st, sqlite3_stmt *s, struct err *err)
{
	int rc;

	if (s == NULL)
		return db_fail(st, st->prepare_rc, err);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		db_fail(st, rc, err);
	sqlite3_reset(s);
	return rc == SQLITE_DONE ? 0 : -1;
}

int
db_one(struct store *st, sqlite3_stmt *s, int64_t *n, struct err *err)
{
	int r = db_row(st, s, err);

	if (n != NULL)
		*n = r == 1 ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return r;
}

int
db_run(struct store *st, sqlite3_stmt *s, struct err *err)
{
	int r;

	while ((r = db_row(st, s, err)) == 1)
		;
	return r == -1 ? -1 : sqlite3_changes(st->h);
}

int
db_run_int(struct store *st, sqlite3_stmt *s, int64_t n, struct err *err)
{
	db_int(s, 1, n);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* --- transactions ------------------------------------------------------ */

void
db_await_txn(struct store *st)
{
	while (st->lent)
		pthread_cond_wait(&st->returned, &st->lock);
}

void
db_let_read(struct store *st)
{
	struct txn mine = st->txn;

	if (atomic_load(&st->lock_wanted) == 0)
		return;
	st->lent = true;
	sleep_unlocked(st, LET_READ); /* or we would have it again at once */
	st->lent = false;
	st->txn = mine;
	pthread_cond_broadcast(&st->returned);
}

static void
begin_txn(struct txn *t, bool writing)
{
	int64_t now = tim_now();

	memset(t, 0, sizeof(*t));
	t->writing = writing;
	t->today = now / DB_DAY_MS;
	tim_text(now, t->at);
}

static int
begin_read(struct store *st, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_BEGIN_READ, "BEGIN");

	/* inside a transaction that is lent the view is a fixed one as it is */
	if (!st->lent && db_run(st, s, err) == -1)
		return -1;
	begin_txn(&st->txn, false);
	return 0;
}

/*
 * Between two transactions in a row another process would find the lock free
 * only by chance. So after WRITE_MAX this leaves it free for LEAVE.
 */
static void
let_others_in(struct store *st)
{
	int64_t left;

	while ((left = tim_mono() - st->lock_since) < LEAVE) {
		if (st->lock_held < WRITE_MAX)
			return;
		sleep_unlocked(st, LEAVE - left);
	}
	st->lock_held = 0;
}

/*
 * Begins a write transaction. While it waits for another program's lock the
 * store is unlocked, so that our other threads can read meanwhile.
 */
static int
begin_immediate(struct store *st, struct err *err)
{
	int64_t since = tim_mono();
	sqlite3_stmt *s = db_stmt(st, DB_BEGIN, "BEGIN IMMEDIATE");
	int n, rc;

	if (s == NULL)
		return db_fail(st, st->prepare_rc, err);
	for (n = 0;; n++) {
		db_await_txn(st); /* each sleep may have let one begin */
		st->beginning = true;
		rc = sqlite3_step(s);
		st->beginning = false;
		sqlite3_reset(s);
		if (rc == SQLITE_DONE)
			return 0;
		if ((rc & 0xff) != SQLITE_BUSY || !may_wait(st, since))
			return db_fail(st, rc, err);
		sleep_unlocked(st, wait_step(n));
	}
}

/* rc 0: commits. rc -1, or a failed commit: rolls back and returns -1. */
static int
end_txn(struct store *st, int rc, struct err *err)
{
	bool writing = st->txn.writing;
	sqlite3_stmt *s;

	memset(&st->txn, 0, sizeof(st->txn));
	if (st->lent) /* the transaction is another thread's */
		return rc;
	if (rc == 0) {
		if (writing)
			fault_point("before commit");
		s = db_stmt(st, DB_COMMIT, "COMMIT");
		rc = db_run(st, s, err) == -1 ? -1 : 0;
	}
	if (rc == -1) {
		if (!sqlite3_get_autocommit(st->h))
			sqlite3_exec(st->h, "ROLLBACK", NULL, NULL, NULL);
		st->blob_loose = true; /* it may have undone a deletion */
	}
	if (writing) {
		st->lock_held += tim_mono() - st->lock_since;
		st->lock_since = tim_mono();
	}
	if (rc == -1)
		return -1;
	if (writing) {
		fault_point("after commit");
		if (st->pending_committed != NULL)
			st->pending_committed(st);
		move_wal(st);
	}
	return 0;
}

static int
begin_write(struct store *st, struct err *err)
{
	if (st->read_only) {
		if (begin_read(st, err) == -1)
			return -1;
	} else {
		fault_point("before begin");
		let_others_in(st);
		if (begin_immediate(st, err) == -1)
			return -1;
		st->lock_since = tim_mono();
		fault_point("after begin");
	}
	begin_txn(&st->txn, true);
	if (st->pending_write != NULL && st->pending_write(st, err) == -1)
		return end_txn(st, -1, err);
	return 0;
}

int
db_txn(struct store *st, db_work *work, void *arg, struct err *err)
{
	if (begin_write(st, err) == -1)
		return -1;
	return end_txn(st, work(st, arg, err) == -1 ? -1 : 0, err);
}

int
db_txn_read(struct store *st, db_work *work, void *arg, struct err *err)
{
	if (begin_read(st, err) == -1)
		return -1;
	return end_txn(st, work(st, arg, err) == -1 ? -1 : 0, err);
}

int
db_txn_next(struct store *st, struct err *err)
{
	return end_txn(st, 0, err) == -1 ? -1 : begin_write(st, err);
}

int
db_write(struct store *st, db_work *work, void *arg, struct err *err)
{
	int rc;

	if (st->read_only)
		return 0;
	db_lock(st);
	rc = db_txn(st, work, arg, err);
	db_unlock(st);
	return rc;
}

int
db_read(struct store *st, db_work *work, void *arg, struct err *err)
{
	int rc;

	db_lock(st);
	rc = db_txn_read(st, work, arg, err);
	db_unlock(st);
	return rc;
}

int
db_change(struct store *st, const char *entity, const char *id, const char *op,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_CHANGE,
	    "INSERT INTO change(entity,entity_id,op,at) VALUES(?,?,?,?)");

	db_text(s, 1, entity);
	db_text(s, 2, id);
	db_text(s, 3, op);
	db_text(s, 4, st->txn.at);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
db_change_email(struct store *st, int64_t n, const char *entity, const char *op,
    struct err *err)
{
	sqlite3_stmt *s =
	    db_stmt(st, DB_EMAIL_ID, "SELECT id FROM sync_email WHERE n=?");
	int rc;

	db_int(s, 1, n);
	rc = db_row(st, s, err);
	if (rc == 1)
		rc = db_change(st, entity, db_col(s, 0), op, err);
	sqlite3_reset(s);
	return rc;
}
