/*
 * email.c - one row for each mail, whichever mailboxes hold it.
 * 1. A mail's id depends on the message alone (content.h). n is private.
 * 2. A row is never deleted, and never overwritten by less: a message without
 *    a body, or without something else, leaves what is there.
 * 3. The same item again with the same content changes no row and makes no
 *    change row.
 * 4. Only an item that is its mail's sole place may replace content that is
 *    there; others fill in what is missing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/content.h"
#include "store/email.h"

int
email_next(struct store *st, int64_t *n, struct err *err)
{
	sqlite3_stmt *s;

	if (st->next_email == 0) {
		s = db_stmt(st, DB_EMAIL_NEXT,
		    "SELECT ifnull(max(n),0)+1 FROM sync_email");
		if (db_row(st, s, err) != 1)
			return -1;
		st->next_email = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	*n = st->next_email;
	return 0;
}

/* --- a new mail -------------------------------------------------------- */

static bool
with_body(const struct email_in *in)
{
	return in->d->verdict != VERDICT_HEADERS;
}

/*
 * Inserts the row unless its id is there: 1 inserted, 0 there, -1. first and
 * variant_of tell of the mail it is a variant of; else id and 0.
 */
static int
insert(struct store *st, const struct email_in *in, const char *id,
    const char *first, int64_t variant_of, struct err *err)
{
	const struct message *m = in->m;
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_INSERT,
	    "INSERT INTO sync_email(n,id,variant_of,message_id,in_reply_to,"
	    "refs,conversation_id,thread_id,direction,subject,sent_at,"
	    "received_at,importance,sensitivity,item_class,has_attachments,"
	    "size,body_state,headers,text,html) VALUES"
	    "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
	    "ON CONFLICT(id) DO NOTHING");
	char sent[TIM_TEXT], received[TIM_TEXT], thread[CONTENT_ID];
	char *mid = content_mid_shown(m->message_id);
	bool body = with_body(in);
	int r;

	content_thread(&st->scratch, m, first, thread);
	db_int(s, 1, st->next_email);
	db_text(s, 2, id);
	db_intor(s, 3, variant_of, 0);
	db_text(s, 4, mid);
	db_text(s, 5, m->in_reply_to);
	db_text(s, 6, m->refs);
	db_text(s, 7, m->conversation_id);
	db_text(s, 8, thread);
	db_text(s, 9, direction_name(in->d->direction));
	db_text(s, 10, m->subject);
	db_time(s, 11, m->sent_at, sent);
	db_time(s, 12, m->received_at, received);
	db_text(s, 13, m->importance);
	db_text(s, 14, m->sensitivity);
	db_text(s, 15, m->item_class);
	db_int(s, 16, m->has_attachments || m->natt > 0);
	db_intor(s, 17, m->size, -1);
	db_text(s, 18, body_state_name(body ? m->body_state : BODY_HEADERS));
	db_text(s, 19, m->headers);
	db_textn(s, 20, body ? m->text : NULL, m->text_len);
	db_textn(s, 21, body ? m->html : NULL, m->html_len);
	fault_point("before email");
	r = db_run(st, s, err);
	free(mid);
	return r;
}

static struct copy
place(const struct email_in *in, int64_t n)
{
	struct copy c = { n, in->mailbox, in->item_id, in->folder,
		in->m->is_read };

	return c;
}

/* The rest of a mail whose row has just been inserted. */
static int
complete(struct store *st, const struct email_in *in, const char *id,
    int64_t *n, struct store_count *count, struct err *err)
{
	struct copy c = place(in, st->next_email);

	*n = st->next_email++;
	count->emails++;
	day_add(st, in->m->received_at);
	fault_point("before parts");
	if (parts_insert(st, in, *n, count, err) == -1)
		return -1;
	fault_point("before copy");
	if (copy_first(st, &c, count, err) == -1)
		return -1;
	fault_point("before change");
	return db_change(st, "email", id, "insert", err);
}

/* --- a known mail ------------------------------------------------------ */

/* The stored mail, in memory of its own. */
struct stored {
	int64_t n;
	char *id, *body_state, *text, *html, *headers, *subject, *sent_at;
	char *from, *importance, *sensitivity;
	bool found;
};

static void
stored_free(struct stored *e)
{
	free(e->id);
	free(e->body_state);
	free(e->text);
	free(e->html);
	free(e->headers);
	free(e->subject);
	free(e->sent_at);
	free(e->from);
	free(e->importance);
	free(e->sensitivity);
	memset(e, 0, sizeof(*e));
}

static int
load(struct store *st, int64_t n, struct stored *e, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_LOAD,
	    "SELECT id,body_state,subject,sent_at,importance,sensitivity,"
	    "headers,text,html,(SELECT address FROM sync_party WHERE email=n "
	    "AND role='from' AND address IS NOT NULL) "
	    "FROM sync_email WHERE n=?");
	int r;

	memset(e, 0, sizeof(*e));
	db_int(s, 1, n);
	if ((r = db_row(st, s, err)) != 1)
		return r;
	e->n = n;
	e->found = true;
	e->id = mem_strdup(db_col(s, 0));
	e->body_state = mem_strdup(db_col(s, 1));
	e->subject = mem_strdup(db_col(s, 2));
	e->sent_at = mem_strdup(db_col(s, 3));
	e->importance = mem_strdup(db_col(s, 4));
	e->sensitivity = mem_strdup(db_col(s, 5));
	e->headers = mem_strdup(db_col(s, 6));
	e->text = mem_strdup(db_col(s, 7));
	e->html = mem_strdup(db_col(s, 8));
	e->from = mem_strdup(db_col(s, 9));
	sqlite3_reset(s);
	return 0;
}

static void
as_content(const struct stored *e, struct content *c)
{
	c->from = e->from;
	c->subject = e->subject;
	c->sent_at = e->sent_at;
	c->text = e->text;
	c->html = e->html;
}

/* Is the item the only place the mail ever had? 1, 0, -1. */
static int
sole(struct store *st, int64_t n, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_PLACES,
	    "SELECT count(*)=1 FROM sync_copy WHERE email=?");
	int r;

	db_int(s, 1, n);
	r = db_row(st, s, err);
	if (r == 1)
		r = sqlite3_column_int(s, 0);
	sqlite3_reset(s);
	return r;
}

/*
 * What the message may fill, and what it may replace when it is the sole
 * place; NULL in the message leaves each as it is. 1 changed, 0 not, -1.
 */
#define TAKE(col, i) "iif(?2,ifnull(" i "," col "),ifnull(" col "," i "))"
#define FILL(col, i) "ifnull(" col "," i ")"
/* The sender's copy alone names those in Bcc, who may be outside. */
#define WIDEN(i) "iif(direction='internal' AND " i "='out','out',direction)"
#define FILL_COLS                                                              \
	"(subject,sent_at,importance,sensitivity,headers,in_reply_to,refs,"    \
	"conversation_id,received_at,item_class,size,has_attachments,"         \
	"direction)"
#define FILL_VALS                                                              \
	"(" TAKE("subject", "?3") "," TAKE("sent_at", "?4") "," TAKE(          \
	    "importance", "?5") "," TAKE("sensitivity",                        \
	    "?6") "," FILL("headers", "?7") "," FILL("in_reply_to",            \
	    "?8") "," FILL("refs", "?9") "," FILL("conversation_id",           \
	    "?10") "," FILL("received_at", "?11") "," FILL("item_class",       \
	    "?12") "," FILL("size",                                            \
	    "?13") ",max(has_attachments,?14)," WIDEN("?15") ")"

static int
fill(struct store *st, const struct email_in *in, int64_t n, bool replace,
    struct err *err)
{
	const struct message *m = in->m;
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_FILL,
	    "UPDATE sync_email SET " FILL_COLS "=" FILL_VALS
	    " WHERE n=?1 AND " FILL_COLS " IS NOT " FILL_VALS);
	char sent[TIM_TEXT], received[TIM_TEXT];

	db_int(s, 1, n);
	db_int(s, 2, replace);
	db_text(s, 3, m->subject);
	db_time(s, 4, m->sent_at, sent);
	db_text(s, 5, m->importance);
	db_text(s, 6, m->sensitivity);
	db_text(s, 7, m->headers);
	db_text(s, 8, m->in_reply_to);
	db_text(s, 9, m->refs);
	db_text(s, 10, m->conversation_id);
	db_time(s, 11, m->received_at, received);
	db_text(s, 12, m->item_class);
	db_intor(s, 13, m->size, -1);
	db_int(s, 14, m->has_attachments || m->natt > 0);
	db_text(s, 15, direction_name(in->d->direction));
	return db_run(st, s, err);
}

/* The body, where it is missing or may be replaced. 1 changed, 0 not, -1. */
static int
fill_body(struct store *st, const struct email_in *in, const struct stored *e,
    bool replace, struct err *err)
{
	const struct message *m = in->m;
	sqlite3_stmt *s;
	struct content c;

	if (!with_body(in) || m->body_state != BODY_FULL)
		return 0;
	as_content(e, &c);
	if (str_eq(e->body_state, "full") &&
	    (!replace || (m->text == NULL && m->html == NULL) ||
		content_body_equal(&c, m)))
		return 0;
	s = db_stmt(st, DB_EMAIL_BODY,
	    "UPDATE sync_email SET text=?2,html=?3,body_state='full' "
	    "WHERE n=?1");
	db_int(s, 1, e->n);
	db_textn(s, 2, m->text, m->text_len);
	db_textn(s, 3, m->html, m->html_len);
	return db_run(st, s, err);
}

/* The message is another sight of a known mail. */
static int
merge(struct store *st, const struct email_in *in, const struct stored *e,
    bool replace, struct store_count *count, struct err *err)
{
	struct copy at = place(in, e->n);
	int a, b, c;

	if ((a = fill(st, in, e->n, replace, err)) == -1 ||
	    (b = fill_body(st, in, e, replace, err)) == -1)
		return -1;
	fault_point("between merge steps");
	if ((c = parts_merge(st, in, e->n, count, err)) == -1)
		return -1;
	if (a + b + c > 0) {
		count->updated++;
		if (db_change(st, "email", e->id, "update", err) == -1)
			return -1;
	}
	return copy_place(st, &at, count, err);
}

static int
find(struct store *st, const char *id, int64_t *n, struct err *err)
{
	sqlite3_stmt *s =
	    db_stmt(st, DB_EMAIL_FIND, "SELECT n FROM sync_email WHERE id=?");
	int r;

	*n = 0;
	db_text(s, 1, id);
	if ((r = db_row(st, s, err)) == 1)
		*n = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return r == -1 ? -1 : 0;
}

/* The variants of mail n, at most max of them. */
static int
variants(struct store *st, int64_t n, int64_t *v, int max, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_VARIANTS,
	    "SELECT n FROM sync_email WHERE variant_of=? ORDER BY n");
	int i = 0, r;

	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1 && i < max)
		v[i++] = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return r == -1 ? -1 : i;
}

/* A Message-ID used for ever new mails is compared with this many. */
#define VARIANTS 64

/*
 * Among mail first and its variants the one that the message is; e is loaded
 * with it, or e->found is false.
 */
static int
candidate(struct store *st, const struct message *m, int64_t first,
    bool has_mid, struct stored *e, struct err *err)
{
	int64_t v[VARIANTS + 1];
	struct content c;
	int i, n;

	v[0] = first;
	if ((n = variants(st, first, v + 1, VARIANTS, err)) == -1)
		return -1;
	for (i = 0; i <= n; i++) {
		if (load(st, v[i], e, err) == -1)
			return -1;
		as_content(e, &c);
		/* without a Message-ID the id is the content */
		if (e->found && (!has_mid || content_same(&c, m)))
			return 0;
		stored_free(e);
	}
	return 0;
}

/* The id is taken: by this mail, or by another with the same Message-ID. */
static int
put_again(struct store *st, const struct email_in *in, const char *id,
    int64_t *n, struct store_count *count, struct err *err)
{
	struct stored e;
	char variant[CONTENT_ID];
	bool has_mid = content_mid_id(&st->scratch, in->m->message_id, variant);
	int64_t first;
	int r;

	memset(&e, 0, sizeof(e));
	if (find(st, id, &first, err) == -1)
		return -1;
	r = candidate(st, in->m, first, has_mid, &e, err);
	if (r == 0 && !e.found) {
		content_variant(&st->scratch, in->m, id, variant);
		r = insert(st, in, variant, id, first, err);
		if (r == 1)
			return complete(st, in, variant, n, count, err);
		if (r == 0)
			r = find(st, variant, &first, err);
		if (r == 0)
			r = load(st, first, &e, err);
		if (r == 0 && !e.found)
			r = db_fail(st, SQLITE_CORRUPT, err);
	}
	if (r == 0) {
		*n = e.n;
		r = merge(st, in, &e, false, count, err);
	}
	stored_free(&e);
	return r;
}

static int
put_known(struct store *st, const struct email_in *in, int64_t known,
    struct store_count *count, struct err *err)
{
	struct stored e;
	int replace, r;

	if ((replace = sole(st, known, err)) == -1)
		return -1;
	r = load(st, known, &e, err);
	if (r == 0 && !e.found)
		r = db_fail(st, SQLITE_CORRUPT, err);
	if (r == 0)
		r = merge(st, in, &e, replace, count, err);
	stored_free(&e);
	return r;
}

int
email_put(struct store *st, const struct email_in *in, int64_t known,
    int64_t *n, struct store_count *count, struct err *err)
{
	char id[CONTENT_ID];
	int64_t next;
	int r;

	if (known != 0) {
		*n = known;
		return put_known(st, in, known, count, err);
	}
	if (email_next(st, &next, err) == -1)
		return -1;
	content_id(&st->scratch, in->m, id);
	if ((r = insert(st, in, id, id, 0, err)) == -1)
		return -1;
	if (r == 1)
		return complete(st, in, id, n, count, err);
	return put_again(st, in, id, n, count, err);
}
