/*
 * test_unbase64.c - base64 decoded on its way from one stream into another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/unbase64.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct bytes {
	struct stream stream;
	struct buf got;
};

static int
keep(struct stream *s, const void *p, size_t n, struct err *err)
{
	struct bytes *b = (struct bytes *)(void *)s;

	if (buf_add(&b->got, p, n) == 0)
		return 0;
	return err_set(err, ERR_ITEM, "it is full");
}

/* Writes text in pieces of step bytes. */
static int
decode(
    struct bytes *b, size_t max, const char *text, size_t step, struct err *err)
{
	size_t len = strlen(text), n;
	struct unbase64 u;

	b->stream.write = keep;
	buf_init(&b->got, max);
	unbase64_init(&u, &b->stream);
	for (; len > 0; text += n, len -= n) {
		n = step < len ? step : len;
		if (u.stream.write(&u.stream, text, n, err) == -1)
			return -1;
	}
	return unbase64_end(&u, err);
}

static void
texts(void **state)
{
	static const struct {
		const char *text, *want, *code;
		enum err_kind kind;
	} rows[] = {
		{ "", "", "", ERR_NONE },
		{ "aGVsbG8=", "hello", "", ERR_NONE },
		{ "aGVs\r\n bG8", "hello", "", ERR_NONE },
		{ "_-8=", "\xff\xef", "", ERR_NONE },
		{ "aGVsbG8=\r\n", "hello", "", ERR_NONE },
		{ "aGVsb", "hel", "truncated", ERR_RETRY },
		{ "aG*Vs", "h", "base64", ERR_ITEM },
		{ "aGVs\xc3\xbc", "hel", "base64", ERR_ITEM },
		{ "aA==aA==", "h", "base64", ERR_ITEM },
		{ "aGVsb=", "hel", "base64", ERR_ITEM },
	};
	size_t i, step;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		for (step = 1; step < 12; step++) {
			struct err e = ERR_INIT;
			struct bytes b;
			int rc = decode(&b, 100, rows[i].text, step, &e);

			if (rc != (rows[i].kind == ERR_NONE ? 0 : -1) ||
			    e.kind != rows[i].kind ||
			    strcmp(e.code, rows[i].code) != 0)
				fail_msg(
				    "%s by %zu: %s", rows[i].text, step, e.msg);
			/* what came before a fault depends on the pieces */
			if (rc == 0 || strcmp(e.code, "truncated") == 0)
				assert_string_equal(
				    buf_str(&b.got), rows[i].want);
			if (rc == -1)
				assert_int_equal(e.scope, SCOPE_ITEM);
			buf_free(&b.got);
		}
}

/* More than a piece, and a stream that refuses. */
static void
large(void **state)
{
	size_t n = 100000, i;
	char *raw = malloc(n);
	struct err e = ERR_INIT;
	struct buf text;
	struct bytes b;

	(void)state;
	for (i = 0; i < n; i++)
		raw[i] = (char)(i * 7 + i / 250);
	buf_init(&text, 2 * n);
	assert_int_equal(enc_base64(&text, raw, n), 0);
	assert_int_equal(decode(&b, n, buf_str(&text), 70001, &e), 0);
	assert_int_equal(b.got.len, n);
	assert_memory_equal(b.got.data, raw, n);
	buf_free(&b.got);
	assert_int_equal(decode(&b, n - 1, buf_str(&text), n, &e), -1);
	assert_string_equal(e.msg, "it is full");
	buf_free(&b.got);
	buf_free(&text);
	free(raw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
