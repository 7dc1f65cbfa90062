/*
 * test_interrupted.c - passes that are interrupted, several in a row: which
 * alert opens, who is told, and what resolves it.
 */
#include "passscene.h"
#include "store/db.h"
#include "store/health.h"
#include "sync/interrupted.h"

#define BOX_C "cy@branch.example"

/* Of the alerts that are told, only this one counts. */
static int
told(void *arg, const struct alert_text *a)
{
	if (alert_kind(a->code) != ALERT_INTERRUPTED)
		return 0;
	return scene_told(arg, a);
}

/* A pass over ann and bob of hq, and cy of branch. */
static void
begin(struct scene *c, struct kit *k)
{
	scene_begin(c, k);
	c->pass.alert = told;
	scene_mailbox(c, BOX_A, 0);
	scene_mailbox(c, BOX_B, 0);
	scene_mailbox(c, BOX_C, 1);
}

/* Begins a pass after n that were interrupted; which alerts are open then. */
static const char *
after(struct scene *c, int64_t n)
{
	struct store_run run = { .want = c->pass.want,
		.interrupted = n,
		.interrupted_since = INT64_C(1795162560000) };

	c->opened = c->resolved = 0;
	interrupted_begin(&c->pass, &run);
	c->first = c->opened;
	interrupted_tell(&c->pass, &run);
	return ask(c->k, "SELECT group_concat(scope||' '||code||' '||count,"
			 "', ') FROM (SELECT * FROM alert WHERE resolved_at "
			 "IS NULL ORDER BY scope)");
}

static void
test_opens(void **state)
{
	struct store_trouble t;
	struct scene c;

	begin(&c, *state);
	assert_string_equal(after(&c, 0), "");
	assert_string_equal(after(&c, 4), "");
	c.pass.dry_run = true;
	assert_string_equal(after(&c, 5), "");
	c.pass.dry_run = false;
	assert_string_equal(after(&c, 5), "exsync interrupted 1");
	assert_int_equal(c.opened, 1);
	assert_string_equal(after(&c, 6), "exsync interrupted 2");
	assert_int_equal(c.opened, 0);
	assert_string_equal(ask(c.k, "SELECT severity||': '||text FROM alert"),
	    "error: passes are interrupted before they are done: 5 or more in "
	    "a row, the first began at 2026-11-20T08:16:00Z");
	/* it is no trouble of the database */
	assert_false(store_trouble_get(c.conf.database, &t));
}

/* Telling that failed is tried again by the next pass. */
static void
test_told_again(void **state)
{
	struct scene c;

	begin(&c, *state);
	c.deaf = 2;
	after(&c, 5);
	assert_int_equal(c.deaf, 1);
	after(&c, 6);
	assert_int_equal(c.opened, 0);
	assert_string_equal(after(&c, 7), "exsync interrupted 3");
	assert_int_equal(c.opened, 1);
	assert_int_equal(c.first, 0);
	after(&c, 8);
	assert_int_equal(c.opened, 0);
	/* each fifth pass tells it before all else */
	ask(c.k, "INSERT INTO sync_news SELECT scope,code,first_at FROM alert");
	after(&c, 10);
	assert_int_equal(c.first, 1);
	assert_int_equal(c.opened, 1);
}

static void
test_restricted(void **state)
{
	const char *two[] = { BOX_A, BOX_C, BOX_A };
	struct scene c;

	begin(&c, *state);
	c.pass.want.profile = "hq";
	assert_string_equal(after(&c, 5), "profile hq interrupted 1");
	assert_string_equal(ask(c.k, "SELECT text FROM alert"),
	    "passes are interrupted before they are done: 5 or more in a row, "
	    "with --profile hq, the first began at 2026-11-20T08:16:00Z");
	c.pass.want = (struct store_want){ two, 3, NULL };
	assert_string_equal(after(&c, 5),
	    "mailbox " BOX_A " interrupted 1, mailbox " BOX_C " interrupted 1, "
	    "profile hq interrupted 1");
	assert_int_equal(c.opened, 2);
}

static bool
over(struct scene *c, const char *scope)
{
	struct store_alert a = { .scope = store_scope_read(scope),
		.code = "interrupted" };

	return interrupted_over(&c->h, &a);
}

/* "exsync", hq, branch, ann, cy: 1 for what is over. */
static const char *
all_over(struct scene *c)
{
	static char text[8];

	snprintf(text, sizeof(text), "%d%d%d%d%d", over(c, "exsync"),
	    over(c, "profile hq"), over(c, "profile branch"),
	    over(c, "mailbox " BOX_A), over(c, "mailbox " BOX_C));
	return text;
}

static void
test_over(void **state)
{
	const char *one[] = { BOX_A };
	struct scene c;

	begin(&c, *state);
	assert_string_equal(all_over(&c), "11111");
	c.h.stopped = true;
	assert_string_equal(all_over(&c), "00000");
	c.h.stopped = false;
	/* partial: others lasted until their end */
	c.box[0].end = VISIT_FAILED;
	assert_string_equal(all_over(&c), "11101");
	c.box[2].end = VISIT_LATER;
	assert_string_equal(all_over(&c), "11000");
	/* a server that is down ends every pass soon */
	c.box[1].end = VISIT_NONE;
	assert_string_equal(all_over(&c), "00000");
	/* nothing is to be read, or not any more */
	c.box[0].end = c.box[1].end = c.box[2].end = VISIT_OFF;
	assert_string_equal(all_over(&c), "11111");
	c.h.nmailbox = 0;
	assert_string_equal(all_over(&c), "11111");
	/* a pass over less */
	begin(&c, *state);
	c.pass.want.profile = "hq";
	c.h.nmailbox = 2;
	assert_string_equal(all_over(&c), "01010");
	c.pass.want = (struct store_want){ one, 1, NULL };
	c.h.nmailbox = 1;
	assert_string_equal(all_over(&c), "00010");
}

/* Only a pass that is not interrupted resolves it, no rule of health.c. */
static void
test_resolved(void **state)
{
	struct store_alert a = { .scope = { OF_EXSYNC, NULL, 0 },
		.code = "store",
		.severity = "error",
		.text = "full" };
	struct store_alert_met met = { .v = &a, .n = 1 };
	struct store_alert_news news;
	struct scene c;

	begin(&c, *state);
	c.profile[0].gate = gate_open(1);
	c.profile[1].gate = gate_open(1);
	after(&c, 5);
	OK(c.k, store_alert_apply(c.k->st, &met, &news, &c.k->err));
	arena_free(&news.opened.arena);
	c.h.stopped = true;
	OK(c.k, health_pass(&c.h, &c.stale, &c.k->err));
	assert_string_equal(after(&c, 0), "exsync interrupted 1");
	c.h.stopped = false;
	OK(c.k, health_pass(&c.h, &c.stale, &c.k->err));
	assert_int_equal(c.resolved, 1);
	assert_string_equal(after(&c, 0), "");
	OK(c.k, health_pass(&c.h, &c.stale, &c.k->err));
	assert_int_equal(c.resolved, 0);
	gate_close(c.profile[0].gate);
	gate_close(c.profile[1].gate);
}

#define KIT(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT(test_opens),
		KIT(test_told_again),
		KIT(test_restricted),
		KIT(test_over),
		KIT(test_resolved),
	};

	log_init(LOG_ERROR);
	return cmocka_run_group_tests_name("interrupted", tests, NULL, NULL);
}
