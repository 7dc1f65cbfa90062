/*
 * soap.h - reads the answer to one EWS request as it streams in: envelope,
 * fault, server version, and each response message's class and code
 * (README.md, Envelope, Errors). What lies inside a response message goes to
 * the operation's own handlers.
 * Floor: ews.
 * Threads: a struct soap belongs to one thread.
 */
#ifndef EWS_SOAP_H
#define EWS_SOAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "ews/tok.h"
#include "ews/version.h"
#include "fmt/xml.h"

#define SOAP_DEPTH 104

/* What a start handler wants of the element. */
enum soap_want {
	SOAP_SKIP,  /* nothing of it nor of what it holds */
	SOAP_ENTER, /* its children */
	SOAP_TEXT,  /* its text, whole, at its end */
	SOAP_STREAM /* its text in pieces */
};

/* How one response message ended. */
struct soap_status {
	bool success, warning; /* neither: it failed */
	char code[96];         /* "NoError", "ErrorItemNotFound", "" */
	char text[400];        /* MessageText and MessageXml values */
	int64_t backoff_ms;    /* -1: none */
};

/*
 * The handlers of one operation. level 1 is a child of the response message;
 * only children of elements that were entered are reported. A handler that
 * returns -1 with err set stops the parser.
 */
struct soap_ops {
	const char *name; /* "GetItem" */
	int (*start)(void *, enum tok, int level, const struct xml_attrs *,
	    struct err *); /* enum soap_want or -1 */
	/*
	 * text: for SOAP_TEXT, NUL-terminated, without the white space around
	 * it unless a person wrote it. NULL with len > 0: it was too large for
	 * the scratch buffer; NULL with 0: another element.
	 */
	int (*end)(void *, enum tok, int level, const char *text, size_t len,
	    struct err *);
	int (*text)(void *, const char *, size_t, struct err *);
	/* A response message is complete. */
	int (*message)(void *, const struct soap_status *, struct err *);
};

struct soap {
	const struct soap_ops *ops;
	void *arg;
	struct xml *xml;
	struct buf *text; /* borrowed */
	int depth, skip;  /* skip: depth where skipping began, or 0 */
	unsigned char tok[SOAP_DEPTH], want[SOAP_DEPTH];
	char value_name[48];
	struct soap_status st;
	bool classless; /* the current message has no ResponseClass */
	/* what was seen */
	bool envelope, response, fault, complete;
	int messages;
	struct soap_status fault_st;
	struct version_build build;
};

/* text: scratch, whose cap bounds every SOAP_TEXT; it is reset, not freed. */
void
soap_open(struct soap *, const struct soap_ops *, void *arg, struct buf *text);
/* -1: a handler's error, malformed XML, or an answer to something else. */
int soap_feed(struct soap *, const void *, size_t, struct err *);
/* The body has ended: -1 when the document is not complete. */
int soap_end(struct soap *, struct err *);
void soap_close(struct soap *);

/* An XML boolean, also as other servers write it ("True"). NULL: false. */
bool soap_true(const char *);
/*
 * Reads a time: XSD's, the same with a blank in place of the T, or that of a
 * mail header (RFC 5322). False: none of them.
 */
bool soap_time(const char *, int64_t *ms);

#endif
