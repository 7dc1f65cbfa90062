/*
 * test_party.c - the directory of people by address.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tim.h"
#include "core/party.h"

static void
test_dir(void **state)
{
	struct party_list l = { 0 };
	struct party_dir *d = party_dir_build(&l);
	const struct party *const *p;
	size_t n = 9;

	(void)state;
	assert_null(party_dir_find(d, "a@b.example", &n));
	assert_int_equal(n, 0);
	party_dir_free(d);
	party_dir_free(NULL);
	party_list_add(&l, "lead", "2", "a@b.example", "A");
	party_list_add(&l, "user", "9", "a@b.example", NULL);
	party_list_add(&l, "lead", "10", "a@b.example", NULL);
	party_list_add(&l, "account", "3", "a@b.example", NULL);
	party_list_add(&l, "lead", "2", "a@b.example", "A");
	party_list_add(&l, "lead", "2", "b@b.example", NULL);
	d = party_dir_build(&l);
	p = party_dir_find(d, "a@b.example", &n);
	assert_non_null(p);
	assert_int_equal(n, 4); /* the very same row counts once */
	assert_string_equal(p[0]->crm_type, "user");
	assert_string_equal(p[1]->crm_type, "account");
	assert_string_equal(p[2]->crm_id, "10");
	assert_string_equal(p[3]->crm_id, "2");
	assert_non_null(party_dir_find(d, "b@b.example", &n));
	assert_int_equal(n, 1);
	assert_null(party_dir_find(d, "A@b.example", &n));
	assert_null(party_dir_find(d, "", &n));
	party_dir_free(d);
	party_list_free(&l);
}

/* 200,000 contacts: every one found, and no other. */
static void
test_dir_large(void **state)
{
	enum { MANY = 200000 };
	struct party_list l = { 0 };
	struct party_dir *d;
	char id[16], address[64];
	int64_t t0, t1, t2;
	size_t n;
	int i;

	(void)state;
	t0 = tim_mono();
	for (i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "%d", i);
		snprintf(
		    address, sizeof(address), "c%d@d%d.example", i, i % 977);
		party_list_add(&l, "contact", id, address, NULL);
	}
	d = party_dir_build(&l);
	t1 = tim_mono();
	for (i = 0; i < MANY; i++) {
		const struct party *const *p;

		snprintf(
		    address, sizeof(address), "c%d@d%d.example", i, i % 977);
		p = party_dir_find(d, address, &n);
		assert_non_null(p);
		assert_true(n == 1 && atoi(p[0]->crm_id) == i);
		address[0] = 'x';
		assert_null(party_dir_find(d, address, &n));
	}
	t2 = tim_mono();
	print_message("200,000 contacts: built in %lld ms, 400,000 lookups in "
		      "%lld ms\n",
	    (long long)(t1 - t0), (long long)(t2 - t1));
	party_dir_free(d);
	party_list_free(&l);
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(test_dir),
		cmocka_unit_test(test_dir_large),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
