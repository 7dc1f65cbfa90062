/*
 * test_binding.c - channel bindings: certificates made with openssl, and the
 * hashes that openssl computes of them.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "net/tls_binding.h"
#include "net/tls_x509.h"

#define HOST "mail.contoso.example"
#define PSS  "-sigopt rsa_padding_mode:pss "

static char dir[] = "/tmp/exsync-test-binding-XXXXXX";

static const struct {
	const char *key, *sign; /* of openssl req -x509 */
	const char *name;       /* NULL: no binding */
	const char *hash;       /* of openssl dgst */
} table[] = {
	/* RFC 5929 4.1: MD5 and SHA-1 become SHA-256 */
	{ "rsa", "-md5", "SHA-256", "-sha256" },
	{ "rsa", "-sha1", "SHA-256", "-sha256" },
	{ "ec", "-sha1", "SHA-256", "-sha256" },
	{ "rsa", "-sha224", "SHA-224", "-sha224" },
	{ "rsa", "-sha256", "SHA-256", "-sha256" },
	{ "rsa", "-sha384", "SHA-384", "-sha384" },
	{ "rsa", "-sha512", "SHA-512", "-sha512" },
	{ "ec", "-sha224", "SHA-224", "-sha224" },
	{ "ec", "-sha256", "SHA-256", "-sha256" },
	{ "ec", "-sha384", "SHA-384", "-sha384" },
	{ "ec", "-sha512", "SHA-512", "-sha512" },
	/* the hash of RSASSA-PSS stands in its parameters; SHA-1 does not */
	{ "rsa", PSS "-sha1", "SHA-256", "-sha256" },
	{ "rsa", PSS "-sha224", "SHA-224", "-sha224" },
	{ "rsa", PSS "-sha256", "SHA-256", "-sha256" },
	{ "rsa", PSS "-sha384", "SHA-384", "-sha384" },
	{ "rsa", PSS "-sha512", "SHA-512", "-sha512" },
	/* the hash of the mask generation is another one */
	{ "rsa", PSS "-sigopt rsa_mgf1_md:sha256 -sha384", "SHA-384",
	    "-sha384" },
	/* nothing we know, and nothing that is a hash */
	{ "rsa", PSS "-sha512-256", NULL, NULL },
	{ "rsa", "-sha512-256", NULL, NULL },
	{ "rsa", "-sha3-256", NULL, NULL },
	{ "ed", "", NULL, NULL },
};

static void openssl(const char *, ...) __attribute__((format(printf, 1, 2)));

/* Runs openssl; one space separates the words. */
static void
openssl(const char *format, ...)
{
	char line[400], *word[40], *at = line;
	size_t n = 0;
	int status = -1;
	va_list ap;
	pid_t pid;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	word[n++] = (char *)(uintptr_t) "openssl";
	while (n + 1 < sizeof(word) / sizeof(*word) &&
	       (word[n] = strsep(&at, " ")) != NULL)
		n += *word[n] != '\0';
	word[n] = NULL;
	if ((pid = fork()) == 0) {
		dup2(open("/dev/null", O_WRONLY), 2);
		execvp(word[0], word);
		_exit(127);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	if (status != 0)
		fail_msg("openssl %s ...: status %d", word[1], status);
}

static size_t
read_file(const char *name, unsigned char *out, size_t size)
{
	FILE *f = fopen(name, "rb");
	size_t n;

	assert_non_null(f);
	n = fread(out, 1, size, f);
	fclose(f);
	return n;
}

/* The binding that the handshake gets from a leaf that comes in pieces. */
static struct tls_binding
of_chain(const unsigned char *der, size_t n, size_t step)
{
	unsigned char pin[CRYPT_SHA256];
	const br_x509_class **c;
	struct tls_binding out;
	struct tls_x509 x;
	size_t at, k;

	crypt_sha256(der, n, pin);
	tls_x509_init(&x, NULL, HOST, pin);
	c = &x.vtable;
	(*c)->start_chain(c, HOST);
	(*c)->start_cert(c, (uint32_t)n);
	for (at = 0; at < n; at += k) {
		k = step < n - at ? step : n - at;
		(*c)->append(c, der + at, k);
	}
	(*c)->end_cert(c);
	/* what comes after the leaf changes nothing */
	(*c)->start_cert(c, 3);
	(*c)->append(c, (const unsigned char *)"abc", 3);
	(*c)->end_cert(c);
	assert_int_equal(x.binding.len, 0);
	assert_int_equal((*c)->end_chain(c), 0);
	out = x.binding;
	/* nor does one stay for a handshake that fails */
	(*c)->start_chain(c, HOST);
	assert_int_equal(x.binding.len, 0);
	tls_x509_free(&x);
	return out;
}

static void
same(size_t i, const struct tls_binding *b, const unsigned char *want, size_t n)
{
	if (b->len != n || memcmp(b->hash, want, n) != 0 ||
	    (table[i].name == NULL
		    ? b->name != NULL
		    : b->name == NULL || strcmp(b->name, table[i].name) != 0))
		fail_msg("%s %s: %zu bytes of %s", table[i].key, table[i].sign,
		    b->len, b->name == NULL ? "nothing" : b->name);
}

static void
as_openssl_does(void **state)
{
	static unsigned char der[4096], want[64];
	struct tls_binding b;
	size_t i, n, len;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		openssl("req -x509 -key %s.pem -subj /CN=" HOST
			" %s -days 9 -outform DER -out c.der",
		    table[i].key, table[i].sign);
		n = read_file("c.der", der, sizeof(der));
		len = 0;
		if (table[i].hash != NULL) {
			openssl(
			    "dgst %s -binary -out hash c.der", table[i].hash);
			len = read_file("hash", want, sizeof(want));
		}
		tls_binding_make(&b, der, n);
		same(i, &b, want, len);
		/* BearSSL takes no such key, whatever is known of it */
		if (strcmp(table[i].key, "ed") == 0)
			continue;
		b = of_chain(der, n, 1);
		same(i, &b, want, len);
		b = of_chain(der, n, n);
		same(i, &b, want, len);
	}
}

/* Cut anywhere, or with any byte changed: nothing past its end is read. */
static void
broken(void **state)
{
	static unsigned char der[4096], copy[4096];
	struct tls_binding b;
	size_t i, n;

	(void)state;
	openssl("req -x509 -key %s.pem -subj /CN=x " PSS
		"-sha384 -days 9 -outform DER -out c.der",
	    "rsa");
	n = read_file("c.der", der, sizeof(der));
	for (i = 0; i < n; i++) {
		unsigned char *cut = malloc(i + 1);

		assert_non_null(cut);
		memcpy(cut + 1, der, i);
		tls_binding_make(&b, cut + 1, i);
		assert_int_equal(b.len, 0);
		free(cut);
		memcpy(copy, der, n);
		copy[i] ^= 0xff;
		tls_binding_make(&b, copy, n);
		assert_true(b.len == 0 ? b.name == NULL : b.name != NULL);
	}
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return -1;
	openssl("genpkey -algorithm RSA -pkeyopt "
		"rsa_keygen_bits:2048 -out rsa.pem");
	openssl("genpkey -algorithm EC -pkeyopt "
		"ec_paramgen_curve:P-256 -out ec.pem");
	openssl("genpkey -algorithm ED25519 -out ed.pem");
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const files[] = { "rsa.pem", "ec.pem", "ed.pem",
		"c.der", "hash" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(files[i]);
	return chdir("/") == -1 || rmdir(dir) == -1 ? -1 : 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(as_openssl_does),
		cmocka_unit_test(broken) };

	return cmocka_run_group_tests_name("binding", tests, set_up, tear_down);
}
