/*
 * forgetmail.c - erases a person from one mail (forgetmail.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/idredact.h"
#include "core/messageredact.h"
#include "core/redact.h"
#include "store/content.h"
#include "store/decision.h"
#include "store/edition.h"
#include "store/emaillink.h"
#include "store/forgetmail.h"
#include "store/forgetrows.h"
#include "store/mailgone.h"
#include "store/parts.h"
#include "store/thread.h"

/* --- what it is --------------------------------------------------------- */

/* The categories of its copies. */
static int
load_categories(struct store *st, int64_t n, struct message *m, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_CATEGORIES,
	    "SELECT DISTINCT categories FROM sync_copy WHERE email=? AND "
	    "categories IS NOT NULL ORDER BY 1");
	const char *p, *one;
	size_t len;
	int r;

	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1) {
		for (p = db_col(s, 0); *p != '\0';
		     p += len + (p[len] == '\n')) {
			len = strcspn(p, "\n");
			one = arena_strndup(&m->arena, p, len);
			if (one == NULL || !message_category(m, one)) {
				sqlite3_reset(s);
				return db_fail(st, SQLITE_NOMEM, err);
			}
		}
	}
	return r;
}

/* Does it concern somebody of the CRM who is not one of its own people? */
static bool
concerns_others(const struct store *st, const struct message *m)
{
	struct decision d;
	bool others;

	memset(&d, 0, sizeof(d));
	if (st->people == NULL)
		return true;
	match_links(st->people, m->addr, m->naddr, &d);
	others = match_concerns_others(&d);
	free(d.link);
	return others;
}

int
forgetmail_load(struct store *st, const struct forgotten *who, int64_t n,
    struct forgetmail *x, struct err *err)
{
	struct email_row now;

	memset(x, 0, sizeof(*x));
	if (email_load(st, n, true, &x->was, err) == -1 ||
	    email_load(st, n, true, &now, err) == -1)
		return -1;
	x->m = now.m; /* taken over */
	if (email_load_sum(st, n, x->m, x->thread, err) == -1 ||
	    load_categories(st, n, x->m, err) == -1 ||
	    load_categories(st, n, x->was.m, err) == -1)
		return -1;
	x->others = concerns_others(st, x->m);
	x->how = message_redact(who, x->m);
	if (x->how == REDACT_NONE && idredact_has(who, x->m))
		x->how = REDACT_MENTIONED;
	idredact_message(who, x->m);
	return 0;
}

void
forgetmail_free(struct forgetmail *x)
{
	email_free(&x->was);
	message_free(x->m);
	x->m = NULL;
}

/* --- copies that go ------------------------------------------------------ */

/* Does this edition of it concern only the person? m has no person then. */
static bool
is_theirs(
    const struct store *st, const struct forgotten *who, struct message *m)
{
	bool others = concerns_others(st, m);

	if (message_redact(who, m) != REDACT_NAMED || others)
		return false;
	idredact_message(who, m);
	return true;
}

/* The copies with that edition are left out, as m tells of them. */
static int
withdraw_copies(
    struct store *st, int64_t edition, const struct message *m, struct err *err)
{
	char *parties = decision_parties(st, m);
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_WITHDRAW,
	    "UPDATE decision SET verdict='skip',rule='" STORE_FORGOTTEN "',"
	    "email=NULL,parties=?2 WHERE (mailbox,item) IN(SELECT mailbox,"
	    "item_id FROM sync_copy WHERE email=(SELECT email FROM "
	    "sync_edition WHERE n=?1) AND edition=?1)");
	int r;

	db_int(s, 1, edition);
	db_text(s, 2, parties);
	r = db_run(st, s, err);
	if (r != -1)
		r = db_run_int(st,
		    db_stmt(st, DB_FORGET_COPIES,
			"DELETE FROM sync_copy WHERE email=(SELECT email FROM "
			"sync_edition WHERE n=?1) AND edition=?1"),
		    edition, err);
	free(parties);
	return r == -1 ? -1 : 0;
}

/* The numbers of the mail's editions; the caller frees *v. */
static int
list_mail_editions(
    struct store *st, int64_t email, int64_t **v, size_t *n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_EDITIONS,
	    "SELECT n FROM sync_edition WHERE email=? ORDER BY n");
	int r;

	*v = NULL;
	*n = 0;
	db_int(s, 1, email);
	while ((r = db_row(st, s, err)) == 1)
		*VEC_ADD(*v, *n) = sqlite3_column_int64(s, 0);
	return r;
}

int
forgetmail_withdraw(struct store *st, const struct forgotten *who,
    const struct forgetmail *x, bool *goes, struct err *err)
{
	struct email_row r;
	int64_t *v;
	size_t n, i, gone = 0;
	int rc = list_mail_editions(st, x->was.n, &v, &n, err);

	for (i = 0; rc == 0 && i < n; i++) {
		if ((rc = email_load_edition(st, v[i], false, &r, err)) == -1)
			break;
		r.m->message_id = x->was.m->message_id;
		if (is_theirs(st, who, r.m)) {
			rc = withdraw_copies(st, v[i], r.m, err);
			gone++;
		}
		email_free(&r);
	}
	free(v);
	/* without editions all copies say what the mail says */
	*goes = n == 0 ? x->how == REDACT_NAMED && !x->others : gone == n;
	return rc;
}

/* --- a mail that goes --------------------------------------------------- */

/* Notes the items of the mail, for leave_items. */
static int
note_items(struct store *st, int64_t n, struct err *err)
{
	sqlite3_stmt *s;

	if (db_exec(st, "DELETE FROM temp.forget_item", err) == -1)
		return -1;
	s = db_stmt(st, DB_FORGET_NOTE,
	    "INSERT INTO temp.forget_item SELECT d.mailbox,d.item FROM "
	    "sync_copy c JOIN decision d ON d.mailbox=c.mailbox AND "
	    "d.item=c.item_id AND d.email=c.email WHERE c.email=?");
	return db_run_int(st, s, n, err);
}

/* What is known of its items: as if they had been left out from the start. */
static int
leave_items(struct store *st, const struct forgetmail *x, struct err *err)
{
	char *parties = decision_parties(st, x->m);
	char *mid = content_mid_shown(x->m->message_id);
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_ITEMS,
	    "UPDATE decision SET parties=?1,message_id=?2 WHERE "
	    "(mailbox,item) IN(SELECT mailbox,item FROM temp.forget_item)");
	int r;

	db_text(s, 1, parties);
	db_text(s, 2, mid);
	r = db_run(st, s, err);
	free(parties);
	free(mid);
	return r == -1 ? -1 : 0;
}

/*
 * The mail has the id of a key that others share: one of them, as variant.h
 * says, gets it. *heir 0: nobody shares it.
 */
static int
find_heir(struct store *st, int64_t n, int64_t *heir, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_HEIR,
	    "SELECT n FROM sync_email WHERE variant_of=? ORDER BY "
	    "substr(sent_at,1,16),id LIMIT 1");

	db_int(s, 1, n);
	if (db_one(st, s, heir, err) == -1)
		return -1;
	if (*heir == 0)
		return 0;
	s = db_stmt(st, DB_FORGET_HEIRS,
	    "UPDATE sync_email SET variant_of=nullif(?2,n) WHERE "
	    "variant_of=?1");
	db_int(s, 1, n);
	db_int(s, 2, *heir);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

static int
give_id(struct store *st, int64_t heir, const char *id, struct err *err)
{
	sqlite3_stmt *s;

	if (db_change_email(st, heir, "email", "erase", err) == -1)
		return -1;
	s = db_stmt(
	    st, DB_FORGET_INHERIT, "UPDATE sync_email SET id=?2 WHERE n=?1");
	db_int(s, 1, heir);
	db_text(s, 2, id);
	if (db_run(st, s, err) == -1)
		return -1;
	return db_change_email(st, heir, "email", "insert", err);
}

int
forgetmail_remove(struct store *st, const struct forgetmail *x, struct err *err)
{
	int64_t heir = 0;
	const struct mailgone_why why = {
		.verdict = "skip",
		.rule = STORE_FORGOTTEN,
		.op = "erase",
		.forget = true,
	};

	if ((x->was.group == x->was.n &&
		find_heir(st, x->was.n, &heir, err) == -1) ||
	    note_items(st, x->was.n, err) == -1 ||
	    mailgone_remove(st, x->was.n, &why, err) == -1 ||
	    leave_items(st, x, err) == -1 ||
	    (heir != 0 && give_id(st, heir, x->was.id, err) == -1))
		return -1;
	fault_point("inside forget");
	return 0;
}

/* --- a mail that stays -------------------------------------------------- */

static int
write_rest(struct store *st, const struct forgetmail *x, struct err *err)
{
	/* text that only tags had kept apart may name the person */
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_WRITE,
	    "UPDATE sync_email SET headers=?2,message_id=?3,in_reply_to=?4,"
	    "refs=?5,html_text=without_person(html_text) WHERE n=?1");
	char *mid = content_mid_shown(x->m->message_id);
	int r;

	db_int(s, 1, x->was.n);
	db_text(s, 2, x->m->headers);
	db_text(s, 3, mid);
	db_text(s, 4, x->m->in_reply_to);
	db_text(s, 5, x->m->refs);
	r = db_run(st, s, err);
	free(mid);
	return r == -1 ? -1 : 0;
}

/* Of the lines that are a category, each that says it. */
static int
write_categories(struct store *st, const struct forgetmail *x, struct err *err)
{
	sqlite3_stmt *s;
	size_t i;

	for (i = 0; i < x->m->ncategory; i++) {
		const char *was = x->was.m->category[i];

		if (strcmp(was, x->m->category[i]) == 0)
			continue;
		s = db_stmt(st, DB_FORGET_MARKS,
		    "UPDATE sync_copy SET categories=trim(replace(char(10)||"
		    "categories||char(10),char(10)||?2||char(10),char(10)||?3||"
		    "char(10)),char(10)) WHERE email=?1 AND instr(categories,"
		    "?2)");
		db_int(s, 1, x->was.n);
		db_text(s, 2, was);
		db_text(s, 3, x->m->category[i]);
		if (db_run(st, s, err) == -1)
			return -1;
	}
	return 0;
}

/* A copy that says something else than the mail. */
static void
redact_edition(void *arg, struct message *m)
{
	message_redact(arg, m);
}

/*
 * The id that the mail has in a new file, where ids are made of what it says;
 * key: that of its group.
 */
static void
make_id(struct store *st, const struct forgetmail *x, char *key, char *id)
{
	content_id(&st->scratch, x->m, key);
	if (x->was.group == x->was.n)
		memcpy(id, key, CONTENT_ID);
	else
		content_variant(x->m, key, id);
}

/* Is the id another mail's? 1, 0, -1. */
static int
is_taken(struct store *st, int64_t n, const char *id, struct err *err)
{
	int64_t other, group;

	if (email_find(st, id, &other, &group, err) == -1)
		return -1;
	return other != 0 && other != n;
}

/*
 * The mail gets the id and the place in its thread that it has in a new file,
 * unless another mail has the id. 1: another id, 0, -1.
 */
static int
rename_redacted(struct store *st, const struct forgetmail *x, struct err *err)
{
	char key[CONTENT_ID], id[CONTENT_ID];
	char thread[CONTENT_ID], parent[CONTENT_ID];
	const char *answers;
	sqlite3_stmt *s;
	int taken;

	make_id(st, x, key, id);
	if ((taken = is_taken(st, x->was.n, id, err)) == -1)
		return -1;
	if (taken)
		memcpy(id, x->was.id, CONTENT_ID);
	answers = content_place(&st->scratch, x->m, key, thread, parent);
	s = db_stmt(st, DB_FORGET_RENAME,
	    "UPDATE sync_email SET id=?2,thread_id=?3,in_reply_to_key=?4 "
	    "WHERE n=?1");
	db_int(s, 1, x->was.n);
	db_text(s, 2, id);
	db_text(s, 3, thread);
	db_text(s, 4, answers);
	if (db_run(st, s, err) == -1 ||
	    (strcmp(thread, x->thread) != 0 &&
		thread_moved(st, x->was.n, x->thread, err) == -1))
		return -1;
	return strcmp(id, x->was.id) != 0;
}

/* Who has the mail under its old id is to erase that. */
static int
tell_erased(
    struct store *st, const struct forgetmail *x, bool renamed, struct err *err)
{
	if (db_change(st, "email", x->was.id, "erase", err) == -1)
		return -1;
	return renamed ? db_change_email(st, x->was.n, "email", "insert", err)
		       : 0;
}

int
forgetmail_redact(struct store *st, const struct store_forget *f,
    const struct forgetmail *x, struct store_forget_count *count,
    struct err *err)
{
	const struct content now = { x->m, x->was.c.direction };
	const struct edition_except none = { NULL, NULL };
	const int64_t n = x->was.n;
	const struct edition_rewrite how = { redact_edition,
		(void *)(uintptr_t)f->who };
	struct store_count some;
	int renamed;

	memset(&some, 0, sizeof(some));
	if (edition_rewrite(st, n, &how, err) == -1 ||
	    email_write(st, &x->was, &now, true, &some, err) == -1 ||
	    edition_settle(st, n, &none, &some, err) == -1 ||
	    write_rest(st, x, err) == -1 ||
	    write_categories(st, x, err) == -1 ||
	    (renamed = rename_redacted(st, x, err)) == -1 ||
	    emaillink_settle(st, n, err) == -1 ||
	    tell_erased(st, x, renamed == 1, err) == -1)
		return -1;
	fault_point("inside forget");
	return forgetrows_files(st, f, n, count, err);
}
