/*
 * email.c - decides which mail a message is a copy of, and stores it.
 * 1. A mail's id depends on the message alone (content.h). n is private.
 * 2. Messages with the same key are one mail if same.h says so, else variants
 *    of each other (variant.c).
 * 3. Putting the same item with the same content again changes no row and
 *    writes no change row.
 * 4. A mail always ends up saying what its copies that are not removed say
 *    (edition.c), whatever it said before. A copy whose text changes leaves its
 *    mail, unless it is the only copy.
 * 5. What could not be fetched now deletes nothing: a message without a body,
 *    or an attachment without its content, leaves the stored one alone. But
 *    what its owner withholds now goes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/blob.h"
#include "store/copy.h"
#include "store/day.h"
#include "store/edition.h"
#include "store/email.h"
#include "store/emaillink.h"
#include "store/mailrow.h"
#include "store/same.h"
#include "store/variant.h"

/* A message, with what it lacks filled in from the file. */
struct incoming {
	const struct email_in *in;
	struct message m; /* borrows from in->m and others */
	struct same as;   /* m, folded once for all comparisons */
	struct content c;
	char key[CONTENT_ID];
	char variant[CONTENT_ID]; /* its id as a variant; "": not known yet */
	char *attached;
	struct copy_marks marks;
	struct arena own;
	int64_t group; /* the mails with that key */
	bool has_body; /* it was fetched, or is the stored one */
	bool is_new;   /* it has become a new mail */
};

static struct copy
copy_of(const struct incoming *x, int64_t n, int64_t edition)
{
	const struct message *m = x->in->m;
	struct copy c = { n, x->in->mailbox, x->in->item_id, x->in->folder,
		m->is_read, &x->marks, edition, -1, m->size, x->attached };

	/*
	 * The time is stored in seconds, so an item that changed just now may
	 * change once more without a new time; and a text that was not fetched
	 * is of another time. In both cases the time is stored as not known.
	 */
	if (x->has_body && m->modified_at != TIM_NONE && m->modified_at > 0 &&
	    tim_now() - m->modified_at > 10000)
		c.modified = m->modified_at / 1000;
	return c;
}

/* --- a new mail -------------------------------------------------------- */

int
email_next(struct store *st, int64_t *n, struct err *err)
{
	sqlite3_stmt *s;

	if (st->txn.next_email == 0) {
		s = db_stmt(st, DB_EMAIL_NEXT,
		    "SELECT max((SELECT ifnull(max(n),0) FROM sync_email),"
		    "(SELECT ifnull(max(n),0) FROM sync_mark WHERE "
		    "what='gone'))+1");
		if (db_one(st, s, &st->txn.next_email, err) == -1)
			return -1;
	}
	*n = st->txn.next_email;
	return 0;
}

/*
 * Inserts the row unless its id exists: 1 inserted, 0 it exists, -1. group: the
 * group of which it is a variant, or 0.
 */
static int
insert_mail(struct store *st, const struct incoming *x, const char *id,
    int64_t group, struct err *err)
{
	const struct message *m = &x->m;
	sqlite3_stmt *s = db_stmt(st, DB_EMAIL_INSERT,
	    "INSERT INTO sync_email(n,id,variant_of,message_id,in_reply_to,"
	    "refs,conversation_id,thread_id,direction,subject,sent_at,"
	    "received_at,importance,sensitivity,item_class,has_attachments,"
	    "size,body_state,headers,text,html,in_reply_to_key,html_text) "
	    "VALUES"
	    "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
	    /* not for a further copy of a mail, which is not inserted */
	    "iif(?20 IS NULL AND NOT EXISTS(SELECT 1 FROM sync_email WHERE "
	    "id=?2),text_of_html(?21),NULL)) "
	    "ON CONFLICT(id) DO NOTHING");
	char sent[TIM_TEXT], received[TIM_TEXT], thread[CONTENT_ID];
	char *mid = content_mid_shown(m->message_id), parent[CONTENT_ID];
	const char *answers =
	    content_place(&st->scratch, m, x->key, thread, parent);
	int r;

	db_int(s, 1, st->txn.next_email);
	db_text(s, 2, id);
	db_intor(s, 3, group, 0);
	db_text(s, 4, mid);
	db_text(s, 5, m->in_reply_to);
	db_text(s, 6, m->refs);
	db_text(s, 7, m->conversation_id);
	db_text(s, 8, thread);
	db_text(s, 9, direction_name(x->c.direction));
	db_text(s, 10, m->subject);
	db_time(s, 11, m->sent_at, sent);
	db_time(s, 12, m->received_at, received);
	db_text(s, 13, m->importance);
	db_text(s, 14, m->sensitivity);
	db_text(s, 15, m->item_class);
	db_int(s, 16, m->has_attachments || m->natt > 0);
	db_intor(s, 17, m->size, -1);
	db_text(s, 18, body_state_name(m->body_state));
	db_text(s, 19, m->headers);
	db_textn(s, 20, m->text, m->text_len);
	db_textn(s, 21, m->html, m->html_len);
	db_text(s, 22, answers);
	st->txn.handled += (int64_t)(m->text_len + m->html_len);
	fault_point("before email");
	r = db_run(st, s, err);
	free(mid);
	return r;
}

/* Inserts the rest of a mail whose row has just been inserted. */
static int
complete_mail(struct store *st, struct incoming *x, const char *id, int64_t *n,
    struct store_count *count, struct err *err)
{
	struct copy c = copy_of(x, st->txn.next_email, 0);

	*n = st->txn.next_email++;
	st->thread_new++;
	x->is_new = true;
	count->emails++;
	count->attachments += parts_stored(&x->m);
	day_add(st, x->m.received_at);
	fault_point("before parts");
	if (parts_insert(st, PARTS_MAIL, *n, &x->c, err) == -1)
		return -1;
	fault_point("before copy");
	if (copy_first(st, &c, count, err) == -1 ||
	    emaillink_insert(st, *n, &x->m, c.mailbox, err) == -1)
		return -1;
	fault_point("before change");
	return db_change(st, "email", id, "insert", err);
}

/* --- a copy of a mail that is there ------------------------------------ */

static int
tell_update(struct store *st, const char *id, int changed,
    struct store_count *count, struct err *err)
{
	if (changed == 0)
		return 0;
	count->updated++;
	return db_change(st, "email", id, "update", err);
}

/* The mail has no other copy: make it say what the message says. */
static int
become_mail(struct store *st, const struct incoming *x,
    const struct email_row *r, struct store_count *count, struct err *err)
{
	struct copy at = copy_of(x, r->n, 0);
	int a, b;

	if ((a = email_write(st, r, &x->c, true, count, err)) == -1 ||
	    (b = email_add_up(st, r->n, &x->m, x->key, true, err)) == -1 ||
	    tell_update(st, r->id, a + b, count, err) == -1)
		return -1;
	return copy_place(st, &at, count, err);
}

/* Replaces the borrowed attachments by a list that may be written to. */
static void
own_attachments(struct incoming *x)
{
	struct attachment *v = arena_alloc(&x->own, x->m.natt * sizeof(*v));

	memcpy(v, x->m.att, x->m.natt * sizeof(*v));
	x->m.att = v;
}

/*
 * The message is a copy of that mail beside others. changed: the mail has
 * changed already. 1: done; 0: the mail has too many editions already; -1.
 */
static int
share_mail(struct store *st, struct incoming *x, const struct email_row *r,
    int changed, struct store_count *count, struct err *err)
{
	static const struct edition_except nobody = { NULL, NULL };
	struct copy at = copy_of(x, r->n, 0);
	struct copy_row was;
	int a = 0, b, had;
	bool same;

	if (x->m.natt > 0) {
		own_attachments(x);
		parts_share_items(&x->m, r->m, &x->own);
	}
	same = edition_same(&r->c, &x->c);

	if ((had = edition_any(st, r->n, err)) == -1 ||
	    copy_get(st, &at, &was, err) == -1)
		return -1;
	if (had == 1 || !same) {
		if (edition_get(st, r, &x->c, &at.edition, err) == -1)
			return -1;
		if (at.edition == 0)
			return 0;
	}
	if (copy_place(st, &at, count, err) == -1 ||
	    (at.edition != 0 &&
		(a = edition_settle(st, r->n, &nobody, count, err)) == -1) ||
	    (b = email_add_up(st, r->n, &x->m, x->key, false, err)) == -1)
		return -1;
	/* with a new copy its own change row tells what email_add_up adds */
	changed |= a | (was.live ? b : 0);
	return tell_update(st, r->id, changed, count, err) == -1 ? -1 : 1;
}

/* As share_mail, for a mail whose other copies may all be gone. */
static int
join_mail(struct store *st, struct incoming *x, const struct email_row *r,
    struct store_count *count, struct err *err)
{
	struct copy at = copy_of(x, r->n, 0);
	int64_t others;

	if (copy_others(st, &at, &others, err) == -1)
		return -1;
	if (others > 0)
		return share_mail(st, x, r, 0, count, err);
	return become_mail(st, x, r, count, err) == -1 ? -1 : 1;
}

/* --- mails with the same key ------------------------------------------- */

/*
 * Finds the mail of the group that the message is a copy of; not mail except,
 * and with live only one that has another copy that is not removed. found->m
 * NULL: there is none.
 */
static int
find_mail(struct store *st, struct incoming *x, int64_t except, bool live,
    struct email_row *found, struct err *err)
{
	struct variant_want want = { &x->as, x->key, x->variant, x->in->mailbox,
		x->in->item_id, except, live };

	return variant_find(st, x->group, &want, found, err);
}

/*
 * Computes the id of the message as a variant, and loads the mail that has this
 * id. If that is a different mail (only the links differ, or its text has
 * changed since), the next id in a row of hashes is tried. found->m NULL: the
 * id is free.
 */
static int
find_variant(struct store *st, struct incoming *x, char *id,
    struct email_row *found, struct err *err)
{
	char seed[CONTENT_ID];
	int64_t n, group;

	if (x->variant[0] == '\0')
		content_variant(&x->m, x->key, x->variant);
	memcpy(id, x->variant, CONTENT_ID);
	for (;;) {
		memset(found, 0, sizeof(*found));
		if (email_find(st, id, &n, &group, err) == -1)
			return -1;
		if (n == 0)
			return 0;
		if (email_load(st, n, true, found, err) == -1)
			return -1;
		if (same_as(&x->as, found->m))
			return 0;
		email_free(found);
		memcpy(seed, id, CONTENT_ID);
		content_exact(&x->m, seed, id);
	}
}

/* Stores a message whose key is taken by mails that it is not a copy of. */
static int
put_variant(struct store *st, struct incoming *x, int64_t *n,
    struct store_count *count, struct err *err)
{
	char id[CONTENT_ID];
	struct email_row r;
	struct copy at;
	int64_t next;
	int rc;

	if (find_variant(st, x, id, &r, err) == -1)
		return -1;
	if (r.m != NULL) {
		*n = r.n;
		at = copy_of(x, r.n, 0);
		if ((rc = join_mail(st, x, &r, count, err)) == 0)
			rc = copy_place(st, &at, count, err);
		email_free(&r);
		return rc == -1 ? -1 : 0;
	}
	if (variant_take_key(st, &x->m, x->key, id, err) == -1 ||
	    email_next(st, &next, err) == -1 ||
	    (rc = insert_mail(st, x, id, x->group, err)) == -1)
		return -1;
	if (rc == 0)
		return db_fail(st, SQLITE_CORRUPT, err);
	return complete_mail(st, x, id, n, count, err);
}

static int put_known(struct store *, struct incoming *, int64_t known,
    int64_t *n, struct store_count *, struct err *);

/* Stores a message whose key is taken, by the same mail or by others. */
static int
put_same_key(struct store *st, struct incoming *x, int64_t except, int64_t *n,
    struct store_count *count, struct err *err)
{
	struct email_row r;
	struct copy at = copy_of(x, 0, 0);
	int64_t owner, lost = 0;
	int rc = 0;

	if (email_find(st, x->key, &owner, &x->group, err) == -1 ||
	    (except == 0 && copy_lost(st, &at, x->group, &lost, err) == -1))
		return -1;
	if (lost != 0)
		return put_known(st, x, lost, n, count, err);
	if (find_mail(st, x, except, true, &r, err) == -1 ||
	    (r.m == NULL && find_mail(st, x, except, false, &r, err) == -1))
		return -1;
	if (r.m != NULL) {
		*n = r.n;
		rc = join_mail(st, x, &r, count, err);
		email_free(&r);
		if (rc != 0)
			return rc == -1 ? -1 : 0;
	}
	return put_variant(st, x, n, count, err);
}

static int
put_unknown(struct store *st, struct incoming *x, int64_t except, int64_t *n,
    struct store_count *count, struct err *err)
{
	int64_t next;
	int r;

	if (email_next(st, &next, err) == -1 ||
	    (r = insert_mail(st, x, x->key, 0, err)) == -1)
		return -1;
	if (r == 1)
		return complete_mail(st, x, x->key, n, count, err);
	return put_same_key(st, x, except, n, count, err);
}

/* --- an item that is known --------------------------------------------- */

/* The message names fewer people than before: adds those of before. */
static void
fill_in_people(
    struct incoming *x, const struct email_row *was, struct message *room)
{
	struct parts_sum sum;

	parts_sum_init(&sum, room);
	parts_sum_add(&sum, &x->m);
	parts_sum_add(&sum, was->m);
	x->m.addr = room->addr;
	x->m.naddr = room->naddr;
	parts_sum_free(&sum);
}

static void
fill_in_attachments(struct incoming *x, const struct message *old)
{
	if (x->m.natt == 0)
		return;
	own_attachments(x);
	parts_keep_contents(&x->m, old, &x->own);
}

/* Does the owner want no more of the mail known than its headers? */
static bool
is_withheld(const struct decision *d)
{
	return d->verdict == VERDICT_HEADERS && d->owners_word;
}

/* Fills in what the message lacks from what is stored; room owns the memory. */
static void
fill_in(struct incoming *x, const struct email_row *was, struct message *room)
{
	struct message *m = &x->m;
	const struct message *old = was->m;
	bool told =
	    m->as_stored || m->body_state == BODY_FULL || is_withheld(x->in->d);

	if (m->as_stored || (!told && old->body_state == BODY_FULL)) {
		m->text = old->text;
		m->html = old->html;
		m->text_len = old->text_len;
		m->html_len = old->html_len;
		m->body_state = old->body_state;
	}
	if (m->subject == NULL)
		m->subject = old->subject;
	if (m->sent_at == TIM_NONE)
		m->sent_at = old->sent_at;
	if (m->importance == NULL)
		m->importance = old->importance;
	if (m->sensitivity == NULL)
		m->sensitivity = old->sensitivity;
	if (m->naddr == 0 || x->in->poorer)
		fill_in_people(x, was, room);
	if (m->natt == 0 && !told) {
		m->att = old->att;
		m->natt = old->natt;
	} else
		fill_in_attachments(x, old);
}

/*
 * The item's text is no longer that of its mail: its copy there is removed, and
 * the item is stored as if it were new.
 */
static int
leave_mail(struct store *st, struct incoming *x, int64_t from, int64_t *n,
    struct store_count *count, struct err *err)
{
	struct copy at = copy_of(x, from, 0);

	if (copy_gone(st, &at, count, err) == -1)
		return -1;
	return put_unknown(st, x, from, n, count, err);
}

/* The content of one of several copies has changed. */
static int
change_shared(struct store *st, struct incoming *x, int64_t known, int64_t *n,
    struct store_count *count, struct err *err)
{
	struct edition_except me = { x->in->mailbox, x->in->item_id };
	struct email_row r;
	int a, rc = 0;

	/* is it still the same mail as the other copies? */
	if ((a = edition_settle(st, known, &me, count, err)) == -1 ||
	    email_load(st, known, true, &r, err) == -1)
		return -1;
	if (same_as(&x->as, r.m))
		rc = share_mail(st, x, &r, a, count, err);
	if (rc == 0 && (rc = tell_update(st, r.id, a, count, err)) == 0)
		rc = leave_mail(st, x, known, n, count, err);
	email_free(&r);
	return rc == -1 ? -1 : 0;
}

/* The content of the only copy has changed. */
static int
change_only(struct store *st, struct incoming *x, const struct email_row *r,
    int64_t *n, struct store_count *count, struct err *err)
{
	struct email_row other;

	x->group = r->group;
	if (find_mail(st, x, r->n, true, &other, err) == -1)
		return -1;
	if (other.m == NULL)
		return become_mail(st, x, r, count, err);
	email_free(&other);
	return leave_mail(st, x, r->n, n, count, err);
}

/* Is the message's key that of the group? 1, 0, -1. */
static int
is_of_group(
    struct store *st, const struct incoming *x, int64_t group, struct err *err)
{
	int64_t n, its;

	if (email_find(st, x->key, &n, &its, err) == -1)
		return -1;
	return n != 0 && its == group;
}

/* What the file has of an item. */
struct known_item {
	struct email_row r;           /* its mail */
	struct copy_row was;          /* its copy of that mail */
	struct email_row edition;     /* the copy's edition, if it has one */
	const struct email_row *mine; /* what the copy says: r or edition */
};

static int
change_item(struct store *st, struct incoming *x, const struct known_item *k,
    int64_t *n, struct store_count *count, struct err *err)
{
	const struct email_row *r = &k->r;
	struct copy at = copy_of(x, r->n, k->was.edition);
	bool same = edition_same(&k->mine->c, &x->c);
	int64_t others;
	int a;

	if ((a = is_of_group(st, x, r->group, err)) == -1)
		return -1;
	/*
	 * Without a Message-ID the id depends on the text, if the text was
	 * known when the id was made. A text that became known later does not
	 * make it another mail.
	 */
	if (a == 0 && (x->m.message_id != NULL ||
			  (k->mine->m->body_state == BODY_FULL && !same)))
		return leave_mail(st, x, r->n, n, count, err);
	if (k->was.live && same) {
		a = email_add_up(st, r->n, &x->m, x->key, false, err);
		if (a == -1 || tell_update(st, r->id, a, count, err) == -1)
			return -1;
		return copy_place(st, &at, count, err);
	}
	if (copy_others(st, &at, &others, err) == -1)
		return -1;
	return others > 0 ? change_shared(st, x, r->n, n, count, err)
			  : change_only(st, x, r, n, count, err);
}

static int
put_known(struct store *st, struct incoming *x, int64_t known, int64_t *n,
    struct store_count *count, struct err *err)
{
	struct copy at = copy_of(x, known, 0);
	struct message *room = message_new(0);
	struct known_item k;
	int rc;

	memset(&k, 0, sizeof(k));
	*n = known;
	rc = copy_get(st, &at, &k.was, err);
	if (rc == 0)
		rc = email_load(st, known, true, &k.r, err);
	if (rc == 0 && k.r.id[0] == '\0')
		rc = db_fail(st, SQLITE_CORRUPT, err);
	if (rc == 0 && k.was.edition != 0)
		rc = email_load_edition(
		    st, k.was.edition, true, &k.edition, err);
	if (rc == 0) {
		k.mine = k.was.edition != 0 ? &k.edition : &k.r;
		if (x->m.message_id == NULL)
			x->m.message_id = k.r.m->message_id;
		fill_in(x, k.mine, room);
		content_id(&st->scratch, &x->m, x->key);
		rc = change_item(st, x, &k, n, count, err);
	}
	email_free(&k.edition);
	email_free(&k.r);
	message_free(room);
	return rc;
}

/* --- new or known ------------------------------------------------------ */

/*
 * The server's ids of the attachments, as hashes: the same id means the same
 * attachment (recall.c).
 */
static char *
attached_hashes(const struct message *m)
{
	char *list, *p;
	size_t i;

	if (m->natt == 0)
		return NULL;
	p = list = mem_alloc(m->natt * COPY_ATTACHED + 1);
	for (i = 0; i < m->natt; i++, p += COPY_ATTACHED)
		copy_attached(m->att[i].id, p);
	return list;
}

/* The mail's places or links may have changed. */
static int
settle_links(
    struct store *st, int64_t n, struct store_count *count, struct err *err)
{
	struct email_row r;
	int a = emaillink_settle(st, n, err);

	if (a <= 0)
		return a;
	if (email_load(st, n, false, &r, err) == -1)
		return -1;
	a = tell_update(st, r.id, a, count, err);
	email_free(&r);
	return a;
}

int
email_put(struct store *st, const struct email_in *in, int64_t known,
    int64_t *n, struct store_count *count, struct err *err)
{
	struct incoming x;
	int rc;

	memset(&x, 0, sizeof(x));
	x.in = in;
	x.m = *in->m;
	x.c.m = &x.m;
	same_init(&x.as, &x.m);
	x.c.direction = in->d->direction;
	if (in->d->verdict == VERDICT_HEADERS) {
		x.m.text = x.m.html = NULL;
		x.m.text_len = x.m.html_len = 0;
		x.m.natt = 0;
		x.m.body_state = BODY_HEADERS;
		x.m.as_stored = false;
	}
	x.has_body = x.m.as_stored || x.m.body_state == BODY_FULL;
	x.attached = attached_hashes(&x.m);
	copy_marks_of(&x.m, &x.marks);
	if (known != 0)
		rc = put_known(st, &x, known, n, count, err);
	else {
		content_id(&st->scratch, &x.m, x.key);
		rc = put_unknown(st, &x, 0, n, count, err);
	}
	if (rc == 0 && !x.is_new)
		rc = settle_links(st, *n, count, err);
	if (rc == 0 && known != 0 && known != *n)
		rc = settle_links(st, known, count, err);
	same_free(&x.as);
	free(x.attached);
	copy_marks_free(&x.marks);
	arena_free(&x.own);
	return rc;
}
