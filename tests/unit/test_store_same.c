/*
 * test_store_same.c - are two messages with the same key the same mail?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../lib/samemail.h"
#include "base/mem.h"
#include "base/tim.h"
#include "plainmail.h"
#include "store/fold.h"

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
		fold_for_id(&b, in, len, row[i].html);
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
			fold_for_id(&b, in, len, true);
			free(in);
		}
	}
	buf_free(&b);
}

#define LONG "Thank you for the offer. We take all of it, on Monday.\n"
#define OLD  "From: Carl Clay\nSent: Thursday\nWhat do you say to this?\n"
#define BANNER                                                                 \
	"CAUTION: This email originated from outside of the organization.\n\n"
#define FOOTER "Contoso Ltd, registered office: Berlin\n"
#define LEGAL  "This e-mail is confidential.\n"
#define SITE   "https://x.example/a"
#define SAFE   "https://safelinks.example/?url=https%3A%2F%2Fx.example%2Fa"

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
	/* what servers do */
	{ "a banner", { "S", LONG OLD, NULL, T0 },
	    { "S", BANNER LONG OLD, NULL, T0 }, true },
	{ "a disclaimer", { "S", LONG OLD, NULL, T0 },
	    { "S", LONG OLD "\n--\n" LEGAL, NULL, T0 }, true },
	{ "a banner, a footer and a disclaimer", { "S", LONG OLD, NULL, T0 },
	    { "S", BANNER LONG OLD FOOTER LEGAL, NULL, T0 }, true },
	{ "where the company is", { "S", LONG, NULL, T0 },
	    { "S", LONG "Contoso GmbH, Berlin, www.contoso.example", NULL, T0 },
	    true },
	{ "a banner before few words", { "S", "Ok!", NULL, T0 },
	    { "S", BANNER "Ok!", NULL, T0 }, true },
	{ "lines that break elsewhere", { "S", "one two three", NULL, T0 },
	    { "S", "one two\r\nthree \n", NULL, T0 }, true },
	{ "a banner in HTML", { "S", NULL, "<p>Ok!</p>", T0 },
	    { "S", NULL, "<table><tr><td>External sender</table><p>Ok!", T0 },
	    true },
	{ "a disclaimer in HTML", { "S", NULL, "<p>Ok!</p>", T0 },
	    { "S", NULL, "<p>Ok!</p><hr><small>This e-mail is private", T0 },
	    true },
	{ "other blocks each", { "S", BANNER LONG OLD, NULL, T0 },
	    { "S", LONG OLD "\n" LEGAL "\n" FOOTER, NULL, T0 }, true },
	{ "other blocks each in HTML",
	    { "S", NULL, "<p>External</p><p>Ok!</p>", T0 },
	    { "S", NULL, "<p>Ok!</p><p>This e-mail is private</p>", T0 },
	    true },
	/* what may be a person's */
	{ "other blocks and another text", { "S", BANNER "Pay 5", NULL, T0 },
	    { "S", "Pay 6\n\n" LEGAL, NULL, T0 }, false },
	{ "nothing but blocks", { "S", BANNER, NULL, T0 },
	    { "S", LEGAL, NULL, T0 }, false },
	{ "words before", { "S", "OK", NULL, T0 },
	    { "S", "NOT OK, do not pay", NULL, T0 }, false },
	{ "a word on a line before", { "S", "OK", NULL, T0 },
	    { "S", "NOT\nOK", NULL, T0 }, false },
	{ "a line after", { "S", LONG, NULL, T0 },
	    { "S", LONG "NEW account: DE99 1234 5678", NULL, T0 }, false },
	{ "a footer with an account", { "S", LONG, NULL, T0 },
	    { "S", LONG "Contoso Ltd, tel. 1, DE02 1203 0000 0000 2020 51",
		NULL, T0 },
	    false },
	{ "a line between", { "S", LONG OLD, NULL, T0 },
	    { "S", LONG "NEW account: DE99 1234 5678\n" OLD, NULL, T0 },
	    false },
	{ "a disclaimer between", { "S", LONG OLD, NULL, T0 },
	    { "S", LONG LEGAL OLD, NULL, T0 }, false },
	{ "a banner that is no line of its own", { "S", "Ok!", NULL, T0 },
	    { "S", "CAUTION: Ok!", NULL, T0 }, false },
	{ "a banner in HTML that is none", { "S", NULL, "<p>Ok!</p>", T0 },
	    { "S", NULL, "<b>External</b> Ok!", T0 }, false },
	{ "an empty text", { "S", "", NULL, T0 }, { "S", LONG, NULL, T0 },
	    false },
	{ "an empty text and a disclaimer", { "S", " \r\n", NULL, T0 },
	    { "S", LEGAL, NULL, T0 }, false },
	{ "two empty texts", { "S", "", NULL, T0 },
	    { "S", NULL, "<p> </p>", T0 }, true },
	{ "few words after many others", { "S", "We need 5", NULL, T0 },
	    { "S", "We need 12 of the 5", NULL, T0 }, false },
	{ "a digit", { "S", "Pay 500 now", NULL, T0 },
	    { "S", "Pay 900 now", NULL, T0 }, false },
	{ "another text", { "S", LONG OLD, NULL, T0 },
	    { "S", "No, thank you.\n" OLD, NULL, T0 }, false },
	{ "one word of it", { "S", "Dear Anna,\n" LONG, NULL, T0 },
	    { "S", "Dear Beatrix,\n" LONG, NULL, T0 }, false },
	{ "one digit at its end", { "S", LONG "Number 1", NULL, T0 },
	    { "S", LONG "Number 22 or 21", NULL, T0 }, false },
	{ "links written anew", { "S", LONG "http://x.example/a", NULL, T0 },
	    { "S", LONG SAFE, NULL, T0 }, true },
	{ "links in HTML",
	    { "S", NULL, "<p>see <a href='" SITE "'>" SITE "</a>, ok", T0 },
	    { "S", NULL, "<p>see <a href=\"" SAFE "\">" SAFE "</a>, ok", T0 },
	    true },
	{ "a link in HTML written anew where it is not seen",
	    { "S", NULL, "<a class=b href=" SITE ">here</a>", T0 },
	    { "S", NULL, "<a class=b href='" SAFE "'>here</a>", T0 }, true },
	{ "another link", { "S", LONG SITE, NULL, T0 },
	    { "S", LONG "https://y.example/a", NULL, T0 }, false },
	{ "another place of the site", { "S", LONG SITE, NULL, T0 },
	    { "S", LONG SITE "/other", NULL, T0 }, false },
	{ "the site's root", { "S", "https://x.example", NULL, T0 },
	    { "S", "https://x.example/", NULL, T0 }, true },
	{ "another link where it is not seen",
	    { "S", NULL, "<a href='" SITE "'>here</a>", T0 },
	    { "S", NULL, "<a href='https://y.example/a'>here</a>", T0 },
	    false },
	{ "another mailto",
	    { "S", NULL, "<a href='mailto:a@x.example'>here</a>", T0 },
	    { "S", NULL, "<a href='mailto:b@x.example'>here</a>", T0 }, false },
	{ "one link more", { "S", LONG, NULL, T0 },
	    { "S", LONG SITE, NULL, T0 }, false },
	{ "links behind a banner's", { "S", LONG SITE, NULL, T0 },
	    { "S", "External: " SAFE "\n" LONG SITE, NULL, T0 }, true },
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
	{ "a tag with stars", { "Offer", LONG, NULL, T0 },
	    { "*** Spam *** Offer", LONG, NULL, T0 }, true },
	{ "a tag with a colon", { "Offer", LONG, NULL, T0 },
	    { "EXTERNAL: Offer", LONG, NULL, T0 }, true },
	{ "a tag at the end", { "Offer", LONG, NULL, T0 },
	    { "[a] Offer [b]", LONG, NULL, T0 }, true },
	{ "a word before the subject", { "Offer", LONG, NULL, T0 },
	    { "No Offer", LONG, NULL, T0 }, false },
	{ "a word after the subject", { "Offer", LONG, NULL, T0 },
	    { "Offer withdrawn", LONG, NULL, T0 }, false },
	{ "an answer", { "Offer", LONG, NULL, T0 },
	    { "Re: Offer", LONG, NULL, T0 }, false },
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

static struct message *
make_half(const struct half *h)
{
	struct message *m =
	    plain_mail("<a@b>", "x@y.example", h->subject, h->text);

	m->html = h->html;
	m->html_len = h->html != NULL ? strlen(h->html) : 0;
	m->sent_at = h->sent;
	m->body_state =
	    h->text != NULL || h->html != NULL ? BODY_FULL : BODY_HEADERS;
	return m;
}

static void
test_same(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pair) / sizeof(*pair); i++) {
		struct message *a = make_half(&pair[i].a);
		struct message *b = make_half(&pair[i].b);

		a->addr[0].address = "X@Y.example";
		if (same_mail(a, b) != pair[i].same ||
		    same_mail(b, a) != pair[i].same)
			fail_msg("%s", pair[i].what);
		assert_true(same_mail(a, a));
		assert_true(same_mail(b, b));
		message_free(a);
		message_free(b);
	}
}

/* --- attachments ------------------------------------------------------- */

struct file {
	const char *name;
	enum att_kind kind;
	unsigned char content; /* 0: not known */
	bool is_inline;
};

static struct message *
with_files(const struct file *f, size_t n)
{
	struct message *m = plain_mail("<a@b>", "x@y.example", "S", "T");
	size_t i;

	m->body_state = BODY_FULL;
	for (i = 0; i < n && f[i].name != NULL; i++) {
		struct attachment *a = message_attachment(m);

		a->name = f[i].name;
		a->kind = f[i].kind;
		a->is_inline = f[i].is_inline;
		a->stored = f[i].content != 0;
		memset(a->sha256, f[i].content, sizeof(a->sha256));
	}
	return m;
}

#define FILE_A                                                                 \
	{                                                                      \
		"a", ATT_FILE, 1, false                                        \
	}
#define FILE_B                                                                 \
	{                                                                      \
		"b", ATT_FILE, 2, false                                        \
	}

static void
test_attachments(void **state)
{
	static const struct {
		const char *what;
		struct file a[3], b[3];
		bool same;
	} row[] = {
		{ "equal", { FILE_A, FILE_B }, { FILE_A, FILE_B }, true },
		{ "another order", { FILE_A, FILE_B }, { FILE_B, FILE_A },
		    true },
		{ "one more", { FILE_A }, { FILE_A, FILE_B }, false },
		{ "none", { { .name = NULL } }, { FILE_A }, false },
		{ "another content", { FILE_A },
		    { { "a", ATT_FILE, 2, false } }, false },
		{ "another name", { FILE_A }, { { "b", ATT_FILE, 1, false } },
		    false },
		{ "a content that is not known", { FILE_A },
		    { { "a", ATT_FILE, 0, false } }, true },
		{ "two of a name", { FILE_A, { "a", ATT_FILE, 2, false } },
		    { { "a", ATT_FILE, 2, false }, FILE_A }, true },
		{ "two of a name, one not known",
		    { FILE_A, { "a", ATT_FILE, 2, false } },
		    { { "a", ATT_FILE, 0, false },
			{ "a", ATT_FILE, 2, false } },
		    true },
		{ "the same twice", { FILE_A, FILE_A }, { FILE_A }, false },
		{ "an attached item's file is made anew",
		    { { "a", ATT_ITEM, 1, false } },
		    { { "a", ATT_ITEM, 2, false } }, true },
		{ "two attached items", { { "a", ATT_ITEM, 1, false } },
		    { { "a", ATT_ITEM, 1, false },
			{ "a", ATT_ITEM, 2, false } },
		    false },
		{ "a picture inside the text more", { FILE_A },
		    { FILE_A, { "logo", ATT_FILE, 3, true } }, false },
	};
	struct message *headers = plain_mail("<a@b>", "x@y.example", "S", NULL);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct message *a = with_files(row[i].a, 3);
		struct message *b = with_files(row[i].b, 3);

		if (same_mail(a, b) != row[i].same ||
		    same_mail(b, a) != row[i].same)
			fail_msg("%s", row[i].what);
		/* of which nobody was told */
		assert_true(same_mail(a, headers));
		message_free(a);
		message_free(b);
	}
	message_free(headers);
}

/* --- monsters ---------------------------------------------------------- */

/* Repeats what n times and adds end; the caller frees. */
static char *
repeat(const char *what, size_t n, const char *end)
{
	size_t len = strlen(what), i;
	char *s = mem_alloc(n * len + strlen(end) + 1);

	for (i = 0; i < n; i++)
		memcpy(s + i * len, what, len);
	strcpy(s + n * len, end);
	return s;
}

/*
 * Texts for which any algorithm that is not linear is slow. A quadratic one
 * takes hours here, so that the test needs no clock.
 */
static void
test_monsters(void **state)
{
	static const char *const what[] = { "a", "a\n", "<a", "<p>", "<style>",
		"&amp;", "https://a/ ", "<a href='https://x.example'>" };
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(what) / sizeof(*what); i++) {
		char *one, *other;
		struct message *a, *b;

		n = (size_t)4000000 / strlen(what[i]);
		one = repeat(what[i], n, "x");
		other = repeat(what[i], n + 2000, "x");
		a = plain_mail("<a@b>", "x@y.example", "S", NULL);
		b = plain_mail("<a@b>", "x@y.example", "S", NULL);
		a->html = one;
		b->html = other;
		a->html_len = strlen(one);
		b->html_len = strlen(other);
		a->body_state = b->body_state = BODY_FULL;
		same_mail(a, b);
		a->text = one;
		b->text = other;
		a->text_len = a->html_len;
		b->text_len = b->html_len;
		a->html = b->html = NULL;
		assert_false(same_mail(a, b));
		message_free(a);
		message_free(b);
		free(one);
		free(other);
	}
}

#define TEST(f) cmocka_unit_test(f)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fold),
		TEST(test_same),
		TEST(test_attachments),
		TEST(test_monsters),
	};

	return cmocka_run_group_tests_name("store_same", tests, NULL, NULL);
}
