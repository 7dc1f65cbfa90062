/*
 * item.c - items of a folder: what is known of them, what becomes of them,
 * and the end of a page of changes.
 * 1. item_put is inside one transaction: the cursor is never ahead of its
 *    rows.
 * 2. A full walk has seen an item once the cursor of a page that names it is
 *    written: in that transaction the item is stamped with the walk's number,
 *    and nowhere else. At the walk's end the items of the folder without that
 *    stamp are gone. A walk that begins at the start again has another number:
 *    its server does not tell what went away before.
 * 3. What is written ahead of the cursor is noted until a cursor passes it
 *    (ahead.h).
 * 4. A delete of an item that is not known, or known in another folder by
 *    now, does nothing.
 * 5. Nobody waits for the lock longer than SLICE takes and one item: what was
 *    put by then is committed as what is written ahead is. Deletes and read
 *    flags may be ahead of the cursor, too: told once more they change nothing.
 *    A sweep comes after its page's cursor; one that is cut off goes on when
 *    the folder is at its end again, since only then the walk ends.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/ahead.h"
#include "store/blob.h"
#include "store/content.h"
#include "store/copy.h"
#include "store/day.h"
#include "store/email.h"
#include "store/failure.h"
#include "store/item.h"
#include "store/stray.h"
#include "store/walk.h"

#define SLICE  (8 << 20) /* bytes that one transaction moves, about */
#define REMOVE 1024      /* what an item that goes costs, in such bytes */

/* --- slices ------------------------------------------------------------ */

static bool
is_full(const struct store *st)
{
	return st->txn.handled > fault_int("EXSYNC_SLICE", SLICE);
}

/* Others may write now. */
static int
end_slice(struct store *st, struct err *err)
{
	if (blob_prune(st, err) == -1)
		return -1;
	fault_point("between slices");
	return db_txn_next(st, err);
}

/* The items before the given one are on disk, ahead of the cursor. */
static int
put_slice(struct store *st, const struct store_work *w, size_t from, size_t to,
    struct err *err)
{
	bool ahead = w->page != NULL;
	size_t i;

	for (i = from; ahead && i < to; i++) {
		if (ahead_note(st, w->page->folder, w->item[i].item_id, err) ==
		    -1)
			return -1;
	}
	if (day_write(st, w->mailbox, err) == -1)
		return -1;
	return end_slice(st, err);
}

/* --- full walks -------------------------------------------------------- */

/* The full walk under way in a folder. */
struct full_walk {
	int64_t number; /* 0: none */
	bool anew;      /* it decides anew what was skipped */
};

static int
walk_get(
    struct store *st, int64_t folder, struct full_walk *out, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_WALK_GET,
	    "SELECT walk,walking FROM sync_folder WHERE folder=?1 AND "
	    "walking IN(?2,?3)");
	int r;

	memset(out, 0, sizeof(*out));
	db_int(s, 1, folder);
	db_int(s, 2, WALKING_FULL);
	db_int(s, 3, WALKING_ANEW);
	if ((r = db_row(st, s, err)) != 1)
		return r;
	out->number = sqlite3_column_int64(s, 0);
	out->anew = sqlite3_column_int(s, 1) == WALKING_ANEW;
	sqlite3_reset(s);
	return 0;
}

/* One that was asked for stays so when it has to begin once more. */
static int
walk_begin(struct store *st, int64_t folder, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_WALK_BEGIN,
	    "INSERT INTO sync_folder(folder,walk,walking) VALUES(?1,1,?2) "
	    "ON CONFLICT DO UPDATE SET cursor=NULL,marker=NULL,walk=walk+1,"
	    "walking=iif(walking IN(?3,?4),?4,?2)");

	db_int(s, 1, folder);
	db_int(s, 2, WALKING_FULL);
	db_int(s, 3, WALKING_ASKED);
	db_int(s, 4, WALKING_ANEW);
	return db_run(st, s, err) == -1 ? -1 : stray_asked(st, folder, err);
}

/* The walk has seen what the page names. */
static int
walk_saw(struct store *st, const char *mailbox, const struct store_page *p,
    int64_t walk, struct err *err)
{
	size_t i;

	for (i = 0; i < p->nchange; i++) {
		if (p->change[i].op == CHANGE_PUT &&
		    decision_stamp(st,
			&(struct store_place){ mailbox, p->folder },
			p->change[i].id, walk, err) == -1)
			return -1;
	}
	return 0;
}

/* --- what is known ----------------------------------------------------- */

static bool
is_verdict(sqlite3_stmt *s, int column, enum verdict v)
{
	return str_eq(db_col(s, column), verdict_name(v));
}

static enum store_known
judge(sqlite3_stmt *s, int64_t folder, const char *change_key, bool anew)
{
	const char *key = db_col(s, 1);

	switch (sqlite3_column_int(s, 2)) {
	case DECISION_GONE:
		return STORE_CHANGED;
	case DECISION_MOVING:
		return STORE_FAILED;
	case DECISION_FAILED:
		/* else its old folder would say that it is gone, and take its
		 * failure along */
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
struct question {
	const char *mailbox;
	int64_t folder;
	const struct item_ref *v;
	size_t n;
	enum store_known *out;
};

/*
 * Is it a copy that an older program wrote, of which the file does not know
 * what it says? It counts as changed in a full walk.
 */
static int
is_unread(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_COPY_UNREAD,
	    "SELECT 1 FROM decision d JOIN sync_copy c ON c.email=d.email AND "
	    "c.item_id=d.item AND c.mailbox=d.mailbox WHERE d.mailbox=? AND "
	    "d.item=? AND c.modified=?");
	int r;

	db_text(s, 1, mailbox);
	db_text(s, 2, item);
	db_int(s, 3, COPY_UNREAD);
	r = db_row(st, s, err);
	sqlite3_reset(s);
	return r;
}

static int
answer_question(struct store *st, void *arg, struct err *err)
{
	const struct question *q = arg;
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
			known =
			    judge(s, q->folder, q->v[i].change_key, walk.anew);
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
	struct question q = { at->mailbox, at->folder, v, n, out };

	return db_read(st, answer_question, &q, err);
}

/* --- one item ---------------------------------------------------------- */

static bool
keeps(const struct store_item *it)
{
	return it->message != NULL && it->decision != NULL &&
	       it->decision->verdict != VERDICT_SKIP;
}

/* Its content was asked for, and it was not there any more. */
static bool
vanished(const struct store_item *it)
{
	return it->decision == NULL && it->fault == NULL &&
	       str_eq(it->rule, "gone");
}

/* The server tells of it, and does not have it. */
static bool
is_doubtful(const struct store_item *it)
{
	return it->decision == NULL && it->fault != NULL &&
	       it->fault->kind == ERR_GONE;
}

/* What a row of decision holds that is not the item's own. */
struct made {
	char *message_id, *parties;
};

/* The row of decision that says what the item became. */
static void
describe(struct store *st, const char *mailbox, const struct store_item *it,
    struct decision_row *l, struct made *made)
{
	memset(l, 0, sizeof(*l));
	memset(made, 0, sizeof(*made));
	l->mailbox = mailbox;
	l->item = it->item_id;
	l->folder = it->folder;
	l->change_key = it->change_key;
	if (it->message != NULL)
		l->message_id = made->message_id =
		    content_mid_shown(it->message->message_id);
	l->state = it->fault != NULL ? DECISION_FAILED
		   : vanished(it)    ? DECISION_GONE
				     : DECISION_THERE;
	if (it->decision != NULL) {
		l->verdict = verdict_name(it->decision->verdict);
		l->rule = it->decision->rule;
		if (!keeps(it) && it->message != NULL)
			l->parties = made->parties =
			    decision_parties(st, it->message);
	} else if (it->fault != NULL && !is_doubtful(it)) {
		l->verdict = DECISION_NONE;
		l->rule = it->fault->code[0] != '\0' ? it->fault->code : NULL;
	} else {
		l->verdict = verdict_name(VERDICT_SKIP);
		l->rule = it->rule;
	}
}

/* What is not kept now but was: its place may have moved or come back. */
static int
follow(struct store *st, const struct store_item *it,
    const struct decision_row *l, int64_t email, struct store_count *count,
    struct err *err)
{
	struct copy c = { .email = email,
		.mailbox = l->mailbox,
		.item_id = l->item,
		.folder = l->folder,
		.is_read = -1 };

	if (it->message != NULL)
		c.is_read = it->message->is_read;
	return copy_back(st, &c, count, err);
}

/* l->email becomes the mail that the item is, if any. */
static int
become(struct store *st, const struct store_item *it, struct decision_row *l,
    int64_t known, struct store_count *count, struct err *err)
{
	struct email_in in;
	int rc = 0;

	l->email = known;
	if (keeps(it)) {
		in.mailbox = l->mailbox;
		in.item_id = l->item;
		in.folder = l->folder;
		in.m = it->message;
		in.d = it->decision;
		in.poorer = it->fault != NULL;
		rc = email_put(st, &in, known, &l->email, count, err);
	} else if (known != 0)
		rc = follow(st, it, l, known, count, err);
	if (rc == 0 && it->fault != NULL) {
		count->failed += !is_doubtful(it);
		rc = failure_put(
		    st, l, it->fault, it->next_try, it->counted, err);
	} else if (rc == 0 && !keeps(it))
		count->skipped++;
	return rc;
}

/* The item is not in its folder any more. */
static int
remove_item(struct store *st, const char *mailbox, const char *item,
    const struct decision_old *old, struct store_count *count, struct err *err)
{
	struct copy c = { .email = old->email,
		.mailbox = mailbox,
		.item_id = item,
		.folder = old->folder,
		.is_read = -1 };

	st->txn.handled += REMOVE;
	count->left += old->state != DECISION_GONE;
	if (old->state == DECISION_FAILED &&
	    failure_delete(st, mailbox, item, err) == -1)
		return -1;
	if (old->state == DECISION_MOVING &&
	    failure_moved(st, mailbox, item, err) == -1)
		return -1;
	if (old->state != DECISION_GONE &&
	    decision_set_gone(st, mailbox, item, err) == -1)
		return -1;
	if (old->email == 0)
		return 0;
	return copy_gone(st, &c, count, err);
}

/* Never seen: the row of decision first, with the number a new mail gets. */
static int
put_new(struct store *st, const struct store_item *it, struct decision_row *l,
    bool *known, struct store_count *count, struct err *err)
{
	int64_t guess = 0;
	int r;

	*known = false;
	if (keeps(it) && email_next(st, &guess, err) == -1)
		return -1;
	l->email = guess;
	if ((r = decision_insert(st, l, err)) == -1)
		return -1;
	if (r == 0) {
		*known = true;
		return 0;
	}
	count->entered += l->state != DECISION_GONE;
	if (become(st, it, l, 0, count, err) == -1)
		return -1;
	return l->email == guess
		   ? 0
		   : decision_set_email(st, l->mailbox, l->item, l->email, err);
}

static int
put_known(struct store *st, const struct store_item *it, struct decision_row *l,
    struct store_count *count, struct err *err)
{
	struct decision_old old;

	if (decision_get(st, l->mailbox, l->item, &old, err) == -1)
		return -1;
	/* what was decided of it before stays readable */
	if (vanished(it))
		return remove_item(st, l->mailbox, l->item, &old, count, err);
	count->entered += old.state == DECISION_GONE || old.folder != l->folder;
	if (is_doubtful(it)) {
		if (failure_put(
			st, l, it->fault, it->next_try, it->counted, err) == -1)
			return -1;
		return decision_set_doubt(st, l, err);
	}
	if (become(st, it, l, old.email, count, err) == -1)
		return -1;
	if ((old.state == DECISION_FAILED || old.state == DECISION_MOVING) &&
	    it->fault == NULL &&
	    failure_delete(st, l->mailbox, l->item, err) == -1)
		return -1;
	return decision_set(st, l, err);
}

static int
put_item(struct store *st, const char *mailbox, const struct store_item *it,
    struct store_count *count, struct err *err)
{
	struct decision_row l;
	struct made made;
	bool known;
	int rc;

	describe(st, mailbox, it, &l, &made);
	rc = put_new(st, it, &l, &known, count, err);
	if (rc == 0 && known)
		rc = put_known(st, it, &l, count, err);
	free(made.message_id);
	free(made.parties);
	return rc;
}

/* --- the end of a page ------------------------------------------------- */

/* The read flag moves the change key, too. */
static int
apply_read(struct store *st, const char *mailbox, const struct change *c,
    const struct decision_old *old, struct store_count *count, struct err *err)
{
	struct copy at = { .email = old->email,
		.mailbox = mailbox,
		.item_id = c->id,
		.folder = old->folder,
		.is_read = c->is_read };

	if (c->change_key != NULL &&
	    decision_set_key(st, mailbox, c->id, c->change_key, err) == -1)
		return -1;
	return old->email == 0 ? 0 : copy_read(st, &at, count, err);
}

static int
apply(struct store *st, const char *mailbox, int64_t folder,
    const struct change *c, struct store_count *count, struct err *err)
{
	struct decision_old old;
	int r;

	if (c->op == CHANGE_PUT)
		return 0;
	if ((r = decision_get(st, mailbox, c->id, &old, err)) != 1)
		return r;
	if (c->op == CHANGE_READ)
		return apply_read(st, mailbox, c, &old, count, err);
	if (old.folder != folder)
		return 0;
	return remove_item(st, mailbox, c->id, &old, count, err);
}

#define SWEEP 256

/* Items that the walk missed, some at a time. */
struct sweep {
	const char *mailbox;
	int64_t folder, walk;
	char *after; /* the last one of the time before */
	size_t n;
	struct {
		char *item;
		struct decision_old old;
	} v[SWEEP];
};

/*
 * The next of them: the list must not grow with the folder, and rows cannot
 * be changed under the statement that reads them.
 */
static int
sweep_next(struct store *st, struct sweep *w, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DECISION_FOLDER,
	    "SELECT item,email,state FROM decision WHERE mailbox=?1 AND "
	    "item>?2 AND folder=?3 AND state<>?6 AND walk<>?4 "
	    "ORDER BY item LIMIT ?5");
	int r;

	w->n = 0;
	db_text(s, 1, w->mailbox);
	db_text(s, 2, w->after);
	db_int(s, 3, w->folder);
	db_int(s, 4, w->walk);
	db_int(s, 5, SWEEP);
	db_int(s, 6, DECISION_GONE);
	while ((r = db_row(st, s, err)) == 1) {
		w->v[w->n].item = mem_strdup(db_col(s, 0));
		w->v[w->n].old.folder = w->folder;
		w->v[w->n].old.email = sqlite3_column_int64(s, 1);
		w->v[w->n].old.state =
		    (enum decision_state)sqlite3_column_int(s, 2);
		w->n++;
	}
	return r;
}

int
item_sweep(struct store *st, const char *mailbox, int64_t folder, int64_t walk,
    struct store_count *count, struct err *err)
{
	struct sweep *w = mem_alloc(sizeof(*w));
	size_t i;
	int rc;

	w->mailbox = mailbox;
	w->folder = folder;
	w->walk = walk;
	w->after = mem_strdup("");
	do {
		rc = sweep_next(st, w, err);
		for (i = 0; i < w->n; i++) {
			if (rc == 0)
				rc = remove_item(st, mailbox, w->v[i].item,
				    &w->v[i].old, count, err);
			if (rc == 0 && is_full(st))
				rc = end_slice(st, err);
			free(w->after);
			w->after = w->v[i].item;
		}
		fault_point("inside sweep");
	} while (rc == 0 && w->n == SWEEP);
	free(w->after);
	free(w);
	return rc;
}

/*
 * What an earlier pass wrote ahead of its cursor and no page has told of
 * since, though the folder is at its end: it is gone.
 */
static int
sweep_ahead(struct store *st, const char *mailbox, int64_t folder,
    struct store_count *count, struct err *err)
{
	struct decision_old old;
	char *item;
	int r, k = 1;

	while (k != -1 && (r = ahead_take(st, folder, &item, err)) == 1) {
		fault_point("inside sweep ahead");
		k = decision_get(st, mailbox, item, &old, err);
		if (k == 1 && old.folder == folder &&
		    old.state != DECISION_GONE)
			k = remove_item(st, mailbox, item, &old, count, err);
		free(item);
		if (k != -1 && is_full(st))
			k = end_slice(st, err);
	}
	return k == -1 ? -1 : r;
}

/* walk: the number of the one that ends here, or 0. */
static int
finish(struct store *st, const char *mailbox, const struct store_page *p,
    int64_t walk, struct store_count *count, struct err *err)
{
	sqlite3_stmt *s;

	if (walk != 0 &&
	    (item_sweep(st, mailbox, p->folder, walk, count, err) == -1 ||
		stray_settled(st, p->folder, err) == -1))
		return -1;
	if (sweep_ahead(st, mailbox, p->folder, count, err) == -1)
		return -1;
	s = db_stmt(st, DB_WALK_END,
	    "INSERT INTO sync_folder(folder,marker,unsettled) "
	    "VALUES(?1,?2,?3) ON CONFLICT DO UPDATE SET marker=?2,"
	    "unsettled=?3,walking=iif(walking=?4,?4,?5)");
	db_int(s, 1, p->folder);
	db_text(s, 2, p->marker);
	db_int(s, 3, p->unsettled);
	db_int(s, 4, WALKING_ASKED);
	db_int(s, 5, WALKING_NONE);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* from: the first item that is not on disk yet. */
static int
apply_all(struct store *st, const struct store_work *w, size_t from,
    struct store_count *count, struct err *err)
{
	const struct store_page *p = w->page;
	size_t i;

	for (i = 0; i < p->nchange; i++) {
		if (apply(st, w->mailbox, p->folder, &p->change[i], count,
			err) == -1)
			return -1;
		if (is_full(st)) {
			if (put_slice(st, w, from, w->n, err) == -1)
				return -1;
			from = w->n;
		}
	}
	return 0;
}

static int
end_page(struct store *st, const struct store_work *w, size_t from,
    struct store_count *count, struct err *err)
{
	const struct store_page *p = w->page;
	const char *mailbox = w->mailbox;
	struct full_walk walk;
	sqlite3_stmt *s;

	if ((p->restart && walk_begin(st, p->folder, err) == -1) ||
	    apply_all(st, w, from, count, err) == -1)
		return -1;
	if (walk_get(st, p->folder, &walk, err) == -1 ||
	    (walk.number != 0 &&
		walk_saw(st, mailbox, p, walk.number, err) == -1))
		return -1;
	if (ahead_passed(st, p->folder, p->change, p->nchange, err) == -1)
		return -1;
	if (p->nstray > 0) {
		count->failed += p->nstray;
		if (stray_met(st, mailbox, p, err) == -1)
			return -1;
	}
	fault_point("before cursor");
	if (p->cursor != NULL) {
		s = db_stmt(st, DB_WALK_CURSOR,
		    "INSERT INTO sync_folder(folder,cursor) VALUES(?1,?2) "
		    "ON CONFLICT DO UPDATE SET cursor=?2");
		db_int(s, 1, p->folder);
		db_text(s, 2, p->cursor);
		if (db_run(st, s, err) == -1)
			return -1;
	}
	return p->finished ? finish(st, mailbox, p, walk.number, count, err)
			   : 0;
}

int
item_put(struct store *st, const struct store_work *w, struct store_count *c,
    struct err *err)
{
	bool ahead = w->page != NULL && w->page->ahead;
	size_t i, from = 0;
	int rc = 0;

	for (i = 0; rc == 0 && i < w->n; i++) {
		if (is_full(st)) {
			rc = put_slice(st, w, from, i, err);
			from = i;
		}
		if (rc == 0)
			rc = put_item(st, w->mailbox, &w->item[i], c, err);
		if (w->item[i].message != NULL)
			blob_unhold(st, w->item[i].message);
	}
	for (i = from; rc == 0 && ahead && i < w->n; i++)
		rc = ahead_note(st, w->page->folder, w->item[i].item_id, err);
	if (rc == 0)
		rc = day_write(st, w->mailbox, err);
	if (rc == 0 && w->page != NULL && !ahead)
		rc = end_page(st, w, from, c, err);
	return rc == 0 ? blob_prune(st, err) : rc;
}
