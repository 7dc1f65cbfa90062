/*
 * party.c - table party: whom the CRM knows.
 * 1. Only rows with source csv are ever changed here; a row that the CRM wrote
 *    itself stays, even if a CSV file has the same.
 * 2. When nothing differs nothing is written, and no lock is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
#include "store/db.h"

/* party.source of the rows that came from CSV files */
#define SOURCE_CSV "csv"

/* What must be done to the table. */
struct diff {
	struct party_list drop;
	const struct party **put;
	size_t nput;
};

static int
order_rows(const char *type, const char *id, const char *address,
    const struct party *b)
{
	int d = strcmp(type, b->crm_type);

	if (d == 0)
		d = strcmp(id, b->crm_id);
	return d != 0 ? d : strcmp(address, b->address);
}

static int
by_key(const void *x, const void *y)
{
	const struct party *a = *(const struct party *const *)x;

	return order_rows(a->crm_type, a->crm_id, a->address,
	    *(const struct party *const *)y);
}

/* Is it another name or account than in the row of compare_parties? */
static bool
differs_in(const struct party *p, sqlite3_stmt *s)
{
	const struct party_account row = { db_col(s, 5), db_col(s, 6) };

	return !str_eq(p->name, db_col(s, 3)) ||
	       !party_same_account(p->account, &row);
}

/*
 * Merges the table and the list, both sorted by the key. Rows that only the
 * table has are dropped, entries that only the list has are put.
 */
static int
compare_parties(struct store *st, const struct party **v, size_t n,
    struct diff *d, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_PARTY_CSV,
	    "SELECT crm_type,crm_id,address,name,source='" SOURCE_CSV
	    "',upn,sid FROM party "
	    "ORDER BY crm_type,crm_id,address");
	size_t i = 0;
	int r;

	while ((r = db_row(st, s, err)) == 1) {
		const char *type = db_col(s, 0), *id = db_col(s, 1);
		const char *address = db_col(s, 2);
		bool csv = sqlite3_column_int(s, 4) != 0;
		int c = 1;

		while (i < n && (c = order_rows(type, id, address, v[i])) > 0)
			d->put[d->nput++] = v[i++];
		if (i == n || c < 0) {
			if (csv)
				party_list_add(
				    &d->drop, type, id, address, NULL);
			continue;
		}
		if (csv && differs_in(v[i], s))
			d->put[d->nput++] = v[i];
		i++;
	}
	while (i < n)
		d->put[d->nput++] = v[i++];
	return r;
}

static int
write_diff(struct store *st, void *arg, struct err *err)
{
	const struct diff *d = arg;
	sqlite3_stmt *s = db_stmt(st, DB_PARTY_DELETE,
	    "DELETE FROM party WHERE source='" SOURCE_CSV
	    "' AND crm_type=? AND crm_id=? "
	    "AND address=?");
	size_t i;
	int rc = 0;

	for (i = 0; rc != -1 && i < d->drop.n; i++) {
		db_text(s, 1, d->drop.v[i].crm_type);
		db_text(s, 2, d->drop.v[i].crm_id);
		db_text(s, 3, d->drop.v[i].address);
		rc = db_run(st, s, err);
	}
	fault_point("between party rows");
	s = db_stmt(st, DB_PARTY_PUT,
	    "INSERT INTO party(crm_type,crm_id,address,name,upn,sid,source) "
	    "VALUES(?,?,?,?,?,?,'" SOURCE_CSV "') ON CONFLICT DO UPDATE SET "
	    "name=excluded.name,upn=excluded.upn,sid=excluded.sid "
	    "WHERE source='" SOURCE_CSV "'");
	for (i = 0; rc != -1 && i < d->nput; i++) {
		const struct party_account *a = d->put[i]->account;

		db_text(s, 1, d->put[i]->crm_type);
		db_text(s, 2, d->put[i]->crm_id);
		db_text(s, 3, d->put[i]->address);
		db_text(s, 4, d->put[i]->name);
		db_text(s, 5, a != NULL ? a->upn : NULL);
		db_text(s, 6, a != NULL ? a->sid : NULL);
		rc = db_run(st, s, err);
	}
	return rc == -1 ? -1 : 0;
}

/* The list in the order of its key, each key once. */
static const struct party **
sort_parties(const struct party_list *list, size_t *n)
{
	const struct party **v;
	size_t i, total = list != NULL ? list->n : 0;

	v = mem_alloc((total + 1) * sizeof(v[0]));
	for (i = 0; i < total; i++)
		v[i] = &list->v[i];
	qsort(v, total, sizeof(v[0]), by_key);
	for (i = *n = 0; i < total; i++) {
		if (*n == 0 || by_key(&v[*n - 1], &v[i]) != 0)
			v[(*n)++] = v[i];
	}
	return v;
}

int
store_party_sync(
    struct store *st, const struct party_list *list, struct err *err)
{
	struct diff d;
	const struct party **v;
	size_t n;
	int rc;

	memset(&d, 0, sizeof(d));
	v = sort_parties(list, &n);
	d.put = mem_alloc((n + 1) * sizeof(d.put[0]));
	db_lock(st);
	rc = compare_parties(st, v, n, &d, err);
	if (rc == 0 && (d.drop.n > 0 || d.nput > 0))
		rc = db_txn(st, write_diff, &d, err);
	db_unlock(st);
	party_list_free(&d.drop);
	free(d.put);
	free(v);
	return rc;
}

/* What is wrong with a row of party, whose address normalised is address. */
static const char *
row_fault(sqlite3_stmt *s, const char *address)
{
	if (str_nn(db_col(s, 0))[0] == '\0')
		return "an empty crm_type, and is ignored: write user, contact "
		       "or what else it is";
	if (str_nn(db_col(s, 1))[0] == '\0')
		return "an empty crm_id, and is ignored: write the person's "
		       "id in the CRM";
	return address == NULL ? "an invalid address, which is ignored: write "
				 "name@domain, one row for each address"
			       : NULL;
}

int
store_party_list(struct store *st, struct party_list *out, struct err *err)
{
	sqlite3_stmt *s;
	long bad = 0;
	int r;

	db_lock(st);
	s = db_stmt(st, DB_PARTY_LIST,
	    "SELECT crm_type,crm_id,address,name,upn,sid FROM party "
	    "WHERE address<>''");
	while ((r = db_row(st, s, err)) == 1) {
		char *address = address_normalise(str_nn(db_col(s, 2)));
		const char *fault = row_fault(s, address);

		if (fault == NULL) {
			party_list_add(out, db_col(s, 0), db_col(s, 1), address,
			    db_col(s, 3));
			party_list_account(out, db_col(s, 4), db_col(s, 5));
		} else if (bad++ == 0)
			log_warning("%s: table party: %s %s has %s", st->path,
			    str_nn(db_col(s, 0)), str_nn(db_col(s, 1)), fault);
		free(address);
	}
	db_unlock(st);
	if (bad > 1)
		log_warning("%s: table party: %ld more rows are ignored",
		    st->path, bad - 1);
	return r;
}
