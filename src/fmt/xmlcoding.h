/*
 * xmlcoding.h - what a document is written in, and that as UTF-8.
 * Floor: fmt. For xmlfilter.c only.
 * Threads: as struct xml_filter.
 *
 * UTF-16 is seen by its BOM or its first character; iso-8859-1 and
 * windows-1252 must be declared. Every other declaration is taken for UTF-8,
 * since servers are known to declare utf-16 and send UTF-8 (a string writer
 * of .NET does); what is then no UTF-8 becomes U+FFFD.
 */
#ifndef FMT_XMLCODING_H
#define FMT_XMLCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "fmt/xml.h"

enum xmlcoding {
	XMLCODING_UTF8,
	XMLCODING_LATIN,
	XMLCODING_UTF16LE,
	XMLCODING_UTF16BE
};

/*
 * One more byte of the document's beginning is in f->head. True when
 * f->coding is known; f->head holds what is to be read again then. White
 * space and BOMs are taken out.
 */
bool xmlcoding_known(struct xml_filter *);
/*
 * Recodes from *in, which is moved, to out of at least 8 bytes until either
 * is used up. Returns the number of bytes in out.
 */
size_t xmlcoding_utf8(struct xml_filter *, const unsigned char **in,
    const unsigned char *end, char *out, size_t size);
/* Did the input end inside a character? Forgets it. */
bool xmlcoding_cut(struct xml_filter *);

#endif
