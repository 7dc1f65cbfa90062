/*
 * test_store_recall.c - what the file has of a message is not fetched again.
 */
#include "test_store.h"

#define OFFER "We offer 12 pallets of steel for 4711,50 EUR.\n"
#define ORDER "We order 24 pallets of timber, at once.\n"
#define THEN  INT64_C(1584000000000)

/* The item in its first version, or after an edit. */
static struct message *
version(bool edited, const char *text)
{
	struct message *m = mail("<1@x>", "Steel", text);

	m->item_id = "a1";
	m->modified_at = THEN + edited * INT64_C(60000);
	m->size = edited ? 200 : 100;
	return m;
}

/* Is the text in the file the one of this version on the server? */
static bool
is_recalled(struct kit *k, bool edited)
{
	struct message *m = version(edited, NULL);
	bool as_stored;

	OK(k, store_item_recall(k->st, BOX_A, m, &k->err));
	as_stored = m->as_stored;
	store_item_drop(k->st, m);
	message_free(m);
	return as_stored;
}

/* The body in the file is older than a message that came without its body. */
static void
test_older_text(void **state)
{
	static const char shown[] = "SELECT text FROM email_body";
	struct kit *k = *state;
	struct message *m;

	store(k, BOX_A, "a1", "k1", version(false, OFFER));
	assert_true(is_recalled(k, false));
	assert_false(is_recalled(k, true));
	m = version(true, NULL);
	m->body_state = BODY_TOO_LARGE;
	store(k, BOX_A, "a1", "k2", m);
	assert_string_equal(ask(k, shown), OFFER);
	assert_false(is_recalled(k, true));
	store(k, BOX_A, "a1", "k2", version(true, ORDER));
	assert_string_equal(ask(k, shown), ORDER);
	assert_true(is_recalled(k, true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(
	    test_older_text, kit_setup, kit_teardown) };

	return cmocka_run_group_tests_name("store_recall", tests, NULL, NULL);
}
