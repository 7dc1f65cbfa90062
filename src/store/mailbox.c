/*
 * mailbox.c - table mailbox, and the rows that wait to be written.
 * 1. A mailbox's status is written with the next commit, when 256 wait, or
 *    when one has waited a second and any mailbox function is called: an
 *    idle pass over 10,000 mailboxes must not cost 10,000 syncs.
 * 2. Reading a mailbox whose status waits to be written writes it first, so
 *    nobody reads an old status.
 * 3. What waits belongs to the next transaction: nothing is added while another
 *    thread's is open, which has written all and forgets it with its commit.
 * 4. A state that a person set (disabled, waiting) is not overwritten by the
 *    end of a pass. It shows what a person said, and permits nothing: that does
 *    state_dir (core/permit.h).
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/str.h"
#include "base/vec.h"
#include "store/db.h"
#include "store/lasting.h"
#include "store/mailbox.h"

#define PENDING_MAX 256
#define PENDING_AGE 1000 /* ms */

struct status {
	char *address, *profile, *type, *crm_id;
	bool put; /* register, or bring up to date */
	bool incoming;
	enum permit_is permit;
	bool done; /* a pass ended */
	bool ok;
	char *error;
	int64_t at, retry_at;
};

struct total {
	int64_t folder, total;
};

struct pending {
	int64_t since; /* tim_mono of the first */
	struct status v[PENDING_MAX];
	size_t n;
	struct total *total;
	size_t ntotal;
};

static struct pending *
need_pending(struct store *st)
{
	if (st->pending == NULL) {
		st->pending = mem_alloc(sizeof(*st->pending));
		st->pending->since = tim_mono();
	}
	return st->pending;
}

void
pending_free(struct store *st)
{
	struct pending *p = st->pending;
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->n; i++) {
		free(p->v[i].address);
		free(p->v[i].profile);
		free(p->v[i].type);
		free(p->v[i].crm_id);
		free(p->v[i].error);
	}
	free(p->total);
	free(p);
	st->pending = NULL;
}

void
pending_written(struct store *st)
{
	pending_free(st);
}

static bool
pending_due(const struct store *st)
{
	const struct pending *p = st->pending;

	return p != NULL && (p->n == PENDING_MAX || p->ntotal >= 4096 ||
				tim_mono() - p->since >= PENDING_AGE);
}

static struct status *
find_status(const struct store *st, const char *address)
{
	struct pending *p = st->pending;
	size_t i;

	for (i = p != NULL ? p->n : 0; i > 0; i--) {
		if (strcmp(p->v[i - 1].address, address) == 0)
			return &p->v[i - 1];
	}
	return NULL;
}

/* An empty transaction: its begin writes what waits. */
static int
write_nothing_else(struct store *st, void *arg, struct err *err)
{
	(void)st;
	(void)arg;
	(void)err;
	return 0;
}

int
pending_flush(struct store *st, struct err *err)
{
	if (st->pending == NULL)
		return 0;
	return db_txn(st, write_nothing_else, NULL, err);
}

/* --- writing ----------------------------------------------------------- */

/* The state of a mailbox that is new. */
static const char *
first_state(enum permit_is permit)
{
	static const char *const state[] = { [PERMIT_READ] = STATE_TESTING,
		[PERMIT_WAITS] = STATE_WAITING,
		[PERMIT_OFF] = STATE_DISABLED };

	return state[permit];
}

static int
write_put(struct store *st, const struct status *v, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_MAILBOX_PUT,
	    "INSERT INTO mailbox(address,profile,type,crm_id,state,incoming) "
	    "VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT DO UPDATE SET "
	    "profile=?2,type=?3,crm_id=?4,"
	    "incoming=iif('" INCOMING_DISABLED "' IN(incoming,?6),?6,"
	    "incoming)");

	db_text(s, 1, v->address);
	db_text(s, 2, v->profile);
	db_text(s, 3, v->type);
	db_text(s, 4, v->crm_id);
	db_text(s, 5, first_state(v->permit));
	db_text(s, 6, v->incoming ? INCOMING_NOT_RUN : INCOMING_DISABLED);
	return db_run(st, s, err);
}

static int
write_done(struct store *st, const struct status *v, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_MAILBOX_DONE,
	    "UPDATE mailbox SET passes=passes+1,"
	    "last_ok_at=iif(?2,?3,last_ok_at),last_error=?4,retry_at=?5,"
	    "state=iif(state IN('" STATE_ENABLED "','" STATE_FAILING
	    "','" STATE_TESTING "'),?6,state),"
	    "incoming=iif(incoming='" INCOMING_DISABLED "',incoming,?7) "
	    "WHERE address=?1");
	char at[TIM_TEXT], retry[TIM_TEXT];

	db_text(s, 1, v->address);
	db_int(s, 2, v->ok);
	db_time(s, 3, v->at, at);
	db_text(s, 4, v->error);
	db_time(s, 5, v->retry_at, retry);
	db_text(s, 6, v->ok ? STATE_ENABLED : STATE_FAILING);
	db_text(s, 7, v->ok ? INCOMING_SUCCESS : INCOMING_FAILURE);
	return db_run(st, s, err);
}

int
pending_write(struct store *st, struct err *err)
{
	const struct pending *p = st->pending;
	sqlite3_stmt *s;
	size_t i;

	for (i = 0; p != NULL && i < p->n; i++) {
		if (p->v[i].put && write_put(st, &p->v[i], err) == -1)
			return -1;
		if (p->v[i].done && write_done(st, &p->v[i], err) == -1)
			return -1;
	}
	for (i = 0; p != NULL && i < p->ntotal; i++) {
		s = db_stmt(st, DB_FOLDER_TOTAL,
		    "UPDATE folder SET total=? WHERE id=?");
		db_intor(s, 1, p->total[i].total, -1);
		db_int(s, 2, p->total[i].folder);
		if (db_run(st, s, err) == -1)
			return -1;
	}
	if (p != NULL)
		fault_point("pending written");
	return 0;
}

int
pending_total(struct store *st, int64_t folder, int64_t total, struct err *err)
{
	struct pending *p;

	db_await_txn(st);
	if (pending_due(st) && pending_flush(st, err) == -1)
		return -1;
	p = need_pending(st);
	*VEC_ADD(p->total, p->ntotal) = (struct total){ folder, total };
	return 0;
}

/* --- reading ----------------------------------------------------------- */

static struct status *
add_status(struct store *st, const char *address, struct err *err)
{
	struct pending *p;

	if (pending_due(st) && pending_flush(st, err) == -1)
		return NULL;
	p = need_pending(st);
	memset(&p->v[p->n], 0, sizeof(p->v[p->n]));
	p->v[p->n].address = mem_strdup(address);
	return &p->v[p->n++];
}

/* Reads the row, if any; *fresh: it matches the configuration. */
static int
load_mailbox(struct store *st, const struct status *want,
    struct store_mailbox *out, bool *fresh, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_MAILBOX_GET,
	    "SELECT state,passes,last_ok_at,retry_at,profile,type,crm_id,"
	    "incoming FROM mailbox WHERE address=?");
	int r;

	*fresh = false;
	db_text(s, 1, want->address);
	if ((r = db_row(st, s, err)) != 1)
		return r;
	snprintf(out->state, sizeof(out->state), "%s", str_nn(db_col(s, 0)));
	out->passes = sqlite3_column_int64(s, 1);
	out->last_ok_at = db_col_time(s, 2);
	out->retry_at = db_col_time(s, 3);
	*fresh = str_eq(db_col(s, 4), want->profile) &&
		 str_eq(db_col(s, 5), want->type) &&
		 str_eq(db_col(s, 6), want->crm_id) &&
		 want->incoming == !str_eq(db_col(s, 7), INCOMING_DISABLED);
	sqlite3_reset(s);
	if (want->permit != PERMIT_READ || str_eq(out->state, STATE_WAITING))
		strcpy(out->state, first_state(want->permit));
	else if (str_eq(out->state, STATE_DISABLED))
		return lasting_given_up(st, want->address, &out->given_up, err);
	return 0;
}

/* want's strings are borrowed. */
static int
get_mailbox(struct store *st, const struct status *want,
    struct store_mailbox *out, struct err *err)
{
	struct status *v;
	bool fresh;

	if ((pending_due(st) || find_status(st, want->address) != NULL) &&
	    pending_flush(st, err) == -1)
		return -1;
	memset(out, 0, sizeof(*out));
	out->last_ok_at = out->retry_at = TIM_NONE;
	strcpy(out->state, first_state(want->permit));
	if (load_mailbox(st, want, out, &fresh, err) == -1)
		return -1;
	if (fresh)
		return 0;
	if ((v = add_status(st, want->address, err)) == NULL)
		return -1;
	v->profile = mem_strdup(want->profile);
	v->type = mem_strdup(want->type);
	v->crm_id = mem_strdup(want->crm_id);
	v->incoming = want->incoming;
	v->permit = want->permit;
	v->put = true;
	return 0;
}

int
store_mailbox_get(struct store *st, const struct conf_mailbox *m,
    const char *crm_id, enum permit_is permit, struct store_mailbox *out,
    struct err *err)
{
	char type[] = "queue", user[] = "user";
	struct status want;
	int rc;

	memset(&want, 0, sizeof(want));
	want.address = m->address;
	want.profile = m->profile->name;
	want.type = m->type == CONF_MAILBOX_QUEUE ? type : user;
	want.crm_id = (char *)crm_id;
	want.incoming = m->incoming;
	want.permit = permit;
	db_lock(st);
	db_await_txn(st);
	rc = get_mailbox(st, &want, out, err);
	db_unlock(st);
	return rc;
}

int
store_mailbox_done(struct store *st, const char *address,
    const struct err *fault, int64_t retry_at, struct err *err)
{
	struct status *v;
	int rc = 0;

	db_lock(st);
	db_await_txn(st);
	v = find_status(st, address);
	/* the end of each pass counts in passes, so write the earlier one */
	if (v != NULL && v->done) {
		rc = pending_flush(st, err);
		v = NULL;
	}
	if (rc == 0 && v == NULL)
		v = add_status(st, address, err);
	if (rc == 0 && v != NULL) {
		v->done = true;
		v->ok = fault == NULL;
		v->error = fault != NULL ? mem_strdup(fault->msg) : NULL;
		v->at = tim_now();
		v->retry_at = retry_at;
	} else
		rc = -1;
	db_unlock(st);
	return rc;
}
