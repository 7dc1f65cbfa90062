/*
 * message.c - a message's properties in JSON.
 * 1. A body is HTML unless the client prefers text, whatever is stored.
 */
#include "graph/message.h"

#include <stdio.h>
#include <string.h>

#include "graph/attach.h"
#include "graph/gident.h"
#include "graph/gjson.h"
#include "graph/goption.h"
#include "world/body.h"
#include "world/folder.h"
#include "world/gen.h"
#include "world/item.h"
#include "world/thread.h"

struct shown { /* what is put into JSON, for whom */
	struct graph_call *g;
	const struct item *item; /* it, or what it is attached to */
	const struct mail *m;
	bool attached;
};

static json_t *
address_json(const struct shown *s, const struct addr *a, bool ex)
{
	const struct person *p = a->addr != NULL && ex && !s->attached
				     ? world_person(a->addr)
				     : NULL;
	json_t *one = json_object(), *root = json_object();

	if (a->name != NULL && *a->name != 0)
		json_object_set_new(one, "name", gjson_text(a->name));
	else if (a->addr != NULL)
		json_object_set_new(one, "name", gjson_text(a->addr));
	/* who left has only the address of the old kind */
	if (a->addr != NULL)
		json_object_set_new(one, "address",
		    gjson_text(p != NULL && p->departed ? p->dn : a->addr));
	json_object_set_new(root, "emailAddress", one);
	return root;
}

static json_t *
addresses_json(const struct shown *s, const struct addrs *a, unsigned ex)
{
	json_t *all = json_array();
	int i;

	for (i = 0; i < a->n; i++)
		json_array_append_new(
		    all, address_json(s, &a->v[i], (s->item->ex & ex) != 0));
	return all;
}

static json_t *
first_address(const struct shown *s, const struct addrs *a, unsigned ex)
{
	return a->n > 0 ? address_json(s, &a->v[0], (s->item->ex & ex) != 0)
			: json_null();
}

static json_t *
body_json(const struct shown *s)
{
	const struct mail *m = s->m;
	json_t *j = json_object();
	struct sb b = { 0 };

	sb_str(&b, "");
	if (s->g->want.text && m->body_kind == BODY_HTML)
		body_text(&b, m);
	else if (!s->g->want.text && m->body_kind == BODY_TEXT)
		body_html(&b, m);
	else if (m->body_kind != BODY_NONE)
		sb_add(&b, m->body, m->body_len);
	json_object_set_new(
	    j, "contentType", gjson_text(s->g->want.text ? "text" : "html"));
	json_object_set_new(j, "content", gjson_sb(&b));
	return j;
}

static json_t *
preview_json(const struct mail *m)
{
	struct sb t = { 0 };
	size_t n;

	sb_str(&t, "");
	if (m->body_kind == BODY_HTML)
		body_plain(&t, m->body, m->body_len);
	else if (m->body_kind == BODY_TEXT)
		sb_add(&t, m->body, m->body_len);
	n = t.n < 255 ? t.n : 255;
	while (n > 0 && n < t.n && ((unsigned char)t.p[n] & 0xC0) == 0x80)
		n--;
	t.n = n;
	return gjson_sb(&t);
}

static json_t *
headers_json(const struct shown *s)
{
	json_t *all = json_array(), *one;
	int i;

	for (i = 0; i < s->m->n_headers; i++) {
		one = json_object();
		json_object_set_new(
		    one, "name", gjson_text(s->m->headers[i].name));
		json_object_set_new(
		    one, "value", gjson_text(s->m->headers[i].value));
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *
index_json(const struct mail *m)
{
	unsigned char bytes[22] = { 1 };
	uint64_t h = thread_hash(m);
	int i;

	for (i = 1; i < 22; i++)
		bytes[i] = (unsigned char)(h >> i % 8 * 8);
	return gjson_base64(bytes, sizeof(bytes));
}

static json_t *
categories_json(const char *names)
{
	json_t *all = json_array();
	size_t n;

	for (; names != NULL && *names != 0; names += n + (names[n] != 0)) {
		n = strcspn(names, ",");
		json_array_append_new(all, gjson_textn(names, n));
	}
	return all;
}

static void
flag_time(json_t *flag, const char *name, const char *value)
{
	json_t *j;

	if (value == NULL)
		return;
	j = json_object();
	json_object_set_new(
	    j, "dateTime", gjson_textn(value, strcspn(value, "Z")));
	json_object_set_new(j, "timeZone", gjson_text("UTC"));
	json_object_set_new(flag, name, j);
}

static json_t *
flag_json(const struct mail *m)
{
	static const char *const STATUS[] = { [FLAG_NONE] = "notFlagged",
		[FLAG_DONE] = "complete",
		[FLAG_SET] = "flagged" };
	const char *status = kept_text(m, KEPT_FLAG);
	json_t *j = json_object();

	json_object_set_new(j, "flagStatus",
	    gjson_text(STATUS[status != NULL ? *status - '0' : FLAG_NONE]));
	flag_time(j, "startDateTime", kept_text(m, KEPT_FLAG_START));
	flag_time(j, "dueDateTime", kept_text(m, KEPT_FLAG_DUE));
	flag_time(j, "completedDateTime", kept_text(m, KEPT_FLAG_DONE));
	return j;
}

static json_t *
meeting_type(const struct mail *m)
{
	static const char *const ANSWER[] = { [ANSWER_NONE] = "none",
		[ANSWER_ACCEPT] = "meetingAccepted",
		[ANSWER_TENTATIVE] = "meetingTenativelyAccepted", /* sic */
		[ANSWER_DECLINE] = "meetingDeclined" };

	if (m->kind == KIND_MESSAGE)
		return NULL;
	if (m->kind == KIND_MEETING_REQUEST)
		return gjson_text("meetingRequest");
	if (m->kind == KIND_MEETING_CANCELLATION)
		return gjson_text("meetingCancelled");
	return gjson_text(ANSWER[m->meeting.answer]);
}

static json_t *
web_link(const struct shown *s)
{
	struct sb b = { 0 }, id = { 0 };

	gident_item(
	    &id, s->item->folder->mailbox, s->item->num, s->g->want.immutable);
	SB_LIT(&b, "https://outlook.office365.com/owa/?ItemID=");
	uri_code(&b, id.p);
	SB_LIT(&b, "&exvsurl=1&viewmodel=ReadMessageItem");
	sb_free(&id);
	return gjson_sb(&b);
}

/* Of the item, not of what is attached to it. NULL: none of these. */
static json_t *
item_field(const struct shown *s, enum field f)
{
	const struct item *it = s->item;
	struct sb b = { 0 };

	switch (f) {
	case F_CREATED:
		return gjson_time(it->created);
	case F_MODIFIED:
		return gjson_time(it->modified);
	case F_RECEIVED:
		return gjson_time(it->received);
	case F_KEY:
		gident_key(&b, it);
		return gjson_sb(&b);
	case F_PARENT:
		gident_folder(&b, it->folder);
		return gjson_sb(&b);
	case F_CATEGORIES:
		return categories_json(it->categories);
	case F_CONVERSATION:
		gident_conversation(&b, it->folder->mailbox, thread_hash(s->m));
		return gjson_sb(&b);
	case F_WEB_LINK:
		return web_link(s);
	case F_INFERENCE:
		return gjson_text("focused");
	case F_FLAG:
		return flag_json(s->m);
	case F_HEADERS:
		return item_on_wire(it) && s->m->n_headers > 0 ? headers_json(s)
							       : NULL;
	case F_MEETING_TYPE:
		return meeting_type(s->m);
	default:
		return NULL;
	}
}

static json_t *
mail_field(const struct shown *s, enum field f)
{
	static const char *const IMPORTANCE[] = { "low", "normal", "high" };
	const struct mail *m = s->m;

	switch (f) {
	case F_SENT:
		return gjson_time(m->sent);
	case F_HAS_ATTACHMENTS:
		return json_boolean(item_has_attachments(m));
	case F_MESSAGE_ID:
		return gjson_text(m->message_id);
	case F_SUBJECT:
		return gjson_text(m->subject);
	case F_PREVIEW:
		return preview_json(m);
	case F_IMPORTANCE:
		return gjson_text(IMPORTANCE[m->importance]);
	case F_INDEX:
		return index_json(m);
	case F_DELIVERY_RECEIPT:
		return json_boolean(
		    kept_text(m, KEPT_DELIVERY_RECEIPT) &&
		    strcmp(kept_text(m, KEPT_DELIVERY_RECEIPT), "true") == 0);
	case F_READ_RECEIPT:
		return json_boolean(m->read_receipt);
	case F_READ:
		return json_boolean(s->attached || s->item->read);
	case F_DRAFT:
		return json_boolean(!s->attached && s->item->draft);
	case F_BODY:
	case F_UNIQUE:
		return body_json(s);
	default:
		return NULL;
	}
}

static json_t *
person_field(const struct shown *s, enum field f)
{
	const struct mail *m = s->m;

	switch (f) {
	case F_SENDER:
		return first_address(s, &m->sender, EX_SENDER | EX_FROM);
	case F_FROM:
		return first_address(s, &m->from, EX_FROM);
	case F_TO:
		return addresses_json(s, &m->to, EX_TO);
	case F_CC:
		return addresses_json(s, &m->cc, EX_CC);
	case F_BCC:
		return addresses_json(s, &m->bcc, 0);
	case F_REPLY_TO:
		return addresses_json(s, &m->reply_to, EX_REPLY_TO);
	default:
		return NULL;
	}
}

static void
put_fields(const struct shown *s, const struct fields *f, json_t *to)
{
	json_t *value;
	int i;

	for (i = 0; i < N_FIELDS; i++) {
		if (!field_wanted(f, (enum field)i))
			continue;
		value = s->attached ? NULL : item_field(s, (enum field)i);
		if (value == NULL)
			value = mail_field(s, (enum field)i);
		if (value == NULL)
			value = person_field(s, (enum field)i);
		if (value != NULL)
			json_object_set_new(
			    to, field_name((enum field)i), value);
	}
}

const char *
message_type(const struct mail *m)
{
	static const char *const TYPE[N_KINDS] = { [KIND_MESSAGE] = "message",
		[KIND_MEETING_REQUEST] = "eventMessageRequest",
		[KIND_MEETING_RESPONSE] = "eventMessageResponse",
		[KIND_MEETING_CANCELLATION] = "eventMessage" };

	return TYPE[m->kind];
}

static unsigned
parts_needed(const struct fields *f)
{
	unsigned want = 0;
	int i;

	if (field_wanted(f, F_BODY) || field_wanted(f, F_UNIQUE) ||
	    field_wanted(f, F_PREVIEW))
		want |= GEN_BODY;
	if (field_wanted(f, F_HEADERS) || f->n_properties > 0)
		want |= GEN_HEAD;
	for (i = 0; i < f->n_properties; i++)
		if (f->property[i].p.tag == 0x007D)
			want |= GEN_MIME;
	return want;
}

void
message_log(struct graph_call *g, const struct item *it, const struct mail *m)
{
	struct sb *b = &g->log_bodies;

	g->bodies++;
	if (b->n != 0)
		sb_ch(b, ',');
	if (m->message_id != NULL) {
		sb_json(b, m->message_id);
		return;
	}
	SB_LIT(b, "\"");
	gident_item(b, it->folder->mailbox, it->num, false);
	SB_LIT(b, "\"");
}

void
message_name(struct graph_call *g, json_t *j, const struct item *it)
{
	struct sb b = { 0 };

	gident_item(&b, it->folder->mailbox, it->num, g->want.immutable);
	json_object_set_new(j, "id", gjson_sb(&b));
}

static void
put_type(json_t *j, const char *type)
{
	struct sb b = { 0 };

	sb_fmt(&b, "#microsoft.graph.%s", type);
	json_object_set_new(j, "@odata.type", gjson_sb(&b));
}

json_t *
message_json(
    struct graph_call *g, const struct fields *f, const struct item *it)
{
	struct mail tmp = { 0 };
	struct shown s = {
		.g = g, .item = it, .m = item_mail(it, &tmp, parts_needed(f))
	};
	json_t *j = json_object();
	struct sb b = { 0 };

	if (s.m->kind != KIND_MESSAGE)
		put_type(j, message_type(s.m));
	SB_LIT(&b, "W/\"");
	gident_key(&b, it);
	SB_LIT(&b, "\"");
	json_object_set_new(j, "@odata.etag", gjson_sb(&b));
	message_name(g, j, it);
	put_fields(&s, f, j);
	if (f->n_properties > 0)
		property_add(j, f, it, s.m);
	if (f->attachments)
		json_object_set_new(
		    j, "attachments", attach_list(g, it, s.m, NULL, true));
	g->messages++;
	if (field_wanted(f, F_BODY) || field_wanted(f, F_UNIQUE) ||
	    field_wanted(f, F_PREVIEW))
		message_log(g, it, s.m);
	arena_free(&tmp.a);
	return j;
}

json_t *
message_sparse(struct graph_call *g, const struct item *it)
{
	json_t *j = json_object();
	struct sb b = { 0 };

	message_name(g, j, it);
	json_object_set_new(j, "isRead", json_boolean(it->read));
	gident_folder(&b, it->folder);
	json_object_set_new(j, "parentFolderId", gjson_sb(&b));
	return j;
}

json_t *
message_attached(
    struct graph_call *g, const struct item *in, const struct mail *m)
{
	struct shown s = { .g = g, .item = in, .m = m, .attached = true };
	struct fields f = { 0 };
	json_t *j = json_object();
	int i;

	for (i = 0; i < N_FIELDS; i++)
		if (i != F_UNIQUE && i != F_HEADERS)
			f.set |= (uint64_t)1 << i;
	put_type(j, message_type(m));
	put_fields(&s, &f, j);
	if (m->n_headers > 0)
		json_object_set_new(
		    j, "internetMessageHeaders", headers_json(&s));
	return j;
}
