/*
 * opswrite.c - CreateFolder, MoveItem, CopyItem, DeleteItem, UpdateItem.
 */
#include <stdlib.h>
#include <string.h>

#include "ews/change.h"
#include "ews/fault.h"
#include "ews/ident.h"
#include "ews/ops.h"
#include "ews/render.h"
#include "ews/renderfolder.h"
#include "ews/reply.h"
#include "world/deliver.h"
#include "world/folder.h"
#include "world/item.h"

static void
folder_message(struct call *c, const struct folder *f, const char *code)
{
	if (f != NULL)
		reply_ok(c);
	else
		reply_error(c, code);
	SB_LIT(&c->out, "<m:Folders>");
	if (f != NULL) {
		sb_fmt(&c->out, "<t:%s>", renderfolder_element(f));
		renderfolder_id(&c->out, f, "FolderId");
		sb_fmt(&c->out, "</t:%s>", renderfolder_element(f));
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
		if (parent != NULL && parent->search)
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
				: renderfolder_class((const char *)n->name));
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
	struct item *it = call_item_id(c, n, code);

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
		render_items(&c->out, it, false);
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

	if (to != NULL && to->search) {
		to = NULL;
		where = "ErrorMoveCopyFailed";
	}
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

static enum deletion
deletion(const char *type)
{
	if (type != NULL && strcmp(type, "MoveToDeletedItems") == 0)
		return DELETE_MOVE;
	return type != NULL && strcmp(type, "SoftDelete") == 0 ? DELETE_SOFT
							       : DELETE_HARD;
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
			item_dispose(
			    it, folder_of_deleted(it->folder, deletion(how)));
			reply_ok(c);
		}
		reply_close(c);
	}
	xmlFree(how);
}

/* NULL: the change key allows it. */
static const char *
conflict(const struct item *it, const xmlNode *id, const char *how)
{
	char *key = call_attr(id, "ChangeKey");
	struct sb now = { 0 };
	const char *code = NULL;

	ident_item_key(&now, it);
	if (strcmp(how, "AlwaysOverwrite") == 0)
		code = NULL;
	else if (key == NULL)
		code = "ErrorChangeKeyRequiredForWriteOperations";
	else if (strcmp(how, "NeverOverwrite") == 0 && strcmp(key, now.p) != 0)
		code = "ErrorIrresolvableConflict";
	xmlFree(key);
	sb_free(&now);
	return code;
}

static void
apply(struct change *ch, struct item *it)
{
	change_commit(ch, it);
	if (ch->read >= 0)
		item_set_read(it, ch->read);
	if (ch->touched)
		item_touch(it);
}

struct update {
	const char *conflict, *disposition;
	struct folder *saved; /* SavedItemFolderId, or NULL */
	const char *saved_code;
};

/* What a MessageDisposition other than SaveOnly does with it. */
static const char *
dispose(const struct update *u, struct item **it)
{
	bool keep = strcmp(u->disposition, "SendAndSaveCopy") == 0;
	struct folder *to = u->saved;

	if (strcmp(u->disposition, "SaveOnly") == 0)
		return NULL;
	if (u->saved_code != NULL)
		return u->saved_code;
	if (to == NULL)
		to = folder_of_role((*it)->folder->mailbox, ROLE_SENT);
	if (deliver_item(*it, keep ? to : NULL) < 0)
		return "ErrorInvalidRecipients";
	*it = NULL;
	return NULL;
}

static void
update_one(struct call *c, const xmlNode *change, const struct update *u)
{
	const xmlNode *id = call_first(change), *n;
	const char *code;
	struct item *it = item_of(c, id, &code);
	struct change ch;

	change_of(&ch, c, it);
	if (it != NULL)
		code = conflict(it, id, u->conflict);
	n = call_first(call_child(change, "Updates"));
	for (; code == NULL && n != NULL; n = call_next(n))
		code = change_update(&ch, n);
	if (code == NULL)
		apply(&ch, it);
	if (code == NULL)
		code = dispose(u, &it);
	if (code != NULL) {
		reply_error_xml(c, code, ch.why, ch.path);
		SB_LIT(&c->out, "<m:Items/>");
	} else {
		item_message(c, it, NULL);
		if (c->level >= V2007_SP1)
			SB_LIT(&c->out, "<m:ConflictResults><t:Count>0"
					"</t:Count></m:ConflictResults>");
	}
	reply_close(c);
	change_free(&ch);
}

void
ops_update_item(struct call *c)
{
	xmlNode *n = call_first(call_child(c->op, "ItemChanges"));
	const xmlNode *saved = call_child(c->op, "SavedItemFolderId");
	char *how = call_attr(c->op, "ConflictResolution");
	char *disposition = call_attr(c->op, "MessageDisposition");
	struct update u = { .conflict = how != NULL ? how : "AutoResolve",
		.disposition = disposition };

	if (disposition == NULL) {
		reply_fault(c, "ErrorMessageDispositionRequired", NULL, NULL);
		n = NULL;
	}
	if (saved != NULL && (u.saved = call_folder(
				  c, call_first(saved), &u.saved_code)) != NULL)
		u.saved_code = NULL;
	for (; n != NULL; n = call_next(n))
		update_one(c, n, &u);
	xmlFree(how);
	xmlFree(disposition);
}
