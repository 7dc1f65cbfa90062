/*
 * fold.c - bodies as they are compared.
 * 1. The result of fold_for_id for a text never changes, nor do the links that
 *    fold_body finds in HTML: ids are made from both. The rest may change.
 * 2. A body is folded in one pass, because the store's lock is held meanwhile:
 *    the common case handles a run of letters at a time, and no table is
 *    searched from its start.
 */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/entity.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "store/fold.h"

#define RUN  ((size_t)4096)  /* letters that are folded in one go */
#define HEAD (FOLD_HEAD + 1) /* places, since no two are the same */
#define TAIL (FOLD_TAIL + 1)

/* --- letters ----------------------------------------------------------- */

/* What becomes of each character of ASCII: the letter, SPACE or STOP. */
#define STOP  0
#define SPACE ' '
struct letters {
	char as[128];
};

/* stop: the characters that need more than a look-up in the table. */
static void
letters_init(struct letters *l, const char *stop)
{
	int c;

	for (c = 1; c < 128; c++)
		l->as[c] =
		    str_is_white((char)c) ? SPACE : str_lower_char((char)c);
	for (l->as[0] = STOP; *stop != '\0'; stop++)
		l->as[(unsigned char)*stop] = STOP;
}

/* Folds the letters at s up to the first STOP; returns how many bytes. */
static size_t
fold_run(const struct letters *l, struct buf *out, const char *s, size_t len)
{
	char *to = buf_room(out, len < RUN ? len : RUN), *p = to, c;
	size_t i;

	if (to == NULL)
		return 0;
	for (i = 0; i < len && i < RUN && (unsigned char)s[i] < 128; i++) {
		if ((c = l->as[(unsigned char)s[i]]) == STOP)
			break;
		*p = c;
		p += c != SPACE;
	}
	*p = '\0';
	out->len += (size_t)(p - to);
	return i;
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

/* Tells most plain & in a text from an entity. */
static bool
may_be_entity(const char *s, size_t len)
{
	char c = len > 1 ? str_lower_char(s[1]) : '\0';

	return c == '#' || (c >= 'a' && c <= 'z');
}

/* &...; at s: its length and what it stands for, or 1 and "&". */
static size_t
decode_entity(const char *s, size_t len, char *out)
{
	size_t i, n;
	unsigned long c;
	char num[12], *end;

	strcpy(out, "&");
	if (!may_be_entity(s, len))
		return 1;
	for (i = 0; i < sizeof(entity) / sizeof(*entity); i++) {
		if (s[1] != entity[i].name[0])
			continue;
		n = strlen(entity[i].name);
		if (len > n && memcmp(s + 1, entity[i].name, n) == 0) {
			strcpy(out, entity[i].text);
			return n + 1;
		}
	}
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
	i = c == 0xa0 || c <= 0x20 ? 0 : utf8_put(out, (uint32_t)c);
	out[i] = '\0';
	return n + 1;
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
	char first;
	size_t i, n;

	s += 1 + (len > 1 && s[1] == '/');
	first = str_lower_char(s[0]);
	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (name[i][0] != first)
			continue;
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

	if (len < 10 || (s[1] | 32) != 'a' || !str_is_white(s[2]))
		return l;
	for (i = 3; i + 6 < len; i++) {
		if (str_is_white(s[i - 1]) && str_ieqn(s + i, "href", 4))
			break;
	}
	if (i + 6 >= len)
		return l;
	for (i += 4; i < len && (str_is_white(s[i]) || s[i] == '='); i++)
		;
	quote = i < len && (s[i] == '"' || s[i] == '\'') ? s[i++] : '\0';
	l.s = s + i;
	for (; i < len && s[i] != '>' &&
	       (quote != '\0' ? s[i] != quote : !str_is_white(s[i]));
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
		while (n < len && !str_is_white(s[n]) && s[n] != '<' &&
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
		buf_add(out, piece, utf8_put(piece, enc_lower(c)));
}

/* One character of text at s, no markup; its length. */
static size_t
fold_letter(struct buf *out, const char *s, size_t len)
{
	uint32_t c;
	size_t n;

	if ((unsigned char)*s < 0x80) {
		if (!str_is_white(*s))
			buf_addc(out, str_lower_char(*s));
		return 1;
	}
	if ((n = utf8_next(s, len, &c)) == 0)
		return 1;
	fold_char(out, c);
	return n;
}

/* --- for ids ----------------------------------------------------------- */

void
fold_for_id(struct buf *out, const char *s, size_t len, bool html)
{
	struct letters l;
	char text[8];
	size_t i, n;

	letters_init(&l, html ? "<&" : "");
	for (i = 0; i < len; i += n) {
		if ((n = fold_run(&l, out, s + i, len - i)) > 0)
			continue;
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

/* Of many places only those near the ends of the text are kept. */
static void
drop_middle(struct fold_places *p)
{
	memmove(p->v + HEAD, p->v + p->n - TAIL, TAIL * sizeof(*p->v));
	p->n = HEAD + TAIL;
}

static void
add_place(struct fold_places *p, size_t at)
{
	if (p->n > 0 && p->v[p->n - 1] == at)
		return;
	if (p->n == HEAD + 2 * TAIL)
		drop_middle(p);
	*VEC_ADD(p->v, p->n) = (uint32_t)at;
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
	*VEC_ADD(f->link, f->nlink) = (struct fold_link){ s, n };
}

/* The markup at s; its length. */
static size_t
fold_markup(struct fold *f, const char *s, size_t len)
{
	size_t n = markup_length(s, len);
	struct fold_link l;

	/* is_block and href_of need a complete tag: they stop at its > */
	if (n < 3 || s[n - 1] != '>')
		return n;
	if (is_block(s, n))
		add_place(&f->line, f->text.len);
	l = href_of(s, n);
	/* #... leads to a place in the mail itself */
	if (l.n > 0 && l.s[0] != '#')
		add_link(f, l.s, l.n);
	return n;
}

/* What begins with & at s; its length. */
static size_t
fold_entity(struct fold *f, const char *s, size_t len)
{
	char text[8];
	size_t n;
	uint32_t c = '&';

	if (!may_be_entity(s, len)) {
		buf_addc(&f->text, '&');
		return 1;
	}
	if ((n = decode_entity(s, len, text)) == 1)
		n = entity_named(s, len, &c);
	else if (text[0] == '\0' || utf8_next(text, strlen(text), &c) == 0)
		return n; /* white space */
	fold_char(&f->text, c);
	return n;
}

/* Folds what begins with a STOP at s; returns its length. */
static size_t
fold_other(struct fold *f, const char *s, size_t len, bool html)
{
	size_t n;

	if ((*s | 32) == 'h' && (n = link_length(s, len)) > 0) {
		add_link(f, s, n);
		return n;
	}
	if (html && *s == '<')
		return fold_markup(f, s, len);
	if (html && *s == '&')
		return fold_entity(f, s, len);
	if (*s == FOLD_LINK)
		return 1; /* our own mark; no server sends it */
	return fold_letter(&f->text, s, len);
}

void
fold_body(struct fold *f, const char *s, size_t len, bool html)
{
	struct letters l;
	size_t i, n;

	f->html = html;
	/* allocate once: the folded text is seldom longer */
	buf_room(&f->text, f->stop != 0 && f->stop < len ? f->stop : len);
	letters_init(&l, html ? "hH<&\1" : "hH\n\1");
	for (i = 0; i < len && (f->stop == 0 || f->text.len < f->stop);
	     i += n) {
		n = fold_run(&l, &f->text, s + i, len - i);
		if (n > 0)
			continue;
		if (!html && s[i] == '\n') {
			end_line(f);
			n = 1;
		} else
			n = fold_other(f, s + i, len - i, html);
	}
}

const struct fold_places *
fold_paras(const struct fold *f)
{
	return f->html ? &f->line : &f->para;
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
