/*
 * emaillink.c - whom a mail concerns.
 * 1. A mail of which nothing has changed is only read.
 * 2. Rows that are there already are not written again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/match.h"
#include "store/emaillink.h"

/* A row of sync_email_link. */
struct row {
	const char *crm_type, *crm_id, *role;
};

/* A list of them. */
struct row_list {
	struct row *v;
	size_t n;
};

/* A row of sync_party. */
struct named {
	char *role;
	int64_t position;
	char *crm_type, *crm_id; /* what the row says */
	const struct party *who; /* who it is; or NULL */
};

/* What the file has of a mail's links, and what it should have. */
struct linked {
	struct arena arena;
	struct row_list had, wanted; /* sorted */
	struct named *named;
	size_t nnamed;
};

const struct party *
emaillink_person(const struct store *st, const char *address)
{
	return st->people != NULL ? match_person(st->people, address) : NULL;
}

static int
insert_row(struct store *st, int64_t n, const struct row *r, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LINK_INSERT,
	    "INSERT INTO sync_email_link(email,crm_type,crm_id,role) "
	    "VALUES(?,?,?,?)");

	db_int(s, 1, n);
	db_text(s, 2, r->crm_type);
	db_text(s, 3, r->crm_id);
	db_text(s, 4, r->role);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
emaillink_insert(struct store *st, int64_t n, const struct message *m,
    const char *mailbox, struct err *err)
{
	const struct party *owner;
	struct decision d;
	size_t i;
	int rc = 0;

	if (st->people == NULL)
		return 0;
	owner = match_owner(st->people, mailbox);
	match_links(st->people, m->addr, m->naddr, &d);
	st->txn.handled += 64 * (int64_t)d.nlink;
	fault_point("before links");
	for (i = 0; rc == 0 && i < d.nlink; i++) {
		const struct link *l = &d.link[i];

		rc = insert_row(st, n,
		    &(struct row){ l->party->crm_type, l->party->crm_id,
			role_name(l->role) },
		    err);
	}
	/* the mail may have been delivered to them */
	if (rc == 0 && owner != NULL && !match_links_to(&d, owner))
		rc = emaillink_settle(st, n, err) == -1 ? -1 : 0;
	free(d.link);
	return rc;
}

/* --- reading ----------------------------------------------------------- */

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = strcmp(x->crm_type, y->crm_type);

	if (c == 0)
		c = strcmp(x->crm_id, y->crm_id);
	return c != 0 ? c : strcmp(x->role, y->role);
}

static void
sort_rows(struct row_list *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), compare_rows);
}

/* Appends to a list whose arena has no cap. */
static void
add_row(struct linked *k, struct row_list *l, struct row row)
{
	struct row *to = VEC_ADD_IN(&k->arena, l->v, l->n);

	if (to != NULL)
		*to = row;
}

static int
read_had(struct store *st, int64_t n, struct linked *k, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LINK_LIST,
	    "SELECT crm_type,crm_id,role FROM sync_email_link WHERE email=?");
	int r;

	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1)
		add_row(k, &k->had,
		    (struct row){ arena_strdup(&k->arena, db_col(s, 0)),
			arena_strdup(&k->arena, db_col(s, 1)),
			arena_strdup(&k->arena, db_col(s, 2)) });
	sort_rows(&k->had);
	return r;
}

/* Reads the people of the mail, and whom they are in the CRM. */
static int
read_named(struct store *st, int64_t n, struct linked *k, struct decision *d,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LINK_PEOPLE,
	    "SELECT role,position,address,crm_type,crm_id FROM sync_party "
	    "WHERE email=? AND address IS NOT NULL ORDER BY role,position");
	struct address *v = NULL;
	size_t nv = 0;
	int r;

	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1) {
		struct address *a = VEC_ADD_IN(&k->arena, v, nv);
		struct named *p = VEC_ADD_IN(&k->arena, k->named, k->nnamed);

		p->role = arena_strdup(&k->arena, db_col(s, 0));
		p->position = sqlite3_column_int64(s, 1);
		p->crm_type = arena_strdup(&k->arena, db_col(s, 3));
		p->crm_id = arena_strdup(&k->arena, db_col(s, 4));
		*a = (struct address){ .role = role_of(p->role),
			.address = arena_strdup(&k->arena, db_col(s, 2)) };
		p->who = match_person(st->people, a->address);
	}
	match_links(st->people, v, nv, d);
	return r;
}

static void
want_link(struct linked *k, const struct party *p, const char *role)
{
	add_row(k, &k->wanted, (struct row){ p->crm_type, p->crm_id, role });
}

/* d: the links of headers. */
static int
read_places(struct store *st, int64_t n, struct linked *k,
    const struct decision *d, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LINK_PLACES,
	    "SELECT DISTINCT c.mailbox FROM sync_copy c JOIN folder f ON "
	    "f.id=c.folder WHERE c.email=?1 AND (c.removed_at IS NULL OR NOT "
	    "EXISTS(SELECT 1 FROM sync_copy WHERE email=?1 AND removed_at IS "
	    "NULL)) AND ifnull(f.well_known,'') NOT "
	    "IN('sentitems','drafts','outbox','archivesentitems',"
	    "'archivedrafts','archiveoutbox')");
	int r;

	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1) {
		const struct party *owner =
		    match_owner(st->people, db_col(s, 0));

		if (owner != NULL && !match_links_to(d, owner))
			want_link(k, owner, MATCH_DELIVERED);
	}
	return r;
}

/* Two mailboxes may have the same owner: each row is wanted once. */
static void
merge_wanted(struct linked *k)
{
	struct row *v = k->wanted.v;
	size_t i, n = 0;

	sort_rows(&k->wanted);
	for (i = 0; i < k->wanted.n; i++) {
		if (n == 0 || compare_rows(&v[n - 1], &v[i]) != 0)
			v[n++] = v[i];
	}
	k->wanted.n = n;
}

/* The caller frees k->arena, also after -1. */
static int
read_linked(struct store *st, int64_t n, struct linked *k, struct err *err)
{
	struct decision d = { 0 };
	size_t i;
	int rc;

	memset(k, 0, sizeof(*k));
	rc = read_named(st, n, k, &d, err);
	if (rc == 0)
		rc = read_had(st, n, k, err);
	if (rc == 0)
		rc = read_places(st, n, k, &d, err);
	for (i = 0; i < d.nlink; i++)
		want_link(k, d.link[i].party, role_name(d.link[i].role));
	free(d.link);
	merge_wanted(k);
	return rc;
}

/* --- comparing and writing --------------------------------------------- */

static bool
links_differ(const struct linked *k)
{
	size_t i;

	if (k->had.n != k->wanted.n)
		return true;
	for (i = 0; i < k->had.n; i++) {
		if (compare_rows(&k->had.v[i], &k->wanted.v[i]) != 0)
			return true;
	}
	return false;
}

static bool
person_differs(const struct named *p)
{
	return !str_eq(p->crm_type, p->who != NULL ? p->who->crm_type : NULL) ||
	       !str_eq(p->crm_id, p->who != NULL ? p->who->crm_id : NULL);
}

static bool
linked_differs(const struct linked *k)
{
	size_t i;

	for (i = 0; i < k->nnamed; i++) {
		if (person_differs(&k->named[i]))
			return true;
	}
	return links_differ(k);
}

static int
write_person(
    struct store *st, int64_t n, const struct named *p, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LINK_PERSON,
	    "UPDATE sync_party SET crm_type=?4,crm_id=?5 WHERE email=?1 AND "
	    "role=?2 AND position=?3");

	db_int(s, 1, n);
	db_text(s, 2, p->role);
	db_int(s, 3, p->position);
	db_text(s, 4, p->who != NULL ? p->who->crm_type : NULL);
	db_text(s, 5, p->who != NULL ? p->who->crm_id : NULL);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

static int
delete_row(struct store *st, int64_t n, const struct row *r, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LINK_DELETE,
	    "DELETE FROM sync_email_link WHERE email=? AND crm_type=? AND "
	    "crm_id=? AND role=?");

	db_int(s, 1, n);
	db_text(s, 2, r->crm_type);
	db_text(s, 3, r->crm_id);
	db_text(s, 4, r->role);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* Notes since when the mail concerns nobody; at NULL: it concerns somebody. */
static int
write_unlinked(struct store *st, int64_t n, const char *at, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LINK_UNLINKED,
	    "UPDATE sync_email SET unlinked_at=?2 WHERE n=?1");

	db_int(s, 1, n);
	db_text(s, 2, at);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* Both lists are sorted. */
static int
write_links(
    struct store *st, int64_t n, const struct linked *k, struct err *err)
{
	const struct row_list *had = &k->had, *wanted = &k->wanted;
	size_t i = 0, j = 0;
	int c, rc = 0;

	while (rc == 0 && (i < had->n || j < wanted->n)) {
		c = i == had->n      ? 1
		    : j == wanted->n ? -1
				     : compare_rows(&had->v[i], &wanted->v[j]);
		if (c < 0)
			rc = delete_row(st, n, &had->v[i], err);
		else if (c > 0)
			rc = insert_row(st, n, &wanted->v[j], err);
		fault_point("between links");
		i += c <= 0;
		j += c >= 0;
	}
	if (rc == 0 && (had->n == 0) != (wanted->n == 0))
		rc = write_unlinked(
		    st, n, wanted->n == 0 ? st->txn.at : NULL, err);
	return rc;
}

static int
write_linked(
    struct store *st, int64_t n, const struct linked *k, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < k->nnamed; i++) {
		if (person_differs(&k->named[i]))
			rc = write_person(st, n, &k->named[i], err);
	}
	if (rc == 0 && links_differ(k))
		rc = write_links(st, n, k, err);
	return rc;
}

int
emaillink_settle(struct store *st, int64_t n, struct err *err)
{
	struct linked k;
	int rc;

	if (st->people == NULL)
		return 0;
	rc = read_linked(st, n, &k, err);
	st->txn.handled += 64 * (int64_t)(k.nnamed + k.had.n + k.wanted.n);
	if (rc == 0 && linked_differs(&k))
		rc = write_linked(st, n, &k, err) == -1 ? -1 : 1;
	arena_free(&k.arena);
	return rc;
}

int
emaillink_outdate(struct store *st, struct err *err)
{
	sqlite3_stmt *s = db_stmt(
	    st, DB_LINK_OUTDATE, "DELETE FROM sync_basis WHERE what='links'");

	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
emaillink_differs(struct store *st, int64_t n, struct err *err)
{
	struct linked k;
	int rc;

	if (st->people == NULL)
		return 0;
	rc = read_linked(st, n, &k, err);
	if (rc == 0)
		rc = linked_differs(&k);
	arena_free(&k.arena);
	return rc;
}
