/*
 * htmltext.c - the text of HTML mail.
 * 1. Time is linear in the input, memory is fixed: elements deeper than DEPTH
 *    have no effect but their breaks, and nothing recurses.
 * 2. An end tag closes an element only within its table and cell, as in
 *    browsers: mail is full of wrong ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/entity.h"
#include "base/str.h"
#include "base/utf8.h"
#include "fmt/htmlchar.h"
#include "fmt/htmlline.h"
#include "fmt/htmltag.h"
#include "fmt/htmltext.h"
#include "fmt/htmlurl.h"

#define DEPTH    64  /* open elements */
#define LINK_MAX 500 /* a longer text of a link is no URL */
#define ITEM_MAX 999999

enum element {
	EL_OTHER, /* no effect */
	EL_A,
	EL_BLOCK,
	EL_BR,
	EL_CELL,
	EL_DIV,
	EL_HEADING,
	EL_HR,
	EL_IMG,
	EL_ITEM,
	EL_OL,
	EL_P,
	EL_PRE,
	EL_QUOTE,
	EL_RAW,
	EL_ROW,
	EL_SPAN,
	EL_TABLE,
	EL_UL
};

/* An element that is open. */
struct open_element {
	enum element kind; /* EL_OL stands for EL_UL, too */
	bool ordered;
	bool data;     /* a table of data (htmlline.h) */
	int number;    /* of the next item */
	size_t prefix; /* what lines began with before it */
};

struct render {
	struct html_scan scan;
	struct html_line line;
	struct open_element open[DEPTH];
	size_t depth, over;  /* over: elements that are too deep */
	int pre;             /* how many <pre> are open */
	bool pre_first;      /* a line end here does not count */
	bool tight;          /* the last <p> has no empty line around it */
	bool item_first;     /* no text in the item yet */
	enum element hidden; /* what the reader does not see; EL_OTHER: none */
	size_t hidden_depth;
	/* the link that is open, its URL not yet decoded; and its text */
	bool link;
	struct html_value url;
	char shown[LINK_MAX];
	size_t nshown;
};

/* --- text --------------------------------------------------------------- */

static void
note_shown(struct render *r, const char *s, size_t n)
{
	const struct html_line *l = &r->line;
	bool apart = l->spaces > 0 || l->breaks > 0;

	/* LINK_MAX: too long, whatever follows */
	if (r->nshown + n + 1 >= LINK_MAX) {
		r->nshown = LINK_MAX;
		return;
	}
	if (apart && r->nshown > 0)
		r->shown[r->nshown++] = ' ';
	memcpy(r->shown + r->nshown, s, n);
	r->nshown += n;
}

static void
put_text(struct render *r, const char *s, size_t n)
{
	if (r->hidden != EL_OTHER)
		return;
	r->pre_first = r->item_first = false;
	if (r->link)
		note_shown(r, s, n);
	html_put(&r->line, s, n);
}

static void
put_white(struct render *r, char c)
{
	bool first = r->pre_first;

	if (c != '\r')
		r->pre_first = false;
	if (r->pre == 0)
		html_space(&r->line);
	else if (c == '\n' && !first)
		html_newline(&r->line);
	else if (c == ' ')
		html_space(&r->line);
	else if (c == '\t') {
		html_space(&r->line);
		html_space(&r->line);
		html_space(&r->line);
		html_space(&r->line);
	}
}

static void
put_char(struct render *r, uint32_t c)
{
	const struct html_line *l = &r->line;
	char piece[4];

	if (!html_special(c))
		put_text(r, piece, utf8_put(piece, c));
	else if (c == '\f' || (c < 0x80 && str_is_white((char)c)))
		put_white(r, (char)c);
	else if (r->hidden != EL_OTHER)
		return;
	else if (c == 0x2028 || c == 0x2029)
		html_break(&r->line, c == 0x2028 ? 1 : 2);
	else if (c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
		 c == 0x205f)
		html_nbsp(&r->line);
	else if ((c == 0x34f || (c >= 0x200c && c <= 0x200f)) && l->any &&
		 l->breaks == 0 && l->spaces == 0)
		/* they join letters; newsletters fill lines with them */
		put_text(r, piece, utf8_put(piece, c));
}

/*
 * Words with single spaces between them need not be taken one by one: they are
 * written as they are. Of hidden ones the spaces count. In a row few are taken
 * together, since it is full when the next piece may not fit (htmlline.c).
 */
static enum html_join
join_of(const struct render *r)
{
	if (r->hidden != EL_OTHER || (r->line.row_on && r->link))
		return HTML_JOIN_NONE;
	return r->line.row_on ? HTML_JOIN_ASCII : HTML_JOIN_ANY;
}

/* The character at s, which begins no run: its length. */
static size_t
put_special(struct render *r, const char *s, size_t len)
{
	uint32_t c;
	size_t n = utf8_next(s, len, &c);

	put_char(r, n == 0 ? 0xfffd : c);
	return n == 0 ? 1 : n;
}

/* The text at s up to the next markup, white space or entity: its length. */
static size_t
put_run(struct render *r, const char *s, size_t len)
{
	size_t n = html_run(s, len, join_of(r));

	if (n == 0)
		return put_special(r, s, len);
	put_text(r, s, n);
	return n;
}

/* White space at s, outside of <pre>: its length. */
static size_t
put_spaces(struct render *r, const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && html_is(s[n], HTML_WHITE))
		n++;
	r->line.spaces += n;
	return n;
}

/* Text without markup: that of an attribute. */
static void
put_value(struct render *r, const struct html_value *v)
{
	size_t i, n;
	uint32_t c;

	for (i = 0; i < v->n; i += n) {
		if (v->s[i] == '&') {
			n = entity_decode(v->s + i, v->n - i, &c);
			put_char(r, c);
		} else if (v->s[i] == '<') {
			put_text(r, "<", 1);
			n = 1;
		} else
			n = put_run(r, v->s + i, v->n - i);
	}
	r->scan.work += v->n;
}

/* --- links -------------------------------------------------------------- */

/* Puts <url> behind the text, before the white space after it. */
static void
put_url(struct render *r, const char *url)
{
	struct html_line *l = &r->line;
	int breaks = l->breaks;
	size_t spaces = l->spaces;
	bool cell = l->cell, blank = l->blank;
	char piece[HTML_URL_MAX + 2];
	size_t n = strlen(url);

	l->breaks = 0;
	l->spaces = 1;
	l->cell = false;
	piece[0] = '<';
	memcpy(piece + 1, url, n);
	piece[n + 1] = '>';
	html_put(l, piece, n + 2);
	l->breaks = breaks;
	l->spaces = spaces;
	l->blank = blank;
	l->cell = cell && l->row_on;
}

static void
end_link(struct render *r)
{
	char url[HTML_URL_MAX];

	if (!r->link)
		return;
	r->link = false;
	r->scan.work += r->url.n;
	/* nobody can see a link without text */
	if (r->nshown == 0 || !html_url(&r->url, url))
		return;
	if (r->nshown == LINK_MAX || !html_url_said(url, r->shown, r->nshown))
		put_url(r, url);
}

static void
begin_link(struct render *r, const struct html_tag *tag)
{
	end_link(r);
	r->link = html_attr(&r->scan, tag, "href", &r->url);
	r->nshown = 0;
}

/* --- elements that are open --------------------------------------------- */

static struct open_element *
top_element(struct render *r)
{
	return r->depth > 0 ? &r->open[r->depth - 1] : NULL;
}

static bool
top_is(struct render *r, enum element kind)
{
	return r->depth > 0 && r->open[r->depth - 1].kind == kind;
}

/* NULL: it is too deep. */
static struct open_element *
open_element(struct render *r, enum element kind)
{
	struct open_element *e;

	if (r->depth == DEPTH) {
		r->over++;
		return NULL;
	}
	e = &r->open[r->depth++];
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->number = 1;
	e->prefix = r->line.prefix;
	return e;
}

/* Lists in lists and tables in cells have no empty line around them. */
static int
apart(struct render *r)
{
	return top_is(r, EL_OL) || top_is(r, EL_ITEM) || top_is(r, EL_CELL) ? 1
									    : 2;
}

static void
pop_element(struct render *r)
{
	struct open_element *e = &r->open[--r->depth];

	switch (e->kind) {
	case EL_ROW:
		html_row_end(
		    &r->line, top_is(r, EL_TABLE) ? &e[-1].data : &e->data);
		break;
	case EL_CELL:
		if (r->nshown > 0)
			end_link(r);
		break;
	case EL_PRE:
		r->pre--;
		r->line.verbatim = r->pre > 0;
		html_break(&r->line, 2);
		break;
	case EL_ITEM:
		html_break(&r->line, 1);
		break;
	default: /* a list, a quote, a table */
		html_break(&r->line, apart(r));
	}
	html_prefix_cut(&r->line, e->prefix);
}

/* Does an end tag of that kind close nothing outside of such an element? */
static bool
is_barrier(enum element at, enum element kind)
{
	if (kind == EL_TABLE)
		return false;
	if (kind == EL_ITEM && (at == EL_OL || at == EL_QUOTE))
		return true;
	if (kind == EL_CELL && at == EL_ROW)
		return true;
	return at == EL_TABLE ||
	       (at == EL_CELL && kind != EL_CELL && kind != EL_ROW);
}

static void
close_element(struct render *r, enum element kind)
{
	size_t i;

	for (i = r->depth; i-- > 0;) {
		if (r->open[i].kind == kind) {
			while (r->depth > i)
				pop_element(r);
			return;
		}
		if (is_barrier(r->open[i].kind, kind))
			return;
	}
}

/* --- lists, quotes, tables ---------------------------------------------- */

static void
begin_list(struct render *r, const struct html_tag *tag, bool ordered)
{
	struct html_value v;
	struct open_element *e;
	int64_t start;
	char number[8];

	html_row_open(&r->line);
	html_break(&r->line, apart(r));
	if ((e = open_element(r, EL_OL)) == NULL)
		return;
	e->ordered = ordered;
	if (!ordered || !html_attr(&r->scan, tag, "start", &v) ||
	    v.n >= sizeof(number))
		return;
	memcpy(number, v.s, v.n);
	number[v.n] = '\0';
	if (str_int(number, 0, ITEM_MAX, &start))
		e->number = (int)start;
}

static void
begin_item(struct render *r)
{
	struct open_element *list;
	char first[16], rest[16];
	bool loose = r->line.breaks > 1;
	int n;

	close_element(r, EL_ITEM);
	html_row_open(&r->line);
	html_break(&r->line, 1);
	list = top_is(r, EL_OL) ? top_element(r) : NULL;
	n = snprintf(first, sizeof(first), "- ");
	if (list != NULL && list->ordered)
		n = snprintf(first, sizeof(first), "%d. ", list->number);
	snprintf(rest, sizeof(rest), "%*s", n, "");
	/* a paragraph in an item makes no empty line before the next one */
	if (loose && list != NULL && list->data)
		r->line.breaks = 1;
	if (list != NULL) {
		list->data = true;
		list->number += list->number < ITEM_MAX;
	}
	if (open_element(r, EL_ITEM) != NULL)
		html_prefix(&r->line, first, rest);
	r->item_first = true;
}

static void
begin_quote(struct render *r)
{
	html_row_open(&r->line);
	html_break(&r->line, 2);
	if (open_element(r, EL_QUOTE) != NULL)
		html_prefix(&r->line, "> ", "> ");
}

static void
begin_pre(struct render *r)
{
	html_row_open(&r->line);
	html_break(&r->line, 2);
	if (open_element(r, EL_PRE) == NULL)
		return;
	r->pre++;
	r->pre_first = true;
	r->line.verbatim = true;
}

static void
begin_table(struct render *r)
{
	html_row_open(&r->line);
	html_break(&r->line, apart(r));
	open_element(r, EL_TABLE);
}

static void
begin_row(struct render *r)
{
	close_element(r, EL_ROW);
	html_break(&r->line, 1);
	if (top_is(r, EL_TABLE) && open_element(r, EL_ROW) != NULL)
		html_row_begin(&r->line);
}

static void
begin_cell(struct render *r)
{
	close_element(r, EL_CELL);
	if (top_is(r, EL_TABLE))
		begin_row(r);
	html_cell(&r->line);
	if (top_is(r, EL_ROW))
		open_element(r, EL_CELL);
}

static void
put_rule(struct render *r)
{
	html_row_open(&r->line);
	html_break(&r->line, 1);
	put_text(r, "----------", 10);
	html_break(&r->line, 1);
}

static void
put_image(struct render *r, const struct html_tag *tag)
{
	struct html_value v;
	size_t i;

	if (!html_attr(&r->scan, tag, "alt", &v))
		return;
	for (i = 0; i < v.n && str_is_white(v.s[i]); i++)
		;
	if (i == v.n)
		return;
	put_text(r, "[", 1);
	v.s += i;
	v.n -= i;
	while (str_is_white(v.s[v.n - 1]))
		v.n--;
	put_value(r, &v);
	put_text(r, "]", 1);
}

/*
 * Word's paragraphs, and those without a margin, are lines: the empty lines
 * between them are paragraphs of their own.
 */
static void
begin_para(struct render *r, const struct html_tag *tag)
{
	struct html_value v;

	r->tight =
	    html_attr(&r->scan, tag, "class", &v) && html_style(&v, "mso");
	if (!r->tight && html_attr(&r->scan, tag, "style", &v)) {
		r->tight = html_style(&v, "margin:0");
		r->scan.work += v.n;
	}
	html_break(&r->line, r->tight || r->item_first ? 1 : 2);
}

/* --- markup ------------------------------------------------------------- */

#define NAMES 9 /* of one letter */

struct element_name {
	char name[HTML_NAME];
	enum element kind;
};
/* By their first letter, the frequent ones first. */
static const struct element_name element_names[26][NAMES] = {
	['a' - 'a'] = { { "a", EL_A }, { "address", EL_BLOCK },
	    { "article", EL_BLOCK }, { "aside", EL_BLOCK } },
	['b' - 'a'] = { { "br", EL_BR }, { "body", EL_BLOCK },
	    { "blockquote", EL_QUOTE } },
	['c' - 'a'] = { { "caption", EL_BLOCK }, { "center", EL_BLOCK } },
	['d' - 'a'] = { { "div", EL_DIV }, { "dd", EL_BLOCK }, { "dir", EL_UL },
	    { "dl", EL_BLOCK }, { "dt", EL_BLOCK } },
	['f' - 'a'] = { { "fieldset", EL_BLOCK }, { "figcaption", EL_BLOCK },
	    { "figure", EL_BLOCK }, { "footer", EL_BLOCK },
	    { "form", EL_BLOCK } },
	['h' - 'a'] = { { "h1", EL_HEADING }, { "h2", EL_HEADING },
	    { "h3", EL_HEADING }, { "h4", EL_HEADING }, { "h5", EL_HEADING },
	    { "h6", EL_HEADING }, { "header", EL_BLOCK }, { "hr", EL_HR },
	    { "html", EL_BLOCK } },
	['i' - 'a'] = { { "img", EL_IMG } },
	['l' - 'a'] = { { "legend", EL_BLOCK }, { "li", EL_ITEM } },
	['m' - 'a'] = { { "main", EL_BLOCK }, { "menu", EL_UL } },
	['n' - 'a'] = { { "nav", EL_BLOCK } },
	['o' - 'a'] = { { "ol", EL_OL }, { "option", EL_BLOCK } },
	['p' - 'a'] = { { "p", EL_P }, { "pre", EL_PRE } },
	['s' - 'a'] = { { "span", EL_SPAN }, { "style", EL_RAW },
	    { "script", EL_RAW }, { "section", EL_BLOCK } },
	['t' - 'a'] = { { "td", EL_CELL }, { "tr", EL_ROW },
	    { "table", EL_TABLE }, { "tbody", EL_BLOCK }, { "th", EL_CELL },
	    { "template", EL_RAW }, { "tfoot", EL_BLOCK },
	    { "thead", EL_BLOCK }, { "title", EL_RAW } },
	['u' - 'a'] = { { "ul", EL_UL } },
	['x' - 'a'] = { { "xml", EL_RAW } },
};

static enum element
element_of(const char name[HTML_NAME])
{
	const struct element_name *e;
	int i;

	if (name[0] == '\0')
		return EL_OTHER;
	e = element_names[name[0] - 'a'];
	for (i = 0; i < NAMES && e->name[0] != '\0'; i++, e++) {
		if (memcmp(e->name, name, HTML_NAME) == 0)
			return e->kind;
	}
	return EL_OTHER;
}

static void
begin_element(struct render *r, const struct html_tag *tag, enum element kind)
{
	switch (kind) {
	case EL_A:
		begin_link(r, tag);
		break;
	case EL_BR:
		html_newline(&r->line);
		break;
	case EL_CELL:
		begin_cell(r);
		break;
	case EL_HEADING:
		html_break(&r->line, 2);
		break;
	case EL_HR:
		put_rule(r);
		break;
	case EL_IMG:
		put_image(r, tag);
		break;
	case EL_ITEM:
		begin_item(r);
		break;
	case EL_OL:
	case EL_UL:
		begin_list(r, tag, kind == EL_OL);
		break;
	case EL_P:
		begin_para(r, tag);
		break;
	case EL_PRE:
		begin_pre(r);
		break;
	case EL_QUOTE:
		begin_quote(r);
		break;
	case EL_ROW:
		begin_row(r);
		break;
	case EL_TABLE:
		begin_table(r);
		break;
	case EL_BLOCK:
	case EL_DIV:
		html_break(&r->line, 1);
		break;
	default:
		break;
	}
}

static void
end_element(struct render *r, enum element kind)
{
	switch (kind) {
	case EL_A:
		end_link(r);
		break;
	case EL_BLOCK:
	case EL_DIV:
		html_break(&r->line, 1);
		break;
	case EL_BR:
		html_newline(&r->line);
		break;
	case EL_HEADING:
		html_break(&r->line, 2);
		break;
	case EL_P:
		html_break(&r->line, r->tight ? 1 : 2);
		r->tight = false;
		break;
	case EL_CELL:
	case EL_ITEM:
	case EL_OL:
	case EL_PRE:
	case EL_QUOTE:
	case EL_ROW:
	case EL_TABLE:
	case EL_UL:
		if (r->over > 0)
			r->over--;
		else
			close_element(r, kind == EL_UL ? EL_OL : kind);
		break;
	default:
		break;
	}
}

/* Does this begin or end what is hidden? Then it has no other effect. */
static bool
is_hidden(struct render *r, const struct html_tag *tag, enum element kind)
{
	struct html_value v;

	if (r->hidden != EL_OTHER) {
		if (kind == r->hidden)
			r->hidden_depth += tag->close ? (size_t)-1 : 1;
		if (r->hidden_depth == 0)
			r->hidden = EL_OTHER;
		return true;
	}
	if ((kind != EL_DIV && kind != EL_SPAN) || tag->close ||
	    !html_attr(&r->scan, tag, "style", &v))
		return false;
	r->scan.work += v.n;
	if (!html_style(&v, "display:none"))
		return false;
	r->hidden = kind;
	r->hidden_depth = 1;
	return true;
}

/* The markup at that offset; returns its length. */
static size_t
read_markup(struct render *r, size_t at)
{
	struct html_tag tag;
	size_t n = html_markup(&r->scan, at, &tag);
	enum element kind;

	if (n == 0) {
		put_text(r, "<", 1);
		return 1;
	}
	kind = element_of(tag.name);
	if (kind == EL_OTHER)
		return n;
	if (kind == EL_RAW)
		return tag.close ? n : n + html_raw(&r->scan, at + n, tag.name);
	if (is_hidden(r, &tag, kind))
		return n;
	if (tag.close)
		end_element(r, kind);
	else
		begin_element(r, &tag, kind);
	return n;
}

size_t
html_text(struct buf *out, const char *html, size_t len)
{
	struct render r;
	size_t at, n;
	uint32_t c;

	memset(&r, 0, sizeof(r));
	r.scan.s = html;
	r.scan.len = len;
	html_line_init(&r.line, out);
	for (at = 0; at < len && !r.line.full; at += n) {
		if (html[at] == '<')
			n = read_markup(&r, at);
		else if (html[at] == '&') {
			n = entity_decode(html + at, len - at, &c);
			put_char(&r, c);
		} else if (html_is(html[at], HTML_WHITE) && r.pre == 0)
			n = put_spaces(&r, html + at, len - at);
		else
			n = put_run(&r, html + at, len - at);
		r.scan.work += n;
	}
	end_link(&r);
	while (r.depth > 0)
		pop_element(&r);
	html_line_end(&r.line);
	return r.scan.work;
}
