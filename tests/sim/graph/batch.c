/*
 * batch.c - reads the requests, runs them one by one, puts the answers
 * together.
 * 1. The batch is 200 when it can be read; each answer has a status of its own.
 * 2. Answers come in any order: the last one first, unless they are wanted
 *    in the order of the requests.
 */
#include "graph/batch.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "graph/gjson.h"
#include "graph/goption.h"
#include "graph/misdeed.h"

#define MOST       20
#define PARALLEL   4
#define MOST_BYTES (4u << 20) /* of a request */

struct batch {
	struct graph_call *g;
	json_t *root, *requests;
	size_t n;
	char *target[MOST]; /* with the version before it */
};

static bool
bad_batch(struct graph_call *g, const char *message)
{
	refuse(g, 400, "BadRequest", message);
	return false;
}

static const char *
member(const json_t *request, const char *name)
{
	return json_string_value(json_object_get(request, name));
}

static int
index_of(const struct batch *b, const char *id, size_t end)
{
	size_t i;

	for (i = 0; i < end; i++)
		if (strcasecmp(
			member(json_array_get(b->requests, i), "id"), id) == 0)
			return (int)i;
	return -1;
}

/* What it depends on must come before it. */
static bool
check_depends(const struct batch *b, const json_t *request, size_t i)
{
	const json_t *list = json_object_get(request, "dependsOn");
	const char *id;
	size_t k;

	if (list == NULL)
		return true;
	if (!json_is_array(list))
		return false;
	for (k = 0; k < json_array_size(list); k++) {
		id = json_string_value(json_array_get(list, k));
		if (id == NULL || index_of(b, id, i) < 0)
			return false;
	}
	return true;
}

static bool
check_request(struct batch *b, size_t i)
{
	const json_t *r = json_array_get(b->requests, i);
	const char *id = member(r, "id"), *url = member(r, "url");
	const json_t *headers = json_object_get(r, "headers");
	struct sb target = { 0 };

	if (id == NULL || *id == 0)
		return bad_batch(b->g, "A request has no id.");
	if (index_of(b, id, i) >= 0)
		return bad_batch(b->g, "Two requests have the same id.");
	if (url == NULL || member(r, "method") == NULL)
		return bad_batch(b->g, "A request has no method or no url.");
	if (headers != NULL && !json_is_object(headers))
		return bad_batch(b->g, "headers must be an object.");
	if (json_object_get(r, "body") != NULL && headers == NULL)
		return bad_batch(b->g, "A body wants a Content-Type.");
	if (!check_depends(b, r, i))
		return bad_batch(
		    b->g, "dependsOn must name requests that come before.");
	if (strstr(url, "://") != NULL)
		return bad_batch(b->g, "url must be relative.");
	sb_fmt(&target, "/v1.0%s%s", *url == '/' ? "" : "/", url);
	b->target[i] = target.p;
	return true;
}

static bool
read_batch(struct batch *b)
{
	struct graph_call *g = b->g;
	size_t i;

	if (g->body_len > MOST_BYTES) {
		refuse(g, 413, "RequestEntityTooLarge",
		    "The request is too large.");
		return false;
	}
	b->root = json_loadb(g->body != NULL ? g->body : "", g->body_len,
	    JSON_REJECT_DUPLICATES, NULL);
	b->requests = json_object_get(b->root, "requests");
	if (!json_is_array(b->requests))
		return bad_batch(g, "Invalid batch payload format.");
	b->n = json_array_size(b->requests);
	if (b->n == 0 || b->n > MOST) {
		b->n = 0;
		return bad_batch(g, "Number of batch request steps must be "
				    "between 1 and 20.");
	}
	for (i = 0; i < b->n; i++)
		if (!check_request(b, i))
			return false;
	return true;
}

/* The value of a header of an inner request, whose name has no case. */
static const char *
inner_header(const json_t *request, const char *name)
{
	json_t *headers = json_object_get(request, "headers"), *value;
	const char *key;

	json_object_foreach(
	    headers, key, value) if (strcasecmp(key, name) ==
				     0) return json_string_value(value);
	return NULL;
}

/* Does it wait for one that failed? */
static bool
waits_in_vain(const struct batch *b, const json_t *request, size_t i)
{
	const json_t *list = json_object_get(request, "dependsOn");
	size_t k;
	int at;

	for (k = 0; k < json_array_size(list); k++) {
		at = index_of(b, json_string_value(json_array_get(list, k)), i);
		if (at >= 0 && b->g->inners[at].status >= 400)
			return true;
	}
	return false;
}

void
batch_slot(const struct graph_call *c, long *slot, long *held)
{
	const struct graph_call *all = c->outer->inners;
	size_t four = c->place / PARALLEL * PARALLEL, i;

	*slot = *held = 0;
	for (i = 0; i < c->place; i++) {
		if (all[i].mailbox != c->mailbox)
			continue;
		*held += all[i].slots;
		/* a chain runs one after the other */
		*slot += i >= four && !c->chained && all[i].status != 429;
	}
}

static void
run_one(struct batch *b, size_t i)
{
	const json_t *r = json_array_get(b->requests, i);
	struct graph_call *g = b->g, *c = &g->inners[i];

	*c = (struct graph_call){ .method = member(r, "method"),
		.target = b->target[i],
		.base = g->base,
		.prefer = inner_header(r, "Prefer"),
		.client_id = inner_header(r, "client-request-id"),
		.account = g->account,
		.app = g->app,
		.may = g->may,
		.app_only = g->app_only,
		.outer = g,
		.place = i,
		.chained = json_object_get(r, "dependsOn") != NULL,
		.kept_target = b->target[i],
		.op = "?",
		.cut_at = -1 };
	memcpy(c->request_id, g->request_id, sizeof(c->request_id));
	if (waits_in_vain(b, r, i))
		refuse(c, 424, "FailedDependency",
		    "A request that this one depends on failed.");
	else
		graph_run_inner(c);
}

static json_t *
headers_json(const struct graph_call *c)
{
	json_t *j = json_object();

	if (c->type != NULL)
		json_object_set_new(j, "Content-Type", gjson_text(c->type));
	if (c->retry_after != NULL)
		json_object_set_new(
		    j, "Retry-After", gjson_text(c->retry_after));
	if (c->location != NULL)
		json_object_set_new(j, "Location", gjson_text(c->location));
	if (c->applied != NULL)
		json_object_set_new(
		    j, "Preference-Applied", gjson_text(c->applied));
	json_object_set_new(j, "Cache-Control", gjson_text("private"));
	return j;
}

/* JSON as it is, everything else as a base64 string. */
static json_t *
body_json(const struct graph_call *c)
{
	json_t *j = NULL;

	if (c->out.n == 0)
		return NULL;
	if (c->type != NULL && strncmp(c->type, "application/json", 16) == 0)
		j = json_loadb(c->out.p, c->out.n, 0, NULL);
	return j != NULL ? j : gjson_base64(c->out.p, c->out.n);
}

static json_t *
response_json(const struct batch *b, size_t i)
{
	const struct graph_call *c = &b->g->inners[i];
	json_t *j = json_object(), *body = body_json(c);

	json_object_set_new(
	    j, "id", gjson_text(member(json_array_get(b->requests, i), "id")));
	json_object_set_new(j, "status", json_integer(c->status));
	json_object_set_new(j, "headers", headers_json(c));
	if (body != NULL)
		json_object_set_new(j, "body", body);
	return j;
}

static void
answer_batch(struct batch *b)
{
	json_t *root = json_object(), *all = json_array();
	size_t i, k;

	for (i = 0; i < b->n; i++) {
		k = graph_option.in_order ? i : b->n - 1 - i;
		if (k == b->n / 2 && misdeed_is(b->g, M_MISSING))
			continue;
		json_array_append_new(all, response_json(b, k));
	}
	json_object_set_new(root, "responses", all);
	gjson_answer(b->g, root);
}

void
batch_run(struct graph_call *g)
{
	struct batch b = { .g = g };
	size_t i;

	if (read_batch(&b)) {
		g->inners = sb_xmalloc(b.n * sizeof(*g->inners));
		for (i = 0; i < b.n; i++) {
			run_one(&b, i);
			g->n_inners = i + 1;
		}
		answer_batch(&b);
	} else {
		for (i = 0; i < MOST; i++)
			free(b.target[i]);
	}
	g->batch = b.root;
}
