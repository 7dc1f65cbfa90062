/*
 * version.c - version tables.
 * 1. An element newer than the requested version is a schema violation.
 * 2. A FieldURI newer than the played product is one too; one that is only
 *    newer than the requested version is refused per item (shape.c).
 */
#include "ews/version.h"

#include <string.h>
#include <strings.h>

struct row {
	const char *name;
	enum level since;
};

static const struct row REQUEST[] = {
	{ "Exchange2007", V2007 },
	{ "Exchange2007_SP1", V2007_SP1 },
	{ "Exchange2010", V2010 },
	{ "Exchange2010_SP1", V2010_SP1 },
	{ "Exchange2010_SP2", V2010_SP2 },
	{ "Exchange2013", V2013 },
	{ "Exchange2013_SP1", V2013_SP1 },
	{ "Exchange2015", V2015 },
	{ "Exchange2016", V2016 },
	{ "V2015_10_05", V2016 },
	{ "V2016_01_06", V2016 },
	{ "V2016_04_13", V2016 },
	{ "V2016_07_13", V2016 },
	{ "V2016_10_10", V2016 },
	{ "V2017_01_07", V2016 },
	{ "V2017_04_14", V2016 },
	{ "V2017_07_11", V2016 },
};

static const struct {
	const char *name;
	enum product product;
} PRODUCT[] = {
	{ "2007", EX2007 },
	{ "2010", EX2010 },
	{ "2013", EX2013 },
	{ "2016", EX2016 },
	{ "2019", EX2019 },
	{ "se", EX2019 },
	{ "online", EXONLINE },
};

static const char *const INFO[] = {
	"MajorVersion=\"8\" MinorVersion=\"3\" MajorBuildNumber=\"517\" "
	"MinorBuildNumber=\"0\"",
	"MajorVersion=\"14\" MinorVersion=\"3\" MajorBuildNumber=\"513\" "
	"MinorBuildNumber=\"0\" Version=\"Exchange2010_SP2\"",
	"MajorVersion=\"15\" MinorVersion=\"0\" MajorBuildNumber=\"1497\" "
	"MinorBuildNumber=\"48\" Version=\"V2_23\"",
	"MajorVersion=\"15\" MinorVersion=\"1\" MajorBuildNumber=\"2507\" "
	"MinorBuildNumber=\"39\" Version=\"V2017_07_11\"",
	"MajorVersion=\"15\" MinorVersion=\"2\" MajorBuildNumber=\"2562\" "
	"MinorBuildNumber=\"17\" Version=\"V2017_07_11\"",
	"MajorVersion=\"15\" MinorVersion=\"20\" MajorBuildNumber=\"9203\" "
	"MinorBuildNumber=\"16\" Version=\"V2018_01_08\"",
};

/* Elements of requests. */
static const struct row ELEMENT[] = {
	{ "SyncScope", V2010 },
	{ "FilterHtmlContent", V2010 },
	{ "ConvertHtmlCodePageToUTF8", V2010 },
	{ "TimeZoneContext", V2010 },
	{ "SmtpAddress", V2010 },
	{ "QueryString", V2010 },
	{ "SeekToConditionPageItemView", V2010 },
	{ "StartTimeZone", V2010 },
	{ "EndTimeZone", V2010 },
	{ "IsInline", V2010 },
	{ "IsContactPhoto", V2010_SP2 },
	{ "Flag", V2013 },
	{ "ReturnNewItemIds", V2010_SP1 },
	{ "DateTimePrecision", V2010_SP2 },
	{ "UniqueBodyType", V2013 },
	{ "NormalizedBodyType", V2013 },
	{ "InlineImageUrlTemplate", V2013 },
	{ "BlockExternalImages", V2013 },
	{ "AddBlankTargetToLinks", V2013 },
	{ "MaximumBodySize", V2013 },
};

/* Operations that are not in the schema of every version. */
static const struct row OPERATION[] = {
	{ "ConvertId", V2007_SP1 },
	{ "AddDelegate", V2007_SP1 },
	{ "GetDelegate", V2007_SP1 },
	{ "RemoveDelegate", V2007_SP1 },
	{ "UpdateDelegate", V2007_SP1 },
	{ "GetServerTimeZones", V2010 },
	{ "EmptyFolder", V2010 },
	{ "FindMessageTrackingReport", V2010 },
	{ "GetMessageTrackingReport", V2010 },
	{ "GetMailTips", V2010 },
	{ "GetServiceConfiguration", V2010 },
	{ "GetRoomLists", V2010 },
	{ "GetRooms", V2010 },
	{ "GetSharingFolder", V2010 },
	{ "GetSharingMetadata", V2010 },
	{ "RefreshSharingFolder", V2010 },
	{ "CreateUserConfiguration", V2010 },
	{ "DeleteUserConfiguration", V2010 },
	{ "GetUserConfiguration", V2010 },
	{ "UpdateUserConfiguration", V2010 },
	{ "PlayOnPhone", V2010 },
	{ "GetPhoneCallInformation", V2010 },
	{ "DisconnectPhoneCall", V2010 },
	{ "ExportItems", V2010_SP1 },
	{ "UploadItems", V2010_SP1 },
	{ "FindConversation", V2010_SP1 },
	{ "ApplyConversationAction", V2010_SP1 },
	{ "GetInboxRules", V2010_SP1 },
	{ "UpdateInboxRules", V2010_SP1 },
	{ "GetStreamingEvents", V2010_SP1 },
	{ "GetPasswordExpirationDate", V2010_SP2 },
	{ "ArchiveItem", V2013 },
	{ "CreateFolderPath", V2013 },
	{ "FindPeople", V2013 },
	{ "GetPersona", V2013 },
	{ "GetConversationItems", V2013 },
	{ "GetReminders", V2013 },
	{ "GetUserPhoto", V2013 },
	{ "GetUserRetentionPolicyTags", V2013 },
	{ "InstallApp", V2013 },
	{ "MarkAllItemsAsRead", V2013 },
	{ "MarkAsJunk", V2013 },
	{ "PerformReminderAction", V2013 },
	{ "SearchMailboxes", V2013 },
	{ "GetSearchableMailboxes", V2013 },
	{ "UpdateItemInRecoverableItems", V2013 },
};

static const struct row FIELD[] = {
	{ "item:ConversationId", V2010 },
	{ "item:UniqueBody", V2010 },
	{ "item:IsAssociated", V2010 },
	{ "item:EffectiveRights", V2007_SP1 },
	{ "item:WebClientReadFormQueryString", V2010 },
	{ "item:WebClientEditFormQueryString", V2010 },
	{ "item:StoreEntryId", V2010_SP2 },
	{ "item:Flag", V2013 },
	{ "item:InstanceKey", V2013 },
	{ "item:NormalizedBody", V2013 },
	{ "item:EntityExtractionResult", V2013 },
	{ "item:PolicyTag", V2013 },
	{ "item:ArchiveTag", V2013 },
	{ "item:RetentionDate", V2013 },
	{ "item:Preview", V2013 },
	{ "item:PredictedActionReasons", V2013 },
	{ "item:IsClutter", V2013 },
	{ "item:RightsManagementLicenseData", V2013 },
	{ "item:BlockStatus", V2013 },
	{ "item:HasBlockedImages", V2013 },
	{ "item:TextBody", V2013 },
	{ "item:IconIndex", V2013 },
	{ "item:ReminderNextTime", V2013 },
	{ "item:MimeContentUTF8", V2013_SP1 },
	{ "item:DisplayBcc", V2015 },
	{ "item:Mentions", V2015 },
	{ "item:MentionedMe", V2015 },
	{ "item:MentionsPreview", V2015 },
	{ "item:InferenceClassification", V2015 },
	{ "item:CanDelete", V2015 },
	{ "item:FirstBody", V2015 },
	{ "message:ApprovalRequestData", V2013 },
	{ "message:VotingInformation", V2013 },
	{ "message:ReminderMessageData", V2013 },
	{ "folder:DistinguishedFolderId", V2013 },
	{ "folder:PolicyTag", V2013 },
	{ "folder:ArchiveTag", V2013 },
	{ "folder:ReplicaList", V2013 },
	{ "calendar:StartTimeZone", V2010 },
	{ "calendar:EndTimeZone", V2010 },
	{ "calendar:StartWallClock", V2013 },
	{ "calendar:EndWallClock", V2013 },
	{ "calendar:StartTimeZoneId", V2013 },
	{ "calendar:EndTimeZoneId", V2013 },
	{ "calendar:EnhancedLocation", V2013 },
	{ "calendar:JoinOnlineMeetingUrl", V2013 },
	{ "meeting:ProposedStart", V2013_SP1 },
	{ "meeting:ProposedEnd", V2013_SP1 },
};

/* Of distinguished folders; role: what the world calls them, if it has them. */
static const struct {
	const char *id;
	enum level since;
	enum role role;
} FOLDER_ID[] = {
	{ "recoverableitemsroot", V2010_SP1, ROLE_RECOVERABLE },
	{ "recoverableitemsdeletions", V2010_SP1, ROLE_DELETIONS },
	{ "recoverableitemsversions", V2010_SP1, ROLE_VERSIONS },
	{ "recoverableitemspurges", V2010_SP1, ROLE_PURGES },
	{ "archiveroot", V2010_SP1, ROLE_ARCHIVE_ROOT },
	{ "archivemsgfolderroot", V2010_SP1, ROLE_ARCHIVE_TOP },
	{ "archivedeleteditems", V2010_SP1, ROLE_ARCHIVE_DELETED },
	{ "archiveinbox", V2013, ROLE_ARCHIVE_INBOX },
	{ "archiverecoverableitemsroot", V2010_SP1, ROLE_NONE },
	{ "archiverecoverableitemsdeletions", V2010_SP1, ROLE_NONE },
	{ "archiverecoverableitemsversions", V2010_SP1, ROLE_NONE },
	{ "archiverecoverableitemspurges", V2010_SP1, ROLE_NONE },
	{ "calendar", V2007, ROLE_CALENDAR },
	{ "contacts", V2007, ROLE_CONTACTS },
	{ "deleteditems", V2007, ROLE_DELETED },
	{ "drafts", V2007, ROLE_DRAFTS },
	{ "inbox", V2007, ROLE_INBOX },
	{ "journal", V2007, ROLE_JOURNAL },
	{ "notes", V2007, ROLE_NOTES },
	{ "outbox", V2007, ROLE_OUTBOX },
	{ "sentitems", V2007, ROLE_SENT },
	{ "tasks", V2007, ROLE_TASKS },
	{ "msgfolderroot", V2007, ROLE_TOP },
	{ "publicfoldersroot", V2007_SP1, ROLE_NONE },
	{ "root", V2007, ROLE_ROOT },
	{ "junkemail", V2007, ROLE_JUNK },
	{ "searchfolders", V2007, ROLE_SEARCHES },
	{ "voicemail", V2007, ROLE_NONE },
	{ "recipientcache", V2013, ROLE_RECIPIENT_CACHE },
	{ "conversationhistory", V2013, ROLE_HISTORY },
	{ "syncissues", V2013, ROLE_SYNC_ISSUES },
	{ "conflicts", V2013, ROLE_CONFLICTS },
	{ "localfailures", V2013, ROLE_LOCAL_FAILURES },
	{ "serverfailures", V2013, ROLE_SERVER_FAILURES },
};

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

static const struct row *
find(const struct row *t, size_t n, const char *name)
{
	for (; n-- > 0; t++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

/* Since when there is one of that name; it is old when the table is silent. */
static enum level
since(const struct row *t, size_t n, const char *name)
{
	const struct row *r = find(t, n, name);

	return r != NULL ? r->since : V2007;
}

enum level
version_top(void)
{
	static const enum level TOP[] = { [EX2007] = V2007_SP1,
		[EX2010] = V2010_SP2,
		[EX2013] = V2013_SP1,
		[EX2016] = V2016,
		[EX2019] = V2016,
		[EXONLINE] = V2016 };

	return TOP[world.product];
}

int
version_level(const char *v)
{
	const struct row *r = find(REQUEST, ROWS(REQUEST), v);

	return r != NULL ? (int)r->since : -1;
}

int
version_product(const char *v)
{
	size_t i;

	for (i = 0; i < ROWS(PRODUCT); i++)
		if (strcmp(PRODUCT[i].name, v) == 0)
			return (int)PRODUCT[i].product;
	return -1;
}

void
version_info(struct sb *b)
{
	sb_str(b, INFO[world.product]);
}

enum level
version_operation(const char *name)
{
	return since(OPERATION, ROWS(OPERATION), name);
}

enum level
version_field(const char *uri)
{
	return since(FIELD, ROWS(FIELD), uri);
}

enum level
version_folder_id(const char *id)
{
	size_t i;

	for (i = 0; i < ROWS(FOLDER_ID); i++)
		if (strcmp(FOLDER_ID[i].id, id) == 0)
			return FOLDER_ID[i].since;
	return V2013;
}

const char *
version_role_id(enum role role)
{
	size_t i;

	for (i = 0; role != ROLE_NONE && i < ROWS(FOLDER_ID); i++)
		if (FOLDER_ID[i].role == role)
			return FOLDER_ID[i].id;
	return NULL;
}

static bool
newer(xmlNode *n, enum level requested, struct sb *text)
{
	const char *name = (const char *)n->name;
	const struct row *r = find(ELEMENT, ROWS(ELEMENT), name);
	xmlChar *v;
	bool bad = false;

	if (r != NULL && r->since > requested) {
		sb_fmt(text,
		    "The element '%s' in namespace '%s' is not expected.", name,
		    n->ns != NULL ? (const char *)n->ns->href : "");
		return true;
	}
	if (strcmp(name, "FieldURI") == 0) {
		v = xmlGetProp(n, (const xmlChar *)"FieldURI");
		bad = v != NULL && version_field((char *)v) > version_top();
	} else if (strcmp(name, "DistinguishedFolderId") == 0) {
		v = xmlGetProp(n, (const xmlChar *)"Id");
		bad = v != NULL && version_folder_id((char *)v) > requested;
	} else {
		return false;
	}
	if (bad)
		sb_fmt(text,
		    "The '%s' attribute is invalid - The value '%s' is "
		    "invalid according to its datatype - The Enumeration "
		    "constraint failed.",
		    strcmp(name, "FieldURI") == 0 ? "FieldURI" : "Id",
		    (char *)v);
	xmlFree(v);
	return bad;
}

xmlNode *
version_check(xmlNode *n, enum level requested, struct sb *text)
{
	xmlNode *c, *found;

	if (newer(n, requested, text))
		return n;
	for (c = n->children; c != NULL; c = c->next)
		if (c->type == XML_ELEMENT_NODE &&
		    (found = version_check(c, requested, text)) != NULL)
			return found;
	return NULL;
}
