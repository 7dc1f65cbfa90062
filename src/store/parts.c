/*
 * parts.c - the people and attachments of a mail or an edition.
 * 1. Positions count from 0 in each role, and through the attachments.
 * 2. A row with a content is counted in sync_blob, and no other row is.
 * 3. Everything is linear in the number of rows, or sorts.
 * 4. Links are not kept here: they follow from the people and the places of the
 *    mail (emaillink.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/fault.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "store/blob.h"
#include "store/emaillink.h"
#include "store/parts.h"

#define ROLES (ROLE_REPLY_TO + 1)
#define KEY   ((size_t)64 << 20) /* cap of a key that people are found by */

/* The statement for a mail's rows or an edition's: two slots in a row. */
#define STMT(st, of, slot, mail, edition)                                      \
	db_stmt(st, (enum db_slot)((slot) + ((of) == PARTS_EDITION)),          \
	    (of) == PARTS_EDITION ? (edition) : (mail))
#define INSERT_INTO(table, n, cols, vals)                                      \
	"INSERT INTO " table "(" n "," cols ") VALUES(" vals ")"

/* --- writing ----------------------------------------------------------- */

#define PARTY_COLS "role,position,address,name,raw_address"

static int
insert_person(struct store *st, enum parts_of of, int64_t n,
    const struct address *a, int pos, struct err *err)
{
	sqlite3_stmt *s = STMT(st, of, DB_PARTY_OF_MAIL,
	    INSERT_INTO("sync_party", "email", PARTY_COLS ",crm_type,crm_id",
		"?,?,?,?,?,?,?,?"),
	    INSERT_INTO(
		"sync_edition_party", "edition", PARTY_COLS, "?,?,?,?,?,?"));
	const struct party *who;

	db_int(s, 1, n);
	db_text(s, 2, role_name(a->role));
	db_int(s, 3, pos);
	db_text(s, 4, a->address);
	db_text(s, 5, a->name);
	db_text(s, 6, a->raw);
	if (of == PARTS_MAIL) {
		who = emaillink_person(st, a->address);
		db_text(s, 7, who != NULL ? who->crm_type : NULL);
		db_text(s, 8, who != NULL ? who->crm_id : NULL);
	}
	return db_run(st, s, err) == -1 ? -1 : 0;
}

static int
insert_people(struct store *st, enum parts_of of, int64_t n,
    const struct message *m, struct err *err)
{
	int next[ROLES] = { 0 };
	size_t i;

	for (i = 0; i < m->naddr; i++) {
		const struct address *a = &m->addr[i];

		if (insert_person(st, of, n, a, next[a->role]++, err) == -1)
			return -1;
	}
	return 0;
}

#define ATT_COLS                                                               \
	"position,name,media_type,size,content_id,inline,kind,sha256,state,url"

/* If its content was deleted meanwhile, it is stored as one that failed. */
static int
insert_attachment(struct store *st, enum parts_of of, int64_t n,
    const struct attachment *a, int64_t pos, struct err *err)
{
	sqlite3_stmt *s = STMT(st, of, DB_ATT_OF_MAIL,
	    INSERT_INTO(
		"sync_attachment", "email", ATT_COLS, "?,?,?,?,?,?,?,?,?,?,?"),
	    INSERT_INTO("sync_edition_attachment", "edition", ATT_COLS,
		"?,?,?,?,?,?,?,?,?,?,?"));
	char hex[65];
	int there = 0;

	if (a->stored) {
		enc_hex(a->sha256, sizeof(a->sha256), hex);
		if ((there = blob_refer(st, hex, err)) == -1)
			return -1;
	}
	db_int(s, 1, n);
	db_int(s, 2, pos);
	db_text(s, 3, a->name);
	db_text(s, 4, a->media_type);
	db_intor(s, 5, a->size, -1);
	db_text(s, 6, a->content_id);
	db_int(s, 7, a->is_inline);
	db_text(s, 8, att_kind_name(a->kind));
	db_text(s, 9, there ? hex : NULL);
	db_text(s, 10, !a->stored ? a->state : there ? "full" : "failed");
	db_text(s, 11, a->url);
	fault_point("before attachment");
	return db_run(st, s, err) == -1 ? -1 : 0;
}

static int
insert_attachments(struct store *st, enum parts_of of, int64_t n,
    const struct message *m, struct err *err)
{
	size_t i;

	for (i = 0; i < m->natt; i++) {
		if (insert_attachment(st, of, n, &m->att[i], (int64_t)i, err) ==
		    -1)
			return -1;
	}
	return 0;
}

int
parts_insert(struct store *st, enum parts_of of, int64_t n,
    const struct content *c, struct err *err)
{
	if (insert_people(st, of, n, c->m, err) == -1)
		return -1;
	st->txn.handled += 64 * (int64_t)(c->m->naddr + c->m->natt);
	return insert_attachments(st, of, n, c->m, err);
}

/* --- deleting ---------------------------------------------------------- */

static int
delete_people(struct store *st, enum parts_of of, int64_t n, struct err *err)
{
	return db_run_int(st,
	    STMT(st, of, DB_PARTY_GONE_MAIL,
		"DELETE FROM sync_party WHERE email=?",
		"DELETE FROM sync_edition_party WHERE edition=?"),
	    n, err);
}

/* Counts each content once more (blob_refer), or once less (blob_release). */
static int
count_contents(struct store *st, enum parts_of of, int64_t n,
    int (*count)(struct store *, const char *, struct err *), struct err *err)
{
	sqlite3_stmt *s = STMT(st, of, DB_ATT_BLOBS_MAIL,
	    "SELECT sha256 FROM sync_attachment WHERE email=? AND "
	    "sha256 IS NOT NULL",
	    "SELECT sha256 FROM sync_edition_attachment WHERE edition=? AND "
	    "sha256 IS NOT NULL");
	int r;

	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1) {
		if (count(st, db_col(s, 0), err) == -1) {
			sqlite3_reset(s);
			return -1;
		}
	}
	return r;
}

static int
delete_attachments(
    struct store *st, enum parts_of of, int64_t n, struct err *err)
{
	if (count_contents(st, of, n, blob_release, err) == -1)
		return -1;
	return db_run_int(st,
	    STMT(st, of, DB_ATT_GONE_MAIL,
		"DELETE FROM sync_attachment WHERE email=?",
		"DELETE FROM sync_edition_attachment WHERE edition=?"),
	    n, err);
}

int
parts_delete(struct store *st, enum parts_of of, int64_t n, struct err *err)
{
	if (delete_people(st, of, n, err) == -1)
		return -1;
	return delete_attachments(st, of, n, err);
}

/* --- reading ----------------------------------------------------------- */

static int
load_people(struct store *st, enum parts_of of, int64_t n, struct message *m,
    struct err *err)
{
	sqlite3_stmt *s = STMT(st, of, DB_PARTY_LIST_MAIL,
	    "SELECT role,address,name,raw_address FROM sync_party "
	    "WHERE email=? ORDER BY role,position",
	    "SELECT role,address,name,raw_address FROM sync_edition_party "
	    "WHERE edition=? ORDER BY role,position");
	int r;

	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1) {
		struct address *a = message_address(m);

		a->role = role_of(db_col(s, 0));
		a->address = arena_strdup(&m->arena, db_col(s, 1));
		a->name = arena_strdup(&m->arena, db_col(s, 2));
		a->raw = arena_strdup(&m->arena, db_col(s, 3));
	}
	return r;
}

static void
read_attachment(sqlite3_stmt *s, struct message *m, struct attachment *a)
{
	const char *hex;

	a->name = arena_strdup(&m->arena, db_col(s, 0));
	a->media_type = arena_strdup(&m->arena, db_col(s, 1));
	a->size = sqlite3_column_type(s, 2) == SQLITE_NULL
		      ? -1
		      : sqlite3_column_int64(s, 2);
	a->content_id = arena_strdup(&m->arena, db_col(s, 3));
	a->is_inline = sqlite3_column_int(s, 4) != 0;
	a->kind = att_kind_of(db_col(s, 5));
	a->state = arena_strdup(&m->arena, db_col(s, 7));
	a->url = arena_strdup(&m->arena, db_col(s, 8));
	hex = db_col(s, 6);
	a->stored = hex != NULL && enc_unhex(hex, a->sha256, sizeof(a->sha256));
}

static int
load_attachments(struct store *st, enum parts_of of, int64_t n,
    struct message *m, struct err *err)
{
	sqlite3_stmt *s = STMT(st, of, DB_ATT_LIST_MAIL,
	    "SELECT name,media_type,size,content_id,inline,kind,sha256,state,"
	    "url FROM sync_attachment WHERE email=? ORDER BY position",
	    "SELECT name,media_type,size,content_id,inline,kind,sha256,state,"
	    "url FROM sync_edition_attachment WHERE edition=? "
	    "ORDER BY position");
	int r;

	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1)
		read_attachment(s, m, message_attachment(m));
	return r;
}

int
parts_load(struct store *st, enum parts_of of, int64_t n, struct message *m,
    struct content *c, struct err *err)
{
	c->m = m;
	if (load_people(st, of, n, m, err) == -1 ||
	    load_attachments(st, of, n, m, err) == -1)
		return -1;
	st->txn.handled += 64 * (int64_t)(m->naddr + m->natt);
	return 0;
}

int
parts_copy(struct store *st, int64_t email, int64_t edition, struct err *err)
{
	static const struct {
		enum db_slot slot;
		const char *sql;
	} copy[] = {
		{ DB_PARTY_COPY,
		    "INSERT INTO sync_edition_party SELECT ?2," PARTY_COLS
		    " FROM sync_party WHERE email=?1" },
		{ DB_ATT_COPY,
		    "INSERT INTO sync_edition_attachment SELECT ?2," ATT_COLS
		    " FROM sync_attachment WHERE email=?1" },
	};
	sqlite3_stmt *s;
	size_t i;

	for (i = 0; i < sizeof(copy) / sizeof(copy[0]); i++) {
		s = db_stmt(st, copy[i].slot, copy[i].sql);
		db_int(s, 1, email);
		db_int(s, 2, edition);
		if (db_run(st, s, err) == -1)
			return -1;
	}
	return count_contents(st, PARTS_EDITION, edition, blob_refer, err);
}

/* --- replacing --------------------------------------------------------- */

/* The next address of that role from i on, or naddr. */
static size_t
next_in_role(const struct message *m, size_t i, enum role role)
{
	while (i < m->naddr && m->addr[i].role != role)
		i++;
	return i;
}

/* In each role, are b's people the first ones of a's? */
static bool
begins_with(const struct message *a, const struct message *b)
{
	int role;

	for (role = 0; role < ROLES; role++) {
		size_t i = 0, k = 0;

		for (;; i++, k++) {
			i = next_in_role(a, i, (enum role)role);
			k = next_in_role(b, k, (enum role)role);
			if (k == b->naddr)
				break;
			if (i == a->naddr ||
			    !str_eq(a->addr[i].address, b->addr[k].address) ||
			    !str_eq(a->addr[i].name, b->addr[k].name) ||
			    !str_eq(a->addr[i].raw, b->addr[k].raw))
				return false;
		}
	}
	return true;
}

static bool
same_people(const struct message *a, const struct message *b)
{
	return a->naddr == b->naddr && begins_with(a, b);
}

static bool
same_attachment(const struct attachment *a, const struct attachment *b)
{
	return a->kind == b->kind && a->is_inline == b->is_inline &&
	       a->stored == b->stored && str_eq(a->name, b->name) &&
	       str_eq(a->media_type, b->media_type) &&
	       str_eq(a->content_id, b->content_id) && str_eq(a->url, b->url) &&
	       (a->stored || str_eq(a->state, b->state)) &&
	       /* the server makes an attached item's file anew each time */
	       (!a->stored || a->kind == ATT_ITEM ||
		   memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0);
}

static bool
same_attachments(const struct message *a, const struct message *b)
{
	size_t i;

	for (i = 0; i < a->natt && i < b->natt; i++) {
		if (!same_attachment(&a->att[i], &b->att[i]))
			return false;
	}
	return a->natt == b->natt;
}

bool
parts_same(const struct content *a, const struct content *b)
{
	return same_people(a->m, b->m) && same_attachments(a->m, b->m);
}

int64_t
parts_stored(const struct message *m)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < m->natt; i++)
		n += m->att[i].stored;
	return n;
}

int
parts_replace(struct store *st, int64_t n, const struct content *was,
    const struct content *now, struct store_count *count, struct err *err)
{
	int changed = 0;
	int64_t more;

	if (!same_people(was->m, now->m)) {
		changed = 1;
		if (delete_people(st, PARTS_MAIL, n, err) == -1 ||
		    insert_people(st, PARTS_MAIL, n, now->m, err) == -1 ||
		    emaillink_settle(st, n, err) == -1)
			return -1;
	}
	fault_point("between parts");
	if (same_attachments(was->m, now->m))
		return changed;
	more = parts_stored(now->m) - parts_stored(was->m);
	count->attachments += more > 0 ? more : 0;
	if (delete_attachments(st, PARTS_MAIL, n, err) == -1 ||
	    insert_attachments(st, PARTS_MAIL, n, now->m, err) == -1)
		return -1;
	return 1;
}

/* --- adding up --------------------------------------------------------- */

/* What people are found by; the map has a space for each role and kind. */
enum person_key { BY_ADDRESS, BY_RAW, BY_NAME, KEYS };

static unsigned
key_space(enum role role, enum person_key by)
{
	return (unsigned)role * KEYS + (unsigned)by;
}

static void
index_person(struct parts_sum *sum, size_t i)
{
	struct message *m = sum->m;
	const struct address *a = &m->addr[i];

	if (a->address != NULL)
		map_put(&sum->people, key_space(a->role, BY_ADDRESS),
		    str_lower(arena_strdup(&m->arena, a->address)), i);
	if (a->raw != NULL)
		map_put(&sum->people, key_space(a->role, BY_RAW),
		    str_lower(arena_strdup(&m->arena, a->raw)), i);
	map_put(&sum->people, key_space(a->role, BY_NAME), str_nn(a->name), i);
}

static bool
both_known(const char *a, const char *b)
{
	return a != NULL && b != NULL;
}

static size_t
find_lower(
    struct parts_sum *sum, enum role role, enum person_key by, const char *s)
{
	buf_reset(&sum->key);
	buf_adds(&sum->key, s);
	return map_get(&sum->people, key_space(role, by),
	    s[0] == '\0' ? s : str_lower(sum->key.data));
}

/* The same person in the same role, by what both sides know; or MAP_NONE. */
static size_t
find_person(struct parts_sum *sum, const struct address *a)
{
	const struct address *has = sum->m->addr;
	size_t i;

	if (a->address != NULL &&
	    (i = find_lower(sum, a->role, BY_ADDRESS, a->address)) != MAP_NONE)
		return i;
	if (a->raw != NULL &&
	    (i = find_lower(sum, a->role, BY_RAW, a->raw)) != MAP_NONE &&
	    !both_known(a->address, has[i].address))
		return i;
	i = map_get(&sum->people, key_space(a->role, BY_NAME), str_nn(a->name));
	if (i == MAP_NONE || both_known(a->address, has[i].address) ||
	    both_known(a->raw, has[i].raw))
		return MAP_NONE;
	/* without a name they are one only when nothing is known of either */
	if (a->name == NULL &&
	    (a->address != NULL || a->raw != NULL || has[i].address != NULL ||
		has[i].raw != NULL))
		return MAP_NONE;
	return i;
}

static void
add_person(struct parts_sum *sum, const struct address *a)
{
	struct message *m = sum->m;
	size_t i = find_person(sum, a);
	struct address *to;

	if (i == MAP_NONE) {
		i = m->naddr;
		message_address(m);
	}
	to = &m->addr[i];
	to->role = a->role;
	if (to->address == NULL)
		to->address = arena_strdup(&m->arena, a->address);
	if (to->name == NULL)
		to->name = arena_strdup(&m->arena, a->name);
	if (to->raw == NULL)
		to->raw = arena_strdup(&m->arena, a->raw);
	index_person(sum, i);
}

static void
add_people(struct parts_sum *sum, const struct message *m)
{
	size_t i, n = sum->m->naddr;

	/* the common case; e.g. only the sender's copy also names the Bcc */
	if (begins_with(sum->m, m))
		return;
	if (sum->people.n > 0)
		n = 0; /* all of them are in it */
	for (i = 0; i < n; i++)
		index_person(sum, i);
	for (i = 0; i < m->naddr; i++)
		add_person(sum, &m->addr[i]);
}

void
parts_sum_init(struct parts_sum *sum, struct message *m)
{
	memset(sum, 0, sizeof(*sum));
	sum->m = m;
	map_init(&sum->people);
	buf_init(&sum->key, KEY);
}

void
parts_sum_add(struct parts_sum *sum, const struct message *m)
{
	if (m != sum->m)
		add_people(sum, m);
}

void
parts_sum_free(struct parts_sum *sum)
{
	map_free(&sum->people);
	buf_free(&sum->key);
}

void
parts_take_content(
    struct attachment *a, const struct attachment *had, struct arena *room)
{
	a->stored = true;
	a->state = "full";
	a->size = had->size;
	memcpy(a->sha256, had->sha256, sizeof(a->sha256));
	if (a->media_type == NULL)
		a->media_type = arena_strdup(room, had->media_type);
}

/*
 * Wanted attachments of m take the content of the attachment in from with the
 * same kind and name. The one at the same position is tried first.
 */
static void
take_contents(struct message *m, const struct message *from, struct arena *room,
    bool (*wanted)(const struct attachment *))
{
	const struct attachment *had;
	struct map map;
	size_t i, k;

	map_init(&map);
	for (i = 0; i < from->natt; i++) {
		if (from->att[i].stored)
			map_put(&map, (unsigned)from->att[i].kind,
			    str_nn(from->att[i].name), i);
	}
	for (i = 0; i < m->natt; i++) {
		struct attachment *a = &m->att[i];

		if (!wanted(a))
			continue;
		had = i < from->natt ? &from->att[i] : NULL;
		if (had == NULL || !had->stored || had->kind != a->kind ||
		    !str_eq(had->name, a->name)) {
			k = map_get(&map, (unsigned)a->kind, str_nn(a->name));
			if (k == MAP_NONE)
				continue;
			had = &from->att[k];
		}
		parts_take_content(a, had, room);
	}
	map_free(&map);
}

static bool
lacks_content(const struct attachment *a)
{
	return !a->stored && a->kind != ATT_REFERENCE;
}

static bool
is_item(const struct attachment *a)
{
	return a->kind == ATT_ITEM;
}

void
parts_keep_contents(
    struct message *m, const struct message *was, struct arena *room)
{
	take_contents(m, was, room, lacks_content);
}

void
parts_share_items(
    struct message *m, const struct message *has, struct arena *room)
{
	take_contents(m, has, room, is_item);
}
