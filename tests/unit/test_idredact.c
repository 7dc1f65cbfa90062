/*
 * test_idredact.c - ids of a mail that have the address of somebody forgotten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "core/idredact.h"
#include "core/redact.h"

#define SALT                                                                   \
	"00112233445566778899aabbccddeeff"                                     \
	"00112233445566778899aabbccddeeff"
#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

static void
make_list(struct forgotten *l)
{
	struct err err = ERR_INIT;

	assert_int_equal(forgotten_parse(l, SALT "\n", 65, &err), 0);
	assert_true(forgotten_add(l, "carl@x.example", NULL, 0, 0));
	assert_true(forgotten_add(l, "o'hara@x.example", NULL, 0, 0));
}

/* id and what is left of it; NULL: it stays as it is. */
static const struct {
	const char *id, *left;
} ids[] = {
	{ "<carl@x.example>", "<(removed)>" },
	{ "<1.CARL@X.example>", "<1.(removed)>" },
	{ "<2026-11-29_carl@x.example>", "<2026-11-29_(removed)>" },
	{ "<a@b> <c$carl@x.example>\n <d.carl@x.example>",
	    "<a@b> <c$(removed)>\n <d.(removed)>" },
	{ "carl@x.example.", "(removed)." },
	{ "<77.o'hara@x.example>", "<77.(removed)>" },
	{ "<a@carl@x.example>", "<a@(removed)>" },
	{ "<nancarl@x.example>", NULL },
	{ "<carl@x.examples>", NULL },
	{ "<carl@sub.x.example>", NULL },
	{ "<carl@x.example.org>", NULL },
	{ "carl.x.example", NULL },
	{ "@", NULL },
	{ "@@@@x.example@", NULL },
	{ "", NULL },
};

static void
test_ids(void **state)
{
	struct forgotten l;
	struct buf out;
	size_t i;

	(void)state;
	make_list(&l);
	for (i = 0; i < COUNT(ids); i++) {
		const char *left = ids[i].left;

		buf_init(&out, REDACT_ROOM(strlen(ids[i].id)));
		assert_int_equal(
		    idredact_text(&l, ids[i].id, &out), left != NULL);
		assert_string_equal(buf_str(&out), str_nn(left));
		buf_free(&out);
	}
	buf_init(&out, 100);
	assert_false(idredact_text(&l, NULL, &out));
	assert_false(idredact_text(NULL, "<carl@x.example>", &out));
	buf_free(&out);
	forgotten_free(&l);
}

static void
test_message(void **state)
{
	struct message *m = message_new(0);
	struct forgotten l;

	(void)state;
	make_list(&l);
	m->message_id = "<1.carl@x.example>";
	m->refs = "<0.carl@x.example> <2@y.example>";
	m->headers = "Received: from 1.carl@x.example\r\n"
		     "message-ID:\r\n <1.carl@x.example>\r\n"
		     "References: <0.carl@x.example>\r\n\t<2@y.example>\r\n"
		     "X-Message-ID: <1.carl@x.example>";
	assert_true(idredact_has(&l, m));
	idredact_message(&l, m);
	assert_false(idredact_has(&l, m));
	assert_string_equal(m->message_id, "<1.(removed)>");
	assert_string_equal(m->refs, "<0.(removed)> <2@y.example>");
	assert_null(m->in_reply_to);
	/* in other fields it is a part of a longer address */
	assert_string_equal(m->headers,
	    "Received: from 1.carl@x.example\r\n"
	    "message-ID:\r\n <1.(removed)>\r\n"
	    "References: <0.(removed)>\r\n\t<2@y.example>\r\n"
	    "X-Message-ID: <1.carl@x.example>");
	message_free(m);
	forgotten_free(&l);
}

/* An id of a megabyte takes no longer than its length. */
static void
test_long(void **state)
{
	size_t n = 1 << 20, i;
	char *id = mem_alloc(n + 1);
	struct forgotten l;
	struct buf out;

	(void)state;
	make_list(&l);
	for (i = 0; i < n; i++)
		id[i] = "a.@"[i % 3];
	id[n] = '\0';
	buf_init(&out, REDACT_ROOM(n));
	assert_false(idredact_text(&l, id, &out));
	buf_free(&out);
	free(id);
	forgotten_free(&l);
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
