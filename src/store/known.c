/*
 * known.c - what the file knows of items that the server lists.
 */
#include <string.h>

#include "base/str.h"
#include "store/copy.h"
#include "store/decision.h"
#include "store/walk.h"

static bool
is_verdict(sqlite3_stmt *s, int column, enum verdict v)
{
	return str_eq(db_col(s, column), verdict_name(v));
}

static enum store_known
judge_item(sqlite3_stmt *s, int64_t folder, const char *change_key, bool anew)
{
	const char *key = db_col(s, 1);

	switch (sqlite3_column_int(s, 2)) {
	case DECISION_GONE:
		return STORE_CHANGED;
	case DECISION_MOVING:
		return STORE_FAILED;
	case DECISION_FAILED:
		/*
		 * In a new folder it must be put again. Otherwise the delete in
		 * its old folder would remove its row of failure.
		 */
		return sqlite3_column_int64(s, 0) == folder ? STORE_FAILED
							    : STORE_CHANGED;
	}
	if (sqlite3_column_int64(s, 0) == folder && key != NULL &&
	    str_eq(key, change_key) &&
	    !(anew && is_verdict(s, 3, VERDICT_SKIP)))
		return STORE_SAME;
	return is_verdict(s, 3, VERDICT_KEEP) ? STORE_KEPT : STORE_CHANGED;
}

/* A question about n items of a folder, and the answer. */
struct known_question {
	const char *mailbox;
	int64_t folder;
	const struct item_ref *v;
	size_t n;
	enum store_known *out;
};

/*
 * Is it a copy that an older program wrote, so that its content is not known?
 * Such a copy counts as changed in a full walk.
 */
static int
is_unread(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_UNREAD,
	    "SELECT 1 FROM decision d JOIN sync_copy c ON c.email=d.email AND "
	    "c.item_id=d.item AND c.mailbox=d.mailbox WHERE d.mailbox=? AND "
	    "d.item=? AND c.modified=?");

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	db_int(s, 3, COPY_UNREAD);
	return db_one(st, s, NULL, err);
}

static int
answer_question(struct store *st, void *arg, struct err *err)
{
	const struct known_question *q = arg;
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_GET,
	    "SELECT folder,change_key,state,verdict FROM decision "
	    "WHERE mailbox=? AND item=?");
	struct full_walk walk;
	size_t i;
	int r;

	if (walk_get(st, q->folder, &walk, err) == -1)
		return -1;
	for (i = 0; i < q->n; i++) {
		enum store_known known = STORE_NEW;

		db_text(s, 1, q->mailbox);
		db_text(s, 2, q->v[i].id);
		if ((r = db_row(st, s, err)) == -1)
			return -1;
		if (r == 1)
			known = judge_item(
			    s, q->folder, q->v[i].change_key, walk.anew);
		sqlite3_reset(s);
		if (known == STORE_SAME && walk.number != 0) {
			if ((r = is_unread(st, q->mailbox, q->v[i].id, err)) ==
			    -1)
				return -1;
			known = r == 1 ? STORE_KEPT : STORE_SAME;
		}
		q->out[i] = known;
	}
	return 0;
}

int
store_items_known(struct store *st, const struct store_place *at,
    const struct item_ref *v, size_t n, enum store_known *out, struct err *err)
{
	struct known_question q = { at->mailbox, at->folder, v, n, out };

	memset(out, 0, n * sizeof(*out)); /* STORE_NEW, should it fail */
	return db_read(st, answer_question, &q, err);
}
