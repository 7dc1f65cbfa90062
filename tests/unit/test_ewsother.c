/*
 * test_ewsother.c - what servers do that are compatible with Exchange and
 * are not Exchange: other ways to write the same, and less than it has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ewsscene.h"

#define SYNC(last)                                                             \
	ENV(RESP("SyncFolderItems",                                            \
	    OKMSG("SyncFolderItems",                                           \
		"<m:SyncState>s2</m:SyncState>"                                \
		"<m:IncludesLastItemInRange>" last                             \
		"</m:IncludesLastItemInRange><m:Changes><t:Create><t:Message>" \
		"<t:ItemId Id=\"a\"/><t:Size>\n 70 \n</t:Size></t:Message>"    \
		"</t:Create></m:Changes>")))

/* Booleans as programs in other languages print them, indented values. */
static void
words(void **state)
{
	static const struct {
		const char *body;
		bool more;
	} t[] = {
		{ SYNC("true"), false },
		{ SYNC("True"), false },
		{ SYNC("TRUE"), false },
		{ SYNC("\r\n\t\t1\r\n\t"), false },
		{ SYNC("\n  true\n"), false },
		{ SYNC("False"), true },
		{ SYNC("trueish"), true },
	};
	struct scene s = { 0 };
	struct change_page p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok(&s, t[i].body);
	begin(&s);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(
		    ews_ops.changes(s.session, "F", "s1", 9, &p, &s.e), 0);
		assert_int_equal(p.more, t[i].more);
		assert_int_equal(p.n, 1);
		assert_int_equal(p.v[0].size, 70);
		arena_free(&p.arena);
	}
	end(&s);
}

#define ANSWER(attr, code, data)                                               \
	ENV(RESP("GetItem",                                                    \
	    "<m:GetItemResponseMessage" attr "><m:ResponseCode>" code          \
	    "</m:ResponseCode>" data "</m:GetItemResponseMessage>"))
#define ITEM "<m:Items><t:Message><t:ItemId Id=\"a\"/></t:Message></m:Items>"

/* What a response message says of itself. */
static void
classes(void **state)
{
	static const struct {
		const char *body, *got;
	} t[] = {
		{ ANSWER("", "NoError", ITEM), "a" },
		{ ANSWER("", "\n\tNoError\n", ITEM), "a" },
		{ ANSWER(" ResponseClass=\"success\"", "NoError", ITEM), "a" },
		{ ANSWER(" ResponseClass=\"Error\"", "\n ErrorItemNotFound\n ",
		      ""),
		    "a!ErrorItemNotFound" },
		{ ANSWER("", "ErrorItemNotFound", ITEM),
		    "a!ErrorItemNotFound" },
	};
	struct scene s = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok(&s, t[i].body);
	begin(&s);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_reset(&s.got);
		assert_int_equal(
		    ews_ops.headers(s.session, abcd, 1, &s.sink, &s.e), 0);
		assert_string_equal(buf_str(&s.got), t[i].got);
	}
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(words),
		cmocka_unit_test(classes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
