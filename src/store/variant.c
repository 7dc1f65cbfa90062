/*
 * variant.c - mails with the same key that are not the same mail.
 * 1. So many of them are compared with each other. A Message-ID that more
 *    mails share tells nothing: there only what has the same id as a variant
 *    is the same, or what the owner of the key is.
 * 2. No id goes: one that a mail gives away is another mail's at once.
 */
#include <string.h>

#include "base/fault.h"
#include "base/tim.h"
#include "store/copy.h"
#include "store/same.h"
#include "store/variant.h"

#define VARIANTS 8
#define NEWEST   64 /* of those that are looked at at all */

struct group {
	int64_t v[VARIANTS];
	int n;
	bool crowd; /* there are more */
};

/* The newest of the group, those that lie somewhere or the others. */
static int
load_group(struct store *st, int64_t group, bool live, struct group *g,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_VARIANTS,
	    "SELECT n FROM(SELECT n FROM sync_email WHERE variant_of=?1 "
	    "ORDER BY n DESC LIMIT ?3) WHERE ?2=EXISTS(SELECT 1 FROM sync_copy "
	    "WHERE email=n AND removed_at IS NULL) UNION ALL SELECT ?1 WHERE "
	    "?2=EXISTS(SELECT 1 FROM sync_copy WHERE email=?1 AND "
	    "removed_at IS NULL)");
	int r;

	memset(g, 0, sizeof(*g));
	db_int(s, 1, group);
	db_int(s, 2, live);
	db_int(s, 3, NEWEST);
	while ((r = db_row(st, s, err)) == 1 && !g->crowd) {
		g->crowd = g->n == VARIANTS;
		if (!g->crowd)
			g->v[g->n++] = sqlite3_column_int64(s, 0);
	}
	sqlite3_reset(s);
	return r == -1 ? -1 : 0;
}

/* Is it mail n? Then found is loaded. */
static int
try_mail(struct store *st, int64_t n, const struct variant_want *want,
    struct email_row *found, struct err *err)
{
	struct copy at = {
		.email = n, .mailbox = want->mailbox, .item_id = want->item_id
	};
	int64_t others = 1;
	bool same;

	if (n == want->except)
		return 0;
	if (want->live && copy_others(st, &at, &others, err) == -1)
		return -1;
	if (others == 0)
		return 0;
	/* most of a crowd differ in what costs less to read than a body */
	if (email_load(st, n, false, found, err) == -1)
		return -1;
	same = same_head(found->m, want->m->m);
	email_free(found);
	if (!same)
		return 0;
	if (email_load(st, n, true, found, err) == -1)
		return -1;
	if (!same_as(want->m, found->m))
		email_free(found);
	return 0;
}

int
variant_find(struct store *st, int64_t group, const struct variant_want *want,
    struct email_row *found, struct err *err)
{
	struct group g;
	int64_t owner, its;
	int i;

	memset(found, 0, sizeof(*found));
	if (load_group(st, group, want->live, &g, err) == -1)
		return -1;
	if (g.crowd) {
		/* its id does not tell what it says */
		if (email_find(st, want->key, &owner, &its, err) == -1)
			return -1;
		return try_mail(st, owner, want, found, err);
	}
	for (i = 0; i < g.n && found->m == NULL; i++) {
		if (try_mail(st, g.v[i], want, found, err) == -1)
			return -1;
	}
	return 0;
}

/* --- ids --------------------------------------------------------------- */

/* Has no CRM acknowledged anything yet, nor an older program? 1, 0, -1. */
static int
are_ids_open(struct store *st, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_ACKED,
	    "SELECT NOT EXISTS(SELECT 1 FROM consumer WHERE acked_seq>0) AND "
	    "NOT EXISTS(SELECT 1 FROM meta WHERE key='ids')");
	int r = db_row(st, s, err);

	if (r == 1)
		r = sqlite3_column_int(s, 0);
	sqlite3_reset(s);
	return r;
}

/* Was a sent before b? Then by their ids. */
static bool
goes_before(int64_t a, const char *id_a, int64_t b, const char *id_b)
{
	a = a == TIM_NONE ? INT64_MAX : a / 60000;
	b = b == TIM_NONE ? INT64_MAX : b / 60000;
	return a != b ? a < b : strcmp(id_a, id_b) < 0;
}

/* To who reads changes a mail with another id is a new one. */
static int
rename_mail(struct store *st, int64_t n, const char *id, struct err *err)
{
	sqlite3_stmt *s = db_stmt(
	    st, DB_EMAIL_RENAME, "UPDATE sync_email SET id=?2 WHERE n=?1");

	db_int(s, 1, n);
	db_text(s, 2, id);
	if (db_run(st, s, err) == -1)
		return -1;
	fault_point("mail renamed");
	return db_change(st, "email", id, "insert", err);
}

/*
 * The owner of the key: its id as a variant, and what it is ordered by. Known
 * for as long as the transaction lasts, since its body may be large.
 */
static int
load_owner(
    struct store *st, const char *key, struct db_owner *o, struct err *err)
{
	struct email_row r;
	int64_t n, group;

	if (email_find(st, key, &n, &group, err) == -1)
		return -1;
	if (n == o->n)
		return 0;
	if (email_load(st, n, true, &r, err) == -1)
		return -1;
	o->n = n;
	o->sent_at = r.m->sent_at;
	content_variant(r.m, key, o->id);
	email_free(&r);
	return 0;
}

int
variant_take_key(struct store *st, const struct message *m, const char *key,
    char *id, struct err *err)
{
	struct db_owner *o = &st->txn.owner;
	int64_t taken, group;
	int r;

	if ((r = are_ids_open(st, err)) != 1)
		return r;
	if (load_owner(st, key, o, err) == -1 ||
	    email_find(st, o->id, &taken, &group, err) == -1)
		return -1;
	if (taken != 0 || !goes_before(m->sent_at, id, o->sent_at, o->id))
		return 0;
	memcpy(id, key, CONTENT_ID);
	r = rename_mail(st, o->n, o->id, err);
	o->n = 0;
	return r;
}
