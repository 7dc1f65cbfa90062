/*
 * test_mem.c - small objects and the arena.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "exits.h"

static void
test_mem(void **state)
{
	char *p, *q;

	(void)state;
	p = mem_alloc(100);
	assert_int_equal(p[0] | p[99], 0);
	p = mem_grow(p, 1000, 2);
	memset(p, 'x', 2000);
	free(p);
	free(mem_alloc(0));
	free(mem_grow(NULL, 0, 8));
	p = mem_strdup("text");
	assert_string_equal(p, "text");
	q = mem_strndup("text and more", 4);
	assert_string_equal(q, "text");
	free(p);
	free(q);
	assert_null(mem_strdup(NULL));
	p = mem_printf("%d %s", 7, "x");
	assert_string_equal(p, "7 x");
	free(p);
}

static void
test_arena(void **state)
{
	struct arena a = { 0 };
	char *first, *s[2000];
	size_t i;

	(void)state;
	assert_null(arena_strdup(&a, NULL));
	first = arena_strdup(&a, "first");
	for (i = 0; i < 2000; i++) {
		/* small ones and some larger than a block */
		s[i] = arena_alloc(&a, i % 100 == 0 ? 20000 : 1 + i % 50);
		assert_int_equal((uintptr_t)s[i] % 8, 0);
		memset(s[i], (int)(i % 251), i % 100 == 0 ? 20000 : 1 + i % 50);
	}
	for (i = 0; i < 2000; i++)
		assert_int_equal((unsigned char)s[i][i % 50], i % 251);
	assert_string_equal(first, "first");
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	assert_true(a.used >= 20 * 20000);
	arena_free(&a);
	assert_int_equal(a.used, 0);
	arena_free(&a);
}

static void
test_arena_cap(void **state)
{
	struct arena a = { .max = 64 };

	(void)state;
	assert_non_null(arena_alloc(&a, 32));
	assert_null(arena_alloc(&a, 33));
	assert_null(arena_strndup(&a, "x", 40));
	assert_non_null(arena_alloc(&a, 32));
	assert_null(arena_alloc(&a, 1));
	assert_null(arena_strdup(&a, ""));
	assert_int_equal(a.used, 64);
	arena_free(&a);
	assert_non_null(arena_alloc(&a, 64));
	arena_free(&a);
}

static void
huge_grow(void)
{
	free(mem_grow(NULL, SIZE_MAX / 2, 4));
}

static void
huge_arena(void)
{
	struct arena a = { 0 };

	arena_alloc(&a, SIZE_MAX - 3);
	arena_free(&a);
}

static void
test_none_left(void **state)
{
	(void)state;
	expect_exit(huge_grow);
	expect_exit(huge_arena);
}

/* Memory is wiped before it is freed; freed memory is not looked at. */
static void
test_wipe(void **state)
{
	static const char none[8];
	char a[8] = "hunter2", *s;

	(void)state;
	mem_wipe(a, 0);
	assert_string_equal(a, "hunter2");
	mem_wipe(a, sizeof(a));
	assert_memory_equal(a, none, sizeof(a));
	mem_wipe(NULL, 0);
	mem_wipe_str(NULL);
	s = mem_strdup("hunter2");
	mem_wipe_str(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mem),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_arena_cap),
		cmocka_unit_test(test_none_left),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
