/*
 * mailgone.c - a stored mail leaves the file.
 * 1. decision has no index by mail: the items of a mail are those of its
 *    copies, unless they became copies of another mail since (email.c, 4).
 * 2. A number is never given twice: sync_mark 'threads' and its like would say
 *    of the new mail what is true of the old one. sync_mark 'gone' is the last
 *    one that was given, once its mail is gone (email_next).
 * 3. Other mails with the key of the first one point to it (variant_of); when
 *    it goes they point to the first of those that are left.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "store/blob.h"
#include "store/content.h"
#include "store/decision.h"
#include "store/mailgone.h"
#include "store/parts.h"
#include "store/reconsider.h"

#define ROWS 1024 /* bytes that the rows of a mail count as handled */

/* --- its items ---------------------------------------------------------- */

struct gone_item {
	const char *mailbox, *item;
};

struct gone_mail {
	int64_t n;
	const struct mailgone_why *why;
	char *parties; /* NULL: they are forgotten */
	struct arena arena;
	struct gone_item *item;
	size_t nitem;
};

static int
list_items(struct store *st, struct gone_mail *g, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_GONE_ITEMS,
	    "SELECT d.mailbox,d.item FROM sync_copy c JOIN decision d ON "
	    "d.mailbox=c.mailbox AND d.item=c.item_id AND d.email=c.email "
	    "WHERE c.email=?");
	struct gone_item *it;
	int r;

	db_int(s, 1, g->n);
	while ((r = db_row(st, s, err)) == 1) {
		it = VEC_ADD_IN(&g->arena, g->item, g->nitem);
		it->mailbox = arena_strdup(&g->arena, db_col(s, 0));
		it->item = arena_strdup(&g->arena, db_col(s, 1));
	}
	return r;
}

/* The hashes that the items of mail that is not kept have. */
static int
hash_gone_people(struct store *st, struct gone_mail *g, struct err *err)
{
	struct message *m;
	struct content c;
	int rc;

	if (g->why->forget)
		return 0;
	m = message_new(0);
	rc = parts_load(st, PARTS_MAIL, g->n, m, &c, err);
	if (rc == 0)
		g->parties = decision_parties(st, m);
	message_free(m);
	return rc;
}

static int
delete_failure(struct store *st, const struct gone_mail *g,
    const struct gone_item *it, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_GONE_FAILURE,
	    "DELETE FROM failure WHERE mailbox=?1 AND item=?2 AND "
	    "(?3 OR moved_at IS NULL)");

	db_text(s, 1, it->mailbox);
	db_text(s, 2, it->item);
	db_int(s, 3, g->why->forget);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

static int
decide_gone(struct store *st, const struct gone_mail *g,
    const struct gone_item *it, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_GONE_DECIDE,
	    "UPDATE decision SET email=NULL,"
	    "at=iif((verdict,rule) IS (?3,?4),at,?5),verdict=?3,rule=?4,"
	    "parties=?6,message_id=iif(?7,NULL,message_id),"
	    "state=iif(state=?8,?8,?9) WHERE mailbox=?1 AND item=?2");

	db_text(s, 1, it->mailbox);
	db_text(s, 2, it->item);
	db_text(s, 3, g->why->verdict);
	db_text(s, 4, g->why->rule);
	db_text(s, 5, st->txn.at);
	db_text(s, 6, g->parties);
	db_int(s, 7, g->why->forget);
	db_int(s, 8, DECISION_GONE);
	db_int(s, 9, DECISION_THERE);
	if (db_run(st, s, err) == -1 || delete_failure(st, g, it, err) == -1)
		return -1;
	return anew_delete(st, it->mailbox, it->item, err);
}

static int
decide_items(struct store *st, struct gone_mail *g, struct err *err)
{
	size_t i;
	int rc = list_items(st, g, err);

	if (rc == 0)
		rc = hash_gone_people(st, g, err);
	for (i = 0; rc == 0 && i < g->nitem; i++)
		rc = decide_gone(st, g, &g->item[i], err);
	return rc;
}

/* --- its rows ----------------------------------------------------------- */

static int
remove_editions(struct store *st, int64_t n, struct err *err)
{
	sqlite3_stmt *s;
	int64_t edition;
	int r;

	for (;;) {
		s = db_stmt(st, DB_GONE_EDITION,
		    "SELECT n FROM sync_edition WHERE email=? LIMIT 1");
		db_int(s, 1, n);
		if ((r = db_one(st, s, &edition, err)) != 1)
			return r;
		if (parts_delete(st, PARTS_EDITION, edition, err) == -1 ||
		    db_run_int(st,
			db_stmt(st, DB_GONE_EDITION_ROW,
			    "DELETE FROM sync_edition WHERE n=?"),
			edition, err) == -1)
			return -1;
	}
}

/* Copies first: they name editions. sync_email last: all others name it. */
static int
remove_rows(struct store *st, int64_t n, struct err *err)
{
	static const struct {
		enum db_slot slot;
		const char *sql;
	} row[] = {
		{ DB_GONE_LINKS, "DELETE FROM sync_email_link WHERE email=?" },
		{ DB_GONE_THREAD,
		    "DELETE FROM sync_thread WHERE email=?1 AND thread_id="
		    "(SELECT thread_id FROM sync_email WHERE n=?1)" },
		/* all point to it, so the number that they get is known */
		{ DB_GONE_GROUP,
		    "UPDATE sync_email SET variant_of=nullif((SELECT min(n) "
		    "FROM sync_email WHERE variant_of=?1),n) "
		    "WHERE variant_of=?1" },
		{ DB_GONE_LAST,
		    "INSERT INTO sync_mark(what,n) SELECT 'gone',?1 WHERE "
		    "?1=(SELECT max(n) FROM sync_email) "
		    "ON CONFLICT DO UPDATE SET n=max(n,excluded.n)" },
		{ DB_GONE_EMAIL, "DELETE FROM sync_email WHERE n=?" },
	};
	size_t i;

	if (db_run_int(st,
		db_stmt(
		    st, DB_GONE_COPIES, "DELETE FROM sync_copy WHERE email=?"),
		n, err) == -1)
		return -1;
	fault_point("inside removal");
	if (remove_editions(st, n, err) == -1 ||
	    parts_delete(st, PARTS_MAIL, n, err) == -1)
		return -1;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (db_run_int(
			st, db_stmt(st, row[i].slot, row[i].sql), n, err) == -1)
			return -1;
	}
	if (st->txn.owner.n == n)
		st->txn.owner.n = 0;
	return 0;
}

/* 1: there is such a mail, 0, -1. */
static int
count_bytes(struct store *st, int64_t n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_GONE_SIZE,
	    "SELECT max(ifnull(size,0),0) FROM sync_email WHERE n=?");
	int64_t size = 0;
	int r;

	db_int(s, 1, n);
	r = db_one(st, s, &size, err);
	st->txn.handled += ROWS + size;
	return r;
}

int
mailgone_remove(struct store *st, int64_t n, const struct mailgone_why *why,
    struct err *err)
{
	struct gone_mail g = { .n = n, .why = why };
	int r = count_bytes(st, n, err);

	if (r != 1)
		return r;
	r = decide_items(st, &g, err);
	if (r == 0)
		r = db_change_email(st, n, "email", why->op, err);
	if (r == 0)
		r = remove_rows(st, n, err);
	if (r == 0)
		r = blob_prune(st, err);
	free(g.parties);
	arena_free(&g.arena);
	return r == -1 ? -1 : 1;
}

int
mailgone_is_shared(struct store *st, int64_t n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_GONE_SHARED,
	    "SELECT id,message_id FROM sync_email e WHERE n=?1 AND "
	    "(variant_of IS NOT NULL OR "
	    "EXISTS(SELECT 1 FROM sync_email v WHERE v.variant_of=?1))");
	char key[CONTENT_ID];
	int r;

	db_int(s, 1, n);
	if ((r = db_row(st, s, err)) != 1)
		return r;
	/* without a Message-ID the key may not follow from the row: any */
	r = !content_mid_id(&st->scratch, db_col(s, 1), key) ||
	    str_eq(key, db_col(s, 0));
	sqlite3_reset(s);
	return r;
}
