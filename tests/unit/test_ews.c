/*
 * test_ews.c - the provider with a scripted server: its requests, and how it
 * reads every kind of answer, whole and byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "auth/token.h"
#include "ewsscene.h"

#define FOLDER(kind, id, up, name, more)                                       \
	"<t:" kind "><t:FolderId Id=\"" id "\"/><t:ParentFolderId Id=\"" up    \
	"\"/><t:DisplayName>" name "</t:DisplayName>" more "</t:" kind ">"
#define MARK(v)                                                                \
	"<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag=\"0x670a\" "      \
	"PropertyType=\"SystemTime\"/><t:Value>" v                             \
	"</t:Value></t:ExtendedProperty>"
#define DEL(v)                                                                 \
	"<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag=\"0x670b\" "      \
	"PropertyType=\"Integer\"/><t:Value>" v                                \
	"</t:Value></t:ExtendedProperty>"
#define FIND(attrs, folders)                                                   \
	ENV(RESP("FindFolder",                                                 \
	    OKMSG("FindFolder", "<m:RootFolder " attrs "><t:Folders>" folders  \
				"</t:Folders></m:RootFolder>")))
#define GOTF(id)                                                               \
	OKMSG("GetFolder", "<m:Folders><t:Folder><t:FolderId Id=\"" id         \
			   "\"/></t:Folder></m:Folders>")
#define NOF BADMSG("GetFolder", "ErrorFolderNotFound", "", "<m:Folders/>")

static const struct {
	const char *path, *known, *class, *marker;
	int64_t total;
	enum folder_kind kind;
} tree[] = {
	{ "Posteingang", "inbox", "IPF.Note", "T1|7|3", 3, FOLDER_MAIL },
	{ "Posteingang/Kunden/A", NULL, "IPF.Note", NULL, -1, FOLDER_MAIL },
	{ "Suche", NULL, NULL, "T2|-|-1", -1, FOLDER_SEARCH },
	{ "Posteingang/Kunden", "sentitems", NULL, NULL, -1, FOLDER_MAIL },
	{ "Ring2/Ring1", NULL, NULL, NULL, -1, FOLDER_MAIL },
	{ "Ring2", NULL, "IPF.Appointment", NULL, -1, FOLDER_OTHER },
};

static void
folders(void **state)
{
	int by_byte;

	(void)state;
	for (by_byte = 0; by_byte < 2; by_byte++) {
		struct scene s = { .server.by_byte = by_byte == 1 };
		struct folder_list l;
		size_t i;

		reply(&s, "200 OK",
		    "Set-Cookie: exchangecookie=abc; path=/\r\n"
		    "Content-Type: text/xml\r\n",
		    FIND("IndexedPagingOffset=\"3\" TotalItemsInView=\"9\" "
			 "IncludesLastItemInRange=\"false\"",
			FOLDER("Folder", "F1", "R", "Posteingang",
			    "<t:FolderClass>IPF.Note</t:FolderClass>"
			    "<t:TotalCount>3</t:TotalCount>" MARK("T1")
				DEL("7")) FOLDER("Folder", "F2", "F3", "A",
			    "<t:ExtendedProperty><t:ExtendedFieldURI "
			    "PropertyTag=\"0x3613\" PropertyType=\"String\"/>"
			    "<t:Value>IPF.Note</t:Value>"
			    "</t:ExtendedProperty>" DEL("7"))
			    FOLDER("SearchFolder", "F4", "R", "Suche",
				MARK("T2"))));
		ok(&s,
		    FIND("IncludesLastItemInRange=\"true\"",
			FOLDER("Folder", "F3", "F1", "Kunden", "") FOLDER(
			    "Folder", "C1", "C2", "Ring1",
			    "") FOLDER("CalendarFolder", "C2", "C1", "Ring2",
			    "") "<t:Folder><t:DisplayName>no id</t:DisplayName>"
				"</t:Folder>"));
		ok(&s, ENV(RESP("GetFolder",
			   GOTF("F1") GOTF("F3") NOF NOF NOF BADMSG(
			       "GetFolder", "ErrorItemNotFound", "", "")
			       NOF NOF NOF BADMSG("GetFolder",
				   "ErrorAccessDenied", "", "") NOF)));
		begin(&s);
		assert_int_equal(ews_ops.folders(s.session, true, &l, &s.e), 0);
		assert_int_equal(l.n, sizeof(tree) / sizeof(tree[0]));
		for (i = 0; i < l.n; i++) {
			assert_string_equal(l.v[i].path, tree[i].path);
			assert_true(str_eq(l.v[i].well_known, tree[i].known));
			assert_true(str_eq(l.v[i].class, tree[i].class));
			assert_true(str_eq(l.v[i].marker, tree[i].marker));
			assert_int_equal(l.v[i].total, tree[i].total);
			assert_int_equal(l.v[i].kind, tree[i].kind);
		}
		arena_free(&l.arena);
		end(&s);
		assert_int_equal(s.server.connections, 1);
		assert_int_equal(count(&s, "X-AnchorMailbox: a@x.example"), 3);
		assert_int_equal(count(&s, "Cookie: exchangecookie=abc"), 2);
		assert_int_equal(count(&s, "Offset=\"3\""), 1);
		assert_int_equal(
		    count(&s, "<t:PrimarySmtpAddress>a@x.example<"), 3);
		assert_int_equal(count(&s, "conversationhistory"), 1);
		assert_int_equal(count(&s, "User-Agent: exsync/"), 3);
	}
}

/* FindFolder told which is which: no second request. A page that repeats. */
static void
folders_paging(void **state)
{
	struct scene s = { 0 };
	struct folder_list l;

	(void)state;
	ok(&s, FIND("IncludesLastItemInRange=\"true\"",
		   FOLDER("Folder", "F1", "R", "I",
		       "<t:DistinguishedFolderId>inbox"
		       "</t:DistinguishedFolderId>")));
	ok(&s, FIND("IndexedPagingOffset=\"0\" "
		    "IncludesLastItemInRange=\"false\"",
		   FOLDER("Folder", "F1", "R", "I", "")));
	ok(&s, FIND("IncludesLastItemInRange=\"false\"", ""));
	ok(&s, FIND("", FOLDER("Folder", "F1", "R", "I", "")));
	ok(&s, FIND("", ""));
	ok(&s, ENV(RESP("FindFolder",
		   BADMSG("FindFolder", "ErrorAccessDenied", "no", ""))));
	begin(&s);
	assert_int_equal(ews_ops.folders(s.session, true, &l, &s.e), 0);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.v[0].well_known, "inbox");
	arena_free(&l.arena);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), -1);
	assert_string_equal(s.e.code, "no-progress");
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), -1);
	assert_string_equal(s.e.code, "no-progress");
	/* no attributes at all: goes on until a page is empty */
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	assert_int_equal(l.n, 1);
	arena_free(&l.arena);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_int_equal(s.e.scope, SCOPE_MAILBOX);
	end(&s);
	assert_int_equal(count(&s, "Offset=\"1\""), 1);
}

#define OLD_SERVER                                                             \
	"<s:Envelope" NS "><s:Header><t:ServerVersionInfo "                    \
	"MajorVersion=\"8\" MinorVersion=\"3\" MajorBuildNumber=\"83\" "       \
	"MinorBuildNumber=\"6\"/></s:Header><s:Body>"                          \
	"<m:FindFolderResponse><m:ResponseMessages>"                           \
	"<m:FindFolderResponseMessage ResponseClass=\"Success\">"              \
	"<m:RootFolder IncludesLastItemInRange=\"true\"/>"                     \
	"</m:FindFolderResponseMessage></m:ResponseMessages>"                  \
	"</m:FindFolderResponse></s:Body></s:Envelope>"

static void
steps_down(void **state)
{
	struct scene s = { 0 };
	struct folder_list l;
	struct probe p;

	(void)state;
	fault(&s, "ErrorInvalidServerVersion");
	reply(&s, "500 x", "Content-Type: text/html\r\n",
	    "<html>The specified server version is invalid.</html>");
	ok(&s, OLD_SERVER);
	ok(&s, ENV(RESP("GetFolder",
		   OKMSG("GetFolder", "<m:Folders><t:Folder><t:FolderId "
				      "Id=\"R\"/><t:DisplayName>Top\x1b"
				      "</t:DisplayName></t:Folder>"
				      "</m:Folders>"))));
	begin(&s);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	arena_free(&l.arena);
	assert_int_equal(ews_ops.probe(s.session, &p, &s.e), 0);
	assert_string_equal(p.server, "Exchange 15.2.2562.17");
	assert_string_equal(p.version, "Exchange2007_SP1");
	assert_string_equal(p.mailbox, "Top\xef\xbf\xbd");
	end(&s);
	assert_int_equal(count(&s, "Version=\"Exchange2013\""), 1);
	assert_int_equal(count(&s, "Version=\"Exchange2010_SP1\""), 1);
	assert_int_equal(count(&s, "Version=\"Exchange2007_SP1\""), 2);
}

#define NO_BUILD                                                               \
	"<s:Envelope" NS "><s:Body><s:Fault><faultcode>a:"                     \
	"ErrorSchemaValidation</faultcode></s:Fault></s:Body></s:Envelope>"

/* No version helps: one error, and the next request starts anew. */
static void
no_version(void **state)
{
	struct scene s = { 0 };
	struct probe p;
	int i;

	(void)state;
	/* ErrorSchemaValidation may be about the version, or not: a server
	 * that is known to be new means the request */
	for (i = 0; i < 3; i++)
		reply(&s, "500 x", "Content-Type: text/xml\r\n", NO_BUILD);
	for (i = 0; i < 3; i++)
		fault(&s, "ErrorInvalidRequest");
	fault(&s, "ErrorSchemaValidation");
	begin(&s);
	for (i = 0; i < 3; i++) {
		assert_int_equal(ews_ops.probe(s.session, &p, &s.e), -1);
		assert_int_equal(s.e.kind, ERR_CONFIG);
		assert_string_equal(s.e.code,
		    i == 1 ? "ErrorInvalidRequest" : "ErrorSchemaValidation");
		assert_memory_equal(s.e.msg, "GetFolder: ", 11);
		err_clear(&s.e);
	}
	end(&s);
	assert_int_equal(count(&s, "Version=\"Exchange2013\""), 3);
	assert_int_equal(s.server.requests, 7);
}

#define SYNC(state, last, changes)                                             \
	ENV(RESP("SyncFolderItems",                                            \
	    OKMSG("SyncFolderItems",                                           \
		state last "<m:Changes>" changes "</m:Changes>")))
#define ST(s)   "<m:SyncState>" s "</m:SyncState>"
#define LAST(v) "<m:IncludesLastItemInRange>" v "</m:IncludesLastItemInRange>"

static void
changes(void **state)
{
	static const char page[] = SYNC(ST("S&amp;1"), LAST("false"),
	    "<t:Create><t:Message><t:ItemId Id=\"a\" ChangeKey=\"k\"/>"
	    "<t:DateTimeReceived>2026-01-02T03:04:05Z</t:DateTimeReceived>"
	    "</t:Message></t:Create>"
	    "<t:Update><t:Strange><t:ItemId Id=\"b\"/></t:Strange></t:Update>"
	    "<t:Delete><t:ItemId Id=\"c\"/></t:Delete>"
	    "<t:ReadFlagChange><t:ItemId Id=\"d\"/><t:IsRead>true</t:IsRead>"
	    "</t:ReadFlagChange><t:Odd><t:ItemId Id=\"e\"/></t:Odd>"
	    "<t:Create><t:Message/></t:Create>");
	int by_byte;

	(void)state;
	for (by_byte = 0; by_byte < 2; by_byte++) {
		struct scene s = { .server.by_byte = by_byte == 1 };
		struct change_page p;

		ok(&s, page);
		begin(&s);
		assert_int_equal(
		    ews_ops.changes(s.session, "F&", "old", 9999, &p, &s.e), 0);
		assert_int_equal(p.n, 4);
		assert_true(p.more);
		assert_string_equal(p.cursor, "S&1");
		assert_string_equal(p.v[0].id, "a");
		assert_string_equal(p.v[0].change_key, "k");
		assert_int_equal(p.v[0].op, CHANGE_PUT);
		assert_int_equal(p.v[0].received_at, INT64_C(1767323045000));
		assert_int_equal(p.v[1].op, CHANGE_PUT);
		assert_string_equal(p.v[1].id, "b");
		assert_int_equal(p.v[1].received_at, TIM_NONE);
		assert_int_equal(p.v[2].op, CHANGE_DELETE);
		assert_int_equal(p.v[3].op, CHANGE_READ);
		assert_true(p.v[3].is_read);
		arena_free(&p.arena);
		end(&s);
		assert_int_equal(count(&s, "<m:SyncState>old<"), 1);
		assert_int_equal(count(&s, "Id=\"F&amp;\""), 1);
		assert_int_equal(count(&s, ">512</m:MaxChanges"), 1);
	}
}

static void
changes_odd(void **state)
{
	static const struct {
		const char *body, *code;
		enum err_kind kind;
		bool more;
	} t[] = {
		{ SYNC(ST("old"), LAST("false"), ""), "no-progress", ERR_RETRY,
		    false },
		{ SYNC(ST("old"), LAST("true"), ""), NULL, ERR_NONE, false },
		{ SYNC(ST("new"), "", ""), NULL, ERR_NONE, false },
		{ SYNC(ST("new"), "",
		      "<t:Delete><t:ItemId Id=\"c\"/>"
		      "</t:Delete>"),
		    NULL, ERR_NONE, true },
		{ SYNC("", LAST("true"), ""), "no-progress", ERR_RETRY, false },
		{ SYNC(ST(""), LAST("true"), ""), "no-progress", ERR_RETRY,
		    false },
		{ ENV(RESP("SyncFolderItems", "")), "no-progress", ERR_RETRY,
		    false },
		{ ENV(RESP("SyncFolderItems",
		      BADMSG("SyncFolderItems", "ErrorInvalidSyncStateData", "",
			  ST("") LAST("true")))),
		    "ErrorInvalidSyncStateData", ERR_RESYNC, false },
		{ ENV(RESP("SyncFolderItems",
		      BADMSG("SyncFolderItems", "ErrorItemNotFound", "", ""))),
		    "ErrorItemNotFound", ERR_GONE, false },
		{ ENV(RESP("SyncFolderItems",
		      BADMSG("SyncFolderItems", "ErrorSyncFolderNotFound", "",
			  ""))),
		    "ErrorSyncFolderNotFound", ERR_GONE, false },
		{ ENV(RESP("FindItem", "")), "answer-mismatch", ERR_RETRY,
		    false },
	};
	struct scene s = { 0 };
	struct change_page p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok(&s, t[i].body);
	begin(&s);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int rc = ews_ops.changes(s.session, "F", "old", 0, &p, &s.e);

		assert_int_equal(rc, t[i].code == NULL ? 0 : -1);
		if (rc == -1) {
			assert_string_equal(s.e.code, t[i].code);
			assert_int_equal(s.e.kind, t[i].kind);
			if (i < 10)
				assert_int_equal(s.e.scope, SCOPE_FOLDER);
		} else {
			assert_int_equal(p.more, t[i].more);
			arena_free(&p.arena);
		}
		err_clear(&s.e);
	}
	end(&s);
	assert_int_equal(count(&s, ">1</m:MaxChanges"), 11);
}

/* How long a server wants to be left alone. */
#define BUSY(ms, wait)                                                         \
	{                                                                      \
		"500 x", "",                                                   \
		    ENV("<s:Fault><faultcode>ErrorServerBusy</faultcode>"      \
			"<detail><t:MessageXml><t:Value "                      \
			"Name=\"BackOffMilliseconds\">" ms "</t:Value>"        \
			"</t:MessageXml></detail></s:Fault>"),                 \
		    "ErrorServerBusy", ERR_RETRY, SCOPE_MAILBOX, wait          \
	}

/* Answers that are no SOAP, or a fault. */
static const struct {
	const char *status, *headers, *body, *code;
	enum err_kind kind;
	enum err_scope scope;
	int64_t retry_ms;
} odd[] = {
	{ "200 OK", "Content-Type: text/html\r\n",
	    "<!DOCTYPE html><html><p>Log in<br></html>", "not-ews", ERR_CONFIG,
	    SCOPE_MAILBOX, 0 },
	{ "200 OK", "", "hello", "not-ews", ERR_CONFIG, SCOPE_MAILBOX, 0 },
	{ "200 OK", "Content-Type: text/xml\r\n", "", "empty", ERR_RETRY,
	    SCOPE_MAILBOX, 0 },
	{ "200 OK", "Content-Type: text/xml\r\n", "  <a><b></a>",
	    "answer-mismatch", ERR_RETRY, SCOPE_MAILBOX, 0 },
	{ "200 OK", "Content-Type: text/xml\r\nContent-Encoding: br\r\n", "zzz",
	    "content-encoding", ERR_CONFIG, SCOPE_PROFILE, 0 },
	{ "200 OK", "Content-Type: text/xml\r\nContent-Encoding: gzip\r\n",
	    "\x1f\x8b\x08zzz", "malformed", ERR_RETRY, SCOPE_MAILBOX, 0 },
	{ "302 Found",
	    "Location: /ews/genericerrorpage.htm?aspxerrorpath=/e\r\n", "",
	    "http-302", ERR_RETRY, SCOPE_MAILBOX, 0 },
	{ "302 Found", "Location: /owa/auth/logon.aspx?url=x\r\n", "x",
	    "http-302", ERR_CONFIG, SCOPE_MAILBOX, 0 },
	{ "307 x", "Location: https://evil.example/\r\n", "", "http-302",
	    ERR_CONFIG, SCOPE_MAILBOX, 0 },
	{ "403 Forbidden", "", "no", "http-403", ERR_AUTH, SCOPE_MAILBOX, 0 },
	{ "404 Not Found", "Content-Type: text/html\r\n", "<html>", "http-404",
	    ERR_CONFIG, SCOPE_MAILBOX, 0 },
	{ "456 x", "", "", "http-456", ERR_AUTH, SCOPE_PROFILE, 0 },
	{ "500 x", "Content-Type: text/html\r\n", "<html><hr></html>",
	    "http-500", ERR_RETRY, SCOPE_MAILBOX, 0 },
	{ "503 x", "Retry-After: 7\r\n", "", "http-503", ERR_RETRY,
	    SCOPE_MAILBOX, 7000 },
	{ "503 x", "Retry-After: 2.128\r\n", "", "http-503", ERR_RETRY,
	    SCOPE_MAILBOX, 2128 },
	{ "503 x", "Retry-After: Fri, 20 Nov 2020 08:16:00 GMT\r\n", "",
	    "http-503", ERR_RETRY, SCOPE_MAILBOX, 0 },
	{ "503 x", "Retry-After: soon\r\n", "", "http-503", ERR_RETRY,
	    SCOPE_MAILBOX, 0 },
	/* a fault in whatever status; white space before it */
	{ "200 OK", "Content-Type: text/html\r\n",
	    " \r\n" ENV("<s:Fault><faultcode>ErrorServerBusy"
			"</faultcode></s:Fault>"),
	    "ErrorServerBusy", ERR_RETRY, SCOPE_MAILBOX, 60000 },
	{ "503 x", "Retry-After: 3\r\n",
	    ENV("<s:Fault><faultcode>ErrorServerBusy</faultcode>"
		"</s:Fault>"),
	    "ErrorServerBusy", ERR_RETRY, SCOPE_MAILBOX, 3000 },
	{ "500 x", "",
	    ENV("<s:Fault><faultcode>ErrorServerBusy</faultcode>"
		"<detail><t:MessageXml><t:Value "
		"Name=\"BackOffMilliseconds\">4321</t:Value>"
		"</t:MessageXml></detail></s:Fault>"),
	    "ErrorServerBusy", ERR_RETRY, SCOPE_MAILBOX, 4321 },
	BUSY("0", 0),
	BUSY("-5", 60000),
	BUSY("soon", 60000),
	BUSY("99999999999999999999", 86400000),
	{ "500 x", "", ENV("<s:Fault/>"), "fault", ERR_RETRY, SCOPE_MAILBOX,
	    0 },
	{ "200 OK", "", ENV(""), "answer-mismatch", ERR_RETRY, SCOPE_MAILBOX,
	    0 },
};

static void
not_soap(void **state)
{
	size_t i, n = sizeof(odd) / sizeof(odd[0]);

	(void)state;
	setenv("EXSYNC_NOW", "2026-11-20T08:16:00Z", 1);
	for (i = 0; i < n; i++) {
		struct scene s = { .server.by_byte = i % 2 == 1 };

		reply(&s, odd[i].status, odd[i].headers, odd[i].body);
		ok_items(&s, "abcd", "");
		begin(&s);
		assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
		if (strcmp(s.e.code, odd[i].code) != 0)
			fail_msg("case %zu: %s, %s", i, s.e.code, s.e.msg);
		assert_int_equal(s.e.kind, odd[i].kind);
		assert_int_equal(s.e.scope, odd[i].scope);
		assert_int_equal(s.e.retry_ms, odd[i].retry_ms);
		/* the session goes on, on another connection */
		err_clear(&s.e);
		assert_int_equal(get(&s, PROVIDER_HEADERS, 4), 0);
		end(&s);
		assert_int_equal(s.server.connections, 2);
	}
	unsetenv("EXSYNC_NOW");
}

/* Exchange Online closes EWS by policy, and says so in a header. */
static void
policy(void **state)
{
	struct scene s = { 0 };

	(void)state;
	reply(&s, "403 Forbidden",
	    "X-EWS-Policy-Reason: EWS is disabled for this user or tenant\r\n",
	    "");
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	assert_int_equal(s.e.cause, CAUSE_FORBIDDEN);
	assert_non_null(strstr(s.e.msg,
	    "Exchange Online says: EWS is disabled for this user or tenant: "
	    "let an administrator run Set-OrganizationConfig"));
	end(&s);
}

/* A token that is refused twice: once renewed, and the server's reason told. */
static void
token_refused_twice(void **state)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 61\r\n"
	    "\r\n{\"token_type\":\"Bearer\",\"expires_in\":3600,"
	    "\"access_token\":\"A\"} ";
	static const struct step steps[] = { { answer, CLOSE, 0, 0 },
		{ answer, CLOSE, 0, 0 }, { NULL, KEEP, 0, 0 } };
	static const char no[] =
	    "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n"
	    "x-ms-diagnostics: 2000003;reason=\"The audience\"\r\n";
	static char id[] = "id", file[] = "x", no_proxy[] = "";
	struct server tokens = { .step = steps };
	struct scene s = { 0 };

	(void)state;
	server_start(&tokens);
	s.profile.auth = CONF_AUTH_OAUTH;
	s.profile.oauth = (struct conf_oauth){ .tenant = id,
		.client_id = id,
		.scope = id,
		.secret_file = file,
		.secret = id,
		.proof = id,
		.proxy = no_proxy,
		.authority = mem_printf("http://127.0.0.1:%d", tokens.port) };
	reply(&s, "401 No", no, "");
	reply(&s, "401 No", no, "");
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_int_equal(s.e.cause, CAUSE_LOGIN_DENIED);
	if (strstr(s.e.msg, "refuses the token, a new one too") == NULL ||
	    strstr(s.e.msg, "of the token the server says: it is for another "
			    "server") == NULL)
		fail_msg("%s", s.e.msg);
	end(&s);
	assert_int_equal(count(&s, "Authorization: Bearer A\r\n"), 2);
	assert_int_equal(tokens.requests, 2);
	server_stop(&tokens);
	token_forget_all();
	free(s.profile.oauth.authority);
}

static void
login(void **state)
{
	static const char no[] = "WWW-Authenticate: Basic realm=x\r\n";
	struct scene s = { 0 }, own = { 0 };
	char user[] = "u", pw[] = "p";

	(void)state;
	reply(&s, "401 No", no, "");
	ok_items(&s, "abcd", "");
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_int_equal(s.e.scope, SCOPE_PROFILE);
	assert_null(strstr(s.e.msg, "pw"));
	/* the engine decides about a second attempt: on a new connection */
	err_clear(&s.e);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), 0);
	end(&s);
	assert_int_equal(s.server.connections, 2);
	assert_int_equal(count(&s, "Authorization: Basic c3ZjOnB3"), 2);

	/* the mailbox's own login: no impersonation */
	reply(&own, "401 No", no, "");
	own.mailbox.username = user;
	own.mailbox.password = pw;
	begin(&own);
	assert_int_equal(get(&own, PROVIDER_HEADERS, 4), -1);
	assert_int_equal(own.e.scope, SCOPE_MAILBOX);
	end(&own);
	assert_int_equal(count(&own, "Basic dTpw"), 1);
	assert_int_equal(count(&own, "Impersonation"), 0);
	assert_int_equal(count(&own, "X-AnchorMailbox"), 0);
}

/* The error names the place where such a server allows the login. */
static void
login_not_taken(void **state)
{
	struct scene s = { 0 };

	(void)state;
	reply(&s, "401 No", "WWW-Authenticate: Negotiate\r\n", "");
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	assert_int_equal(s.e.cause, CAUSE_NOT_OFFERED);
	assert_non_null(strstr(s.e.msg,
	    "enable Basic authentication for the EWS virtual directory"));
	end(&s);
}

/* An answer that breaks off clears the login, once it says that it is no 401 */
static void
login_spared(void **state)
{
	static const struct {
		const char *answer;
		bool spared;
	} t[] = {
		{ "HTTP/1.1 503 Busy\r\nRetry-Af", true },
		{ "HTTP/1.1 503 Busy\r\nno header\r\n\r\n", true },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<", true },
		{ "HTTP/1.1 401 No\r\nWWW-Auth", false },
		{ "HTTP/1.1 ", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct scene s = { 0 };

		s.step[s.n++] =
		    (struct step){ mem_strdup(t[i].answer), CLOSE, 0, 0 };
		begin(&s);
		assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
		assert_int_equal(s.e.kind, ERR_RETRY);
		if (s.e.spared != t[i].spared)
			fail_msg("case %zu: %s", i, s.e.msg);
		end(&s);
	}
}

/* Old cookies may be what makes a request too large. */
static void
cookies_dropped(void **state)
{
	struct scene s = { 0 };
	int i;

	(void)state;
	reply(&s, "503 x", "Set-Cookie: old=1\r\n", "");
	reply(&s, "400 x", "", "");
	ok_items(&s, "abcd", "");
	begin(&s);
	for (i = 0; i < 2; i++) {
		assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
		err_clear(&s.e);
	}
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), 0);
	end(&s);
	assert_int_equal(s.server.requests, 3);
	assert_int_equal(count(&s, "Cookie: old=1"), 1);
}

/* Forty cookies of 1 KB do not keep out those that lead to the mailbox. */
static void
cookies_of_routing(void **state)
{
	struct scene s = { 0 };
	struct buf h;
	int i;

	(void)state;
	buf_init(&h, 60000);
	for (i = 0; i < 40; i++)
		buf_addf(&h, "Set-Cookie: n%d=%01000d\r\n", i, 0);
	buf_adds(&h, "Set-Cookie: X-BackEndCookie=b; path=/\r\n"
		     "Set-Cookie: X-BackEndOverrideCookie=o\r\n"
		     "Set-Cookie: exchangecookie=e\r\n");
	reply(&s, "503 x", buf_str(&h), "");
	ok_items(&s, "abcd", "");
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	err_clear(&s.e);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), 0);
	end(&s);
	assert_int_equal(count(&s, "\r\nCookie: exchangecookie=e; "
				   "X-BackEndOverrideCookie=o; "
				   "X-BackEndCookie=b; n31=0"),
	    1);
	buf_free(&h);
}

/* A connection is used for its own login only. */
static void
pool(void **state)
{
	struct scene s = { 0 };
	char u1[] = "u1", u2[] = "u2", pw[] = "p";
	int i;

	(void)state;
	ok_items(&s, "abcd", "");
	ok_items(&s, "abcd", "");
	begin(&s);
	for (i = 0; i < 2; i++) {
		ews_ops.session_close(s.session);
		s.mailbox.username = i == 1 ? u2 : u1;
		s.mailbox.password = pw;
		s.session = ews_ops.session_open(s.provider, &s.mailbox, &s.e);
		assert_int_equal(get(&s, PROVIDER_HEADERS, 4), 0);
		/* the server takes one connection at a time */
		http_drop(((struct ews_session *)s.session)->conn->http);
	}
	end(&s);
	assert_int_equal(count(&s, "Basic dTE6cA=="), 1);
	assert_int_equal(count(&s, "Basic dTI6cA=="), 1);
	assert_int_equal(s.server.connections, 2);
}

static void
delegate(void **state)
{
	struct scene s = { .profile.access = CONF_ACCESS_DELEGATE };
	struct folder_list l;

	(void)state;
	ok(&s, FIND("IncludesLastItemInRange=\"true\"", ""));
	begin(&s);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	arena_free(&l.arena);
	end(&s);
	assert_int_equal(count(&s, "Impersonation"), 0);
	assert_int_equal(
	    count(&s, "<t:EmailAddress>a@x.example</t:EmailAddress>"), 1);
}

/* By UPN or SID; who has none is not asked for as somebody else. */
static void
impersonated(void **state)
{
	struct scene s = { .profile.impersonate_by = CONF_BY_UPN };
	char upn[] = "a&b@corp.example", sid[] = "S-1-5-21-1-2-3-4";
	struct folder_list l;

	(void)state;
	ok(&s, FIND("IncludesLastItemInRange=\"true\"", ""));
	ok(&s, FIND("IncludesLastItemInRange=\"true\"", ""));
	begin(&s);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), -1);
	assert_int_equal(s.e.kind, ERR_CONFIG);
	assert_int_equal(s.e.scope, SCOPE_MAILBOX);
	s.mailbox.upn = upn;
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	arena_free(&l.arena);
	s.profile.impersonate_by = CONF_BY_SID;
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), -1);
	s.mailbox.sid = sid;
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	arena_free(&l.arena);
	end(&s);
	assert_int_equal(count(&s, "<t:ExchangeImpersonation>"), 2);
	assert_int_equal(count(&s, "<t:ConnectingSID><t:PrincipalName>a&amp;b@"
				   "corp.example</t:PrincipalName>"),
	    1);
	assert_int_equal(
	    count(&s, "<t:ConnectingSID><t:SID>S-1-5-21-1-2-3-4</t:SID>"), 1);
	assert_int_equal(count(&s, "X-AnchorMailbox: a@x.example"), 2);
}

#define NAMED(id, up, name, known)                                             \
	"<t:Folder><t:FolderId Id=\"" id "\"/><t:ParentFolderId Id=\"" up      \
	"\"/><t:DisplayName>" name "</t:DisplayName>" known "</t:Folder>"
#define KNOWN(name)                                                            \
	"<t:DistinguishedFolderId>" name "</t:DistinguishedFolderId>"

/* A server may call the archive's folders as it calls the mailbox's. */
static void
archive(void **state)
{
	static const struct {
		const char *path, *known;
	} want[] = {
		{ "Posteingang", "inbox" },
		{ "Junk", "junkemail" },
		{ "Archive", NULL },
		{ "In-Place Archive/Posteingang", "archiveinbox" },
		{ "In-Place Archive/junk", "archivejunkemail" },
		{ "In-Place Archive/junk/Junk", NULL },
		{ "In-Place Archive/Deleted", "archivedeleteditems" },
		{ "In-Place Archive/Archive", NULL },
	};
	struct scene s = { .settings.archive = true };
	struct folder_list l;
	size_t i;

	(void)state;
	ok(&s, FIND("IncludesLastItemInRange=\"true\"",
		   NAMED("i", "t", "Posteingang", KNOWN("inbox"))
		       NAMED("j", "t", "Junk", KNOWN("junkemail"))
			   NAMED("a", "t", "Archive", "")));
	ok(&s, FIND("IncludesLastItemInRange=\"true\"",
		   NAMED("I", "T", "Posteingang", KNOWN("inbox")) NAMED(
		       "J", "T", "junk", "") NAMED("K", "J", "Junk", "")
		       NAMED("D", "T", "Deleted", KNOWN("archivedeleteditems"))
			   NAMED("A", "T", "Archive", "")));
	/* no archive; and one that may not be read, which is an error */
	ok(&s, FIND("IncludesLastItemInRange=\"true\"", ""));
	ok(&s, ENV(RESP("FindFolder",
		   BADMSG("FindFolder", "ErrorFolderNotFound", "no", ""))));
	ok(&s, FIND("IncludesLastItemInRange=\"true\"", ""));
	ok(&s, ENV(RESP("FindFolder",
		   BADMSG("FindFolder", "ErrorAccessDenied", "no", ""))));
	begin(&s);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	assert_int_equal(l.n, sizeof(want) / sizeof(want[0]));
	for (i = 0; i < l.n; i++) {
		assert_string_equal(l.v[i].path, want[i].path);
		if (want[i].known == NULL)
			assert_null(l.v[i].well_known);
		else
			assert_string_equal(l.v[i].well_known, want[i].known);
	}
	arena_free(&l.arena);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	assert_int_equal(l.n, 0);
	arena_free(&l.arena);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_int_equal(s.e.scope, SCOPE_MAILBOX);
	end(&s);
	assert_int_equal(count(&s, "Id=\"archivemsgfolderroot\""), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(folders),
		cmocka_unit_test(folders_paging), cmocka_unit_test(steps_down),
		cmocka_unit_test(no_version), cmocka_unit_test(changes),
		cmocka_unit_test(changes_odd), cmocka_unit_test(not_soap),
		cmocka_unit_test(policy), cmocka_unit_test(token_refused_twice),
		cmocka_unit_test(login), cmocka_unit_test(delegate),
		cmocka_unit_test(impersonated), cmocka_unit_test(archive),
		cmocka_unit_test(login_not_taken),
		cmocka_unit_test(login_spared),
		cmocka_unit_test(cookies_dropped),
		cmocka_unit_test(cookies_of_routing), cmocka_unit_test(pool) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
