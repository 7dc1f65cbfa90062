/*
 * fuzz_store.c - mails that are nearly the same, in every order: the input is
 * a program that fills batches of items from small pools of words, with blocks
 * before and after them, and removes items. Whatever they are, the same call
 * again changes nothing (idempotent), the file stays sound, its tables agree
 * with each other, and each copy has what was put last.
 */
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/held.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/tim.h"
#include "fuzz.h"
#include "storekit.h"
#include "store/content.h"
#include "store/store.h"

#define BOX   "ann@contoso.example"
#define ITEMS 6
#define STEPS 6

struct program {
	const uint8_t *p, *end;
};

static const char *const mids[] = { NULL, "", "<a@b>", "<a@B>", "a@b", "<>",
	"<A@b>", " <a@b> x", "<\xc3\xbc@b>" };
static const char *const words[] = { NULL, "", "one", "One ", "two", "one",
	"<p>one</p>", "o&#110;e", "<style>x</style>one", "&amp;#x;", "\xc3\x9c",
	"'); DROP TABLE sync_email; --" };
static const char *const before[] = { "", "",
	"CAUTION: This email originated from outside.\n\n",
	"<p>EXTERNAL mail</p>\n", "Two\n\n" };
static const char *const after[] = { "", "",
	"\n\nThis e-mail is confidential.\n",
	"<p>Contoso Ltd, www.contoso.example</p>", " more" };
static const char *const names[] = { NULL, "Ann", "Arndt, Ann" };
static const char *const contents[] = { "", "one", "two" };
static const char *const froms[] = { NULL, "carl@x.example", "Carl@X.example",
	"dora@x.example", "not an address" };
static const char *const ids[] = { "i0", "i1", "i2", "i3", "i4", "i5" };
static const int64_t times[] = { TIM_NONE, INT64_C(1795162560000),
	INT64_C(1795162560999), 0, -1, INT64_MAX, INT64_MIN + 1,
	INT64_C(253402300799999) };
static struct party people[] = {
	{ "contact", "815", "carl@x.example", "Carl", NULL },
	{ "user", "4711", BOX, "Ann", NULL },
};

static unsigned
pick(struct program *g, size_t n)
{
	return g->p < g->end ? *g->p++ % (unsigned)n : 0;
}

#define PICK(g, pool) (pool)[pick(g, sizeof(pool) / sizeof((pool)[0]))]

static void
person(struct message *m, enum role role, const char *address)
{
	struct address *a = message_address(m);

	a->role = role;
	a->address = address;
	a->name = address;
}

static void
attachment(struct program *g, struct store *st, struct message *m)
{
	struct attachment *a = message_attachment(m);

	a->id = "A";
	a->kind = (enum att_kind)pick(g, 3);
	a->name = PICK(g, words);
	a->size = (int64_t)pick(g, 3) - 1;
	a->state = pick(g, 2) ? "gone" : "skipped";
	if (a->kind != ATT_REFERENCE && pick(g, 2))
		store_content(st, a, PICK(g, contents));
}

/* A body: words, and what servers put around them. */
static const char *
body(struct program *g, struct message *m)
{
	const char *word = PICK(g, words), *first, *last;
	char text[200];

	if (word == NULL || pick(g, 2) == 0)
		return word;
	first = PICK(g, before);
	last = PICK(g, after);
	snprintf(text, sizeof(text), "%s%s%s", first, word, last);
	return arena_strdup(&m->arena, text);
}

static struct message *
message(struct program *g, struct store *st)
{
	struct message *m = message_new(0);
	unsigned flags = pick(g, 256);

	m->message_id = PICK(g, mids);
	m->subject = PICK(g, words);
	m->sent_at = PICK(g, times);
	m->received_at = PICK(g, times);
	m->item_class = "IPM.Note";
	m->size = (flags & 1) ? -1 : 5;
	m->is_read = (flags & 2) != 0;
	m->have_content = (flags & 4) != 0;
	m->body_state = m->have_content ? BODY_FULL : BODY_HEADERS;
	m->refs = (flags & 8) ? PICK(g, mids) : NULL;
	m->in_reply_to = (flags & 16) ? PICK(g, mids) : NULL;
	if (m->have_content && (flags & 32)) {
		m->text = body(g, m);
		m->text_len = m->text == NULL ? 0 : strlen(m->text);
	} else if (m->have_content) {
		m->html = body(g, m);
		m->html_len = m->html == NULL ? 0 : strlen(m->html);
	}
	person(m, ROLE_FROM, PICK(g, froms));
	if (flags & 64) {
		person(m, ROLE_TO, BOX);
		m->addr[m->naddr - 1].name = PICK(g, names);
	}
	if (flags & 128)
		attachment(g, st, m);
	m->has_attachments = m->natt > 0;
	return m;
}

/* The number of rows of change, and of all that is stored. */
static void
counts(sqlite3 *h, long out[2])
{
	static const char sql[] =
	    "SELECT count(*), (SELECT count(*) FROM email) + (SELECT count(*) "
	    "FROM email_copy) + (SELECT count(*) FROM email_link) + (SELECT "
	    "count(*) FROM email_party) + (SELECT count(*) FROM attachment) + "
	    "(SELECT count(*) FROM decision) + (SELECT count(*) FROM "
	    "sync_edition) + (SELECT count(*) FROM blob) FROM change";
	sqlite3_stmt *s = NULL;

	FUZZ_CHECK(sqlite3_prepare_v2(h, sql, -1, &s, NULL) == SQLITE_OK);
	FUZZ_CHECK(sqlite3_step(s) == SQLITE_ROW);
	out[0] = sqlite3_column_int(s, 0);
	out[1] = sqlite3_column_int(s, 1);
	sqlite3_finalize(s);
}

/* SQLite's integrity check and the foreign keys find nothing wrong. */
static void
sound(sqlite3 *h)
{
	sqlite3_stmt *s = NULL;

	FUZZ_CHECK(sqlite3_prepare_v2(
		       h, "PRAGMA integrity_check", -1, &s, NULL) == SQLITE_OK);
	FUZZ_CHECK(sqlite3_step(s) == SQLITE_ROW);
	FUZZ_SAME((const char *)sqlite3_column_text(s, 0), "ok");
	sqlite3_finalize(s);
	FUZZ_CHECK(sqlite3_prepare_v2(h, "PRAGMA foreign_key_check", -1, &s,
		       NULL) == SQLITE_OK);
	FUZZ_CHECK(sqlite3_step(s) == SQLITE_DONE);
	sqlite3_finalize(s);
}

/* The tables agree with each other, and no content is left over. */
static void
agree(sqlite3 *h)
{
	sqlite3_stmt *s = NULL;
	size_t i;

	for (i = 0; i < sizeof(held_never) / sizeof(*held_never); i++) {
		FUZZ_CHECK(sqlite3_prepare_v2(h, held_never[i], -1, &s, NULL) ==
			   SQLITE_OK);
		if (sqlite3_step(s) != SQLITE_DONE)
			fprintf(stderr, "%s: %s, %s\n", held_never[i],
			    str_nn((const char *)sqlite3_column_text(s, 0)),
			    str_nn((const char *)sqlite3_column_text(s, 1)));
		FUZZ_CHECK(sqlite3_reset(s) == SQLITE_OK &&
			   sqlite3_step(s) == SQLITE_DONE);
		sqlite3_finalize(s);
	}
	FUZZ_CHECK(sqlite3_prepare_v2(h, "SELECT blob FROM sync_blob_loose", -1,
		       &s, NULL) == SQLITE_OK);
	FUZZ_CHECK(sqlite3_step(s) == SQLITE_DONE);
	sqlite3_finalize(s);
}

struct batch {
	struct change change[ITEMS];
	struct store_page page;
	struct store_item item[ITEMS];
	struct decision decision[ITEMS];
	struct message *message[ITEMS];
	struct err fault;
	size_t n;
};

/* Some of the items that the batch does not put are deleted or read. */
static void
fill_page(struct program *g, struct batch *b, int64_t folder)
{
	struct change *c;
	size_t i;

	b->page.folder = folder;
	b->page.cursor = "c";
	b->page.change = b->change;
	for (i = b->n; i < ITEMS && pick(g, 2); i++) {
		c = &b->change[b->page.nchange++];
		c->op = pick(g, 4) == 0 ? CHANGE_READ : CHANGE_DELETE;
		c->id = ids[i];
		c->is_read = pick(g, 2) != 0;
	}
}

/* Fills a batch; its items have different ids, as the engine guarantees. */
static void
fill(
    struct program *g, struct store *st, struct batch *b, const int64_t *folder)
{
	size_t i;

	memset(b, 0, sizeof(*b));
	err_set(&b->fault, ERR_ITEM, "cannot be read");
	b->n = 1 + pick(g, ITEMS);
	for (i = 0; i < b->n; i++) {
		struct store_item *it = &b->item[i];
		unsigned what = pick(g, 8);

		it->item_id = ids[i];
		it->change_key = pick(g, 2) ? "k" : "l";
		it->folder = folder[pick(g, 2)];
		if (what == 0) {
			it->rule = "draft";
			continue;
		}
		if (what == 1) {
			it->fault = &b->fault;
			it->next_try = TIM_NONE;
			continue;
		}
		it->message = b->message[i] = message(g, st);
		it->decision = &b->decision[i];
		b->decision[i].verdict = what == 2   ? VERDICT_SKIP
					 : what == 3 ? VERDICT_HEADERS
						     : VERDICT_KEEP;
		strcpy(b->decision[i].rule, "match");
		b->decision[i].direction = (enum direction)pick(g, 3);
	}
	fill_page(g, b, folder[pick(g, 2)]);
}

/* A copy that was kept whole must have its text still. */
static void
says(sqlite3 *h, const struct store_item *it)
{
	static const char sql[] =
	    "SELECT iif(c.text_differs,t.text,b.text),iif(c.text_differs,"
	    "t.html,b.html) FROM email_copy c JOIN email_body b ON "
	    "b.email_id=c.email_id LEFT JOIN email_copy_text t ON "
	    "t.email_id=c.email_id AND t.item_id=c.item_id WHERE c.item_id=? "
	    "AND c.removed_at IS NULL";
	const struct message *m = it->message;
	sqlite3_stmt *s = NULL;
	struct buf text;

	if (m == NULL || m->body_state != BODY_FULL ||
	    it->decision->verdict != VERDICT_KEEP)
		return;
	FUZZ_CHECK(sqlite3_prepare_v2(h, sql, -1, &s, NULL) == SQLITE_OK);
	sqlite3_bind_text(s, 1, it->item_id, -1, SQLITE_STATIC);
	FUZZ_CHECK(sqlite3_step(s) == SQLITE_ROW);
	shown_text(m, &text);
	FUZZ_SAME(
	    str_nn((const char *)sqlite3_column_text(s, 0)), buf_str(&text));
	buf_free(&text);
	FUZZ_SAME(
	    str_nn((const char *)sqlite3_column_text(s, 1)), str_nn(m->html));
	FUZZ_CHECK(sqlite3_step(s) == SQLITE_DONE);
	sqlite3_finalize(s);
}

/* A CRM has read all changes. */
static void
acknowledge(sqlite3 *h)
{
	FUZZ_CHECK(
	    sqlite3_exec(h,
		"INSERT OR REPLACE INTO consumer(name,acked_seq) SELECT 'c',"
		"max(seq) FROM change WHERE seq>0 HAVING max(seq)>0",
		NULL, NULL, NULL) == SQLITE_OK);
}

static void
put(struct store *st, sqlite3 *h, const struct batch *b)
{
	const struct store_page *page = b->page.nchange > 0 ? &b->page : NULL;
	struct store_count count;
	struct err e = ERR_INIT;
	long was[2], now[2];
	size_t i;
	int rc;

	memset(&count, 0, sizeof(count));
	rc = store_put(
	    st, &(struct store_work){ BOX, b->item, b->n, page }, &count, &e);
	fuzz_err(rc, &e);
	FUZZ_CHECK(rc == 0);
	counts(h, was);
	memset(&count, 0, sizeof(count));
	FUZZ_CHECK(
	    store_put(st, &(struct store_work){ BOX, b->item, b->n, page },
		&count, &e) == 0);
	counts(h, now);
	FUZZ_CHECK(now[0] == was[0] && now[1] == was[1]);
	FUZZ_CHECK(count.emails == 0 && count.copies == 0);
	FUZZ_CHECK(count.updated == 0);
	for (i = 0; i < b->n; i++)
		says(h, &b->item[i]);
	agree(h);
}

static struct store *
begin(const char *path, int64_t *folder)
{
	static struct conf_profile profile = { .name = (char *)"hq" };
	struct conf_mailbox m;
	struct folder f[2];
	struct folder_list list = { .v = f, .n = 2 };
	struct store_mailbox known;
	struct store_folders got;
	struct err e = ERR_INIT;
	struct store *st = store_open(path, 0, &e);

	FUZZ_CHECK(st != NULL);
	memset(&m, 0, sizeof(m));
	m.address = (char *)BOX;
	m.profile = &profile;
	m.incoming = true;
	FUZZ_CHECK(
	    store_mailbox_get(st, &m, "4711", PERMIT_READ, &known, &e) == 0);
	memset(f, 0, sizeof(f));
	f[0].id = f[0].path = "F0";
	f[1].id = f[1].path = "F1";
	FUZZ_CHECK(store_folders_merge(st, BOX, &list, &got, &e) == 0);
	FUZZ_CHECK(got.n == 2);
	folder[0] = got.v[0].id;
	folder[1] = got.v[1].id;
	arena_free(&got.arena);
	return st;
}

/* A message always gets the same, well-formed id. */
static void
alike(const struct batch *b)
{
	char one[CONTENT_ID], two[CONTENT_ID];
	struct buf scratch;
	size_t i;

	buf_init(&scratch, (size_t)1 << 20);
	for (i = 0; i < b->n; i++) {
		if (b->message[i] == NULL)
			continue;
		content_id(&scratch, b->message[i], one);
		content_id(&scratch, b->message[i], two);
		FUZZ_SAME(one, two);
		FUZZ_CHECK(strspn(one, "0123456789abcdef") == CONTENT_ID - 1);
	}
	buf_free(&scratch);
}

/* The file before the first mail; made once. */
static const char *
fresh(const char *path, int64_t *folder, size_t *size)
{
	static int64_t ids_of[2];
	static char *image;
	static size_t n;
	FILE *f;

	if (image == NULL) {
		unlink(path);
		store_close(begin(path, ids_of));
		image = malloc(1 << 20);
		f = fopen(path, "re");
		FUZZ_CHECK(image != NULL && f != NULL);
		n = fread(image, 1, 1 << 20, f);
		FUZZ_CHECK(n > 0 && n < 1 << 20);
		fclose(f);
	}
	memcpy(folder, ids_of, sizeof(ids_of));
	*size = n;
	return image;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program g = { data, data + size };
	struct err e = ERR_INIT;
	const char *image;
	int64_t folder[2];
	struct store *st;
	sqlite3 *h = NULL;
	struct batch b;
	char path[64];
	size_t i, k, n;

	snprintf(
	    path, sizeof(path), "/dev/shm/exsync-fuzz-%d.db", (int)getpid());
	image = fresh(path, folder, &n);
	write_file(path, image, n);
	st = store_open(path, 0, &e);
	FUZZ_CHECK(st != NULL);
	use_people(st, people, 2);
	FUZZ_CHECK(sqlite3_open(path, &h) == SQLITE_OK);
	for (k = 0; k < STEPS && g.p < g.end; k++) {
		fill(&g, st, &b, folder);
		alike(&b);
		put(st, h, &b);
		if (pick(&g, 8) == 7)
			acknowledge(h);
		for (i = 0; i < b.n; i++)
			message_free(b.message[i]);
	}
	sound(h);
	sqlite3_close(h);
	store_close(st);
	unlink(path);
	return 0;
}
