/*
 * test_cryptrsa.c - private keys, their signatures and certificates
 * (base/cryptrsa.h, base/cryptcert.h), against openssl.
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
#include "base/cryptcert.h"
#include "base/cryptrsa.h"
#include "base/enc.h"
#include "base/tim.h"
#include "tmpdir.h"
#include "shell.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const made[] = { "k2048", "k2049", "k3072", "k4096", "k1024",
	"trad", "enc8", "enc1", "ec", "cert", "other", "der", "both", "signed",
	"text", "out" };

static void
slurp(const char *name, struct buf *out)
{
	char *path = in_tmp(name), piece[4096];
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	buf_init(out, 1 << 20);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(out, piece, n);
	fclose(f);
	free(path);
}

static struct cryptrsa *
key_of(const char *name, const char **why)
{
	struct cryptrsa *k;
	struct buf b;

	slurp(name, &b);
	k = cryptrsa_read(buf_str(&b), b.len, why);
	buf_free(&b);
	return k;
}

static int
make_all(void **state)
{
	if (tmp_make(state) != 0)
		return -1;
	shell("set -e\n"
	      "for n in 1024 2048 2049 3072 4096; do\n"
	      "	openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:$n "
	      "-out k$n\n"
	      "done\n"
	      "openssl rsa -in k2048 -traditional -out trad\n"
	      "openssl pkcs8 -topk8 -in k2048 -passout pass:x -out enc8\n"
	      "openssl rsa -in k2048 -traditional -aes128 -passout pass:x "
	      "-out enc1\n"
	      "openssl ecparam -name prime256v1 -genkey -noout -out ec\n"
	      "openssl req -x509 -key k2048 -subj /CN=exsync -days 90 "
	      "-out cert\n"
	      "openssl req -x509 -key k3072 -subj /CN=other -days 9 "
	      "-out other\n"
	      "openssl x509 -in cert -outform DER -out der\n"
	      "{ echo Bag Attributes; cat k2048 cert; } >both\n"
	      "printf 'what is signed' >text");
	return 0;
}

static int
remove_all(void **state)
{
	(void)state;
	return tmp_remove(made, COUNT(made));
}

/* openssl takes both signatures of each kind of key. */
static void
signatures(void **state)
{
	static const char *const keys[] = { "k2048", "k2049", "k3072", "k4096",
		"trad", "both" };
	size_t i;

	(void)state;
	for (i = 0; i < 2 * COUNT(keys); i++) {
		const char *name = keys[i / 2], *why = NULL;
		bool pss = i % 2 == 0;
		struct cryptrsa *k = key_of(name, &why);
		unsigned char sign[CRYPTRSA_MAX];
		char *line, *path;
		size_t n;

		if (k == NULL)
			fail_msg("%s %s", name, why);
		n = cryptrsa_sign(k, pss ? CRYPTRSA_PSS : CRYPTRSA_PKCS1,
		    "what is signed", 14, sign);
		if (n == 0)
			fail_msg("%s", name);
		path = put_in_tmp("signed", (const char *)sign, n, 0600);
		line = mem_printf("openssl pkey -in %s -pubout | openssl dgst "
				  "-sha256 -verify /dev/stdin %s -signature "
				  "signed text",
		    name,
		    pss ? "-sigopt rsa_padding_mode:pss -sigopt "
			  "rsa_pss_saltlen:32 -sigopt rsa_mgf1_md:sha256"
			: "");
		shell(line);
		free(line);
		free(path);
		cryptrsa_free(k);
	}
}

/* The salt is another one each time; PKCS#1 has none. */
static void
salt(void **state)
{
	unsigned char one[CRYPTRSA_MAX], two[CRYPTRSA_MAX];
	const char *why = NULL;
	struct cryptrsa *k = key_of("k2048", &why);

	(void)state;
	assert_int_equal(cryptrsa_sign(k, CRYPTRSA_PSS, "a", 1, one), 256);
	assert_int_equal(cryptrsa_sign(k, CRYPTRSA_PSS, "a", 1, two), 256);
	assert_memory_not_equal(one, two, 256);
	cryptrsa_sign(k, CRYPTRSA_PKCS1, "a", 1, one);
	cryptrsa_sign(k, CRYPTRSA_PKCS1, "a", 1, two);
	assert_memory_equal(one, two, 256);
	cryptrsa_free(k);
}

static void
refused(void **state)
{
	static const struct {
		const char *file, *text;
	} rows[] = {
		{ "enc8", "encrypted with a passphrase" },
		{ "enc1", "encrypted with a passphrase" },
		{ "ec", "is not an RSA key" },
		{ "k1024", "shorter than 2048" },
		{ "cert", "holds a certificate and no key" },
		{ "text", "holds no private key" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		const char *why = NULL;

		assert_null(key_of(rows[i].file, &why));
		if (why == NULL || strstr(why, rows[i].text) == NULL)
			fail_msg("%s: %s", rows[i].file, why);
	}
}

/* A key that was cut, or damaged in its private part. */
static void
damaged(void **state)
{
	const char *why = NULL;
	struct cryptrsa *k;
	struct buf b;

	(void)state;
	slurp("trad", &b);
	assert_null(cryptrsa_read(buf_str(&b), b.len / 2, &why));
	assert_non_null(strstr(why, "holds no private key"));
	/* in the middle of the second prime */
	b.data[b.len * 6 / 10] = b.data[b.len * 6 / 10] == 'A' ? 'B' : 'A';
	if ((k = cryptrsa_read(buf_str(&b), b.len, &why)) != NULL) {
		struct cryptcert c;
		struct buf text;

		slurp("cert", &text);
		assert_int_equal(
		    cryptcert_read(&c, buf_str(&text), text.len, &why), 0);
		assert_false(cryptcert_fits(&c, k));
		buf_free(&text);
	}
	cryptrsa_free(k);
	buf_free(&b);
}

/* The output of a command, without its line end. */
static char *
output_of(const char *command)
{
	char *line = mem_printf("{ %s; } >signed", command);
	struct buf b;
	char *s;

	shell(line);
	free(line);
	slurp("signed", &b);
	s = buf_take(&b);
	s[strcspn(s, "\n")] = '\0';
	return s;
}

static void
expect_hash(const unsigned char *hash, size_t n, const char *name)
{
	char hex[2 * CRYPT_SHA256 + 1];
	char *line =
	    mem_printf("openssl dgst -%s -r der | cut -d' ' -f1", name);
	char *want = output_of(line);

	enc_hex(hash, n, hex);
	assert_string_equal(hex, want);
	free(line);
	free(want);
}

static void
certificates(void **state)
{
	static const char *const files[] = { "cert", "der", "both" };
	char text[TIM_TEXT], *want;
	size_t i;

	(void)state;
	want = output_of("date -u -d \"$(openssl x509 -in cert -noout -enddate "
			 "| cut -d= -f2)\" +%Y-%m-%dT%H:%M:%SZ");
	for (i = 0; i < COUNT(files); i++) {
		const char *why = NULL;
		struct cryptrsa *k = key_of("k2048", &why);
		struct cryptrsa *other = key_of("k3072", &why);
		struct cryptcert c;
		struct buf b;

		slurp(files[i], &b);
		if (cryptcert_read(&c, buf_str(&b), b.len, &why) == -1)
			fail_msg("%s: %s", files[i], why);
		assert_string_equal(tim_text(c.not_after, text), want);
		assert_true(c.not_before < c.not_after);
		expect_hash(c.sha1, CRYPT_SHA1, "sha1");
		expect_hash(c.sha256, CRYPT_SHA256, "sha256");
		assert_true(cryptcert_fits(&c, k));
		assert_false(cryptcert_fits(&c, other));
		cryptrsa_free(k);
		cryptrsa_free(other);
		buf_free(&b);
	}
	free(want);
}

static void
no_certificates(void **state)
{
	static const char *const files[] = { "k2048", "text" };
	const char *why = NULL;
	struct cryptcert c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(files); i++) {
		struct buf b;

		slurp(files[i], &b);
		assert_int_equal(
		    cryptcert_read(&c, buf_str(&b), b.len, &why), -1);
		assert_non_null(strstr(why, "holds no certificate"));
		buf_free(&b);
	}
	assert_int_equal(cryptcert_read(&c, "0\x82\x01", 3, &why), -1);
	assert_non_null(strstr(why, "is not a certificate"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures),
		cmocka_unit_test(salt),
		cmocka_unit_test(refused),
		cmocka_unit_test(damaged),
		cmocka_unit_test(certificates),
		cmocka_unit_test(no_certificates),
	};

	return cmocka_run_group_tests(tests, make_all, remove_all);
}
