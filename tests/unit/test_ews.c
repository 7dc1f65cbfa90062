/*
 * test_ews.c - the provider against a scripted server: what it asks, what it
 * makes of every kind of answer, whole and byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netserver.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "ews/ews.h"
#include "ews/session.h"
#include "soapfeed.h"

#define STEPS 24

struct scene {
	struct server server;
	struct step step[STEPS];
	size_t n;
	struct conf conf;
	struct conf_profile profile;
	struct conf_mailbox mailbox;
	char url[64], profile_user[16], profile_pw[16], address[32];
	struct provider *provider;
	struct session *session;
	struct err e;
	/* what the sink got: "a b !answer-mismatch ..." */
	struct sink sink;
	struct buf got;
	int refuse_at, messages;
};

static void
reply(
    struct scene *s, const char *status, const char *headers, const char *body)
{
	struct step *t = &s->step[s->n++];

	assert_true(s->n < STEPS);
	t->send = mem_printf("HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s",
	    status, headers, strlen(body), body);
	t->after = KEEP;
}

static void
ok(struct scene *s, const char *body)
{
	reply(s, "200 OK", "Content-Type: text/xml; charset=utf-8\r\n", body);
}

static void
fault(struct scene *s, const char *code)
{
	char *b = mem_printf(ENV("<s:Fault><faultcode>a:%s</faultcode>"
				 "<faultstring>no</faultstring></s:Fault>"),
	    code);

	reply(s, "500 Internal Server Error", "Content-Type: text/xml\r\n", b);
	free(b);
}

static int
sink_message(struct sink *base, struct message *m, struct err *err)
{
	struct scene *s =
	    (struct scene *)((char *)base - offsetof(struct scene, sink));
	size_t i;

	buf_addf(
	    &s->got, "%s%s", s->got.len > 0 ? " " : "", str_nn(m->item_id));
	if (m->err.kind != ERR_NONE)
		buf_addf(&s->got, "!%s", m->err.code);
	for (i = 0; i < m->naddr; i++)
		buf_addf(&s->got, "=%s",
		    m->addr[i].address == NULL ? "?" : m->addr[i].address);
	message_free(m);
	if (++s->messages == s->refuse_at) {
		err_set(err, ERR_FATAL, "disk full");
		return err_code(err, "disk", SCOPE_ALL);
	}
	return 0;
}

static void
begin(struct scene *s)
{
	s->server.step = s->step;
	server_start(&s->server);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/EWS/x.asmx",
	    s->server.port);
	strcpy(s->profile_user, "svc");
	strcpy(s->profile_pw, "pw");
	strcpy(s->address, "a@x.example");
	s->conf.proxy = (char *)(uintptr_t) "";
	s->profile.url = s->url;
	s->profile.username = s->profile_user;
	s->profile.password = s->profile_pw;
	s->profile.max_connections = 2;
	s->mailbox.address = s->address;
	s->mailbox.profile = &s->profile;
	s->provider = ews_ops.open(&s->conf, &s->profile, &s->e);
	assert_non_null(s->provider);
	s->session = ews_ops.session_open(s->provider, &s->mailbox, &s->e);
	assert_non_null(s->session);
	s->sink.message = sink_message;
	buf_init(&s->got, 100000);
}

static void
end(struct scene *s)
{
	size_t i;

	ews_ops.session_close(s->session);
	ews_ops.close(s->provider);
	server_stop(&s->server);
	for (i = 0; i < s->n; i++)
		free((void *)(uintptr_t)s->step[i].send);
	buf_free(&s->got);
}

static int
count(const struct scene *s, const char *what)
{
	const char *p = s->server.log;
	int n = 0;

	while ((p = strstr(p, what)) != NULL)
		p++, n++;
	return n;
}

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
	bool search;
} tree[] = {
	{ "Posteingang", "inbox", "IPF.Note", "T1|7|3", 3, false },
	{ "Posteingang/Kunden/A", NULL, "IPF.Note", NULL, -1, false },
	{ "Suche", NULL, NULL, "T2|-|-1", -1, true },
	{ "Posteingang/Kunden", "sentitems", NULL, NULL, -1, false },
	{ "Ring2/Ring1", NULL, NULL, NULL, -1, false },
	{ "Ring2", NULL, NULL, NULL, -1, false },
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
			assert_int_equal(l.v[i].is_search, tree[i].search);
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
	ok(&s,
	    "<s:Envelope" NS "><s:Header><t:ServerVersionInfo "
	    "MajorVersion=\"8\" MinorVersion=\"3\" MajorBuildNumber=\"83\" "
	    "MinorBuildNumber=\"6\"/></s:Header><s:Body>" RESP("FindFolder",
		OKMSG("FindFolder",
		    "<m:RootFolder "
		    "IncludesLastItemInRange=\"true\"/>")) "</s:Body></s:Envelope>");
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

/* No version helps: said once, and the next request begins anew. */
static void
no_version(void **state)
{
	struct scene s = { 0 };
	struct folder_list l;
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
		assert_int_equal(
		    ews_ops.folders(s.session, false, &l, &s.e), -1);
		assert_int_equal(s.e.kind, ERR_CONFIG);
		assert_string_equal(s.e.code,
		    i == 1 ? "ErrorInvalidRequest" : "ErrorSchemaValidation");
		assert_memory_equal(s.e.msg, "FindFolder: ", 12);
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

static const struct item_ref abcd[] = { { "a", "1", 0 }, { "b", NULL, 0 },
	{ "c", NULL, 0 }, { "d", NULL, 0 } };

/* "axc": items a and c, and an error without a name between them. */
static char *
items(const char *script, const char *in_each)
{
	struct buf b;

	buf_init(&b, 64 << 20);
	buf_adds(&b, "<s:Envelope" NS "><s:Body><m:GetItemResponse>"
		     "<m:ResponseMessages>");
	for (; *script != '\0'; script++) {
		if (*script == 'x')
			buf_adds(&b, BADMSG("GetItem", "ErrorItemNotFound",
					 "gone", "<m:Items/>"));
		else if (*script == 'p')
			buf_adds(
			    &b, BADMSG("GetItem", "ErrorInvalidPropertyRequest",
				    "no", "<m:Items/>"));
		else if (*script == 's')
			buf_adds(&b, OKMSG("GetItem", "<m:Items/>"));
		else {
			buf_addf(&b,
			    "<m:GetItemResponseMessage "
			    "ResponseClass=\"Success\"><m:Items>"
			    "<t:Message><t:ItemId Id=\"%c\"/>",
			    *script);
			buf_adds(&b, in_each);
			buf_adds(&b, "</t:Message></m:Items>"
				     "</m:GetItemResponseMessage>");
		}
	}
	buf_adds(&b, "</m:ResponseMessages></m:GetItemResponse></s:Body>"
		     "</s:Envelope>");
	assert_false(b.over);
	return buf_take(&b);
}

static void
ok_items(struct scene *s, const char *script, const char *in_each)
{
	char *b = items(script, in_each);

	ok(s, b);
	free(b);
}

#define M  "!answer-mismatch"
#define NF "!ErrorItemNotFound"

static void
matching(void **state)
{
	static const struct {
		const char *answer, *got;
	} t[] = {
		{ "abcd", "a b c d" },
		{ "axcd", "a b" NF " c d" },
		{ "xxxx", "a" NF " b" NF " c" NF " d" NF },
		{ "abxx", "a b c" NF " d" NF },
		/* fewer: nothing is called gone that was not asked about */
		{ "acd", "a b" M " c d" },
		{ "xxx", "a" M " b" M " c" M " d" M },
		{ "axd", "a b" M " c" M " d" },
		{ "abc", "a b c d" M },
		{ "", "a" M " b" M " c" M " d" M },
		/* more, twice, swapped, somebody else's */
		{ "aabcd", "a b c d" },
		{ "abcdd", "a b c d" },
		{ "abcdx", "a b c d" },
		{ "axxbcd", "a b c d" },
		{ "badc", "a" M " b c" M " d" },
		{ "azcd", "a b" M " c d" },
		{ "zzzz", "a" M " b" M " c" M " d" M },
		{ "xxxxxxxxx", "a" M " b" M " c" M " d" M },
		{ "ascd", "a b" M " c d" },
	};
	struct scene s = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok_items(&s, t[i].answer, "");
	begin(&s);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_reset(&s.got);
		assert_int_equal(
		    ews_ops.headers(s.session, abcd, 4, &s.sink, &s.e), 0);
		assert_string_equal(buf_str(&s.got), t[i].got);
	}
	end(&s);
}

/* A class that has no message properties: asked again, in its place. */
static void
reduced(void **state)
{
	struct scene s = { 0 };

	(void)state;
	ok_items(&s, "apcd", "");
	ok_items(&s, "b", "");
	ok_items(&s, "apcd", "");
	ok_items(&s, "p", "");
	begin(&s);
	assert_int_equal(
	    ews_ops.messages(s.session, abcd, 4, &s.sink, &s.e), 0);
	assert_string_equal(buf_str(&s.got), "a b c d");
	buf_reset(&s.got);
	assert_int_equal(
	    ews_ops.messages(s.session, abcd, 4, &s.sink, &s.e), 0);
	assert_string_equal(
	    buf_str(&s.got), "a b!ErrorInvalidPropertyRequest c d");
	end(&s);
	assert_int_equal(count(&s, "message:From"), 2);
	assert_int_equal(count(&s, "item:Body"), 4);
}

#define EXADDR(dn)                                                             \
	"<t:ToRecipients><t:Mailbox><t:Name>N</t:Name><t:EmailAddress>" dn     \
	"</t:EmailAddress><t:RoutingType>EX</t:RoutingType></t:Mailbox>"       \
	"</t:ToRecipients>"
#define RESOLVED(sets)                                                         \
	ENV(RESP("ResolveNames",                                               \
	    OKMSG("ResolveNames",                                              \
		"<m:ResolutionSet>" sets "</m:ResolutionSet>")))
#define SET(address, type, more)                                               \
	"<t:Resolution><t:Mailbox><t:EmailAddress>" address                    \
	"</t:EmailAddress><t:RoutingType>" type                                \
	"</t:RoutingType></t:Mailbox>" more "</t:Resolution>"

static void
addresses(void **state)
{
	static const struct {
		const char *answer, *got;
	} t[] = {
		{ RESOLVED(SET("u@x.example", "SMTP", "")), "a=u@x.example" },
		{ RESOLVED(SET("/o=x", "EX",
		      "<t:Contact><t:EmailAddresses><t:Entry Key=\"1\">"
		      "smtp:proxy@x</t:Entry><t:Entry Key=\"2\">SMTP:p@x"
		      "</t:Entry></t:EmailAddresses></t:Contact>")),
		    "a=p@x" },
		/* several are none; the same one twice is one */
		{ RESOLVED(SET("u@x", "SMTP", "") SET("v@x", "SMTP", "")),
		    "a=?" },
		{ RESOLVED(SET("u@x", "SMTP", "") SET("U@x", "SMTP", "")),
		    "a=u@x" },
		{ RESOLVED(SET("u@x", "SMTP", "") SET("/o=x", "EX", "")),
		    "a=?" },
		{ ENV(RESP("ResolveNames",
		      BADMSG("ResolveNames", "ErrorNameResolutionNoResults", "",
			  ""))),
		    "a=?" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct scene s = { .server.by_byte = i == 1 };

		ok_items(&s, "a", EXADDR("/o=X/cn=y"));
		ok(&s, t[i].answer);
		ok_items(&s, "a", EXADDR("/O=x/CN=Y"));
		begin(&s);
		assert_int_equal(
		    ews_ops.headers(s.session, abcd, 1, &s.sink, &s.e), 0);
		assert_string_equal(buf_str(&s.got), t[i].got);
		/* remembered, whatever it was */
		buf_reset(&s.got);
		assert_int_equal(
		    ews_ops.headers(s.session, abcd, 1, &s.sink, &s.e), 0);
		assert_string_equal(buf_str(&s.got), t[i].got);
		end(&s);
		assert_int_equal(s.server.requests, 3);
	}
}

/* An address book that is busy is no answer: nothing is delivered wrongly. */
static void
addresses_busy(void **state)
{
	struct scene s = { 0 };

	(void)state;
	ok_items(&s, "abcd", EXADDR("/o=X/cn=y"));
	fault(&s, "ErrorServerBusy");
	ok_items(&s, "abcd", EXADDR("/o=X/cn=y"));
	ok(&s, RESOLVED(SET("u@x", "SMTP", "")));
	begin(&s);
	assert_int_equal(
	    ews_ops.headers(s.session, abcd, 4, &s.sink, &s.e), -1);
	assert_int_equal(s.e.kind, ERR_RETRY);
	assert_int_equal(s.e.retry_ms, 60000);
	assert_int_equal(s.got.len, 0);
	err_clear(&s.e);
	assert_int_equal(ews_ops.headers(s.session, abcd, 4, &s.sink, &s.e), 0);
	assert_string_equal(buf_str(&s.got), "a=u@x b=u@x c=u@x d=u@x");
	end(&s);
}

/* What waits is bounded: the rest is asked for again. */
static void
queue(void **state)
{
	struct scene s = { 0 };
	size_t n = (3 << 20) + 1000;
	char *each = malloc(n);

	(void)state;
	memset(each, 'x', n);
	memcpy(each, "<t:Body BodyType=\"Text\">", 24);
	strcpy(each + n - 300, "</t:Body>" EXADDR("/o=X/cn=y"));
	ok_items(&s, "abcd", each);
	ok(&s, RESOLVED(SET("u@x", "SMTP", "")));
	ok_items(&s, "cd", each);
	free(each);
	begin(&s);
	assert_int_equal(
	    ews_ops.messages(s.session, abcd, 4, &s.sink, &s.e), 0);
	assert_string_equal(buf_str(&s.got), "a=u@x b=u@x c=u@x d=u@x");
	end(&s);
	assert_int_equal(s.server.requests, 3);
	assert_int_equal(count(&s, "ItemId Id=\"b\""), 1);
	assert_int_equal(count(&s, "ItemId Id=\"c\""), 2);
}

/* A fault for one item's sake: halved until it is found. */
static void
halved(void **state)
{
	struct scene s = { 0 };

	(void)state;
	fault(&s, "ErrorItemCorrupt"); /* a b c d */
	ok_items(&s, "ab", "");
	fault(&s, "ErrorItemCorrupt"); /* c d */
	fault(&s, "ErrorItemCorrupt"); /* c */
	ok_items(&s, "d", "");
	begin(&s);
	assert_int_equal(
	    ews_ops.messages(s.session, abcd, 4, &s.sink, &s.e), 0);
	assert_string_equal(buf_str(&s.got), "a b c!ErrorItemCorrupt d");
	end(&s);
}

static void
sink_refuses(void **state)
{
	struct scene s = { .refuse_at = 2 };

	(void)state;
	ok_items(&s, "abcd", "");
	begin(&s);
	assert_int_equal(
	    ews_ops.messages(s.session, abcd, 4, &s.sink, &s.e), -1);
	assert_int_equal(s.e.kind, ERR_FATAL);
	assert_string_equal(s.e.code, "disk");
	assert_string_equal(buf_str(&s.got), "a b");
	end(&s);
	assert_int_equal(s.server.requests, 1);
}

static void
not_soap(void **state)
{
	static const struct {
		const char *status, *headers, *body, *code;
		enum err_kind kind;
		enum err_scope scope;
		int64_t retry_ms;
	} t[] = {
		{ "200 OK", "Content-Type: text/html\r\n",
		    "<!DOCTYPE html><html><p>Log in<br></html>", "not-ews",
		    ERR_CONFIG, SCOPE_MAILBOX, 0 },
		{ "200 OK", "", "hello", "not-ews", ERR_CONFIG, SCOPE_MAILBOX,
		    0 },
		{ "200 OK", "Content-Type: text/xml\r\n", "", "empty",
		    ERR_RETRY, SCOPE_MAILBOX, 0 },
		{ "200 OK", "Content-Type: text/xml\r\n", "  <a><b></a>",
		    "answer-mismatch", ERR_RETRY, SCOPE_MAILBOX, 0 },
		{ "200 OK",
		    "Content-Type: text/xml\r\nContent-Encoding: gzip\r\n",
		    "\x1f\x8b\x08zzz", "content-encoding", ERR_CONFIG,
		    SCOPE_PROFILE, 0 },
		{ "302 Found",
		    "Location: /ews/genericerrorpage.htm?aspxerrorpath=/e\r\n",
		    "", "http-302", ERR_RETRY, SCOPE_MAILBOX, 0 },
		{ "302 Found", "Location: /owa/auth/logon.aspx?url=x\r\n", "x",
		    "http-302", ERR_CONFIG, SCOPE_MAILBOX, 0 },
		{ "307 x", "Location: https://evil.example/\r\n", "",
		    "http-302", ERR_CONFIG, SCOPE_MAILBOX, 0 },
		{ "403 Forbidden", "", "no", "http-403", ERR_AUTH,
		    SCOPE_MAILBOX, 0 },
		{ "404 Not Found", "Content-Type: text/html\r\n", "<html>",
		    "http-404", ERR_CONFIG, SCOPE_PROFILE, 0 },
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
		{ "500 x", "", ENV("<s:Fault/>"), "fault", ERR_RETRY,
		    SCOPE_MAILBOX, 0 },
		{ "200 OK", "", ENV(""), "answer-mismatch", ERR_RETRY,
		    SCOPE_MAILBOX, 0 },
	};
	size_t i, n = sizeof(t) / sizeof(t[0]);

	(void)state;
	for (i = 0; i < n; i++) {
		struct scene s = { .server.by_byte = i % 2 == 1 };

		reply(&s, t[i].status, t[i].headers, t[i].body);
		ok_items(&s, "abcd", "");
		begin(&s);
		assert_int_equal(
		    ews_ops.headers(s.session, abcd, 4, &s.sink, &s.e), -1);
		if (strcmp(s.e.code, t[i].code) != 0)
			fail_msg("case %zu: %s, %s", i, s.e.code, s.e.msg);
		assert_int_equal(s.e.kind, t[i].kind);
		assert_int_equal(s.e.scope, t[i].scope);
		assert_int_equal(s.e.retry_ms, t[i].retry_ms);
		/* the session goes on, on another connection */
		err_clear(&s.e);
		assert_int_equal(
		    ews_ops.headers(s.session, abcd, 4, &s.sink, &s.e), 0);
		end(&s);
		assert_int_equal(s.server.connections, 2);
	}
}

static void
login(void **state)
{
	static const char no[] = "WWW-Authenticate: Basic realm=x\r\n";
	struct scene s = { 0 }, own = { 0 };
	char user[] = "u", pw[] = "p";

	(void)state;
	reply(&s, "401 No", no, "");
	reply(&s, "401 No", no, "");
	reply(&s, "401 No", no, "");
	ok_items(&s, "abcd", "");
	begin(&s);
	assert_int_equal(
	    ews_ops.headers(s.session, abcd, 4, &s.sink, &s.e), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_int_equal(s.e.scope, SCOPE_PROFILE);
	assert_null(strstr(s.e.msg, "pw"));
	/* a connection that lost its login gets one more chance */
	err_clear(&s.e);
	assert_int_equal(ews_ops.headers(s.session, abcd, 4, &s.sink, &s.e), 0);
	end(&s);
	assert_int_equal(s.server.connections, 4);
	assert_int_equal(count(&s, "Authorization: Basic c3ZjOnB3"), 4);

	/* the mailbox' own login: nobody is acted for */
	reply(&own, "401 No", no, "");
	reply(&own, "401 No", no, "");
	own.mailbox.username = user;
	own.mailbox.password = pw;
	begin(&own);
	assert_int_equal(
	    ews_ops.headers(own.session, abcd, 4, &own.sink, &own.e), -1);
	assert_int_equal(own.e.scope, SCOPE_MAILBOX);
	end(&own);
	assert_int_equal(count(&own, "Basic dTpw"), 2);
	assert_int_equal(count(&own, "Impersonation"), 0);
	assert_int_equal(count(&own, "X-AnchorMailbox"), 0);
}

/* A connection is for its login alone. */
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
		assert_int_equal(
		    ews_ops.headers(s.session, abcd, 4, &s.sink, &s.e), 0);
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

struct collect {
	struct stream base;
	struct buf got;
	bool refuse;
};

static int
collect(struct stream *base, const void *p, size_t n, struct err *err)
{
	struct collect *c = (struct collect *)base;

	if (c->refuse) {
		err_set(err, ERR_ITEM, "no");
		return err_code(err, "too_large", SCOPE_ITEM);
	}
	return buf_add(&c->got, p, n);
}

#define ATT(att)                                                               \
	ENV(RESP("GetAttachment",                                              \
	    OKMSG("GetAttachment", "<m:Attachments>" att "</m:Attachments>")))
#define FILE_(more)                                                               \
	ATT("<t:FileAttachment><t:AttachmentId Id=\"T\"/><t:Name>n</t:Name>" more \
	    "</t:FileAttachment>")
#define ITEM_(more)                                                            \
	ATT("<t:ItemAttachment><t:AttachmentId Id=\"T\"/><t:Name>n</t:Name>"   \
	    "<t:LastModifiedTime>x</t:LastModifiedTime>" more                  \
	    "</t:ItemAttachment>")

static const struct {
	const char *body;
	enum att_kind kind;
	const char *got, *type, *code;
	enum err_kind err;
} att[] = {
	{ FILE_("<t:ContentType>text/x</t:ContentType><t:Content>aGVs\n bG8"
		"</t:Content>"),
	    ATT_FILE, "hello", "text/x", NULL, ERR_NONE },
	{ FILE_(""), ATT_FILE, "", "", NULL, ERR_NONE },
	{ FILE_("<t:Content/>"), ATT_FILE, "", "", NULL, ERR_NONE },
	{ FILE_("<t:Content>a&#xD;&#xA;GVsbG8=</t:Content>"), ATT_FILE, "hello",
	    "", NULL, ERR_NONE },
	{ ITEM_("<t:Message><t:MimeContent CharacterSet=\"UTF-8\">aGVsbG8="
		"</t:MimeContent><t:ItemId Id=\"x\"/></t:Message>"),
	    ATT_ITEM, "hello", "message/rfc822", NULL, ERR_NONE },
	{ ITEM_("<t:CalendarItem><t:MimeContent>aGVsbG8=</t:MimeContent>"
		"</t:CalendarItem>"),
	    ATT_ITEM, "hello", "text/calendar", NULL, ERR_NONE },
	{ ITEM_("<t:Contact><t:MimeContent>aGVsbG8=</t:MimeContent>"
		"</t:Contact>"),
	    ATT_ITEM, "hello", "text/vcard", NULL, ERR_NONE },
	{ ITEM_("<t:Task><t:Subject>x</t:Subject></t:Task>"), ATT_ITEM, "", "",
	    "no-mime", ERR_ITEM },
	{ FILE_("<t:Content>aGVs=== Truncated Data ===</t:Content>"), ATT_FILE,
	    NULL, "", "truncated", ERR_RETRY },
	{ FILE_("<t:Content>aG*Vs</t:Content>"), ATT_FILE, NULL, "", "base64",
	    ERR_ITEM },
	{ ATT("<t:FileAttachment><t:AttachmentId Id=\"U\"/><t:Content>aGVs"
	      "</t:Content></t:FileAttachment>"),
	    ATT_FILE, "", "", "answer-mismatch", ERR_RETRY },
	{ ATT(""), ATT_FILE, "", "", "answer-mismatch", ERR_RETRY },
	{ ENV(RESP("GetAttachment",
	      BADMSG("GetAttachment", "ErrorInvalidAttachmentId", "", ""))),
	    ATT_FILE, "", "", "ErrorInvalidAttachmentId", ERR_GONE },
	{ ENV(RESP("GetAttachment",
	      BADMSG("GetAttachment", "ErrorMimeContentConversionFailed", "",
		  ""))),
	    ATT_ITEM, "", "", "ErrorMimeContentConversionFailed", ERR_ITEM },
};

static void
attachments(void **state)
{
	size_t i;
	int by_byte;

	(void)state;
	for (i = 0; i < 2 * sizeof(att) / sizeof(att[0]); i++) {
		size_t k = i / 2;
		struct scene s = { .server.by_byte = i % 2 == 1 };
		struct collect c = { .base.write = collect };
		struct attachment a = { .id = "T", .kind = att[k].kind };
		char type[64] = "";
		int rc;

		buf_init(&c.got, 1000);
		ok(&s, att[k].body);
		begin(&s);
		rc = ews_ops.attachment(s.session, &a, &c.base, type, &s.e);
		if (rc != (att[k].code == NULL ? 0 : -1))
			fail_msg("case %zu: %s", k, s.e.msg);
		assert_string_equal(s.e.code, str_nn(att[k].code));
		assert_int_equal(s.e.kind, att[k].err);
		if (att[k].got != NULL)
			assert_string_equal(buf_str(&c.got), att[k].got);
		assert_string_equal(type, att[k].type);
		buf_free(&c.got);
		end(&s);
		assert_int_equal(count(&s, "IncludeMimeContent"),
		    2 * (att[k].kind == ATT_ITEM));
	}
	for (by_byte = 0; by_byte < 2; by_byte++) {
		struct scene s = { .server.by_byte = by_byte == 1 };
		struct collect c = { .base.write = collect, .refuse = true };
		struct attachment a = { .id = "T", .kind = ATT_FILE };
		struct attachment link = { .kind = ATT_REFERENCE };
		char type[64] = "";
		int64_t requests, bytes;

		ok(&s, att[0].body);
		begin(&s);
		assert_int_equal(
		    ews_ops.attachment(s.session, &link, &c.base, type, &s.e),
		    -1);
		assert_int_equal(s.e.kind, ERR_ITEM);
		ews_ops.usage(s.session, &requests, &bytes);
		assert_int_equal(requests, 0);
		err_clear(&s.e);
		assert_int_equal(
		    ews_ops.attachment(s.session, &a, &c.base, type, &s.e), -1);
		assert_string_equal(s.e.code, "too_large");
		ews_ops.usage(s.session, &requests, &bytes);
		assert_int_equal(requests, 1);
		assert_true(bytes > 50 && bytes < 5000);
		end(&s);
	}
}

/* Cut in the middle: an error, and what came before was delivered. */
static void
cut(void **state)
{
	struct scene s = { 0 };
	char *b = items("abcd", "");
	size_t n = strlen(b);

	(void)state;
	b[n * 3 / 4] = '\0';
	ok(&s, b);
	free(b);
	begin(&s);
	assert_int_equal(
	    ews_ops.headers(s.session, abcd, 4, &s.sink, &s.e), -1);
	assert_int_equal(s.e.kind, ERR_RETRY);
	assert_memory_equal(s.e.msg, "GetItem: ", 9);
	assert_memory_equal(buf_str(&s.got), "a b", 3);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(folders),
		cmocka_unit_test(folders_paging), cmocka_unit_test(steps_down),
		cmocka_unit_test(no_version), cmocka_unit_test(changes),
		cmocka_unit_test(changes_odd), cmocka_unit_test(matching),
		cmocka_unit_test(reduced), cmocka_unit_test(addresses),
		cmocka_unit_test(addresses_busy), cmocka_unit_test(queue),
		cmocka_unit_test(halved), cmocka_unit_test(sink_refuses),
		cmocka_unit_test(not_soap), cmocka_unit_test(login),
		cmocka_unit_test(delegate), cmocka_unit_test(pool),
		cmocka_unit_test(attachments), cmocka_unit_test(cut) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
