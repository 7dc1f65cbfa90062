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

static int
insert(struct store *st, const char *mailbox, const char *item_id,
    int64_t folder, bool is_read, int64_t n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_INSERT,
	    "INSERT INTO sync_copy(email,item_id,mailbox,folder,is_read) "
	    "VALUES(?,?,?,?,?) ON CONFLICT DO NOTHING");

	db_int(s, 1, n);
	db_text(s, 2, item_id);
	db_text(s, 3, mailbox);
	db_int(s, 4, folder);
	db_int(s, 5, is_read);
	return db_run(st, s, err);
}

int
copy_first(struct store *st, const struct email_in *in, int64_t n,
    struct store_count *count, struct err *err)
{
	count->copies++;
	return insert(st, in->mailbox, in->item_id, in->folder, in->m->is_read,
		   n, err) == -1
		   ? -1
		   : 0;
}

static void
bind_place(sqlite3_stmt *s, const char *mailbox, const char *item_id,
    int64_t folder, int is_read, int64_t n)
{
	db_int(s, 1, n);
	db_text(s, 2, item_id);
	db_text(s, 3, mailbox);
	db_int(s, 4, folder);
	db_intor(s, 5, is_read, -1);
}

int
copy_back(struct store *st, const char *mailbox, const char *item_id,
    int64_t folder, int is_read, int64_t n, struct store_count *count,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_BACK,
	    "UPDATE sync_copy SET removed_at=NULL,folder=?4,"
	    "is_read=ifnull(?5,is_read) WHERE email=?1 AND item_id=?2 AND "
	    "mailbox=?3 AND removed_at IS NOT NULL");
	int r;

	bind_place(s, mailbox, item_id, folder, is_read, n);
	if ((r = db_run(st, s, err)) == -1)
		return -1;
	if (r > 0) {
		count->copies++;
		return tell(st, n, "insert", err);
	}
	s = db_stmt(st, DB_COPY_UPDATE,
	    "UPDATE sync_copy SET folder=?4,is_read=ifnull(?5,is_read) "
	    "WHERE email=?1 AND item_id=?2 AND mailbox=?3 AND "
	    "(folder<>?4 OR is_read<>ifnull(?5,is_read))");
	bind_place(s, mailbox, item_id, folder, is_read, n);
	if ((r = db_run(st, s, err)) <= 0)
		return r;
	count->updated++;
	return tell(st, n, "update", err);
}

int
copy_place(struct store *st, const char *mailbox, const char *item_id,
    int64_t folder, int is_read, int64_t n, struct store_count *count,
    struct err *err)
{
	int r = insert(st, mailbox, item_id, folder, is_read > 0, n, err);

	if (r == -1)
		return -1;
	fault_point("copy written");
	if (r > 0) {
		count->copies++;
		return tell(st, n, "insert", err);
	}
	return copy_back(st, mailbox, item_id, folder, is_read, n, count, err);
}

int
copy_gone(struct store *st, const char *mailbox, const char *item_id, int64_t n,
    struct store_count *count, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_GONE,
	    "UPDATE sync_copy SET removed_at=?4 WHERE email=?1 AND item_id=?2 "
	    "AND mailbox=?3 AND removed_at IS NULL");
	int r;

	db_int(s, 1, n);
	db_text(s, 2, item_id);
	db_text(s, 3, mailbox);
	db_text(s, 4, st->at);
	if ((r = db_run(st, s, err)) <= 0)
		return r;
	count->removed++;
	return tell(st, n, "delete", err);
}

int
copy_read(struct store *st, const char *mailbox, const char *item_id, int64_t n,
    bool is_read, struct store_count *count, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_READ,
	    "UPDATE sync_copy SET is_read=?4 WHERE email=?1 AND item_id=?2 "
	    "AND mailbox=?3 AND is_read<>?4");
	int r;

	db_int(s, 1, n);
	db_text(s, 2, item_id);
	db_text(s, 3, mailbox);
	db_int(s, 4, is_read);
	if ((r = db_run(st, s, err)) <= 0)
		return r;
	count->updated++;
	return tell(st, n, "update", err);
}
