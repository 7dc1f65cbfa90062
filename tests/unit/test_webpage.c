/*
 * test_webpage.c - web pages in place of two services, and the error for each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "web/webpage.h"

static const struct webpage_service ews = { "EWS", "/EWS", "xml", "not-ews" };
static const struct webpage_service graph = { "Microsoft Graph", "/v1.0",
	"json", "not-graph" };

static void
answer(
    struct http_response *resp, int status, const char *name, const char *value)
{
	memset(resp, 0, sizeof(*resp));
	resp->status = status;
	buf_init(&resp->head, 2000);
	buf_adds(&resp->head, "Server: x\n");
	if (value != NULL)
		buf_addf(&resp->head, "%s: %s\n", name, value);
}

#define ELSEWHERE(where, status)                                               \
	"the server sends elsewhere, to " where " (HTTP " status               \
	"), and no password goes there: check it and write it as url"
#define LOGIN(where, path)                                                     \
	"the server sends to the login page " where                            \
	" instead of answering: publish " path                                 \
	" without a login form in front, or set url to the server itself"

#define X8   "XxXxXxXx"
#define X16  X8 X8
#define X32  X16 X16
#define X64  X32 X32
#define X256 X64 X64 X64 X64

static void
redirects(void **state)
{
	static const struct {
		const struct webpage_service *service;
		int status;
		const char *to;
		enum err_kind kind;
		enum err_cause cause;
		const char *msg;
	} t[] = {
		{ &ews, 302, "/ews/GenericErrorPage.htm?aspxerrorpath=/e",
		    ERR_RETRY, CAUSE_HTTP,
		    "the server shows its error page (HTTP 302): tried again, "
		    "later each time" },
		{ &ews, 302, "/owa/auth/logon.aspx?url=x", ERR_CONFIG,
		    CAUSE_NOT_SERVICE,
		    LOGIN("/owa/auth/logon.aspx?url=x", "/EWS") },
		{ &graph, 301, "https://SSO.x.example/Login", ERR_CONFIG,
		    CAUSE_NOT_SERVICE,
		    LOGIN("https://SSO.x.example/Login", "/v1.0") },
		{ &ews, 302, "/InternalSite/?x", ERR_CONFIG, CAUSE_NOT_SERVICE,
		    LOGIN("/InternalSite/?x", "/EWS") },
		{ &ews, 307, "https://evil.example/", ERR_CONFIG,
		    CAUSE_NOT_SERVICE,
		    ELSEWHERE("https://evil.example/", "307") },
		{ &graph, 308, "/a\x1b[2Jb", ERR_CONFIG, CAUSE_NOT_SERVICE,
		    ELSEWHERE("/a?[2Jb", "308") },
		/* whole, as the server wrote it */
		{ &ews, 302, "https://Mail.x.example/EWS/" X256 X256 "/End",
		    ERR_CONFIG, CAUSE_NOT_SERVICE,
		    ELSEWHERE("https://Mail.x.example/EWS/" X256 X256 "/End",
			"302") },
		{ &ews, 302, "/" X256 X256 X256, ERR_CONFIG, CAUSE_NOT_SERVICE,
		    ELSEWHERE("/" X256 X256 X64 X32 X16 X8 "XxX...", "302") },
		/* but without a password that it holds */
		{ &ews, 302, "https://Me:a@B@Mail.x.example/E@x", ERR_CONFIG,
		    CAUSE_NOT_SERVICE,
		    ELSEWHERE("https://Mail.x.example/E@x", "302") },
		{ &ews, 302, "//Me:b@x.example?c@d", ERR_CONFIG,
		    CAUSE_NOT_SERVICE, ELSEWHERE("//x.example?c@d", "302") },
		{ &ews, 302, "https:\\\\Me:b@x.example\\c@d", ERR_CONFIG,
		    CAUSE_NOT_SERVICE,
		    ELSEWHERE("https:\\\\x.example\\c@d", "302") },
		{ &ews, 302, "/a//b:c@d", ERR_CONFIG, CAUSE_NOT_SERVICE,
		    ELSEWHERE("/a//b:c@d", "302") },
		{ &ews, 300, NULL, ERR_CONFIG, CAUSE_NOT_SERVICE,
		    ELSEWHERE("", "300") },
	};
	struct http_response resp;
	struct buf scratch;
	size_t i;

	(void)state;
	buf_init(&scratch, 2000);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err e = ERR_INIT;

		answer(&resp, t[i].status, "Location", t[i].to);
		assert_int_equal(
		    webpage_redirect(t[i].service, &resp, &scratch, &e), -1);
		assert_int_equal(e.kind, t[i].kind);
		assert_int_equal(e.cause, t[i].cause);
		assert_int_equal(e.scope, SCOPE_MAILBOX);
		assert_string_equal(e.code, "http-302");
		assert_string_equal(e.msg, t[i].msg);
		http_response_free(&resp);
	}
	buf_free(&scratch);
}

#define NOT(what, service)                                                     \
	"the server answered with " what ", not with " service                 \
	": check server or url, and that no login page or proxy stands in "    \
	"between"

static void
successes(void **state)
{
	/* msg: NULL where the answer says that it is the service's format */
	static const struct {
		const struct webpage_service *service;
		const char *type, *begins, *msg;
	} t[] = {
		{ &ews, "text/html", "<p>", NOT("a web page", "EWS") },
		{ &ews, "TEXT/HTML", "<p>", NOT("a web page", "EWS") },
		{ &ews, "application/xhtml+xml", "<p>",
		    NOT("a web page", "EWS") },
		{ &ews, "text/xml", "<HTML lang=en>",
		    NOT("a web page", "EWS") },
		{ &ews, NULL, "<!DOCTYPE html>", NOT("a web page", "EWS") },
		{ &ews, NULL, "hello", NOT("something", "EWS") },
		{ &ews, "application/json", "{}",
		    NOT("application/json", "EWS") },
		{ &ews, "a\x1b[2Jb", "{}", NOT("a?[2Jb", "EWS") },
		{ &ews, "text/xml; charset=utf-8", "<a><b></a>", NULL },
		{ &ews, "application/soap+xml", "", NULL },
		{ &graph, "application/json; odata.metadata=none", "{", NULL },
		{ &graph, "application/json", "<html>",
		    NOT("a web page", "Microsoft Graph") },
		{ &graph, "text/xml", "<a/>",
		    NOT("text/xml", "Microsoft Graph") },
	};
	struct http_response resp;
	struct buf scratch;
	size_t i;
	int rc;

	(void)state;
	buf_init(&scratch, 2000);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err e = ERR_INIT;

		answer(&resp, 200, "Content-Type", t[i].type);
		rc = webpage_success(
		    t[i].service, &resp, t[i].begins, &scratch, &e);
		assert_int_equal(rc, t[i].msg == NULL ? 0 : -1);
		if (rc == -1) {
			assert_int_equal(e.kind, ERR_CONFIG);
			assert_int_equal(e.cause, CAUSE_NOT_SERVICE);
			assert_int_equal(e.scope, SCOPE_MAILBOX);
			assert_string_equal(e.code, t[i].service->code);
			assert_string_equal(e.msg, t[i].msg);
		} else
			assert_int_equal(e.kind, ERR_NONE);
		http_response_free(&resp);
	}
	buf_free(&scratch);
}

/* Nothing at all: whatever type it has. */
static void
empty(void **state)
{
	static const char *const type[] = { "text/xml", "text/html", NULL };
	struct http_response resp;
	struct buf scratch;
	size_t i;

	(void)state;
	buf_init(&scratch, 2000);
	for (i = 0; i < sizeof(type) / sizeof(type[0]); i++) {
		struct err e = ERR_INIT;

		answer(&resp, 200, "Content-Type", type[i]);
		assert_int_equal(
		    webpage_success(&ews, &resp, NULL, &scratch, &e), -1);
		assert_int_equal(e.kind, ERR_RETRY);
		assert_int_equal(e.cause, CAUSE_OTHER);
		assert_int_equal(e.scope, SCOPE_MAILBOX);
		assert_string_equal(e.code, "empty");
		http_response_free(&resp);
	}
	buf_free(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(redirects),
		cmocka_unit_test(successes), cmocka_unit_test(empty) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
