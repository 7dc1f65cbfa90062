/*
 * xmlcoding.h - finds the encoding of a document and recodes it to UTF-8.
 * Floor: fmt. For xmlfilter.c only.
 * Threads: as struct xml_filter.
 *
 * UTF-16 is recognised by its BOM or its first character; iso-8859-1 and
 * windows-1252 must be declared. Every other declaration is taken for UTF-8,
 * since servers are known to declare utf-16 and send UTF-8 (a string writer
 * of .NET does); what is not UTF-8 then becomes U+FFFD.
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
 * To be called after each byte of the document's beginning that is put into
 * f->head. True: f->coding is known, and f->head holds the bytes that are still
 * to be recoded. White space and BOMs are removed from it.
 */
bool xmlcoding_known(struct xml_filter *);
/*
 * Recodes from *in, which is moved on, to out (at least 8 bytes) until the
 * input is used up or out is full. Returns the number of bytes in out.
 */
size_t xmlcoding_utf8(struct xml_filter *, const unsigned char **in,
    const unsigned char *end, char *out, size_t size);
/* Did the input end inside a character? Forgets its bytes. */
bool xmlcoding_cut(struct xml_filter *);

#endif
