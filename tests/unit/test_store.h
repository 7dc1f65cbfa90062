/*
 * test_store.h - what the tests of store/ share: a database in a directory of
 * its own, messages made of a few words, and a look into the file with a
 * connection of its own.
 */
#ifndef TEST_STORE_H
#define TEST_STORE_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/tim.h"
#include "core/party.h"
#include "store/people.h"
#include "store/store.h"

#define WORK(box, items, n, page) (&(struct store_work){ box, items, n, page })
#define PLACE(box, folder)        (&(struct store_place){ box, folder })

#define BOX_A "ann@contoso.example"
#define BOX_B "bob@contoso.example"

/* 2026-11-20T08:16:00Z */
#define T0 INT64_C(1795162560000)

struct kit {
	char dir[64], path[96];
	struct store *st;
	struct err err;
	struct store_count count;
	int64_t inbox_a, projects_a, inbox_b;
	struct party_list people; /* whom the CRM knows */
	struct party_dir *known;  /* the same, by address */
};

#define OK(k, call)                                                            \
	do {                                                                   \
		err_clear(&(k)->err);                                          \
		if ((call) != 0)                                               \
			fail_msg("%s: %s", #call, (k)->err.msg);               \
	} while (0)

static struct conf_profile kit_profile = { .name = (char *)"hq" };
static struct party kit_people[] = {
	{ "contact", "815", "carl@customer.example", "Carl", NULL },
	{ "user", "4711", BOX_A, "Ann", NULL },
};

static struct conf_mailbox
kit_box(const char *address)
{
	struct conf_mailbox m;

	memset(&m, 0, sizeof(m));
	m.address = (char *)address;
	m.profile = &kit_profile;
	m.incoming = true;
	return m;
}

/* The first column of the first row as text; the caller's until the next. */
static inline const char *
ask(struct kit *k, const char *sql)
{
	static char out[4][65536];
	static int turn;
	sqlite3 *h = NULL;
	sqlite3_stmt *s = NULL;
	char *to = out[turn++ % 4];

	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	sqlite3_busy_timeout(h, 5000);
	if (sqlite3_prepare_v2(h, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(h));
	strcpy(to, "(none)");
	if (sqlite3_step(s) == SQLITE_ROW)
		snprintf(to, sizeof(out[0]), "%s",
		    str_nn((const char *)sqlite3_column_text(s, 0)));
	sqlite3_finalize(s);
	sqlite3_close(h);
	return to;
}

static inline long
number(struct kit *k, const char *sql)
{
	return atol(ask(k, sql));
}

/* Every row that the statement gives, as a line. */
static inline void
dump_rows(struct buf *b, sqlite3 *h, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int i;

	assert_int_equal(sqlite3_prepare_v2(h, sql, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		for (i = 0; i < sqlite3_column_count(s); i++)
			buf_addf(b, "%s|",
			    str_nn((const char *)sqlite3_column_text(s, i)));
		buf_addc(b, '\n');
	}
	sqlite3_finalize(s);
}

/* Every row of every table and view, sorted: two equal dumps are one file. */
static inline char *
dump(struct kit *k)
{
	sqlite3 *h = NULL;
	sqlite3_stmt *t = NULL;
	struct buf b;
	char *sql;

	buf_init(&b, 16 << 20);
	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(h,
		"SELECT name FROM sqlite_master WHERE type IN('table','view') "
		"ORDER BY name",
		-1, &t, NULL),
	    SQLITE_OK);
	while (sqlite3_step(t) == SQLITE_ROW) {
		buf_addf(&b, "== %s\n", sqlite3_column_text(t, 0));
		sql = sqlite3_mprintf(
		    "SELECT * FROM \"%w\"", sqlite3_column_text(t, 0));
		dump_rows(&b, h, sql);
		sqlite3_free(sql);
	}
	sqlite3_finalize(t);
	sqlite3_close(h);
	return buf_take(&b);
}

static inline void
folders(struct kit *k, const char *box, const char *const *id, size_t n,
    struct store_folders *out)
{
	struct folder f[8];
	struct folder_list list = { .v = f, .n = n };
	size_t i;

	memset(f, 0, sizeof(f));
	for (i = 0; i < n; i++) {
		f[i].id = f[i].path = id[i];
		f[i].well_known = i == 0 ? "inbox" : NULL;
		f[i].class = "IPF.Note";
		f[i].total = 5;
	}
	OK(k, store_folders_merge(k->st, box, &list, out, &k->err));
}

/* What is known of them: a list without any folder changes nothing. */
static inline void
known_folders(struct kit *k, const char *box, struct store_folders *out)
{
	folders(k, box, NULL, 0, out);
}

static inline void
kit_open(struct kit *k, int flags)
{
	err_clear(&k->err);
	k->st = store_open(k->path, flags, &k->err);
	if (k->st == NULL)
		fail_msg("store_open: %s", k->err.msg);
	store_people_use(k->st, k->known);
}

/* The list of people has changed. */
static inline void
kit_people_use(struct kit *k)
{
	struct party_dir *old = k->known;

	k->known = party_dir_build(&k->people);
	if (k->st != NULL)
		store_people_use(k->st, k->known);
	party_dir_free(old);
}

/* The CRM knows this one, too. */
static inline void
kit_know(struct kit *k, const char *type, const char *id, const char *address)
{
	party_list_add(&k->people, type, id, address, NULL);
	kit_people_use(k);
}

/* Two mailboxes: ann with Inbox and Projects, bob with Inbox. */
static inline void
kit_boxes(struct kit *k)
{
	static const char *const ida[] = { "A-Inbox", "A-Projects" };
	static const char *const idb[] = { "B-Inbox" };
	struct conf_mailbox a = kit_box(BOX_A), b = kit_box(BOX_B);
	struct store_mailbox m;
	struct store_folders f;

	OK(k, store_mailbox_get(k->st, &a, "4711", PERMIT_READ, &m, &k->err));
	OK(k, store_mailbox_get(k->st, &b, NULL, PERMIT_READ, &m, &k->err));
	folders(k, BOX_A, ida, 2, &f);
	k->inbox_a = f.v[0].id;
	k->projects_a = f.v[1].id;
	arena_free(&f.arena);
	folders(k, BOX_B, idb, 1, &f);
	k->inbox_b = f.v[0].id;
	arena_free(&f.arena);
}

static inline void
kit_init(struct kit *k)
{
	size_t i;

	memset(k, 0, sizeof(*k));
	strcpy(k->dir, "/tmp/test_store.XXXXXX");
	assert_non_null(mkdtemp(k->dir));
	snprintf(k->path, sizeof(k->path), "%s/x.db", k->dir);
	for (i = 0; i < sizeof(kit_people) / sizeof(*kit_people); i++)
		party_list_add(&k->people, kit_people[i].crm_type,
		    kit_people[i].crm_id, kit_people[i].address, NULL);
	kit_people_use(k);
}

static inline int
kit_setup(void **state)
{
	struct kit *k = calloc(1, sizeof(*k));

	kit_init(k);
	kit_open(k, 0);
	kit_boxes(k);
	*state = k;
	return 0;
}

/* Only a directory, nothing opened. */
static inline int
kit_bare(void **state)
{
	struct kit *k = calloc(1, sizeof(*k));

	kit_init(k);
	*state = k;
	return 0;
}

/* Removes the database and what SQLite has beside it. */
static inline void
kit_unlink(struct kit *k)
{
	static const char *const end[] = { "", "-wal", "-shm" };
	char name[128];
	size_t i;

	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", k->path, end[i]);
		unlink(name);
	}
}

static inline int
kit_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* The CRM knows nobody any more. */
static inline void
kit_forget(struct kit *k)
{
	party_dir_free(k->known);
	party_list_free(&k->people);
	k->known = NULL;
}

static inline int
kit_teardown(void **state)
{
	struct kit *k = *state;

	store_close(k->st);
	kit_forget(k);
	assert_int_equal(nftw(k->dir, kit_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(k);
	return 0;
}

static inline void
person(struct message *m, enum role role, const char *address)
{
	struct address *a = message_address(m);

	a->role = role;
	a->address = address;
	a->name = "Some One";
}

/* A mail from carl to ann. */
static inline struct message *
mail(const char *mid, const char *subject, const char *text)
{
	struct message *m = message_new(0);

	m->message_id = mid;
	m->subject = subject;
	m->sent_at = T0;
	m->received_at = T0 + 2000;
	m->item_class = "IPM.Note";
	m->size = 1234;
	m->have_content = true;
	m->body_state = BODY_FULL;
	m->text = text;
	m->text_len = text != NULL ? strlen(text) : 0;
	person(m, ROLE_FROM, "carl@customer.example");
	person(m, ROLE_TO, BOX_A);
	return m;
}

/* The decision about a mail that is kept. */
static inline struct decision
keep(void)
{
	struct decision d = { .verdict = VERDICT_KEEP,
		.rule = "match",
		.direction = DIRECTION_IN };

	return d;
}

static inline struct store_item
item(const char *id, const char *key, int64_t folder, const struct message *m,
    const struct decision *d)
{
	struct store_item it;

	memset(&it, 0, sizeof(it));
	it.item_id = id;
	it.change_key = key;
	it.folder = folder;
	it.message = m;
	it.decision = d;
	return it;
}

static inline void
put(struct kit *k, const char *box, const struct store_item *it)
{
	memset(&k->count, 0, sizeof(k->count));
	OK(k, store_put(k->st, WORK(box, it, 1, NULL), &k->count, &k->err));
}

/* Stores m as that item of ann's or bob's inbox, and frees it. */
static inline void
store(struct kit *k, const char *box, const char *id, const char *key,
    struct message *m)
{
	struct decision d = keep();
	struct store_item it = item(
	    id, key, strcmp(box, BOX_A) == 0 ? k->inbox_a : k->inbox_b, m, &d);

	put(k, box, &it);
	message_free(m);
}

/* Stores n mails of that text in ann's inbox: 0, or -1 when one is refused. */
static inline int
store_many(struct kit *k, int n, const char *text)
{
	struct decision d = keep();
	char id[16], mid[24];
	struct store_item it;
	struct message *m;
	int i, rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		snprintf(id, sizeof(id), "many%d", i);
		snprintf(mid, sizeof(mid), "<many%d@x>", i);
		m = mail(mid, "S", text);
		it = item(id, "k", k->inbox_a, m, &d);
		rc = store_put(
		    k->st, WORK(BOX_A, &it, 1, NULL), &k->count, &k->err);
		message_free(m);
	}
	return rc;
}

/* The end of a page of that mailbox' folder. */
static inline void
page(struct kit *k, const char *box, const struct store_page *p)
{
	memset(&k->count, 0, sizeof(k->count));
	OK(k, store_put(k->st, WORK(box, NULL, 0, p), &k->count, &k->err));
}

/* What is known of one item. */
static inline enum store_known
known(struct kit *k, const char *box, int64_t folder, const char *id,
    const char *key)
{
	struct item_ref r = { .id = id, .change_key = key };
	enum store_known out;

	OK(k,
	    store_items_known(k->st, PLACE(box, folder), &r, 1, &out, &k->err));
	return out;
}

/* A content for table blob. */
static inline void
blob(struct kit *k, const char *text, unsigned char *sha)
{
	struct store_blob *b = store_blob_begin(k->st, 1 << 20);
	struct stream *s = store_blob_stream(b);
	int64_t size;
	size_t i;

	for (i = 0; i < strlen(text); i++)
		OK(k, s->write(s, text + i, 1, &k->err));
	OK(k, store_blob_end(b, sha, &size, &k->err));
	assert_int_equal(size, strlen(text));
}

/* A file, with that content when there is one. */
static inline void
attach(struct kit *k, struct message *m, const char *name, const char *text)
{
	struct attachment *a = message_attachment(m);

	a->name = name;
	a->kind = ATT_FILE;
	a->media_type = "text/plain";
	a->state = text != NULL ? "full" : "failed";
	if (text == NULL)
		return;
	blob(k, text, a->sha256);
	a->stored = true;
	a->size = (int64_t)strlen(text);
}

/* Runs fn in a process of its own; returns its exit status. */
static inline int
in_child(int (*fn)(struct kit *), struct kit *k)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(fn(k));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
