/*
 * test_store_walk.c - full walks: a folder is read from its start and compared
 * with what is stored.
 */
#include "test_store.h"

#include "store/admin.h"

/* Writes the page with these items of ann's, separated by spaces. */
static void
page_of(struct kit *k, struct store_page p, const char *ids)
{
	struct change c[8];
	char text[64], *id, *rest = NULL;

	snprintf(text, sizeof(text), "%s", ids);
	p.change = c;
	p.nchange = 0;
	for (id = strtok_r(text, " ", &rest); id != NULL;
	     id = strtok_r(NULL, " ", &rest))
		c[p.nchange++] = (struct change){ .op = CHANGE_PUT, .id = id };
	page(k, BOX_A, &p);
}

/* A full walk removes what it does not see, and keeps what it sees. */
static void
test_walk(void **state)
{
	struct kit *k = *state;
	struct store_page begin = { .folder = k->inbox_a, .restart = true };
	struct store_page end = { .folder = k->inbox_a,
		.cursor = "c2",
		.finished = true,
		.marker = "m2" };
	struct store_page first = { .folder = k->inbox_a,
		.cursor = "c1",
		.finished = true,
		.marker = "m1" };
	struct decision skip = keep();
	struct store_item it = item("skipped", "k", k->inbox_a, NULL, &skip);
	struct store_folders f;
	struct message *m;
	char *before, *after;

	skip.verdict = VERDICT_SKIP;
	store(k, BOX_A, "same", "k", mail("<1@x>", "1", "x"));
	store(k, BOX_A, "lost", "k", mail("<2@x>", "2", "x"));
	store(k, BOX_A, "changed", "k", mail("<3@x>", "3", "x"));
	it.message = m = mail("<4@x>", "4", "x");
	put(k, BOX_A, &it);
	message_free(m);
	store(k, BOX_B, "b", "k", mail("<5@x>", "5", "x"));
	page(k, BOX_A, &first);
	assert_int_equal(k->count.removed, 0); /* a first read sweeps nothing */

	before = dump(k);
	page(k, BOX_A, &begin);
	known_folders(k, BOX_A, &f);
	assert_true(f.v[0].resync);
	assert_null(f.v[0].cursor);
	assert_null(f.v[0].marker);
	assert_false(f.v[1].resync);
	arena_free(&f.arena);
	/* nothing missing: the walk leaves no trace in the public tables */
	assert_int_equal(known(k, BOX_A, k->inbox_a, "same", "k"), STORE_SAME);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "lost", "k"), STORE_SAME);
	assert_int_equal(
	    known(k, BOX_A, k->inbox_a, "skipped", "k"), STORE_SAME);
	store(k, BOX_A, "changed", "k", mail("<3@x>", "3", "x"));
	page_of(k, end, "same lost skipped changed");
	assert_int_equal(k->count.removed, 0);
	after = dump(k);
	assert_string_equal(
	    strstr(after, "== email\n") != NULL ? "yes" : "no", "yes");
	assert_memory_equal(strstr(before, "== email"),
	    strstr(after, "== email"),
	    (size_t)(strstr(before, "== failure") -
		     strstr(before, "== email")));
	free(before);
	free(after);
}

/* One item is gone; a page of the walk is interrupted and comes again. */
static void
test_walk_misses(void **state)
{
	struct kit *k = *state;
	struct store_page begin = { .folder = k->inbox_a, .restart = true };
	struct store_page first = { .folder = k->inbox_a, .cursor = "c1" };
	struct store_page end = { .folder = k->inbox_a,
		.cursor = "c2",
		.finished = true,
		.marker = "m2" };
	struct store_folders f;

	store(k, BOX_A, "same", "k", mail("<1@x>", "1", "x"));
	store(k, BOX_A, "lost", "k", mail("<2@x>", "2", "x"));
	store(k, BOX_A, "changed", "k", mail("<3@x>", "3", "x"));
	page(k, BOX_A, &begin);
	page_of(k, first, "same");
	page_of(k, first, "same");
	store(k, BOX_A, "changed", "k2", mail("<3@x>", "3", "x"));
	page_of(k, end, "changed");
	assert_int_equal(k->count.removed, 1);
	assert_string_equal(
	    ask(k, "SELECT group_concat(item_id) FROM email_copy "
		   "WHERE removed_at IS NOT NULL"),
	    "lost");
	known_folders(k, BOX_A, &f);
	assert_false(f.v[0].resync);
	assert_string_equal(f.v[0].cursor, "c2");
	assert_string_equal(f.v[0].marker, "m2");
	arena_free(&f.arena);
	assert_int_equal(
	    known(k, BOX_A, k->inbox_a, "lost", "k"), STORE_CHANGED);
}

/* More items than the sweep removes at a time. */
static void
test_sweep_many(void **state)
{
	struct kit *k = *state;
	struct store_page begin = { .folder = k->inbox_a, .restart = true };
	struct store_page end = { .folder = k->inbox_a, .finished = true };
	char id[16], mid[16];
	int i;

	for (i = 0; i < 600; i++) {
		snprintf(id, sizeof(id), "i%d", i);
		snprintf(mid, sizeof(mid), "<%d@x>", i);
		store(k, BOX_A, id, "k", mail(mid, "S", "x"));
	}
	page(k, BOX_A, &begin);
	page_of(k, end, "i300");
	assert_int_equal(k->count.removed, 599);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM change WHERE op='delete'"), 599);
}

/* An item counts as seen only once the cursor of its page is written. */
static void
test_walk_before_cursor(void **state)
{
	struct kit *k = *state;
	struct store_page begin = { .folder = k->inbox_a, .restart = true };
	struct store_page part = { .folder = k->inbox_a, .ahead = true };
	struct store_page end = { .folder = k->inbox_a, .finished = true };
	struct decision d = keep();
	struct message *m = mail("<3@x>", "3", "x");
	struct store_item it = item("new", "k", k->inbox_a, m, &d);
	char *before, *after;

	store(k, BOX_A, "same", "k", mail("<1@x>", "1", "x"));
	store(k, BOX_A, "lost", "k", mail("<2@x>", "2", "x"));
	page(k, BOX_A, &begin);
	before = dump(k);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "same", "k"), STORE_SAME);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "lost", "k"), STORE_SAME);
	after = dump(k);
	assert_string_equal(before, after);
	free(before);
	free(after);
	OK(k, store_put(k->st, WORK(BOX_A, &it, 1, &part), &k->count, &k->err));
	message_free(m);
	/* here a pass ended, and two were deleted before the next */
	page_of(k, end, "same");
	assert_int_equal(k->count.removed, 2);
	assert_string_equal(
	    ask(k, "SELECT group_concat(item_id) FROM email_copy "
		   "WHERE removed_at IS NULL"),
	    "same");
}

/* A walk that starts over forgets what it saw before. */
static void
test_walk_begins_again(void **state)
{
	struct kit *k = *state;
	struct store_page begin = { .folder = k->inbox_a, .restart = true };
	struct store_page first = { .folder = k->inbox_a, .cursor = "c1" };
	struct store_page end = { .folder = k->inbox_a, .finished = true };

	store(k, BOX_A, "same", "k", mail("<1@x>", "1", "x"));
	store(k, BOX_A, "lost", "k", mail("<2@x>", "2", "x"));
	page(k, BOX_A, &begin);
	page_of(k, first, "same lost");
	page(k, BOX_A, &begin);
	page_of(k, end, "same");
	assert_int_equal(k->count.removed, 1);
	assert_int_equal(
	    known(k, BOX_A, k->inbox_a, "lost", "k"), STORE_CHANGED);
}

/* The walks of two folders may have the same number. */
static void
test_walk_of_another_folder(void **state)
{
	struct kit *k = *state;
	struct store_page begin = { .folder = k->inbox_a, .restart = true };
	struct store_page end = {
		.folder = k->inbox_a, .cursor = "c1", .finished = true
	};
	struct decision d = keep();
	struct message *m = mail("<1@x>", "1", "x");
	struct store_item it = item("moved", "k2", k->projects_a, m, &d);

	store(k, BOX_A, "moved", "k", mail("<1@x>", "1", "x"));
	page(k, BOX_A, &begin);
	page_of(k, end, "moved");
	assert_int_equal(k->count.removed, 0);
	put(k, BOX_A, &it);
	message_free(m);
	begin.folder = end.folder = k->projects_a;
	page(k, BOX_A, &begin);
	page_of(k, end, "");
	assert_int_equal(k->count.removed, 1);
	/* nor does a page of a folder see what lies in another one */
	store(k, BOX_A, "moved", "k", mail("<1@x>", "1", "x"));
	begin.folder = end.folder = k->inbox_a;
	page(k, BOX_A, &begin);
	end.folder = k->projects_a;
	page_of(k, end, "moved");
	end.folder = k->inbox_a;
	page_of(k, end, "");
	assert_int_equal(k->count.removed, 1);
}

/* A walk asked for again while one is under way: that one removes nothing. */
static void
test_walk_asked_for_again(void **state)
{
	struct kit *k = *state;
	struct store_page begin = { .folder = k->inbox_a, .restart = true };
	struct store_page end = {
		.folder = k->inbox_a, .cursor = "c2", .finished = true
	};
	struct store_folders f;

	store(k, BOX_A, "same", "k", mail("<1@x>", "1", "x"));
	store(k, BOX_A, "lost", "k", mail("<2@x>", "2", "x"));
	page(k, BOX_A, &begin);
	assert_int_equal(store_mailbox_resync(k->st, BOX_A, &k->err), 1);
	page_of(k, end, "same");
	assert_int_equal(k->count.removed, 0);
	known_folders(k, BOX_A, &f);
	assert_true(f.v[0].restart);
	assert_null(f.v[0].cursor);
	arena_free(&f.arena);
	page(k, BOX_A, &begin);
	page_of(k, end, "same");
	assert_int_equal(k->count.removed, 1);
}

/* The folder's row of failure or "", and whether a walk is due. */
static const char *
stray(struct kit *k)
{
	static char out[128];
	struct store_folders f;
	struct store_failures due;

	known_folders(k, BOX_A, &f);
	snprintf(out, sizeof(out), "%s %s%s",
	    ask(k, "SELECT ifnull((SELECT code||' '||tries FROM failure), '')"),
	    f.v[0].stray ? "due" : "",
	    f.v[0].stray != f.v[0].restart ? " and asked for" : "");
	assert_true(!f.v[0].stray || (f.v[0].resync && f.v[0].cursor == NULL));
	arena_free(&f.arena);
	/* it is no item that could be fetched */
	OK(k,
	    store_failures_due(k->st, BOX_A,
		&(struct store_due){ INT64_MAX / 4, 9, false }, &due, &k->err));
	assert_int_equal(due.n, 0);
	arena_free(&due.arena);
	return out;
}

#define DUE "UPDATE failure SET next_try='2026-01-01T00:00:00Z'"

/*
 * Strays: only a full walk without any resolves them, in however many passes.
 * More of them before that walk is due change nothing.
 */
static void
test_walk_strays(void **state)
{
	struct kit *k = *state;
	struct store_page begin = { .folder = k->inbox_a, .restart = true };
	struct store_page more = { .folder = k->inbox_a, .cursor = "c1" };
	struct store_page end = { .folder = k->inbox_a,
		.cursor = "c2",
		.finished = true,
		.marker = "m2" };
	struct store_page met = more, last = end;
	const char *left;
	int i;

	met.nstray = last.nstray = 2;
	met.stray = last.stray = "Create without ItemId";
	page(k, BOX_A, &last);
	assert_int_equal(k->count.failed, 2);
	assert_string_equal(stray(k), "stray_change 1 ");
	for (i = 0; i < 3; i++) {
		page(k, BOX_A, &last);
		page(k, BOX_A, &end);
	}
	assert_string_equal(stray(k), "stray_change 1 ");
	ask(k, DUE);
	assert_string_equal(stray(k), "stray_change 1 due");
	/* met early in the walk, which ends in another pass, and late */
	page(k, BOX_A, &begin);
	assert_string_equal(stray(k), "stray_change_asked 1 ");
	page(k, BOX_A, &met);
	page(k, BOX_A, &met);
	ask(k, DUE);
	assert_string_equal(stray(k), "stray_change 2 ");
	page(k, BOX_A, &end);
	assert_string_equal(stray(k), "stray_change 2 due");
	/* begun twice, and no stray */
	page(k, BOX_A, &begin);
	page(k, BOX_A, &met);
	page(k, BOX_A, &begin);
	page(k, BOX_A, &more);
	page(k, BOX_A, &end);
	assert_string_equal(stray(k), " ");
	/* longer each time, for ever */
	for (i = 0; i < 6; i++) {
		page(k, BOX_A, &begin);
		page(k, BOX_A, &last);
		left = ask(k, "SELECT CAST(round((julianday(next_try)-"
			      "julianday('now'))*96)AS INT) FROM failure");
		assert_string_equal(left, i == 0   ? "1"
					  : i == 1 ? "4"
					  : i == 2 ? "16"
						   : "96");
	}
	OK(k, store_folder_leave(
		  k->st, PLACE(BOX_A, k->inbox_a), &k->count, &k->err));
	assert_string_equal(stray(k), " ");
}

static long
walking(struct kit *k)
{
	return number(k, "SELECT walking FROM sync_folder");
}

static long
state_of(struct kit *k, const char *item_id)
{
	char sql[96];

	snprintf(sql, sizeof(sql), "SELECT state FROM decision WHERE item='%s'",
	    item_id);
	return number(k, sql);
}

/* These numbers are in files that an earlier version made. */
static void
test_numbers(void **state)
{
	struct kit *k = *state;
	struct store_page begin = { .folder = k->inbox_a, .restart = true };
	struct store_page end = { .folder = k->inbox_a, .finished = true };
	struct err fault = ERR_INIT;
	struct store_item bad = item("i2", "k", k->inbox_a, NULL, NULL);

	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	assert_int_equal(state_of(k, "i1"), 0);
	page(k, BOX_A, &begin);
	assert_int_equal(walking(k), 1);
	page(k, BOX_A, &end);
	assert_int_equal(walking(k), 0);
	assert_int_equal(state_of(k, "i1"), 1);
	err_set(&fault, ERR_ITEM, "broken");
	bad.fault = &fault;
	bad.next_try = T0;
	put(k, BOX_A, &bad);
	assert_int_equal(state_of(k, "i2"), 2);
	OK(k, store_failure_moving(k->st, BOX_A, "i2", &k->err));
	assert_int_equal(state_of(k, "i2"), 3);
	assert_int_equal(store_mailbox_resync(k->st, BOX_A, &k->err), 1);
	assert_int_equal(walking(k), 2);
	page(k, BOX_A, &begin);
	assert_int_equal(walking(k), 3);
	page(k, BOX_A, &end);
	assert_int_equal(walking(k), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_walk),
		TEST(test_walk_misses),
		TEST(test_sweep_many),
		TEST(test_walk_before_cursor),
		TEST(test_walk_begins_again),
		TEST(test_walk_of_another_folder),
		TEST(test_walk_asked_for_again),
		TEST(test_walk_strays),
		TEST(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
