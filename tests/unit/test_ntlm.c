/*
 * test_ntlm.c - the messages of NTLMv2: a published example, one whole
 * exchange that an acceptor of another make has taken, challenges of other
 * shapes and broken ones, names and passwords of all kinds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/ntlm.h"
#include "base/crypt.h"
#include "base/enc.h"
#include "base/md4.h"
#include "base/mem.h"
#include "base/utf16.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A challenge without target information: flags, nonce, version. */
#define HEAD2(flags)                                                           \
	"4e544c4d5353500002000000"                                             \
	"0c000c0038000000" flags "0123456789abcdef0000000000000000"
#define DOMAIN   "44006f006d00610069006e00"
#define VERSION  "0a0063450000000f"
#define PAIR_DOM "02000c00" DOMAIN
#define PAIR_SRV "01000c00530065007200760065007200"
#define TIME     "0090d336b734c301"
#define EOL      "00000000"

static const char example[] =
    HEAD2("05828aa2") "2400240044000000" VERSION DOMAIN PAIR_DOM PAIR_SRV EOL;
static const char whole[] =
    HEAD2("058289a2") "3000300044000000" VERSION DOMAIN PAIR_DOM PAIR_SRV
		      "07000800" TIME EOL;

static const struct ntlm_login plain = {
	.username = "Domain\\User",
	.password = "Password",
	.workstation = "",
	.nonce = { 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa },
};

struct bytes {
	unsigned char *data;
	size_t len;
};

/* On the heap and exactly as long, so that reading past it is seen. */
static struct bytes
bytes_of(const char *hex)
{
	struct bytes b = { NULL, strlen(hex) / 2 };

	b.data = malloc(b.len + (b.len == 0));
	assert_non_null(b.data);
	assert_true(enc_unhex(hex, b.data, b.len));
	return b;
}

/* The answer in hex, or "! " and why there is none; the caller frees it. */
static char *
answer_hex(const struct ntlm_login *l, const char *challenge)
{
	struct bytes c = bytes_of(challenge);
	const char *why = NULL;
	struct buf out;
	char *hex;

	buf_init_secret(&out, 1 << 17);
	if (ntlm_answer(&out, l, c.data, c.len, &why) == -1) {
		assert_non_null(why);
		hex = mem_printf("! %s", why);
	} else {
		hex = mem_alloc(2 * out.len + 1);
		enc_hex(out.data, out.len, hex);
	}
	buf_free(&out);
	free(c.data);
	return hex;
}

static void
expect_field(const char *hex, size_t place, const char *want)
{
	struct bytes b = bytes_of(hex);
	const unsigned char *p = b.data + place;
	size_t n = p[0] | (size_t)p[1] << 8, at = p[4] | (size_t)p[5] << 8;
	char *got = mem_alloc(2 * n + 1);

	assert_int_equal(p[2] | p[3] << 8, n);
	assert_true(at >= 88 && at + n <= b.len);
	enc_hex(b.data + at, n, got);
	assert_string_equal(got, want);
	free(got);
	free(b.data);
}

static void
expect_hex(const void *p, const char *want)
{
	char hex[33];

	enc_hex(p, 16, hex);
	assert_string_equal(hex, want);
}

/* MS-NLMP 4.2.4 */
static void
published(void **state)
{
	unsigned char out[16], key[16], proof[16];
	struct buf b;
	char *hex;

	(void)state;
	buf_init(&b, 100);
	utf16_add(&b, "Password", 8);
	md4(b.data, b.len, out);
	buf_free(&b);
	expect_hex(out, "a4f49c406510bdcab6824ee7c30fd852");
	assert_int_equal(ntlm_key("Domain\\User", "Password", key), 0);
	expect_hex(key, "0c868a403bfd7a93a3001ef22ef02e3f");
	hex = answer_hex(&plain, example);
	expect_field(
	    hex, 12, "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");
	expect_field(hex, 20,
	    "68cd0ab851e51c96aabc927bebef6a1c01010000000000000000000000000000"
	    "aaaaaaaaaaaaaaaa00000000" PAIR_DOM PAIR_SRV EOL "00000000");
	/* no time, no integrity code */
	assert_memory_equal(hex + 144, "00000000000000000000000000000000", 32);
	assert_true(enc_unhex("68cd0ab851e51c96aabc927bebef6a1c", proof, 16));
	crypt_hmac_md5(key, 16, proof, 16, out);
	expect_hex(out, "8de40ccadbc14a82f15cb0ad0de95ca3");
	free(hex);
}

static void
whole_exchange(void **state)
{
	struct tls_binding abc = { "SHA-256", 32, { 0 } };
	unsigned char cbt[16], first[NTLM_TYPE1];
	char hex1[2 * NTLM_TYPE1 + 1], *hex;
	struct ntlm_login l = plain;

	(void)state;
	ntlm_type1(first);
	enc_hex(first, sizeof(first), hex1);
	assert_string_equal(hex1,
	    "4e544c4d5353500001000000058288a200000000000000000000000000000000"
	    "0a0063450000000f");
	crypt_sha256("abc", 3, abc.hash);
	ntlm_binding(&abc, cbt);
	expect_hex(cbt, "af170326dfd6fc6cc21c3364343df0b2");
	l.workstation = "CLIENT";
	l.target = "HTTP/mail.example.com";
	l.binding = cbt;
	l.now = 1; /* the server's time goes first */
	hex = answer_hex(&l, whole);
	assert_string_equal(hex,
	    "4e544c4d53535000030000001800180078000000aa00aa0090000000"
	    "0c000c00580000000800080064000000"
	    "0c000c006c000000000000003a010000058288a20a0063450000000f"
	    "678f155c85c9f6fbfcd15182ae3f5b1f"
	    "44006f006d00610069006e00550073006500720043004c00490045004e005400"
	    "000000000000000000000000000000000000000000000000"
	    "e029288fb37fb8654424de3ed0e33eea"
	    "01010000000000000090d336b734c301aaaaaaaaaaaaaaaa00000000"
	    "02000c0044006f006d00610069006e0001000c005300650072007600650072"
	    "00070008000090d336b734c30106000400020000000900"
	    "2a0048005400540050002f006d00610069006c002e006500780061006d0070"
	    "006c0065002e0063006f006d000a001000"
	    "af170326dfd6fc6cc21c3364343df0b20000000000000000");
	assert_int_equal(strlen(hex), 628);
	free(hex);
}

/* What the answer's pairs are for a challenge with others. */
static void
pairs(void **state)
{
	static const struct {
		const char *info, *want;
	} t[] = {
		/* none at all */
		{ "", EOL },
		{ EOL, EOL },
		/* what is the server's is kept: unknown ones, empty ones */
		{ "34120300010203"
		  "05000000" EOL,
		    "34120300010203"
		    "05000000" EOL },
		/* what is ours is not */
		{ "0900020041000a00020041420600040001000000" PAIR_SRV EOL,
		    PAIR_SRV "0600040001000000" EOL },
		/* its flags and ours together */
		{ "0600040001000000"
		  "07000800" TIME EOL,
		    "07000800" TIME "0600040003000000" EOL },
		/* no time, and no flags */
		{ "0700040001020304"
		  "06000200ffff" EOL,
		    "0700040001020304" EOL },
		/* behind the end of the list */
		{ EOL "07000800" TIME, EOL },
	};
	char challenge[400], want[400], *hex;
	struct ntlm_login l = plain;
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		n = strlen(t[i].info) / 2;
		snprintf(challenge, sizeof(challenge),
		    HEAD2("05828aa2") "%02zx00%02zx0038000000" VERSION "%s", n,
		    n, t[i].info);
		hex = answer_hex(&l, challenge);
		snprintf(want, sizeof(want),
		    "aaaaaaaaaaaaaaaa00000000%s00000000", t[i].want);
		if (strstr(hex, want) == NULL)
			fail_msg("%zu: %s", i, hex);
		free(hex);
	}
}

/* Broken challenges, and old ones. */
static void
challenges(void **state)
{
#define UP_TO_INFO HEAD2("05828aa2")
	static const struct {
		const char *hex, *why; /* NULL: it can be answered */
	} t[] = {
		{ "", "it is not one" },
		{ "4e544c4d535350", "it is not one" },
		{ "4e544c4d5353500001000000058288a2000000000000000000000000"
		  "000000000a0063450000000f",
		    "it is not one" },
		{ "4e544c4d53535001020000000000000000000000058288a2"
		  "0123456789abcdef",
		    "it is not one" },
		{ "4e544c4d53535000020000000000000000000000058288a2"
		  "0123456789abcd",
		    "it is not one" },
		/* the oldest, without pairs or room for them */
		{ "4e544c4d53535000020000000000000000000000058288a2"
		  "0123456789abcdef",
		    NULL },
		{ HEAD2("058208a2") "0400ffffffffffff", NULL },
		{ HEAD2("04828aa2") "0000000000000000", "it does not take "
							"Unicode" },
		{ UP_TO_INFO "0000000000000000", NULL },
		{ UP_TO_INFO "04000400300000000000000000", NULL },
		/* outside of the message */
		{ UP_TO_INFO "0400040031000000" EOL, "it is cut" },
		{ UP_TO_INFO "0500050030000000" EOL, "it is cut" },
		{ UP_TO_INFO "04000400ffffffff" EOL, "it is cut" },
		{ UP_TO_INFO "ffffffff30000000" EOL, "it is cut" },
		/* without an end, and cut in a pair */
		{ UP_TO_INFO "0300030030000000000000",
		    "its list of names has no end" },
		{ UP_TO_INFO "080008003000000001000400aaaaaaaa",
		    "its list of names has no end" },
		{ UP_TO_INFO "080008003000000001000500aaaaaaaa00000000",
		    "its list of names has no end" },
		{ UP_TO_INFO "0400040030000000"
			     "0100ffff",
		    "its list of names has no end" },
	};
	size_t i;
	char *hex;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		hex = answer_hex(&plain, t[i].hex);
		if (t[i].why == NULL ? hex[0] == '!'
				     : strncmp(hex, "! ", 2) != 0 ||
					   strcmp(hex + 2, t[i].why) != 0)
			fail_msg("%zu: %s", i, hex);
		free(hex);
	}
}

static void
long_challenge(void **state)
{
	static const unsigned char head[] = "NTLMSSP\0\2\0\0\0"
					    "\0\0\0\0\0\0\0\0\5\x82\x8a\xa2";
	unsigned char *p = calloc(1, NTLM_TYPE2_MAX + 1);
	struct ntlm_challenge c;
	const char *why;
	struct buf out;

	(void)state;
	assert_non_null(p);
	memcpy(p, head, 24);
	/* one pair that fills it all */
	p[40] = p[42] = (NTLM_TYPE2_MAX - 48) & 0xff;
	p[41] = p[43] = (NTLM_TYPE2_MAX - 48) >> 8;
	p[44] = 48;
	p[48] = 1;
	p[50] = (NTLM_TYPE2_MAX - 48 - 8) & 0xff;
	p[51] = (NTLM_TYPE2_MAX - 48 - 8) >> 8;
	assert_int_equal(ntlm_read(&c, p, NTLM_TYPE2_MAX, &why), 0);
	assert_int_equal(c.info_len, NTLM_TYPE2_MAX - 48 - 4);
	buf_init_secret(&out, 1 << 17);
	assert_int_equal(ntlm_answer(&out, &plain, p, NTLM_TYPE2_MAX, &why), 0);
	buf_free(&out);
	assert_int_equal(ntlm_read(&c, p, NTLM_TYPE2_MAX + 1, &why), -1);
	assert_string_equal(why, "it is too long");
	free(p);
}

static void
names(void **state)
{
	static const struct {
		const char *username, *domain, *user;
	} t[] = {
		{ "CONTOSO\\svc", "43004f004e0054004f0053004f00",
		    "730076006300" },
		{ "svc@c.de", "",
		    "73007600630040006300"
		    "2e0064006500" },
		{ "svc", "", "730076006300" },
		{ "D\\a@b", "4400", "610040006200" },
		{ "D\\a\\b", "4400", "61005c006200" },
		{ "\\a", "", "6100" },
		{ "D\\", "4400", "" },
		{ "", "", "" },
		/* Muenchen\J\u00f6rg, with an umlaut in both */
		{ "M\xc3\xbc\\J\xc3\xb6", "4d00fc00", "4a00f600" },
		{ "\xd0\x96\\\xf0\x9f\x98\x80", "1604", "3dd800de" },
	};
	struct ntlm_login l = plain;
	size_t i;
	char *hex;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		l.username = t[i].username;
		hex = answer_hex(&l, whole);
		expect_field(hex, 28, t[i].domain);
		expect_field(hex, 36, t[i].user);
		expect_field(hex, 44, "");
		expect_field(hex, 52, "");
		free(hex);
	}
}

/* The key: case of the user does not matter, that of the domain does. */
static void
keys(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} t[] = {
		{ "D\\user", "D\\USER", true },
		{ "d\\user", "D\\user", false },
		{ "D\\j\xc3\xb6rg", "D\\J\xc3\x96RG", true },
		{ "D\\\xd0\xb6", "D\\\xd0\x96", true },
		{ "user@d", "USER@D", true },
		{ "user@d", "d\\user", false },
	};
	unsigned char a[16], b[16];
	char *big = mem_alloc(3000);
	struct ntlm_login l = plain;
	size_t i;
	char *hex;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		assert_int_equal(ntlm_key(t[i].a, "p\xc3\xa4ss", a), 0);
		assert_int_equal(ntlm_key(t[i].b, "p\xc3\xa4ss", b), 0);
		if ((memcmp(a, b, 16) == 0) != t[i].same)
			fail_msg("%s and %s", t[i].a, t[i].b);
	}
	assert_int_equal(ntlm_key("D\\u", "", a), 0);
	assert_int_equal(ntlm_key("D\\u", "\xff", a), -1);
	assert_int_equal(ntlm_key("D\xff\\u", "", a), -1);
	assert_int_equal(ntlm_key("D\\u\xff", "", a), -1);
	memset(big, 'x', 2999);
	l.password = big;
	hex = answer_hex(&l, whole);
	assert_string_equal(
	    hex, "! username or password is too long, or no UTF-8");
	free(hex);
	free(big);
}

/* Every bit of every message is covered by the integrity code. */
static void
integrity(void **state)
{
	struct bytes c = bytes_of(whole);
	struct ntlm_login l = plain;
	char *hex, *other;
	size_t i, at = 144;

	(void)state;
	l.target = "HTTP/a";
	hex = answer_hex(&l, whole);
	l.target = "HTTP/b";
	other = answer_hex(&l, whole);
	assert_memory_not_equal(hex + at, other + at, 32);
	free(other);
	l.target = "HTTP/a";
	/* the target's name, which the answer does not repeat */
	for (i = 56; i < 68; i++) {
		char *changed = mem_alloc(2 * c.len + 1);

		c.data[i] ^= 1;
		enc_hex(c.data, c.len, changed);
		other = answer_hex(&l, changed);
		assert_memory_not_equal(hex + at, other + at, 32);
		assert_string_equal(hex + at + 32, other + at + 32);
		c.data[i] ^= 1;
		free(other);
		free(changed);
	}
	free(hex);
	free(c.data);
}

static void
times(void **state)
{
	struct ntlm_login l = plain;
	char *hex;

	(void)state;
	assert_int_equal(ntlm_time(0), 116444736000000000);
	l.now = 0x0123456789abcdef;
	hex = answer_hex(&l, example);
	assert_non_null(
	    strstr(hex, "0101000000000000efcdab8967452301aaaaaaaaaaaaaaaa"));
	free(hex);
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(published),
		cmocka_unit_test(whole_exchange),
		cmocka_unit_test(pairs),
		cmocka_unit_test(challenges),
		cmocka_unit_test(long_challenge),
		cmocka_unit_test(names),
		cmocka_unit_test(keys),
		cmocka_unit_test(integrity),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
