/*
 * variant.c - mails with the same key that are not the same mail.
 * 1. A message is compared with the newest mails of its group that are equal to
 *    it but for their texts. If there are too many, it is compared only with
 *    the owner of the key and with the mail that has its id as a variant.
 * 2. No id vanishes: an id that a mail gives up is another mail's at once.
 */
#include <string.h>

#include "base/fault.h"
#include "base/tim.h"
#include "store/copy.h"
#include "store/same.h"
#include "store/variant.h"

#define TEXTS  8              /* how many texts are compared at most */
#define NEWEST 64             /* how many variants are looked at at most */
#define NEAR   INT64_C(61000) /* ms; same.c decides exactly */

struct group {
	int64_t v[NEWEST + 1];
	int n;
	bool crowd; /* there are NEWEST variants or more */
};

/*
 * Loads those of the group's newest mails that were sent at about the same time
 * as m (or have no time), and that do or do not have a copy left (live).
 */
static int
load_group(struct store *st, int64_t group, const struct message *m, bool live,
    struct group *g, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_VARIANTS,
	    "SELECT n,(sent_at IS NULL OR ?4 IS NULL OR ?5 IS NULL OR "
	    "sent_at BETWEEN ?4 AND ?5) AND ?2=EXISTS(SELECT 1 FROM sync_copy "
	    "WHERE email=n AND removed_at IS NULL) FROM(SELECT n,sent_at FROM "
	    "sync_email WHERE variant_of=?1 ORDER BY n DESC LIMIT ?3) "
	    "UNION ALL SELECT ?1,?2=EXISTS(SELECT 1 FROM sync_copy WHERE "
	    "email=?1 AND removed_at IS NULL)");
	char from[TIM_TEXT], to[TIM_TEXT];
	bool known = tim_text(m->sent_at, from) != NULL;
	int r, all = 0;

	memset(g, 0, sizeof(*g));
	db_int(s, 1, group);
	db_int(s, 2, live);
	db_int(s, 3, NEWEST);
	db_time(s, 4, known ? m->sent_at - NEAR : TIM_NONE, from);
	db_time(s, 5, known ? m->sent_at + NEAR : TIM_NONE, to);
	while ((r = db_row(st, s, err)) == 1 && all++ <= NEWEST) {
		if (sqlite3_column_int(s, 1) != 0)
			g->v[g->n++] = sqlite3_column_int64(s, 0);
	}
	g->crowd = all > NEWEST;
	sqlite3_reset(s);
	return r == -1 ? -1 : 0;
}

/* May mail n be the wanted one, as far as its text does not count? 1, 0, -1. */
static int
is_candidate(struct store *st, int64_t n, const struct variant_want *want,
    struct err *err)
{
	struct copy at = {
		.email = n, .mailbox = want->mailbox, .item_id = want->item_id
	};
	struct email_row r;
	int64_t others = 1;
	bool same;

	if (n == want->except)
		return 0;
	if (want->live && copy_others(st, &at, &others, err) == -1)
		return -1;
	if (others == 0)
		return 0;
	/* most of a group differ in what is cheaper to read than a body */
	if (email_load(st, n, false, &r, err) == -1)
		return -1;
	same = same_head(r.m, want->m->m);
	email_free(&r);
	return same;
}

/* Loads candidate n to found if its text is the same, too. */
static int
compare_text(struct store *st, int64_t n, const struct variant_want *want,
    struct email_row *found, struct err *err)
{
	if (email_load(st, n, true, found, err) == -1)
		return -1;
	if (!same_as(want->m, found->m))
		email_free(found);
	return 0;
}

/* Compares the mail with that id, if there is one. */
static int
try_id(struct store *st, const char *id, const struct variant_want *want,
    struct email_row *found, struct err *err)
{
	int64_t n, its;
	int r;

	if (email_find(st, id, &n, &its, err) == -1)
		return -1;
	if (n == 0)
		return 0;
	r = is_candidate(st, n, want, err);
	return r == 1 ? compare_text(st, n, want, found, err) : r;
}

/* Tries only two mails, because the group has too many to compare them all. */
static int
find_by_id(struct store *st, const struct variant_want *want,
    struct email_row *found, struct err *err)
{
	/* the content of the key's owner does not follow from its id */
	if (try_id(st, want->key, want, found, err) == -1)
		return -1;
	if (found->m != NULL)
		return 0;
	if (want->id[0] == '\0')
		content_variant(want->m->m, want->key, want->id);
	return try_id(st, want->id, want, found, err);
}

int
variant_find(struct store *st, int64_t group, const struct variant_want *want,
    struct email_row *found, struct err *err)
{
	struct group g;
	int i, r, n = 0;

	memset(found, 0, sizeof(*found));
	if (load_group(st, group, want->m->m, want->live, &g, err) == -1)
		return -1;
	for (i = 0; i < g.n; i++) {
		if ((r = is_candidate(st, g.v[i], want, err)) == -1)
			return -1;
		if (r == 1 && n == TEXTS)
			return find_by_id(st, want, found, err);
		if (r == 1)
			g.v[n++] = g.v[i];
	}
	for (i = 0; i < n && found->m == NULL; i++) {
		if (compare_text(st, g.v[i], want, found, err) == -1)
			return -1;
	}
	if (g.crowd && found->m == NULL)
		return find_by_id(st, want, found, err);
	return 0;
}

/* --- ids --------------------------------------------------------------- */

/*
 * May ids still change? Not once a CRM has acknowledged a change, nor in a file
 * that an older program began. 1, 0, -1.
 */
static int
are_ids_open(struct store *st, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_ACKED,
	    "SELECT NOT EXISTS(SELECT 1 FROM consumer WHERE acked_seq>0) AND "
	    "NOT EXISTS(SELECT 1 FROM meta WHERE key='ids')");
	int64_t answer;

	return db_one(st, s, &answer, err) == -1 ? -1 : (int)answer;
}

/* Was a sent in a minute before b's? In the same minute the ids decide. */
static bool
goes_before(int64_t a, const char *id_a, int64_t b, const char *id_b)
{
	a = a == TIM_NONE ? INT64_MAX : a / 60000;
	b = b == TIM_NONE ? INT64_MAX : b / 60000;
	return a != b ? a < b : strcmp(id_a, id_b) < 0;
}

/* For readers of table change a mail with another id is a new one. */
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
 * Loads the owner of the key: its id as a variant, and its time of sending.
 * Cached for the transaction, since reading its body may be expensive.
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
