/*
 * htmlurl.h - the URL of a link, as its text is to show it.
 * Floor: fmt.
 * Threads: pure.
 */
#ifndef FMT_HTMLURL_H
#define FMT_HTMLURL_H

#include "fmt/htmltag.h"

#define HTML_URL_MAX 2000 /* a longer one is not shown */

/*
 * Decodes the value of a link into out, with a NUL behind it: in one line,
 * without < and >, of mailto: the address alone. false: it is too long, or one
 * that a reader can do nothing with.
 */
bool html_url(const struct html_value *, char out[HTML_URL_MAX]);
/* Do the n bytes of text say what the URL says? */
bool html_url_said(const char *url, const char *text, size_t n);

#endif
