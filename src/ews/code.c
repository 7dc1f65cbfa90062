/*
 * code.c - the one table of what can go wrong and what is done about it.
 * 1. rows is sorted by code (strcmp), http_rows by status.
 * 2. A code or status without a row still gets a kind: no mail is lost because
 *    a server uses a new code, and a new code costs the server no more than a
 *    known one.
 * 3. An error that reaches no further than what was asked for (narrow), and
 *    stops an item, is the item's own: ERR_AUTH becomes ERR_ITEM then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "ews/code.h"

#define BUSY                                                                   \
	"the server is busy: exsync waits as long as it asks, with less load"
#define TRANSIENT "tried again, later each time"
#define MOVING    "the mailbox is being moved: tried again in an hour"
#define ELSEWHERE                                                              \
	"this server does not serve the mailbox: set server or url to the "    \
	"one that does"
#define VERSION                                                                \
	"the server refuses the request as it is, down to the oldest version " \
	"spoken: set version, and report this"
#define IMPERSONATE                                                            \
	"the account may not act for this mailbox: give it the role "          \
	"ApplicationImpersonation, or use access = delegate or mailbox"
#define ADMIN                                                                  \
	"the mailbox cannot be used as it is: its administrator must look "    \
	"at its licence and settings"
#define GONE "treated as deleted"
#define NOUPN                                                                  \
	"no account with a mailbox has this upn: correct column upn of the "   \
	"user (users.csv or table party), or the key upn of its [mailbox ...]"
#define NOSID                                                                  \
	"no account with a mailbox has this sid: correct column sid of the "   \
	"user (users.csv or table party), or the key sid of its [mailbox ...]"
#define NOARCHIVE "the mailbox has no archive: its own folders are read"
#define FARARCHIVE                                                             \
	"the archive lies on another server (Exchange Online?), which does "   \
	"not let itself be found: write archive = no, or give such mailboxes " \
	"a profile with it"
#define BADITEM  "recorded as a failure of this item, not of the others"
#define NOFOLDER "the folder was deleted: the folders are listed again"
#define FEWER    "the item is asked for again with fewer properties"
#define OURBUG   "not tried again: report this"
#define OTHER                                                                   \
	"exsync does not know it: tried once more, then by the pass after "     \
	"15 min, 1 h, 4 h and from then on every 24 h (said of one item among " \
	"others: recorded as its failure): report it"

/* clang-format off */
static const struct code_row rows[] = {
	{ "ErrorADOperation", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorADUnavailable", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorAccessDenied", ERR_AUTH, CAUSE_ANSWERED, SCOPE_MAILBOX, true, 0, CODE_REPORT, "the account may not read this: give it access (impersonation, or the right to read the folder)" },
	{ "ErrorAccountDisabled", ERR_AUTH, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "the account is disabled: enable it, or take the mailbox out" },
	{ "ErrorArchiveMailboxNotEnabled", ERR_GONE, CAUSE_ANSWERED, SCOPE_FOLDER, true, 0, CODE_REPORT, NOARCHIVE },
	{ "ErrorArchiveMailboxServiceDiscoveryFailed", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, FARARCHIVE },
	{ "ErrorAttachmentNestLevelLimitExceeded", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorAttachmentSizeLimitExceeded", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorBatchProcessingStopped", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, true, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorCannotOpenFileAttachment", ERR_GONE, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, GONE },
	{ "ErrorClientDisconnected", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorConnectionFailed", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorContentConversionFailed", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorCorruptData", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorCrossSiteRequest", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, ELSEWHERE },
	{ "ErrorDataSourceOperation", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorExceededConnectionCount", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 60, CODE_BACKOFF, BUSY },
	{ "ErrorExceededFindCountLimit", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 60, CODE_BACKOFF, BUSY },
	{ "ErrorExpiredSubscription", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "a new subscription is made, and the folders are compared" },
	{ "ErrorFolderExists", ERR_ITEM, CAUSE_ANSWERED, SCOPE_FOLDER, true, 0, CODE_REPORT, "somebody else made the folder: it is looked up" },
	{ "ErrorFolderNotFound", ERR_GONE, CAUSE_ANSWERED, SCOPE_FOLDER, true, 0, CODE_REPORT, NOFOLDER },
	{ "ErrorImpersonateUserDenied", ERR_AUTH, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, IMPERSONATE },
	{ "ErrorImpersonationDenied", ERR_AUTH, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, IMPERSONATE },
	{ "ErrorImpersonationFailed", ERR_AUTH, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, IMPERSONATE },
	{ "ErrorIncorrectSchemaVersion", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_VERSION, VERSION },
	{ "ErrorInsufficientResources", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 60, CODE_BACKOFF, BUSY },
	{ "ErrorInternalServerError", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, true, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorInternalServerTransientError", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorInvalidAttachmentId", ERR_GONE, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, GONE },
	{ "ErrorInvalidExtendedProperty", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REDUCE, FEWER },
	{ "ErrorInvalidIdMalformed", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorInvalidIdMalformedEwsLegacyIdFormat", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorInvalidLicense", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, ADMIN },
	{ "ErrorInvalidOperation", ERR_ITEM, CAUSE_ANSWERED, SCOPE_MAILBOX, true, 0, CODE_REPORT, OURBUG },
	{ "ErrorInvalidPropertyRequest", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REDUCE, FEWER },
	{ "ErrorInvalidPropertySet", ERR_ITEM, CAUSE_ANSWERED, SCOPE_MAILBOX, true, 0, CODE_REPORT, OURBUG },
	{ "ErrorInvalidRequest", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_VERSION, VERSION },
	{ "ErrorInvalidSchemaVersionForMailboxVersion", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_VERSION, VERSION },
	{ "ErrorInvalidServerVersion", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_VERSION, VERSION },
	{ "ErrorInvalidSubscription", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "a new subscription is made, and the folders are compared" },
	{ "ErrorInvalidSyncStateData", ERR_RESYNC, CAUSE_ANSWERED, SCOPE_FOLDER, false, 0, CODE_REPORT, "the folder is read from its beginning and compared with what is stored" },
	{ "ErrorInvalidUserPrincipalName", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, NOUPN },
	{ "ErrorInvalidUserSid", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, NOSID },
	{ "ErrorInvalidWatermark", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "a new subscription is made, and the folders are compared" },
	{ "ErrorItemCorrupt", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorItemNotFound", ERR_GONE, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, GONE },
	{ "ErrorItemPropertyRequestFailed", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorMailboxConfiguration", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, ADMIN },
	{ "ErrorMailboxFailover", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorMailboxMoveInProgress", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 3600, CODE_REPORT, MOVING },
	{ "ErrorMailboxStoreUnavailable", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorMessagePerFolderCountReceiveQuotaExceeded", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "the mailbox is at its limit: its administrator must raise it or clear the mailbox" },
	{ "ErrorMessageSizeExceeded", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorMimeContentConversionFailed", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorMimeContentInvalid", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorMissedNotificationEvents", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "a new subscription is made, and the folders are compared" },
	{ "ErrorMissingEmailAddress", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "this account has no mailbox: name the mailbox, and use access = impersonation or delegate" },
	{ "ErrorMoveCopyFailed", ERR_RETRY, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorNameResolutionMultipleResults", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, false, 0, CODE_NORESULT, "the address book knows several of that name: the address stays as it is" },
	{ "ErrorNameResolutionNoMailbox", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, false, 0, CODE_NORESULT, "the name has no mailbox: the address stays as it is" },
	{ "ErrorNameResolutionNoResults", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, false, 0, CODE_NORESULT, "the address book does not know the name: the address stays as it is" },
	{ "ErrorNewEventStreamConnectionOpened", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "a new subscription is made, and the folders are compared" },
	{ "ErrorNoDestinationCASDueToKerberosRequirements", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, ELSEWHERE },
	{ "ErrorNoDestinationCASDueToSSLRequirements", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, ELSEWHERE },
	{ "ErrorNoDestinationCASDueToVersionMismatch", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, ELSEWHERE },
	{ "ErrorNoRespondingCASInDestinationSite", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorNonExistentMailbox", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "no mailbox has this primary address: check the address, and that the mailbox is not disabled or elsewhere" },
	{ "ErrorNonPrimarySmtpAddress", ERR_CONFIG, CAUSE_ALIAS, SCOPE_MAILBOX, false, 0, CODE_REPORT, "write the primary address of the mailbox, not one of its aliases" },
	{ "ErrorNotEnoughMemory", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 60, CODE_BACKOFF, BUSY },
	{ "ErrorObjectTypeChanged", ERR_GONE, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, GONE },
	{ "ErrorOrganizationAccessBlocked", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, ADMIN },
	{ "ErrorParentFolderNotFound", ERR_GONE, CAUSE_ANSWERED, SCOPE_FOLDER, true, 0, CODE_REPORT, NOFOLDER },
	{ "ErrorPasswordChangeRequired", ERR_AUTH, CAUSE_LOGIN_LOCKED, SCOPE_PROFILE, false, 0, CODE_REPORT, "the password has expired: set a new one, and write it to the INI" },
	{ "ErrorPasswordExpired", ERR_AUTH, CAUSE_LOGIN_LOCKED, SCOPE_PROFILE, false, 0, CODE_REPORT, "the password has expired: set a new one, and write it to the INI" },
	{ "ErrorProxyCallFailed", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, ELSEWHERE },
	{ "ErrorProxyRequestNotAllowed", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, ELSEWHERE },
	{ "ErrorProxyRequestProcessingFailed", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorQuotaExceeded", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "the mailbox is at its limit: its administrator must raise it or clear the mailbox" },
	{ "ErrorReadEventsFailed", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "a new subscription is made, and the folders are compared" },
	{ "ErrorRecurrenceHasNoOccurrence", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorSchemaValidation", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_SCHEMA, VERSION },
	{ "ErrorSendAsDenied", ERR_AUTH, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "the account may not send as this mailbox: give it that right" },
	{ "ErrorServerBusy", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 60, CODE_BACKOFF, BUSY },
	{ "ErrorSubmissionQuotaExceeded", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "the mailbox is at its limit: its administrator must raise it or clear the mailbox" },
	{ "ErrorSubscriptionAccessDenied", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "a new subscription is made, and the folders are compared" },
	{ "ErrorSubscriptionNotFound", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, "a new subscription is made, and the folders are compared" },
	{ "ErrorSyncFolderNotFound", ERR_GONE, CAUSE_ANSWERED, SCOPE_FOLDER, true, 0, CODE_REPORT, NOFOLDER },
	{ "ErrorTimeoutExpired", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, true, 0, CODE_REPORT, TRANSIENT },
	{ "ErrorTooManyObjectsOpened", ERR_RETRY, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 60, CODE_BACKOFF, BUSY },
	{ "ErrorUnsupportedMimeConversion", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorUnsupportedPathForQuery", ERR_ITEM, CAUSE_ANSWERED, SCOPE_MAILBOX, true, 0, CODE_REPORT, OURBUG },
	{ "ErrorUnsupportedPathForSortGroup", ERR_ITEM, CAUSE_ANSWERED, SCOPE_MAILBOX, true, 0, CODE_REPORT, OURBUG },
	{ "ErrorVirusDetected", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorVirusMessageDeleted", ERR_ITEM, CAUSE_ANSWERED, SCOPE_ITEM, true, 0, CODE_REPORT, BADITEM },
	{ "ErrorWrongServerVersion", ERR_CONFIG, CAUSE_ANSWERED, SCOPE_MAILBOX, false, 0, CODE_REPORT, ELSEWHERE },
};

/* Stands for every code that has no row. */
static const struct code_row other = { "", ERR_UNKNOWN, CAUSE_OTHER, SCOPE_MAILBOX, true, 0, CODE_REPORT, OTHER };

/* Stands for them when they come with BackOffMilliseconds. */
static const struct code_row busy = { "", ERR_RETRY, CAUSE_OTHER, SCOPE_MAILBOX, false, 0, CODE_BACKOFF, BUSY };

static const struct code_http_row http_rows[] = {
	{ 302, ERR_RETRY, CAUSE_HTTP, SCOPE_MAILBOX, "tried again, later each time" },
	{ 400, ERR_RETRY, CAUSE_HTTP, SCOPE_MAILBOX,
	    "the server calls the request malformed, or its headers too "
	    "large (old cookies): tried again without cookies" },
	{ 401, ERR_AUTH, CAUSE_LOGIN_DENIED, SCOPE_PROFILE,
	    "the login was refused: check username and password, that the "
	    "account is not locked, and that the server allows this auth" },
	{ 403, ERR_AUTH, CAUSE_FORBIDDEN, SCOPE_MAILBOX,
	    "refused: EWS may be disabled for the mailbox or for this "
	    "program, or this address is not allowed in" },
	{ 404, ERR_CONFIG, CAUSE_NOT_SERVICE, SCOPE_MAILBOX,
	    "there is no EWS at this address: check server or url (usually "
	    "https://host/EWS/Exchange.asmx)" },
	{ 405, ERR_CONFIG, CAUSE_NOT_SERVICE, SCOPE_MAILBOX,
	    "this address does not take EWS requests: check server or url "
	    "(usually https://host/EWS/Exchange.asmx)" },
	{ 407, ERR_CONFIG, CAUSE_HTTP, SCOPE_PROFILE,
	    "the proxy wants a login: write it into the key proxy" },
	{ 408, ERR_RETRY, CAUSE_HTTP, SCOPE_MAILBOX, "tried again, later each time" },
	{ 413, ERR_CONFIG, CAUSE_HTTP, SCOPE_MAILBOX,
	    "the request is too large for the server: raise uploadReadAheadSize "
	    "of IIS, or turn client certificates off for /EWS" },
	{ 429, ERR_RETRY, CAUSE_BUSY, SCOPE_MAILBOX, BUSY },
	{ 440, ERR_CONFIG, CAUSE_NOT_SERVICE, SCOPE_MAILBOX,
	    "this is the web mail's login page, not EWS: check server or url" },
	{ 449, ERR_RETRY, CAUSE_HTTP, SCOPE_MAILBOX, "tried again, later each time" },
	{ 456, ERR_AUTH, CAUSE_LOGIN_LOCKED, SCOPE_PROFILE,
	    "the account is locked or blocked: unlock it" },
	{ 457, ERR_AUTH, CAUSE_LOGIN_LOCKED, SCOPE_PROFILE,
	    "the password has expired: set a new one, and write it to the INI" },
	{ 500, ERR_RETRY, CAUSE_HTTP, SCOPE_MAILBOX, "tried again, later each time" },
	{ 501, ERR_RETRY, CAUSE_HTTP, SCOPE_MAILBOX, "tried again, later each time" },
	{ 502, ERR_RETRY, CAUSE_HTTP, SCOPE_MAILBOX,
	    "a proxy did not reach the server: tried again, later each time" },
	{ 503, ERR_RETRY, CAUSE_BUSY, SCOPE_MAILBOX, BUSY },
	{ 504, ERR_RETRY, CAUSE_HTTP, SCOPE_MAILBOX,
	    "a proxy got no answer from the server: tried again, later each "
	    "time" },
	{ 507, ERR_RETRY, CAUSE_HTTP, SCOPE_MAILBOX,
	    "the server says that it lacks room for the request: tried again, "
	    "later each time" },
};
/* clang-format on */

static int
cmp_code(const void *key, const void *row)
{
	return strcmp(key, ((const struct code_row *)row)->code);
}

const struct code_row *
code_find(const char *code)
{
	return bsearch(code, rows, sizeof(rows) / sizeof(rows[0]),
	    sizeof(rows[0]), cmp_code);
}

bool
code_unknown(const char *code)
{
	/* SOAP 1.1 and 1.2: the server failed, and does not say why. */
	if (strcmp(code, "Server") == 0 || strcmp(code, "Receiver") == 0)
		return false;
	return code[0] >= 'A' && code[0] <= 'Z' && code_find(code) == NULL;
}

const struct code_row *
code_rows(size_t *n)
{
	*n = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

const struct code_http_row *
code_http_find(int status)
{
	size_t i;

	for (i = 0; i < sizeof(http_rows) / sizeof(http_rows[0]); i++)
		if (http_rows[i].status == status)
			return &http_rows[i];
	return NULL;
}

const struct code_http_row *
code_http_rows(size_t *n)
{
	*n = sizeof(http_rows) / sizeof(http_rows[0]);
	return http_rows;
}

int64_t
code_retry_ms(const char *code)
{
	const struct code_row *r = code_find(code);

	return r == NULL ? 0 : (int64_t)r->retry_s * 1000;
}

/* "code: what the server said: what to do" */
static void
tell_code(struct err *e, enum err_kind kind, const char *code, const char *text,
    const char *todo)
{
	char said[240];

	str_printable(said, sizeof(said), str_nn(text), strlen(str_nn(text)));
	err_set(e, kind, "%s%s%s%s%s", code, said[0] == '\0' ? "" : ": ", said,
	    todo == NULL ? "" : ": ", str_nn(todo));
}

/* Codes of SOAP itself, such as Server, do not come from the service. */
static enum err_cause
cause_of(const char *code)
{
	const struct code_row *r = code_find(code);

	if (r != NULL)
		return r->cause;
	return strncmp(code, "Error", 5) == 0 ? CAUSE_ANSWERED : CAUSE_OTHER;
}

/* Takes the addresses out of the server's text, such as o'neil@x.example. */
static void
name_addresses(struct err *e, const char *text)
{
	static const char between[] = " \t\r\n\"<>()[],;:=";
	size_t at = 0, n, len;

	for (;; text += n) {
		text += strspn(text, between);
		text += strspn(text, "'");
		if (*text == '\0')
			break;
		n = strcspn(text, between);
		for (len = n; len > 0 && strchr(".'", text[len - 1]) != NULL;
		     len--)
			; /* the sentence's punctuation */
		if (memchr(text, '@', len) == NULL ||
		    at + len + 2 > sizeof(e->about))
			continue;
		at += (size_t)snprintf(e->about + at, sizeof(e->about) - at,
		    "%s%.*s", at > 0 ? " " : "", (int)len, text);
	}
}

int
code_err(struct err *e, const char *code, const char *text, int64_t backoff_ms,
    enum err_scope where)
{
	const struct code_row *r = code_find(code);
	const char *todo;
	enum err_kind kind = where == SCOPE_ITEM ? ERR_ITEM : ERR_RETRY;
	enum err_scope scope = where;

	/* Whatever the code says, with a delay it says that it is busy. */
	if (r == NULL && backoff_ms >= 0)
		r = &busy;
	todo = r == NULL ? NULL : r->todo;
	if (r == NULL && code_unknown(code))
		r = &other;
	if (r != NULL) {
		kind = r->kind;
		scope = r->narrow && where < r->scope ? where : r->scope;
		if (kind == ERR_AUTH && scope == SCOPE_ITEM)
			kind = ERR_ITEM;
	}
	tell_code(e, kind, code, text, todo);
	err_code(e, cause_of(code), code, scope);
	if (e->cause == CAUSE_ALIAS)
		name_addresses(e, str_nn(text));
	if (kind != ERR_RETRY)
		return -1;
	if (backoff_ms >= 0)
		e->retry_ms = backoff_ms;
	else
		e->retry_ms = code_retry_ms(code);
	return -1;
}

bool
code_refuses(const struct err *e)
{
	const struct code_row *r = code_find(e->code);

	if (e->retry_ms > 0)
		return false;
	if (r != NULL)
		return r->act == CODE_VERSION || r->act == CODE_SCHEMA ||
		       r->kind == ERR_ITEM;
	/* our own codes begin with a small letter */
	return (e->code[0] >= 'A' && e->code[0] <= 'Z') ||
	       strcmp(e->code, "fault") == 0 ||
	       strcmp(e->code, "http-501") == 0;
}

bool
code_fewer(const struct err *e)
{
	const struct code_row *r = code_find(e->code);

	if (!code_refuses(e))
		return false;
	if (r == NULL)
		return strncmp(e->code, "Error", 5) == 0;
	return r->act != CODE_VERSION ||
	       strcmp(r->code, "ErrorInvalidRequest") == 0;
}

int
code_http_err(struct err *e, int status, const char *reason, int64_t retry_ms)
{
	const struct code_http_row *r = code_http_find(status);
	enum err_kind kind = status >= 500 ? ERR_RETRY : ERR_CONFIG;
	char code[32], text[40];

	if (r != NULL)
		kind = r->kind;
	else if (retry_ms >= 0)
		kind = ERR_RETRY;
	snprintf(code, sizeof(code), "http-%d", status);
	snprintf(text, sizeof(text), "HTTP %d", status);
	tell_code(e, kind, text, reason,
	    r != NULL           ? r->todo
	    : kind == ERR_RETRY ? TRANSIENT
				: "not an answer of EWS: check server or url");
	err_code(e, r != NULL ? r->cause : CAUSE_HTTP, code,
	    r != NULL ? r->scope : SCOPE_MAILBOX);
	if (kind == ERR_RETRY && retry_ms >= 0)
		e->retry_ms = retry_ms;
	return -1;
}
