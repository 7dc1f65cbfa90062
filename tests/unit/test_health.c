/*
 * test_health.c - what follows from the results of the mailboxes of a pass:
 * which alerts are met, which are over, and who is told.
 */
#include "healthscene.h"
#include "store/db.h"
#include "sync/backoff.h"
#include "sync/login.h"
#include "sync/logins.h"

#define HOUR INT64_C(3600000)

static void
test_mailbox(void **state)
{
	struct scene c;

	begin(&c, *state);
	assert_string_equal(pass(&c), "");
	assert_int_equal(c.opened, 0);
	fails(&c.box[0], ERR_AUTH, "ErrorImpersonateUserDenied", SCOPE_MAILBOX);
	fails(&c.box[1], ERR_RETRY, "ErrorServerBusy", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":access");
	assert_int_equal(c.opened, 1);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":access");
	assert_int_equal(c.opened, 0);
	/* left alone, busy: not over */
	c.box[0].end = VISIT_LATER;
	assert_string_equal(pass(&c), "mailbox " BOX_A ":access");
	fails(&c.box[0], ERR_RETRY, "http-503", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":access");
	/* something else that lasts takes its place */
	fails(&c.box[0], ERR_CONFIG, "ErrorNonExistentMailbox", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":config");
	assert_int_equal(c.opened, 1);
	assert_int_equal(c.resolved, 1);
	c.box[0].end = VISIT_OK;
	assert_string_equal(pass(&c), "");
	assert_int_equal(c.resolved, 1);
	end(&c);
}

static void
test_profile(void **state)
{
	static const struct {
		enum err_kind kind;
		const char *code, *open;
	} row[] = {
		{ ERR_AUTH, "http-401", "profile hq:login" },
		{ ERR_CONFIG, "certificate", "profile hq:certificate" },
		{ ERR_RETRY, "connect", "profile hq:unreachable" },
		{ ERR_RETRY, "tls", "profile hq:failing" },
		{ ERR_CONFIG, "http-404", "profile hq:config" },
	};
	struct scene c;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		begin(&c, *state);
		stop_profile(&c, row[i].kind, row[i].code);
		assert_string_equal(pass(&c), row[i].open);
		end(&c);
		/* nobody was asked, so nothing is known to be over */
		begin(&c, *state);
		c.box[0].end = c.box[1].end = VISIT_LATER;
		assert_string_equal(pass(&c), row[i].open);
		accept_login(&c);
		c.box[0].end = c.box[1].end = VISIT_OK;
		assert_string_equal(pass(&c), "");
		assert_int_equal(c.resolved, 1);
		end(&c);
	}
}

/* The logins of the INI, without a file of rejected logins. */
static struct logins *
bind_logins(struct scene *c)
{
	struct logins *l;

	c->conf_profile[0].url =
	    (char *)"https://mail.contoso.example/EWS/Exchange.asmx";
	c->conf_profile[1].url = c->conf_profile[0].url;
	l = logins_open(&c->pass);
	login_profile_bind(&c->profile[0], l);
	return l;
}

/* A proxy's login that was rejected waits. */
static void
test_proxy(void **state)
{
	char *was = (char *)"http://svc:old@proxy.example:3128";
	const struct err *why;
	struct logins *logins;
	struct scene c;
	int i;

	for (i = 0; i < 2; i++) {
		begin(&c, *state);
		c.conf.proxy = was;
		logins = bind_logins(&c);
		OK(c.k, login_profile_begin(&c.profile[0], &c.k->err));
		why = gate_stopped(c.profile[0].gate);
		assert_int_equal(why != NULL, i == 1);
		if (i == 0)
			stop_profile(&c, ERR_CONFIG, "proxy-login");
		else {
			assert_int_equal(why->kind, ERR_CONFIG);
			assert_non_null(strstr(why->msg, "is tried again at"));
			assert_null(strstr(why->msg, "old@"));
		}
		OK(c.k, login_profile_end(&c.profile[0], &c.k->err));
		/* a wait that was only told is not counted */
		assert_string_equal(
		    ask(c.k, "SELECT scope||tries FROM sync_login"),
		    "proxy of hq1");
		logins_close(logins);
		end(&c);
	}
	begin(&c, *state);
	c.conf.proxy = was;
	logins = bind_logins(&c);
	ask(c.k, "UPDATE sync_login SET retry_at='2020-01-01T00:00:00Z'");
	OK(c.k, login_profile_begin(&c.profile[0], &c.k->err));
	assert_null(gate_stopped(c.profile[0].gate));
	accept_login(&c);
	OK(c.k, login_profile_end(&c.profile[0], &c.k->err));
	assert_string_equal(ask(c.k, "SELECT count(*) FROM sync_login"), "0");
	logins_close(logins);
	end(&c);
}

/* Nothing stopped the profile, and yet no mailbox could be read. */
static void
test_cut_off(void **state)
{
	struct scene c;

	begin(&c, *state);
	fails(&c.box[0], ERR_RETRY, "timeout", SCOPE_MAILBOX);
	fails(&c.box[1], ERR_RETRY, "truncated", SCOPE_MAILBOX);
	/* connections came about: it was reached */
	assert_string_equal(pass(&c), "profile hq:failing");
	assert_string_equal(ask(c.k, "SELECT text FROM alert"),
	    "the server was reached, but no mailbox could be read: 2 "
	    "mailboxes, such as " BOX_A ": timeout, as the scene says");
	/* then none did, and then they do again: one trouble at a time */
	fails(&c.box[0], ERR_RETRY, "connect", SCOPE_PROFILE);
	fails(&c.box[1], ERR_RETRY, "connect", SCOPE_PROFILE);
	assert_string_equal(pass(&c), "profile hq:unreachable");
	assert_int_equal(c.resolved, 1);
	fails(&c.box[0], ERR_RETRY, "tls", SCOPE_PROFILE);
	assert_string_equal(pass(&c), "profile hq:failing");
	assert_int_equal(c.resolved, 1);
	c.box[1].end = VISIT_OK;
	accept_login(&c);
	assert_string_equal(pass(&c), "");
	/* a busy server is reached */
	fails(&c.box[1], ERR_RETRY, "ErrorServerBusy", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "");
	fails(&c.box[1], ERR_RETRY, "http-503", SCOPE_MAILBOX);
	c.box[1].fault->retry_ms = 60000;
	assert_string_equal(pass(&c), "");
	/* what was not visited says nothing */
	c.box[1].end = VISIT_LATER;
	assert_string_equal(pass(&c), "profile hq:failing");
	end(&c);
}

/*
 * One wrong URL is one alert, the profile's; one wrong answer among good ones,
 * or to a mailbox that was asked for alone, is the mailbox's.
 */
static void
test_wrong_url(void **state)
{
	static const char *const only[] = { BOX_A };
	struct scene c;
	size_t i;

	begin(&c, *state);
	for (i = 0; i < 2; i++)
		fails(&c.box[i], ERR_CONFIG, "http-404", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "profile hq:config");
	assert_int_equal(c.opened, 1);
	assert_string_equal(ask(c.k, "SELECT text FROM alert"),
	    "2 of 2 mailboxes (" BOX_A ", " BOX_B "): http-404, as the scene "
	    "says");
	c.box[1].end = VISIT_LATER;
	assert_string_equal(pass(&c), "profile hq:config");
	/* one is left: the alert goes on until it is read, too */
	c.box[1].end = VISIT_OK;
	accept_login(&c);
	assert_string_equal(pass(&c), "profile hq:config");
	assert_int_equal(c.opened + c.resolved, 0);
	assert_string_equal(ask(c.k, "SELECT text FROM alert"),
	    "1 of 2 mailboxes (" BOX_A "): http-404, as the scene says");
	c.box[0].end = VISIT_OK;
	assert_string_equal(pass(&c), "");
	/* one that is alone with it is the mailbox's */
	fails(&c.box[0], ERR_CONFIG, "http-404", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":config");
	c.box[0].end = VISIT_OK;
	assert_string_equal(pass(&c), "");
	end(&c);
	begin(&c, *state);
	fails(&c.box[0], ERR_CONFIG, "http-404", SCOPE_MAILBOX);
	c.h.nmailbox = 1;
	c.pass.want.mailbox = only;
	c.pass.want.nmailbox = 1;
	assert_string_equal(pass(&c), "mailbox " BOX_A ":config");
	end(&c);
}

/* A pass over some mailboxes resolves no alert of the others. */
static void
test_restricted(void **state)
{
	static const char *const only[] = { BOX_B };
	struct scene c;

	begin(&c, *state);
	fails(&c.box[0], ERR_AUTH, "ErrorAccessDenied", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":access");
	end(&c);
	begin(&c, *state);
	c.box[0] = c.box[1];
	c.h.nmailbox = 1;
	c.pass.want.mailbox = only;
	c.pass.want.nmailbox = 1;
	assert_string_equal(pass(&c), "mailbox " BOX_A ":access");
	c.pass.want.nmailbox = 0;
	c.pass.want.profile = "hq";
	assert_string_equal(pass(&c), "mailbox " BOX_A ":access");
	/* of a whole pass it is no part any more */
	c.pass.want.profile = NULL;
	assert_string_equal(pass(&c), "");
	end(&c);
}

static void
test_stale(void **state)
{
	struct scene c;

	begin(&c, *state);
	setenv("EXSYNC_NOW", "2026-11-20T08:00:00Z", 1);
	fails(&c.box[0], ERR_RETRY, "ErrorServerBusy", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "");
	assert_int_equal(c.stale, 0);
	setenv("EXSYNC_NOW", "2026-11-21T08:00:00Z", 1);
	assert_string_equal(pass(&c), "");
	setenv("EXSYNC_NOW", "2026-11-21T08:00:01Z", 1);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":stale");
	assert_int_equal(c.stale, 1);
	/* also while it is left alone, or its profile is stopped */
	c.box[0].end = VISIT_LATER;
	assert_string_equal(pass(&c), "mailbox " BOX_A ":stale");
	stop_profile(&c, ERR_RETRY, "connect");
	assert_string_equal(pass(&c), "mailbox " BOX_A ":stale mailbox " BOX_B
				      ":stale profile hq:unreachable");
	assert_int_equal(c.stale, 2);
	/* disabled by a person: no alert */
	c.box[0].end = VISIT_OFF;
	c.box[1].end = VISIT_OK;
	assert_string_equal(pass(&c), "profile hq:unreachable");
	c.box[0].end = VISIT_LATER;
	c.pass.daemon = true;
	c.conf_profile[0].polling_interval = 5;
	setenv("EXSYNC_NOW", "2026-11-20T08:15:01Z", 1);
	assert_string_equal(
	    pass(&c), "mailbox " BOX_A ":stale profile hq:unreachable");
	unsetenv("EXSYNC_NOW");
	end(&c);
}

static void
test_items(void **state)
{
	struct scene c;

	begin(&c, *state);
	ask(c.k, "INSERT INTO failure(mailbox,item,class,tries,next_try,"
		 "first_at) VALUES('" BOX_A "','1','item',10,NULL,'x'),"
		 "('" BOX_B "','2','item',1,'2027','x')");
	assert_string_equal(pass(&c), "mailbox " BOX_A ":items");
	assert_string_equal(ask(c.k, "SELECT severity||text FROM alert"),
	    "warning1 message could not be stored and will not be tried "
	    "again");
	ask(c.k, "DELETE FROM failure");
	assert_string_equal(pass(&c), "");
	end(&c);
}

static void
test_store_trouble(void **state)
{
	struct scene c;
	struct err why = ERR_INIT;

	begin(&c, *state);
	err_set(&why, ERR_FATAL, "disk full");
	err_code(&why, CAUSE_OTHER, "full", SCOPE_ALL);
	health_trouble(&c.pass, &why);
	assert_int_equal(c.opened, 1);
	assert_string_equal(open_alerts(&c), "exsync:store");
	health_trouble(&c.pass, &why);
	assert_int_equal(c.opened, 1);
	/* two mailboxes that met it are one alert */
	fails(&c.box[0], ERR_FATAL, "full", SCOPE_ALL);
	fails(&c.box[1], ERR_FATAL, "full", SCOPE_ALL);
	assert_string_equal(pass(&c), "exsync:store");
	c.box[0].end = c.box[1].end = VISIT_OK;
	assert_string_equal(pass(&c), "");
	/* --mailbox with a typing error is nobody's alert */
	c.pass.store = c.k->st;
	c.pass.want.nmailbox = 1;
	why.kind = ERR_CONFIG;
	why.scope = SCOPE_MAILBOX;
	health_trouble(&c.pass, &why);
	assert_string_equal(open_alerts(&c), "");
	/* nor is it that somebody ended the pass while it waited */
	err_set(&why, ERR_FATAL, "another program keeps it locked");
	err_code(&why, CAUSE_STOP, "busy", SCOPE_ALL);
	health_trouble(&c.pass, &why);
	assert_string_equal(open_alerts(&c), "");
	/* a CSV file keeps every pass from beginning, whatever is wanted */
	err_set(&why, ERR_RETRY, "is just being written");
	err_code(&why, CAUSE_OTHER, "csv-unsettled", SCOPE_ALL);
	health_trouble(&c.pass, &why);
	assert_string_equal(open_alerts(&c), "exsync:config");
	err_set(&why, ERR_CONFIG, "contacts.csv:2");
	err_code(&why, CAUSE_OTHER, "", SCOPE_ALL);
	health_trouble(&c.pass, &why);
	assert_string_equal(
	    ask(c.k, "SELECT group_concat(code||' '||count) FROM alert WHERE "
		     "resolved_at IS NULL"),
	    "config 2");
	c.pass.want.nmailbox = 0;
	assert_string_equal(pass(&c), "");
	c.pass.dry_run = true;
	fails(&c.box[0], ERR_AUTH, "ErrorAccessDenied", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "");
	end(&c);
}

/*
 * Trouble that no database can record is told once all the same, and again only
 * when it was over in between, or when telling failed.
 */
static void
test_told_once(void **state)
{
	struct store *st;
	struct scene c;
	struct err why = ERR_INIT;
	int i;

	begin(&c, *state);
	st = c.pass.store;
	err_set(&why, ERR_FATAL, "disk full");
	for (i = 0; i < 2; i++) {
		c.opened = c.resolved = 0;
		c.pass.store = NULL;
		c.deaf = 1;
		health_trouble(&c.pass, &why);
		assert_int_equal(c.opened, 0);
		health_trouble(&c.pass, &why);
		health_trouble(&c.pass, &why);
		assert_int_equal(c.opened, 1);
		assert_string_equal(c.last, "exsync store");
		/* the database takes it again, and then it does not */
		c.pass.store = st;
		health_trouble(&c.pass, &why);
		assert_string_equal(open_alerts(&c), "exsync:store");
		if (i == 1)
			ask(c.k, "DELETE FROM alert");
		c.pass.store = NULL;
		health_trouble(&c.pass, &why);
		assert_int_equal(c.opened, 1);
		/* another kind is news */
		why.kind = ERR_CONFIG;
		health_trouble(&c.pass, &why);
		assert_int_equal(c.opened, 2);
		why.kind = ERR_FATAL;
		health_trouble(&c.pass, &why);
		assert_int_equal(c.opened, 3);
		/* over: said by the database, or because it knows nothing */
		c.pass.store = st;
		c.deaf = i;
		pass(&c);
		assert_int_equal(c.resolved, i == 0);
		pass(&c);
		assert_int_equal(c.resolved, i == 1);
		assert_string_equal(c.last, "exsync store");
	}
	/* met and told by the database, which then takes nothing */
	fails(&c.box[0], ERR_FATAL, "disk_full", SCOPE_ALL);
	assert_string_equal(pass(&c), "exsync:store");
	assert_int_equal(c.opened, 1);
	c.pass.store = NULL;
	health_trouble(&c.pass, &why);
	assert_int_equal(c.opened, 1);
	end(&c);
}

/*
 * The database records an alert, but cannot record that it was told: it is not
 * told again in every pass. Meanwhile other news wait, and when the command
 * fails they are told later.
 */
static void
test_told_not_noted(void **state)
{
	struct scene c;
	struct err why = ERR_INIT;
	int i;

	begin(&c, *state);
	pass(&c);
	/* in a pass no trigger fires: this one is how the disk fails */
	sqlite3_db_config(
	    c.k->st->h, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, (int *)NULL);
	ask(c.k, "CREATE TRIGGER no_room BEFORE DELETE ON sync_news BEGIN "
		 "SELECT RAISE(ABORT, 'no room'); END");
	err_set(&why, ERR_FATAL, "disk full");
	for (i = 0; i < 3; i++)
		health_trouble(&c.pass, &why);
	assert_int_equal(c.opened, 1);
	fails(&c.box[0], ERR_FATAL, "disk_full", SCOPE_ALL);
	fails(&c.box[1], ERR_AUTH, "ErrorAccessDenied", SCOPE_MAILBOX);
	for (i = 0; i < 3; i++) {
		assert_string_equal(
		    pass(&c), "exsync:store mailbox " BOX_B ":access");
		assert_int_equal(c.opened, 0);
	}
	ask(c.k, "DROP TRIGGER no_room");
	c.deaf = 1;
	pass(&c);
	assert_int_equal(c.opened, 0);
	pass(&c);
	assert_int_equal(c.opened, 1);
	assert_string_equal(c.last, "mailbox " BOX_B " access");
	c.box[0].end = c.box[1].end = VISIT_OK;
	assert_string_equal(pass(&c), "");
	assert_int_equal(c.resolved, 2);
	assert_string_equal(pass(&c), "");
	assert_int_equal(c.opened + c.resolved, 0);
	end(&c);
}

/* Many at once: twenty are told; the last says how many more there are. */
static void
test_many(void **state)
{
	struct scene c;
	struct store_mailbox m;
	char name[64][32], code[64][32];
	int i;

	begin(&c, *state);
	for (i = 0; i < 50; i++) {
		snprintf(name[i], sizeof(name[i]), "m%02d@x.example", i);
		c.box[i] = c.box[0];
		c.box[i].fault = NULL;
		c.box[i].conf.address = name[i];
		snprintf(code[i], sizeof(code[i]), "ErrorUnheardOf%02d", i);
		store_mailbox_get(
		    c.k->st, &c.box[i].conf, NULL, PERMIT_READ, &m, &c.k->err);
		fails(&c.box[i], ERR_UNKNOWN, code[i], SCOPE_MAILBOX);
	}
	c.h.nmailbox = 50;
	pass(&c);
	assert_int_equal(c.opened, 20);
	assert_string_equal(c.last, "exsync more");
	assert_int_equal(number(c.k, "SELECT count(*) FROM alert"), 50);
	end(&c);
}

/*
 * A command that fails is run again in the next pass, with the alerts that it
 * was not told; one that is over by then is told as resolved.
 */
static void
test_told_again(void **state)
{
	struct scene c;

	begin(&c, *state);
	c.deaf = 1;
	fails(&c.box[0], ERR_AUTH, "ErrorAccessDenied", SCOPE_MAILBOX);
	fails(&c.box[1], ERR_CONFIG, "ErrorNonExistentMailbox", SCOPE_MAILBOX);
	pass(&c);
	assert_int_equal(c.opened, 0);
	pass(&c);
	assert_int_equal(c.opened, 2);
	pass(&c);
	assert_int_equal(c.opened, 0);
	c.deaf = 1;
	c.box[0].end = VISIT_OK;
	pass(&c);
	assert_int_equal(c.resolved, 0);
	pass(&c);
	assert_int_equal(c.resolved, 1);
	assert_int_equal(c.opened, 0);
	/* opened and over while nobody listened */
	c.deaf = 1;
	fails(&c.box[0], ERR_AUTH, "ErrorAccessDenied", SCOPE_MAILBOX);
	pass(&c);
	c.deaf = 1;
	c.box[0].end = VISIT_OK;
	pass(&c);
	pass(&c);
	assert_int_equal(c.opened, 0);
	assert_int_equal(c.resolved, 1);
	/* a command that cannot even be started: when it can be */
	c.conf.alert_command = (char *)"there is none";
	c.pass.alert = NULL;
	fails(&c.box[0], ERR_AUTH, "ErrorAccessDenied", SCOPE_MAILBOX);
	pass(&c);
	c.pass.alert = scene_told;
	pass(&c);
	assert_int_equal(c.opened, 1);
	assert_int_equal(number(c.k, "SELECT count(*) FROM sync_news"), 0);
	end(&c);
}

/*
 * An unknown error of the server is an alert under the server's own code, until
 * a good pass. The error of one folder keeps it open, too.
 */
static void
test_unknown(void **state)
{
	struct scene c;

	begin(&c, *state);
	fails(&c.box[0], ERR_UNKNOWN, "ErrorUnheardOf", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":ErrorUnheardOf");
	assert_int_equal(c.opened, 1);
	assert_string_equal(c.last, "mailbox " BOX_A " ErrorUnheardOf");
	c.box[0].end = VISIT_LATER;
	assert_string_equal(pass(&c), "mailbox " BOX_A ":ErrorUnheardOf");
	fails(&c.box[0], ERR_UNKNOWN, "ErrorUnheardOf", SCOPE_FOLDER);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":ErrorUnheardOf");
	fails(&c.box[0], ERR_RETRY, "waits", SCOPE_FOLDER);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":ErrorUnheardOf");
	assert_int_equal(c.opened + c.resolved, 0);
	/* another word takes its place */
	fails(&c.box[0], ERR_UNKNOWN, "ErrorAnother", SCOPE_MAILBOX);
	assert_string_equal(pass(&c), "mailbox " BOX_A ":ErrorAnother");
	assert_int_equal(c.resolved, 1);
	c.box[0].end = VISIT_OK;
	assert_string_equal(pass(&c), "");
	assert_int_equal(c.resolved, 1);
	end(&c);
}

static void
test_wait(void **state)
{
	(void)state;
	assert_int_equal(backoff_login(ERR_AUTH, 1), HOUR);
	assert_int_equal(backoff_login(ERR_AUTH, 2), 4 * HOUR);
	assert_int_equal(backoff_login(ERR_AUTH, 3), 24 * HOUR);
	assert_int_equal(backoff_login(ERR_CONFIG, 99), 24 * HOUR);
	assert_int_equal(backoff_login(ERR_UNKNOWN, 1), HOUR / 4);
	assert_int_equal(backoff_login(ERR_UNKNOWN, 2), HOUR);
	assert_int_equal(backoff_login(ERR_UNKNOWN, 3), 4 * HOUR);
	assert_int_equal(backoff_login(ERR_UNKNOWN, 4), 24 * HOUR);
	assert_int_equal(backoff_login(ERR_UNKNOWN, 99), 24 * HOUR);
}

#define KIT(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT(test_mailbox),
		KIT(test_profile),
		KIT(test_cut_off),
		KIT(test_wrong_url),
		KIT(test_restricted),
		KIT(test_proxy),
		KIT(test_stale),
		KIT(test_items),
		KIT(test_store_trouble),
		KIT(test_told_once),
		KIT(test_told_not_noted),
		KIT(test_many),
		KIT(test_told_again),
		KIT(test_unknown),
		cmocka_unit_test(test_wait),
	};

	log_init(LOG_ERROR);
	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
