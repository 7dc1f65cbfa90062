/*
 * ledger.c - tables decision and failure: what became of each item.
 * 1. An item has one row in decision from the moment it was seen.
 * 2. Of mail that is not kept no subject and no address is stored: addresses
 *    only as HMAC-SHA256 with a key that never leaves this file.
 * 3. state is LEDGER_FAILED or LEDGER_MOVING exactly while a row of failure
 *    waits.
 * 4. LEDGER_MOVING is written before a mail is moved. If we die, or the answer
 *    does, the server tells only that the mail has left its folder: its row of
 *    failure is then not taken for that of a mail which its owner deleted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/crypt.h"
#include "base/enc.h"
#include "base/fault.h"
#include "base/mem.h"
#include "store/ledger.h"

#define HASH 17 /* 16 hex digits and what separates them */

static void
bind(struct store *st, sqlite3_stmt *s, const struct ledger *l)
{
	db_text(s, 1, l->mailbox);
	db_text(s, 2, l->item);
	db_text(s, 3, l->message_id);
	db_text(s, 4, l->verdict);
	db_text(s, 5, l->rule);
	db_text(s, 6, st->txn.at);
	db_intor(s, 7, l->folder, 0);
	db_text(s, 8, l->change_key);
	db_text(s, 9, l->parties);
	db_intor(s, 10, l->email, 0);
	db_int(s, 11, l->state);
}

int
ledger_new(struct store *st, const struct ledger *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LEDGER_NEW,
	    "INSERT INTO decision(mailbox,item,message_id,verdict,rule,at,"
	    "folder,change_key,parties,email,state) "
	    "VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");

	bind(st, s, l);
	fault_point("before decision");
	return db_run(st, s, err);
}

int
ledger_get(struct store *st, const char *mailbox, const char *item,
    struct ledger_old *out, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LEDGER_READ,
	    "SELECT folder,email,state FROM decision "
	    "WHERE mailbox=? AND item=?");
	int r;

	memset(out, 0, sizeof(*out));
	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	if ((r = db_row(st, s, err)) == 1) {
		out->folder = sqlite3_column_int64(s, 0);
		out->email = sqlite3_column_int64(s, 1);
		out->state = (enum ledger_state)sqlite3_column_int(s, 2);
	}
	sqlite3_reset(s);
	return r;
}

/*
 * "at" tells of the decision, so it moves with verdict and rule only. The
 * stamp of a walk stays in the folder whose walk it was: numbers of two
 * folders may be the same.
 */
int
ledger_set(struct store *st, const struct ledger *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LEDGER_SET,
	    "UPDATE decision SET at=iif((verdict,rule) IS (?4,?5),at,?6),"
	    "message_id=ifnull(?3,message_id),verdict=?4,rule=?5,folder=?7,"
	    "change_key=?8,parties=?9,email=?10,state=?11,"
	    "walk=iif(folder IS ?7,walk,0) WHERE mailbox=?1 AND item=?2 AND "
	    "(message_id,verdict,rule,folder,change_key,parties,email,state) "
	    "IS NOT (ifnull(?3,message_id),?4,?5,?7,?8,?9,?10,?11)");

	bind(st, s, l);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
ledger_email(struct store *st, const char *mailbox, const char *item,
    int64_t email, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LEDGER_EMAIL,
	    "UPDATE decision SET email=?3 WHERE mailbox=?1 AND item=?2");

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	db_int(s, 3, email);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
ledger_gone(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LEDGER_GONE,
	    "UPDATE decision SET state=?3 WHERE mailbox=?1 AND item=?2");

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	db_int(s, 3, LEDGER_GONE);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
ledger_doubt(struct store *st, const struct ledger *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LEDGER_DOUBT,
	    "UPDATE decision SET state=?4,folder=?3,walk=iif(folder IS ?3,walk,"
	    "0) WHERE mailbox=?1 AND item=?2");

	db_text(s, 1, l->mailbox);
	db_text(s, 2, l->item);
	db_intor(s, 3, l->folder, 0);
	db_int(s, 4, LEDGER_FAILED);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_folder_items(struct store *st, const struct store_place *at, int64_t max,
    int64_t *n, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	db_lock(st);
	s = db_stmt(st, DB_LEDGER_COUNT,
	    "SELECT count(*) FROM(SELECT 1 FROM decision WHERE mailbox=?1 "
	    "AND folder=?2 AND state<>?4 LIMIT ?3)");
	db_text(s, 1, at->mailbox);
	db_int(s, 2, at->folder);
	db_int(s, 3, max);
	db_int(s, 4, LEDGER_GONE);
	r = db_row(st, s, err);
	*n = r == 1 ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	db_unlock(st);
	return r == -1 ? -1 : 0;
}

int
ledger_key(struct store *st, const char *mailbox, const char *item,
    const char *change_key, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LEDGER_KEY,
	    "UPDATE decision SET change_key=?3 WHERE mailbox=?1 AND item=?2 "
	    "AND change_key IS NOT ?3");

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	db_text(s, 3, change_key);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
ledger_stamp(struct store *st, const struct store_place *at, const char *item,
    int64_t walk, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LEDGER_STAMP,
	    "UPDATE decision SET walk=?4 WHERE mailbox=?1 AND item=?2 AND "
	    "folder=?3 AND walk<>?4");

	db_text(s, 1, at->mailbox);
	db_text(s, 2, item);
	db_int(s, 3, at->folder);
	db_int(s, 4, walk);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* --- addresses of mail not kept ---------------------------------------- */

static int
by_text(const void *a, const void *b)
{
	return memcmp(a, b, HASH - 1);
}

char *
ledger_parties(const struct store *st, const struct message *m)
{
	unsigned char mac[CRYPT_SHA256];
	char *list, *address;
	size_t i, n = 0, k;

	list = mem_alloc(m->naddr * HASH + 1);
	for (i = 0; i < m->naddr; i++) {
		if (m->addr[i].address == NULL ||
		    (address = address_normalise(m->addr[i].address)) == NULL)
			continue;
		crypt_hmac(
		    st->key, sizeof(st->key), address, strlen(address), mac);
		enc_hex(mac, (HASH - 1) / 2, list + HASH * n++);
		free(address);
	}
	qsort(list, n, HASH, by_text);
	for (i = k = 0; i < n; i++) {
		if (k > 0 &&
		    by_text(list + HASH * (k - 1), list + HASH * i) == 0)
			continue;
		memmove(list + HASH * k, list + HASH * i, HASH - 1);
		list[HASH * k++ + HASH - 1] = ' ';
	}
	list[k > 0 ? HASH * k - 1 : 0] = '\0';
	return list;
}

/* --- failures ---------------------------------------------------------- */

/* Did it take too long? With others it would keep these waiting. */
static bool
is_slow(const struct err *fault)
{
	return fault->cause == CAUSE_UNDERWAY ||
	       fault->cause == CAUSE_PATIENCE || fault->cause == CAUSE_TIMEOUT;
}

int
failure_put(struct store *st, const struct ledger *l, const struct err *fault,
    int64_t next_try, bool counted, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FAILURE_PUT,
	    "INSERT INTO failure(mailbox,item,folder,class,code,message,tries,"
	    "next_try,first_at,slow) VALUES(?1,?2,?3,?4,?5,?6,1,?7,?8,?10) "
	    "ON CONFLICT DO UPDATE SET folder=?3,class=?4,code=?5,message=?6,"
	    "tries=tries+?9,next_try=?7,slow=?10");
	char next[TIM_TEXT];

	db_text(s, 1, l->mailbox);
	db_text(s, 2, l->item);
	db_intor(s, 3, l->folder, 0);
	db_text(s, 4, err_kind_name(fault->kind));
	db_text(s, 5, fault->code[0] != '\0' ? fault->code : NULL);
	db_text(s, 6, fault->msg);
	db_time(s, 7, next_try, next);
	db_text(s, 8, st->txn.at);
	db_int(s, 9, !counted);
	db_int(s, 10, is_slow(fault));
	fault_point("before failure");
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
failure_delete(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FAILURE_DELETE,
	    "DELETE FROM failure WHERE mailbox=? AND item=? AND " FAILURE_HERE);

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* The rows of s as the caller's. */
static int
collect(struct store *st, sqlite3_stmt *s, struct store_failures *out,
    struct err *err)
{
	size_t cap = 0;
	int r;

	while ((r = db_row(st, s, err)) == 1) {
		struct store_failure *v = out->v;

		if (out->n == cap) {
			cap = cap == 0 ? 16 : 2 * cap;
			v = arena_alloc(&out->arena, cap * sizeof(*v));
			if (out->n > 0)
				memcpy(v, out->v, out->n * sizeof(*v));
			out->v = v;
		}
		v += out->n++;
		v->item_id = arena_strdup(&out->arena, db_col(s, 0));
		v->folder = sqlite3_column_int64(s, 1);
		v->tries = sqlite3_column_int64(s, 2);
	}
	if (r == -1)
		arena_free(&out->arena);
	return r;
}

int
store_failures_due(struct store *st, const char *mailbox,
    const struct store_due *due, struct store_failures *out, struct err *err)
{
	sqlite3_stmt *s;
	char at[TIM_TEXT], far[TIM_TEXT];
	int r;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	s = db_stmt(st, DB_FAILURE_DUE, /* as tim_due */
	    "SELECT item,folder,tries FROM failure WHERE mailbox=?1 AND "
	    "(next_try<=?2 OR next_try>?3) AND item NOT GLOB 'folder *' AND "
	    "slow=?5 ORDER BY next_try,item LIMIT ?4");
	db_text(s, 1, mailbox);
	db_time(s, 2, due->now, at);
	db_time(s, 3, due->now + TIM_FAR, far);
	db_int(s, 4, (int64_t)(due->max < INT32_MAX ? due->max : INT32_MAX));
	db_int(s, 5, due->alone);
	r = collect(st, s, out, err);
	db_unlock(st);
	return r;
}

int
store_folder_doubts(
    struct store *st, const struct store_place *at, int64_t *n, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	db_lock(st);
	s = db_stmt(st, DB_FAILURE_DOUBTS,
	    "SELECT count(*) FROM failure WHERE mailbox=? AND folder=? AND "
	    "class=?");
	db_text(s, 1, at->mailbox);
	db_int(s, 2, at->folder);
	db_text(s, 3, err_kind_name(ERR_GONE));
	r = db_row(st, s, err);
	*n = r == 1 ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	db_unlock(st);
	return r == -1 ? -1 : 0;
}

int
store_failures_final(struct store *st, const char *mailbox, size_t max,
    struct store_failures *out, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	s = db_stmt(st, DB_FAILURE_FINAL,
	    "SELECT item,folder,tries FROM failure WHERE mailbox=? "
	    "AND " FAILURE_GIVEN_UP " ORDER BY item LIMIT ?");
	db_text(s, 1, mailbox);
	db_int(s, 2, (int64_t)(max < INT32_MAX ? max : INT32_MAX));
	r = collect(st, s, out, err);
	db_unlock(st);
	return r;
}

/* An item in failure. */
struct failed {
	const char *mailbox, *item;
};

static int
note_moving(struct store *st, void *arg, struct err *err)
{
	const struct failed *f = arg;
	sqlite3_stmt *s = db_stmt(st, DB_FAILURE_MOVING,
	    "UPDATE decision SET state=?3 WHERE mailbox=?1 AND item=?2 AND "
	    "state=?4");

	db_text(s, 1, f->mailbox);
	db_text(s, 2, f->item);
	db_int(s, 3, LEDGER_MOVING);
	db_int(s, 4, LEDGER_FAILED);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
failure_moved(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FAILURE_MOVED,
	    "UPDATE failure SET moved_at=?3 WHERE mailbox=?1 AND item=?2 AND " FAILURE_HERE);

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	db_text(s, 3, st->txn.at);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

static int
note_moved(struct store *st, void *arg, struct err *err)
{
	const struct failed *f = arg;

	return failure_moved(st, f->mailbox, f->item, err);
}

int
store_failure_moving(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	return db_write(
	    st, note_moving, &(struct failed){ mailbox, item }, err);
}

int
store_failure_moved(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	return db_write(st, note_moved, &(struct failed){ mailbox, item }, err);
}

size_t
store_kept(struct store *st, const char *mailbox, struct arena *a,
    struct item_ref *out, size_t max)
{
	struct err err = ERR_INIT;
	sqlite3_stmt *s;
	size_t n = 0;

	db_lock(st);
	s = db_stmt(st, DB_LEDGER_KEPT,
	    "SELECT item,change_key FROM decision "
	    "WHERE mailbox=?1 AND verdict=?4 AND state=?2 LIMIT ?3");
	db_text(s, 1, mailbox);
	db_int(s, 2, LEDGER_THERE);
	db_int(s, 3, (int64_t)max);
	db_text(s, 4, verdict_name(VERDICT_KEEP));
	while (n < max && db_row(st, s, &err) == 1)
		out[n++] = (struct item_ref){ arena_strdup(a, db_col(s, 0)),
			arena_strdup(a, db_col(s, 1)), 0, false };
	sqlite3_reset(s);
	db_unlock(st);
	return n;
}
