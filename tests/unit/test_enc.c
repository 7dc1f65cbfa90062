/*
 * test_enc.c - encodings, with the examples of their RFCs, every split of the
 * input of the streaming decoder, and every code point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/utf8.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
test_utf8_all(void **state)
{
	char u[5];
	uint32_t c, back;
	size_t n, i;

	(void)state;
	for (c = 0; c < 0x110000; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		n = utf8_put(u, c);
		assert_int_equal(n, c < 0x80      ? 1
				    : c < 0x800   ? 2
				    : c < 0x10000 ? 3
						  : 4);
		u[n] = '\0';
		assert_int_equal(utf8_next(u, n, &back), n);
		assert_int_equal(back, c);
		assert_int_equal(utf8_next(u, 5, &back), n);
		for (i = 1; i < n; i++) {
			assert_int_equal(utf8_next(u, i, &back), 0);
			assert_int_equal(utf8_next(u + i, n - i, &back), 0);
		}
	}
}

static void
test_utf8_bad(void **state)
{
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80",
		"\xc1\xbf", "\xc2", "\xc2\x20", "\xc2\xc2", "\xe0\x80\x80",
		"\xe0\x9f\xbf", "\xe2\x82", "\xe2\x28\xa1", "\xe2\x82\x28",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf0\x9f\x98\x28",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80",
		"\xfe", "\xff" };
	static const char text[] = "eight by\xc3\xa4ight, \xe2\x82\xac and "
				   "\xf0\x9f\x98\x80 too";
	char s[64];
	uint32_t c;
	size_t i, at;

	(void)state;
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("a\0b", 3));
	assert_true(utf8_valid(text, sizeof(text) - 1));
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(utf8_next(bad[i], strlen(bad[i]), &c), 0);
		for (at = 0; at < 20; at++) {
			memset(s, 'x', sizeof(s));
			memcpy(s + at, bad[i], strlen(bad[i]));
			assert_false(utf8_valid(s, sizeof(s)));
			assert_false(utf8_valid(s, at + strlen(bad[i])));
			assert_true(utf8_valid(s, at));
		}
	}
}

/* -- base64 --------------------------------------------------------------- */

/* Decodes whole, by bytes, and cut in two anywhere. want NULL: refused. */
static void
expect_decoded(const char *in, const char *want, size_t wlen)
{
	size_t len = strlen(in), cut;
	struct enc_b64 d;
	char *out;
	long a, b;

	for (cut = 0; cut <= len; cut++) {
		memset(&d, 0, sizeof(d));
		out = malloc(3 * (cut / 4 + 1) + 3 * ((len - cut) / 4 + 1));
		a = enc_b64_feed(&d, in, cut, out);
		b = a == -1 ? -1
			    : enc_b64_feed(&d, in + cut, len - cut, out + a);
		if ((b == -1) != (want == NULL))
			fail_msg("\"%s\" cut at %zu: %ld", in, cut, b);
		if (want != NULL) {
			assert_int_equal(a + b, wlen);
			assert_memory_equal(out, want, wlen);
		}
		free(out);
	}
	memset(&d, 0, sizeof(d));
	out = malloc(len + 3);
	for (a = b = 0, cut = 0; cut < len && b != -1; cut++, a += b)
		b = enc_b64_feed(&d, in + cut, 1, out + a);
	assert_true((b == -1) == (want == NULL));
	if (want != NULL) {
		assert_int_equal(a, wlen);
		assert_memory_equal(out, want, wlen);
	}
	free(out);
}

static void
test_base64(void **state)
{
	/* RFC 4648, 10 */
	static const struct {
		const char *in, *out, *url;
	} rows[] = {
		{ "", "", "" },
		{ "f", "Zg==", "Zg" },
		{ "fo", "Zm8=", "Zm8" },
		{ "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xfb\xff\xbf\xff", "+/+//w==", "-_-__w" },
	};
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 100);
	for (i = 0; i < COUNT(rows); i++) {
		buf_reset(&b);
		enc_base64(&b, rows[i].in, strlen(rows[i].in));
		assert_string_equal(buf_str(&b), rows[i].out);
		buf_reset(&b);
		enc_base64url(&b, rows[i].in, strlen(rows[i].in));
		assert_string_equal(buf_str(&b), rows[i].url);
		expect_decoded(rows[i].out, rows[i].in, strlen(rows[i].in));
		expect_decoded(rows[i].url, rows[i].in, strlen(rows[i].in));
	}
	buf_free(&b);
	buf_init(&b, 7);
	assert_int_equal(enc_base64(&b, "foob", 4), -1);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void
test_base64_lenient(void **state)
{
	(void)state;
	expect_decoded(" Z g\r\n=\t= \r\n", "f", 1);
	expect_decoded("Zm9v\r\nYmFy\r\nZm9v\r\n", "foobarfoo", 9);
	expect_decoded("Z\nm\n9\nv\nY\nm\nF\ny", "foobar", 6);
	expect_decoded("Zm9v=", "foo", 3);
	expect_decoded("Zm9vZ", "foo", 3); /* nbits tells */
	expect_decoded("\r\n", "", 0);
	expect_decoded("Zm9v*", NULL, 0);
	expect_decoded("Zm9vYmF\x80", NULL, 0);
	expect_decoded("Zm9&YmFy", NULL, 0);
	expect_decoded("Z===", NULL, 0);
	expect_decoded("Zg==Zg==", NULL, 0);
	expect_decoded("Zm9v=YmFy", NULL, 0);
}

/* Every byte is a digit, blank, padding or refused. */
static void
test_base64_bytes(void **state)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				  "pqrstuvwxyz0123456789+/";
	struct enc_b64 d;
	char in[4] = "AAA", out[6];
	const char *at;
	int c;

	(void)state;
	for (c = 1; c < 256; c++) {
		memset(&d, 0, sizeof(d));
		in[3] = (char)c;
		at = c == '-' ? abc + 62 : c == '_' ? abc + 63 : strchr(abc, c);
		if (at != NULL) {
			assert_int_equal(enc_b64_feed(&d, in, 4, out), 3);
			assert_int_equal(out[2], at - abc);
		} else if (strchr(" \t\r\n=", c) != NULL) {
			assert_int_equal(enc_b64_feed(&d, in, 4, out), 2);
		} else {
			assert_int_equal(enc_b64_feed(&d, in, 4, out), -1);
		}
	}
}

/* Encodes and decodes, in place, in lines of any length, with any cuts. */
static void
test_base64_round(void **state)
{
	char raw[3000];
	struct enc_b64 d;
	struct buf b, lines;
	unsigned seed = 3;
	size_t n, at, i, w;
	long got;

	(void)state;
	buf_init(&b, 10000);
	buf_init(&lines, 20000);
	for (n = 0; n < sizeof(raw); n += 37) {
		for (i = 0; i < n; i++) {
			seed = seed * 1103515245 + 12345;
			raw[i] = (char)(seed >> 16);
		}
		buf_reset(&b);
		buf_reset(&lines);
		enc_base64(&b, raw, n);
		for (at = 0; at < b.len; at += w) {
			w = 1 + n % 80 < b.len - at ? 1 + n % 80 : b.len - at;
			buf_add(&lines, b.data + at, w);
			buf_adds(&lines, "\r\n");
		}
		memset(&d, 0, sizeof(d));
		for (got = 0, at = 0; at < lines.len; at += w) {
			seed = seed * 1103515245 + 12345;
			w = 1 + (seed >> 16) % 200;
			w = w < lines.len - at ? w : lines.len - at;
			/* the output overwrites what has been read */
			got += enc_b64_feed(
			    &d, lines.data + at, w, lines.data + got);
		}
		assert_int_equal(got, n);
		assert_int_not_equal(d.nbits, 6);
		if (n > 0)
			assert_memory_equal(lines.data, raw, n);
	}
	buf_free(&b);
	buf_free(&lines);
}

/* -- hex, percent --------------------------------------------------------- */

static void
test_hex(void **state)
{
	unsigned char bytes[4] = { 0 };
	char hex[9];
	int c;

	(void)state;
	for (c = -128; c < 128; c++)
		assert_int_equal(enc_hex_digit((char)c),
		    c >= '0' && c <= '9'   ? c - '0'
		    : c >= 'a' && c <= 'f' ? c - 'a' + 10
		    : c >= 'A' && c <= 'F' ? c - 'A' + 10
					   : -1);
	enc_hex("\x00\x9f\xff\x10", 4, hex);
	assert_string_equal(hex, "009fff10");
	enc_hex("", 0, hex);
	assert_string_equal(hex, "");
	assert_true(enc_unhex("009FfF10", bytes, 4));
	assert_memory_equal(bytes, "\x00\x9f\xff\x10", 4);
	assert_true(enc_unhex("", bytes, 0));
	assert_false(enc_unhex("00", bytes, 2));
	assert_false(enc_unhex("000", bytes, 2));
	assert_false(enc_unhex("00000", bytes, 2));
	assert_false(enc_unhex("0g", bytes, 1));
	assert_false(enc_unhex("g0", bytes, 1));
	assert_false(enc_unhex(" 0", bytes, 1));
	assert_false(enc_unhex("@0", bytes, 1));
}

static void
test_percent(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_int_equal(enc_percent(&b, "aZ09-._~ /?&=+%\xc3\xa4\n"), 0);
	assert_string_equal(
	    buf_str(&b), "aZ09-._~%20%2F%3F%26%3D%2B%25%C3%A4%0A");
	buf_free(&b);
	buf_init(&b, 2);
	assert_int_equal(enc_percent(&b, " "), -1);
	buf_free(&b);
}

/* -- domains, case -------------------------------------------------------- */

#define L63 "a23456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *in, *out; /* NULL: no domain */
} domains[] = {
	{ "contoso.example", "contoso.example" },
	{ "Contoso.EXAMPLE.", "contoso.example" },
	{ "localhost", "localhost" },
	{ "_dmarc.a-b.example", "_dmarc.a-b.example" },
	{ "XN--BCHER-KVA.example", "xn--bcher-kva.example" },
	{ "b\xc3\xbc"
	  "cher.example",
	    "xn--bcher-kva.example" },
	{ "B\xc3\x9c"
	  "CHER.Example",
	    "xn--bcher-kva.example" },
	{ "\xc3\xbc.example", "xn--tda.example" },
	{ "b\xc3\xbc"
	  "cher\xe3\x80\x82"
	  "example",
	    "xn--bcher-kva.example" },
	{ "\xd0\x9f\xd0\x9e\xd0\xa7\xd0\xa2\xd0\x90.\xd1\x80\xd1\x84",
	    "xn--80a1acny.xn--p1ai" },
	{ "\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9"
	  "\xe3\x83\x88",
	    "xn--r8jz45g.xn--zckzah" },
	/* RFC 3492 7.1: (L), (P), (R) */
	{ "3\xe5\xb9\xb4"
	  "b\xe7\xb5\x84\xe9\x87\x91\xe5\x85\xab"
	  "\xe5\x85\x88\xe7\x94\x9f",
	    "xn--3b-ww4c5e180e575a65lsy2b" },
	{ "maji\xe3\x81\xa7koi\xe3\x81\x99\xe3\x82\x8b"
	  "5"
	  "\xe7\xa7\x92\xe5\x89\x8d",
	    "xn--majikoi5-783gue6qz075azm5e" },
	{ "\xe3\x81\x9d\xe3\x81\xae\xe3\x82\xb9\xe3\x83\x94\xe3\x83"
	  "\xbc\xe3\x83\x89\xe3\x81\xa7",
	    "xn--d9juau41awczczp" },
	{ "\xf0\x9f\x98\x80.example", "xn--e28h.example" },
	{ "[192.0.2.1]", "[192.0.2.1]" },
	{ "[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]" },
	{ L63 ".x", L63 ".x" },
	{ L63 "." L63 "." L63 "." L63, NULL },
	{ "x" L63 ".x", NULL },
	{ "", NULL },
	{ ".", NULL },
	{ ".x", NULL },
	{ "x..y", NULL },
	{ "x..", NULL },
	{ "a b", NULL },
	{ "a@b", NULL },
	{ "*.x", NULL },
	{ "a\nb", NULL },
	{ "a\xff", NULL },
	{ "a\xe2\x80\x8b"
	  "b",
	    NULL },
	{ "a\xc2\xa0"
	  "b",
	    NULL },
	{ "[]", NULL },
	{ "[1.2", NULL },
	{ "[1 2]", NULL },
	{ "[[1]]", NULL },
};

static void
test_domain(void **state)
{
	struct buf b;
	size_t i;
	int r;

	(void)state;
	buf_init(&b, 1000);
	for (i = 0; i < COUNT(domains); i++) {
		buf_reset(&b);
		buf_adds(&b, "@");
		r = enc_domain(&b, domains[i].in, strlen(domains[i].in));
		if ((r == -1) != (domains[i].out == NULL))
			fail_msg(
			    "\"%s\": %d %s", domains[i].in, r, buf_str(&b));
		assert_string_equal(
		    buf_str(&b) + 1, r == -1 ? "" : domains[i].out);
	}
	assert_int_equal(enc_domain(&b, "a\0b", 3), -1);
	buf_free(&b);
	buf_init(&b, 3);
	assert_int_equal(enc_domain(&b, "abcd", 4), -1);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

/* A label of 63 characters of any kind, and one more. */
static void
test_domain_long(void **state)
{
	struct buf in, out;
	int i, n, r;

	(void)state;
	buf_init(&in, 1000);
	buf_init(&out, 1000);
	for (n = 1; n < 80; n++) {
		buf_reset(&in);
		buf_reset(&out);
		for (i = 0; i < n; i++)
			buf_adds(&in, "\xc3\xa4");
		r = enc_domain(&out, in.data, in.len);
		/* the same letter again costs one digit */
		assert_int_equal(r, n <= 57 ? 0 : -1);
		assert_true(out.len <= 63);
		buf_reset(&in);
		for (i = 0; i < n; i++)
			buf_adds(
			    &in, i % 2 == 0 ? "\xf4\x80\x80\x80" : "\xc4\x80");
		enc_domain(&out, in.data, in.len);
	}
	buf_free(&in);
	buf_free(&out);
}

static void
test_case(void **state)
{
	static const struct {
		uint32_t upper, lower;
	} pairs[] = { { 'A', 'a' }, { 'Z', 'z' }, { 0xc4, 0xe4 },
		{ 0xde, 0xfe }, { 0x100, 0x101 }, { 0x11e, 0x11f },
		{ 0x139, 0x13a }, { 0x147, 0x148 }, { 0x160, 0x161 },
		{ 0x178, 0xff }, { 0x179, 0x17a }, { 0x18f, 0x259 },
		{ 0x1c4, 0x1c6 }, { 0x218, 0x219 }, { 0x386, 0x3ac },
		{ 0x391, 0x3b1 }, { 0x3a3, 0x3c3 }, { 0x3a9, 0x3c9 },
		{ 0x38c, 0x3cc }, { 0x401, 0x451 }, { 0x410, 0x430 },
		{ 0x42f, 0x44f }, { 0x490, 0x491 }, { 0x4c0, 0x4cf },
		{ 0x531, 0x561 }, { 0x556, 0x586 }, { 0x1ea0, 0x1ea1 } };
	static const uint32_t same[] = { '@', '[', '`', '{', '0', 0xb5, 0xd7,
		0xdf, 0xf7, 0x131, 0x138, 0x149, 0x3a2, 0x530, 0x557, 0x5d0,
		0x4e00, 0x1f600 };
	uint32_t c, l;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pairs); i++) {
		assert_int_equal(enc_lower(pairs[i].upper), pairs[i].lower);
		assert_int_equal(enc_lower(pairs[i].lower), pairs[i].lower);
	}
	for (i = 0; i < COUNT(same); i++)
		assert_int_equal(enc_lower(same[i]), same[i]);
	assert_int_equal(enc_lower(0x130), 'i');
	assert_int_equal(enc_lower(0x1e9e), 0xdf);
	assert_int_equal(enc_lower(0x3c2), 0x3c2);
	/* once is enough: a lower case has no other lower case */
	for (c = 0; c < 0x20000; c++) {
		l = enc_lower(c);
		assert_int_equal(enc_lower(l), l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8_all),
		cmocka_unit_test(test_utf8_bad),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_base64_lenient),
		cmocka_unit_test(test_base64_bytes),
		cmocka_unit_test(test_base64_round),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_domain_long),
		cmocka_unit_test(test_case),
	};

	return cmocka_run_group_tests_name("enc", tests, NULL, NULL);
}
