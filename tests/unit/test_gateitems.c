/*
 * test_gateitems.c - how many items a request may ask for, by the time that the
 * server takes for them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sync/gate.h"

/* What a request asks for comes within ten seconds, however slow the items. */
static void
test_slow_items(void **state)
{
	struct gate *g = gate_open(8);
	int i;

	(void)state;
	/* a long way is no slow server: the first call tells the one */
	gate_took(g, 0, 2000);
	gate_took(g, 50, 2000 + 50 * 20);
	assert_int_equal(gate_items(g), GATE_ITEMS);
	gate_took(g, 1, 2020);
	assert_int_equal(gate_items(g), GATE_ITEMS);
	gate_close(g);
	/* a second each */
	g = gate_open(8);
	gate_took(g, 0, 200);
	gate_took(g, 57, 200 + 57 * 1000);
	assert_int_equal(gate_items(g), 10);
	/* one slow answer among fast ones */
	for (i = 0; i < 20; i++)
		gate_took(g, 10, 200 + 10 * 10);
	assert_int_equal(gate_items(g), GATE_ITEMS);
	gate_took(g, 10, 200 + 10 * 1000);
	assert_in_range(gate_items(g), 30, 50);
	/* some are asked for however slow they are; fewer when few come */
	for (i = 0; i < 20; i++)
		gate_took(g, 1, 100 * 1000);
	assert_int_equal(gate_items(g), 5);
	gate_short(g, 2);
	assert_int_equal(gate_items(g), 2);
	gate_close(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_items),
	};

	return cmocka_run_group_tests_name("gateitems", tests, NULL, NULL);
}
