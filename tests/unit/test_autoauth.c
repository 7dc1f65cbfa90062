/*
 * test_autoauth.c - which login auth = auto chooses, and that it never tries
 * another one after a login was rejected.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth/auth.h"
#include "base/buf.h"

/* A challenge with a time and two names. */
#define TYPE2                                                                  \
	"TlRMTVNTUAACAAAADAAMADgAAAAFgomiASNFZ4mrze8AAAAAAAAAADAAMABEAAAACgBj" \
	"RQAAAA9EAG8AbQBhAGkAbgACAAwARABvAG0AYQBpAG4AAQAMAFMAZQByAHYAZQByAAcA" \
	"CAAAkNM2tzTDAQAAAAA="
#define ROUNDS 4
#define WITH   "Domain\\User"

/* An exchange: a challenge, and what is sent for it. */
struct round {
	const char *challenge; /* NULL: it begins */
	const char *sent;      /* begins so; "": nothing; NULL: it fails */
	bool bare;
	const char *code, *text; /* of the error */
};

static const struct {
	const char *name, *username;
	struct round round[ROUNDS];
} rows[] = {
	{ "NTLM before Basic", WITH,
	    { { NULL, "NTLM TlRMTVNTUAAB", true, NULL, NULL },
		{ "Basic realm=x\nNegotiate\nNTLM " TYPE2 "\n",
		    "NTLM TlRMTVNTUAAD", false, NULL, NULL },
		{ "Basic realm=x\nNTLM\n", NULL, false, "http-401",
		    "rejects" } } },
	{ "Basic where there is nothing else, and at once from then on", WITH,
	    { { NULL, "NTLM TlRMTVNTUAAB", true, NULL, NULL },
		{ "Basic realm=\"NTLM\"\n", "Basic RG9tYWluXFVzZXI6", false,
		    NULL, NULL },
		{ NULL, "Basic RG9tYWluXFVzZXI6", false, NULL, NULL },
		{ "Basic realm=x\nNTLM\n", NULL, false, "http-401",
		    "rejects" } } },
	{ "a name without a domain", "User",
	    { { NULL, "", true, NULL, NULL },
		{ "NTLM\nBasic realm=x\n", "Basic VXNlcjpQ", false, NULL,
		    NULL } } },
	{ "a name without a domain, and NTLM alone", "User",
	    { { NULL, "", true, NULL, NULL },
		{ "NTLM\n", NULL, false, "auth-not-offered",
		    "username needs its domain" } } },
	{ "a name with a colon", "a:b",
	    { { NULL, "", true, NULL, NULL },
		{ "Basic realm=x\n", NULL, false, "auth-not-offered",
		    "must not hold a colon" } } },
	{ "nothing that we can do", WITH,
	    { { NULL, "NTLM TlRMTVNTUAAB", true, NULL, NULL },
		{ "Bearer\nNegotiate\n", NULL, false, "auth-not-offered",
		    "offers Bearer, Negotiate" } } },
};

static void
run_round(const char *name, struct http_auth *a, const struct round *r)
{
	const struct http_auth_conn conn = { 1, "mail.example", "443", true,
		NULL };
	struct err e = ERR_INIT;
	struct buf out;
	int rc;

	buf_init_secret(&out, HTTP_AUTH_MAX);
	rc = a->header(a, &conn, r->challenge, &out, &e);
	if (r->sent == NULL) {
		if (rc != -1 || strcmp(e.code, r->code) != 0 ||
		    strstr(e.msg, r->text) == NULL)
			fail_msg("%s: %d %s: %s", name, rc, e.code, e.msg);
		assert_int_equal(e.kind,
		    strcmp(e.code, "http-401") == 0 ? ERR_AUTH : ERR_CONFIG);
	} else if (rc != 0 || a->bare != r->bare ||
		   strncmp(buf_str(&out), r->sent, strlen(r->sent)) != 0 ||
		   (r->sent[0] == '\0' && out.len > 0))
		fail_msg(
		    "%s: %d %s, sent %.30s", name, rc, e.msg, buf_str(&out));
	buf_free(&out);
}

static void
choices(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct credential who = { CONF_AUTH_AUTO,
			rows[i].username, "Password", NULL };
		struct err e = ERR_INIT;
		struct http_auth *a = auth_open(&who, "the place", &e);

		assert_non_null(a);
		for (k = 0; k < ROUNDS; k++) {
			const struct round *r = &rows[i].round[k];

			if (r->sent != NULL || r->code != NULL)
				run_round(rows[i].name, a, r);
		}
		a->free(a);
	}
}

/* Nobody asked for a login: what answers is not the server. */
static void
not_asked(void **state)
{
	static const char *const name[] = { WITH, "User" };
	static const char *const code[] = { "ntlm-not-asked",
		"auth-not-asked" };
	const struct http_auth_conn conn = { 1, "mail.example", "443", true,
		NULL };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		const struct credential who = { CONF_AUTH_AUTO, name[i], "P",
			NULL };
		struct err e = ERR_INIT;
		struct http_auth *a = auth_open(&who, "the place", &e);
		struct buf out;

		buf_init_secret(&out, HTTP_AUTH_MAX);
		assert_int_equal(a->header(a, &conn, NULL, &out, &e), 0);
		assert_int_equal(a->finish(a, &conn, 503, "", &e), 0);
		buf_free(&out);
		assert_int_equal(a->header(a, &conn, NULL, &out, &e), 0);
		assert_int_equal(a->finish(a, &conn, 200, "", &e), -1);
		assert_string_equal(e.code, code[i]);
		buf_free(&out);
		a->free(a);
	}
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(choices),
		cmocka_unit_test(not_asked),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
