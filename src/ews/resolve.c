/*
 * resolve.c - addresses that are not SMTP, looked up in the address book.
 * 1. A name with several answers has none: a wrong address would put mail on
 *    the wrong contact.
 * 2. If the address book could not be asked that is an error, and is not
 *    cached: else mail would be skipped as concerning nobody. If it can never
 *    be asked, though the server works otherwise, names have no answer: not
 *    every server has this operation.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "ews/call.h"
#include "ews/code.h"
#include "ews/folder.h"
#include "ews/resolve.h"

#define TEXT_MAX 65536
#define TRIES    3 /* failures in a row, until it counts as missing */

static int
names_start(void *arg, enum tok t, int level, const struct xml_attrs *a,
    struct err *err)
{
	struct resolve_answer *p = arg;

	(void)err;
	(void)a;
	switch (level) {
	case 1:
		return t == TOK_ResolutionSet ? SOAP_ENTER : SOAP_SKIP;
	case 2:
		if (t != TOK_Resolution)
			return SOAP_SKIP;
		buf_init(&p->address, TEXT_MAX);
		buf_init(&p->routing, TEXT_MAX);
		buf_init(&p->best, TEXT_MAX);
		return SOAP_ENTER;
	case 3:
		return t == TOK_Mailbox || t == TOK_Contact ? SOAP_ENTER
							    : SOAP_SKIP;
	case 4:
		if (t == TOK_EmailAddress || t == TOK_RoutingType)
			return SOAP_TEXT;
		return t == TOK_EmailAddresses ? SOAP_ENTER : SOAP_SKIP;
	default:
		return t == TOK_Entry ? SOAP_TEXT : SOAP_SKIP;
	}
}

/* Some servers write the kind before the address. */
static const char *
without_prefix(const char *s)
{
	return str_ieqn(s, "SMTP:", 5) ? s + 5 : s;
}

/* A resolution is complete: takes its SMTP address, if it has one. */
static void
take_resolution(struct resolve_answer *p)
{
	const char *smtp = NULL;

	if ((p->routing.len == 0 || str_ieq(buf_str(&p->routing), "SMTP")) &&
	    strchr(buf_str(&p->address), '@') != NULL &&
	    buf_str(&p->address)[0] != '/')
		smtp = without_prefix(buf_str(&p->address));
	else if (p->best.len > 0)
		smtp = buf_str(&p->best);
	if (smtp == NULL)
		p->n += 2; /* this one may have been meant */
	else if (p->found == NULL) {
		p->found = mem_strdup(smtp);
		p->n++;
	} else if (!str_ieq(p->found, smtp))
		p->n++;
	buf_free(&p->address);
	buf_free(&p->routing);
	buf_free(&p->best);
}

static int
names_end(void *arg, enum tok t, int level, const char *text, size_t len,
    struct err *err)
{
	struct resolve_answer *p = arg;
	struct buf *b = t == TOK_EmailAddress ? &p->address : &p->routing;

	(void)err;
	if (level == 2)
		take_resolution(p);
	else if (level == 4 && text != NULL) {
		buf_reset(b);
		buf_add(b, text, len);
	} else if (level == 5 && text != NULL && p->best.len == 0 &&
		   strncmp(text, "SMTP:", 5) == 0 && strchr(text, '@') != NULL)
		buf_add(&p->best, text + 5, len - 5);
	return 0;
}

/* Nobody found, or several, is an answer and no error. */
static int
names_message(void *arg, const struct soap_status *st, struct err *err)
{
	struct resolve_answer *p = arg;
	const struct code_row *r = code_find(st->code);

	(void)err;
	if (r != NULL && r->act == CODE_NORESULT)
		return 0;
	if (p->err.kind == ERR_NONE)
		call_status(st, SCOPE_ITEM, &p->err);
	return 0;
}

const struct soap_ops resolve_ops = { "ResolveNames", names_start, names_end,
	NULL, names_message };

static int
ask_name(struct ews_session *s, const char *name, char **out, struct err *err)
{
	struct build_resolve what = { name };
	struct resolve_answer p;
	struct call c = { &resolve_ops, &p, build_resolve, &what, SCOPE_ITEM };
	int rc;

	memset(&p, 0, sizeof(p));
	rc = call_run(s, &c, err);
	buf_free(&p.address);
	buf_free(&p.routing);
	buf_free(&p.best);
	if (rc == 0 && p.err.kind != ERR_NONE) {
		*err = p.err;
		rc = err_prefix(err, "ResolveNames");
	}
	if (rc == 0 && p.n == 1)
		*out = p.found;
	else
		free(p.found);
	return rc;
}

/* May the operation be missing, if it fails like this? */
static bool
operation_suspected(const struct err *e)
{
	return code_refuses(e) || strcmp(e->code, "http-500") == 0 ||
	       strcmp(e->code, "answer-mismatch") == 0;
}

/* Counts a finished request. True: the operation is known to be missing. */
static bool
count_request(struct namecache *c, bool failed, bool *enough)
{
	bool missing;

	pthread_mutex_lock(&c->lock);
	c->failed = failed ? c->failed + 1 : 0;
	c->missing = missing = c->missing && failed;
	*enough = c->failed >= TRIES;
	pthread_mutex_unlock(&c->lock);
	return missing;
}

/*
 * Does the server lack the operation? One that says so is believed; else the
 * operation must fail again and again while another one works.
 */
static bool
operation_missing(struct ews_session *s, const struct err *why)
{
	struct namecache *c = &s->ews->names;
	struct err e = ERR_INIT;
	char top[64];
	bool enough;

	if (code_find(why->code) != NULL && code_refuses(why))
		return true;
	if (!operation_suspected(why))
		return false;
	if (count_request(c, true, &enough))
		return true;
	if (!enough || folder_top(s, top, sizeof(top), &e) == -1)
		return false;
	pthread_mutex_lock(&c->lock);
	c->missing = true;
	pthread_mutex_unlock(&c->lock);
	log_info(
	    "profile %s: mailbox %s: %s; addresses that are not SMTP stay as "
	    "they are",
	    s->profile->name, s->mailbox->address, why->msg);
	return true;
}

int
resolve_name(
    struct ews_session *s, const char *name, char **out, struct err *err)
{
	char *key = str_lower(mem_strdup(name));
	bool enough;
	int rc = 0;

	*out = NULL;
	if (key[0] != '\0' && !namecache_lookup(&s->ews->names, key, out)) {
		rc = ask_name(s, name, out, err);
		if (rc == 0)
			count_request(&s->ews->names, false, &enough);
		/*
		 * It concerns this name alone, or the operation is missing: it
		 * will not pass.
		 */
		else if ((err->scope == SCOPE_ITEM &&
			     (err->kind == ERR_ITEM ||
				 err->kind == ERR_UNKNOWN)) ||
			 operation_missing(s, err)) {
			err_clear(err);
			rc = 0;
		}
		if (rc == 0)
			namecache_remember(&s->ews->names, key, *out);
	}
	free(key);
	return rc;
}
