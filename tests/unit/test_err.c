/*
 * test_err.c - the error type: a message is one printable line; if cut, marked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/err.h"
#include "base/utf8.h"

static void
test_set(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	e.retry_ms = 5;
	assert_int_equal(err_set(&e, ERR_RETRY, "HTTP %d", 503), -1);
	assert_int_equal(e.kind, ERR_RETRY);
	assert_int_equal(e.scope, SCOPE_MAILBOX);
	assert_int_equal(e.retry_ms, 0);
	assert_string_equal(e.code, "");
	assert_string_equal(e.msg, "HTTP 503");
	assert_int_equal(
	    err_code(&e, CAUSE_BUSY, "http-503", SCOPE_PROFILE), -1);
	assert_string_equal(e.code, "http-503");
	assert_int_equal(e.scope, SCOPE_PROFILE);
	assert_int_equal(err_prefix(&e, "mailbox %s", "a@b.example"), -1);
	assert_int_equal(err_prefix(&e, "profile hq"), -1);
	assert_string_equal(e.msg, "profile hq: mailbox a@b.example: HTTP 503");
	assert_string_equal(e.code, "http-503");
	assert_int_equal(e.scope, SCOPE_PROFILE);
	/* a new one forgets all of the old one, and may quote it */
	err_set(&e, ERR_FATAL, "stopped (%s, %s)", e.code, e.msg);
	assert_string_equal(e.msg,
	    "stopped (http-503, profile hq: mailbox a@b.example: HTTP 503)");
	assert_string_equal(e.code, "");
	assert_int_equal(e.scope, SCOPE_MAILBOX);
	err_prefix(&e, "%s", e.msg);
	err_clear(&e);
	assert_int_equal(e.kind, ERR_NONE);
	assert_string_equal(e.msg, "");
}

static void
test_printable(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ERR_ITEM, "a\r\nb\x1b[1m%s", "\xff");
	assert_string_equal(e.msg, "a??b?[1m?");
	err_prefix(&e, "x\ny");
	assert_string_equal(e.msg, "x?y: a??b?[1m?");
	err_code(&e, CAUSE_OTHER, "a\nb", SCOPE_ITEM);
	assert_string_equal(e.code, "a?b");
}

static void
test_long(void **state)
{
	struct err e = ERR_INIT;
	char text[3000];
	size_t i, n;

	(void)state;
	/* cuts at every place of a two-byte character */
	for (i = 0; i < 4; i++) {
		memset(text, 'x', i);
		for (n = i; n + 2 < sizeof(text); n += 2)
			memcpy(text + n, "\xc3\xa4", 3);
		err_set(&e, ERR_ITEM, "%s", text);
		n = strlen(e.msg);
		assert_true(n >= sizeof(e.msg) - 3);
		assert_string_equal(e.msg + n - 3, "...");
		assert_true(utf8_valid(e.msg, n));
		assert_null(strchr(e.msg, '?'));
		err_prefix(&e, "who");
		assert_memory_equal(e.msg, "who: ", 5);
		n = strlen(e.msg);
		assert_string_equal(e.msg + n - 3, "...");
		err_prefix(&e, "%s", text);
		err_code(&e, CAUSE_OTHER, text, SCOPE_ITEM);
		assert_true(strlen(e.code) < sizeof(e.code));
	}
}

/* The first of several errors stays, but to stop goes before all. */
static void
test_join(void **state)
{
	struct err e = ERR_INIT, more;

	(void)state;
	err_set(&more, ERR_RETRY, "retry");
	assert_int_equal(err_join(&e, &more), -1);
	assert_string_equal(e.msg, "retry");
	err_set(&more, ERR_AUTH, "auth");
	err_join(&e, &more);
	assert_string_equal(e.msg, "retry");
	err_set(&more, ERR_FATAL, "disk full");
	err_code(&more, CAUSE_OTHER, "disk_full", SCOPE_ALL);
	err_join(&e, &more);
	assert_string_equal(e.msg, "disk full");
	assert_int_equal(e.kind, ERR_FATAL);
	assert_int_equal(e.scope, SCOPE_ALL);
	err_set(&more, ERR_FATAL, "another");
	err_join(&e, &more);
	assert_string_equal(e.msg, "disk full");
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(err_kind_name(ERR_NONE), "none");
	assert_string_equal(err_kind_name(ERR_RETRY), "retry");
	assert_string_equal(err_kind_name(ERR_AUTH), "auth");
	assert_string_equal(err_kind_name(ERR_CONFIG), "config");
	assert_string_equal(err_kind_name(ERR_ITEM), "item");
	assert_string_equal(err_kind_name(ERR_GONE), "gone");
	assert_string_equal(err_kind_name(ERR_RESYNC), "resync");
	assert_string_equal(err_kind_name(ERR_FATAL), "fatal");
}

/* The cause of an error stays, whatever it is recast to. */
static void
test_causes(void **state)
{
	struct err e = ERR_INIT, other;

	(void)state;
	assert_false(err_reached_http(&e));
	err_set(&e, ERR_AUTH, "rejected");
	assert_false(err_is_login(&e));
	err_code(&e, CAUSE_LOGIN_DENIED, "http-401", SCOPE_PROFILE);
	assert_true(err_is_login(&e));
	assert_true(err_reached_http(&e));
	assert_false(err_answered(&e));
	other = e;
	err_prefix(&e, "mailbox");
	err_recast(&e, ERR_AUTH, SCOPE_MAILBOX);
	assert_true(err_is_login(&e));
	assert_true(err_is_same(&e, &other));
	assert_int_equal(e.scope, SCOPE_MAILBOX);
	/* of an item it is no login any more */
	err_recast(&e, ERR_ITEM, SCOPE_ITEM);
	assert_false(err_is_login(&e));
	err_code(&other, CAUSE_LOGIN_LOCKED, "http-456", SCOPE_PROFILE);
	assert_false(err_is_same(&e, &other));
	err_set(&e, ERR_RETRY, "busy");
	assert_int_equal(e.cause, CAUSE_OTHER);
	err_code(&e, CAUSE_TIMEOUT, "timeout", SCOPE_MAILBOX);
	assert_false(err_reached_http(&e));
	err_code(&e, CAUSE_ANSWERED, "ErrorServerBusy", SCOPE_MAILBOX);
	assert_true(err_answered(&e));
	err_clear(&e);
	assert_int_equal(e.cause, CAUSE_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
