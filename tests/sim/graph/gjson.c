/*
 * gjson.c - JSON by jansson.
 */
#include "graph/gjson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_JSON                                                              \
	"application/json;odata.metadata=minimal;odata.streaming=true;"        \
	"IEEE754Compatible=false;charset=utf-8"

json_t *
gjson_textn(const char *text, size_t n)
{
	json_t *j = json_stringn(text, n);
	struct sb b = { 0 };
	size_t i;

	if (j != NULL)
		return j;
	sb_str(&b, "");
	for (i = 0; i < n; i++)
		sb_ch(&b, (unsigned char)text[i] < 0x80 ? text[i] : '?');
	return gjson_sb(&b);
}

json_t *
gjson_text(const char *text)
{
	return text != NULL ? gjson_textn(text, strlen(text)) : json_null();
}

json_t *
gjson_sb(struct sb *b)
{
	json_t *j = gjson_textn(b->n > 0 ? b->p : "", b->n);

	sb_free(b);
	return j;
}

json_t *
gjson_time(int64_t t)
{
	struct sb b = { 0 };

	if (t == NO_TIME)
		return json_null();
	sb_time(&b, t);
	return gjson_sb(&b);
}

json_t *
gjson_base64(const void *data, size_t n)
{
	struct sb b = { 0 };

	sb_b64(&b, data, n);
	return gjson_sb(&b);
}

void
gjson_answer(struct graph_call *g, json_t *j)
{
	sb_free(&g->out);
	g->out.p = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	if (g->out.p == NULL) {
		fputs("exsim: an answer of Graph is no JSON\n", stderr);
		abort();
	}
	g->out.n = strlen(g->out.p);
	g->out.cap = g->out.n + 1;
	g->status = 200;
	g->type = TYPE_JSON;
}

json_t *
gjson_context(const struct graph_call *g, const char *what)
{
	json_t *j = json_object();
	struct sb b = { 0 };

	sb_fmt(&b, "%s/v1.0/$metadata#%s", g->base, what);
	json_object_set_new(j, "@odata.context", gjson_sb(&b));
	return j;
}

json_t *
gjson_user_context(const struct graph_call *g, const char *rest)
{
	struct sb b = { 0 };
	json_t *j;

	SB_LIT(&b, "users('");
	uri_code(&b, uri_is(&g->uri, 0, "me") ? g->mailbox->person->addr
					      : g->uri.segment[1]);
	sb_fmt(&b, "')%s%s", *rest != 0 ? "/" : "", rest);
	j = gjson_context(g, b.p);
	sb_free(&b);
	return j;
}

void
gjson_bytes(struct graph_call *g, const char *type, const void *data, size_t n)
{
	sb_reset(&g->out);
	if (n > 0)
		sb_add(&g->out, data, n);
	free(g->kept_type);
	g->kept_type = sb_xstrdup(type);
	g->type = g->kept_type;
	g->status = 200;
}

void
refuse(struct graph_call *g, int status, const char *code, const char *message)
{
	json_t *error = json_object(), *more = json_object();
	json_t *root = json_object();
	struct sb date = { 0 };

	sb_time(&date, world_now());
	date.p[--date.n] = 0; /* the real one has no Z there */
	json_object_set_new(more, "date", gjson_sb(&date));
	json_object_set_new(more, "request-id", gjson_text(g->request_id));
	json_object_set_new(more, "client-request-id",
	    gjson_text(g->client_id != NULL ? g->client_id : g->request_id));
	json_object_set_new(error, "code", gjson_text(code));
	json_object_set_new(error, "message", gjson_text(message));
	json_object_set_new(error, "innerError", more);
	json_object_set_new(root, "error", error);
	gjson_answer(g, root);
	g->status = status;
	snprintf(g->code, sizeof(g->code), "%s", code);
}

void
refuse_undone(struct graph_call *g, const char *what)
{
	struct sb b = { 0 };

	sb_fmt(&b, "The simulator does not do this: %s", what);
	refuse(g, 501, "NotImplemented", b.p);
	sb_free(&b);
}

bool
refuse_options(struct graph_call *g, const char *names)
{
	const char *unknown = uri_unknown(&g->uri, names);
	struct sb b = { 0 };

	if (unknown == NULL)
		return false;
	sb_fmt(&b, "The query parameter '%s' is not supported here.", unknown);
	refuse(g, 400, "BadRequest", b.p);
	sb_free(&b);
	return true;
}
