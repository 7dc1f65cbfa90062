/*
 * decision.c - table decision: what became of each item.
 * 1. An item has one row from the moment it was first seen.
 * 2. Of mail that is not kept, no subject and no address is stored: addresses
 *    only as HMAC-SHA256 with a key that never leaves the SQLite file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/crypt.h"
#include "base/enc.h"
#include "base/fault.h"
#include "base/mem.h"
#include "store/decision.h"

#define HASH 17 /* 16 hex digits and a separator */

static void
bind_decision(struct store *st, sqlite3_stmt *s, const struct decision_row *l)
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
decision_insert(struct store *st, const struct decision_row *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_NEW,
	    "INSERT INTO decision(mailbox,item,message_id,verdict,rule,at,"
	    "folder,change_key,parties,email,state) "
	    "VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");

	bind_decision(st, s, l);
	fault_point("before decision");
	return db_run(st, s, err);
}

int
decision_get(struct store *st, const char *mailbox, const char *item,
    struct decision_old *out, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_READ,
	    "SELECT folder,email,state FROM decision "
	    "WHERE mailbox=? AND item=?");
	int r;

	memset(out, 0, sizeof(*out));
	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	if ((r = db_row(st, s, err)) == 1) {
		out->folder = sqlite3_column_int64(s, 0);
		out->email = sqlite3_column_int64(s, 1);
		out->state = (enum decision_state)sqlite3_column_int(s, 2);
	}
	sqlite3_reset(s);
	return r;
}

/*
 * "at" is the time of the decision, so it changes only with verdict or rule. An
 * item that changes its folder loses the stamp of a walk, since walks of two
 * folders may have the same number. Of an item that failed the addresses that
 * were known stay known.
 */
#define PARTIES "iif(?4='" DECISION_NONE "',ifnull(?9,parties),?9)"

int
decision_set(struct store *st, const struct decision_row *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_SET,
	    "UPDATE decision SET at=iif((verdict,rule) IS (?4,?5),at,?6),"
	    "message_id=ifnull(?3,message_id),verdict=?4,rule=?5,folder=?7,"
	    "change_key=?8,parties=" PARTIES ",email=?10,state=?11,"
	    "walk=iif(folder IS ?7,walk,0) WHERE mailbox=?1 AND item=?2 AND "
	    "(message_id,verdict,rule,folder,change_key,parties,email,state) "
	    "IS NOT (ifnull(?3,message_id),?4,?5,?7,?8," PARTIES ",?10,?11)");

	bind_decision(st, s, l);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
decision_set_email(struct store *st, const char *mailbox, const char *item,
    int64_t email, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_EMAIL,
	    "UPDATE decision SET email=?3 WHERE mailbox=?1 AND item=?2");

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	db_int(s, 3, email);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
decision_set_gone(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_GONE,
	    "UPDATE decision SET state=?3 WHERE mailbox=?1 AND item=?2");

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	db_int(s, 3, DECISION_GONE);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
decision_set_doubt(
    struct store *st, const struct decision_row *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_DOUBT,
	    "UPDATE decision SET state=?4,folder=?3,walk=iif(folder IS ?3,walk,"
	    "0) WHERE mailbox=?1 AND item=?2");

	db_text(s, 1, l->mailbox);
	db_text(s, 2, l->item);
	db_intor(s, 3, l->folder, 0);
	db_int(s, 4, DECISION_FAILED);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_folder_items(struct store *st, const struct store_place *at, int64_t max,
    int64_t *n, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	db_lock(st);
	s = db_stmt(st, DB_DECISION_COUNT,
	    "SELECT count(*) FROM(SELECT 1 FROM decision WHERE mailbox=?1 "
	    "AND folder=?2 AND state<>?4 LIMIT ?3)");
	db_text(s, 1, at->mailbox);
	db_int(s, 2, at->folder);
	db_int(s, 3, max);
	db_int(s, 4, DECISION_GONE);
	r = db_one(st, s, n, err);
	db_unlock(st);
	return r == -1 ? -1 : 0;
}

int
decision_set_key(struct store *st, const char *mailbox, const char *item,
    const char *change_key, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_KEY,
	    "UPDATE decision SET change_key=?3 WHERE mailbox=?1 AND item=?2 "
	    "AND change_key IS NOT ?3");

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	db_text(s, 3, change_key);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
decision_stamp(struct store *st, const struct store_place *at, const char *item,
    int64_t walk, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_STAMP,
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
compare_hashes(const void *a, const void *b)
{
	return memcmp(a, b, HASH - 1);
}

static void
hash_address(const struct store *st, const char *address, unsigned char *mac)
{
	crypt_hmac(st->key, sizeof(st->key), address, strlen(address), mac);
}

uint64_t
store_address_hash(const struct store *st, const char *address)
{
	unsigned char mac[CRYPT_SHA256];
	uint64_t h = 0;
	int i;

	hash_address(st, address, mac);
	for (i = 0; i < 8; i++)
		h = h << 8 | mac[i];
	return h;
}

char *
decision_parties(const struct store *st, const struct message *m)
{
	unsigned char mac[CRYPT_SHA256];
	char *list, *address;
	size_t i, n = 0, k;

	list = mem_alloc(m->naddr * HASH + 1);
	for (i = 0; i < m->naddr; i++) {
		if (m->addr[i].address == NULL ||
		    (address = address_normalise(m->addr[i].address)) == NULL)
			continue;
		hash_address(st, address, mac);
		enc_hex(mac, (HASH - 1) / 2, list + HASH * n++);
		free(address);
	}
	qsort(list, n, HASH, compare_hashes);
	for (i = k = 0; i < n; i++) {
		if (k > 0 &&
		    compare_hashes(list + HASH * (k - 1), list + HASH * i) == 0)
			continue;
		memmove(list + HASH * k, list + HASH * i, HASH - 1);
		list[HASH * k++ + HASH - 1] = ' ';
	}
	list[k > 0 ? HASH * k - 1 : 0] = '\0';
	return list;
}

size_t
store_kept(struct store *st, const char *mailbox, struct arena *a,
    struct item_ref *out, size_t max)
{
	struct err err = ERR_INIT;
	sqlite3_stmt *s;
	size_t n = 0;

	db_lock(st);
	s = db_stmt(st, DB_DECISION_KEPT,
	    "SELECT item,change_key FROM decision "
	    "WHERE mailbox=?1 AND verdict=?4 AND state=?2 LIMIT ?3");
	db_text(s, 1, mailbox);
	db_int(s, 2, DECISION_THERE);
	db_int(s, 3, (int64_t)max);
	db_text(s, 4, verdict_name(VERDICT_KEEP));
	while (n < max && db_row(st, s, &err) == 1)
		out[n++] = (struct item_ref){ arena_strdup(a, db_col(s, 0)),
			arena_strdup(a, db_col(s, 1)), 0, false };
	sqlite3_reset(s);
	db_unlock(st);
	return n;
}
