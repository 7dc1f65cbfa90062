/*
 * lasting.c - mailboxes that fail for a cause which lasts.
 * 1. A mailbox that was given up is disabled in table mailbox, and its row here
 *    says so, both in one transaction: either without the other is a state that
 *    a person set.
 */
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/str.h"
#include "base/tim.h"
#include "store/boxstate.h"
#include "store/db.h"
#include "store/lasting.h"

/* 1: there is a row; 0: none; -1. */
static int
get_lasting(struct store *st, const char *address, struct store_lasting *out,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LASTING_GET,
	    "SELECT cause,setting,since,times,given_up,last_at "
	    "FROM sync_lasting WHERE mailbox=?");
	int r;

	memset(out, 0, sizeof(*out));
	db_text(s, 1, address);
	if ((r = db_row(st, s, err)) != 1)
		return r;
	snprintf(out->cause, sizeof(out->cause), "%s", str_nn(db_col(s, 0)));
	snprintf(
	    out->setting, sizeof(out->setting), "%s", str_nn(db_col(s, 1)));
	out->since = db_col_time(s, 2);
	out->times = sqlite3_column_int64(s, 3);
	out->given_up = sqlite3_column_int(s, 4) != 0;
	out->last = db_col_time(s, 5);
	sqlite3_reset(s);
	return 1;
}

int
store_lasting_get(struct store *st, const char *address, bool *known,
    struct store_lasting *out, struct err *err)
{
	int r;

	db_lock(st);
	r = get_lasting(st, address, out, err);
	db_unlock(st);
	*known = r == 1;
	return r == -1 ? -1 : 0;
}

int
lasting_given_up(
    struct store *st, const char *address, bool *given_up, struct err *err)
{
	struct store_lasting l;
	int r = get_lasting(st, address, &l, err);

	*given_up = r == 1 && l.given_up;
	return r == -1 ? -1 : 0;
}

static int
show_state(
    struct store *st, const char *address, const char *state, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LASTING_STATE,
	    "UPDATE mailbox SET state=?2,retry_at=NULL WHERE address=?1");

	db_text(s, 1, address);
	db_text(s, 2, state);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

struct lasting_write {
	const char *address;
	const struct store_lasting *met;
	const struct store_lasting_limit *limit;
	bool given_up;
};

static int
put_lasting(struct store *st, const char *address,
    const struct store_lasting *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LASTING_PUT,
	    "INSERT OR REPLACE INTO sync_lasting(mailbox,cause,setting,since,"
	    "times,given_up,last_at) VALUES(?,?,?,?,?,?,?)");
	char since[TIM_TEXT], last[TIM_TEXT];

	db_text(s, 1, address);
	db_text(s, 2, l->cause);
	db_text(s, 3, l->setting);
	db_time(s, 4, l->since, since);
	db_int(s, 5, l->times);
	db_int(s, 6, l->given_up);
	db_time(s, 7, l->last, last);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

static int
meet_lasting(struct store *st, void *arg, struct err *err)
{
	struct lasting_write *w = arg;
	struct store_lasting l;
	int64_t now = tim_now();
	int r = get_lasting(st, w->address, &l, err);

	if (r == -1)
		return -1;
	if (r == 0 || strcmp(l.cause, w->met->cause) != 0 ||
	    strcmp(l.setting, w->met->setting) != 0 || l.since == TIM_NONE ||
	    l.since > now || l.last == TIM_NONE) {
		l = *w->met;
		l.since = l.last = now;
		l.times = 0;
	}
	if (now - l.last > w->limit->gap)
		l.since += now - l.last - w->limit->gap;
	l.last = now;
	l.times++;
	l.given_up =
	    l.times >= w->limit->times && now - l.since >= w->limit->ms;
	w->given_up = l.given_up;
	if (put_lasting(st, w->address, &l, err) == -1)
		return -1;
	fault_point("inside lasting");
	return l.given_up ? show_state(st, w->address, STATE_DISABLED, err) : 0;
}

int
store_lasting_met(struct store *st, const char *address,
    const struct store_lasting *met, const struct store_lasting_limit *limit,
    bool *given_up, struct err *err)
{
	struct lasting_write w = { address, met, limit, false };
	int rc = db_write(st, meet_lasting, &w, err);

	*given_up = rc == 0 && w.given_up;
	return rc;
}

static int
forget_lasting(struct store *st, void *arg, struct err *err)
{
	const char *address = arg;
	struct store_lasting l;
	sqlite3_stmt *s;
	int r = get_lasting(st, address, &l, err);

	if (r != 1)
		return r;
	s = db_stmt(
	    st, DB_LASTING_FORGET, "DELETE FROM sync_lasting WHERE mailbox=?");
	db_text(s, 1, address);
	if (db_run(st, s, err) == -1)
		return -1;
	return l.given_up ? show_state(st, address, STATE_TESTING, err) : 0;
}

int
store_lasting_forget(struct store *st, const char *address, struct err *err)
{
	struct store_lasting l;
	bool known;

	if (store_lasting_get(st, address, &known, &l, err) == -1)
		return -1;
	return known ? db_write(
			   st, forget_lasting, (void *)(uintptr_t)address, err)
		     : 0;
}

struct test_result {
	const char *address, *why;
	bool good;
};

static int
put_tested(struct store *st, void *arg, struct err *err)
{
	const struct test_result *t = arg;
	sqlite3_stmt *s = db_stmt(st, DB_MAILBOX_TESTED,
	    "UPDATE mailbox SET state=iif(state IN('" STATE_TESTING
	    "','" STATE_ENABLED "','" STATE_FAILING "'),?2,state),"
	    "incoming=?3,outgoing='" INCOMING_DISABLED
	    "',act='" INCOMING_DISABLED "',last_error=?4,"
	    "retry_at=iif(?5,NULL,retry_at) WHERE address=?1");

	db_text(s, 1, t->address);
	db_text(s, 2, t->good ? STATE_ENABLED : STATE_FAILING);
	db_text(s, 3, t->good ? INCOMING_SUCCESS : INCOMING_FAILURE);
	db_text(s, 4, t->good ? NULL : t->why);
	db_int(s, 5, t->good);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
store_mailbox_tested(struct store *st, const char *address, bool good,
    const char *why, struct err *err)
{
	return db_write(
	    st, put_tested, &(struct test_result){ address, why, good }, err);
}

/* A write that changes nothing, but needs all that a write needs. */
static int
try_write(struct store *st, void *arg, struct err *err)
{
	(void)arg;
	return db_exec(
	    st, "UPDATE meta SET value=value WHERE key='generation'", err);
}

int
store_try_write(struct store *st, struct err *err)
{
	return db_write(st, try_write, NULL, err);
}

struct states {
	const struct store_state *v;
	size_t n;
};

static int
show_states(struct store *st, void *arg, struct err *err)
{
	const struct states *a = arg;
	size_t i;

	for (i = 0; i < a->n; i++) {
		if (show_state(st, a->v[i].address, a->v[i].state, err) == -1)
			return -1;
	}
	return 0;
}

int
store_mailbox_show(
    struct store *st, const struct store_state *v, size_t n, struct err *err)
{
	return n == 0
		   ? 0
		   : db_write(st, show_states, &(struct states){ v, n }, err);
}
