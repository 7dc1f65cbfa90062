/*
 * test_store_order.c - random changes of the copies in three mailboxes. After
 * each step the file must agree with a plain table here of the copies that
 * there are now; each change must have its change row, and there must be no
 * other; and a new file that gets the same copies in another order must be
 * equal.
 */
#include "../lib/samemail.h"
#include "base/mem.h"
#include "test_store_held.h"

#define STEPS    2000
#define EPOCH    1000 /* steps, then other Message-IDs come into use */
#define BOXES    3
#define SLOTS    6
#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

#define BANNER "CAUTION: This email originated from outside.\n\n"
#define LEGAL  "\nThis e-mail is confidential.\n"
#define OFFER  "We offer 12 pallets of steel for 4711,50 EUR.\n"
#define ORDER  "We order 24 pallets of timber, at once.\n"
#define BILL   "Please pay until Friday to the account that you know.\n"
#define NOTE   "Here is what they wrote.\n"
#define MEMO   "Remember the milk.\n"

/* What a copy can say. */
struct way {
	char mail; /* those with the same letter are one mail */
	char mid;  /* and this goes into its Message-ID; 0: it has none */
	int full;  /* of the ways of a mail the fullest one's text is shown */
	int hour;  /* when it was sent */
	const char *subject, *text;
	const char *ann;  /* her name in it */
	const char *more; /* who else is named */
	bool out, inside; /* direction; an inline picture */
	const char *file; /* its content, or "" */
};

static const struct way ways[] = {
	{ 'p', 'm', 0, 9, "Steel", OFFER, "Ann", NULL, 0, 0, "" },
	{ 'p', 'm', 0, 9, "Steel", OFFER, "Ann", "bcc@x.example", 1, 0, "" },
	{ 'p', 'm', 2, 9, "Steel", BANNER OFFER, "Arndt", NULL, 0, 0, "" },
	{ 'p', 'm', 1, 9, "[EXT] Steel", OFFER LEGAL, "A.", "cc@x.example", 0,
	    0, "" },
	{ 'p', 'm', 3, 9, "Steel", BANNER OFFER LEGAL, "Ann", NULL, 0, 0, "" },
	{ 'v', 'm', 0, 9, "Steel", OFFER, "Ann", NULL, 0, 1, "" },
	{ 'v', 'm', 1, 9, "Steel", BANNER OFFER, "Ann", NULL, 0, 1, "" },
	{ 'q', 'm', 0, 8, "Timber", ORDER, "Ann", NULL, 0, 0, "" },
	{ 'q', 'm', 1, 8, "Timber", BANNER ORDER, "Ann", NULL, 0, 0, "" },
	{ 'r', 'm', 0, 10, "Bill", BILL, "Ann", NULL, 0, 0, "account 1" },
	{ 'r', 'm', 1, 10, "Bill", BILL LEGAL, "Arndt", NULL, 0, 0,
	    "account 1" },
	{ 's', 'm', 0, 10, "Bill", BILL, "Ann", NULL, 0, 0, "account 2" },
	{ 't', 'n', 0, 9, "Note", NOTE, "Ann", NULL, 0, 0, "item" },
	{ 't', 'n', 1, 9, "Note", BANNER NOTE, "Ann", "cc@x.example", 0, 0,
	    "item" },
	{ 'u', 'n', 0, 9, "Note", NOTE "Nothing.\n", "Ann", NULL, 0, 0, "" },
	{ 'x', 0, 0, 9, "Memo", MEMO, "Ann", NULL, 0, 0, "" },
	{ 'x', 0, 1, 9, "Memo", BANNER MEMO, "Arndt", NULL, 0, 0, "" },
};

static const char *const boxes[] = { BOX_A, BOX_B, "cleo@contoso.example" };

/* A place for a copy, which may be empty. */
struct slot {
	bool live, known; /* it is there; it was there once */
	int way, epoch;
	char mid;
};

struct model {
	struct kit k;
	int64_t folder[BOXES];
	struct slot slot[BOXES][SLOTS];
	uint64_t lot;
	long key;    /* of changes, and of the files of attached items */
	long crowds; /* steps in which more mails have, or had, a Message-ID
		      * than there are texts compared */
};

static unsigned
lot(struct model *m, unsigned n)
{
	m->lot = m->lot * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(m->lot >> 33) % n;
}

/* --- messages ---------------------------------------------------------- */

/* A user with two addresses: the last mailbox's, and this one. */
#define CC "cc@x.example"

/* contents: the attachments can be fetched. */
static struct message *
say(struct model *md, const struct way *w, int epoch, bool contents)
{
	struct message *m = mail(NULL, w->subject, w->text);
	char mid[32], item_file[32];

	snprintf(mid, sizeof(mid), "<%c.%d@x>", w->mid, epoch);
	if (w->mid != 0)
		m->message_id = arena_strdup(&m->arena, mid);
	m->sent_at = T0 + w->hour * INT64_C(3600000);
	m->addr[1].name = w->ann;
	if (w->more != NULL)
		person(m, ROLE_CC, w->more);
	if (w->inside) {
		attach(&md->k, m, "logo.png", contents ? "picture" : NULL);
		m->att[m->natt - 1].is_inline = true;
	}
	if (strcmp(w->file, "item") == 0) {
		snprintf(item_file, sizeof(item_file), "file %ld", ++md->key);
		attach(&md->k, m, "Forwarded", contents ? item_file : NULL);
		m->att[m->natt - 1].kind = ATT_ITEM;
	} else if (w->file[0] != '\0')
		attach(&md->k, m, "file.txt", contents ? w->file : NULL);
	m->has_attachments = m->natt > 0;
	return m;
}

static struct decision
decide(const struct way *w)
{
	struct decision d = keep();

	d.direction = w->out ? DIRECTION_OUT : DIRECTION_IN;
	return d;
}

/* One call of store_put: at most one item, and a page's changes. */
static void
put_one(struct model *md, int box, const struct store_item *it,
    const struct change *c)
{
	struct store_page p = { .folder = md->folder[box],
		.cursor = "c",
		.change = c,
		.nchange = 1 };
	struct kit *k = &md->k;

	OK(k, store_put(k->st,
		  WORK(boxes[box], it, it != NULL, c != NULL ? &p : NULL),
		  &k->count, &k->err));
}

static const char *
item_name(int n)
{
	static const char *const name[] = { "i0", "i1", "i2", "i3", "i4",
		"i5" };

	return name[n];
}

/* The copy gets this content now; c: another change in the same call. */
static void
put_way(struct model *md, int box, int n, const struct change *c)
{
	const struct slot *s = &md->slot[box][n];
	const struct way *w = &ways[s->way];
	struct message *m = say(md, w, s->epoch, true);
	struct decision d = decide(w);
	struct store_item it;
	char key[32];

	snprintf(key, sizeof(key), "k%ld", ++md->key);
	it = item(item_name(n), key, md->folder[box], m, &d);
	put_one(md, box, &it, c);
	message_free(m);
}

/* The copy comes again, but only in part. */
static void
put_less(struct model *md, int box, int n)
{
	const struct slot *s = &md->slot[box][n];
	const struct way *w = &ways[s->way];
	unsigned what = lot(md, 3); /* all but its text, or its contents */
	struct message *m = say(md, w, s->epoch, what == 0);
	struct err fault = ERR_INIT;
	struct decision d = decide(w);
	struct store_item it =
	    item(item_name(n), "poor", md->folder[box], m, &d);

	if (what < 2) {
		m->text = NULL;
		m->text_len = 0;
		m->body_state = BODY_FAILED;
	}
	if (what == 1) {
		m->natt = 0;
		m->naddr = 1;
	}
	err_set(&fault, ERR_ITEM, "cannot be read");
	it.fault = &fault;
	it.next_try = T0;
	put_one(md, box, &it, NULL);
	message_free(m);
}

/* --- what the file must say -------------------------------------------- */

static bool
one_mail(const struct slot *a, const struct slot *b)
{
	if (a->mid == 0 || b->mid == 0) /* its text is all that it is */
		return a->mid == b->mid && a->way == b->way;
	return a->mid == b->mid && a->epoch == b->epoch &&
	       ways[a->way].mail == ways[b->way].mail;
}

/* Puts a copy there. An item keeps a Message-ID that it once had. */
static void
lay(struct slot *s, int way, int epoch)
{
	if (ways[way].mid != 0 || !s->known) {
		s->mid = ways[way].mid;
		s->epoch = epoch;
	}
	s->live = s->known = true;
	s->way = way;
}

/* What all copies of a mail show together. */
struct sum {
	const struct way *best;
	const char *subject;
	int kinds; /* of ways */
	bool out, said[COUNT(ways)];
	bool bcc, cc, picture;
	bool to_ben, to_cc; /* delivered to them, not named by that copy */
};

static struct sum
add_up(const struct model *md, const struct slot *of)
{
	const struct slot *s = &md->slot[0][0];
	struct sum sum = { .subject = NULL };
	size_t i;

	for (i = 0; i < (size_t)BOXES * SLOTS; i++) {
		const struct way *w = &ways[s[i].way];

		if (!s[i].live || !one_mail(&s[i], of))
			continue;
		sum.kinds += !sum.said[s[i].way];
		sum.said[s[i].way] = true;
		if (sum.best == NULL || w->full > sum.best->full)
			sum.best = w;
		if (sum.subject == NULL ||
		    strlen(w->subject) < strlen(sum.subject))
			sum.subject = w->subject;
		sum.out |= w->out;
		sum.picture |= w->inside;
		sum.to_ben |= i / SLOTS == 1;
		sum.to_cc |= i / SLOTS == 2;
		if (w->more != NULL && strcmp(w->more, CC) == 0)
			sum.cc = true;
		else if (w->more != NULL)
			sum.bcc = true;
	}
	return sum;
}

/* The line of a copy as LINE_SQL gives it, but without its mail's id. */
static void
expect(const struct model *md, int box, int n, char *out, size_t size)
{
	const struct slot *s = &md->slot[box][n];
	const struct way *w = &ways[s->way];
	struct sum sum = add_up(md, s);
	bool differs = strcmp(w->text, sum.best->text) != 0;

	snprintf(out, size,
	    "%s|%s|%d|%s|%s|%s|%s|full|%d|"
	    "%s%sfrom carl@customer.example Some One to " BOX_A
	    " %s|%s%s%sfrom contact 815 to user 4711|%s|%d",
	    boxes[box], item_name(n), differs, w->text, sum.best->text,
	    sum.subject, sum.out ? "out" : "in",
	    sum.picture || w->file[0] != '\0',
	    sum.bcc ? "cc bcc@x.example Some One " : "",
	    sum.cc ? "cc cc@x.example Some One " : "", sum.best->ann,
	    sum.cc ? "cc user 9 " : "", sum.to_ben ? "delivered user 5 " : "",
	    !sum.cc && sum.to_cc ? "delivered user 9 " : "",
	    sum.picture                    ? "logo.png picture"
	    : strcmp(w->file, "item") == 0 ? "Forwarded item"
					   : w->file,
	    sum.kinds > 1 ? sum.kinds : 0);
}

#define LINE_SQL                                                                \
	"SELECT c.email_id,c.mailbox||'|'||c.item_id||'|'||c.text_differs||"    \
	"'|'||ifnull(t.text,b.text)||'|'||b.text||'|'||e.subject||'|'||"        \
	"e.direction||'|'||e.body_state||'|'||e.has_attachments||'|'||"         \
	"(SELECT group_concat(r,' ') FROM(SELECT role||' '||address||' '||"     \
	"name AS r FROM email_party WHERE email_id=c.email_id ORDER BY r))||"   \
	"'|'||(SELECT group_concat(r,' ') FROM(SELECT role||' '||crm_type||"    \
	"' '||crm_id AS r FROM email_link WHERE email_id=c.email_id "           \
	"ORDER BY r))||'|'||ifnull((SELECT group_concat(CASE WHEN kind='item'"  \
	" THEN name||' item' WHEN inline THEN name||' '||CAST(data AS TEXT) "   \
	"ELSE CAST(data AS TEXT) END,' ') FROM attachment a LEFT JOIN blob d "  \
	"ON d.sha256=a.sha256 WHERE a.email_id=c.email_id),'')||'|'||"          \
	"(SELECT count(*) FROM sync_edition x JOIN sync_email m ON m.n=x.email" \
	" WHERE m.id=c.email_id) FROM email_copy c JOIN email e ON "            \
	"e.id=c.email_id JOIN email_body b ON b.email_id=e.id LEFT JOIN "       \
	"email_copy_text t ON t.email_id=c.email_id AND t.mailbox=c.mailbox "   \
	"AND t.item_id=c.item_id WHERE c.mailbox=? AND c.item_id=? AND "        \
	"c.removed_at IS NULL"

static sqlite3_stmt *
prepare(sqlite3 *h, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(h, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(h));
	return s;
}

/* Each copy is there once, with all that its mail has; id: that mail's. */
static void
check_copies(struct model *md, sqlite3 *h, char id[BOXES][SLOTS][40], long step)
{
	sqlite3_stmt *s = prepare(h, LINE_SQL);
	char want[4096];
	int box, n;

	for (box = 0; box < BOXES; box++) {
		for (n = 0; n < SLOTS; n++) {
			sqlite3_reset(s);
			sqlite3_bind_text(s, 1, boxes[box], -1, SQLITE_STATIC);
			sqlite3_bind_text(
			    s, 2, item_name(n), -1, SQLITE_STATIC);
			id[box][n][0] = '\0';
			if (sqlite3_step(s) != SQLITE_ROW) {
				assert_false(md->slot[box][n].live);
				continue;
			}
			assert_true(md->slot[box][n].live);
			snprintf(id[box][n], 40, "%s",
			    (const char *)sqlite3_column_text(s, 0));
			expect(md, box, n, want, sizeof(want));
			if (strcmp((const char *)sqlite3_column_text(s, 1),
				want) != 0)
				fail_msg("step %ld: it says\n%s\nand not\n%s",
				    step, sqlite3_column_text(s, 1), want);
			assert_int_equal(sqlite3_step(s), SQLITE_DONE);
		}
	}
	sqlite3_finalize(s);
}

/* Copies belong to one mail when they say the same. */
static void
check_mails(struct model *md, char id[BOXES][SLOTS][40], long step)
{
	const struct slot *s = &md->slot[0][0];
	const char(*of)[40] = (const char(*)[40])id;
	int i, k;

	for (i = 0; i < BOXES * SLOTS; i++) {
		for (k = 0; k < i; k++) {
			if (!s[i].live || !s[k].live ||
			    one_mail(&s[i], &s[k]) ==
				(strcmp(of[i], of[k]) == 0))
				continue;
			fail_msg("step %ld: mails %s and %s: %s and %s in "
				 "epochs %d and %d",
			    step, of[i], of[k], ways[s[i].way].text,
			    ways[s[k].way].text, s[i].epoch, s[k].epoch);
		}
	}
}

/* --- what is told ------------------------------------------------------ */

#define ALL_SQL                                                                 \
	"SELECT e.id,e.*,b.*,(SELECT group_concat(role||position||address||"    \
	"name) FROM email_party p WHERE p.email_id=e.id),(SELECT group_concat(" \
	"crm_id||role) FROM email_link l WHERE l.email_id=e.id),(SELECT "       \
	"group_concat(name||position||ifnull(sha256,state)) FROM attachment a " \
	"WHERE a.email_id=e.id) FROM email e JOIN email_body b ON "             \
	"b.email_id=e.id ORDER BY e.id"

struct seen {
	char id[40];
	uint64_t hash;
};

struct seen_list {
	struct seen *v;
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
		h = (h ^ (p == NULL)) * 1099511628211u;
		for (; p != NULL && *p != '\0'; p++)
			h = (h ^ *p) * 1099511628211u;
	}
	return h;
}

static struct seen_list
see(sqlite3 *h)
{
	sqlite3_stmt *s = prepare(h, ALL_SQL);
	struct seen_list l = { NULL, 0 };

	while (sqlite3_step(s) == SQLITE_ROW) {
		l.v = mem_grow(l.v, l.n + 1, sizeof(*l.v));
		snprintf(l.v[l.n].id, sizeof(l.v->id), "%s",
		    (const char *)sqlite3_column_text(s, 0));
		l.v[l.n++].hash = hash_row(s);
	}
	sqlite3_finalize(s);
	return l;
}

static bool
is_told(sqlite3_stmt *s, const char *id, int64_t since)
{
	bool told;

	sqlite3_reset(s);
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, since);
	told = sqlite3_step(s) == SQLITE_ROW;
	sqlite3_reset(s);
	return told;
}

/* Each changed mail has a change row, no other has, and no mail is gone. */
static void
check_told(sqlite3 *h, struct seen_list *was, int64_t since, long step)
{
	sqlite3_stmt *s = prepare(h, "SELECT 1 FROM change WHERE entity='email'"
				     " AND entity_id=? AND seq>?");
	struct seen_list now = see(h);
	size_t i, k;

	for (i = k = 0; i < now.n; i++) {
		bool is_old =
		    k < was->n && strcmp(was->v[k].id, now.v[i].id) == 0;
		bool changed = !is_old || was->v[k].hash != now.v[i].hash;

		k += is_old;
		if (changed != is_told(s, now.v[i].id, since))
			fail_msg("step %ld: mail %s changed: %d, told: %d",
			    step, now.v[i].id, changed, !changed);
	}
	assert_int_equal(k, was->n);
	sqlite3_finalize(s);
	free(was->v);
	*was = now;
}

static int64_t
ask_int(sqlite3 *h, const char *sql)
{
	sqlite3_stmt *s = prepare(h, sql);
	int64_t n =
	    sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : -1;

	sqlite3_finalize(s);
	return n;
}

/* --- what happens ------------------------------------------------------ */

/* A slot of that mailbox, live or not as asked; -1: there is none. */
static int
pick(struct model *md, int box, bool live)
{
	int n = (int)lot(md, SLOTS), i;

	for (i = 0; i < SLOTS; i++) {
		if (md->slot[box][(n + i) % SLOTS].live == live)
			return (n + i) % SLOTS;
	}
	return -1;
}

static void
take_away(struct model *md, int box, int n)
{
	struct change c = { .op = CHANGE_DELETE, .id = item_name(n) };
	struct store_item it =
	    item(item_name(n), NULL, md->folder[box], NULL, NULL);

	it.rule = "gone";
	if (lot(md, 2))
		put_one(md, box, NULL, &c);
	else
		put_one(md, box, &it, NULL);
	md->slot[box][n].live = false;
}

/* Moves the copy: another item of the mailbox takes its place. */
static void
move_on(struct model *md, int box, int n)
{
	struct change c = { .op = CHANGE_DELETE, .id = item_name(n) };
	int to = pick(md, box, false);

	if (to == -1)
		return;
	lay(&md->slot[box][to], md->slot[box][n].way, md->slot[box][n].epoch);
	md->slot[box][n].live = false;
	put_way(md, box, to, &c);
}

static void
happen(struct model *md, long step)
{
	int box = (int)lot(md, BOXES), n = pick(md, box, true);
	unsigned what = lot(md, 20);

	if (n != -1 && what < 3) {
		take_away(md, box, n);
		return;
	}
	if (n != -1 && what < 5) {
		move_on(md, box, n);
		return;
	}
	if (n != -1 && what < 7) {
		put_less(md, box, n);
		return;
	}
	if (n != -1 && what < 8) {
		put_way(md, box, n, NULL); /* once more */
		return;
	}
	n = (int)lot(md, SLOTS);
	lay(&md->slot[box][n], (int)lot(md, COUNT(ways)), (int)(step / EPOCH));
	put_way(md, box, n, NULL);
}

/* --- the test ---------------------------------------------------------- */

static void
begin(struct model *md)
{
	static const char *const id[BOXES] = { "F0", "F1", "F2" };
	struct kit *k = &md->k;
	struct store_mailbox known;
	struct store_folders f;
	int i;

	kit_init(k);
	/* in memory where that is possible: each step is a transaction */
	if (access("/dev/shm", W_OK) == 0) {
		assert_int_equal(rmdir(k->dir), 0);
		strcpy(k->dir, "/dev/shm/test_store.XXXXXX");
		assert_non_null(mkdtemp(k->dir));
		snprintf(k->path, sizeof(k->path), "%s/x.db", k->dir);
	}
	kit_know(k, "user", "5", boxes[1]);
	kit_know(k, "user", "9", boxes[2]);
	kit_know(k, "user", "9", CC);
	kit_open(k, 0);
	for (i = 0; i < BOXES; i++) {
		struct conf_mailbox m = kit_box(boxes[i]);

		OK(k, store_mailbox_get(
			  k->st, &m, NULL, PERMIT_READ, &known, &k->err));
		folders(k, boxes[i], &id[i], 1, &f);
		md->folder[i] = f.v[0].id;
		arena_free(&f.arena);
	}
}

static void
end(struct model *md)
{
	store_close(md->k.st);
	kit_forget(&md->k);
	nftw(md->k.dir, kit_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static sqlite3 *
look_into(struct model *md)
{
	sqlite3 *h = NULL;

	assert_int_equal(sqlite3_open(md->k.path, &h), SQLITE_OK);
	return h;
}

/* Checks that the table of ways means what it says. */
static void
test_ways(void **state)
{
	struct model md;
	size_t i, k;

	(void)state;
	memset(&md, 0, sizeof(md));
	begin(&md);
	for (i = 0; i < COUNT(ways); i++) {
		for (k = 0; k <= i; k++) {
			struct message *a = say(&md, &ways[i], 0, true);
			struct message *b = say(&md, &ways[k], 0, true);

			if (ways[i].mid == ways[k].mid && ways[i].mid != 0 &&
			    same_mail(a, b) != (ways[i].mail == ways[k].mail))
				fail_msg("ways %zu and %zu", i, k);
			message_free(a);
			message_free(b);
		}
	}
	end(&md);
}

/* A new file that gets all copies in another order must be equal. */
static void
check_new_file(struct model *md, sqlite3 *h, long step)
{
	static const char sql[] =
	    "SELECT group_concat(r,';') FROM(SELECT c.mailbox||c.item_id||"
	    "ifnull(x.digest||x.weight||x.contents||x.differs,'-') AS r FROM "
	    "sync_copy c LEFT JOIN sync_edition x ON x.n=c.edition WHERE "
	    "c.removed_at IS NULL AND c.email NOT IN(SELECT n FROM sync_email "
	    "WHERE subject='Memo') ORDER BY r)"; /* see lay */
	int order[BOXES * SLOTS], i, k, swap;
	char id[BOXES][SLOTS][40];
	sqlite3_stmt *s;
	struct model new;
	sqlite3 *other;

	memset(&new, 0, sizeof(new));
	memcpy(new.slot, md->slot, sizeof(new.slot));
	new.key = 1000000 + step;
	begin(&new);
	for (i = 0; i < BOXES * SLOTS; i++) {
		new.slot[i / SLOTS][i % SLOTS].mid =
		    ways[new.slot[i / SLOTS][i % SLOTS].way].mid;
		k = (int)lot(md, (unsigned)i + 1);
		order[i] = i;
		swap = order[k];
		order[k] = order[i];
		order[i] = swap;
	}
	for (i = 0; i < BOXES * SLOTS; i++) {
		if (md->slot[order[i] / SLOTS][order[i] % SLOTS].live)
			put_way(&new, order[i] / SLOTS, order[i] % SLOTS, NULL);
	}
	holds(&new.k, false);
	other = look_into(&new);
	check_copies(&new, other, id, -step);
	check_mails(&new, id, -step);
	s = prepare(h, sql);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_string_equal(
	    (const char *)sqlite3_column_text(s, 0), ask(&new.k, sql));
	sqlite3_finalize(s);
	sqlite3_close(other);
	end(&new);
}

/* A CRM has read all changes: from now on ids must stay. */
static void
acknowledge(sqlite3 *h)
{
	assert_int_equal(
	    sqlite3_exec(h,
		"INSERT INTO consumer(name,acked_seq) SELECT 'crm',max(seq) "
		"FROM change",
		NULL, NULL, NULL),
	    SQLITE_OK);
}

static void
test_random(void **state)
{
	static const char last[] = "SELECT ifnull(max(seq),0) FROM change";
	static const char unused[] = "SELECT count(*) FROM sync_blob_loose";
	static const char crowd[] =
	    "SELECT max(n) FROM(SELECT count(*) AS n FROM sync_email WHERE "
	    "message_id IS NOT NULL GROUP BY message_id)";
	char id[BOXES][SLOTS][40];
	struct seen_list seen = { NULL, 0 };
	struct model md;
	int64_t since;
	sqlite3 *h;
	long step;

	(void)state;
	memset(&md, 0, sizeof(md));
	md.lot = 1;
	begin(&md);
	h = look_into(&md);
	for (step = 0; step < STEPS; step++) {
		since = ask_int(h, last);
		happen(&md, step);
		holds_in(h);
		assert_int_equal(ask_int(h, unused), 0);
		check_copies(&md, h, id, step);
		check_told(h, &seen, since, step);
		md.crowds += ask_int(h, crowd) > 8;
		check_mails(&md, id, step);
		if (step % 500 == 499)
			check_new_file(&md, h, step);
		if (step == STEPS * 3 / 4)
			acknowledge(h);
	}
	assert_in_range(md.crowds, 100, STEPS);
	free(seen.v);
	sqlite3_close(h);
	end(&md);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ways),
		cmocka_unit_test(test_random) };

	return cmocka_run_group_tests_name("store_order", tests, NULL, NULL);
}
