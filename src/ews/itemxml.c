/*
 * itemxml.c - the parser of GetItem's answers.
 * 1. Any child of Items is an item, whatever its element is called, and all of
 *    them have the same fields. A child without a known field is no item.
 * 2. The place tells the field: level 3 is the item's, 4 and 5 lie inside field
 *    (a recipient, an attachment, a category, an extended property).
 * 3. Something too large makes the item an error (code "too_large"), except a
 *    body: that is dropped, and body_state says so. Nothing is truncated.
 */
#include <string.h>

#include "base/enc.h"
#include "base/str.h"
#include "base/tim.h"
#include "ews/folderxml.h"
#include "ews/itemxml.h"

#define BIG ((size_t)128 << 10) /* bodies that are handed over, not copied */

enum {
	TAG_MID = 0x1035,      /* internet message id */
	TAG_FLAG = 0x1090,     /* 1 complete, 2 flagged */
	TAG_VERB = 0x1081,     /* what was done with it last */
	TAG_HEADERS = 0x007D,  /* transport message headers */
	TAG_MODIFIED = 0x3008, /* last modification */
	TAG_SENDER = 0x5D01,   /* sender's SMTP address */
	TAG_FROM = 0x5D02      /* sent-representing SMTP address */
};

#define MARK "=== Truncated Data ==="

bool
itemxml_truncated(const char *text, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	return len >= sizeof(MARK) - 1 &&
	       memcmp(text + len - (sizeof(MARK) - 1), MARK,
		   sizeof(MARK) - 1) == 0;
}

static const char *
keep_string(struct itemxml *p, const char *s, size_t len)
{
	const char *c = arena_strndup(&p->m->arena, s, len);

	if (c == NULL)
		p->over = true;
	return c;
}

static const char *
keep_attr(struct itemxml *p, const struct xml_attrs *a, const char *name)
{
	const char *s = xml_attr(a, name);

	return s == NULL ? NULL : keep_string(p, s, strlen(s));
}

/* Exchange sends one item per response message; other servers all in one. */
static int
item_before(struct itemxml *p, struct err *err)
{
	struct soap_status st = { true, false, "NoError", "", -1 };
	struct message *m = p->m;

	p->m = NULL;
	if (m == NULL)
		return 0;
	p->given = true;
	return p->take(p->arg, &st, m, err);
}

static int
item_start(struct itemxml *p, struct err *err)
{
	if (item_before(p, err) == -1)
		return -1;
	p->m = message_new(ITEMXML_ARENA_MAX);
	p->m->have_content = p->content;
	p->m->body_state = p->content ? BODY_FULL : BODY_HEADERS;
	p->sender_smtp = p->from_smtp = p->tag_mid = NULL;
	p->created = TIM_NONE;
	p->cut = p->over = p->sniff = p->told = false;
	return SOAP_ENTER;
}

static int
body_start(struct itemxml *p, const struct xml_attrs *a)
{
	const char *type = xml_attr(a, "BodyType");
	const char *cut = xml_attr(a, "IsTruncated");

	if (!p->content)
		return SOAP_SKIP;
	p->sniff = type == NULL || type[0] == '\0';
	p->html = !p->sniff && !str_ieq(type, "Text");
	p->cut = soap_true(cut);
	if (p->cut)
		p->m->body_state = BODY_FAILED;
	buf_reset(p->body);
	return SOAP_STREAM;
}

static bool
is_field(enum tok t)
{
	static const enum tok field[] = { TOK_ItemId, TOK_ItemClass,
		TOK_Subject, TOK_Body, TOK_From, TOK_Sender, TOK_ToRecipients,
		TOK_CcRecipients, TOK_BccRecipients, TOK_ReplyTo,
		TOK_Attachments, TOK_ExtendedProperty, TOK_DateTimeReceived,
		TOK_DateTimeSent, TOK_DateTimeCreated, TOK_Size, TOK_IsRead,
		TOK_InternetMessageId, TOK_ConversationId,
		TOK_ConversationIndex };
	size_t i;

	for (i = 0; i < sizeof(field) / sizeof(field[0]); i++) {
		if (field[i] == t)
			return true;
	}
	return false;
}

static int
item_field_start(struct itemxml *p, enum tok t, const struct xml_attrs *a)
{
	p->field = t;
	p->told = p->told || is_field(t);
	switch (t) {
	case TOK_ItemId:
		p->m->item_id = keep_attr(p, a, "Id");
		p->m->change_key = keep_attr(p, a, "ChangeKey");
		return SOAP_SKIP;
	case TOK_ConversationId:
		p->m->conversation_id = keep_attr(p, a, "Id");
		return SOAP_SKIP;
	case TOK_Body:
		return body_start(p, a);
	case TOK_From:
		p->role = ROLE_FROM;
		return SOAP_ENTER;
	case TOK_Sender:
		p->role = ROLE_SENDER;
		return SOAP_ENTER;
	case TOK_ToRecipients:
		p->role = ROLE_TO;
		return SOAP_ENTER;
	case TOK_CcRecipients:
		p->role = ROLE_CC;
		return SOAP_ENTER;
	case TOK_BccRecipients:
		p->role = ROLE_BCC;
		return SOAP_ENTER;
	case TOK_ReplyTo:
		p->role = ROLE_REPLY_TO;
		return SOAP_ENTER;
	case TOK_Attachments:
	case TOK_Categories:
		return SOAP_ENTER;
	case TOK_ExtendedProperty:
		p->tag = 0;
		p->value = NULL;
		return SOAP_ENTER;
	case TOK_NONE:
	case TOK_ParentFolderId:
	case TOK_MimeContent:
		return SOAP_SKIP;
	default:
		return SOAP_TEXT;
	}
}

static int
item_attachment_start(struct itemxml *p, enum tok t)
{
	if (t != TOK_FileAttachment && t != TOK_ItemAttachment &&
	    t != TOK_ReferenceAttachment)
		return SOAP_SKIP;
	if ((p->att = message_attachment(p->m)) == NULL) {
		p->over = true;
		return SOAP_SKIP;
	}
	p->att->kind = t == TOK_FileAttachment   ? ATT_FILE
		       : t == TOK_ItemAttachment ? ATT_ITEM
						 : ATT_REFERENCE;
	return SOAP_ENTER;
}

static int
inner_start(struct itemxml *p, enum tok t, const struct xml_attrs *a)
{
	if (p->field == TOK_Attachments)
		return item_attachment_start(p, t);
	if (p->field == TOK_ExtendedProperty) {
		if (t == TOK_ExtendedFieldURI)
			p->tag = folderxml_tag(xml_attr(a, "PropertyTag"));
		return t == TOK_Value ? SOAP_TEXT : SOAP_SKIP;
	}
	if (p->field == TOK_Categories)
		return t == TOK_String ? SOAP_TEXT : SOAP_SKIP;
	if (t != TOK_Mailbox)
		return SOAP_SKIP;
	p->name = p->email = p->routing = NULL;
	return SOAP_ENTER;
}

static int
leaf_start(struct itemxml *p, enum tok t, const struct xml_attrs *a)
{
	switch (t) {
	case TOK_AttachmentId:
		if (p->field == TOK_Attachments)
			p->att->id = keep_attr(p, a, "Id");
		return SOAP_SKIP;
	case TOK_Name:
		return SOAP_TEXT;
	case TOK_EmailAddress:
	case TOK_RoutingType:
		return p->field == TOK_Attachments ? SOAP_SKIP : SOAP_TEXT;
	case TOK_ContentType:
	case TOK_ContentId:
	case TOK_Size:
	case TOK_IsInline:
	case TOK_AttachLongPathName:
		return p->field == TOK_Attachments ? SOAP_TEXT : SOAP_SKIP;
	default:
		return SOAP_SKIP;
	}
}

static int
items_start(void *arg, enum tok t, int level, const struct xml_attrs *a,
    struct err *err)
{
	struct itemxml *p = arg;

	switch (level) {
	case 1:
		return t == TOK_Items ? SOAP_ENTER : SOAP_SKIP;
	case 2:
		return item_start(p, err);
	case 3:
		return item_field_start(p, t, a);
	case 4:
		return inner_start(p, t, a);
	default:
		return leaf_start(p, t, a);
	}
}

static bool
is_dn(const char *s)
{
	return str_ieqn(s, "/o=", 3);
}

/* Some servers write "mailto:a@b", "SMTP:a@b" or "A <a@b>". */
static const char *
plain_address(struct itemxml *p, const char *s)
{
	const char *lt = strrchr(s, '<');
	size_t n;

	if (str_ieqn(s, "mailto:", 7))
		return s + 7;
	if (str_ieqn(s, "smtp:", 5))
		return s + 5;
	n = lt == NULL ? 0 : strcspn(lt + 1, ">");
	return n > 0 && strcmp(lt + 1 + n, ">") == 0 ? keep_string(p, lt + 1, n)
						     : s;
}

static void
mailbox_end(struct itemxml *p)
{
	struct address *d;
	bool smtp;

	if (p->name == NULL && p->email == NULL)
		return;
	if ((d = message_address(p->m)) == NULL) {
		p->over = true;
		return;
	}
	d->role = p->role;
	d->name = p->name;
	if (p->email == NULL)
		return;
	smtp = p->routing == NULL || str_ieq(p->routing, "EX")
		   ? strchr(p->email, '@') != NULL
		   : str_ieq(p->routing, "SMTP");
	if (smtp && !is_dn(p->email))
		d->address = plain_address(p, p->email);
	else
		d->raw = p->email;
}

/* Bytes 6 to 21 of a conversation index are its conversation's GUID. */
static const char *
conversation_guid(struct itemxml *p, const char *text, size_t len)
{
	struct enc_b64 b;
	char bytes[3 * (128 / 4 + 1)], hex[33];

	memset(&b, 0, sizeof(b));
	if (len > 128)
		len = 128; /* the rest is about replies to it */
	if (enc_b64_feed(&b, text, len, bytes) < 22)
		return NULL;
	enc_hex(bytes + 6, 16, hex);
	return keep_string(p, hex, 32);
}

static const char *
lower_text(struct itemxml *p, const char *text, size_t len)
{
	char *s = arena_strndup(&p->m->arena, text, len);

	if (s == NULL)
		p->over = true;
	return s == NULL ? NULL : str_lower(s);
}

static void
time_of(const char *text, int64_t *out)
{
	if (!soap_time(text, out))
		*out = TIM_NONE;
}

static void
item_field_end(struct itemxml *p, enum tok t, const char *s, size_t len)
{
	struct message *m = p->m;

	if (len == 0 && t != TOK_Subject)
		return; /* as if it were missing */
	switch (t) {
	case TOK_ItemClass:
		m->item_class = keep_string(p, s, len);
		break;
	case TOK_Subject:
		m->subject = keep_string(p, s, len);
		break;
	case TOK_Sensitivity:
		m->sensitivity = lower_text(p, s, len);
		break;
	case TOK_Importance:
		m->importance = lower_text(p, s, len);
		break;
	case TOK_InReplyTo:
		m->in_reply_to = keep_string(p, s, len);
		break;
	case TOK_References:
		m->refs = keep_string(p, s, len);
		break;
	case TOK_InternetMessageId:
		m->message_id = keep_string(p, s, len);
		break;
	case TOK_ConversationIndex:
		if (m->conversation_id == NULL)
			m->conversation_id = conversation_guid(p, s, len);
		break;
	case TOK_DateTimeReceived:
		time_of(s, &m->received_at);
		break;
	case TOK_DateTimeSent:
		time_of(s, &m->sent_at);
		break;
	case TOK_DateTimeCreated:
		time_of(s, &p->created);
		break;
	case TOK_Size:
		if (!str_int(s, 0, INT64_MAX, &m->size))
			m->size = -1;
		break;
	case TOK_IsRead:
		m->is_read = soap_true(s);
		break;
	case TOK_IsDraft:
		m->is_draft = soap_true(s);
		break;
	case TOK_HasAttachments:
		m->has_attachments = soap_true(s);
		break;
	default:
		break;
	}
}

static void
category_end(struct itemxml *p, const char *s, size_t len)
{
	const char *name = len > 0 ? keep_string(p, s, len) : NULL;

	if (name != NULL && !message_category(p->m, name))
		p->over = true;
}

static const char *
flag_name(const char *s)
{
	return str_eq(s, "2") ? "flagged" : str_eq(s, "1") ? "complete" : NULL;
}

/* Of all verbs only these say that somebody answered (MS-OXOMSG). */
static const char *
verb_name(const char *s)
{
	return str_eq(s, "102")   ? "replied"
	       : str_eq(s, "103") ? "replied_all"
	       : str_eq(s, "104") ? "forwarded"
				  : NULL;
}

/* The property is complete; its tag may come after its value. */
static void
item_extended_end(struct itemxml *p)
{
	const char *s = p->value;

	if (s == NULL)
		return;
	if (p->tag == TAG_SENDER)
		p->sender_smtp = s;
	else if (p->tag == TAG_FROM)
		p->from_smtp = s;
	else if (p->tag == TAG_MID)
		p->tag_mid = s;
	else if (p->tag == TAG_HEADERS)
		p->m->headers = s;
	else if (p->tag == TAG_MODIFIED)
		time_of(s, &p->m->modified_at);
	else if (p->tag == TAG_FLAG)
		p->m->flag = flag_name(s);
	else if (p->tag == TAG_VERB)
		p->m->answered = verb_name(s);
}

static void
attachment_end(struct itemxml *p, enum tok t, const char *s, size_t len)
{
	struct attachment *a = p->att;

	switch (t) {
	case TOK_Name:
		a->name = keep_string(p, s, len);
		break;
	case TOK_ContentType:
		a->media_type = keep_string(p, s, len);
		break;
	case TOK_ContentId:
		a->content_id = keep_string(p, s, len);
		break;
	case TOK_AttachLongPathName:
		a->url = keep_string(p, s, len);
		break;
	case TOK_Size:
		if (!str_int(s, 0, INT64_MAX, &a->size))
			a->size = -1;
		break;
	case TOK_IsInline:
		a->is_inline = soap_true(s);
		break;
	default:
		break;
	}
}

static void
leaf_end(struct itemxml *p, enum tok t, const char *s, size_t len)
{
	if (len == 0)
		return;
	if (p->field == TOK_Attachments)
		attachment_end(p, t, s, len);
	else if (t == TOK_Name)
		p->name = keep_string(p, s, len);
	else if (t == TOK_EmailAddress)
		p->email = keep_string(p, s, len);
	else if (t == TOK_RoutingType)
		p->routing = keep_string(p, s, len);
}

/* The server does not say which: is there a tag of HTML in it? */
static bool
looks_html(const char *s)
{
	static const char *const tag[] = { "<html", "<body", "<head", "<div",
		"<p>", "<p ", "<br", "<table", "<span", "<font", "<!doctype" };
	size_t i;

	for (i = 0; i < sizeof(tag) / sizeof(tag[0]); i++) {
		if (strcasestr(s, tag[i]) != NULL)
			return true;
	}
	return false;
}

static void
body_end(struct itemxml *p)
{
	struct message *m = p->m;
	const char *s;
	size_t len;

	if (p->sniff)
		p->html = looks_html(buf_str(p->body));
	if (p->body->over) {
		m->body_state = BODY_TOO_LARGE;
		return;
	}
	if (itemxml_truncated(buf_str(p->body), p->body->len))
		p->cut = true;
	len = p->body->len;
	if (len > BIG && m->big == NULL)
		s = m->big = buf_take(p->body); /* no second copy */
	else
		s = keep_string(p, buf_str(p->body), len);
	if (p->html) {
		m->html = s;
		m->html_len = len;
	} else {
		m->text = s;
		m->text_len = len;
	}
}

static const char *
smtp_of(const char *s)
{
	return s != NULL && !is_dn(s) && strchr(s, '@') != NULL ? s : NULL;
}

/* The first step of README.md, Addresses, for an address that is not SMTP. */
static void
from_properties(struct itemxml *p)
{
	const char *from = smtp_of(p->from_smtp);
	const char *sender = smtp_of(p->sender_smtp);
	struct address *d;
	size_t i;

	for (i = 0; i < p->m->naddr; i++) {
		d = &p->m->addr[i];
		if (d->address != NULL)
			continue;
		if (d->role == ROLE_FROM)
			d->address = from;
		else if (d->role == ROLE_SENDER)
			d->address = sender;
	}
	if (!p->reduced || p->m->naddr > 0 || from == NULL)
		return;
	/* From itself was not asked for. */
	if ((d = message_address(p->m)) == NULL) {
		p->over = true;
		return;
	}
	d->role = ROLE_FROM;
	d->address = from;
}

bool
itemxml_unresolved(const struct address *d)
{
	return d->address == NULL && d->raw != NULL && d->raw[0] == '/';
}

static void
item_end(struct itemxml *p)
{
	struct message *m = p->m;

	if (m->message_id == NULL || m->message_id[0] == '\0')
		m->message_id = p->tag_mid;
	if (m->received_at == TIM_NONE)
		m->received_at = p->created;
	from_properties(p);
	if (p->over) {
		err_set(&m->err, ERR_ITEM,
		    "the item's properties are larger than exsync takes");
		err_code(&m->err, CAUSE_TOO_LARGE, "too_large", SCOPE_ITEM);
		m->have_content = false; /* it is unknown what is missing */
	} else if (p->cut) {
		err_set(&m->err, ERR_RETRY,
		    "the server cut the body short: tried again");
		err_code(&m->err, CAUSE_OTHER, "truncated", SCOPE_ITEM);
	}
}

static int
items_end(void *arg, enum tok t, int level, const char *text, size_t len,
    struct err *err)
{
	struct itemxml *p = arg;

	(void)err;
	if (level == 2) {
		if (p->told)
			item_end(p);
		else
			itemxml_free(p);
		return 0;
	}
	if (level == 3 && t == TOK_Body) {
		body_end(p);
		return 0;
	}
	if (level == 4 && t == TOK_Mailbox) {
		mailbox_end(p);
		return 0;
	}
	if (level == 3 && t == TOK_ExtendedProperty) {
		item_extended_end(p);
		return 0;
	}
	if (text == NULL) {
		if (len > 0)
			p->over = true;
		return 0;
	}
	if (level == 3)
		item_field_end(p, t, text, len);
	else if (level == 4 && p->field == TOK_Categories)
		category_end(p, text, len);
	else if (level == 4 && len > 0)
		p->value = keep_string(p, text, len);
	else if (level == 5)
		leaf_end(p, t, text, len);
	return 0;
}

static int
items_text(void *arg, const char *s, size_t n, struct err *err)
{
	struct itemxml *p = arg;

	(void)err;
	if (!p->body->over)
		buf_add(p->body, s, n);
	return 0;
}

static int
items_message(void *arg, const struct soap_status *st, struct err *err)
{
	struct itemxml *p = arg;
	struct message *m = p->m;
	bool given = p->given && (st->success || st->warning);

	p->m = NULL;
	p->given = false;
	return m == NULL && given ? 0 : p->take(p->arg, st, m, err);
}

void
itemxml_free(struct itemxml *p)
{
	message_free(p->m);
	p->m = NULL;
}

const struct soap_ops itemxml_ops = { "GetItem", items_start, items_end,
	items_text, items_message };
