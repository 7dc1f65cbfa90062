/*
 * test_store_ahead.c - a pass that ended after some rows of a page and before
 * its cursor, and mail that was deleted before the next pass.
 */
#include "test_store.h"

/* Writes part of a page, with that item of ann's inbox, but not its cursor. */
static void
part(struct kit *k, const char *id)
{
	struct decision d = keep();
	struct message *m = mail(id, id, "text");
	struct store_item it = item(id, "k1", k->inbox_a, m, &d);
	struct store_page page = { .folder = k->inbox_a,
		.ahead = true,
		.cursor = "not to be written",
		.finished = true };

	memset(&k->count, 0, sizeof(k->count));
	OK(k, store_put(k->st, WORK(BOX_A, &it, 1, &page), &k->count, &k->err));
	assert_int_equal(k->count.emails, 1);
	message_free(m);
}

/* Writes the end of a page that had these items (NULL: none). */
static void
end(struct kit *k, const char *a, const char *b, const char *cursor,
    bool finished)
{
	struct change c[2] = { { .op = CHANGE_PUT, .id = a },
		{ .op = CHANGE_PUT, .id = b } };
	struct store_page page = { .folder = k->inbox_a,
		.cursor = cursor,
		.change = c,
		.nchange = a == NULL   ? 0
			   : b == NULL ? 1
				       : 2,
		.finished = finished };

	memset(&k->count, 0, sizeof(k->count));
	OK(k,
	    store_put(k->st, WORK(BOX_A, NULL, 0, &page), &k->count, &k->err));
}

static const char *
there(struct kit *k)
{
	return ask(k, "SELECT ifnull(group_concat(item_id,' '),'') FROM"
		      "(SELECT item_id FROM email_copy WHERE removed_at IS "
		      "NULL ORDER BY 1)");
}

static void
test_gone_before_the_cursor(void **state)
{
	struct kit *k = *state;
	char *before, *after;

	part(k, "one");
	part(k, "two");
	assert_int_equal(
	    number(k, "SELECT count(*) FROM sync_folder WHERE cursor NOTNULL"),
	    0);
	/* here the pass ended; "two" was deleted before the next */
	end(k, "one", NULL, "c1", false);
	assert_string_equal(there(k), "one two");
	end(k, NULL, NULL, "c2", true);
	assert_int_equal(k->count.removed, 1);
	assert_string_equal(there(k), "one");
	assert_int_equal(number(k, "SELECT count(*) FROM sync_ahead"), 0);
	assert_string_equal(
	    ask(k, "SELECT op FROM change ORDER BY seq DESC"), "delete");
	before = dump(k);
	end(k, NULL, NULL, "c2", true);
	assert_int_equal(k->count.removed, 0);
	after = dump(k);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* Rows of the next page are written before this page ends. */
static void
test_two_pages(void **state)
{
	struct kit *k = *state;

	part(k, "one");
	part(k, "two");
	end(k, "one", NULL, "c1", false);
	end(k, "two", NULL, "c2", true);
	assert_int_equal(k->count.removed, 0);
	assert_string_equal(there(k), "one two");
}

/* An item that was retried lies before the cursor, and stays. */
static void
test_tried_again(void **state)
{
	struct kit *k = *state;

	part(k, "one");
	end(k, "one", NULL, "c1", true);
	store(k, BOX_A, "two", "k1", mail("two", "two", "text"));
	end(k, NULL, NULL, "c2", true);
	assert_string_equal(there(k), "one two");
}

/* The item has moved to another folder meanwhile, with the same id. */
static void
test_moved(void **state)
{
	struct kit *k = *state;
	struct decision d = keep();
	struct message *m = mail("one", "one", "text");
	struct store_item it = item("one", "k2", k->projects_a, m, &d);

	part(k, "one");
	put(k, BOX_A, &it);
	message_free(m);
	end(k, NULL, NULL, "c1", true);
	assert_string_equal(there(k), "one");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_gone_before_the_cursor, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    test_two_pages, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    test_tried_again, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    test_moved, kit_setup, kit_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
