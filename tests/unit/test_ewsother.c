/*
 * test_ewsother.c - servers that are compatible with Exchange but are not
 * Exchange: they write the same in other ways, and have fewer features.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ewsscene.h"

#define SYNC(last)                                                             \
	ENV(RESP("SyncFolderItems",                                            \
	    OKMSG("SyncFolderItems",                                           \
		"<m:SyncState>s2</m:SyncState>"                                \
		"<m:IncludesLastItemInRange>" last                             \
		"</m:IncludesLastItemInRange><m:Changes><t:Create><t:Message>" \
		"<t:ItemId Id=\"a\"/><t:Size>\n 70 \n</t:Size></t:Message>"    \
		"</t:Create></m:Changes>")))

/* Booleans as other programming languages print them; indented values. */
static void
words(void **state)
{
	static const struct {
		const char *body;
		bool more;
	} t[] = {
		{ SYNC("true"), false },
		{ SYNC("True"), false },
		{ SYNC("TRUE"), false },
		{ SYNC("\r\n\t\t1\r\n\t"), false },
		{ SYNC("\n  true\n"), false },
		{ SYNC("False"), true },
		{ SYNC("trueish"), true },
	};
	struct scene s = { 0 };
	struct change_page p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok(&s, t[i].body);
	begin(&s);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(
		    ews_ops.changes(s.session, "F", "s1", 9, &p, &s.e), 0);
		assert_int_equal(p.more, t[i].more);
		assert_int_equal(p.n, 1);
		assert_int_equal(p.v[0].size, 70);
		arena_free(&p.arena);
	}
	end(&s);
}

#define ANSWER(attr, code, data)                                               \
	ENV(RESP("GetItem",                                                    \
	    "<m:GetItemResponseMessage" attr "><m:ResponseCode>" code          \
	    "</m:ResponseCode>" data "</m:GetItemResponseMessage>"))
#define ITEM "<m:Items><t:Message><t:ItemId Id=\"a\"/></t:Message></m:Items>"

/* What a response message says of itself. */
static void
classes(void **state)
{
	static const struct {
		const char *body, *got;
	} t[] = {
		{ ANSWER("", "NoError", ITEM), "a" },
		{ ANSWER("", "\n\tNoError\n", ITEM), "a" },
		{ ANSWER(" ResponseClass=\"success\"", "NoError", ITEM), "a" },
		{ ANSWER(" ResponseClass=\"Error\"", "\n ErrorItemNotFound\n ",
		      ""),
		    "a!ErrorItemNotFound" },
		{ ANSWER("", "ErrorItemNotFound", ITEM),
		    "a!ErrorItemNotFound" },
	};
	struct scene s = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok(&s, t[i].body);
	begin(&s);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_reset(&s.got);
		assert_int_equal(get(&s, PROVIDER_HEADERS, 1), 0);
		assert_string_equal(buf_str(&s.got), t[i].got);
	}
	end(&s);
}

#define FOLDER(id, more)                                                       \
	"<t:Folder><t:FolderId Id=\"" id "\"/><t:DisplayName>" id              \
	"</t:DisplayName>" more "</t:Folder>"
#define THREE FOLDER("F1", "") FOLDER("F2", "") FOLDER("F3", "")
#define FIND(attrs, folders)                                                   \
	ENV(RESP("FindFolder",                                                 \
	    OKMSG("FindFolder", "<m:RootFolder " attrs "><t:Folders>" folders  \
				"</t:Folders></m:RootFolder>")))
#define GOT(folders) OKMSG("GetFolder", "<m:Folders>" folders "</m:Folders>")
#define NOT(code)    BADMSG("GetFolder", code, "", "")

/* A server that returns all folders for every page. */
static void
no_pages(void **state)
{
	struct scene s = { 0 };
	struct folder_list l;

	(void)state;
	ok(&s, FIND("", THREE FOLDER("F2", "")));
	ok(&s, FIND("", THREE FOLDER("F2", "")));
	ok(&s, FIND("IndexedPagingOffset=\"3\" "
		    "IncludesLastItemInRange=\"false\"",
		   THREE));
	ok(&s, FIND("IndexedPagingOffset=\"6\" "
		    "IncludesLastItemInRange=\"false\"",
		   THREE));
	begin(&s);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.v[0].id, "F1");
	assert_string_equal(l.v[1].id, "F2");
	assert_string_equal(l.v[2].id, "F3");
	arena_free(&l.arena);
	/* it says that there is more, and never gives it */
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), -1);
	assert_string_equal(s.e.code, "no-progress");
	end(&s);
	assert_int_equal(count(&s, "<m:FindFolder"), 4);
}

#define CLASS(element, id, class)                                              \
	"<t:" element "><t:FolderId Id=\"" id                                  \
	"\"/><t:FolderClass>" class "</t:FolderClass></t:" element ">"

/* Without FolderClass, the class follows from the element name. */
static void
element_class(void **state)
{
	static const char *const class[] = { "IPF.Appointment", "IPF.Contact",
		"IPF.Task", "IPF.Note", NULL, "ipf.note.custom",
		"IPF.Note.OutlookHomepage", "IPF.Notes", "IPF.Note" };
	struct scene s = { 0 };
	struct folder_list l;
	size_t i;

	(void)state;
	ok(&s, FIND("IncludesLastItemInRange=\"1\"",
		   "<t:CalendarFolder><t:FolderId Id=\"1\"/></t:CalendarFolder>"
		   "<t:ContactsFolder><t:FolderId Id=\"2\"/></t:ContactsFolder>"
		   "<t:TasksFolder><t:FolderId Id=\"3\"/></t:TasksFolder>"
		   "<t:TasksFolder><t:FolderId Id=\"4\"/><t:FolderClass> "
		   "IPF.Note </t:FolderClass></t:TasksFolder>"
		   "<t:Folder><t:FolderId Id=\"5\"/></t:Folder>" CLASS(
		       "Folder", "6", "ipf.note.custom")
		       CLASS("Folder", "7", "IPF.Note.OutlookHomepage")
			   CLASS("Folder", "8", "IPF.Notes")
			       CLASS("SearchFolder", "9", "IPF.Note")));
	begin(&s);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	assert_int_equal(l.n, 9);
	for (i = 0; i < l.n; i++) {
		assert_true(str_eq(l.v[i].class, class[i]));
		/* one without a class is mail, more special notes are */
		assert_int_equal(l.v[i].kind, i >= 3 && i <= 5 ? FOLDER_MAIL
					      : i == 8         ? FOLDER_SEARCH
							       : FOLDER_OTHER);
	}
	arena_free(&l.arena);
	end(&s);
}

/* asked: how the server answers GetFolder; got: what F1 to F3 are. */
static void
check_names(const char *const *asked, size_t n, const char *got)
{
	struct scene s = { 0 };
	struct folder_list l;
	struct buf b;
	size_t i;

	ok(&s, FIND("IncludesLastItemInRange=\"true\"", THREE));
	for (i = 0; i < n; i++)
		ok(&s, asked[i]);
	begin(&s);
	buf_init(&b, 1000);
	assert_int_equal(
	    ews_ops.folders(s.session, true, &l, &s.e), got == NULL ? -1 : 0);
	for (i = 0; got != NULL && i < l.n; i++)
		buf_addf(&b, "%s%s", i > 0 ? " " : "",
		    l.v[i].well_known == NULL ? "-" : l.v[i].well_known);
	if (got != NULL) {
		assert_string_equal(buf_str(&b), got);
		arena_free(&l.arena);
	}
	buf_free(&b);
	end(&s);
	assert_int_equal(count(&s, "<m:GetFolder>"), n);
}

#define G(msgs) ENV(RESP("GetFolder", msgs))
#define NONE9(x)                                                               \
	G(NOT(x)), G(NOT(x)), G(NOT(x)), G(NOT(x)), G(NOT(x)), G(NOT(x)),      \
	    G(NOT(x)), G(NOT(x)), G(NOT(x))
#define FAULT                                                                  \
	ENV("<s:Fault><faultcode>Server</faultcode><faultstring>E-1: Unknown " \
	    "request</faultstring></s:Fault>")
#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

/* The well-known folders, from servers that answer in other ways. */
static void
names(void **state)
{
	static const char *const one_message[] = {
		G(GOT(FOLDER("F2", "") FOLDER("F1", ""))),
		G(GOT(FOLDER("F2", ""))), G(GOT(FOLDER("F1", ""))),
		NONE9("ErrorFolderNotFound")
	};
	static const char *const one_error[] = { G(NOT("ErrorFolderNotFound")),
		G(GOT(FOLDER("F3", ""))), G(NOT("ErrorFolderNotFound")),
		NONE9("ErrorInvalidFolderId") };
	static const char *const enumeration[] = { FAULT,
		G(GOT(FOLDER("F3", ""))), FAULT, FAULT, FAULT, FAULT, FAULT,
		FAULT, FAULT, FAULT, FAULT, FAULT };
	static const char *const odd_code[] = {
		G(GOT(FOLDER("F1", "")) GOT(FOLDER("F2", "")) NOT("ErrorWhat")
			NOT("ErrorWhat")),
		G(GOT(FOLDER("F1", ""))), G(GOT(FOLDER("F2", ""))),
		NONE9("ErrorWhat")
	};
	/* what it does not know it takes for the inbox */
	static const char *const default_inbox[] = { G(
	    GOT(FOLDER("F1", "")) GOT(FOLDER("F2", "")) GOT(FOLDER("F1", ""))
		GOT(FOLDER("F1", "")) GOT(FOLDER("F1", ""))
		    GOT(FOLDER("F1", "")) GOT(FOLDER("F1", ""))
			GOT(FOLDER("F1", "")) GOT(FOLDER("F1", ""))
			    GOT(FOLDER("F1", "")) GOT(FOLDER("F1", ""))) };
	static const char *const unknown[] = { FAULT, FAULT };
	static const char *const other[] = { FIND("", THREE), FIND("", THREE) };
	static const char *const busy[] = { G(NOT("ErrorServerBusy")) };

	(void)state;
	check_names(one_message, COUNT(one_message), "sentitems inbox -");
	check_names(one_error, COUNT(one_error), "- - inbox");
	check_names(enumeration, COUNT(enumeration), "- - inbox");
	check_names(odd_code, COUNT(odd_code), "inbox sentitems -");
	check_names(default_inbox, COUNT(default_inbox), "inbox sentitems -");
	check_names(unknown, COUNT(unknown), "- - -");
	check_names(other, COUNT(other), "- - -");
	check_names(busy, COUNT(busy), NULL);
}

#define EX(name)                                                               \
	"<t:From><t:Mailbox><t:EmailAddress>/o=x/cn=" name "</t:EmailAddress>" \
	"<t:RoutingType>EX</t:RoutingType></t:Mailbox></t:From>"

static void
asks(struct scene *s, int rc, const char *got)
{
	buf_reset(&s->got);
	err_clear(&s->e);
	assert_int_equal(get(s, PROVIDER_HEADERS, 1), rc);
	assert_string_equal(buf_str(&s->got), got);
}

/* Servers without ResolveNames: those that say so, and those that fail. */
static void
no_resolve(void **state)
{
	struct scene s = { 0 };
	int i;

	(void)state;
	ok_items(&s, "a", EX("1"));
	for (i = 0; i < 3; i++) /* in every version */
		fault(&s, "ErrorInvalidRequest");
	ok_items(&s, "a", ""); /* nor does it have a header block */
	for (i = 0; i < 3; i++) {
		ok_items(&s, "a", EX("2"));
		ok(&s, FAULT);
	}
	/* GetFolder fails as well: it is the server that is broken */
	ok(&s, FAULT);
	ok_items(&s, "a", EX("2"));
	ok(&s, FAULT);
	ok(&s, G(GOT(FOLDER("top", ""))));
	ok_items(&s, "a", "");
	ok_items(&s, "a", EX("3"));
	ok(&s, FAULT);
	ok_items(&s, "a", "");
	ok_items(&s, "a", EX("4"));
	fault(&s, "ErrorADUnavailable");
	begin(&s);
	asks(&s, 0, "a=?");
	for (i = 0; i < 3; i++) {
		asks(&s, -1, "");
		assert_string_equal(s.e.code, "Server");
	}
	asks(&s, 0, "a=?");
	asks(&s, 0, "a=?");
	/* what passes by itself is no answer */
	asks(&s, -1, "");
	assert_string_equal(s.e.code, "ErrorADUnavailable");
	end(&s);
}

#define BLOCK(text)                                                            \
	"<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag=\"0x7d\" "        \
	"PropertyType=\"String\"/><t:Value>" text                              \
	"</t:Value></t:ExtendedProperty>"

/* Who is in no address book is known by the header block, or not at all. */
static void
departed(void **state)
{
	struct scene s = { 0 };

	(void)state;
	ok_items(&s, "a", EX("1"));
	fault(&s, "ErrorNameResolutionNoResults");
	ok_items(&s, "a", BLOCK("To: x@y\r\nFrom: O &lt;o@x.example&gt;\r\n"));
	/* the name is cached, what the block says is not */
	ok_items(&s, "a", EX("1"));
	fault(&s, "ErrorItemCorrupt");
	/* what passes by itself is no answer */
	ok_items(&s, "a", EX("1"));
	fault(&s, "ErrorADUnavailable");
	/* nobody else is asked for */
	ok_items(&s, "a", "<t:ToRecipients/>");
	begin(&s);
	asks(&s, 0, "a=o@x.example");
	assert_int_equal(count(&s, "0x007D"), 1);
	asks(&s, 0, "a=?");
	asks(&s, -1, "");
	assert_string_equal(s.e.code, "ErrorADUnavailable");
	asks(&s, 0, "a");
	end(&s);
}

static int
discard(struct stream *s, const void *p, size_t n, struct err *err)
{
	(void)s;
	(void)p;
	(void)n;
	(void)err;
	return 0;
}

/* A server without GetAttachment costs the attachment, not the mailbox. */
static void
no_attachment(void **state)
{
	struct stream out = { discard };
	struct attachment a;
	struct scene s = { 0 };
	char type[64];
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		fault(&s, "ErrorInvalidRequest");
	begin(&s);
	memset(&a, 0, sizeof(a));
	a.id = "A";
	assert_int_equal(
	    ews_ops.attachment(s.session, &a, &out, type, &s.e), -1);
	assert_int_equal(s.e.kind, ERR_ITEM);
	assert_int_equal(s.e.scope, SCOPE_ITEM);
	end(&s);
}

/* Properties that a server does not know: each step asks for fewer. */
static void
fewer_of_items(void **state)
{
	struct scene s = { 0 };
	int i;

	(void)state;
	/* an item, told by the item */
	ok_items(&s, "p", "");
	ok_items(&s, "a", "");
	/* the request as a whole */
	fault(&s, "ErrorSchemaValidation");
	ok_items(&s, "abcd", "");
	/* whatever is asked for */
	for (i = 0; i < 3; i++)
		fault(&s, "ErrorSchemaValidation");
	begin(&s);
	asks(&s, 0, "a");
	assert_int_equal(count(&s, "ExtendedFieldURI"), 5);
	assert_int_equal(count(&s, "item:ConversationId"), 1);
	assert_int_equal(count(&s, "message:From"), 2);
	buf_reset(&s.got);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), 0);
	assert_string_equal(buf_str(&s.got), "a b c d");
	asks(&s, -1, "");
	assert_string_equal(s.e.code, "ErrorSchemaValidation");
	end(&s);
}

/* The same for folders and changes. */
static void
fewer_of_folders(void **state)
{
	struct scene s = { 0 };
	struct folder_list l;
	struct change_page p;

	(void)state;
	fault(&s, "ErrorInvalidPropertyRequest");
	ok(&s,
	    ENV(RESP("FindFolder",
		BADMSG("FindFolder", "ErrorInvalidExtendedProperty", "", ""))));
	ok(&s,
	    ENV(RESP("FindFolder", BADMSG("FindFolder", "ErrorWhat", "", ""))));
	ok(&s, FIND("IncludesLastItemInRange=\"true\"", THREE));
	ok(&s, ENV(RESP("FindFolder",
		   BADMSG("FindFolder", "ErrorServerBusy", "", ""))));
	ok(&s, ENV(RESP("SyncFolderItems",
		   BADMSG("SyncFolderItems", "ErrorInvalidPropertyRequest", "",
		       ""))));
	ok(&s, SYNC("true"));
	ok(&s, SYNC("true"));
	begin(&s);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	assert_int_equal(l.n, 3);
	arena_free(&l.arena);
	assert_int_equal(count(&s, "folder:DistinguishedFolderId"), 1);
	assert_int_equal(count(&s, "0x670A"), 2);
	assert_int_equal(count(&s, "folder:ParentFolderId"), 3);
	assert_int_equal(count(&s, ">Default<"), 1);
	/* not when it is something else */
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), -1);
	assert_string_equal(s.e.code, "ErrorServerBusy");
	assert_int_equal(ews_ops.changes(s.session, "F", NULL, 9, &p, &s.e), 0);
	arena_free(&p.arena);
	assert_int_equal(ews_ops.changes(s.session, "F", NULL, 9, &p, &s.e), 0);
	arena_free(&p.arena);
	end(&s);
	assert_int_equal(count(&s, "item:DateTimeReceived"), 1);
}

#define MESSAGE(id) "<t:Message><t:ItemId Id=\"" id "\"/></t:Message>"

/* All items in one response message, also with errors around it. */
static void
all_in_one(void **state)
{
	struct scene s = { 0 };

	(void)state;
	ok(&s,
	    ENV(RESP("GetItem",
		OKMSG("GetItem", "<m:Items>" MESSAGE("a") MESSAGE("b")
				     MESSAGE("c") MESSAGE("d") "</m:Items>"))));
	ok(&s,
	    ENV(RESP("GetItem",
		BADMSG("GetItem", "ErrorItemNotFound", "", "") OKMSG("GetItem",
		    "<m:Items>" MESSAGE("b") "</m:Items>"
					     "<m:Items>" MESSAGE("c")
						 MESSAGE("d") "</m:Items>"))));
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), 0);
	assert_string_equal(buf_str(&s.got), "a b c d");
	buf_reset(&s.got);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), 0);
	assert_string_equal(buf_str(&s.got), "a!ErrorItemNotFound b c d");
	end(&s);
}

/* One error for a whole request: the item to blame is found. */
static void
one_for_all(void **state)
{
	struct scene s = { 0 };

	(void)state;
	ok_items(&s, "x", "");
	ok(&s,
	    ENV(RESP("GetItem", BADMSG("GetItem", "ErrorServerBusy", "", ""))));
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	assert_int_equal(s.e.kind, ERR_GONE);
	err_clear(&s.e);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	assert_string_equal(s.e.code, "ErrorServerBusy");
	assert_int_equal(s.e.retry_ms, 60000);
	end(&s);
}

static int64_t
requests(const struct scene *s)
{
	int64_t n, bytes;

	ews_ops.usage(s->session, &n, &bytes);
	return n;
}

/*
 * An unknown code may be about a property: once in a session fewer are asked
 * for, and never after the server has accepted all of them.
 */
static void
fewer_in_vain(void **state)
{
	struct scene s = { 0 };
	struct folder_list l;
	struct change_page p;
	int i;

	(void)state;
	for (i = 0; i < 4 + 1; i++)
		fault(&s, "ErrorUnheardOf");
	ok(&s, FIND("IncludesLastItemInRange=\"true\"", THREE));
	fault(&s, "ErrorUnheardOf");
	for (i = 0; i < 2 + 1; i++)
		fault(&s, "ErrorUnheardOf");
	ok(&s, SYNC("true"));
	fault(&s, "ErrorUnheardOf");
	ok(&s,
	    ENV(RESP("GetItem", BADMSG("GetItem", "ErrorUnheardOf", "", ""))));
	begin(&s);
	/* the whole ladder, then the one request alone */
	for (i = 0; i < 2; i++) {
		assert_int_equal(
		    ews_ops.folders(s.session, false, &l, &s.e), -1);
		assert_int_equal(s.e.kind, ERR_UNKNOWN);
		assert_int_equal(s.e.scope, SCOPE_MAILBOX);
		assert_int_equal(requests(&s), 4 + i);
	}
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	arena_free(&l.arena);
	/* another session: all of them were taken */
	ews_ops.session_close(s.session);
	s.session = ews_ops.session_open(s.provider, &s.mailbox, &s.e);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), -1);
	assert_int_equal(requests(&s), 1);
	for (i = 0; i < 2; i++) {
		assert_int_equal(
		    ews_ops.changes(s.session, "F", NULL, 9, &p, &s.e), -1);
		assert_int_equal(s.e.kind, ERR_UNKNOWN);
		assert_int_equal(s.e.scope, SCOPE_FOLDER);
		assert_int_equal(requests(&s), 1 + 2 + i);
	}
	assert_int_equal(ews_ops.changes(s.session, "F", NULL, 9, &p, &s.e), 0);
	arena_free(&p.arena);
	ews_ops.session_close(s.session);
	s.session = ews_ops.session_open(s.provider, &s.mailbox, &s.e);
	assert_int_equal(
	    ews_ops.changes(s.session, "F", NULL, 9, &p, &s.e), -1);
	assert_int_equal(requests(&s), 1);
	/* said once for several items: not of each of them */
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	assert_int_equal(s.e.kind, ERR_UNKNOWN);
	assert_int_equal(s.e.scope, SCOPE_MAILBOX);
	assert_int_equal(s.got.len, 0);
	end(&s);
}

/* The same for a login that is no longer accepted. */
static void
expired(void **state)
{
	struct scene s = { 0 };

	(void)state;
	ok(&s, ENV(RESP("GetItem", BADMSG("GetItem", "ErrorPasswordExpired",
				       "no", "<m:Items/>"))));
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_int_equal(s.e.cause, CAUSE_LOGIN_LOCKED);
	assert_int_equal(s.e.scope, SCOPE_PROFILE);
	end(&s);
}

static void
times(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: none */
	} t[] = {
		{ "2026-03-01T09:00:00+01:00", "2026-03-01T08:00:00Z" },
		{ "2026-03-01 09:00:00.123456+00:00", "2026-03-01T09:00:00Z" },
		{ "2026-03-01 09:00:00", "2026-03-01T09:00:00Z" },
		{ "2026-03-01t09:00:00z", "2026-03-01T09:00:00Z" },
		{ "Sun, 01 Mar 2026 09:00:00 +0100", "2026-03-01T08:00:00Z" },
		{ "2026-03-01 ", "2026-03-01T00:00:00Z" },
		{ "2026-03-01 09", NULL },
		{ "0001-01-01 00:00:00", NULL },
		{ "2026-03-01 09:00:00 and something that is far too long",
		    NULL },
		{ "", NULL },
	};
	char text[TIM_TEXT];
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		assert_int_equal(soap_time(t[i].in, &ms), t[i].out != NULL);
		if (t[i].out != NULL)
			assert_string_equal(tim_text(ms, text), t[i].out);
	}
}

/* Attributes of another namespace with the name of one of ours. */
static void
attributes(void **state)
{
	struct scene s = { 0 };
	struct folder_list l;

	(void)state;
	ok(&s, FIND("IncludesLastItemInRange=\"true\"",
		   "<t:Folder><t:FolderId xmlns:z=\"urn:z\" z:Id=\"no\" "
		   "Id=\"F1\"/></t:Folder><t:Folder><t:FolderId t:Id=\"F2\"/>"
		   "</t:Folder>"));
	begin(&s);
	assert_int_equal(ews_ops.folders(s.session, false, &l, &s.e), 0);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].id, "F1");
	assert_string_equal(l.v[1].id, "F2");
	arena_free(&l.arena);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(words),
		cmocka_unit_test(classes), cmocka_unit_test(no_pages),
		cmocka_unit_test(element_class), cmocka_unit_test(names),
		cmocka_unit_test(no_resolve), cmocka_unit_test(departed),
		cmocka_unit_test(no_attachment),
		cmocka_unit_test(fewer_of_items),
		cmocka_unit_test(fewer_of_folders),
		cmocka_unit_test(all_in_one), cmocka_unit_test(one_for_all),
		cmocka_unit_test(fewer_in_vain), cmocka_unit_test(expired),
		cmocka_unit_test(times), cmocka_unit_test(attributes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
