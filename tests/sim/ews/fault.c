/*
 * fault.c - picks faults and writes what they answer.
 * 1. A fault with item= meets a request that names the item. Kinds that
 *    speak per message (error, busy_item) count such messages, and hide counts
 *    how often an item was left out; all others count requests.
 * 2. A request that was made late has been counted by that fault and by all
 *    before it: it meets only later ones then, and is made late once.
 */
#include "ews/fault.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ews/ident.h"
#include "ews/reply.h"
#include "world/select.h"

static const char *const KIND[F_KINDS] = { "busy", "busy_item", "http", "fault",
	"error", "html", "redirect", "missing", "twice", "swap", "illegal",
	"truncate", "reset", "silence", "slow", "bigattr", "deep", "bomb",
	"doctype", "stuck", "resend", "ghost", "late", "noid", "strange",
	"hide", "coded" };

static struct fault *faults;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
fault_free(struct fault *f)
{
	free(f->op);
	free(f->mailbox);
	free(f->item);
	free(f->code);
	free(f->retry_after);
	free(f->type);
	free(f->body);
	free(f->to);
	free(f->as);
	free(f->then);
	free(f);
}

void
fault_clear(void)
{
	struct fault *f;

	pthread_mutex_lock(&lock);
	while ((f = faults) != NULL) {
		faults = f->next;
		fault_free(f);
	}
	pthread_mutex_unlock(&lock);
}

static bool
kind_of(struct fault *f, const char *name)
{
	int k;

	for (k = 0; k < F_KINDS; k++)
		if (strcmp(KIND[k], name) == 0) {
			f->kind = (enum fault_kind)k;
			return true;
		}
	return false;
}

static bool
word_of(struct fault *f, const char *key, const char *value, bool *kind)
{
	static const char *const NUMBERS[] = { "backoff", "status", "at",
		"seconds", "bps", "bytes", "n" };
	char **text = strcmp(key, "op") == 0            ? &f->op
		      : strcmp(key, "mailbox") == 0     ? &f->mailbox
		      : strcmp(key, "item") == 0        ? &f->item
		      : strcmp(key, "code") == 0        ? &f->code
		      : strcmp(key, "retry_after") == 0 ? &f->retry_after
		      : strcmp(key, "type") == 0        ? &f->type
		      : strcmp(key, "body") == 0        ? &f->body
		      : strcmp(key, "to") == 0          ? &f->to
		      : strcmp(key, "as") == 0          ? &f->as
		      : strcmp(key, "then") == 0        ? &f->then
							: NULL;
	size_t i;

	if (text != NULL) {
		free(*text);
		*text = sb_xstrdup(value);
		return true;
	}
	if (strcmp(key, "after") == 0)
		f->after = atol(value);
	else if (strcmp(key, "times") == 0)
		f->times = strcmp(value, "always") == 0 ? -1 : atol(value);
	else if (strcmp(key, "ms") == 0)
		f->ms = atol(value);
	else if (strcmp(key, "coded") == 0)
		f->coded = strcmp(value, "1") == 0;
	else if (strcmp(key, "do") == 0)
		return *kind = kind_of(f, value);
	else {
		for (i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
			if (strcmp(key, NUMBERS[i]) == 0) {
				f->number = atol(value);
				return true;
			}
		return false;
	}
	return true;
}

const char *
fault_add(char **word, int n)
{
	static long added;
	struct fault *f = sb_xmalloc(sizeof(*f)), **end;
	bool kind = false;
	char *eq;
	int i;

	f->times = 1;
	f->number = f->ms = -1;
	for (i = 0; i < n; i++) {
		eq = strchr(word[i], '=');
		if (eq == NULL)
			break;
		*eq = 0;
		if (!word_of(f, word[i], eq + 1, &kind))
			break;
	}
	if (i < n || !kind) {
		fault_free(f);
		return "fault: bad word, or do= missing";
	}
	pthread_mutex_lock(&lock);
	for (end = &faults; *end != NULL; end = &(*end)->next)
		;
	*end = f;
	f->order = ++added;
	pthread_mutex_unlock(&lock);
	return NULL;
}

static bool
selects(const char *selector, const struct item *it)
{
	struct item *found;

	if (strncmp(selector, "id:", 3) == 0)
		return ident_find_item(selector + 3, &found) == IDENT_OK &&
		       found == it;
	return select_is(it, selector);
}

/* Does the request name the item? */
static bool
names_item(struct call *c, const xmlNode *n, const char *selector)
{
	const char *code;
	struct item *it;
	struct att_path path;
	char *id;

	for (; n != NULL; n = call_next(n)) {
		if (call_is(n, "ItemId") || call_is(n, "AttachmentId")) {
			id = call_attr(n, "Id");
			it = id == NULL ? NULL : call_item(c, id, &code);
			if (id != NULL && call_is(n, "AttachmentId"))
				ident_find_attachment(id, &it, &path);
			xmlFree(id);
			if (it != NULL && selects(selector, it))
				return true;
		}
		if (names_item(c, call_first(n), selector))
			return true;
	}
	return false;
}

/* The mailbox that the request is about, as far as its ids tell. */
static const struct mailbox *
mailbox_of(struct call *c, const xmlNode *n)
{
	const struct mailbox *mb = NULL;
	const char *code;
	struct folder *f;
	struct item *it;
	char *id;

	for (; n != NULL && mb == NULL; n = call_next(n)) {
		if (call_is(n, "FolderId") ||
		    call_is(n, "DistinguishedFolderId")) {
			f = call_folder(c, n, &code);
			mb = f != NULL ? f->mailbox : NULL;
		} else if (call_is(n, "ItemId")) {
			id = call_attr(n, "Id");
			it = id ? call_item(c, id, &code) : NULL;
			xmlFree(id);
			mb = it != NULL ? it->folder->mailbox : NULL;
		} else {
			mb = mailbox_of(c, call_first(n));
		}
	}
	return mb;
}

static bool
meets(struct call *c, const struct fault *f)
{
	const struct mailbox *mb = c->mailbox;

	if (f->op != NULL && strcasecmp(f->op, c->opname) != 0)
		return false;
	if (f->mailbox != NULL) {
		if (!c->impersonated)
			mb = mailbox_of(c, call_first(c->op));
		if (mb == NULL)
			mb = c->mailbox;
		if (mb == NULL || world_mailbox(f->mailbox) != mb)
			return false;
	}
	return true;
}

static bool
per_message(const struct fault *f)
{
	return f->kind == F_ERROR || f->kind == F_BUSY_ITEM;
}

/* Was it asked about this request before the request was made late? */
static bool
was_asked(const struct call *c, const struct fault *f)
{
	return c->late_by != 0 && (f->order <= c->late_by || f->kind == F_LATE);
}

/* Counts a match; true when it is the fault's turn. */
static bool
turn(struct fault *f)
{
	if (f->times == 0)
		return false;
	if (f->after > 0) {
		f->after--;
		return false;
	}
	if (f->times > 0)
		f->times--;
	return true;
}

static struct fault *
pick(struct call *c)
{
	struct fault *f, *found = NULL;

	pthread_mutex_lock(&lock);
	for (f = faults; f != NULL && found == NULL; f = f->next) {
		if (f->times == 0 || was_asked(c, f) || !meets(c, f))
			continue;
		if (f->item != NULL && (per_message(f) || f->kind == F_HIDE))
			continue;
		if (f->item != NULL &&
		    !names_item(c, call_first(c->op), f->item))
			continue;
		if (turn(f))
			found = f;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

static void
plain(struct call *c, int status, const char *type, const char *body)
{
	c->status = status;
	c->type = sb_xstrdup(type);
	c->broken = true;
	sb_str(&c->out, body);
}

static const char BOMB[] =
    "<?xml version=\"1.0\"?><!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\">"
    "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
    "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
    "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">"
    "<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">"
    "<!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">"
    "<!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\">]>"
    "<s:Envelope xmlns:s=\"" NS_SOAP "\"><s:Body>&g;</s:Body></s:Envelope>";

static const char LOGIN[] =
    "<!DOCTYPE html>\r\n<html><head><title>Outlook</title></head><body>"
    "<form action=\"/owa/auth.owa\" method=\"POST\"><input name=\"username\">"
    "<input name=\"password\" type=\"password\"></form></body></html>\r\n";

/* How long it keeps the client waiting. */
static int
wait_ms(const struct fault *f)
{
	if (f->ms >= 0)
		return (int)f->ms;
	return (int)(f->number >= 0 ? f->number : 60) * 1000;
}

static void
busy(struct call *c, const struct fault *f)
{
	struct sb xml = { 0 };

	if (f->number >= 0)
		sb_fmt(&xml,
		    "<t:Value Name=\"BackOffMilliseconds\">%ld</t:Value>",
		    f->number);
	reply_fault(c, "ErrorServerBusy", NULL, xml.p);
	sb_free(&xml);
}

bool
fault_request(struct call *c)
{
	struct fault *f;

	if (faults == NULL || (f = pick(c)) == NULL)
		return false;
	c->fault = f;
	c->then = f->then != NULL ? sb_xstrdup(f->then) : NULL;
	switch (f->kind) {
	case F_LATE:
		c->late_ms = wait_ms(f);
		c->late_by = f->order;
		return c->late_ms > 0;
	case F_BUSY:
		busy(c, f);
		return true;
	case F_FAULT:
		reply_fault(c,
		    f->code != NULL ? f->code : "ErrorInternalServerError",
		    NULL, NULL);
		return true;
	case F_HTTP:
		plain(c, f->number > 0 ? (int)f->number : 503,
		    f->type != NULL ? f->type : "text/plain",
		    f->body != NULL ? f->body : "");
		if (f->retry_after != NULL)
			c->retry_after = sb_xstrdup(f->retry_after);
		return true;
	case F_HTML:
		plain(c, 200, "text/html; charset=utf-8", LOGIN);
		return true;
	case F_REDIRECT:
		plain(c, 302, "text/html", "");
		c->location = sb_xstrdup(
		    f->to != NULL
			? f->to
			: "/owa/auth/logon.aspx?url=/ews/exchange.asmx");
		return true;
	case F_BOMB:
		plain(c, 200, "text/xml; charset=utf-8", BOMB);
		return true;
	case F_ILLEGAL:
		c->out.illegal = true;
		c->broken = true;
		return false;
	default:
		return false;
	}
}

bool
fault_hides(struct call *c, const struct item *it)
{
	struct fault *f;
	bool yes = false;

	if (faults == NULL)
		return false;
	pthread_mutex_lock(&lock);
	for (f = faults; f != NULL && !yes; f = f->next)
		yes = f->kind == F_HIDE && f->item != NULL && meets(c, f) &&
		      selects(f->item, it) && turn(f);
	pthread_mutex_unlock(&lock);
	return yes;
}

const char *
fault_item(struct call *c, const struct item *it, const char **xml)
{
	static _Thread_local char value[80];
	struct fault *f = c->fault, *g;

	*xml = NULL;
	if (faults == NULL)
		return NULL;
	if (f == NULL || !per_message(f)) {
		f = NULL;
		pthread_mutex_lock(&lock);
		for (g = faults; it != NULL && g && f == NULL; g = g->next)
			if (g->item != NULL && per_message(g) &&
			    g->times != 0 && meets(c, g) &&
			    selects(g->item, it) && turn(g))
				f = g;
		pthread_mutex_unlock(&lock);
	}
	if (f == NULL)
		return NULL;
	if (f->kind == F_ERROR)
		return f->code != NULL ? f->code : "ErrorItemCorrupt";
	if (f->number >= 0) {
		snprintf(value, sizeof(value),
		    "<t:Value Name=\"BackOffMilliseconds\">%ld</t:Value>",
		    f->number);
		*xml = value;
	}
	return "ErrorServerBusy";
}

/* Where response message i ends. */
static size_t
end_of(const struct call *c, size_t i)
{
	const char *tail;

	if (i + 1 < c->n_marks)
		return c->marks[i + 1];
	tail = strstr(c->out.p + c->marks[i], "</m:ResponseMessages>");
	return tail != NULL ? (size_t)(tail - c->out.p) : c->out.n;
}

/* The answer becomes those bytes, which it takes. */
static void
replace_answer(struct call *c, struct sb b)
{
	sb_free(&c->out);
	c->out = b;
	c->broken = true;
}

static void
rearrange(struct call *c, enum fault_kind kind)
{
	size_t n = c->n_marks, i = n / 2, j, first, last;
	struct sb b = { 0 };

	if (n == 0)
		return;
	first = c->marks[0];
	last = end_of(c, n - 1);
	sb_add(&b, c->out.p, first);
	for (j = 0; j < n; j++) {
		size_t k = j;

		if (kind == F_MISSING && j == i)
			continue;
		if (kind == F_SWAP && n > 1 && (j == 0 || j == n - 1))
			k = n - 1 - j;
		sb_add(&b, c->out.p + c->marks[k], end_of(c, k) - c->marks[k]);
		if (kind == F_TWICE && j == i)
			sb_add(&b, c->out.p + c->marks[k],
			    end_of(c, k) - c->marks[k]);
	}
	sb_add(&b, c->out.p + last, c->out.n - last);
	replace_answer(c, b);
}

/* Puts text in at an offset. */
static void
put_in(struct call *c, size_t at, const struct sb *text)
{
	struct sb b = { 0 };

	sb_add(&b, c->out.p, at);
	sb_add(&b, text->p, text->n);
	sb_add(&b, c->out.p + at, c->out.n - at);
	replace_answer(c, b);
}

static void
bloat(struct call *c, enum fault_kind kind, long n)
{
	const char *decl = strstr(c->out.p, "?>");
	const char *body = strstr(c->out.p, "Body ");
	struct sb t = { 0 };
	long i;

	if (decl == NULL || body == NULL)
		return;
	if (kind == F_DOCTYPE) {
		sb_str(&t, "<!DOCTYPE Envelope SYSTEM \"file:///etc/passwd\">");
		put_in(c, (size_t)(decl + 2 - c->out.p), &t);
	} else if (kind == F_BIGATTR) {
		sb_str(&t, " big=\"");
		sb_need(&t, (size_t)(n > 0 ? n : 0));
		for (i = 0; i < n; i++)
			sb_ch(&t, 'A');
		sb_str(&t, "\"");
		put_in(c, (size_t)(body + 4 - c->out.p), &t);
	} else {
		for (i = 0; i < n; i++)
			SB_LIT(&t, "<d>");
		for (i = 0; i < n; i++)
			SB_LIT(&t, "</d>");
		body = strchr(body, '>') + 1;
		put_in(c, (size_t)(body - c->out.p), &t);
	}
	sb_free(&t);
}

void
fault_answer(struct call *c)
{
	const struct fault *f = c->fault;
	long n;

	if (f == NULL)
		return;
	n = f->number;
	switch (f->kind) {
	case F_MISSING:
	case F_TWICE:
	case F_SWAP:
		rearrange(c, f->kind);
		break;
	case F_DOCTYPE:
		bloat(c, f->kind, 0);
		break;
	case F_BIGATTR:
		bloat(c, f->kind, n >= 0 ? n : 100L << 20);
		break;
	case F_DEEP:
		bloat(c, f->kind, n >= 0 ? n : 100000);
		break;
	case F_TRUNCATE:
	case F_RESET:
		c->cut_at = n >= 0 ? n : (int64_t)c->out.n / 2;
		c->cut_hard = f->kind == F_RESET;
		c->cut_coded = f->coded;
		break;
	case F_SILENCE:
		c->delay_ms += wait_ms(f);
		break;
	case F_SLOW:
		c->bps = (int)(n > 0 ? n : 1);
		c->cut_coded = f->coded;
		break;
	case F_CODED:
		snprintf(c->coding, sizeof(c->coding), "%s",
		    f->as != NULL ? f->as : "gzip");
		c->spoil_at = n;
		break;
	default:
		break;
	}
}
