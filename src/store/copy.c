/*
 * copy.c - the copies of a mail.
 * 1. The key of a copy is (mail, item, mailbox). Its row goes with the mail.
 * 2. A change row is written only for a row that changed: insert for a further
 *    or returned copy, update for read flag, marks and folder, delete for
 *    removed_at. The first copy of a new mail has none: the mail's change row
 *    stands for it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/copy.h"
#include "store/day.h"
#include "store/edition.h"
#include "store/emaillink.h"

void
copy_attached(const char *id, char *out)
{
	unsigned char sum[CRYPT_SHA256];

	crypt_sha256(str_nn(id), strlen(str_nn(id)), sum);
	enc_hex(sum, COPY_ATTACHED / 2, out);
}

static int
tell_copy(struct store *st, int64_t n, const char *op, struct err *err)
{
	return db_change_email(st, n, "email_copy", op, err);
}

void
copy_marks_of(const struct message *m, struct copy_marks *out)
{
	size_t i, len = 0;
	char *p;

	memset(out, 0, sizeof(*out));
	out->flag = m->flag;
	out->answered = m->answered;
	for (i = 0; i < m->ncategory; i++)
		len += strlen(m->category[i]) + 1;
	if (len == 0)
		return;
	p = out->categories = mem_alloc(len);
	for (i = 0; i < m->ncategory; i++) {
		if (i > 0)
			*p++ = '\n';
		p = stpcpy(p, m->category[i]);
	}
}

void
copy_marks_free(struct copy_marks *marks)
{
	free(marks->categories);
	marks->categories = NULL;
}

/* Binds MARKS from that parameter on. */
static void
bind_marks(sqlite3_stmt *s, int from, const struct copy *c)
{
	const struct copy_marks *k = c->marks;

	db_text(s, from, k != NULL ? k->categories : NULL);
	db_text(s, from + 1, k != NULL ? k->flag : NULL);
	db_text(s, from + 2, k != NULL ? k->answered : NULL);
}
#define MARKS "categories,flag,answered"

static void
bind_copy(sqlite3_stmt *s, const struct copy *c)
{
	db_int(s, 1, c->email);
	db_text(s, 2, c->item_id);
	db_text(s, 3, c->mailbox);
}

/* Binds the columns that no view shows, from that parameter on. */
static void
bind_own(sqlite3_stmt *s, int from, const struct copy *c)
{
	db_intor(s, from, c->edition, 0);
	db_intor(s, from + 1, c->modified, -1);
	db_intor(s, from + 2, c->size, -1);
	db_text(s, from + 3, c->attached);
}

static int
insert_copy(struct store *st, const struct copy *c, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_INSERT,
	    "INSERT INTO sync_copy(email,item_id,mailbox,folder,is_read,"
	    "edition,modified,size,attached," MARKS
	    ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?) "
	    "ON CONFLICT DO NOTHING");

	bind_copy(s, c);
	db_int(s, 4, c->folder);
	db_int(s, 5, c->is_read > 0);
	bind_own(s, 6, c);
	bind_marks(s, 10, c);
	return db_run(st, s, err);
}

#define OWN      "edition,modified,size,attached"
#define OWN_VALS "?4,?5,?6,?7"

static int
update_own(struct store *st, const struct copy *c, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_OWN,
	    "UPDATE sync_copy SET (" OWN ")=(" OWN_VALS ") WHERE email=?1 AND "
	    "item_id=?2 AND mailbox=?3 AND (" OWN ") IS NOT (" OWN_VALS ")");

	bind_copy(s, c);
	bind_own(s, 4, c);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
copy_get(struct store *st, const struct copy *c, struct copy_row *out,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_GET,
	    "SELECT removed_at IS NULL,ifnull(edition,0) FROM sync_copy "
	    "WHERE email=? AND item_id=? AND mailbox=?");
	int r;

	memset(out, 0, sizeof(*out));
	bind_copy(s, c);
	if ((r = db_row(st, s, err)) == 1) {
		out->found = true;
		out->live = sqlite3_column_int(s, 0) != 0;
		out->edition = sqlite3_column_int64(s, 1);
		sqlite3_reset(s);
	}
	return r == -1 ? -1 : 0;
}

int
copy_others(struct store *st, const struct copy *c, int64_t *n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_OTHERS,
	    "SELECT count(*) FROM(SELECT 1 FROM sync_copy WHERE email=?1 AND "
	    "removed_at IS NULL AND NOT(item_id=?2 AND mailbox=?3) LIMIT 1)");

	bind_copy(s, c);
	return db_one(st, s, n, err) == -1 ? -1 : 0;
}

int
copy_lost(struct store *st, const struct copy *c, int64_t group, int64_t *email,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_LOST,
	    "SELECT email FROM sync_copy WHERE email IN(SELECT ?1 UNION ALL "
	    "SELECT n FROM sync_email WHERE variant_of=?1) AND item_id=?2 AND "
	    "mailbox=?3 AND removed_at IS NULL");

	db_int(s, 1, group);
	db_text(s, 2, c->item_id);
	db_text(s, 3, c->mailbox);
	return db_one(st, s, email, err) == -1 ? -1 : 0;
}

int
copy_first(struct store *st, const struct copy *c, struct store_count *count,
    struct err *err)
{
	count->copies++;
	return insert_copy(st, c, err) == -1 ? -1 : 0;
}

/* The places of the mail have changed; changed: so has the mail already. */
static int
settle_links(struct store *st, int64_t email, int changed,
    struct store_count *count, struct err *err)
{
	int r = emaillink_settle(st, email, err);

	if (r == -1 || (r == 0 && changed == 0))
		return r;
	count->updated++;
	return db_change_email(st, email, "email", "update", err);
}

int
copy_back(struct store *st, const struct copy *c, struct store_count *count,
    struct err *err)
{
	/*
	 * A copy that comes back without being fetched has no edition: it takes
	 * the one whose text the mail shows.
	 */
	sqlite3_stmt *s = db_stmt(st, DB_COPY_BACK,
	    "UPDATE sync_copy SET removed_at=NULL,folder=?4,"
	    "is_read=ifnull(?5,is_read),categories=iif(?6,?7,categories),"
	    "flag=iif(?6,?8,flag),answered=iif(?6,?9,answered),"
	    "edition=ifnull(edition,(SELECT n FROM "
	    "sync_edition WHERE email=?1 ORDER BY differs,weight DESC,digest "
	    "LIMIT 1)) WHERE email=?1 AND item_id=?2 AND "
	    "mailbox=?3 AND removed_at IS NOT NULL");
	int r;

	bind_copy(s, c);
	db_int(s, 4, c->folder);
	db_intor(s, 5, c->is_read, -1);
	db_int(s, 6, c->marks != NULL);
	bind_marks(s, 7, c);
	if ((r = db_run(st, s, err)) == -1)
		return -1;
	if (r > 0) {
		count->copies++;
		if (tell_copy(st, c->email, "insert", err) == -1)
			return -1;
		return settle_links(st, c->email, 0, count, err);
	}
	s = db_stmt(st, DB_COPY_UPDATE,
	    "UPDATE sync_copy SET folder=?4,is_read=ifnull(?5,is_read),"
	    "categories=iif(?6,?7,categories),flag=iif(?6,?8,flag),"
	    "answered=iif(?6,?9,answered) "
	    "WHERE email=?1 AND item_id=?2 AND mailbox=?3 AND "
	    "(folder<>?4 OR is_read<>ifnull(?5,is_read) OR "
	    "(?6 AND (" MARKS ") IS NOT (?7,?8,?9)))");
	bind_copy(s, c);
	db_int(s, 4, c->folder);
	db_intor(s, 5, c->is_read, -1);
	db_int(s, 6, c->marks != NULL);
	bind_marks(s, 7, c);
	if ((r = db_run(st, s, err)) <= 0)
		return r;
	count->updated++;
	if (tell_copy(st, c->email, "update", err) == -1)
		return -1;
	return settle_links(st, c->email, 0, count, err);
}

int
copy_place(struct store *st, const struct copy *c, struct store_count *count,
    struct err *err)
{
	int r = insert_copy(st, c, err);

	if (r == -1)
		return -1;
	fault_point("copy written");
	if (r > 0) {
		count->copies++;
		if (day_place(st, c->mailbox, c->item_id, c->email, err) == -1)
			return -1;
		return tell_copy(st, c->email, "insert", err);
	}
	if (update_own(st, c, err) == -1)
		return -1;
	return copy_back(st, c, count, err);
}

int
copy_gone(struct store *st, const struct copy *c, struct store_count *count,
    struct err *err)
{
	static const struct edition_except nobody = { NULL, NULL };
	sqlite3_stmt *s;
	struct copy_row was;
	int r;

	if (copy_get(st, c, &was, err) == -1)
		return -1;
	s = db_stmt(st, DB_COPY_GONE,
	    "UPDATE sync_copy SET removed_at=?4,edition=NULL WHERE email=?1 "
	    "AND item_id=?2 AND mailbox=?3 AND removed_at IS NULL");
	bind_copy(s, c);
	db_text(s, 4, st->txn.at);
	if ((r = db_run(st, s, err)) <= 0)
		return r;
	count->removed++;
	if (tell_copy(st, c->email, "delete", err) == -1)
		return -1;
	fault_point("copy gone");
	r = was.edition == 0
		? 0
		: edition_settle(st, c->email, &nobody, count, err);
	return r == -1 ? -1 : settle_links(st, c->email, r, count, err);
}

int
copy_read(struct store *st, const struct copy *c, struct store_count *count,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_READ,
	    "UPDATE sync_copy SET is_read=?4 WHERE email=?1 AND item_id=?2 "
	    "AND mailbox=?3 AND is_read<>?4");
	int r;

	bind_copy(s, c);
	db_int(s, 4, c->is_read);
	if ((r = db_run(st, s, err)) <= 0)
		return r;
	count->updated++;
	return tell_copy(st, c->email, "update", err);
}
