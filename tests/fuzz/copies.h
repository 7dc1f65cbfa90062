/*
 * copies.h - what the copies of a mail can say, as text and as a message, and
 * which of them are the same mail; for fuzz_copies.c.
 * Included once: everything in it is static.
 */
#ifndef FUZZ_COPIES_H
#define FUZZ_COPIES_H

/* the fault points are the target's own */
#ifndef EXSYNC_FAULT
#define EXSYNC_FAULT
#endif
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/held.h"
#include "../lib/samemail.h"
#include "base/fault.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/tim.h"
#include "fuzz.h"
#include "storekit.h"
#include "store/content.h"
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
	{ "contact", "815", "carl@x.example", "Carl", NULL },
	{ "user", "4711", "ann@contoso.example", "Ann", NULL },
	{ "contact", "9", "cc@x.example", NULL, NULL },
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

#endif
