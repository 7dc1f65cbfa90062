/*
 * edition.c - the contents of a mail whose copies do not all say the same.
 * 1. A mail whose copies all say the same has no row here, and its copies have
 *    no edition. Otherwise each copy that is not removed has one.
 * 2. The mail's own row is a merge of the editions that such copies have, and
 *    does not depend on the order in which they came: the text of the fullest
 *    one, the shortest subject (tags make it longer), the people of all.
 * 3. An edition stores a text only if it differs from the mail's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/edition.h"
#include "store/same.h"

/* More editions than this are a sign that it is not one mail. */
#define EDITIONS_MAX 16

/* --- digests ----------------------------------------------------------- */

static void
hash_text(struct crypt_sha256 *h, const char *s)
{
	/* unknown differs from "" */
	crypt_sha256_add(h, s == NULL ? "0" : "1", 1);
	if (s != NULL)
		crypt_sha256_adds(h, s);
}

static void
digest_body(const struct message *m, char out[CONTENT_ID])
{
	struct crypt_sha256 h;

	crypt_sha256_init(&h);
	hash_text(&h, m->text);
	hash_text(&h, m->html);
	content_hex(&h, out);
}

static void
hash_people(struct crypt_sha256 *h, const struct message *m)
{
	int role;
	size_t i;

	for (role = ROLE_FROM; role <= ROLE_REPLY_TO; role++) {
		for (i = 0; i < m->naddr; i++) {
			if (m->addr[i].role != (enum role)role)
				continue;
			hash_text(h, m->addr[i].address);
			hash_text(h, m->addr[i].name);
			hash_text(h, m->addr[i].raw);
		}
		hash_text(h, role_name((enum role)role));
	}
}

/*
 * Without the content of an attached item: the server generates another file of
 * it each time.
 */
static void
hash_attachment(struct crypt_sha256 *h, const struct attachment *a)
{
	hash_text(h, att_kind_name(a->kind));
	hash_text(h, a->name);
	hash_text(h, a->media_type);
	hash_text(h, a->content_id);
	hash_text(h, a->url);
	hash_text(h, a->is_inline ? "inline" : "");
	hash_text(h, a->stored ? "full" : a->state);
	if (a->stored && a->kind != ATT_ITEM)
		crypt_sha256_add(h, a->sha256, sizeof(a->sha256));
}

static void
digest_all(const struct content *c, const char *body, char out[CONTENT_ID])
{
	const struct message *m = c->m;
	struct crypt_sha256 h;
	char sent[TIM_TEXT];
	size_t i;

	crypt_sha256_init(&h);
	hash_text(&h, body);
	hash_text(&h, body_state_name(m->body_state));
	hash_text(&h, direction_name(c->direction));
	hash_text(&h, m->subject);
	hash_text(&h, tim_text(m->sent_at, sent));
	hash_text(&h, m->importance);
	hash_text(&h, m->sensitivity);
	hash_people(&h, m);
	for (i = 0; i < m->natt; i++)
		hash_attachment(&h, &m->att[i]);
	/* the mail has attachments that the server did not list */
	if (m->has_attachments && m->natt == 0)
		hash_text(&h, "attachments");
	content_hex(&h, out);
}

/* The digest of all that a copy says, and that of its body alone. */
struct digests {
	char all[CONTENT_ID], body[CONTENT_ID];
};

static void
digest_content(const struct content *c, struct digests *d)
{
	digest_body(c->m, d->body);
	digest_all(c, d->body, d->all);
}

/* --- comparing --------------------------------------------------------- */

bool
edition_same(const struct content *a, const struct content *b)
{
	const struct message *x = a->m, *y = b->m;
	char at[TIM_TEXT], to[TIM_TEXT];

	return a->direction == b->direction && x->body_state == y->body_state &&
	       str_eq(x->subject, y->subject) &&
	       str_eq(tim_text(x->sent_at, at), tim_text(y->sent_at, to)) &&
	       str_eq(x->importance, y->importance) &&
	       str_eq(x->sensitivity, y->sensitivity) &&
	       (x->has_attachments || x->natt > 0) ==
		   (y->has_attachments || y->natt > 0) &&
	       same_text(x, y) && parts_same(a, b);
}

/* --- making ------------------------------------------------------------ */

static int
run_with(
    struct store *st, sqlite3_stmt *s, int64_t a, int64_t b, struct err *err)
{
	db_int(s, 1, a);
	db_int(s, 2, b);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* shown: its text is the mail's. */
static int
insert_edition(struct store *st, int64_t email, const struct content *c,
    const struct digests *d, bool shown, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EDITION_INSERT,
	    "INSERT INTO sync_edition(email,digest,body,weight,contents,"
	    "direction,subject,sent_at,importance,sensitivity,has_attachments,"
	    "body_state,differs,text,html,html_text) "
	    "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
	    "iif(?14 IS NULL,text_of_html(?15),NULL))");
	const struct message *m = c->m;
	bool known = m->body_state == BODY_FULL;
	char sent[TIM_TEXT];

	shown = shown || !known;
	db_int(s, 1, email);
	db_text(s, 2, d->all);
	db_text(s, 3, d->body);
	db_int(s, 4, known ? same_weight(m) : -1);
	db_int(s, 5, parts_stored(m));
	db_text(s, 6, direction_name(c->direction));
	db_text(s, 7, m->subject);
	db_time(s, 8, m->sent_at, sent);
	db_text(s, 9, m->importance);
	db_text(s, 10, m->sensitivity);
	db_int(s, 11, m->has_attachments || m->natt > 0);
	db_text(s, 12, body_state_name(m->body_state));
	db_int(s, 13, !shown);
	db_textn(s, 14, shown ? NULL : m->text, m->text_len);
	db_textn(s, 15, shown ? NULL : m->html, m->html_len);
	st->txn.handled += (int64_t)(m->text_len + m->html_len);
	fault_point("before edition");
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
edition_any(struct store *st, int64_t email, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EDITION_ANY,
	    "SELECT 1 FROM sync_edition WHERE email=? LIMIT 1");

	db_int(s, 1, email);
	return db_one(st, s, NULL, err);
}

/* *all: how many editions the mail has; *n: the one with this digest, or 0. */
static int
find_edition(struct store *st, int64_t email, const char *digest, int64_t *n,
    int64_t *all, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EDITION_FIND,
	    "SELECT count(*),ifnull(max(iif(digest=?2,n,0)),0) "
	    "FROM sync_edition WHERE email=?1");
	int r;

	*n = *all = 0;
	db_int(s, 1, email);
	db_text(s, 2, digest);
	if ((r = db_row(st, s, err)) == 1) {
		*all = sqlite3_column_int64(s, 0);
		*n = sqlite3_column_int64(s, 1);
		sqlite3_reset(s);
	}
	return r == -1 ? -1 : 0;
}

/* Does an edition with this body share the text that the mail shows? */
static int
is_shown(struct store *st, int64_t email, const char *body, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EDITION_IS_SHOWN,
	    "SELECT 1 FROM sync_edition WHERE email=? AND body=? AND "
	    "differs=0 AND weight>=0");

	db_int(s, 1, email);
	db_text(s, 2, body);
	return db_one(st, s, NULL, err);
}

/*
 * The mail has had one content so far: it becomes the first edition, that of
 * all its copies.
 */
static int
split_mail(struct store *st, const struct email_row *r, struct err *err)
{
	struct digests d;
	int64_t edition;

	digest_content(&r->c, &d);
	if (insert_edition(st, r->n, &r->c, &d, true, err) == -1)
		return -1;
	edition = sqlite3_last_insert_rowid(st->h);
	if (run_with(st,
		db_stmt(st, DB_EDITION_COPIES,
		    "UPDATE sync_copy SET edition=?2 WHERE email=?1 AND "
		    "removed_at IS NULL"),
		r->n, edition, err) == -1)
		return -1;
	return parts_copy(st, r->n, edition, err);
}

int
edition_get(struct store *st, const struct email_row *r,
    const struct content *c, int64_t *edition, struct err *err)
{
	struct digests d;
	int64_t all;
	int shown;

	digest_content(c, &d);
	if (find_edition(st, r->n, d.all, edition, &all, err) == -1)
		return -1;
	if (*edition != 0 || all >= EDITIONS_MAX)
		return 0;
	if (all == 0 && split_mail(st, r, err) == -1)
		return -1;
	if ((shown = is_shown(st, r->n, d.body, err)) == -1 ||
	    insert_edition(st, r->n, c, &d, shown == 1, err) == -1)
		return -1;
	*edition = sqlite3_last_insert_rowid(st->h);
	return parts_insert(st, PARTS_EDITION, *edition, c, err);
}

/* --- all of them together ---------------------------------------------- */

struct edition {
	int64_t n, weight, contents;
	bool differs;
	char body[CONTENT_ID];
};

struct editions {
	struct edition v[EDITIONS_MAX + 2];
	size_t n;
};

/*
 * Lists the editions of copies that are not removed, the fullest first; had
 * false: the editions that no such copy has. The copy except does not count.
 */
static int
list_editions(struct store *st, int64_t email, bool had,
    const struct edition_except *except, struct editions *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EDITION_LIST,
	    "SELECT n,weight,contents,differs,body FROM sync_edition WHERE "
	    "email=?1 AND ?2=(n IN(SELECT edition FROM sync_copy WHERE "
	    "email=?1 AND removed_at IS NULL AND edition IS NOT NULL AND NOT("
	    "item_id IS ?3 AND mailbox IS ?4))) "
	    "ORDER BY weight DESC,digest");
	struct edition *v;
	int r = 0;

	l->n = 0;
	db_int(s, 1, email);
	db_int(s, 2, had);
	db_text(s, 3, except->item_id);
	db_text(s, 4, except->mailbox);
	while (l->n < sizeof(l->v) / sizeof(l->v[0]) &&
	       (r = db_row(st, s, err)) == 1) {
		v = &l->v[l->n++];
		v->n = sqlite3_column_int64(s, 0);
		v->weight = sqlite3_column_int64(s, 1);
		v->contents = sqlite3_column_int64(s, 2);
		v->differs = sqlite3_column_int(s, 3) != 0;
		snprintf(v->body, CONTENT_ID, "%s", str_nn(db_col(s, 4)));
	}
	sqlite3_reset(s);
	return r == -1 ? -1 : 0;
}

/* No copy has this edition any more. */
static int
delete_edition(struct store *st, int64_t email, int64_t n, struct err *err)
{
	if (run_with(st,
		db_stmt(st, DB_EDITION_LEAVE,
		    "UPDATE sync_copy SET edition=NULL WHERE email=?1 AND "
		    "edition=?2"),
		email, n, err) == -1 ||
	    parts_delete(st, PARTS_EDITION, n, err) == -1)
		return -1;
	return run_with(st,
	    db_stmt(st, DB_EDITION_DELETE,
		"DELETE FROM sync_edition WHERE email=?1 AND n=?2"),
	    email, n, err);
}

static int
delete_editions(
    struct store *st, int64_t email, const struct editions *l, struct err *err)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (delete_edition(st, email, l->v[i].n, err) == -1)
			return -1;
	}
	return 0;
}

/* Also of a row whose html_text is still to be filled in (mailtext.c). */
#define BODY_COLS                                                              \
	"text,html,iif(text IS NULL,ifnull(html_text,text_of_html(html)),NULL)"

/*
 * The mail now shows the text of that edition. Other editions that shared the
 * mail's old text get it as their own.
 */
static int
show_body(
    struct store *st, int64_t email, const struct edition *e, struct err *err)
{
	sqlite3_stmt *s;

	if (run_with(st,
		db_stmt(st, DB_EDITION_OWN,
		    "UPDATE sync_edition SET (text,html,html_text)="
		    "(SELECT " BODY_COLS " FROM sync_email WHERE n=?1),"
		    "differs=1 WHERE email=?1 AND differs=0 AND weight>=0 "
		    "AND n<>?2"),
		email, e->n, err) == -1 ||
	    run_with(st,
		db_stmt(st, DB_EDITION_SHOW,
		    "UPDATE sync_email SET (text,html,html_text)="
		    "(SELECT " BODY_COLS " FROM sync_edition WHERE n=?2) "
		    "WHERE n=?1"),
		email, e->n, err) == -1)
		return -1;
	s = db_stmt(st, DB_EDITION_SHOWN,
	    "UPDATE sync_edition SET text=NULL,html=NULL,html_text=NULL,"
	    "differs=0 WHERE "
	    "email=?1 AND body=?2 AND weight>=0");
	db_int(s, 1, email);
	db_text(s, 2, e->body);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* The merge of editions; m has the memory for it. */
struct edition_sum {
	struct message *m;
	struct content c;
	struct parts_sum parts;
	int64_t contents; /* of the attachments so far */
};

/* Adds one more edition, which is less full than those before. */
static void
add_edition(
    struct edition_sum *sum, const struct email_row *r, const struct edition *e)
{
	struct message *m = sum->m;
	const struct message *more = r->m;
	size_t i;

	parts_sum_add(&sum->parts, r->m);
	if (more->subject != NULL &&
	    (m->subject == NULL || strlen(more->subject) < strlen(m->subject) ||
		(strlen(more->subject) == strlen(m->subject) &&
		    strcmp(more->subject, m->subject) < 0)))
		m->subject = arena_strdup(&m->arena, more->subject);
	if (m->sent_at == TIM_NONE ||
	    (more->sent_at != TIM_NONE && more->sent_at < m->sent_at))
		m->sent_at = more->sent_at;
	if (m->importance == NULL)
		m->importance = arena_strdup(&m->arena, more->importance);
	if (m->sensitivity == NULL)
		m->sensitivity = arena_strdup(&m->arena, more->sensitivity);
	m->has_attachments |= more->has_attachments;
	/* only the sender's copy names the Bcc, who may be external */
	if (r->c.direction == DIRECTION_OUT)
		sum->c.direction = DIRECTION_OUT;
	if (e->contents <= sum->contents)
		return;
	sum->contents = e->contents;
	m->natt = 0;
	m->att = NULL;
	for (i = 0; i < more->natt; i++) {
		struct attachment *a = message_attachment(m);

		*a = more->att[i];
		a->name = arena_strdup(&m->arena, a->name);
		a->media_type = arena_strdup(&m->arena, a->media_type);
		a->content_id = arena_strdup(&m->arena, a->content_id);
		a->url = arena_strdup(&m->arena, a->url);
		a->state = arena_strdup(&m->arena, a->state);
	}
}

static int
sum_editions(struct store *st, const struct editions *l,
    struct edition_sum *sum, struct err *err)
{
	struct email_row r;
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (email_load_edition(st, l->v[i].n, false, &r, err) == -1)
			return -1;
		if (i > 0) {
			add_edition(sum, &r, &l->v[i]);
			email_free(&r);
			continue;
		}
		sum->m = r.m;
		sum->c = r.c;
		sum->contents = l->v[0].contents;
		parts_sum_init(&sum->parts, r.m);
	}
	return 0;
}

/* Writes the merge of these editions as the mail. 1: it changed, 0, -1. */
static int
show_sum(struct store *st, int64_t email, const struct editions *l,
    struct store_count *count, struct err *err)
{
	const struct edition *best = &l->v[0];
	struct edition_sum sum;
	struct email_row now;
	int body = 0, r;

	memset(&sum, 0, sizeof(sum));
	if (email_load(st, email, false, &now, err) == -1)
		return -1;
	r = sum_editions(st, l, &sum, err);
	if (r == 0 && best->differs) {
		body = 1;
		r = show_body(st, email, best, err);
	}
	if (r == 0) {
		/* no edition has a body: the mail keeps what it has */
		if (best->weight < 0) {
			if (now.m->body_state == BODY_FULL)
				sum.m->body_state = BODY_FULL;
			if (sum.m->natt == 0) {
				sum.m->att = now.m->att;
				sum.m->natt = now.m->natt;
			}
		}
		parts_keep_contents(sum.m, now.m, &sum.m->arena);
		r = email_write(st, &now, &sum.c, false, count, err);
	}
	parts_sum_free(&sum.parts);
	message_free(sum.m);
	email_free(&now);
	return r == -1 ? -1 : r | body;
}

int
edition_settle(struct store *st, int64_t email,
    const struct edition_except *except, struct store_count *count,
    struct err *err)
{
	struct editions l;
	int r = 0;

	/* first show_sum, which copies a shared text before its owner goes */
	if (list_editions(st, email, true, except, &l, err) == -1)
		return -1;
	if (l.n > 0) {
		if ((r = show_sum(st, email, &l, count, err)) == -1)
			return -1;
		fault_point("between editions");
		/* a single edition says just what the mail says now */
		if (l.n == 1 && delete_editions(st, email, &l, err) == -1)
			return -1;
	}
	if (list_editions(st, email, false, except, &l, err) == -1 ||
	    delete_editions(st, email, &l, err) == -1)
		return -1;
	return r;
}

/* --- rewriting ---------------------------------------------------------- */

/* Copies of edition n have the other edition, and n goes. */
static int
merge_edition(
    struct store *st, int64_t email, int64_t n, int64_t other, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EDITION_MERGE,
	    "UPDATE sync_copy SET edition=?3 WHERE email=?1 AND edition=?2");

	db_int(s, 3, other);
	return run_with(st, s, email, n, err) == -1
		   ? -1
		   : delete_edition(st, email, n, err);
}

/* What edition n stores becomes what c says. */
static int
write_edition(struct store *st, int64_t n, const struct content *c,
    const struct digests *d, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EDITION_WRITE,
	    "UPDATE sync_edition SET digest=?2,body=?3,subject=?4,body_state="
	    "?5,text=iif(differs,?6,NULL),html=iif(differs,?7,NULL),html_text="
	    "iif(differs AND ?6 IS NULL,text_of_html(?7),NULL),weight="
	    "iif(weight<0,weight,?8) WHERE n=?1");
	const struct message *m = c->m;

	db_int(s, 1, n);
	db_text(s, 2, d->all);
	db_text(s, 3, d->body);
	db_text(s, 4, m->subject);
	db_text(s, 5, body_state_name(m->body_state));
	db_textn(s, 6, m->text, m->text_len);
	db_textn(s, 7, m->html, m->html_len);
	db_int(s, 8, same_weight(m));
	if (db_run(st, s, err) == -1 ||
	    parts_delete(st, PARTS_EDITION, n, err) == -1)
		return -1;
	return parts_insert(st, PARTS_EDITION, n, c, err);
}

static int
rewrite_one(struct store *st, int64_t email, int64_t n,
    const struct edition_rewrite *how, struct err *err)
{
	struct email_row r;
	struct digests d;
	int64_t other, all;
	int rc;

	if (email_load_edition(st, n, true, &r, err) == -1)
		return -1;
	how->rewrite(how->arg, r.m);
	digest_content(&r.c, &d);
	rc = find_edition(st, email, d.all, &other, &all, err);
	if (rc == 0 && other != 0 && other != n)
		rc = merge_edition(st, email, n, other, err);
	else if (rc == 0)
		rc = write_edition(st, n, &r.c, &d, err);
	email_free(&r);
	return rc;
}

int
edition_rewrite(struct store *st, int64_t email,
    const struct edition_rewrite *how, struct err *err)
{
	static const struct edition_except none = { NULL, NULL };
	struct editions l;
	size_t i;
	int rc = list_editions(st, email, true, &none, &l, err);

	for (i = 0; rc == 0 && i < l.n; i++)
		rc = rewrite_one(st, email, l.v[i].n, how, err);
	return rc;
}
