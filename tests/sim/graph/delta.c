/*
 * delta.c - links and pages of deltas.
 * 1. A page has a nextLink or a deltaLink, never both.
 */
#include "graph/delta.h"

#include <stdlib.h>
#include <string.h>

#include "graph/gjson.h"
#include "graph/goption.h"
#include "graph/gpage.h"
#include "graph/misdeed.h"

static int
malformed(struct graph_call *g, const char *message)
{
	refuse(g, 400, "BadRequest", message);
	return -1;
}

int
delta_link(struct graph_call *g, struct deltalink *l, enum link_kind kind)
{
	const char *delta = uri_option(&g->uri, "deltatoken");
	const char *skip = uri_option(&g->uri, "skiptoken");
	const char *token = delta != NULL ? delta : skip;

	*l = (struct deltalink){ .kind = kind };
	if (token == NULL) {
		l->query = deltalink_query(&g->uri);
		return 0;
	}
	if (g->uri.n_options != 1)
		return malformed(
		    g, "A link of a delta is followed as it was given.");
	if (deltalink_read(l, token) < 0 || l->kind != kind ||
	    l->delta != (delta != NULL))
		return malformed(g, "Badly formed token.");
	if (misdeed_is(g, M_EXPIRE) ||
	    !deltalink_recent(l, graph_option.tokens)) {
		delta_expired(g, l);
		return -1;
	}
	return 1;
}

void
delta_expired(struct graph_call *g, const struct deltalink *l)
{
	static const struct {
		int status;
		const char *code, *message;
	} FORM[N_EXPIRIES] = {
		[EXPIRY_GONE] = { 410, "SyncStateNotFound",
		    "The sync state generation is not found; the client must "
		    "synchronize again." },
		[EXPIRY_LOCATION] = { 410, "resyncRequired",
		    "Resync required. Replace any local items." },
		[EXPIRY_RESYNC] = { 410, "resyncRequired",
		    "Resync required. Replace any local items." },
		[EXPIRY_404] = { 404, "syncStateNotFound",
		    "The sync state was not found." },
		[EXPIRY_400] = { 400, "SyncStateNotFound",
		    "The sync state was not found." },
		[EXPIRY_MALFORMED] = { 400, "ErrorInvalidIdMalformed",
		    "Id is malformed." },
	};
	enum expiry form = misdeed_expiry(g);
	json_t *link;

	if (form == EXPIRY_BARE) {
		sb_free(&g->out);
		g->status = 410;
		g->type = NULL;
		return;
	}
	refuse(g, FORM[form].status, FORM[form].code, FORM[form].message);
	if (form == EXPIRY_LOCATION) {
		link = gpage_link(g, l->query);
		free(g->location);
		g->location = sb_xstrdup(json_string_value(link));
		json_decref(link);
	}
}

long
delta_page(const struct graph_call *g)
{
	if (g->want.page <= 0)
		return 10;
	return g->want.page < graph_option.page ? g->want.page
						: graph_option.page;
}

json_t *
delta_removed(const char *type, json_t *id)
{
	json_t *j = json_object(), *why = json_object();

	json_object_set_new(j, "@odata.type", gjson_text(type));
	json_object_set_new(j, "id", id);
	json_object_set_new(why, "reason",
	    gjson_text(graph_option.changed ? "changed" : "deleted"));
	json_object_set_new(j, "@removed", why);
	return j;
}

void
delta_answer(struct graph_call *g, struct deltalink *l, json_t *rows, bool last)
{
	json_t *root = gjson_user_context(
	    g, l->kind == LINK_ITEMS ? "mailFolders/messages" : "mailFolders");
	struct sb b = { 0 };

	l->delta = last;
	sb_str(&b, last ? "$deltatoken=" : "$skiptoken=");
	deltalink_write(&b, l);
	if (!misdeed_is(g, M_NOLINK))
		json_object_set_new(root,
		    last ? "@odata.deltaLink" : "@odata.nextLink",
		    gpage_link(g, b.p));
	sb_free(&b);
	json_object_set_new(root, "value", rows);
	if (misdeed_is(g, M_NULL))
		json_object_set_new(root, "value", json_null());
	gjson_answer(g, root);
}
