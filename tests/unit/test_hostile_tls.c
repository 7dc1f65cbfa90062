/*
 * test_hostile_tls.c - malformed certificates, in pieces as BearSSL passes them
 * on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "net/tls_x509.h"

static unsigned
feed(const unsigned char *pin, const unsigned char *der, size_t n, size_t step,
    struct err *e)
{
	const br_x509_class **c;
	struct tls_x509 x;
	unsigned code;
	size_t at, k;

	tls_x509_init(&x, NULL, "mail.contoso.example", pin);
	c = &x.vtable;
	(*c)->start_chain(c, "mail.contoso.example");
	(*c)->start_cert(c, (uint32_t)n);
	for (at = 0; at < n; at += k) {
		k = step < n - at ? step : n - at;
		(*c)->append(c, der + at, k);
	}
	(*c)->end_cert(c);
	code = (*c)->end_chain(c);
	assert_null((*c)->get_pkey(c, NULL));
	tls_x509_error(&x, (int)code, "mail:443", e);
	tls_x509_free(&x);
	return code;
}

/*
 * BearSSL's decoder overruns its own stack when it gets more input after an
 * error: 20 KB of zeros instead of a certificate, in pieces of 256 bytes as in
 * a handshake, crashed a pass to a pinned server.
 */
static void
malformed(void **state)
{
	static const unsigned char pin[32] = { 1 };
	static const size_t step[] = { 1, 64, 256, 1000 };
	unsigned char der[1000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
		struct err e = ERR_INIT;

		memset(der, 0, sizeof(der));
		assert_int_not_equal(
		    feed(pin, der, sizeof(der), step[i], &e), 0);
	}
	memset(der, 0xff, sizeof(der));
	memcpy(der, "\x30\x82\x03\xe4\x30\x82\x03\x00", 8);
	for (i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
		struct err e = ERR_INIT;

		assert_int_not_equal(
		    feed(pin, der, sizeof(der), step[i], &e), 0);
		assert_int_equal(e.kind, ERR_CONFIG);
		assert_string_equal(e.code, "certificate");
		assert_int_not_equal(
		    feed(NULL, der, sizeof(der), step[i], &e), 0);
	}
}

/* A chain of one certificate that is empty, or far too large. */
static void
sizes(void **state)
{
	static const unsigned char pin[32] = { 1 };
	static unsigned char der[200000];
	struct err e = ERR_INIT;

	(void)state;
	assert_int_not_equal(feed(pin, der, 0, 1, &e), 0);
	assert_int_not_equal(feed(NULL, der, 0, 1, &e), 0);
	assert_int_not_equal(feed(pin, der, 20000, 256, &e), 0);
	assert_int_not_equal(feed(pin, der, sizeof(der), 256, &e), 0);
	assert_int_not_equal(feed(NULL, der, sizeof(der), 256, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(malformed),
		cmocka_unit_test(sizes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
