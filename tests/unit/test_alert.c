/*
 * test_alert.c - the kinds of alerts, and what a person is told of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "causes.h"
#include "base/tim.h"
#include "sync/alert.h"

#define HOUR INT64_C(3600000)
/* 2026-11-20T08:16:00Z */
#define T0 INT64_C(1795162560000)

static void
test_span(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} row[] = {
		{ -5000, "0 s" },
		{ 0, "0 s" },
		{ 59999, "59 s" },
		{ 60000, "1 min" },
		{ 2 * HOUR - 1, "119 min" },
		{ 2 * HOUR, "2 h" },
		{ 48 * HOUR - 1, "47 h" },
		{ 48 * HOUR, "2 days" },
		{ 24 * HOUR * 10000, "10000 days" },
	};
	char out[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_string_equal(alert_span(row[i].ms, out), row[i].text);
}

static void
test_stale(void **state)
{
	struct conf_profile p;

	(void)state;
	memset(&p, 0, sizeof(p));
	p.polling_interval = 5;
	assert_int_equal(alert_stale_after(&p, false), 24 * HOUR);
	assert_int_equal(alert_stale_after(&p, true), 15 * 60000);
	p.stale_after = HOUR;
	assert_int_equal(alert_stale_after(&p, false), HOUR);
	assert_int_equal(alert_stale_after(&p, true), HOUR);
	/* never met; met; met and well since */
	assert_false(alert_is_stale(TIM_NONE, TIM_NONE, HOUR, T0));
	assert_false(alert_is_stale(TIM_NONE, T0 - HOUR, HOUR, T0));
	assert_true(alert_is_stale(TIM_NONE, T0 - HOUR - 1, HOUR, T0));
	assert_false(alert_is_stale(T0 - HOUR, T0 - 9 * HOUR, HOUR, T0));
	assert_true(alert_is_stale(T0 - HOUR - 1, T0 - 9 * HOUR, HOUR, T0));
	/* a clock that jumped back */
	assert_false(alert_is_stale(T0 + HOUR, TIM_NONE, HOUR, T0));
	/* the clock was far ahead: not well until it gets there again */
	assert_true(alert_is_stale(T0 + HOUR + 1, TIM_NONE, HOUR, T0));
}

static void
test_codes(void **state)
{
	static const struct {
		enum err_kind kind;
		enum err_scope scope;
		const char *code, *profile, *mailbox;
	} row[] = {
		{ ERR_AUTH, SCOPE_PROFILE, "http-401", "login", "login" },
		{ ERR_AUTH, SCOPE_PROFILE, "login", "login", "login" },
		{ ERR_AUTH, SCOPE_MAILBOX, "http-401", "login", "login" },
		{ ERR_AUTH, SCOPE_MAILBOX, "http-403", "config", "access" },
		{ ERR_AUTH, SCOPE_MAILBOX, "ErrorImpersonateUserDenied",
		    "config", "access" },
		{ ERR_CONFIG, SCOPE_PROFILE, "certificate", "certificate",
		    "config" },
		{ ERR_CONFIG, SCOPE_MAILBOX, "ErrorNonExistentMailbox",
		    "config", "config" },
		{ ERR_RETRY, SCOPE_PROFILE, "connect", "unreachable",
		    "failing" },
		{ ERR_RETRY, SCOPE_PROFILE, "dns", "unreachable", "failing" },
		{ ERR_RETRY, SCOPE_PROFILE, "proxy", "unreachable", "failing" },
		{ ERR_RETRY, SCOPE_PROFILE, "tls", "failing", "failing" },
		{ ERR_RETRY, SCOPE_MAILBOX, "http-500", "failing", "failing" },
		{ ERR_UNKNOWN, SCOPE_MAILBOX, "ErrorUnheardOf", "config",
		    "ErrorUnheardOf" },
		{ ERR_ITEM, SCOPE_MAILBOX, "", "config", "failing" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct err e = ERR_INIT;
		enum alert_kind kind;

		err_set(&e, row[i].kind, "x");
		err_code(
		    &e, cause_of_code(row[i].code), row[i].code, row[i].scope);
		assert_string_equal(
		    alert_code(alert_of_profile(&e)), row[i].profile);
		kind = alert_of_mailbox(&e);
		assert_string_equal(
		    kind == ALERT_ANSWER ? e.code : alert_code(kind),
		    row[i].mailbox);
		assert_int_equal(alert_kind(row[i].mailbox), kind);
	}
}

static void
test_advice(void **state)
{
	static const char *const code[] = { "login", "certificate",
		"unreachable", "config", "empty", "access", "failing", "stale",
		"items", "store", "interrupted" };
	struct store_scope mailbox = { OF_MAILBOX, "a@b.example", 0 };
	struct store_scope profile = { OF_PROFILE, "hq", 0 };
	struct store_scope all = { OF_EXSYNC, NULL, 0 };
	char out[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(code) / sizeof(code[0]); i++)
		assert_true(strlen(alert_advice(
				&mailbox, code[i], out, sizeof(out))) > 20);
	alert_advice(&mailbox, "access", out, sizeof(out));
	assert_non_null(strstr(out, "--mailbox a@b.example"));
	assert_null(strstr(out, "ADDRESS"));
	alert_advice(&mailbox, "config", out, sizeof(out));
	assert_non_null(strstr(out, "--mailbox a@b.example tries it at once"));
	alert_advice(&mailbox, "ErrorUnheardOf", out, sizeof(out));
	assert_non_null(strstr(out, "exsync does not know this answer"));
	assert_non_null(strstr(
	    out, "exsync --once --mailbox a@b.example tries it at once"));
	alert_advice(&profile, "failing", out, sizeof(out));
	assert_non_null(strstr(out, "how the server answers"));
	alert_advice(&profile, "config", out, sizeof(out));
	assert_non_null(strstr(out, "exsync --check"));
	assert_string_equal(alert_advice(&all, "unheard of", out, sizeof(out)),
	    "read the text");
}

static void
test_format(void **state)
{
	struct alert_text a = { false, { OF_MAILBOX, "a@b.example", 0 },
		"failing", "error", "one\nexsync: two \x1b[31m \xff", T0,
		T0 + HOUR, 3, "hq\x1b", "u1", NULL };
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	alert_format(&a, &b);
	assert_string_equal(buf_str(&b),
	    "exsync: error: profile hq?: mailbox a@b.example: one?exsync: two "
	    "?[31m ?\n"
	    "\n"
	    "state: open\n"
	    "severity: error\n"
	    "scope: mailbox a@b.example\n"
	    "code: failing\n"
	    "profile: hq?\n"
	    "owner: u1\n"
	    "text: one?exsync: two ?[31m ?\n"
	    "first: 2026-11-20T08:16:00Z\n"
	    "last: 2026-11-20T09:16:00Z\n"
	    "count: 3\n"
	    "advice: read the text; exsync --once --mailbox a@b.example tries "
	    "it at once\n");
	buf_reset(&b);
	a.advice = "ask\nhim";
	alert_format(&a, &b);
	assert_non_null(strstr(buf_str(&b), "\nadvice: ask?him\n"));
	buf_reset(&b);
	a.resolved = true;
	a.profile = a.owner = NULL;
	a.text = "gone";
	alert_format(&a, &b);
	assert_string_equal(buf_str(&b),
	    "exsync: resolved after 60 min: mailbox a@b.example: gone\n"
	    "\n"
	    "state: resolved\n"
	    "severity: error\n"
	    "scope: mailbox a@b.example\n"
	    "code: failing\n"
	    "text: gone\n"
	    "first: 2026-11-20T08:16:00Z\n"
	    "resolved: 2026-11-20T09:16:00Z\n"
	    "count: 3\n");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
