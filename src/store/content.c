/*
 * content.c - what makes two messages the same mail.
 * 1. Ids depend on nothing but the message.
 * 2. content_same is symmetric, and true for a message and itself.
 * 3. What is folded for an id is never changed; what only content_same looks
 *    at may be.
 */
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/str.h"
#include "base/tim.h"
#include "core/party.h"
#include "store/content.h"

static bool
space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* --- ids --------------------------------------------------------------- */

bool
content_mid(struct buf *out, const char *mid)
{
	const char *p, *end, *at = NULL;
	size_t start = out->len;

	if (mid == NULL)
		return false;
	if ((p = strchr(mid, '<')) != NULL)
		mid = p + strspn(p, "<"); /* some write <<...>> */
	if ((end = strchr(mid, '>')) == NULL)
		end = mid + strlen(mid);
	for (p = mid; p < end; p++) {
		if (*p == '@')
			at = p;
	}
	buf_addc(out, '<');
	for (p = mid; p < end; p++) {
		if (space(*p))
			continue;
		buf_addc(out, at != NULL && p > at ? lower(*p) : *p);
	}
	if (out->len <= start + 1) {
		out->len = start;
		out->data[start] = '\0';
		return false;
	}
	buf_addc(out, '>');
	return true;
}

char *
content_mid_shown(const char *mid)
{
	struct buf b;
	size_t i, n;

	if (mid == NULL)
		return NULL;
	mid += strspn(mid, " \t\r\n");
	n = strlen(mid);
	while (n > 0 && strchr(" \t\r\n", mid[n - 1]) != NULL)
		n--;
	if (n == 0)
		return NULL;
	buf_init(&b, n + 2);
	if (mid[0] != '<')
		buf_addc(&b, '<');
	for (i = 0; i < n; i++) {
		if (mid[i] != '\r' && mid[i] != '\n')
			buf_addc(&b, mid[i]);
	}
	if (mid[0] != '<')
		buf_addc(&b, '>');
	return buf_take(&b);
}

static void
hash_hex(const struct crypt_sha256 *h, char *id)
{
	unsigned char sum[CRYPT_SHA256];

	crypt_sha256_out(h, sum);
	enc_hex(sum, (CONTENT_ID - 1) / 2, id);
}

bool
content_mid_id(struct buf *b, const char *mid, char *id)
{
	unsigned char sum[CRYPT_SHA256];

	buf_reset(b);
	buf_adds(b, "mid:");
	if (!content_mid(b, mid))
		return false;
	crypt_sha256(b->data, b->len, sum);
	enc_hex(sum, (CONTENT_ID - 1) / 2, id);
	return true;
}

const char *
content_from(const struct message *m)
{
	size_t i;

	for (i = 0; i < m->naddr; i++) {
		if (m->addr[i].role == ROLE_FROM && m->addr[i].address != NULL)
			return m->addr[i].address;
	}
	return NULL;
}

/* From, sent, subject and body: what a mail is without its Message-ID. */
static void
hash_content(struct buf *b, const struct message *m, struct crypt_sha256 *h)
{
	const char *from = content_from(m);
	char *norm = from != NULL ? party_normalise(from) : NULL;
	char at[TIM_TEXT] = "";

	if (norm != NULL)
		from = norm;
	crypt_sha256_add(h, str_nn(from), strlen(str_nn(from)) + 1);
	free(norm);
	tim_text(m->sent_at, at);
	crypt_sha256_add(h, at, strlen(at) + 1);
	crypt_sha256_add(h, str_nn(m->subject), strlen(str_nn(m->subject)) + 1);
	buf_reset(b);
	if (m->html != NULL)
		content_fold(b, m->html, m->html_len, true);
	else if (m->text != NULL)
		content_fold(b, m->text, m->text_len, false);
	crypt_sha256_add(h, buf_str(b), b->len);
}

void
content_id(struct buf *b, const struct message *m, char *id)
{
	struct crypt_sha256 h;

	if (content_mid_id(b, m->message_id, id))
		return;
	crypt_sha256_init(&h);
	crypt_sha256_add(&h, "none:", 5);
	hash_content(b, m, &h);
	hash_hex(&h, id);
}

void
content_variant(
    struct buf *b, const struct message *m, const char *id, char *out)
{
	struct crypt_sha256 h;

	crypt_sha256_init(&h);
	crypt_sha256_add(&h, "variant:", 8);
	crypt_sha256_add(&h, id, strlen(id));
	hash_content(b, m, &h);
	hash_hex(&h, out);
}

/* id of the first mail in a References header; some leave out the <>. */
static bool
first_of(struct buf *b, const char *refs, char *id)
{
	static const char white[] = " \t\r\n";
	char *word;
	bool found;

	if (refs == NULL || strchr(refs, '<') != NULL)
		return content_mid_id(b, refs, id);
	refs += strspn(refs, white);
	word = mem_strndup(refs, strcspn(refs, white));
	found = content_mid_id(b, word, id);
	free(word);
	return found;
}

void
content_thread(
    struct buf *b, const struct message *m, const char *first, char *out)
{
	struct crypt_sha256 h;

	if (first_of(b, m->refs, out) || content_mid_id(b, m->in_reply_to, out))
		return;
	if (m->message_id == NULL && m->conversation_id != NULL) {
		crypt_sha256_init(&h);
		crypt_sha256_add(&h, "conversation:", 13);
		crypt_sha256_add(
		    &h, m->conversation_id, strlen(m->conversation_id));
		hash_hex(&h, out);
		return;
	}
	memcpy(out, first, CONTENT_ID);
}

/* --- bodies ------------------------------------------------------------ */

static const struct {
	const char *name;
	const char *text; /* "": white space */
} entity[] = {
	{ "amp;", "&" },
	{ "lt;", "<" },
	{ "gt;", ">" },
	{ "quot;", "\"" },
	{ "apos;", "'" },
	{ "nbsp;", "" },
};

/* &...; at s: its length and what it stands for, or 1 and "&". */
static size_t
decode(const char *s, size_t len, char *out)
{
	size_t i, n;
	unsigned long c;
	char num[12], *end;

	for (i = 0; i < sizeof(entity) / sizeof(*entity); i++) {
		n = strlen(entity[i].name);
		if (len > n && memcmp(s + 1, entity[i].name, n) == 0) {
			strcpy(out, entity[i].text);
			return n + 1;
		}
	}
	strcpy(out, "&");
	if (len < 4 || s[1] != '#')
		return 1;
	for (n = 2; n < len && n < 10 && s[n] != ';'; n++)
		;
	if (n >= len || s[n] != ';')
		return 1;
	memcpy(num, s + 2, n - 2);
	num[n - 2] = '\0';
	c = num[0] == 'x' || num[0] == 'X' ? strtoul(num + 1, &end, 16)
					   : strtoul(num, &end, 10);
	if (*end != '\0' || c == 0 || c > 0x10ffff ||
	    (c >= 0xd800 && c < 0xe000))
		return 1;
	i = c == 0xa0 || c <= 0x20 ? 0 : enc_utf8_put(out, (uint32_t)c);
	out[i] = '\0';
	return n + 1;
}

/* U+00A0 and what follows (HTML 4.01, 24.2), and others that mail has. */
static const char latin_1[] =
    "nbsp iexcl cent pound curren yen brvbar sect uml copy "
    "ordf laquo not shy reg macr deg plusmn sup2 sup3 acute "
    "micro para middot cedil sup1 ordm raquo frac14 frac12 "
    "frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig "
    "Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml "
    "ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash "
    "Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute "
    "acirc atilde auml aring aelig ccedil egrave eacute ecirc "
    "euml igrave iacute icirc iuml eth ntilde ograve oacute "
    "ocirc otilde ouml divide oslash ugrave uacute ucirc uuml "
    "yacute thorn yuml";
static const struct {
	const char *name;
	uint32_t c;
} symbol[] = {
	{ "ensp", 0x2002 },
	{ "emsp", 0x2003 },
	{ "thinsp", 0x2009 },
	{ "ndash", 0x2013 },
	{ "mdash", 0x2014 },
	{ "lsquo", 0x2018 },
	{ "rsquo", 0x2019 },
	{ "sbquo", 0x201a },
	{ "ldquo", 0x201c },
	{ "rdquo", 0x201d },
	{ "bdquo", 0x201e },
	{ "bull", 0x2022 },
	{ "hellip", 0x2026 },
	{ "euro", 0x20ac },
	{ "trade", 0x2122 },
	{ "oelig", 0x153 },
};

/* &...; at s by its name: its length and what it stands for, or 1. */
static size_t
named(const char *s, size_t len, uint32_t *c)
{
	const char *p, *end = memchr(s, ';', len < 10 ? len : 10);
	size_t i, k, n;

	if (end == NULL)
		return 1;
	n = (size_t)(end - s) - 1;
	*c = 0xa0;
	for (p = latin_1; *p != '\0'; p += k + (p[k] == ' '), ++*c) {
		k = strcspn(p, " ");
		if (k == n && memcmp(p, s + 1, n) == 0)
			return n + 2;
	}
	for (i = 0; i < sizeof(symbol) / sizeof(*symbol); i++) {
		*c = symbol[i].c;
		if (strlen(symbol[i].name) == n &&
		    memcmp(symbol[i].name, s + 1, n) == 0)
			return n + 2;
	}
	*c = '&';
	return 1;
}

static bool
starts(const char *s, size_t len, const char *what)
{
	size_t n = strlen(what);

	return len >= n && str_ieqn(s, what, n);
}

/* Where an element of that name ends: after the > of its closing tag. */
static size_t
element(const char *s, size_t len, const char *close)
{
	size_t i;
	const char *end;

	for (i = 1; i < len; i++) {
		if (s[i] == '<' && starts(s + i, len - i, close)) {
			end = memchr(s + i, '>', len - i);
			return end != NULL ? (size_t)(end - s) + 1 : len;
		}
	}
	return len;
}

/* How long is the markup that begins with < at s? */
static size_t
markup(const char *s, size_t len)
{
	const char *end;

	if (starts(s, len, "<!--")) {
		end = memmem(s, len, "-->", 3);
		return end != NULL ? (size_t)(end - s) + 3 : len;
	}
	if (starts(s, len, "<style"))
		return element(s, len, "</style");
	if (starts(s, len, "<script"))
		return element(s, len, "</script");
	if (starts(s, len, "<title"))
		return element(s, len, "</title");
	end = memchr(s, '>', len);
	return end != NULL ? (size_t)(end - s) + 1 : len;
}

/* How long is the link that is written out at s? 0: there is none. */
static size_t
link_length(const char *s, size_t len)
{
	size_t n = 0;

	if (starts(s, len, "http://") || starts(s, len, "https://"))
		while (n < len && !space(s[n]) && s[n] != '<' && s[n] != '>' &&
		       s[n] != '"')
			n++;
	return n;
}

/* A character other than ASCII. */
static void
fold_char(struct buf *out, uint32_t c)
{
	char piece[4];

	if (c != 0xa0 && c != 0xfeff && !(c >= 0x2000 && c <= 0x200d))
		buf_add(out, piece, enc_utf8_put(piece, enc_lower(c)));
}

/* What begins with & at s; its length. */
static size_t
fold_entity(struct buf *out, const char *s, size_t len, bool loose)
{
	char text[8];
	size_t n = decode(s, len, text);
	uint32_t c = '&';

	if (!loose) {
		buf_adds(out, text);
		return n;
	}
	if (n == 1)
		n = named(s, len, &c);
	else if (text[0] == '\0' || enc_utf8_next(text, strlen(text), &c) == 0)
		return n; /* white space */
	fold_char(out, c);
	return n;
}

/*
 * content_fold; loose: links that are written out are dropped as well, and
 * every entity is the letter that it stands for.
 */
static void
fold(struct buf *out, const char *s, size_t len, bool html, bool loose)
{
	size_t i, n;
	uint32_t c;

	for (i = 0; i < len; i += n) {
		unsigned char b = (unsigned char)s[i];

		if (loose && (b | 32) == 'h' &&
		    (n = link_length(s + i, len - i)) > 0)
			continue;
		n = 1;
		if (space(s[i]))
			continue;
		if (html && b == '<') {
			n = markup(s + i, len - i);
		} else if (html && b == '&') {
			n = fold_entity(out, s + i, len - i, loose);
		} else if (b < 0x80) {
			buf_addc(out, lower(s[i]));
		} else if ((n = enc_utf8_next(s + i, len - i, &c)) == 0) {
			n = 1;
		} else {
			fold_char(out, c);
		}
	}
}

void
content_fold(struct buf *out, const char *s, size_t len, bool html)
{
	fold(out, s, len, html, false);
}

/* --- the same mail? ---------------------------------------------------- */

/*
 * The copies of one mail are not equal byte for byte. Between the sender's
 * copy and a recipient's a server may put in banners, signatures (above the
 * text that is answered) and disclaimers, and a tag into the subject; a mail
 * security service writes the links anew; a letter may have become an entity;
 * and the time of sending is taken once by the client and once by the server.
 */
#define SENT_MS INT64_C(60000)
#define INSERTS 8  /* passages put in */
#define PIECE   16 /* what goes on after one is that long, or chance */

/* Is b the text a with passages put in? a is the shorter one. */
static bool
grown(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t n, back;
	const char *p;
	int i;

	if (memmem(b, blen, a, alen) != NULL)
		return true;
	if (alen < PIECE)
		return false;
	for (i = 0;; i++) {
		for (n = 0; n < alen && n < blen && a[n] == b[n]; n++)
			;
		a += n;
		b += n;
		alen -= n;
		blen -= n;
		if (alen == 0 || i == INSERTS)
			return alen == 0;
		/* the passage may begin as that does which it stands before */
		back = alen < PIECE ? PIECE - alen : 0;
		a -= back;
		b -= back;
		alen += back;
		blen += back;
		if ((p = memmem(b, blen, a, PIECE)) == NULL)
			return false;
		blen -= (size_t)(p - b);
		b = p;
	}
}

/* Equal, or the longer one is the other with passages put in. */
static bool
same_folded(struct buf *a, struct buf *b)
{
	if (a->len > b->len)
		return grown(buf_str(b), b->len, buf_str(a), a->len);
	return grown(buf_str(a), a->len, buf_str(b), b->len);
}

/* NULL equals everything. */
static bool
same_subject(const char *a, const char *b)
{
	struct buf x, y;
	bool same;

	if (a == NULL || b == NULL || strcmp(a, b) == 0)
		return true;
	buf_init(&x, CONTENT_MAX);
	buf_init(&y, CONTENT_MAX);
	content_fold(&x, a, strlen(a), false);
	content_fold(&y, b, strlen(b), false);
	same = same_folded(&x, &y);
	buf_free(&x);
	buf_free(&y);
	return same;
}

/* Not known equals everything. */
static bool
same_sent(const char *a, int64_t b)
{
	char text[TIM_TEXT];
	int64_t x, y;

	if (a == NULL || tim_text(b, text) == NULL || !tim_iso(a, &x) ||
	    !tim_iso(text, &y))
		return true;
	return x - y <= SENT_MS && y - x <= SENT_MS;
}

static bool
same_from(const char *a, const char *b)
{
	char *x, *y;
	bool same;

	if (a == NULL || b == NULL || strcmp(a, b) == 0)
		return true;
	x = party_normalise(a);
	y = party_normalise(b);
	same = x != NULL && y != NULL ? strcmp(x, y) == 0 : str_ieq(a, b);
	free(x);
	free(y);
	return same;
}

static void
fold_either(struct buf *out, const char *text, size_t text_len,
    const char *html, size_t html_len, bool loose)
{
	if (html != NULL)
		fold(out, html, html_len, true, loose);
	else if (text != NULL)
		fold(out, text, text_len, false, loose);
}

/* Both bodies, folded; the caller frees a and b. */
static void
fold_both(const struct content *c, const struct message *m, struct buf *a,
    struct buf *b, bool loose)
{
	buf_init(a, CONTENT_MAX);
	buf_init(b, CONTENT_MAX);
	fold_either(a, c->text, c->text != NULL ? strlen(c->text) : 0, c->html,
	    c->html != NULL ? strlen(c->html) : 0, loose);
	fold_either(b, m->text, m->text_len, m->html, m->html_len, loose);
}

bool
content_body_equal(const struct content *c, const struct message *m)
{
	struct buf a, b;
	bool same;

	if (str_eq(c->text, m->text) && str_eq(c->html, m->html))
		return true;
	fold_both(c, m, &a, &b, false);
	same = a.len == b.len && memcmp(buf_str(&a), buf_str(&b), a.len) == 0;
	buf_free(&a);
	buf_free(&b);
	return same;
}

static bool
same_body(const struct content *c, const struct message *m)
{
	struct buf a, b;
	bool same;

	if ((c->text == NULL && c->html == NULL) ||
	    (m->text == NULL && m->html == NULL))
		return true;
	if (str_eq(c->text, m->text) && str_eq(c->html, m->html))
		return true;
	fold_both(c, m, &a, &b, true);
	same = same_folded(&a, &b);
	buf_free(&a);
	buf_free(&b);
	return same;
}

bool
content_same(const struct content *c, const struct message *m)
{
	return same_sent(c->sent_at, m->sent_at) &&
	       same_from(c->from, content_from(m)) &&
	       same_subject(c->subject, m->subject) && same_body(c, m);
}
