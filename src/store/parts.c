/*
 * parts.c - the people, links and attachments of a mail.
 * 1. Rows are only added, or completed: nothing that is there is taken away.
 * 2. Positions count from 0 in each role, and through the attachments.
 */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/email.h"

#define ROLES (ROLE_REPLY_TO + 1)

/* --- people ------------------------------------------------------------ */

static int
add_address(struct store *st, int64_t n, const struct address *a, int pos,
    struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_ADDR_INSERT,
	    "INSERT INTO sync_party(email,role,position,address,name,"
	    "raw_address) VALUES(?,?,?,?,?,?)");

	db_int(s, 1, n);
	db_text(s, 2, role_name(a->role));
	db_int(s, 3, pos);
	db_text(s, 4, a->address);
	db_text(s, 5, a->name);
	db_text(s, 6, a->raw);
	return db_run(st, s, err);
}

struct person {
	const char *role, *address, *name, *raw;
	int position;
};

struct people {
	struct arena arena;
	struct person *v;
	size_t n, cap;
	int next[ROLES]; /* free position of each role */
};

static void
people_free(struct people *p)
{
	free(p->v);
	arena_free(&p->arena);
}

static int
people_load(struct store *st, int64_t n, struct people *p, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_ADDR_LIST,
	    "SELECT role,position,address,name,raw_address FROM sync_party "
	    "WHERE email=?");
	int r, role;

	memset(p, 0, sizeof(*p));
	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1) {
		struct person *v;

		if (p->n == p->cap) {
			p->cap = p->cap == 0 ? 16 : 2 * p->cap;
			p->v = mem_grow(p->v, p->cap, sizeof(*p->v));
		}
		v = &p->v[p->n++];
		v->role = arena_strdup(&p->arena, db_col(s, 0));
		v->position = sqlite3_column_int(s, 1);
		v->address = arena_strdup(&p->arena, db_col(s, 2));
		v->name = arena_strdup(&p->arena, db_col(s, 3));
		v->raw = arena_strdup(&p->arena, db_col(s, 4));
		for (role = 0; role < ROLES; role++) {
			if (strcmp(v->role, role_name((enum role)role)) == 0 &&
			    p->next[role] <= v->position)
				p->next[role] = v->position + 1;
		}
	}
	return r;
}

static bool
both(const char *a, const char *b)
{
	return a != NULL && b != NULL;
}

/* The same person in the same role? By what both sides know. */
static bool
same_person(const struct person *p, const struct address *a)
{
	if (strcmp(p->role, role_name(a->role)) != 0)
		return false;
	if (both(p->address, a->address))
		return str_ieq(p->address, a->address);
	if (both(p->raw, a->raw))
		return str_ieq(p->raw, a->raw);
	if (p->name == NULL) /* or nothing is known of either */
		return a->name == NULL && p->address == NULL &&
		       a->address == NULL && p->raw == NULL && a->raw == NULL;
	return str_eq(p->name, a->name);
}

static int
resolve(struct store *st, int64_t n, const struct person *p,
    const struct address *a, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_ADDR_RESOLVE,
	    "UPDATE sync_party SET address=?4,name=ifnull(name,?5),"
	    "raw_address=ifnull(raw_address,?6) "
	    "WHERE email=?1 AND role=?2 AND position=?3");

	db_int(s, 1, n);
	db_text(s, 2, p->role);
	db_int(s, 3, p->position);
	db_text(s, 4, a->address);
	db_text(s, 5, a->name);
	db_text(s, 6, a->raw);
	return db_run(st, s, err);
}

/* One address of the message: 1 when the mail lacked it, 0, -1. */
static int
merge_address(struct store *st, int64_t n, struct people *p,
    const struct address *a, struct err *err)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (!same_person(&p->v[i], a))
			continue;
		if (p->v[i].address != NULL || a->address == NULL)
			return 0;
		p->v[i].address = a->address;
		return resolve(st, n, &p->v[i], a, err);
	}
	return add_address(st, n, a, p->next[a->role]++, err);
}

static int
merge_people(
    struct store *st, const struct message *m, int64_t n, struct err *err)
{
	struct people p;
	size_t i;
	int r, changed = 0;

	r = people_load(st, n, &p, err);
	for (i = 0; r != -1 && i < m->naddr; i++) {
		r = merge_address(st, n, &p, &m->addr[i], err);
		changed |= r > 0;
	}
	people_free(&p);
	return r == -1 ? -1 : changed;
}

/* --- links ------------------------------------------------------------- */

static int
add_link(struct store *st, int64_t n, const struct link *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LINK_INSERT,
	    "INSERT INTO sync_link(email,crm_type,crm_id,role) VALUES(?,?,?,?) "
	    "ON CONFLICT DO NOTHING");

	db_int(s, 1, n);
	db_text(s, 2, l->party->crm_type);
	db_text(s, 3, l->party->crm_id);
	db_text(s, 4, role_name(l->role));
	return db_run(st, s, err);
}

/* A person may stand in a role that goes before the one known. */
static int
better_role(struct store *st, int64_t n, const struct link *l, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_LINK_ROLE,
	    "UPDATE sync_link SET role=?4 WHERE email=?1 AND crm_type=?2 AND "
	    "crm_id=?3 AND instr('from sender to cc bcc',?4)<"
	    "instr('from sender to cc bcc',role)");

	db_int(s, 1, n);
	db_text(s, 2, l->party->crm_type);
	db_text(s, 3, l->party->crm_id);
	db_text(s, 4, role_name(l->role));
	return db_run(st, s, err);
}

static int
merge_links(
    struct store *st, const struct decision *d, int64_t n, struct err *err)
{
	size_t i;
	int r, changed = 0;

	for (i = 0; i < d->nlink; i++) {
		if ((r = add_link(st, n, &d->link[i], err)) == 0)
			r = better_role(st, n, &d->link[i], err);
		if (r == -1)
			return -1;
		changed |= r > 0;
	}
	return changed;
}

/* --- attachments ------------------------------------------------------- */

/* The content's hash as the table has it, or NULL. */
static const char *
sha(const struct attachment *a, char *hex)
{
	if (!a->stored)
		return NULL;
	enc_hex(a->sha256, sizeof(a->sha256), hex);
	return hex;
}

static int
add_attachment(struct store *st, int64_t n, const struct attachment *a,
    int64_t pos, struct store_count *count, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_ATT_INSERT,
	    "INSERT INTO sync_attachment(email,position,name,media_type,size,"
	    "content_id,inline,kind,sha256,state,url) "
	    "VALUES(?,?,?,?,?,?,?,?,?,?,?)");
	char hex[65];

	db_int(s, 1, n);
	db_int(s, 2, pos);
	db_text(s, 3, a->name);
	db_text(s, 4, a->media_type);
	db_intor(s, 5, a->size, -1);
	db_text(s, 6, a->content_id);
	db_int(s, 7, a->is_inline);
	db_text(s, 8, att_kind_name(a->kind));
	db_text(s, 9, sha(a, hex));
	db_text(s, 10, a->state != NULL ? a->state : a->stored ? "full" : NULL);
	db_text(s, 11, a->url);
	fault_point("before attachment");
	count->attachments += a->stored;
	return db_run(st, s, err);
}

struct old_att {
	char *name, *kind, *sha256;
	int64_t position;
	bool used;
};

struct old_atts {
	struct arena arena;
	struct old_att *v;
	size_t n, cap;
	int64_t next;
};

static int
atts_load(struct store *st, int64_t n, struct old_atts *o, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_ATT_LIST,
	    "SELECT name,kind,sha256,position FROM sync_attachment "
	    "WHERE email=?");
	int r;

	memset(o, 0, sizeof(*o));
	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1) {
		struct old_att *v;

		if (o->n == o->cap) {
			o->cap = o->cap == 0 ? 8 : 2 * o->cap;
			o->v = mem_grow(o->v, o->cap, sizeof(*o->v));
		}
		v = &o->v[o->n++];
		v->name = arena_strdup(&o->arena, db_col(s, 0));
		v->kind = arena_strdup(&o->arena, db_col(s, 1));
		v->sha256 = arena_strdup(&o->arena, db_col(s, 2));
		v->position = sqlite3_column_int64(s, 3);
		v->used = false;
		if (o->next <= v->position)
			o->next = v->position + 1;
	}
	return r;
}

/*
 * Is that content another attachment's? Of an attached item the server makes
 * the file anew each time, with other boundaries and dates in it
 * (PROTOCOL 7): its bytes tell nothing.
 */
static bool
other_content(
    const struct old_att *v, const struct attachment *a, const char *hash)
{
	return a->kind != ATT_ITEM && both(v->sha256, hash) &&
	       strcmp(v->sha256, hash) != 0;
}

/* The row that is this attachment, each row once. NULL: there is none. */
static struct old_att *
atts_find(struct old_atts *o, const struct attachment *a, const char *hash)
{
	size_t i;

	for (i = 0; i < o->n; i++) {
		struct old_att *v = &o->v[i];

		if (!v->used && strcmp(v->kind, att_kind_name(a->kind)) == 0 &&
		    str_eq(v->name, a->name) && !other_content(v, a, hash)) {
			v->used = true;
			return v;
		}
	}
	return NULL;
}

static int
merge_attachment(struct store *st, int64_t n, struct old_atts *o,
    const struct attachment *a, struct store_count *count, struct err *err)
{
	char hex[65];
	const char *hash = sha(a, hex);
	struct old_att *v = atts_find(o, a, hash);
	sqlite3_stmt *s;

	if (v == NULL)
		return add_attachment(st, n, a, o->next++, count, err);
	if (v->sha256 != NULL || hash == NULL)
		return 0;
	s = db_stmt(st, DB_ATT_UPDATE,
	    "UPDATE sync_attachment SET sha256=?3,state=?4,size=?5,"
	    "media_type=ifnull(?6,media_type) WHERE email=?1 AND position=?2");
	db_int(s, 1, n);
	db_int(s, 2, v->position);
	db_text(s, 3, hash);
	db_text(s, 4, a->state != NULL ? a->state : "full");
	db_intor(s, 5, a->size, -1);
	db_text(s, 6, a->media_type);
	count->attachments++;
	return db_run(st, s, err);
}

static int
merge_attachments(struct store *st, const struct message *m, int64_t n,
    struct store_count *count, struct err *err)
{
	struct old_atts o;
	size_t i;
	int r, changed = 0;

	if (m->natt == 0)
		return 0;
	r = atts_load(st, n, &o, err);
	for (i = 0; r != -1 && i < m->natt; i++) {
		r = merge_attachment(st, n, &o, &m->att[i], count, err);
		changed |= r > 0;
	}
	free(o.v);
	arena_free(&o.arena);
	return r == -1 ? -1 : changed;
}

/* --- all of them ------------------------------------------------------- */

int
parts_insert(struct store *st, const struct email_in *in, int64_t n,
    struct store_count *count, struct err *err)
{
	const struct message *m = in->m;
	int next[ROLES] = { 0 };
	size_t i;

	for (i = 0; i < m->naddr; i++) {
		if (add_address(
			st, n, &m->addr[i], next[m->addr[i].role]++, err) == -1)
			return -1;
	}
	fault_point("before links");
	for (i = 0; i < in->d->nlink; i++) {
		if (add_link(st, n, &in->d->link[i], err) == -1)
			return -1;
	}
	if (in->d->verdict == VERDICT_HEADERS)
		return 0;
	for (i = 0; i < m->natt; i++) {
		if (add_attachment(st, n, &m->att[i], (int64_t)i, count, err) ==
		    -1)
			return -1;
	}
	return 0;
}

int
parts_merge(struct store *st, const struct email_in *in, int64_t n,
    struct store_count *count, struct err *err)
{
	int a, b, c = 0;

	if ((a = merge_people(st, in->m, n, err)) == -1 ||
	    (b = merge_links(st, in->d, n, err)) == -1)
		return -1;
	if (in->d->verdict != VERDICT_HEADERS)
		c = merge_attachments(st, in->m, n, count, err);
	return c == -1 ? -1 : a + b + c;
}
