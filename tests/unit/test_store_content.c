/*
 * test_store_content.c - what makes two messages the same mail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tim.h"
#include "store/content.h"

static void
test_mid(void **state)
{
	static const struct {
		const char *in, *out;
	} row[] = {
		{ "<a@b>", "<a@b>" },
		{ "  <A@B.Example>\r\n", "<A@b.example>" },
		{ "A@B", "<A@b>" },
		{ "<\"x@Y\"@Z>", "<\"x@Y\"@z>" },
		{ "<a\r\n @b>", "<a@b>" },
		{ "<NoAt>", "<NoAt>" },
		{ "<first@X> <second@Y>", "<first@x>" },
		{ "comment <a@B> more", "<a@b>" },
		{ "<a@B", "<a@b>" },
		{ "<<a@B>>", "<a@b>" },
		{ "<<>>", NULL },
		{ "<>", NULL },
		{ "< >", NULL },
		{ "", NULL },
		{ " \t", NULL },
		{ NULL, NULL },
		{ "<\xc3\x84@\xc3\x84>", "<\xc3\x84@\xc3\x84>" },
	};
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 1000);
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		buf_reset(&b);
		assert_int_equal(
		    content_mid(&b, row[i].in), row[i].out != NULL);
		assert_string_equal(
		    buf_str(&b), row[i].out != NULL ? row[i].out : "");
	}
	buf_free(&b);
}

static void
test_fold(void **state)
{
	static const struct {
		const char *in, *out;
		bool html;
	} row[] = {
		{ "Hello  World\r\n\t!", "helloworld!", false },
		{ "<p>Hello</p>", "<p>hello</p>", false },
		{ "<p class='a'>Hello<br>World</p>", "helloworld", true },
		{ "a<!-- <b> > -->b", "ab", true },
		{ "a<!-- no end", "a", true },
		{ "a<STYLE>p { x > y }</style >b", "ab", true },
		{ "a<script>if (a<b) c</script>b", "ab", true },
		{ "a<style>no end", "a", true },
		{ "<title>T</title>x", "x", true },
		{ "a<b", "a", true },
		{ "&amp;&lt;&gt;&quot;&apos;&nbsp;|", "&<>\"'|", true },
		{ "&#65;&#x42;&#160;&#32;|", "AB|", true },
		{ "&#xd800;&#0;&#1114112;&#;&unknown;&",
		    "&#xd800;&#0;"
		    "&#1114112;&#;"
		    "&unknown;&",
		    true },
		{ "&#99999999999999;", "&#99999999999999;", true },
		{ "\xc3\x84\xc2\xa0\xe2\x80\x8bx", "\xc3\xa4x", false },
		{ "a\xff\xc3", "a", false },
		{ "&#12", "&#12", true },
		{ "", "", true },
	};
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 1000);
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		/* in memory of its own size: nothing past the end is read */
		size_t len = strlen(row[i].in);
		char *in = mem_alloc(len);

		memcpy(in, row[i].in, len);
		buf_reset(&b);
		content_fold(&b, in, len, row[i].html);
		assert_string_equal(buf_str(&b), row[i].out);
		free(in);
	}
	/* every prefix of everything: never past the end */
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		size_t len;

		for (len = 0; len < strlen(row[i].in); len++) {
			char *in = mem_alloc(len);

			memcpy(in, row[i].in, len);
			buf_reset(&b);
			content_fold(&b, in, len, true);
			free(in);
		}
	}
	buf_free(&b);
}

static struct message *
make(const char *mid, const char *from, const char *subject, const char *text)
{
	struct message *m = message_new(0);
	struct address *a = message_address(m);

	a->role = ROLE_FROM;
	a->address = from;
	m->message_id = mid;
	m->subject = subject;
	m->text = text;
	m->text_len = text != NULL ? strlen(text) : 0;
	m->sent_at = 1795162560000;
	return m;
}

static void
test_id(void **state)
{
	static const struct {
		const char *mid, *from, *subject, *text;
		bool same; /* as the row before */
	} row[] = {
		{ "<a@b>", "x@y.example", "S", "T", false },
		{ "<a@B>", "other@y.example", "other", "other", true },
		{ "<A@b>", "x@y.example", "S", "T", false },
		{ NULL, "x@y.example", "S", "T", false },
		{ "<>", "X@Y.example", "S", " t ", true },
		{ NULL, "x@y.example", "S", "U", false },
		{ NULL, "x@y.example", "T", "U", false },
		{ NULL, "x@y.example", NULL, "U", false },
		{ NULL, NULL, NULL, NULL, false },
		/* what one field ends with is not what the next begins with */
		{ NULL, "x@y.example", "ab", "c", false },
		{ NULL, "x@y.example", "a", "bc", false },
	};
	char id[CONTENT_ID], last[CONTENT_ID] = "";
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, CONTENT_MAX);
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct message *m =
		    make(row[i].mid, row[i].from, row[i].subject, row[i].text);

		content_id(&b, m, id);
		assert_int_equal(strlen(id), 32);
		assert_int_equal(strcmp(id, last) == 0, row[i].same);
		memcpy(last, id, sizeof(last));
		message_free(m);
	}
	buf_free(&b);
}

#define T0   INT64_C(1795162560000) /* 2026-11-20T08:16:00Z */
#define LONG "Thank you for the offer. We take all of it, on Monday.\n"
#define OLD  "From: Carl Clay\nSent: Thursday\nWhat do you say to this?\n"
#define SIGN "Anna Arndt | Contoso Ltd | phone +49 30 1234567\n"
#define SAFE "https://eur01.safelinks.example/?url=https%3A%2F%2Fx.example%2Fa"

struct half {
	const char *subject, *text, *html;
	int64_t sent;
};

static const struct {
	const char *what;
	struct half a, b;
	bool same;
} pair[] = {
	{ "equal", { "S", LONG, NULL, T0 }, { "S", LONG, NULL, T0 }, true },
	{ "a signature above what is answered", { "S", LONG OLD, NULL, T0 },
	    { "S", LONG SIGN OLD, NULL, T0 }, true },
	{ "a banner, a signature and a disclaimer", { "S", LONG OLD, NULL, T0 },
	    { "S", "CAUTION\n" LONG SIGN OLD "Confidential!", NULL, T0 },
	    true },
	{ "a signature that begins as the text after it",
	    { "S", LONG "From: Carl Clay, Oslo", NULL, T0 },
	    { "S", LONG "From: Anna From: Carl Clay, Oslo", NULL, T0 }, true },
	{ "a banner before few words", { "S", "Ok!", NULL, T0 },
	    { "S", "CAUTION\nOk!", NULL, T0 }, true },
	{ "few words after many others", { "S", "We need 5", NULL, T0 },
	    { "S", "We need 12 of the 5", NULL, T0 }, false },
	{ "another text", { "S", LONG OLD, NULL, T0 },
	    { "S", "No, thank you.\n" OLD, NULL, T0 }, false },
	{ "one word of it", { "S", "Dear Anna,\n" LONG, NULL, T0 },
	    { "S", "Dear Beatrix,\n" LONG, NULL, T0 }, false },
	{ "one digit at its end", { "S", LONG "Number 1", NULL, T0 },
	    { "S", LONG "Number 22 or 21", NULL, T0 }, false },
	{ "links written anew", { "S", LONG "http://x.example/a", NULL, T0 },
	    { "S", LONG SAFE, NULL, T0 }, true },
	{ "links in HTML",
	    { "S", NULL, "<p>see <a href='https://x'>https://x</a>, ok", T0 },
	    { "S", NULL, "<p>see <a href='" SAFE "'>" SAFE "</a>, ok", T0 },
	    true },
	{ "letters as entities",
	    { "S", NULL,
		"<p>\xc3\x84rger \xe2\x80\x93 gr\xc3\xb6\xc3\x9f"
		"te \xe2\x82\xac &nosuch; \xc3\xbf&yuml",
		T0 },
	    { "S", NULL,
		"<p>&#196;rger&emsp;&ndash; gr&ouml;&szlig;te&nbsp;"
		"&euro; &nosuch; &yuml;&yuml",
		T0 },
	    true },
	{ "another entity", { "S", NULL, "<p>gr&ouml;\xc3\x9f", T0 },
	    { "S", NULL, "<p>gr&uuml;\xc3\x9f", T0 }, false },
	{ "a tag in the subject", { "Offer", LONG, NULL, T0 },
	    { "[EXTERN] Offer", LONG, NULL, T0 }, true },
	{ "white space in the subject", { "An  offer", LONG, NULL, T0 },
	    { " An offer", LONG, NULL, T0 }, true },
	{ "another subject", { "Offer 1", LONG, NULL, T0 },
	    { "Offer 2", LONG, NULL, T0 }, false },
	{ "a second later", { "S", LONG, NULL, T0 },
	    { "S", LONG, NULL, T0 + 1999 }, true },
	{ "a minute later", { "S", LONG, NULL, T0 },
	    { "S", LONG, NULL, T0 + 60999 }, true },
	{ "more than a minute later", { "S", LONG, NULL, T0 },
	    { "S", LONG, NULL, T0 + 61000 }, false },
	{ "no time that can be said", { "S", LONG, NULL, T0 },
	    { "S", LONG, NULL, INT64_MAX }, true },
	{ "no body", { "S", LONG, NULL, T0 }, { "S", NULL, NULL, T0 }, true },
	{ "no subject", { NULL, LONG, NULL, T0 }, { "S", LONG, NULL, T0 },
	    true },
};

static bool
same(const struct half *a, const struct half *b)
{
	struct message *m = make("<a@b>", "x@y.example", b->subject, b->text);
	char at[TIM_TEXT];
	struct content c = { "X@y.example", a->subject, tim_text(a->sent, at),
		a->text, a->html };
	bool r;

	m->html = b->html;
	m->html_len = b->html != NULL ? strlen(b->html) : 0;
	m->sent_at = b->sent;
	r = content_same(&c, m);
	message_free(m);
	return r;
}

/* What a server does to a copy does not make it another mail. */
static void
test_same(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pair) / sizeof(*pair); i++) {
		if (same(&pair[i].a, &pair[i].b) != pair[i].same ||
		    same(&pair[i].b, &pair[i].a) != pair[i].same)
			fail_msg("%s", pair[i].what);
		assert_true(same(&pair[i].a, &pair[i].a));
	}
}

/* Links do not make another mail; they are part of a body all the same. */
static void
test_body_equal(void **state)
{
	struct message *m = make("<a@b>", NULL, NULL, "see http://x.example/b");
	struct content c = { .text = "See  http://x.example/b" };

	(void)state;
	assert_true(content_body_equal(&c, m));
	c.text = "see http://x.example/c";
	assert_true(content_same(&c, m));
	assert_false(content_body_equal(&c, m));
	message_free(m);
}

#define TEST(f) cmocka_unit_test(f)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mid),
		TEST(test_fold),
		TEST(test_id),
		TEST(test_same),
		TEST(test_body_equal),
	};

	return cmocka_run_group_tests_name("store_content", tests, NULL, NULL);
}
