/*
 * test_bycause.c - mailboxes that fail with one cause: which alert tells of
 * them, in whichever order and by whichever passes they are visited; and alerts
 * that are news.
 */
#include "healthscene.h"

static const char *
open_text(struct scene *c)
{
	return ask(c->k,
	    "SELECT text||' '||count FROM alert WHERE resolved_at IS NULL");
}

static void
deny(struct mailbox_work *w)
{
	fails(w, ERR_AUTH, "ErrorImpersonateUserDenied", SCOPE_MAILBOX);
}

/*
 * Mailboxes with one cause are one alert of the profile, whichever is visited
 * first or left alone, until none has it any more.
 */
static void
test_one_cause(void **state)
{
	struct scene c;
	struct mailbox_work w;
	char text[1024];
	int i;

	begin(&c, *state);
	deny(&c.box[0]);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":access");
	/* a second one: it takes the first along */
	deny(&c.box[1]);
	assert_string_equal(pass(&c), "profile hq:access");
	assert_int_equal(c.opened, 1);
	assert_int_equal(c.resolved, 1);
	assert_string_equal(
	    ask(c.k, "SELECT text FROM alert WHERE scope LIKE 'mailbox%'"),
	    "this goes on, and the alert of profile hq tells of it now: "
	    "ErrorImpersonateUserDenied, as the scene says");
	assert_string_equal(open_text(&c),
	    "2 of 2 mailboxes (" BOX_A ", " BOX_B "): "
	    "ErrorImpersonateUserDenied, as the scene says 1");
	assert_non_null(strstr(ask(c.k, "SELECT advice FROM alert WHERE "
					"resolved_at IS NULL"),
	    "New-ManagementRoleAssignment"));
	snprintf(text, sizeof(text), "%s", open_text(&c));
	/* ten passes: in another order, one or both of them left alone */
	for (i = 0; i < 10; i++) {
		w = c.box[0];
		c.box[0] = c.box[1];
		c.box[1] = w;
		c.box[0].end = i % 2 ? VISIT_LATER : VISIT_FAILED;
		c.box[1].end = i % 3 ? VISIT_LATER : VISIT_FAILED;
		assert_string_equal(pass(&c), "profile hq:access");
		assert_int_equal(c.opened + c.resolved, 0);
	}
	/* counted when one of them was met: i is 0, 2, 3, 4, 6, 8, 9 */
	text[strlen(text) - 1] = '8';
	assert_string_equal(open_text(&c), text);
	/* busy, not reached: nothing is known to be over */
	fails(&c.box[0], ERR_RETRY, "ErrorServerBusy", SCOPE_MAILBOX);
	c.box[1].end = VISIT_NONE;
	assert_string_equal(pass(&c), "profile hq:access");
	/* one may be opened: the alert goes on for the other */
	c.box[0].end = VISIT_OK;
	assert_string_equal(pass(&c), "profile hq:access");
	assert_int_equal(c.opened + c.resolved, 0);
	c.box[1].end = VISIT_OFF;
	assert_string_equal(pass(&c), "");
	assert_int_equal(c.resolved, 1);
	assert_int_equal(number(c.k, "SELECT count(*) FROM sync_cause"), 0);
	end(&c);
}

/* A pass over one mailbox neither resolves the alert nor takes one out. */
static void
test_one_cause_restricted(void **state)
{
	static const char *const only[] = { BOX_A };
	struct scene c;

	begin(&c, *state);
	deny(&c.box[0]);
	deny(&c.box[1]);
	assert_string_equal(pass(&c), "profile hq:access");
	c.h.nmailbox = 1;
	c.pass.want.mailbox = only;
	c.pass.want.nmailbox = 1;
	assert_string_equal(pass(&c), "profile hq:access");
	c.box[0].end = VISIT_OK;
	accept_login(&c);
	assert_string_equal(pass(&c), "profile hq:access");
	assert_int_equal(c.opened + c.resolved, 0);
	/* the other one is taken out of the INI */
	c.pass.want.nmailbox = 0;
	assert_string_equal(pass(&c), "");
	c.h.nmailbox = 2;
	end(&c);
}

/* Two causes of one code are one alert, of two sentences. */
static void
test_two_causes(void **state)
{
	struct store_mailbox m;
	struct scene c;
	char name[8][32];
	int i;

	begin(&c, *state);
	for (i = 0; i < 8; i++) {
		snprintf(name[i], sizeof(name[i]), "m%d@x.example", i);
		scene_mailbox(&c, name[i], 0);
		OK(c.k, store_mailbox_get(c.k->st, &c.box[i + 2].conf, "u1",
			    PERMIT_READ, &m, &c.k->err));
		if (i < 6)
			deny(&c.box[i + 2]);
		else
			fails(
			    &c.box[i + 2], ERR_AUTH, "http-403", SCOPE_MAILBOX);
	}
	assert_string_equal(pass(&c), "profile hq:access");
	assert_string_equal(open_text(&c),
	    "6 of 10 mailboxes (m0@x.example, m1@x.example, m2@x.example, "
	    "m3@x.example, m4@x.example and 1 more): "
	    "ErrorImpersonateUserDenied, as the scene says; 2 of 10 mailboxes "
	    "(m6@x.example, m7@x.example): http-403, as the scene says (all "
	    "of them: SELECT address, last_error FROM mailbox WHERE state = "
	    "'failing') 1");
	/* one that is alone with its cause is on its own, with its owner */
	c.box[9].crm_id = "u9";
	fails(&c.box[9], ERR_CONFIG, "ErrorNonExistentMailbox", SCOPE_MAILBOX);
	assert_string_equal(
	    pass(&c), "mailbox m7@x.example:config profile hq:access");
	assert_string_equal(
	    ask(c.k, "SELECT owner FROM alert WHERE code = 'config'"), "u9");
	end(&c);
}

/* Alerts that an earlier version opened are taken over, also of mailboxes that
 * are left alone. */
static void
test_causes_before(void **state)
{
	struct scene c;

	begin(&c, *state);
	ask(c.k, "INSERT INTO alert(scope,code,severity,text,first_at,last_at)"
		 " SELECT 'mailbox '||address,'access','error','denied','x',"
		 "'x' FROM mailbox");
	ask(c.k, "INSERT INTO sync_cause SELECT address,'access','','denied',"
		 "NULL,0 FROM mailbox");
	c.box[0].end = c.box[1].end = VISIT_LATER;
	assert_string_equal(pass(&c), "profile hq:access");
	assert_string_equal(
	    open_text(&c), "2 of 2 mailboxes (" BOX_A ", " BOX_B "): denied 1");
	/* one is met again: its cause is known now, and it stays where it is */
	deny(&c.box[1]);
	assert_string_equal(pass(&c), "profile hq:access");
	assert_int_equal(c.opened + c.resolved, 0);
	end(&c);
}

/* Whoever opened news says when it is over; unless its profile is gone. */
static void
test_news(void **state)
{
#define AT "2026-11-20T08:00:00Z"
	struct scene c;

	begin(&c, *state);
	ask(c.k,
	    "INSERT INTO alert(scope,code,severity,text,first_at,last_at) "
	    "VALUES('exsync','secret','info','ends','" AT "','" AT "'),"
	    "('profile hq','secret','info','ends','" AT "','" AT "'),"
	    "('profile old','secret','info','ends','" AT "','" AT "'),"
	    "('mailbox " BOX_A "','tested','info','well','" AT "','" AT "'),"
	    "('mailbox z@x','tested','info','well','" AT "','" AT "')");
	accept_login(&c);
	assert_string_equal(pass(&c),
	    "exsync:secret mailbox " BOX_A ":tested profile hq:secret");
	assert_int_equal(c.resolved, 2);
	end(&c);
}

#define KIT(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT(test_one_cause),
		KIT(test_one_cause_restricted),
		KIT(test_two_causes),
		KIT(test_causes_before),
		KIT(test_news),
	};

	log_init(LOG_ERROR);
	return cmocka_run_group_tests_name("bycause", tests, NULL, NULL);
}
