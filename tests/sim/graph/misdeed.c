/*
 * misdeed.c - picks what is to be done wrong.
 * 1. error with item= meets a request that names the item, and each page of a
 *    list or delta that would show more of it than its id; hide counts how
 *    often the item was left out; all others count requests.
 * 2. An inner request of a batch cannot cut or delay what it does not send:
 *    such kinds meet the batch.
 */
#include "graph/misdeed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "graph/gjson.h"
#include "world/select.h"

static const char *const KIND[N_MISDEEDS] = { "error", "http", "html",
	"redirect", "truncate", "reset", "silence", "slow", "broken", "deep",
	"strange", "pass", "null", "noid", "foreign", "stuck", "empty",
	"nolink", "expire", "resend", "ghost", "twice", "hide", "missing" };

static struct misdeed *misdeeds;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
misdeed_free(struct misdeed *m)
{
	free(m->op);
	free(m->mailbox);
	free(m->item);
	free(m->code);
	free(m->message);
	free(m->retry_after);
	free(m->location);
	free(m->type);
	free(m->body);
	free(m->to);
	free(m->as);
	free(m->then);
	free(m);
}

void
misdeed_clear(void)
{
	struct misdeed *m;

	pthread_mutex_lock(&lock);
	while ((m = misdeeds) != NULL) {
		misdeeds = m->next;
		misdeed_free(m);
	}
	pthread_mutex_unlock(&lock);
}

static char **
text_word(struct misdeed *m, const char *key)
{
	const struct {
		const char *name;
		char **where;
	} text[] = {
		{ "op", &m->op },
		{ "mailbox", &m->mailbox },
		{ "item", &m->item },
		{ "code", &m->code },
		{ "message", &m->message },
		{ "retry_after", &m->retry_after },
		{ "location", &m->location },
		{ "type", &m->type },
		{ "body", &m->body },
		{ "to", &m->to },
		{ "as", &m->as },
		{ "then", &m->then },
	};
	size_t i;

	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		if (strcmp(text[i].name, key) == 0)
			return text[i].where;
	return NULL;
}

static long *
number_word(struct misdeed *m, const char *key)
{
	const struct {
		const char *name;
		long *where;
	} number[] = {
		{ "after", &m->after },
		{ "times", &m->times },
		{ "ms", &m->ms },
		{ "at", &m->at },
		{ "bps", &m->bps },
		{ "n", &m->n },
		{ "status", &m->status },
	};
	size_t i;

	for (i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		if (strcmp(number[i].name, key) == 0)
			return number[i].where;
	return NULL;
}

static bool
read_word(struct misdeed *m, const char *key, const char *value, bool *kind)
{
	char **text = text_word(m, key);
	long *number = number_word(m, key);
	char *end;
	int k;

	if (text != NULL) {
		free(*text);
		*text = sb_xstrdup(value);
		return true;
	}
	if (number != NULL && strcmp(value, "always") == 0) {
		*number = -1;
		return true;
	}
	if (number != NULL) {
		end = NULL;
		*number = strtol(value, &end, 10);
		return end != value && *end == 0;
	}
	for (k = 0; strcmp(key, "do") == 0 && k < N_MISDEEDS; k++)
		if (strcmp(KIND[k], value) == 0) {
			m->kind = (enum misdeed_kind)k;
			return *kind = true;
		}
	return false;
}

const char *
misdeed_add(char **word, int n)
{
	struct misdeed *m = sb_xmalloc(sizeof(*m)), **end;
	bool kind = false;
	char *eq;
	int i;

	m->times = 1;
	m->ms = m->at = m->bps = m->n = -1;
	for (i = 0; i < n; i++) {
		eq = strchr(word[i], '=');
		if (eq == NULL)
			break;
		*eq = 0;
		if (!read_word(m, word[i], eq + 1, &kind))
			break;
	}
	if (i < n || !kind) {
		misdeed_free(m);
		return "graphfault: bad word, or do= missing";
	}
	pthread_mutex_lock(&lock);
	for (end = &misdeeds; *end != NULL; end = &(*end)->next)
		;
	*end = m;
	pthread_mutex_unlock(&lock);
	return NULL;
}

static bool
meets(const struct graph_call *g, const struct misdeed *m)
{
	if (m->op != NULL && strcasecmp(m->op, g->op) != 0)
		return false;
	return m->mailbox == NULL ||
	       (g->mailbox != NULL && world_mailbox(m->mailbox) == g->mailbox);
}

/* Counts a match; true when it is its turn. */
static bool
turn(struct misdeed *m)
{
	if (m->times == 0)
		return false;
	if (m->after > 0) {
		m->after--;
		return false;
	}
	if (m->times > 0)
		m->times--;
	return true;
}

static bool
of_transport(enum misdeed_kind k)
{
	return k >= M_HTTP && k <= M_BROKEN;
}

static struct misdeed *
pick(const struct graph_call *g)
{
	struct misdeed *m, *found = NULL;

	pthread_mutex_lock(&lock);
	for (m = misdeeds; m != NULL && found == NULL; m = m->next) {
		if (!meets(g, m) || m->kind == M_HIDE ||
		    (g->outer != NULL && of_transport(m->kind)))
			continue;
		if (m->item != NULL &&
		    (g->item == NULL || !select_is(g->item, m->item)))
			continue;
		if (turn(m))
			found = m;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

static void
keep(char **where, const char *value)
{
	free(*where);
	*where = value != NULL ? sb_xstrdup(value) : NULL;
}

static void
answer_error(struct graph_call *g, const struct misdeed *m)
{
	refuse(g, m->status > 0 ? (int)m->status : 500,
	    m->code != NULL ? m->code : "ErrorInternalServerError",
	    m->message != NULL
		? m->message
		: "An internal server error occurred. The operation failed.");
	keep(&g->retry_after, m->retry_after);
	keep(&g->location, m->location);
}

static const char LOGIN[] =
    "<!DOCTYPE html><html><head><title>Sign in to your account</title></head>"
    "<body><form action=\"/common/login\" method=\"post\"></form></body>"
    "</html>";

bool
misdeed_request(struct graph_call *g)
{
	struct misdeed *m;

	if (misdeeds == NULL || (m = pick(g)) == NULL)
		return false;
	g->fault = m;
	keep(&g->then, m->then);
	if (m->kind == M_ERROR) {
		answer_error(g, m);
	} else if (m->kind == M_HTTP) {
		gjson_bytes(g, m->type != NULL ? m->type : "text/plain",
		    m->body != NULL ? m->body : "",
		    m->body != NULL ? strlen(m->body) : 0);
		g->status = m->status > 0 ? (int)m->status : 503;
		keep(&g->retry_after, m->retry_after);
		keep(&g->location, m->location);
	} else if (m->kind == M_HTML) {
		gjson_bytes(
		    g, "text/html; charset=utf-8", LOGIN, sizeof(LOGIN) - 1);
	} else if (m->kind == M_REDIRECT) {
		gjson_bytes(g, "text/html", "", 0);
		g->status = 302;
		keep(&g->location, m->to != NULL ? m->to : "/common/login");
	} else {
		return false;
	}
	return true;
}

bool
misdeed_item(struct graph_call *g, const struct item *it)
{
	struct misdeed *m, *found = NULL;

	if (misdeeds == NULL)
		return false;
	pthread_mutex_lock(&lock);
	for (m = misdeeds; m != NULL && found == NULL; m = m->next)
		if (m->kind == M_ERROR && m->item != NULL && meets(g, m) &&
		    select_is(it, m->item) && turn(m))
			found = m;
	pthread_mutex_unlock(&lock);
	if (found != NULL)
		answer_error(g, found);
	return found != NULL;
}

bool
misdeed_hides(struct graph_call *g, const struct item *it)
{
	struct misdeed *m;
	bool yes = false;

	if (misdeeds == NULL)
		return false;
	pthread_mutex_lock(&lock);
	for (m = misdeeds; m != NULL && !yes; m = m->next)
		yes = m->kind == M_HIDE && m->item != NULL && meets(g, m) &&
		      select_is(it, m->item) && turn(m);
	pthread_mutex_unlock(&lock);
	return yes;
}

bool
misdeed_is(const struct graph_call *g, enum misdeed_kind kind)
{
	return g->fault != NULL && g->fault->kind == kind;
}

bool
misdeed_spoils(const struct graph_call *g)
{
	static const enum misdeed_kind SPOILS[] = { M_HTTP, M_HTML, M_REDIRECT,
		M_BROKEN, M_DEEP, M_STRANGE, M_NULL, M_NOID, M_FOREIGN,
		M_NOLINK, M_MISSING };
	size_t i;

	for (i = 0; i < sizeof(SPOILS) / sizeof(SPOILS[0]); i++)
		if (misdeed_is(g, SPOILS[i]))
			return true;
	for (i = 0; i < g->n_inners; i++)
		if (misdeed_spoils(&g->inners[i]))
			return true;
	return false;
}

enum expiry
misdeed_expiry(const struct graph_call *g)
{
	int form = misdeed_is(g, M_EXPIRE) && g->fault->as != NULL
		       ? graph_option_expiry(g->fault->as)
		       : -1;

	if (form >= 0)
		return (enum expiry)form;
	return graph_option.expiry;
}

/* Members that nobody knows, or so many arrays in each other. */
static void
bloat(struct graph_call *g, long depth)
{
	struct sb b = { 0 };
	long i;

	if (g->out.n == 0 || g->out.p[0] != '{')
		return;
	SB_LIT(&b, "{\"simUnknown\":");
	for (i = 0; i < depth; i++)
		sb_ch(&b, '[');
	SB_LIT(&b, "{\"a\":1.5e3}");
	for (i = 0; i < depth; i++)
		sb_ch(&b, ']');
	if (g->out.n > 2)
		sb_ch(&b, ',');
	sb_add(&b, g->out.p + 1, g->out.n - 1);
	sb_free(&g->out);
	g->out = b;
}

void
misdeed_answer(struct graph_call *g)
{
	const struct misdeed *m = g->fault;

	if (m == NULL)
		return;
	switch (m->kind) {
	case M_TRUNCATE:
	case M_RESET:
		g->cut_at = m->at >= 0 ? m->at : (int64_t)g->out.n / 2;
		g->cut_hard = m->kind == M_RESET;
		break;
	case M_SILENCE:
		g->delay_ms += m->ms >= 0 ? (int)m->ms : 60000;
		break;
	case M_SLOW:
		g->bps = m->bps > 0 ? (int)m->bps : 1;
		break;
	case M_BROKEN: /* whole by HTTP, and no JSON */
		g->out.n = m->at >= 0 && (size_t)m->at < g->out.n
			       ? (size_t)m->at
			       : g->out.n / 2;
		break;
	case M_DEEP:
		bloat(g, m->n >= 0 ? m->n : 100000);
		break;
	case M_STRANGE:
		bloat(g, 0);
		break;
	default:
		break;
	}
}
