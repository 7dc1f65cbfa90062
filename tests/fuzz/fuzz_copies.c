/*
 * fuzz_copies.c - the input is a program of what happens to the copies of a
 * few mails in two mailboxes: they come with words of a small grammar, with
 * what servers put around them, are edited, moved, deleted, read, skipped, and
 * come in part. After each step:
 * 1. each copy that lies somewhere is there once, and says what was put last,
 * 2. copies are in one mail when same.h calls them the same,
 * 3. the tables agree (held.h), and nothing is left that nobody has,
 * 4. each mail that reads otherwise is told, and no other is; no id goes,
 * 5. the same step once more changes nothing,
 * 6. the process may die at any point of it: done once more, all is the same.
 * In the end two new files that get what lies there in two orders say the
 * same, with the same ids; and so does the file.
 */
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/held.h"
#include "base/fault.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/tim.h"
#include "fuzz.h"
#include "store/content.h"
#include "store/same.h"
#include "store/store.h"

#define BOXES    2
#define SLOTS    4
#define PLACES   (BOXES * SLOTS)
#define STEPS    8
#define SAID     (STEPS * SLOTS)        /* different things that can be said */
#define GROUPS   3                      /* Message-IDs, and none */
#define COMPARED 8                      /* mails with one Message-ID */
#define T0       INT64_C(1584000000000) /* a whole minute */
#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

/* --- what a copy can say ----------------------------------------------- */

/* Each is a place in the pool of that name. */
enum part {
	MID,
	SUBJECT,
	SENT,
	FROM,
	WORDS,
	BEFORE,
	AFTER,
	FORM,
	FILES,
	PEOPLE,
	HEADS,
	FLAGS,
	PARTS
};
struct saying {
	unsigned char v[PARTS];
};

static const char *const mids[GROUPS] = { NULL, "<1@x>", "<2@x>" };
/* what is not known is the last one of its pool */
static const char *const subjects[] = { "Steel", "[EXT] Steel", "*Spam* Steel",
	"Timber", NULL };
static const int64_t sents[] = { T0, T0 + 30000, T0 + 3600000, TIM_NONE };
static const char *const froms[] = { "carl@x.example", "Carl@X.example",
	"dora@x.example", NULL };
static const char *const words[] = {
	"We offer 12 pallets of steel for 4711,50 EUR.\n",
	"We offer 13 pallets of steel for 4711,50 EUR.\n",
	"We offer 12 pallets of fine steel for 4711,50 EUR.\n",
	"We\noffer  12 pallets of steel for 4711,50 EUR.\n\n",
	"See http://a.example/1 there.\n",
	"See https://safe.example/?url=http%3A%2F%2Fa.example%2F1 there.\n",
	"See http://b.example/1 there.\n",
	("Gr\xc3\xbc\xc3\x9f"
	 "e\n\nfrom the virus laboratory\n"),
	"",
};
static const char *const befores[] = { "", "",
	"CAUTION: This email originated from outside.\n\n",
	"EXTERNAL MAIL http://help.example/\n\n" };
static const char *const afters[] = { "", "",
	"\nThis e-mail is confidential.\n",
	"\nContoso Ltd, www.contoso.example\n" };
enum form { PLAIN, LINES, MARKED, FORMS };
enum files {
	NO_FILE,
	ONE_FILE,
	OTHER_FILE,
	PICTURE,
	ITEM,
	REFERENCE,
	TWO_FILES,
	LOST_FILE,
	FILES_N
};
static const char *const names[] = { "Ann", "Arndt, Ann", NULL };

static const char *const boxes[BOXES] = { "ann@contoso.example",
	"bob@contoso.example" };
static const char *const slots[SLOTS] = { "i0", "i1", "i2", "i3" };
static struct party people[] = {
	{ "contact", "815", "carl@x.example", "Carl" },
	{ "user", "4711", "ann@contoso.example", "Ann" },
	{ "contact", "9", "cc@x.example", NULL },
};

/* A place, and what is known of it. */
struct place {
	bool live, known; /* it lies or lay there */
	bool dim;         /* what it says is not known for sure */
	int folder;
	bool is_read;
	struct saying says;
};

struct made {
	struct message *m;
	struct decision d;
	struct link link[3];
};

struct world {
	const uint8_t *p, *end;
	char path[64];
	struct store *st;
	sqlite3 *h;
	int64_t folder[BOXES][2];
	struct place place[BOXES][SLOTS];
	bool dim[GROUPS]; /* something of it is not known for sure */
	struct saying said[SAID + 1];
	size_t nsaid;
	long item_files;
	bool acked;
	int slice;
};

static unsigned
pick(struct world *w, size_t n)
{
	return w->p < w->end ? *w->p++ % (unsigned)n : 0;
}

static struct saying
pick_saying(struct world *w)
{
	static const size_t n[PARTS] = { GROUPS, COUNT(subjects), COUNT(sents),
		COUNT(froms), COUNT(words), COUNT(befores), COUNT(afters),
		FORMS, FILES_N, 32, 32, 8 };
	struct saying s;
	int i;

	/* of each the first ones are more frequent */
	for (i = 0; i < PARTS; i++) {
		unsigned a = pick(w, 256);

		s.v[i] =
		    (unsigned char)(a < 128 ? a % ((n[i] + 1) / 2) : a % n[i]);
	}
	return s;
}

/* Something that nobody can compare. */
static bool
is_dim(const struct saying *s)
{
	return subjects[s->v[SUBJECT]] == NULL ||
	       sents[s->v[SENT]] == TIM_NONE || froms[s->v[FROM]] == NULL ||
	       s->v[FILES] == LOST_FILE || (s->v[FLAGS] & 4);
}

/* --- as a message ------------------------------------------------------ */

static void
put_lines(struct buf *b, const char *s, enum form form)
{
	const char *end;

	for (; *s != '\0'; s = *end == '\0' ? end : end + 1) {
		end = s + strcspn(s, "\n");
		if (form == LINES) {
			buf_add(b, s, (size_t)(end - s));
			buf_adds(b, "<br>\n");
		} else if (end > s) {
			buf_adds(b, "<p>");
			buf_add(b, s, (size_t)(end - s));
			buf_adds(b, "</p>\r\n");
		}
	}
}

/* Its body, as text or as HTML. */
static void
say(struct message *m, const struct saying *s)
{
	const char *part[3] = { befores[s->v[BEFORE]], words[s->v[WORDS]],
		afters[s->v[AFTER]] };
	enum form form = (enum form)s->v[FORM];
	struct buf b;
	int i;

	buf_init(&b, 10000);
	buf_adds(&b, form == MARKED ? "<html><body>" : "");
	for (i = 0; i < 3; i++) {
		if (form == PLAIN)
			buf_adds(&b, part[i]);
		else
			put_lines(&b, part[i], form);
	}
	if (form == PLAIN) {
		m->text = arena_strdup(&m->arena, buf_str(&b));
		m->text_len = b.len;
	} else {
		m->html = arena_strdup(&m->arena, buf_str(&b));
		m->html_len = b.len;
	}
	buf_free(&b);
}

static void
person(struct message *m, enum role role, const char *address, const char *name)
{
	struct address *a = message_address(m);

	a->role = role;
	a->address = address;
	a->name = name;
}

static struct attachment *
attach(struct message *m, const char *name, enum att_kind kind)
{
	struct attachment *a = message_attachment(m);

	a->id = m->natt == 1 ? "first" : "second";
	a->name = name;
	a->kind = kind;
	a->size = 3;
	a->state = "gone";
	return a;
}

static void
attach_all(struct message *m, enum files files)
{
	struct attachment *a;

	if (files == ONE_FILE || files == OTHER_FILE || files == TWO_FILES ||
	    files == LOST_FILE)
		attach(m, "a.txt", ATT_FILE);
	if (files == TWO_FILES)
		attach(m, "a.txt", ATT_FILE);
	if (files == PICTURE)
		attach(m, "b.png", ATT_FILE)->is_inline = true;
	if (files == ITEM)
		attach(m, "Item", ATT_ITEM);
	if (files == REFERENCE) {
		a = attach(m, "Cloud", ATT_REFERENCE);
		a->url = "https://cloud.example/1";
		a->state = "reference";
	}
}

static void
store_content(struct store *st, struct attachment *a, const char *text)
{
	struct err e = ERR_INIT;
	struct store_blob *b = store_blob_begin(st, 100, &e);
	struct stream *s = store_blob_stream(b);

	FUZZ_CHECK(s->write(s, text, strlen(text), &e) == 0);
	FUZZ_CHECK(store_blob_end(b, a->sha256, &a->size, &e) == 0);
	a->stored = true;
	a->state = "full";
}

/* Its contents come, but for those that the file has. */
static void
store_contents(struct store *st, struct message *m, enum files files, long file)
{
	char text[32];
	size_t i;

	snprintf(text, sizeof(text), "item %ld", file);
	for (i = 0; i < m->natt && files != LOST_FILE; i++) {
		struct attachment *a = &m->att[i];

		if (a->stored || a->kind == ATT_REFERENCE)
			continue;
		store_content(st, a,
		    a->kind == ATT_ITEM             ? text
		    : files == OTHER_FILE || i == 1 ? "two"
						    : "one");
	}
}

static struct message *
message(const struct saying *s)
{
	struct message *m = message_new(0);
	unsigned who = s->v[PEOPLE], heads = s->v[HEADS], flags = s->v[FLAGS];

	m->message_id = mids[s->v[MID]];
	m->subject = subjects[s->v[SUBJECT]];
	m->sent_at = sents[s->v[SENT]];
	m->received_at = T0 + 5000 + (heads & 1) * 1000;
	m->size = 100 + who + 100 * s->v[WORDS];
	m->modified_at = T0 + 60000;
	m->item_class = heads & 1 ? "IPM.Note" : "IPM.Note.SMIME";
	m->refs = heads & 2 ? "<8@x>" : NULL;
	m->in_reply_to = heads & 4 ? "<9@x>" : NULL;
	m->conversation_id = heads & 8 ? "c1" : "c22";
	m->headers = heads & 16 ? "A: b\r\n" : NULL;
	m->importance = flags & 1 ? "high" : "normal";
	m->sensitivity = flags & 4 ? NULL : "normal";
	m->have_content = true;
	m->body_state = BODY_FULL;
	person(m, ROLE_FROM, froms[s->v[FROM]], "Carl");
	person(m, ROLE_TO, boxes[0], names[who % COUNT(names)]);
	if (who & 4)
		person(m, ROLE_CC, "cc@x.example", "C");
	if (who & 8)
		person(m, ROLE_BCC, "bcc@x.example", "B");
	say(m, s);
	attach_all(m, (enum files)s->v[FILES]);
	m->has_attachments = m->natt > 0 || (flags & 2) != 0;
	return m;
}

static void
make(struct made *o, const struct saying *s)
{
	memset(o, 0, sizeof(*o));
	o->m = message(s);
	o->d.verdict = VERDICT_KEEP;
	strcpy(o->d.rule, "match");
	o->d.direction = s->v[PEOPLE] & 16 ? DIRECTION_OUT : DIRECTION_IN;
	o->link[0] = (struct link){ &people[0], ROLE_FROM };
	o->link[1] = (struct link){ &people[1], ROLE_TO };
	o->link[2] = (struct link){ &people[2], ROLE_CC };
	o->d.link = o->link;
	o->d.nlink = s->v[PEOPLE] & 4 ? 3 : 2;
}

/* --- what is the same -------------------------------------------------- */

/* Does same.h call them so where only these parts differ? Kept. */
#define TEXTS (COUNT(words) * COUNT(befores) * COUNT(afters) * FORMS)

static bool
ask_same(const struct saying *a, const struct saying *b)
{
	struct message *x = message(a);
	struct message *y = message(b);
	bool same = same_mail(x, y);

	FUZZ_CHECK(same == same_mail(y, x));
	FUZZ_CHECK(same_mail(x, x));
	message_free(x);
	message_free(y);
	return same;
}

static size_t
text_number(const struct saying *s)
{
	return ((s->v[WORDS] * COUNT(befores) + s->v[BEFORE]) * COUNT(afters) +
		   s->v[AFTER]) *
		   FORMS +
	       s->v[FORM];
}

static bool
same_words(const struct saying *a, const struct saying *b)
{
	static signed char known[TEXTS][TEXTS]; /* 1: same, -1: not */
	signed char *k = &known[text_number(a)][text_number(b)];
	struct saying c;

	if (*k != 0)
		return *k == 1;
	c = *a;
	c.v[WORDS] = b->v[WORDS];
	c.v[BEFORE] = b->v[BEFORE];
	c.v[AFTER] = b->v[AFTER];
	c.v[FORM] = b->v[FORM];
	*k = ask_same(a, &c) ? 1 : -1;
	return *k == 1;
}

static bool
same_part(const struct saying *a, const struct saying *b, enum part part)
{
	static signed char known[PARTS][8][8]; /* as in same_words */
	signed char *k = &known[part][a->v[part] % 8][b->v[part] % 8];
	struct saying c = *a;

	if (a->v[part] == b->v[part])
		return true;
	if (part == FILES)
		return false; /* of those that are not dim */
	if (part == WORDS)
		return same_words(a, b);
	c.v[part] = b->v[part];
	if (*k == 0)
		*k = ask_same(a, &c) ? 1 : -1;
	return *k == 1;
}

static const enum part told[] = { SUBJECT, SENT, FROM, FILES, WORDS };

static bool
same_text_number(const struct saying *a, const struct saying *b)
{
	return text_number(a) == text_number(b);
}

static bool
same_saying(const struct saying *a, const struct saying *b)
{
	size_t i;

	for (i = 0; i < COUNT(told); i++) {
		if (told[i] == WORDS
			? !same_text_number(a, b) && !same_words(a, b)
			: !same_part(a, b, told[i]))
			return false;
	}
	return true;
}

/* Is what is the same in each part the same as the same things? */
static bool
is_clear_with(const struct world *w, size_t i, size_t k, enum part part)
{
	const struct saying *v = w->said;
	bool same = part == WORDS ? same_words(&v[i], &v[k])
				  : same_part(&v[i], &v[k], part);
	size_t j;

	for (j = 0; same && j < w->nsaid; j++) {
		if (v[j].v[MID] != v[i].v[MID])
			continue;
		if (part == WORDS
			? same_words(&v[i], &v[j]) != same_words(&v[k], &v[j])
			: same_part(&v[i], &v[j], part) !=
			      same_part(&v[k], &v[j], part))
			return false;
	}
	return true;
}

/* It is said: from now on its group may be dim. */
static void
note_saying(struct world *w, const struct saying *s)
{
	size_t i, p;

	if (is_dim(s))
		w->dim[s->v[MID]] = true;
	if (w->dim[s->v[MID]] || w->nsaid == SAID)
		return;
	for (i = 0; i < w->nsaid; i++) {
		if (memcmp(&w->said[i], s, sizeof(*s)) == 0)
			return;
	}
	w->said[w->nsaid++] = *s;
	for (i = 0; i < w->nsaid; i++) {
		if (w->said[i].v[MID] != s->v[MID])
			continue;
		for (p = 0; p < COUNT(told); p++) {
			if (!is_clear_with(w, i, w->nsaid - 1, told[p]))
				w->dim[s->v[MID]] = true;
		}
	}
}

/* Without a Message-ID its words make the mail. */
static bool
same_key(const struct saying *a, const struct saying *b)
{
	struct message *x, *y;
	char one[CONTENT_ID], two[CONTENT_ID];
	struct buf scratch;

	if (a->v[MID] != b->v[MID] || a->v[MID] != 0)
		return a->v[MID] == b->v[MID];
	buf_init(&scratch, 10000);
	x = message(a);
	y = message(b);
	content_id(&scratch, x, one);
	content_id(&scratch, y, two);
	message_free(x);
	message_free(y);
	buf_free(&scratch);
	return strcmp(one, two) == 0;
}

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
	"FROM sync_link UNION SELECT email FROM sync_attachment UNION SELECT "
	"email FROM sync_copy UNION SELECT email FROM sync_edition) WHERE "
	"email NOT IN(SELECT n FROM sync_email)",
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
	"(SELECT group_concat(r,' ') FROM(SELECT role||crm_type||crm_id AS r " \
	"FROM email_link WHERE email_id=c.email_id ORDER BY r))"
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

			FUZZ_CHECK(at->there == p->live);
			if (!p->live || p->dim)
				continue;
			m = message(&p->says);
			FUZZ_SAME(at->col[TEXT], m->text ? m->text : "-");
			FUZZ_SAME(at->col[HTML], m->html ? m->html : "-");
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
		FUZZ_CHECK(store_mailbox_get(st, &m, NULL, &known, &e) == 0);
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
write_file(const char *path, const char *s, size_t n)
{
	FILE *f = fopen(path, "we");

	FUZZ_CHECK(f != NULL);
	FUZZ_CHECK(fwrite(s, 1, n, f) == n);
	fclose(f);
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

/* --- a step ------------------------------------------------------------ */

enum what {
	PUT,
	EDIT,
	AGAIN,
	LESS,
	RECALL,
	GONE,
	SKIPPED,
	RULED_OUT,
	HEADERS_ONLY,
	WHATS
};

/* What happens to some places of a mailbox at once. */
struct step {
	int box;
	size_t n, nchange;
	struct {
		int slot;
		enum what what;
		int folder;
		bool is_read;
		unsigned less;
		struct saying says;
	} v[SLOTS];
	struct change change[SLOTS];
	int change_folder;
};

/* Edits: one part is another one. */
static struct saying
pick_edit(struct world *w, const struct saying *was)
{
	struct saying now = pick_saying(w), s = *was;
	int part = (int)pick(w, PARTS);

	s.v[part] = now.v[part];
	return s;
}

static void
pick_item(struct world *w, struct step *s, int slot)
{
	const struct place *p = &w->place[s->box][slot];
	const struct place *other;
	unsigned what = pick(w, 16);

	s->v[s->n].slot = slot;
	s->v[s->n].what = what < 4    ? PUT
			  : what < 8  ? EDIT
			  : what < 9  ? AGAIN
			  : what < 10 ? LESS
			  : what < 12 ? RECALL
			  : what < 13 ? GONE
			  : what < 14 ? SKIPPED
			  : what < 15 ? RULED_OUT
				      : HEADERS_ONLY;
	s->v[s->n].folder = (int)pick(w, 2);
	s->v[s->n].is_read = pick(w, 2);
	s->v[s->n].less = pick(w, 3);
	/* a copy of another one, often with something else in it */
	other = &w->place[pick(w, BOXES)][pick(w, SLOTS)];
	if (s->v[s->n].what == PUT)
		s->v[s->n].says = pick_saying(w);
	else if (s->v[s->n].what == EDIT)
		s->v[s->n].says = pick_edit(w, &other->says);
	else if (p->live)
		s->v[s->n].says = p->says;
	else
		s->v[s->n].says = other->says;
	s->n++;
}

static void
pick_step(struct world *w, struct step *s)
{
	int i;

	memset(s, 0, sizeof(*s));
	s->box = (int)pick(w, BOXES);
	s->change_folder = (int)pick(w, 2);
	for (i = 0; i < SLOTS; i++) {
		unsigned what = pick(w, 8);
		struct change *c = &s->change[s->nchange];

		if (what < 3)
			pick_item(w, s, i);
		else if (what < 5) {
			s->nchange++;
			c->op = what == 3 ? CHANGE_DELETE : CHANGE_READ;
			c->id = slots[i];
			c->is_read = pick(w, 2);
		}
	}
}

/* FUZZ_TELL=1 in the environment: what happens, for a person. */
static void
tell(const struct step *s)
{
	static const char *const name[WHATS] = { "put", "edit", "again", "less",
		"recall", "gone", "skipped", "ruled out", "headers only" };
	size_t i;
	int k;

	if (getenv("FUZZ_TELL") == NULL)
		return;
	fprintf(stderr, "step in box %d\n", s->box);
	for (i = 0; i < s->n; i++) {
		fprintf(stderr, "    i%d in %d: %s %u:", s->v[i].slot,
		    s->v[i].folder, name[s->v[i].what], s->v[i].less);
		for (k = 0; k < PARTS; k++)
			fprintf(stderr, " %d", s->v[i].says.v[k]);
		fprintf(stderr, "\n");
	}
	for (i = 0; i < s->nchange; i++)
		fprintf(stderr, "    %s in %d: %s\n", s->change[i].id,
		    s->change_folder,
		    s->change[i].op == CHANGE_READ ? "read" : "delete");
}

/* All that there is, but for times. */
static char *
dump(sqlite3 *h)
{
	static const char *const table[] = { "email", "email_body",
		"email_party", "email_link", "attachment", "email_copy",
		"email_copy_text", "decision", "sync_edition", "sync_blob" };
	struct buf b;
	char sql[300];
	size_t i;
	int c;

	buf_init(&b, (size_t)4 << 20);
	for (i = 0; i < COUNT(table); i++) {
		sqlite3_stmt *s;

		snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1,2",
		    table[i]);
		s = prepare(h, sql);
		buf_addf(&b, "= %s\n", table[i]);
		while (sqlite3_step(s) == SQLITE_ROW) {
			for (c = 0; c < sqlite3_column_count(s); c++) {
				const char *name = sqlite3_column_name(s, c);

				if (strcmp(name, "removed_at") != 0 &&
				    strcmp(name, "at") != 0 &&
				    strcmp(name, "decided_at") != 0)
					buf_addf(&b, "%s|",
					    str_nn((const char *)
						    sqlite3_column_text(s, c)));
				else
					buf_addf(&b, "%d|",
					    sqlite3_column_type(s, c) ==
						SQLITE_NULL);
			}
			buf_addc(&b, '\n');
		}
		sqlite3_finalize(s);
	}
	return buf_take(&b);
}

/* Once more, and something was told. */
static void
tell_changes(sqlite3 *h, const char *was, int64_t since)
{
	sqlite3_stmt *s = prepare(h, "SELECT entity,op,entity_id FROM change "
				     "WHERE seq>?");

	sqlite3_bind_int64(s, 1, since);
	while (sqlite3_step(s) == SQLITE_ROW)
		fprintf(stderr, "%s %s %s\n", sqlite3_column_text(s, 0),
		    sqlite3_column_text(s, 1), sqlite3_column_text(s, 2));
	if (was != NULL)
		FUZZ_SAME(was, dump(h));
	FUZZ_CHECK(!"nothing to tell");
}

/* What the place says then; an item that had a Message-ID has it still. */
static void
lay(struct world *w, struct place *p, const struct saying *s)
{
	unsigned char mid = p->known ? p->says.v[MID] : 0;

	p->says = *s;
	if (s->v[MID] == 0)
		p->says.v[MID] = mid;
	p->known = p->live = true;
	p->dim = is_dim(s);
	note_saying(w, &p->says);
}

static void
follow_item(struct world *w, const struct step *s, size_t i)
{
	struct place *p = &w->place[s->box][s->v[i].slot];
	enum what what = s->v[i].what;

	if (what == GONE) {
		p->live = false;
		return;
	}
	if ((what == SKIPPED || what == RULED_OUT) && !p->known)
		return;
	/* nobody knows any more what it says that comes back so, or in part */
	if (what >= SKIPPED || what == LESS) {
		if (!p->live || what == HEADERS_ONLY) {
			if (p->known)
				w->dim[p->says.v[MID]] = true;
			w->dim[s->v[i].says.v[MID]] = true;
			if (what == LESS || what == HEADERS_ONLY)
				lay(w, p, &s->v[i].says);
			p->dim = true;
		}
	} else
		lay(w, p, &s->v[i].says);
	p->live = true;
	p->folder = s->v[i].folder;
	if (what != RULED_OUT)
		p->is_read = s->v[i].is_read;
}

/* The model does what the store is told. */
static void
follow(struct world *w, const struct step *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		follow_item(w, s, i);
	for (i = 0; i < s->nchange; i++) {
		struct place *p = &w->place[s->box][s->change[i].id[1] - '0'];

		if (s->change[i].op == CHANGE_READ)
			p->is_read = p->known ? s->change[i].is_read : false;
		else if (p->folder == s->change_folder)
			p->live = false;
	}
}

/* It lacks its text, its contents, or both and most people. */
static void
take_away(struct message *m, unsigned less)
{
	if (less == 0)
		return;
	m->text = m->html = NULL;
	m->text_len = m->html_len = 0;
	m->body_state = BODY_FAILED;
	if (less == 2) {
		m->natt = 0;
		m->naddr = 1;
	}
}

/* What the file has need not come once more. */
static void
recall(struct world *w, const char *box, const char *item, struct message *m)
{
	struct err e = ERR_INIT;
	struct message had = *m;

	m->item_id = item;
	m->text = m->html = NULL;
	m->text_len = m->html_len = 0;
	FUZZ_CHECK(store_item_recall(w->st, box, m, &e) == 0);
	if (m->as_stored)
		return;
	m->text = had.text;
	m->html = had.html;
	m->text_len = had.text_len;
	m->html_len = had.html_len;
}

/* One call of store_put. */
static void
do_step(struct world *w, const struct step *s, struct store_count *count)
{
	struct store_page page = { .folder =
				       w->folder[s->box][s->change_folder],
		.cursor = "c",
		.change = s->change,
		.nchange = s->nchange };
	struct store_item item[SLOTS];
	struct made made[SLOTS];
	struct err fault = ERR_INIT, e = ERR_INIT;
	size_t i;
	int rc;

	err_set(&fault, ERR_ITEM, "cannot be read");
	memset(item, 0, sizeof(item));
	memset(made, 0, sizeof(made));
	for (i = 0; i < s->n; i++) {
		struct store_item *it = &item[i];
		enum what what = s->v[i].what;

		it->item_id = slots[s->v[i].slot];
		it->change_key = "k";
		it->folder = w->folder[s->box][s->v[i].folder];
		it->rule = what == GONE ? "gone" : "draft";
		if (what == GONE || what == RULED_OUT)
			continue;
		make(&made[i], &s->v[i].says);
		made[i].m->is_read = s->v[i].is_read;
		if (what == RECALL)
			recall(w, boxes[s->box], it->item_id, made[i].m);
		if (what != LESS || s->v[i].less == 1)
			store_contents(w->st, made[i].m,
			    (enum files)s->v[i].says.v[FILES], ++w->item_files);
		if (what == LESS) {
			take_away(made[i].m, s->v[i].less);
			it->fault = &fault;
			it->next_try = T0;
		}
		if (what == SKIPPED)
			made[i].d.verdict = VERDICT_SKIP;
		if (what == HEADERS_ONLY)
			made[i].d.verdict = VERDICT_HEADERS;
		it->message = made[i].m;
		it->decision = &made[i].d;
	}
	rc = store_put(w->st,
	    &(struct store_work){
		boxes[s->box], item, s->n, s->nchange > 0 ? &page : NULL },
	    count, &e);
	fuzz_err(rc, &e);
	FUZZ_CHECK(rc == 0);
	for (i = 0; i < s->n; i++)
		message_free(made[i].m);
}

/* 6. The step that the process died in is done once more. */
static void
check_death(const struct world *w, const struct step *s, const char *path,
    long item_files)
{
	struct world other = *w;
	struct store_count count;
	struct store_run run;
	struct err e = ERR_INIT;
	char *one, *two;

	other.st = NULL;
	snprintf(other.path, sizeof(other.path), "%s", path);
	open_world(&other);
	other.item_files = item_files;
	memset(&run, 0, sizeof(run));
	memset(&count, 0, sizeof(count));
	FUZZ_CHECK(store_run_begin(other.st, &run, &e) == 0);
	check_tables(other.h);
	do_step(&other, s, &count);
	check_tables(other.h);
	one = dump(w->h);
	two = dump(other.h);
	FUZZ_SAME(one, two);
	free(one);
	free(two);
	end_world(&other);
}

static void
check_step(struct world *w)
{
	struct lines l;

	check_tables(w->h);
	read_lines(w->h, &l);
	check_copies(w, &l);
	if (!is_crowd(w->h))
		check_mails(w, &l);
	free_lines(&l);
}

static void
take_step(struct world *w)
{
	static const char last[] = "SELECT ifnull(max(seq),0) FROM change";
	struct store_count count;
	struct seen was;
	int64_t since;
	char path[64], *before;
	long item_files = w->item_files;
	struct step s;

	pick_step(w, &s);
	tell(&s);
	see(w->h, &was);
	since = ask_int(w->h, last);
	snprintf(path, sizeof(path), "/dev/shm/exsync-fuzz-%d-dead.db",
	    (int)getpid());
	death.in = (long)pick(w, 4) == 0 ? 1 + (long)pick(w, 40) : 0;
	death.from = w->path;
	death.to = path;
	death.slice = w->slice;
	memset(&count, 0, sizeof(count));
	remove_file(path);
	do_step(w, &s, &count);
	death.in = 0;
	follow(w, &s);
	check_step(w);
	check_told(w->h, &was, since, s.n + s.nchange);
	if (access(path, F_OK) == 0)
		check_death(w, &s, path, item_files);
	/* 5. */
	before = getenv("FUZZ_TELL") != NULL ? dump(w->h) : NULL;
	since = ask_int(w->h, last);
	memset(&count, 0, sizeof(count));
	do_step(w, &s, &count);
	if (since != ask_int(w->h, last))
		tell_changes(w->h, before, since);
	free(before);
	FUZZ_CHECK(count.emails == 0 && count.copies == 0);
	FUZZ_CHECK(count.updated == 0);
	check_step(w);
}

/* --- new files --------------------------------------------------------- */

static void
shuffle(struct world *w, int order[PLACES])
{
	int i, k;

	for (i = 0; i < PLACES; i++) {
		k = (int)pick(w, (size_t)i + 1);
		order[i] = order[k];
		order[k] = i;
	}
}

/* What lies there comes into a new file in that order. */
static void
fill_new(const struct world *w, struct world *new, const int order[PLACES])
{
	struct store_count count;
	int i;

	memset(&count, 0, sizeof(count));
	for (i = 0; i < PLACES; i++) {
		int b = order[i] / SLOTS, n = order[i] % SLOTS;
		const struct place *p = &w->place[b][n];
		struct step s;

		if (!is_clear(w, p))
			continue;
		memset(&s, 0, sizeof(s));
		s.box = b;
		s.n = 1;
		s.v[0].slot = n;
		s.v[0].what = PUT;
		s.v[0].folder = p->folder;
		s.v[0].is_read = p->is_read;
		s.v[0].says = p->says;
		do_step(new, &s, &count);
		new->place[b][n] = *p;
	}
	check_step(new);
}

/*
 * Are ids promised not to depend on the order? Where all copies of a mail have
 * the same id as a variant, and those of other mails another one.
 */
static bool
are_ids_sure(struct world *w, struct lines *l)
{
	const struct place *p = &w->place[0][0];
	char id[PLACES][CONTENT_ID];
	int i, k;

	for (i = 0; i < PLACES; i++) {
		struct message *m;

		if (!p[i].live)
			continue;
		m = message(&p[i].says);
		store_contents(w->st, m, (enum files)p[i].says.v[FILES], 0);
		content_variant(m, "", id[i]);
		store_item_drop(w->st, m);
		message_free(m);
		for (k = 0; k < i; k++) {
			if (p[k].live && p[i].says.v[MID] == p[k].says.v[MID] &&
			    (strcmp((&l->v[0][0])[i].col[ID],
				 (&l->v[0][0])[k].col[ID]) == 0) !=
				(strcmp(id[i], id[k]) == 0))
				return false;
		}
	}
	return true;
}

static void
check_new(struct world *w)
{
	static const char *const name[2] = { "one", "two" };
	struct world new[2];
	struct lines l[2], all;
	int order[PLACES], i;
	bool sure, crowd = is_crowd(w->h);

	for (i = 0; i < 2; i++) {
		memset(&new[i], 0, sizeof(new[i]));
		new[i].item_files = 1000 * (i + 1);
		begin_world(&new[i], name[i]);
		shuffle(w, order);
		fill_new(w, &new[i], order);
		read_lines(new[i].h, &l[i]);
	}
	sure = are_ids_sure(&new[0], &l[0]);
	read_lines(w->h, &all);
	for (i = 0; i < PLACES; i++) {
		struct line *a = &(&l[0].v[0][0])[i], *b = &(&l[1].v[0][0])[i];

		if (!a->there)
			continue;
		FUZZ_SAME(a->col[LINE], b->col[LINE]);
		if (sure) {
			FUZZ_SAME(a->col[ID], b->col[ID]);
			FUZZ_SAME(a->col[SUMS], b->col[SUMS]);
		}
		if (!crowd)
			FUZZ_SAME(a->col[LINE], (&all.v[0][0])[i].col[LINE]);
	}
	free_lines(&all);
	for (i = 0; i < 2; i++) {
		free_lines(&l[i]);
		end_world(&new[i]);
	}
}

/* --- the program ------------------------------------------------------- */

/* A CRM has read what there is: ids stay from now on. */
static void
acknowledge(sqlite3 *h)
{
	FUZZ_CHECK(
	    sqlite3_exec(h,
		"INSERT OR REPLACE INTO consumer(name,acked_seq) SELECT 'c',"
		"max(seq) FROM change WHERE seq>0 HAVING max(seq)>0",
		NULL, NULL, NULL) == SQLITE_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w;
	size_t k;

	memset(&w, 0, sizeof(w));
	w.p = data;
	w.end = data + size;
	begin_world(&w, "all");
	w.slice = pick(&w, 2) ? 1 + (int)pick(&w, 200) : 0;
	for (k = 0; k < STEPS && w.p < w.end; k++) {
		take_step(&w);
		if (pick(&w, 8) == 7)
			acknowledge(w.h);
		if (pick(&w, 8) == 7) {
			close_world(&w);
			open_world(&w);
		}
	}
	check_none(w.h, "SELECT 1 FROM pragma_integrity_check WHERE "
			"integrity_check<>'ok'");
	check_new(&w);
	end_world(&w);
	return 0;
}
