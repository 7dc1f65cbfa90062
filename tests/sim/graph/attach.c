/*
 * attach.c - fileAttachment, itemAttachment, referenceAttachment.
 */
#include "graph/attach.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "graph/fields.h"
#include "graph/gident.h"
#include "graph/gjson.h"
#include "graph/message.h"
#include "world/gen.h"
#include "world/item.h"

#define NAMES                                                                  \
	"id lastModifiedDateTime name contentType size isInline contentId "    \
	"contentLocation contentBytes "                                        \
	"microsoft.graph.fileAttachment/contentBytes "                         \
	"microsoft.graph.fileAttachment/contentId "                            \
	"microsoft.graph.fileAttachment/contentLocation"

static const char *const TYPE[] = { "#microsoft.graph.fileAttachment",
	"#microsoft.graph.itemAttachment",
	"#microsoft.graph.referenceAttachment" };

static json_t *
bytes_json(const struct att *a)
{
	struct sb made = { 0 };
	json_t *j;

	if (a->data == NULL && a->len > 0)
		gen_attachment(&made, a->seed, a->len);
	j = gjson_base64(a->data != NULL ? a->data : made.p, a->len);
	sb_free(&made);
	return j;
}

/* A property of fileAttachment, by its plain name or the one with a cast. */
static bool
file_asked(const char *select, const char *name)
{
	struct sb cast = { 0 };
	bool yes;

	sb_fmt(&cast, "microsoft.graph.fileAttachment/%s", name);
	yes = fields_asked(select, name) || fields_asked(select, cast.p);
	sb_free(&cast);
	return yes;
}

static void
file_fields(json_t *j, const struct att *a, const char *select, bool bytes)
{
	if (file_asked(select, "contentId"))
		json_object_set_new(j, "contentId", gjson_text(a->cid));
	if (file_asked(select, "contentLocation"))
		json_object_set_new(
		    j, "contentLocation", gjson_text(a->location));
	if (bytes && file_asked(select, "contentBytes"))
		json_object_set_new(j, "contentBytes", bytes_json(a));
}

static json_t *
attach_json(struct graph_call *g, const struct item *it, const struct att *a,
    const char *select, bool bytes)
{
	json_t *j = json_object();
	json_int_t size = (json_int_t)a->len;
	struct sb id = { 0 };

	json_object_set_new(j, "@odata.type", gjson_text(TYPE[a->kind]));
	if (a->kind == ATT_FILE)
		json_object_set_new(j, "@odata.mediaContentType",
		    gjson_text(a->type != NULL ? a->type
					       : "application/octet-stream"));
	gident_attachment(&id, it, a->num, g->want.immutable);
	json_object_set_new(j, "id", gjson_sb(&id));
	if (fields_asked(select, "lastModifiedDateTime"))
		json_object_set_new(j, "lastModifiedDateTime",
		    gjson_time(a->since != 0 ? a->since : it->created));
	if (fields_asked(select, "name"))
		json_object_set_new(j, "name", gjson_text(a->name));
	if (fields_asked(select, "contentType"))
		json_object_set_new(j, "contentType",
		    a->kind == ATT_FILE ? gjson_text(a->type) : json_null());
	/* approximate, as on a real server */
	if (fields_asked(select, "size"))
		json_object_set_new(
		    j, "size", json_integer(size + size / 50 + 300));
	if (fields_asked(select, "isInline"))
		json_object_set_new(j, "isInline", json_boolean(a->is_inline));
	if (a->kind == ATT_FILE)
		file_fields(j, a, select, bytes);
	return j;
}

json_t *
attach_list(struct graph_call *g, const struct item *it, const struct mail *m,
    const char *select, bool bytes)
{
	json_t *all = json_array();
	int i;

	for (i = 0; i < m->n_att; i++)
		json_array_append_new(
		    all, attach_json(g, it, &m->att[i], select, bytes));
	return all;
}

/* $expand=microsoft.graph.itemattachment/item, or refused. */
static bool
expand_item(struct graph_call *g, bool *yes)
{
	const char *expand = uri_option(&g->uri, "expand");

	*yes = expand != NULL &&
	       strcasecmp(expand, "microsoft.graph.itemAttachment/item") == 0;
	if (expand == NULL || *yes)
		return true;
	refuse_undone(g, "$expand of attachments other than "
			 "microsoft.graph.itemAttachment/item");
	return false;
}

void
attach_answer_list(struct graph_call *g, const struct item *it)
{
	const char *select = uri_option(&g->uri, "select");
	struct mail tmp = { 0 };
	const struct mail *m;
	json_t *root;

	if (refuse_options(g, "select") ||
	    !fields_known(g, select, NAMES, "attachment"))
		return;
	m = item_mail(it, &tmp, 0);
	root = gjson_user_context(g, "messages/attachments");
	json_object_set_new(root, "value", attach_list(g, it, m, select, true));
	gjson_answer(g, root);
	arena_free(&tmp.a);
}

/* NULL: a 404 was written. */
static const struct att *
attachment_of(struct graph_call *g, const struct mail *m, int number)
{
	int i;

	for (i = 0; i < m->n_att; i++)
		if (m->att[i].num == number)
			return &m->att[i];
	refuse(g, 404, "ErrorItemNotFound",
	    "The specified object was not found in the store.");
	return NULL;
}

void
attach_answer_one(struct graph_call *g, const struct item *it, int number)
{
	const char *select = uri_option(&g->uri, "select");
	struct mail tmp = { 0 };
	const struct mail *m = item_mail(it, &tmp, 0);
	const struct att *a = attachment_of(g, m, number);
	json_t *j;
	bool item;

	if (a == NULL || refuse_options(g, "select expand") ||
	    !expand_item(g, &item) ||
	    !fields_known(g, select, NAMES, "attachment"))
		goto out;
	j = gjson_user_context(g, "messages/attachments/$entity");
	json_object_update_new(j, attach_json(g, it, a, select, true));
	if (item && a->kind == ATT_ITEM)
		json_object_set_new(
		    j, "item", message_attached(g, it, a->item));
	gjson_answer(g, j);
out:
	arena_free(&tmp.a);
}

void
attach_answer_content(struct graph_call *g, const struct item *it, int number)
{
	struct mail tmp = { 0 };
	const struct mail *m = item_mail(it, &tmp, 0);
	const struct att *a = attachment_of(g, m, number);
	struct sb made = { 0 };

	if (a == NULL || refuse_options(g, ""))
		goto out;
	if (a->kind == ATT_REF) {
		refuse(g, 405, "ErrorInvalidRequest",
		    "Reference attachments have no content.");
	} else if (a->kind == ATT_ITEM) {
		gjson_bytes(g, "text/plain", a->item->raw, a->item->raw_len);
	} else {
		if (a->data == NULL && a->len > 0)
			gen_attachment(&made, a->seed, a->len);
		gjson_bytes(g,
		    a->type != NULL ? a->type : "application/octet-stream",
		    a->data != NULL ? a->data : made.p, a->len);
	}
out:
	sb_free(&made);
	arena_free(&tmp.a);
}
