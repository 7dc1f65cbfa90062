/*
 * test_xml.c - the byte filter of fmt/xml.h, and expat behind it. Every
 * document is fed whole, byte by byte, and cut in two at every place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "fmt/xml.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FFFD     "\xef\xbf\xbd"
#define REF      "&#xFFFD;"

/* -- the filter ----------------------------------------------------------- */

static int
collect(void *arg, const char *p, size_t n)
{
	return buf_add(arg, p, n);
}

/* Feeds pieces of step bytes after a first one of head bytes. */
static void
filter(struct buf *out, const char *in, size_t len, size_t head, size_t step)
{
	struct xml_filter f;
	size_t n = head < len ? head : len;
	char *piece;

	memset(&f, 0, sizeof(f));
	buf_reset(out);
	while (len > 0) {
		/* a copy of its own: a read past its end shows */
		piece = malloc(n);
		memcpy(piece, in, n);
		assert_int_equal(
		    xml_filter_feed(&f, piece, n, 0, collect, out), 0);
		free(piece);
		in += n;
		len -= n;
		n = step < len ? step : len;
	}
	assert_int_equal(xml_filter_feed(&f, "", 0, 1, collect, out), 0);
}

static void
expect_filter(const char *in, size_t len, const char *want, size_t wlen)
{
	struct buf out;
	size_t i;

	buf_init(&out, 1 << 20);
	for (i = 0; i <= len; i++) {
		if (i == 0)
			filter(&out, in, len, 1, 1);
		else
			filter(&out, in, len, i, len);
		if (out.len != wlen || memcmp(buf_str(&out), want, wlen) != 0) {
			print_error("cut at %zu: \"%s\"\n", i, in);
			assert_string_equal(buf_str(&out), want);
			assert_int_equal(out.len, wlen);
		}
	}
	buf_free(&out);
}

static const struct {
	const char *in, *want;
} filtered[] = {
	{ "", "" },
	{ "<a/>", "<a/>" },
	{ "<a>plain &amp; &lt; &quot;text&quot;\t\r\n</a>", NULL },
	/* legal references stay as they are written */
	{ "<a>&#x9;&#xA;&#xD;&#x20;&#xD7FF;&#xE000;&#xFFFD;&#x10000;"
	  "&#x10FFFF;&#x85;&#x7F;</a>",
	    NULL },
	/* what Exchange sends */
	{ "<a>&#x0;&#xB;&#x1A;&#x1F;&#0;&#31;</a>",
	    "<a>" REF REF REF REF REF REF "</a>" },
	{ "<a>&#xFFFE;&#xFFFF;&#65535;&#x110000;</a>",
	    "<a>" REF REF REF REF "</a>" },
	{ "<a>&#4294967296;&#99999999999999999999999999;</a>",
	    "<a>" REF REF "</a>" },
	{ "<a>&#x100000041;</a>", "<a>" REF "</a>" },
	{ "<a b=\"x&#x1;y\"/>", "<a b=\"x" REF "y\"/>" },
	/* not even references */
	{ "<a>&#;&#x;&#xG;&#12</a>", "<a>" REF REF REF "G;" REF "</a>" },
	{ "<a>&#x12 z&#xZ</a>", "<a>" REF " z" REF "Z</a>" },
	{ "<a>&#&#x41;</a>", "<a>" REF "&#x41;</a>" },
	/* surrogates: two make one, one is none */
	{ "<a>&#xD83D;&#xDE00;</a>", "<a>&#x1F600;</a>" },
	{ "<a>&#55357;&#56832;</a>", "<a>&#x1F600;</a>" },
	{ "<a>&#xD800;&#xDC00;&#xDBFF;&#xDFFF;</a>",
	    "<a>&#x10000;&#x10FFFF;</a>" },
	{ "<a>&#xD83D;</a>", "<a>" REF "</a>" },
	{ "<a>&#xD83D;x&#xDE00;</a>", "<a>" REF "x" REF "</a>" },
	{ "<a>&#xDE00;&#xD83D;</a>", "<a>" REF REF "</a>" },
	{ "<a>&#xD83D;&#xD83D;&#xDE00;</a>", "<a>" REF "&#x1F600;</a>" },
	{ "<a>&#xD83D;&amp;</a>", "<a>" REF "&amp;</a>" },
	{ "<a>&#xD83D;&#x41;</a>", "<a>" REF "&#x41;</a>" },
	{ "<a>&#xD83D;&#x1;</a>", "<a>" REF REF "</a>" },
	{ "<a>&#xD83D;&#xDE00</a>", "<a>" REF REF "</a>" },
	{ "<a>&#xD83D;\x01</a>", "<a>" REF FFFD "</a>" },
	{ "<a>&#xD83D;\xc3\xa4</a>", "<a>" REF "\xc3\xa4</a>" },
	/* the end comes too early */
	{ "<a>&", "<a>&" },
	{ "<a>&#", "<a>" REF },
	{ "<a>&#x1", "<a>" REF },
	{ "<a>&#xD83D;", "<a>" REF },
	{ "<a>&#xD83D;&", "<a>" REF "&" },
	{ "<a>&#xD83D;&#xDE00", "<a>" REF REF },
	{ "<a>\xe2\x82", "<a>" FFFD },
	{ "<", "<" },
	{ "<?xml vers", "<?xml vers" },
	/* raw bytes */
	{ "<a>x\x01y\x0b\x1f</a>", "<a>x" FFFD "y" FFFD FFFD "</a>" },
	{ "<a>\x7f\xc2\x80\xc3\xa4\xd0\xaf\xe2\x82\xac\xf0\x9f\x98\x80</a>",
	    NULL },
	{ "<a>\xee\x80\x80\xef\xbf\xbd\xed\x9f\xbf\xf4\x8f\xbf\xbf</a>", NULL },
	{ "<a>\xef\xbf\xbe\xef\xbf\xbf.</a>", "<a>" FFFD FFFD ".</a>" },
	{ "<a>\xed\xa0\x80.\xed\xbf\xbf.</a>", "<a>" FFFD "." FFFD ".</a>" },
	{ "<a>\xff.\xfe.\xf8.\xc0\x80.\xc1\xbf.</a>",
	    "<a>" FFFD "." FFFD "." FFFD "." FFFD FFFD "." FFFD FFFD ".</a>" },
	{ "<a>\x80\xbf.\xe2\x82.\xf0\x9f\x98.\xc3</a>",
	    "<a>" FFFD FFFD "." FFFD "." FFFD "." FFFD "</a>" },
	{ "<a>\xe0\x80\x80.\xf0\x80\x80\x80.\xf4\x90\x80\x80</a>",
	    "<a>" FFFD FFFD FFFD "." FFFD FFFD FFFD FFFD "." FFFD FFFD FFFD FFFD
	    "</a>" },
	{ "<a>\xe2\x82\xe2\x82\xac</a>", "<a>" FFFD "\xe2\x82\xac</a>" },
	{ "<a>\xc3\x01</a>", "<a>" FFFD FFFD "</a>" },
	{ "<a>\xc3&#x1;</a>", "<a>" FFFD REF "</a>" },
	/* before the document */
	{ "\r\n \t<?xml version=\"1.0\"?><a/>", "<?xml version=\"1.0\"?><a/>" },
	{ "\xef\xbb\xbf<a/>", "<a/>" },
	{ " \xef\xbb\xbf\n<?xml version='1.0'?><a/>",
	    "<?xml version='1.0'?><a/>" },
	{ "\xef\xbf\xbe<a/>", FFFD "<a/>" },
	{ "  x", "x" },
	{ "<a> \n</a>", NULL },
	/* other encodings */
	{ "<?xml version='1.0' encoding='utf-16'?><a>\xc3\xa4</a>", NULL },
	{ "<?xml version='1.0' encoding='koi8-r'?><a>\xc1</a>",
	    "<?xml version='1.0' encoding='koi8-r'?><a>" FFFD "</a>" },
	{ "<?xml version='1.0' encoding = 'ISO-8859-1' ?><a>\xe4\x80\xa0"
	  "\x81&#x1;\x02</a>",
	    "<?xml version='1.0' encoding = 'ISO-8859-1' ?><a>\xc3\xa4"
	    "\xe2\x82\xac\xc2\xa0" FFFD REF FFFD "</a>" },
	{ "<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\x93x\x94</a>",
	    "<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\xe2\x80\x9c"
	    "x\xe2\x80\x9d</a>" },
};

static void
test_filter(void **state)
{
	const char *want;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(filtered); i++) {
		want = filtered[i].want;
		if (want == NULL)
			want = filtered[i].in;
		expect_filter(
		    filtered[i].in, strlen(filtered[i].in), want, strlen(want));
	}
}

static void
test_filter_nul_and_utf16(void **state)
{
	static const char le[] =
	    "\xff\xfe<\0a\0>\0\xe4\0=\xd8\0\xde\0\xd8x\0\0\xdc<\0/\0a\0>";
	static const char be[] = "\0<\0a\0>\x20\xac\0\x01\0&\0#\0x\0"
				 "1\0;\0<\0/\0a\0>\xd8";

	(void)state;
	expect_filter("<a>\0x\0</a>", 10, "<a>" FFFD "x" FFFD "</a>", 14);
	expect_filter(le, sizeof(le),
	    "<a>\xc3\xa4\xf0\x9f\x98\x80" FFFD "x" FFFD "</a>", 20);
	expect_filter(
	    be, sizeof(be) - 1, "<a>\xe2\x82\xac" FFFD REF "</a>" FFFD, 24);
}

/* A legal reference that lies whole in a piece is not written anew. */
static void
test_filter_untouched(void **state)
{
	static const char in[] = "<a>&#9;&#013;&#xd;&#x0020;&#1114111;</a>";
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	filter(&out, in, sizeof(in) - 1, 1000, 1000);
	assert_string_equal(buf_str(&out), in);
	buf_free(&out);
}

/* Any zeros before a number count for nothing, however many. */
static void
test_filter_zeros(void **state)
{
	struct buf in, out;
	int i;

	(void)state;
	buf_init(&in, 1 << 20);
	buf_init(&out, 1 << 20);
	buf_adds(&in, "<a>&#x");
	for (i = 0; i < 100000; i++)
		buf_addc(&in, '0');
	buf_adds(&in, "41;</a>");
	filter(&out, in.data, in.len, 1000, 1000);
	assert_string_equal(buf_str(&out), "<a>&#x41;</a>");
	buf_free(&in);
	buf_free(&out);
}

/* References become characters: one that was cut is written differently. */
static void
decode(struct buf *b)
{
	char *from = b->data, *to = b->data;

	while (b->len > 0 && *from != '\0') {
		if (from[0] == '&' && from[1] == '#') {
			bool hex = from[2] == 'x';
			char *end;
			uint32_t c = (uint32_t)strtoul(
			    from + (hex ? 3 : 2), &end, hex ? 16 : 10);

			assert_int_equal(*end, ';');
			assert_true(c == '\t' || c == '\n' || c == '\r' ||
				    (c >= 0x20 && c < 0xd800) ||
				    (c >= 0xe000 && c < 0xfffe) ||
				    (c >= 0x10000 && c < 0x110000));
			to += utf8_put(to, c);
			from = end + 1;
		} else {
			*to++ = *from++;
		}
	}
	b->len = (size_t)(to - b->data);
}

/* Made-up rubbish: the same however it is cut, and nothing in it that the
 * parser would refuse. */
static void
test_filter_rubbish(void **state)
{
	static const char *const word[] = { "a", "<", "&", "#", "x", ";", "&#",
		"&#x", "D83D", "DE00", "&#xD83D;", "&#xDE00;", "0", "1", "41",
		"\xc3\xa4", "\xe2\x82\xac", "\xef\xbf\xbe", "\xed\xa0\x80",
		"\xc3", "\xe2", "\xf0", "\x9f", "\x98", "\x80", "\xff", "\x01",
		"\n", "plain text of sixteen and more bytes" };
	struct buf in, whole, cut;
	unsigned seed = 1;
	const char *p;
	uint32_t c;
	int i, j;

	(void)state;
	buf_init(&in, 1 << 20);
	buf_init(&whole, 1 << 20);
	buf_init(&cut, 1 << 20);
	for (i = 0; i < 3000; i++) {
		buf_reset(&in);
		for (j = 0; j < 30; j++) {
			seed = seed * 1103515245 + 12345;
			buf_adds(&in, word[(seed >> 16) % COUNT(word)]);
		}
		filter(&whole, in.data, in.len, in.len, in.len);
		assert_true(utf8_valid(buf_str(&whole), whole.len));
		for (p = buf_str(&whole); *p != '\0';) {
			p += utf8_next(p, 4, &c);
			assert_true(c >= 0x20 || c == '\n');
			assert_true(c != 0xfffe && c != 0xffff);
		}
		decode(&whole);
		for (j = 0; j < 2; j++) {
			filter(&cut, in.data, in.len,
			    j == 0 ? 1 : 1 + seed % in.len, j == 0 ? 1 : 50);
			decode(&cut);
			assert_int_equal(whole.len, cut.len);
			assert_memory_equal(whole.data, cut.data, cut.len);
		}
	}
	buf_free(&in);
	buf_free(&whole);
	buf_free(&cut);
}

static int
refuse(void *arg, const char *p, size_t n)
{
	(void)arg;
	(void)p;
	(void)n;
	return -1;
}

static void
test_filter_emit_fails(void **state)
{
	struct xml_filter f;

	(void)state;
	memset(&f, 0, sizeof(f));
	assert_int_equal(xml_filter_feed(&f, "<abc>", 5, 0, refuse, NULL), -1);
	assert_int_equal(xml_filter_feed(&f, "&#x1;", 5, 0, refuse, NULL), -1);
	assert_int_equal(xml_filter_feed(&f, "\xc3.", 2, 0, refuse, NULL), -1);
}

/* -- the parser ----------------------------------------------------------- */

struct trace {
	struct buf out;
	const char *fail; /* the handler that fails: "start x", "text", ... */
	bool text_open;
};

static int
maybe_fail(struct trace *t, const char *what, const char *name, struct err *e)
{
	char is[200];

	snprintf(is, sizeof(is), "%s %s", what, name);
	if (t->fail == NULL || strcmp(t->fail, is) != 0)
		return 0;
	err_set(e, ERR_ITEM, "no room for %s", is);
	return err_code(e, CAUSE_OTHER, "own", SCOPE_FOLDER);
}

static void
close_text(struct trace *t)
{
	if (t->text_open)
		buf_adds(&t->out, "'");
	t->text_open = false;
}

/* Elements whose name begins in upper case want their text. */
static int
on_start(void *arg, const char *name, const struct xml_attrs *a, struct err *e)
{
	struct trace *t = arg;
	const char *id = xml_attr(a, "Id");

	close_text(t);
	buf_addf(&t->out, "(%s", name);
	if (id != NULL)
		buf_addf(&t->out, " Id=%s", id);
	if (maybe_fail(t, "start", name, e) == -1)
		return -1;
	return name[0] >= 'A' && name[0] <= 'Z';
}

static int
on_end(void *arg, const char *name, struct err *e)
{
	struct trace *t = arg;

	close_text(t);
	buf_adds(&t->out, ")");
	return maybe_fail(t, "end", name, e);
}

static int
on_text(void *arg, const char *p, size_t n, struct err *e)
{
	struct trace *t = arg;

	if (!t->text_open)
		buf_adds(&t->out, "'");
	t->text_open = true;
	buf_add(&t->out, p, n);
	return maybe_fail(t, "text", "", e);
}

static int
run(struct trace *t, const char *in, size_t len, size_t step, struct err *e)
{
	struct xml_handler h = { on_start, on_end, on_text, t, NULL };
	struct xml *x = xml_open(&h);
	size_t n;
	int r = 0;

	err_clear(e);
	buf_reset(&t->out);
	t->text_open = false;
	for (; len > 0 && r == 0; in += n, len -= n) {
		n = step < len ? step : len;
		r = xml_feed(x, in, n, e);
	}
	if (r == 0)
		r = xml_end(x, e);
	if (r == -1) { /* it sticks */
		struct err again = ERR_INIT;
		size_t had = t->out.len;

		assert_int_equal(xml_feed(x, "<a></a>", 7, &again), -1);
		assert_int_equal(xml_end(x, &again), -1);
		assert_string_equal(again.msg, e->msg);
		assert_int_equal(again.kind, e->kind);
		assert_int_equal(t->out.len, had);
	}
	xml_close(x);
	return r;
}

static const struct {
	const char *in, *want;
} parsed[] = {
	{ "<a/>", "(a)" },
	{ "\xef\xbb\xbf\r\n<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	  "<s:Envelope xmlns:s='u'><s:Body>x</s:Body></s:Envelope>",
	    "(Envelope(Body'x'))" },
	/* text only of those who want it, theirs again after a child */
	{ "<a>no<B>yes<c>no<D>yes</D>no</c>again</B>no</a>",
	    "(a(B'yes'(c(D'yes'))'again'))" },
	{ "<T>&lt;p class=&quot;x&quot;&gt;&#xD;\n&#x1F600;&amp;</T>",
	    "(T'<p class=\"x\">\r\n\xf0\x9f\x98\x80&')" },
	{ "<T>a\r\nb\x01&#x0;c</T>", "(T'a\nb" FFFD FFFD "c')" },
	{ "<T><![CDATA[<&>]]>.<!-- no --></T>", "(T'<&>.')" },
	{ "<t:i xmlns:Id='ns' t:Id='A&amp;B' Idx='no'/>", "(i Id=A&B)" },
	{ "<i xmlns:Id='ns' id='no'/>", "(i)" },
	{ "<?xml version='1.0' encoding='utf-16'?><T>\xc3\xa4</T>",
	    "(T'\xc3\xa4')" },
	{ "<?xml version='1.0' encoding='windows-1252'?><T>\x80\xe4</T>",
	    "(T'\xe2\x82\xac\xc3\xa4')" },
};

static void
test_parse(void **state)
{
	struct trace t = { 0 };
	struct err e = ERR_INIT;
	size_t i, step, len;

	(void)state;
	buf_init(&t.out, 1 << 20);
	for (i = 0; i < COUNT(parsed); i++) {
		len = strlen(parsed[i].in);
		for (step = 1; step <= len; step++) {
			if (run(&t, parsed[i].in, len, step, &e) == -1)
				fail_msg("%s: %s", parsed[i].in, e.msg);
			assert_string_equal(buf_str(&t.out), parsed[i].want);
		}
	}
	buf_free(&t.out);
}

static const struct {
	const char *in, *code, *part;
} wrong[] = {
	{ "", "xml", "is empty" },
	{ " \n\xef\xbb\xbf", "xml", "is empty" },
	{ "<a><b>", "xml", "cut off" },
	{ "<a>&#x", "xml", "cut off" },
	{ "<a", "xml", "cut off" },
	{ "<a></b>", "xml", "line 1, column 6: mismatched tag" },
	{ "<a>\n\n &nbsp;</a>", "xml", "line 3, column 2" },
	{ "<a/><b/>", "xml", "junk after document element" },
	{ "Unauthorized\x1b[2J\n", "xml", "begins with \"Unauthorized" },
	{ "<!DOCTYPE html><html><body>", "html", "web page" },
	{ "<!doctype HTML>\n<html>", "html", "web page" },
	{ "\r\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML' 'x'><html/>", "html",
	    "wrong URL" },
	{ "<HTML><meta x=y>", "html", "web page" },
	{ "<html xmlns='x'><body><br></body></html>", "html", "web page" },
	{ "<!DOCTYPE a SYSTEM 'http://x.example/a.dtd'><a/>", "xml",
	    "document type" },
	{ "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
	    "xml", "document type" },
	{ "<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;'>]><a>&y;</a>",
	    "xml", "document type" },
};

static void
test_wrong(void **state)
{
	struct trace t = { 0 };
	struct err e = ERR_INIT;
	size_t i, step, len;

	(void)state;
	buf_init(&t.out, 1 << 20);
	for (i = 0; i < COUNT(wrong); i++) {
		len = strlen(wrong[i].in);
		for (step = 1; step <= len + 1; step++) {
			assert_int_equal(
			    run(&t, wrong[i].in, len, step, &e), -1);
			assert_int_equal(e.kind, ERR_RETRY);
			assert_string_equal(e.code, wrong[i].code);
			if (strstr(e.msg, wrong[i].part) == NULL)
				fail_msg("%s: %s", wrong[i].in, e.msg);
		}
	}
	buf_free(&t.out);
}

static void
test_handler_fails(void **state)
{
	static const struct {
		const char *fail, *want;
	} rows[] = {
		{ "start a", "(a" },
		{ "start c", "(a(B'x')(c" },
		{ "text ", "(a(B'x" },
		{ "end B", "(a(B'x')" },
		{ "end c", "(a(B'x')(c)" },
		{ "end a", "(a(B'x')(c))" },
	};
	static const char doc[] = "<a><B>x</B><c/></a>";
	struct trace t = { 0 };
	struct err e = ERR_INIT;
	size_t i, step;

	(void)state;
	buf_init(&t.out, 1 << 20);
	for (i = 0; i < COUNT(rows); i++) {
		for (step = 1; step <= sizeof(doc); step++) {
			t.fail = rows[i].fail;
			assert_int_equal(
			    run(&t, doc, sizeof(doc) - 1, step, &e), -1);
			assert_int_equal(e.kind, ERR_ITEM);
			assert_int_equal(e.scope, SCOPE_FOLDER);
			assert_string_equal(e.code, "own");
			assert_string_equal(buf_str(&t.out), rows[i].want);
		}
	}
	buf_free(&t.out);
}

static void
test_depth(void **state)
{
	struct trace t = { 0 };
	struct err e = ERR_INIT;
	struct buf doc;
	int depth, i;

	(void)state;
	buf_init(&t.out, 1 << 20);
	buf_init(&doc, 1 << 20);
	for (depth = 100; depth <= 101; depth++) {
		buf_reset(&doc);
		for (i = 0; i < depth; i++)
			buf_adds(&doc, "<X>");
		for (i = 0; i < depth; i++)
			buf_adds(&doc, "</X>");
		assert_int_equal(
		    run(&t, doc.data, doc.len, 7, &e), depth == 100 ? 0 : -1);
	}
	assert_non_null(strstr(e.msg, "more than 100"));
	buf_free(&doc);
	buf_free(&t.out);
}

/* -- large things --------------------------------------------------------- */

struct flood {
	size_t bytes, largest;
};

static int
flood_start(
    void *arg, const char *name, const struct xml_attrs *a, struct err *e)
{
	(void)arg;
	(void)name;
	(void)a;
	(void)e;
	return 1;
}

static int
flood_end(void *arg, const char *name, struct err *e)
{
	(void)arg;
	(void)name;
	(void)e;
	return 0;
}

static int
flood_text(void *arg, const char *p, size_t n, struct err *e)
{
	struct flood *f = arg;

	(void)p;
	(void)e;
	if (f == NULL)
		return 0;
	f->bytes += n;
	if (n > f->largest)
		f->largest = n;
	return 0;
}

static const struct xml_handler flood_handler = { flood_start, flood_end,
	flood_text, NULL, NULL };

/* n times what, in pieces of step bytes. */
static int
feed_many(struct xml *x, const char *what, size_t n, size_t step, struct err *e)
{
	struct buf b;
	size_t w = strlen(what);
	int r = 0;

	buf_init(&b, step + w);
	for (; n > 0 && r == 0; n--) {
		buf_add(&b, what, w);
		if (b.len < step)
			continue;
		r = xml_feed(x, b.data, b.len, e);
		buf_reset(&b);
	}
	if (r == 0)
		r = xml_feed(x, buf_str(&b), b.len, e);
	buf_free(&b);
	return r;
}

static void
test_large_text(void **state)
{
	struct flood f = { 0, 0 };
	struct xml_handler h = flood_handler;
	struct err e = ERR_INIT;
	struct xml *x;

	(void)state;
	h.arg = &f;
	x = xml_open(&h);
	assert_int_equal(xml_feed(x, "<a>", 3, &e), 0);
	assert_int_equal(
	    feed_many(x, "QUJDREVGR0hJSktM", 2000000, 16384, &e), 0);
	assert_int_equal(xml_feed(x, "</a>", 4, &e), 0);
	assert_int_equal(xml_end(x, &e), 0);
	assert_int_equal(f.bytes, 32000000);
	assert_true(f.largest <= 65536);
	xml_close(x);
}

/* Small pieces and many replacements inside one token: linear work, or this
 * takes minutes. */
static void
test_large_token(void **state)
{
	static const struct {
		const char *open, *close;
	} token[] = {
		{ "<a b='", "'/>" },
		{ "<r><a b='", "'/></r>" },
		{ "<r><a", "/></r>" },
		{ "<r><!--", "--></r>" },
		{ "<?a ", "?><r/>" },
		{ "<r></r", "x>" },
	};
	static const struct {
		const char *what;
		size_t count, step;
		bool fits;
	} rows[] = {
		{ "x", 1024 * 1024, 65536, true },
		{ "x", 1024 * 1024, 1, true },
		{ "x", 1200000, 65536, false },
		{ "x", 1200000, 100, false },
		{ "x", 100000000, 16384, false },
		{ "\x01", 100000000, 16384, false },
	};
	struct err e = ERR_INIT;
	clock_t begun = clock();
	struct xml *x;
	size_t i, j;
	int r;

	(void)state;
	for (i = 0; i < COUNT(rows) * COUNT(token); i++) {
		j = i % COUNT(token);
		x = xml_open(&flood_handler);
		r = xml_feed(x, token[j].open, strlen(token[j].open), &e);
		if (r == 0)
			r = feed_many(x, rows[i / COUNT(token)].what,
			    rows[i / COUNT(token)].count,
			    rows[i / COUNT(token)].step, &e);
		if (r == 0)
			r = xml_feed(
			    x, token[j].close, strlen(token[j].close), &e);
		if (r == 0)
			r = xml_end(x, &e);
		if (rows[i / COUNT(token)].fits && j + 1 < COUNT(token))
			assert_int_equal(r, 0);
		else
			assert_int_equal(r, -1);
		xml_close(x);
	}
	assert_true(clock() - begun < 20 * CLOCKS_PER_SEC);
}

static void
test_large_token_message(void **state)
{
	struct err e = ERR_INIT;
	struct xml *x = xml_open(&flood_handler);

	(void)state;
	assert_int_equal(xml_feed(x, "<r>\n<a b='", 10, &e), 0);
	assert_int_equal(feed_many(x, "x&#x1;", 1000000, 4096, &e), -1);
	assert_string_equal(e.msg,
	    "the server's answer holds a tag of more than 1 MiB (line 2)");
	assert_int_equal(e.kind, ERR_RETRY);
	xml_close(x);
}

/* expat keeps every name it has seen: that, too, has an end. */
static void
test_many_names(void **state)
{
	struct flood f = { 0, 0 };
	struct xml_handler h = flood_handler;
	struct err e = ERR_INIT;
	struct xml *x;
	char tag[64];
	int i, n, r = 0;

	(void)state;
	h.arg = &f;
	x = xml_open(&h);
	assert_int_equal(xml_feed(x, "<r>", 3, &e), 0);
	for (i = 0; i < 1000000 && r == 0; i++) {
		n = snprintf(tag, sizeof(tag), "<n%d a%d='%d'/>", i, i, i);
		r = xml_feed(x, tag, (size_t)n, &e);
	}
	assert_int_equal(r, -1);
	assert_true(i > 10000);
	assert_non_null(strstr(e.msg, "too many different names"));
	xml_close(x);
}

/* A parser inside a handler of another. */
static int
nested_start(
    void *arg, const char *name, const struct xml_attrs *a, struct err *e)
{
	struct xml *x = xml_open(&flood_handler);

	(void)arg;
	(void)name;
	(void)a;
	assert_int_equal(xml_feed(x, "<a b='c'>text</a>", 17, e), 0);
	assert_int_equal(xml_end(x, e), 0);
	xml_close(x);
	return 0;
}

static void
test_nested(void **state)
{
	struct xml_handler h = { .start = nested_start, .end = flood_end };
	struct err e = ERR_INIT;
	struct xml *x = xml_open(&h);

	(void)state;
	assert_int_equal(xml_feed(x, "<a><b c='d'/><e>", 16, &e), 0);
	assert_int_equal(xml_feed(x, "<f/></e></a>", 12, &e), 0);
	assert_int_equal(xml_end(x, &e), 0);
	xml_close(x);
	xml_close(NULL);
}

#define TEST(f) cmocka_unit_test(f)
int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_filter),
		TEST(test_filter_nul_and_utf16), TEST(test_filter_untouched),
		TEST(test_filter_zeros), TEST(test_filter_rubbish),
		TEST(test_filter_emit_fails), TEST(test_parse),
		TEST(test_wrong), TEST(test_handler_fails), TEST(test_depth),
		TEST(test_large_text), TEST(test_large_token),
		TEST(test_large_token_message), TEST(test_many_names),
		TEST(test_nested) };

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
