/*
 * xml.h - streaming XML as servers really send it: expat behind a filter
 * of bytes. The only place that includes expat.h.
 * Floor: fmt.
 * Threads: a struct xml belongs to one thread.
 */
#ifndef FMT_XML_H
#define FMT_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * The byte filter alone. Illegal character references, raw control bytes and
 * invalid UTF-8 become U+FFFD; a pair of surrogate references is joined. White
 * space and BOMs before the document are dropped. The output is UTF-8: UTF-16
 * (recognised by its BOM or its first character) and declared iso-8859-1 and
 * windows-1252 are recoded; any other declaration is taken for UTF-8. The
 * input may be split anywhere. A zeroed struct is ready; all fields are
 * private.
 */
struct xml_filter {
	int state;
	int coding;
	/* the beginning, until the encoding is known */
	unsigned char head[256];
	size_t nhead;
	/* an unfinished character */
	unsigned char held[4];
	size_t nheld;
	/* an unfinished reference, and a high surrogate reference before it */
	int ref;
	uint32_t value, high;
	/* UTF-16: half a code unit, and a high surrogate */
	bool odd;
	unsigned char byte;
	uint32_t lead;
};
/*
 * Filters in[n]; clean pieces go to emit (which may get pointers into in).
 * final: nothing follows, so held bytes are flushed. -1: emit returned -1.
 */
int xml_filter_feed(struct xml_filter *, const char *in, size_t n, int final,
    int (*emit)(void *, const char *, size_t), void *arg);

/*
 * The value of the attribute with that local name, or NULL. An attribute
 * without a prefix is preferred: one with a prefix may be of another
 * vocabulary.
 */
struct xml_attrs;
const char *xml_attr(const struct xml_attrs *, const char *local_name);
/* The local name of the element that has these attributes. */
const char *xml_element(const struct xml_attrs *);
/*
 * Is that element in a namespace that the handler does not call its own? One
 * in none is not, nor is one whose prefix is not declared.
 */
bool xml_foreign(const struct xml_attrs *);

/*
 * Handlers get local names (the namespace prefix is cut, since servers differ
 * in prefixes), and xml_foreign tells names of another namespace. A handler
 * that returns -1 with err set stops the parser. start returns 1 when it wants
 * the element's text, else 0. text gets that text in pieces of any size, with
 * all entities decoded.
 */
struct xml_handler {
	int (*start)(
	    void *, const char *name, const struct xml_attrs *, struct err *);
	int (*end)(void *, const char *name, struct err *);
	int (*text)(void *, const char *, size_t, struct err *);
	void *arg;
	/* Are elements of this namespace the handler's? NULL: all are. */
	bool (*ours)(const char *uri);
};

struct xml;

/*
 * Bounds: depth 100, name and attributes of one element 1 MiB, 64 namespaces
 * that are declared at the same time; a DOCTYPE stops the parser.
 */
struct xml *xml_open(const struct xml_handler *);
/*
 * -1: ERR_RETRY, the document is refused (the message has the line), or a
 * handler's error. All later calls return the same error.
 */
int xml_feed(struct xml *, const void *, size_t, struct err *);
/* -1 also when the document is not complete (truncated). */
int xml_end(struct xml *, struct err *);
void xml_close(struct xml *);

#endif
