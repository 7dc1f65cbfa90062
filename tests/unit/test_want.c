/*
 * test_want.c - the restriction of a pass: what is written is what is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/str.h"
#include "store/want.h"

static const char *const two[] = { "a@x.example",
	"\"b --profile c\"@x.example" };

static const struct {
	size_t n;
	const char *profile, *text;
	enum store_want_kind kind;
	const char *read; /* the profile */
} row[] = {
	{ 0, NULL, NULL, WANT_ALL, NULL },
	{ 0, "hq", "--profile hq", WANT_PROFILE, "hq" },
	{ 0, "--mailbox x", "--profile --mailbox x", WANT_PROFILE,
	    "--mailbox x" },
	{ 1, NULL, "--mailbox a@x.example", WANT_MAILBOXES, NULL },
	{ 2, "hq",
	    "--mailbox a@x.example --mailbox \"b --profile c\"@x.example "
	    "--profile hq",
	    WANT_MAILBOXES, NULL },
};

static void
test_round_trip(void **state)
{
	struct store_wanted w;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		text = store_want_text(
		    &(struct store_want){ two, row[i].n, row[i].profile });
		assert_true(str_eq(text, row[i].text));
		w = store_want_read(text);
		assert_int_equal(w.kind, row[i].kind);
		assert_true(str_eq(w.profile, row[i].read));
		assert_ptr_equal(w.text, text);
		free(text);
	}
}

/* What exsync does not write: nothing behind its end is read. */
static void
test_others(void **state)
{
	struct store_wanted w;

	(void)state;
	w = store_want_read("");
	assert_int_equal(w.kind, WANT_PROFILE);
	assert_null(w.profile);
	w = store_want_read("--profile");
	assert_int_equal(w.kind, WANT_PROFILE);
	assert_null(w.profile);
}

/* A mailbox is one of those that the restriction names, whole. */
static void
test_names(void **state)
{
	struct store_wanted w =
	    store_want_read("--mailbox ab@x.example --mailbox c@x.example "
			    "--profile hq");

	(void)state;
	assert_true(store_want_names(&w, "ab@x.example"));
	assert_true(store_want_names(&w, "c@x.example"));
	assert_false(store_want_names(&w, "b@x.example"));
	assert_false(store_want_names(&w, "ab@x.exam"));
	assert_false(store_want_names(&w, "hq"));
	w = store_want_read("--profile --mailbox a@x.example");
	assert_false(store_want_names(&w, "a@x.example"));
	w = store_want_read(NULL);
	assert_false(store_want_names(&w, "a@x.example"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
