/*
 * test_store_text.c - the text of mail that has only HTML: it is there, follows
 * the HTML, and mail of earlier versions gets it.
 */
#include "store/db.h"
#include "test_store_mails.h"

#define SALE "<p>We offer <b>12 pallets</b> of steel for 4711,50 EUR.</p>"
#define SAID "We offer 12 pallets of steel for 4711,50 EUR."
#define WARN "<p>CAUTION: This email originated from outside.</p>"
#define TOLD "CAUTION: This email originated from outside.\n\n"

static void
change(struct kit *k, const char *sql)
{
	sqlite3 *h = NULL;

	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	assert_int_equal(sqlite3_exec(h, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(h);
}

static void
put_html(struct kit *k, const char *box, const char *id, const char *key,
    const char *html)
{
	struct message *m = mail("<1@x>", "Steel", NULL);

	m->html = html;
	m->html_len = html != NULL ? strlen(html) : 0;
	store(k, box, id, key, m);
}

static const char *
shown(struct kit *k)
{
	return ask(k, "SELECT text_source||': '||text FROM email_body");
}

static const char *
own_text(struct kit *k)
{
	return ask(k, "SELECT text_source||': '||text FROM email_copy_text");
}

static void
test_follows(void **state)
{
	struct kit *k = *state;

	put_html(k, BOX_A, "a1", "k1", SALE);
	assert_string_equal(shown(k), "html: " SAID);
	assert_string_equal(ask(k, "SELECT html FROM email_body"), SALE);
	put_html(k, BOX_A, "a1", "k2", "<i>Sold</i>");
	assert_string_equal(shown(k), "html: Sold");
	holds(k, false);
	/* without anything to read it is known that there is nothing */
	put_html(k, BOX_A, "a1", "k3", "<img src=x>");
	assert_string_equal(shown(k), "html: ");
	store(k, BOX_A, "a1", "k4", mail("<1@x>", "Steel", OFFER));
	assert_string_equal(shown(k), "mail: " OFFER);
	assert_string_equal(
	    ask(k, "SELECT html_text IS NULL FROM sync_email"), "1");
	holds(k, false);
}

/* Copies that differ have texts of their own, and no text changes what is one
 * mail. */
static void
test_copies(void **state)
{
	struct kit *k = *state;

	put_html(k, BOX_A, "a1", "k1", SALE);
	put_html(k, BOX_B, "b1", "k1", WARN SALE);
	assert_int_equal(mails(k), 1);
	assert_string_equal(shown(k), "html: " TOLD SAID);
	assert_string_equal(own_text(k), "html: " SAID);
	holds(k, false);
	gone(k, BOX_B, "b1");
	assert_string_equal(shown(k), "html: " SAID);
	assert_int_equal(editions(k), 0);
	/* the poorer copy comes last */
	put_html(k, BOX_A, "a1", "k2", WARN SALE);
	put_html(k, BOX_B, "b1", "k2", SALE);
	assert_string_equal(shown(k), "html: " TOLD SAID);
	assert_string_equal(own_text(k), "html: " SAID);
	holds(k, false);
	gone(k, BOX_B, "b1");
	put_html(k, BOX_A, "a1", "k3", SALE);
	/* a copy that has a text beside one that has HTML */
	store(k, BOX_B, "b2", "k1", mail("<1@x>", "Steel", BANNER OFFER));
	assert_int_equal(mails(k), 1);
	assert_string_equal(shown(k), "mail: " BANNER OFFER);
	assert_string_equal(own_text(k), "html: " SAID);
	holds(k, false);
}

/* As an earlier version left it. */
static void
forget_texts(struct kit *k)
{
	change(k, "UPDATE sync_email SET html_text=NULL;"
		  "UPDATE sync_edition SET html_text=NULL;"
		  "UPDATE sync_mark SET n=(SELECT ifnull(max(n),0) FROM "
		  "sync_email) WHERE what='texts';"
		  "UPDATE sync_mark SET n=(SELECT ifnull(max(n),0) FROM "
		  "sync_edition) WHERE what='edition texts'");
}

static void
pass(struct kit *k)
{
	struct store_run run;

	memset(&run, 0, sizeof(run));
	OK(k, store_run_begin(k->st, &run, &k->err));
	run.outcome = "ok";
	OK(k, store_run_end(k->st, &run, &k->err));
}

static int
count_commit(void *commits)
{
	++*(int *)commits;
	return 0;
}

static void
test_earlier(void **state)
{
	struct kit *k = *state;
	char id[32], mid[32];
	struct message *m;
	int i, first, commits = 0;

	setenv("EXSYNC_TEXTS", "2", 1); /* mails of a slice */
	for (i = 0; i < 7; i++) {
		snprintf(id, sizeof(id), "m%d", i);
		snprintf(mid, sizeof(mid), "<m%d@x>", i);
		m = mail(mid, "Steel", i == 3 ? OFFER : NULL);
		m->html = i == 3 ? NULL : SALE;
		m->html_len = i == 3 ? 0 : strlen(SALE);
		store(k, BOX_A, id, "k1", m);
	}
	put_html(k, BOX_A, "a1", "k1", SALE);
	put_html(k, BOX_B, "b1", "k1", WARN SALE);
	forget_texts(k);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_body WHERE text_source IS "
		      "NULL AND text IS NULL"),
	    7);
	sqlite3_commit_hook(k->st->h, count_commit, &commits);
	pass(k);
	/* four slices of mails, one of editions; another pass has none */
	first = commits;
	pass(k);
	assert_int_equal(first - 5, commits - first);
	sqlite3_commit_hook(k->st->h, NULL, NULL);
	holds(k, false);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_body WHERE text='" SAID
		      "' AND text_source='html'"),
	    6);
	assert_string_equal(own_text(k), "html: " SAID);
	assert_int_equal(number(k, "SELECT sum(n) FROM sync_mark WHERE what IN("
				   "'texts','edition texts')"),
	    0);
	/* what is above the mark is not looked at again */
	change(k, "UPDATE sync_email SET html_text='x' WHERE html IS NOT NULL;"
		  "UPDATE sync_mark SET n=1 WHERE what='texts'");
	pass(k);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_body WHERE text='x'"), 7);
	unsetenv("EXSYNC_TEXTS");
}

/* The mail's text moves to an edition, or from one, before it is filled in. */
static void
test_moves_before(void **state)
{
	struct kit *k = *state;

	put_html(k, BOX_A, "a1", "k1", SALE);
	forget_texts(k);
	put_html(k, BOX_B, "b1", "k1", WARN SALE);
	assert_string_equal(own_text(k), "html: " SAID);
	forget_texts(k);
	gone(k, BOX_B, "b1");
	assert_string_equal(shown(k), "html: " SAID);
	holds(k, false);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_follows),
		TEST(test_copies), TEST(test_earlier),
		TEST(test_moves_before) };

	return cmocka_run_group_tests_name("store_text", tests, NULL, NULL);
}
