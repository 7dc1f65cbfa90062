/*
 * same.c - are two messages with the same key the same mail?
 * 1. same_as is symmetric.
 * 2. Two bodies are the same if one is the other with blocks before or after
 *    it, or if both are one text with different such blocks. Nothing may be
 *    inserted in between, and a block must consist of whole lines and read like
 *    those that servers add.
 * 3. Each step is linear in what it looks at, or sorts.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "store/fold.h"
#include "store/link.h"
#include "store/same.h"

#define SENT_MS    INT64_C(60000)
#define BEFORE_MAX 4096  /* letters of a banner */
#define AFTER_MAX  16384 /* of disclaimers and footers */
#define ACCOUNT    14    /* digits in a row: an account number */
#define PLACES     16    /* at which one body is looked for in another */
#define LONG       ((size_t)64 << 10) /* bytes of a text */
#define MIDDLE     64                 /* letters that a quick test looks for */

_Static_assert(BEFORE_MAX <= FOLD_HEAD && BEFORE_MAX + AFTER_MAX <= FOLD_TAIL,
    "places where a banner may end must be known");

/* --- sender, time, subject --------------------------------------------- */

/* The sender's address, as written; NULL: not known as SMTP. */
static const char *
sender_of(const struct message *m)
{
	size_t i;

	for (i = 0; i < m->naddr; i++) {
		if (m->addr[i].role == ROLE_FROM && m->addr[i].address != NULL)
			return m->addr[i].address;
	}
	return NULL;
}

static bool
same_sender(const char *a, const char *b)
{
	char *x, *y;
	bool same;

	if (a == NULL || b == NULL || strcmp(a, b) == 0)
		return true;
	x = address_normalise(a);
	y = address_normalise(b);
	same = x != NULL && y != NULL ? strcmp(x, y) == 0 : str_ieq(a, b);
	free(x);
	free(y);
	return same;
}

/* In whole seconds, as the file has them. */
static bool
same_time(int64_t a, int64_t b)
{
	char text[TIM_TEXT];

	if (tim_text(a, text) == NULL || tim_text(b, text) == NULL)
		return true; /* not known, or out of range */
	a -= a % 1000;
	b -= b % 1000;
	return a > b ? a - b <= SENT_MS : b - a <= SENT_MS;
}

/*
 * How long is a server's tag at s: [..], {..} or *..*, however many stars, or
 * a word that servers use and a colon. 0: there is none.
 */
static size_t
tag_length(const char *s, size_t len)
{
	static const char open[] = "[{", close[] = "]}";
	static const char *const word[] = { "external:", "extern:", "ext:",
		"spam:", "secure:", "encrypted:", "caution:", "warning:" };
	const char *p = len > 0 ? memchr(open, s[0], 2) : NULL, *end;
	size_t i, run = 0, stars = 0;

	if (p != NULL) {
		end = memchr(s, close[p - open], len);
		return end == NULL ? 0 : (size_t)(end - s) + 1;
	}
	while (stars < len && s[stars] == '*')
		stars++;
	for (i = stars; stars > 0 && i < len; i++) {
		run = s[i] == '*' ? run + 1 : 0;
		if (run == stars)
			return i + 1;
	}
	for (i = 0; stars == 0 && i < sizeof(word) / sizeof(word[0]); i++) {
		if (len >= strlen(word[i]) &&
		    memcmp(s, word[i], strlen(word[i])) == 0)
			return strlen(word[i]);
	}
	return 0;
}

/* Is b, folded, a with tags before or after it? */
static bool
is_tagged(const struct buf *a, const struct buf *b)
{
	const char *s = buf_str(b);
	size_t len = b->len, n, i;

	while (len > a->len && (n = tag_length(s, len)) > 0) {
		s += n;
		len -= n;
	}
	if (len < a->len || memcmp(s, buf_str(a), a->len) != 0)
		return false;
	s += a->len;
	len -= a->len;
	for (i = 0; i < len; i += n) {
		if ((n = tag_length(s + i, len - i)) == 0)
			return false;
	}
	return true;
}

static bool
same_subject(const char *a, const char *b)
{
	struct buf x, y;
	bool same;

	if (a == NULL || b == NULL || strcmp(a, b) == 0)
		return true;
	buf_init(&x, FOLD_MAX);
	buf_init(&y, FOLD_MAX);
	fold_for_id(&x, a, strlen(a), false);
	fold_for_id(&y, b, strlen(b), false);
	same = x.len <= y.len ? is_tagged(&x, &y) : is_tagged(&y, &x);
	buf_free(&x);
	buf_free(&y);
	return same;
}

/* --- bodies ------------------------------------------------------------ */

static bool
has_word(const char *s, size_t len, const char *const *word, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (memmem(s, len, word[i], strlen(word[i])) != NULL)
			return true;
	}
	return false;
}

/* Is there a number that is as long as an account number? */
static bool
has_account(const char *s, size_t len)
{
	size_t i, run = 0;

	for (i = 0; i < len && run < ACCOUNT; i++)
		run = s[i] >= '0' && s[i] <= '9' ? run + 1 : 0;
	return run == ACCOUNT;
}

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

/*
 * Does the block read like one that servers add? A banner or disclaimer is
 * known by its words, a company's footer by its legal form together with a
 * contact; all words are folded. Any other block may be the sender's own.
 */
static bool
is_servers_block(const char *s, size_t len)
{
	static const char *const word[] = { "external", "extern", "caution",
		"achtung", "warnung", "warning", "vorsicht",
		"attention:", "thise-mail", "thisemail", "thismail",
		"thismessage", "diesee-mail", "dieseemail", "diesemail",
		"diesenachricht", "cemessage", "cecourriel", "cetemail",
		"cete-mail", "estemensaje", "estecorreo", "questomessaggio",
		"questae-mail", "questaemail", "dite-mail", "ditbericht",
		"dezee-mail", "tawiadomo", "confidential", "confidentiel",
		"confidencial", "vertraulich", "vertrouwelijk", "riservat",
		"poufn", "disclaimer", "haftungsausschluss",
		"intendedrecipient", "intendedsolely", "intendedonly",
		"addressee", "unauthori", "unbefugt", "virus", "malware",
		"phishing", "scannedby", "checkedby", "gepr\303\274ft",
		"registeredoffice", "registeredin", "companyno",
		"registrationno", "amtsgericht", "registergericht",
		"handelsregister", "gesch\303\244ftsf\303\274hr", "ust-id",
		"sitzdergesellschaft", "vatno", "capitalsocial", "partitaiva" };
	static const char *const company[] = { "ltd", "limited", "gmbh", "inc.",
		"llc", "plc", "&co", "s.a.", "s.r.l", "s.p.a", "b.v.", "a/s",
		"aktiengesellschaft" };
	static const char *const contact[] = { "www.", "tel.", "tel:", "phone",
		"telefon", "fax", "\1" };

	if (len == 0)
		return true;
	if (has_account(s, len))
		return false;
	return has_word(s, len, word, COUNT(word)) ||
	       (has_word(s, len, company, COUNT(company)) &&
		   has_word(s, len, contact, COUNT(contact)));
}

/* Are the n links of a from number i on those of b from number k on? */
static bool
equal_links(
    const struct fold *a, size_t i, const struct fold *b, size_t k, size_t n)
{
	for (; n > 0; n--) {
		if (!link_same(&a->link[i++], &b->link[k++]))
			return false;
	}
	return true;
}

static size_t
count_links(const char *s, size_t len)
{
	size_t n = 0;

	for (; len > 0; s++, len--)
		n += *s == FOLD_LINK;
	return n;
}

/* Is b a with a server's blocks before it and after it, at that place? */
static bool
is_framed_at(const struct fold *a, const struct fold *b, size_t at)
{
	const char *s = buf_str(&b->text);
	size_t end = at + a->text.len;

	return memcmp(s + at, buf_str(&a->text), a->text.len) == 0 &&
	       is_servers_block(s, at) &&
	       is_servers_block(s + end, b->text.len - end) &&
	       equal_links(a, 0, b, count_links(s, at), a->nlink);
}

/* base to the power of n */
static uint64_t
power_of(uint64_t base, size_t n)
{
	uint64_t p = 1;

	for (; n > 0; n >>= 1, base = map_mul(base, base)) {
		if (n & 1)
			p = map_mul(p, base);
	}
	return p;
}

/* May b hold a behind a banner? A quick test with the middle of a. */
static bool
holds_middle(const struct fold *a, const struct fold *b)
{
	size_t len = a->text.len, from = len / 2, n = len - from;
	size_t room = b->text.len - from;

	if (n > MIDDLE)
		n = MIDDLE;
	if (room > BEFORE_MAX + n)
		room = BEFORE_MAX + n;
	return memmem(buf_str(&b->text) + from, room, buf_str(&a->text) + from,
		   n) != NULL;
}

/*
 * Is b, the longer one, a with a server's blocks before and after it? A rolling
 * hash finds a in b in linear time. A text that repeats itself may be found at
 * many places of b; at most PLACES of them are compared.
 */
static bool
is_framed(const struct fold *a, const struct fold *b)
{
	const unsigned char *x = (const unsigned char *)buf_str(&a->text);
	const unsigned char *y = (const unsigned char *)buf_str(&b->text);
	size_t len = a->text.len, more = b->text.len - len, i, places = 0;
	uint64_t base = map_base(), want = 0, have = 0, top;

	if (len == 0 || more > BEFORE_MAX + AFTER_MAX)
		return len == 0 && more == 0;
	if (more == 0)
		return is_framed_at(a, b, 0);
	if (!holds_middle(a, b))
		return false;
	for (i = 0; i < len; i++) {
		want = map_add(map_mul(want, base), x[i]);
		have = map_add(map_mul(have, base), y[i]);
	}
	top = power_of(base, len - 1);
	for (i = 0; i <= more && i <= BEFORE_MAX && places < PLACES; i++) {
		if (want == have && more - i <= AFTER_MAX &&
		    fold_is_line(b, i) && fold_is_line(b, i + len)) {
			if (is_framed_at(a, b, i))
				return true;
			places++;
		}
		have = map_add(have, MAP_PRIME - map_mul(top, y[i]));
		if (i < more)
			have = map_add(map_mul(have, base), y[i + len]);
	}
	return false;
}

/* A body without the paragraphs at its ends that are a server's. */
struct core {
	size_t from, to; /* in text */
	size_t skip;     /* links before it */
};

static struct core
core_of(const struct fold *f)
{
	const struct fold_places *para = fold_paras(f);
	const char *s = buf_str(&f->text);
	struct core c = { 0, f->text.len, 0 };
	size_t i, at;

	for (i = 0; i < para->n; i++) {
		at = para->v[i];
		if (at > BEFORE_MAX ||
		    !is_servers_block(s + c.from, at - c.from))
			break;
		c.from = at;
	}
	for (i = para->n; i > 0; i--) {
		at = para->v[i - 1];
		if (at < c.from || f->text.len - at > AFTER_MAX ||
		    !is_servers_block(s + at, c.to - at))
			break;
		c.to = at;
	}
	c.skip = count_links(s, c.from);
	return c;
}

/* Are both the same text with blocks of different servers around it? */
static bool
same_core(const struct fold *a, const struct fold *b)
{
	struct core x = core_of(a), y = core_of(b);
	size_t len = x.to - x.from;

	if (len == 0 || len != y.to - y.from ||
	    memcmp(buf_str(&a->text) + x.from, buf_str(&b->text) + y.from,
		len) != 0)
		return false;
	return equal_links(
	    a, x.skip, b, y.skip, count_links(buf_str(&a->text) + x.from, len));
}

/* stop: about so many letters; 0: all of them. */
static void
fold_message(
    struct fold *f, const struct message *m, bool no_links, size_t stop)
{
	fold_init(f, no_links);
	f->stop = stop;
	if (m->html != NULL)
		fold_body(f, m->html, m->html_len, true);
	else if (m->text != NULL)
		fold_body(f, m->text, m->text_len, false);
}

int64_t
same_weight(const struct message *m)
{
	struct fold f;
	int64_t n;

	fold_message(&f, m, true, 0);
	n = (int64_t)f.text.len;
	fold_free(&f);
	return n;
}

static bool
same_bytes(const char *a, size_t alen, const char *b, size_t blen)
{
	if (a == NULL || b == NULL)
		return a == b;
	return alen == blen && memcmp(a, b, alen) == 0;
}

bool
same_text(const struct message *a, const struct message *b)
{
	return same_bytes(a->text, a->text_len, b->text, b->text_len) &&
	       same_bytes(a->html, a->html_len, b->html, b->html_len);
}

/* no_links: links in plain text and in HTML do not stand in the same places. */
static const struct fold *
fold_once(struct same *s, bool no_links)
{
	struct fold *f = &s->fold[no_links];

	if (!s->folded[no_links])
		fold_message(f, s->m, no_links, 0);
	s->folded[no_links] = true;
	return f;
}

/*
 * A quick test for long texts: if they are the same, so are some letters near
 * their beginning, whatever blocks servers added. It saves folding the rest.
 */
static bool
begin_alike(const struct message *a, const struct message *b, bool no_links)
{
	size_t from = 2 * BEFORE_MAX, room = 2 * BEFORE_MAX + MIDDLE;
	size_t core = from + MIDDLE + AFTER_MAX;
	struct fold x, y;
	bool alike = true;

	if (a->text_len + a->html_len < LONG ||
	    b->text_len + b->html_len < LONG)
		return true;
	fold_message(&x, a, no_links, core);
	fold_message(&y, b, no_links, core);
	if (x.text.len >= core && y.text.len >= core)
		alike = memmem(buf_str(&y.text) + BEFORE_MAX, room,
			    buf_str(&x.text) + from, MIDDLE) != NULL;
	fold_free(&x);
	fold_free(&y);
	return alike;
}

static bool
same_body(struct same *s, const struct message *b)
{
	const struct message *a = s->m;
	bool mixed = (a->html == NULL) != (b->html == NULL), same;
	const struct fold *x;
	struct fold y;

	if (a->body_state != BODY_FULL || b->body_state != BODY_FULL)
		return true;
	if (same_text(a, b))
		return true;
	if (!begin_alike(a, b, mixed))
		return false;
	x = fold_once(s, mixed);
	fold_message(&y, b, mixed, 0);
	same = x->text.len <= y.text.len ? is_framed(x, &y) : is_framed(&y, x);
	same = same || same_core(x, &y);
	fold_free(&y);
	return same;
}

/* --- attachments ------------------------------------------------------- */

/* Can its content be compared? That of an attached item is generated anew. */
static bool
has_content(const struct attachment *a)
{
	return a->stored && a->kind == ATT_FILE;
}

static int
by_name(const struct attachment *x, const struct attachment *y)
{
	int c = (int)x->kind - (int)y->kind;

	if (c == 0)
		c = (x->name != NULL) - (y->name != NULL);
	if (c == 0 && x->name != NULL)
		c = strcmp(x->name, y->name);
	return c;
}

/* Kind, name, content; those without a known content last. */
static int
by_content(const void *a, const void *b)
{
	const struct attachment *x = *(const struct attachment *const *)a;
	const struct attachment *y = *(const struct attachment *const *)b;
	int c = by_name(x, y);

	if (c == 0)
		c = has_content(y) - has_content(x);
	if (c == 0 && has_content(x))
		c = memcmp(x->sha256, y->sha256, sizeof(x->sha256));
	return c;
}

struct att_list {
	const struct attachment **v;
	size_t n, at;
};

static void
sort_attachments(struct att_list *l, const struct message *m)
{
	size_t i;

	l->v = mem_grow(NULL, m->natt + 1, sizeof(*l->v));
	for (i = 0; i < m->natt; i++)
		l->v[i] = &m->att[i];
	l->n = m->natt;
	l->at = 0;
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_content);
}

/* How many attachments of one kind and name have a known content. */
struct att_group {
	size_t known, unknown;
};

static const struct attachment *
next_attachment(const struct att_list *l)
{
	return l->at < l->n ? l->v[l->at] : NULL;
}

static void
take_attachment(struct att_list *l, struct att_group *g)
{
	const struct attachment *a = l->v[l->at++];

	if (has_content(a))
		g->known++;
	else
		g->unknown++;
}

/*
 * Compares the next kind and name of both lists. Equal known contents pair off;
 * each other known one needs an unknown one in the other list.
 */
static bool
same_group(struct att_list *a, struct att_list *b)
{
	const struct attachment *x = next_attachment(a);
	const struct attachment *y = next_attachment(b);
	const struct attachment *first =
	    x == NULL || (y != NULL && by_name(y, x) < 0) ? y : x;
	struct att_group more_a = { 0 }, more_b = { 0 };
	int c;

	while (first != NULL) {
		x = next_attachment(a);
		y = next_attachment(b);
		x = x != NULL && by_name(x, first) == 0 ? x : NULL;
		y = y != NULL && by_name(y, first) == 0 ? y : NULL;
		if (x == NULL && y == NULL)
			break;
		c = x == NULL ? 1 : y == NULL ? -1 : by_content(&x, &y);
		if (c == 0) {
			a->at++;
			b->at++;
		} else if (c < 0)
			take_attachment(a, &more_a);
		else
			take_attachment(b, &more_b);
	}
	return more_a.known <= more_b.unknown &&
	       more_b.known <= more_a.unknown &&
	       more_a.known + more_a.unknown == more_b.known + more_b.unknown;
}

/* Were its attachments told at all? */
static bool
knows_attachments(const struct message *m)
{
	return m->natt > 0 || m->body_state == BODY_FULL ||
	       m->body_state == BODY_TOO_LARGE;
}

static bool
equal_attachments(const struct message *a, const struct message *b)
{
	struct att_list x, y;
	bool same = true;

	if ((a->natt == 0 && b->natt == 0) || !knows_attachments(a) ||
	    !knows_attachments(b))
		return true;
	sort_attachments(&x, a);
	sort_attachments(&y, b);
	while (same && (x.at < x.n || y.at < y.n))
		same = same_group(&x, &y);
	free(x.v);
	free(y.v);
	return same;
}

/* --- what they have in common ------------------------------------------ */

void
same_hash_sender(const struct message *m, struct crypt_sha256 *h)
{
	const char *from = sender_of(m);
	char *norm = from != NULL ? address_normalise(from) : NULL;

	crypt_sha256_adds(h, norm != NULL ? norm : from);
	free(norm);
}

/*
 * Searches backwards for the place where the last tag of s begins; 0: none. The
 * flags save calling tag_length where there is no closing bracket or star.
 */
static size_t
last_tag(const char *s, size_t len)
{
	bool square = false, curly = false, stars = false;
	size_t i;

	for (i = len - 1; i > 0; i--) {
		square = square || s[i] == ']';
		curly = curly || s[i] == '}';
		stars =
		    stars || (s[i] != '*' && i + 1 < len && s[i + 1] == '*');
		if ((s[i] == '[' && !square) || (s[i] == '{' && !curly) ||
		    (s[i] == '*' && !stars))
			continue;
		if (tag_length(s + i, len - i) > 0)
			break;
	}
	return i;
}

static void
hash_subject(const struct message *m, struct crypt_sha256 *h)
{
	const char *subject = str_nn(m->subject), *s;
	struct buf b;
	size_t len, n, i;

	buf_init(&b, FOLD_MAX);
	fold_for_id(&b, subject, strlen(subject), false);
	s = buf_str(&b);
	len = b.len;
	while ((n = tag_length(s, len)) > 0) {
		s += n;
		len -= n;
	}
	/* tags at the end of the subject */
	while (len > 0 && (s[len - 1] == ']' || s[len - 1] == '}')) {
		i = last_tag(s, len);
		if (i == 0 || i + tag_length(s + i, len - i) != len)
			break;
		len = i;
	}
	crypt_sha256_add(h, s, len);
	crypt_sha256_adds(h, "");
	buf_free(&b);
}

static void
hash_core(const struct message *m, struct crypt_sha256 *h)
{
	struct fold f;
	struct core c;

	fold_message(&f, m, false, 0);
	c = core_of(&f);
	if (c.to <= c.from) {
		c.from = 0;
		c.to = f.text.len;
	}
	crypt_sha256_add(h, buf_str(&f.text) + c.from, c.to - c.from);
	fold_free(&f);
}

/* In whatever order. */
static void
hash_attachments(const struct message *m, struct crypt_sha256 *h)
{
	struct att_list l;
	size_t i;

	sort_attachments(&l, m);
	for (i = 0; i < l.n; i++) {
		const struct attachment *a = l.v[i];

		crypt_sha256_adds(h, "");
		crypt_sha256_adds(h, att_kind_name(a->kind));
		crypt_sha256_adds(h, a->name);
		if (has_content(a))
			crypt_sha256_add(h, a->sha256, sizeof(a->sha256));
	}
	free(l.v);
}

void
same_hash(const struct message *m, struct crypt_sha256 *h)
{
	char at[TIM_TEXT] = "";

	same_hash_sender(m, h);
	if (m->sent_at != TIM_NONE)
		tim_text(m->sent_at - m->sent_at % 60000, at);
	crypt_sha256_adds(h, at);
	hash_subject(m, h);
	hash_core(m, h);
	hash_attachments(m, h);
}

bool
same_head(const struct message *a, const struct message *b)
{
	return same_time(a->sent_at, b->sent_at) &&
	       same_sender(sender_of(a), sender_of(b)) &&
	       same_subject(a->subject, b->subject) && equal_attachments(a, b);
}

void
same_init(struct same *s, const struct message *m)
{
	memset(s, 0, sizeof(*s));
	s->m = m;
}

void
same_free(struct same *s)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (s->folded[i])
			fold_free(&s->fold[i]);
	}
	memset(s, 0, sizeof(*s));
}

bool
same_as(struct same *s, const struct message *b)
{
	return same_head(s->m, b) && same_body(s, b);
}
