/*
 * fold.c - bodies as they are compared.
 * 1. What fold_for_id makes of a text is never changed; what only fold_body
 *    looks at may be.
 * 2. Everything is done in one pass over the body.
 */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/fold.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char
lower_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* --- entities and markup ----------------------------------------------- */

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
decode_entity(const char *s, size_t len, char *out)
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
named_entity(const char *s, size_t len, uint32_t *c)
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
starts_with(const char *s, size_t len, const char *what)
{
	size_t n = strlen(what);

	return len >= n && str_ieqn(s, what, n);
}

/* Where an element of that name ends: after the > of its closing tag. */
static size_t
element_length(const char *s, size_t len, const char *close)
{
	size_t i;
	const char *end;

	for (i = 1; i < len; i++) {
		if (s[i] == '<' && starts_with(s + i, len - i, close)) {
			end = memchr(s + i, '>', len - i);
			return end != NULL ? (size_t)(end - s) + 1 : len;
		}
	}
	return len;
}

/* How long is the markup that begins with < at s? */
static size_t
markup_length(const char *s, size_t len)
{
	const char *end;

	if (starts_with(s, len, "<!--")) {
		end = memmem(s, len, "-->", 3);
		return end != NULL ? (size_t)(end - s) + 3 : len;
	}
	if (starts_with(s, len, "<style"))
		return element_length(s, len, "</style");
	if (starts_with(s, len, "<script"))
		return element_length(s, len, "</script");
	if (starts_with(s, len, "<title"))
		return element_length(s, len, "</title");
	end = memchr(s, '>', len);
	return end != NULL ? (size_t)(end - s) + 1 : len;
}

/* Does the tag begin or end a block, or a line? */
static bool
is_block(const char *s, size_t len)
{
	static const char *const name[] = { "p", "div", "br", "tr", "td", "th",
		"li", "ul", "ol", "table", "hr", "h1", "h2", "h3", "h4", "h5",
		"h6", "blockquote", "pre", "body", "html", "center", "head",
		"title", "section", "article", "header", "footer", "address",
		"dl", "dt", "dd", "form" };
	size_t i, n;

	s += 1 + (len > 1 && s[1] == '/');
	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		n = strlen(name[i]);
		if (str_ieqn(s, name[i], n) &&
		    strchr(" \t\r\n/>", s[n]) != NULL)
			return true;
	}
	return false;
}

/* Where the <a> of len bytes at s leads to; n 0: nowhere. */
static struct fold_link
href_of(const char *s, size_t len)
{
	struct fold_link l = { s, 0 };
	size_t i;
	char quote;

	if (len < 10 || (s[1] | 32) != 'a' || !is_space(s[2]))
		return l;
	for (i = 3; i + 6 < len; i++) {
		if (is_space(s[i - 1]) && str_ieqn(s + i, "href", 4))
			break;
	}
	if (i + 6 >= len)
		return l;
	for (i += 4; i < len && (is_space(s[i]) || s[i] == '='); i++)
		;
	quote = i < len && (s[i] == '"' || s[i] == '\'') ? s[i++] : '\0';
	l.s = s + i;
	for (; i < len && s[i] != '>' &&
	       (quote != '\0' ? s[i] != quote : !is_space(s[i]));
	     i++)
		l.n++;
	return l;
}

/* How long is the link that is written out at s? 0: there is none. */
static size_t
link_length(const char *s, size_t len)
{
	size_t n = 0;

	if (starts_with(s, len, "http://") || starts_with(s, len, "https://"))
		while (n < len && !is_space(s[n]) && s[n] != '<' &&
		       s[n] != '>' && s[n] != '"')
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

/* One character of text at s, no markup; its length. */
static size_t
fold_letter(struct buf *out, const char *s, size_t len)
{
	uint32_t c;
	size_t n;

	if ((unsigned char)*s < 0x80) {
		if (!is_space(*s))
			buf_addc(out, lower_ascii(*s));
		return 1;
	}
	if ((n = enc_utf8_next(s, len, &c)) == 0)
		return 1;
	fold_char(out, c);
	return n;
}

/* --- for ids ----------------------------------------------------------- */

void
fold_for_id(struct buf *out, const char *s, size_t len, bool html)
{
	char text[8];
	size_t i, n;

	for (i = 0; i < len; i += n) {
		if (html && s[i] == '<') {
			n = markup_length(s + i, len - i);
		} else if (html && s[i] == '&') {
			n = decode_entity(s + i, len - i, text);
			buf_adds(out, text);
		} else
			n = fold_letter(out, s + i, len - i);
	}
}

/* --- for comparing ----------------------------------------------------- */

void
fold_init(struct fold *f, bool no_links)
{
	memset(f, 0, sizeof(*f));
	buf_init(&f->text, FOLD_MAX);
	f->no_links = no_links;
}

void
fold_free(struct fold *f)
{
	buf_free(&f->text);
	free(f->line.v);
	free(f->para.v);
	free(f->link);
	memset(f, 0, sizeof(*f));
}

static void
add_place(struct fold_places *p, size_t at)
{
	if (p->n > 0 && p->v[p->n - 1] == at)
		return;
	if (p->n == p->cap) {
		p->cap = p->cap == 0 ? 64 : 2 * p->cap;
		p->v = mem_grow(p->v, p->cap, sizeof(*p->v));
	}
	p->v[p->n++] = at;
}

/* A line of text ends; one that had nothing in it ends a paragraph. */
static void
end_line(struct fold *f)
{
	add_place(&f->line, f->text.len);
	if (f->text.len == f->last_line)
		add_place(&f->para, f->text.len);
	f->last_line = f->text.len;
}

static void
add_link(struct fold *f, const char *s, size_t n)
{
	if (f->no_links || n == 0 || buf_addc(&f->text, FOLD_LINK) == -1)
		return;
	if (f->nlink == f->link_cap) {
		f->link_cap = f->link_cap == 0 ? 16 : 2 * f->link_cap;
		f->link = mem_grow(f->link, f->link_cap, sizeof(*f->link));
	}
	f->link[f->nlink++] = (struct fold_link){ s, n };
}

/* The markup at s; its length. */
static size_t
fold_markup(struct fold *f, const char *s, size_t len)
{
	size_t n = markup_length(s, len);
	struct fold_link l;

	/* the last character is read past none */
	if (n < 3 || s[n - 1] != '>')
		return n;
	if (is_block(s, n)) {
		add_place(&f->line, f->text.len);
		add_place(&f->para, f->text.len);
	}
	l = href_of(s, n);
	/* places in the mail itself lead nowhere else */
	if (l.n > 0 && l.s[0] != '#')
		add_link(f, l.s, l.n);
	return n;
}

/* What begins with & at s; its length. */
static size_t
fold_entity(struct fold *f, const char *s, size_t len)
{
	char text[8];
	size_t n = decode_entity(s, len, text);
	uint32_t c = '&';

	if (n == 1)
		n = named_entity(s, len, &c);
	else if (text[0] == '\0' || enc_utf8_next(text, strlen(text), &c) == 0)
		return n; /* white space */
	fold_char(&f->text, c);
	return n;
}

void
fold_body(struct fold *f, const char *s, size_t len, bool html)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		if ((s[i] | 32) == 'h' &&
		    (n = link_length(s + i, len - i)) > 0) {
			add_link(f, s + i, n);
		} else if (html && s[i] == '<') {
			n = fold_markup(f, s + i, len - i);
		} else if (html && s[i] == '&') {
			n = fold_entity(f, s + i, len - i);
		} else {
			if (!html && s[i] == '\n')
				end_line(f);
			n = fold_letter(&f->text, s + i, len - i);
		}
	}
}

bool
fold_is_line(const struct fold *f, size_t at)
{
	size_t lo = 0, hi = f->line.n;

	if (at == 0 || at == f->text.len)
		return true;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->line.v[mid] == at)
			return true;
		if (f->line.v[mid] < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}
