/*
 * test_permit.c - what is said about mailboxes: what is written can be read,
 * anything else is refused, and what a pass finds takes no word back.
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
#include "core/permit.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))
#define HEAD     "exsync mailboxes 1\n"
#define T        "2026-11-20T08:16:00Z"
#define NOW      INT64_C(1795162560000)
#define LIST                                                                   \
	HEAD "anna@contoso.example\tapproved\t" T "\n"                         \
	     "ben@contoso.example\tdisabled\t" T "\n"                          \
	     "carl@contoso.example\tapproved,disabled\t" T "\n"

static void
parse_good(struct permit_list *p, const char *text)
{
	struct err err = ERR_INIT;

	memset(p, 0, sizeof(*p));
	if (permit_parse(p, text, strlen(text), &err) == -1)
		fail_msg("%s: %s", text, err.msg);
}

/* The list as it is written; the caller frees. */
static char *
written(const struct permit_list *p)
{
	struct buf b;

	buf_init(&b, PERMIT_MAX);
	assert_int_equal(permit_format(p, &b), 0);
	return buf_take(&b);
}

static void
check_written(const struct permit_list *p, const char *want)
{
	char *text = written(p);

	assert_string_equal(text, want);
	free(text);
}

static void
reads_what_is_written(void **state)
{
	static const char *const good[] = { HEAD, LIST,
		HEAD "j\xc3\xb6rg@contoso.example\tapproved\t" T "\n",
		HEAD "\"a b\"@contoso.example\tdisabled\t" T "\n" };
	struct permit_list p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		parse_good(&p, good[i]);
		assert_true(p.known);
		check_written(&p, good[i]);
		permit_free(&p);
		assert_int_equal(p.n, 0);
	}
	parse_good(&p, "");
	assert_false(p.known);
	assert_int_equal(p.n, 0);
	permit_free(&p);
}

static void
reads_the_words(void **state)
{
	static const struct {
		const char *address;
		bool approved, disabled;
	} want[] = {
		{ "anna@contoso.example", true, false },
		{ "ben@contoso.example", false, true },
		{ "carl@contoso.example", true, true },
	};
	struct permit_list p;
	const struct permit *is;
	size_t i;

	(void)state;
	parse_good(&p, LIST);
	assert_int_equal(p.n, COUNT(want));
	for (i = 0; i < COUNT(want); i++) {
		is = permit_find(&p, want[i].address);
		assert_non_null(is);
		assert_string_equal(is->address, want[i].address);
		assert_int_equal(is->approved, want[i].approved);
		assert_int_equal(is->disabled, want[i].disabled);
		assert_int_equal(is->at, NOW);
	}
	assert_null(permit_find(&p, "ann@contoso.example"));
	assert_null(permit_find(&p, "anna@contoso.example "));
	assert_null(permit_find(&p, "zoe@contoso.example"));
	assert_null(permit_find(&p, ""));
	permit_free(&p);
}

static void
refuses_all_else(void **state)
{
	static const struct {
		const char *text, *line;
	} bad[] = {
		{ "\n", "line 1: " },
		{ "exsync mailboxes 1", "line 1: the line is cut" },
		{ "exsync mailboxes 2\n", "line 1: this is not" },
		{ "exsync mailboxes 1 \n", "line 1: this is not" },
		{ "exsync mailboxes 1\r\n", "line 1: this is not" },
		{ "anna@contoso.example\tapproved\t" T "\n", "line 1: this" },
		{ HEAD HEAD, "line 2: " },
		{ HEAD "\n", "line 2: " },
		{ HEAD "anna@contoso.example", "line 2: the line is cut" },
		{ HEAD "anna@contoso.example\n", "line 2: this is not" },
		{ HEAD "anna@contoso.example\tapproved\n",
		    "line 2: this is not" },
		{ HEAD "anna@contoso.example\tapproved\t" T,
		    "line 2: the line is cut" },
		{ HEAD "\tapproved\t" T "\n", "line 2: this is not" },
		{ HEAD "anna@contoso.example\t\t" T "\n", "line 2: the word" },
		{ HEAD "anna@contoso.example\tApproved\t" T "\n",
		    "line 2: the word" },
		{ HEAD "anna@contoso.example\tdisabled,approved\t" T "\n",
		    "line 2: the word" },
		{ HEAD "anna@contoso.example\tapproved,\t" T "\n",
		    "line 2: the word" },
		{ HEAD "anna@contoso.example\tapproved\t\n",
		    "line 2: the last field" },
		{ HEAD "anna@contoso.example\tapproved\tnow\n",
		    "line 2: the last field" },
		{ HEAD "anna@contoso.example\tapproved\t" T "\tmore\n",
		    "line 2: the last field" },
		{ HEAD "Anna@contoso.example\tdisabled\t" T "\n",
		    "line 2: this is no address" },
		{ HEAD " anna@contoso.example\tdisabled\t" T "\n",
		    "line 2: this is no address" },
		{ HEAD "anna\tdisabled\t" T "\n",
		    "line 2: this is no address" },
		{ HEAD "ben@contoso.example\tapproved\t" T "\n"
		       "anna@contoso.example\tapproved\t" T "\n",
		    "line 3: the addresses are not in order" },
		{ HEAD "ben@contoso.example\tdisabled\t" T "\n"
		       "ben@contoso.example\tapproved\t" T "\n",
		    "line 3: the addresses are not in order" },
	};
	struct permit_list p;
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		memset(&p, 0, sizeof(p));
		err_clear(&err);
		if (permit_parse(&p, bad[i].text, strlen(bad[i].text), &err) !=
		    -1)
			fail_msg("taken: %s", bad[i].text);
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_string_equal(err.code, "mailboxes");
		if (strncmp(err.msg, bad[i].line, strlen(bad[i].line)) != 0)
			fail_msg("%s: %s", bad[i].text, err.msg);
		assert_false(p.known);
		permit_free(&p);
	}
}

static void
refuse_bytes(const char *text, size_t len, const char *line)
{
	struct permit_list p = { 0 };
	struct err err = ERR_INIT;

	assert_int_equal(permit_parse(&p, text, len, &err), -1);
	if (strncmp(err.msg, line, strlen(line)) != 0)
		fail_msg("%s", err.msg);
	permit_free(&p);
}

static void
refuses_bytes_and_sizes(void **state)
{
	static const char zero[] =
	    HEAD "anna@contoso.example\0x\tapproved\t" T "\n";
	char *text = mem_alloc(PERMIT_MAX + 1);

	(void)state;
	refuse_bytes(zero, sizeof(zero) - 1, "line 2: the line is cut");
	memset(text, 'a', PERMIT_MAX + 1);
	memcpy(text, HEAD, strlen(HEAD));
	text[2000] = '\n';
	refuse_bytes(text, 2001, "line 2: the line is cut, or too long");
	refuse_bytes(text, PERMIT_MAX + 1, "line 1: the file is too large");
	free(text);
}

static void
sets_in_any_order(void **state)
{
	static const char *const order[2][3] = {
		{ "carl@contoso.example", "anna@contoso.example",
		    "ben@contoso.example" },
		{ "ben@contoso.example", "carl@contoso.example",
		    "anna@contoso.example" },
	};
	struct permit_list p;
	size_t i, k;

	(void)state;
	for (i = 0; i < 2; i++) {
		memset(&p, 0, sizeof(p));
		permit_set(&p, "dora@contoso.example", false, false, NOW);
		assert_int_equal(p.n, 0);
		for (k = 0; k < 3; k++)
			permit_set(&p, order[i][k], true, true, 0);
		permit_set(&p, "anna@contoso.example", true, false, NOW);
		permit_set(&p, "ben@contoso.example", false, true, NOW);
		permit_set(&p, "carl@contoso.example", true, true, NOW);
		check_written(&p, LIST);
		permit_set(&p, "anna@contoso.example", false, false, NOW);
		assert_null(permit_find(&p, "anna@contoso.example"));
		permit_set(&p, "carl@contoso.example", false, false, NOW);
		check_written(
		    &p, HEAD "ben@contoso.example\tdisabled\t" T "\n");
		permit_set(&p, "ben@contoso.example", false, false, NOW);
		check_written(&p, HEAD);
		permit_free(&p);
	}
}

/* The longest address that there is, and the last time that can be written. */
static void
writes_what_can_be_read(void **state)
{
	char address[1024];
	struct permit_list p = { 0 }, again;
	char *text;
	size_t n;

	(void)state;
	memset(address, 'a', sizeof(address));
	address[480] = '@';
	for (n = 481; n < 481 + 253; n++)
		address[n] = n % 60 == 0 ? '.' : 'b';
	address[n] = '\0';
	permit_set(&p, address, true, true, INT64_C(253402300799000));
	text = written(&p);
	parse_good(&again, text);
	assert_int_equal(again.n, 1);
	assert_string_equal(again.v[0].address, address);
	assert_int_equal(again.v[0].at, INT64_C(253402300799000));
	free(text);
	permit_free(&p);
	permit_free(&again);
}

static void
refuses_to_write_too_much(void **state)
{
	struct permit_list p = { 0 };
	struct buf b;

	(void)state;
	permit_set(&p, "anna@contoso.example", true, false, NOW);
	buf_init(&b, strlen(HEAD) + 10);
	assert_int_equal(permit_format(&p, &b), -1);
	buf_free(&b);
	permit_free(&p);
}

static void
note(struct permit_list *p, const char *address, bool approved, bool disabled)
{
	char copy[64];

	snprintf(copy, sizeof(copy), "%s", address);
	permit_note(
	    p, &(struct permit){ copy, approved, disabled, NOW + 86400000 });
}

/* A pass found it before a person said --enable, or --disable. */
static void
notes_and_takes_nothing_back(void **state)
{
	struct permit_list p;

	(void)state;
	parse_good(&p, LIST);
	note(&p, "anna@contoso.example", true, true);
	note(&p, "ben@contoso.example", false, true);
	note(&p, "carl@contoso.example", true, false);
	note(&p, "carl@contoso.example", false, false);
	check_written(&p, LIST);
	note(&p, "ben@contoso.example", true, false);
	note(&p, "abe@contoso.example", true, false);
	note(&p, "dora@contoso.example", false, true);
	note(&p, "emil@contoso.example", false, false);
	check_written(&p,
	    HEAD "abe@contoso.example\tapproved\t2026-11-21T08:16:00Z\n"
		 "anna@contoso.example\tapproved\t" T "\n"
		 "ben@contoso.example\tapproved,disabled\t"
		 "2026-11-21T08:16:00Z\n"
		 "carl@contoso.example\tapproved,disabled\t" T "\n"
		 "dora@contoso.example\tdisabled\t2026-11-21T08:16:00Z\n");
	permit_free(&p);
}

static void
decides(void **state)
{
	struct permit_list p;

	(void)state;
	parse_good(&p, LIST);
	assert_int_equal(
	    permit_of(&p, "anna@contoso.example", true), PERMIT_READ);
	assert_int_equal(
	    permit_of(&p, "anna@contoso.example", false), PERMIT_READ);
	assert_int_equal(
	    permit_of(&p, "ben@contoso.example", true), PERMIT_OFF);
	assert_int_equal(
	    permit_of(&p, "ben@contoso.example", false), PERMIT_OFF);
	assert_int_equal(
	    permit_of(&p, "carl@contoso.example", true), PERMIT_OFF);
	assert_int_equal(
	    permit_of(&p, "dora@contoso.example", true), PERMIT_WAITS);
	assert_int_equal(
	    permit_of(&p, "dora@contoso.example", false), PERMIT_READ);
	assert_int_equal(
	    permit_of(NULL, "anna@contoso.example", true), PERMIT_WAITS);
	assert_int_equal(
	    permit_of(NULL, "anna@contoso.example", false), PERMIT_READ);
	permit_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_written),
		cmocka_unit_test(reads_the_words),
		cmocka_unit_test(refuses_all_else),
		cmocka_unit_test(refuses_bytes_and_sizes),
		cmocka_unit_test(sets_in_any_order),
		cmocka_unit_test(writes_what_can_be_read),
		cmocka_unit_test(refuses_to_write_too_much),
		cmocka_unit_test(notes_and_takes_nothing_back),
		cmocka_unit_test(decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
