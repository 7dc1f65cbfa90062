/*
 * shape.c - reads response shapes.
 * 1. A path that the requested version does not know, or that is none of an
 *    item's, is reported per item: ErrorInvalidPropertyRequest.
 * 2. Paths of other item classes are passed over in silence: exchangelib asks
 *    every item for the properties of all classes, and servers answer.
 * 3. FindItem leaves the body out without a word and refuses what else only
 *    GetItem has: ErrorInvalidPropertyForOperation.
 */
#include "ews/shape.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ews/version.h"

#define D   PF_DEFAULT
#define A   PF_ALL
#define G   PF_GET
#define Q   PF_QUIET
#define M   PF_MEETING
#define F   PF_FALSE
#define T   PF_TEXT
#define P   PF_PERSON
#define I   PF_ITEM
#define ALL (A)
#define DEF (D | A)

const struct prop_row PROPS[P_COUNT] = {
	[P_MIME] = { "item:MimeContent", "MimeContent", 0, G },
	[P_ITEM_ID] = { "item:ItemId", "ItemId", 0, DEF | I },
	[P_PARENT] = { "item:ParentFolderId", "ParentFolderId", 0, ALL | I },
	[P_CLASS] = { "item:ItemClass", "ItemClass", 0, ALL | T },
	[P_SUBJECT] = { "item:Subject", "Subject", 0, DEF },
	[P_SENSITIVITY] = { "item:Sensitivity", "Sensitivity", 0, DEF | T },
	[P_BODY] = { "item:Body", "Body", 0, DEF | G },
	[P_ATTACHMENTS] = { "item:Attachments", "Attachments", 0, DEF | G },
	[P_RECEIVED] = { "item:DateTimeReceived", "DateTimeReceived", 0,
	    ALL | I },
	[P_SIZE] = { "item:Size", "Size", 0, DEF },
	[P_CATEGORIES] = { "item:Categories", "Categories", 0, ALL },
	[P_IMPORTANCE] = { "item:Importance", "Importance", 0, ALL | T },
	[P_IN_REPLY_TO] = { "item:InReplyTo", "InReplyTo", 0, ALL | T },
	[P_IS_SUBMITTED] = { "item:IsSubmitted", "IsSubmitted", 0, ALL | F },
	[P_IS_DRAFT] = { "item:IsDraft", "IsDraft", 0, ALL },
	[P_IS_FROM_ME] = { "item:IsFromMe", "IsFromMe", 0, ALL },
	[P_IS_RESEND] = { "item:IsResend", "IsResend", 0, ALL | F },
	[P_IS_UNMODIFIED] = { "item:IsUnmodified", "IsUnmodified", 0, ALL },
	[P_HEADERS] = { "item:InternetMessageHeaders", "InternetMessageHeaders",
	    0, ALL | Q },
	[P_SENT] = { "item:DateTimeSent", "DateTimeSent", 0, DEF },
	[P_CREATED] = { "item:DateTimeCreated", "DateTimeCreated", 0, DEF | I },
	[P_REMINDER_DUE] = { "item:ReminderDueBy", "ReminderDueBy", 0,
	    ALL | T },
	[P_REMINDER] = { "item:ReminderIsSet", "ReminderIsSet", 0, ALL | F },
	[P_REMINDER_MINUTES] = { "item:ReminderMinutesBeforeStart",
	    "ReminderMinutesBeforeStart", 0, ALL | T },
	[P_DISPLAY_CC] = { "item:DisplayCc", "DisplayCc", 0, ALL },
	[P_DISPLAY_TO] = { "item:DisplayTo", "DisplayTo", 0, ALL },
	[P_HAS_ATTACHMENTS] = { "item:HasAttachments", "HasAttachments", 0,
	    DEF },
	[P_EXTENDED] = { "", "ExtendedProperty", 0, 0 },
	[P_CULTURE] = { "item:Culture", "Culture", 0, ALL | T },
	[P_RIGHTS] = { "item:EffectiveRights", "EffectiveRights", V2007_SP1,
	    ALL | I },
	[P_MODIFIED_NAME] = { "item:LastModifiedName", "LastModifiedName",
	    V2007_SP1, ALL | I },
	[P_MODIFIED] = { "item:LastModifiedTime", "LastModifiedTime", V2007_SP1,
	    ALL | I },
	[P_IS_ASSOCIATED] = { "item:IsAssociated", "IsAssociated", V2010,
	    DEF | F },
	[P_CONVERSATION] = { "item:ConversationId", "ConversationId", V2010,
	    ALL | I },
	[P_UNIQUE_BODY] = { "item:UniqueBody", "UniqueBody", V2010, G },
	[P_FLAG] = { "item:Flag", "Flag", V2013, ALL },
	[P_INSTANCE_KEY] = { "item:InstanceKey", "InstanceKey", V2013,
	    ALL | I },
	[P_NORMALIZED_BODY] = { "item:NormalizedBody", "NormalizedBody", V2013,
	    G },
	[P_PREVIEW] = { "item:Preview", "Preview", V2013, Q },
	[P_TEXT_BODY] = { "item:TextBody", "TextBody", V2013, G },
	[P_SENDER] = { "message:Sender", "Sender", 0, ALL | P },
	[P_TO] = { "message:ToRecipients", "ToRecipients", 0, DEF | Q | P },
	[P_CC] = { "message:CcRecipients", "CcRecipients", 0, DEF | Q | P },
	[P_BCC] = { "message:BccRecipients", "BccRecipients", 0, DEF | Q | P },
	[P_READ_RECEIPT] = { "message:IsReadReceiptRequested",
	    "IsReadReceiptRequested", 0, DEF },
	[P_DELIVERY_RECEIPT] = { "message:IsDeliveryReceiptRequested",
	    "IsDeliveryReceiptRequested", 0, DEF | F },
	[P_CONVERSATION_INDEX] = { "message:ConversationIndex",
	    "ConversationIndex", 0, ALL },
	[P_TOPIC] = { "message:ConversationTopic", "ConversationTopic", 0,
	    ALL | T },
	[P_FROM] = { "message:From", "From", 0, DEF | P },
	[P_MESSAGE_ID] = { "message:InternetMessageId", "InternetMessageId", 0,
	    ALL | T },
	[P_IS_READ] = { "message:IsRead", "IsRead", 0, DEF },
	[P_RESPONSE_REQUESTED] = { "message:IsResponseRequested",
	    "IsResponseRequested", 0, ALL | F },
	[P_REFERENCES] = { "message:References", "References", 0, ALL | T },
	[P_REPLY_TO] = { "message:ReplyTo", "ReplyTo", 0, ALL | Q | P },
	[P_RECEIVED_BY] = { "message:ReceivedBy", "ReceivedBy", V2007_SP1,
	    ALL | P | I },
	[P_RECEIVED_REPRESENTING] = { "message:ReceivedRepresenting",
	    "ReceivedRepresenting", V2007_SP1, ALL | P | I },
	[P_IS_DELEGATED] = { "meeting:IsDelegated", "IsDelegated", 0,
	    DEF | M | F },
	[P_OUT_OF_DATE] = { "meeting:IsOutOfDate", "IsOutOfDate", 0,
	    DEF | M | F },
	[P_PROCESSED] = { "meeting:HasBeenProcessed", "HasBeenProcessed", 0,
	    DEF | M | F },
	[P_RESPONSE_TYPE] = { "meeting:ResponseType", "ResponseType", 0,
	    DEF | M },
	[P_UID] = { "calendar:UID", "UID", V2007_SP1, ALL | M },
	[P_REQUEST_TYPE] = { "meetingRequest:MeetingRequestType",
	    "MeetingRequestType", 0, ALL | M },
	[P_START] = { "calendar:Start", "Start", 0, DEF | M },
	[P_END] = { "calendar:End", "End", 0, DEF | M },
	[P_ALL_DAY] = { "calendar:IsAllDayEvent", "IsAllDayEvent", 0, ALL | M },
	[P_LOCATION] = { "calendar:Location", "Location", 0, DEF | M },
	[P_ORGANIZER] = { "calendar:Organizer", "Organizer", 0, DEF | M },
};

int
shape_prop(const char *uri)
{
	int p;

	for (p = 0; p < P_COUNT; p++)
		if (strcmp(PROPS[p].uri, uri) == 0)
			return p;
	return -1;
}

const char *
shape_kept(enum prop p)
{
	static const char *const KEY[P_COUNT] = {
		[P_REMINDER_DUE] = KEPT_REMINDER_DUE,
		[P_REMINDER] = KEPT_REMINDER,
		[P_REMINDER_MINUTES] = KEPT_REMINDER_MINUTES,
		[P_CULTURE] = KEPT_CULTURE,
		[P_DELIVERY_RECEIPT] = KEPT_DELIVERY_RECEIPT,
		[P_IS_READ] = KEPT_READ,
		[P_RESPONSE_REQUESTED] = KEPT_RESPONSE_REQUESTED,
	};

	return KEY[p];
}

static void
set(struct shape *s, int p)
{
	s->want[p / 64] |= (uint64_t)1 << p % 64;
}

/* An error once found stays. */
static void
blame(struct shape *s, const char *code, const char *uri)
{
	struct sb b = { 0 };

	if (s->error != NULL)
		return;
	s->error = code;
	if (uri == NULL)
		return;
	sb_fmt(&b, "<t:FieldURI FieldURI=\"%s\"/>", uri);
	s->bad = b.p;
}

static bool
starts(const char *s, const char *head)
{
	return strncmp(s, head, strlen(head)) == 0;
}

static bool
of_an_item(const char *uri)
{
	static const char *const CLASS[] = { "item:", "message:", "meeting",
		"calendar:", "contacts:", "task:", "postitem:",
		"distributionlist:" };
	size_t i;

	for (i = 0; i < sizeof(CLASS) / sizeof(CLASS[0]); i++)
		if (starts(uri, CLASS[i]))
			return true;
	return false;
}

static void
field(struct shape *s, struct call *c, const char *uri, int list)
{
	int p = shape_prop(uri);

	if (version_field(uri) > c->level ||
	    (p >= 0 && PROPS[p].since > c->level)) {
		blame(s, "ErrorInvalidPropertyRequest", uri);
	} else if (p < 0) {
		if (!of_an_item(uri))
			blame(s, "ErrorInvalidPropertyRequest", uri);
	} else if (list == 2 && PROPS[p].flags & PF_GET && p != P_BODY) {
		blame(s, "ErrorInvalidPropertyForOperation", uri);
	} else if (list == 0 || !(PROPS[p].flags & (PF_GET | PF_QUIET))) {
		set(s, p);
	}
}

void
shape_free_ext(struct ext *e)
{
	xmlFree(e->type);
	xmlFree(e->set_id);
	xmlFree(e->set_name);
	xmlFree(e->name);
	xmlFree(e->id);
	*e = (struct ext){ 0 };
}

int
shape_read_ext(struct ext *e, const xmlNode *n, const char **code)
{
	char *tag = call_attr(n, "PropertyTag");

	*e = (struct ext){ 0 };
	*code = "ErrorInvalidExtendedProperty";
	e->type = call_attr(n, "PropertyType");
	e->set_id = call_attr(n, "PropertySetId");
	e->set_name = call_attr(n, "DistinguishedPropertySetId");
	e->name = call_attr(n, "PropertyName");
	e->id = call_attr(n, "PropertyId");
	if (tag != NULL)
		e->tag = (unsigned)strtoul(tag, NULL, 0);
	if (e->type == NULL ||
	    (tag != NULL) == (e->set_id != NULL || e->set_name != NULL) ||
	    (tag != NULL && (e->tag == 0 || e->tag >= 0x8000)) ||
	    (tag == NULL && (e->name != NULL) == (e->id != NULL))) {
		xmlFree(tag);
		shape_free_ext(e);
		return -1;
	}
	xmlFree(tag);
	return 0;
}

static unsigned
type_of(const char *name)
{
	static const struct {
		const char *name;
		enum mapi_type type;
	} TYPE[] = {
		{ "ApplicationTime", MAPI_APPTIME },
		{ "Binary", MAPI_BINARY },
		{ "Boolean", MAPI_BOOLEAN },
		{ "CLSID", MAPI_GUID },
		{ "Currency", MAPI_CURRENCY },
		{ "Double", MAPI_DOUBLE },
		{ "Float", MAPI_FLOAT },
		{ "Integer", MAPI_INTEGER },
		{ "Long", MAPI_LONG },
		{ "Short", MAPI_SHORT },
		{ "String", MAPI_STRING },
		{ "SystemTime", MAPI_TIME },
	};
	size_t i, n;

	for (i = 0; i < sizeof(TYPE) / sizeof(TYPE[0]); i++) {
		n = strlen(TYPE[i].name);
		if (strcmp(name, TYPE[i].name) == 0)
			return TYPE[i].type;
		if (strncmp(name, TYPE[i].name, n) == 0 &&
		    strcmp(name + n, "Array") == 0)
			return TYPE[i].type | MAPI_MANY;
	}
	return 0; /* Object, Null, Error */
}

/* The GUID of a distinguished property set, or NULL. */
static const char *
set_of(const char *name)
{
	static const struct {
		const char *name, *guid;
	} SET[] = {
		{ "Address", "00062004-0000-0000-c000-000000000046" },
		{ "Appointment", "00062002-0000-0000-c000-000000000046" },
		{ "CalendarAssistant", "11000e07-b51b-40d6-af21-caa85edab1d0" },
		{ "Common", "00062008-0000-0000-c000-000000000046" },
		{ "InternetHeaders", "00020386-0000-0000-c000-000000000046" },
		{ "Meeting", "6ed8da90-450b-101b-98da-00aa003f1305" },
		{ "PublicStrings", "00020329-0000-0000-c000-000000000046" },
		{ "Sharing", "00062040-0000-0000-c000-000000000046" },
		{ "Task", "00062003-0000-0000-c000-000000000046" },
		{ "UnifiedMessaging", "4442858e-a9e3-4e80-b900-317a210cc15b" },
	};
	size_t i;

	for (i = 0; name != NULL && i < sizeof(SET) / sizeof(SET[0]); i++)
		if (strcmp(name, SET[i].name) == 0)
			return SET[i].guid;
	return NULL;
}

bool
shape_mapi(struct mapi *p, const struct ext *e)
{
	const char *set = set_of(e->set_name);

	*p = (struct mapi){ .tag = e->tag,
		.type = type_of(e->type),
		.set = set != NULL ? set : e->set_id,
		.name = e->name,
		.id = e->id != NULL ? strtol(e->id, NULL, 10) : 0 };
	return p->type != 0;
}

static void
extended(struct shape *s, const xmlNode *n)
{
	const char *code;

	if (s->n_ext == MAX_EXT) {
		blame(s, "ErrorInvalidOperation", NULL);
		return;
	}
	if (shape_read_ext(&s->ext[s->n_ext], n, &code) < 0) {
		blame(s, code, NULL);
		return;
	}
	s->n_ext++;
	set(s, P_EXTENDED);
}

static void
indexed(struct shape *s, const xmlNode *n, int list)
{
	char *uri = call_attr(n, "FieldURI");
	char *index = call_attr(n, "FieldIndex");

	if (uri == NULL || !of_an_item(uri)) {
		blame(s, "ErrorInvalidPropertyRequest", NULL);
	} else if (strcmp(uri, "item:InternetMessageHeader") == 0 &&
		   index != NULL && s->n_header < MAX_EXT && list == 0) {
		s->header[s->n_header++] = index;
		index = NULL;
	}
	xmlFree(uri);
	xmlFree(index);
}

static void
additional(struct shape *s, struct call *c, xmlNode *props, int list)
{
	xmlNode *n;
	char *uri;

	if (props == NULL)
		return;
	for (n = call_first(props); n != NULL; n = call_next(n)) {
		if (call_is(n, "ExtendedFieldURI")) {
			extended(s, n);
		} else if (call_is(n, "IndexedFieldURI")) {
			indexed(s, n, list);
		} else if ((uri = call_attr(n, "FieldURI")) != NULL) {
			field(s, c, uri, list);
			xmlFree(uri);
		}
	}
}

static void
log_shape(struct call *c, struct shape *s, xmlNode *props)
{
	struct sb *b = &c->log_shape;
	const char *types[] = { "Best", "HTML", "Text" };
	const xmlNode *n;
	char *uri;

	sb_fmt(b, "\"base\":\"%s\",\"body\":\"%s\",\"mime\":%s,\"props\":[",
	    s->base, types[s->body_type], s->mime ? "true" : "false");
	n = props != NULL ? call_first(props) : NULL;
	for (; n != NULL; n = call_next(n)) {
		uri = call_attr(n, "FieldURI");
		if (uri == NULL)
			uri = call_attr(n, "PropertyTag");
		if (uri == NULL)
			uri = call_attr(n, "PropertyName");
		if (b->p[b->n - 1] != '[')
			sb_ch(b, ',');
		sb_json(b, uri != NULL ? uri : "?");
		xmlFree(uri);
	}
	sb_ch(b, ']');
}

static const char *
base_of(const xmlNode *shape)
{
	xmlNode *n = shape != NULL ? call_child(shape, "BaseShape") : NULL;
	char *text = n != NULL ? call_text(n) : NULL;
	const char *base = "IdOnly";

	if (text != NULL && strcmp(text, "Default") == 0)
		base = "Default";
	else if (text != NULL && strcmp(text, "AllProperties") == 0)
		base = "AllProperties";
	xmlFree(text);
	return base;
}

static void
base_props(struct shape *s, struct call *c, int list)
{
	unsigned want = s->base[0] == 'D'   ? PF_DEFAULT
			: s->base[0] == 'A' ? PF_ALL
					    : 0;
	int p;

	set(s, P_ITEM_ID);
	for (p = 0; p < P_COUNT; p++)
		if (PROPS[p].flags & want && PROPS[p].since <= c->level &&
		    (list == 0 || !(PROPS[p].flags & (PF_GET | PF_QUIET))))
			set(s, p);
}

void
shape_read(struct shape *s, struct call *c, xmlNode *shape, int list)
{
	xmlNode *props = NULL, *n;
	char *type;

	*s = (struct shape){ 0 };
	s->base = base_of(shape);
	if (shape == NULL || call_is(shape, "AttachmentShape"))
		s->base = "AllProperties";
	base_props(s, c, list);
	if (shape != NULL) {
		props = call_child(shape, "AdditionalProperties");
		s->mime = call_true(shape, "IncludeMimeContent");
		n = call_child(shape, "BodyType");
		type = n != NULL ? call_text(n) : NULL;
		if (type != NULL)
			s->body_type = strcmp(type, "HTML") == 0   ? AS_HTML
				       : strcmp(type, "Text") == 0 ? AS_TEXT
								   : AS_STORED;
		xmlFree(type);
		additional(s, c, props, list);
	}
	if (s->mime && list == 0)
		set(s, P_MIME);
	else if (s->mime)
		blame(
		    s, "ErrorInvalidPropertyForOperation", "item:MimeContent");
	if (shape_has(s, P_MIME))
		s->mime = true;
	log_shape(c, s, props);
}

void
shape_free(struct shape *s)
{
	int i;

	for (i = 0; i < s->n_ext; i++)
		shape_free_ext(&s->ext[i]);
	for (i = 0; i < s->n_header; i++)
		xmlFree(s->header[i]);
	free(s->bad);
}

void
shape_read_folder(struct shape *s, struct call *c, xmlNode *shape)
{
	static const char *const NAME[] = { "folder:ParentFolderId",
		"folder:FolderClass", "folder:DisplayName", "folder:TotalCount",
		"folder:ChildFolderCount", "folder:EffectiveRights",
		"folder:DistinguishedFolderId", "folder:UnreadCount" };
	xmlNode *props = call_child(shape, "AdditionalProperties"), *n;
	char *uri;
	size_t i;

	*s = (struct shape){ 0 };
	s->base = base_of(shape);
	for (i = 0; i < sizeof(NAME) / sizeof(NAME[0]); i++)
		s->folder[i] = s->base[0] == 'A' ||
			       (s->base[0] == 'D' &&
				   (i == FP_NAME || i == FP_TOTAL ||
				       i == FP_CHILDREN || i == FP_UNREAD));
	log_shape(c, s, props);
	n = props != NULL ? call_first(props) : NULL;
	for (; n != NULL; n = call_next(n)) {
		if (call_is(n, "ExtendedFieldURI")) {
			extended(s, n);
			continue;
		}
		uri = call_attr(n, "FieldURI");
		if (uri == NULL || !starts(uri, "folder:") ||
		    version_field(uri) > c->level)
			blame(s, "ErrorInvalidPropertyRequest", uri);
		for (i = 0; uri != NULL && i < 8; i++)
			if (strcmp(uri, NAME[i]) == 0)
				s->folder[i] = true;
		xmlFree(uri);
	}
	if (c->level < V2013)
		s->folder[FP_WELL_KNOWN] = false;
}
