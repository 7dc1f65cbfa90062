/*
 * htmltext.h - the text of HTML mail, to be read as it is: for people, for
 * searching, for a CRM that shows no HTML.
 * Floor: fmt.
 * Threads: pure.
 */
#ifndef FMT_HTMLTEXT_H
#define FMT_HTMLTEXT_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends the text of len bytes of HTML (UTF-8, a part or a whole, however
 * broken) to out, which is empty. What would exceed out->max is left out. Lines
 * end with \n, the last one with nothing; the text is valid UTF-8 without NUL.
 *
 * Paragraphs, headings, lists, quotes and tables are apart by an empty line.
 * An item of a list begins with "- " or its number, a line of a quote with
 * "> ". A row of a table of data is one line, its cells are separated by
 * " | "; a table that only arranges the page gives the lines of its cells. The
 * URL of a link comes in <> after its text, unless it says the same. What an
 * image is said to show is in []. <pre> keeps its spaces.
 *
 * Returns how many bytes were looked at, one that was looked at twice counting
 * twice: at most HTML_TEXT_WORK for each byte of html, which the tests check.
 */
#define HTML_TEXT_WORK 8
size_t html_text(struct buf *out, const char *html, size_t len);

#endif
