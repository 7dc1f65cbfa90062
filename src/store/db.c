/*
 * db.c - the connection to the SQLite file.
 * 1. A commit returns after the WAL has been synced (synchronous=FULL), and
 *    only then can another process see it. So a CRM that has read change.seq
 *    N never meets another row N after a power cut.
 * 2. A failed transaction is rolled back at once; nothing of it is left in
 *    the file, and what was pending stays pending.
 * 3. A writer elsewhere delays us, at most busy_limit, and a process that is
 *    to end at most STOP_WAIT; a reader never does.
 * 4. Whoever waits for the lock elsewhere asks for it now and then only, so
 *    it is left alone for a while when we have had it for long.
 * 5. The WAL is emptied as far as readers allow. While one reader holds an
 *    old view the WAL must grow; it is asked for again every few pages.
 * 6. The database, its WAL and its lock are readable by their owner only,
 *    unless the administrator widens the database's mode (SQLite gives its
 *    companions the same one; those of a pass before are made anew then).
 * 7. Once db_use has been called no file is created or removed any more: WAL
 *    and its index are open, and our end leaves them, empty. Nobody else can
 *    remove them meanwhile, for our connection stays open.
 * 8. No trigger runs: ours are none, and another's would run with our rights.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/stop.h"
#include "store/db.h"

/*
 * Measured with tests/bench/bench_store.c, 7 KB a mail, CPU against 8 KiB
 * pages: 4 KiB 17 % more after 20,000 mails and 6 % more after 120,000;
 * 16 KiB 8 % less and 10 % more.
 */
#define SETUP_NEW "PRAGMA page_size=8192"
/* counted in pages when it is set: again once the page size is known */
#define SETUP_CACHE "PRAGMA cache_size=-4096"
#define SETUP                                                                  \
	"PRAGMA foreign_keys=ON;"                                              \
	"PRAGMA synchronous=FULL;"                                             \
	"PRAGMA secure_delete=OFF;"                                            \
	"PRAGMA temp_store=MEMORY;" SETUP_CACHE ";"                            \
	"PRAGMA trusted_schema=OFF;"                                           \
	"PRAGMA journal_size_limit=33554432"

#define BUSY_MAX     60000 /* ms, the contract of store.h */
#define STOP_WAIT    5000  /* ms, of a process that is to end */
#define TELL_WAIT    3000  /* ms, then a person wants to know */
#define WRITE_MAX    600   /* ms in a row, about, then others come in */
#define LEAVE        110   /* ms: sqlite3_busy_timeout asks every 100 */
#define WAL_PAGES    2000  /* checkpoint at 16 MiB of WAL */
#define WAL_AGAIN    500   /* and every 4 MiB beyond */
#define WAL_RESTART  4     /* times that: then wait for readers a little */
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

/* --- errors ------------------------------------------------------------ */

static int
say_full(struct store *st, struct err *err)
{
	err_set(err, ERR_FATAL,
	    "%s: no room to write (disk full, quota or file size limit): make "
	    "room where the file lies, then run again; everything written so "
	    "far is safe",
	    st->path);
	return err_code(err, CAUSE_OTHER, "disk_full", SCOPE_ALL);
}

/* As db_whose; what: how the file is called. */
static const char *
whose_file(const char *path, const char *what, char *out, size_t size)
{
	struct stat s;
	uid_t me = geteuid();

	*out = '\0';
	if (me != 0 && stat(path, &s) == 0 && s.st_uid != me)
		snprintf(out, size,
		    "; %s belongs to user %u%s and this is user %u: run "
		    "exsync as the same user always, or give it the files "
		    "(chown)",
		    what, (unsigned)s.st_uid, s.st_uid == 0 ? " (root)" : "",
		    (unsigned)me);
	return out;
}

const char *
db_whose(const char *path, char *out, size_t size)
{
	return whose_file(path, "it", out, size);
}

/* The same of the database, or else of what lies beside it. */
static const char *
whose_files(const struct store *st, char *out, size_t size)
{
	static const char *const what[] = { "-wal", "-shm" };
	char *real = realpath(st->path, NULL), *name;
	size_t i;

	db_whose(st->path, out, size);
	for (i = 0; *out == '\0' && real != NULL && i < 2; i++) {
		name = mem_printf("%s%s", real, what[i]);
		whose_file(name, what[i], out, size);
		free(name);
	}
	free(real);
	return out;
}

static int
say_access(struct store *st, int sys, struct err *err)
{
	struct statvfs fs;
	char owner[200];

	/* SQLite tells no more than that it may not */
	if (statvfs(st->path, &fs) == 0 && (fs.f_flag & ST_RDONLY))
		sys = EROFS;
	/* whoever only reads a WAL database writes beside it, too */
	err_set(err, ERR_FATAL,
	    "%s: cannot be opened%s%s%s: exsync needs the right to "
	    "write this file and to create files beside it (-wal, -shm)%s%s",
	    st->path, st->read_only ? "" : " for writing", sys != 0 ? ": " : "",
	    sys != 0 ? strerror(sys) : "",
	    whose_files(st, owner, sizeof(owner)),
	    st->confined ? "; or its sandbox is in the way, which lets it "
			   "create no file once a pass has begun: run again, "
			   "or write sandbox = no in [exsync]"
			 : "");
	return err_code(err, CAUSE_OTHER, "not_writable", SCOPE_ALL);
}

static int
say_io(struct store *st, int rc, int sys, struct err *err)
{
	if (sys == ENOSPC || sys == EFBIG || sys == EDQUOT)
		return say_full(st, err);
	if (sys == EACCES || sys == EPERM || sys == EROFS)
		return say_access(st, sys, err);
	err_set(err, ERR_FATAL,
	    "%s: the disk failed: %s%s%s: look at the system's log; everything "
	    "written so far is safe as far as the disk is",
	    st->path, sqlite3_errstr(rc), sys != 0 ? ": " : "",
	    sys != 0 ? strerror(sys) : "");
	return err_code(err, CAUSE_OTHER, "disk_error", SCOPE_ALL);
}

int
db_fail(struct store *st, int rc, struct err *err)
{
	int sys = errno;

	/* not told for a write that failed inside a statement */
	if (st->h != NULL && sqlite3_system_errno(st->h) != 0)
		sys = sqlite3_system_errno(st->h);

	switch (rc & 0xff) {
	case SQLITE_FULL:
		return say_full(st, err);
	case SQLITE_IOERR:
		return say_io(st, rc, sys, err);
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		if (sys == ENOSPC || sys == EDQUOT)
			return say_full(st, err);
		return say_access(st, sys == ENOENT ? 0 : sys, err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		if (stop_requested())
			err_set(err, ERR_FATAL,
			    "%s: another program keeps it locked, and exsync "
			    "was interrupted while it waited",
			    st->path);
		else
			err_set(err, ERR_FATAL,
			    "%s: another program has kept it locked for longer "
			    "than %d s: end that program's transaction, then "
			    "run again",
			    st->path, busy_max() / 1000);
		return err_code(err, CAUSE_OTHER, "busy", SCOPE_ALL);
	case SQLITE_NOTADB:
		err_set(err, ERR_FATAL,
		    "%s: is not an SQLite database; it was left as it is: "
		    "name another file as database, or move this one away",
		    st->path);
		return err_code(err, CAUSE_OTHER, "not_a_database", SCOPE_ALL);
	case SQLITE_CORRUPT:
		err_set(err, ERR_FATAL,
		    "%s: is damaged (%s); it was left as it is: move it away "
		    "together with its -wal and -shm (they would damage what "
		    "takes its place), then restore it from a backup, or just "
		    "run again and all mail is read anew",
		    st->path, sqlite3_errmsg(st->h));
		return err_code(err, CAUSE_OTHER, "corrupt", SCOPE_ALL);
	case SQLITE_NOMEM:
		err_set(err, ERR_FATAL, "%s: out of memory", st->path);
		return err_code(err, CAUSE_MEMORY, "memory", SCOPE_ALL);
	}
	err_set(err, ERR_FATAL, "%s: %s (SQLite %d)", st->path,
	    st->h != NULL ? sqlite3_errmsg(st->h) : sqlite3_errstr(rc), rc);
	return err_code(err, CAUSE_OTHER, "sqlite", SCOPE_ALL);
}

/* --- waiting for others ------------------------------------------------ */

/* Short sleeps: whoever waits with us has the same chance at each release. */
static int
busy_wait(void *arg, int n)
{
	static const unsigned char ms[] = { 1, 1, 2, 5, 10, 20 };
	struct store *st = arg;
	int64_t now = tim_mono();

	if (n == 0)
		st->busy_since = now;
	now -= st->busy_since;
	if (now >= st->busy_limit || (stop_requested() && now >= STOP_WAIT))
		return 0;
	if (now >= TELL_WAIT && !st->busy_told) {
		st->busy_told = true;
		log_info("%s: another program keeps it locked; waiting for it, "
			 "at most %d s",
		    st->path, busy_max() / 1000);
	}
	tim_sleep((size_t)n < sizeof(ms) ? ms[n] : 20 + now % 31);
	return 1;
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
 * Moves the WAL into the database. A failure is no loss: the next one, or
 * the next commit, finds the same trouble and says it.
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

/* Creates the file with its mode; SQLite's companions inherit that. */
static int
create_file(struct store *st, struct err *err)
{
	/* no O_EXCL: it may be a link to where a file is to be */
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
			return say_full(st, err);
		else
			err_set(err, ERR_FATAL,
			    "%s: cannot be created: %s: exsync needs the right "
			    "to write in that directory",
			    st->path, strerror(sys));
		return err_code(err, CAUSE_OTHER, "not_writable", SCOPE_ALL);
	}
	fchmod(fd, 0600); /* whatever the umask took away */
	close(fd);
	return 0;
}

/*
 * What was written under one name may still lie in the WAL beside that name:
 * under another one SQLite does not see it, and damages both.
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

/* Is there a file, and may it be a database? */
static int
look_at_file(struct store *st, struct err *err)
{
	struct stat s;

	if (stat(st->path, &s) == -1) {
		if (errno != ENOENT || !st->read_only)
			return errno == ENOENT ? create_file(st, err)
					       : say_access(st, errno, err);
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
	/* SQLite takes less than its smallest page for an empty database */
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
	sqlite3_busy_handler(st->h, busy_wait, st);
	sqlite3_db_config(st->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(st->h, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	return 0;
}

/* WAL, which a new file is given here; page size comes before it. */
static int
set_wal(struct store *st, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc;

	if (db_exec(st, SETUP_NEW, err) == -1)
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
		return say_access(st, EACCES, err);
	/* asks the file itself for the first time */
	if (db_exec(st, "SELECT count(*) FROM sqlite_master", err) == -1)
		return -1;
	return db_exec(st, SETUP, err);
}

/*
 * Do WAL and index of a pass before have another mode or group than the
 * database has by now?
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
 * SQLite would do it with the first commit, when this process may not open a
 * directory any more: that the WAL exists must outlive a power cut.
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
		/* the last to close removes them; opened they are new ones */
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
	pthread_mutex_lock(&st->lock);
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
	/* kept, for db_row comes when other statements have run */
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

	if (db_run(st, s, err) == -1)
		return -1;
	begin_txn(&st->txn, false);
	return 0;
}

/*
 * Between two transactions in a row nobody else would find the lock free but
 * by chance.
 */
static void
let_others_in(struct store *st)
{
	int64_t left = tim_mono() - st->lock_since;

	if (st->lock_held >= WRITE_MAX && left < LEAVE) {
		tim_sleep(LEAVE - left);
		left = LEAVE;
	}
	if (left >= LEAVE)
		st->lock_held = 0;
}

/* rc 0: commits; otherwise or when that fails: rolls back and returns -1. */
static int
end_txn(struct store *st, int rc, struct err *err)
{
	bool writing = st->txn.writing;
	sqlite3_stmt *s;

	memset(&st->txn, 0, sizeof(st->txn));
	if (rc == 0) {
		if (writing)
			fault_point("before commit");
		s = db_stmt(st, DB_COMMIT, "COMMIT");
		rc = db_run(st, s, err) == -1 ? -1 : 0;
	}
	if (rc == -1) {
		if (!sqlite3_get_autocommit(st->h))
			sqlite3_exec(st->h, "ROLLBACK", NULL, NULL, NULL);
		st->blob_loose = true; /* what was undone is not known */
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
	sqlite3_stmt *s;

	if (st->read_only) {
		if (begin_read(st, err) == -1)
			return -1;
	} else {
		fault_point("before begin");
		let_others_in(st);
		s = db_stmt(st, DB_BEGIN, "BEGIN IMMEDIATE");
		if (db_run(st, s, err) == -1)
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
