/*
 * test_vec.c - the growing array, from malloc and from an arena.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/vec.h"
#include "exits.h"

struct thing {
	uint64_t a, b, c; /* no power of two bytes */
};

static void
test_add(void **state)
{
	struct thing *v = NULL, *t;
	size_t n = 0, i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		t = VEC_ADD(v, n);
		assert_int_equal(n, i + 1);
		assert_ptr_equal(t, &v[i]);
		assert_true(t->a == 0 && t->b == 0 && t->c == 0);
		t->a = t->b = t->c = i + 1;
	}
	for (i = 0; i < n; i++)
		assert_true(v[i].a == i + 1 && v[i].c == i + 1);
	free(v);
}

/* Shrinks and grows at each count: old elements stay, new ones are zero. */
static void
test_lower(void **state)
{
	size_t from, to, n, i;
	unsigned char *v;

	(void)state;
	for (from = 0; from <= 70; from++) {
		for (to = 0; to <= from; to++) {
			v = NULL;
			for (n = 0; n < from;)
				*VEC_ADD(v, n) = 0xee;
			n = to;
			for (i = 0; i < 140; i++)
				assert_int_equal(*VEC_ADD(v, n), 0);
			for (i = 0; i < to; i++)
				assert_int_equal(v[i], 0xee);
			free(v);
		}
	}
}

static void
test_arena(void **state)
{
	struct arena a = { 0 };
	struct thing *v = NULL, *t, *outgrown;
	size_t n = 0, i;

	(void)state;
	outgrown = VEC_ADD_IN(&a, v, n);
	outgrown->a = 1;
	for (i = 1; i < 500; i++) {
		/* what it finds there is not zero */
		memset(arena_alloc(&a, 40), 0xee, 40);
		t = VEC_ADD_IN(&a, v, n);
		assert_ptr_equal(t, &v[i]);
		assert_true(t->a == 0 && t->b == 0 && t->c == 0);
		t->a = t->c = i + 1;
	}
	assert_int_equal(n, 500);
	for (i = 0; i < n; i++)
		assert_int_equal(v[i].a, i + 1);
	assert_int_equal(outgrown->a, 1);
	arena_free(&a);
}

static void
test_arena_cap(void **state)
{
	struct arena a = { .max = 12 * sizeof(struct thing) };
	struct thing *v = NULL, *was;
	size_t n = 0, i;

	(void)state;
	for (i = 0; i < 8; i++)
		VEC_ADD_IN(&a, v, n)->a = i;
	was = v;
	assert_null(VEC_ADD_IN(&a, v, n));
	assert_ptr_equal(v, was);
	assert_int_equal(n, 8);
	for (i = 0; i < 8; i++)
		assert_int_equal(v[i].a, i);
	arena_free(&a);
}

static void
huge(void)
{
	struct thing *v = NULL;
	size_t n = (size_t)1 << 60;

	VEC_ADD(v, n); /* twice as many bytes are a number that wraps to 0 */
}

static void
huge_in(void)
{
	struct arena a = { 0 };
	struct thing *v = NULL;
	size_t n = (size_t)1 << 60;

	VEC_ADD_IN(&a, v, n);
}

static void
huge_count(void)
{
	uint16_t *v = NULL;
	size_t n = (size_t)1 << 63; /* its double is 0 */

	VEC_ADD(v, n);
}

static void
test_overflow(void **state)
{
	(void)state;
	expect_exit(huge);
	expect_exit(huge_in);
	expect_exit(huge_count);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_lower),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_arena_cap),
		cmocka_unit_test(test_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
