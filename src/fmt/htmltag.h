/*
 * htmltag.h - where the markup of HTML begins and ends, as browsers see it
 * (HTML Living Standard, 13.2.5), in linear time whatever is unclosed.
 * Floor: fmt.
 * Threads: pure; a struct html_scan belongs to one thread.
 */
#ifndef FMT_HTMLTAG_H
#define FMT_HTMLTAG_H

#include <stdbool.h>
#include <stddef.h>

/* What is read; borrowed, no NUL needed. Zeroed but for s and len. */
struct html_scan {
	const char *s;
	size_t len;
	size_t work; /* bytes looked at, for tests of the linear time */
};

#define HTML_NAME 12
/* A tag; name "": a comment, a declaration, or a name of no element we know. */
struct html_tag {
	const char *s; /* its < */
	size_t len;    /* to after its > */
	size_t attrs;  /* where its name ends, from s */
	/* in lower case, NULs to its end */
	char name[HTML_NAME];
	bool close;
};

/*
 * The markup that begins with the < at that offset: returns its length; 0: this
 * < is text. What is never closed reaches to the end.
 */
size_t html_markup(struct html_scan *, size_t at, struct html_tag *);
/*
 * How long is what follows the tag before it, up to and with the end tag of
 * that name? For elements that have no markup inside. All that is left when
 * there is none.
 */
size_t html_raw(struct html_scan *, size_t at, const char *name);

/* The value of an attribute, with its entities; within the tag. */
struct html_value {
	const char *s;
	size_t n;
};
/* name: small letters */
bool html_attr(struct html_scan *, const struct html_tag *, const char *name,
    struct html_value *);
/*
 * Is that, which begins with a small letter, in the value of a style attribute,
 * white space and case aside?
 */
bool html_style(const struct html_value *, const char *declaration);

#endif
