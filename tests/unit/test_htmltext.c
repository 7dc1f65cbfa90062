/*
 * test_htmltext.c - the text of HTML mail, and that no HTML takes more than
 * linear time or exceeds the cap.
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
#include "base/entity.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "fmt/htmltext.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MSO      "<p class=\"MsoNormal\">"

static const struct {
	const char *html, *text;
} rows[] = {
	/* text and white space */
	{ "", "" },
	{ "plain", "plain" },
	{ "  a \r\n\t b  ", "a b" },
	{ "a<b>b</b> <i> c</i>", "ab c" },
	{ "a&nbsp;&nbsp;b\xc2\xa0 c", "a b c" },
	{ "a\xe2\x80\x8b"
	  "b\xc2\xad"
	  "c\xef\xbb\xbf",
	    "abc" },
	{ "\xd0\x94\xd0\xb0 \xe4\xbd\xa0\xe5\xa5\xbd",
	    "\xd0\x94\xd0\xb0 \xe4\xbd\xa0\xe5\xa5\xbd" },
	{ "a\xff"
	  "b\xc3",
	    "a\xef\xbf\xbd"
	    "b\xef\xbf\xbd" },
	{ "a\1\2b\x7f", "ab" },
	{ "\xc3\xa4 \xcd\x8f\xcd\xb0 \xcd\x8f", "\xc3\xa4 \xcd\xb0" },
	{ "a&zwnj;&nbsp;&zwnj;&nbsp;&#847; b", "a\xe2\x80\x8c b" },
	/* entities */
	{ "&lt;b&gt; &amp;amp; &quot;x&apos;", "<b> &amp; \"x'" },
	{ "&auml;&euro;&hellip;&rarr;",
	    "\xc3\xa4\xe2\x82\xac\xe2\x80\xa6\xe2\x86\x92" },
	{ "&#228;&#xE4;&#8364;&#128;", "\xc3\xa4\xc3\xa4\xe2\x82\xac"
				       "\xe2\x82\xac" },
	{ "&#65 &#x41", "A A" },
	{ "&#0;&#xD800;&#99999999999;",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a & b &; &x; &nosuch; &#; &#x; &", "a & b &; &x; &nosuch; &#; &#x; "
					      "&" },
	/* lines and paragraphs */
	{ "a<br>b<BR/>c<br />d", "a\nb\nc\nd" },
	{ "a<br><br><br><br>b", "a\n\nb" },
	{ "<p>a</p><p>b</p>c", "a\n\nb\n\nc" },
	{ "<div>a</div><div>b</div>", "a\nb" },
	{ "<div>a</div><div><br></div><div>b</div>", "a\n\nb" },
	{ "<h1>Title</h1>text<h2>More</h2>", "Title\n\ntext\n\nMore" },
	{ "a<hr>b", "a\n----------\nb" },
	{ "<pre>\n a\n\n\n  b\tc  \n</pre>d", " a\n\n\n  b    c\n\nd" },
	{ "<div>a<div><div><div>b", "a\nb" },
	/* what is not shown */
	{ "<head><title>T</title><style>p { x: y }</style></head>a", "a" },
	{ "a<script>if (a < b) c('</p>')</script>b", "ab" },
	{ "<!DOCTYPE html><?xml v?><html><body>a</body></html>", "a" },
	{ "a<!-- <p>b</p> -->c<!--->d<!---->e", "acde" },
	{ "<!--[if gte mso 9]><xml>x</xml><![endif]-->a", "a" },
	{ "<![if !mso]>a<![endif]><!--[if !mso]><!-->b<!--<![endif]-->", "ab" },
	{ "<xml><w:WordDocument>Normal</w:WordDocument></xml>a", "a" },
	{ "<template><p>x</p></template>a", "a" },
	{ "<div style=\"color:red; Display : none\">x<div>y</div>z</div>a",
	    "a" },
	{ "a<![CDATA[b]]>c", "ac" },
	{ "a<span style=display:none>x</span>b", "ab" },
	{ "a<span style=display:none>x y</span>b", "a b" },
	/* links */
	{ "<a href=\"https://x.example/y\">here</a>, please",
	    "here <https://x.example/y>, please" },
	{ "<a href='https://x.example/'>x.example</a> "
	  "<a href=http://X.example>http://x.example/</a>",
	    "x.example http://x.example/" },
	{ "<a href=\"mailto:a@b.example\">a@b.example</a>", "a@b.example" },
	{ "<a href=\"MAILTO:a@b.example?subject=x\">Anna</a>",
	    "Anna <a@b.example>" },
	{ "<a href=\"http://x.example/?a=1&amp;b=2\"><b>go</b> <i>on</i></a>.",
	    "go on <http://x.example/?a=1&b=2>." },
	{ "<a href=\"#top\">up</a> <a name=x>n</a> "
	  "<a href=\"javascript:x()\">j</a> <a href=\"tel:+1\">1</a>",
	    "up n j 1" },
	{ "<a href=\"http://x.example\"><img src=1></a>a", "a" },
	{ "<a href=http://a.example>one<a href=http://b.example>two",
	    "one <http://a.example>two <http://b.example>" },
	{ "<a href=\"http://a.example/ <\n>\">x<br></a>y",
	    "x <http://a.example/%20%3C%3E>\ny" },
	/* images */
	{ "<img alt=\"Our logo\">a<img alt=\"\"><img alt=' '><img>",
	    "[Our logo]a" },
	{ "<img alt=\"a &lt; b > c\" src=x>", "[a < b > c]" },
	/* lists */
	{ "a<ul><li>b<li>c</ul>d", "a\n\n- b\n- c\n\nd" },
	{ "<ol><li>a</li><li>b</li></ol>", "1. a\n2. b" },
	{ "<ol start=9><li>a<br>b</li><li>c</li></ol>", "9. a\n   b\n10. c" },
	{ "<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>",
	    "- a\n  1. b\n- c" },
	{ "<ul><li><p>a</p></li><li><p>b</p></li></ul>c", "- a\n- b\n\nc" },
	{ "<li>a</ul></li>b", "- a\nb" },
	{ "<dl><dt>a</dt><dd>b</dd></dl>", "a\nb" },
	/* quotes */
	{ "a<blockquote>b<br>c<p>d</p></blockquote>e",
	    "a\n\n> b\n> c\n>\n> d\n\ne" },
	{ "<blockquote>a<blockquote>b</blockquote>c</blockquote>",
	    "> a\n>\n> > b\n>\n> c" },
	{ "<ul><li>a<blockquote>b</blockquote></ul>", "- a\n\n  > b" },
	/* tables */
	{ "<table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table>e",
	    "a | b\nc | d\n\ne" },
	{ "<table><tr><td>&nbsp;</td><td>a</td><td></td></tr></table>", "a" },
	{ "<table><tr><td>a<br>b</td><td>c</td></tr></table>", "a b | c" },
	{ "<table><tr><td><p>a</p></td><td><p>b</p></td></tr>"
	  "<tr><td><p>c</p></td><td><p>d</p></td></tr></table>",
	    "a | b\nc | d" },
	{ "<table><tr><td>1<br>2<br>3<br>4<br>5</td><td>b</td></tr></table>",
	    "1\n2\n3\n4\n5\nb" },
	{ "<table><tr><td><ul><li>a</ul></td><td>b</td></tr></table>",
	    "- a\nb" },
	{ "<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td>"
	  "<td>c</td></tr></table>d",
	    "a | b\nc\n\nd" },
	{ "<blockquote><table><tr><td>a</td><td>b<br>c</td></tr>"
	  "<tr><td>d</td></tr></table></blockquote>",
	    "> a | b c\n> d" },
	{ "<table><td>a<td>b</table>", "a | b" },
	{ "<td>a</td><td>b</td>", "a\nb" },
	{ "<table><tr><td><a href=http://x.example><b>Go</b></td></tr></table>",
	    "Go <http://x.example>" },
	/* broken */
	{ "a < b <", "a < b <" },
	{ "<", "<" },
	{ "a<b", "a" },
	{ "a<3 b<>c", "a<3 b<>c" },
	{ "a<a href=\"x>b</a> c", "ab <x> c" },
	{ "a<!-- b", "a" },
	{ "a<style>b", "a" },
	{ "a</>b</ x>c</nosuch>d", "abcd" },
	{ "</li></ul></blockquote></table></td>a</a></pre>", "a" },
	{ "a<p title='it>b' class=x>c", "a\n\nc" },
	{ "<p a=b\"c>d</p><p>\"e", "d\n\n\"e" },

	/* Outlook */
	{ "<html xmlns:o=\"urn:x\"><head><!--[if !mso]><style>v\\:*"
	  "{behavior:url(#x);}</style><![endif]--><style><!-- p.MsoNormal"
	  "{margin:0cm} --></style></head><body><div class=WordSection1>\n" MSO
	  "Dear Anna,<o:p></o:p></p>\r\n" MSO "<o:p>&nbsp;</o:p></p>\r\n" MSO
	  "the contract\r\nis <b>signed</b>.<o:p></o:p></p>\r\n" MSO
	  "<o:p>&nbsp;</o:p></p>\r\n" MSO
	  "Bo Lind<br>\r\nSales<o:p></o:p></p></div>"
	  "<div style='border-top:solid #E1E1E1 1.0pt'>" MSO
	  "<b>From:</b> Anna &lt;<a href=\"mailto:anna@x.example\">"
	  "anna@x.example</a>&gt; <br><b>Sent:</b> Monday<o:p></o:p></p></div>"
	  "</body></html>",
	    "Dear Anna,\n\nthe contract is signed.\n\nBo Lind\nSales\n"
	    "From: Anna <anna@x.example>\nSent: Monday" },
	{ "<p class=MsoListParagraph style='mso-list:l0'><![if !supportLists]>"
	  "<span style='font-family:Symbol'>\xc2\xb7<span>&nbsp;&nbsp; </span>"
	  "</span><![endif]>first<o:p></o:p></p>",
	    "\xc2\xb7 first" },
	/* Gmail */
	{ "<div dir=\"ltr\">Yes, fine.<div><br></div><div>A</div></div><br>"
	  "<div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">"
	  "On Mon, Bo &lt;<a href=\"mailto:b@x.example\">b@x.example</a>&gt; "
	  "wrote:<br></div><blockquote class=\"gmail_quote\" style=\"margin:0px"
	  " 0px 0px 0.8ex\"><div>Shall we?<br>Bo</div></blockquote></div>",
	    "Yes, fine.\n\nA\n\nOn Mon, Bo <b@x.example> wrote:\n\n"
	    "> Shall we?\n> Bo" },
	/* a newsletter */
	{ "<body><div style=\"display:none;max-height:0\">Preheader &zwnj;"
	  "&nbsp;&zwnj;&nbsp;</div><table width=600><tr><td><table><tr><td "
	  "align=center><img src=l.png alt=\"Contoso\"></td></tr></table></td>"
	  "</tr><tr><td>&nbsp;</td></tr><tr><td><h1>New in May</h1><p>Read all "
	  "about it.</p><table class=btn><tr><td><a href=\"https://t.example/c?"
	  "id=1&amp;u=2\">Read more</a></td></tr></table></td></tr><tr><td>"
	  "<img src=\"https://t.example/o.gif\" width=1 height=1><a href=\""
	  "https://t.example/u\">Unsubscribe</a></td></tr></table></body>",
	    "[Contoso]\n\nNew in May\n\nRead all about it.\n\nRead more "
	    "<https://t.example/c?id=1&u=2>\nUnsubscribe "
	    "<https://t.example/u>" },
	/* an invoice */
	{ "<p>Your order:</p><table border=1><thead><tr><th>Item</th><th>Qty"
	  "</th><th>Price</th></tr></thead><tbody><tr><td>Widget<br><small>"
	  "SKU 7</small></td><td align=right>2</td><td>9.99&nbsp;&euro;</td>"
	  "</tr>\n<tr>\n<td>Shipping</td>\n<td></td>\n<td>0.00 &euro;</td>\n"
	  "</tr></tbody><tfoot><tr><td colspan=2>Total</td><td><b>19.98 &euro;"
	  "</b></td></tr></tfoot></table><p>Thanks!</p>",
	    "Your order:\n\nItem | Qty | Price\nWidget SKU 7 | 2 | "
	    "9.99 \xe2\x82\xac\nShipping | 0.00 \xe2\x82\xac\nTotal | "
	    "19.98 \xe2\x82\xac\n\nThanks!" },
	/* an invoice made in Word */
	{ "<table class=MsoTableGrid><tr><td>" MSO "Item<o:p></o:p></p></td>"
	  "<td>" MSO "Price<o:p></o:p></p></td></tr><tr><td>" MSO "Pen<o:p>"
	  "</o:p></p></td><td>" MSO "1.20<o:p></o:p></p></td></tr></table>" MSO
	  "<o:p>&nbsp;</o:p></p>" MSO "Bye<o:p></o:p></p>",
	    "Item | Price\nPen | 1.20\n\nBye" },
};

/* The text; the caller frees it. */
static char *
text_of(const char *html, size_t len, size_t cap)
{
	struct buf out;
	size_t work;

	buf_init(&out, cap);
	work = html_text(&out, html, len);
	assert_true(work <= HTML_TEXT_WORK * len);
	assert_true(out.len <= cap);
	assert_false(out.over);
	assert_true(utf8_valid(buf_str(&out), out.len));
	assert_null(memchr(buf_str(&out), '\0', out.len));
	return buf_take(&out);
}

static void
test_text(void **state)
{
	size_t i, wrong = 0, len;
	char *text, *exact;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		/* without a NUL behind it, so that reading past it is seen */
		len = strlen(rows[i].html);
		exact = mem_alloc(len > 0 ? len : 1);
		memcpy(exact, rows[i].html, len);
		text = text_of(exact, len, 100000);
		if (strcmp(text, rows[i].text) != 0) {
			print_message("%s\n---- is\n%s\n---- and not\n%s\n\n",
			    rows[i].html, text, rows[i].text);
			wrong++;
		}
		free(text);
		free(exact);
	}
	assert_int_equal(wrong, 0);
}

/* A cut at every place is read, and every cap is kept. */
static void
test_cut(void **state)
{
	size_t i, n, len;
	char *part;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		len = strlen(rows[i].html);
		for (n = 0; n <= len; n++) {
			part = mem_alloc(n > 0 ? n : 1);
			memcpy(part, rows[i].html, n);
			free(text_of(part, n, 100000));
			free(part);
			free(text_of(rows[i].html, len, n));
		}
	}
}

static void
test_cap(void **state)
{
	char *text;

	(void)state;
	text = text_of("abc \xc3\xa4\xc3\xa4", 8, 5);
	assert_string_equal(text, "abc");
	free(text);
	text = text_of("abc\xc3\xa4\xc3\xa4", 7, 6);
	assert_string_equal(text, "abc\xc3\xa4");
	free(text);
	text = text_of("<blockquote>abc<p>def", 21, 8);
	assert_string_equal(text, "> abc\n>");
	free(text);
	text = text_of("a", 1, 0);
	assert_string_equal(text, "");
	free(text);
}

/* A NUL ends nothing. */
static void
test_nul(void **state)
{
	char *text;

	(void)state;
	text = text_of("a\0b<i\0>c</i>&nbsp\0\0;", 20, 100);
	assert_string_equal(text, "abc&nbsp;");
	free(text);
}

/*
 * An element without effect between the characters changes nothing: it is the
 * same whether they are taken one by one or in long runs.
 */
static void
test_runs(void **state)
{
	static const char *const some[] = { "a", "Z", "~", "!", "\x7f", "\1",
		" ", "  ", "\t", "\n", "\f", "&amp;", "&lt;", "\xc2\xa0",
		"\xc2\xad", "\xc2\xbf", "\xc3\xa4", "\xcd\x8f", "\xcd\xb0",
		"\xe1\xba\x9e", "\xe2\x80\x8b", "\xe2\x80\xa8", "\xe2\x82\xac",
		"\xe3\x81\x82", "\xef\xbb\xbf", "\xf0\x9f\x8e\x89" };
	static const char *const before[] = {
		"",
		"<pre>",
		"<a href=x>",
		"<table><tr><td>",
		"<table><tr><td><a href=x>",
	};
	char run[600], apart[1200];
	unsigned seed = 1, i, k, n;
	char *a, *b;

	(void)state;
	for (i = 0; i < 30000; i++) {
		strcpy(run, before[i % COUNT(before)]);
		strcpy(apart, run);
		for (k = 0; k < 40; k++) {
			seed = seed * 1103515245u + 12345u;
			n = (seed >> 16) % 400;
			n = n < COUNT(some) ? n : n % 5 == 0 ? 6 : 0;
			strcat(run, some[n]);
			strcat(strcat(apart, some[n]), "<i>");
		}
		a = text_of(run, strlen(run), 10000);
		b = text_of(apart, strlen(apart), 10000);
		assert_string_equal(a, b);
		free(a);
		free(b);
	}
}

/* The name of an element is compared to its end. */
static void
test_names(void **state)
{
	static const char *const others[] = { "h7", "h11", "hrx", "bra",
		"blockquot", "blockquotes", "blockquoteblockquote", "tdd", "o",
		"pr", "presto", "styles", "zebra", "jot", "p1", "h" };
	static const char *const blocks[] = { "address", "article", "aside",
		"blockquote", "body", "br", "caption", "center", "dd", "dir",
		"div", "dl", "dt", "fieldset", "figcaption", "figure", "footer",
		"form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "html",
		"legend", "li", "main", "menu", "nav", "ol", "option", "p",
		"pre", "section", "table", "tbody", "td", "tfoot", "th",
		"thead", "tr", "ul", "BLOCKQUOTE", "Div" };
	char html[64], *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(others); i++) {
		snprintf(html, sizeof(html), "a<%s>b", others[i]);
		text = text_of(html, strlen(html), 100);
		assert_string_equal(text, "ab");
		free(text);
	}
	for (i = 0; i < COUNT(blocks); i++) {
		snprintf(html, sizeof(html), "a<%s>b", blocks[i]);
		text = text_of(html, strlen(html), 100);
		if (strchr(text, '\n') == NULL)
			fail_msg("%s", blocks[i]);
		free(text);
	}
}

/* What may be repeated to no end, and what follows it. */
static const struct {
	const char *piece, *end;
} hostile[] = {
	{ "<div>", "" },
	{ "<b", "" },
	{ "<", "" },
	{ "<a href=\"", "" },
	{ "<a href='x", "" },
	{ "<a href=\">", "'" },
	{ "<a href=x>", "" },
	{ "<a href=x>y", "" },
	{ "<a href=http://x>y<td>", "" },
	{ "<!--", "" },
	{ "<!-", "" },
	{ "</", "" },
	{ "<?", "" },
	{ "<![CDATA[", "" },
	{ "<style>", "" },
	{ "<script></scrip", "" },
	{ "<title></title", "" },
	{ "&", "" },
	{ "&#", "" },
	{ "&#1", "" },
	{ "&#x0", ";" },
	{ "&abcdefgh", "" },
	{ "<ul><li>", "" },
	{ "<ul><li>x", "" },
	{ "<ol><li>x</ol>", "" },
	{ "<blockquote>", "" },
	{ "<blockquote>x", "</blockquote>" },
	{ "<blockquote>x</blockquote>", "" },
	{ "<table><tr><td>", "" },
	{ "<table><tr><td>x<td>y", "" },
	{ "<table>", "</table>" },
	{ "<tr><td>x", "" },
	{ "<td>", "" },
	{ "</td></tr></table>", "" },
	{ "</ul>", "" },
	{ "<pre>\n", "" },
	{ "<pre>\t", "x" },
	{ "<div style=display:none>", "x" },
	{ "<span style=\"d d d d d d d d\">", "x" },
	{ "<p a a a a a a=b>", "x" },
	{ "<p class=m style=\"m", "x" },
	{ "<img alt=\"x", "" },
	{ "<img alt='\"'>", "" },
	{ "\xff", "" },
	{ "\xc2\xa0", "" },
	{ "x", "" },
	{ " ", "" },
	{ "<br>", "" },
	{ "<br>x", "" },
	{ "\n", "" },
};

static char *
repeat(const char *piece, size_t times, const char *end, size_t *len)
{
	size_t n = strlen(piece), i;
	char *s = mem_alloc(n * times + strlen(end) + 1);

	for (i = 0; i < times; i++)
		memcpy(s + i * n, piece, n);
	strcpy(s + n * times, end);
	*len = strlen(s);
	return s;
}

static void
test_hostile(void **state)
{
	size_t i, len;
	char *s;

	(void)state;
	for (i = 0; i < COUNT(hostile); i++) {
		s = repeat(hostile[i].piece, 100000, hostile[i].end, &len);
		/* text_of checks the work; and twice as much of it */
		free(text_of(s, len, len * 2));
		free(text_of(s, len / 2, len));
		free(s);
	}
	s = repeat("x", 10 * 1000 * 1000, "", &len);
	free(text_of(s, len, len));
	free(s);
}

/* Deeper than what is told apart: the text is all there, and in order. */
static void
test_deep(void **state)
{
	size_t len, i, digits = 0;
	char *s =
	    repeat("<blockquote><ul><li>1<table><tr><td>2", 100000, "3", &len);
	char *text = text_of(s, len, 20 * len);

	(void)state;
	for (i = 0; text[i] != '\0'; i++)
		digits += text[i] >= '1' && text[i] <= '3';
	assert_int_equal(digits, 200001);
	free(text);
	free(s);
}

/* The table is searched by halves: each of its names must be found. */
static void
test_entities(void **state)
{
	static const char *const name[] = { "&AElig;", "&yuml;", "&zwnj;",
		"&amp;", "&nbsp;", "&Yuml;", "&beta;", "&szlig;", "&sup2;",
		"&thetasym;", "&a;", "&zzz;" };
	static const uint32_t c[] = { 0xc6, 0xff, 0x200c, '&', 0xa0, 0x178,
		0x3b2, 0xdf, 0xb2, '&', '&', '&' };
	uint32_t is;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(name); i++) {
		entity_decode(name[i], strlen(name[i]), &is);
		assert_int_equal(is, c[i]);
	}
}

#define TEST(f) cmocka_unit_test(f)
int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_text), TEST(test_cut),
		TEST(test_cap), TEST(test_nul), TEST(test_runs),
		TEST(test_names), TEST(test_hostile), TEST(test_deep),
		TEST(test_entities) };

	return cmocka_run_group_tests_name("htmltext", tests, NULL, NULL);
}
