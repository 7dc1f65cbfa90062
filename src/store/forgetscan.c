/*
 * forgetscan.c - erases a person from the mails of the file (forget.h).
 * 1. Mails are looked at in the order of their numbers, a slice in each
 *    transaction. What mentions the person is found by reading everything:
 *    no index has addresses, and text may name them anywhere.
 * 2. All mails with one key (variant.h) are treated together, for one of them
 *    has the key's own id.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/stop.h"
#include "base/vec.h"
#include "store/forgetmail.h"
#include "store/forgetrows.h"

#define SPAN fault_int("EXSYNC_FORGET", 200) /* mails that are read in one go */
/* Bytes that one transaction handles, about. */
#define HANDLED fault_int("EXSYNC_SLICE", 2 << 20)

struct work {
	const struct store_forget *f;
	struct store_forget_count *count;
	int64_t after, last; /* mails */
	int64_t *n;          /* of the span: those that mention the person */
	size_t nn, done;
};

/* --- which mails -------------------------------------------------------- */

/* Whatever of a mail a person may be named in. */
#define MENTIONED                                                              \
	"mentions_person(e.subject) OR mentions_person(e.headers) OR "         \
	"id_mentions(e.message_id) OR id_mentions(e.in_reply_to) OR "          \
	"id_mentions(e.refs) OR mentions_person(e.text) OR "                   \
	"mentions_person(e.html) OR mentions_person(e.html_text) OR "          \
	"EXISTS(SELECT 1 FROM sync_party p WHERE p.email=e.n AND "             \
	"(mentions_person(p.address) OR mentions_person(p.name) OR "           \
	"mentions_person(p.raw_address))) OR "                                 \
	"EXISTS(SELECT 1 FROM sync_attachment a WHERE a.email=e.n AND "        \
	"(file_mentions(a.name) OR mentions_person(a.url) OR "                 \
	"mentions_person(a.content_id))) OR "                                  \
	"EXISTS(SELECT 1 FROM sync_copy c WHERE c.email=e.n AND "              \
	"mentions_person(c.categories)) OR "                                   \
	"EXISTS(SELECT 1 FROM sync_edition x WHERE x.email=e.n AND "           \
	"(mentions_person(x.subject) OR mentions_person(x.text) OR "           \
	"mentions_person(x.html) OR mentions_person(x.html_text) OR "          \
	"EXISTS(SELECT 1 FROM sync_edition_party q WHERE q.edition=x.n AND "   \
	"(mentions_person(q.address) OR mentions_person(q.name) OR "           \
	"mentions_person(q.raw_address))) OR "                                 \
	"EXISTS(SELECT 1 FROM sync_edition_attachment b WHERE b.edition=x.n "  \
	"AND (file_mentions(b.name) OR mentions_person(b.url) OR "             \
	"mentions_person(b.content_id)))))"

static int
find_last(struct store *st, void *arg, struct err *err)
{
	struct work *w = arg;

	return db_one(st,
	    db_stmt(st, DB_FORGET_LAST, "SELECT max(n) FROM sync_email"),
	    &w->last, err);
}

static int
find_span(struct store *st, void *arg, struct err *err)
{
	struct work *w = arg;
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_SPAN,
	    "SELECT e.n FROM sync_email e WHERE e.n>? AND e.n<=? AND "
	    "(" MENTIONED ") ORDER BY e.n");
	int r;

	w->nn = w->done = 0;
	db_int(s, 1, w->after);
	db_int(s, 2, w->after + SPAN);
	while ((r = db_row(st, s, err)) == 1)
		*VEC_ADD(w->n, w->nn) = sqlite3_column_int64(s, 0);
	w->after += SPAN;
	return r;
}

/* --- all mails with one key --------------------------------------------- */

/* The last one has the key's own id. */
struct group {
	struct forgetmail *v;
	size_t n;
};

static void
free_group(struct group *g)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		forgetmail_free(&g->v[i]);
	free(g->v);
}

static int
load_key_group(struct store *st, const struct work *w, int64_t group,
    struct group *g, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_GROUP,
	    "SELECT n FROM sync_email WHERE variant_of=?1 UNION ALL SELECT ?1");
	int64_t *n = NULL;
	size_t nn = 0, i;
	int r;

	db_int(s, 1, group);
	while ((r = db_row(st, s, err)) == 1)
		*VEC_ADD(n, nn) = sqlite3_column_int64(s, 0);
	for (i = 0; r == 0 && i < nn; i++)
		r = forgetmail_load(
		    st, w->f->who, n[i], VEC_ADD(g->v, g->n), err);
	free(n);
	return r;
}

static int
forget_mail(struct store *st, struct work *w, const struct forgetmail *x,
    struct err *err)
{
	bool goes;

	if (x->how == REDACT_NONE)
		return 0;
	if (forgetmail_withdraw(st, w->f->who, x, &goes, err) == -1)
		return -1;
	if (goes) {
		w->count->erased++;
		return forgetmail_remove(st, x, err);
	}
	w->count->redacted++;
	return forgetmail_redact(st, w->f, x, w->count, err);
}

static int
forget_slice(struct store *st, void *arg, struct err *err)
{
	struct work *w = arg;
	sqlite3_stmt *s;
	struct group g;
	int64_t group;
	size_t i;
	int rc = 0;

	while (rc == 0 && w->done < w->nn && st->txn.handled <= HANDLED) {
		s = db_stmt(st, DB_FORGET_OWNER,
		    "SELECT ifnull(variant_of,n) FROM sync_email WHERE n=?");
		db_int(s, 1, w->n[w->done++]);
		if (db_one(st, s, &group, err) == -1)
			return -1;
		if (group == 0)
			continue; /* it went with the others of its key */
		memset(&g, 0, sizeof(g));
		rc = load_key_group(st, w, group, &g, err);
		for (i = 0; rc == 0 && i < g.n; i++)
			rc = forget_mail(st, w, &g.v[i], err);
		free_group(&g);
	}
	return rc;
}

static int
fail_forget_stopped(struct err *err)
{
	err_set(err, ERR_RETRY,
	    "interrupted: run exsync --forget again, which goes on from there");
	return err_code(err, CAUSE_STOP, "stop", SCOPE_ALL);
}

static int
forget_mails(struct store *st, struct work *w, struct err *err)
{
	int rc = db_read(st, find_last, w, err);

	while (rc == 0 && w->after < w->last) {
		rc = stop_requested() ? fail_forget_stopped(err)
				      : db_read(st, find_span, w, err);
		while (rc == 0 && w->done < w->nn)
			rc = db_write(st, forget_slice, w, err);
	}
	return rc;
}

int
store_forget(struct store *st, const struct store_forget *f,
    struct store_forget_count *count, struct err *err)
{
	struct work w = { .f = f, .count = count };
	int rc;

	memset(count, 0, sizeof(*count));
	rc = forgetrows_begin(st, f->who, err);
	if (rc == 0)
		rc = forgetrows_all(st, f, count, err);
	if (rc == 0)
		rc = forget_mails(st, &w, err);
	free(w.n);
	return rc;
}
