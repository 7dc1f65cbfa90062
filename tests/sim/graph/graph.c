/*
 * graph.c - from a request to its answer.
 * 1. Checks come in this order: token, path, user, permission, throttling,
 *    what the path names, faults.
 */
#include "graph/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "graph/batch.h"
#include "graph/gjson.h"
#include "graph/goption.h"
#include "graph/limit.h"
#include "graph/misdeed.h"
#include "graph/route.h"

bool
graph_path(const char *path)
{
	return strncasecmp(path, "/v1.0", 5) == 0 ||
	       strncasecmp(path, "/beta", 5) == 0;
}

static void
make_request_id(struct graph_call *g)
{
	static unsigned long requests;
	uint64_t h =
	    hash_mix(__atomic_add_fetch(&requests, 1, __ATOMIC_RELAXED) << 20);

	snprintf(g->request_id, sizeof(g->request_id),
	    "%08x-%04x-4%03x-8000-%012llx", (unsigned)(h >> 32),
	    (unsigned)(h & 0xFFFF), (unsigned)(h >> 16 & 0xFFF),
	    (unsigned long long)(h >> 16));
}

/* The value of a preference, without quotes; false: it is not that one. */
static bool
preference(const char *p, size_t n, const char *name, struct sb *value)
{
	size_t len = strlen(name);

	if (n < len + 1 || strncasecmp(p, name, len) != 0 || p[len] != '=')
		return false;
	p += len + 1;
	n -= len + 1;
	if (n >= 2 && *p == '"' && p[n - 1] == '"') {
		p++;
		n -= 2;
	}
	sb_reset(value);
	sb_str(value, "");
	sb_add(value, p, n);
	return true;
}

static void
read_preferences(struct graph_call *g)
{
	const char *p = g->prefer;
	struct sb v = { 0 };
	size_t n;

	for (; p != NULL && *p != 0; p += n) {
		p += strspn(p, ", ");
		n = strcspn(p, ",");
		while (n > 0 && p[n - 1] == ' ')
			n--;
		if (preference(p, n, "IdType", &v))
			g->want.immutable = graph_option.immutable &&
					    strcasecmp(v.p, "ImmutableId") == 0;
		else if (preference(p, n, "odata.maxpagesize", &v))
			g->want.page = atol(v.p);
		else if (preference(p, n, "outlook.body-content-type", &v))
			g->want.text = strcasecmp(v.p, "text") == 0;
	}
	sb_free(&v);
}

/* What was honoured. */
static void
tell_preferences(struct graph_call *g)
{
	struct sb b = { 0 };
	const char *comma = "";

	if (g->want.immutable) {
		SB_LIT(&b, "IdType=\"ImmutableId\"");
		comma = ", ";
	}
	if (g->want.text) {
		sb_fmt(&b, "%soutlook.body-content-type=\"text\"", comma);
		comma = ", ";
	}
	if (g->want.page > 0)
		sb_fmt(&b, "%sodata.maxpagesize=%ld", comma, g->want.page);
	if (b.n > 0)
		g->applied = b.p;
}

void
graph_run_inner(struct graph_call *g)
{
	const char *wrong = uri_read(&g->uri, g->target);

	g->op = "?";
	if (wrong != NULL || strcasecmp(g->uri.version, "v1.0") != 0) {
		refuse(g, 400, "BadRequest",
		    wrong != NULL ? wrong : "Invalid version.");
		return;
	}
	read_preferences(g);
	route_run(g);
	if (g->status >= 200 && g->status < 300)
		tell_preferences(g);
}

void
graph_run(struct graph_call *g)
{
	make_request_id(g);
	g->cut_at = -1;
	g->op = "?";
	pthread_rwlock_rdlock(&world.lock);
	if (g->account == NULL) {
		g->op = "denied";
		refuse(g, 401, "InvalidAuthenticationToken", g->refusal);
	} else {
		graph_run_inner(g);
	}
	misdeed_answer(g);
	pthread_rwlock_unlock(&world.lock);
}

void
graph_free(struct graph_call *g)
{
	size_t i;

	limit_release(g);
	for (i = 0; i < g->n_inners; i++)
		graph_free(&g->inners[i]);
	free(g->inners);
	json_decref(g->batch);
	free(g->kept_target);
	uri_free(&g->uri);
	sb_free(&g->out);
	free(g->kept_type);
	free(g->location);
	free(g->retry_after);
	free(g->applied);
	free(g->then);
	sb_free(&g->log_ids);
	sb_free(&g->log_bodies);
	*g = (struct graph_call){ 0 };
}
