/*
 * test_messageredact.c - a mail without the people to be forgotten: each of its
 * parts, who owns a body, and that a full arena leaves nothing as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/messageredact.h"
#include "core/redact.h"

#define SALT                                                                   \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
#define NOW INT64_C(1795162560000)
#define R   "(removed)"

static struct forgotten list;

static int
make_list(void **state)
{
	static const char *const name[] = { "Vera Meyer" };
	struct err err = ERR_INIT;

	(void)state;
	if (forgotten_parse(&list, SALT, strlen(SALT), &err) == -1)
		return -1;
	return forgotten_add(&list, "carl@x.example", NULL, 0, NOW) &&
		       forgotten_add(&list, "vera@x.example", name, 1, NOW)
		   ? 0
		   : -1;
}

static int
free_list(void **state)
{
	(void)state;
	forgotten_free(&list);
	return 0;
}

static void
add_address(struct message *m, enum role role, const char *name,
    const char *address, const char *raw)
{
	struct address *a = message_address(m);

	a->role = role;
	a->name = name;
	a->address = address;
	a->raw = raw;
}

static void
expect_address(const struct address *a, const char *name, const char *address,
    const char *raw)
{
	const char *is[] = { a->name, a->address, a->raw };
	const char *want[] = { name, address, raw };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (want[i] == NULL)
			assert_null(is[i]);
		else
			assert_string_equal(is[i], want[i]);
	}
}

/* A mail in which everything names carl, or him by the name in From. */
static struct message *
mail_of_carl(size_t arena_max)
{
	struct message *m = message_new(arena_max);
	struct attachment *a;

	add_address(m, ROLE_FROM, "Miller, Carl", "Carl@X.example", NULL);
	add_address(m, ROLE_TO, "Anna Berg", "anna@x.example", NULL);
	add_address(m, ROLE_CC, NULL, "carl@x.example", "SMTP:carl@x.example");
	add_address(m, ROLE_CC, "Carl Miller", "carl.miller@y.example", NULL);
	add_address(m, ROLE_BCC, "List, for carl@x.example", "l@y.example",
	    "EX:/o=x/cn=Carl Miller");
	add_address(
	    m, ROLE_REPLY_TO, "News", "b+carl=x.example@y.example", NULL);
	m->subject = "News of Carl Miller";
	m->message_id = "<1@x.example>";
	m->refs = "<a+carl@x.example>";
	m->headers = "From: \"Miller, Carl\"\r\n <carl@x.example>\r\n"
		     "Subject: =?utf-8?Q?News_of_Carl?=\r\nX-Y: z\r\n";
	message_category(m, "Carl Miller");
	message_category(m, "blue");
	a = message_attachment(m);
	a->name = "CV_Carl_Miller.pdf";
	a->url = "https://x.example/?u=carl%40x.example";
	a->content_id = "carl@x.example";
	m->body_state = BODY_FULL;
	m->html = "<p>Hi <b>Carl</b> Miller &lt;carl&#64;x.example&gt;</p>";
	m->html_len = strlen(m->html);
	return m;
}

static void
test_named(void **state)
{
	struct message *m = mail_of_carl(0);

	(void)state;
	assert_int_equal(message_redact(&list, m), REDACT_NAMED);
	assert_int_equal(m->naddr, 6);
	expect_address(&m->addr[0], R, R, NULL);
	expect_address(&m->addr[1], "Anna Berg", "anna@x.example", NULL);
	expect_address(&m->addr[2], NULL, R, R);
	expect_address(&m->addr[3], R, "carl.miller@y.example", NULL);
	expect_address(
	    &m->addr[4], "List, for " R, "l@y.example", "EX:/o=x/cn=" R);
	expect_address(&m->addr[5], R, R, NULL);
	assert_int_equal(m->addr[5].role, ROLE_REPLY_TO);
	assert_string_equal(m->subject, "News of " R);
	assert_string_equal(m->message_id, "<1@x.example>");
	assert_string_equal(m->refs, "<a+carl@x.example>");
	assert_string_equal(
	    m->headers, "From: " R "\r\nSubject: " R "\r\nX-Y: z\r\n");
	assert_string_equal(m->category[0], R);
	assert_string_equal(m->category[1], "blue");
	assert_string_equal(m->att[0].name, "CV_" R ".pdf");
	assert_string_equal(m->att[0].url, "https://x.example/?u=" R);
	assert_string_equal(m->att[0].content_id, R);
	assert_string_equal(m->html, "<p>Hi <b>" R "</b> &lt;" R "&gt;</p>");
	assert_int_equal(m->html_len, strlen(m->html));
	assert_int_equal(m->body_state, BODY_FULL);
	/* once more: nothing but an id has him */
	assert_false(forgotten_in(&list, m->message_id));
	m->refs = NULL;
	assert_int_equal(message_redact(&list, m), REDACT_NONE);
	message_free(m);
}

/* One place each: what it is then, and what the list's names do there. */
static void
test_mentioned(void **state)
{
	static const char *const text = "vera@x.example: Meyer, Vera";
	struct message *m;
	int i;

	(void)state;
	for (i = 0; i < 11; i++) {
		m = message_new(0);
		m->subject = i == 0 ? "for vera@x.example" : "Vera Meyer";
		m->message_id = i == 1 ? "<vera@x.example>" : "<1@x.example>";
		m->in_reply_to = i == 2 ? "<vera@x.example>" : NULL;
		m->refs = i == 3 ? "<a@b> <vera@x.example>" : NULL;
		m->headers = i == 4 ? "To: vera@\r\nX: vera@x.example\r\n" : "";
		m->text = i == 5 ? text : NULL;
		m->html = i == 6 ? text : NULL;
		m->text_len = i == 5 ? strlen(text) : 0;
		m->html_len = i == 6 ? strlen(text) : 0;
		message_category(m, i == 7 ? "vera@x.example" : "c");
		message_attachment(m)->name = i == 8 ? "vera@x.example" : NULL;
		m->att[0].url = i == 9 ? "mailto:vera@x.example" : NULL;
		m->conversation_id = "vera@x.example";
		add_address(m, ROLE_TO, i == 10 ? "vera@x.example" : NULL,
		    "a@x.example", NULL);
		assert_int_equal(message_redact(&list, m), REDACT_MENTIONED);
		assert_string_equal(m->subject, i == 0 ? "for " R : R);
		assert_string_equal(m->addr[0].address, "a@x.example");
		if (i == 5)
			assert_string_equal(m->text, R ": " R);
		if (i == 6)
			assert_string_equal(m->html, R ": " R);
		if (i == 4)
			assert_string_equal(
			    m->headers, "To: vera@\r\nX: " R "\r\n");
		message_free(m);
	}
}

static void
test_nobody(void **state)
{
	struct message *m = mail_of_carl(0);
	struct forgotten other;
	struct err err = ERR_INIT;
	const char *html = m->html, *subject = m->subject;
	size_t used = m->arena.used;

	(void)state;
	assert_int_equal(message_redact(NULL, m), REDACT_NONE);
	assert_int_equal(forgotten_parse(&other, SALT, strlen(SALT), &err), 0);
	assert_int_equal(message_redact(&other, m), REDACT_NONE);
	assert_true(forgotten_add(&other, "x@x.example", NULL, 0, NOW));
	assert_int_equal(message_redact(&other, m), REDACT_NONE);
	assert_ptr_equal(m->html, html);
	assert_ptr_equal(m->subject, subject);
	assert_string_equal(m->addr[0].address, "Carl@X.example");
	assert_int_equal(m->arena.used, used);
	forgotten_free(&other);
	message_free(m);
	/* an empty one */
	m = message_new(0);
	assert_int_equal(message_redact(&list, m), REDACT_NONE);
	message_free(m);
}

/* An address that needs its quotes is found as an address. */
static void
test_quoted(void **state)
{
	struct message *m = message_new(0);
	struct forgotten other;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(forgotten_parse(&other, SALT, strlen(SALT), &err), 0);
	assert_true(forgotten_add(&other, "\"a b\"@x.example", NULL, 0, NOW));
	add_address(m, ROLE_TO, "Abe Smith", "\"A b\"@X.example", NULL);
	m->subject = "abe smith";
	assert_int_equal(message_redact(&other, m), REDACT_NAMED);
	expect_address(&m->addr[0], R, R, NULL);
	assert_string_equal(m->subject, R);
	forgotten_free(&other);
	message_free(m);
}

/* Part of the address of somebody else is not enough, punctuation is. */
static void
test_part(void **state)
{
	static const struct {
		const char *address;
		bool is;
	} rows[] = {
		{ "carl@x.example", true },
		{ "<CARL@x.example>", true },
		{ "'carl@x.example'", true },
		{ "--'carl@x.example", true },
		{ "o'carl@x.example", false },
		{ "anna_carl@x.example", false },
		{ "anna+carl@x.example", false },
		{ "a='carl@x.example", false },
		{ "carl+b@x.example", false },
		{ "carl@x.example.org", false },
		{ "b-1-carl=x.example@y.example", true },
		{ "SRS0=a=b=x.example=carl@y.example", true },
		{ "/o=x/cn=carl", false },
		{ "", false },
	};
	struct message *m;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		m = message_new(0);
		add_address(m, ROLE_TO, NULL,
		    i % 2 == 0 ? rows[i / 2].address : NULL,
		    i % 2 == 1 ? rows[i / 2].address : NULL);
		if (message_redact(&list, m) !=
		    (rows[i / 2].is ? REDACT_NAMED : REDACT_NONE))
			fail_msg("%s", rows[i / 2].address);
		message_free(m);
	}
}

/* The body in big is replaced and freed; one in the arena moves there. */
static void
test_big(void **state)
{
	struct message *m;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		m = message_new(0);
		m->body_state = BODY_FULL;
		m->big = i == 0 ? NULL : strdup("big: carl@x.example");
		m->text = i == 2   ? "text of carl@x.example"
			  : i == 1 ? m->big
				   : "text: carl@x.example";
		m->text_len = strlen(m->text);
		if (i == 2) {
			m->html = m->big;
			m->html_len = strlen(m->html);
		}
		assert_int_equal(message_redact(&list, m), REDACT_MENTIONED);
		assert_string_equal(m->text, i == 2   ? "text of " R
					     : i == 1 ? "big: " R
						      : "text: " R);
		assert_int_equal(m->text_len, strlen(m->text));
		assert_ptr_equal(m->big, i == 2 ? m->html : m->text);
		if (i == 2)
			assert_string_equal(m->html, "big: " R);
		assert_int_equal(m->body_state, BODY_FULL);
		message_free(m);
	}
}

/* Without room in the arena nothing is as it was. */
static void
test_no_room(void **state)
{
	struct message *m = mail_of_carl(0);

	(void)state;
	m->big = strdup("carl@x.example");
	m->html = m->big;
	m->html_len = strlen(m->html);
	m->text = "carl@x.example: more than there is room for in it";
	m->text_len = strlen(m->text);
	m->arena.max = m->arena.used + 8;
	assert_int_equal(message_redact(&list, m), REDACT_NAMED);
	assert_string_equal(m->subject, R);
	assert_string_equal(m->headers, R);
	assert_string_equal(m->addr[4].name, R);
	assert_string_equal(m->addr[0].address, R);
	assert_null(m->text);
	assert_int_equal(m->text_len, 0);
	assert_int_equal(m->body_state, BODY_FAILED);
	assert_string_equal(m->html, R);
	message_free(m);
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_mentioned),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_big),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(group, make_list, free_list);
}
