/*
 * mailrow.c - the row of a mail: reads and updates it.
 * 1. A row is deleted by mailgone.c alone.
 * 2. A value that the row has already is not written and does not count as
 *    changed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/mailrow.h"
#include "store/retention.h"
#include "store/same.h"
#include "store/thread.h"

/* --- reading ----------------------------------------------------------- */

/* The columns of a mail or an edition that ROW_COLS names, from at on. */
#define ROW_COLS                                                               \
	"direction,subject,sent_at,importance,sensitivity,has_attachments,"    \
	"body_state"

static void
read_row(sqlite3_stmt *s, int from, struct email_row *r)
{
	struct message *m = r->m;

	r->c.direction = direction_of(db_col(s, from));
	m->subject = arena_strdup(&m->arena, db_col(s, from + 1));
	m->sent_at = db_col_time(s, from + 2);
	m->importance = arena_strdup(&m->arena, db_col(s, from + 3));
	m->sensitivity = arena_strdup(&m->arena, db_col(s, from + 4));
	m->has_attachments = sqlite3_column_int(s, from + 5) != 0;
	m->body_state = body_state_of(db_col(s, from + 6));
}

static void
read_body(struct store *st, sqlite3_stmt *s, int from, struct message *m)
{
	m->text = arena_strdup(&m->arena, db_col(s, from));
	m->html = arena_strdup(&m->arena, db_col(s, from + 1));
	m->text_len = m->text != NULL ? strlen(m->text) : 0;
	m->html_len = m->html != NULL ? strlen(m->html) : 0;
	st->txn.handled += (int64_t)(m->text_len + m->html_len);
}

void
email_free(struct email_row *r)
{
	message_free(r->m);
	memset(r, 0, sizeof(*r));
}

int
email_load(struct store *st, int64_t n, bool body, struct email_row *r,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, body ? DB_EMAIL_LOAD : DB_EMAIL_HEAD,
	    body ? "SELECT id,ifnull(variant_of,n),message_id," ROW_COLS
		   ",text,html FROM sync_email WHERE n=?"
		 : "SELECT id,ifnull(variant_of,n),message_id," ROW_COLS
		   " FROM sync_email WHERE n=?");
	int found;

	memset(r, 0, sizeof(*r));
	r->m = message_new(0);
	r->n = n;
	db_int(s, 1, n);
	if ((found = db_row(st, s, err)) == 1) {
		snprintf(r->id, sizeof(r->id), "%s", db_col(s, 0));
		r->group = sqlite3_column_int64(s, 1);
		r->m->message_id = arena_strdup(&r->m->arena, db_col(s, 2));
		read_row(s, 3, r);
		if (body)
			read_body(st, s, 10, r->m);
		sqlite3_reset(s);
		found = parts_load(st, PARTS_MAIL, n, r->m, &r->c, err);
	}
	if (found == -1)
		email_free(r);
	return found == -1 ? -1 : 0;
}

int
email_load_edition(struct store *st, int64_t edition, bool body,
    struct email_row *r, struct err *err)
{
	/* the text is the edition's own, or else the mail's */
	sqlite3_stmt *s = db_stmt(st, DB_EDITION_LOAD,
	    "SELECT x.email,x.direction,x.subject,x.sent_at,x.importance,"
	    "x.sensitivity,x.has_attachments,x.body_state,"
	    "iif(x.differs,x.text,e.text),iif(x.differs,x.html,e.html) "
	    "FROM sync_edition x LEFT JOIN sync_email e ON e.n=x.email AND "
	    "x.weight>=0 AND ?2 WHERE x.n=?1");
	int found;

	memset(r, 0, sizeof(*r));
	r->m = message_new(0);
	db_int(s, 1, edition);
	db_int(s, 2, body);
	if ((found = db_row(st, s, err)) == 1) {
		r->n = sqlite3_column_int64(s, 0);
		read_row(s, 1, r);
		if (body)
			read_body(st, s, 8, r->m);
		sqlite3_reset(s);
		found =
		    parts_load(st, PARTS_EDITION, edition, r->m, &r->c, err);
	} else if (found == 0)
		found = db_fail(st, SQLITE_CORRUPT, err);
	if (found == -1)
		email_free(r);
	return found == -1 ? -1 : 0;
}

int
email_find(struct store *st, const char *id, int64_t *n, int64_t *group,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_FIND,
	    "SELECT n,ifnull(variant_of,n) FROM sync_email WHERE id=?");
	int r;

	*n = *group = 0;
	db_text(s, 1, id);
	if ((r = db_row(st, s, err)) == 1) {
		*n = sqlite3_column_int64(s, 0);
		*group = sqlite3_column_int64(s, 1);
	}
	sqlite3_reset(s);
	return r == -1 ? -1 : 0;
}

/* --- writing ----------------------------------------------------------- */

#define HEAD_VALS "(?2,?3,?4,?5,?6,?7,?8)"

static int
write_head(
    struct store *st, int64_t n, const struct content *now, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_WRITE,
	    "UPDATE sync_email SET (" ROW_COLS ")=" HEAD_VALS
	    " WHERE n=?1 AND (" ROW_COLS ") IS NOT " HEAD_VALS);
	const struct message *m = now->m;
	char sent[TIM_TEXT];

	db_int(s, 1, n);
	db_text(s, 2, direction_name(now->direction));
	db_text(s, 3, m->subject);
	db_time(s, 4, m->sent_at, sent);
	db_text(s, 5, m->importance);
	db_text(s, 6, m->sensitivity);
	db_int(s, 7, m->has_attachments || m->natt > 0);
	db_text(s, 8, body_state_name(m->body_state));
	return db_run(st, s, err);
}

static int
write_body(struct store *st, const struct email_row *r, const struct message *m,
    struct err *err)
{
	sqlite3_stmt *s;

	if (same_text(r->m, m))
		return 0;
	s = db_stmt(st, DB_EMAIL_BODY,
	    "UPDATE sync_email SET text=?2,html=?3,"
	    "html_text=iif(?2 IS NULL,text_of_html(?3),NULL) WHERE n=?1");
	db_int(s, 1, r->n);
	db_textn(s, 2, m->text, m->text_len);
	db_textn(s, 3, m->html, m->html_len);
	st->txn.handled += (int64_t)(m->text_len + m->html_len);
	return db_run(st, s, err);
}

int
email_write(struct store *st, const struct email_row *r,
    const struct content *now, bool body, struct store_count *count,
    struct err *err)
{
	int a, b = 0, c;

	if (st->txn.owner.n == r->n)
		st->txn.owner.n = 0;
	if ((a = write_head(st, r->n, now, err)) == -1 ||
	    (body && (b = write_body(st, r, now->m, err)) == -1))
		return -1;
	fault_point("between merge steps");
	if ((c = parts_replace(st, r->n, &r->c, now, count, err)) == -1)
		return -1;
	return a + b + c > 0;
}

/*
 * The longer of two copies' texts, or of equally long ones the smaller: the
 * result does not depend on their order. only: now, unless it is NULL.
 */
static const char *
pick_text(const char *was, const char *now, bool only)
{
	size_t a, b;

	if (was == NULL || now == NULL)
		return now == NULL ? was : now;
	a = strlen(was);
	b = strlen(now);
	if (only || b > a || (b == a && strcmp(now, was) < 0))
		return now;
	return was;
}

static int64_t
pick_time(int64_t was, int64_t now, bool only)
{
	char text[TIM_TEXT];

	/* not known, or a time that the table cannot hold */
	if (was == TIM_NONE || tim_text(now, text) == NULL)
		return was == TIM_NONE ? now : was;
	return only || now < was ? now : was;
}

/* Where a mail belongs, as its row says. */
struct mail_place {
	char thread[CONTENT_ID], parent[CONTENT_ID];
	const char *answers; /* parent or NULL */
};

int
email_load_sum(struct store *st, int64_t n, struct message *m, char *thread,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_SUM,
	    "SELECT headers,in_reply_to,refs,conversation_id,item_class,"
	    "received_at,ifnull(size,-1),thread_id FROM sync_email WHERE n=?");
	int r;

	db_int(s, 1, n);
	if ((r = db_row(st, s, err)) != 1)
		return r;
	m->headers = arena_strdup(&m->arena, db_col(s, 0));
	m->in_reply_to = arena_strdup(&m->arena, db_col(s, 1));
	m->refs = arena_strdup(&m->arena, db_col(s, 2));
	m->conversation_id = arena_strdup(&m->arena, db_col(s, 3));
	m->item_class = arena_strdup(&m->arena, db_col(s, 4));
	m->received_at = db_col_time(s, 5);
	m->size = sqlite3_column_int64(s, 6);
	snprintf(thread, CONTENT_ID, "%s", db_col(s, 7));
	sqlite3_reset(s);
	return 0;
}

/* The thread id changes only when a header that it depends on does. */
static int
write_sum(struct store *st, int64_t n, const struct message *sum,
    const struct mail_place *at, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_SUM_SET,
	    "UPDATE sync_email SET thread_id=iif((in_reply_to,refs,"
	    "conversation_id) IS (?3,?4,?5),thread_id,?9),in_reply_to_key=?10,"
	    "(headers,in_reply_to,refs,conversation_id,"
	    "item_class,received_at,size)=(?2,?3,?4,?5,?6,?7,?8) WHERE n=?1 "
	    "AND (headers,in_reply_to,refs,conversation_id,item_class,"
	    "received_at,size) IS NOT (?2,?3,?4,?5,?6,?7,?8)");
	char received[TIM_TEXT];

	db_int(s, 1, n);
	db_text(s, 2, sum->headers);
	db_text(s, 3, sum->in_reply_to);
	db_text(s, 4, sum->refs);
	db_text(s, 5, sum->conversation_id);
	db_text(s, 6, sum->item_class);
	db_time(s, 7, sum->received_at, received);
	db_intor(s, 8, sum->size, -1);
	db_text(s, 9, at->thread);
	db_text(s, 10, at->answers);
	return db_run(st, s, err);
}

int
email_add_up(struct store *st, int64_t n, const struct message *m,
    const char *key, bool only, struct err *err)
{
	struct message *sum = message_new(0);
	struct mail_place at;
	char was[CONTENT_ID];
	int r = email_load_sum(st, n, sum, was, err);

	if (r == 0) {
		sum->headers = pick_text(sum->headers, m->headers, only);
		sum->in_reply_to =
		    pick_text(sum->in_reply_to, m->in_reply_to, only);
		sum->refs = pick_text(sum->refs, m->refs, only);
		sum->conversation_id =
		    pick_text(sum->conversation_id, m->conversation_id, only);
		sum->item_class =
		    pick_text(sum->item_class, m->item_class, only);
		sum->received_at =
		    pick_time(sum->received_at, m->received_at, only);
		if (m->size != -1 && (only || m->size > sum->size))
			sum->size = m->size;
		sum->message_id = m->message_id;
		at.answers =
		    content_place(&st->scratch, sum, key, at.thread, at.parent);
		r = write_sum(st, n, sum, &at, err);
		if (r > 0 && (thread_moved(st, n, was, err) == -1 ||
				 retention_aged(st, n, err) == -1))
			r = -1;
	}
	message_free(sum);
	return r;
}
