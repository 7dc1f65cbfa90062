/*
 * test_soap.c - element names, envelopes, faults, response messages; each
 * answer whole, byte by byte, and in odd pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "ews/call.h"
#include "soapfeed.h"

/* Records what the operation was called with. */
struct rec {
	struct buf log;
	struct err first;
	struct buf text; /* the parser's scratch */
};

static int
on_start(void *arg, enum tok t, int level, const struct xml_attrs *a,
    struct err *err)
{
	struct rec *r = arg;
	const char *id = xml_attr(a, "Id");

	(void)err;
	if (t == TOK_NONE && level == 1)
		return SOAP_SKIP; /* DescriptiveLinkKey */
	buf_addf(&r->log, "<%d%s%s%s", level, tok_name(t),
	    id == NULL ? "" : "=", id == NULL ? "" : id);
	return t == TOK_Subject             ? SOAP_TEXT
	       : t == TOK_Content           ? SOAP_STREAM
	       : t == TOK_NONE && level > 2 ? SOAP_SKIP
					    : SOAP_ENTER;
}

static int
on_end(void *arg, enum tok t, int level, const char *text, size_t len,
    struct err *err)
{
	struct rec *r = arg;

	(void)err;
	if (text != NULL)
		assert_int_equal(strlen(text), len);
	buf_addf(&r->log, ">%d%s%s%s", level, tok_name(t),
	    text == NULL ? "" : ":",
	    text != NULL ? text
	    : len > 0    ? "(too large)"
			 : "");
	return 0;
}

static int
on_text(void *arg, const char *s, size_t n, struct err *err)
{
	struct rec *r = arg;

	(void)err;
	buf_add(&r->log, s, n);
	return 0;
}

static int
on_message(void *arg, const struct soap_status *st, struct err *err)
{
	struct rec *r = arg;

	(void)err;
	buf_addf(&r->log, "!%s(%s)%lld", st->code, st->text,
	    (long long)st->backoff_ms);
	if (r->first.kind == ERR_NONE)
		call_status(st, SCOPE_ITEM, &r->first);
	return 0;
}

static const struct soap_ops ops = { "GetItem", on_start, on_end, on_text,
	on_message };

/* text_max: the cap of the scratch. */
static void
begin(struct soap *s, struct rec *r, size_t text_max)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->log, 100000);
	buf_init(&r->text, text_max);
	s->text = &r->text;
}

static void
end(struct soap *s, struct rec *r)
{
	soap_close(s);
	buf_free(&r->log);
	buf_free(&r->text);
}

#define OTHER " xmlns:x=\"urn:other\""

static const struct {
	const char *xml, *log, *fault;
	int rc;
} t[] = {
	/* the plain case; what is not entered is not told */
	{ ENV(RESP("GetItem",
	      OKMSG("GetItem",
		  "<m:Items><t:Message><t:ItemId Id=\"A&amp;&lt;b\"/>"
		  "<t:Subject>x &lt; &#xE9;</t:Subject><t:Odd><t:Subject>no"
		  "</t:Subject></t:Odd></t:Message></m:Items>"))),
	    "<1Items<2Message<3ItemId=A&<b>3ItemId<3Subject>3Subject:x < "
	    "\xc3\xa9<3>2Message>1Items!NoError()-1",
	    "", 0 },
	/* other prefixes, a default namespace, attributes unquoted oddly */
	{ "<E:Envelope xmlns:E='http://schemas.xmlsoap.org/soap/envelope/'>"
	  "<E:Body><GetItemResponse xmlns='http://schemas."
	  "microsoft.com/exchange/services/2006/messages'><ResponseMessages>"
	  "<GetItemResponseMessage ResponseClass='Success'><ResponseCode>"
	  "NoError</ResponseCode><Items/></GetItemResponseMessage>"
	  "</ResponseMessages></GetItemResponse></E:Body></E:Envelope>",
	    "<1Items>1Items!NoError()-1", "", 0 },
	/* what stands beside the response, and beside its messages */
	{ "<E:Envelope xmlns:E='http://www.w3.org/2003/05/soap-envelope'>"
	  "<Hint><Body/></Hint><E:Body><Hint>"
	  "<GetItemResponse/></Hint><GetItemResponse><Hint/><ResponseMessages>"
	  "<Hint><ResponseCode>no</ResponseCode></Hint>"
	  "<GetItemResponseMessage><Items/></GetItemResponseMessage><Hint/>"
	  "</ResponseMessages></GetItemResponse><Hint/></E:Body></E:Envelope>",
	    "<1Items>1Items!()-1", "", 0 },
	/* known names of another vocabulary are not ours, at any place */
	{ "<s:Envelope" NS OTHER
	  "><x:Body><m:GetItemResponse/></x:Body><s:Body>"
	  "<x:Fault/><x:GetFolderResponse/><m:GetItemResponse>"
	  "<x:ResponseMessages><m:GetItemResponseMessage/></x:ResponseMessages>"
	  "<m:ResponseMessages><x:GetItemResponseMessage/>"
	  "<m:GetItemResponseMessage ResponseClass='Success'><x:ResponseCode>"
	  "ErrorItemNotFound</x:ResponseCode><x:Items><t:Message/></x:Items>"
	  "<m:Items><x:Message><t:Subject>no</t:Subject></x:Message><t:Message>"
	  "<x:Subject>no</x:Subject><t:Subject>yes</t:Subject></t:Message>"
	  "</m:Items></m:GetItemResponseMessage></m:ResponseMessages>"
	  "</m:GetItemResponse></s:Body></s:Envelope>",
	    "<1Items<2Message<3Subject>3Subject:yes>2Message>1Items!()-1", "",
	    0 },
	/* a prefix, and none, mean what the innermost declaration says */
	{ ENV(RESP("GetItem",
	      OKMSG("GetItem",
		  "<m:Items><t:Message><Subject xmlns=\"urn:other\">no"
		  "</Subject>"
		  "<Subject xmlns=\"\">1</Subject><t:Odd xmlns:t=\"urn:other\">"
		  "<t:Subject>no</t:Subject></t:Odd><t:Subject>2</t:Subject>"
		  "<t:Message xmlns:t=\"urn:other\" xmlns:x=\"http://schemas."
		  "microsoft.com/exchange/services/2006/types\"/><x:Subject "
		  "xmlns:x=\"http://schemas.microsoft.com/exchange/services/"
		  "2006/types\">3</x:Subject></t:Message></m:Items>"))),
	    "<1Items<2Message<3Subject>3Subject:1<3Subject>3Subject:2"
	    "<3Subject>3Subject:3>2Message>1Items!NoError()-1",
	    "", 0 },
	/* either of Exchange's namespaces, https, and what nobody declared */
	{ "<S:Envelope xmlns:S='https://schemas.xmlsoap.org/soap/envelope' "
	  "xmlns:t='https://schemas.microsoft.com/exchange/services/2006/types'"
	  "><S:Body><t:GetItemResponse><m:ResponseMessages><m:"
	  "GetItemResponseMessage><t:Items><m:Message/></t:Items></m:"
	  "GetItemResponseMessage></m:ResponseMessages></t:GetItemResponse>"
	  "</S:Body></S:Envelope>",
	    "<1Items<2Message>2Message>1Items!()-1", "", 0 },
	/* an envelope of somebody else */
	{ "<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/2'><Body>"
	  "<GetItemResponse/></Body></Envelope>",
	    "", "", -1 },
	/* BOM; illegal characters as Exchange sends them */
	{ "\xef\xbb\xbf" ENV(RESP("GetItem",
	      OKMSG("GetItem", "<m:Items><t:Subject>a&#x0;b&#x1F;\x01"
			       "</t:Subject></m:Items>"))),
	    "<1Items<2Subject>2Subject:a\xef\xbf\xbd"
	    "b\xef\xbf\xbd\xef\xbf\xbd>1Items!NoError()-1",
	    "", 0 },
	/* errors, a warning, a back-off; two messages */
	{ ENV(RESP("GetItem",
	      BADMSG("GetItem", "ErrorItemNotFound", "gone", "")
		  BADMSG("GetItem", "ErrorServerBusy", "busy",
		      "<m:MessageXml><t:Value Name=\"BackOffMilliseconds\">1234"
		      "</t:Value><t:Value Name=\"PolicyLimit\">7</t:Value>"
		      "<t:X><t:Value>deep</t:Value></t:X></m:MessageXml>"))),
	    "!ErrorItemNotFound(gone)-1!ErrorServerBusy(busy "
	    "PolicyLimit=7)1234",
	    "", 0 },
	/* faults: with detail, without */
	{ ENV("<s:Fault><faultcode xmlns:a=\"x\">a:ErrorServerBusy"
	      "</faultcode><faultstring xml:lang=\"en\">busy</faultstring>"
	      "<detail><e:ResponseCode" NS_ERRORS ">ErrorServerBusy"
	      "</e:ResponseCode><e:Message" NS_ERRORS ">later</e:Message>"
	      "<t:MessageXml><t:Value Name=\"BackOffMilliseconds\">297749"
	      "</t:Value></t:MessageXml></detail></s:Fault>"),
	    "", "ErrorServerBusy|later|297749", 0 },
	{ ENV("<s:Fault><faultcode>s:Client</faultcode><faultstring>The "
	      "request failed.</faultstring></s:Fault>"),
	    "", "Client|The request failed.|-1", 0 },
	{ ENV("<s:Fault><faultcode>a:ErrorSchemaValidation</faultcode>"
	      "<detail><e:Message" NS_ERRORS ">bad</e:Message>"
	      "<t:MessageXml><t:Value Name=\"LineNumber\">1</t:Value>"
	      "<t:Value Name=\"Violation\">no such\nelement</t:Value>"
	      "</t:MessageXml></detail></s:Fault>"),
	    "",
	    "ErrorSchemaValidation|bad LineNumber=1 Violation=no "
	    "such?element|-1",
	    0 },
	{ ENV("<s:Fault/>"), "", "||-1", 0 },
	/* a message that refuses the version counts as a fault */
	{ ENV(RESP("GetItem",
	      BADMSG("GetItem", "ErrorInvalidServerVersion", "no", "")
		  BADMSG("GetItem", "ErrorItemNotFound", "gone", ""))),
	    "", "ErrorInvalidServerVersion|no|-1", 0 },
	/* an answer to something else, and what is no envelope */
	{ ENV(RESP("GetFolder", OKMSG("GetFolder", ""))), "", "", -1 },
	{ ENV(RESP("GetItem", "") RESP("GetItem", "")), "", "", -1 },
	{ "<html><body/></html>", "", "", -1 },
	{ "<!DOCTYPE x [<!ENTITY e \"1\">]>" ENV(""), "", "", -1 },
	/* cut short */
	{ "<s:Envelope" NS "><s:Body>", "", "", -1 },
	{ "", "", "", -1 },
};

static void
answers(void **state)
{
	static const size_t step[] = { 0, 1, 7 };
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		for (j = 0; j < sizeof(step) / sizeof(step[0]); j++) {
			struct err e = ERR_INIT;
			struct soap s;
			struct rec r;
			char fault[600] = "";
			int rc;

			begin(&s, &r, 1000);
			rc = soapfeed(&s, &ops, &r, t[i].xml, step[j], &e);
			if (rc != t[i].rc)
				print_error("case %zu: %s\n", i, e.msg);
			assert_int_equal(rc, t[i].rc);
			if (rc == -1)
				assert_int_equal(e.kind, ERR_RETRY);
			if (rc == 0 && s.fault)
				snprintf(fault, sizeof(fault), "%s|%s|%lld",
				    s.fault_st.code, s.fault_st.text,
				    (long long)s.fault_st.backoff_ms);
			assert_string_equal(buf_str(&r.log), t[i].log);
			assert_string_equal(fault, t[i].fault);
			end(&s, &r);
		}
	}
}

static void
server_version(void **state)
{
	struct err e = ERR_INIT;
	struct soap s;
	struct rec r;

	(void)state;
	begin(&s, &r, 1000);
	assert_int_equal(soapfeed(&s, &ops, &r, ENV(""), 0, &e), 0);
	assert_true(s.build.known && s.envelope && s.complete);
	assert_false(s.response || s.fault);
	assert_int_equal(s.build.major, 15);
	assert_int_equal(s.build.minor, 2);
	assert_int_equal(s.build.build, 2562);
	assert_int_equal(s.build.revision, 17);
	end(&s, &r);
}

/* A text larger than the scratch buffer is reported as such, not cut. */
static void
too_large(void **state)
{
	static const char xml[] = ENV(RESP("GetItem",
	    OKMSG("GetItem", "<m:Subject>0123456789012345678901234567"
			     "89</m:Subject><m:Subject>0123</m:Subject>")));
	struct err e = ERR_INIT;
	struct soap s;
	struct rec r;

	(void)state;
	begin(&s, &r, 20);
	assert_int_equal(soapfeed(&s, &ops, &r, xml, 1, &e), 0);
	assert_string_equal(buf_str(&r.log),
	    "<1Subject>1Subject(too large)<1Subject>1Subject:0123!"
	    "NoError()-1");
	end(&s, &r);
}

static void
names(void **state)
{
	char near[64];
	int i;

	(void)state;
	tok_init();
	for (i = 1; i < TOK_COUNT; i++) {
		assert_int_equal(tok_find(tok_name((enum tok)i)), i);
		snprintf(near, sizeof(near), "%sx", tok_name((enum tok)i));
		assert_int_equal(tok_find(near), TOK_NONE);
		near[0] ^= 0x20;
		near[strlen(near) - 1] = '\0';
		assert_int_not_equal(tok_find(near), i);
	}
	assert_int_equal(tok_find(""), TOK_NONE);
	assert_int_equal(tok_find("Subject "), TOK_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names),
		cmocka_unit_test(answers), cmocka_unit_test(server_version),
		cmocka_unit_test(too_large) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
