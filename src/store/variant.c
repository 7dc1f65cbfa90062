/*
 * variant.c - mails with the same key that are not the same mail.
 * 1. So many of them are compared with each other. A Message-ID that more
 *    mails share tells nothing: there only what is equal is the same, and
 *    ids stay as they are.
 * 2. An id that is gone, or is another mail's now, is told in table change.
 */
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/str.h"
#include "store/same.h"
#include "store/variant.h"

#define VARIANTS 8

struct group {
	int64_t v[VARIANTS + 1];
	int n;
};

static int
load_group(struct store *st, int64_t group, struct group *g, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_VARIANTS,
	    "SELECT n FROM sync_email WHERE n=?1 UNION ALL "
	    "SELECT n FROM sync_email WHERE variant_of=?1 LIMIT ?2");
	int r = 0;

	g->n = 0;
	db_int(s, 1, group);
	db_int(s, 2, VARIANTS + 1);
	while (g->n <= VARIANTS && (r = db_row(st, s, err)) == 1)
		g->v[g->n++] = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return r == -1 ? -1 : 0;
}

int
variant_find(struct store *st, int64_t group, const struct variant_want *want,
    struct email_row *found, struct err *err)
{
	struct copy at = { .mailbox = want->mailbox, .item_id = want->item_id };
	struct group g;
	int64_t others = 1;
	int i;

	memset(found, 0, sizeof(*found));
	if (load_group(st, group, &g, err) == -1)
		return -1;
	for (i = 0; g.n <= VARIANTS && i < g.n; i++) {
		if (g.v[i] == want->except)
			continue;
		at.email = g.v[i];
		if (want->live && copy_others(st, &at, &others, err) == -1)
			return -1;
		if (others == 0)
			continue;
		if (email_load(st, g.v[i], true, found, err) == -1)
			return -1;
		if (same_mail(found->m, want->m))
			return 0;
		email_free(found);
	}
	return 0;
}

/* --- ids --------------------------------------------------------------- */

/* Has no CRM acknowledged anything yet? 1, 0, -1. */
static int
are_ids_open(struct store *st, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_ACKED,
	    "SELECT NOT EXISTS(SELECT 1 FROM consumer WHERE acked_seq>0)");
	int r = db_row(st, s, err);

	if (r == 1)
		r = sqlite3_column_int(s, 0);
	sqlite3_reset(s);
	return r;
}

/* One of the group: the id it has, and the one that it should have. */
struct member {
	int64_t n, sent;
	char has[CONTENT_ID], wants[CONTENT_ID];
};

static int
load_member(struct store *st, int64_t n, struct member *v, char *key,
    struct err *err)
{
	struct email_row r;

	if (email_load(st, n, true, &r, err) == -1)
		return -1;
	v->n = n;
	v->sent = r.m->sent_at == TIM_NONE ? INT64_MAX : r.m->sent_at;
	memcpy(v->has, r.id, CONTENT_ID);
	/* all of them give the same key, but for what was edited in place */
	if (*key == '\0')
		content_id(&st->scratch, r.m, key);
	content_variant(&st->scratch, r.m, key, v->wants);
	email_free(&r);
	return 0;
}

/* Who was sent first has the key's id. False: it cannot be said. */
static bool
choose_ids(struct member *v, int n, const char *key)
{
	struct member *first = &v[0];
	bool known = false;
	int i, k;

	for (i = 0; i < n; i++) {
		known = known || strcmp(v[i].has, key) == 0;
		for (k = 0; k < i; k++) {
			if (strcmp(v[i].wants, v[k].wants) == 0)
				return false;
		}
		if (v[i].sent < first->sent ||
		    (v[i].sent == first->sent &&
			strcmp(v[i].wants, first->wants) < 0))
			first = &v[i];
	}
	memcpy(first->wants, key, CONTENT_ID);
	return known;
}

static int
set_id(struct store *st, int64_t n, const char *id, struct err *err)
{
	sqlite3_stmt *s = db_stmt(
	    st, DB_EMAIL_RENAME, "UPDATE sync_email SET id=?2 WHERE n=?1");

	db_int(s, 1, n);
	db_text(s, 2, id);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

static bool
is_wanted(const struct member *v, int n, const char *id)
{
	int i;

	for (i = 0; i < n; i++) {
		if (strcmp(v[i].wants, id) == 0)
			return true;
	}
	return false;
}

/* To who reads changes a mail with another id is a new one. */
static int
rename_members(struct store *st, const struct member *v, int n, struct err *err)
{
	char aside[CONTENT_ID];
	int i;

	for (i = 0; i < n; i++) {
		snprintf(aside, sizeof(aside), "renamed %lld",
		    (long long)v[i].n);
		if (strcmp(v[i].has, v[i].wants) != 0 &&
		    set_id(st, v[i].n, aside, err) == -1)
			return -1;
	}
	fault_point("between renames");
	for (i = 0; i < n; i++) {
		if (strcmp(v[i].has, v[i].wants) == 0)
			continue;
		if (set_id(st, v[i].n, v[i].wants, err) == -1 ||
		    db_change(st, "email", v[i].wants, "insert", err) == -1)
			return -1;
		if (!is_wanted(v, n, v[i].has) &&
		    db_change(st, "email", v[i].has, "delete", err) == -1)
			return -1;
	}
	return 0;
}

int
variant_settle(struct store *st, int64_t group, struct err *err)
{
	struct member v[VARIANTS];
	char key[CONTENT_ID] = "";
	struct group g;
	int i, r;

	if (load_group(st, group, &g, err) == -1)
		return -1;
	if (g.n < 2 || g.n > VARIANTS)
		return 0;
	if ((r = are_ids_open(st, err)) != 1)
		return r;
	for (i = 0; i < g.n; i++) {
		if (load_member(st, g.v[i], &v[i], key, err) == -1)
			return -1;
	}
	if (!choose_ids(v, g.n, key))
		return 0;
	return rename_members(st, v, g.n, err);
}

int
variant_settle_mail(struct store *st, int64_t n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_GROUP,
	    "SELECT ifnull(variant_of,n) FROM sync_email WHERE n=?");
	int64_t group;
	int r;

	db_int(s, 1, n);
	r = db_row(st, s, err);
	group = r == 1 ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return r == -1 ? -1 : variant_settle(st, group, err);
}
