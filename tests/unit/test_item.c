/*
 * test_item.c - items and their answers: each exactly once and in order,
 * whatever the server says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ewsscene.h"

#define M  "!answer-mismatch"
#define NF "!ErrorItemNotFound"

static void
matching(void **state)
{
	static const struct {
		const char *answer, *got;
	} t[] = {
		{ "abcd", "a b c d" },
		{ "axcd", "a b" NF " c d" },
		{ "xxxx", "a" NF " b" NF " c" NF " d" NF },
		{ "abxx", "a b c" NF " d" NF },
		/* fewer: nothing is called gone that was not asked about */
		{ "acd", "a b" M " c d" },
		{ "xxx", "a" M " b" M " c" M " d" M },
		{ "axd", "a b" M " c" M " d" },
		{ "abc", "a b c d" M },
		{ "", "a" M " b" M " c" M " d" M },
		/* more, twice, swapped, somebody else's */
		{ "aabcd", "a b c d" },
		{ "abcdd", "a b c d" },
		{ "abcdx", "a b c d" },
		{ "axxbcd", "a b c d" },
		{ "badc", "a" M " b c" M " d" },
		{ "azcd", "a b" M " c d" },
		{ "zzzz", "a" M " b" M " c" M " d" M },
		{ "xxxxxxxxx", "a" M " b" M " c" M " d" M },
		{ "ascd", "a b" M " c d" },
	};
	struct scene s = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok_items(&s, t[i].answer, "");
	begin(&s);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_reset(&s.got);
		assert_int_equal(get(&s, PROVIDER_HEADERS, 4), 0);
		assert_string_equal(buf_str(&s.got), t[i].got);
	}
	end(&s);
}

/* A class without message properties is asked for again, in its place. */
static void
reduced(void **state)
{
	struct scene s = { 0 };

	(void)state;
	ok_items(&s, "apcd", "");
	ok_items(&s, "p", "");
	ok_items(&s, "b", "");
	ok_items(&s, "apcd", "");
	ok_items(&s, "p", "");
	ok_items(&s, "p", "");
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_CONTENT, 4), 0);
	assert_string_equal(buf_str(&s.got), "a b c d");
	buf_reset(&s.got);
	assert_int_equal(get(&s, PROVIDER_CONTENT, 4), 0);
	assert_string_equal(
	    buf_str(&s.got), "a b!ErrorInvalidPropertyRequest c d");
	end(&s);
	assert_int_equal(count(&s, "message:Sender"), 2);
	assert_int_equal(count(&s, "message:From"), 4);
	assert_int_equal(count(&s, "item:Body"), 6);
}

#define ADDR(address, type)                                                     \
	"<t:ToRecipients><t:Mailbox><t:Name>N</t:Name><t:EmailAddress>" address \
	"</t:EmailAddress><t:RoutingType>" type                                 \
	"</t:RoutingType></t:Mailbox></t:ToRecipients>"
#define EXADDR(dn) ADDR(dn, "EX")
#define RESOLVED(sets)                                                         \
	ENV(RESP("ResolveNames",                                               \
	    OKMSG("ResolveNames",                                              \
		"<m:ResolutionSet>" sets "</m:ResolutionSet>")))
#define SET(address, type, more)                                               \
	"<t:Resolution><t:Mailbox><t:EmailAddress>" address                    \
	"</t:EmailAddress><t:RoutingType>" type                                \
	"</t:RoutingType></t:Mailbox>" more "</t:Resolution>"

static void
addresses(void **state)
{
	static const struct {
		const char *answer, *got;
	} t[] = {
		{ RESOLVED(SET("u@x.example", "SMTP", "")), "a=u@x.example" },
		{ RESOLVED(SET("/o=x", "EX",
		      "<t:Contact><t:EmailAddresses><t:Entry Key=\"1\">"
		      "smtp:proxy@x</t:Entry><t:Entry Key=\"2\">SMTP:p@x"
		      "</t:Entry></t:EmailAddresses></t:Contact>")),
		    "a=p@x" },
		/* several are none; the same one twice is one */
		{ RESOLVED(SET("u@x", "SMTP", "") SET("v@x", "SMTP", "")),
		    "a=?" },
		{ RESOLVED(SET("u@x", "SMTP", "") SET("U@x", "SMTP", "")),
		    "a=u@x" },
		{ RESOLVED(SET("u@x", "SMTP", "") SET("/o=x", "EX", "")),
		    "a=?" },
		{ ENV(RESP("ResolveNames",
		      BADMSG("ResolveNames", "ErrorNameResolutionNoResults", "",
			  ""))),
		    "a=?" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct scene s = { .server.by_byte = i == 1 };

		ok_items(&s, "a", EXADDR("/o=X/cn=y"));
		ok(&s, t[i].answer);
		ok_items(&s, "a", EXADDR("/O=x/CN=Y"));
		begin(&s);
		assert_int_equal(get(&s, PROVIDER_HEADERS, 1), 0);
		assert_string_equal(buf_str(&s.got), t[i].got);
		/* remembered, whatever it was */
		buf_reset(&s.got);
		assert_int_equal(get(&s, PROVIDER_HEADERS, 1), 0);
		assert_string_equal(buf_str(&s.got), t[i].got);
		end(&s);
		assert_int_equal(s.server.requests, 3);
	}
}

/* A text that is no directory name would match whoever has that name. */
static void
addresses_of_others(void **state)
{
	static const char *const type[] = { "FAX", "MAPIPDL", "NOTES" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(type) / sizeof(type[0]); i++) {
		struct scene s = { 0 };
		char *each = mem_printf(ADDR("Anna", "%s"), type[i]);

		ok_items(&s, "a", each);
		free(each);
		begin(&s);
		assert_int_equal(get(&s, PROVIDER_HEADERS, 1), 0);
		assert_string_equal(buf_str(&s.got), "a=?");
		end(&s);
		assert_int_equal(s.server.requests, 1);
	}
}

/* A busy address book is no answer: no address is reported wrongly. */
static void
addresses_busy(void **state)
{
	struct scene s = { 0 };

	(void)state;
	ok_items(&s, "abcd", EXADDR("/o=X/cn=y"));
	fault(&s, "ErrorServerBusy");
	ok_items(&s, "abcd", EXADDR("/o=X/cn=y"));
	ok(&s, RESOLVED(SET("u@x", "SMTP", "")));
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	assert_int_equal(s.e.kind, ERR_RETRY);
	assert_int_equal(s.e.retry_ms, 60000);
	assert_int_equal(s.got.len, 0);
	err_clear(&s.e);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), 0);
	assert_string_equal(buf_str(&s.got), "a=u@x b=u@x c=u@x d=u@x");
	end(&s);
}

/* A fault because of one item: only a request for one tells which. */
static void
one_to_blame(void **state)
{
	struct scene s = { 0 };

	(void)state;
	fault(&s, "ErrorItemCorrupt");
	fault(&s, "ErrorItemCorrupt");
	fault(&s, "ErrorInvalidPropertyRequest");
	ok_items(&s, "a", "");
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_CONTENT, 4), -1);
	assert_int_equal(s.e.kind, ERR_ITEM);
	assert_string_equal(s.e.code, "ErrorItemCorrupt");
	err_clear(&s.e);
	assert_int_equal(get(&s, PROVIDER_CONTENT, 1), 0);
	assert_string_equal(buf_str(&s.got), "a!ErrorItemCorrupt");
	buf_reset(&s.got);
	/* one whose properties are refused: asked again without them */
	assert_int_equal(get(&s, PROVIDER_CONTENT, 1), 0);
	assert_string_equal(buf_str(&s.got), "a");
	end(&s);
	assert_int_equal(s.server.requests, 4);
}

/* An answer that is cut off is an error, and none of it is used. */
static void
cut(void **state)
{
	struct scene s = { 0 };
	char *b = items("abcd", "");
	size_t n = strlen(b);

	(void)state;
	b[n * 3 / 4] = '\0';
	ok(&s, b);
	free(b);
	begin(&s);
	assert_int_equal(get(&s, PROVIDER_HEADERS, 4), -1);
	assert_int_equal(s.e.kind, ERR_RETRY);
	assert_memory_equal(s.e.msg, "GetItem: ", 9);
	assert_int_equal(s.got.len, 0);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(matching),
		cmocka_unit_test(reduced), cmocka_unit_test(addresses),
		cmocka_unit_test(addresses_of_others),
		cmocka_unit_test(addresses_busy),
		cmocka_unit_test(one_to_blame), cmocka_unit_test(cut) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
