/*
 * people.c - the last good list of the people whom the CRM knows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/fault.h"
#include "base/mem.h"
#include "store/db.h"
#include "store/people.h"

#define SLICE fault_int("EXSYNC_PEOPLE", 100000) /* rows of a transaction */

/* Conditions on p, a row of party, and k, one of sync_people. */
#define SAME                                                                   \
	"p.crm_type=k.crm_type AND p.crm_id=k.crm_id AND p.address=k.address"
#define LOST                                                                   \
	"NOT EXISTS(SELECT 1 FROM party p WHERE " SAME " AND p.source<>'csv')"
#define NEW                                                                    \
	"p.source<>'csv' AND NOT EXISTS(SELECT 1 FROM sync_people k "          \
	"WHERE " SAME " AND k.name IS p.name AND k.upn IS p.upn "              \
	"AND k.sid IS p.sid)"

static int
compare_party(const void *x, const void *y)
{
	const struct party *a = *(const struct party *const *)x;
	const struct party *b = *(const struct party *const *)y;
	int d = strcmp(a->crm_type, b->crm_type);

	if (d == 0)
		d = strcmp(a->crm_id, b->crm_id);
	return d != 0 ? d : strcmp(a->address, b->address);
}

/* The rows that came from the CSV file. */
static sqlite3_stmt *
csv_rows(struct store *st, enum store_people which)
{
	sqlite3_stmt *s = db_stmt(st, DB_PEOPLE_CSV,
	    "SELECT crm_type,crm_id,address,name,upn,sid FROM party "
	    "WHERE source='csv' AND (crm_type='user' COLLATE NOCASE)=?");

	db_int(s, 1, which == STORE_PEOPLE_USERS);
	return s;
}

static int
compare_csv(struct store *st, enum store_people which,
    const struct party_list *now, struct store_people_diff *d, struct err *err)
{
	const struct party **v = mem_alloc((now->n + 1) * sizeof(*v)), *key;
	struct party row;
	sqlite3_stmt *s;
	size_t i;
	int r;

	for (i = 0; i < now->n; i++)
		v[i] = &now->v[i];
	qsort(v, now->n, sizeof(*v), compare_party);
	d->now = (int64_t)now->n;
	s = csv_rows(st, which);
	while ((r = db_row(st, s, err)) == 1) {
		row = (struct party){ db_col(s, 0), db_col(s, 1), db_col(s, 2),
			NULL, NULL };
		key = &row;
		d->had++;
		d->lost +=
		    bsearch(&key, v, now->n, sizeof(*v), compare_party) == NULL;
	}
	free(v);
	return r;
}

static int
compare_crm(struct store *st, void *arg, struct err *err)
{
	struct store_people_diff *d = arg;

	if (db_one(st,
		db_stmt(st, DB_PEOPLE_HAD, "SELECT count(*) FROM sync_people"),
		&d->had, err) == -1 ||
	    db_one(st,
		db_stmt(st, DB_PEOPLE_NOW,
		    "SELECT count(*) FROM party WHERE source<>'csv'"),
		&d->now, err) == -1)
		return -1;
	return db_one(st,
	    db_stmt(st, DB_PEOPLE_LOST,
		"SELECT count(*) FROM sync_people k WHERE " LOST),
	    &d->lost, err);
}

int
store_people_compare(struct store *st, enum store_people which,
    const struct party_list *now, struct store_people_diff *out,
    struct err *err)
{
	int rc;

	memset(out, 0, sizeof(*out));
	if (which == STORE_PEOPLE_CRM)
		return db_read(st, compare_crm, out, err) == -1 ? -1 : 0;
	db_lock(st);
	rc = compare_csv(st, which, now, out, err);
	db_unlock(st);
	return rc;
}

int
store_people_last(struct store *st, enum store_people which,
    struct party_list *out, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	db_lock(st);
	if (which == STORE_PEOPLE_CRM)
		s = db_stmt(st, DB_PEOPLE_KEPT,
		    "SELECT crm_type,crm_id,address,name,upn,sid "
		    "FROM sync_people WHERE crm_type<>'' AND crm_id<>''");
	else
		s = csv_rows(st, which);
	while ((r = db_row(st, s, err)) == 1) {
		char *address = address_normalise(db_col(s, 2));

		if (address != NULL) {
			party_list_add(out, db_col(s, 0), db_col(s, 1), address,
			    db_col(s, 3));
			party_list_account(out, db_col(s, 4), db_col(s, 5));
		}
		free(address);
	}
	db_unlock(st);
	return r;
}

/* A list that is kept. */
struct keeping {
	const struct store_people_diff *judged; /* NULL: it was compared */
	bool changed;                           /* since it was judged */
	bool done; /* nothing is left to be written */
};

/* Are the rows those that were judged? In the transaction that keeps them. */
static int
compare_judged(struct store *st, struct keeping *k, struct err *err)
{
	struct store_people_diff d = { 0 };

	if (k->judged == NULL)
		return 0;
	if (compare_crm(st, &d, err) == -1)
		return -1;
	k->changed = d.had != k->judged->had || d.lost != k->judged->lost ||
		     d.now != k->judged->now;
	k->judged = NULL;
	return 0;
}

static int
keep_slice(struct store *st, void *arg, struct err *err)
{
	struct keeping *k = arg;
	sqlite3_stmt *s;
	int gone, come;

	if (compare_judged(st, k, err) == -1)
		return -1;
	if (k->changed)
		return 0;
	s = db_stmt(st, DB_PEOPLE_DROP,
	    "DELETE FROM sync_people WHERE (crm_type,crm_id,address) IN("
	    "SELECT crm_type,crm_id,address FROM sync_people k WHERE " LOST
	    " LIMIT ?)");
	db_int(s, 1, SLICE);
	if ((gone = db_run(st, s, err)) == -1)
		return -1;
	fault_point("between kept people");
	s = db_stmt(st, DB_PEOPLE_PUT,
	    "INSERT INTO sync_people(crm_type,crm_id,address,name,upn,sid) "
	    "SELECT crm_type,crm_id,address,name,upn,sid "
	    "FROM party p WHERE " NEW " LIMIT ? "
	    "ON CONFLICT DO UPDATE SET "
	    "name=excluded.name,upn=excluded.upn,sid=excluded.sid");
	db_int(s, 1, SLICE);
	if ((come = db_run(st, s, err)) == -1)
		return -1;
	k->done = gone < SLICE && come < SLICE;
	return 0;
}

/* 1: the copy is not what the CRM has; 0: it is; -1. */
static int
differs(struct store *st, struct err *err)
{
	int64_t n = 0;
	int r;

	db_lock(st);
	r = db_one(st,
	    db_stmt(st, DB_PEOPLE_DIFFER,
		"SELECT EXISTS(SELECT 1 FROM sync_people k WHERE " LOST
		") OR EXISTS(SELECT 1 FROM party p WHERE " NEW ")"),
	    &n, err);
	db_unlock(st);
	return r == -1 ? -1 : n != 0;
}

int
store_people_keep(
    struct store *st, const struct store_people_diff *judged, struct err *err)
{
	struct keeping k = { .judged = judged };
	int rc = differs(st, err);

	if (rc != 1)
		return rc == 0 ? 1 : -1;
	for (rc = 0; rc == 0 && !k.done && !k.changed;)
		rc = db_write(st, keep_slice, &k, err);
	return rc == 0 ? !k.changed : -1;
}
