/*
 * test_chunk.c - net/chunk: the chunked transfer coding.
 * Every body is fed whole, in pairs and one byte at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "net/chunk.h"

/* Decodes into out. 1: done, 0: needs more, -1: refused. *used: bytes read. */
static int
decode(struct chunk *c, const char *s, size_t n, size_t piece, struct buf *out,
    size_t *used)
{
	size_t at = 0;

	chunk_init(c);
	buf_reset(out);
	while (at < n && !c->done) {
		size_t k = n - at < piece ? n - at : piece, len;
		const char *data;
		long r = chunk_feed(c, s + at, k, &data, &len);

		if (r == -1)
			return -1;
		assert_true(r > 0 && (size_t)r <= k);
		assert_true(data >= s && data + len <= s + n);
		buf_add(out, data, len);
		at += (size_t)r;
	}
	*used = at;
	return c->done;
}

static const struct {
	const char *in, *out;
	int result;
	const char *why;
} table[] = {
	{ "0\r\n\r\n", "", 1, NULL },
	{ "5\r\nhello\r\n0\r\n\r\n", "hello", 1, NULL },
	{ "5\r\nhello\r\n6\r\n world\r\n00\r\n\r\n", "hello world", 1, NULL },
	{ "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 1, NULL },
	{ "a;x=y;z=\"q\"\r\n0123456789\r\n0;e\r\n\r\n", "0123456789", 1, NULL },
	{ "1 \t\r\nx\r\n0\r\n\r\n", "x", 1, NULL },
	{ "1\r\n\r\r\n1\r\n\n\r\n0\r\n\r\n", "\r\n", 1, NULL },
	{ "0\r\nTrailer: x\r\nMore: y\r\n\r\n", "", 1, NULL },
	{ "0\r\nTrailer: x\n\n", "", 1, NULL },
	{ "000000000000000000000001\r\nx\r\n0\r\n\r\n", "x", 1, NULL },
	/* cut off */
	{ "", "", 0, NULL },
	{ "5", "", 0, NULL },
	{ "5\r\nhel", "hel", 0, NULL },
	{ "5\r\nhello\r\n", "hello", 0, NULL },
	{ "5\r\nhello\r\n0\r\n", "hello", 0, NULL },
	{ "0\r\nTrailer: x\r\n", "", 0, NULL },
	/* refused */
	{ "\r\n\r\n", NULL, -1, "no size" },
	{ "x\r\n", NULL, -1, "no size" },
	{ ";a\r\n", NULL, -1, "no size" },
	{ "-5\r\n", NULL, -1, "no size" },
	{ "0x5\r\n", NULL, -1, "hexadecimal" },
	{ "5 5\r\n", NULL, -1, "hexadecimal" },
	{ "5\nhello", NULL, -1, "hexadecimal" },
	{ "5;a\nhello", NULL, -1, "hexadecimal" },
	{ "5\rhello", NULL, -1, "CR LF" },
	{ "8000000000000000\r\n", NULL, -1, "larger" },
	{ "FFFFFFFFFFFFFFFF\r\n", NULL, -1, "larger" },
	{ "10000000000000005\r\nhello", NULL, -1, "larger" },
	{ "5\r\nhelloworld\r\n", NULL, -1, "longer" },
	{ "5\r\nhello\n0\r\n\r\n", NULL, -1, "longer" },
	{ "5\r\nhelloX\n0\r\n\r\n", NULL, -1, "longer" },
	{ "5\r\nhello\r0\r\n\r\n", NULL, -1, "longer" },
	{ "0\r\n\rX", NULL, -1, "bare CR" },
};

static void
chunks(void **state)
{
	size_t i, piece, used;
	struct chunk c;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (piece = 1; piece < 100;
		     piece = piece < 3 ? piece + 1 : 100) {
			char in[200];
			size_t n = strlen(table[i].in);
			int more = table[i].result == 1 ? 4 : 0, r;

			memcpy(in, table[i].in, n);
			memcpy(in + n, "NEXT", 4);
			r = decode(
			    &c, in, n + (size_t)more, piece, &out, &used);
			assert_int_equal(r, table[i].result);
			if (r == -1) {
				assert_non_null(strstr(c.why, table[i].why));
				continue;
			}
			assert_int_equal(used, n);
			assert_string_equal(buf_str(&out), table[i].out);
		}
	buf_free(&out);
}

/* Extensions and trailers without end are refused, in bounded memory. */
static void
endless(void **state)
{
	static const char *const start[] = { "5;", "0\r\nA: ", "0\r\n",
		"00000" };
	static const char *const more[] = { "abcdefg", "abcdefg", "A: b\r\n",
		"0000000" };
	size_t i, n;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct chunk c;
		const char *data;
		size_t len;
		long r;

		chunk_init(&c);
		r = chunk_feed(&c, start[i], strlen(start[i]), &data, &len);
		for (n = 0; r != -1 && n < 100000; n++)
			r = chunk_feed(
			    &c, more[i], strlen(more[i]), &data, &len);
		assert_int_equal(r, -1);
		assert_non_null(strstr(c.why, "too long"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks),
		cmocka_unit_test(endless),
	};

	return cmocka_run_group_tests_name("chunk", tests, NULL, NULL);
}
