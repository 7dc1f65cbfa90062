/*
 * copiesfile.h - the files of fuzz_copies.c: what is in them, what was told,
 * how they are opened, and how the process dies.
 * Included once: everything in it is static.
 */
#ifndef FUZZ_COPIESFILE_H
#define FUZZ_COPIESFILE_H

#include "copies.h"

/* --- looking into the file --------------------------------------------- */

static sqlite3_stmt *
prepare(sqlite3 *h, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(h, sql, -1, &s, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(h));
		abort();
	}
	return s;
}

static int64_t
ask_int(sqlite3 *h, const char *sql)
{
	sqlite3_stmt *s = prepare(h, sql);
	int64_t n;

	FUZZ_CHECK(sqlite3_step(s) == SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

static void
check_none(sqlite3 *h, const char *sql)
{
	sqlite3_stmt *s = prepare(h, sql);

	if (sqlite3_step(s) == SQLITE_ROW) {
		fprintf(stderr, "%s: %s, %s\n", sql,
		    str_nn((const char *)sqlite3_column_text(s, 0)),
		    str_nn((const char *)sqlite3_column_text(s, 1)));
		FUZZ_CHECK(!"none");
	}
	sqlite3_finalize(s);
}

/* What must never be, of the public tables. */
static const char *const never[] = {
	"SELECT blob FROM sync_blob_loose",
	/* copies and the texts of their own */
	"SELECT email_id,item_id FROM email_copy WHERE text_differs AND "
	"(SELECT count(*) FROM email_copy_text t WHERE t.email_id="
	"email_copy.email_id AND t.mailbox=email_copy.mailbox AND t.item_id="
	"email_copy.item_id)<>1",
	"SELECT email_id,item_id FROM email_copy_text t WHERE NOT EXISTS("
	"SELECT 1 FROM email_copy c WHERE c.email_id=t.email_id AND c.mailbox="
	"t.mailbox AND c.item_id=t.item_id AND c.text_differs)",
	"SELECT t.email_id,item_id FROM email_copy_text t JOIN email_body b ON "
	"b.email_id=t.email_id WHERE (t.text,t.html) IS (b.text,b.html)",
	"SELECT email_id,item_id FROM email_copy WHERE text_differs AND "
	"removed_at IS NOT NULL",
	/* a place lies in one mail */
	"SELECT mailbox,item_id FROM email_copy WHERE removed_at IS NULL "
	"GROUP BY mailbox,item_id HAVING count(*)>1",
	/* rows of no mail */
	"SELECT email FROM (SELECT email FROM sync_party UNION SELECT email "
	"FROM sync_email_link UNION SELECT email FROM sync_attachment UNION "
	"SELECT email FROM sync_copy UNION SELECT email FROM sync_edition) "
	"WHERE email NOT IN(SELECT n FROM sync_email)",
	"SELECT id FROM email WHERE id NOT IN(SELECT email_id FROM email_body)",
	"SELECT id FROM email WHERE id NOT IN(SELECT email_id FROM email_copy)",
	/* the rows of decision say where a mail is */
	"SELECT c.mailbox,c.item_id FROM sync_copy c LEFT JOIN decision d ON "
	"d.mailbox=c.mailbox AND d.item=c.item_id AND d.email=c.email WHERE "
	"c.removed_at IS NULL AND d.item IS NULL",
};

static void
check_tables(sqlite3 *h)
{
	size_t i;

	for (i = 0; i < COUNT(held_never); i++)
		check_none(h, held_never[i]);
	for (i = 0; i < COUNT(never); i++)
		check_none(h, never[i]);
}

/*
 * A line for a copy that lies there: all that the CRM reads of it, but for
 * ids. What is only added up, whichever copies go, comes last.
 */
#define PEOPLE_SQL                                                             \
	"(SELECT group_concat(r,' ') FROM(SELECT role||position||"             \
	"ifnull(address,'-')||ifnull(name,'-') AS r FROM email_party WHERE "   \
	"email_id=c.email_id ORDER BY role,position))"
#define LINKS_SQL                                                              \
	"ifnull((SELECT group_concat(r,' ') FROM(SELECT role||crm_type||"      \
	"crm_id AS r FROM email_link WHERE email_id=c.email_id ORDER BY r)),'')"
#define FILES_SQL                                                              \
	"ifnull((SELECT group_concat(r,' ') FROM(SELECT position||name||kind"  \
	"||inline||state||ifnull(url,'')||iif(kind='item','',"                 \
	"ifnull(CAST(data AS TEXT),'')) AS r FROM attachment a LEFT JOIN blob" \
	" d ON d.sha256=a.sha256 WHERE a.email_id=c.email_id ORDER BY "        \
	"position)),'')"
#define LINE_SQL                                                               \
	"SELECT c.email_id,ifnull(iif(c.text_differs,t.text,b.text),'-'),"     \
	"ifnull(iif(c.text_differs,t.html,b.html),'-'),"                       \
	"c.mailbox||'|'||c.item_id||'|'||c.folder||'|'||c.is_read||'|'||"      \
	"c.text_differs||'|'||ifnull(b.text,'-')||'|'||ifnull(b.html,'-')"     \
	"||'|'||ifnull(e.message_id,'-')||'|'||ifnull(e.subject,'-')||'|'||"   \
	"ifnull(e.sent_at,'-')||'|'||e.direction||'|'||"                       \
	"ifnull(e.importance,'-')||'|'||ifnull(e.sensitivity,'-')||'|'||"      \
	"e.body_state||'|'||e.has_attachments||'|'||" PEOPLE_SQL               \
	"||'|'||" LINKS_SQL "||'|'||" FILES_SQL ","                            \
	"ifnull(e.in_reply_to,'-')||'|'||ifnull(e.refs,'-')||'|'||"            \
	"ifnull(e.conversation_id,'-')||'|'||ifnull(e.headers,'-')||'|'||"     \
	"ifnull(e.received_at,'-')||'|'||ifnull(e.size,'-')||'|'||"            \
	"ifnull(e.item_class,'-')||'|'||e.thread_id "                          \
	"FROM email_copy c JOIN email e ON e.id=c.email_id JOIN email_body b " \
	"ON b.email_id=e.id LEFT JOIN email_copy_text t ON "                   \
	"t.email_id=c.email_id AND t.mailbox=c.mailbox AND "                   \
	"t.item_id=c.item_id WHERE c.removed_at IS NULL "                      \
	"ORDER BY c.mailbox,c.item_id"

enum column { ID, TEXT, HTML, LINE, SUMS, COLUMNS };
struct line {
	bool there;
	char *col[COLUMNS];
};
struct lines {
	struct line v[BOXES][SLOTS];
};

static struct line *
line_of(struct lines *l, const char *line)
{
	int b, n;

	for (b = 0; b < BOXES; b++) {
		size_t len = strlen(boxes[b]);

		for (n = 0; n < SLOTS; n++) {
			if (strncmp(line, boxes[b], len) == 0 &&
			    strncmp(line + len + 1, slots[n], 2) == 0)
				return &l->v[b][n];
		}
	}
	abort();
}

static void
read_lines(sqlite3 *h, struct lines *l)
{
	sqlite3_stmt *s = prepare(h, LINE_SQL);
	struct line *to;
	int i;

	memset(l, 0, sizeof(*l));
	while (sqlite3_step(s) == SQLITE_ROW) {
		to = line_of(l, (const char *)sqlite3_column_text(s, LINE));
		FUZZ_CHECK(!to->there);
		to->there = true;
		for (i = 0; i < COLUMNS; i++)
			to->col[i] =
			    strdup((const char *)sqlite3_column_text(s, i));
	}
	sqlite3_finalize(s);
}

static void
free_lines(struct lines *l)
{
	size_t i, k;

	for (i = 0; i < (size_t)PLACES; i++) {
		for (k = 0; k < COLUMNS; k++)
			free((&l->v[0][0])[i].col[k]);
	}
}

/* Are mails of a group compared with all others of it? */
static bool
is_crowd(sqlite3 *h)
{
	return ask_int(h,
		   "SELECT ifnull(max(k),0) FROM(SELECT count(*) AS k "
		   "FROM sync_email GROUP BY ifnull(variant_of,n))") > COMPARED;
}

/* 1. */
static void
check_copies(const struct world *w, struct lines *l)
{
	int b, n;

	for (b = 0; b < BOXES; b++) {
		for (n = 0; n < SLOTS; n++) {
			const struct place *p = &w->place[b][n];
			struct line *at = &l->v[b][n];
			struct message *m;
			struct buf text;

			FUZZ_CHECK(at->there == p->live);
			if (!p->live || p->dim)
				continue;
			m = message(&p->says);
			shown_text(m, &text);
			FUZZ_SAME(at->col[TEXT], buf_str(&text));
			FUZZ_SAME(at->col[HTML], m->html ? m->html : "-");
			buf_free(&text);
			message_free(m);
		}
	}
}

static bool
is_clear(const struct world *w, const struct place *p)
{
	return p->live && !p->dim && !w->dim[p->says.v[MID]];
}

/* 2. */
static void
check_mails(const struct world *w, struct lines *l)
{
	const struct place *p = &w->place[0][0];
	struct line *v = &l->v[0][0];
	int i, k;

	for (i = 0; i < PLACES; i++) {
		for (k = 0; k < i; k++) {
			bool one;

			if (!is_clear(w, &p[i]) || !is_clear(w, &p[k]))
				continue;
			one = strcmp(v[i].col[ID], v[k].col[ID]) == 0;
			if (one == (same_key(&p[i].says, &p[k].says) &&
				       same_saying(&p[i].says, &p[k].says)))
				continue;
			fprintf(
			    stderr, "%s\n%s\n", v[i].col[LINE], v[k].col[LINE]);
			FUZZ_CHECK(!"one mail, or two");
		}
	}
}

/* --- what is told ------------------------------------------------------ */

#define ALL_SQL                                                                \
	"SELECT e.id,e.*,b.*,(SELECT group_concat(r) FROM(SELECT role||"       \
	"position||ifnull(address,'-')||ifnull(name,'-') AS r FROM "           \
	"email_party p WHERE p.email_id=e.id ORDER BY r)),(SELECT "            \
	"group_concat(r) FROM(SELECT crm_id||role AS r FROM email_link l "     \
	"WHERE l.email_id=e.id ORDER BY r)),(SELECT group_concat(r) FROM("     \
	"SELECT position||name||ifnull(sha256,state) AS r FROM attachment a "  \
	"WHERE a.email_id=e.id ORDER BY position)) FROM email e JOIN "         \
	"email_body b ON b.email_id=e.id ORDER BY e.id"

#define SEEN 64
struct seen {
	char id[SEEN][40];
	uint64_t hash[SEEN];
	size_t n;
};

static uint64_t
hash_row(sqlite3_stmt *s)
{
	uint64_t h = 14695981039346656037u;
	const unsigned char *p;
	int c;

	for (c = 0; c < sqlite3_column_count(s); c++) {
		p = sqlite3_column_text(s, c);
		h = (h ^ (p == NULL ? 1u : 2u)) * 1099511628211u;
		for (; p != NULL && *p != '\0'; p++)
			h = (h ^ *p) * 1099511628211u;
	}
	return h;
}

static void
see(sqlite3 *h, struct seen *l)
{
	sqlite3_stmt *s = prepare(h, ALL_SQL);

	l->n = 0;
	while (sqlite3_step(s) == SQLITE_ROW) {
		FUZZ_CHECK(l->n < SEEN);
		snprintf(l->id[l->n], sizeof(l->id[0]), "%s",
		    (const char *)sqlite3_column_text(s, 0));
		l->hash[l->n++] = hash_row(s);
	}
	sqlite3_finalize(s);
}

static bool
is_told(sqlite3_stmt *s, const char *id, int64_t since)
{
	bool told_of;

	sqlite3_reset(s);
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, since);
	told_of = sqlite3_step(s) == SQLITE_ROW;
	sqlite3_reset(s);
	return told_of;
}

/*
 * 4. items: of so many at once one may undo what another did, which is told
 * all the same.
 */
static void
check_told(sqlite3 *h, const struct seen *was, int64_t since, size_t items)
{
	sqlite3_stmt *mail = prepare(h, "SELECT 1 FROM change WHERE entity="
					"'email' AND entity_id=? AND seq>?");
	sqlite3_stmt *any = prepare(h, "SELECT 1 FROM change WHERE entity_id=?"
				       " AND seq>?");
	struct seen now;
	size_t i, k;

	see(h, &now);
	for (i = k = 0; i < now.n; i++) {
		bool old = k < was->n && strcmp(was->id[k], now.id[i]) == 0;
		bool changed = !old || was->hash[k] != now.hash[i];

		k += old;
		if (changed ? is_told(any, now.id[i], since)
			    : items > 1 || !is_told(mail, now.id[i], since))
			continue;
		fprintf(stderr, "mail %s, changed: %d\n", now.id[i], changed);
		FUZZ_CHECK(!"told");
	}
	FUZZ_CHECK(k == was->n);
	sqlite3_finalize(mail);
	sqlite3_finalize(any);
}

/* --- files ------------------------------------------------------------- */

static struct store *
make_boxes(const char *path, int64_t folder[BOXES][2])
{
	static struct conf_profile profile = { .name = (char *)"hq" };
	struct conf_mailbox m;
	struct folder f[2];
	struct folder_list list = { .v = f, .n = 2 };
	struct store_mailbox known;
	struct store_folders got;
	struct err e = ERR_INIT;
	struct store *st = store_open(path, 0, &e);
	int b;

	FUZZ_CHECK(st != NULL);
	memset(&m, 0, sizeof(m));
	m.profile = &profile;
	memset(f, 0, sizeof(f));
	for (b = 0; b < BOXES; b++) {
		m.address = (char *)(uintptr_t)boxes[b];
		FUZZ_CHECK(store_mailbox_get(
			       st, &m, NULL, PERMIT_READ, &known, &e) == 0);
		f[0].id = f[0].path = b == 0 ? "F0" : "G0";
		f[1].id = f[1].path = b == 0 ? "F1" : "G1";
		FUZZ_CHECK(
		    store_folders_merge(st, boxes[b], &list, &got, &e) == 0);
		FUZZ_CHECK(got.n == 2);
		folder[b][0] = got.v[0].id;
		folder[b][1] = got.v[1].id;
		arena_free(&got.arena);
	}
	return st;
}

static char *
read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	char *s;

	*n = 0;
	if (f == NULL)
		return NULL;
	FUZZ_CHECK(fstat(fileno(f), &st) == 0);
	s = malloc((size_t)st.st_size + 1);
	FUZZ_CHECK(s != NULL);
	*n = fread(s, 1, (size_t)st.st_size, f);
	fclose(f);
	return s;
}

static void
remove_file(const char *path)
{
	char more[80];

	unlink(path);
	snprintf(more, sizeof(more), "%s-wal", path);
	unlink(more);
	snprintf(more, sizeof(more), "%s-shm", path);
	unlink(more);
}

static void
open_world(struct world *w)
{
	struct err e = ERR_INIT;

	w->st = store_open(w->path, 0, &e);
	FUZZ_CHECK(w->st != NULL);
	use_people(w->st, people, COUNT(people));
	FUZZ_CHECK(sqlite3_open(w->path, &w->h) == SQLITE_OK);
}

static void
close_world(struct world *w)
{
	sqlite3_close(w->h);
	store_close(w->st);
	w->h = NULL;
	w->st = NULL;
}

/* The file as it is before the first mail, which is made once. */
static void
begin_world(struct world *w, const char *name)
{
	static int64_t ids[BOXES][2];
	static char *image;
	static size_t n;

	snprintf(w->path, sizeof(w->path), "/dev/shm/exsync-fuzz-%d-%s.db",
	    (int)getpid(), name);
	remove_file(w->path);
	if (image == NULL) {
		store_close(make_boxes(w->path, ids));
		image = read_file(w->path, &n);
		FUZZ_CHECK(image != NULL);
	}
	memcpy(w->folder, ids, sizeof(ids));
	write_file(w->path, image, n);
	open_world(w);
}

static void
end_world(struct world *w)
{
	close_world(w);
	remove_file(w->path);
}

/* --- dying ------------------------------------------------------------- */

/* At that point from now the file is copied: so a crash would leave it. */
static struct {
	long in; /* 0: it is not */
	const char *from, *to;
	int slice;
} death;

static void
copy_file(const char *from, const char *to)
{
	size_t n;
	char *s = read_file(from, &n);

	if (s != NULL)
		write_file(to, s, n);
	free(s);
}

void
fault_point(const char *name)
{
	char from[80], to[80];

	(void)name;
	if (death.in == 0 || --death.in > 0)
		return;
	remove_file(death.to);
	copy_file(death.from, death.to);
	snprintf(from, sizeof(from), "%s-wal", death.from);
	snprintf(to, sizeof(to), "%s-wal", death.to);
	copy_file(from, to);
}

int
fault_int(const char *variable, int standard)
{
	return strcmp(variable, "EXSYNC_SLICE") == 0 && death.slice > 0
		   ? death.slice
		   : standard;
}

#endif
