/*
 * test_xmltext.c - text that fmt/xml.c decodes without expat: the handlers
 * hear of it what they hear when expat gets the document byte by byte, in
 * which no text is long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fmt/xml.h"
#include "fmt/xmltext.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TEN      "0123456789"
/* more than what makes decoding here worthwhile */
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

/* -- the decoder alone ---------------------------------------------------- */

static const struct {
	const char *in, *out, *rest;
} decoded[] = {
	{ "plain", "plain", "" },
	{ "a&lt;b&gt;c&amp;d&quot;e&apos;f", "a<b>c&d\"e'f", "" },
	{ "&#x41;&#65;&#xD;&#10;&#9;&#x0000041;", "AA\r\n\tA", "" },
	{ "&#xe4;&#x20AC;&#x1F600;", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
	    "" },
	{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "" },
	{ "a\r\nb\rc\nd\r\r\ne", "a\nb\nc\nd\n\ne", "" },
	{ "a]b]&gt;", "a]b]>", "" },
	/* the parser goes on */
	{ "a<b>", "a", "<b>" },
	{ "a]]>b", "a", "]]>b" },
	{ "a]", "a", "]" },
	{ "a\r", "a", "\r" },
	{ "a&nbsp;b", "a", "&nbsp;b" },
	{ "a&", "a", "&" },
	{ "a&l", "a", "&l" },
	{ "a&lt", "a", "&lt" },
	{ "a&LT;", "a", "&LT;" },
	{ "a&apos", "a", "&apos" },
	{ "a&quot", "a", "&quot" },
	{ "a&amp", "a", "&amp" },
	{ "a&#", "a", "&#" },
	{ "a&#x", "a", "&#x" },
	{ "a&#x41", "a", "&#x41" },
	{ "a&#;", "a", "&#;" },
	{ "a&#x;", "a", "&#x;" },
	{ "a&#4a;", "a", "&#4a;" },
	{ "a&#x0;", "a", "&#x0;" },
	{ "a&#xD800;", "a", "&#xD800;" },
	{ "a&#xFFFE;", "a", "&#xFFFE;" },
	{ "a&#x110000;", "a", "&#x110000;" },
	{ "a&#99999999999999999999;", "a", "&#99999999999999999999;" },
};

static void
expect_decoded(const char *before, size_t i, size_t behind)
{
	char *in = mem_printf("%s%s%.*s", before, decoded[i].in,
	    *decoded[i].rest == '\0' ? (int)behind : 0, LONG);
	char *want = mem_printf("%s%s%.*s", before, decoded[i].out,
	    *decoded[i].rest == '\0' ? (int)behind : 0, LONG);
	size_t n = strlen(in), len, k;
	/* of their exact sizes: a step past them shows */
	char *own = malloc(n), *out = malloc(n + XMLTEXT_ROOM);

	memcpy(own, in, n);
	k = xmltext_decode(own, n, out, n + XMLTEXT_ROOM, &len);
	if (len != strlen(want) || memcmp(out, want, len) != 0)
		fail_msg("%s: %.*s", in, (int)len, out);
	assert_int_equal(n - k, strlen(decoded[i].rest));
	free(own);
	free(out);
	free(in);
	free(want);
}

static void
test_decode(void **state)
{
	size_t i, n;
	char before[40];

	(void)state;
	for (i = 0; i < COUNT(decoded); i++) {
		for (n = 0; n < 35; n++) {
			snprintf(before, sizeof(before), "%.*s", (int)n, LONG);
			expect_decoded(before, i, 0);
			expect_decoded(before, i, n);
		}
	}
}

/* Whatever the room, nothing is lost and nothing written behind it. */
static void
test_decode_room(void **state)
{
	static const char in[] = LONG "&lt;&#x1F600;" LONG "\r\n]&amp;" LONG
				      "&#x1F600;&#x1F600;&#x1F600;" TEN;
	char all[sizeof(in) + XMLTEXT_ROOM];
	size_t n = sizeof(in) - 1, nall, room;

	(void)state;
	assert_int_equal(xmltext_decode(in, n, all, sizeof(all), &nall), n);
	for (room = XMLTEXT_ROOM; room < sizeof(in); room++) {
		char *out = malloc(room), *got = malloc(sizeof(in));
		size_t at = 0, len, ngot = 0;

		while (at < n) {
			size_t k =
			    xmltext_decode(in + at, n - at, out, room, &len);

			assert_true(k > 0);
			assert_true(at + k == n || room - len < XMLTEXT_ROOM);
			memcpy(got + ngot, out, len);
			at += k;
			ngot += len;
		}
		assert_int_equal(ngot, nall);
		assert_memory_equal(got, all, nall);
		free(out);
		free(got);
	}
}

static void
test_find(void **state)
{
	static const struct {
		const char *in;
		enum xmltext_before before;
		size_t at; /* 0 with CONTENT: at once; 999: nowhere */
	} rows[] = {
		{ LONG, XMLTEXT_CONTENT, 0 },
		{ LONG, XMLTEXT_OTHER, 999 },
		{ LONG, XMLTEXT_OPEN, 999 },
		{ LONG ">" LONG ";" LONG, XMLTEXT_NONE, 999 },
		{ LONG ">" LONG "<b>" LONG, XMLTEXT_NONE, 304 },
		{ "t;" LONG, XMLTEXT_OPEN, 2 },
		{ "t;" LONG, XMLTEXT_OTHER, 999 },
		{ "b>" LONG, XMLTEXT_OPEN, 2 },
		{ "b>" LONG ";", XMLTEXT_OPEN, 2 },
		{ "b>" LONG, XMLTEXT_OTHER, 2 },
		{ "<b>" LONG "<c>", XMLTEXT_CONTENT, 3 },
		{ "short<b>" LONG, XMLTEXT_CONTENT, 8 },
		{ "<a>short</a><b>" LONG, XMLTEXT_OTHER, 15 },
		{ "<a>short</a><b>short</b>", XMLTEXT_CONTENT, 999 },
		{ "<a b='" LONG "'>short</a>", XMLTEXT_OTHER, 999 },
		{ "<a b='" LONG "'>" LONG, XMLTEXT_OTHER, 158 },
		{ "", XMLTEXT_CONTENT, 999 },
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		n = strlen(rows[i].in);
		if (xmltext_find(rows[i].in, n, rows[i].before) !=
		    (rows[i].at == 999 ? n : rows[i].at))
			fail_msg("row %zu", i);
	}
}

/* -- as part of the parser ------------------------------------------------ */

struct heard {
	struct buf out;
	bool text_open;
	size_t fail_at; /* the handler fails after that much text; 0: never */
	size_t text;
};

/* Elements whose name begins in upper case want their text. */
static int
hear_start(
    void *arg, const char *name, const struct xml_attrs *a, struct err *e)
{
	struct heard *h = arg;

	(void)a;
	(void)e;
	h->text_open = false;
	buf_addf(&h->out, "(%s", name);
	return name[0] >= 'A' && name[0] <= 'Z';
}

static int
hear_end(void *arg, const char *name, struct err *e)
{
	struct heard *h = arg;

	(void)e;
	h->text_open = false;
	buf_addf(&h->out, "%s)", name);
	return 0;
}

static int
hear_text(void *arg, const char *p, size_t n, struct err *e)
{
	struct heard *h = arg;

	if (!h->text_open)
		buf_addc(&h->out, '\'');
	h->text_open = true;
	buf_add(&h->out, p, n);
	h->text += n;
	if (h->fail_at > 0 && h->text >= h->fail_at)
		return err_set(e, ERR_ITEM, "enough");
	return 0;
}

/* Feeds head bytes, then steps. */
static int
hear(struct heard *h, const char *in, size_t len, size_t head, size_t step,
    struct err *e)
{
	struct xml_handler handler = { hear_start, hear_end, hear_text, h,
		NULL };
	struct xml *x = xml_open(&handler);
	size_t n = head < len ? head : len;
	int r = 0;

	err_clear(e);
	buf_reset(&h->out);
	h->text_open = false;
	h->text = 0;
	for (; len > 0 && r == 0;
	     in += n, len -= n, n = step < len ? step : len)
		r = xml_feed(x, in, n, e);
	if (r == 0)
		r = xml_end(x, e);
	xml_close(x);
	return r;
}

/* In a document that begins with enough for xml.c to know what it is. */
#define HEAD                                                                   \
	"<?xml version='1.0' encoding='utf-8'?>"                               \
	"<!-- " LONG LONG " --><a>"

static const char *const same[] = {
	"<B>" LONG "</B></a>",
	"<B>" LONG "&lt;" LONG "&#xD;\n&#x1F600;" LONG "</B><c>x</c></a>",
	"<b>" LONG "&lt;" LONG "<C>" LONG "</C>" LONG "</b>" LONG "</a>",
	"<B>" LONG "\r\n" LONG "\r" LONG "\n" LONG "]" LONG "]]x" LONG
	"</B></a>",
	"<B>\xc3\xa4" LONG "\xe2\x82\xac" LONG "\x01" LONG "\xff" LONG
	"</B></a>",
	"<B>" LONG "&#x0;" LONG "&#xD83D;&#xDE00;" LONG "&#55;" LONG "</B></a>",
	"<B><![CDATA[" LONG "&lt;>" LONG "]" LONG "]]>" LONG "&lt;</B></a>",
	"<B><![CDATA[>" LONG "&amp;" LONG "<c>" LONG "]]>" LONG "&lt;</B></a>",
	"<B>" LONG "<!-- > " LONG " <c> & " LONG " -->" LONG "&lt;</B></a>",
	"<B>" LONG "<?pi > " LONG " <c> & " LONG " ?>" LONG "&lt;</B></a>",
	"<B c='>" LONG "&gt;" LONG "'>" LONG "&lt;" LONG "</B></a>",
	"<B c='&gt;" LONG "&gt;" LONG "'/>" LONG "&lt;" LONG "</a>",
	"<B>" LONG "</B>" LONG "<B>" LONG "<C/>" LONG "<D/>" LONG "</B></a>",
	/* which expat refuses */
	"<B>" LONG "]]>" LONG "</B></a>",
	"<B>" LONG "&nbsp;" LONG "</B></a>",
	"<B>" LONG "& " LONG "</B></a>",
	"<B>" LONG "&lt " LONG "</B></a>",
	"<B>" LONG "\n" LONG "\xc3\xa4" LONG "</C></a>",
	"<B>" LONG "\r\n" LONG "</B>" LONG "<B>\n" LONG "</C></a>",
	"<B>" LONG,
	"<B>" LONG "&l",
	"</a>" LONG,
	"</a>>" LONG "&lt;",
};

static void
expect_same(struct heard *one, struct heard *all, const char *doc, bool cut)
{
	struct err want = ERR_INIT, e = ERR_INIT;
	size_t len = strlen(doc), head;
	int r = hear(one, doc, len, 1, 1, &want);

	for (head = cut ? 1 : len; head <= len; head++) {
		if (hear(all, doc, len, head, len, &e) != r ||
		    strcmp(e.msg, want.msg) != 0)
			fail_msg("%s, not %s: %s", e.msg, want.msg, doc);
		/* what came before a mistake may be told or not */
		if (r == 0)
			assert_string_equal(
			    buf_str(&all->out), buf_str(&one->out));
	}
}

static void
test_same(void **state)
{
	struct heard one = { 0 }, all = { 0 };
	size_t i;
	char *doc;

	(void)state;
	buf_init(&one.out, 1 << 20);
	buf_init(&all.out, 1 << 20);
	for (i = 0; i < COUNT(same); i++) {
		doc = mem_printf("%s%s", HEAD, same[i]);
		expect_same(&one, &all, doc, true);
		free(doc);
	}
	buf_free(&one.out);
	buf_free(&all.out);
}

/* Documents that are put together by chance. */
static void
test_same_by_chance(void **state)
{
	static const char *const part[] = { LONG, LONG, LONG, "x", "&lt;",
		"&amp;", "&#xD;\n", "\r\n", "\r", "]", ">", "\xc3\xa4", "<B>",
		"</B>", "<c d='>'>", "</c>", "<!-- x -->", "<![CDATA[y]]>",
		"&#x1F600;", ";" };
	struct heard one = { 0 }, all = { 0 };
	struct buf doc;
	uint32_t r = 1;
	int i, k;

	(void)state;
	buf_init(&one.out, 1 << 20);
	buf_init(&all.out, 1 << 20);
	buf_init(&doc, 1 << 20);
	for (i = 0; i < 3000; i++) {
		buf_reset(&doc);
		buf_adds(&doc, HEAD);
		for (k = 0; k < 30; k++) {
			r = r * 1664525 + 1013904223;
			buf_adds(&doc, part[(r >> 16) % COUNT(part)]);
		}
		/* most are well-formed to here, and then cut off */
		expect_same(&one, &all, buf_str(&doc), false);
	}
	buf_free(&doc);
	buf_free(&one.out);
	buf_free(&all.out);
}

/* How much expat gets, in how many calls. */
static size_t expat_bytes, expat_calls;

int __real_XML_Parse(void *parser, const char *p, int n, int final);
int __wrap_XML_Parse(void *parser, const char *p, int n, int final);

int
__wrap_XML_Parse(void *parser, const char *p, int n, int final)
{
	expat_bytes += (size_t)n;
	expat_calls++;
	return __real_XML_Parse(parser, p, n, final);
}

static void
measure(const char *begin, const char *again, int count, const char *end)
{
	struct heard h = { 0 };
	struct err e = ERR_INIT;
	struct buf doc;

	buf_init(&h.out, 1 << 20);
	buf_init(&doc, 1 << 20);
	buf_addf(&doc, HEAD "%s", begin);
	while (count-- > 0)
		buf_adds(&doc, again);
	buf_addf(&doc, "%s</a>", end);
	expat_bytes = expat_calls = 0;
	if (hear(&h, doc.data, doc.len, doc.len, 1, &e) != 0)
		fail_msg("%s", e.msg);
	buf_free(&doc);
	buf_free(&h.out);
}

/* What this is for: text does not go through expat. */
static void
test_expat_gets_no_text(void **state)
{
	(void)state;
	measure("<B>", TEN "&lt;p&gt;&#xD;\n", 5000, "</B>");
	assert_true(expat_bytes < 1000);
	measure("<b>", TEN "&lt;p&gt;\r\n", 5000, "</b>");
	assert_true(expat_bytes < 1000);
	/* short texts go as they are, since a call of expat costs more */
	measure("", "<B>" TEN "</B>", 5000, "");
	assert_true(expat_bytes > 5000 * 17 && expat_calls < 10);
}

/* What looks like text and is none costs no call for each byte. */
static void
test_attempts(void **state)
{
	(void)state;
	measure("<!-- ", ">", 100000, LONG " -->");
	assert_true(expat_calls < 50);
	measure("<!-- ", "<>" LONG, 1000, " -->");
	assert_true(expat_calls < 100);
	measure("<B>", "]]x>" LONG, 1000, "</B>");
	assert_true(expat_calls < 50);
	measure("<B>", "<![CDATA[>]]>>" LONG, 1000, "</B>");
	assert_true(expat_calls < 2100);
}

/* A handler that has enough is not called again. */
static void
test_handler_stops(void **state)
{
	struct heard h = { .fail_at = 5000 };
	struct err e = ERR_INIT;
	struct buf doc;
	int i;

	(void)state;
	buf_init(&h.out, 1 << 20);
	buf_init(&doc, 1 << 20);
	buf_adds(&doc, HEAD "<B>");
	for (i = 0; i < 1000; i++)
		buf_adds(&doc, TEN "&lt;");
	buf_adds(&doc, "</B></a>");
	assert_int_equal(hear(&h, doc.data, doc.len, doc.len, 1, &e), -1);
	assert_string_equal(e.msg, "enough");
	assert_true(h.text < 5000 + 4096);
	buf_free(&doc);
	buf_free(&h.out);
}

#define TEST(f) cmocka_unit_test(f)
int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_decode),
		TEST(test_decode_room), TEST(test_find), TEST(test_same),
		TEST(test_same_by_chance), TEST(test_expat_gets_no_text),
		TEST(test_attempts), TEST(test_handler_stops) };

	return cmocka_run_group_tests_name("xmltext", tests, NULL, NULL);
}
