/*
 * htmlline.h - lines of text from pieces of text and what is between them:
 * white space, breaks, cells of a table, and what each line begins with.
 * Floor: fmt.
 * Threads: a struct html_line belongs to one thread.
 */
#ifndef FMT_HTMLLINE_H
#define FMT_HTMLLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define HTML_PREFIX 48   /* bytes before a line: "> ", "- ", "12. " */
#define HTML_ROW    2000 /* a longer row of a table has no line to itself */

struct html_line {
	struct buf *to; /* to->max is the cap */
	bool full;      /* the cap is reached: the rest is dropped */
	bool any;       /* there is text */
	/* what comes before the next text */
	int breaks; /* line ends: 1: a new line, 2: an empty one between */
	size_t spaces;
	bool cell;     /* it is another cell than the last text's */
	bool blank;    /* the line has no-break spaces so far, and no text */
	bool verbatim; /* each space counts */
	/* what lines begin with; the first is spent by the next line */
	char first[HTML_PREFIX], rest[HTML_PREFIX];
	size_t prefix, low; /* low: the shortest since the last text */
	/* the row of a table that is being read; see html_row_end */
	bool row_on;
	char row[HTML_ROW];
	size_t row_len;
	int row_breaks; /* before it */
};

void html_line_init(struct html_line *, struct buf *to);
void html_line_end(struct html_line *);
/* n bytes of valid UTF-8 without white space at their ends; n > 0. */
void html_put(struct html_line *, const char *s, size_t n);
/* At least n line ends before the next text. */
void html_break(struct html_line *, int n);
/* One more, of those that an author asks for: <br>. */
void html_newline(struct html_line *);
void html_space(struct html_line *);
void html_nbsp(struct html_line *);

/*
 * Lines begin with that from now on: the next with first, those after it with
 * rest. Both are equally long. What does not fit is left out.
 */
void html_prefix(struct html_line *, const char *first, const char *rest);
/* Lines begin with no more than so many bytes of it. */
void html_prefix_cut(struct html_line *, size_t n);

/* The next text is in another cell. */
void html_cell(struct html_line *);
void html_row_begin(struct html_line *);
/* The row is no row of a table of data: its cells are lines of their own. */
void html_row_open(struct html_line *);
/*
 * Writes it, on one line if it is short, with " | " between cells that have
 * text. *table: whether its table is one of data so far, false at first: rows
 * of such a table have no empty lines between them.
 */
void html_row_end(struct html_line *, bool *table);

#endif
