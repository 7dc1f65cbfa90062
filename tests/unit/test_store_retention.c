/*
 * test_store_retention.c - mail that is too old is removed, and no other; what
 * happened long ago is deleted, and nothing that somebody still needs.
 */
#include "base/stop.h"
#include "store/history.h"
#include "store/retention.h"
#include "test_store_mails.h"

#define DAY   INT64_C(86400000)
#define TODAY (T0 / DAY * DAY)

/* A mail of so many days ago; NONE: nothing tells when. */
#define NONE (-1)
static struct message *
aged(const char *mid, const char *subject, int received, int sent)
{
	struct message *m = mail(mid, subject, subject);

	m->received_at = received == NONE ? TIM_NONE : TODAY - received * DAY;
	m->sent_at = sent == NONE ? TIM_NONE : TODAY - sent * DAY;
	return m;
}

static int64_t
sweep(struct kit *k, int days)
{
	int64_t n;

	err_clear(&k->err);
	assert_int_equal(
	    store_retention_sweep(k->st, TODAY - days * DAY, &n, &k->err), 1);
	holds(k, false);
	return n;
}

static const char *
left(struct kit *k)
{
	return ask(k, "SELECT ifnull(group_concat(subject),'') FROM (SELECT "
		      "subject FROM email ORDER BY subject)");
}

static void
test_ages(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "a1", "k", aged("<1@x>", "a", 10, 10));
	store(k, BOX_A, "a2", "k", aged("<2@x>", "b", 9, 30));
	store(k, BOX_A, "a3", "k", aged("<3@x>", "c", 30, 1));
	store(k, BOX_A, "a4", "k", aged("<4@x>", "d", NONE, 30));
	store(k, BOX_A, "a5", "k", aged("<5@x>", "e", NONE, NONE));
	/* the whole day stays */
	assert_int_equal(sweep(k, 10), 2);
	assert_string_equal(left(k), "a,b,e");
	assert_int_equal(sweep(k, 10), 0);
	assert_int_equal(sweep(k, 9), 1);
	/* what comes later */
	store(k, BOX_A, "a6", "k", aged("<6@x>", "f", 3, 3));
	assert_int_equal(sweep(k, 5), 1);
	assert_string_equal(left(k), "e,f");
	assert_int_equal(sweep(k, -1000), 1);
	assert_string_equal(left(k), "e");
	assert_int_equal(number(k, "SELECT count(*) FROM sync_age"), 0);
	assert_int_equal(
	    number(k, "SELECT n FROM sync_mark WHERE what='expired'"), 5);
}

/* Copies tell another time: the earliest counts, whenever it comes. */
static void
test_age_changes(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "a1", "k", aged("<1@x>", "a", 5, 20));
	store(k, BOX_A, "a2", "k", aged("<2@x>", "b", 5, 20));
	assert_int_equal(sweep(k, 10), 0);
	store(k, BOX_B, "b1", "k", aged("<1@x>", "a", 15, 20));
	assert_int_equal(sweep(k, 10), 1);
	assert_string_equal(left(k), "b");
	/* the only copy says that it is younger */
	store(k, BOX_A, "a2", "k2", aged("<2@x>", "B", 1, 20));
	assert_int_equal(sweep(k, 3), 0);
	assert_string_equal(left(k), "B");
	assert_int_equal(sweep(k, 0), 1);
}

/* Mails that share a Message-ID go together, with the newest. */
static void
test_group(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "a1", "k", aged("<1@x>", "first", 30, 30));
	store(k, BOX_A, "a2", "k", aged("<1@x>", "second", 20, 20));
	store(k, BOX_A, "a3", "k", aged("<1@x>", "third", 10, 10));
	assert_int_equal(mails(k), 3);
	assert_int_equal(sweep(k, 15), 0);
	assert_int_equal(sweep(k, 12), 0);
	assert_int_equal(mails(k), 3);
	assert_int_equal(sweep(k, 9), 3);
	assert_int_equal(mails(k), 0);
	/* and never with one whose age is not known */
	store(k, BOX_A, "a4", "k", aged("<2@x>", "old", 30, 30));
	store(k, BOX_A, "a5", "k", aged("<2@x>", "when", NONE, NONE));
	assert_int_equal(mails(k), 2);
	assert_int_equal(sweep(k, 9), 0);
	assert_int_equal(mails(k), 2);
}

static void
test_counted_only(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "a1", "k", aged("<1@x>", "a", 30, 30));
	store(k, BOX_A, "a2", "k", aged("<2@x>", "b", 3, 3));
	store(k, BOX_A, "a3", "k", aged("<3@x>", "c", 30, 30));
	store(k, BOX_A, "a4", "k", aged("<3@x>", "d", 3, 3));
	store_close(k->st);
	kit_open(k, STORE_READ_ONLY);
	assert_int_equal(sweep(k, 10), 1);
	assert_int_equal(mails(k), 4);
}

/* Whoever asks the program to end does not wait until all is removed. */
static int
stopped_sweep(struct kit *k)
{
	int64_t n;

	stop_request();
	return store_retention_sweep(k->st, TODAY, &n, &k->err) == 0 && n == 0
		   ? 0
		   : 1;
}

static void
test_stopped(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "a1", "k", aged("<1@x>", "a", 30, 30));
	assert_int_equal(in_child(stopped_sweep, k), 0);
	assert_int_equal(mails(k), 1);
}

static void
test_known(void **state)
{
	struct kit *k = *state;
	struct store_retention r;

	OK(k, store_retention_get(k->st, T0, &r, &k->err));
	assert_true(r.limit == TIM_NONE && r.trusted == TIM_NONE &&
		    r.history == TIM_NONE && r.newest == TIM_NONE);
	store(k, BOX_A, "a1", "k", aged("<1@x>", "a", 3, 30));
	store(k, BOX_A, "a2", "k", aged("<2@x>", "b", -3, 30));
	r.limit = TODAY;
	r.trusted = T0;
	OK(k, store_retention_put(k->st, &r, &k->err));
	OK(k, store_retention_get(k->st, T0, &r, &k->err));
	assert_true(
	    r.limit == TODAY && r.trusted == T0 && r.history == TIM_NONE);
	/* what comes from the future is no witness */
	assert_int_equal(r.newest, TODAY - 3 * DAY);
}

/* --- at random ---------------------------------------------------------- */

static unsigned lot;

static unsigned
draw(unsigned n)
{
	lot = lot * 1103515245 + 12345;
	return (lot >> 16) % n;
}

/* One of a few Message-IDs, texts, subjects, days, contents and places. */
static void
put_any(struct kit *k)
{
	static const char *const mid[] = { "<1@x>", "<2@x>", "<3@x>", NULL };
	static const char *const text[] = { OFFER, BANNER OFFER LEGAL, ORDER,
		BANNER ORDER, LEGAL LEGAL };
	static const char *const subject[] = { "Steel", "[EXT] Steel", "Wood" };
	static const char *const content[] = { "one", "two", NULL };
	char id[8], key[8];
	struct message *m = mail(mid[draw(4)], subject[draw(3)], text[draw(5)]);

	m->received_at = TODAY - (int64_t)draw(20) * DAY;
	m->sent_at = TODAY - (int64_t)draw(2) * 20 * DAY;
	if (draw(2) == 0)
		attach(k, m, "file.txt", content[draw(3)]);
	snprintf(id, sizeof(id), "i%u", draw(8));
	snprintf(key, sizeof(key), "k%u", draw(1000));
	store(k, draw(2) == 0 ? BOX_A : BOX_B, id, key, m);
}

static void
let_go(struct kit *k)
{
	char id[8];

	snprintf(id, sizeof(id), "i%u", draw(8));
	gone(k, draw(2) == 0 ? BOX_A : BOX_B, id);
}

/* Every item that is there has a copy that lies there, unless it expired. */
static void
check_items(struct kit *k)
{
	assert_int_equal(
	    number(k, "SELECT count(*) FROM decision d WHERE state=0 AND "
		      "(verdict='expired')=EXISTS(SELECT 1 FROM sync_copy c "
		      "WHERE c.email=d.email AND c.item_id=d.item AND "
		      "c.mailbox=d.mailbox AND c.removed_at IS NULL)"),
	    0);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM sync_copy c WHERE removed_at IS "
		      "NULL AND NOT EXISTS(SELECT 1 FROM decision d WHERE "
		      "d.email=c.email AND d.item=c.item_id AND "
		      "d.mailbox=c.mailbox AND d.state=0)"),
	    0);
}

static void
test_random(void **state)
{
	struct kit *k = *state;
	int64_t removed = 0;
	unsigned seed;
	int i;

	for (seed = 1; seed <= 12; seed++) {
		lot = seed;
		for (i = 0; i < 60; i++) {
			unsigned what = draw(10);

			if (what < 7)
				put_any(k);
			else if (what < 9)
				let_go(k);
			else
				removed += sweep(k, 2 + (int)draw(18));
			holds(k, false);
			check_items(k);
		}
		removed += sweep(k, -1);
		assert_int_equal(
		    number(k, "SELECT (SELECT count(*) FROM sync_email)+"
			      "(SELECT count(*) FROM sync_copy)+(SELECT "
			      "count(*) FROM sync_edition)+(SELECT count(*) "
			      "FROM blob)+(SELECT count(*) FROM sync_age)"),
		    0);
	}
	assert_true(removed > 100);
}

/* --- what happened ------------------------------------------------------ */

static void
change(struct kit *k, const char *sql)
{
	sqlite3 *h = NULL;

	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	assert_int_equal(sqlite3_exec(h, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(h);
}

static int64_t
prune(struct kit *k)
{
	int64_t n;

	err_clear(&k->err);
	assert_int_equal(
	    store_history_prune(k->st, TODAY - 10 * DAY, &n, &k->err), 1);
	holds(k, false);
	return n;
}

/* Rows 1 to 9, the first four of them old. */
static void
put_changes(struct kit *k)
{
	change(k,
	    "DELETE FROM change; WITH RECURSIVE g(n) AS(SELECT 1 UNION ALL "
	    "SELECT n+1 FROM g WHERE n<9) INSERT INTO change SELECT n,'email',"
	    "'x','insert',iif(n<5,'2026-11-01T00:00:00Z',"
	    "'2026-11-15T00:00:00Z') FROM g");
}

static long
first_change(struct kit *k)
{
	return number(k, "SELECT min(seq) FROM change");
}

static void
test_changes(void **state)
{
	struct kit *k = *state;

	put_changes(k);
	change(k, "INSERT INTO consumer VALUES('a',0),('b',9)");
	assert_int_equal(prune(k), 0);
	change(k, "UPDATE consumer SET acked_seq=2 WHERE name='a'");
	assert_int_equal(prune(k), 2);
	assert_int_equal(first_change(k), 3);
	change(k, "DELETE FROM consumer");
	assert_int_equal(prune(k), 2);
	assert_int_equal(first_change(k), 5);
	/* the last one stays, however old */
	change(k, "UPDATE change SET at='2026-11-01T00:00:00Z'");
	assert_int_equal(prune(k), 4);
	assert_int_equal(first_change(k), 9);
}

static void
test_decisions(void **state)
{
	struct kit *k = *state;
	struct change gone[] = { { .op = CHANGE_DELETE, .id = "a1" },
		{ .op = CHANGE_DELETE, .id = "a2" },
		{ .op = CHANGE_DELETE, .id = "a3" } };
	struct store_page p = { .folder = k->inbox_a,
		.cursor = "c",
		.change = gone,
		.nchange = 3 };

	store(k, BOX_A, "a1", "k", aged("<1@x>", "a", 30, 30));
	store(k, BOX_A, "a2", "k", aged("<2@x>", "b", 30, 30));
	store(k, BOX_A, "a3", "k", aged("<3@x>", "c", 30, 30));
	store(k, BOX_A, "a4", "k", aged("<4@x>", "d", 30, 30));
	page(k, BOX_A, &p);
	change(k, "UPDATE decision SET at='2026-11-01T00:00:00Z';"
		  "UPDATE sync_copy SET removed_at='2026-11-01T00:00:00Z' "
		  "WHERE item_id<>'a2' AND removed_at IS NOT NULL;"
		  "INSERT INTO failure(mailbox,item,class,tries,first_at,"
		  "moved_at) VALUES('" BOX_A "','a3','item',9,"
		  "'2026-11-01T00:00:00Z','2026-11-01T00:00:00Z')");
	/* not one that went lately, whose failure is shown, or that is there */
	assert_int_equal(prune(k), 1);
	assert_string_equal(
	    ask(k, "SELECT group_concat(item) FROM decision"), "a2,a3,a4");
	/* it comes back: the same mail, the same copy */
	store(k, BOX_A, "a1", "k2", aged("<1@x>", "a", 30, 30));
	holds(k, false);
	assert_int_equal(mails(k), 4);
	assert_int_equal(number(k, "SELECT count(*) FROM email_copy"), 4);
	assert_string_equal(
	    ask(k, "SELECT op FROM change ORDER BY seq DESC LIMIT 1"),
	    "insert");
	assert_int_equal(number(k, "SELECT removed_at IS NULL FROM email_copy "
				   "WHERE item_id='a1'"),
	    1);
}

static void
test_late(void **state)
{
	struct kit *k = *state;
	struct store_consumers late;

	put_changes(k);
	change(k, "INSERT INTO consumer VALUES('a',2),('b',3),('c',4)");
	OK(k, store_consumers_late(k->st, TODAY - 10 * DAY, &late, &k->err));
	assert_int_equal(late.n, 2);
	assert_string_equal(late.v[0].name, "a");
	assert_int_equal(late.v[0].rows, 7);
	assert_string_equal(late.v[1].name, "b");
	assert_int_equal(late.v[1].rows, 6);
	arena_free(&late.arena);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
	static const struct CMUnitTest tests[] = {
		T(test_ages),
		T(test_age_changes),
		T(test_group),
		T(test_counted_only),
		T(test_stopped),
		T(test_known),
		T(test_random),
		T(test_changes),
		T(test_decisions),
		T(test_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
