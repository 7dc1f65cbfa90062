/*
 * opsattach.c - CreateAttachment, DeleteAttachment.
 * 1. Each attachment is one change of its item: the change key that an
 *    answer tells is the one that was right then.
 */
#include <string.h>

#include "ews/change.h"
#include "ews/fault.h"
#include "ews/ident.h"
#include "ews/ops.h"
#include "ews/reply.h"
#include "world/item.h"

static void
root_id(struct sb *b, const struct item *it)
{
	ident_item_attrs(b, it, "RootItemId", "RootItemChangeKey");
}

static const char *
attach(struct change *ch, struct item *it, const xmlNode *n)
{
	const char *code = change_attach(ch, n);
	const struct mail *m;
	struct sb *b = &ch->c->out;
	struct att_path path = { .n = 1 };

	if (code != NULL)
		return code;
	change_commit(ch, it);
	item_touch(it);
	m = it->mail;
	path.at[0] = m->att[m->n_att - 1].num;
	reply_ok(ch->c);
	sb_fmt(b, "<m:Attachments><t:%s><t:AttachmentId Id=\"",
	    (const char *)n->name);
	ident_attachment(b, it, &path);
	SB_LIT(b, "\"");
	root_id(b, it);
	sb_fmt(b, "/></t:%s></m:Attachments>", (const char *)n->name);
	return NULL;
}

/* NULL: the item may be given an attachment. */
static const char *
may_attach(const struct item *it)
{
	return it->mail != NULL && it->mail->kind != KIND_MESSAGE
		   ? "ErrorInvalidOperation"
		   : NULL;
}

void
ops_create_attachment(struct call *c)
{
	const xmlNode *n = call_first(call_child(c->op, "Attachments"));
	const xmlNode *parent = call_child(c->op, "ParentItemId");
	const char *code, *xml;
	struct item *it = call_item_id(c, parent, &code);
	struct change ch;

	if (it != NULL)
		code = fault_item(c, it, &xml);
	if (it != NULL && code == NULL)
		code = may_attach(it);
	for (; n != NULL; n = call_next(n)) {
		const char *why = code;

		change_of(&ch, c, it);
		if (it != NULL && why == NULL)
			why = attach(&ch, it, n);
		if (why != NULL) {
			reply_error_xml(c, why, ch.why, ch.path);
			SB_LIT(&c->out, "<m:Attachments/>");
		}
		reply_close(c);
		change_free(&ch);
	}
}

static const char *
detach(struct call *c, struct item *it, const struct att_path *path)
{
	struct change ch;
	struct mail *m;
	int i;

	change_of(&ch, c, it);
	m = change_mail(&ch);
	for (i = 0; i < m->n_att; i++)
		if (path->n == 1 && m->att[i].num == path->at[0])
			break;
	if (i == m->n_att) { /* an attachment's own cannot be written */
		change_free(&ch);
		return "ErrorInvalidAttachmentId";
	}
	change_forget(&ch, i);
	change_commit(&ch, it);
	item_touch(it);
	change_free(&ch);
	return NULL;
}

void
ops_delete_attachment(struct call *c)
{
	const xmlNode *n = call_first(call_child(c->op, "AttachmentIds"));

	for (; n != NULL; n = call_next(n)) {
		char *id = call_attr(n, "Id");
		struct att_path path;
		const char *code, *xml = NULL;
		struct item *it =
		    call_attachment_id(c, id != NULL ? id : "", &path, &code);

		if (it != NULL && (code = fault_item(c, it, &xml)) == NULL &&
		    (code = may_attach(it)) == NULL)
			code = detach(c, it, &path);
		if (it == NULL || code != NULL) {
			reply_error_xml(c, code, NULL, xml);
		} else {
			reply_ok(c);
			SB_LIT(&c->out, "<m:RootItemId");
			root_id(&c->out, it);
			SB_LIT(&c->out, "/>");
		}
		reply_close(c);
		xmlFree(id);
	}
}
