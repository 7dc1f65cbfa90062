/*
 * store.h - the SQLite file: the contract with the CRM.
 * Floor: store. The only place that includes sqlite3.h.
 * Threads: one locked object; every function may be called from any thread
 * and is one transaction unless said otherwise. Nobody holds a transaction
 * while waiting for the network.
 *
 * Errors: ERR_FATAL with the file's name: disk full, corrupt, newer version,
 * locked by another program for longer than 60 s. A failed call changed
 * nothing, but for those that may have to write much (store_put, and folders
 * that go): they let others write meanwhile, and of one that fails there may
 * be what a crash would leave.
 *
 * Every write is idempotent by key: the same call again creates no row and
 * no change.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/stream.h"
#include "core/match.h"
#include "core/model.h"
#include "core/party.h"
#include "core/provider.h"

struct store;

#define STORE_READ_ONLY                                                        \
	1 /* --dry-run: every write is left out; a file
				 * that does not exist is an empty one */

/*
 * Opens or creates, checks user_version, migrates. Does not take the pass
 * lock.
 */
struct store *store_open(const char *path, int flags, struct err *);
void store_close(struct store *);
/*
 * The lock against a second pass: path.lock (of the path that links lead to),
 * an advisory file lock that dies with the process. -1 ERR_FATAL
 * CAUSE_AT_WORK: another exsync holds it, err names its pid.
 */
int store_lock(struct store *, struct err *);
/*
 * The sandbox is about to close: then this process may write the files that it
 * has (the database, its -wal, -shm and .lock), and can neither create nor
 * remove one. What will be needed is opened; errors about files say that this
 * may be why. After store_lock.
 */
void store_confine(struct store *);
/* The DDL with a comment per column (--schema). Needs no file. */
void store_schema(FILE *);
int store_version(void); /* the user_version this program writes */

/* --- whom the CRM knows ------------------------------------------------ */

/*
 * Makes the rows of table party that came from CSV files equal to list;
 * rows the CRM wrote itself stay. NULL list: only the CRM's rows remain.
 */
int store_party_sync(struct store *, const struct party_list *, struct err *);
/*
 * All rows, normalised; rows whose address is none are passed over, with a
 * word in the log unless it is empty.
 */
int store_party_list(struct store *, struct party_list *out, struct err *);

/* --- mailboxes --------------------------------------------------------- */

struct store_mailbox {
	char state[12];     /* waiting, testing, enabled, disabled,
				 * failing */
	int64_t passes;     /* finished so far */
	int64_t last_ok_at; /* TIM_NONE: never */
	int64_t retry_at;   /* leave it alone until then; TIM_NONE */
};

/*
 * Registers a mailbox of the configuration (state enabled, or waiting when
 * approval is manual) or brings its profile, type and crm_id up to date,
 * and reads what is known of it.
 */
int store_mailbox_get(struct store *, const struct conf_mailbox *,
    const char *crm_id, struct store_mailbox *out, struct err *);
/*
 * The end of a pass over one mailbox. fault NULL: good (last_ok_at, state
 * enabled, error cleared). retry_at: TIM_NONE or when to try again. Written
 * with the next commit or after a second at the latest (10,000 idle
 * mailboxes must not cost 10,000 fsyncs); store_flush writes at once.
 */
int store_mailbox_done(struct store *, const char *address,
    const struct err *fault, int64_t retry_at, struct err *);
int store_flush(struct store *, struct err *);

/* --- folders ----------------------------------------------------------- */

/*
 * What a call changed; added to, never reset. copies: new places, the first
 * of a new mail included; updated: mails and places that changed; skipped and
 * failed: items put so, but failed none that is in doubt; attachments: new ones
 * with content.
 */
struct store_count {
	int64_t emails, copies, skipped, failed, removed, updated, attachments;
	int64_t entered, left; /* items that lie in the folder now, or do not
				* any more, whatever became of them */
};

struct store_folder {
	int64_t id;            /* folder.id */
	const char *folder_id; /* the server's */
	const char *path, *well_known, *marker, *cursor;
	/* since when (tim_now) the marker is known, while a change may hide
	 * behind it; 0: none can */
	int64_t unsettled;
	int64_t total; /* what the server counted at the last complete read;
			* -1: unknown */
	bool resync;   /* a full walk is under way: with cursor NULL put a
			* page with .restart first */
	bool restart;  /* one is asked for (store_mailbox_resync, or stray):
			 * put a page with .restart first. cursor is NULL */
	bool stray;    /* its pages had strays before, and it is due to be
			 * walked again because of them */
	bool ahead;    /* an earlier pass stored more than its cursor says */
};

/* A folder of a mailbox. */
struct store_place {
	const char *mailbox;
	int64_t folder; /* store_folder.id */
};

struct store_folders {
	struct arena arena;
	struct store_folder *v;
	size_t n;
};

/* What is known of a mailbox's folders; arena_free(&out->arena). */
int store_folders(struct store *, const char *mailbox,
    struct store_folders *out, struct err *);
/*
 * Brings the folder table up to date with the server's list (new, renamed,
 * gone: copies in it get removed_at) and returns it like store_folders.
 * A well_known of NULL does not erase a known one. Markers and cursors are
 * not touched, nor is the total of a folder that has to be read now:
 * store_folder_counted.
 */
int store_folders_merge(struct store *, const char *mailbox,
    const struct folder_list *, struct store_folders *out, struct err *);

/*
 * The folder has been read to its end, and the server counts so many items in
 * it. again: something is wrong with that, it is not idle before it has been
 * read once more. total is written with the next commit then or soon.
 */
int store_folder_counted(
    struct store *, int64_t folder, int64_t total, bool again, struct err *);

/*
 * The folder is there but is not read any more: it was moved into one that is
 * not read (somebody deleted it), or the configuration leaves it out now. Its
 * copies get removed_at. Read again, it is walked from the start.
 */
int store_folder_leave(struct store *, const struct store_place *,
    struct store_count *, struct err *);

/* --- items ------------------------------------------------------------- */

/* What the ledger (decision, email_copy, failure) knows of an item. */
enum store_known {
	STORE_NEW,     /* never seen in this mailbox */
	STORE_SAME,    /* seen, same folder and change key, decided */
	STORE_CHANGED, /* decided before, but another change key or
				 * folder, or removed since, or skipped and a
				 * walk is under way that was asked for */
	STORE_KEPT,    /* STORE_CHANGED, and the file has its mail as that of
				 * a place that is there: see
				 * store_item_recall */
	STORE_FAILED   /* waits in failure, in this folder */
};

/* For each of n items of a folder: what is known of it (out[i]). */
int store_items_known(struct store *, const struct store_place *,
    const struct item_ref *, size_t n, enum store_known *out, struct err *);

/*
 * m is what the server says now of an item that is STORE_KEPT. What of it the
 * file has already need not be fetched: attachments that are there are marked
 * as stored; as_stored is set when the body is still the one that the file
 * has.
 */
int store_item_recall(
    struct store *, const char *mailbox, struct message *m, struct err *err);
/* m will not be put: no content of an attachment waits for it any more. */
void store_item_drop(struct store *, const struct message *m);

/* How many items are known to lie in the folder; counted no further than max.
 */
int store_folder_items(struct store *, const struct store_place *, int64_t max,
    int64_t *n, struct err *);

/* One item's outcome. */
struct store_item {
	const char *item_id, *change_key;
	int64_t folder;                  /* store_folder.id */
	const struct message *message;   /* NULL: decided without it */
	const struct decision *decision; /* NULL: failed with fault */
	const struct err *fault;
	int64_t next_try; /* of a failed item */
	bool counted;     /* this try of it is in failure already */
	/* decision NULL and no fault: skipped by this rule; "gone": it
	 * vanished, as by CHANGE_DELETE. With a fault of ERR_GONE it is in
	 * doubt: the server tells of it and does not have it. It waits in
	 * failure until a delete is told, or it is there; a copy that is
	 * known stays */
	const char *rule;
};

/* The end of a page of changes. */
struct store_page {
	int64_t folder;
	bool ahead;                  /* not the end: a part of the
				      * page, and what follows here
				      * is not set; the cursor comes
				      * with a later call, or after a
				      * crash never */
	const char *cursor;          /* NULL: leave as it is */
	const struct change *change; /* CHANGE_DELETE and CHANGE_READ
						 * are applied; a full walk
						 * under way has seen what
						 * CHANGE_PUT names */
	size_t nchange;
	bool restart;       /* with cursor NULL: forget the
						 * cursor, begin a full walk */
	bool finished;      /* the folder is at its end: a
						 * full walk under way ends,
						 * items it did not see are
						 * removed (mark and sweep);
						 * one that is asked for stays
						 * so */
	const char *marker; /* with finished; NULL: unknown */
	int64_t unsettled;  /* as in store_folder */
	int64_t nstray;     /* as in change_page: a row of failure for
						 * the folder, until a full walk
						 * has met none */
	const char *stray;
};

/* What store_put writes. */
struct store_work {
	const char *mailbox;
	const struct store_item *item; /* n of them */
	size_t n;
	const struct store_page *page; /* or NULL */
};

/*
 * Writes n items and, when page is not NULL, the page's end; its cursor is in
 * the transaction of the last of its rows. Items: email, email_body,
 * email_party, email_link, email_copy, attachment, change, decision; or
 * decision alone; or failure (tries counted up, kept cursor moving). An item
 * that was in failure and now succeeded leaves it.
 * What several threads put at the same time is one transaction: one wait for
 * the disk for all of them.
 */
int store_put(struct store *, const struct store_work *, struct store_count *,
    struct err *);

/* How many items of the folder are in doubt. */
int store_folder_doubts(
    struct store *, const struct store_place *, int64_t *n, struct err *);

struct store_failure {
	const char *item_id;
	int64_t folder;
	int64_t tries;
};
struct store_failures {
	struct arena arena;
	struct store_failure *v;
	size_t n;
};
/* Which items of failure: at most max whose next_try has come by then. */
struct store_due {
	int64_t now;
	size_t max;
	bool alone; /* those that took too long to be asked for with others,
		     * and no others; else all but these */
};
int store_failures_due(struct store *, const char *mailbox,
    const struct store_due *, struct store_failures *out, struct err *);
/* This try of it does not count. */
int store_failure_spare(
    struct store *, const char *mailbox, const char *item, struct err *);
/* Items that will not be tried again and have not been moved. */
int store_failures_final(struct store *, const char *mailbox, size_t max,
    struct store_failures *out, struct err *err);
/*
 * The item is about to be moved to Undeliverable: if nobody tells of how that
 * ended and it leaves its folder, it was moved.
 */
int store_failure_moving(
    struct store *, const char *mailbox, const char *item, struct err *);
/* The item lies in Undeliverable now; its row stays visible. */
int store_failure_moved(
    struct store *, const char *mailbox, const char *item, struct err *err);

/*
 * Up to max items of the mailbox whose mail is stored with its content, and
 * that still lie there as far as the file knows; how many. Strings are the
 * arena's. A file that cannot be read holds none.
 */
size_t store_kept(struct store *, const char *mailbox, struct arena *,
    struct item_ref *out, size_t max);

/*
 * Is a mail with this Message-ID stored? (match = replies) A file that cannot
 * be read says yes: what is kept too much is no loss, and the next write tells.
 */
bool store_has_message_id(struct store *, const char *message_id);

/* --- attachments ------------------------------------------------------- */

/*
 * A content on its way into table blob. Small ones stay in memory, large
 * ones are spooled to a file without a name beside the database. The stream is
 * .stream; then store_blob_end stores it (once per content) and tells its
 * hash and size, or store_blob_drop forgets it. max: more than this many
 * bytes is ERR_ITEM, CAUSE_TOO_LARGE.
 */
struct store_blob;
struct store_blob *store_blob_begin(struct store *, int64_t max);
struct stream *store_blob_stream(struct store_blob *);
/* Frees in every case. */
int store_blob_end(
    struct store_blob *, unsigned char sha256[32], int64_t *size, struct err *);
void store_blob_drop(struct store_blob *);

/* --- runs -------------------------------------------------------------- */

struct store_run {
	const char *wanted; /* in: what it is restricted to, in words that begin
			     * with --mailbox or --profile; NULL: nothing */
	int64_t id;
	int64_t started;
	struct store_count count;
	int64_t seen, bytes, requests, mailboxes, failed;
	const char *outcome; /* ok, partial, failed,
						 * interrupted */
	bool died_before;    /* nobody ended the pass before this one */
	bool cut_before;     /* that and the one before it did not come to their
			   * end, whatever the reason */
	int64_t interrupted; /* so many before it, in a row ... */
	int64_t interrupted_since; /* ... since then: store_interrupted */
};
/* Inserts the row with outcome "running"; sets id, started and how the passes
 * before ended. A run left "running" by a crash becomes "interrupted". */
int store_run_begin(struct store *, struct store_run *, struct err *);
int store_run_end(struct store *, const struct store_run *, struct err *);
/* It could not do anything: as if it had not begun. */
int store_run_drop(struct store *, const struct store_run *, struct err *);

#endif
