/*
 * xml.c - expat behind the filter, with bounds.
 *
 * 1. The first failure sticks; after it no handler is called.
 * 2. What expat holds is bounded: an unfinished token by TOKEN, all its memory
 *    by MEMORY (names that never repeat would add up otherwise).
 * 3. The work is linear in the input. When expat cannot finish a token it
 *    scans it again from its beginning at the next call; so once more than
 *    CALM bytes of a token are pending, expat is not called again before as
 *    many more bytes have come.
 * 4. Text is gathered here and goes to the handler in larger pieces, since
 *    expat reports each line end and each entity by itself. It is delivered
 *    before the tag that ends it.
 * 5. expat does not report text that no handler wants.
 * 6. expat does not get long text at all (xmltext.h): as long as expat stands
 *    within an element and has finished all that it got, text that it never
 *    sees changes nothing for what follows. Places in messages count it.
 */
#include <expat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "fmt/xml.h"
#include "fmt/xmlspace.h"
#include "fmt/xmltext.h"

#define DEPTH  100
#define TOKEN  (1024 * 1024 + 4096) /* 1 MiB and the tag around it */
#define MEMORY ((size_t)16 * 1024 * 1024)
#define CALM   8192
#define PIECE  (64 * 1024) /* bytes that are gathered for one call of expat */
#define GATHER 4096

struct xml_attrs {
	const char *name;    /* of the element, with its prefix */
	const char *element; /* its local name, inside of name */
	const char **v;      /* name, value, name, value, ... NULL */
	const struct xmlspace *space;
};

struct xml {
	struct xml_handler h;
	XML_Parser parser;
	struct xml_filter filter;
	struct xmlspace space;
	struct err err; /* the first failure */
	bool failed, ended;
	size_t memory;   /* what the parser has allocated */
	bool starved;    /* the system had no more memory */
	uint64_t given;  /* bytes given to expat */
	struct buf wait; /* filtered, not yet given to expat */
	size_t pending;  /* bytes of the unfinished token in expat */
	int depth;
	bool in_text;   /* what comes is text that expat does not get */
	bool in_cdata;  /* expat stands in a CDATA section */
	bool reporting; /* expat reports text */
	bool want[DEPTH + 1];
	bool root;      /* the root element has begun */
	char begin[24]; /* the first bytes of the document */
	size_t nbegin;
	/*
	 * Lines that expat did not get, and by how many characters it is wrong
	 * about places in a line, which has that number there.
	 */
	unsigned long lines, shifted;
	long shift;
	size_t ntext;
	char text[GATHER];
};

/*
 * expat's memory is counted. Its memory functions get no argument, so the
 * parser of this thread is put here while expat runs.
 */
static _Thread_local struct xml *running;

union block {
	size_t size;
	max_align_t align;
};

static void *
x_realloc(void *p, size_t n)
{
	union block *old = p == NULL ? NULL : (union block *)p - 1, *b;
	size_t had = old == NULL ? 0 : old->size;

	if (n > MEMORY || running->memory - had + n > MEMORY)
		return NULL;
	if ((b = realloc(old, sizeof(*b) + n)) == NULL) {
		running->starved = true;
		return NULL; /* expat still owns the old one */
	}
	running->memory += n - had;
	b->size = n;
	return b + 1;
}

static void *
x_malloc(size_t n)
{
	return x_realloc(NULL, n);
}

static void
x_free(void *p)
{
	union block *b;

	if (p == NULL)
		return;
	b = (union block *)p - 1;
	running->memory -= b->size;
	free(b);
}

static const char *
local_name(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon == NULL ? name : colon + 1;
}

const char *
xml_attr(const struct xml_attrs *a, const char *name)
{
	const char **v, *found = NULL;

	for (v = a->v; *v != NULL; v += 2) {
		if (strcmp(*v, name) == 0)
			return v[1];
		if (found == NULL && strcmp(local_name(*v), name) == 0 &&
		    strncmp(*v, "xmlns:", 6) != 0)
			found = v[1];
	}
	return found;
}

const char *
xml_element(const struct xml_attrs *a)
{
	return a->element;
}

bool
xml_foreign(const struct xml_attrs *a)
{
	size_t len = (size_t)(a->element - a->name);

	return xmlspace_foreign(a->space, a->name, len > 0 ? len - 1 : 0);
}

/* Stops the parser; x->err is set already. Always returns -1. */
static int
stop_document(struct xml *x)
{
	x->failed = true;
	XML_StopParser(x->parser, XML_FALSE);
	return -1;
}

static int
fail_document(struct xml *x, enum err_cause cause, const char *code)
{
	err_code(&x->err, cause, code, SCOPE_MAILBOX);
	return stop_document(x);
}

static int
fail_html(struct xml *x)
{
	err_set(&x->err, ERR_RETRY,
	    "the server answered with a web page instead of XML (login page, "
	    "proxy or wrong URL?)");
	return fail_document(x, CAUSE_NOT_SERVICE, "html");
}

static int
flush_text(struct xml *x)
{
	size_t n = x->ntext;

	x->ntext = 0;
	if (n > 0 && x->h.text(x->h.arg, x->text, n, &x->err) == -1)
		return stop_document(x);
	return 0;
}

static void
expat_text(void *arg, const char *s, int len)
{
	struct xml *x = arg;
	size_t n = (size_t)len;

	if (x->failed)
		return;
	if (n == 1 && x->ntext < GATHER) {
		x->text[x->ntext++] = *s;
		return;
	}
	if (n > GATHER - x->ntext && flush_text(x) == -1)
		return;
	if (n > GATHER / 2) {
		if (flush_text(x) == 0 &&
		    x->h.text(x->h.arg, s, n, &x->err) == -1)
			stop_document(x);
		return;
	}
	memcpy(x->text + x->ntext, s, n);
	x->ntext += n;
}

static void
report_text(struct xml *x, bool on)
{
	if (on == x->reporting)
		return;
	x->reporting = on;
	XML_SetCharacterDataHandler(x->parser, on ? expat_text : NULL);
}

static void
expat_start(void *arg, const char *name, const char **atts)
{
	struct xml *x = arg;
	struct xml_attrs a = { name, local_name(name), atts, &x->space };
	int r;

	if (x->failed || (x->ntext > 0 && flush_text(x) == -1))
		return;
	name = a.element;
	if (!x->root && str_ieq(name, "html")) {
		fail_html(x);
		return;
	}
	x->root = true;
	if (x->depth == DEPTH) {
		err_set(&x->err, ERR_RETRY,
		    "the server's answer nests more than %d elements", DEPTH);
		fail_document(x, CAUSE_OTHER, "xml");
		return;
	}
	if (xmlspace_enter(&x->space, x->depth + 1, atts) == -1) {
		err_set(&x->err, ERR_RETRY,
		    "the server's answer declares more than %d namespaces at "
		    "once, or one under a very long name",
		    XMLSPACE_PREFIXES);
		fail_document(x, CAUSE_OTHER, "xml");
		return;
	}
	r = x->h.start(x->h.arg, name, &a, &x->err);
	if (r == -1) {
		stop_document(x);
		return;
	}
	x->want[++x->depth] = r == 1 && x->h.text != NULL;
	report_text(x, x->want[x->depth]);
}

static void
expat_end(void *arg, const char *name)
{
	struct xml *x = arg;

	if (x->failed || (x->ntext > 0 && flush_text(x) == -1))
		return;
	xmlspace_leave(&x->space, x->depth);
	x->depth--;
	if (x->h.end(x->h.arg, local_name(name), &x->err) == -1) {
		stop_document(x);
		return;
	}
	report_text(x, x->depth > 0 && x->want[x->depth]);
}

static void
start_cdata(void *arg)
{
	((struct xml *)arg)->in_cdata = true;
}

static void
end_cdata(void *arg)
{
	((struct xml *)arg)->in_cdata = false;
}

static void
on_doctype(void *arg, const char *name, const char *sysid, const char *pubid,
    int has_subset)
{
	struct xml *x = arg;

	(void)sysid;
	(void)pubid;
	(void)has_subset;
	if (x->failed)
		return;
	if (str_ieq(name, "html")) {
		fail_html(x);
		return;
	}
	err_set(&x->err, ERR_RETRY,
	    "the server's answer holds a document type declaration, which is "
	    "refused");
	fail_document(x, CAUSE_OTHER, "xml");
}

struct xml *
xml_open(const struct xml_handler *h)
{
	static const XML_Memory_Handling_Suite mem = { x_malloc, x_realloc,
		x_free };
	struct xml *x = mem_alloc(sizeof(*x)), *outer = running;

	x->h = *h;
	x->space.ours = h->ours;
	buf_init(&x->wait, TOKEN + 2 * PIECE);
	running = x;
	/* what the filter puts out is UTF-8 whatever the document declares */
	x->parser = XML_ParserCreate_MM("UTF-8", &mem, NULL);
	running = outer;
	if (x->parser == NULL) {
		err_set(&x->err, ERR_RETRY, "no memory for the XML parser");
		err_code(&x->err, CAUSE_OTHER, "xml", SCOPE_MAILBOX);
		x->failed = true;
		return x;
	}
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, expat_start, expat_end);
	XML_SetCdataSectionHandler(x->parser, start_cdata, end_cdata);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	return x;
}

void
xml_close(struct xml *x)
{
	struct xml *outer = running;

	if (x == NULL)
		return;
	running = x;
	XML_ParserFree(x->parser);
	running = outer;
	buf_free(&x->wait);
	free(x);
}

/* Where expat stands in the document, counted from 1. */
static void
find_place(const struct xml *x, unsigned long *line, unsigned long *column)
{
	*line = XML_GetCurrentLineNumber(x->parser);
	*column = XML_GetCurrentColumnNumber(x->parser) + 1;
	if (*line == x->shifted)
		*column += (unsigned long)x->shift;
	*line += x->lines;
}

/* Text that expat does not get: the places that it tells are behind it. */
static void
pass_text(struct xml *x, const char *p, size_t n)
{
	unsigned long at = XML_GetCurrentLineNumber(x->parser), lines = 0;
	unsigned long was = XML_GetCurrentColumnNumber(x->parser), is = was;

	if (at != x->shifted)
		x->shift = 0;
	x->shifted = at;
	is += (unsigned long)x->shift;
	xmltext_move(p, n, &lines, &is);
	x->lines += lines;
	x->shift = (long)(is - was);
}

/* expat refused the document: sets err so that a person can act on it. */
static int
document_refused(struct xml *x, bool final)
{
	enum XML_Error code = XML_GetErrorCode(x->parser);
	unsigned long line, column;
	bool cut = code == XML_ERROR_NO_ELEMENTS ||
		   code == XML_ERROR_UNCLOSED_TOKEN ||
		   code == XML_ERROR_PARTIAL_CHAR ||
		   code == XML_ERROR_UNCLOSED_CDATA_SECTION;

	find_place(x, &line, &column);
	if (str_ieqn(x->begin, "<!doctype html", 14) ||
	    str_ieqn(x->begin, "<html", 5))
		return fail_html(x);
	if (x->nbegin == 0)
		err_set(&x->err, ERR_RETRY, "the server's answer is empty");
	else if (final && cut)
		err_set(&x->err, ERR_RETRY,
		    "the server's answer is cut off (its XML ends at line "
		    "%lu, column %lu)",
		    line, column);
	else if (x->starved) {
		err_set(&x->err, ERR_RETRY,
		    "out of memory while reading the server's answer");
		return fail_document(x, CAUSE_MEMORY, "memory");
	} else if (code == XML_ERROR_NO_MEMORY)
		err_set(&x->err, ERR_RETRY,
		    "the server's answer holds too many different names "
		    "(line %lu)",
		    line);
	else if (x->root)
		err_set(&x->err, ERR_RETRY,
		    "the server's answer is not XML: line %lu, column %lu: %s",
		    line, column, XML_ErrorString(code));
	else
		err_set(&x->err, ERR_RETRY,
		    "the server's answer is not XML, it begins with \"%s\"",
		    x->begin);
	return fail_document(x, CAUSE_OTHER, "xml");
}

static int
parse_clean(struct xml *x, const char *p, size_t n, bool final)
{
	struct xml *outer = running;
	unsigned long line, column;
	enum XML_Status status;
	XML_Index at;

	running = x;
	status = XML_Parse(x->parser, p, (int)n, final);
	running = outer;
	if (x->failed)
		return -1;
	if (status != XML_STATUS_OK)
		return document_refused(x, final);
	x->given += n;
	at = XML_GetCurrentByteIndex(x->parser);
	if (at < 0) /* expat finished no token in this call */
		x->pending += n;
	else /* modulo 2^32 where XML_Index has 32 bits */
		x->pending = (unsigned long)x->given - (unsigned long)at;
	if (x->pending <= TOKEN || final)
		return 0;
	find_place(x, &line, &column);
	err_set(&x->err, ERR_RETRY,
	    "the server's answer holds a tag of more than 1 MiB (line %lu)",
	    line);
	return fail_document(x, CAUSE_OTHER, "xml");
}

/*
 * How many bytes make a call of expat worthwhile: as many as expat will scan
 * again, or enough to make the token too long.
 */
static size_t
worth_bytes(const struct xml *x)
{
	size_t left = TOKEN + 1 - x->pending;

	if (x->pending <= CALM)
		return 0;
	return x->pending < left ? x->pending : left;
}

static int
flush_wait(struct xml *x, bool final)
{
	int r = parse_clean(x, buf_str(&x->wait), x->wait.len, final);

	buf_reset(&x->wait);
	return r;
}

/* Gives long pieces to expat as they are, gathers short ones. */
static int
give_expat(struct xml *x, const char *p, size_t n)
{
	size_t k;

	for (; n > 0; p += k, n -= k) {
		k = n < PIECE ? n : PIECE;
		if (x->nbegin < sizeof(x->begin) - 1) {
			k = n < sizeof(x->begin) - 1 - x->nbegin
				? n
				: sizeof(x->begin) - 1 - x->nbegin;
			memcpy(x->begin + x->nbegin, p, k);
			x->nbegin += k;
		} else if (x->wait.len == 0 && k >= 512 &&
			   k >= worth_bytes(x)) {
			if (parse_clean(x, p, k, false) == -1)
				return -1;
			continue;
		}
		buf_add(&x->wait, p, k);
		if (x->wait.len >= PIECE && x->wait.len >= worth_bytes(x) &&
		    flush_wait(x, false) == -1)
			return -1;
	}
	return 0;
}

/* What expat has got so far. */
static enum xmltext_before
what_expat_has(const struct xml *x)
{
	if (x->wait.len > 0 || x->depth == 0 || x->in_cdata)
		return XMLTEXT_OTHER;
	return x->pending > 0 ? XMLTEXT_OPEN : XMLTEXT_CONTENT;
}

/*
 * Text that expat does not get. Returns how much of p was text; with less than
 * all of it expat goes on.
 */
static size_t
take_text(struct xml *x, const char *p, size_t n)
{
	size_t room, len, done = 0;

	do {
		if (GATHER - x->ntext < XMLTEXT_ROOM && flush_text(x) == -1)
			break;
		room = GATHER - x->ntext;
		done += xmltext_decode(
		    p + done, n - done, x->text + x->ntext, room, &len);
		if (x->want[x->depth])
			x->ntext += len;
	} while (done < n && room - len < XMLTEXT_ROOM);
	x->in_text = done == n;
	if (done > 0)
		pass_text(x, p, done);
	return done;
}

/* Takes the filter's output: long text, and what is for expat. */
static int
give_clean(void *arg, const char *p, size_t n)
{
	struct xml *x = arg;
	enum xmltext_before before = what_expat_has(x);
	size_t k;

	/* one attempt for each tag: many would not be linear */
	for (; n > 0; p += k, n -= k, before = XMLTEXT_NONE) {
		if (x->in_text) {
			k = take_text(x, p, n);
			if (x->failed)
				return -1;
			continue;
		}
		/* not where expat will scan the same bytes again */
		k = x->pending > CALM ? n : xmltext_find(p, n, before);
		if (give_expat(x, p, k) == -1 ||
		    (k < n && x->wait.len > 0 && flush_wait(x, false) == -1))
			return -1;
		x->in_text = k < n && what_expat_has(x) == XMLTEXT_CONTENT;
	}
	return 0;
}

/* The result of a call: the first failure, every time; r without one. */
static int
result_of(const struct xml *x, int r, struct err *e)
{
	if (!x->failed)
		return r;
	*e = x->err;
	return -1;
}

int
xml_feed(struct xml *x, const void *p, size_t n, struct err *e)
{
	if (x->failed)
		return result_of(x, -1, e);
	/* not before x->begin is full: document_refused looks at it */
	if (xml_filter_feed(&x->filter, p, n, 0, give_clean, x) == 0 &&
	    x->nbegin == sizeof(x->begin) - 1 && x->wait.len > 0 &&
	    x->wait.len >= worth_bytes(x))
		flush_wait(x, false);
	return result_of(x, 0, e);
}

int
xml_end(struct xml *x, struct err *e)
{
	if (x->failed || x->ended)
		return result_of(x, 0, e);
	x->ended = true;
	if (xml_filter_feed(&x->filter, "", 0, 1, give_clean, x) == 0)
		flush_wait(x, true);
	return result_of(x, 0, e);
}
