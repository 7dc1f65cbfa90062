/*
 * test_address.c - e-mail addresses as they are compared.
 */
#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"
#include "base/str.h"

static const struct {
	const char *in, *out;
} addresses[] = {
	{ "a@b.example", "a@b.example" },
	{ "A.B+c@B.Example", "a.b+c@b.example" },
	{ " \t<a@b.example> \r\n", "a@b.example" },
	{ "< a@b.example >", "a@b.example" },
	{ "a@b.example.", "a@b.example" },
	{ "a@localhost", "a@localhost" },
	{ "a@sub_domain.example", "a@sub_domain.example" },
	{ "\xc3\x84@m\xc3\x9cnchen.example",
	    "\xc3\xa4@xn--mnchen-3ya.example" },
	{ "a@XN--MNCHEN-3YA.example", "a@xn--mnchen-3ya.example" },
	{ "\"A b@c\"@d.example", "\"a b@c\"@d.example" },
	{ "o'brien@b.example", "o'brien@b.example" },
	/* quotes that are needed, and others */
	{ "\"Jane.Doe\"@b.example", "jane.doe@b.example" },
	{ "\"\xc3\x84\"@b.example", "\xc3\xa4@b.example" },
	{ "\"jane\\doe\"@b.example", "\"jane\\doe\"@b.example" },
	{ "\"\"@b.example", NULL },
	{ "\"a\"b@c.example", NULL },
	/* as it is copied from elsewhere */
	{ "mailto:A@b.example", "a@b.example" },
	{ " <MailTo: a@b.example>", "a@b.example" },
	{ "\xc2\xa0"
	  "a@b.example\xc2\xa0 \xe2\x80\x8b",
	    "a@b.example" },
	{ "\xef\xbb\xbf<\xe2\x80\xaa"
	  "a@b.example\xe2\x80\xac>",
	    "a@b.example" },
	{ "\xc3\xa4@b.example", "\xc3\xa4@b.example" },
	{ "a\xe2\x80\x8b@b.example", NULL },
	{ "\xc2\xa0", NULL },
	{ "\xa0@b.example", NULL },
	{ "mailto:", NULL },
	{ "SRS0=x=y/z=a@b.example", "srs0=x=y/z=a@b.example" },
	{ "", NULL },
	{ "a", NULL },
	{ "@b.example", NULL },
	{ "a@", NULL },
	{ "a@.", NULL },
	{ "a@b..example", NULL },
	{ "a@.b", NULL },
	{ "a@b@c.example", NULL },
	{ "a b@c.example", NULL },
	{ "a@b c.example", NULL },
	{ "a@b.example, c@d.example", NULL },
	{ "a@b.example;c@d.example", NULL },
	{ "Jane <a@b.example>", NULL },
	{ "a\n@b.example", NULL },
	{ "a@b\x01.example", NULL },
	{ "a\x7f@b.example", NULL },
	{ "a\xff@b.example", NULL },
	{ "a@b\xff.example", NULL },
	{ "a@[192.0.2.1]", NULL },
	{ "/o=Org/ou=Exchange/cn=jane", NULL },
	{ "<>", NULL },
};

static void
test_normalise(void **state)
{
	char out[ADDRESS_MAX], *s;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		s = address_normalise(addresses[i].in);
		if (!str_eq(s, addresses[i].out))
			print_message("of %s\n", addresses[i].in);
		if (addresses[i].out == NULL)
			assert_null(s);
		else
			assert_string_equal(s, addresses[i].out);
		if (s != NULL) {
			/* once more changes nothing */
			n = address_normalise_to(s, out, sizeof(out));
			assert_int_equal(n, strlen(s));
			assert_string_equal(out, s);
			/* and it needs its room, no more */
			n = address_normalise_to(s, out, strlen(s));
			assert_int_equal(n, 0);
		}
		free(s);
	}
	assert_string_equal(address_domain("\"a@b\"@c.example"), "c.example");
	assert_string_equal(address_domain("nothing"), "");
}

static void
test_normalise_bounds(void **state)
{
	char in[2000], out[ADDRESS_MAX];
	size_t i, n;

	(void)state;
	for (i = 1; i < 1200; i++) {
		memset(in, 'A', i);
		strcpy(in + i, "@b.example");
		n = address_normalise_to(in, out, sizeof(out));
		assert_int_equal(n, i <= 480 ? i + 10 : 0);
	}
	for (i = 1; i < 300; i++) {
		memcpy(in, "a@", 2);
		for (n = 0; n < i; n++)
			in[2 + n] = n % 64 == 63 ? '.' : 'X';
		in[2 + i] = '\0';
		n = address_normalise_to(in, out, sizeof(out));
		if (i > 254 || (i == 254 && in[2 + 253] != '.'))
			assert_int_equal(n, 0);
		else
			assert_int_equal(n, in[1 + i] == '.' ? i + 1 : i + 2);
	}
	/* the longest of all fits ADDRESS_MAX */
	memset(in, 'a', 480);
	in[480] = '@';
	for (n = 0; n < 253; n++)
		in[481 + n] = n % 64 == 63 ? '.' : 'x';
	in[481 + 253] = '\0';
	assert_int_equal(address_normalise_to(in, out, sizeof(out)), 480 + 254);
}

/*
 * What is compared is what is measured: an address that is longer in lower
 * case, or shorter, is valid exactly when its lower case is.
 */
static void
test_normalise_cases(void **state)
{
	static const struct {
		const char *upper, *lower;
	} t[] = {
		{ "\xc8\xba", "\xe2\xb1\xa5" }, /* U+023A: 2 and 3 bytes */
		{ "\xe1\xba\x9e", "\xc3\x9f" }, /* U+1E9E: 3 and 2 */
		{ "\xc3\x84", "\xc3\xa4" },
	};
	char up[2000], low[2000], one[ADDRESS_MAX], two[ADDRESS_MAX];
	char domain[254];
	size_t i, n, k, out;

	(void)state;
	for (n = 0; n < 253; n++)
		domain[n] = n % 64 == 63 ? '.' : 'x';
	domain[n] = '\0';
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (n = 1; n <= 500; n++) {
			for (up[0] = low[0] = '\0', k = 0; k < n; k++) {
				strcpy(up + k * strlen(t[i].upper), t[i].upper);
				strcpy(
				    low + k * strlen(t[i].lower), t[i].lower);
			}
			out = strlen(low);
			out = out <= 480 ? out + 1 + 253 : 0;
			snprintf(up + strlen(up), 300, "@%s", domain);
			snprintf(low + strlen(low), 300, "@%s", domain);
			k = address_normalise_to(up, one, sizeof(one));
			assert_int_equal(k, out);
			k = address_normalise_to(low, two, sizeof(two));
			assert_int_equal(k, out);
			if (out > 0)
				assert_string_equal(one, two);
		}
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_normalise_bounds),
		cmocka_unit_test(test_normalise_cases),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
