/*
 * renew.c - links of stored mail follow the people.
 * 1. Which mails name somebody is found by reading sync_party in the order of
 *    its key, a slice of mails at a time: no view of the file is held for long,
 *    and no index is needed. Only the mails that are found are looked at whole.
 * 2. Places matter only where a mailbox's own address has changed.
 */
#include <stdlib.h>

#include "base/fault.h"
#include "base/stop.h"
#include "base/vec.h"
#include "store/emaillink.h"
#include "store/people.h"

#define SPAN fault_int("EXSYNC_RENEW", 2000) /* mails that are read in one go */
/*
 * Bytes that one transaction handles, about: a mail may have 5,000 recipients,
 * and the CRM waits for the lock meanwhile.
 */
#define HANDLED fault_int("EXSYNC_SLICE", 2 << 20)

void
store_people_use(struct store *st, const struct party_dir *people)
{
	db_lock(st);
	st->people = people;
	db_unlock(st);
}

/* Mails in the order of their numbers. */
struct renewal {
	store_changed_fn *changed; /* or NULL: all are looked at */
	void *arg;
	bool places;   /* a mailbox's owner may have changed */
	int64_t after; /* the last mail that was read */
	int64_t last;  /* the last mail there is */
	int64_t *n;    /* those of the span whose links are to be renewed */
	size_t nn;
	size_t done; /* of these */
	int64_t renewed;
};

/* Adds the mails of the span that the statement gives with such an address. */
static int
add_mails(struct store *st, struct renewal *w, sqlite3_stmt *s, struct err *err)
{
	int64_t n, to = w->after + SPAN;
	int r;

	db_int(s, 1, w->after);
	db_int(s, 2, to);
	while ((r = db_row(st, s, err)) == 1) {
		n = sqlite3_column_int64(s, 0);
		if ((w->nn > 0 && w->n[w->nn - 1] == n) ||
		    (w->changed != NULL && !w->changed(w->arg, db_col(s, 1))))
			continue;
		*VEC_ADD(w->n, w->nn) = n;
	}
	return r;
}

static int
compare_numbers(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Keeps each mail once, and only if its links are not what they should be. */
static int
keep_outdated(struct store *st, struct renewal *w, struct err *err)
{
	size_t i, k = 0;
	int r;

	if (w->nn > 1)
		qsort(w->n, w->nn, sizeof(*w->n), compare_numbers);
	for (i = 0; i < w->nn; i++) {
		if (i > 0 && w->n[i] == w->n[i - 1])
			continue;
		if ((r = emaillink_differs(st, w->n[i], err)) == -1)
			return -1;
		if (r == 1)
			w->n[k++] = w->n[i];
	}
	w->nn = k;
	return 0;
}

static int
find_outdated(struct store *st, void *arg, struct err *err)
{
	struct renewal *w = arg;

	w->nn = w->done = 0;
	if (w->changed == NULL &&
	    add_mails(st, w,
		db_stmt(st, DB_RENEW_ALL,
		    "SELECT n FROM sync_email WHERE n>? AND n<=? ORDER BY n"),
		err) == -1)
		return -1;
	if (w->changed != NULL &&
	    add_mails(st, w,
		db_stmt(st, DB_RENEW_NAMED,
		    "SELECT email,address FROM sync_party WHERE email>? AND "
		    "email<=? AND address IS NOT NULL ORDER BY email"),
		err) == -1)
		return -1;
	if (w->changed != NULL && w->places &&
	    add_mails(st, w,
		db_stmt(st, DB_RENEW_PLACED,
		    "SELECT email,mailbox FROM sync_copy WHERE email>? AND "
		    "email<=? ORDER BY email"),
		err) == -1)
		return -1;
	w->after += SPAN;
	return keep_outdated(st, w, err);
}

/* Up to which mail there is something to do, and whether places matter. */
static int
begin_renewal(struct store *st, void *arg, struct err *err)
{
	struct renewal *w = arg;
	sqlite3_stmt *s;
	int r;

	if (db_one(st,
		db_stmt(st, DB_RENEW_LAST, "SELECT max(n) FROM sync_email"),
		&w->last, err) == -1)
		return -1;
	if (w->changed == NULL)
		return 0;
	s = db_stmt(st, DB_RENEW_BOXES, "SELECT address FROM mailbox");
	while ((r = db_row(st, s, err)) == 1)
		w->places = w->places || w->changed(w->arg, db_col(s, 0));
	return r;
}

static int
renew_slice(struct store *st, void *arg, struct err *err)
{
	struct renewal *w = arg;
	int64_t n;
	int r;

	while (w->done < w->nn && st->txn.handled <= HANDLED) {
		n = w->n[w->done++];
		if ((r = emaillink_settle(st, n, err)) == -1)
			return -1;
		if (r == 1 &&
		    db_change_email(st, n, "email", "update", err) == -1)
			return -1;
		w->renewed += r;
		fault_point("inside renewal");
	}
	return 0;
}

static int
fail_stopped(struct err *err)
{
	err_set(err, ERR_RETRY,
	    "interrupted while links of stored mail were renewed; the next "
	    "pass goes on from there");
	return err_code(err, CAUSE_STOP, "stop", SCOPE_ALL);
}

int
store_links_renew(struct store *st, store_changed_fn *changed, void *arg,
    int64_t *renewed, struct err *err)
{
	struct renewal w = { .changed = changed, .arg = arg };
	int rc = st->read_only ? 0 : db_read(st, begin_renewal, &w, err);

	while (rc == 0 && w.after < w.last) {
		rc = stop_requested() ? fail_stopped(err)
				      : db_read(st, find_outdated, &w, err);
		while (rc == 0 && w.done < w.nn)
			rc = db_write(st, renew_slice, &w, err);
	}
	*renewed = w.renewed;
	free(w.n);
	return rc;
}
