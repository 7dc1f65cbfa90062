/*
 * test_cookie.c - the cookies of each mailbox.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "web/cookie.h"

static void
cookies(void **state)
{
	static const struct {
		const char *set, *want;
	} t[] = {
		{ "exchangecookie=abc; path=/; HttpOnly",
		    "exchangecookie=abc" },
		{ " X-BackEndCookie=a=b%; expires=Sun, 20-Nov-2050 08:16:00 "
		  "GMT; secure",
		    "X-BackEndCookie=a=b%; exchangecookie=abc" },
		{ "exchangecookie=new", "exchangecookie=new; "
					"X-BackEndCookie=a=b%" },
		{ "exchangecookie=; path=/", "X-BackEndCookie=a=b%" },
		{ "nothing", "X-BackEndCookie=a=b%" },
		{ "=x", "X-BackEndCookie=a=b%" },
		{ "a=b\r\nEvil: 1", "X-BackEndCookie=a=b%" },
		{ "a=b\x7f", "X-BackEndCookie=a=b%" },
		{ "x=1; Max-Age=10", "x=1; X-BackEndCookie=a=b%" },
		{ "x=1; Path=/; max-age=0", "X-BackEndCookie=a=b%" },
		/* as ASP.NET writes the date */
		{ "x=1; expires=Thu, 01-Jan-1970 00:00:00 GMT; path=/",
		    "X-BackEndCookie=a=b%" },
		{ "x=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9",
		    "x=1; X-BackEndCookie=a=b%" },
		{ "x=1; Max-Age=-1; Expires=Sun, 20-Nov-2050 08:16:00 GMT",
		    "X-BackEndCookie=a=b%" },
		{ "x=1; Max-Age=soon", "x=1; X-BackEndCookie=a=b%" },
		{ "x=; Max-Age=9", "X-BackEndCookie=a=b%" },
		{ "X-BackEndCookie=q; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
		    "" },
	};
	struct cookie_jars jars;
	struct cookie_jar *m, *n;
	struct buf out;
	size_t i;
	char big[5000], many[64];

	(void)state;
	cookie_init(&jars, NULL);
	buf_init(&out, 16384);
	m = cookie_jar(&jars, "a@x");
	n = cookie_jar(&jars, "b@x");
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		cookie_set(m, t[i].set);
		cookie_header(m, &out);
		assert_string_equal(buf_str(&out), t[i].want);
		cookie_header(n, &out);
		assert_string_equal(buf_str(&out), "");
	}
	memset(big, 'x', sizeof(big) - 1);
	big[1] = '=';
	big[sizeof(big) - 1] = '\0';
	cookie_set(m, big);
	for (i = 0; i < 100; i++) {
		snprintf(many, sizeof(many), "n%zu=v", i);
		cookie_set(m, many);
	}
	cookie_header(m, &out);
	assert_true(out.len > 100 && out.len < 300);
	cookie_drop(m);
	cookie_header(m, &out);
	assert_int_equal(out.len, 0);
	buf_free(&out);
	cookie_free(&jars);
}

/* Each mailbox has a jar of its own, and keeps it. */
static void
jars_of_mailboxes(void **state)
{
	struct cookie_jars jars;
	struct cookie_jar *jar[200];
	char text[32];
	struct buf out;
	size_t i;

	(void)state;
	cookie_init(&jars, NULL);
	buf_init(&out, 100);
	for (i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "u%zu@x.example", i);
		jar[i] = cookie_jar(&jars, text);
		snprintf(text, sizeof(text), "n=%zu", i);
		cookie_set(jar[i], text);
	}
	for (i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "u%zu@x.example", i);
		assert_ptr_equal(cookie_jar(&jars, text), jar[i]);
		snprintf(text, sizeof(text), "n=%zu", i);
		cookie_header(jar[i], &out);
		assert_string_equal(buf_str(&out), text);
	}
	/* what does not fit is not sent in part */
	memset(text, 'x', 30);
	text[5] = '=';
	text[30] = '\0';
	cookie_set(jar[0], text);
	buf_free(&out);
	buf_init(&out, 32);
	cookie_header(jar[0], &out);
	assert_string_equal(buf_str(&out), text);
	buf_free(&out);
	cookie_free(&jars);
}

/* Cookies that lead to the back end stay, however many others there are. */
static void
routing(void **state)
{
	static const char *const names[] = { "X-BackEnd", "route", NULL };
	struct cookie_jars jars;
	struct cookie_jar *jar;
	char text[4000];
	struct buf out;
	size_t i;

	(void)state;
	cookie_init(&jars, names);
	buf_init(&out, 400);
	jar = cookie_jar(&jars, "a@x");
	cookie_set(jar, "X-BackEnd=1");
	for (i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "n%zu=v", i);
		cookie_set(jar, text);
	}
	cookie_header(jar, &out);
	assert_memory_equal(buf_str(&out), "X-BackEnd=1; n30=v; n29=v; ", 27);
	/* the jar is full, and this one comes last */
	cookie_set(jar, "Route=2");
	cookie_header(jar, &out);
	assert_memory_equal(
	    buf_str(&out), "Route=2; X-BackEnd=1; n30=v; n29=v; ", 36);
	assert_non_null(strstr(buf_str(&out), " n3=v"));
	assert_null(strstr(buf_str(&out), " n0=v"));
	/* for another one there is no room */
	cookie_set(jar, "last=v");
	cookie_header(jar, &out);
	assert_null(strstr(buf_str(&out), "last"));
	/* a new value takes no place */
	cookie_set(jar, "Route=3");
	cookie_set(jar, "n1=w");
	cookie_header(jar, &out);
	assert_memory_equal(
	    buf_str(&out), "Route=3; X-BackEnd=1; n1=w; n30=v; ", 35);
	/* others that are too long for the header are left out, and whole */
	cookie_drop(jar);
	cookie_set(jar, "X-BackEnd=1");
	cookie_set(jar, "short=s");
	memset(text, 'x', sizeof(text) - 1);
	text[4] = '=';
	text[sizeof(text) - 1] = '\0';
	cookie_set(jar, text);
	cookie_header(jar, &out);
	assert_string_equal(buf_str(&out), "X-BackEnd=1; short=s");
	cookie_set(jar, "X-BackEnd=; Max-Age=0");
	cookie_header(jar, &out);
	assert_string_equal(buf_str(&out), "short=s");
	buf_free(&out);
	cookie_free(&jars);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(cookies),
		cmocka_unit_test(jars_of_mailboxes),
		cmocka_unit_test(routing) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
