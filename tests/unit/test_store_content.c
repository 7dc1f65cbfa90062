/*
 * test_store_content.c - the ids of mails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tim.h"
#include "plainmail.h"
#include "store/content.h"

static void
test_mid(void **state)
{
	static const struct {
		const char *in, *out;
	} row[] = {
		{ "<a@b>", "<a@b>" },
		{ "  <A@B.Example>\r\n", "<A@b.example>" },
		{ "A@B", "<A@b>" },
		{ "<\"x@Y\"@Z>", "<\"x@Y\"@z>" },
		{ "<a\r\n @b>", "<a@b>" },
		{ "<NoAt>", "<NoAt>" },
		{ "<first@X> <second@Y>", "<first@x>" },
		{ "comment <a@B> more", "<a@b>" },
		{ "<a@B", "<a@b>" },
		{ "<<a@B>>", "<a@b>" },
		{ "<<>>", NULL },
		{ "<>", NULL },
		{ "< >", NULL },
		{ "", NULL },
		{ " \t", NULL },
		{ NULL, NULL },
		{ "<\xc3\x84@\xc3\x84>", "<\xc3\x84@\xc3\x84>" },
	};
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 1000);
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		buf_reset(&b);
		assert_int_equal(
		    content_mid(&b, row[i].in), row[i].out != NULL);
		assert_string_equal(
		    buf_str(&b), row[i].out != NULL ? row[i].out : "");
	}
	buf_free(&b);
}

static void
test_id(void **state)
{
	static const struct {
		const char *mid, *from, *subject, *text;
		bool same; /* as the row before */
	} row[] = {
		{ "<a@b>", "x@y.example", "S", "T", false },
		{ "<a@B>", "other@y.example", "other", "other", true },
		{ "<A@b>", "x@y.example", "S", "T", false },
		{ NULL, "x@y.example", "S", "T", false },
		{ "<>", "X@Y.example", "S", " t ", true },
		{ NULL, "x@y.example", "S", "U", false },
		{ NULL, "x@y.example", "T", "U", false },
		{ NULL, "x@y.example", NULL, "U", false },
		{ NULL, NULL, NULL, NULL, false },
		/* what one field ends with is not what the next begins with */
		{ NULL, "x@y.example", "ab", "c", false },
		{ NULL, "x@y.example", "a", "bc", false },
	};
	char id[CONTENT_ID], last[CONTENT_ID] = "";
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, CONTENT_MAX);
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct message *m = plain_mail(
		    row[i].mid, row[i].from, row[i].subject, row[i].text);

		content_id(&b, m, id);
		assert_int_equal(strlen(id), 32);
		assert_int_equal(strcmp(id, last) == 0, row[i].same);
		memcpy(last, id, sizeof(last));
		message_free(m);
	}
	buf_free(&b);
}

static void
add_file(struct message *m, const char *name, unsigned char content)
{
	struct attachment *a = message_attachment(m);

	a->name = name;
	a->kind = ATT_FILE;
	a->stored = true;
	a->state = "full";
	memset(a->sha256, content, sizeof(a->sha256));
}

/* Other attachments make another mail; another order does not. */
static void
test_variant(void **state)
{
	static const struct {
		const char *name[2];
		unsigned char content[2];
		bool same; /* as the row before */
	} row[] = {
		{ { NULL, NULL }, { 0, 0 }, false },
		{ { "a", NULL }, { 1, 0 }, false },
		{ { "a", NULL }, { 2, 0 }, false },
		{ { "b", NULL }, { 2, 0 }, false },
		{ { "a", "b" }, { 1, 2 }, false },
		{ { "b", "a" }, { 2, 1 }, true },
	};
	char id[CONTENT_ID], last[CONTENT_ID] = "";
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct message *m =
		    plain_mail("<a@b>", "x@y.example", "S", "T");

		for (k = 0; k < 2 && row[i].name[k] != NULL; k++)
			add_file(m, row[i].name[k], row[i].content[k]);
		content_variant(m, "0123", id);
		assert_int_equal(strlen(id), 32);
		assert_int_equal(strcmp(id, last) == 0, row[i].same);
		memcpy(last, id, sizeof(last));
		/* the formula, written down a second time */
		if (i == 0)
			assert_string_equal(
			    id, "4d59f74a19b35b829034d3868fe47773");
		message_free(m);
	}
}

#define TEST(f) cmocka_unit_test(f)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mid),
		TEST(test_id),
		TEST(test_variant),
	};

	return cmocka_run_group_tests_name("store_content", tests, NULL, NULL);
}
