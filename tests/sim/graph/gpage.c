/*
 * gpage.c - pages by position: what comes or goes meanwhile shifts them, as
 * with the real $skip.
 */
#include "graph/gpage.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "graph/gjson.h"
#include "graph/goption.h"
#include "graph/misdeed.h"

static bool
read_count(struct graph_call *g, const char *name, size_t *value, long most)
{
	const char *text = uri_option(&g->uri, name);
	struct sb b = { 0 };
	char *end;
	long v;

	if (text == NULL)
		return true;
	v = strtol(text, &end, 10);
	if (end != text && *end == 0 && v >= (strcmp(name, "top") == 0) &&
	    v <= most) {
		*value = (size_t)v;
		return true;
	}
	sb_fmt(&b,
	    "Invalid value '%s' for $%s query option found. The limit is %ld.",
	    text, name, most);
	refuse(g, 400, "BadRequest", b.p);
	sb_free(&b);
	return false;
}

bool
gpage_read(struct gpage *p, struct graph_call *g)
{
	const char *count = uri_option(&g->uri, "count");

	*p = (struct gpage){ .top = 10 };
	if (g->want.page > 0)
		p->top = (size_t)(g->want.page < graph_option.page
				      ? g->want.page
				      : graph_option.page);
	p->count = count != NULL && strcasecmp(count, "true") == 0;
	return read_count(g, "top", &p->top, 1000) &&
	       read_count(g, "skip", &p->skip, 100000000);
}

/* The link's host is one that must not see the token. */
static void
put_base(struct sb *b, const struct graph_call *g)
{
	if (!misdeed_is(g, M_FOREIGN))
		sb_str(b, g->base);
	else
		sb_str(b, g->fault->to != NULL ? g->fault->to
					       : "https://graph.evil.example");
}

json_t *
gpage_link(const struct graph_call *g, const char *query)
{
	struct sb b = { 0 };

	put_base(&b, g);
	sb_add(&b, g->target, strcspn(g->target, "?"));
	if (*query != 0)
		sb_fmt(&b, "?%s", query);
	return gjson_sb(&b);
}

static json_t *
next_link(const struct gpage *p, const struct graph_call *g)
{
	struct sb b = { 0 };
	json_t *j;
	int i;

	for (i = 0; i < g->uri.n_options; i++) {
		if (strcmp(g->uri.option[i].name, "skip") == 0)
			continue;
		uri_name(&b, g->uri.option[i].name);
		uri_code(&b, g->uri.option[i].value);
		sb_ch(&b, '&');
	}
	sb_fmt(&b, "%%24skip=%zu",
	    misdeed_is(g, M_STUCK) ? p->skip : p->skip + p->top);
	j = gpage_link(g, b.p);
	sb_free(&b);
	return j;
}

void
gpage_answer(const struct gpage *p, struct graph_call *g, const char *what,
    json_t *rows, size_t n)
{
	json_t *root = gjson_user_context(g, what);

	if (p->count)
		json_object_set_new(
		    root, "@odata.count", json_integer((json_int_t)n));
	if ((p->skip + p->top < n || misdeed_is(g, M_STUCK)) &&
	    !misdeed_is(g, M_NOLINK))
		json_object_set_new(root, "@odata.nextLink", next_link(p, g));
	if (misdeed_is(g, M_EMPTY))
		json_array_clear(rows);
	json_object_set_new(root, "value", rows);
	if (misdeed_is(g, M_NULL))
		json_object_set_new(root, "value", json_null());
	gjson_answer(g, root);
}
