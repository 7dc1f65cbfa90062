/*
 * test_crypt.c - hashes, MD4 too, against published vectors; randomness.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/md4.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
expect_hex16(const unsigned char *got, const char *want)
{
	char hex[2 * 16 + 1];

	enc_hex(got, 16, hex);
	assert_string_equal(hex, want);
}

/* RFC 1320, A.5; and every length around the end of a block */
static void
test_md4(void **state)
{
	static const struct {
		const char *in, *hex;
	} rows[] = {
		{ "", "31d6cfe0d16ae931b73c59d7e0c089c0" },
		{ "a", "bde52cb31de33e46245e05fbdbd6fb24" },
		{ "abc", "a448017aaf21d8525fc10ae87aa6729d" },
		{ "message digest", "d9130a8164549fe818874806e1c7014b" },
		{ "abcdefghijklmnopqrstuvwxyz",
		    "d79e1c308aa5bbcdeea8ed63df412da9" },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456"
		  "789",
		    "043f8582f241db351ce627e153e7f0e4" },
		{ "1234567890123456789012345678901234567890123456789012345678"
		  "9012345678901234567890",
		    "e33b4ddc9c38f2199c3e7b164fcc0536" },
	};
	unsigned char out[MD4_SIZE], all[131 * MD4_SIZE];
	char data[130];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		md4(rows[i].in, strlen(rows[i].in), out);
		expect_hex16(out, rows[i].hex);
	}
	md4(NULL, 0, out);
	expect_hex16(out, rows[0].hex);
	memset(data, 'x', sizeof(data));
	for (i = 0; i <= sizeof(data); i++)
		md4(data, i, all + i * MD4_SIZE);
	md4(all, sizeof(all), out);
	expect_hex16(out, "aaecf52d99a7971385dfd90dee9ddb96");
}

/* RFC 1321, A.5; RFC 2202, 2 */
static void
test_md5(void **state)
{
	unsigned char key[80], data[50], out[CRYPT_MD5];

	(void)state;
	crypt_md5(NULL, 0, out);
	expect_hex16(out, "d41d8cd98f00b204e9800998ecf8427e");
	crypt_md5("message digest", 14, out);
	expect_hex16(out, "f96b697d7cb7938d525a2f31aaf161d0");
	memset(key, 0x0b, 16);
	crypt_hmac_md5(key, 16, "Hi There", 8, out);
	expect_hex16(out, "9294727a3638bb1c13f48ef8158bfc9d");
	crypt_hmac_md5("Jefe", 4, "what do ya want for nothing?", 28, out);
	expect_hex16(out, "750c783e6ab0b503eaa86e310a5db738");
	memset(key, 0xaa, sizeof(key));
	memset(data, 0xdd, sizeof(data));
	crypt_hmac_md5(key, 16, data, 50, out);
	expect_hex16(out, "56be34521d144c88dbb8c733f0e8b3f6");
	crypt_hmac_md5(key, 80,
	    "Test Using Larger Than Block-Size Key - Hash Key First", 54, out);
	expect_hex16(out, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
	crypt_hmac_md5(NULL, 0, NULL, 0, out);
	expect_hex16(out, "74e6f7298a9c2d168935f58c001bad88");
}

static void
expect_hex(const unsigned char *got, const char *want)
{
	char hex[2 * CRYPT_SHA256 + 1];

	enc_hex(got, CRYPT_SHA256, hex);
	assert_string_equal(hex, want);
}

/* FIPS 180-2, appendix B */
static void
test_sha256(void **state)
{
	static const struct {
		const char *in, *hex;
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
		      "7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410f"
			 "f61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419"
		    "db06c1" },
	};
	unsigned char out[CRYPT_SHA256];
	struct crypt_sha256 c;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		crypt_sha256(rows[i].in, strlen(rows[i].in), out);
		expect_hex(out, rows[i].hex);
		crypt_sha256_init(&c);
		for (j = 0; rows[i].in[j] != '\0'; j++) {
			crypt_sha256_out(&c, out); /* changes nothing */
			crypt_sha256_add(&c, rows[i].in + j, 1);
		}
		crypt_sha256_add(&c, NULL, 0);
		crypt_sha256_out(&c, out);
		expect_hex(out, rows[i].hex);
	}
	crypt_sha256(NULL, 0, out);
	expect_hex(out, rows[0].hex);
}

static void
test_sha256_strings(void **state)
{
	unsigned char want[CRYPT_SHA256], out[CRYPT_SHA256];
	struct crypt_sha256 c;

	(void)state;
	crypt_sha256("ab\0\0", 4, want);
	crypt_sha256_init(&c);
	crypt_sha256_adds(&c, "ab");
	crypt_sha256_adds(&c, NULL);
	crypt_sha256_out(&c, out);
	assert_memory_equal(out, want, sizeof(out));
}

/* RFC 4231, cases 1, 2, 3, 6 */
static void
test_hmac(void **state)
{
	unsigned char key[131], data[50], out[CRYPT_SHA256];
	const char *text = "Test Using Larger Than Block-Size Key - Hash Key "
			   "First";
	struct crypt_hmac_key k;
	int i;

	(void)state;
	memset(key, 0x0b, 20);
	crypt_hmac(key, 20, "Hi There", 8, out);
	expect_hex(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e937"
			"6c2e32cff7");
	crypt_hmac("Jefe", 4, "what do ya want for nothing?", 28, out);
	expect_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58"
			"b964ec3843");
	memset(key, 0xaa, sizeof(key));
	memset(data, 0xdd, sizeof(data));
	crypt_hmac(key, 20, data, 50, out);
	expect_hex(out,
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514"
	    "ced565fe");
	crypt_hmac_key(&k, key, 20);
	for (i = 0; i < 2; i++) {
		crypt_hmac_with(&k, data, 50, out);
		expect_hex(out,
		    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514"
		    "ced565fe");
	}
	crypt_hmac(key, 131, text, strlen(text), out);
	expect_hex(out,
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f"
	    "0ee37f54");
	crypt_hmac_key(&k, NULL, 0);
	crypt_hmac_with(&k, NULL, 0, out);
	expect_hex(out,
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c71214"
	    "4292c5ad");
	crypt_hmac(NULL, 0, NULL, 0, out);
	expect_hex(out,
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c71214"
	    "4292c5ad");
}

static void
test_random(void **state)
{
	unsigned char a[1000], b[1000], guard[16] = { 0 };
	size_t i, same = 0;

	(void)state;
	crypt_random(a, sizeof(a));
	crypt_random(b, sizeof(b));
	for (i = 0; i < sizeof(a); i++)
		same += a[i] == b[i];
	assert_true(same < 50);
	crypt_random(guard + 4, 8);
	crypt_random(guard, 0);
	assert_int_equal(guard[3] | guard[12], 0);
}

static void
test_uuid(void **state)
{
	static const char shape[] = "hhhhhhhh-hhhh-4hhh-vhhh-hhhhhhhhhhhh";
	char a[37], b[37];
	int i, round;

	(void)state;
	for (round = 0; round < 200; round++) {
		memset(a, '#', sizeof(a));
		crypt_uuid(a);
		crypt_uuid(b);
		assert_string_not_equal(a, b);
		assert_int_equal(strlen(a), 36);
		for (i = 0; i < 36; i++) {
			if (shape[i] == 'h')
				assert_non_null(
				    strchr("0123456789abcdef", a[i]));
			else if (shape[i] == 'v')
				assert_non_null(strchr("89ab", a[i]));
			else
				assert_int_equal(a[i], shape[i]);
		}
	}
}

/* RFC 8439, 2.8.2; and every bit that is changed is noticed. */
static void
test_seal(void **state)
{
	static const char text[] =
	    "Ladies and Gentlemen of the class of '99: If I could offer you "
	    "only one tip for the future, sunscreen would be it.";
	static const char aad[] =
	    "\x50\x51\x52\x53\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7";
	static const unsigned char nonce[CRYPT_NONCE] = { 7, 0, 0, 0, 0x40,
		0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47 };
	unsigned char key[CRYPT_KEY], data[sizeof(text)], tag[CRYPT_TAG];
	unsigned char copy[sizeof(text)];
	struct crypt_seal s = { key, nonce, aad, 12 };
	size_t i, n = sizeof(text) - 1;
	char hex[2 * sizeof(text)];

	(void)state;
	for (i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)(0x80 + i);
	memcpy(data, text, n);
	crypt_seal(&s, data, n, tag);
	enc_hex(data, 16, hex);
	assert_string_equal(hex, "d31a8d34648e60db7b86afbc53ef7ec2");
	enc_hex(data + n - 2, 2, hex);
	assert_string_equal(hex, "6116");
	enc_hex(tag, sizeof(tag), hex);
	assert_string_equal(hex, "1ae10b594f09e26a7e902ecbd0600691");
	for (i = 0; i < 8 * (n + sizeof(tag)); i++) {
		unsigned char *at = i < 8 * n ? &data[i / 8] : &tag[i / 8 - n];

		*at ^= (unsigned char)(1u << i % 8);
		memcpy(copy, data, n);
		assert_false(crypt_unseal(&s, copy, n, tag));
		assert_int_equal(copy[0] | copy[n - 1], 0);
		*at ^= (unsigned char)(1u << i % 8);
	}
	s.aad_len = 11;
	memcpy(copy, data, n);
	assert_false(crypt_unseal(&s, copy, n, tag));
	s.aad_len = 12;
	assert_true(crypt_unseal(&s, data, n, tag));
	assert_memory_equal(data, text, n);
	crypt_seal(&s, NULL, 0, tag);
	assert_true(crypt_unseal(&s, NULL, 0, tag));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_sha256_strings),
		cmocka_unit_test(test_hmac),
		cmocka_unit_test(test_seal),
		cmocka_unit_test(test_md4),
		cmocka_unit_test(test_md5),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_uuid),
	};

	return cmocka_run_group_tests_name("crypt", tests, NULL, NULL);
}
