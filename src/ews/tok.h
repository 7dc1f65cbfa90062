/*
 * tok.h - the element names that exsync knows, as numbers.
 * Floor: ews.
 * Threads: any, after tok_init.
 */
#ifndef EWS_TOK_H
#define EWS_TOK_H

#include <stddef.h>

/* clang-format off */
#define TOK_NAMES(X) \
	X(AttachLongPathName) X(AttachmentId) X(Attachments) \
	X(BccRecipients) X(Body) X(CalendarItem) X(CalendarFolder) X(Categories) X(CcRecipients) X(Changes) \
	X(Contact) X(ContactsFolder) X(TasksFolder) X(Content) X(ContentId) X(ContentType) X(ConversationId) \
	X(ConversationIndex) X(Create) X(DateTimeCreated) \
	X(DateTimeReceived) X(DateTimeSent) X(Delete) X(DisplayName) \
	X(DistinguishedFolderId) X(EmailAddress) X(EmailAddresses) X(Entry) \
	X(Envelope) X(ExtendedFieldURI) X(ExtendedProperty) X(Fault) \
	X(FileAttachment) X(FolderClass) X(FolderId) X(Folders) X(From) \
	X(HasAttachments) X(Header) X(Importance) X(InReplyTo) \
	X(IncludesLastItemInRange) X(InternetMessageId) X(IsDraft) \
	X(IsInline) X(IsRead) X(ItemAttachment) X(ItemClass) X(ItemId) \
	X(Items) X(Mailbox) X(Message) X(MessageText) X(MessageXml) \
	X(MimeContent) X(Name) X(ParentFolderId) X(ReadFlagChange) \
	X(ReferenceAttachment) X(References) X(ReplyTo) X(Resolution) \
	X(ResolutionSet) X(ResponseCode) X(ResponseMessages) X(RootFolder) \
	X(RoutingType) X(SearchFolder) X(Sender) X(Sensitivity) \
	X(ServerVersionInfo) X(Size) X(String) X(Subject) X(SyncState) \
	X(ToRecipients) X(TotalCount) X(Update) X(Value) X(detail) \
	X(faultcode) X(faultstring)
#define TOK_ENUM(name) TOK_##name,
/* clang-format on */

enum tok { TOK_NONE, TOK_NAMES(TOK_ENUM) TOK_COUNT };

/* Builds the table once; cheap afterwards. */
void tok_init(void);
/* TOK_NONE for a name that is not known. */
enum tok tok_find(const char *name);
const char *tok_name(enum tok); /* "" for TOK_NONE */

#endif
