/*
 * test_status.c - exsync --status: how it judges, and how it prints.
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
#include "base/tim.h"
#include "base/utf8.h"
#include "cmd/status.h"

/* 2026-11-20T08:16:00Z */
#define T0  INT64_C(1795162560000)
#define MIN INT64_C(60000)

/* A report of one profile with up to eight mailboxes. */
struct scene {
	struct status s;
	struct status_profile profile[2];
	struct status_box box[8];
	struct store_alert alert[4];
};

static void
begin(struct scene *c)
{
	memset(c, 0, sizeof(*c));
	c->profile[0].name = "hq";
	c->profile[1].name = "branch";
	c->s.now = T0;
	c->s.database = "/var/lib/exsync.db";
	c->s.run.known = true;
	strcpy(c->s.run.outcome, "ok");
	strcpy(c->s.run.ended, "ok");
	c->s.run.started = T0 - 4 * MIN;
	c->s.run.finished = T0 - 3 * MIN;
	c->s.profile = c->profile;
	c->s.nprofile = 1;
	c->s.box = c->box;
	c->s.alert = c->alert;
}

static struct status_box *
add(struct scene *c, const char *address, enum status_is is, int64_t last_ok)
{
	struct status_box *b = &c->box[c->s.nbox++];

	b->is = is;
	b->address = address;
	b->profile = "hq";
	b->type = "user";
	b->last_ok_at = last_ok;
	b->retry_at = b->next_try = TIM_NONE;
	b->stale_after = 24 * 60 * MIN;
	b->mail.usual = -1;
	return b;
}

static struct store_alert *
alert(struct scene *c, const char *scope, const char *code)
{
	struct store_alert *a = &c->alert[c->s.nalert++];

	a->scope = store_scope_read(scope);
	a->code = code;
	a->severity = "error";
	a->text = "so it is";
	a->first_at = T0 - 90 * MIN;
	a->last_at = T0 - 3 * MIN;
	a->count = 18;
	return a;
}

static char *
print(struct scene *c, void (*put)(const struct status *, FILE *))
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	status_judge(&c->s);
	put(&c->s, f);
	fclose(f);
	assert_true(utf8_valid(text, n));
	return text;
}

static void
has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("missing: %s\nin:\n%s", part, text);
}

static void
test_exit(void **state)
{
	static const struct {
		enum status_is a, b;
		int alerts;
		bool ran;
		int exit;
	} row[] = {
		{ STATUS_OK, STATUS_OK, 0, true, 0 },
		{ STATUS_OK, STATUS_OFF, 0, true, 0 },
		{ STATUS_OK, STATUS_WAITING, 0, true, 0 },
		{ STATUS_OK, STATUS_NEW, 0, true, 0 },
		{ STATUS_NEW, STATUS_NEW, 0, false, 1 },
		{ STATUS_OK, STATUS_OK, 1, true, 1 },
		{ STATUS_OK, STATUS_FAILING, 0, true, 1 },
		{ STATUS_STALE, STATUS_OK, 0, true, 1 },
		{ STATUS_STALE, STATUS_FAILING, 1, true, 3 },
		{ STATUS_FAILING, STATUS_OFF, 0, true, 3 },
		{ STATUS_OFF, STATUS_OFF, 0, true, 0 },
	};
	struct scene c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		begin(&c);
		c.s.run.known = row[i].ran;
		if (!row[i].ran)
			c.s.run.ended[0] = '\0';
		add(&c, "a@x.example", row[i].a, T0);
		add(&c, "b@x.example", row[i].b, T0);
		if (row[i].alerts > 0)
			alert(&c, "mailbox a@x.example", "items");
		status_judge(&c.s);
		if (c.s.exit != row[i].exit)
			fail_msg("row %zu: %d", i, c.s.exit);
	}
}

/* The verdict depends on how passes ended, and on mail that waits. */
static void
test_exit_passes(void **state)
{
	static const struct {
		const char *outcome, *ended;
		int64_t interrupted, waiting, given_up;
		enum status_is is;
		int exit;
		const char *says;
	} row[] = {
		{ "ok", "ok", 0, 0, 0, STATUS_OK, 0, "ALL WELL." },
		{ "running", "ok", 0, 0, 0, STATUS_OK, 0, "has not ended.\n" },
		{ "running", "", 0, 0, 0, STATUS_OK, 1, "has not ended.\n" },
		{ "partial", "partial", 0, 0, 0, STATUS_OK, 1, "TROUBLE." },
		{ "failed", "failed", 0, 0, 0, STATUS_OK, 1, "TROUBLE." },
		{ "running", "partial", 0, 0, 0, STATUS_OK, 1,
		    "has not ended; the one before it: partial.\n" },
		{ "interrupted", "interrupted", 1, 0, 0, STATUS_OK, 1,
		    "ago, interrupted: " },
		{ "interrupted", "interrupted", 5, 0, 0, STATUS_OK, 1,
		    "\n5 passes in a row were interrupted, and each goes on "
		    "where the one before it\nended: none came to its end, the "
		    "first began 3 h ago; raise the scheduler's" },
		{ "running", "interrupted", 5, 0, 0, STATUS_OK, 1,
		    "\n5 passes in a row were interrupted" },
		/* a good pass after them */
		{ "running", "ok", 0, 0, 0, STATUS_OK, 0, "ALL WELL." },
		{ "ok", "ok", 0, 1, 0, STATUS_OK, 1,
		    "\n1 mail could not be stored yet and is tried again, the "
		    "next in 12 min; table" },
		{ "ok", "ok", 0, 3, 2, STATUS_OK, 1,
		    "\n2 mails are not tried again any more: exsync --resync "
		    "ADDRESS" },
		{ "ok", "ok", 0, 3, 2, STATUS_OFF, 0, "ALL WELL." },
	};
	struct scene c;
	struct status_box *b;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		begin(&c);
		strcpy(c.s.run.outcome, row[i].outcome);
		strcpy(c.s.run.ended, row[i].ended);
		c.s.cut = (struct store_interrupted){ store_want_read(NULL),
			row[i].interrupted, T0 - 190 * MIN };
		add(&c, "a@x.example", STATUS_OK, T0);
		b = add(&c, "b@x.example", row[i].is, T0);
		b->waiting = row[i].waiting;
		b->given_up = row[i].given_up;
		b->failures = b->waiting + b->given_up;
		b->next_try = b->waiting > 0 ? T0 + 12 * MIN : TIM_NONE;
		text = print(&c, status_text);
		has(text, row[i].says);
		free(text);
		if (c.s.exit != row[i].exit)
			fail_msg("row %zu: %d", i, c.s.exit);
	}
	/* killed: nothing was counted */
	strcpy(c.s.run.outcome, "interrupted");
	c.s.run.finished = TIM_NONE;
	text = print(&c, status_text);
	has(text, "The last pass began 4 min ago and was interrupted: ");
	assert_null(strstr(text, "new mails"));
	free(text);
	b->next_try = T0 - MIN;
	b->is = STATUS_OK;
	text = print(&c, status_text);
	has(text, "3 mails could not be stored yet and are tried again, in the "
		  "next pass;");
	free(text);
}

/* What became of the latest pass, and whether passes come: one verdict. */
static void
test_reason(void **state)
{
	struct scene c;
	char *text, why[STATUS_REASON];

	(void)state;
	begin(&c);
	c.s.nprofile = 2;
	add(&c, "a@x.example", STATUS_OK, T0);
	add(&c, "b@x.example", STATUS_OK, T0)->profile = "branch";
	c.profile[0].silence = (struct silence){ 5 * MIN, T0 - MIN, false };
	c.profile[1].silence = (struct silence){ 0, TIM_NONE, false };
	text = print(&c, status_json);
	assert_int_equal(c.s.exit, 0);
	assert_null(status_reason(&c.s, why));
	has(text, ",\"running\":false,\"cut_off\":false,\"silent\":false,"
		  "\"reason\":null,\"last_run\":");
	has(text, "\"last_pass_at\":\"2026-11-20T08:15:00Z\","
		  "\"expected_seconds\":300,\"silent\":false,");
	has(text, "\"last_pass_at\":null,\"expected_seconds\":null,"
		  "\"silent\":false,");
	free(text);
	/* a pass is at work */
	strcpy(c.s.run.outcome, "running");
	c.s.run.finished = TIM_NONE;
	c.s.run.running = true;
	text = print(&c, status_json);
	assert_int_equal(c.s.exit, 0);
	has(text, ",\"running\":true,\"cut_off\":false,");
	free(text);
	/* it was, and has no end */
	c.s.run.running = false;
	c.s.run.cut_off = true;
	text = print(&c, status_text);
	assert_int_equal(c.s.exit, 1);
	has(text, "TROUBLE.  2 mailboxes: 2 ok; 0 open alerts.\nThe last pass "
		  "was cut off: it began 4 min ago, has no end, and no exsync "
		  "is at\nwork any more.");
	assert_null(strstr(text, "has not ended"));
	free(text);
	text = print(&c, status_json);
	has(text, ",\"cut_off\":true,\"silent\":false,\"reason\":\"The last "
		  "pass was cut off: ");
	has(text, "\"last_run\":{\"outcome\":\"interrupted\",");
	free(text);
	/* and none comes: for one profile of two, then for both */
	c.profile[1].silence =
	    (struct silence){ 10 * MIN, T0 - 45 * MIN, true };
	text = print(&c, status_json);
	has(text, ",\"cut_off\":true,\"silent\":true,\"reason\":\"The last "
		  "pass was cut off: ");
	has(text, " goes on from there. No pass over profile branch has come "
		  "for 45 min, and one is expected every 10 min: is the timer "
		  "running?");
	has(text, "\"expected_seconds\":600,\"silent\":true,");
	free(text);
	begin(&c);
	add(&c, "a@x.example", STATUS_OK, T0);
	c.profile[0].silence =
	    (struct silence){ 10 * MIN, T0 - 45 * MIN, true };
	text = print(&c, status_text);
	assert_int_equal(c.s.exit, 1);
	has(text, "\nNo pass has come for 45 min, and one is expected every 10 "
		  "min: is the timer\nrunning?");
	free(text);
	/* the reason is known */
	alert(&c, "exsync", "config");
	text = print(&c, status_text);
	has(text, "\nNo pass has come for 45 min, and one is expected every 10 "
		  "min: none can begin,\nthe alert exsync: config says why.\n");
	free(text);
}

static int
exit_after(struct scene *c, int64_t interrupted)
{
	c->s.cut.n = interrupted;
	status_judge(&c->s);
	return c->s.exit;
}

/* Many interrupted passes: what to do is printed only once. */
static void
test_interrupted(void **state)
{
	struct scene c;
	struct status_box *b;
	char *text;

	(void)state;
	begin(&c);
	b = add(&c, "a@x.example", STATUS_FAILING, T0);
	b->last_error = "so it failed";
	c.s.cut = (struct store_interrupted){ store_want_read("--profile hq"),
		6, TIM_NONE };
	text = print(&c, status_text);
	has(text,
	    "\n6 passes in a row with --profile hq were interrupted, and each "
	    "goes on where the\none before it ended: none came to its end, the "
	    "first began long ago; raise the\n");
	free(text);
	c.s.cut.since = T0 - MIN;
	alert(&c, "profile hq", "interrupted");
	text = print(&c, status_text);
	has(text, "none came to its end, the first began 1 min ago.\n");
	has(text, "profile hq: interrupted, for 90 min, in 18 passes\n"
		  "         so it is\n       > raise the scheduler's time");
	/* that alert does not say why the mailbox fails */
	has(text, "\n    so it failed\n");
	free(text);
	text = print(&c, status_json);
	has(text, "\"passes_interrupted\":6,");
	free(text);
	/* a good pass of another kind after them hides fewer than five */
	c.s.nalert = 0;
	b->is = STATUS_OK;
	assert_int_equal(exit_after(&c, 5), 1);
	assert_int_equal(exit_after(&c, 4), 0);
	text = print(&c, status_text);
	assert_null(strstr(text, "interrupted"));
	free(text);
	strcpy(c.s.run.ended, "interrupted");
	text = print(&c, status_text);
	has(text,
	    "\n4 passes in a row with --profile hq were interrupted, and each "
	    "goes on where the\none before it ended: look for what ends ");
	free(text);
}

static void
test_order(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	add(&c, "e@x.example", STATUS_OK, T0);
	add(&c, "d@x.example", STATUS_OK, T0);
	add(&c, "c@x.example", STATUS_FAILING, T0 - MIN);
	add(&c, "b@x.example", STATUS_FAILING, T0 - 9 * MIN);
	add(&c, "a@x.example", STATUS_STALE, T0 - 9999 * MIN);
	add(&c, "f@x.example", STATUS_STALE, TIM_NONE);
	status_judge(&c.s);
	assert_string_equal(c.box[0].address, "f@x.example");
	assert_string_equal(c.box[1].address, "a@x.example");
	assert_string_equal(c.box[2].address, "b@x.example");
	assert_string_equal(c.box[3].address, "c@x.example");
	assert_string_equal(c.box[4].address, "d@x.example");
	assert_int_equal(c.profile[0].is, STATUS_STALE);
	assert_int_equal(c.profile[0].failing, 4);
	assert_int_equal(c.profile[0].well, 2);
	assert_true(c.profile[0].last_ok_at == T0);
}

static void
test_text(void **state)
{
	struct scene c;
	struct status_box *b;
	char *text;

	(void)state;
	begin(&c);
	b = add(&c, "ben@contoso.example", STATUS_FAILING, T0 - 180 * MIN);
	b->last_error = "HTTP 503\x1b[2J";
	b->retry_at = T0 + 40 * MIN;
	b->failures = 2;
	b = add(&c, "anna@contoso.example", STATUS_OK, T0 - 3 * MIN);
	b->mail.today = 4;
	b->mail.yesterday = 11;
	b->mail.usual = 12.6;
	b = add(&c, "quiet@contoso.example", STATUS_OK, T0 - 3 * MIN);
	b->mail.usual = 40;
	alert(&c, "profile hq", "certificate");
	text = print(&c, status_text);
	has(text, "TROUBLE.  3 mailboxes: 1 failing, 2 ok; 1 open alert.\n");
	has(text, "Last pass: 3 min ago, ok: ");
	has(text, "  error  profile hq: certificate, for 90 min, in 18 "
		  "passes\n         so it is\n       > look at");
	has(text, "MAILBOX                PROFILE  STATE    LAST GOOD  TODAY  "
		  "YESTERDAY  USUAL  FAILED\n"
		  "ben@contoso.example    hq       failing        3 h      0  "
		  "        0      -       2\n"
		  "    tried again in 40 min\n"
		  "anna@contoso.example   hq       ok           3 min      4  "
		  "       11     13       0\n");
	has(text, "quiet@contoso.example  hq       ok           3 min      0  "
		  "        0     40       0\n    unusually quiet\n");
	/* the profile's alert says why already */
	assert_null(strstr(text, "HTTP 503"));
	free(text);
	c.s.nalert = 0;
	text = print(&c, status_text);
	has(text, "    HTTP 503?[2J\n");
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void
test_text_states(void **state)
{
	struct scene c;
	char *text;

	(void)state;
	begin(&c);
	add(&c, "a@x.example", STATUS_OK, T0);
	text = print(&c, status_text);
	has(text, "ALL WELL.  1 mailbox: 1 ok; 0 open alerts.\n");
	free(text);
	c.box[0].is = STATUS_STALE;
	strcpy(c.s.run.outcome, "running");
	c.s.off_plan = 2;
	c.s.expired = 1;
	text = print(&c, status_text);
	has(text, "\n1 mail was removed by retention_days so far.\n");
	has(text, "NOTHING WORKS.  1 mailbox: 1 stale");
	has(text, "A pass began 4 min ago and has not ended.\n");
	has(text, "2 mailboxes are in the database that the INI does not");
	free(text);
	begin(&c);
	c.s.run.known = false;
	c.s.run.ended[0] = '\0';
	text = print(&c, status_text);
	has(text, "TROUBLE.  0 mailboxes; 0 open alerts.\nNo pass has run");
	free(text);
}

/* Of thousands of mailboxes all bad ones are listed, the rest is counted. */
static void
test_text_many(void **state)
{
	struct scene c;
	struct status_box *many = calloc(1000, sizeof(*many));
	char *text;
	int i;

	(void)state;
	begin(&c);
	for (i = 0; i < 1000; i++) {
		c.s.nbox = 0;
		many[i] = *add(
		    &c, "m@x.example", i < 20 ? STATUS_FAILING : STATUS_OK, T0);
	}
	c.s.box = many;
	c.s.nbox = 1000;
	text = print(&c, status_text);
	has(text, "1000 mailboxes: 20 failing, 980 ok");
	has(text, "and 940 more: --json lists all\n");
	free(text);
	free(many);
}

static void
test_json(void **state)
{
	struct scene c;
	struct status_box *b;
	char *text;

	(void)state;
	begin(&c);
	b = add(&c, "a@x.example", STATUS_OK, T0 - MIN);
	b->mail.usual = 12.66;
	b->waiting = 3;
	b->next_try = T0 + 12 * MIN;
	b->anew = 7;
	c.s.expired = 4711;
	c.s.forgotten.people = 2;
	c.s.forgotten.ignored = 1;
	b = add(&c, "b\"\\@x.example", STATUS_FAILING, TIM_NONE);
	b->last_error = "one\ntwo \xff\xe2\x80\xae \x7f \xc3\xa4";
	alert(&c, "exsync", "store");
	text = print(&c, status_json);
	has(text, "{\"now\":\"2026-11-20T08:16:00Z\",\"database\":"
		  "\"/var/lib/exsync.db\",\"state\":\"trouble\","
		  "\"exit_status\":1,\"mail_waiting\":3,\"next_try\":"
		  "\"2026-11-20T08:28:00Z\",\"mail_given_up\":0,"
		  "\"mail_anew\":7,\"mail_expired\":4711,"
		  "\"passes_interrupted\":0,\"running\":false,");
	has(text, "\"reason\":null,\"last_run\":{\"outcome\":\"ok\",");
	has(text, "\"forgotten\":2,\"forgotten_rows\":1,"
		  "\"forgetting\":false,\n\"profiles\":[");
	has(text, "{\"address\":\"b\\\"\\\\@x.example\",\"profile\":\"hq\","
		  "\"type\":\"user\",\"state\":\"failing\","
		  "\"last_ok_at\":null,\"age_seconds\":null,\"stale\":false,");
	has(text, "\"last_error\":\"one\\u000atwo \\ufffd\\u202e \\u007f "
		  "\xc3\xa4\"");
	has(text, "\"mail_usual\":12.6,");
	has(text, "\"age_seconds\":60,");
	has(text, "\"waiting\":3,\"anew\":7}");
	has(text, "\"scope\":\"exsync\",\"profile\":null,"
		  "\"code\":\"store\"");
	has(text, "\"count\":18,\"owner\":null}");
	assert_int_equal(text[strlen(text) - 1], '\n');
	free(text);
	begin(&c);
	c.s.run.known = false;
	c.s.run.ended[0] = '\0';
	c.s.nprofile = 0;
	text = print(&c, status_json);
	has(text, "\"last_run\":null,\"forgotten\":0,\"forgotten_rows\":0,"
		  "\"forgetting\":false,\n"
		  "\"profiles\":[],\n\"mailboxes\":[],\n"
		  "\"alerts\":[],\n\"news\":[]}\n");
	free(text);
}

/*
 * News stand apart and change no verdict. What some mailboxes of a profile have
 * in common says nothing of the others.
 */
static void
test_news(void **state)
{
	static const struct store_cause cause = {
		.address = "a@x.example", .code = "access", .shared = true
	};
	struct scene c;
	struct store_alert *a;
	char *text;

	(void)state;
	begin(&c);
	add(&c, "a@x.example", STATUS_OK, T0 - MIN);
	a = alert(&c, "mailbox a@x.example", "tested");
	a->severity = "info";
	a->owner = "u1";
	a->advice = "nothing is to be done";
	c.s.nalert = 0;
	c.s.nnews = 1;
	text = print(&c, status_text);
	assert_int_equal(c.s.exit, 0);
	has(text, "ALL WELL.  1 mailbox: 1 ok; 0 open alerts.\n");
	has(text,
	    "\nNEWS\n  info  1 mailbox was tested (exsync --test), and can "
	    "be read\n");
	assert_null(strstr(text, "OPEN ALERTS"));
	free(text);
	a->code = "expires";
	text = print(&c, status_text);
	has(text, "\nNEWS\n  info  mailbox a@x.example: expires, for 90 min");
	has(text, "\n       > nothing is to be done\n");
	free(text);
	a->code = "tested";
	text = print(&c, status_json);
	has(text, "\"alerts\":[],\n\"news\":[\n{\"scope\":\"mailbox "
		  "a@x.example\",\"profile\":null,");
	has(text, "\"count\":18,\"owner\":\"u1\"}]}");
	free(text);
	begin(&c);
	add(&c, "a@x.example", STATUS_FAILING, T0 - MIN)->shared = true;
	add(&c, "b@x.example", STATUS_FAILING, T0 - MIN);
	c.box[0].last_error = c.box[1].last_error = "it is down";
	alert(&c, "profile hq", "access");
	c.s.cause = &cause;
	c.s.ncause = 1;
	status_judge(&c.s);
	assert_true(c.box[0].told);
	assert_false(c.box[1].told);
	c.s.ncause = 0;
	status_judge(&c.s);
	assert_true(c.box[1].told);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_exit_passes),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_reason),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_states),
		cmocka_unit_test(test_text_many),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_news),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
