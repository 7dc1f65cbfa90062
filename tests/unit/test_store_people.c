/*
 * test_store_people.c - the last good list of the rows that the CRM writes.
 */
#include "test_store.h"

#include "store/people.h"

static void
judge(struct kit *k, struct store_people_diff *d)
{
	OK(k, store_people_compare(k->st, STORE_PEOPLE_CRM, NULL, d, &k->err));
}

/* Rows that changed after they were judged are not kept for those. */
static void
test_changed(void **state)
{
	struct kit *k = *state;
	struct store_people_diff d;

	ask(k, "DELETE FROM party");
	ask(k, "INSERT INTO party(crm_type,crm_id,address) VALUES"
	       "('contact','1','a@x.example'),('contact','2','b@x.example')");
	judge(k, &d);
	assert_int_equal(store_people_keep(k->st, &d, &k->err), 1);
	assert_int_equal(number(k, "SELECT count(*) FROM sync_people"), 2);
	judge(k, &d);
	assert_int_equal(d.now, 2);
	ask(k, "DELETE FROM party");
	assert_int_equal(store_people_keep(k->st, &d, &k->err), 0);
	assert_int_equal(number(k, "SELECT count(*) FROM sync_people"), 2);
	judge(k, &d);
	assert_int_equal(d.lost, 2);
	assert_int_equal(store_people_keep(k->st, &d, &k->err), 1);
	assert_int_equal(number(k, "SELECT count(*) FROM sync_people"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_changed) };

	return cmocka_run_group_tests_name("store_people", tests, NULL, NULL);
}
