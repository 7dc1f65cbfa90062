/*
 * forgetrows.c - erases a person from everything but mails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/idredact.h"
#include "core/redact.h"
#include "store/forgetrows.h"

#define SLICE fault_int("EXSYNC_FORGET", 5000) /* decisions of a transaction */
#define CHUNK ((size_t)1 << 16)                /* bytes of an attachment */

/* --- SQL functions ------------------------------------------------------ */

/* SQL function mentions_person(text) */
static void
sql_mentions(sqlite3_context *context, int n, sqlite3_value **v)
{
	const struct forgotten *who = sqlite3_user_data(context);
	const char *text = (const char *)sqlite3_value_text(v[0]);

	(void)n;
	sqlite3_result_int(context, text != NULL && forgotten_in(who, text));
}

/* SQL function is_person(address): and not only one that mentions theirs? */
static void
sql_is_person(sqlite3_context *context, int n, sqlite3_value **v)
{
	const char *address = (const char *)sqlite3_value_text(v[0]);

	(void)n;
	sqlite3_result_int(
	    context, address != NULL &&
			 forgotten_has(sqlite3_user_data(context), address));
}

/* SQL function file_mentions(name) */
static void
sql_file_mentions(sqlite3_context *context, int n, sqlite3_value **v)
{
	const struct forgotten *who = sqlite3_user_data(context);
	const char *name = (const char *)sqlite3_value_text(v[0]);
	struct redact_rows rows = { NULL, 0 };

	(void)n;
	sqlite3_result_int(
	    context, name != NULL && redact_find_file(who, name, &rows));
	free(rows.v);
}

/* SQL function without_person(text) */
static void
sql_without(sqlite3_context *context, int n, sqlite3_value **v)
{
	const struct redact who = { .list = sqlite3_user_data(context) };
	const char *text = (const char *)sqlite3_value_text(v[0]);
	size_t len = (size_t)sqlite3_value_bytes(v[0]);
	struct buf out;

	(void)n;
	buf_init(&out, REDACT_ROOM(len));
	if (text == NULL || !redact_text(&who, text, len, &out)) {
		sqlite3_result_value(context, v[0]);
	} else {
		len = out.len;
		sqlite3_result_text64(
		    context, buf_take(&out), len, free, SQLITE_UTF8);
	}
	buf_free(&out);
}

/* SQL functions id_mentions(id) and id_without(id) */
static void
sql_id(sqlite3_context *context, sqlite3_value *v, bool without)
{
	const struct forgotten *who = sqlite3_user_data(context);
	const char *id = (const char *)sqlite3_value_text(v);
	struct buf out;
	size_t len;
	bool has;

	buf_init(&out, REDACT_ROOM((size_t)sqlite3_value_bytes(v)));
	has = idredact_text(who, id, &out);
	if (!without)
		sqlite3_result_int(context, has);
	else if (!has)
		sqlite3_result_value(context, v);
	else {
		len = out.len;
		sqlite3_result_text64(
		    context, buf_take(&out), len, free, SQLITE_UTF8);
	}
	buf_free(&out);
}

static void
sql_id_mentions(sqlite3_context *context, int n, sqlite3_value **v)
{
	(void)n;
	sql_id(context, v[0], false);
}

static void
sql_id_without(sqlite3_context *context, int n, sqlite3_value **v)
{
	(void)n;
	sql_id(context, v[0], true);
}

int
forgetrows_begin(struct store *st, const struct forgotten *who, struct err *err)
{
	static const struct {
		const char *name;
		void (*fn)(sqlite3_context *, int, sqlite3_value **);
	} made[] = {
		{ "mentions_person", sql_mentions },
		{ "is_person", sql_is_person },
		{ "file_mentions", sql_file_mentions },
		{ "without_person", sql_without },
		{ "id_mentions", sql_id_mentions },
		{ "id_without", sql_id_without },
	};
	void *list = (void *)(uintptr_t)who;
	size_t i;
	int rc = SQLITE_OK;

	db_lock(st);
	for (i = 0; rc == SQLITE_OK && i < sizeof(made) / sizeof(made[0]); i++)
		rc = sqlite3_create_function_v2(st->h, made[i].name, 1,
		    SQLITE_UTF8 | SQLITE_DIRECTONLY, list, made[i].fn, NULL,
		    NULL, NULL);
	rc = rc == SQLITE_OK ? 0 : db_fail(st, rc, err);
	if (rc == 0)
		rc = db_exec(st,
		    "CREATE TABLE IF NOT EXISTS temp.forget_item("
		    "mailbox TEXT,item TEXT)",
		    err);
	db_unlock(st);
	return rc;
}

/* --- names --------------------------------------------------------------- */

static int
read_person_names(struct store *st, void *arg, struct err *err)
{
	struct store_names *out = arg;
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_NAMES,
	    "SELECT name FROM (SELECT name FROM sync_party WHERE "
	    "is_person(address) OR is_person(raw_address) UNION ALL "
	    "SELECT name FROM sync_edition_party WHERE is_person(address) OR "
	    "is_person(raw_address) UNION ALL SELECT name FROM party WHERE "
	    "is_person(address) UNION ALL SELECT name FROM sync_people WHERE "
	    "is_person(address)) WHERE name IS NOT NULL GROUP BY name "
	    "ORDER BY count(*) DESC,name LIMIT 100");
	int r;

	while ((r = db_row(st, s, err)) == 1) {
		const char **name = VEC_ADD_IN(&out->arena, out->v, out->n);

		if (name != NULL)
			*name = arena_strdup(&out->arena, db_col(s, 0));
	}
	return r;
}

int
store_names_of(struct store *st, const struct forgotten *who,
    struct store_names *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	if (forgetrows_begin(st, who, err) == -1)
		return -1;
	return db_read(st, read_person_names, out, err);
}

int
store_is_blank(struct store *st, struct err *err)
{
	int64_t any;
	int rc;

	db_lock(st);
	rc = db_one(st,
	    db_stmt(st, DB_FORGET_IS_BLANK,
		"SELECT EXISTS(SELECT 1 FROM sync_email) OR EXISTS(SELECT 1 "
		"FROM decision) OR EXISTS(SELECT 1 FROM failure)"),
	    &any, err);
	db_unlock(st);
	return rc == -1 ? -1 : any == 0;
}

int
store_is_mailbox(struct store *st, const char *address, struct err *err)
{
	sqlite3_stmt *s;
	int64_t n;
	int rc;

	db_lock(st);
	s = db_stmt(st, DB_FORGET_IS_MAILBOX,
	    "SELECT count(*) FROM mailbox WHERE address=?");
	db_text(s, 1, address);
	rc = db_one(st, s, &n, err);
	db_unlock(st);
	return rc == -1 ? -1 : n > 0;
}

/* --- decisions ---------------------------------------------------------- */

/* The rows of decision in the order of their key, a slice at a time. */
struct scan {
	const struct store_forget *f;
	struct store_forget_count *count;
	char *mailbox, *item;       /* the last row of the slice before */
	char *to_mailbox, *to_item; /* the last row of this one; NULL: to the
				       end */
};

static void
move_on(struct scan *k)
{
	free(k->mailbox);
	free(k->item);
	k->mailbox = k->to_mailbox;
	k->item = k->to_item;
	k->to_mailbox = k->to_item = NULL;
}

static int
find_end(struct store *st, struct scan *k, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_END,
	    "SELECT mailbox,item FROM decision WHERE (mailbox,item)>(?,?) "
	    "ORDER BY mailbox,item LIMIT 1 OFFSET ?");
	int r;

	db_text(s, 1, k->mailbox);
	db_text(s, 2, k->item);
	db_int(s, 3, SLICE - 1);
	if ((r = db_row(st, s, err)) != 1)
		return r;
	k->to_mailbox = mem_strdup(db_col(s, 0));
	k->to_item = mem_strdup(db_col(s, 1));
	sqlite3_reset(s);
	return 0;
}

/* hash has 16 digits; the others of the list stay, separated by a space. */
#define WITHOUT_HASH                                                           \
	"iif(instr(parties,?5),trim(replace(' '||parties||' ',' '||?5||' ',"   \
	"' ')),parties)"

/* Binds the bounds of the slice, and the hash as parameter 5. */
static void
bind_slice(
    sqlite3_stmt *s, const struct scan *k, struct store *st, char hash[17])
{
	snprintf(hash, 17, "%016llx",
	    (unsigned long long)store_address_hash(st, k->f->address));
	db_text(s, 1, k->mailbox);
	db_text(s, 2, k->item);
	db_text(s, 3, k->to_mailbox);
	db_text(s, 4, k->to_item);
	db_text(s, 5, hash);
}

/* Of mail that is too old for the file nothing can be told to the CRM. */
static int
count_expired(struct store *st, struct scan *k, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_EXPIRED,
	    "SELECT count(*) FROM decision WHERE (mailbox,item)>(?1,?2) AND "
	    "(?3 IS NULL OR (mailbox,item)<=(?3,?4)) AND verdict='expired' AND "
	    "instr(parties,?5)");
	char hash[17];
	int64_t n;

	bind_slice(s, k, st, hash);
	if (db_one(st, s, &n, err) == -1)
		return -1;
	k->count->expired += n;
	return 0;
}

static int
clean_decisions(struct store *st, void *arg, struct err *err)
{
	struct scan *k = arg;
	sqlite3_stmt *s;
	char hash[17];
	int n;

	if (find_end(st, k, err) == -1 || count_expired(st, k, err) == -1)
		return -1;
	s = db_stmt(st, DB_FORGET_DECISIONS,
	    "UPDATE decision SET rule=iif(instr(parties,?5) AND rule='match',"
	    "'" STORE_FORGOTTEN "',rule),parties=" WITHOUT_HASH ",message_id="
	    "id_without(message_id) WHERE (mailbox,item)>(?1,?2) AND "
	    "(?3 IS NULL OR (mailbox,item)<=(?3,?4)) AND (instr(parties,?5) "
	    "OR id_mentions(message_id))");
	bind_slice(s, k, st, hash);
	if ((n = db_run(st, s, err)) == -1)
		return -1;
	k->count->decisions += n;
	fault_point("inside forget");
	return 0;
}

static int
all_decisions(struct store *st, const struct store_forget *f,
    struct store_forget_count *count, struct err *err)
{
	struct scan k = { .f = f, .count = count };
	bool more = true;
	int rc = 0;

	k.mailbox = mem_strdup("");
	k.item = mem_strdup("");
	while (rc == 0 && more) {
		rc = db_write(st, clean_decisions, &k, err);
		more = k.to_mailbox != NULL;
		if (more)
			move_on(&k);
	}
	free(k.mailbox);
	free(k.item);
	free(k.to_mailbox);
	free(k.to_item);
	return rc;
}

/* --- other tables ------------------------------------------------------- */

struct others {
	const struct store_forget *f;
	struct store_forget_count *count;
};

#define CLEAN(table, column)                                                   \
	"UPDATE " table " SET " column "=without_person(" column ") WHERE "    \
	"mentions_person(" column ")"
#define CLEAN_ID(table, column)                                                \
	"UPDATE " table " SET " column "=id_without(" column ") WHERE "        \
	"id_mentions(" column ")"

static int
clean_texts(struct store *st, struct others *o, struct err *err)
{
	static const struct {
		enum db_slot slot;
		const char *sql;
	} steps[] = {
		{ DB_FORGET_FAILURE, CLEAN("failure", "message") },
		{ DB_FORGET_FAILURE_SUBJECT, CLEAN("failure", "subject") },
		{ DB_FORGET_FAILURE_ID, CLEAN_ID("failure", "message_id") },
		{ DB_FORGET_ALERT, CLEAN("alert", "text") },
		{ DB_FORGET_ALERT_ADVICE, CLEAN("alert", "advice") },
		{ DB_FORGET_CAUSE, CLEAN("sync_cause", "text") },
		{ DB_FORGET_CAUSE_ADVICE, CLEAN("sync_cause", "advice") },
		{ DB_FORGET_MAILBOX, CLEAN("mailbox", "last_error") },
		{ DB_FORGET_LOGIN, CLEAN("sync_login", "text") },
		{ DB_FORGET_FOLDER, CLEAN("folder", "path") },
	};
	size_t i;
	int n;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		n = db_run(st, db_stmt(st, steps[i].slot, steps[i].sql), err);
		if (n == -1)
			return -1;
		o->count->others += n;
	}
	return 0;
}

/* Tells of the rows that the CRM wrote, which are its own to delete. */
static int
tell_parties(struct store *st, struct others *o, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_PARTY,
	    "SELECT crm_type,crm_id FROM party WHERE mentions_person(address) "
	    "OR mentions_person(name)");
	int r;

	while ((r = db_row(st, s, err)) == 1) {
		o->count->parties++;
		o->f->party(o->f->arg, db_col(s, 0), db_col(s, 1));
	}
	return r;
}

static int
clean_others(struct store *st, void *arg, struct err *err)
{
	struct others *o = arg;
	int csv, kept;

	csv = db_run(st,
	    db_stmt(st, DB_FORGET_CSV,
		"DELETE FROM party WHERE source='csv' AND "
		"mentions_person(address)"),
	    err);
	kept = db_run(st,
	    db_stmt(st, DB_FORGET_PEOPLE,
		"DELETE FROM sync_people WHERE mentions_person(address)"),
	    err);
	if (csv == -1 || kept == -1)
		return -1;
	o->count->csv += csv;
	o->count->others += kept;
	return clean_texts(st, o, err) == -1 ? -1 : tell_parties(st, o, err);
}

int
forgetrows_all(struct store *st, const struct store_forget *f,
    struct store_forget_count *count, struct err *err)
{
	struct others o = { f, count };

	if (db_write(st, clean_others, &o, err) == -1)
		return -1;
	return all_decisions(st, f, count, err);
}

/* --- attachments -------------------------------------------------------- */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Does the content have the address, in whichever case? 1, 0, -1. */
static int
content_has(
    struct store *st, int64_t blob, const char *address, struct err *err)
{
	size_t len = strlen(address), keep = 0, i;
	char *room = mem_alloc(CHUNK + len);
	sqlite3_blob *b = NULL;
	int64_t at = 0, size;
	int rc = sqlite3_blob_open(st->h, "main", "blob", "data", blob, 0, &b);
	bool found = false;

	size = rc == SQLITE_OK ? sqlite3_blob_bytes(b) : 0;
	while (rc == SQLITE_OK && !found && at < size) {
		size_t n =
		    size - at < (int64_t)CHUNK ? (size_t)(size - at) : CHUNK;

		rc = sqlite3_blob_read(b, room + keep, (int)n, (int)at);
		for (i = keep; i < keep + n; i++)
			room[i] = lower(room[i]);
		found = rc == SQLITE_OK &&
			memmem(room, keep + n, address, len) != NULL;
		at += (int64_t)n;
		/* an address may lie across two chunks */
		n += keep;
		keep = n < len - 1 ? n : len - 1;
		memmove(room, room + n - keep, keep);
	}
	sqlite3_blob_close(b);
	free(room);
	return rc == SQLITE_OK ? found : db_fail(st, rc, err);
}

int
forgetrows_files(struct store *st, const struct store_forget *f, int64_t n,
    struct store_forget_count *count, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FORGET_FILES,
	    "SELECT e.id,a.position,a.name,b.n,a.inline FROM sync_attachment a "
	    "JOIN sync_email e ON e.n=a.email JOIN blob b ON b.sha256=a.sha256 "
	    "WHERE a.email=? ORDER BY a.position");
	int r, has = 0;

	db_int(s, 1, n);
	while ((r = db_row(st, s, err)) == 1 &&
	       (has = content_has(
		    st, sqlite3_column_int64(s, 3), f->address, err)) != -1) {
		const struct store_forget_file file = { db_col(s, 0),
			sqlite3_column_int(s, 1), db_col(s, 2), has == 1 };

		/* a picture in the text is a logo, nearly always */
		if (has == 0 && sqlite3_column_int(s, 4) != 0)
			continue;
		count->files++;
		f->file(f->arg, &file);
	}
	sqlite3_reset(s);
	return has == -1 ? -1 : r;
}
