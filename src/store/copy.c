/*
 * copy.c - the places of a mail.
 * 1. A place is known by (mail, item, mailbox). Its row is never deleted.
 * 2. A change row tells only of a row that changed: insert for a further or
 *    returned place, update for the read flag and the folder, delete for
 *    removed_at. The first place of a new mail comes with the mail's own.
 */
#include "base/fault.h"
#include "store/email.h"

static int
tell(struct store *st, int64_t n, const char *op, struct err *err)
{
	sqlite3_stmt *s =
	    db_stmt(st, DB_EMAIL_ID, "SELECT id FROM sync_email WHERE n=?");
	int rc;

	db_int(s, 1, n);
	rc = db_row(st, s, err);
	if (rc == 1)
		rc = db_change(st, "email_copy", db_col(s, 0), op, err);
	sqlite3_reset(s);
	return rc;
}

static void
bind(sqlite3_stmt *s, const struct copy *c)
{
	db_int(s, 1, c->email);
	db_text(s, 2, c->item_id);
	db_text(s, 3, c->mailbox);
}

static int
insert(struct store *st, const struct copy *c, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_INSERT,
	    "INSERT INTO sync_copy(email,item_id,mailbox,folder,is_read) "
	    "VALUES(?,?,?,?,?) ON CONFLICT DO NOTHING");

	bind(s, c);
	db_int(s, 4, c->folder);
	db_int(s, 5, c->is_read > 0);
	return db_run(st, s, err);
}

int
copy_first(struct store *st, const struct copy *c, struct store_count *count,
    struct err *err)
{
	count->copies++;
	return insert(st, c, err) == -1 ? -1 : 0;
}

int
copy_back(struct store *st, const struct copy *c, struct store_count *count,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_BACK,
	    "UPDATE sync_copy SET removed_at=NULL,folder=?4,"
	    "is_read=ifnull(?5,is_read) WHERE email=?1 AND item_id=?2 AND "
	    "mailbox=?3 AND removed_at IS NOT NULL");
	int r;

	bind(s, c);
	db_int(s, 4, c->folder);
	db_intor(s, 5, c->is_read, -1);
	if ((r = db_run(st, s, err)) == -1)
		return -1;
	if (r > 0) {
		count->copies++;
		return tell(st, c->email, "insert", err);
	}
	s = db_stmt(st, DB_COPY_UPDATE,
	    "UPDATE sync_copy SET folder=?4,is_read=ifnull(?5,is_read) "
	    "WHERE email=?1 AND item_id=?2 AND mailbox=?3 AND "
	    "(folder<>?4 OR is_read<>ifnull(?5,is_read))");
	bind(s, c);
	db_int(s, 4, c->folder);
	db_intor(s, 5, c->is_read, -1);
	if ((r = db_run(st, s, err)) <= 0)
		return r;
	count->updated++;
	return tell(st, c->email, "update", err);
}

int
copy_place(struct store *st, const struct copy *c, struct store_count *count,
    struct err *err)
{
	int r = insert(st, c, err);

	if (r == -1)
		return -1;
	fault_point("copy written");
	if (r > 0) {
		count->copies++;
		if (day_place(st, c->mailbox, c->item_id, c->email, err) == -1)
			return -1;
		return tell(st, c->email, "insert", err);
	}
	return copy_back(st, c, count, err);
}

int
copy_gone(struct store *st, const struct copy *c, struct store_count *count,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_GONE,
	    "UPDATE sync_copy SET removed_at=?4 WHERE email=?1 AND item_id=?2 "
	    "AND mailbox=?3 AND removed_at IS NULL");
	int r;

	bind(s, c);
	db_text(s, 4, st->at);
	if ((r = db_run(st, s, err)) <= 0)
		return r;
	count->removed++;
	return tell(st, c->email, "delete", err);
}

int
copy_read(struct store *st, const struct copy *c, struct store_count *count,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_READ,
	    "UPDATE sync_copy SET is_read=?4 WHERE email=?1 AND item_id=?2 "
	    "AND mailbox=?3 AND is_read<>?4");
	int r;

	bind(s, c);
	db_int(s, 4, c->is_read);
	if ((r = db_run(st, s, err)) <= 0)
		return r;
	count->updated++;
	return tell(st, c->email, "update", err);
}
