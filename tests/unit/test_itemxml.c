/*
 * test_itemxml.c - answers of GetItem become messages, whole and in pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/tim.h"
#include "ews/itemxml.h"
#include "soapfeed.h"

#define MSG(item) OKMSG("GetItem", "<m:Items>" item "</m:Items>")
#define ONE(item) ENV(RESP("GetItem", MSG(item)))
#define BOX(name, address, type)                                               \
	"<t:Mailbox><t:Name>" name "</t:Name><t:EmailAddress>" address         \
	"</t:EmailAddress><t:RoutingType>" type                                \
	"</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox>"
#define EXT(tag, value)                                                        \
	"<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag=\"" tag           \
	"\" PropertyType=\"String\"/><t:Value>" value                          \
	"</t:Value></t:ExtendedProperty>"

struct got {
	struct message *m[8];
	size_t n;
	char codes[200];
};

static int
take(
    void *arg, const struct soap_status *st, struct message *m, struct err *err)
{
	struct got *g = arg;

	(void)err;
	assert_true(g->n < 8);
	g->m[g->n++] = m;
	strncat(g->codes, st->code, sizeof(g->codes) - 1 - strlen(g->codes));
	return 0;
}

static void
read_all(struct got *g, const char *xml, size_t step, size_t body_max,
    bool content, bool reduced)
{
	struct err e = ERR_INIT;
	struct buf text, body;
	struct itemxml p;
	struct soap s;

	memset(g, 0, sizeof(*g));
	memset(&p, 0, sizeof(p));
	buf_init(&text, 100000);
	s.text = &text;
	buf_init(&body, body_max);
	p.content = content;
	p.reduced = reduced;
	p.body = &body;
	p.take = take;
	p.arg = g;
	if (soapfeed(&s, &itemxml_ops, &p, xml, step, &e) == -1)
		fail_msg("%s", e.msg);
	soap_close(&s);
	itemxml_free(&p);
	buf_free(&text);
	buf_free(&body);
}

static void
done(struct got *g)
{
	while (g->n > 0)
		message_free(g->m[--g->n]);
}

/* clang-format off */
static const char full[] = ONE(
    "<t:Message><t:ItemId Id=\"AAMk+/=\" ChangeKey=\"CQ==\"/>"
    "<t:ParentFolderId Id=\"F\"/><t:ItemClass>IPM.Note</t:ItemClass>"
    "<t:Subject>Gr&#xFC;&#223;e &amp; mehr &#x1F600;</t:Subject>"
    "<t:Sensitivity>Private</t:Sensitivity>"
    "<t:Body BodyType=\"HTML\" IsTruncated=\"false\">&lt;p&gt;hi&lt;/p&gt;"
    "&#x0;&#xB;</t:Body><t:Attachments>"
    "<t:FileAttachment><t:AttachmentId Id=\"AT1\" RootItemId=\"x\"/>"
    "<t:Name>a.png</t:Name><t:ContentType>image/png</t:ContentType>"
    "<t:ContentId>cid1</t:ContentId><t:Size>123</t:Size>"
    "<t:LastModifiedTime>2026-01-01T00:00:00Z</t:LastModifiedTime>"
    "<t:IsInline>true</t:IsInline><t:IsContactPhoto>false"
    "</t:IsContactPhoto></t:FileAttachment>"
    "<t:ItemAttachment><t:AttachmentId Id=\"AT2\"/><t:Name>fwd</t:Name>"
    "<t:Message><t:ItemId Id=\"inner\"/><t:Subject>inner</t:Subject>"
    "<t:Name>inner</t:Name></t:Message></t:ItemAttachment>"
    "<t:ReferenceAttachment><t:AttachmentId Id=\"AT3\"/><t:Name>l</t:Name>"
    "<t:AttachLongPathName>https://x.example/y</t:AttachLongPathName>"
    "</t:ReferenceAttachment><t:OddAttachment><t:Name>no</t:Name>"
    "</t:OddAttachment></t:Attachments>"
    "<t:DateTimeReceived>2026-11-20T08:16:00Z</t:DateTimeReceived>"
    "<t:Size>4711</t:Size><t:Importance>High</t:Importance>"
    "<t:InReplyTo>&lt;p@x&gt;</t:InReplyTo><t:IsDraft>false</t:IsDraft>"
    "<t:DateTimeSent>2026-11-20T08:15:00Z</t:DateTimeSent>"
    "<t:DateTimeCreated>2026-11-20T08:17:00Z</t:DateTimeCreated>"
    "<t:HasAttachments>true</t:HasAttachments>"
    "<t:Categories><t:String>Gr&#xFC;n</t:String><t:Other>no</t:Other>"
    "<t:String>B &amp; C</t:String><t:String/></t:Categories>"
    EXT("0x5d02", "from@x.example") EXT("0x5D01", "/o=no/cn=no")
    EXT("0x7d", "Received: a&#13;\nX: b") EXT("0x1035", "&lt;other@x&gt;")
    "<t:ConversationId Id=\"CONV\"/>"
    "<t:Sender>" BOX("S", "/O=ORG/CN=S", "EX") "</t:Sender>"
    "<t:ToRecipients>" BOX("To A", "a@x.example", "SMTP")
    BOX("To B", "/o=Org/cn=b", "EX") "</t:ToRecipients>"
    "<t:CcRecipients>" BOX("", "c@x.example", "smtp") "</t:CcRecipients>"
    "<t:BccRecipients><t:Mailbox><t:Name>only</t:Name></t:Mailbox>"
    "<t:Mailbox/></t:BccRecipients>"
    "<t:From>" BOX("F", "/o=Org/cn=f", "EX") "</t:From>"
    "<t:InternetMessageId>&lt;m@x&gt;</t:InternetMessageId>"
    "<t:IsRead>true</t:IsRead><t:References>&lt;a@x&gt; &lt;b@x&gt;"
    "</t:References><t:ReplyTo>" BOX("R", "+49 1", "FAX") "</t:ReplyTo>"
    "</t:Message>");
/* clang-format on */

static const struct {
	enum role role;
	const char *name, *address, *raw;
} people[] = {
	{ ROLE_SENDER, "S", NULL, "/O=ORG/CN=S" },
	{ ROLE_TO, "To A", "a@x.example", NULL },
	{ ROLE_TO, "To B", NULL, "/o=Org/cn=b" },
	{ ROLE_CC, NULL, "c@x.example", NULL },
	{ ROLE_BCC, "only", NULL, NULL },
	{ ROLE_FROM, "F", "from@x.example", "/o=Org/cn=f" },
	{ ROLE_REPLY_TO, "R", NULL, "+49 1" },
};

#define same(a, b)                                                             \
	do {                                                                   \
		const char *a_ = (a), *b_ = (b);                               \
		if (b_ == NULL)                                                \
			assert_null(a_);                                       \
		else {                                                         \
			assert_non_null(a_);                                   \
			assert_string_equal(a_, b_);                           \
		}                                                              \
	} while (0)

static void
check_full(const struct message *m)
{
	char when[TIM_TEXT];
	size_t i;

	same(m->item_id, "AAMk+/=");
	same(m->change_key, "CQ==");
	same(m->item_class, "IPM.Note");
	same(m->subject, "Gr\xc3\xbc\xc3\x9f"
			 "e & mehr \xf0\x9f\x98\x80");
	same(m->sensitivity, "private");
	same(m->importance, "high");
	assert_int_equal(m->ncategory, 2);
	same(m->category[0], "Gr\xc3\xbcn");
	same(m->category[1], "B & C");
	same(m->message_id, "<m@x>");
	same(m->in_reply_to, "<p@x>");
	same(m->refs, "<a@x> <b@x>");
	same(m->conversation_id, "CONV");
	same(m->headers, "Received: a\r\nX: b");
	same(tim_text(m->received_at, when), "2026-11-20T08:16:00Z");
	same(tim_text(m->sent_at, when), "2026-11-20T08:15:00Z");
	assert_int_equal(m->size, 4711);
	assert_true(m->is_read && m->has_attachments && !m->is_draft);
	assert_true(m->have_content);
	assert_int_equal(m->body_state, BODY_FULL);
	same(m->html, "<p>hi</p>\xef\xbf\xbd\xef\xbf\xbd");
	assert_int_equal(m->html_len, strlen(m->html));
	assert_null(m->text);
	assert_int_equal(m->naddr, sizeof(people) / sizeof(people[0]));
	for (i = 0; i < m->naddr; i++) {
		assert_int_equal(m->addr[i].role, people[i].role);
		same(m->addr[i].name, people[i].name);
		same(m->addr[i].address, people[i].address);
		same(m->addr[i].raw, people[i].raw);
	}
	assert_int_equal(m->natt, 3);
	same(m->att[0].id, "AT1");
	same(m->att[0].name, "a.png");
	same(m->att[0].media_type, "image/png");
	same(m->att[0].content_id, "cid1");
	assert_int_equal(m->att[0].size, 123);
	assert_true(m->att[0].is_inline);
	assert_int_equal(m->att[1].kind, ATT_ITEM);
	same(m->att[1].id, "AT2");
	same(m->att[1].name, "fwd");
	assert_int_equal(m->att[1].size, -1);
	assert_int_equal(m->att[2].kind, ATT_REFERENCE);
	same(m->att[2].url, "https://x.example/y");
}

static void
everything(void **state)
{
	static const size_t step[] = { 0, 1, 5, 64 };
	struct got g;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
		read_all(&g, full, step[i], 10000, true, false);
		assert_int_equal(g.n, 1);
		assert_int_equal(g.m[0]->err.kind, ERR_NONE);
		check_full(g.m[0]);
		done(&g);
	}
}

/* Every class of item, with errors between, and two in one message. */
static void
classes(void **state)
{
	struct got g;

	(void)state;
	read_all(&g,
	    ENV(RESP("GetItem",
		MSG("<t:MeetingRequest><t:ItemId Id=\"1\"/></t:MeetingRequest>")
		    BADMSG("GetItem", "ErrorItemNotFound", "", "<m:Items/>")
			MSG("<t:Whatever><t:ItemId Id=\"2\"/><t:Subject/>"
			    "</t:Whatever><t:Message><t:ItemId Id=\"3\"/>"
			    "</t:Message>"))),
	    1, 100, false, false);
	assert_int_equal(g.n, 4);
	same(g.codes, "NoErrorErrorItemNotFoundNoErrorNoError");
	same(g.m[0]->item_id, "1");
	assert_null(g.m[0]->subject);
	assert_null(g.m[0]->message_id);
	assert_int_equal(g.m[0]->received_at, TIM_NONE);
	assert_int_equal(g.m[0]->size, -1);
	assert_int_equal(g.m[0]->body_state, BODY_HEADERS);
	assert_null(g.m[1]);
	same(g.m[2]->item_id, "2");
	same(g.m[2]->subject, "");
	same(g.m[3]->item_id, "3");
	done(&g);
}

/* What stands beside items and is none of them; what has only an empty one. */
static void
beside(void **state)
{
	struct got g;

	(void)state;
	read_all(&g,
	    ENV(RESP("GetItem",
		"<x:Hint xmlns:x=\"u\"><t:ItemId Id=\"0\"/></x:Hint>" MSG(
		    "<x:Hint xmlns:x=\"u\"><x:More><t:ItemId Id=\"0\"/>"
		    "<t:Subject>no</t:Subject></x:More></x:Hint><t:Message>"
		    "<t:ItemId Id=\"1\"/></t:Message><x:Hint xmlns:x=\"u\"/>")
		    BADMSG("GetItem", "ErrorItemNotFound", "", "<m:Items/>")
			MSG("<x:Hint xmlns:x=\"u\"/>") MSG(""))),
	    1, 100, false, false);
	assert_int_equal(g.n, 4);
	same(g.codes, "NoErrorErrorItemNotFoundNoErrorNoError");
	same(g.m[0]->item_id, "1");
	assert_null(g.m[0]->subject);
	assert_null(g.m[1]);
	assert_null(g.m[2]);
	assert_null(g.m[3]);
	done(&g);
}

/* Empty elements say nothing; a property's name may follow its value. */
static void
empty(void **state)
{
	struct got g;
	const struct message *m;

	(void)state;
	read_all(&g,
	    ONE("<t:Message><t:Size/><t:DateTimeSent/><t:InReplyTo/>"
		"<t:References/><t:Importance/><t:Sensitivity/>"
		"<t:ExtendedProperty><t:Value>a@x</t:Value>"
		"<t:ExtendedFieldURI PropertyTag=\"0x5D02\"/>"
		"</t:ExtendedProperty><t:From><t:Mailbox><t:EmailAddress>/o=x"
		"</t:EmailAddress><t:RoutingType>EX</t:RoutingType>"
		"</t:Mailbox></t:From><t:Attachments><t:FileAttachment>"
		"<t:Name/>"
		"<t:ContentType/><t:ContentId/><t:Size/></t:FileAttachment>"
		"</t:Attachments></t:Message>"),
	    1, 100, true, false);
	m = g.m[0];
	assert_int_equal(m->size, -1);
	assert_int_equal(m->sent_at, TIM_NONE);
	assert_null(m->in_reply_to);
	assert_null(m->refs);
	assert_null(m->importance);
	assert_null(m->sensitivity);
	same(m->addr[0].address, "a@x");
	assert_null(m->att[0].name);
	assert_null(m->att[0].media_type);
	assert_null(m->att[0].content_id);
	assert_int_equal(m->att[0].size, -1);
	done(&g);
}

/* A body without a type: text or HTML? */
static void
untyped(void **state)
{
	struct got g;

	(void)state;
	read_all(&g, ONE("<t:Message><t:Body>5 &lt; 6</t:Body></t:Message>"), 1,
	    100, true, false);
	same(g.m[0]->text, "5 < 6");
	assert_null(g.m[0]->html);
	done(&g);
	read_all(&g,
	    ONE("<t:Message><t:Body>&lt;HTML>&lt;p>x</t:Body></t:Message>"), 1,
	    100, true, false);
	same(g.m[0]->html, "<HTML><p>x");
	assert_null(g.m[0]->text);
	done(&g);
}

/* Single fields. */
static void
fields(void **state)
{
	struct got g;
	struct message *m;

	(void)state;
	/* received missing: created; message id from the property */
	read_all(&g,
	    ONE("<t:Message><t:DateTimeCreated>2026-01-02T03:04:05Z"
		"</t:DateTimeCreated>" EXT("0x1035", "&lt;p@x&gt;")
		    EXT("0x9999", "no") "</t:Message>"),
	    1, 100, false, false);
	m = g.m[0];
	assert_int_equal(m->received_at, INT64_C(1767323045000));
	same(m->message_id, "<p@x>");
	done(&g);
	/* 2007: the conversation's GUID from its index */
	read_all(&g,
	    ONE("<t:Message><t:ConversationIndex>AQHTu5fWAAECAwQFBgcICQoLDA0ODw"
		"==</t:ConversationIndex></t:Message>"),
	    1, 100, false, false);
	same(g.m[0]->conversation_id, "000102030405060708090a0b0c0d0e0f");
	done(&g);
	read_all(&g,
	    ONE("<t:Message><t:ConversationIndex>AQHT</t:ConversationIndex>"
		"<t:DateTimeSent>soon</t:DateTimeSent><t:Size>-3</t:Size>"
		"</t:Message>"),
	    1, 100, false, false);
	assert_null(g.m[0]->conversation_id);
	assert_int_equal(g.m[0]->sent_at, TIM_NONE);
	assert_int_equal(g.m[0]->size, -1);
	done(&g);
	/* without a routing type the address decides */
	read_all(&g,
	    ONE("<t:Message><t:From><t:Mailbox><t:EmailAddress>a@b</t:"
		"EmailAddress></t:Mailbox></t:From><t:Sender><t:Mailbox>"
		"<t:EmailAddress>/O=x/cn=a@b</t:EmailAddress></t:Mailbox>"
		"</t:Sender></t:Message>"),
	    1, 100, false, false);
	same(g.m[0]->addr[0].address, "a@b");
	assert_null(g.m[0]->addr[1].address);
	same(g.m[0]->addr[1].raw, "/O=x/cn=a@b");
	done(&g);
	/* reduced: From was not asked for, but its property is there */
	read_all(&g, ONE("<t:Contact>" EXT("0x5D02", "f@x") "</t:Contact>"), 1,
	    100, false, true);
	assert_int_equal(g.m[0]->naddr, 1);
	same(g.m[0]->addr[0].address, "f@x");
	done(&g);
}

/* Addresses as other servers write them. */
static void
addresses(void **state)
{
	struct got g;

	(void)state;
	read_all(&g,
	    ONE("<t:Message><t:ToRecipients><t:Mailbox><t:EmailAddress>mailto:"
		"a@b</t:EmailAddress></t:Mailbox><t:Mailbox><t:EmailAddress>"
		"SMTP:c@d</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType>"
		"</t:Mailbox><t:Mailbox><t:EmailAddress>E F &lt;e@f&gt;"
		"</t:EmailAddress></t:Mailbox><t:Mailbox><t:EmailAddress>g@h"
		"</t:EmailAddress><t:RoutingType>EX</t:RoutingType>"
		"</t:Mailbox><t:Mailbox><t:EmailAddress>i@j&lt;x"
		"</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message>"),
	    1, 100, false, false);
	assert_int_equal(g.m[0]->naddr, 5);
	same(g.m[0]->addr[0].address, "a@b");
	same(g.m[0]->addr[1].address, "c@d");
	same(g.m[0]->addr[2].address, "e@f");
	same(g.m[0]->addr[3].address, "g@h");
	same(g.m[0]->addr[4].address, "i@j<x");
	done(&g);
	/* a name without an address: its property tells it */
	read_all(&g,
	    ONE("<t:Message>" EXT("0x5d02",
		"f@x") "<t:From><t:Mailbox><t:Name>F</t:Name><t:RoutingType>"
		       "SMTP</t:RoutingType></t:Mailbox></t:From>"
		       "<t:Sender><t:Mailbox><t:Name>S</t:Name></t:Mailbox>"
		       "</t:Sender></t:Message>"),
	    1, 100, false, false);
	assert_int_equal(g.m[0]->naddr, 2);
	same(g.m[0]->addr[0].address, "f@x");
	assert_null(g.m[0]->addr[1].address);
	done(&g);
}

static void
bodies(void **state)
{
	struct got g;

	(void)state;
	read_all(&g,
	    ONE("<t:Message><t:Body BodyType=\"Text\">x\ny</t:Body>"
		"</t:Message>"),
	    1, 100, true, false);
	same(g.m[0]->text, "x\ny");
	assert_null(g.m[0]->html);
	done(&g);
	/* empty is full, and not asked for is not there */
	read_all(&g, ONE("<t:Message><t:Body BodyType=\"Text\"/></t:Message>"),
	    1, 100, true, false);
	same(g.m[0]->text, "");
	assert_int_equal(g.m[0]->body_state, BODY_FULL);
	done(&g);
	read_all(&g,
	    ONE("<t:Message><t:Body BodyType=\"Text\">x</t:Body>"
		"</t:Message>"),
	    1, 100, false, false);
	assert_null(g.m[0]->text);
	done(&g);
	/* too large: dropped, the rest stays */
	read_all(&g,
	    ONE("<t:Message><t:Body BodyType=\"HTML\">0123456789abc</t:Body>"
		"<t:Size>9</t:Size></t:Message>"),
	    1, 10, true, false);
	assert_int_equal(g.m[0]->body_state, BODY_TOO_LARGE);
	assert_null(g.m[0]->html);
	assert_int_equal(g.m[0]->size, 9);
	assert_int_equal(g.m[0]->err.kind, ERR_NONE);
	done(&g);
	/* cut by the server, in both ways it says so */
	read_all(&g,
	    ONE("<t:Message><t:Body BodyType=\"HTML\" IsTruncated=\"true\">x"
		"</t:Body></t:Message>"),
	    1, 100, true, false);
	same(g.m[0]->err.code, "truncated");
	assert_int_equal(g.m[0]->err.kind, ERR_RETRY);
	done(&g);
	read_all(&g,
	    ONE("<t:Message><t:Body BodyType=\"Text\">x === Truncated Data "
		"===\n </t:Body></t:Message>"),
	    1, 100, true, false);
	same(g.m[0]->err.code, "truncated");
	done(&g);
}

/* A property past the cap is the item's error; the next item is fine. */
static void
too_large(void **state)
{
	struct got g;
	char *xml = malloc(300000), *big = malloc(200001);

	(void)state;
	memset(big, 'x', 200000);
	big[200000] = '\0';
	snprintf(xml, 300000, "%s%s%s",
	    "<s:Envelope" NS "><s:Body><m:GetItemResponse>"
	    "<m:ResponseMessages>"
	    "<m:GetItemResponseMessage ResponseClass=\"Success\"><m:Items>"
	    "<t:Message><t:ItemId Id=\"1\"/><t:Subject>",
	    big,
	    "</t:Subject></t:Message></m:Items></m:GetItemResponseMessage>"
	    "<m:GetItemResponseMessage ResponseClass=\"Success\"><m:Items>"
	    "<t:Message><t:ItemId Id=\"2\"/></t:Message></m:Items>"
	    "</m:GetItemResponseMessage></m:ResponseMessages>"
	    "</m:GetItemResponse></s:Body></s:Envelope>");
	read_all(&g, xml, 0, 100, true, false);
	assert_int_equal(g.n, 2);
	same(g.m[0]->err.code, "too_large");
	assert_int_equal(g.m[0]->err.kind, ERR_ITEM);
	same(g.m[0]->item_id, "1");
	assert_int_equal(g.m[1]->err.kind, ERR_NONE);
	done(&g);
	free(xml);
	free(big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(everything),
		cmocka_unit_test(classes), cmocka_unit_test(beside),
		cmocka_unit_test(empty), cmocka_unit_test(untyped),
		cmocka_unit_test(fields), cmocka_unit_test(addresses),
		cmocka_unit_test(bodies), cmocka_unit_test(too_large) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
