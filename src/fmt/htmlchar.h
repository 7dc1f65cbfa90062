/*
 * htmlchar.h - the characters of HTML by what they are to its reader, and how
 * far text goes.
 * Floor: fmt.
 * Threads: pure.
 */
#ifndef FMT_HTMLCHAR_H
#define FMT_HTMLCHAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a byte is; several of them at once. */
#define HTML_LETTER   1  /* printable ASCII that is no markup */
#define HTML_WHITE    2  /* as str_is_white */
#define HTML_NAME_END 4  /* no part of a name: white space, form feed, / > */
#define HTML_TAG_STOP 8  /* = > */
#define HTML_PAIR     16 /* begins two bytes, which are no special character */
#define HTML_TRIPLE   32 /* begins three of that kind */
#define HTML_IN_URL   64 /* a letter that is shown as it is in <URL> */
extern const unsigned char html_class[256];

static inline bool
html_is(char c, unsigned char classes)
{
	return (html_class[(unsigned char)c] & classes) != 0;
}

/* Is it a character that is not shown, or as white space? */
bool html_special(uint32_t);

/* Which spaces belong to a run: a single one between two characters of it. */
enum html_join {
	HTML_JOIN_NONE,
	HTML_JOIN_ASCII, /* only between letters of ASCII */
	HTML_JOIN_ANY
};
/*
 * How many bytes at s are text that stays as it is: up to markup, an entity,
 * a special character, a byte that is no UTF-8, or a space that is not joined.
 */
size_t html_run(const char *s, size_t len, enum html_join);

#endif
