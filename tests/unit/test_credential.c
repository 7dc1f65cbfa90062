/*
 * test_credential.c - credentials, and the login that auth makes of one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth/auth.h"

static void
same(void **state)
{
	static char tenant[] = "t", other[] = "o";
	static const struct conf_oauth o = { .tenant = tenant },
				       alike = { .tenant = tenant },
				       unlike = { .tenant = other };
	static const struct {
		struct credential a, b;
		bool same;
	} t[] = {
		{ { 3, "u", "p", &o }, { 3, "u", "p", &o }, true },
		{ { 3, "u", "p", &o }, { 3, "u", "p", &alike }, true },
		{ { 3, "u", "p", &o }, { 3, "u", "p", &unlike }, false },
		{ { 3, "u", "p", &o }, { 3, "u", "p", NULL }, false },
		{ { 3, "u", "p", &o }, { 3, "u", "q", &o }, false },
		{ { 0, "u", "p", NULL }, { 0, "u", "p", NULL }, true },
		{ { 0, NULL, NULL, NULL }, { 0, NULL, NULL, NULL }, true },
		{ { 0, NULL, "p", NULL }, { 0, "", "p", NULL }, true },
		{ { 0, "u", "", NULL }, { 0, "u", NULL, NULL }, true },
		{ { 0, "u", "p", NULL }, { 0, "u", "P", NULL }, false },
		/* perhaps one account, but not certainly */
		{ { 0, "u", "p", NULL }, { 0, "U", "p", NULL }, false },
		{ { 0, "u", "p", NULL }, { 0, "D\\u", "p", NULL }, false },
		{ { 0, "u", NULL, NULL }, { 0, "u", "p", NULL }, false },
		{ { 0, "up", "", NULL }, { 0, "u", "p", NULL }, false },
		{ { 0, "u", "p", NULL }, { (enum conf_auth)1, "u", "p", NULL },
		    false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(credential_same(&t[i].a, &t[i].b), t[i].same);
		assert_int_equal(credential_same(&t[i].b, &t[i].a), t[i].same);
	}
}

/* A copy outlives its original. */
static void
copy(void **state)
{
	char user[] = "svc", pw[] = "secret";
	struct credential c = { CONF_AUTH_BASIC, user, pw, NULL }, out;

	(void)state;
	credential_copy(&out, &c);
	assert_true(credential_same(&out, &c));
	user[0] = pw[0] = 'x';
	assert_false(credential_same(&out, &c));
	assert_string_equal(out.username, "svc");
	assert_string_equal(out.password, "secret");
	credential_free(&out);
	assert_null(out.password);
	credential_free(&out);
	c.username = c.password = NULL;
	credential_copy(&out, &c);
	assert_true(credential_same(&out, &c));
	credential_free(&out);
}

/* A login that Basic cannot send is refused before anything is sent. */
static void
colon(void **state)
{
	const struct credential bad = { CONF_AUTH_BASIC, "a:b", "secret",
		NULL };
	const struct credential good = { CONF_AUTH_BASIC, "ab", ":", NULL };
	const struct credential none = { CONF_AUTH_BASIC, NULL, NULL, NULL };
	struct err e = ERR_INIT;
	struct http_auth *a;

	(void)state;
	assert_null(auth_open(&bad, "the place", &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_string_equal(e.code, "username");
	assert_null(strstr(e.msg, "secret"));
	a = auth_open(&good, "the place", &e);
	assert_non_null(a);
	a->free(a);
	a = auth_open(&none, "the place", &e);
	assert_non_null(a);
	a->free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(same),
		cmocka_unit_test(copy), cmocka_unit_test(colon) };

	return cmocka_run_group_tests_name("credential", tests, NULL, NULL);
}
