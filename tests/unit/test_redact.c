/*
 * test_redact.c - texts, HTML and headers without the people to be forgotten:
 * what is found and what is left, that nothing changes the second time, and
 * how many hashes are made. An implementation that compares strings agrees.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "core/addrscan.h"
#include "core/redact.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))
#define SALT                                                                   \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
#define NOW INT64_C(1795162560000)
#define R   "(removed)"

void __wrap_crypt_hmac_with(const struct crypt_hmac_key *, const void *, size_t,
    unsigned char[CRYPT_SHA256]);
void __real_crypt_hmac_with(const struct crypt_hmac_key *, const void *, size_t,
    unsigned char[CRYPT_SHA256]);
static size_t hashes;

void
__wrap_crypt_hmac_with(const struct crypt_hmac_key *k, const void *p, size_t n,
    unsigned char out[CRYPT_SHA256])
{
	hashes++;
	__real_crypt_hmac_with(k, p, n, out);
}

/* carl has names; in the tests of names they go when his address is there. */
static const char *const people[] = { "carl@x.example", "c.m_o'b@sub.x.example",
	"b\xc3\xb6rse@m\xc3\xbcller.example", "odd-@x.example",
	"-x@x.example" };
static const char *const names[] = { "Miller, Carl (Contoso)",
	"J\xc3\xb6rg M\xc3\xbcller", "Ed", "carl@x.example", "removed" };

static struct forgotten
list_of_people(void)
{
	struct forgotten f;
	struct err err = ERR_INIT;
	size_t i;

	assert_int_equal(forgotten_parse(&f, SALT, strlen(SALT), &err), 0);
	for (i = 0; i < COUNT(people); i++)
		assert_true(forgotten_add(&f, people[i], i == 0 ? names : NULL,
		    i == 0 ? COUNT(names) : 0, NOW));
	return f;
}

typedef bool
redact_fn(const struct redact *, const char *, size_t, struct buf *out);

/* Redacts, and checks that doing it again changes nothing. Frees nothing. */
static char *
redacted(redact_fn *how, const struct redact *r, const char *s)
{
	size_t n = strlen(s);
	struct buf b, again;
	bool changed;

	buf_init(&b, REDACT_ROOM(n));
	buf_init(&again, REDACT_ROOM(4 * n + 64));
	changed = how(r, s, n, &b);
	if (!changed) {
		assert_int_equal(b.len, 0);
		buf_adds(&b, s);
	} else
		assert_string_not_equal(buf_str(&b), s);
	assert_false(b.over);
	assert_true(!utf8_valid(s, n) || utf8_valid(buf_str(&b), b.len));
	if (how(r, buf_str(&b), b.len, &again))
		fail_msg("%s: %s: %s", s, buf_str(&b), buf_str(&again));
	buf_free(&again);
	return buf_take(&b);
}

static void
expect(redact_fn *how, const struct redact *r, const char *s, const char *want)
{
	char *got = redacted(how, r, s);

	if (strcmp(got, want != NULL ? want : s) != 0)
		fail_msg("%s: %s", s, got);
	free(got);
}

/* want NULL: nothing changes */
struct row {
	const char *s, *want;
};

static const struct row texts[] = {
	{ "", NULL },
	{ "no address", NULL },
	{ "carl@x.example", R },
	{ "CARL@X.Example", R },
	{ "To: <carl@x.example>, anna@x.example",
	    "To: <" R ">, anna@x.example" },
	{ "write to carl@x.example.", "write to " R "." },
	{ "write to carl@x.example...", "write to " R "..." },
	{ "carl@x.example.Please", R ".Please" },
	{ "carl@x.example, carl@x.example;carl@x.example", R ", " R ";" R },
	{ "(carl@x.example)\"carl@x.example\"'carl@x.example'",
	    "(" R ")\"" R "\"'" R "'" },
	{ "mailto:carl@x.example?subject=a", "mailto:" R "?subject=a" },
	{ "smtp:carl@x.example!", "smtp:" R "!" },
	{ "http://y.example/?x=carl@x.example&y=1",
	    "http://y.example/?x=" R "&y=1" },
	{ "http://y.example/?x=carl%40x.example&y=1",
	    "http://y.example/?x=" R "&y=1" },
	{ "url=mailto%3Acarl%40x.example%7C1", "url=mailto%3A" R "%7C1" },
	{ "u=x%253Dcarl%2540x.example%2526", "u=x%253D" R "%2526" },
	{ "%63arl%40x%2eexample", R },
	{ "c%61rl@x.example", R },
	{ "*carl@x.example* _carl@x.example_ `carl@x.example`",
	    "*" R "* _" R "_ `" R "`" },
	{ "...carl@x.example --carl@x.example--", "..." R " --" R "--" },
	{ "\xe2\x80\x9e"
	  "carl@x.example\xe2\x80\x9c",
	    "\xe2\x80\x9e" R "\xe2\x80\x9c" },
	{ "\xe9\x82\xae"
	  "carl@x.example\xe8\xaf\xb7",
	    "\xe9\x82\xae" R "\xe8\xaf\xb7" },
	{ "c\xc2\xad"
	  "arl\xe2\x80\x8d@\xe2\x80\x8bx.exam\xef\xbb\xbfple",
	    R },
	{ "c.m_o'b@sub.x.example", R },
	{ "=c.m_o'b@sub.x.example_", "=" R "_" },
	{ "='carl@x.example' (+carl@x.example)", "='" R "' (+" R ")" },
	{ "prvs=1234567=carl@x.example", "prvs=1234567=" R },
	{ "B\xc3\x96RSE@M\xc3\x9cller.example", R },
	{ "b\xc3\xb6rse@xn--mller-kva.example.", R "." },
	{ "b\xc3\xb6rse@m\xc3\xbcller\xe3\x80\x82"
	  "example",
	    R },
	{ "-odd-@x.example", "-" R },
	{ "-x@x.example", R },
	/* bounces and forwarders */
	{ "bounce+carl=x.example@list.example", "bounce+" R "@list.example" },
	{ "b-12-carl=x.example@list.example", "b-12-" R "@list.example" },
	{ "SRS0=Ab1=TT=x.example=carl@y.example",
	    "SRS0=Ab1=TT=" R "@y.example" },
	{ "anna carl_x.example#ext#@firma.example",
	    "anna " R "#ext#@firma.example" },
	/* somebody else */
	{ "anna_carl@x.example o'carl@x.example a+carl@x.example", NULL },
	{ "anna_carl_x.example#EXT#@firma.example", NULL },
	{ "xcarl@x.example", NULL },
	{ "carl@x.example2", NULL },
	{ "carl@x.example.org", NULL },
	{ "carl@x.example-b", NULL },
	{ "carl@sub.x.example", NULL },
	{ "carl+tag@x.example", NULL },
	{ "miller.carl@x.example", NULL },
	{ "\xc3\xa4"
	  "carl@x.\xc3\xa4xample",
	    NULL },
	/* not addresses */
	{ "carl @x.example", NULL },
	{ "carl@ x.example", NULL },
	{ "carl@", NULL },
	{ "@x.example", NULL },
	{ "@", NULL },
	{ "%40", NULL },
	{ "%4", NULL },
	{ "%", NULL },
	{ "carl&#64;x.example", NULL },
	/* no UTF-8 */
	{ "\xff"
	  "carl@x.example\xc3",
	    "\xff" R "\xc3" },
	{ "carl\xe4@x.example", NULL },
};

static const struct row htmls[] = {
	{ "<p>carl@x.example</p>", "<p>" R "</p>" },
	{ "carl&#64;x.example carl&#x40;x.example carl&#X40;x.example",
	    R " " R " " R },
	{ "carl&commat;x.example&nbsp;", R "&nbsp;" },
	{ "&#99;&#x61;rl@x&#46;e&#x78;ample", R },
	{ "c&#97rl@x&period;example", R },
	{ "&lt;carl@x.example&gt;", "&lt;" R "&gt;" },
	{ "carl@x.example&amp;x", R "&amp;x" },
	{ "ca<wbr>rl@x.&shy;ex<wbr/>ample", R },
	{ "<a href=\"mailto:carl@x.example\">carl@x.example</a>",
	    "<a href=\"mailto:" R "\">" R "</a>" },
	{ "<a href='mailto:carl%40x.example?x=y'>Carl</a>",
	    "<a href='mailto:" R "?x=y'>Carl</a>" },
	{ "<a href=mailto:carl@x.example>x</a>", "<a href=mailto:" R ">x</a>" },
	{ "<b>carl</b>@<i>x.example</i>.", "<b>" R "</b><i></i>." },
	{ "see<a href=\"#\">carl@x.example</a>more",
	    "see<a href=\"#\">" R "</a>more" },
	{ "carl<a href=\"mailto:carl@x.example\">@x.example</a>",
	    R "<a href=\"mailto:" R "\"></a>" },
	{ "carl@x.example<b>x</b>", R "<b>x</b>" },
	{ "<td>carl@x.example</td><td>b</td>", "<td>" R "</td><td>b</td>" },
	{ "ab<br>carl@x.example<br>cd", "ab<br>" R "<br>cd" },
	{ "carl<br>@x.example", NULL },
	{ "carl@x.example<", R "<" },
	{ "<!--carl@x.example-->", "<!--" R "-->" },
	{ "&carl@x.example;", "&" R ";" },
	{ "&#64;&#64;x.example", NULL },
	{ "@media x { a@b }", NULL },
};

static void
test_addresses(void **state)
{
	struct forgotten f = list_of_people();
	struct redact r = { .list = &f }, none = { .list = NULL };
	size_t i;

	(void)state;
	for (i = 0; i < f.n; i++)
		f.v[i].nname = 0;
	for (i = 0; i < COUNT(texts); i++) {
		expect(redact_text, &r, texts[i].s, texts[i].want);
		expect(redact_text, &none, texts[i].s, NULL);
		assert_int_equal(
		    forgotten_in(&f, texts[i].s), texts[i].want != NULL);
	}
	for (i = 0; i < COUNT(htmls); i++)
		expect(redact_html, &r, htmls[i].s, htmls[i].want);
	assert_false(forgotten_in(&f, NULL));
	assert_false(forgotten_in(NULL, "carl@x.example"));
	assert_true(forgotten_in(&f, "<20261120.carl@x.example> "
				     "<a=carl@x.example>"));
	assert_false(forgotten_in(&f, "<20261120.carl@x.example>"));
	forgotten_free(&f);
}

/* With "Miller, Carl (Contoso)" and "Jörg Müller" in the list. */
static const struct row name_texts[] = {
	{ "Carl Miller", NULL }, /* no address of his */
	{ "carl@x.example: Carl Miller", R ": " R },
	{ "carl@x.example: Miller, Carl (Contoso) x", R ": " R ") x" },
	{ "carl@x.example: MILLER,\r\n\t CARL; Carl.", R ": " R "; Carl." },
	{ "carl@x.example: Carl\n> Miller's Carl-Miller", R ": " R "'s " R },
	{ "carl@x.example: CarlMiller Carl; Miller and Carl",
	    R ": CarlMiller Carl; Miller and Carl" },
	{ "carl@x.example: Carl\xc2\xa0Miller Carl\xe2\x80\x8d Mil\xc2\xadler",
	    R ": " R " " R },
	{ "carl@x.example: J\xc3\x96RG M\xc3\x9cller Ed Jorg Muller",
	    R ": " R " Ed Jorg Muller" },
	{ "carl@x.example http://y.example/Carl%20Miller?q=carl+miller",
	    R " http://y.example/" R "?q=" R },
	/* somebody else, perhaps */
	{ "carl@x.example carl.miller@y.example a@carl-miller.example",
	    R " carl.miller@y.example a@carl-miller.example" },
	{ "carl@x.example @Carl Miller; (@Carl Miller)",
	    R " @" R "; (@" R ")" },
	{ "carl@x.example (removed) removed", R " (removed) " R },
};

static const struct row name_htmls[] = {
	{ "carl@x.example <b>Carl</b> <i class=x>Miller</i>",
	    R " <b>" R "</b><i class=x></i>" },
	{ "carl@x.example <b title='Carl Miller'>J&ouml;rg&nbsp;M&#252;ller",
	    R " <b title='" R "'>" R },
	{ "carl@x.example <a href=\"Carl Miller\" title=Carl Miller>",
	    R " <a href=\"" R "\" title=Carl Miller>" },
	{ "carl@x.example Carl <a title=\"Carl Miller\">Miller</a>",
	    R " " R "<a title=\"" R "\"></a>" },
	{ "carl@x.example <td>Carl</td><td>Miller</td>",
	    R " <td>" R "</td><td></td>" },
	{ "carl@x.example <!-- Carl Miller --> <x Carl Miller",
	    R " <!-- " R " --> <x " R },
};

static void
test_names(void **state)
{
	static const char *const clear[] = { "Carl", "table", "Vera Meyer",
		"Xy", "carl@x.example", "removed", "" };
	struct forgotten f = list_of_people();
	struct redact r = { .list = &f }, c = { NULL, NULL, 0, clear, 7 };
	size_t i, row = forgotten_find(&f, "carl@x.example");

	(void)state;
	for (i = 0; i < COUNT(name_texts); i++)
		expect(redact_text, &r, name_texts[i].s, name_texts[i].want);
	for (i = 0; i < COUNT(name_htmls); i++)
		expect(redact_html, &r, name_htmls[i].s, name_htmls[i].want);
	/* the caller says whose names apply */
	r.row = &row;
	r.nrow = 1;
	expect(redact_text, &r, "Carl Miller, Ed", R ", Ed");
	/* in clear */
	expect(
	    redact_text, &c, "CARL, meyer vera; Xy Vera", R ", " R "; Xy Vera");
	expect(
	    redact_text, &c, "carl@y.example Carl's", "carl@y.example " R "'s");
	expect(redact_html, &c,
	    "<table class='table'><td width=table>Table &#67;arl</table>",
	    "<table class='" R "'><td width=table>" R " " R "</table>");
	forgotten_free(&f);
}

static const struct row headers[] = {
	{ "From: Anna <anna@x.example>\r\nSubject: =?utf-8?Q?x?=\r\n", NULL },
	{ "From: Carl <carl@x.example>\r\nTo: b@x.example\r\n",
	    "From: " R "\r\nTo: b@x.example\r\n" },
	{ "Received: from a by b\r\n\tfor <carl@x.example>;\r\n Mon, 1\r\n"
	  "X: y\r\n",
	    "Received: " R "\r\nX: y\r\n" },
	{ "To: x@y.example,\n =?utf-8?Q?Carl?=\n <carl@x.example>\n"
	  "Subject: =?utf-8?B?abcd?=\nX: =?\nY: =\n",
	    "To: " R "\nSubject: " R "\nX: " R "\nY: =\n" },
	{ "Subject: Miller,\r\n Carl\r\nFrom: carl@x.example",
	    "Subject: " R "\r\nFrom: " R },
	{ "Return-Path: <b+carl=x.example@l.example>\r\nA: b\r\n\r\n",
	    "Return-Path: " R "\r\nA: b\r\n\r\n" },
	{ "carl@x.example\r\nX=carl@x.example: b\r\n", R "\r\n" R "\r\n" },
	{ " carl@x.example\r\n", R "\r\n" },
	{ "A: \r\n", NULL },
	{ "\r\n\r\n", NULL },
	{ ":", NULL },
};

static void
test_headers(void **state)
{
	static const char *const clear[] = { "Vera Meyer" };
	struct forgotten f = list_of_people();
	struct redact r = { .list = &f }, c = { NULL, NULL, 0, clear, 1 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(headers); i++)
		expect(redact_headers, &r, headers[i].s, headers[i].want);
	expect(redact_headers, &c,
	    "A: Vera\r\n Meyer\r\nB: =?a?=\r\nC: Vera\r\n",
	    "A: " R "\r\nB: " R "\r\nC: Vera\r\n");
	forgotten_free(&f);
}

/* --- compared with strings --------------------------------------------- */

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* May an address begin at s + i, when what is before start is gone? */
static bool
may_begin(const char *s, size_t start, size_t i)
{
	size_t k = i;

	while (k > start && is_one_of(s[k - 1], ".-"))
		k--;
	if (k > start && is_one_of(s[k - 1], "'_+"))
		return k - 1 == start || !is_alnum(s[k - 2]);
	return k == start || !is_alnum(s[k - 1]);
}

static bool
may_end(const char *s)
{
	const char *p = s;

	if (*s == '_' ||
	    (*s == '.' && s[1] >= 'A' && s[1] <= 'Z' && s[-1] >= 'a'))
		return true;
	while (is_one_of(*p, ".-_"))
		p++;
	if (!is_alnum(*p))
		return true;
	/* a part of these is the end already */
	for (; s < p; s++)
		if (*s == '_')
			return true;
	return p[-1] == '.' && *p >= 'A' && *p <= 'Z' && p - s == 1 &&
	       s[-1] >= 'a';
}

/* One round of a simple one, for ASCII; the caller frees. */
static char *
simple_round(const char *s)
{
	char *out = mem_alloc(4 * strlen(s) + 64);
	size_t i = 0, start = 0, k, n = 0, len, best;

	while (s[i] != '\0') {
		for (best = k = 0; k < COUNT(people); k++) {
			len = strlen(people[k]);
			if (len > best &&
			    strncasecmp(s + i, people[k], len) == 0 &&
			    may_begin(s, start, i) && may_end(s + i + len))
				best = len;
		}
		if (best == 0) {
			out[n++] = s[i++];
			continue;
		}
		memcpy(out + n, R, strlen(R));
		n += strlen(R);
		start = i += best;
	}
	out[n] = '\0';
	return out;
}

static void
simple(const char *s, char **out)
{
	char *next;

	*out = mem_strdup(s);
	for (;;) {
		next = simple_round(*out);
		if (strcmp(next, *out) == 0)
			break;
		free(*out);
		*out = next;
	}
	free(next);
}

static void
test_differential(void **state)
{
	static const char *const piece[] = { "carl@x.example", "CARL@X.EXAMPLE",
		"c.m_o'b@sub.x.example", "odd-@x.example", "carl", "@", ".",
		"-", "_", "x.example", "anna@x.example", " ", "'", "+", "<",
		">", ",", "Z", "a", "/", ":", "\n", "0" };
	struct forgotten f = list_of_people();
	struct redact r = { .list = &f };
	uint32_t seed = 1;
	size_t changed = 0, i, k, n;
	char text[2000], *want, *got;

	(void)state;
	for (i = 0; i < f.n; i++)
		f.v[i].nname = 0;
	for (i = 0; i < 40000; i++) {
		seed = seed * 1103515245 + 12345;
		n = 1 + (seed >> 16) % 12;
		text[0] = '\0';
		for (k = 0; k < n; k++) {
			seed = seed * 1103515245 + 12345;
			strcat(text, piece[(seed >> 16) % COUNT(piece)]);
		}
		simple(text, &want);
		got = redacted(redact_text, &r, text);
		if (strcmp(got, want) != 0)
			fail_msg("%s: %s, not %s", text, got, want);
		changed += strcmp(got, text) != 0;
		free(got);
		free(want);
	}
	assert_in_range(changed, 5000, 39000);
	forgotten_free(&f);
}

/* A word at s: its letters; 0: none. */
static size_t
word_len(const char *s)
{
	size_t n = 0;

	while (is_alnum(s[n]))
		n++;
	return n;
}

static bool
is_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(s, word, n) == 0;
}

/* How long are Carl and Miller at s, in either order? */
static size_t
simple_name(const char *s, const char *one, const char *other)
{
	size_t n = word_len(s), gap, k;

	if (!is_word(s, n, one))
		return is_word(s, n, other) && strcmp(one, "Miller") != 0
			   ? simple_name(s, other, one)
			   : 0;
	gap = strspn(s + n, " ,-\n");
	k = word_len(s + n + gap);
	return gap > 0 && is_word(s + n + gap, k, other) ? n + gap + k : 0;
}

/* The text without "Carl Miller" and "Anna"; the caller frees. */
static char *
simple_names(const char *s)
{
	char *out = mem_alloc(9 * strlen(s) + 1);
	size_t n = 0, k;

	while (*s != '\0') {
		k = simple_name(s, "Carl", "Miller");
		if (k == 0 && is_word(s, word_len(s), "Anna"))
			k = word_len(s);
		if (k > 0)
			n += (size_t)sprintf(out + n, R);
		else {
			for (k = word_len(s); k > 1; k--)
				out[n++] = *s++;
			k = 1;
			out[n++] = *s;
		}
		s += k;
	}
	out[n] = '\0';
	return out;
}

/* The same names in clear, and as hashes. */
static void
test_names_differential(void **state)
{
	static const char *const piece[] = { "Carl", "Miller", "CARL", "miller",
		"Anna", "and", "x", " ", " ", ", ", "\n", "-", "; ", "&", ":" };
	static const char *const clear[] = { "Miller, Carl", "anna" };
	struct forgotten f = list_of_people();
	size_t changed = 0, i, k, n, row;
	struct redact r[2] = { { .name = clear, .nname = 2 },
		{ .list = &f, .row = &row, .nrow = 1 } };
	char text[200], *want, *got;
	uint32_t seed = 3;

	(void)state;
	assert_true(forgotten_add(&f, "other@x.example", clear, 2, NOW));
	row = forgotten_find(&f, "other@x.example");
	for (i = 0; i < 20000; i++) {
		text[0] = '\0';
		n = 1 + i % 12;
		for (k = 0; k < n; k++) {
			seed = seed * 1103515245 + 12345;
			strcat(text, piece[(seed >> 16) % COUNT(piece)]);
		}
		want = simple_names(text);
		got = redacted(redact_text, &r[i / 12 % 2], text);
		if (strcmp(got, want) != 0)
			fail_msg("%s: %s, not %s", text, got, want);
		changed += strcmp(got, text) != 0;
		free(got);
		free(want);
	}
	assert_in_range(changed, 3000, 19000);
	forgotten_free(&f);
}

/* --- the work ---------------------------------------------------------- */

/* Hashes made for that much of a text which repeats the piece. */
static size_t
work_of(redact_fn *how, const struct redact *r, const char *piece, size_t size)
{
	struct buf b, out;
	bool changed;

	buf_init(&b, size + 1000);
	buf_init(&out, REDACT_ROOM(size + 1000));
	while (b.len < size)
		buf_adds(&b, piece);
	hashes = 0;
	changed = how(r, b.data, b.len, &out);
	assert_true(changed == (out.len > 0));
	buf_free(&b);
	buf_free(&out);
	return hashes;
}

static void
test_work(void **state)
{
	static const struct {
		const char *piece;
		double each; /* hashes for each byte, at most */
	} rows[] = {
		{ "text without ", 0 },
		{ "@", 0 },
		{ "@ ", 0 },
		{ "a@", 0.5 },
		{ "a%40", 0.25 },
		{ "%40", 0 },
		{ "a.b@c.d ", 0.125 },
		{ "anna.berg@firma.example, ", 0.04 },
		{ "carl@x.example ", 0.07 },
		{ "http://y.example/a/b?c=d&e=anna%40y.example ", 0.2 },
		{ "=a^b'c=d/e{f|g*h#i@a_b_C_d_e ", 2 },
		{ "=a%3D_b'c=d/e{f|g*h#i@a_b_C_d_e%", 3 },
		{ "a<b>", 0 },
		{ "a><b @", 0.2 },
		{ "<a@", 0.34 },
		{ "<a b=\"@", 0.13 },
		{ "&#64;a", 0.17 },
		{ "&#6", 0 },
		{ "=x.y=a@", 0.5 },
	};
	struct forgotten f = list_of_people();
	struct redact r = { .list = &f }, none = { .list = NULL };
	redact_fn *const how[] = { redact_text, redact_html, redact_headers };
	size_t i, k, one, ten;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		for (k = 0; k < COUNT(how); k++) {
			one = work_of(how[k], &r, rows[i].piece, 20000);
			ten = work_of(how[k], &r, rows[i].piece, 200000);
			/* headers are looked at twice when they are changed */
			if ((double)one >
			    (k == 2 ? 2 : 1) * (rows[i].each * 20000 + 200))
				fail_msg("%s: %zu", rows[i].piece, one);
			assert_true(ten <= 11 * one + 200);
			assert_int_equal(
			    work_of(how[k], &none, rows[i].piece, 1000), 0);
		}
	}
	forgotten_free(&f);
}

/* A run that is longer than any address is not read to its end. */
static void
test_long(void **state)
{
	struct forgotten f = list_of_people();
	struct redact r = { .list = &f };
	char *s = mem_alloc(200000), *got;

	(void)state;
	memset(s, 'a', 100000);
	memcpy(s + 100000, "=carl@x.example", 16);
	got = redacted(redact_text, &r, s);
	assert_string_equal(got + 100000, "=" R);
	free(got);
	memset(s + 100000, '%', 99000);
	memcpy(s + 199000, "carl@x.example", 15);
	got = redacted(redact_text, &r, s);
	assert_string_equal(got + 199000, R);
	free(got);
	/* the longest, and what would be as long if it were cut */
	memset(s, 'a', ADDRSCAN_LOCAL + 1);
	strcpy(s + ADDRSCAN_LOCAL + 1, "@x.example");
	assert_true(forgotten_add(&f, s + 1, NULL, 0, NOW));
	expect(redact_text, &r, s + 1, R);
	expect(redact_text, &r, s, NULL);
	free(s);
	forgotten_free(&f);
}

/* After a tag that has no end others are tags only when they are short. */
static void
test_unclosed(void **state)
{
	struct forgotten f = list_of_people();
	struct redact r = { .list = &f };
	char *s, *want, fill[1001];

	(void)state;
	memset(fill, ' ', 1000);
	fill[1000] = '\0';
	s = mem_printf("carl@x.example <b %sCarl Miller>", fill);
	want = mem_printf(R " <b %sCarl Miller>", fill);
	expect(redact_html, &r, s, want);
	free(s);
	free(want);
	s = mem_printf("carl@x.example <i x='<b %sCarl Miller>", fill);
	want = mem_printf(R " <i x='<b %s" R ">", fill);
	expect(redact_html, &r, s, want);
	free(s);
	free(want);
	forgotten_free(&f);
}

/* What does not fit is said, never left out in silence. */
static void
test_cap(void **state)
{
	static const char *const s = "carl@x.example carl@x.example";
	struct forgotten f = list_of_people();
	struct redact r = { .list = &f };
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_true(redact_text(&r, s, strlen(s), &b));
	assert_int_equal(b.over, 1);
	assert_int_equal(b.len, 0);
	buf_free(&b);
	forgotten_free(&f);
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_differential),
		cmocka_unit_test(test_names_differential),
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_unclosed),
		cmocka_unit_test(test_cap),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
