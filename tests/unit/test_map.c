/*
 * test_map.c - the hash table, and its hash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"

#define KEYS 5000

static char key[KEYS][40];

/* Makes keys of many lengths that share their start or their end. */
static void
make_keys(void)
{
	unsigned i;

	for (i = 0; i < KEYS; i++)
		snprintf(key[i], sizeof(key[i]), "%.*s%u%s", (int)(i % 13),
		    "someone-else", i, i % 3 == 0 ? "" : "@x.example");
	key[0][0] = '\0';
}

static void
test_get(void **state)
{
	struct map m;
	char copy[40];
	size_t i;

	(void)state;
	map_init(&m);
	assert_int_equal(map_get(&m, 0, "a"), MAP_NONE);
	for (i = 0; i < KEYS; i++) {
		assert_int_equal(map_get(&m, 0, key[i]), MAP_NONE);
		assert_int_equal(map_put(&m, 0, key[i], i), i);
		assert_int_equal(m.n, i + 1);
	}
	for (i = 0; i < KEYS; i++) {
		strcpy(copy, key[i]);
		assert_int_equal(map_get(&m, 0, copy), i);
	}
	assert_int_equal(map_get(&m, 0, "nobody"), MAP_NONE);
	map_free(&m);
	map_init(&m);
	assert_int_equal(map_get(&m, 0, key[1]), MAP_NONE);
	map_free(&m);
	map_free(&m);
}

static void
test_first_stays(void **state)
{
	struct map m;

	(void)state;
	map_init(&m);
	assert_int_equal(map_put(&m, 0, "a", 7), 7);
	assert_int_equal(map_put(&m, 0, "a", 8), 7);
	assert_int_equal(map_get(&m, 0, "a"), 7);
	assert_int_equal(m.n, 1);
	map_free(&m);
}

static void
test_spaces(void **state)
{
	struct map m;
	unsigned i;

	(void)state;
	map_init(&m);
	for (i = 0; i < 1000; i++)
		assert_int_equal(map_put(&m, i, "a", i), i);
	assert_int_equal(map_put(&m, UINT32_MAX, "a", 5), 5);
	for (i = 0; i < 1000; i++)
		assert_int_equal(map_get(&m, i, "a"), i);
	assert_int_equal(map_get(&m, 1000, "a"), MAP_NONE);
	assert_int_equal(map_get(&m, UINT32_MAX, "a"), 5);
	map_free(&m);
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The hash depends on every byte, on the length and on the space. */
static void
test_hash(void **state)
{
	static uint64_t h[40 * 40 + 4];
	uint64_t base = map_base();
	size_t n = 0, len, i;
	char text[41];

	(void)state;
	for (len = 0; len <= 40; len++) {
		memset(text, 'a', len);
		text[len] = '\0';
		h[n++] = map_hash(base, 0, text);
		if (len == 40)
			break;
		for (i = 0; i < len; i++) {
			text[i] = 'b';
			h[n++] = map_hash(base, 0, text);
			text[i] = 'a';
		}
	}
	h[n++] = map_hash(base, 1, "aaaa");
	h[n++] = map_hash(base, UINT32_MAX, "aaaa");
	h[n++] = map_hash(base + 1, 0, "aaaa");
	qsort(h, n, sizeof(*h), by_number);
	for (i = 1; i < n; i++)
		assert_true(h[i - 1] != h[i]);
}

/* The low bits alone spread keys that are nearly equal. */
static void
test_spread(void **state)
{
	static unsigned hits[8192];
	uint64_t base = map_base();
	size_t i;

	(void)state;
	for (i = 0; i < KEYS; i++)
		hits[map_hash(base, 0, key[i]) % 8192]++;
	for (i = 0; i < 8192; i++)
		assert_in_range(hits[i], 0, 16);
}

/* So many keys that some collide in 32 bits, whatever the base. */
#define MANY 500000

static struct {
	uint32_t hash;
	unsigned i;
} many[MANY];

static int
by_hash(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Finds two keys with the same hash: in their texts, or in their spaces. */
static void
find_twins(const struct map *m, int spaces, unsigned twin[2])
{
	char text[16];
	unsigned i;

	for (i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "%u", i);
		many[i].hash = (uint32_t)(spaces ? map_hash(m->base, i, "a")
						 : map_hash(m->base, 0, text));
		many[i].i = i;
	}
	qsort(many, MANY, sizeof(*many), by_hash);
	for (i = 1; i < MANY; i++) {
		if (many[i].hash == many[i - 1].hash) {
			twin[0] = many[i - 1].i;
			twin[1] = many[i].i;
			return;
		}
	}
	fail_msg("no two of %d hashes are the same", MANY);
}

/* Keys with the same hash stay different keys. */
static void
test_twins(void **state)
{
	char text[2][16];
	unsigned twin[2], i;
	struct map m;

	(void)state;
	map_init(&m);
	find_twins(&m, 0, twin);
	for (i = 0; i < 2; i++) {
		snprintf(text[i], sizeof(text[i]), "%u", twin[i]);
		assert_int_equal(map_put(&m, 0, text[i], i), i);
	}
	assert_int_equal(map_get(&m, 0, text[0]), 0);
	assert_int_equal(map_get(&m, 0, text[1]), 1);
	find_twins(&m, 1, twin);
	for (i = 0; i < 2; i++)
		assert_int_equal(map_put(&m, twin[i], "a", 2 + i), 2 + i);
	assert_int_equal(map_get(&m, twin[0], "a"), 2);
	assert_int_equal(map_get(&m, twin[1], "a"), 3);
	map_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_first_stays),
		cmocka_unit_test(test_spaces),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_twins),
	};

	make_keys();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
