/*
 * store.h - the SQLite file: the contract with the CRM.
 * Floor: store. The only place that includes sqlite3.h.
 * Threads: one locked object; every function may be called from any thread
 * and is one transaction unless said otherwise. Nobody holds a transaction
 * while waiting for the network.
 *
 * Errors: ERR_FATAL with the file's name: disk full, corrupt, newer version,
 * locked by another program for longer than 60 s. A failed call has changed
 * nothing. The exceptions are calls that may write much (store_put, and the
 * removal of a folder): they commit in several transactions, so that other
 * programs can write in between, and a failed one leaves what a crash would.
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
#include "core/permit.h"
#include "core/provider.h"
#include "store/want.h"

struct store;

/*
 * A flag of store_open, for --dry-run: nothing is written, and a file that
 * does not exist counts as empty.
 */
#define STORE_READ_ONLY 1

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
 * Call this after store_lock, before the sandbox closes. In the sandbox the
 * process can write the database, its -wal, -shm and .lock, but can neither
 * create nor remove a file. So this opens what will be needed later; from now
 * on, errors about files name the sandbox as a possible cause.
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
 * All rows, with their addresses normalised. A row without type or id, or with
 * an invalid address is left out, with a warning in the log; one with an empty
 * address without.
 */
int store_party_list(struct store *, struct party_list *out, struct err *);
/*
 * The keyed hash of a normalised address by which table decision knows it:
 * decision.parties holds the same number as 16 hex digits.
 */
uint64_t store_address_hash(const struct store *, const char *address);

/* --- mailboxes --------------------------------------------------------- */

struct store_mailbox {
	/* waiting, testing, enabled, disabled, failing */
	char state[12];
	int64_t passes;     /* finished so far */
	int64_t last_ok_at; /* TIM_NONE: never */
	int64_t retry_at;   /* not visited before then; TIM_NONE: no limit */
	bool given_up;      /* disabled, and that by store_lasting_met */
};

/*
 * Registers a mailbox of the configuration (state testing, waiting or
 * disabled, as it is permitted) or brings its profile, type and crm_id up to
 * date, and reads what is known of it. What is not permitted is waiting or
 * disabled, whatever the file says.
 */
int store_mailbox_get(struct store *, const struct conf_mailbox *,
    const char *crm_id, enum permit_is, struct store_mailbox *out,
    struct err *);
/*
 * The end of a pass over one mailbox. fault NULL: good (last_ok_at, state
 * enabled, error cleared). retry_at: TIM_NONE or when to try again. Written
 * with the next commit, or by the first call for any mailbox after a second
 * (10,000 idle mailboxes must not cost 10,000 fsyncs); store_flush writes at
 * once.
 */
int store_mailbox_done(struct store *, const char *address,
    const struct err *fault, int64_t retry_at, struct err *);
int store_flush(struct store *, struct err *);

/* --- folders ----------------------------------------------------------- */

/*
 * What a call changed. It adds to these counters and never resets them.
 * copies: new copies, including the first one of a new mail; updated: mails
 * and copies that changed; skipped, failed: items that were stored as such;
 * items in doubt do not count as failed, strays do; attachments: new ones with
 * content.
 */
struct store_count {
	int64_t emails, copies, skipped, failed, removed, updated, attachments;
	/* items that entered a folder or left it, whatever became of them */
	int64_t entered, left;
};

struct store_folder {
	int64_t id;            /* folder.id */
	const char *folder_id; /* the server's */
	const char *path, *well_known, *marker, *cursor;
	/*
	 * Since when (tim_now) the marker is known, as long as a change may
	 * hide behind it; 0: none can.
	 */
	int64_t unsettled;
	/* what the server counted at the last complete read; -1: unknown */
	int64_t total;
	/*
	 * A full walk is under way: if cursor is NULL, put a page with .restart
	 * first.
	 */
	bool resync;
	/*
	 * A full walk is asked for (by store_mailbox_resync or
	 * store_verify_mend, or because of strays): put a page with .restart
	 * first. cursor is NULL.
	 */
	bool restart;
	bool verify; /* by store_verify_mend */
	/* its pages had strays, and the full walk because of them is due */
	bool stray;
	bool ahead; /* an earlier pass stored items beyond the cursor */
};

/* A folder of a mailbox. */
struct store_place {
	const char *mailbox;
	int64_t folder; /* store_folder.id */
};

/* What is known of a mailbox's folders. */
struct store_folders {
	struct arena arena;
	struct store_folder *v;
	size_t n;
};

/*
 * Brings the folder table up to date with the server's list (new, renamed,
 * gone: copies in it get removed_at) and returns it; arena_free(&out->arena).
 * A well_known of NULL does not erase a known one. Markers and cursors are
 * not touched, nor is the total of a folder that has to be read now:
 * store_folder_counted.
 */
int store_folders_merge(struct store *, const char *mailbox,
    const struct folder_list *, struct store_folders *out, struct err *);

/*
 * The folder has been read to its end, and the server counts total items in
 * it. again: that count does not fit what was read, so the folder must be read
 * once more before it counts as idle. total is written with the next commit.
 */
int store_folder_counted(
    struct store *, int64_t folder, int64_t total, bool again, struct err *);

/*
 * The folder still exists but is no longer read: it was moved into a folder
 * that is not read (somebody deleted it), or the configuration leaves it out
 * now. Its copies get removed_at. If it is read again one day, it is walked
 * from the start.
 */
int store_folder_leave(struct store *, const struct store_place *,
    struct store_count *, struct err *);

/* --- items ------------------------------------------------------------- */

/* What the tables decision, email_copy and failure know of an item. */
enum store_known {
	STORE_NEW,  /* never seen in this mailbox */
	STORE_SAME, /* seen, same folder and change key, decided */
	/*
	 * Decided before, but its change key or folder has changed, or it was
	 * removed since, or it was skipped and a full walk is under way that an
	 * administrator asked for.
	 */
	STORE_CHANGED,
	/*
	 * As STORE_CHANGED, and its mail is stored and was not removed: what
	 * did not change need not be fetched, see store_item_recall.
	 */
	STORE_KEPT,
	/* waits in failure, in this folder or while it is being moved */
	STORE_FAILED
};

/* out[i]: what is known of the i-th of n items of a folder. */
int store_items_known(struct store *, const struct store_place *,
    const struct item_ref *, size_t n, enum store_known *out, struct err *);

/*
 * m: what the server says now of an item that is STORE_KEPT. Marks what need
 * not be fetched, because the file has it: such an attachment becomes stored,
 * and its content is held until m is put or dropped; m->as_stored is set when
 * the body has not changed.
 */
int store_item_recall(
    struct store *, const char *mailbox, struct message *m, struct err *err);
/* m will not be put: contents of attachments are no longer held for it. */
void store_item_drop(struct store *, const struct message *m);

/* How many items are known to lie in the folder, at most max. */
int store_folder_items(struct store *, const struct store_place *, int64_t max,
    int64_t *n, struct err *);

/* One item's outcome. */
struct store_item {
	const char *item_id, *change_key;
	int64_t folder;                /* store_folder.id */
	const struct message *message; /* NULL: decided without it */
	/* of a failed one without message: its message_head, or NULL */
	const struct message *head;
	const struct decision *decision; /* NULL: see fault and rule */
	/*
	 * Why the item failed, or NULL. ERR_GONE: the item is in doubt. The
	 * server lists it, but cannot return it. It waits in failure until the
	 * server reports its removal or returns it; a known copy stays.
	 */
	const struct err *fault;
	int64_t next_try; /* of a failed item */
	bool counted;     /* failure.tries includes this try already */
	/*
	 * With neither decision nor fault: the rule that skipped the item.
	 * "gone": it has vanished, as with CHANGE_DELETE.
	 */
	const char *rule;
};

/* The end of a page of changes. */
struct store_page {
	int64_t folder;
	/*
	 * These items are only a part of the page: the members below are not
	 * set. The cursor comes with a later call, or never if we crash.
	 */
	bool ahead;
	const char *cursor; /* NULL: leave as it is */
	/*
	 * CHANGE_DELETE and CHANGE_READ are applied. Items of CHANGE_PUT count
	 * as seen by a full walk that is under way.
	 */
	const struct change *change;
	size_t nchange;
	bool restart; /* with cursor NULL: begin a full walk without cursor */
	/*
	 * The folder was read to its end. A full walk under way ends, and items
	 * that it did not see are removed (mark and sweep). A full walk that
	 * was asked for meanwhile still has to be made.
	 */
	bool finished;
	const char *marker; /* with finished; NULL: unknown */
	int64_t unsettled;  /* as in store_folder */
	/*
	 * As in change_page. Strays make a row of failure for the folder, which
	 * goes when a full walk meets none.
	 */
	int64_t nstray;
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
 * Writes n items and, when page is not NULL, the end of the page; the cursor is
 * written in the same transaction as the last of the page's rows. A stored item
 * has rows in email, email_body, email_party, email_link, email_copy,
 * attachment, change and decision; a skipped one in decision alone; a failed
 * one in failure (tries is incremented, and the cursor moves on all the same).
 * An item that now succeeded leaves failure.
 * Calls of several threads at the same time share a transaction, and so one
 * wait for the disk.
 */
int store_put(struct store *, const struct store_work *, struct store_count *,
    struct err *);

struct store_failure {
	const char *item_id;
	int64_t folder;
	int64_t tries;
	/* it failed while it was decided anew for people who came (due only) */
	bool past;
};
struct store_failures {
	struct arena arena;
	struct store_failure *v;
	size_t n;
};
/* Which items of failure: at most max whose next_try has come at now. */
struct store_due {
	int64_t now;
	size_t max;
	/*
	 * true: only the items that took too long and so must be asked for one
	 * by one; false: all others.
	 */
	bool alone;
};
int store_failures_due(struct store *, const char *mailbox,
    const struct store_due *, struct store_failures *out, struct err *);
/* The last try of the item does not count: takes it off tries. */
int store_failure_spare(
    struct store *, const char *mailbox, const char *item, struct err *);
/* Items that will not be tried again and have not been moved. */
int store_failures_final(struct store *, const char *mailbox, size_t max,
    struct store_failures *out, struct err *err);
/*
 * The item is about to be moved to Undeliverable. If the result is never
 * written (a crash, a lost answer) and the item leaves its folder, it counts
 * as moved.
 */
int store_failure_moving(
    struct store *, const char *mailbox, const char *item, struct err *);
/* The item lies in Undeliverable now; its row stays visible. */
int store_failure_moved(
    struct store *, const char *mailbox, const char *item, struct err *err);

/*
 * Finds up to max items of the mailbox whose mail is stored with its content
 * and that still exist as far as the file knows. Returns how many; the strings
 * lie in the arena. If the file cannot be read, there are none.
 */
size_t store_kept(struct store *, const char *mailbox, struct arena *,
    struct item_ref *out, size_t max);

/*
 * Is a mail with this Message-ID stored? (match = replies) If the file cannot
 * be read, the answer is yes: one mail too many does no harm, and the next
 * write reports the error.
 */
bool store_has_message_id(struct store *, const char *message_id);

/* --- attachments ------------------------------------------------------- */

/*
 * The content of an attachment on its way into table blob. A small one stays in
 * memory, a large one is spooled to an unnamed file beside the database. Write
 * it to store_blob_stream; then store_blob_end stores it (equal contents once)
 * and gives its hash and size, or store_blob_drop discards it. More than max
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
	struct store_want want; /* in: what it is restricted to */
	int64_t id;
	int64_t started;
	struct store_count count;
	int64_t seen, bytes, requests, mailboxes, failed;
	const char *outcome; /* ok, partial, failed, interrupted */
	bool died_before;    /* the pass before this one never ended its row */
	bool cut_before;     /* neither of the two before came to its end */
	/*
	 * How many passes before this one were interrupted, in a row, and when
	 * the first of them began (see store_interrupted).
	 */
	int64_t interrupted;
	int64_t interrupted_since;
};
/*
 * Inserts the row with outcome "running"; sets id, started, and how the passes
 * before ended. A run left "running" by a crash becomes "interrupted".
 */
int store_run_begin(struct store *, struct store_run *, struct err *);
int store_run_end(struct store *, const struct store_run *, struct err *);
/* The pass could not do anything: removes its row, as if it had not begun. */
int store_run_drop(struct store *, const struct store_run *, struct err *);

#endif
