/*
 * build.c - the request envelopes.
 * 1. Every text that is not ours is escaped.
 * 2. Only RequestServerVersion and ExchangeImpersonation go into the header:
 *    the WSDL lists nothing else for all of these operations. Times come and
 *    go in UTC.
 */
#include "ews/build.h"

#define NS_SOAP  "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_TYPES "http://schemas.microsoft.com/exchange/services/2006/types"
#define NS_MESSAGES                                                            \
	"http://schemas.microsoft.com/exchange/services/2006/messages"

static void
begin_envelope(const struct build *b)
{
	buf_adds(b->out,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
	    "<s:Envelope xmlns:s=\"" NS_SOAP "\" xmlns:t=\"" NS_TYPES
	    "\" xmlns:m=\"" NS_MESSAGES "\"><s:Header>"
	    "<t:RequestServerVersion Version=\"");
	buf_adds(b->out, version_name(b->version));
	buf_adds(b->out, "\"/>");
	if (b->impersonate != NULL) {
		buf_addf(b->out,
		    "<t:ExchangeImpersonation><t:ConnectingSID><t:%s>",
		    b->impersonate_by);
		buf_addxml(b->out, b->impersonate);
		buf_addf(b->out,
		    "</t:%s></t:ConnectingSID></t:ExchangeImpersonation>",
		    b->impersonate_by);
	}
	buf_adds(b->out, "</s:Header><s:Body>");
}

static void
end_envelope(const struct build *b)
{
	buf_adds(b->out, "</s:Body></s:Envelope>");
}

static void
add_field(const struct build *b, const char *uri)
{
	buf_addf(b->out, "<t:FieldURI FieldURI=\"%s\"/>", uri);
}

static void
add_extended(const struct build *b, const char *tag, const char *type)
{
	buf_addf(b->out,
	    "<t:ExtendedFieldURI PropertyTag=\"%s\" PropertyType=\"%s\"/>", tag,
	    type);
}

static void
with_id(const struct build *b, const char *element, const char *id)
{
	buf_addf(b->out, "<t:%s Id=\"", element);
	buf_addxml(b->out, id);
	buf_adds(b->out, "\"/>");
}

static void
add_distinguished(const struct build *b, const char *name)
{
	if (b->delegate == NULL) {
		with_id(b, "DistinguishedFolderId", name);
		return;
	}
	buf_addf(b->out,
	    "<t:DistinguishedFolderId Id=\"%s\"><t:Mailbox>"
	    "<t:EmailAddress>",
	    name);
	buf_addxml(b->out, b->delegate);
	buf_adds(
	    b->out, "</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>");
}

static void
folder_fields(const struct build *b, int less)
{
	if (less == BUILD_LESS) {
		buf_adds(b->out, "<t:BaseShape>Default</t:BaseShape>");
		return;
	}
	buf_adds(b->out, "<t:BaseShape>IdOnly</t:BaseShape>"
			 "<t:AdditionalProperties>");
	add_field(b, "folder:DisplayName");
	add_field(b, "folder:ParentFolderId");
	add_field(b, "folder:FolderClass");
	add_field(b, "folder:TotalCount");
	if (less < 1 && b->version >= VERSION_2013)
		add_field(b, "folder:DistinguishedFolderId");
	if (less < 2) {
		add_extended(b, "0x670A", "SystemTime");
		add_extended(b, "0x670B", "Integer");
		add_extended(b, "0x3613", "String");
	}
	buf_adds(b->out, "</t:AdditionalProperties>");
}

void
build_find_folder(const struct build *b, const void *arg)
{
	const struct build_find_folder *f = arg;

	begin_envelope(b);
	buf_adds(b->out, "<m:FindFolder Traversal=\"Deep\"><m:FolderShape>");
	folder_fields(b, f->less);
	buf_addf(b->out,
	    "</m:FolderShape><m:IndexedPageFolderView "
	    "MaxEntriesReturned=\"%d\" Offset=\"%d\" "
	    "BasePoint=\"Beginning\"/><m:ParentFolderIds>",
	    f->max, f->offset);
	add_distinguished(b, f->top);
	buf_adds(b->out, "</m:ParentFolderIds></m:FindFolder>");
	end_envelope(b);
}

void
build_get_folder(const struct build *b, const void *arg)
{
	const struct build_get_folder *f = arg;
	size_t i;

	begin_envelope(b);
	buf_adds(b->out, "<m:GetFolder><m:FolderShape>"
			 "<t:BaseShape>IdOnly</t:BaseShape>");
	if (f->display) {
		buf_adds(b->out, "<t:AdditionalProperties>");
		add_field(b, "folder:DisplayName");
		buf_adds(b->out, "</t:AdditionalProperties>");
	}
	buf_adds(b->out, "</m:FolderShape><m:FolderIds>");
	for (i = 0; i < f->n; i++)
		add_distinguished(b, f->name[i]);
	buf_adds(b->out, "</m:FolderIds></m:GetFolder>");
	end_envelope(b);
}

void
build_sync(const struct build *b, const void *arg)
{
	const struct build_sync *s = arg;

	begin_envelope(b);
	buf_adds(b->out, "<m:SyncFolderItems><m:ItemShape>"
			 "<t:BaseShape>IdOnly</t:BaseShape>");
	if (!s->bare) {
		buf_adds(b->out, "<t:AdditionalProperties>");
		add_field(b, "item:DateTimeReceived");
		add_field(b, "item:Size");
		buf_adds(b->out, "</t:AdditionalProperties>");
	}
	buf_adds(b->out, "</m:ItemShape><m:SyncFolderId>");
	with_id(b, "FolderId", s->folder);
	buf_adds(b->out, "</m:SyncFolderId>");
	if (s->cursor != NULL) {
		buf_adds(b->out, "<m:SyncState>");
		buf_addxml(b->out, s->cursor);
		buf_adds(b->out, "</m:SyncState>");
	}
	buf_addf(b->out,
	    "<m:MaxChangesReturned>%d</m:MaxChangesReturned>"
	    "</m:SyncFolderItems>",
	    s->max);
	end_envelope(b);
}

static void
add_fields(const struct build *b, const char *const *uri, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		add_field(b, uri[i]);
}

static void
item_fields(const struct build *b, const struct build_get_item *g)
{
	static const char *const every[] = { "item:Subject",
		"item:DateTimeReceived", "item:DateTimeSent",
		"item:DateTimeCreated", "item:Size", "item:Importance",
		"item:Sensitivity", "item:Categories", "item:InReplyTo",
		"item:HasAttachments", "item:ItemClass", "item:IsDraft" };
	static const char *const mail[] = { "message:From", "message:Sender",
		"message:ToRecipients", "message:CcRecipients",
		"message:BccRecipients", "message:ReplyTo",
		"message:InternetMessageId", "message:References",
		"message:IsRead" };
	static const char *const least[] = { "item:Subject",
		"item:DateTimeReceived", "item:DateTimeSent",
		"item:Sensitivity", "item:Categories", "item:HasAttachments",
		"item:ItemClass", "message:From", "message:ToRecipients",
		"message:CcRecipients", "message:InternetMessageId" };

	if (g->want == BUILD_BLOCK) {
		add_extended(b, "0x007D", "String");
		return;
	}
	if (g->want == BUILD_CONTENT)
		add_field(b, "item:Body");
	if (g->want != BUILD_HEADERS)
		add_field(b, "item:Attachments");
	if (g->shape == BUILD_MAIL) {
		add_fields(b, least, sizeof(least) / sizeof(least[0]));
		return;
	}
	add_fields(b, every, sizeof(every) / sizeof(every[0]));
	if (b->version >= VERSION_2010)
		add_field(b, "item:ConversationId");
	if (g->shape == BUILD_FULL) {
		add_fields(b, mail, sizeof(mail) / sizeof(mail[0]));
		if (b->version < VERSION_2010)
			add_field(b, "message:ConversationIndex");
	}
	add_extended(b, "0x5D01", "String");
	add_extended(b, "0x5D02", "String");
	/* In place of message:InternetMessageId, which was not asked for. */
	if (g->shape != BUILD_FULL)
		add_extended(b, "0x1035", "String");
	/* A server that lacks it leaves it out; it would refuse a FieldURI. */
	add_extended(b, "0x3008", "SystemTime");
	/* Not item:Flag: versions before 2013 lack it. */
	add_extended(b, "0x1090", "Integer");
	add_extended(b, "0x1081", "Integer");
	if (g->want != BUILD_HEADERS)
		add_extended(b, "0x007D", "String");
}

void
build_get_item(const struct build *b, const void *arg)
{
	const struct build_get_item *g = arg;
	size_t i;

	begin_envelope(b);
	buf_adds(b->out, "<m:GetItem><m:ItemShape>"
			 "<t:BaseShape>IdOnly</t:BaseShape>");
	if (g->want == BUILD_CONTENT)
		buf_adds(b->out, "<t:BodyType>Best</t:BodyType>");
	buf_adds(b->out, "<t:AdditionalProperties>");
	item_fields(b, g);
	buf_adds(b->out, "</t:AdditionalProperties></m:ItemShape><m:ItemIds>");
	for (i = 0; i < g->n; i++)
		with_id(b, "ItemId", g->ref[i].id);
	buf_adds(b->out, "</m:ItemIds></m:GetItem>");
	end_envelope(b);
}

void
build_get_attachment(const struct build *b, const void *arg)
{
	const struct build_get_attachment *g = arg;

	begin_envelope(b);
	buf_adds(b->out, "<m:GetAttachment>");
	if (g->mime)
		buf_adds(b->out, "<m:AttachmentShape><t:IncludeMimeContent>true"
				 "</t:IncludeMimeContent></m:AttachmentShape>");
	buf_adds(b->out, "<m:AttachmentIds>");
	with_id(b, "AttachmentId", g->id);
	buf_adds(b->out, "</m:AttachmentIds></m:GetAttachment>");
	end_envelope(b);
}

void
build_create_folder(const struct build *b, const void *arg)
{
	const struct build_create_folder *f = arg;

	begin_envelope(b);
	buf_adds(b->out, "<m:CreateFolder><m:ParentFolderId>");
	add_distinguished(b, "msgfolderroot");
	buf_adds(b->out, "</m:ParentFolderId><m:Folders><t:Folder>"
			 "<t:FolderClass>IPF.Note</t:FolderClass>"
			 "<t:DisplayName>");
	buf_addxml(b->out, f->name);
	buf_adds(b->out, "</t:DisplayName></t:Folder></m:Folders>"
			 "</m:CreateFolder>");
	end_envelope(b);
}

void
build_move_item(const struct build *b, const void *arg)
{
	const struct build_move_item *m = arg;

	begin_envelope(b);
	buf_adds(b->out, "<m:MoveItem><m:ToFolderId>");
	with_id(b, "FolderId", m->folder);
	buf_adds(b->out, "</m:ToFolderId><m:ItemIds>");
	with_id(b, "ItemId", m->item);
	buf_adds(b->out, "</m:ItemIds></m:MoveItem>");
	end_envelope(b);
}

void
build_resolve(const struct build *b, const void *arg)
{
	const struct build_resolve *r = arg;

	begin_envelope(b);
	buf_adds(b->out, "<m:ResolveNames ReturnFullContactData=\"true\" "
			 "SearchScope=\"ActiveDirectory\"><m:UnresolvedEntry>");
	buf_addxml(b->out, r->name);
	buf_adds(b->out, "</m:UnresolvedEntry></m:ResolveNames>");
	end_envelope(b);
}
