/*
 * reply.c - the outer parts of answers.
 * 1. marks[] holds where each response message begins, so that faults can
 *    drop, repeat and swap them.
 */
#include "ews/reply.h"

#include <string.h>

#include "ews/option.h"
#include "ews/version.h"

static const struct {
	const char *code, *text;
} SENTENCE[] = {
	{ "ErrorAccessDenied",
	    "Access is denied. Check credentials and try again." },
	{ "ErrorItemNotFound",
	    "The specified object was not found in the store." },
	{ "ErrorFolderNotFound",
	    "The specified folder could not be found in the store." },
	{ "ErrorSyncFolderNotFound",
	    "The specified folder could not be found in the store." },
	{ "ErrorInvalidIdMalformed", "Id is malformed." },
	{ "ErrorInvalidIdEmpty", "Id must be non-empty." },
	{ "ErrorInvalidChangeKey", "The change key is invalid." },
	{ "ErrorCannotUseFolderIdForItemId",
	    "Id is of a folder, where the id of an item is expected." },
	{ "ErrorCannotUseItemIdForFolderId",
	    "Id is of an item, where the id of a folder is expected." },
	{ "ErrorChangeKeyRequiredForWriteOperations",
	    "ChangeKey is required for this operation." },
	{ "ErrorInvalidPropertySet", "Set action is invalid for property." },
	{ "ErrorInvalidPropertyAppend",
	    "Append action is invalid for property." },
	{ "ErrorInvalidPropertyDelete",
	    "Delete action is invalid for property." },
	{ "ErrorInvalidRecipients", "At least one recipient isn't valid." },
	{ "ErrorUpdatePropertyMismatch",
	    "The property in the path and the property in the item are not "
	    "the same." },
	{ "ErrorIncorrectUpdatePropertyCount",
	    "An object within a change description must contain one and only "
	    "one property to modify." },
	{ "ErrorMessageDispositionRequired",
	    "Message disposition is required for this operation." },
	{ "ErrorInvalidSendItemSaveSettings",
	    "Send item save settings are invalid." },
	{ "ErrorInvalidSyncStateData", "Synchronization state data is corrupt "
				       "or otherwise invalid." },
	{ "ErrorNonExistentMailbox",
	    "The SMTP address has no mailbox associated with it." },
	{ "ErrorMissingEmailAddress",
	    "When making a request as an account that does not have a mailbox, "
	    "you must specify the mailbox primary SMTP address for any "
	    "distinguished folder Ids." },
	{ "ErrorImpersonateUserDenied",
	    "The account does not have permission to impersonate the "
	    "requested user." },
	{ "ErrorNonPrimarySmtpAddress",
	    "The primary SMTP address must be specified when referencing a "
	    "mailbox." },
	{ "ErrorInvalidServerVersion",
	    "The specified server version is invalid." },
	{ "ErrorServerBusy", "The server cannot service this request right "
			     "now. Try again later." },
	{ "ErrorInvalidPropertyRequest",
	    "Property is not valid for this object type." },
	{ "ErrorInvalidPropertyForOperation",
	    "Property is not valid for this operation." },
	{ "ErrorInvalidPropertyForExists",
	    "Property cannot be used in Exists expression.  Use IsEqualTo "
	    "instead." },
	{ "ErrorContainsFilterWrongType",
	    "The Contains filter can only be used for string properties." },
	{ "ErrorInvalidValueForProperty",
	    "The specified value is invalid for property." },
	{ "ErrorNameResolutionNoResults", "No results were found." },
	{ "ErrorNameResolutionMultipleResults",
	    "Multiple results were found." },
	{ "ErrorMimeContentConversionFailed",
	    "MIME content conversion failed." },
	{ "ErrorContentConversionFailed",
	    "The message content could not be converted." },
	{ "ErrorInternalServerError", "An internal server error occurred. The "
				      "operation failed." },
	{ "ErrorInternalServerTransientError",
	    "An internal server error occurred. Try again later." },
	{ "ErrorTimeoutExpired", "The request timed out." },
	{ "ErrorMailboxStoreUnavailable",
	    "The mailbox database is temporarily unavailable." },
	{ "ErrorExceededConnectionCount",
	    "You have exceeded the available concurrent connections for your "
	    "account. Try again once your other requests have completed." },
	{ "ErrorExceededFindCountLimit",
	    "You have exceeded the maximum number of objects that can be "
	    "returned for the find operation. Use paging to reduce the result "
	    "size and try your request again." },
	{ "ErrorUnsupportedPathForSortGroup",
	    "The property can't be used for sorting or grouping." },
	{ "ErrorUnsupportedPathForQuery",
	    "The property can not be used with this type of restriction." },
	{ "ErrorInvalidOperation", "The requested operation is not valid." },
	{ "ErrorInvalidRequest", "The request is invalid." },
	{ "ErrorFolderExists", "A folder with the specified name already "
			       "exists." },
	{ "ErrorInvalidAttachmentId", "Attachment Id is invalid." },
	{ "ErrorCannotOpenFileAttachment",
	    "The attachment could not be opened." },
	{ "ErrorChangeKeyRequired",
	    "A change key is required for this operation." },
	{ "ErrorStaleObject", "The send or update operation could not be "
			      "performed because the change key passed in the "
			      "request does not match the current change key "
			      "for the item." },
	{ "ErrorIrresolvableConflict",
	    "The send or update operation could not be performed because the "
	    "change key passed in the request does not match the current "
	    "change key for the item." },
	{ "ErrorNoPublicFolderReplicaAvailable",
	    "There are no public folder servers available." },
	{ "ErrorBatchProcessingStopped",
	    "Processing of the batch stopped because an error occurred." },
};

const char *
reply_sentence(const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(SENTENCE) / sizeof(SENTENCE[0]); i++)
		if (strcmp(SENTENCE[i].code, code) == 0)
			return SENTENCE[i].text;
	return "The operation failed.";
}

/* The SOAP prefix differs between products: clients must not care. */
static const char *
soap(void)
{
	return world.product == EX2007 ? "soap" : "s";
}

void
reply_envelope(struct call *c)
{
	struct sb *b = &c->out;

	if (option.bom)
		SB_LIT(b, "\xEF\xBB\xBF");
	sb_fmt(b,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
	    "<%s:Envelope xmlns:%s=\"" NS_SOAP "\"><%s:Header>",
	    soap(), soap(), soap());
	if (world.product <= EX2010) {
		SB_LIT(b, "<t:ServerVersionInfo ");
		version_info(b);
		SB_LIT(b,
		    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
		    "xmlns:t=\"" NS_TYPES "\"/>");
	} else {
		SB_LIT(b, "<h:ServerVersionInfo ");
		version_info(b);
		SB_LIT(b, " xmlns:h=\"" NS_TYPES "\" xmlns=\"" NS_TYPES "\" "
			  "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" "
			  "xmlns:xsi=\"http://www.w3.org/2001/"
			  "XMLSchema-instance\"/>");
	}
	sb_fmt(b,
	    "</%s:Header><%s:Body "
	    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
	    "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">",
	    soap(), soap());
}

static void
open_message(struct call *c, const char *class, const char *code,
    const char *text, const char *xml)
{
	struct sb *b = &c->out;

	if (!c->envelope) {
		reply_envelope(c);
		sb_fmt(b,
		    "<m:%sResponse xmlns:m=\"" NS_MESSAGES
		    "\" xmlns:t=\"" NS_TYPES "\"><m:ResponseMessages>",
		    c->opname);
		c->envelope = true;
	}
	if (c->n_marks == c->cap_marks) {
		c->cap_marks = c->cap_marks * 2 + 16;
		c->marks =
		    sb_xrealloc(c->marks, c->cap_marks * sizeof(*c->marks));
	}
	c->marks[c->n_marks++] = b->n;
	sb_fmt(
	    b, "<m:%sResponseMessage ResponseClass=\"%s\">", c->opname, class);
	if (text != NULL) {
		SB_LIT(b, "<m:MessageText>");
		sb_xml(b, text);
		SB_LIT(b, "</m:MessageText>");
	}
	sb_fmt(b, "<m:ResponseCode>%s</m:ResponseCode>", code);
	if (text != NULL)
		SB_LIT(b, "<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>");
	if (xml != NULL)
		sb_fmt(b, "<m:MessageXml>%s</m:MessageXml>", xml);
}

void
reply_ok(struct call *c)
{
	open_message(c, "Success", "NoError", NULL, NULL);
}

void
reply_warning(struct call *c, const char *code)
{
	open_message(c, "Warning", code, reply_sentence(code), NULL);
}

void
reply_error_xml(
    struct call *c, const char *code, const char *text, const char *xml)
{
	open_message(
	    c, "Error", code, text != NULL ? text : reply_sentence(code), xml);
}

void
reply_error(struct call *c, const char *code)
{
	reply_error_xml(c, code, NULL, NULL);
}

void
reply_close(struct call *c)
{
	sb_fmt(&c->out, "</m:%sResponseMessage>", c->opname);
}

void
reply_end(struct call *c)
{
	sb_fmt(&c->out,
	    "</m:ResponseMessages></m:%sResponse></%s:Body></%s:Envelope>",
	    c->opname, soap(), soap());
}

void
reply_fault(
    struct call *c, const char *code, const char *text, const char *message_xml)
{
	struct sb *b = &c->out;

	sb_reset(b);
	c->n_marks = 0;
	c->envelope = false;
	c->status = 500;
	c->code = code;
	if (text == NULL)
		text = reply_sentence(code);
	reply_envelope(c);
	sb_fmt(b,
	    "<%s:Fault><faultcode xmlns:a=\"" NS_TYPES "\">a:%s</faultcode>"
	    "<faultstring xml:lang=\"en-US\">",
	    soap(), code);
	sb_xml(b, text);
	sb_fmt(b,
	    "</faultstring><detail><e:ResponseCode xmlns:e=\"" NS_ERRORS "\">"
	    "%s</e:ResponseCode><e:Message xmlns:e=\"" NS_ERRORS "\">",
	    code);
	sb_xml(b, text);
	SB_LIT(b, "</e:Message>");
	if (message_xml != NULL)
		sb_fmt(b,
		    "<t:MessageXml xmlns:t=\"" NS_TYPES "\">%s"
		    "</t:MessageXml>",
		    message_xml);
	sb_fmt(b, "</detail></%s:Fault></%s:Body></%s:Envelope>", soap(),
	    soap(), soap());
}
