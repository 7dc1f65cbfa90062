/*
 * folders.c - mail folders: names, lists, one.
 */
#include "graph/folders.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "graph/fields.h"
#include "graph/gident.h"
#include "graph/gjson.h"
#include "graph/goption.h"
#include "graph/misdeed.h"
#include "graph/gpage.h"
#include "world/folder.h"

#define NAMES                                                                  \
	"id displayName parentFolderId childFolderCount unreadItemCount "      \
	"totalItemCount"

static const struct {
	const char *name;
	enum role role;
} WELL_KNOWN[] = {
	{ "conflicts", ROLE_CONFLICTS },
	{ "conversationhistory", ROLE_HISTORY },
	{ "deleteditems", ROLE_DELETED },
	{ "drafts", ROLE_DRAFTS },
	{ "inbox", ROLE_INBOX },
	{ "junkemail", ROLE_JUNK },
	{ "localfailures", ROLE_LOCAL_FAILURES },
	{ "msgfolderroot", ROLE_TOP },
	{ "outbox", ROLE_OUTBOX },
	{ "recoverableitemsdeletions", ROLE_DELETIONS },
	{ "searchfolders", ROLE_SEARCHES },
	{ "sentitems", ROLE_SENT },
	{ "serverfailures", ROLE_SERVER_FAILURES },
	{ "syncissues", ROLE_SYNC_ISSUES },
	/* names that are known, of folders that this world never has */
	{ "archive", ROLE_NONE },
	{ "clutter", ROLE_NONE },
	{ "scheduled", ROLE_NONE },
};

static const struct folder *
not_found(struct graph_call *g)
{
	refuse(g, 404, "ErrorItemNotFound",
	    "The specified folder could not be found in the store.");
	return NULL;
}

const struct folder *
folders_named(struct graph_call *g, const char *id)
{
	struct folder *f = NULL;
	enum gident rc;
	size_t i;

	for (i = 0; i < sizeof(WELL_KNOWN) / sizeof(WELL_KNOWN[0]); i++) {
		if (strcasecmp(WELL_KNOWN[i].name, id) != 0)
			continue;
		if (WELL_KNOWN[i].role != ROLE_NONE)
			f = folder_of_role(g->mailbox, WELL_KNOWN[i].role);
		return f != NULL ? f : not_found(g);
	}
	rc = gident_find_folder(id, &f);
	if (rc == GIDENT_GONE)
		return not_found(g);
	if (rc == GIDENT_OK && f->mailbox == g->mailbox)
		return f;
	if (rc == GIDENT_OK)
		return not_found(g);
	refuse(g, 400, "ErrorInvalidIdMalformed", "Id is malformed.");
	return NULL;
}

static bool
class_is(const struct folder *f, const char *class)
{
	size_t n = strlen(class);

	return f->class != NULL && strncasecmp(f->class, class, n) == 0 &&
	       (f->class[n] == 0 || f->class[n] == '.');
}

static bool
is_hidden(const struct folder *f)
{
	return f->hidden || class_is(f, "IPF.Configuration");
}

bool
folders_shown(const struct folder *f, bool hidden_too)
{
	enum folder_kind kind = folder_kind(f);

	return (kind == FOLDER_MAIL || kind == FOLDER_SEARCH) &&
	       !class_is(f, "IPF.StickyNote") && !class_is(f, "IPF.Journal") &&
	       folder_below(f, f->mailbox->top) &&
	       (hidden_too || !is_hidden(f));
}

/* isHidden is not in the schemas of some clouds. */
bool
folders_select(struct graph_call *g, const char *select)
{
	bool hidden = graph_option.cloud == CLOUD_WORLD ||
		      graph_option.cloud == CLOUD_CHINA;

	return fields_known(
	    g, select, hidden ? NAMES " isHidden" : NAMES, "mailFolder");
}

/* Those below it that are shown: what childFolderCount counts. */
static json_int_t
children_shown(const struct folder *parent)
{
	struct folder *f;
	size_t at = 0;
	json_int_t n = 0;

	while ((f = folder_next(parent->mailbox, &at)) != NULL)
		n += f->parent == parent && folders_shown(f, false);
	return n;
}

static json_t *
folder_id(const struct folder *f)
{
	struct sb b = { 0 };

	if (f == NULL)
		return json_null();
	gident_folder(&b, f);
	return gjson_sb(&b);
}

json_t *
folders_json(struct graph_call *g, const struct folder *f, const char *select)
{
	json_t *j = json_object();

	if (f->search)
		json_object_set_new(j, "@odata.type",
		    gjson_text("#microsoft.graph.mailSearchFolder"));
	json_object_set_new(j, "id", folder_id(f));
	if (fields_asked(select, "displayName"))
		json_object_set_new(j, "displayName", gjson_text(f->name));
	if (fields_asked(select, "parentFolderId"))
		json_object_set_new(j, "parentFolderId", folder_id(f->parent));
	if (fields_asked(select, "childFolderCount"))
		json_object_set_new(
		    j, "childFolderCount", json_integer(children_shown(f)));
	if (fields_asked(select, "unreadItemCount"))
		json_object_set_new(
		    j, "unreadItemCount", json_integer((json_int_t)f->unread));
	if (fields_asked(select, "totalItemCount"))
		json_object_set_new(
		    j, "totalItemCount", json_integer((json_int_t)f->n_items));
	if (fields_asked(select, "isHidden") &&
	    (graph_option.cloud == CLOUD_WORLD ||
		graph_option.cloud == CLOUD_CHINA))
		json_object_set_new(j, "isHidden", json_boolean(is_hidden(f)));
	if (misdeed_is(g, M_NOID))
		json_object_del(j, "id");
	return j;
}

/* SystemTime 0x670A, if that is shown at all. */
static void
put_marker(json_t *j, const struct folder *f, const struct fields *want)
{
	json_t *all = json_array(), *one;
	int i;

	for (i = 0; i < want->n_properties && graph_option.marker; i++) {
		const struct mapi *p = &want->property[i].p;

		if (p->tag != 0x670A || p->type != MAPI_TIME ||
		    world.markers == MARKERS_OFF)
			continue;
		one = json_object();
		json_object_set_new(one, "id", gjson_text("SystemTime 0x670a"));
		json_object_set_new(one, "value", gjson_time(f->commit_time));
		json_array_append_new(all, one);
	}
	if (json_array_size(all) > 0)
		json_object_set(j, "singleValueExtendedProperties", all);
	json_decref(all);
}

/* $expand takes extended properties alone. */
static bool
read_expand(struct graph_call *g, struct fields *want)
{
	if (!fields_expand(want, g, uri_option(&g->uri, "expand")))
		return false;
	if (want->attachments)
		refuse_undone(g, "$expand of attachments of a folder");
	return !want->attachments;
}

void
folders_answer_list(struct graph_call *g, const struct folder *parent)
{
	const char *select = uri_option(&g->uri, "select");
	const char *hidden = uri_option(&g->uri, "includehiddenfolders");
	bool hidden_too = hidden != NULL && strcasecmp(hidden, "true") == 0;
	struct fields want = { 0 };
	struct gpage page;
	struct folder *f;
	json_t *rows, *j;
	size_t at = 0, n = 0;

	if (refuse_options(
		g, "select top skip count expand includehiddenfolders") ||
	    !folders_select(g, select) || !gpage_read(&page, g) ||
	    !read_expand(g, &want)) {
		fields_free(&want);
		return;
	}
	rows = json_array();
	while ((f = folder_next(g->mailbox, &at)) != NULL) {
		if (f->parent != parent || !folders_shown(f, hidden_too))
			continue;
		if (n >= page.skip && n < page.skip + page.top) {
			j = folders_json(g, f, select);
			put_marker(j, f, &want);
			json_array_append_new(rows, j);
		}
		n++;
	}
	gpage_answer(&page, g, "mailFolders", rows, n);
	fields_free(&want);
}

void
folders_answer_one(struct graph_call *g, const struct folder *f)
{
	const char *select = uri_option(&g->uri, "select");
	struct fields want = { 0 };
	json_t *j;

	if (!refuse_options(g, "select expand includehiddenfolders") &&
	    folders_select(g, select) && read_expand(g, &want)) {
		j = gjson_user_context(g, "mailFolders/$entity");
		json_object_update_new(j, folders_json(g, f, select));
		put_marker(j, f, &want);
		gjson_answer(g, j);
	}
	fields_free(&want);
}
