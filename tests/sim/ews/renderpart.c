/*
 * renderpart.c - addresses, bodies and attachments of an item.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ews/option.h"
#include "ews/render.h"
#include "world/body.h"
#include "world/item.h"

void
render_addr(const struct view *v, const struct addr *a, bool ex)
{
	const char *addr = a->addr != NULL ? a->addr : "";
	const char *name = a->name != NULL && *a->name != 0 ? a->name : addr;
	const struct person *p = *addr != 0 ? world_person(addr) : NULL;
	struct sb *b = &v->c->out;

	/* an address book entry is shown under its own name */
	SB_LIT(b, "<t:Mailbox><t:Name>");
	sb_xml(b, name);
	SB_LIT(b, "</t:Name>");
	if (p != NULL && ex) {
		SB_LIT(b, "<t:EmailAddress>");
		sb_xml(b, p->dn);
		SB_LIT(b, "</t:EmailAddress><t:RoutingType>EX"
			  "</t:RoutingType>");
	} else if (*addr != 0) {
		SB_LIT(b, "<t:EmailAddress>");
		sb_xml(b, addr);
		SB_LIT(b, "</t:EmailAddress><t:RoutingType>SMTP"
			  "</t:RoutingType>");
	}
	if (v->c->level >= V2010)
		sb_fmt(b, "<t:MailboxType>%s</t:MailboxType>",
		    p != NULL ? "Mailbox" : "OneOff");
	SB_LIT(b, "</t:Mailbox>");
}

void
render_addrs(const struct view *v, const char *element, const struct addrs *a,
    unsigned ex)
{
	struct sb *b = &v->c->out;
	bool as_ex = v->path.n == 0 && v->item->ex & ex;
	int i;

	/* Lists show what the store has: EX for one's own organisation. */
	if (v->list && option.text_ex && ex & (EX_FROM | EX_SENDER))
		as_ex = true;
	if (a->n == 0)
		return;
	sb_fmt(b, "<t:%s>", element);
	for (i = 0; i < a->n; i++)
		render_addr(v, &a->v[i], as_ex);
	sb_fmt(b, "</t:%s>", element);
}

void
render_body(const struct view *v, const char *element, enum body_type type)
{
	struct sb *b = &v->c->out, t = { 0 };
	const struct mail *m = v->m;
	bool html =
	    type == AS_HTML || (type == AS_STORED && m->body_kind == BODY_HTML);

	sb_fmt(b, "<t:%s BodyType=\"%s\"", element, html ? "HTML" : "Text");
	if (v->c->level >= V2013)
		SB_LIT(b, " IsTruncated=\"false\"");
	SB_LIT(b, ">");
	if (b->illegal)
		SB_LIT(b, "&#xB;&#xFFFF;\x01");
	if (html && m->body_kind == BODY_HTML && m->coded != NULL) {
		sb_add(b, m->body, m->body_len);
	} else if (html && m->body_kind == BODY_HTML) {
		sb_xmln(b, m->body, m->body_len);
	} else if (html && m->body_kind == BODY_TEXT) {
		body_html(&t, m);
		sb_xmln(b, t.p, t.n);
	} else if (!html && m->body_kind == BODY_HTML) {
		body_text(&t, m);
		if (t.n != 0)
			sb_xmln(b, t.p, t.n);
	} else if (m->body_kind == BODY_TEXT) {
		sb_xmln(b, m->body, m->body_len);
	}
	sb_free(&t);
	sb_fmt(b, "</t:%s>", element);
}

static void
opt(struct sb *b, const char *name, const char *value)
{
	if (value != NULL && *value != 0)
		render_text(b, name, value);
}

void
render_att_names(struct sb *b, const struct att *a, bool type)
{
	opt(b, "Name", a->name);
	if (type)
		opt(b, "ContentType", a->type);
	opt(b, "ContentId", a->cid);
	opt(b, "ContentLocation", a->location);
}

static const char *const ELEMENT[] = { "FileAttachment", "ItemAttachment",
	"ReferenceAttachment" };

static void
attachment(const struct view *v, int i)
{
	struct sb *b = &v->c->out;
	const struct att *a = &v->m->att[i];
	struct att_path path = v->path;

	if (path.n == IDENT_DEPTH)
		return;
	path.at[path.n++] = a->num;
	sb_fmt(b, "<t:%s><t:AttachmentId Id=\"", ELEMENT[a->kind]);
	ident_attachment(b, v->item, &path);
	SB_LIT(b, "\"/>");
	/* of an attached message only when a client said something else */
	render_att_names(b, a,
	    a->kind == ATT_FILE ||
		(a->type != NULL && strcmp(a->type, "message/rfc822") != 0));
	if (v->c->level >= V2010) {
		/* approximate, as on a real server */
		sb_fmt(b, "<t:Size>%zu</t:Size><t:LastModifiedTime>",
		    a->len + a->len / 50 + 300);
		sb_time(b, a->since != 0 ? a->since : v->item->created);
		sb_fmt(b, "</t:LastModifiedTime><t:IsInline>%s</t:IsInline>",
		    a->is_inline ? "true" : "false");
	}
	if (a->kind == ATT_FILE && v->c->level >= V2010_SP2)
		SB_LIT(b, "<t:IsContactPhoto>false</t:IsContactPhoto>");
	if (a->kind == ATT_REF && v->c->level >= V2013)
		opt(b, "AttachLongPathName", a->url);
	sb_fmt(b, "</t:%s>", ELEMENT[a->kind]);
}

void
render_attachments(const struct view *v)
{
	struct sb *b = &v->c->out;
	int i;

	if (v->m->n_att == 0)
		return;
	SB_LIT(b, "<t:Attachments>");
	for (i = 0; i < v->m->n_att; i++)
		if (v->m->att[i].kind != ATT_REF || v->c->level >= V2013)
			attachment(v, i);
	SB_LIT(b, "</t:Attachments>");
}

void
render_attachment_ids(struct sb *b, const struct item *it)
{
	struct att_path path = { .n = 1 };
	int i;

	if (it->mail == NULL || it->mail->n_att == 0)
		return;
	SB_LIT(b, "<t:Attachments>");
	for (i = 0; i < it->mail->n_att; i++) {
		path.at[0] = it->mail->att[i].num;
		sb_fmt(b, "<t:%s><t:AttachmentId Id=\"",
		    ELEMENT[it->mail->att[i].kind]);
		ident_attachment(b, it, &path);
		sb_fmt(b, "\"/></t:%s>", ELEMENT[it->mail->att[i].kind]);
	}
	SB_LIT(b, "</t:Attachments>");
}
