/*
 * test_expires.c - a client secret or certificate comes to its end: when a
 * person is told, how often, and when it is over.
 */
#include "passscene.h"
#include "store/health.h"
#include "sync/expires.h"
#include "sync/health.h"

#define DAY INT64_C(86400000)

static char file[] = "hq.secret";

static const struct {
	int64_t left; /* ms before the end */
	const char *severity, *text;
} rows[] = {
	{ 61 * DAY, NULL, NULL },
	{ 60 * DAY + 1, NULL, NULL },
	{ 60 * DAY, "info", "ends within 60 days, on" },
	{ 30 * DAY + 1, "info", "ends within 60 days, on" },
	{ 30 * DAY, "info", "ends within 30 days, on" },
	{ 7 * DAY + 1, "info", "ends within 30 days, on" },
	{ 7 * DAY, "warning", "ends within 7 days, on" },
	{ DAY + 1, "warning", "ends within 7 days, on" },
	{ DAY, "error", "ends within a day, on" },
	{ 1, "error", "ends within a day, on" },
	{ 0, "error", "has ended on" },
	{ -400 * DAY, "error", "has ended on" },
};

static void
test_steps(void **state)
{
	const int64_t end = INT64_C(1814313600000); /* 2027-06-30 */
	struct cryptcert cert;
	struct conf_oauth o = { .secret_file = file, .secret_expires = end };
	const char *severity;
	char text[200];
	size_t i;
	bool told;

	(void)state;
	memset(&cert, 0, sizeof(cert));
	cert.not_after = end;
	for (i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		o.cert = i % 2 == 0 ? NULL : &cert;
		o.secret_expires = i % 2 == 0 ? end : TIM_NONE;
		told = expires_soon(
		    &o, end - rows[i / 2].left, &severity, text, sizeof(text));
		assert_int_equal(told, rows[i / 2].severity != NULL);
		if (!told)
			continue;
		assert_string_equal(severity, rows[i / 2].severity);
		assert_non_null(strstr(text, rows[i / 2].text));
		assert_non_null(strstr(text, "2027-06-30T00:00:00Z"));
		assert_int_equal(strncmp(text,
				     i % 2 == 0 ? "the client secret "
						: "the client certificate ",
				     18),
		    0);
	}
	/* nothing is known, or a person logs in */
	o = (struct conf_oauth){ .secret_file = file,
		.secret_expires = TIM_NONE };
	assert_false(expires_soon(&o, end, &severity, text, sizeof(text)));
	o = (struct conf_oauth){ .secret_expires = end };
	assert_false(expires_soon(&o, end, &severity, text, sizeof(text)));
}

/* One more pass; returns the open alerts. */
static const char *
one_pass(struct scene *c)
{
	c->opened = c->resolved = 0;
	OK(c->k, health_pass(&c->h, &c->stale, &c->k->err));
	return ask(c->k, "SELECT group_concat(scope||':'||code||' '||severity) "
			 "FROM alert WHERE resolved_at IS NULL");
}

/* A pass when so much is left. */
static const char *
pass_with(struct scene *c, int64_t left)
{
	c->conf_profile[0].oauth.secret_expires = tim_now() + left;
	return one_pass(c);
}

/* One alert, told again when it becomes more urgent, over when renewed. */
static void
test_told(void **state)
{
	static const struct {
		int64_t left;
		const char *severity;
		int told;
	} steps[] = {
		{ 59 * DAY, "info", 1 },
		{ 29 * DAY, "info", 1 },
		{ 6 * DAY, "warning", 1 },
		{ 5 * DAY, "warning", 0 },
		{ DAY / 2, "error", 1 },
		{ -DAY, "error", 0 },
	};
	struct scene c;
	size_t i;
	char want[64];

	scene_begin(&c, *state);
	c.conf_profile[0].mailboxes = CONF_MAILBOXES_LISTED;
	c.conf_profile[1].mailboxes = CONF_MAILBOXES_LISTED;
	c.conf_profile[0].oauth.secret_file = file;
	assert_string_equal(pass_with(&c, 61 * DAY), "");
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		/* the text has the end, which is the same in every pass */
		snprintf(want, sizeof(want), "profile %s:expires %s",
		    c.conf_profile[0].name, steps[i].severity);
		assert_string_equal(pass_with(&c, steps[i].left), want);
		assert_int_equal(c.opened, steps[i].told);
		assert_string_equal(one_pass(&c), want);
		assert_int_equal(c.opened, 0);
		assert_int_equal(c.resolved, 0);
	}
	/* one pass that is restricted to others does not hide it */
	c.pass.want.profile = "other";
	assert_string_equal(pass_with(&c, -DAY), want);
	c.pass.want.profile = NULL;
	assert_string_equal(pass_with(&c, 700 * DAY), "");
	assert_int_equal(c.resolved, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test_setup_teardown(
		    test_told, kit_setup, kit_teardown),
	};

	log_init(LOG_ERROR);
	return cmocka_run_group_tests_name("expires", tests, NULL, NULL);
}
