/*
 * test_attach.c - the content of an attachment, in pieces of every size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "ewsscene.h"
#include "ews/attach.h"

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
		return err_code(err, CAUSE_TOO_LARGE, "too_large", SCOPE_ITEM);
	}
	return buf_add(&c->got, p, n);
}

#define ATT(att)                                                               \
	ENV(RESP("GetAttachment",                                              \
	    OKMSG("GetAttachment", "<m:Attachments>" att "</m:Attachments>")))
#define FILE_(more)                                                            \
	ATT("<t:FileAttachment><t:AttachmentId Id=\"T\"/>"                     \
	    "<t:Name>n</t:Name>" more "</t:FileAttachment>")
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
	{ FILE_("<t:Content>aGVsb</t:Content>"), ATT_FILE, NULL, "",
	    "truncated", ERR_RETRY },
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

static void
pieces(void **state)
{
	struct buf b64;
	char raw[20000];
	size_t step;

	(void)state;
	crypt_random(raw, sizeof(raw));
	buf_init(&b64, 40000);
	assert_int_equal(enc_base64(&b64, raw, sizeof(raw)), 0);
	for (step = 1; step < 30000; step = step * 3 + 1) {
		struct collect c = { .base.write = collect };
		struct err e = ERR_INIT;
		struct attach p;
		size_t i, n;

		memset(&p, 0, sizeof(p));
		unbase64_init(&p.decode, &c.base);
		buf_init(&c.got, 40000);
		for (i = 0; i < b64.len; i += n) {
			n = b64.len - i < step ? b64.len - i : step;
			assert_int_equal(
			    attach_ops.text(&p, b64.data + i, n, &e), 0);
		}
		assert_false(p.decode.bad);
		assert_int_equal(c.got.len, sizeof(raw));
		assert_memory_equal(c.got.data, raw, sizeof(raw));
		assert_int_equal(p.ntail, ATTACH_TAIL);
		assert_memory_equal(
		    p.tail, b64.data + b64.len - ATTACH_TAIL, ATTACH_TAIL);
		buf_free(&c.got);
	}
	buf_free(&b64);
}

/* A whole answer, larger than any buffer on the way. */
static void
whole(void **state)
{
	static const size_t step[] = { 1, 1000, 70000, 0 };
	size_t n = 200000, i;
	unsigned char *raw = malloc(n);
	struct buf xml, text;

	(void)state;
	crypt_random(raw, n);
	buf_init(&xml, 1 << 20);
	buf_adds(&xml,
	    "<s:Envelope" NS "><s:Body><m:GetAttachmentResponse>"
	    "<m:ResponseMessages><m:GetAttachmentResponseMessage "
	    "ResponseClass=\"Success\"><m:Attachments><t:FileAttachment>"
	    "<t:AttachmentId Id=\"T\"/><t:Content>");
	enc_base64(&xml, raw, n);
	buf_adds(&xml, "</t:Content></t:FileAttachment></m:Attachments>"
		       "</m:GetAttachmentResponseMessage>"
		       "</m:ResponseMessages></m:GetAttachmentResponse>"
		       "</s:Body></s:Envelope>");
	buf_init(&text, 100);
	for (i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
		struct collect c = { .base.write = collect };
		struct err e = ERR_INIT;
		char type[ATTACH_TYPE] = "";
		struct attach p;
		struct soap s;

		memset(&p, 0, sizeof(p));
		p.id = "T";
		p.type = type;
		p.out = &c.base;
		buf_init(&c.got, n);
		s.text = &text;
		assert_int_equal(
		    soapfeed(&s, &attach_ops, &p, buf_str(&xml), step[i], &e),
		    0);
		soap_close(&s);
		assert_true(p.seen && p.content && !p.decode.bad);
		assert_int_equal(c.got.len, n);
		assert_memory_equal(c.got.data, raw, n);
		buf_free(&c.got);
	}
	buf_free(&xml);
	buf_free(&text);
	free(raw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(attachments),
		cmocka_unit_test(pieces), cmocka_unit_test(whole) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
