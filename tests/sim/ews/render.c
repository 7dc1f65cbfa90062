/*
 * render.c - an item's element: properties in schema order.
 * 1. The loop over enum prop is the order of the schema; nothing else
 *    writes properties.
 */
#include "ews/render.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ews/choice.h"
#include "ews/option.h"
#include "ews/renderfolder.h"
#include "world/body.h"
#include "world/folder.h"
#include "world/gen.h"
#include "world/item.h"
#include "world/kept.h"
#include "world/thread.h"

void
render_text(struct sb *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	sb_fmt(b, "<t:%s>", name);
	sb_xml(b, value);
	sb_fmt(b, "</t:%s>", name);
}

static void
boolean(struct sb *b, const char *name, bool v)
{
	sb_fmt(b, "<t:%s>%s</t:%s>", name, v ? "true" : "false", name);
}

static void
when(struct sb *b, const char *name, int64_t t)
{
	if (t == NO_TIME)
		return;
	sb_fmt(b, "<t:%s>", name);
	sb_time(b, t);
	sb_fmt(b, "</t:%s>", name);
}

void
render_item_id(struct sb *b, const struct item *it)
{
	SB_LIT(b, "<t:ItemId");
	ident_item_attrs(b, it, "Id", "ChangeKey");
	SB_LIT(b, "/>");
}

void
render_items(struct sb *b, const struct item *it, bool attachments)
{
	SB_LIT(b, "<m:Items>");
	if (it != NULL) {
		SB_LIT(b, "<t:Message>");
		render_item_id(b, it);
		if (attachments)
			render_attachment_ids(b, it);
		SB_LIT(b, "</t:Message>");
	}
	SB_LIT(b, "</m:Items>");
}

static void
conversation_index(struct sb *b, const struct mail *m)
{
	unsigned char bytes[22] = { 1 };
	uint64_t h = thread_hash(m);
	int i;

	for (i = 1; i < 22; i++)
		bytes[i] = (unsigned char)(h >> i % 8 * 8);
	SB_LIT(b, "<t:ConversationIndex>");
	sb_b64(b, bytes, sizeof(bytes));
	SB_LIT(b, "</t:ConversationIndex>");
}

static void
display(struct sb *b, const char *name, const struct addrs *a)
{
	int i;

	sb_fmt(b, "<t:%s>", name);
	for (i = 0; i < a->n; i++) {
		const char *n = a->v[i].name;

		if (i > 0)
			SB_LIT(b, "; ");
		sb_xml(b, n != NULL && *n != 0 ? n : a->v[i].addr);
	}
	sb_fmt(b, "</t:%s>", name);
}

static void
header(struct sb *b, const struct header *h)
{
	SB_LIT(b, "<t:InternetMessageHeader HeaderName=\"");
	sb_attr(b, h->name);
	SB_LIT(b, "\">");
	sb_xml(b, h->value);
	SB_LIT(b, "</t:InternetMessageHeader>");
}

static void
headers(const struct view *v)
{
	struct sb *b = &v->c->out;
	const struct mail *m = v->m;
	bool any = false;
	int i, k;

	if ((v->path.n == 0 && !item_on_wire(v->item)) || m->n_headers == 0)
		return;
	for (i = 0; i < m->n_headers; i++) {
		bool wanted = shape_has(v->s, P_HEADERS);

		for (k = 0; !wanted && k < v->s->n_header; k++)
			wanted = strcasecmp(
				     m->headers[i].name, v->s->header[k]) == 0;
		if (!wanted)
			continue;
		if (!any)
			SB_LIT(b, "<t:InternetMessageHeaders>");
		any = true;
		header(b, &m->headers[i]);
	}
	if (any)
		SB_LIT(b, "</t:InternetMessageHeaders>");
}

static void
subject(struct sb *b, const struct mail *m)
{
	if (m->subject == NULL)
		return;
	SB_LIT(b, "<t:Subject>");
	sb_xml(b, m->subject);
	if (b->illegal)
		SB_LIT(b, "&#x0;&#x1F;");
	SB_LIT(b, "</t:Subject>");
}

static void
mime(const struct view *v)
{
	struct sb *b = &v->c->out, t = { 0 };

	if (option.anew && v->path.n > 0)
		sb_fmt(&t, "X-Sim-Made: %u\r\n",
		    __atomic_add_fetch(&option.made, 1, __ATOMIC_RELAXED));
	sb_add(&t, v->m->raw, v->m->raw_len);
	SB_LIT(b, "<t:MimeContent CharacterSet=\"UTF-8\">");
	sb_b64(b, t.p, t.n);
	SB_LIT(b, "</t:MimeContent>");
	sb_free(&t);
}

void
render_rights(const struct call *c, struct sb *b, bool create)
{
	SB_LIT(b, "<t:EffectiveRights>");
	boolean(b, "CreateAssociated", create);
	boolean(b, "CreateContents", create);
	boolean(b, "CreateHierarchy", create);
	boolean(b, "Delete", true);
	boolean(b, "Modify", true);
	boolean(b, "Read", true);
	if (c->level >= V2010)
		boolean(b, "ViewPrivateItems", true);
	SB_LIT(b, "</t:EffectiveRights>");
}

/* Properties that only an item in a folder has. */
static void
item_prop(const struct view *v, enum prop p)
{
	struct sb *b = &v->c->out;
	const struct item *it = v->item;

	switch (p) {
	case P_ITEM_ID:
		render_item_id(b, it);
		break;
	case P_PARENT:
		renderfolder_id(b, it->folder, "ParentFolderId");
		break;
	case P_RECEIVED:
		when(b, "DateTimeReceived", it->received);
		break;
	case P_CREATED:
		when(b, "DateTimeCreated", it->created);
		break;
	case P_MODIFIED_NAME:
		render_text(
		    b, "LastModifiedName", it->folder->mailbox->person->name);
		break;
	case P_MODIFIED:
		when(b, "LastModifiedTime", it->modified);
		break;
	case P_RIGHTS:
		render_rights(v->c, b, false);
		break;
	case P_CONVERSATION:
		SB_LIT(b, "<t:ConversationId Id=\"");
		ident_other(b, it->folder->mailbox, thread_hash(v->m));
		SB_LIT(b, "\"/>");
		break;
	case P_INSTANCE_KEY:
		SB_LIT(b, "<t:InstanceKey>");
		sb_b64(b, &it->num, sizeof(it->num));
		SB_LIT(b, "</t:InstanceKey>");
		break;
	default:
		break;
	}
}

/* names: separated by commas. */
static void
categories(struct sb *b, const char *names)
{
	if (names == NULL)
		return;
	SB_LIT(b, "<t:Categories>");
	while (*names != 0) {
		size_t n = strcspn(names, ",");

		SB_LIT(b, "<t:String>");
		sb_xmln(b, names, n);
		SB_LIT(b, "</t:String>");
		names += n + (names[n] != 0);
	}
	SB_LIT(b, "</t:Categories>");
}

static void
flag(struct sb *b, const struct mail *m)
{
	const char *status = kept_text(m, KEPT_FLAG);

	SB_LIT(b, "<t:Flag>");
	render_text(b, "FlagStatus",
	    CHOICE_FLAG[status != NULL ? *status - '0' : FLAG_NONE]);
	render_text(b, "StartDate", kept_text(m, KEPT_FLAG_START));
	render_text(b, "DueDate", kept_text(m, KEPT_FLAG_DUE));
	render_text(b, "CompleteDate", kept_text(m, KEPT_FLAG_DONE));
	SB_LIT(b, "</t:Flag>");
}

static bool
kept_true(const struct mail *m, const char *key, bool otherwise)
{
	const char *v = key != NULL ? kept_text(m, key) : NULL;

	return v != NULL ? strcmp(v, "true") == 0 : otherwise;
}

static void
state_prop(const struct view *v, enum prop p)
{
	struct sb *b = &v->c->out;
	const struct mail *m = v->m;
	const char *name = PROPS[p].element;

	switch (p) {
	case P_SIZE:
		sb_fmt(b, "<t:Size>%zu</t:Size>",
		    v->path.n ? m->raw_len : item_size(v->item));
		break;
	case P_CATEGORIES:
		categories(b, v->path.n > 0 ? kept_text(m, KEPT_CATEGORIES)
					    : v->item->categories);
		break;
	case P_IS_DRAFT:
		boolean(b, name, v->path.n == 0 && v->item->draft);
		break;
	case P_IS_FROM_ME:
		boolean(b, name, v->path.n == 0 && v->item->sent);
		break;
	case P_IS_UNMODIFIED:
		boolean(b, name, v->item->version == 0);
		break;
	case P_HAS_ATTACHMENTS:
		boolean(b, name, item_has_attachments(m));
		break;
	case P_IS_READ:
		boolean(b, name,
		    v->path.n > 0 ? kept_true(m, KEPT_READ, true)
				  : v->item->read);
		break;
	case P_READ_RECEIPT:
		boolean(b, name, m->read_receipt);
		break;
	case P_FLAG:
		flag(b, m);
		break;
	default:
		break;
	}
}

static void
meeting_prop(const struct view *v, enum prop p)
{
	struct sb *b = &v->c->out;
	const struct mail *m = v->m;
	bool request = m->kind == KIND_MEETING_REQUEST;

	if (m->kind == KIND_MESSAGE)
		return;
	if (PROPS[p].flags & PF_FALSE)
		boolean(b, PROPS[p].element, false);
	if (!request && p >= P_START && v->c->level < V2013)
		return;
	switch (p) {
	case P_RESPONSE_TYPE:
		render_text(
		    b, "ResponseType", CHOICE_ANSWER[m->meeting.answer]);
		break;
	case P_UID:
		render_text(b, "UID", m->meeting.uid);
		break;
	case P_REQUEST_TYPE:
		if (request)
			render_text(
			    b, "MeetingRequestType", "NewMeetingRequest");
		break;
	case P_START:
		when(b, "Start", m->meeting.start);
		break;
	case P_END:
		when(b, "End", m->meeting.end);
		break;
	case P_ALL_DAY:
		if (request)
			boolean(b, "IsAllDayEvent", m->meeting.all_day);
		break;
	case P_LOCATION:
		render_text(b, "Location", m->meeting.location);
		break;
	case P_ORGANIZER:
		if (request)
			render_addrs(v, "Organizer", &m->from, 0);
		break;
	default:
		break;
	}
}

static void
me(const struct view *v, const char *name)
{
	const struct person *p = v->item->folder->mailbox->person;
	struct addr a = { p->name, p->addr };
	struct addrs list = { &a, 1 };

	if (!v->item->sent && !v->item->draft)
		render_addrs(v, name, &list, 0);
}

static void
preview(const struct view *v)
{
	struct sb t = { 0 };
	const struct mail *m = v->m;
	size_t n;

	if (m->body_kind == BODY_HTML && m->coded == NULL)
		body_plain(&t, m->body, m->body_len);
	else if (m->body_kind == BODY_TEXT)
		sb_add(&t, m->body, m->body_len);
	n = t.n < 255 ? t.n : 255;
	while (n > 0 && n < t.n && ((unsigned char)t.p[n] & 0xC0) == 0x80)
		n--;
	SB_LIT(&v->c->out, "<t:Preview>");
	if (n > 0)
		sb_xmln(&v->c->out, t.p, n);
	SB_LIT(&v->c->out, "</t:Preview>");
	sb_free(&t);
}

static void
mail_prop(const struct view *v, enum prop p)
{
	struct sb *b = &v->c->out;
	const struct mail *m = v->m;
	const char *name = PROPS[p].element;

	switch (p) {
	case P_MIME:
		mime(v);
		break;
	case P_SUBJECT:
		subject(b, m);
		break;
	case P_BODY:
		render_body(v, name, v->s->body_type);
		break;
	case P_UNIQUE_BODY:
	case P_NORMALIZED_BODY:
		render_body(v, name, v->s->body_type);
		break;
	case P_TEXT_BODY:
		render_body(v, name, AS_TEXT);
		break;
	case P_PREVIEW:
		preview(v);
		break;
	case P_ATTACHMENTS:
		render_attachments(v);
		break;
	case P_HEADERS:
		headers(v);
		break;
	case P_SENT:
		when(b, name, m->sent);
		break;
	case P_DISPLAY_CC:
		display(b, name, &m->cc);
		break;
	case P_DISPLAY_TO:
		display(b, name, &m->to);
		break;
	case P_EXTENDED:
		render_extended(v);
		break;
	case P_CONVERSATION_INDEX:
		conversation_index(b, m);
		break;
	default:
		break;
	}
}

static void
person_prop(const struct view *v, enum prop p)
{
	const struct mail *m = v->m;
	const char *name = PROPS[p].element;
	struct addrs one = m->from;

	switch (p) {
	case P_SENDER:
		one = m->sender;
		one.n = one.n > 0;
		render_addrs(v, name, &one, EX_SENDER | EX_FROM);
		break;
	case P_FROM:
		one.n = one.n > 0;
		render_addrs(v, name, &one, EX_FROM);
		break;
	case P_TO:
		render_addrs(v, name, &m->to, EX_TO);
		break;
	case P_CC:
		render_addrs(v, name, &m->cc, EX_CC);
		break;
	case P_BCC:
		render_addrs(v, name, &m->bcc, 0);
		break;
	case P_REPLY_TO:
		render_addrs(v, name, &m->reply_to, EX_REPLY_TO);
		break;
	case P_RECEIVED_BY:
	case P_RECEIVED_REPRESENTING:
		me(v, name);
		break;
	default:
		break;
	}
}

static const char *
string_of(const struct view *v, enum prop p)
{
	const struct mail *m = v->m;
	const char *s;

	switch (p) {
	case P_CLASS:
		return item_class(v->path.n ? NULL : v->item, m);
	case P_SENSITIVITY:
		return CHOICE_SENSITIVITY[m->sensitivity];
	case P_IMPORTANCE:
		return CHOICE_IMPORTANCE[m->importance];
	case P_IN_REPLY_TO:
		return m->in_reply_to;
	case P_CULTURE:
		s = kept_text(m, KEPT_CULTURE);
		return s != NULL ? s : "en-US";
	case P_REMINDER_DUE:
	case P_REMINDER_MINUTES:
		return kept_text(m, shape_kept(p));
	case P_TOPIC:
		return thread_topic(m);
	case P_MESSAGE_ID:
		return m->message_id;
	case P_REFERENCES:
		return m->references;
	default:
		return NULL;
	}
}

static void
prop(const struct view *v, enum prop p)
{
	unsigned flags = PROPS[p].flags;

	if (flags & PF_ITEM && v->path.n > 0)
		return;
	if (flags & PF_PERSON) {
		person_prop(v, p);
	} else if (flags & PF_ITEM) {
		item_prop(v, p);
	} else if (flags & PF_MEETING) {
		meeting_prop(v, p);
	} else if (flags & PF_FALSE) {
		boolean(&v->c->out, PROPS[p].element,
		    kept_true(v->m, shape_kept(p), false));
	} else if (flags & PF_TEXT) {
		render_text(&v->c->out, PROPS[p].element, string_of(v, p));
	} else {
		mail_prop(v, p);
		state_prop(v, p);
	}
}

static void
log_body(const struct view *v)
{
	struct sb *b = &v->c->log_bodies;

	if (v->path.n > 0)
		return;
	v->c->bodies++;
	if (b->n != 0)
		sb_ch(b, ',');
	if (v->m->message_id != NULL) {
		sb_json(b, v->m->message_id);
	} else {
		SB_LIT(b, "\"");
		ident_item(b, v->item->folder->mailbox, v->item->num);
		SB_LIT(b, "\"");
	}
}

void
render_mail(const struct view *v)
{
	/* appointments and the like are shown as the mail that they came as */
	static const char *const ELEMENT[N_KINDS] = { [KIND_MESSAGE] =
							  "Message",
		[KIND_MEETING_REQUEST] = "MeetingRequest",
		[KIND_MEETING_RESPONSE] = "MeetingResponse",
		[KIND_MEETING_CANCELLATION] = "MeetingCancellation" };
	struct sb *b = &v->c->out;
	int p;

	sb_fmt(b, "<t:%s>", ELEMENT[v->m->kind]);
	for (p = 0; p < P_COUNT; p++)
		if (shape_has(v->s, (enum prop)p) ||
		    (p == P_HEADERS && v->s->n_header > 0))
			prop(v, (enum prop)p);
	sb_fmt(b, "</t:%s>", ELEMENT[v->m->kind]);
	if (shape_has(v->s, P_BODY) || shape_has(v->s, P_MIME) ||
	    shape_has(v->s, P_UNIQUE_BODY) || shape_has(v->s, P_TEXT_BODY) ||
	    shape_has(v->s, P_NORMALIZED_BODY) || shape_has(v->s, P_PREVIEW))
		log_body(v);
}

/* Is the body wanted as it is stored, and nothing made of it? */
static bool
body_coded(const struct shape *s)
{
	return s->body_type != AS_TEXT && !shape_has(s, P_TEXT_BODY) &&
	       !shape_has(s, P_PREVIEW);
}

static unsigned
parts_needed(const struct shape *s)
{
	unsigned want = 0;
	int i;

	if (shape_has(s, P_BODY) || shape_has(s, P_UNIQUE_BODY) ||
	    shape_has(s, P_NORMALIZED_BODY) || shape_has(s, P_TEXT_BODY) ||
	    shape_has(s, P_PREVIEW))
		want |= GEN_BODY;
	if (shape_has(s, P_HEADERS) || s->n_header > 0 || s->n_ext > 0)
		want |= GEN_HEAD;
	if (shape_has(s, P_MIME))
		want |= GEN_MIME;
	for (i = 0; i < s->n_ext; i++)
		if (s->ext[i].tag == 0x007D)
			want |= GEN_MIME;
	return want;
}

void
render_item(
    struct call *c, const struct shape *s, const struct item *it, bool list)
{
	struct mail tmp = { 0 };
	struct view v = { .c = c, .s = s, .item = it, .list = list };

	v.m = item_mail_coded(it, &tmp, parts_needed(s),
	    body_coded(s) ? gen_coding(sb_xml) : NULL);
	render_mail(&v);
	arena_free(&tmp.a);
}
