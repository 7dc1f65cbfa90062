/*
 * test_store_verify.c - what the file says of items that the server lists, and
 * which of its rows the server does not list. EXSYNC_VERIFY_MANY: how many rows
 * the test of memory has (30000).
 */
#include "test_store.h"

#include <sys/resource.h>

#include "store/admin.h"
#include "store/verify.h"

static void
run_sql(struct kit *k, const char *sql)
{
	sqlite3 *h = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	sqlite3_busy_timeout(h, 5000);
	if (sqlite3_exec(h, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(h);
}

/* An item of ann's inbox that was left out by that rule, or failed. */
static void
leave_out(struct kit *k, const char *id, const char *rule, int64_t next_try)
{
	struct decision d = keep();
	struct store_item it = item(id, "k", k->inbox_a, NULL, &d);
	struct message *m = mail("<s@x>", "s", "x");
	struct err fault = ERR_INIT;

	d.verdict = VERDICT_SKIP;
	snprintf(d.rule, sizeof(d.rule), "%s", rule);
	it.message = m;
	if (rule[0] == '\0') {
		it.decision = NULL;
		it.message = NULL;
		err_set(&fault, ERR_ITEM, "broken");
		it.fault = &fault;
		it.next_try = next_try;
	}
	put(k, BOX_A, &it);
	message_free(m);
}

static enum store_is
list_one(struct kit *k, struct store_verify *v, const char *id)
{
	enum store_is is = STORE_IS_BROKEN;

	OK(k, store_verify_listed(v, k->inbox_a, &id, 1, &is, &k->err));
	return is;
}

/* As many rows in doubt as there are; *last: one of them, or "". */
static size_t
count_doubts(struct kit *k, struct store_verify *v, char *last)
{
	struct store_doubts d;
	size_t n = 0;

	last[0] = '\0';
	OK(k, store_verify_compare(v, &k->err));
	for (;;) {
		OK(k, store_verify_doubts(v, &d, &k->err));
		if (d.n == 0)
			break;
		snprintf(last, 64, "%s", d.v[0].item);
		n += d.n;
		arena_free(&d.arena);
	}
	return n;
}

static void
test_listed(void **state)
{
	struct kit *k = *state;
	struct change gone = { .op = CHANGE_DELETE, .id = "gone" };
	struct store_page p = {
		.folder = k->inbox_a, .change = &gone, .nchange = 1
	};
	struct store_verify v;
	const char *moved = "kept";
	enum store_is is;

	store(k, BOX_A, "kept", "k", mail("<1@x>", "1", "x"));
	store(k, BOX_A, "gone", "k", mail("<2@x>", "2", "x"));
	store(k, BOX_A, "uncopied", "k", mail("<3@x>", "3", "x"));
	leave_out(k, "left", "match", 0);
	leave_out(k, "out", "rule rivals", 0);
	leave_out(k, "waits", "", T0);
	leave_out(k, "over", "", TIM_NONE);
	leave_out(k, "lost", "", T0);
	leave_out(k, "nameless", "x", 0);
	page(k, BOX_A, &p);
	run_sql(k, "DELETE FROM failure WHERE item='lost';"
		   "UPDATE decision SET rule=NULL WHERE item='nameless';"
		   "DELETE FROM sync_copy WHERE item_id='uncopied'");

	store_verify_begin(&v, k->st, BOX_A, 9);
	assert_int_equal(list_one(k, &v, "kept"), STORE_IS_STORED);
	assert_int_equal(list_one(k, &v, "gone"), STORE_IS_GONE);
	assert_int_equal(list_one(k, &v, "uncopied"), STORE_IS_BROKEN);
	assert_int_equal(list_one(k, &v, "left"), STORE_IS_SKIPPED);
	assert_int_equal(list_one(k, &v, "out"), STORE_IS_SKIPPED);
	assert_int_equal(list_one(k, &v, "waits"), STORE_IS_WAITING);
	assert_int_equal(list_one(k, &v, "over"), STORE_IS_GIVEN_UP);
	assert_int_equal(list_one(k, &v, "lost"), STORE_IS_BROKEN);
	assert_int_equal(list_one(k, &v, "nameless"), STORE_IS_BROKEN);
	assert_int_equal(list_one(k, &v, "never"), STORE_IS_UNKNOWN);
	assert_int_equal(v.is[STORE_IS_SKIPPED], 2);
	assert_int_equal(v.nrule, 2);
	OK(k, store_verify_look(&v, k->projects_a, &moved, 1, &is, &k->err));
	assert_int_equal(is, STORE_IS_ELSEWHERE);
	assert_int_equal(v.is[STORE_IS_ELSEWHERE], 0); /* looks count nothing */
	store_verify_end(&v);
}

/* Which rows does the server not list? */
static void
test_rows(void **state)
{
	struct kit *k = *state;
	struct store_verify v;
	const char *left = "b";
	char last[64];
	int64_t n;

	store(k, BOX_A, "a", "k", mail("<1@x>", "1", "x"));
	store(k, BOX_A, "b", "k", mail("<2@x>", "2", "x"));
	leave_out(k, "c", "match", 0);

	store_verify_begin(&v, k->st, BOX_A, 3);
	list_one(k, &v, "a");
	list_one(k, &v, "b");
	list_one(k, &v, "c");
	list_one(k, &v, "unknown");
	store_verify_folder(&v, k->inbox_a, true);
	assert_int_equal(count_doubts(k, &v, last), 0);
	store_verify_end(&v);

	store_verify_begin(&v, k->st, BOX_A, 3);
	list_one(k, &v, "a");
	list_one(k, &v, "c");
	store_verify_folder(&v, k->inbox_a, true);
	assert_int_equal(count_doubts(k, &v, last), 1);
	assert_string_equal(last, "b");
	store_verify_end(&v);

	/* what has left since the cursor is no doubt */
	store_verify_begin(&v, k->st, BOX_A, 3);
	list_one(k, &v, "a");
	list_one(k, &v, "c");
	OK(k, store_verify_left(&v, k->inbox_a, &left, 1, &n, &k->err));
	assert_int_equal(n, 1);
	store_verify_folder(&v, k->inbox_a, true);
	assert_int_equal(count_doubts(k, &v, last), 0);
	store_verify_end(&v);

	/* a folder that was not listed to its end says nothing */
	store_verify_begin(&v, k->st, BOX_A, 3);
	list_one(k, &v, "a");
	store_verify_folder(&v, k->inbox_a, false);
	assert_int_equal(count_doubts(k, &v, last), 0);
	store_verify_end(&v);
}

/* Rows in doubt without need, and rows that a pass writes meanwhile. */
static void
test_rows_meanwhile(void **state)
{
	struct kit *k = *state;
	struct store_verify v;
	char last[64];

	store(k, BOX_A, "a", "k", mail("<1@x>", "1", "x"));
	store(k, BOX_A, "b", "k", mail("<2@x>", "2", "x"));
	leave_out(k, "c", "match", 0);

	/* one that is listed twice is in doubt, and is asked for */
	store_verify_begin(&v, k->st, BOX_A, 3);
	list_one(k, &v, "a");
	list_one(k, &v, "a");
	list_one(k, &v, "b");
	list_one(k, &v, "c");
	store_verify_folder(&v, k->inbox_a, true);
	assert_int_equal(count_doubts(k, &v, last), 1);
	assert_string_equal(last, "a");
	store_verify_end(&v);

	/* nor one that lies ahead of the cursor: the next pass sees to it */
	run_sql(k, "INSERT INTO sync_ahead SELECT folder,item FROM decision "
		   "WHERE item='b'");
	store_verify_begin(&v, k->st, BOX_A, 3);
	list_one(k, &v, "a");
	list_one(k, &v, "c");
	store_verify_folder(&v, k->inbox_a, true);
	assert_int_equal(count_doubts(k, &v, last), 0);
	store_verify_end(&v);
	run_sql(k, "DELETE FROM sync_ahead");

	/* what a pass has decided since the verification began does not count,
	 * but a row of the future does: a clock was wrong */
	store_verify_begin(&v, k->st, BOX_A, 3);
	strcpy(v.began, "2000-01-01T00:00:00Z");
	run_sql(
	    k, "UPDATE decision SET at='9999-01-01T00:00:00Z' WHERE item='c'");
	list_one(k, &v, "a");
	store_verify_folder(&v, k->inbox_a, true);
	assert_int_equal(count_doubts(k, &v, last), 1);
	assert_string_equal(last, "c");
	store_verify_end(&v);
}

/* The walking of ann's inbox, and what the next pass is told of it. */
static void
assert_asked(struct kit *k, int walking, bool verify)
{
	struct store_folders f;

	assert_int_equal(
	    number(k, "SELECT max(walking) FROM sync_folder"), walking);
	known_folders(k, BOX_A, &f);
	assert_true(f.v[0].restart);
	assert_int_equal(f.v[0].verify, verify);
	assert_null(f.v[0].cursor);
	arena_free(&f.arena);
}

static void
test_mend(void **state)
{
	struct kit *k = *state;
	struct store_page end = { .folder = k->inbox_a,
		.cursor = "c1",
		.finished = true,
		.marker = "m1" };
	struct store_page begin = { .folder = k->inbox_a, .restart = true };
	struct store_verify v;
	const char *broken = "a";
	char *cursor;

	store(k, BOX_A, "a", "k", mail("<1@x>", "1", "x"));
	page(k, BOX_A, &end);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "a", "k"), STORE_SAME);
	store_verify_begin(&v, k->st, BOX_A, 3);
	OK(k, store_verify_mend(&v, k->inbox_a, &broken, 1, &k->err));
	assert_asked(k, 4, true);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "a", "k"), STORE_CHANGED);
	assert_int_equal(list_one(k, &v, "a"), STORE_IS_BROKEN);

	/* a pass that is at work comes to its end: the walk is still due, and
	 * its cursor is what the server is asked for changes with */
	end.cursor = "c2";
	page(k, BOX_A, &end);
	assert_asked(k, 4, true);
	OK(k, store_verify_cursor(k->st, k->inbox_a, &cursor, &k->err));
	assert_string_equal(cursor, "c2");
	free(cursor);

	/* the walk begins, and another gap is found meanwhile */
	page(k, BOX_A, &begin);
	assert_int_equal(number(k, "SELECT max(walking) FROM sync_folder"), 1);
	OK(k, store_verify_mend(&v, k->inbox_a, NULL, 0, &k->err));
	assert_asked(k, 4, true);

	/* --resync asks for more, and is not forgotten */
	assert_int_equal(store_mailbox_resync(k->st, BOX_A, &k->err), 1);
	OK(k, store_verify_mend(&v, k->inbox_a, NULL, 0, &k->err));
	assert_asked(k, 2, false);
	page(k, BOX_A, &begin);
	assert_int_equal(number(k, "SELECT max(walking) FROM sync_folder"), 3);
	OK(k, store_verify_mend(&v, k->inbox_a, NULL, 0, &k->err));
	assert_asked(k, 2, false);
	page(k, BOX_A, &begin);
	page(k, BOX_A, &end);
	assert_int_equal(number(k, "SELECT max(walking) FROM sync_folder"), 0);
	store_verify_end(&v);
}

/* An item whose decision was deleted keeps its copy: no second mail. */
static void
test_lost_decision(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "a", "k", mail("<1@x>", "1", "x"));
	store(k, BOX_A, "n", "k", mail(NULL, "2", "y"));
	run_sql(k, "DELETE FROM decision");
	store(k, BOX_A, "a", "k", mail("<1@x>", "1", "x"));
	store(k, BOX_A, "n", "k", mail(NULL, "2", "y"));
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 2);
	assert_int_equal(number(k, "SELECT count(*) FROM email_copy"), 2);
	assert_int_equal(number(k, "SELECT count(*) FROM change"), 2);
}

static long
peak_kb(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

#define LOT 500

/* However many items there are, memory stays the same. */
static void
test_many(void **state)
{
	struct kit *k = *state;
	const char *many = getenv("EXSYNC_VERIFY_MANY");
	long n = many != NULL ? atol(many) : 30000, i, before;
	char sql[800], text[LOT][170], last[64];
	const char *id[LOT];
	enum store_is is[LOT];
	struct store_verify v;
	size_t at = 0;

	snprintf(sql, sizeof(sql),
	    "WITH RECURSIVE s(i) AS(SELECT 0 UNION ALL SELECT i+1 FROM s WHERE "
	    "i<%ld) INSERT INTO decision(mailbox,item,verdict,rule,at,folder) "
	    "SELECT '" BOX_A "',printf('%%08d%%150d',i*7919%%100000007,1),"
	    "'skip','rule '||(i%%5),'2026-01-01T00:00:00Z',%lld FROM s",
	    n - 1, (long long)k->inbox_a);
	run_sql(k, sql);
	store_verify_begin(&v, k->st, BOX_A, n);
	before = peak_kb();
	for (i = 0; i < n; i++) {
		if (i % (n / 3) != 7) { /* three or four are not listed */
			snprintf(text[at], sizeof(text[at]), "%08ld%150d",
			    i * 7919 % 100000007, 1);
			id[at] = text[at];
			at++;
		}
		if (at == LOT || i + 1 == n) {
			OK(k, store_verify_listed(
				  &v, k->inbox_a, id, at, is, &k->err));
			at = 0;
		}
	}
	store_verify_folder(&v, k->inbox_a, true);
	assert_in_range(count_doubts(k, &v, last), 3, 4 + 4 * n / 65536 + 40);
	assert_int_equal(v.nrule, 5);
	assert_int_equal(v.is[STORE_IS_SKIPPED], n - (n - 8) / (n / 3) - 1);
	if (many != NULL)
		print_message("%ld items: %ld kB more than before\n", n,
		    peak_kb() - before);
	store_verify_end(&v);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_listed), TEST(test_rows),
		TEST(test_rows_meanwhile), TEST(test_mend),
		TEST(test_lost_decision), TEST(test_many) };

	return cmocka_run_group_tests_name("store_verify", tests, NULL, NULL);
}
