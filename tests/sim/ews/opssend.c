/*
 * opssend.c - CreateItem and SendItem.
 */
#include <string.h>

#include "ews/change.h"
#include "ews/ident.h"
#include "ews/ops.h"
#include "ews/render.h"
#include "ews/reply.h"
#include "world/deliver.h"
#include "world/folder.h"
#include "world/item.h"

static struct folder *
saved_in(struct call *c, enum role otherwise, const char **code)
{
	const xmlNode *n = call_child(c->op, "SavedItemFolderId");
	struct folder *f;

	if (n != NULL) {
		f = call_folder(c, call_first(n), code);
		if (f == NULL || !f->search)
			return f;
		*code = "ErrorInvalidFolderTypeForOperation";
		return NULL;
	}
	*code = "ErrorMissingEmailAddress";
	return c->mailbox != NULL ? folder_of_role(c->mailbox, otherwise)
				  : NULL;
}

static struct item *
store(struct change *ch, struct folder *f, bool only_save)
{
	int64_t now = world_now();
	struct item *it =
	    item_new(f, NULL, ch->received != NO_TIME ? ch->received : now);

	it->created = it->modified = now;
	it->draft = only_save && ch->draft != 0;
	it->sent = !only_save;
	it->read = ch->read != 0;
	ch->touched = true;
	ch->anew = false; /* it is composed */
	change_commit(ch, it);
	item_settle(it);
	return it;
}

static const char *
create(struct change *ch, const xmlNode *m, const char *how)
{
	bool only_save = how != NULL && strcmp(how, "SaveOnly") == 0;
	struct call *c = ch->c;
	const char *code = NULL;
	struct folder *f =
	    saved_in(c, only_save ? ROLE_DRAFTS : ROLE_SENT, &code);
	struct item *it = NULL;

	if (!call_is(m, "Message"))
		return change_refuse(ch,
		    "ErrorInvalidItemForOperationCreateItem",
		    "The simulator makes messages only.");
	if (how == NULL)
		return "ErrorMessageDispositionRequired";
	if (f == NULL)
		return code;
	code = change_create(ch, m);
	if (code != NULL)
		return code;
	if (!ch->mime || ch->anew)
		deliver_complete(ch->m, f->mailbox);
	if (!only_save && deliver(ch->m) < 0)
		return "ErrorInvalidRecipients";
	if (strcmp(how, "SendOnly") != 0)
		it = store(ch, f, only_save);
	reply_ok(c);
	render_items(&c->out, only_save ? it : NULL, true);
	return NULL;
}

void
ops_create_item(struct call *c)
{
	char *how = call_attr(c->op, "MessageDisposition");
	xmlNode *n = call_first(call_child(c->op, "Items"));
	struct change ch;
	const char *code;

	for (; n != NULL; n = call_next(n)) {
		change_new(&ch, c);
		code = create(&ch, n, how);
		if (code != NULL) {
			reply_error_xml(c, code, ch.why, ch.path);
			SB_LIT(&c->out, "<m:Items/>");
		}
		reply_close(c);
		change_free(&ch);
	}
	xmlFree(how);
}

static const char *
send_one(struct call *c, const xmlNode *n, struct folder *to)
{
	char *key = call_attr(n, "ChangeKey");
	const char *code;
	struct item *it = call_item_id(c, n, &code);
	struct sb now = { 0 };

	if (it != NULL) {
		ident_item_key(&now, it);
		if (key == NULL)
			code = "ErrorChangeKeyRequired";
		else if (strcmp(key, now.p) != 0)
			code = "ErrorStaleObject";
		else
			code = deliver_item(it, to) < 0
				   ? "ErrorInvalidRecipients"
				   : NULL;
	}
	sb_free(&now);
	xmlFree(key);
	return code;
}

void
ops_send_item(struct call *c)
{
	char *save = call_attr(c->op, "SaveItemToFolder");
	bool keep = call_boolean(save);
	xmlNode *n = call_first(call_child(c->op, "ItemIds"));
	struct folder *to = NULL;
	const char *where = NULL, *code;

	xmlFree(save);
	if (keep)
		to = saved_in(c, ROLE_SENT, &where);
	else if (call_child(c->op, "SavedItemFolderId") != NULL)
		where = "ErrorInvalidSendItemSaveSettings";
	if (to != NULL)
		where = NULL;
	for (; n != NULL; n = call_next(n)) {
		code = where != NULL ? where : send_one(c, n, to);
		if (code != NULL)
			reply_error(c, code);
		else
			reply_ok(c);
		reply_close(c);
	}
}
