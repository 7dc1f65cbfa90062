/*
 * test_store_lasting.c - mailboxes that fail for a cause which lasts: what
 * counts as seven days of it, and that being disabled for it and the row that
 * says so come and go together. Its time is its own.
 */
#include "store/admin.h"
#include "store/lasting.h"
#include "test_store.h"

#define DAY  INT64_C(86400000)
#define HOUR (DAY / 24)

static const struct store_lasting_limit usual = { 7 * DAY, 5, 2 * DAY };
static struct store_lasting_limit limit;
static int64_t now = T0;

int64_t __wrap_tim_now(void);

int64_t
__wrap_tim_now(void)
{
	return now;
}

/* ann's mailbox fails; is it given up? */
static bool
meet(struct kit *k, const char *cause, const char *setting)
{
	struct store_lasting met = { .since = 0 };
	bool given_up;

	snprintf(met.cause, sizeof(met.cause), "%s", cause);
	snprintf(met.setting, sizeof(met.setting), "%s", setting);
	OK(k,
	    store_lasting_met(k->st, BOX_A, &met, &limit, &given_up, &k->err));
	return given_up;
}

static const char *
state_of(struct kit *k, const char *address)
{
	struct conf_mailbox b = kit_box(address);
	struct store_mailbox m;

	/* what waits to be written is written first */
	OK(k, store_mailbox_get(k->st, &b, "4711", PERMIT_READ, &m, &k->err));
	return ask(
	    k, strcmp(address, BOX_A) == 0
		   ? "SELECT state FROM mailbox WHERE address='" BOX_A "'"
		   : "SELECT state FROM mailbox WHERE address='" BOX_B "'");
}

static struct store_lasting
get(struct kit *k, bool want)
{
	struct store_lasting l;
	bool known;

	OK(k, store_lasting_get(k->st, BOX_A, &known, &l, &k->err));
	assert_int_equal(known, want);
	return l;
}

static int
setup(void **state)
{
	int rc = kit_setup(state);

	now = T0;
	limit = usual;
	kit_boxes(*state);
	return rc;
}

/* Seven days and five passes: neither alone is enough. */
static void
test_both_limits(void **state)
{
	struct kit *k = *state;
	int i;

	for (i = 0; i < 20; i++, now += 2 * HOUR)
		assert_false(meet(k, "ErrorA", "s"));
	OK(k, store_lasting_forget(k->st, BOX_A, &k->err));
	limit.gap = 20 * DAY;
	for (i = 0; i < 4; i++, now += 10 * DAY)
		assert_false(meet(k, "ErrorA", "s"));
	assert_string_equal(state_of(k, BOX_A), "testing");
	assert_true(meet(k, "ErrorA", "s"));
	assert_string_equal(state_of(k, BOX_A), "disabled");
	assert_string_equal(state_of(k, BOX_B), "testing");
	assert_true(get(k, true).given_up);
	/* and it stays so while it is met */
	assert_true(meet(k, "ErrorA", "s"));
}

static void
test_exactly_seven_days(void **state)
{
	struct kit *k = *state;
	int i;

	for (i = 0; i < 7; i++, now += DAY)
		assert_false(meet(k, "ErrorA", "s"));
	now--;
	assert_false(meet(k, "ErrorA", "s"));
	now++;
	assert_true(meet(k, "ErrorA", "s"));
}

static void
test_another_cause(void **state)
{
	struct kit *k = *state;
	int i;

	for (i = 0; i < 6; i++, now += DAY)
		assert_false(meet(k, "ErrorA", "s"));
	assert_false(meet(k, "ErrorB", "s"));
	assert_int_equal(get(k, true).times, 1);
	for (i = 0; i < 6; i++, now += DAY)
		assert_false(meet(k, "ErrorA", "s"));
	assert_false(meet(k, "ErrorA", "other settings"));
	assert_int_equal(get(k, true).times, 1);
	assert_int_equal(get(k, true).since, now);
	for (i = 0; i < 7; i++, now += DAY)
		assert_false(meet(k, "ErrorA", "other settings"));
	assert_true(meet(k, "ErrorA", "other settings"));
}

/* Nobody looked, or the clock was wrong: that is no cause that lasts. */
static void
test_time_that_does_not_count(void **state)
{
	struct kit *k = *state;
	int i;

	for (i = 0; i < 5; i++, now += DAY)
		assert_false(meet(k, "ErrorA", "s"));
	now += 3650 * DAY;
	assert_false(meet(k, "ErrorA", "s")); /* six days */
	now += DAY / 2;
	assert_false(meet(k, "ErrorA", "s"));
	/* back again: what is known lies ahead, so it begins from new */
	now = T0 + 9 * DAY;
	assert_false(meet(k, "ErrorA", "s"));
	assert_int_equal(get(k, true).since, now);
	assert_int_equal(get(k, true).times, 1);
	for (i = 0; i < 6; i++) {
		now += DAY;
		assert_false(meet(k, "ErrorA", "s"));
	}
	/* an hour back is no gap */
	now -= HOUR;
	assert_false(meet(k, "ErrorA", "s"));
	now += HOUR + DAY;
	assert_true(meet(k, "ErrorA", "s"));
}

/* A row that somebody else wrote gives nothing up. */
static void
test_nonsense(void **state)
{
	static const char *const how[] = {
		"UPDATE sync_lasting SET since='x',times=100",
		"UPDATE sync_lasting SET last_at='',times=100",
		"UPDATE sync_lasting SET since='9999-12-31T23:59:59Z',times=9",
	};
	struct kit *k = *state;
	size_t i;

	for (i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		assert_false(meet(k, "ErrorA", "s"));
		ask(k, how[i]);
		assert_false(meet(k, "ErrorA", "s"));
		assert_int_equal(get(k, true).times, 1);
		assert_int_equal(get(k, true).since, now);
	}
}

static void
give_up(struct kit *k)
{
	int i;

	for (i = 0; i < 7; i++, now += DAY)
		assert_false(meet(k, "ErrorA", "s"));
	assert_true(meet(k, "ErrorA", "s"));
}

static void
test_forget(void **state)
{
	struct kit *k = *state;
	struct store_mailbox m;
	struct conf_mailbox b = kit_box(BOX_A);

	give_up(k);
	OK(k, store_mailbox_get(k->st, &b, "4711", PERMIT_READ, &m, &k->err));
	assert_true(m.given_up);
	assert_string_equal(m.state, "disabled");
	/* a pass that ends does not enable it */
	OK(k, store_mailbox_done(k->st, BOX_A, NULL, TIM_NONE, &k->err));
	assert_string_equal(state_of(k, BOX_A), "disabled");
	OK(k, store_lasting_forget(k->st, BOX_A, &k->err));
	get(k, false);
	assert_string_equal(state_of(k, BOX_A), "testing");
	OK(k, store_lasting_forget(k->st, BOX_A, &k->err));
	/* of one that was not given up the state stays */
	assert_false(meet(k, "ErrorA", "s"));
	OK(k, store_mailbox_done(k->st, BOX_A, &k->err, now + DAY, &k->err));
	assert_string_equal(state_of(k, BOX_A), "failing");
	OK(k, store_lasting_forget(k->st, BOX_A, &k->err));
	assert_string_equal(state_of(k, BOX_A), "failing");
}

/* What a person says ends it, both ways. */
static void
test_person(void **state)
{
	struct kit *k = *state;
	struct store_mailbox m;
	struct conf_mailbox b = kit_box(BOX_A);

	give_up(k);
	assert_int_equal(
	    store_mailbox_state(k->st, BOX_A, "disabled", &k->err), 1);
	get(k, false);
	OK(k, store_mailbox_get(k->st, &b, "4711", PERMIT_READ, &m, &k->err));
	assert_string_equal(m.state, "disabled");
	assert_false(m.given_up);
	assert_int_equal(
	    store_mailbox_state(k->st, BOX_A, "testing", &k->err), 1);
	give_up(k);
	assert_int_equal(
	    store_mailbox_state(k->st, BOX_A, "testing", &k->err), 1);
	get(k, false);
	assert_false(meet(k, "ErrorA", "s"));
}

static void
test_show(void **state)
{
	static const struct store_state show[] = {
		{ BOX_A, "disabled" },
		{ BOX_B, "waiting" },
		{ "nobody@contoso.example", "waiting" },
	};
	struct kit *k = *state;

	OK(k, store_mailbox_show(k->st, NULL, 0, &k->err));
	state_of(k, BOX_B);
	ask(k, "UPDATE mailbox SET retry_at='2026-01-01T00:00:00Z'");
	OK(k, store_mailbox_show(k->st, show, 3, &k->err));
	assert_string_equal(
	    ask(k, "SELECT group_concat(state) FROM (SELECT state FROM "
		   "mailbox ORDER BY address)"),
	    "disabled,waiting");
	assert_int_equal(number(k, "SELECT count(retry_at) FROM mailbox"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_limits),
		TEST(test_exactly_seven_days),
		TEST(test_another_cause),
		TEST(test_time_that_does_not_count),
		TEST(test_nonsense),
		TEST(test_forget),
		TEST(test_person),
		TEST(test_show),
	};

	return cmocka_run_group_tests_name("store_lasting", tests, NULL, NULL);
}
