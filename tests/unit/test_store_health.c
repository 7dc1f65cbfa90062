/*
 * test_store_health.c - alerts, rejected logins, mail by day, mailboxes.
 */
#include <sys/stat.h>

#include "store/health.h"
#include "test_store.h"

#define DAY INT64_C(86400000)

/* --- alerts ------------------------------------------------------------ */

#define ALERT(kind, name, what, how, says)                                     \
	{                                                                      \
		.scope = { kind, name, 0 }, .code = (what), .severity = (how), \
		.text = (says)                                                 \
	}

static const struct store_alert login =
    ALERT(OF_PROFILE, "hq", "login", "error", "rejected");
static const struct store_alert denied =
    ALERT(OF_MAILBOX, BOX_A, "access", "error", "denied");
static const struct store_alert items =
    ALERT(OF_MAILBOX, BOX_A, "items", "warning", "2 messages");
static const struct store_alert secret =
    ALERT(OF_EXSYNC, NULL, "secret", "info", "it ends in 60 days");

static bool
all_well(void *arg, struct store_alert *a)
{
	int *asked = arg;

	assert_non_null(a->scope.name);
	(*asked)++;
	return true;
}

static bool
none_well(void *arg, struct store_alert *a)
{
	(void)arg;
	(void)a;
	return false;
}

/* Applies alerts; "opened/resolved": how many were. */
static const char *
apply(struct kit *k, const struct store_alert *v, size_t n,
    bool (*well)(void *, struct store_alert *), void *arg)
{
	static char out[32];
	struct store_alert_met met = {
		.v = v, .n = n, .well = well, .arg = arg
	};
	struct store_alert_news news;

	OK(k, store_alert_apply(k->st, &met, &news, &k->err));
	snprintf(out, sizeof(out), "%zu/%zu", news.opened.n, news.resolved.n);
	arena_free(&news.opened.arena);
	arena_free(&news.resolved.arena);
	return out;
}

static void
test_once(void **state)
{
	struct kit *k = *state;
	struct store_alert both[2] = { login, items };
	struct store_alerts list;
	int asked = 0;

	assert_string_equal(apply(k, both, 2, all_well, &asked), "2/0");
	OK(k, store_alert_list(k->st, &list, &k->err));
	assert_int_equal(list.n, 2);
	assert_null(list.v[0].profile);
	assert_string_equal(list.v[1].profile, "hq");
	arena_free(&list.arena);
	assert_string_equal(apply(k, both, 2, all_well, &asked), "0/0");
	both[0].text = "still rejected";
	assert_string_equal(apply(k, both, 2, all_well, &asked), "0/0");
	assert_int_equal(asked, 0);
	assert_string_equal(
	    ask(k, "SELECT group_concat(code||count||text) FROM alert"),
	    "items32 messages,login3still rejected");
	/* what was not met is over only when it is called so */
	assert_string_equal(apply(k, both, 1, none_well, NULL), "0/0");
	assert_string_equal(apply(k, both, 1, NULL, NULL), "0/0");
	assert_string_equal(apply(k, both, 1, all_well, &asked), "0/1");
	assert_int_equal(asked, 1);
	OK(k, store_alert_list(k->st, &list, &k->err));
	assert_int_equal(list.n, 1);
	assert_string_equal(list.v[0].code, "login");
	assert_int_equal(list.v[0].count, 6);
	arena_free(&list.arena);
	assert_string_equal(apply(k, NULL, 0, all_well, &asked), "0/1");
	assert_string_equal(apply(k, NULL, 0, all_well, &asked), "0/0");
	assert_int_equal(
	    number(k, "SELECT count(*) FROM alert WHERE resolved_at IS NULL"),
	    0);
	assert_int_equal(number(k, "SELECT count(*) FROM alert"), 2);
}

/* Resolved and reopened within a second: the same row; later: a new row. */
static void
test_again(void **state)
{
	struct kit *k = *state;
	int asked = 0;

	setenv("EXSYNC_NOW", "2026-11-20T08:00:00Z", 1);
	assert_string_equal(apply(k, &login, 1, NULL, NULL), "1/0");
	assert_string_equal(apply(k, NULL, 0, all_well, &asked), "0/1");
	assert_string_equal(apply(k, &login, 1, NULL, NULL), "1/0");
	assert_string_equal(
	    ask(k, "SELECT group_concat(count||ifnull(resolved_at,'open')) "
		   "FROM alert"),
	    "2open");
	setenv("EXSYNC_NOW", "2026-11-20T09:00:00Z", 1);
	assert_string_equal(apply(k, NULL, 0, all_well, &asked), "0/1");
	setenv("EXSYNC_NOW", "2026-11-20T10:00:00Z", 1);
	assert_string_equal(apply(k, &login, 1, NULL, NULL), "1/0");
	assert_string_equal(ask(k, "SELECT group_concat(first_at||count||"
				   "ifnull(resolved_at,'open')) FROM alert"),
	    "2026-11-20T08:00:00Z22026-11-20T09:00:00Z,"
	    "2026-11-20T10:00:00Z1open");
	unsetenv("EXSYNC_NOW");
}

static void
test_order(void **state)
{
	struct kit *k = *state;
	struct store_alert v[4] = { secret, items, denied, login };
	struct store_alerts list;

	assert_string_equal(apply(k, v, 4, NULL, NULL), "4/0");
	OK(k, store_alert_list(k->st, &list, &k->err));
	assert_int_equal(list.n, 4);
	assert_string_equal(list.v[3].severity, "info");
	assert_string_equal(list.v[0].code, "access");
	assert_string_equal(list.v[1].code, "login");
	assert_string_equal(list.v[2].severity, "warning");
	arena_free(&list.arena);
}

/*
 * Owner and advice; what was only found to be open still is not counted, but
 * opened, and its text taken over. Advice that is not known stays.
 */
static void
test_uncounted(void **state)
{
	static const char all[] =
	    "SELECT text||' '||count||' '||last_at||' '||ifnull(owner,'-')||"
	    "' '||ifnull(advice,'-') FROM alert";
	struct kit *k = *state;
	struct store_alert a = denied;
	int64_t was;

	a.owner = "4711";
	a.advice = "ask";
	a.uncounted = true;
	setenv("EXSYNC_NOW", "2026-11-20T08:00:00Z", 1);
	assert_string_equal(apply(k, &a, 1, NULL, NULL), "1/0");
	setenv("EXSYNC_NOW", "2026-11-20T09:00:00Z", 1);
	was = number(k, "SELECT total_changes()");
	assert_string_equal(apply(k, &a, 1, NULL, NULL), "0/0");
	assert_int_equal(number(k, "SELECT total_changes()"), was);
	assert_string_equal(
	    ask(k, all), "denied 1 2026-11-20T08:00:00Z 4711 ask");
	a.text = "denied to both";
	a.advice = NULL;
	assert_string_equal(apply(k, &a, 1, NULL, NULL), "0/0");
	assert_string_equal(
	    ask(k, all), "denied to both 1 2026-11-20T08:00:00Z 4711 ask");
	a.uncounted = false;
	a.owner = NULL;
	assert_string_equal(apply(k, &a, 1, NULL, NULL), "0/0");
	assert_string_equal(
	    ask(k, all), "denied to both 2 2026-11-20T09:00:00Z - ask");
	unsetenv("EXSYNC_NOW");
}

/* Without news nothing is written; nor is anything in a dry run. */
static void
test_silence(void **state)
{
	struct kit *k = *state;
	char *before, *after;
	int asked = 0;

	before = dump(k);
	assert_string_equal(apply(k, NULL, 0, all_well, &asked), "0/0");
	store_close(k->st);
	kit_open(k, STORE_READ_ONLY);
	assert_string_equal(apply(k, &login, 1, all_well, &asked), "0/0");
	OK(k, store_login_forget(k->st,
		  &(struct store_scope){ OF_PROFILE, "hq", 0 }, &k->err));
	OK(k, store_box_note(k->st, &k->err));
	after = dump(k);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* --- logins ------------------------------------------------------------ */

static void
test_login(void **state)
{
	struct kit *k = *state;
	struct store_login in, out;
	bool known;

	memset(&in, 0, sizeof(in));
	OK(k,
	    store_login_get(k->st, &(struct store_scope){ OF_PROFILE, "hq", 0 },
		&known, &out, &k->err));
	assert_false(known);
	in.tries = 2;
	in.first_at = T0;
	in.last_at = T0 + 1000;
	in.retry_at = T0 + 3600000;
	strcpy(in.text, "401");
	OK(k, store_login_put(k->st,
		  &(struct store_scope){ OF_PROFILE, "hq", 0 }, &in, &k->err));
	OK(k,
	    store_login_get(k->st, &(struct store_scope){ OF_PROFILE, "hq", 0 },
		&known, &out, &k->err));
	assert_true(known);
	assert_int_equal(out.tries, 2);
	assert_true(out.first_at == in.first_at);
	assert_true(out.last_at == in.last_at);
	assert_true(out.retry_at == in.retry_at);
	assert_string_equal(out.text, "401");
	OK(k,
	    store_login_get(k->st, &(struct store_scope){ OF_PROFILE, "x", 0 },
		&known, &out, &k->err));
	assert_false(known);
	/* nothing of the credentials is there at all */
	assert_int_equal(
	    number(k, "SELECT count(*) FROM sync_login WHERE hash<>''"), 0);
	OK(k, store_login_put(k->st, &(struct store_scope){ OF_ACCESS, "x", 0 },
		  &in, &k->err));
	OK(k, store_login_forget(k->st,
		  &(struct store_scope){ OF_PROFILE, "hq", 0 }, &k->err));
	OK(k,
	    store_login_get(k->st, &(struct store_scope){ OF_PROFILE, "hq", 0 },
		&known, &out, &k->err));
	assert_false(known);
	/* all that begin so, and no other */
	OK(k, store_login_put(k->st, &(struct store_scope){ OF_FOLDER, "x", 1 },
		  &in, &k->err));
	OK(k, store_login_put(k->st, &(struct store_scope){ OF_FOLDER, "x", 2 },
		  &in, &k->err));
	OK(k, store_login_put(k->st,
		  &(struct store_scope){ OF_FOLDER, "xy", 3 }, &in, &k->err));
	OK(k, store_login_forget_folders(k->st, "x", &k->err));
	OK(k, store_login_forget_folders(k->st, "z", &k->err));
	assert_string_equal(ask(k, "SELECT group_concat(scope,',') FROM "
				   "(SELECT scope FROM sync_login ORDER BY 1)"),
	    "access x,access xy folder 3");
}

/* Is the text anywhere in the database's files? */
static bool
in_files(const struct kit *k, const char *text)
{
	static const char *const ends[] = { "", "-wal" };
	size_t i, n, len = strlen(text);
	bool found = false;

	for (i = 0; i < 2; i++) {
		char *path = mem_printf("%s%s", k->path, ends[i]);
		FILE *f = fopen(path, "r");
		struct buf b;

		free(path);
		if (f == NULL)
			continue;
		buf_init(&b, (size_t)64 << 20);
		do {
			n = fread(buf_room(&b, 65536), 1, 65536, f);
			b.len += n;
		} while (n > 0);
		fclose(f);
		found = found || memmem(b.data, b.len, text, len) != NULL;
		buf_free(&b);
	}
	return found;
}

/*
 * What earlier versions kept of credentials is erased, both from present rows
 * and from deleted ones.
 */
static void
test_login_clean(void **state)
{
	struct kit *k = *state;
	struct store_login out;
	bool known;

	ask(k, "INSERT INTO sync_login VALUES"
	       "('profile gone','5ec4e7aaaaaaaaaaaaaaaa',1,'a','b','c','t'),"
	       "('profile hq','5ec4e7bbbbbbbbbbbbbbbb',3,"
	       "'2026-11-20T08:16:00Z','2026-11-20T08:16:00Z',"
	       "'2026-11-21T08:16:00Z','said so'),"
	       "('access x','',1,'a','b','c','t')");
	OK(k, store_login_forget(k->st,
		  &(struct store_scope){ OF_PROFILE, "gone", 0 }, &k->err));
	assert_true(in_files(k, "5ec4e7b"));
	OK(k, store_login_clean(k->st, &k->err));
	assert_false(in_files(k, "5ec4e7"));
	assert_true(in_files(k, "said so"));
	OK(k,
	    store_login_get(k->st, &(struct store_scope){ OF_PROFILE, "hq", 0 },
		&known, &out, &k->err));
	assert_true(known);
	assert_int_equal(out.tries, 3);
	assert_string_equal(out.text, "said so");
	assert_int_equal(number(k, "SELECT count(*) FROM sync_login"), 2);
	/* and then there is nothing to do */
	OK(k, store_login_clean(k->st, &k->err));
}

/* --- mail by day, mailboxes -------------------------------------------- */

static void
mail_at(struct kit *k, const char *box, const char *id, const char *mid,
    int64_t received)
{
	struct message *m = mail(mid, "s", "t");

	m->received_at = received;
	store(k, box, id, "k1", m);
}

static void
test_days(void **state)
{
	struct kit *k = *state;
	struct store_boxes b;
	struct store_box *a;

	setenv("EXSYNC_NOW", "2026-11-20T08:16:00Z", 1);
	mail_at(k, BOX_A, "i1", "<1@x>", T0 - 1000);
	mail_at(k, BOX_A, "i2", "<2@x>", T0 - 2000);
	mail_at(k, BOX_A, "i3", "<3@x>", T0 - DAY);
	mail_at(k, BOX_A, "i4", "<4@x>", T0 - 4 * DAY);
	mail_at(k, BOX_A, "i5", "<5@x>", T0 - 5 * DAY);
	mail_at(k, BOX_A, "i6", "<6@x>", T0 - 400 * DAY);
	mail_at(k, BOX_A, "i7", "<7@x>", TIM_NONE);
	mail_at(k, BOX_A, "i8", "<8@x>", T0 + 400 * DAY);
	/* the same mail: in another mailbox it counts, moved it does not */
	mail_at(k, BOX_B, "i1", "<1@x>", T0 - 1000);
	mail_at(k, BOX_A, "i1-moved", "<1@x>", T0 - 1000);
	/* and told again neither */
	mail_at(k, BOX_A, "i2", "<2@x>", T0 - 2000);
	OK(k, store_box_list(k->st, &b, &k->err));
	OK(k, store_box_days(k->st, &b, T0, &k->err));
	assert_int_equal(b.n, 2);
	a = store_box_find(&b, BOX_A);
	assert_non_null(a);
	assert_int_equal(a->today, 2);
	assert_int_equal(a->yesterday, 1);
	assert_int_equal(a->before, 2);
	assert_int_equal(a->before_days, 4);
	a = store_box_find(&b, BOX_B);
	assert_int_equal(a->today, 1);
	assert_int_equal(a->before_days, 0);
	assert_null(store_box_find(&b, "nobody@x.example"));
	store_box_free(&b);
	assert_int_equal(number(k, "SELECT sum(n) FROM sync_day"), 6);
	unsetenv("EXSYNC_NOW");
}

static void
test_prune(void **state)
{
	struct kit *k = *state;
	struct store_run run;

	memset(&run, 0, sizeof(run));
	setenv("EXSYNC_NOW", "2026-11-20T08:16:00Z", 1);
	mail_at(k, BOX_A, "i1", "<1@x>", T0);
	mail_at(k, BOX_A, "i2", "<2@x>", T0 - 30 * DAY);
	run.outcome = "ok";
	OK(k, store_run_begin(k->st, &run, &k->err));
	OK(k, store_run_end(k->st, &run, &k->err));
	assert_int_equal(number(k, "SELECT count(*) FROM sync_day"), 2);
	setenv("EXSYNC_NOW", "2026-11-21T08:16:00Z", 1);
	OK(k, store_run_begin(k->st, &run, &k->err));
	OK(k, store_run_end(k->st, &run, &k->err));
	assert_string_equal(
	    ask(k, "SELECT group_concat(day) FROM sync_day"), "2026-11-20");
	unsetenv("EXSYNC_NOW");
}

static void
test_boxes(void **state)
{
	struct kit *k = *state;
	struct err fault = ERR_INIT;
	struct store_boxes b;
	struct store_box *a;

	setenv("EXSYNC_NOW", "2026-11-20T08:16:00Z", 1);
	OK(k, store_box_note(k->st, &k->err));
	setenv("EXSYNC_NOW", "2026-11-20T09:16:00Z", 1);
	OK(k, store_box_note(k->st, &k->err));
	err_set(&fault, ERR_AUTH, "denied");
	OK(k, store_mailbox_done(k->st, BOX_A, &fault, T0 + DAY, &k->err));
	OK(k, store_mailbox_done(k->st, BOX_B, NULL, TIM_NONE, &k->err));
	OK(k, store_flush(k->st, &k->err));
	ask(k, "INSERT INTO failure(mailbox,item,class,tries,next_try,"
	       "first_at) VALUES('" BOX_A
	       "','1','item',1,'2027-01-01T00:00:00Z','x'),('" BOX_A
	       "','2','item',10,NULL,'x'),('" BOX_A
	       "','3','item',2,'2026-12-01T00:00:00Z','x')");
	ask(k, "INSERT INTO failure(mailbox,item,class,tries,next_try,"
	       "first_at,moved_at) VALUES('" BOX_B
	       "','1','item',10,NULL,'x','y')");
	OK(k, store_box_list(k->st, &b, &k->err));
	a = store_box_find(&b, BOX_A);
	assert_string_equal(a->state, "failing");
	assert_string_equal(a->profile, "hq");
	assert_string_equal(a->last_error, "denied");
	assert_true(a->first_at == T0);
	assert_true(a->last_ok_at == TIM_NONE);
	assert_true(a->retry_at == T0 + DAY);
	assert_int_equal(a->failures, 3);
	assert_int_equal(a->given_up, 1);
	assert_int_equal(a->waiting, 2);
	assert_true(a->next_try == INT64_C(1796083200000));
	a = store_box_find(&b, BOX_B);
	assert_string_equal(a->state, "enabled");
	assert_true(a->last_ok_at == T0 + 3600000);
	/* moved to Undeliverable */
	assert_int_equal(a->failures, 1);
	assert_int_equal(a->given_up + a->waiting, 0);
	assert_true(a->next_try == TIM_NONE);
	store_box_free(&b);
	unsetenv("EXSYNC_NOW");
}

static void
test_last_run(void **state)
{
	struct kit *k = *state;
	struct store_last_run r;
	struct store_run run;

	memset(&run, 0, sizeof(run));
	OK(k, store_last_run(k->st, &r, &k->err));
	assert_false(r.known);
	OK(k, store_run_begin(k->st, &run, &k->err));
	OK(k, store_last_run(k->st, &r, &k->err));
	assert_true(r.known);
	assert_string_equal(r.outcome, "running");
	assert_true(r.finished == TIM_NONE);
	/* nobody has the lock */
	assert_false(r.running);
	assert_true(r.cut_off);
	OK(k, store_lock(k->st, &k->err));
	OK(k, store_last_run(k->st, &r, &k->err));
	assert_true(r.running);
	assert_false(r.cut_off);
	run.outcome = "partial";
	run.mailboxes = 3;
	run.failed = 1;
	run.count.emails = 7;
	OK(k, store_run_end(k->st, &run, &k->err));
	OK(k, store_last_run(k->st, &r, &k->err));
	assert_string_equal(r.outcome, "partial");
	assert_int_equal(r.mailboxes, 3);
	assert_int_equal(r.failed_mailboxes, 1);
	assert_int_equal(r.emails, 7);
	assert_true(r.finished != TIM_NONE);
	assert_false(r.running || r.cut_off);
}

/* Records a pass; outcome NULL: it is killed. */
static struct store_run
run_wanted(struct kit *k, const char *mailbox, const char *profile,
    const char *outcome)
{
	struct store_run run;

	memset(&run, 0, sizeof(run));
	run.want = (struct store_want){ &mailbox, mailbox != NULL, profile };
	OK(k, store_run_begin(k->st, &run, &k->err));
	run.outcome = outcome;
	if (outcome != NULL)
		OK(k, store_run_end(k->st, &run, &k->err));
	return run;
}

static void
run_once(struct kit *k, const char *outcome)
{
	run_wanted(k, NULL, NULL, outcome);
}

/* Passes in a row by restriction, as "3, --profile hq 2". */
static char *
in_a_row(struct kit *k, bool cut_off)
{
	static char text[256];
	struct store_interrupteds v;
	size_t i, n = 0;

	text[0] = '\0';
	OK(k, store_interrupted_list(k->st, cut_off, &v, &k->err));
	for (i = 0; i < v.n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s%s%lld",
		    i > 0 ? ", " : "", str_nn(v.v[i].wanted.text),
		    v.v[i].wanted.text != NULL ? " " : "", (long long)v.v[i].n);
	arena_free(&v.arena);
	return text;
}

/* Passes interrupted or killed in a row, until one comes to its end. */
static void
test_runs_over(void **state)
{
	struct kit *k = *state;
	struct store_last_run r;

	run_once(k, NULL);
	OK(k, store_last_run(k->st, &r, &k->err));
	assert_string_equal(r.ended, "");
	assert_string_equal(in_a_row(k, false), "");
	run_once(k, "partial");
	run_once(k, "interrupted");
	run_once(k, NULL); /* killed */
	run_once(k, NULL);
	OK(k, store_last_run(k->st, &r, &k->err));
	assert_string_equal(r.outcome, "running");
	assert_string_equal(r.ended, "interrupted");
	assert_string_equal(in_a_row(k, false), "2");
	assert_string_equal(in_a_row(k, true), "3");
	run_once(k, "interrupted");
	assert_string_equal(in_a_row(k, false), "4");
	run_once(k, "ok");
	run_once(k, NULL);
	OK(k, store_last_run(k->st, &r, &k->err));
	assert_string_equal(r.ended, "ok");
	assert_string_equal(in_a_row(k, false), "");
}

/* The latest passes, as "--profile hq running, ok", and so many only. */
static void
test_pass_list(void **state)
{
	struct kit *k = *state;
	struct store_passes v;

	OK(k, store_pass_list(k->st, 3, &v, &k->err));
	assert_int_equal(v.n, 0);
	arena_free(&v.arena);
	run_once(k, "failed");
	run_once(k, "ok");
	run_wanted(k, "a@x.example", NULL, "interrupted");
	run_wanted(k, NULL, "hq", NULL);
	OK(k, store_pass_list(k->st, 3, &v, &k->err));
	assert_int_equal(v.n, 3);
	assert_string_equal(v.v[0].wanted.text, "--profile hq");
	assert_true(v.v[0].open && v.v[0].finished == TIM_NONE);
	assert_string_equal(v.v[1].wanted.text, "--mailbox a@x.example");
	assert_false(v.v[1].open || v.v[1].finished == TIM_NONE);
	assert_null(v.v[2].wanted.text);
	assert_true(v.v[2].started != TIM_NONE);
	arena_free(&v.arena);
}

/* Only a pass over at least as much ends a row; each restriction has one. */
static void
test_runs_wanted(void **state)
{
	struct kit *k = *state;

	run_once(k, "interrupted");
	run_wanted(k, "a@x.example", NULL, "ok");
	run_wanted(k, NULL, "hq", "interrupted");
	run_once(k, "interrupted");
	run_wanted(k, NULL, "branch", "ok");
	run_wanted(k, "a@x.example", NULL, "interrupted");
	run_once(k, "interrupted");
	assert_string_equal(
	    in_a_row(k, false), "3, --mailbox a@x.example 1, --profile hq 1");
	run_wanted(k, "b@x.example", NULL, "ok");
	assert_string_equal(
	    in_a_row(k, false), "3, --mailbox a@x.example 1, --profile hq 1");
	run_wanted(k, NULL, "branch", "failed");
	assert_string_equal(in_a_row(k, false), "3, --profile hq 1");
	run_wanted(k, NULL, "hq", "partial");
	assert_string_equal(in_a_row(k, false), "3");
	run_wanted(k, NULL, "hq", "interrupted");
	run_once(k, "partial");
	assert_string_equal(in_a_row(k, false), "");
	/* the ids are used again */
	ask(k, "DELETE FROM run");
	run_once(k, "interrupted");
	run_once(k, "interrupted");
	run_wanted(k, NULL, "branch", "interrupted");
	assert_string_equal(in_a_row(k, false), "--profile branch 1, 2");
}

/* What a pass is told of those before it, when it begins. */
static void
test_runs_before(void **state)
{
	struct kit *k = *state;
	struct store_run run;

	run_once(k, "ok");
	run = run_wanted(k, NULL, NULL, NULL);
	assert_int_equal(run.interrupted, 0);
	assert_true(run.interrupted_since == TIM_NONE);
	ask(k, "UPDATE run SET started='2026-11-20T08:16:00Z' WHERE id=2");
	run = run_wanted(k, NULL, NULL, "interrupted");
	assert_int_equal(run.interrupted, 1); /* that was killed */
	run = run_wanted(k, NULL, "hq", "ok");
	assert_int_equal(run.interrupted, 0);
	run = run_wanted(k, NULL, NULL, "interrupted");
	assert_int_equal(run.interrupted, 2);
	assert_true(run.interrupted_since == INT64_C(1795162560000));
	run = run_wanted(k, NULL, NULL, "failed");
	assert_int_equal(run.interrupted, 3);
	run = run_wanted(k, NULL, NULL, "ok");
	assert_int_equal(run.interrupted, 0);
}

/* --- what the database could not take ---------------------------------- */

/* The trouble is stored after the pid, which every pass writes anew. */
static void
test_trouble(void **state)
{
	struct kit *k = *state;
	struct store_trouble t = { "store", T0 }, got;
	char name[128];
	struct stat s;
	FILE *f;

	snprintf(name, sizeof(name), "%s.lock", k->path);
	assert_false(store_trouble_get(k->path, &got));
	/* a lock file of before, or none */
	f = fopen(name, "w");
	assert_true(fputs("12345\n", f) >= 0);
	fclose(f);
	assert_false(store_trouble_get(k->path, &got));
	assert_true(store_trouble_set(k->path, &t));
	assert_true(store_trouble_get(k->path, &got));
	assert_string_equal(got.code, "store");
	assert_true(got.since == T0);
	OK(k, store_lock(k->st, &k->err));
	assert_true(store_trouble_get(k->path, &got));
	assert_true(got.since == T0);
	assert_true(store_trouble_set(k->path, NULL));
	assert_false(store_trouble_get(k->path, &got));
	assert_int_equal(stat(name, &s), 0);
	assert_int_equal(s.st_size, 64);
	/* a hole, as where no byte could be written */
	assert_int_equal(truncate(name, 128), 0);
	assert_true(store_trouble_get(k->path, &got));
	assert_string_equal(got.code, "store");
	assert_true(got.since == TIM_NONE);
	/* what is longer than it may be is cut */
	memset(t.code, 'c', sizeof(t.code));
	t.since = TIM_NONE;
	assert_true(store_trouble_set(k->path, &t));
	assert_true(store_trouble_get(k->path, &got));
	assert_int_equal(strlen(got.code), 31);
	assert_int_equal(stat(name, &s), 0);
	assert_int_equal(s.st_size, 128);
	assert_int_equal(unlink(name), 0);
}

#define KIT(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

/* The spelling of scopes, which the CRM reads; and their parsing. */
static void
test_scope(void **state)
{
	static const struct {
		struct store_scope scope;
		const char *text;
		bool reads;
	} row[] = {
		{ { OF_EXSYNC, NULL, 0 }, "exsync", true },
		{ { OF_PROFILE, "hq", 0 }, "profile hq", true },
		{ { OF_PROFILE, "of hq", 0 }, "profile of hq", true },
		{ { OF_MAILBOX, BOX_A, 0 }, "mailbox " BOX_A, true },
		{ { OF_PROXY, "hq", 0 }, "proxy of hq", true },
		{ { OF_ACCESS, BOX_A, 0 }, "access " BOX_A, false },
		{ { OF_FOLDER, BOX_A, 7 }, "access " BOX_A " folder 7", false },
		{ { OF_OTHER, "exsync 2", 0 }, "exsync 2", true },
		{ { OF_OTHER, "", 0 }, "", true },
	};
	char text[STORE_SCOPE_TEXT], name[2000];
	struct store_scope s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		store_scope_text(&row[i].scope, text);
		assert_string_equal(text, row[i].text);
		s = store_scope_read(row[i].text);
		assert_int_equal(
		    s.kind, row[i].reads ? row[i].scope.kind : OF_OTHER);
		assert_true(!row[i].reads ||
			    store_scope_is(&row[i].scope, s.kind, s.name));
	}
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	s = (struct store_scope){ OF_FOLDER, name, INT64_MIN };
	store_scope_text(&s, text);
	assert_true(strlen(text) < sizeof(text));
	assert_false(store_scope_is(&s, OF_MAILBOX, NULL));
	assert_true(store_scope_is(&s, OF_FOLDER, NULL));
	assert_false(store_scope_is(&s, OF_FOLDER, "x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT(test_once),
		KIT(test_again),
		KIT(test_order),
		KIT(test_uncounted),
		KIT(test_silence),
		KIT(test_login),
		cmocka_unit_test(test_scope),
		KIT(test_login_clean),
		KIT(test_days),
		KIT(test_prune),
		KIT(test_boxes),
		KIT(test_last_run),
		KIT(test_runs_over),
		KIT(test_pass_list),
		KIT(test_runs_wanted),
		KIT(test_runs_before),
		KIT(test_trouble),
	};

	return cmocka_run_group_tests_name("store health", tests, NULL, NULL);
}
