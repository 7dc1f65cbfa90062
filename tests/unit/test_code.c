/*
 * test_code.c - the table of response codes and HTTP statuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "causes.h"
#include "ews/code.h"

static void
sorted(void **state)
{
	const struct code_row *r;
	const struct code_http_row *h;
	size_t n, i;

	(void)state;
	r = code_rows(&n);
	assert_true(n >= 80);
	for (i = 0; i < n; i++) {
		if (i > 0)
			assert_true(strcmp(r[i - 1].code, r[i].code) < 0);
		assert_ptr_equal(code_find(r[i].code), &r[i]);
		assert_non_null(r[i].todo);
		assert_true(strlen(r[i].todo) < 200);
		assert_true(r[i].kind != ERR_NONE && r[i].kind != ERR_FATAL);
	}
	h = code_http_rows(&n);
	for (i = 0; i < n; i++) {
		if (i > 0)
			assert_true(h[i - 1].status < h[i].status);
		assert_ptr_equal(code_http_find(h[i].status), &h[i]);
	}
	assert_null(code_find("ErrorUnheardOf"));
	assert_null(code_find(""));
	assert_true(code_unknown("ErrorUnheardOf"));
	assert_false(code_unknown("ErrorServerBusy"));
	assert_false(code_unknown("answer-mismatch"));
	assert_false(code_unknown(""));
	assert_null(code_http_find(418));
}

static const struct {
	const char *code;
	int64_t backoff;
	enum err_scope where;
	enum err_kind kind;
	enum err_scope scope;
	int64_t retry_ms;
} codes[] = {
	{ "ErrorServerBusy", 297749, SCOPE_ITEM, ERR_RETRY, SCOPE_MAILBOX,
	    297749 },
	{ "ErrorServerBusy", -1, SCOPE_FOLDER, ERR_RETRY, SCOPE_MAILBOX,
	    60000 },
	{ "ErrorServerBusy", 0, SCOPE_FOLDER, ERR_RETRY, SCOPE_MAILBOX, 0 },
	{ "ErrorMailboxMoveInProgress", -1, SCOPE_FOLDER, ERR_RETRY,
	    SCOPE_MAILBOX, 3600000 },
	{ "ErrorInternalServerError", -1, SCOPE_ITEM, ERR_RETRY, SCOPE_ITEM,
	    0 },
	{ "ErrorBatchProcessingStopped", -1, SCOPE_ITEM, ERR_RETRY, SCOPE_ITEM,
	    0 },
	{ "ErrorItemNotFound", -1, SCOPE_ITEM, ERR_GONE, SCOPE_ITEM, 0 },
	{ "ErrorSyncFolderNotFound", -1, SCOPE_FOLDER, ERR_GONE, SCOPE_FOLDER,
	    0 },
	{ "ErrorInvalidSyncStateData", -1, SCOPE_FOLDER, ERR_RESYNC,
	    SCOPE_FOLDER, 0 },
	{ "ErrorAccessDenied", -1, SCOPE_FOLDER, ERR_AUTH, SCOPE_FOLDER, 0 },
	{ "ErrorAccessDenied", -1, SCOPE_MAILBOX, ERR_AUTH, SCOPE_MAILBOX, 0 },
	{ "ErrorAccessDenied", -1, SCOPE_ITEM, ERR_ITEM, SCOPE_ITEM, 0 },
	{ "ErrorNonExistentMailbox", -1, SCOPE_ITEM, ERR_CONFIG, SCOPE_MAILBOX,
	    0 },
	{ "ErrorImpersonateUserDenied", -1, SCOPE_ITEM, ERR_AUTH, SCOPE_MAILBOX,
	    0 },
	{ "ErrorPasswordExpired", -1, SCOPE_ITEM, ERR_AUTH, SCOPE_PROFILE, 0 },
	{ "ErrorMimeContentConversionFailed", -1, SCOPE_ITEM, ERR_ITEM,
	    SCOPE_ITEM, 0 },
	{ "ErrorUnheardOf", -1, SCOPE_ITEM, ERR_UNKNOWN, SCOPE_ITEM, 0 },
	{ "ErrorUnheardOf", -1, SCOPE_FOLDER, ERR_UNKNOWN, SCOPE_FOLDER, 0 },
	{ "ErrorUnheardOf", -1, SCOPE_MAILBOX, ERR_UNKNOWN, SCOPE_MAILBOX, 0 },
	{ "ActionNotSupported", -1, SCOPE_MAILBOX, ERR_UNKNOWN, SCOPE_MAILBOX,
	    0 },
	/* it knows how long to wait: it is busy, whatever it says */
	{ "ErrorUnheardOf", 5, SCOPE_FOLDER, ERR_RETRY, SCOPE_MAILBOX, 5 },
	{ "ErrorUnheardOf", 5, SCOPE_ITEM, ERR_RETRY, SCOPE_MAILBOX, 5 },
	{ "no-code", 5, SCOPE_ITEM, ERR_RETRY, SCOPE_MAILBOX, 5 },
	{ "Server", 0, SCOPE_MAILBOX, ERR_RETRY, SCOPE_MAILBOX, 0 },
	/* not if it says what is wrong with the item */
	{ "ErrorItemCorrupt", 5, SCOPE_ITEM, ERR_ITEM, SCOPE_ITEM, 0 },
	/* these are no names of a trouble */
	{ "Server", -1, SCOPE_MAILBOX, ERR_RETRY, SCOPE_MAILBOX, 0 },
	{ "fault", -1, SCOPE_MAILBOX, ERR_RETRY, SCOPE_MAILBOX, 0 },
	{ "no-code", -1, SCOPE_ITEM, ERR_ITEM, SCOPE_ITEM, 0 },
};

static void
kinds(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(code_err(&e, codes[i].code, "said\r\n\x1b[2J",
				     codes[i].backoff, codes[i].where),
		    -1);
		assert_int_equal(e.kind, codes[i].kind);
		assert_int_equal(e.scope, codes[i].scope);
		assert_int_equal(e.retry_ms, codes[i].retry_ms);
		assert_string_equal(e.code, codes[i].code);
		assert_non_null(strstr(e.msg, codes[i].code));
		assert_non_null(strstr(e.msg, "said"));
		assert_null(strchr(e.msg, '\x1b'));
	}
}

static void
statuses(void **state)
{
	static const struct {
		int status;
		int64_t wait;
		enum err_kind kind;
		enum err_scope scope;
		int64_t retry_ms;
	} t[] = {
		{ 401, -1, ERR_AUTH, SCOPE_PROFILE, 0 },
		{ 403, -1, ERR_AUTH, SCOPE_MAILBOX, 0 },
		{ 404, -1, ERR_CONFIG, SCOPE_MAILBOX, 0 },
		{ 456, -1, ERR_AUTH, SCOPE_PROFILE, 0 },
		{ 457, 7000, ERR_AUTH, SCOPE_PROFILE, 0 },
		{ 500, -1, ERR_RETRY, SCOPE_MAILBOX, 0 },
		{ 503, 2128, ERR_RETRY, SCOPE_MAILBOX, 2128 },
		{ 429, 1000, ERR_RETRY, SCOPE_MAILBOX, 1000 },
		{ 599, -1, ERR_RETRY, SCOPE_MAILBOX, 0 },
		{ 418, -1, ERR_CONFIG, SCOPE_MAILBOX, 0 },
		{ 418, 50, ERR_RETRY, SCOPE_MAILBOX, 50 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err e = ERR_INIT;

		code_http_err(&e, t[i].status, NULL, t[i].wait);
		assert_int_equal(e.kind, t[i].kind);
		assert_int_equal(e.scope, t[i].scope);
		assert_int_equal(e.retry_ms, t[i].retry_ms);
		assert_memory_equal(e.code, "http-", 5);
		assert_memory_equal(e.msg, "HTTP ", 5);
	}
}

static void
causes(void **state)
{
	const struct code_row *r;
	const struct code_http_row *h;
	struct err e = ERR_INIT;
	size_t n, i;

	(void)state;
	r = code_rows(&n);
	for (i = 0; i < n; i++) {
		assert_int_equal(r[i].cause, cause_of_code(r[i].code));
		code_err(&e, r[i].code, NULL, -1, SCOPE_MAILBOX);
		assert_int_equal(e.cause, r[i].cause);
	}
	h = code_http_rows(&n);
	for (i = 0; i < n; i++) {
		code_http_err(&e, h[i].status, NULL, -1);
		/* a redirect that is well known is judged by its address */
		assert_int_equal(e.cause,
		    h[i].status == 302 ? CAUSE_HTTP : cause_of_code(e.code));
	}
	code_http_err(&e, 418, NULL, -1);
	assert_int_equal(e.cause, CAUSE_HTTP);
	/* a new word of the service's comes from behind the login, too ... */
	code_err(&e, "ErrorUnheardOf", NULL, -1, SCOPE_MAILBOX);
	assert_int_equal(e.cause, CAUSE_ANSWERED);
	/* ... and SOAP's own need not */
	code_err(&e, "Server", NULL, -1, SCOPE_MAILBOX);
	assert_int_equal(e.cause, CAUSE_OTHER);
}

/* The addresses that a text names, and what may surround them. */
static void
addresses(void **state)
{
	static const char code[] = "ErrorNonPrimarySmtpAddress";
	struct err e = ERR_INIT;
	char text[400];
	size_t i;

	(void)state;
	code_err(&e, code, "'a@x.example' is not primary; use <b@x.example>.",
	    -1, SCOPE_MAILBOX);
	assert_string_equal(e.about, "a@x.example b@x.example");
	code_err(&e, code, "Primary=b@x.example.", -1, SCOPE_MAILBOX);
	assert_string_equal(e.about, "b@x.example");
	code_err(&e, code, "'o'neil@x.example', 'b@x.example'.' ' ''", -1,
	    SCOPE_MAILBOX);
	assert_string_equal(e.about, "o'neil@x.example b@x.example");
	code_err(&e, code, NULL, -1, SCOPE_MAILBOX);
	assert_string_equal(e.about, "");
	for (i = 0; i + 12 < sizeof(text); i += 12)
		memcpy(text + i, "c@yy.example ", 13);
	code_err(&e, code, text, -1, SCOPE_MAILBOX);
	assert_true(strlen(e.about) < sizeof(e.about));
	code_err(&e, "ErrorServerBusy", "b@x.example", -1, SCOPE_MAILBOX);
	assert_string_equal(e.about, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sorted),
		cmocka_unit_test(kinds), cmocka_unit_test(statuses),
		cmocka_unit_test(causes), cmocka_unit_test(addresses) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
