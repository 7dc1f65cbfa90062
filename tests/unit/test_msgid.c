/*
 * test_msgid.c - the message ids in a header.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/msgid.h"

/* out: the ids, each with a '|' after it; no id: the '|' alone */
static const struct {
	const char *in, *out;
} rows[] = {
	{ NULL, "" },
	{ "", "" },
	{ " \t\r\n", "" },
	{ "<a@b>", "<a@b>|" },
	{ "<a@b><c@d>", "<a@b>|<c@d>|" },
	{ " <a@b>\r\n\t<c@d> ", "<a@b>|<c@d>|" },
	/* the words around ids are no ids */
	{ "Your mail of today <a@b> thanks", "<a@b>|" },
	{ "a@b <c@d>", "<c@d>|" },
	/* not closed */
	{ "<a@b", "|" },
	{ "<a@b <c@d>", "|<c@d>|" },
	{ "<<a@b>>", "|<a@b>|" },
	{ "<>", "<>|" },
	/* without their <> */
	{ "a@b", "a@b|" },
	{ " a@b\r\n\tc@d ", "a@b|c@d|" },
	{ "a@b>", "a@b>|" },
};

static void
test_walk(void **state)
{
	struct msgid_walk w;
	struct buf b;
	const char *id;
	size_t i, n;

	(void)state;
	buf_init(&b, 1000);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&b);
		w = msgid_begin(rows[i].in);
		while (msgid_next(&w, &id, &n)) {
			buf_add(&b, id, n);
			buf_addc(&b, '|');
		}
		assert_string_equal(buf_str(&b), rows[i].out);
		assert_false(msgid_next(&w, &id, &n));
	}
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
