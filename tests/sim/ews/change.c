/*
 * change.c - the fields of a message that can be written.
 * 1. A field that is not in FIELD is refused: ErrorInvalidPropertySet.
 * 2. Order is the request's: MimeContent replaces what was set before it.
 */
#include "ews/change.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ews/choice.h"
#include "world/compose.h"
#include "world/folder.h"
#include "world/gen.h"
#include "world/item.h"
#include "world/kept.h"
#include "world/mailcopy.h"
#include "world/mime.h"

struct field;
typedef const char *
setter(struct change *, const struct field *, const xmlNode *, enum how);

enum {
	F_APPEND = 1, /* AppendToItemField is possible */
	F_STAY = 2,   /* DeleteItemField is not */
	F_DRAFT = 4,  /* only while it is a draft */
	F_NEW = 8,    /* only when it is made */
	F_ITEM = 16   /* of an item in a folder, not of an attached one */
};

struct field {
	const char *element;
	unsigned flags;
	setter *set;
	size_t at; /* offset in struct mail */
	enum level since;
};

void
change_new(struct change *ch, struct call *c)
{
	*ch = (struct change){ .c = c,
		.create = true,
		.read = -1,
		.draft = -1,
		.received = NO_TIME };
	ch->m = mailcopy_empty();
}

void
change_of(struct change *ch, struct call *c, const struct item *it)
{
	*ch = (struct change){
		.c = c, .it = it, .read = -1, .draft = -1, .received = NO_TIME
	};
}

void
change_free(struct change *ch)
{
	mime_free(ch->m);
	free(ch->class);
	free(ch->categories);
	free(ch->why);
	free(ch->path);
}

struct mail *
change_mail(struct change *ch)
{
	struct mail tmp = { 0 };

	if (ch->m == NULL) {
		ch->m = mailcopy(
		    item_mail(ch->it, &tmp, GEN_BODY | GEN_HEAD | GEN_MIME));
		arena_free(&tmp.a);
	}
	return ch->m;
}

const char *
change_refuse(struct change *ch, const char *code, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	free(ch->why);
	ch->why = sb_xstrdup(text);
	return code;
}

bool
change_time(const char *text, int64_t *t)
{
	struct tm tm = { 0 };
	const char *p = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	int h, m, n = 0;

	if (p == NULL)
		return false;
	*t = (int64_t)timegm(&tm);
	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	if (*p == 0 || strcmp(p, "Z") == 0)
		return true;
	if ((*p != '+' && *p != '-') ||
	    sscanf(p + 1, "%2d:%2d%n", &h, &m, &n) != 2 || p[1 + n] != 0)
		return false;
	*t -= (*p == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

void
change_cut_subject(char *text)
{
	unsigned char c;
	int room = 255;

	for (; (c = (unsigned char)*text) != 0; text++) {
		if ((c & 0xC0) == 0x80)
			continue;
		room -= c >= 0xF0 ? 2 : 1;
		if (room < 0) {
			*text = 0;
			return;
		}
	}
}

void
change_class(struct change *ch, const char *class)
{
	free(ch->class);
	ch->class = sb_xstrdup(class);
	ch->touched = true;
}

/* The member of the mail that a field is. */
static void *
member(struct change *ch, const struct field *f)
{
	ch->touched = true;
	return (char *)change_mail(ch) + f->at;
}

static char *
trimmed(const xmlNode *n)
{
	char *text = call_text(n);
	size_t len = strlen(text);

	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		text[--len] = 0;
	memmove(text, text + strspn(text, " \t\r\n"),
	    len + 1 - strspn(text, " \t\r\n"));
	return text;
}

/* What has that value already needs no new MIME. */
static void
write_text(struct change *ch, const struct field *f, const char *text)
{
	const char **at = member(ch, f);

	if (text == NULL ? *at == NULL : *at != NULL && strcmp(*at, text) == 0)
		return;
	*at = text != NULL ? arena_str(&ch->m->a, text) : NULL;
	ch->anew = true;
}

static const char *
set_text(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	char *text = how == REMOVE ? NULL : call_text(n);

	if (text != NULL && f->at == offsetof(struct mail, subject))
		change_cut_subject(text);
	write_text(ch, f, text);
	xmlFree(text);
	return NULL;
}

static const char *
set_choice(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	bool importance = f->at == offsetof(struct mail, importance);
	char *text = how == REMOVE ? NULL : trimmed(n);
	int *at = member(ch, f), was = *at;

	*at = choice_of(importance ? CHOICE_IMPORTANCE : CHOICE_SENSITIVITY,
	    text != NULL ? text : "Normal");
	xmlFree(text);
	if (*at < 0) {
		*at = was;
		return "ErrorInvalidValueForProperty";
	}
	ch->anew = ch->anew || *at != was;
	return NULL;
}

static bool
is_true(const xmlNode *n)
{
	char *text = trimmed(n);
	bool yes = call_boolean(text);

	xmlFree(text);
	return yes;
}

static const char *
set_bool(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	bool *at = member(ch, f), yes = how != REMOVE && is_true(n);

	ch->anew = ch->anew || *at != yes;
	*at = yes;
	return NULL;
}

/* What an address may have beside itself, and is not stored. */
static const char *
plain_address(struct change *ch, const xmlNode *n)
{
	static const char *const TYPE[] = { "Mailbox", "OneOff", "Unknown" };
	char *type = call_text(call_child(n, "MailboxType"));
	bool ok = type == NULL;
	size_t i;

	for (i = 0; !ok && i < sizeof(TYPE) / sizeof(TYPE[0]); i++)
		ok = strcmp(type, TYPE[i]) == 0;
	xmlFree(type);
	if (!ok || call_child(n, "ItemId") != NULL ||
	    call_child(n, "OriginalDisplayName") != NULL)
		return change_refuse(ch, "ErrorInvalidRecipients",
		    "The simulator stores a name and an address, not the kind "
		    "of a mailbox, its contact or its original name.");
	return NULL;
}

static const char *
address(struct change *ch, struct addr *a, const xmlNode *n)
{
	char *name = call_text(call_child(n, "Name"));
	char *addr = call_text(call_child(n, "EmailAddress"));
	char *type = call_text(call_child(n, "RoutingType"));
	const char *code = plain_address(ch, n);
	const struct person *p = NULL;

	if (code == NULL && addr == NULL && (name == NULL || type != NULL))
		code = "ErrorInvalidRecipients";
	if (code == NULL && type != NULL && strcmp(type, "EX") == 0) {
		p = addr != NULL ? world_person_dn(addr) : NULL;
		if (p == NULL)
			code = "ErrorInvalidRecipients";
	} else if (code == NULL && type != NULL && strcmp(type, "SMTP") != 0) {
		code = "ErrorInvalidRoutingType";
	}
	a->name = name != NULL ? arena_str(&ch->m->a, name) : NULL;
	if (p != NULL)
		a->addr = arena_str(&ch->m->a, p->addr);
	else
		a->addr = addr != NULL ? arena_str(&ch->m->a, addr) : NULL;
	xmlFree(name);
	xmlFree(addr);
	xmlFree(type);
	return code;
}

static const char *
set_people(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	struct addrs *at = member(ch, f), a = { 0 };
	const char *code = NULL;
	const xmlNode *k;

	for (k = n != NULL ? call_first(n) : NULL; k != NULL; k = call_next(k))
		a.n++;
	if (how == APPEND)
		a.n += at->n;
	a.v = arena_alloc(&ch->m->a, (size_t)(a.n + 1) * sizeof(*a.v));
	a.n = 0;
	if (how == APPEND && at->n > 0) {
		memcpy(a.v, at->v, (size_t)at->n * sizeof(*a.v));
		a.n = at->n;
	}
	for (k = n != NULL && how != REMOVE ? call_first(n) : NULL;
	     k != NULL && code == NULL; k = call_next(k))
		code = address(ch, &a.v[a.n++], k);
	*at = a;
	ch->anew = true;
	return code;
}

static const char *
set_body(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	char *type = call_attr(n, "BodyType"), *text = call_text(n);
	struct mail *m = change_mail(ch);
	enum body_kind kind =
	    type != NULL && strcmp(type, "HTML") == 0 ? BODY_HTML : BODY_TEXT;
	const char *code = NULL;
	struct sb b = { 0 };

	(void)f;
	if (how == APPEND && m->body_kind != BODY_NONE) {
		if (m->body_kind != kind)
			code = change_refuse(ch, "ErrorInvalidPropertyAppend",
			    "The simulator appends to a body of the same type "
			    "only.");
		sb_add(&b, m->body, m->body_len);
	}
	if (how == REMOVE)
		kind = BODY_NONE;
	else
		sb_str(&b, text);
	m->body_kind = kind;
	m->body = arena_strn(&m->a, b.p != NULL ? b.p : "", b.n);
	m->body_len = b.n;
	m->coded = NULL;
	m->plain = NULL;
	m->plain_len = 0;
	ch->touched = ch->anew = true;
	sb_free(&b);
	xmlFree(type);
	xmlFree(text);
	return code;
}

static const char *
set_class(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	char *text = call_text(n);
	const char *code = NULL;

	(void)f;
	(void)how;
	if (strncasecmp(text, "IPM.Note", 8) != 0 &&
	    strncasecmp(text, "REPORT.", 7) != 0)
		code = change_refuse(ch, "ErrorObjectTypeChanged",
		    "A message is of class IPM.Note or REPORT.");
	else
		change_class(ch, text);
	xmlFree(text);
	return code;
}

static const char *
set_categories(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	const xmlNode *k = n != NULL && how != REMOVE ? call_first(n) : NULL;
	struct sb b = { 0 };
	const char *code = NULL;

	(void)f;
	sb_str(&b, "");
	for (; k != NULL; k = call_next(k)) {
		char *name = call_text(k);

		if (*name == 0 || strchr(name, ',') != NULL)
			code = change_refuse(ch, "ErrorInvalidPropertySet",
			    "The simulator stores no category that is empty "
			    "or has a comma.");
		if (b.n > 0)
			sb_ch(&b, ',');
		sb_str(&b, name);
		xmlFree(name);
	}
	if (ch->nested) {
		kept_one(ch->m, KEPT_CATEGORIES, b.n > 0 ? b.p : NULL);
	} else {
		free(ch->categories);
		ch->categories = sb_xstrdup(b.p != NULL ? b.p : "");
	}
	ch->touched = true;
	sb_free(&b);
	return code;
}

static const char *
set_read(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	(void)f;
	(void)how;
	ch->read = is_true(n);
	if (ch->nested)
		kept_one(ch->m, KEPT_READ, ch->read ? "true" : "false");
	return NULL;
}

/* The world's name of a field that it keeps as text. */
static const char *
key_of(const struct field *f)
{
	int p = 0;

	while (strcmp(PROPS[p].element, f->element) != 0)
		p++;
	return shape_kept((enum prop)p);
}

static const char *
set_kept(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	char *text = how == REMOVE ? NULL : trimmed(n);

	kept_one(change_mail(ch), key_of(f), text);
	ch->touched = true;
	xmlFree(text);
	return NULL;
}

static const char *
set_kept_bool(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	kept_one(change_mail(ch), key_of(f),
	    how == REMOVE ? NULL
	    : is_true(n)  ? "true"
			  : "false");
	ch->touched = true;
	return NULL;
}

static const char *
keep_time(struct change *ch, const char *key, const xmlNode *n)
{
	char *text = n != NULL ? trimmed(n) : NULL;
	const char *code = NULL;
	struct sb b = { 0 };
	int64_t t;

	if (text != NULL && !change_time(text, &t)) {
		code = change_refuse(ch, "ErrorInvalidPropertySet",
		    "The simulator does not read the time %.40s.", text);
	} else if (text != NULL) {
		sb_time(&b, t);
	}
	kept_one(change_mail(ch), key, b.p);
	ch->touched = true;
	sb_free(&b);
	xmlFree(text);
	return code;
}

static const char *
set_kept_time(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	return keep_time(ch, key_of(f), how == REMOVE ? NULL : n);
}

static const char *
set_flag(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	static const struct {
		const char *element, *key;
	} PART[] = { { "StartDate", KEPT_FLAG_START },
		{ "DueDate", KEPT_FLAG_DUE },
		{ "CompleteDate", KEPT_FLAG_DONE } };
	char *status =
	    how == REMOVE ? NULL : trimmed(call_child(n, "FlagStatus"));
	char number[2] = "";
	int which;
	const char *code = NULL;
	size_t i;

	(void)f;
	which = status != NULL ? choice_of(CHOICE_FLAG, status) : FLAG_NONE;
	xmlFree(status);
	if (which < 0)
		return "ErrorInvalidValueForProperty";
	number[0] = (char)('0' + which);
	kept_one(change_mail(ch), KEPT_FLAG, how == REMOVE ? NULL : number);
	for (i = 0; i < sizeof(PART) / sizeof(PART[0]) && code == NULL; i++)
		code = keep_time(ch, PART[i].key,
		    how == REMOVE ? NULL : call_child(n, PART[i].element));
	return code;
}

static const char *
set_mime(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	char *text = call_text(n), *p, *q;
	const char *code = NULL;
	struct sb b = { 0 };
	struct mail *m;

	(void)f;
	(void)how;
	for (p = q = text; *p != 0; p++) /* clients break the lines */
		if (strchr(" \t\r\n", *p) == NULL)
			*q++ = *p;
	*q = 0;
	if (sb_unb64(&b, text, strlen(text)) < 0 || b.n == 0) {
		code = "ErrorMimeContentInvalid";
	} else {
		m = mime_parse(b.p, b.n);
		kept_copy(m, change_mail(ch));
		mime_free(ch->m);
		ch->m = m;
		ch->anew = false;
		ch->mime = ch->touched = true;
	}
	sb_free(&b);
	xmlFree(text);
	return code;
}

static const char *
set_attachments(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	const xmlNode *k;
	const char *code = NULL;

	(void)f;
	(void)how;
	for (k = call_first(n); k != NULL && code == NULL; k = call_next(k))
		code = change_attach(ch, k);
	return code;
}

static const char *
set_extended(
    struct change *ch, const struct field *f, const xmlNode *n, enum how how)
{
	(void)f;
	(void)how;
	return changeext_set(ch, n);
}

#define AT(member) offsetof(struct mail, member)

static const struct field FIELD[] = {
	{ "MimeContent", F_STAY, set_mime, 0, 0 },
	{ "ItemClass", F_STAY | F_ITEM, set_class, 0, 0 },
	{ "Subject", 0, set_text, AT(subject), 0 },
	{ "Sensitivity", 0, set_choice, AT(sensitivity), 0 },
	{ "Body", F_APPEND, set_body, 0, 0 },
	{ "Attachments", F_NEW, set_attachments, 0, 0 },
	{ "Categories", 0, set_categories, 0, 0 },
	{ "Importance", 0, set_choice, AT(importance), 0 },
	{ "InReplyTo", 0, set_text, AT(in_reply_to), 0 },
	{ "ReminderDueBy", 0, set_kept_time, 0, 0 },
	{ "ReminderIsSet", 0, set_kept_bool, 0, 0 },
	{ "ReminderMinutesBeforeStart", 0, set_kept, 0, 0 },
	{ "ExtendedProperty", 0, set_extended, 0, 0 },
	{ "Culture", 0, set_kept, 0, 0 },
	{ "Flag", 0, set_flag, 0, V2013 },
	{ "Sender", F_DRAFT, set_people, AT(sender), 0 },
	{ "ToRecipients", F_DRAFT | F_APPEND, set_people, AT(to), 0 },
	{ "CcRecipients", F_DRAFT | F_APPEND, set_people, AT(cc), 0 },
	{ "BccRecipients", F_DRAFT | F_APPEND, set_people, AT(bcc), 0 },
	{ "IsReadReceiptRequested", F_DRAFT, set_bool, AT(read_receipt), 0 },
	{ "IsDeliveryReceiptRequested", F_DRAFT, set_kept_bool, 0, 0 },
	{ "From", F_DRAFT, set_people, AT(from), 0 },
	{ "InternetMessageId", F_NEW, set_text, AT(message_id), 0 },
	{ "IsRead", F_STAY, set_read, 0, 0 },
	{ "IsResponseRequested", 0, set_kept_bool, 0, 0 },
	{ "References", 0, set_text, AT(references), 0 },
	{ "ReplyTo", F_DRAFT | F_APPEND, set_people, AT(reply_to), 0 },
};

static const char *
refused(enum how how)
{
	return how == SET      ? "ErrorInvalidPropertySet"
	       : how == APPEND ? "ErrorInvalidPropertyAppend"
			       : "ErrorInvalidPropertyDelete";
}

static void
blame_element(struct change *ch, const char *element)
{
	struct sb b = { 0 };
	int p;

	for (p = 0; p < P_COUNT && ch->path == NULL; p++)
		if (strcmp(PROPS[p].element, element) == 0 &&
		    PROPS[p].uri[0] != 0) {
			sb_fmt(
			    &b, "<t:FieldURI FieldURI=\"%s\"/>", PROPS[p].uri);
			ch->path = b.p;
		}
}

static const char *
write_field(
    struct change *ch, const char *element, const xmlNode *value, enum how how)
{
	bool draft = ch->create || ch->it == NULL || ch->it->draft;
	const struct field *f = NULL;
	const char *code = NULL;
	size_t i;

	for (i = 0; i < sizeof(FIELD) / sizeof(FIELD[0]); i++)
		if (strcmp(FIELD[i].element, element) == 0)
			f = &FIELD[i];
	if (f == NULL || f->since > ch->c->level)
		code = change_refuse(ch, refused(how),
		    "%s cannot be written, or the simulator does not store it.",
		    element);
	else if ((f->flags & F_NEW && !ch->create) ||
		 (f->flags & F_DRAFT && !draft) ||
		 (f->flags & F_ITEM && ch->nested) ||
		 (how == APPEND && !(f->flags & F_APPEND)) ||
		 (how == REMOVE && f->flags & F_STAY))
		code = refused(how);
	else if (!ch->create && ch->it->mail != NULL &&
		 ch->it->mail->kind != KIND_MESSAGE &&
		 (f->at != 0 || f->set == set_body || f->set == set_mime))
		code = change_refuse(ch, refused(how),
		    "The simulator writes no %s of a meeting message.",
		    element);
	else
		code = f->set(ch, f, value, how);
	if (code != NULL)
		blame_element(ch, element);
	return code;
}

const char *
change_create(struct change *ch, const xmlNode *message)
{
	const xmlNode *n;
	const char *code = NULL;

	for (n = call_first(message); n != NULL && code == NULL;
	     n = call_next(n))
		code = write_field(ch, (const char *)n->name, n, SET);
	return code;
}

/* The element that a path means, or NULL. */
static const char *
element_of(const xmlNode *path)
{
	char *uri = call_attr(path, "FieldURI");
	int p = uri != NULL ? shape_prop(uri) : -1;

	xmlFree(uri);
	if (call_is(path, "ExtendedFieldURI"))
		return "ExtendedProperty";
	return p >= 0 && call_is(path, "FieldURI") ? PROPS[p].element : NULL;
}

/* Does an extended property say what its path says? */
static bool
same_property(const xmlNode *path, const xmlNode *property)
{
	struct ext a = { 0 }, b = { 0 };
	struct mapi p, q;
	const char *code;
	bool same = false;

	if (shape_read_ext(&a, path, &code) == 0 &&
	    shape_read_ext(
		&b, call_child(property, "ExtendedFieldURI"), &code) == 0) {
		shape_mapi(&p, &a);
		shape_mapi(&q, &b);
		same = mapi_same(&p, &q);
	}
	shape_free_ext(&a);
	shape_free_ext(&b);
	return same;
}

static void
blame_path(struct change *ch, const xmlNode *path)
{
	char *uri = call_attr(path, "FieldURI");
	struct sb b = { 0 };

	if (ch->path == NULL && uri != NULL && call_is(path, "FieldURI")) {
		SB_LIT(&b, "<t:FieldURI FieldURI=\"");
		sb_attr(&b, uri);
		SB_LIT(&b, "\"/>");
		ch->path = b.p;
	}
	xmlFree(uri);
}

static bool
message_holder(const xmlNode *n)
{
	return call_is(n, "Message") || call_is(n, "Item") ||
	       strncmp((const char *)n->name, "Meeting", 7) == 0;
}

const char *
change_update(struct change *ch, const xmlNode *update)
{
	const xmlNode *path = call_first(update), *holder, *value;
	const char *element = element_of(path), *code = NULL;
	enum how how = call_is(update, "SetItemField")      ? SET
		       : call_is(update, "DeleteItemField") ? REMOVE
							    : APPEND;

	holder = how != REMOVE ? call_next(path) : NULL;
	value = holder != NULL ? call_first(holder) : NULL;
	if (how != REMOVE && (value == NULL || call_next(value) != NULL))
		code = "ErrorIncorrectUpdatePropertyCount";
	else if (element == NULL)
		code = change_refuse(ch, refused(how),
		    "The simulator does not store that property.");
	else if (how != REMOVE && (!call_is(value, element) ||
				      (call_is(path, "ExtendedFieldURI") &&
					  !same_property(path, value))))
		code = "ErrorUpdatePropertyMismatch";
	else if (how != REMOVE && !message_holder(holder))
		code = "ErrorInvalidPropertySet";
	else if (how == REMOVE && call_is(path, "ExtendedFieldURI"))
		code = changeext_remove(ch, path);
	else
		code = write_field(ch, element, value, how);
	if (code != NULL)
		blame_path(ch, path);
	return code;
}

void
change_commit(struct change *ch, struct item *it)
{
	if (ch->m != NULL && ch->touched) {
		if (ch->anew)
			compose(ch->m);
		mime_free(it->mail);
		it->mail = ch->m;
		ch->m = NULL;
	}
	if (ch->class != NULL) {
		free(it->class);
		it->class = ch->class;
		ch->class = NULL;
	}
	if (ch->categories != NULL) {
		free(it->categories);
		it->categories = *ch->categories != 0 ? ch->categories : NULL;
		if (it->categories == NULL)
			free(ch->categories);
		ch->categories = NULL;
	}
}
