/*
 * test_head.c - net/head: status lines, headers, framing of the body.
 * Every answer is fed whole and one byte at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/head.h"

#define MAX 400

/* Feeds n bytes in pieces. Returns the bytes consumed, or -1. */
static long
feed(struct head *h, struct buf *out, const char *s, size_t n, size_t piece)
{
	size_t at = 0;

	head_init(h, out, MAX);
	while (at < n && !h->done) {
		size_t k = n - at < piece ? n - at : piece;
		long r = head_feed(h, s + at, k);

		if (r == -1)
			return -1;
		at += (size_t)r;
		assert_true((size_t)r == k || h->done);
	}
	return (long)at;
}

static const struct {
	const char *in;
	int status; /* 0: refused */
	const char *out;
	const char *why;
	enum head_framing framing;
	int64_t length;
	int keep, coded, bad_body;
} table[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200,
	    "Content-Length: 5\n", NULL, HEAD_LENGTH, 5, 1, 0, 0 },
	{ "HTTP/1.1 200\r\n\r\n", 200, "", NULL, HEAD_CLOSE, 0, 0, 0, 0 },
	{ "HTTP/1.1 200 \r\n\r\n", 200, "", NULL, HEAD_CLOSE, 0, 0, 0, 0 },
	{ "HTTP/1.1 204 None\r\n\r\n", 204, "", NULL, HEAD_EMPTY, 0, 1, 0, 0 },
	{ "HTTP/1.1 304 Not\r\nContent-Length: 9\r\n\r\n", 304,
	    "Content-Length: 9\n", NULL, HEAD_EMPTY, 9, 1, 0, 0 },
	{ "HTTP/1.1 100 Go\r\n\r\n", 100, "", NULL, HEAD_EMPTY, 0, 1, 0, 0 },
	{ "HTTP/1.1 200 OK\nA: b\n\n", 200, "A: b\n", NULL, HEAD_CLOSE, 0, 0, 0,
	    0 },
	{ "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200,
	    "Content-Length: 0\n", NULL, HEAD_EMPTY, 0, 0, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nA: one\r\n two\r\n\t three \r\nB:\t x y \r\n\r\n",
	    200, "A: one two three\nB: x y\n", NULL, HEAD_CLOSE, 0, 0, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nA:\r\nB: \r\n\r\n", 200, "A: \nB: \n", NULL,
	    HEAD_CLOSE, 0, 0, 0, 0 },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n", 200,
	    "transfer-encoding: Chunked\n", NULL, HEAD_CHUNKED, 0, 1, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
	  "Connection: Keep-Alive, CLOSE\r\n\r\n",
	    200, "Transfer-Encoding: chunked\nConnection: Keep-Alive, CLOSE\n",
	    NULL, HEAD_CHUNKED, 0, 0, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
	    200, "Content-Length: 5\nContent-Length: 5\n", NULL, HEAD_LENGTH, 5,
	    1, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: gzip\r\n"
	  "\r\n",
	    200, "Content-Length: 2\nContent-Encoding: gzip\n", NULL,
	    HEAD_LENGTH, 2, 1, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
	  "Content-Encoding: identity\r\n\r\n",
	    200, "Content-Length: 2\nContent-Encoding: identity\n", NULL,
	    HEAD_LENGTH, 2, 1, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 200,
	    "Transfer-Encoding: gzip, chunked\n", NULL, HEAD_CHUNKED, 0, 1, 1,
	    0 },
	/* two readings */
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
	    200, "Content-Length: 5\nContent-Length: 6\n", "two different", 0,
	    0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n",
	    200, "Content-Length: 5\nTransfer-Encoding: chunked\n", "both", 0,
	    0, 0, 0, 1 },
	{ "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200,
	    "Transfer-Encoding: chunked\n", "HTTP/1.0", 0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n",
	    200, "Transfer-Encoding: chunked\nTransfer-Encoding: chunked\n",
	    "two Transfer", 0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 200,
	    "Content-Length: -1\n", "not a length", 0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", 200,
	    "Content-Length: 5, 5\n", NULL, HEAD_LENGTH, 5, 1, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\t,5,\r\n 05\r\n"
	  "content-length: 5\r\n\r\n",
	    200, "Content-Length: 5\t,5, 05\ncontent-length: 5\n", NULL,
	    HEAD_LENGTH, 5, 1, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 0, 0\r\n\r\n", 200,
	    "Content-Length: 0, 0\n", NULL, HEAD_EMPTY, 0, 1, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n", 200,
	    "Content-Length: 5, 6\n", "two different", 0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 0, 5\r\n\r\n", 200,
	    "Content-Length: 0, 5\n", "two different", 0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n"
	  "Content-Length: 6\r\n\r\n",
	    200, "Content-Length: 5, 5\nContent-Length: 6\n", "two different",
	    0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5,\r\n\r\n", 200,
	    "Content-Length: 5,\n", "not a length", 0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: ,5\r\n\r\n", 200,
	    "Content-Length: ,5\n", "not a length", 0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\n", 200,
	    "Content-Length: 5 5\n", "not a length", 0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n",
	    200, "Content-Length: 5, 5\nTransfer-Encoding: chunked\n", "both",
	    0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", 200,
	    "Content-Length: \n", "not a length", 0, 0, 0, 0, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
	    200, "Content-Length: 99999999999999999999\n", "not a length", 0, 0,
	    0, 0, 1 },
	/* refused */
	{ "HTTP/2 200 OK\r\n\r\n", 0, NULL, "status line", 0, 0, 0, 0, 0 },
	{ "SSH-2.0-OpenSSH_9.2\r\n", 0, NULL, "status line", 0, 0, 0, 0, 0 },
	{ "\r\nHTTP/1.1 200 OK\r\n\r\n", 0, NULL, "status line", 0, 0, 0, 0,
	    0 },
	{ "HTTP/1.1 20 OK\r\n\r\n", 0, NULL, "status line", 0, 0, 0, 0, 0 },
	{ "HTTP/1.1 2000 OK\r\n\r\n", 0, NULL, "status line", 0, 0, 0, 0, 0 },
	{ "HTTP/1.1 999 OK\r\n\r\n", 0, NULL, "100 and 599", 0, 0, 0, 0, 0 },
	{ "HTTP/1.1  200 OK\r\n\r\n", 0, NULL, "status line", 0, 0, 0, 0, 0 },
	{ "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n", 0, NULL, "continuation", 0,
	    0, 0, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", 0, NULL, "Name: value", 0, 0,
	    0, 0, 0 },
	{ "HTTP/1.1 200 OK\r\nblank : x\r\n\r\n", 0, NULL, "Name: value", 0, 0,
	    0, 0, 0 },
	{ "HTTP/1.1 200 OK\r\n: x\r\n\r\n", 0, NULL, "Name: value", 0, 0, 0, 0,
	    0 },
	{ "HTTP/1.1 200 OK\r\nA: x\ry\r\n\r\n", 0, NULL, "bare CR", 0, 0, 0, 0,
	    0 },
};

static void
check_one(size_t i, size_t piece)
{
	size_t n = strlen(table[i].in);
	struct head_body b;
	struct head h;
	struct buf out;
	char in[1024];
	long r;
	int rb;

	/* what follows the head must not be touched */
	memcpy(in, table[i].in, n);
	memcpy(in + n, "BODY", 4);
	buf_init(&out, MAX);
	r = feed(&h, &out, in, n + 4, piece);
	if (table[i].status == 0) {
		assert_int_equal(r, -1);
		assert_non_null(strstr(h.why, table[i].why));
	} else {
		assert_int_equal(r, n);
		assert_true(h.done);
		assert_int_equal(h.status, table[i].status);
		assert_string_equal(buf_str(&out), table[i].out);
		rb = head_body(&h, false, &b);
		assert_int_equal(rb, table[i].bad_body ? -1 : 0);
		if (rb == -1)
			assert_non_null(strstr(h.why, table[i].why));
		else {
			assert_int_equal(b.framing, table[i].framing);
			assert_int_equal(b.length, table[i].length);
			assert_int_equal(b.keep, table[i].keep);
			assert_int_equal(b.coded, table[i].coded);
		}
	}
	head_free(&h);
	buf_free(&out);
}

static void
heads(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		check_one(i, 1000);
		check_one(i, 1);
		check_one(i, 3);
	}
}

/* Of all encodings only gzip is good, and that once. */
static void
encodings(void **state)
{
	static const struct {
		const char *lines;
		bool gzip, coded;
	} t[] = {
		{ "", false, false },
		{ "Content-Encoding:\r\n", false, false },
		{ "Content-Encoding: Identity\r\n", false, false },
		{ "Content-Encoding: gzip\r\n", true, false },
		{ "content-encoding: X-GZIP\r\n", true, false },
		{ "Content-Encoding: identity, ,gzip\r\n", true, false },
		{ "Content-Encoding: gzip\r\nContent-Encoding: identity\r\n",
		    true, false },
		{ "Content-Encoding: gzip, gzip\r\n", true, true },
		{ "Content-Encoding: gzip\r\nContent-Encoding: x-gzip\r\n",
		    true, true },
		{ "Content-Encoding: gzip, br\r\n", true, true },
		{ "Content-Encoding: gzi\r\n", false, true },
		{ "Content-Encoding: gzipp\r\n", false, true },
		{ "Content-Encoding: deflate\r\n", false, true },
		{ "Content-Encoding: br\r\n", false, true },
		{ "Transfer-Encoding: gzip\r\n", false, true },
		{ "Content-Encoding: gzip\r\nTransfer-Encoding: gzip, "
		  "chunked\r\n",
		    true, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct head_body b;
		struct head h;
		struct buf out;
		char in[200];
		int n = snprintf(
		    in, sizeof(in), "HTTP/1.1 200 OK\r\n%s\r\n", t[i].lines);

		buf_init(&out, MAX);
		assert_int_equal(feed(&h, &out, in, (size_t)n, 7), n);
		assert_int_equal(head_body(&h, false, &b), 0);
		if (b.gzip != t[i].gzip || b.coded != t[i].coded)
			fail_msg("%s", t[i].lines);
		head_free(&h);
		buf_free(&out);
	}
}

/* A NUL in a header, and a head that never ends. */
static void
hostile(void **state)
{
	static const char nul[] = "HTTP/1.1 200 OK\r\nA: x\0y\r\n\r\n";
	char long_line[2 * MAX], many[2 * MAX];
	size_t piece, i;

	(void)state;
	memset(long_line, 'x', sizeof(long_line));
	memcpy(long_line, "HTTP/1.1 200 OK\r\nA: ", 20);
	for (i = 0; i < sizeof(many); i++)
		many[i] = "a: b\r\n"[i % 6];
	memcpy(many, "HTTP/1.1 200 ab\r\n", 17);
	many[17] = 'a';
	many[18] = ':';
	for (piece = 1; piece < 3 * MAX; piece += 97) {
		struct head h;
		struct buf out;

		buf_init(&out, MAX);
		assert_int_equal(
		    feed(&h, &out, nul, sizeof(nul) - 1, piece), -1);
		assert_non_null(strstr(h.why, "NUL"));
		head_free(&h);
		assert_int_equal(
		    feed(&h, &out, long_line, sizeof(long_line), piece), -1);
		assert_non_null(strstr(h.why, "too long"));
		head_free(&h);
		assert_int_equal(feed(&h, &out, many, sizeof(many), piece), -1);
		head_free(&h);
		buf_free(&out);
	}
}

static void
lookup(void **state)
{
	struct buf out;
	size_t len;
	const char *v;

	(void)state;
	buf_init(&out, MAX);
	assert_null(head_find(&out, "A", 0, &len));
	buf_adds(&out, "Set-Cookie: a=1\nX: \nset-cookie: b=2\nX-Y: z\n");
	v = head_find(&out, "SET-COOKIE", 1, &len);
	assert_non_null(v);
	assert_memory_equal(v, "b=2", len);
	assert_null(head_find(&out, "Set-Cookie", 2, &len));
	assert_non_null(head_find(&out, "x", 0, &len));
	assert_int_equal(len, 0);
	assert_null(head_find(&out, "x", 1, &len));
	assert_null(head_find(&out, "Set", 0, &len));
	buf_adds(&out, "Connection: a ,, close\n");
	assert_true(head_token(&out, "connection", "CLOSE"));
	assert_false(head_token(&out, "connection", "clos"));
	buf_free(&out);
}

/* A head that is too long leaves whole lines in the buffer. */
static void
too_long(void **state)
{
	static const char status[] = "HTTP/1.1 401\r\n";
	struct buf out;
	struct head h;
	size_t max, len;
	int i;

	(void)state;
	/* each line is a byte longer when it is kept: it breaks anywhere */
	for (max = 100; max < 110; max++) {
		buf_init(&out, max);
		head_init(&h, &out, max);
		assert_int_equal(head_feed(&h, status, 14), 14);
		for (i = 0; i < 40 && head_feed(&h, "ab:\n", 4) == 4; i++)
			;
		assert_in_range(i, 20, 24);
		assert_non_null(h.why);
		assert_int_equal(h.status, 401);
		assert_int_equal(out.len % 5, 0);
		assert_non_null(head_find(&out, "ab", i - 1, &len));
		assert_null(head_find(&out, "ab", i, &len));
		head_free(&h);
		/* so is what a continuation would make too long */
		head_init(&h, &out, max);
		assert_int_equal(head_feed(&h, status, 14), 14);
		assert_int_equal(head_feed(&h, "a:b\n", 4), 4);
		out.max = 10;
		assert_int_equal(head_feed(&h, " 1234567\n", 9), -1);
		assert_string_equal(buf_str(&out), "a: b\n");
		out.max = max;
		head_free(&h);
		buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads),
		cmocka_unit_test(encodings),
		cmocka_unit_test(hostile),
		cmocka_unit_test(lookup),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests_name("head", tests, NULL, NULL);
}
