/*
 * test_store_cause.c - table sync_cause, which is written with the alerts.
 */
#include "store/health.h"
#include "test_store.h"

static bool
say_why(void *arg, struct store_alert *a)
{
	(void)arg;
	a->text = "it is told of elsewhere";
	return true;
}

/* Causes are written with the alerts, and the end of one may say why. */
static void
test_causes(void **state)
{
	struct kit *k = *state;
	struct store_alert denied = { .scope = { OF_MAILBOX, BOX_A, 0 },
		.code = "access",
		.severity = "error",
		.text = "denied" };
	struct store_cause c[2] = {
		{ .address = BOX_B,
		    .code = "access",
		    .cause = "answered ErrorAccessDenied",
		    .text = "denied",
		    .shared = true },
		{ .address = BOX_A,
		    .code = "config",
		    .cause = "",
		    .text = "wrong",
		    .advice = "ask" },
	};
	struct store_alert_met met = {
		.v = &denied, .n = 1, .cause = c, .ncause = 2
	};
	struct store_alert_news got;
	struct store_causes list;
	bool known;

	OK(k, store_alert_apply(k->st, &met, &got, &k->err));
	arena_free(&got.opened.arena);
	OK(k, store_cause_list(k->st, &list, &k->err));
	assert_int_equal(list.n, 2);
	assert_string_equal(list.v[0].address, BOX_A);
	assert_string_equal(list.v[0].advice, "ask");
	assert_false(list.v[0].shared);
	assert_true(list.v[1].shared);
	assert_null(list.v[1].advice);
	arena_free(&list.arena);
	c[1].over = true;
	met = (struct store_alert_met){
		.well = say_why, .cause = c, .ncause = 2
	};
	OK(k, store_alert_apply(k->st, &met, &got, &k->err));
	assert_int_equal(got.resolved.n, 1);
	assert_string_equal(got.resolved.v[0].text, "it is told of elsewhere");
	arena_free(&got.resolved.arena);
	assert_string_equal(
	    ask(k, "SELECT text FROM alert"), "it is told of elsewhere");
	OK(k, store_cause_of(k->st, BOX_A, &known, &k->err));
	assert_false(known);
	OK(k, store_cause_of(k->st, BOX_B, &known, &k->err));
	assert_true(known);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_causes, kit_setup, kit_teardown),
	};

	return cmocka_run_group_tests_name("store_cause", tests, NULL, NULL);
}
