/*
 * opswrite.c - CreateFolder, MoveItem, CopyItem, DeleteItem, UpdateItem.
 */
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "folder.h"
#include "ident.h"
#include "item.h"
#include "ops.h"
#include "render.h"
#include "renderfolder.h"
#include "reply.h"

static void
folder_message(struct call *c, const struct folder *f, const char *code)
{
	if (f != NULL)
		reply_ok(c);
	else
		reply_error(c, code);
	SB_LIT(&c->out, "<m:Folders>");
	if (f != NULL) {
		sb_fmt(&c->out, "<t:%s>", folder_element(f));
		renderfolder_id(&c->out, f, "FolderId");
		sb_fmt(&c->out, "</t:%s>", folder_element(f));
	}
	SB_LIT(&c->out, "</m:Folders>");
	reply_close(c);
}

void
ops_create_folder(struct call *c)
{
	const char *code = NULL;
	struct folder *parent = call_folder(
	    c, call_first(call_child(c->op, "ParentFolderId")), &code);
	xmlNode *n = call_first(call_child(c->op, "Folders")), *t;

	for (; n != NULL; n = call_next(n)) {
		struct folder *f = NULL;
		char *name = NULL, *class = NULL;

		if ((t = call_child(n, "DisplayName")) != NULL)
			name = call_text(t);
		if ((t = call_child(n, "FolderClass")) != NULL)
			class = call_text(t);
		if (parent != NULL && parent->kind == FOLDER_SEARCH)
			code = "ErrorInvalidParentFolder";
		else if (parent != NULL &&
			 (name == NULL || call_is(n, "SearchFolder")))
			code = "ErrorFolderSave";
		else if (parent != NULL && folder_child(parent, name) != NULL)
			code = "ErrorFolderExists";
		else if (parent != NULL)
			f = folder_add(parent->mailbox, parent, name,
			    class != NULL
				? class
				: folder_class_of((const char *)n->name));
		folder_message(c, f, code);
		xmlFree(name);
		xmlFree(class);
	}
}

static struct item *
item_of(struct call *c, const xmlNode *n, const char **code)
{
	const char *xml;
	char *id = call_attr(n, "Id");
	struct item *it = NULL;

	*code = "ErrorInvalidIdMalformed";
	if (id != NULL && call_is(n, "ItemId"))
		it = call_item(c, id, code);
	if (id != NULL) {
		if (c->log_ids.n != 0)
			sb_ch(&c->log_ids, ',');
		sb_json(&c->log_ids, id);
	}
	xmlFree(id);
	if (it != NULL && (*code = fault_item(c, it, &xml)) != NULL)
		return NULL;
	return it;
}

static void
item_message(struct call *c, const struct item *it, const char *code)
{
	if (code != NULL) {
		reply_error(c, code);
		SB_LIT(&c->out, "<m:Items/>");
	} else {
		reply_ok(c);
		SB_LIT(&c->out, "<m:Items>");
		if (it != NULL) {
			SB_LIT(&c->out, "<t:Message>");
			render_item_id(&c->out, it);
			SB_LIT(&c->out, "</t:Message>");
		}
		SB_LIT(&c->out, "</m:Items>");
	}
}

/* MoveItem and CopyItem. */
void
ops_move_item(struct call *c)
{
	bool copy = strcmp(c->opname, "CopyItem") == 0;
	const char *where = NULL, *code;
	struct folder *to =
	    call_folder(c, call_first(call_child(c->op, "ToFolderId")), &where);
	xmlNode *n = call_first(call_child(c->op, "ItemIds"));
	xmlNode *ids = call_child(c->op, "ReturnNewItemIds");
	bool tell = ids == NULL || call_true(c->op, "ReturnNewItemIds");

	for (; n != NULL; n = call_next(n)) {
		struct item *it = item_of(c, n, &code);
		bool same;

		if (to == NULL && it != NULL)
			code = where;
		same = it != NULL && to != NULL &&
		       it->folder->mailbox == to->mailbox;
		if (to == NULL || it == NULL) {
			item_message(c, NULL, code);
		} else {
			it = copy ? item_copy(it, to) : item_move(it, to);
			item_message(c, same && tell ? it : NULL, NULL);
		}
		reply_close(c);
	}
}

void
ops_delete_item(struct call *c)
{
	char *how = call_attr(c->op, "DeleteType");
	xmlNode *n = call_first(call_child(c->op, "ItemIds"));
	const char *code;

	for (; n != NULL; n = call_next(n)) {
		struct item *it = item_of(c, n, &code);

		if (it == NULL) {
			reply_error(c, code);
		} else {
			struct folder *to = folder_of_deleted(
			    it->folder, how != NULL ? how : "HardDelete");

			if (to != NULL)
				item_move(it, to);
			else
				item_delete(it);
			reply_ok(c);
		}
		reply_close(c);
	}
	xmlFree(how);
}

/* Applies one SetItemField; only IsRead and Subject matter here. */
static const char *
set_field(struct item *it, const xmlNode *set)
{
	const xmlNode *path = call_first(set);
	char *uri = call_attr(path, "FieldURI");
	const xmlNode *message = path != NULL ? call_next(path) : NULL;
	const xmlNode *value = message != NULL ? call_first(message) : NULL;
	const char *code = NULL;

	if (value == NULL || call_next(value) != NULL) {
		code = "ErrorIncorrectUpdatePropertyCount";
	} else if (uri != NULL && strcmp(uri, "message:IsRead") == 0) {
		if (!call_is(value, "IsRead"))
			code = "ErrorUpdatePropertyMismatch";
		else
			item_set_read(it, call_true(message, "IsRead"));
	} else {
		item_touch(it);
	}
	xmlFree(uri);
	return code;
}

static const char *
stale(const struct item *it, const xmlNode *id, bool always)
{
	char *key = call_attr(id, "ChangeKey");
	struct sb now = { 0 };
	const char *code = NULL;

	ident_item_key(&now, it);
	if (key == NULL && !always)
		code = "ErrorChangeKeyRequired";
	else if (key != NULL && !always && strcmp(key, now.p) != 0)
		code = "ErrorIrresolvableConflict";
	xmlFree(key);
	sb_free(&now);
	return code;
}

void
ops_update_item(struct call *c)
{
	xmlNode *n = call_first(call_child(c->op, "ItemChanges")), *u;
	char *how = call_attr(c->op, "ConflictResolution");
	bool always = how != NULL && strcmp(how, "NeverOverwrite") != 0;
	const char *code;

	for (; n != NULL; n = call_next(n)) {
		const xmlNode *id = call_first(n);
		struct item *it = item_of(c, id, &code);

		if (it != NULL)
			code = stale(it, id, always);
		u = call_first(call_child(n, "Updates"));
		for (; code == NULL && u != NULL; u = call_next(u)) {
			if (call_is(u, "SetItemField"))
				code = set_field(it, u);
			else
				item_touch(it);
		}
		item_message(c, it, code);
		if (code == NULL)
			SB_LIT(&c->out, "<m:ConflictResults><t:Count>0"
					"</t:Count></m:ConflictResults>");
		reply_close(c);
	}
	xmlFree(how);
}
