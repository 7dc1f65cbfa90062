/*
 * failure.c - table failure: items that wait for another try, or for a person.
 * 1. decision.state is DECISION_FAILED or DECISION_MOVING exactly while a row
 *    of failure waits.
 * 2. DECISION_MOVING is written before a mail is moved. If we die, or the
 *    answer does, the server tells only that the mail has left its folder: its
 *    row of failure is then not taken for that of a mail which its owner
 *    deleted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/vec.h"
#include "store/failure.h"
#include "store/reconsider.h"

/* Did it take too long? Then it is asked for alone, not to delay others. */
static bool
is_slow(const struct err *fault)
{
	return fault->cause == CAUSE_UNDERWAY ||
	       fault->cause == CAUSE_PATIENCE || fault->cause == CAUSE_TIMEOUT;
}

const struct message *
failure_mail(const struct store_item *it)
{
	return it->message != NULL ? it->message : it->head;
}

/* Binds what tells a person which mail it is, from that parameter on. */
static void
bind_failed_mail(
    sqlite3_stmt *s, int from, const struct message *m, char (*at)[TIM_TEXT])
{
	db_text(s, from, m != NULL ? m->subject : NULL);
	db_time(s, from + 1, m != NULL ? m->sent_at : TIM_NONE, at[0]);
	db_time(s, from + 2, m != NULL ? m->received_at : TIM_NONE, at[1]);
}

/* Of a mail that is stored its row knows what the item did not tell now. */
#define KNOWN                                                                  \
	"(SELECT ifnull(?11,e.message_id),ifnull(?12,e.subject),"              \
	"ifnull(?13,e.sent_at),ifnull(?14,e.received_at) "                     \
	"FROM (SELECT 1) LEFT JOIN sync_email e ON e.n=?15)"

int
failure_put(struct store *st, const struct decision_row *l,
    const struct store_item *it, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FAILURE_PUT,
	    "INSERT INTO failure(mailbox,item,folder,class,code,message,tries,"
	    "next_try,first_at,slow,message_id,subject,sent_at,received_at) "
	    "SELECT ?1,?2,?3,?4,?5,?6,1,?7,?8,?10,k.* FROM " KNOWN " k "
	    "WHERE true ON CONFLICT DO UPDATE SET folder=?3,class=?4,code=?5,"
	    "message=?6,tries=tries+?9,next_try=?7,slow=?10,"
	    "message_id=ifnull(excluded.message_id,message_id),"
	    "subject=ifnull(excluded.subject,subject),"
	    "sent_at=ifnull(excluded.sent_at,sent_at),"
	    "received_at=ifnull(excluded.received_at,received_at)");
	const struct err *fault = it->fault;
	char next[TIM_TEXT], at[2][TIM_TEXT];

	db_text(s, 1, l->mailbox);
	db_text(s, 2, l->item);
	db_intor(s, 3, l->folder, 0);
	db_text(s, 4, err_kind_name(fault->kind));
	db_text(s, 5, fault->code[0] != '\0' ? fault->code : NULL);
	db_text(s, 6, fault->msg);
	db_time(s, 7, it->next_try, next);
	db_text(s, 8, st->txn.at);
	db_int(s, 9, !it->counted);
	db_int(s, 10, is_slow(fault));
	db_text(s, 11, l->message_id);
	bind_failed_mail(s, 12, failure_mail(it), at);
	db_intor(s, 15, l->email, 0);
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

/* Copies the rows of s to out. */
static int
collect_failures(struct store *st, sqlite3_stmt *s, struct store_failures *out,
    struct err *err)
{
	struct store_failure *v;
	int r;

	while ((r = db_row(st, s, err)) == 1) {
		v = VEC_ADD_IN(&out->arena, out->v, out->n);
		v->item_id = arena_strdup(&out->arena, db_col(s, 0));
		v->folder = sqlite3_column_int64(s, 1);
		v->tries = sqlite3_column_int64(s, 2);
		v->past = sqlite3_column_int(s, 3) == STORE_ANEW_PEOPLE;
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
	    "SELECT item,folder,tries,(SELECT why FROM sync_anew a WHERE "
	    "a.mailbox=failure.mailbox AND a.item=failure.item) "
	    "FROM failure WHERE mailbox=?1 AND "
	    "(next_try<=?2 OR next_try>?3) AND item NOT GLOB 'folder *' AND "
	    "slow=?5 ORDER BY next_try,item LIMIT ?4");
	db_text(s, 1, mailbox);
	db_time(s, 2, due->now, at);
	db_time(s, 3, due->now + TIM_FAR, far);
	db_int(s, 4, (int64_t)(due->max < INT32_MAX ? due->max : INT32_MAX));
	db_int(s, 5, due->alone);
	r = collect_failures(st, s, out, err);
	db_unlock(st);
	return r;
}

/* An item in failure. */
struct failed {
	const char *mailbox, *item;
};

static int
take_try_back(struct store *st, void *arg, struct err *err)
{
	const struct failed *f = arg;
	sqlite3_stmt *s = db_stmt(st, DB_FAILURE_SPARE,
	    "UPDATE failure SET tries=tries-1 WHERE mailbox=? AND item=? AND "
	    "tries>0");

	db_text(s, 1, f->mailbox);
	db_text(s, 2, f->item);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_failure_spare(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	return db_write(
	    st, take_try_back, &(struct failed){ mailbox, item }, err);
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
	    "SELECT item,folder,tries,NULL FROM failure WHERE mailbox=? "
	    "AND " FAILURE_GIVEN_UP " ORDER BY item LIMIT ?");
	db_text(s, 1, mailbox);
	db_int(s, 2, (int64_t)(max < INT32_MAX ? max : INT32_MAX));
	r = collect_failures(st, s, out, err);
	db_unlock(st);
	return r;
}

static int
note_moving(struct store *st, void *arg, struct err *err)
{
	const struct failed *f = arg;
	sqlite3_stmt *s = db_stmt(st, DB_FAILURE_MOVING,
	    "UPDATE decision SET state=?3 WHERE mailbox=?1 AND item=?2 AND "
	    "state=?4");

	db_text(s, 1, f->mailbox);
	db_text(s, 2, f->item);
	db_int(s, 3, DECISION_MOVING);
	db_int(s, 4, DECISION_FAILED);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
failure_moved(
    struct store *st, const char *mailbox, const char *item, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FAILURE_MOVED,
	    "UPDATE failure SET moved_at=?3 WHERE mailbox=?1 AND item=?2 "
	    "AND " FAILURE_HERE);

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
