/*
 * opsitem.c - GetItem, GetAttachment.
 */
#include <stdlib.h>
#include <string.h>

#include "ews/fault.h"
#include "ews/ops.h"
#include "ews/option.h"
#include "ews/render.h"
#include "ews/reply.h"
#include "world/folder.h"
#include "world/gen.h"
#include "world/item.h"

static void
log_id(struct call *c, const char *id)
{
	if (c->log_ids.n != 0)
		sb_ch(&c->log_ids, ',');
	sb_json(&c->log_ids, id);
}

static void
get_one(struct call *c, const struct shape *s, xmlNode *n)
{
	const char *code = NULL, *xml = NULL;
	char *id = call_attr(n, "Id");
	struct item *it;

	log_id(c, id);
	xmlFree(id);
	it = call_item_id(c, n, &code);
	if (it != NULL)
		code = fault_item(c, it, &xml);
	if (it != NULL && code == NULL && s->error != NULL) {
		code = s->error;
		xml = s->bad;
	}
	if (it == NULL || code != NULL) {
		reply_error_xml(c, code, NULL, xml);
		SB_LIT(&c->out, "<m:Items/>");
	} else {
		c->folder = it->folder;
		c->messages++;
		reply_ok(c);
		SB_LIT(&c->out, "<m:Items>");
		render_item(c, s, it, false);
		SB_LIT(&c->out, "</m:Items>");
	}
	reply_close(c);
}

void
ops_get_item(struct call *c)
{
	struct shape s;
	xmlNode *n;

	shape_read(&s, c, call_child(c->op, "ItemShape"), 0);
	n = call_first(call_child(c->op, "ItemIds"));
	for (; n != NULL; n = call_next(n))
		get_one(c, &s, n);
	shape_free(&s);
}

struct target { /* an attachment and where it was found */
	const struct item *item;
	struct att_path path;
	const struct att *att;
};

static bool
follow(struct target *t, const struct mail *m)
{
	int i, k;

	for (i = 0; i < t->path.n; i++) {
		for (k = 0; k < m->n_att; k++)
			if (m->att[k].num == t->path.at[i])
				break;
		if (k == m->n_att)
			return false;
		t->att = &m->att[k];
		if (i + 1 == t->path.n)
			return true;
		if (t->att->kind != ATT_ITEM)
			return false;
		m = t->att->item;
	}
	return false;
}

static void
file_content(struct sb *b, const struct att *a)
{
	struct sb data = { 0 };

	if (a->len == 0 && option.no_empty_content)
		return;
	SB_LIT(b, "<t:Content>");
	if (a->data != NULL) {
		sb_b64(b, a->data, a->len);
	} else {
		gen_attachment(&data, a->seed, a->len);
		sb_b64(b, data.p, data.n);
		sb_free(&data);
	}
	SB_LIT(b, "</t:Content>");
}

static void
render_target(struct call *c, const struct shape *s, const struct target *t)
{
	struct sb *b = &c->out;
	const struct att *a = t->att;
	bool file = a->kind == ATT_FILE;
	struct view v = { .c = c, .s = s, .item = t->item, .path = t->path };

	sb_fmt(b, "<m:Attachments><t:%s><t:AttachmentId Id=\"",
	    file ? "FileAttachment" : "ItemAttachment");
	ident_attachment(b, t->item, &t->path);
	SB_LIT(b, "\"/>");
	render_att_names(b, a, file);
	if (file) {
		file_content(b, a);
	} else {
		v.m = a->item;
		render_mail(&v);
	}
	sb_fmt(b, "</t:%s></m:Attachments>",
	    file ? "FileAttachment" : "ItemAttachment");
}

static void
get_attachment(struct call *c, const struct shape *s, const char *id)
{
	struct target t = { 0 };
	struct mail tmp = { 0 };
	struct item *it;
	const char *code = NULL, *xml = NULL;

	it = call_attachment_id(c, id, &t.path, &code);
	if (it != NULL)
		code = fault_item(c, it, &xml);
	if (it != NULL && code == NULL) {
		t.item = it;
		c->folder = it->folder;
		if (!follow(&t, item_mail(it, &tmp, 0)))
			code = "ErrorInvalidAttachmentId";
		else if (t.att->kind == ATT_REF)
			code = "ErrorCannotOpenFileAttachment";
		else if (s->error != NULL)
			code = s->error;
	}
	if (code != NULL) {
		reply_error_xml(c, code, NULL, xml);
		SB_LIT(&c->out, "<m:Attachments/>");
	} else {
		reply_ok(c);
		render_target(c, s, &t);
	}
	reply_close(c);
	arena_free(&tmp.a);
}

void
ops_get_attachment(struct call *c)
{
	struct shape s;
	xmlNode *n;
	char *id;

	shape_read(&s, c, call_child(c->op, "AttachmentShape"), 0);
	n = call_first(call_child(c->op, "AttachmentIds"));
	for (; n != NULL; n = call_next(n)) {
		id = call_attr(n, "Id");
		log_id(c, id);
		get_attachment(c, &s, id != NULL ? id : "");
		xmlFree(id);
	}
	shape_free(&s);
}
