/*
 * admin.c - commands and questions of an administrator.
 */
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "store/admin.h"
#include "store/failure.h"
#include "store/lasting.h"
#include "store/walk.h"

/* One statement about one mailbox. */
struct order {
	enum db_slot slot;
	const char *sql, *address;
	const char *state;    /* ?2, or NULL */
	enum walking walking; /* ?2 where state is NULL */
	int n;                /* how many rows it changed */
};

static int
run_order(struct store *st, void *arg, struct err *err)
{
	struct order *o = arg;
	sqlite3_stmt *s = db_stmt(st, o->slot, o->sql);

	db_text(s, 1, o->address);
	if (o->state != NULL)
		db_text(s, 2, o->state);
	else if (o->walking != WALKING_NONE)
		db_int(s, 2, o->walking);
	return o->n = db_run(st, s, err);
}

/* In a transaction of its own. Returns how many rows it changed, or -1. */
static int
give_order(struct store *st, struct order o, struct err *err)
{
	return db_write(st, run_order, &o, err) == -1 ? -1 : o.n;
}

int
store_mailbox_state(
    struct store *st, const char *address, const char *state, struct err *err)
{
	int n;

	/* what it was given up for is tried again */
	if (store_lasting_forget(st, address, err) == -1)
		return -1;
	n = give_order(st,
	    (struct order){ .slot = DB_ADMIN_STATE,
		.sql = "UPDATE mailbox SET state=?2,retry_at=NULL WHERE "
		       "address=?1",
		.address = address,
		.state = state },
	    err);

	return n > 0 ? 1 : n;
}

/*
 * Only marks the folders: a pass that is at work now may write another cursor,
 * and a full walk from such a cursor would treat all items before it as gone.
 * sync_ahead matters too: an interrupted first pass leaves items, but no row in
 * sync_folder.
 */
int
store_mailbox_resync(struct store *st, const char *address, struct err *err)
{
	struct order known = { .slot = DB_ADMIN_KNOWN,
		.sql = "UPDATE mailbox SET retry_at=NULL WHERE address=?1",
		.address = address };
	struct order walk = { .slot = DB_ADMIN_RESYNC,
		.sql = "INSERT INTO sync_folder(folder,walking) SELECT id,?2 "
		       "FROM folder WHERE mailbox=?1 AND "
		       "(id IN(SELECT folder FROM sync_folder) OR "
		       "id IN(SELECT folder FROM sync_ahead)) "
		       "ON CONFLICT DO UPDATE SET walking=?2",
		.address = address,
		.walking = WALKING_ASKED };
	/* also items that were given up get all their tries again */
	struct order retry = { .slot = DB_ADMIN_RETRY,
		.sql = "UPDATE failure SET tries=0,next_try=first_at "
		       "WHERE mailbox=?1 AND " FAILURE_HERE,
		.address = address };
	int n = give_order(st, known, err);

	if (n <= 0)
		return n;
	fault_point("inside resync");
	if (give_order(st, walk, err) == -1)
		return -1;
	return give_order(st, retry, err) == -1 ? -1 : 1;
}

static void
read_reason(sqlite3_stmt *s, struct store_reason *r)
{
	r->mailbox = db_col(s, 0);
	r->folder = db_col(s, 1);
	r->verdict = db_col(s, 2);
	r->rule = db_col(s, 3);
	r->at = db_col(s, 4);
	r->email_id = db_col(s, 5);
	r->removed_at = db_col(s, 6);
	r->failure = db_col(s, 7);
	r->next = db_col(s, 8);
	r->tries = sqlite3_column_int64(s, 9);
	r->profile = db_col(s, 10);
	r->anew = sqlite3_column_int(s, 11) != 0;
	r->message_id = db_col(s, 12);
	r->subject = db_col(s, 13);
	r->sent_at = db_col(s, 14);
}

/* Calls each for every row of s. Returns how many there were, or -1. */
static long
tell_reasons(struct store *st, sqlite3_stmt *s, store_reason_fn *each,
    void *arg, struct err *err)
{
	struct store_reason r;
	long n = 0;
	int more;

	while ((more = db_row(st, s, err)) == 1) {
		read_reason(s, &r);
		each(arg, &r);
		n++;
	}
	return more == -1 ? -1 : n;
}

/*
 * Finds the id in what a person copied, which may be a whole header line or
 * lack one of the <>.
 */
static void
add_id(struct buf *out, const char *s)
{
	const char *open = strchr(s, '<');
	size_t n;

	if (open != NULL)
		s = open + 1;
	s += strspn(s, " \t");
	n = strcspn(s, ">");
	while (n > 0 && strchr(" \t", s[n - 1]) != NULL)
		n--;
	buf_addf(out, "<%.*s>", (int)n, s);
}

/* What store_reason holds; the condition on decision d follows. */
#define REASONS                                                                \
	"SELECT d.mailbox,f.path,d.verdict,d.rule,d.at,e.id,c.removed_at,"     \
	"x.message,x.next_try,x.tries,m.profile,EXISTS(SELECT 1 FROM "         \
	"sync_anew a WHERE a.mailbox=d.mailbox AND a.item=d.item),"            \
	"ifnull(d.message_id,x.message_id),ifnull(e.subject,x.subject),"       \
	"ifnull(e.sent_at,x.sent_at) FROM decision d "                         \
	"LEFT JOIN folder f ON f.id=d.folder "                                 \
	"LEFT JOIN sync_email e ON e.n=d.email "                               \
	"LEFT JOIN sync_copy c ON c.email=d.email AND c.item_id=d.item "       \
	"AND c.mailbox=d.mailbox "                                             \
	"LEFT JOIN failure x ON x.mailbox=d.mailbox AND x.item=d.item "        \
	"LEFT JOIN mailbox m ON m.address=d.mailbox WHERE "

long
store_why(struct store *st, const char *message_id, store_reason_fn *each,
    void *arg, struct err *err)
{
	struct buf id;
	sqlite3_stmt *s;
	long n;

	buf_init(&id, strlen(message_id) + 3);
	add_id(&id, message_id);
	db_lock(st);
	s = db_stmt(st, DB_ADMIN_WHY,
	    REASONS "d.message_id COLLATE NOCASE IN(?1,?2) OR "
		    "(d.mailbox,d.item) IN(SELECT mailbox,item FROM failure "
		    "WHERE message_id COLLATE NOCASE IN(?1,?2)) ORDER BY d.at");
	db_text(s, 1, buf_str(&id));
	db_text(s, 2, message_id);
	n = tell_reasons(st, s, each, arg, err);
	db_unlock(st);
	buf_free(&id);
	return n;
}

/* --- mail of an address ------------------------------------------------- */

/*
 * Of mail that is stored sync_party has the addresses, as written; of other
 * mail decision has their hashes.
 */
#define CONCERNS                                                               \
	"(instr(d.parties,?1) OR d.email IN(SELECT email FROM sync_party "     \
	"WHERE same_address(address,?2)))"

/* SQL function same_address(as written, normalised) */
static void
compare_address(sqlite3_context *context, int n, sqlite3_value **v)
{
	const char *written = (const char *)sqlite3_value_text(v[0]);
	const char *address = (const char *)sqlite3_value_text(v[1]);
	char own[ADDRESS_MAX];

	(void)n;
	sqlite3_result_int(
	    context, written != NULL && address != NULL &&
			 address_normalise_to(written, own, sizeof(own)) > 0 &&
			 strcmp(own, address) == 0);
}

/* Binds what CONCERNS needs; hash has room for the digits. */
static void
bind_address(struct store *st, sqlite3_stmt *s, const char *address, char *hash)
{
	snprintf(hash, 17, "%016llx",
	    (unsigned long long)store_address_hash(st, address));
	db_text(s, 1, hash);
	db_text(s, 2, address);
}

static int
count_address(
    struct store *st, const char *address, int64_t *n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_ADMIN_WHY_COUNT,
	    "SELECT count(*) FROM decision d WHERE " CONCERNS);
	char hash[17];

	bind_address(st, s, address, hash);
	return db_one(st, s, n, err);
}

static int
count_nameless(struct store *st, int64_t *n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_ADMIN_NAMELESS,
	    "SELECT count(*) FROM failure x JOIN decision d ON "
	    "d.mailbox=x.mailbox AND d.item=x.item WHERE d.email IS NULL AND "
	    "d.parties IS NULL");

	return db_one(st, s, n, err);
}

int
store_why_address(struct store *st, const char *address, store_reason_fn *each,
    void *arg, struct store_why_found *found, struct err *err)
{
	char hash[17];
	sqlite3_stmt *s;
	int rc;

	memset(found, 0, sizeof(*found));
	db_lock(st);
	rc = sqlite3_create_function_v2(st->h, "same_address", 2,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
	    compare_address, NULL, NULL, NULL);
	rc = rc == SQLITE_OK ? 0 : db_fail(st, rc, err);
	if (rc == 0 && count_address(st, address, &found->n, err) == -1)
		rc = -1;
	if (rc == 0 && found->n > 0) {
		s = db_stmt(st, DB_ADMIN_WHY_ADDRESS,
		    REASONS CONCERNS " ORDER BY d.at DESC,d.email DESC,"
				     "d.mailbox,d.item LIMIT ?3");
		bind_address(st, s, address, hash);
		db_int(s, 3, STORE_WHY_MAX);
		rc = tell_reasons(st, s, each, arg, err) == -1 ? -1 : 0;
	}
	if (rc == 0 && count_nameless(st, &found->unknown, err) == -1)
		rc = -1;
	db_unlock(st);
	return rc;
}
