/*
 * valid.c - schema validation.
 * 1. The schema is parsed once; contexts are per thread and freed at the
 *    end of the run.
 * 2. Violations are printed to standard error, with the document's start
 *    the first time, and counted: a run with violations fails.
 */
#include "ews/valid.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

struct context {
	struct context *next;
	xmlSchemaValidCtxt *v;
	struct sb text;
	int line, column;
};

static xmlSchema *schema;
static struct context *contexts;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long violations;
static _Thread_local struct context *mine;

static void
on_error(void *arg, xmlErrorPtr e)
{
	struct context *ctx = arg;
	size_t n;

	if (ctx->text.n != 0)
		return;
	sb_str(&ctx->text, e->message != NULL ? e->message : "invalid");
	n = ctx->text.n;
	while (n > 0 && ctx->text.p[n - 1] == '\n')
		ctx->text.p[--n] = 0;
	ctx->text.n = n;
	ctx->line = e->line;
	ctx->column = e->int2;
}

static void
quiet(void *arg, const char *fmt, ...)
{
	(void)arg;
	(void)fmt;
}

int
valid_open(const char *dir)
{
	xmlSchemaParserCtxt *p;
	struct sb path = { 0 };

	sb_fmt(&path, "%s/soap.xsd", dir);
	p = xmlSchemaNewParserCtxt(path.p);
	if (p != NULL) {
		schema = xmlSchemaParse(p);
		xmlSchemaFreeParserCtxt(p);
	}
	if (schema == NULL)
		fprintf(stderr, "exsim: %s: cannot load schema\n", path.p);
	sb_free(&path);
	return schema != NULL ? 0 : -1;
}

bool
valid_on(void)
{
	return schema != NULL;
}

void
valid_close(void)
{
	struct context *c;

	while ((c = contexts) != NULL) {
		contexts = c->next;
		xmlSchemaFreeValidCtxt(c->v);
		sb_free(&c->text);
		free(c);
	}
	xmlSchemaFree(schema);
	schema = NULL;
}

static struct context *
context(void)
{
	if (mine == NULL) {
		mine = sb_xmalloc(sizeof(*mine));
		mine->v = xmlSchemaNewValidCtxt(schema);
		xmlSchemaSetValidStructuredErrors(mine->v, on_error, mine);
		pthread_mutex_lock(&lock);
		mine->next = contexts;
		contexts = mine;
		pthread_mutex_unlock(&lock);
	}
	sb_reset(&mine->text);
	mine->line = mine->column = 0;
	return mine;
}

void
valid_count(const char *what, const char *op, const char *text)
{
	pthread_mutex_lock(&lock);
	violations++;
	fprintf(stderr, "exsim: violation: %s %s: %s\n", what, op, text);
	pthread_mutex_unlock(&lock);
}

unsigned long
valid_violations(void)
{
	unsigned long n;

	pthread_mutex_lock(&lock);
	n = violations;
	pthread_mutex_unlock(&lock);
	return n;
}

static void
count_at(const char *what, const char *op, const struct context *c)
{
	struct sb b = { 0 };

	sb_fmt(&b, "line %d: %s", c->line, c->text.n ? c->text.p : "?");
	valid_count(what, op, b.p);
	sb_free(&b);
}

bool
valid_request(
    xmlDoc *doc, const char *op, struct sb *text, int *line, int *column)
{
	struct context *c;

	if (schema == NULL)
		return true;
	c = context();
	if (xmlSchemaValidateDoc(c->v, doc) == 0)
		return true;
	sb_str(text, c->text.n ? c->text.p : "not valid");
	*line = c->line;
	*column = c->column;
	count_at("request", op, c);
	return false;
}

void
valid_answer(const char *op, const char *xml, size_t len)
{
	struct context *c;
	xmlDoc *doc;

	if (schema == NULL)
		return;
	c = context();
	xmlSetGenericErrorFunc(NULL, quiet);
	doc = xmlReadMemory(xml, (int)len, "answer", NULL,
	    XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOERROR |
		XML_PARSE_NOWARNING);
	if (doc == NULL) {
		const xmlError *e = xmlGetLastError();

		valid_count("answer", op,
		    e != NULL && e->message != NULL ? e->message
						    : "not well-formed");
		return;
	}
	if (xmlSchemaValidateDoc(c->v, doc) != 0)
		count_at("answer", op, c);
	xmlFreeDoc(doc);
}
