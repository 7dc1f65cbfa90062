/*
 * admin.c - commands and questions of an administrator.
 */
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "store/admin.h"
#include "store/failure.h"
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
	int n = give_order(st,
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

long
store_why(struct store *st, const char *message_id,
    void (*each)(void *, const struct store_reason *), void *arg,
    struct err *err)
{
	struct store_reason r;
	struct buf id;
	sqlite3_stmt *s;
	long n = 0;
	int more;

	buf_init(&id, strlen(message_id) + 3);
	add_id(&id, message_id);
	db_lock(st);
	s = db_stmt(st, DB_ADMIN_WHY,
	    "SELECT d.mailbox,f.path,d.verdict,d.rule,d.at,e.id,c.removed_at,"
	    "x.message,x.next_try,x.tries,m.profile,EXISTS(SELECT 1 FROM "
	    "sync_anew a WHERE a.mailbox=d.mailbox AND a.item=d.item) "
	    "FROM decision d "
	    "LEFT JOIN folder f ON f.id=d.folder "
	    "LEFT JOIN sync_email e ON e.n=d.email "
	    "LEFT JOIN sync_copy c ON c.email=d.email AND c.item_id=d.item "
	    "AND c.mailbox=d.mailbox "
	    "LEFT JOIN failure x ON x.mailbox=d.mailbox AND x.item=d.item "
	    "LEFT JOIN mailbox m ON m.address=d.mailbox "
	    "WHERE d.message_id COLLATE NOCASE IN(?1,?2) ORDER BY d.at");
	db_text(s, 1, buf_str(&id));
	db_text(s, 2, message_id);
	while ((more = db_row(st, s, err)) == 1) {
		read_reason(s, &r);
		each(arg, &r);
		n++;
	}
	db_unlock(st);
	buf_free(&id);
	return more == -1 ? -1 : n;
}
