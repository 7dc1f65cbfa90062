/*
 * htmlline.c - lines of text.
 * 1. White space and breaks are written with the text after them, so that
 *    there are none at the end of a line or of the whole.
 * 2. A row is kept back until its end, or until it is no row of data. Each byte
 *    of it is looked at a fixed number of times.
 */
#include <string.h>

#include "fmt/htmlline.h"

#define BREAKS_MAX 2  /* one empty line */
#define VERBATIM   10 /* the same in <pre> */
#define CELL_LINES 4  /* a cell of more lines is no cell of data */
/* In row, between texts; text has no control characters. */
#define ROW_SPACE ' '
#define ROW_LINE  '\n'
#define ROW_EMPTY '\f'
#define ROW_CELL  '\37'

void
html_line_init(struct html_line *l, struct buf *to)
{
	memset(l, 0, sizeof(*l));
	l->to = to;
}

void
html_line_end(struct html_line *l)
{
	struct buf *b = l->to;

	html_row_open(l);
	/* only where the cap cut it off */
	while (b->len > 0 &&
	       (b->data[b->len - 1] == ' ' || b->data[b->len - 1] == '\n'))
		b->data[--b->len] = '\0';
}

/* --- writing ------------------------------------------------------------ */

/* What does not fit is cut at a character. */
static void
write_out(struct html_line *l, const char *s, size_t n)
{
	struct buf *b = l->to;
	size_t room = b->max - b->len;

	if (l->full)
		return;
	if (n > room) {
		for (n = room; n > 0 && (s[n] & 0xc0) == 0x80;)
			n--;
		l->full = true;
	}
	if (n >= b->cap - b->len)
		buf_room(b, n); /* there is room */
	if (n == 1)
		b->data[b->len] = *s;
	else if (n > 0)
		memcpy(b->data + b->len, s, n);
	b->len += n;
	b->data[b->len] = '\0';
}

/* The beginning of a line without text. */
static void
write_empty(struct html_line *l)
{
	size_t n = l->prefix < l->low ? l->prefix : l->low;

	while (n > 0 && l->rest[n - 1] == ' ')
		n--;
	if (n > 0)
		write_out(l, l->rest, n);
}

static void
write_break(struct html_line *l, int n)
{
	if (l->any) {
		write_out(l, "\n", 1);
		while (--n > 0) {
			write_empty(l);
			write_out(l, "\n", 1);
		}
	}
	if (l->prefix > 0) {
		write_out(l, l->first, l->prefix);
		memcpy(l->first, l->rest, l->prefix);
	}
	l->low = l->prefix;
}

static void
write_spaces(struct html_line *l, size_t n)
{
	static const char spaces[] = "                ";
	size_t part;

	for (; n > 0 && !l->full; n -= part) {
		part = n < sizeof(spaces) - 1 ? n : sizeof(spaces) - 1;
		write_out(l, spaces, part);
	}
}

/* --- rows --------------------------------------------------------------- */

/* ROW_LINE, ROW_EMPTY or ROW_CELL: the only control characters. */
static bool
is_between(char c)
{
	return (unsigned char)c < ' ';
}

/* Writes the row; on one line: with joints in place of its breaks. */
static void
write_row(struct html_line *l, bool one_line)
{
	size_t i, from;

	for (i = 0; i < l->row_len;) {
		for (from = i; i < l->row_len && !is_between(l->row[i]); i++)
			;
		write_out(l, l->row + from, i - from);
		if (i == l->row_len)
			break;
		if (!one_line)
			write_break(l, l->row[i] == ROW_EMPTY ? 2 : 1);
		else if (l->row[i] == ROW_CELL)
			write_out(l, " | ", 3);
		else
			write_out(l, " ", 1);
		i++;
	}
}

static void
write_lead(struct html_line *l, int breaks)
{
	if (l->row_len > 0)
		write_break(l, breaks);
	l->any = l->any || l->row_len > 0;
}

void
html_row_begin(struct html_line *l)
{
	html_row_open(l);
	html_break(l, 1);
	l->row_on = true;
	l->row_len = 0;
	l->cell = false;
}

void
html_row_open(struct html_line *l)
{
	if (!l->row_on)
		return;
	write_lead(l, l->row_breaks);
	write_row(l, false);
	l->row_on = false;
	l->cell = false;
}

/* How many cells have text? 0: one of them has too many lines. */
static int
count_cells(const struct html_line *l, int *lines)
{
	int cells = 1, in_cell = 1;
	size_t i;

	*lines = 1;
	for (i = 0; i < l->row_len; i++) {
		if (!is_between(l->row[i]))
			continue;
		in_cell = l->row[i] == ROW_CELL ? 1 : in_cell + 1;
		cells += l->row[i] == ROW_CELL;
		++*lines;
		if (in_cell > CELL_LINES)
			return 0;
	}
	return cells;
}

void
html_row_end(struct html_line *l, bool *table)
{
	int cells, lines;
	bool data, line;

	if (l->row_on && l->row_len > 0) {
		cells = count_cells(l, &lines);
		data = cells > 1;
		line = data || (cells == 1 && lines == 1);
		write_lead(l, *table && line ? 1 : l->row_breaks);
		write_row(l, data);
		if (data)
			l->breaks = 1;
		*table = line && (*table || data);
	}
	l->row_on = false;
	l->cell = false;
	html_break(l, 1);
}

void
html_cell(struct html_line *l)
{
	html_break(l, 1);
	if (l->row_on && l->row_len > 0)
		l->cell = true;
}

/* --- what is between texts ---------------------------------------------- */

static void
add_breaks(struct html_line *l, int n)
{
	int max = l->verbatim ? VERBATIM : BREAKS_MAX;

	l->spaces = 0;
	if (n > l->breaks)
		l->breaks = n < max ? n : max;
}

void
html_break(struct html_line *l, int n)
{
	add_breaks(l, l->blank ? 2 : n);
	l->blank = false;
}

void
html_newline(struct html_line *l)
{
	add_breaks(l, l->breaks + 1);
	l->blank = false;
}

void
html_space(struct html_line *l)
{
	l->spaces++;
}

void
html_nbsp(struct html_line *l)
{
	l->spaces++;
	l->blank = l->breaks > 0;
}

/* The text's place in the row; false: it does not fit. */
static bool
row_between(struct html_line *l, size_t n)
{
	char c = '\0';

	if (l->row_len + 1 + n > HTML_ROW)
		return false;
	if (l->row_len == 0)
		l->row_breaks = l->breaks;
	else if (l->cell)
		c = ROW_CELL;
	else if (l->breaks > 0)
		c = l->breaks > 1 ? ROW_EMPTY : ROW_LINE;
	else if (l->spaces > 0)
		c = ROW_SPACE;
	if (c != '\0')
		l->row[l->row_len++] = c;
	return true;
}

void
html_put(struct html_line *l, const char *s, size_t n)
{
	if (l->row_on && !row_between(l, n))
		html_row_open(l);
	if (l->row_on) {
		memcpy(l->row + l->row_len, s, n);
		l->row_len += n;
	} else {
		if (l->breaks > 0 || !l->any)
			write_break(l, l->breaks);
		if (l->spaces > 0 && l->verbatim)
			write_spaces(l, l->spaces);
		else if (l->spaces > 0 && l->breaks == 0 && l->any)
			write_out(l, " ", 1);
		write_out(l, s, n);
		l->any = true;
	}
	l->breaks = 0;
	l->spaces = 0;
	l->cell = l->blank = false;
}

/* --- what lines begin with ---------------------------------------------- */

void
html_prefix(struct html_line *l, const char *first, const char *rest)
{
	size_t n = strlen(first);

	if (l->prefix + n > HTML_PREFIX)
		return;
	memcpy(l->first + l->prefix, first, n);
	memcpy(l->rest + l->prefix, rest, n);
	l->prefix += n;
}

void
html_prefix_cut(struct html_line *l, size_t n)
{
	if (n < l->prefix)
		l->prefix = n;
	if (l->prefix < l->low)
		l->low = l->prefix;
}
