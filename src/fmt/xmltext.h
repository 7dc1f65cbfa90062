/*
 * xmltext.h - the text between two tags, decoded without a parser: where a long
 * one begins, and what it says.
 * Floor: fmt, internal.
 * Threads: pure.
 */
#ifndef FMT_XMLTEXT_H
#define FMT_XMLTEXT_H

#include <stdbool.h>
#include <stddef.h>

/* xmltext_decode needs that much room to make progress. */
#define XMLTEXT_ROOM 64

/* What the bytes before a piece of a document were. */
enum xmltext_before {
	XMLTEXT_CONTENT, /* finished, within an element */
	XMLTEXT_OPEN,    /* the beginning of a tag, a reference or the like */
	XMLTEXT_OTHER,
	XMLTEXT_NONE /* no text begins before the next tag */
};

/*
 * Where in p[n] a text might begin that is worth decoding here; n: nowhere.
 * Only a parser that has read what lies before it knows whether it is text.
 */
size_t xmltext_find(const char *p, size_t n, enum xmltext_before);
/*
 * Decodes character data: ends of lines, character references and the five
 * entities of XML 1.0 2.11, 4.1 and 4.6. p[n] is as xml_filter_feed puts it
 * out. Stops before a tag and before anything else that a parser has to look
 * at: other references, ones that are not complete, "]]". Returns how much of
 * p was read; *len is how much was written to out, whose room must be
 * XMLTEXT_ROOM or more. All of p was read, or less than XMLTEXT_ROOM is left in
 * out, or the parser is to go on.
 */
size_t
xmltext_decode(const char *p, size_t n, char *out, size_t room, size_t *len);
/*
 * Moves a place in the document, which is counted from 0 in lines and in
 * characters, over p[n] as it stands there.
 */
void xmltext_move(
    const char *p, size_t n, unsigned long *line, unsigned long *column);

#endif
