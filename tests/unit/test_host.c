/*
 * test_host.c - names and addresses of hosts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/host.h"

static void
test_chars(void **state)
{
	int c;

	(void)state;
	for (c = -128; c < 128; c++)
		assert_int_equal(host_is_char((char)c),
		    (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '.' || c == '_');
}

static void
test_ip(void **state)
{
	(void)state;
	assert_true(host_is_ip("192.0.2.1"));
	assert_true(host_is_ip("2001:db8::1"));
	assert_false(host_is_ip("[2001:db8::1]"));
	assert_false(host_is_ip("192.0.2"));
	assert_false(host_is_ip("a.example"));
	assert_false(host_is_ip(""));
}

static void
test_loopback(void **state)
{
	(void)state;
	assert_true(host_is_loopback("localhost"));
	assert_true(host_is_loopback("LocalHost"));
	assert_true(host_is_loopback("127.0.0.1"));
	assert_true(host_is_loopback("127.255.0.9"));
	assert_true(host_is_loopback("::1"));
	assert_true(host_is_loopback("0:0:0:0:0:0:0:1"));
	assert_false(host_is_loopback("128.0.0.1"));
	assert_false(host_is_loopback("localhost.example"));
	assert_false(host_is_loopback("127.0.0.1.example"));
	assert_false(host_is_loopback("127.1"));
	assert_false(host_is_loopback("::2"));
	assert_false(host_is_loopback("0.0.0.0"));
	assert_false(host_is_loopback(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chars),
		cmocka_unit_test(test_ip),
		cmocka_unit_test(test_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
