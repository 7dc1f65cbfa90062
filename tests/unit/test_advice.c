/*
 * test_advice.c - what a person is told to do fits the cause.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "causes.h"
#include "auth/auth.h"
#include "auth/oauthanswer.h"
#include "ews/code.h"
#include "sync/advice.h"

#define ON_SITE "https://mail.contoso.example/EWS/Exchange.asmx"
#define ONLINE  "https://Outlook.Office365.com/EWS/Exchange.asmx"

static struct conf_profile profile = { .name = (char *)"hq",
	.url = (char *)ON_SITE,
	.username = (char *)"CONTOSO\\svc" };

static const char *
find(enum err_cause cause, const char *code, const char *about)
{
	static char out[ADVICE_TEXT];
	const struct advice_case of = { &profile, "a@b.example", false };
	struct err e = ERR_INIT;

	err_set(&e, ERR_CONFIG, "x");
	err_code(&e, cause, code, SCOPE_MAILBOX);
	snprintf(e.about, sizeof(e.about), "%s", about);
	return advice_find(&of, &e, out);
}

static void
has(const char *text, const char *part)
{
	if (text == NULL || strstr(text, part) == NULL)
		fail_msg("missing: %s\nin: %s", part,
		    text == NULL ? "nothing" : text);
}

static void
test_causes(void **state)
{
	static const struct {
		enum err_cause cause;
		const char *code, *about, *part;
	} row[] = {
		{ CAUSE_NETWORK, "dns", "", "name is not found" },
		{ CAUSE_NETWORK, "connect", "", "refused" },
		{ CAUSE_NETWORK, "proxy", "", "key proxy" },
		{ CAUSE_PROXY_LOGIN, "proxy-login", "", "proxy = http://" },
		{ CAUSE_TLS, "tls", "", "TLS 1.2" },
		{ CAUSE_TIMEOUT, "timeout", "", "load of the server" },
		{ CAUSE_CERTIFICATE, "certificate", "name",
		    "as server or url" },
		{ CAUSE_CERTIFICATE, "certificate", "end", "renew" },
		{ CAUSE_CERTIFICATE, "certificate", "authority", "ca_file" },
		{ CAUSE_CERTIFICATE, "certificate", "pin", "listening in" },
		{ CAUSE_NOT_SERVICE, "html", "", "web page" },
		{ CAUSE_NOT_SERVICE, "http-440", "", "web page" },
		{ CAUSE_NOT_SERVICE, "http-404", "",
		    "https://HOST/EWS/Exchange.asmx" },
		{ CAUSE_LOGIN_LOCKED, "http-456", "", "unlock" },
		{ CAUSE_LOGIN_LOCKED, "ErrorPasswordExpired", "", "expired" },
		{ CAUSE_ANSWERED, "ErrorImpersonateUserDenied", "",
		    "-Role ApplicationImpersonation -User 'CONTOSO\\svc'" },
		{ CAUSE_ANSWERED, "ErrorNonExistentMailbox", "",
		    "Get-Recipient a@b.example" },
		{ CAUSE_ALIAS, "ErrorNonPrimarySmtpAddress", "right@b.example",
		    "names right@b.example" },
		{ CAUSE_ALIAS, "ErrorNonPrimarySmtpAddress", "",
		    "Get-Recipient a@b.example" },
		{ CAUSE_FORBIDDEN, "http-403", "", "Get-CASMailbox" },
		{ CAUSE_BUSY, "http-503", "", "max_connections" },
		{ CAUSE_BUSY, "http-503", OAUTHANSWER_ABOUT, "token service" },
		{ CAUSE_NOT_SERVICE, "http-404", OAUTHANSWER_ABOUT,
		    "correct authority" },
		{ CAUSE_OTHER, "login-first", "", "exsync --login" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		has(find(row[i].cause, row[i].code, row[i].about), row[i].part);
	/* what it knows nothing of it leaves to the alert's kind */
	assert_null(find(CAUSE_OTHER, "xml", ""));
	assert_null(find(CAUSE_LOGIN_WAITS, "login", ""));
	assert_null(find(CAUSE_LOGIN_DENIED, "http-401", ""));
}

/* The same cause with other settings, and in Exchange Online. */
static void
test_settings(void **state)
{
	(void)state;
	profile.access = CONF_ACCESS_DELEGATE;
	has(find(CAUSE_ANSWERED, "ErrorAccessDenied", ""),
	    "Add-MailboxPermission -Identity a@b.example -User 'CONTOSO\\svc'");
	profile.access = CONF_ACCESS_IMPERSONATION;
	has(find(CAUSE_ANSWERED, "ErrorAccessDenied", ""),
	    "New-ManagementRoleAssignment");
	assert_false(advice_is_online(&profile));
	profile.url = (char *)ONLINE;
	assert_true(advice_is_online(&profile));
	has(find(CAUSE_ANSWERED, "ErrorImpersonateUserDenied", ""),
	    "Application EWS.AccessAsApp");
	has(find(CAUSE_LOGIN_DENIED, "http-401", ""), "Exchange Online");
	profile.url = (char *)"https://outlook.office365.com.evil.example/";
	assert_false(advice_is_online(&profile));
	profile.url = (char *)ON_SITE;
}

/* A login that is not offered, as the schemes themselves report it. */
static void
test_not_offered(void **state)
{
	static const struct {
		enum conf_auth auth;
		const char *offered, *part;
	} row[] = {
		{ CONF_AUTH_BASIC, "Negotiate\nNTLM\n",
		    "Basic is not offered: the server offers Negotiate, NTLM: "
		    "write auth = ntlm" },
		{ CONF_AUTH_BASIC, "Bearer\n", "-BasicAuthentication $true" },
		{ CONF_AUTH_NTLM, "Basic realm=x\n", "write auth = basic" },
	};
	const struct advice_case of = { &profile, NULL, true };
	const struct http_auth_conn conn = { .id = 1, .host = "h" };
	char out[ADVICE_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct credential c;
		struct http_auth *a;
		struct err e = ERR_INIT;
		struct buf b;

		memset(&c, 0, sizeof(c));
		c.scheme = profile.auth = row[i].auth;
		c.username = "svc";
		c.password = "word";
		a = auth_open(&c, "EWS", &e);
		assert_non_null(a);
		buf_init(&b, 4096);
		assert_int_equal(a->header(a, &conn, NULL, &b, &e), 0);
		assert_int_equal(
		    a->header(a, &conn, row[i].offered, &b, &e), -1);
		assert_int_equal(e.cause, CAUSE_NOT_OFFERED);
		has(advice_find(&of, &e, out), row[i].part);
		buf_free(&b);
		a->free(a);
	}
	profile.auth = CONF_AUTH_BASIC;
}

/* What could mean more than a name to a shell is not put into a command. */
static void
test_harmless(void **state)
{
	const struct advice_case of = { &profile, "$(reboot)@b.example",
		false };
	char out[ADVICE_TEXT];
	struct err e = ERR_INIT;

	(void)state;
	profile.username = (char *)"svc'; reboot #";
	err_code(
	    &e, CAUSE_ANSWERED, "ErrorImpersonateUserDenied", SCOPE_MAILBOX);
	advice_find(&of, &e, out);
	assert_null(strstr(out, "reboot"));
	has(out, "-User 'ACCOUNT'");
	has(out, "--mailbox ADDRESS");
	profile.username = (char *)"CONTOSO\\svc";
}

/* Every code that denies something, or wants a person, has an advice. */
static void
test_rights(void **state)
{
	size_t i, n, found = 0;
	const struct code_row *r = code_rows(&n);

	(void)state;
	for (i = 0; i < n; i++) {
		if (r[i].kind == ERR_AUTH &&
		    strcmp(r[i].code, "ErrorSendAsDenied") != 0 &&
		    strcmp(r[i].code, "ErrorAccessDenied") != 0) {
			found++;
			if (find(r[i].cause, r[i].code, "") == NULL)
				fail_msg("%s", r[i].code);
		}
	}
	assert_true(found > 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_not_offered),
		cmocka_unit_test(test_harmless),
		cmocka_unit_test(test_rights),
	};

	return cmocka_run_group_tests_name("advice", tests, NULL, NULL);
}
