/*
 * test_attach.c - the content of an attachment, in pieces of every size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "ews/attach.h"
#include "soapfeed.h"

struct collect {
	struct stream base;
	struct buf got;
};

static int
collect(struct stream *base, const void *p, size_t n, struct err *err)
{
	struct collect *c = (struct collect *)base;

	(void)err;
	return buf_add(&c->got, p, n);
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
		p.out = &c.base;
		buf_init(&c.got, 40000);
		for (i = 0; i < b64.len; i += n) {
			n = b64.len - i < step ? b64.len - i : step;
			assert_int_equal(
			    attach_ops.text(&p, b64.data + i, n, &e), 0);
		}
		assert_false(p.bad);
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
		assert_true(p.seen && p.content && !p.bad);
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
	const struct CMUnitTest tests[] = { cmocka_unit_test(pieces),
		cmocka_unit_test(whole) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
