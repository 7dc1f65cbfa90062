/*
 * db.h - what the files of store/ share: the open file and its statements.
 * Floor: store; nobody else includes it.
 * Threads: everything here wants the lock of the struct store held
 * (db_lock), unless said otherwise.
 *
 * Statements are prepared once and kept, one slot each. Bound text is
 * borrowed (SQLITE_STATIC): it must live until the statement has run, and
 * every parameter is bound again before each run. A statement that could not
 * be prepared is NULL: binding to it does nothing, running it fails with the
 * reason.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/tim.h"
#include "store/spool.h"
#include "store/store.h"

enum db_slot {
	DB_BEGIN,
	DB_BEGIN_READ,
	DB_COMMIT,
	DB_CHANGE,
	DB_META_GET,
	DB_PARTY_LIST,
	DB_PARTY_CSV,
	DB_PARTY_PUT,
	DB_PARTY_DELETE,
	DB_MAILBOX_GET,
	DB_MAILBOX_PUT,
	DB_MAILBOX_DONE,
	DB_LASTING_GET,
	DB_LASTING_PUT,
	DB_LASTING_FORGET,
	DB_LASTING_STATE,
	DB_MAILBOX_TESTED,
	DB_FOLDER_LIST,
	DB_FOLDER_INSERT,
	DB_FOLDER_UPDATE,
	DB_FOLDER_GONE,
	DB_FOLDER_WALK_ALL,
	DB_FOLDER_FORGET,
	DB_FOLDER_AGAIN,
	DB_FOLDER_LEFT,
	DB_FOLDER_TOTAL,
	DB_DECISION_NEW,
	DB_DECISION_GET,
	DB_DECISION_SET,
	DB_DECISION_EMAIL,
	DB_DECISION_STAMP,
	DB_DECISION_GONE,
	DB_DECISION_DOUBT,
	DB_DECISION_KEY,
	DB_DECISION_READ,
	DB_DECISION_FOLDER,
	DB_DECISION_COUNT,
	DB_DECISION_KEPT,
	DB_PEOPLE_CSV,
	DB_PEOPLE_HAD,
	DB_PEOPLE_NOW,
	DB_PEOPLE_LOST,
	DB_PEOPLE_KEPT,
	DB_PEOPLE_DROP,
	DB_PEOPLE_PUT,
	DB_PEOPLE_DIFFER,
	DB_BASIS_GET,
	DB_BASIS_PUT,
	DB_RECONSIDER_SCAN,
	DB_ANEW_PUT,
	DB_ANEW_LIST,
	DB_ANEW_DELETE,
	DB_FAILURE_PUT,
	DB_FAILURE_DELETE,
	DB_FAILURE_DUE,
	DB_FAILURE_SPARE,
	DB_FAILURE_FINAL,
	DB_FAILURE_MOVING,
	DB_FAILURE_MOVED,
	DB_WALK_GET,
	DB_WALK_BEGIN,
	DB_WALK_END,
	DB_WALK_CURSOR,
	DB_WALK_COMPARE,
	DB_VERIFY_FOLDERS,
	DB_VERIFY_CURSOR,
	DB_VERIFY_LISTED,
	DB_VERIFY_ROWS,
	DB_VERIFY_UNDECIDE,
	DB_STRAY_GET,
	DB_STRAY_MET,
	DB_STRAY_ASKED,
	DB_STRAY_SETTLED,
	DB_STRAY_FORGET,
	DB_AHEAD_NOTE,
	DB_AHEAD_FIRST,
	DB_AHEAD_DROP,
	DB_EMAIL_NEXT,
	DB_EMAIL_INSERT,
	DB_EMAIL_FIND,
	DB_EMAIL_VARIANTS,
	DB_EMAIL_LOAD,
	DB_EMAIL_HEAD,
	DB_EMAIL_WRITE,
	DB_EMAIL_BODY,
	DB_EMAIL_SUM,
	DB_EMAIL_SUM_SET,
	DB_EMAIL_RENAME,
	DB_EMAIL_ACKED,
	DB_EMAIL_ID,
	DB_GONE_ITEMS,
	DB_GONE_FAILURE,
	DB_GONE_DECIDE,
	DB_GONE_EDITION,
	DB_GONE_EDITION_ROW,
	DB_GONE_COPIES,
	DB_GONE_LINKS,
	DB_GONE_THREAD,
	DB_GONE_GROUP,
	DB_GONE_LAST,
	DB_GONE_EMAIL,
	DB_GONE_SIZE,
	DB_GONE_SHARED,
	DB_AGE_MARKS,
	DB_AGE_ENTER,
	DB_AGE_MARK,
	DB_AGE_CHANGED,
	DB_AGE_OLD,
	DB_AGE_DROP,
	DB_AGE_LATER,
	DB_AGE_GROUP,
	DB_AGE_NEWEST,
	DB_AGE_MEMBERS,
	DB_AGE_TOTAL,
	DB_AGE_COUNT,
	DB_AGE_RECENT,
	DB_HISTORY_CHANGES,
	DB_HISTORY_CHANGE,
	DB_HISTORY_RUN,
	DB_HISTORY_WANTED,
	DB_HISTORY_ALERT,
	DB_HISTORY_GONE,
	DB_HISTORY_DECISION,
	DB_HISTORY_LATE,
	DB_COMPACT_PAGE,
	DB_COMPACT_KIND,
	DB_COMPACT_FREE,
	DB_COMPACT_SLICE,
	DB_THREAD_MARKS,
	DB_THREAD_KEYS,
	DB_THREAD_ENTER,
	DB_THREAD_MARK,
	DB_THREAD_LEAVE,
	DB_THREAD_JOIN,
	DB_TEXT_MARK, /* of mails; the next, here and below: editions */
	DB_TEXT_MARK_EDITION,
	DB_TEXT_SCAN,
	DB_TEXT_SCAN_EDITION,
	DB_TEXT_FILL,
	DB_TEXT_FILL_EDITION,
	DB_TEXT_SET,
	DB_TEXT_SET_EDITION,
	DB_COPY_INSERT,
	DB_COPY_BACK,
	DB_COPY_UPDATE,
	DB_COPY_GONE,
	DB_COPY_READ,
	DB_COPY_OWN,
	DB_COPY_GET,
	DB_COPY_OTHERS,
	DB_COPY_RECALL,
	DB_COPY_UNREAD,
	DB_COPY_LOST,
	/* pairs: for a mail, then for an edition (parts.c) */
	DB_PARTY_OF_MAIL,
	DB_PARTY_OF_EDITION,
	DB_PARTY_LIST_MAIL,
	DB_PARTY_LIST_EDITION,
	DB_PARTY_GONE_MAIL,
	DB_PARTY_GONE_EDITION,
	DB_ATT_OF_MAIL,
	DB_ATT_OF_EDITION,
	DB_ATT_LIST_MAIL,
	DB_ATT_LIST_EDITION,
	DB_ATT_BLOBS_MAIL,
	DB_ATT_BLOBS_EDITION,
	DB_ATT_GONE_MAIL,
	DB_ATT_GONE_EDITION,
	DB_LINK_INSERT,
	DB_LINK_LIST,
	DB_LINK_DELETE,
	DB_LINK_OUTDATE,
	DB_LINK_PEOPLE,
	DB_LINK_PERSON,
	DB_LINK_PLACES,
	DB_LINK_UNLINKED,
	DB_RENEW_LAST,
	DB_RENEW_BOXES,
	DB_RENEW_ALL,
	DB_RENEW_NAMED,
	DB_RENEW_PLACED,
	DB_PARTY_COPY,
	DB_ATT_COPY,
	DB_EDITION_ANY,
	DB_EDITION_LIST,
	DB_EDITION_FIND,
	DB_EDITION_INSERT,
	DB_EDITION_SPLIT,
	DB_EDITION_COPIES,
	DB_EDITION_LOAD,
	DB_EDITION_MERGE,
	DB_EDITION_OWN,
	DB_EDITION_WRITE,
	DB_EDITION_SHOWN,
	DB_EDITION_DELETE,
	DB_EDITION_LEAVE,
	DB_EDITION_SHOW,
	DB_EDITION_IS_SHOWN,
	DB_BLOB_FIND,
	DB_BLOB_INSERT,
	DB_BLOB_LOOSE,
	DB_BLOB_N,
	DB_BLOB_REFER,
	DB_BLOB_WANTED,
	DB_BLOB_RELEASE,
	DB_BLOB_LET_GO,
	DB_BLOB_UNUSED,
	DB_BLOB_UNCOUNT,
	DB_BLOB_DELETE,
	DB_RUN_BEFORE,
	DB_RUN_STALE,
	DB_RUN_BEGIN,
	DB_RUN_END,
	DB_RUN_LAST,
	DB_RUN_OVER,
	DB_RUN_ROWS,
	DB_RUN_LATEST,
	DB_RUN_DROP,
	DB_RUN_DIED,
	DB_RUN_WANTED,
	DB_RUN_UNWANTED,
	DB_ALERT_OPEN,
	DB_ALERT_COUNT,
	DB_ALERT_INSERT,
	DB_ALERT_RESOLVE,
	DB_CAUSE_LIST,
	DB_CAUSE_OF,
	DB_CAUSE_PUT,
	DB_CAUSE_OVER,
	DB_NEWS_ADD,
	DB_NEWS_LIST,
	DB_NEWS_TOLD,
	DB_LOGIN_GET,
	DB_LOGIN_PUT,
	DB_LOGIN_FORGET,
	DB_LOGIN_FORGET_ALL,
	DB_LOGIN_ANY,
	DB_BOX_MISSING,
	DB_BOX_NOTE,
	DB_BOX_LIST,
	DB_BOX_STATES,
	DB_BOX_LEAVE,
	DB_DAY_ADD,
	DB_DAY_PLACE,
	DB_DAY_PRUNE,
	DB_DAY_LIST,
	DB_ADMIN_STATE,
	DB_ADMIN_KNOWN,
	DB_ADMIN_RESYNC,
	DB_ADMIN_RETRY,
	DB_ADMIN_WHY,
	DB_ADMIN_WHY_COUNT,
	DB_ADMIN_WHY_ADDRESS,
	DB_ADMIN_NAMELESS,
	DB_FORGET_ALERT,
	DB_FORGET_ALERT_ADVICE,
	DB_FORGET_CAUSE,
	DB_FORGET_CAUSE_ADVICE,
	DB_FORGET_COLUMNS,
	DB_FORGET_COPIES,
	DB_FORGET_CSV,
	DB_FORGET_DECISIONS,
	DB_FORGET_EDITIONS,
	DB_FORGET_END,
	DB_FORGET_FAILURE,
	DB_FORGET_FAILURE_ID,
	DB_FORGET_FAILURE_SUBJECT,
	DB_FORGET_FILES,
	DB_FORGET_GROUP,
	DB_FORGET_HEIR,
	DB_FORGET_HEIRS,
	DB_FORGET_INHERIT,
	DB_FORGET_IS_BLANK,
	DB_FORGET_IS_MAILBOX,
	DB_FORGET_FOLDER,
	DB_FORGET_EXPIRED,
	DB_FORGET_CATEGORIES,
	DB_FORGET_ITEMS,
	DB_FORGET_LAST,
	DB_FORGET_LOGIN,
	DB_FORGET_MAILBOX,
	DB_FORGET_MARKS,
	DB_FORGET_NAMES,
	DB_FORGET_NOTE,
	DB_FORGET_OWNER,
	DB_FORGET_PARTY,
	DB_FORGET_PEOPLE,
	DB_FORGET_RENAME,
	DB_FORGET_SPAN,
	DB_FORGET_WITHDRAW,
	DB_FORGET_WRITE,
	DB_UNFORGET_MAILBOXES,
	DB_UNFORGET_UNREAD,
	DB_NSLOT
};

struct pending;   /* mailbox.c */
struct put;       /* put.c */
struct blob_held; /* blob.c */

#define DB_DAYS   31 /* days that day.c counts */
#define DB_DAY_MS INT64_C(86400000)

/* variant.c: the mail that has the id of a key. */
struct db_owner {
	int64_t n; /* 0: not known */
	int64_t sent_at;
	char id[33]; /* the id that it would have as a variant */
};

/*
 * The state of the transaction under way, of reading or writing. The begin
 * initialises it and the end clears it (db.c), so it never holds anything from
 * an earlier transaction, which may have been rolled back, or whose rows
 * another process may have changed.
 */
struct txn {
	bool writing;       /* db_txn */
	char at[TIM_TEXT];  /* when it began, as the tables show times */
	int64_t today;      /* the same as a day since 1970 (day.c) */
	int64_t next_email; /* next sync_email.n; 0: not read yet */
	int64_t handled;    /* bytes that it has read or written, about */
	/*
	 * A cache: the owner of the last key that had variants (variant.c).
	 * email_write of that mail clears it.
	 */
	struct db_owner owner;
	/*
	 * New mails of one mailbox, of today, yesterday, ...: day_write writes
	 * these counts and sets them to 0.
	 */
	int day_n[DB_DAYS];
};

struct store {
	pthread_mutex_t lock;
	atomic_int lock_wanted; /* threads that wait in db_lock */
	/*
	 * A thread left its write transaction open and released the lock
	 * (db_let_read), so others may read, but begin no transaction.
	 */
	bool lent;
	pthread_cond_t returned; /* lent is false again */
	char *path;
	sqlite3 *h;
	bool read_only;
	bool in_memory; /* read only, and there is no file */
	bool confined;  /* store_confine */
	int lock_fd;    /* store_lock, or -1 */
	int sign_fd;    /* atwork.c, or -1 */
	sqlite3_stmt *stmt[DB_NSLOT];
	int prepare_rc; /* SQLite's code when the last prepare failed */

	/* put.c: store_put calls that wait to be written together */
	pthread_mutex_t put_lock; /* guards the queue, putting and results */
	pthread_cond_t put_done;
	struct put *put_first, *put_last;
	bool putting; /* a thread is writing them */

	struct txn txn; /* under way, or zero */

	/* mailbox.c: status not yet written; the next commit writes it */
	struct pending *pending;
	/*
	 * Callbacks for what waits for a commit: pending_write writes it in the
	 * transaction under way, pending_committed discards it afterwards.
	 * store_open sets them (mailbox.h); NULL: nothing ever waits.
	 */
	int (*pending_write)(struct store *, struct err *);
	void (*pending_committed)(struct store *);
	/*
	 * Gives a connection the SQL functions that statements use
	 * (mailtext.h). Called at each one that is opened, for db_use may open
	 * a second.
	 */
	int (*connected)(struct store *, struct err *);
	/* the HMAC key of decision.parties; read once, it never changes */
	unsigned char key[32];
	struct spool spool;      /* for large contents on their way */
	struct blob_held **held; /* blob.c: contents of messages on their way */
	size_t nheld, held_now;
	struct map held_map;
	/*
	 * Some content may have lost its last row. Setting this without need
	 * only costs work. It is set when a content is released, and after a
	 * rollback, which may have undone a deletion; blob_prune clears it.
	 */
	bool blob_loose;

	int64_t thread_new; /* mails that thread.c has not entered yet, about */

	int64_t busy_limit, busy_since; /* ms */
	bool beginning;     /* in BEGIN: SQLite must not wait by itself */
	int64_t lock_since; /* ms: when the write lock was taken or released */
	int64_t lock_held;  /* ms we held it since others last had a turn */
	bool busy_told;     /* a wait was logged */
	int wal_pages;      /* in the WAL at the last commit */
	int wal_next;       /* checkpoint at this many pages */
	int64_t restart_at; /* no restarting checkpoint before this time */
	const struct party_dir *people; /* store_people_use; or NULL */
	struct buf scratch;             /* empty again before each use */
};

/* --- what went wrong (db_error.c) --------------------------------------- */

/* Sets err from the connection's last error: a sentence with what to do. */
int db_fail(struct store *, int rc, struct err *);
/* The same for a failed access; sys: the errno, or 0 when it is not known. */
int db_fail_access(struct store *, int sys, struct err *);
/*
 * For an error about the file: "; it belongs to ..." when the file is another
 * user's and we are not root; else "". Returns out.
 */
const char *db_whose(const char *path, char *out, size_t size);

/* --- the file (db.c) --------------------------------------------------- */

/* Opens the connection and sets it up; see store_open for the errors. */
int db_open(struct store *, struct err *);
/*
 * Prepares the file for writing: WAL mode. Only after a check that it is
 * exsync's.
 */
int db_use(struct store *, struct err *);
void db_close(struct store *);

void db_lock(struct store *);
void db_unlock(struct store *);

int db_exec(struct store *, const char *sql, struct err *);

/* The slot's statement, prepared at the first call. */
sqlite3_stmt *db_stmt(struct store *, enum db_slot, const char *sql);
void db_text(sqlite3_stmt *, int, const char *); /* NULL is NULL */
void db_textn(sqlite3_stmt *, int, const char *, size_t);
void db_int(sqlite3_stmt *, int, int64_t);
/* Binds v, or NULL when v equals none. */
void db_intor(sqlite3_stmt *, int, int64_t v, int64_t none);
/* The time as text; buf has TIM_TEXT bytes and lives like the text. */
void db_time(sqlite3_stmt *, int, int64_t, char *buf);
/* Column as text, NULL for NULL; valid until the next step or reset. */
const char *db_col(sqlite3_stmt *, int);
int64_t db_col_time(sqlite3_stmt *, int); /* TIM_NONE for NULL */

/* Runs to the end. -1, or how many rows it changed. */
int db_run(struct store *, sqlite3_stmt *, struct err *);
/* The same with n as its only parameter. 0, or -1. */
int db_run_int(struct store *, sqlite3_stmt *, int64_t n, struct err *);
/*
 * 1: a row; 0: the end; -1. Resets the statement at 0 and -1; who stops earlier
 * calls sqlite3_reset.
 */
int db_row(struct store *, sqlite3_stmt *, struct err *);
/*
 * The same for a query of at most one row; the statement is reset then. n,
 * unless NULL: its first column, or 0 if there is no row.
 */
int db_one(struct store *, sqlite3_stmt *, int64_t *n, struct err *);

/* The work of a transaction. -1: roll back; anything else: commit. */
typedef int db_work(struct store *, void *arg, struct err *);
/*
 * A write transaction. Waits for other writers up to a minute; the lock of
 * db_lock is released meanwhile, so what the caller has read before may be
 * outdated when the work begins, and `scratch` may hold something else. What is
 * pending is written first. In a read-only store it is a read transaction.
 * -1: the begin, the work or the commit failed, and all is rolled back.
 */
int db_txn(struct store *st, db_work *work, void *arg, struct err *err);
/* A read transaction: one consistent view of the file. */
int db_txn_read(struct store *st, db_work *work, void *arg, struct err *err);
/*
 * Inside the work of db_txn: commits what is done so far and begins another
 * transaction. -1: no transaction is under way now; the work must return -1.
 */
int db_txn_next(struct store *, struct err *);
/*
 * Inside the work of db_txn, between two steps of long work: other threads that
 * wait for the lock may read now. They see what this transaction has written so
 * far, so it must be nothing that a reader takes for settled (a content that no
 * row refers to). Their own write transactions begin when this one has ended.
 */
void db_let_read(struct store *);
/*
 * Waits until no transaction of another thread is open: what is read from now
 * on has been committed. Releases the lock meanwhile.
 */
void db_await_txn(struct store *);
/*
 * db_txn and db_txn_read for callers that do not hold the lock. db_write does
 * nothing in a read-only store, and returns 0.
 */
int db_write(struct store *st, db_work *work, void *arg, struct err *err);
int db_read(struct store *st, db_work *work, void *arg, struct err *err);

/* Inserts a row into table change. */
int db_change(struct store *, const char *entity, const char *id,
    const char *op, struct err *);
/* The same about mail n: the id is its email.id. */
int db_change_email(struct store *, int64_t n, const char *entity,
    const char *op, struct err *);

#endif
