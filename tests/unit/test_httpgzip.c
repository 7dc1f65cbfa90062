/*
 * test_httpgzip.c - compressed answers against a scripted server on loopback:
 * every framing, whole and byte by byte; damaged ones; what is not gzip; bombs
 * and their limits; what must not be decompressed at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>

#include "causes.h"
#include "netserver.h"

#include "auth/auth.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/http.h"

#define END                                                                    \
	{                                                                      \
		NULL, KEEP, 0, 0                                               \
	}
#define NEXT   "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext"
#define MOST   ((size_t)4 << 20)
#define GZIP   "Content-Encoding: gzip\r\n"
#define PLAIN  "the text of an answer, the text of an answer"
#define INSIDE 300000 /* bytes of zeros in a bomb that fits into a piece */

struct keep {
	struct stream stream;
	struct buf got;
	int64_t len; /* all, of which got keeps the first */
	int pieces, pause_ms;
};

struct scene {
	struct server server;
	struct http *http;
	struct http_opts opts;
	struct http_response out;
	struct keep keep;
	struct err e;
};

/* An answer, or what is in it. */
struct bytes {
	char *p;
	size_t n;
};

static int
keep_write(struct stream *s, const void *p, size_t n, struct err *e)
{
	struct keep *k = (struct keep *)s;
	size_t room = k->got.max - k->got.len;

	k->len += (int64_t)n;
	k->pieces++;
	if (k->pause_ms > 0)
		tim_sleep(k->pause_ms);
	(void)e;
	return buf_add(&k->got, p, n < room ? n : room);
}

static void
open_scene(struct scene *s, const struct step *steps)
{
	char url[64];

	s->server.step = steps;
	server_start(&s->server);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/EWS", s->server.port);
	s->opts.url = url;
	s->opts.proxy = "";
	if (s->opts.silence_ms == 0)
		s->opts.silence_ms = HANG_MS;
	s->http = http_open(&s->opts, &s->e);
	assert_non_null(s->http);
	s->keep.stream.write = keep_write;
	buf_init(&s->keep.got, 1 << 20);
}

static int
ask_with(struct scene *s, struct stream *to)
{
	const struct http_request req = { "POST", NULL, 0, "<q/>", 4, true };

	buf_reset(&s->keep.got);
	s->keep.len = s->keep.pieces = 0;
	err_clear(&s->e);
	return http_exchange(s->http, &req, &s->out, to, &s->e);
}

static int
ask(struct scene *s)
{
	return ask_with(s, &s->keep.stream);
}

static void
close_scene(struct scene *s)
{
	http_close(s->http);
	http_response_free(&s->out);
	server_stop(&s->server);
	buf_free(&s->keep.got);
	if (s->opts.auth != NULL)
		s->opts.auth->free(s->opts.auth);
}

static struct bytes
zip(const void *p, size_t n)
{
	struct bytes b = { mem_alloc(n + n / 8 + 200), 0 };
	z_stream z;

	memset(&z, 0, sizeof(z));
	assert_int_equal(
	    deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)b.p;
	z.avail_out = (uInt)(n + n / 8 + 200);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	b.n = z.total_out;
	deflateEnd(&z);
	return b;
}

static struct bytes
zip_zeros(size_t n)
{
	char *zeros = mem_alloc(n);
	struct bytes b = zip(zeros, n);

	free(zeros);
	return b;
}

enum framing { LENGTH, CHUNKS, TO_END };

/* An answer whose body is these bytes; frees them. */
static struct bytes
answer_of(
    const char *status, const char *headers, enum framing how, struct bytes in)
{
	struct bytes b = { mem_alloc(2 * in.n + 1000), 0 };
	size_t at, k;

	b.n = (size_t)sprintf(b.p, "HTTP/1.1 %s\r\n%s", status, headers);
	if (how == LENGTH)
		b.n +=
		    (size_t)sprintf(b.p + b.n, "Content-Length: %zu\r\n", in.n);
	if (how == CHUNKS)
		b.n += (size_t)sprintf(
		    b.p + b.n, "Transfer-Encoding: chunked\r\n");
	b.n += (size_t)sprintf(b.p + b.n, "\r\n");
	for (at = 0; at < in.n; at += k) {
		k = how != CHUNKS || in.n - at < 11 ? in.n - at : 11;
		if (how == CHUNKS)
			b.n += (size_t)sprintf(b.p + b.n, "%zx\r\n", k);
		memcpy(b.p + b.n, in.p + at, k);
		b.n += k;
		if (how == CHUNKS)
			b.n += (size_t)sprintf(b.p + b.n, "\r\n");
	}
	if (how == CHUNKS)
		b.n += (size_t)sprintf(b.p + b.n, "0\r\n\r\n");
	free(in.p);
	return b;
}

enum change {
	NOTHING,
	CUT, /* the last byte is missing */
	CUT_HEAD,
	CUT_DATA,
	WRONG_CRC,
	WRONG_SIZE,
	WRONG_DATA,
	RUBBISH, /* a byte too many */
	TWICE,
	NO_BYTE,
	NOT_GZIP
};

static struct bytes
changed(enum change how)
{
	struct bytes b = zip(PLAIN, strlen(PLAIN)), two;

	switch (how) {
	case CUT:
		b.n--;
		break;
	case CUT_HEAD:
		b.n = 5;
		break;
	case CUT_DATA:
		b.n = 20;
		break;
	case WRONG_CRC:
		b.p[b.n - 8] ^= 1;
		break;
	case WRONG_SIZE:
		b.p[b.n - 1] ^= 1;
		break;
	case WRONG_DATA:
		b.p[10] ^= 6; /* the type of the first block */
		break;
	case RUBBISH:
		b.p[b.n++] = '\0';
		break;
	case TWICE:
		two = zip(PLAIN, strlen(PLAIN));
		memcpy(b.p + b.n, two.p, two.n);
		b.n += two.n;
		free(two.p);
		break;
	case NO_BYTE:
		b.n = 0;
		break;
	case NOT_GZIP:
		memcpy(b.p, "<html>", 6);
		break;
	default:
		break;
	}
	return b;
}

static const struct {
	const char *headers;
	enum change change;
	const char *status, *body; /* body NULL: an error */
	const char *code, *text;   /* text for an end that nothing tells: */
	const char *end_code;      /* NULL: the same code */
} table[] = {
	{ GZIP, NOTHING, "200 OK", PLAIN, NULL, NULL, NULL },
	{ "content-encoding:  x-GZip \r\n", NOTHING, "200 OK", PLAIN, NULL,
	    NULL, NULL },
	{ "Content-Encoding: identity, gzip\r\n", NOTHING, "200 OK", PLAIN,
	    NULL, NULL, NULL },
	{ GZIP, NOTHING, "500 Fault", PLAIN, NULL, NULL, NULL },
	{ GZIP, NOTHING, "401 No", PLAIN, NULL, NULL, NULL },
	{ GZIP, TWICE, "200 OK", PLAIN PLAIN, NULL, NULL, NULL },
	{ GZIP, NO_BYTE, "200 OK", "", NULL, NULL, NULL },
	{ GZIP, NO_BYTE, "204 Nothing", "", NULL, NULL, NULL },
	{ GZIP, CUT, "200 OK", NULL, "malformed", "ends too early",
	    "truncated" },
	{ GZIP, CUT_HEAD, "200 OK", NULL, "malformed", "ends too early",
	    "truncated" },
	{ GZIP, CUT_DATA, "200 OK", NULL, "malformed", "ends too early",
	    "truncated" },
	{ GZIP, WRONG_CRC, "200 OK", NULL, "malformed", "check sum", NULL },
	{ GZIP, WRONG_SIZE, "200 OK", NULL, "malformed", "size is wrong",
	    NULL },
	{ GZIP, WRONG_DATA, "200 OK", NULL, "malformed", "damaged", NULL },
	{ GZIP, RUBBISH, "200 OK", NULL, "malformed", "something else follows",
	    NULL },
	{ GZIP, NOT_GZIP, "200 OK", NULL, "malformed", "not gzip", NULL },
	{ "Content-Encoding: br\r\n", NOTHING, "200 OK", NULL,
	    "content-encoding", "encoded as br", NULL },
	{ "Content-Encoding: deflate\r\n", NOTHING, "200 OK", NULL,
	    "content-encoding", "encoded as deflate", NULL },
	{ "Content-Encoding: gzip, br\r\n", NOTHING, "200 OK", NULL,
	    "content-encoding", "encoded as gzip, br", NULL },
	{ GZIP GZIP, NOTHING, "200 OK", NULL, "content-encoding",
	    "encoded as gzip", NULL },
	{ GZIP "Content-Encoding: deflate\r\n", NOTHING, "200 OK", NULL,
	    "content-encoding", "encoded as deflate", NULL },
};

static void
answer_case(size_t i, enum framing how, bool by_byte)
{
	struct bytes b = answer_of(
	    table[i].status, table[i].headers, how, changed(table[i].change));
	const struct step steps[] = { { b.p, how == TO_END ? CLOSE : KEEP, b.n,
					  0 },
		{ NEXT, KEEP, 0, 0 }, END };
	const char *code = table[i].code;
	struct scene s = { .server = { .by_byte = by_byte } };
	bool good = table[i].body != NULL;

	open_scene(&s, steps);
	assert_int_equal(ask(&s), good ? 0 : -1);
	if (good) {
		assert_string_equal(buf_str(&s.keep.got), table[i].body);
		assert_int_equal(s.out.body_len, strlen(table[i].body));
		/* on the wire it is what it is */
		if (strncmp(table[i].status, "204", 3) != 0)
			assert_int_equal(http_received(s.http), b.n);
	} else {
		if (how == TO_END && table[i].end_code != NULL)
			code = table[i].end_code;
		else
			assert_non_null(strstr(s.e.msg, table[i].text));
		assert_string_equal(s.e.code, code);
		assert_int_equal(s.e.cause, cause_of_code(code));
		assert_int_equal(s.e.kind,
		    str_eq(code, "content-encoding") ? ERR_CONFIG : ERR_RETRY);
		assert_non_null(strstr(s.e.msg, "127.0.0.1:"));
	}
	/* whatever happened, the next exchange works */
	server_wait(&s.server.sent, 1);
	assert_int_equal(ask(&s), 0);
	assert_string_equal(buf_str(&s.keep.got), "next");
	close_scene(&s);
	assert_int_equal(s.server.requests, 2);
	assert_int_equal(s.server.connections, good && how != TO_END ? 1 : 2);
	free(b.p);
}

static void
test_answers(void **state)
{
	size_t i;
	int how;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (how = LENGTH; how <= TO_END; how++) {
			/* nothing ends at once, and nothing follows it */
			if (strncmp(table[i].status, "204", 3) == 0 &&
			    how != LENGTH)
				continue;
			answer_case(i, how, false);
			answer_case(i, how, true);
		}
}

static void
test_transfer_encoding(void **state)
{
	struct bytes b = { mem_alloc(200), 0 };
	struct step steps[] = { { b.p, KEEP, 0, 0 }, END };
	struct scene s = { .keep = { .pause_ms = 0 } };

	(void)state;
	snprintf(b.p, 200,
	    "HTTP/1.1 200 OK\r\n" GZIP
	    "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
	open_scene(&s, steps);
	assert_int_equal(ask(&s), -1);
	assert_int_equal(s.e.kind, ERR_CONFIG);
	assert_non_null(strstr(s.e.msg, "encoded as gzip, chunked"));
	close_scene(&s);
	free(b.p);
}

/* A thousand bytes for each that is sent are honest: base64 of zeros is so. */
static void
test_honest(void **state)
{
	int how;

	(void)state;
	for (how = LENGTH; how <= TO_END; how++) {
		struct bytes b =
		    answer_of("200 OK", GZIP, how, zip_zeros(MOST));
		const struct step steps[] = {
			{ b.p, how == TO_END ? CLOSE : KEEP, b.n, 0 }, END
		};
		struct scene s = { .opts = { .body_max = MOST } };

		assert_in_range(b.n, 1, MOST / 400);
		open_scene(&s, steps);
		assert_int_equal(ask(&s), 0);
		assert_int_equal(s.keep.len, MOST);
		assert_int_equal(s.out.body_len, MOST);
		close_scene(&s);
		free(b.p);
	}
}

/* The same, where less is allowed. */
static void
test_bomb(void **state)
{
	int how;

	(void)state;
	for (how = LENGTH; how <= TO_END; how++) {
		struct bytes b =
		    answer_of("200 OK", GZIP, how, zip_zeros(MOST));
		const struct step steps[] = {
			{ b.p, how == TO_END ? CLOSE : KEEP, b.n, 0 },
			{ NEXT, KEEP, 0, 0 }, END
		};
		struct scene s = { .opts = { .body_max = MOST - 1 } };

		open_scene(&s, steps);
		assert_int_equal(ask(&s), -1);
		assert_string_equal(s.e.code, "malformed");
		assert_int_equal(s.e.cause, cause_of_code("malformed"));
		assert_non_null(strstr(s.e.msg, "larger than allowed"));
		assert_in_range(s.keep.len, 1, MOST - 1);
		assert_int_equal(s.out.body_len, s.keep.len);
		assert_int_equal(ask(&s), 0);
		close_scene(&s);
		assert_int_equal(s.server.connections, 2);
		free(b.p);
	}
}

/* Much is sent, and nothing comes of it. */
static void
test_nothing_inside(void **state)
{
	struct bytes one = zip("", 0), many = { mem_alloc(200000), 0 }, b;
	struct step steps[] = { { NULL, HANG, 0, 0 }, END };
	struct scene s = { .opts = { .body_max = 100000 } };

	(void)state;
	while (many.n + one.n < 200000) {
		memcpy(many.p + many.n, one.p, one.n);
		many.n += one.n;
	}
	free(one.p);
	b = answer_of("200 OK", GZIP, TO_END, many);
	steps[0].send = b.p;
	steps[0].len = b.n;
	open_scene(&s, steps);
	assert_int_equal(ask(&s), -1);
	assert_string_equal(s.e.code, "malformed");
	assert_non_null(strstr(s.e.msg, "larger than allowed"));
	assert_int_equal(s.keep.len, 0);
	close_scene(&s);
	free(b.p);
}

/* What cannot be compressed is a little longer than what is allowed. */
static void
test_grown(void **state)
{
	char noise[4000];
	uint32_t x = 1;
	struct bytes b;
	struct step steps[] = { { NULL, KEEP, 0, 0 }, END };
	struct scene s = { .opts = { .body_max = sizeof(noise) } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(noise); i++)
		noise[i] = (char)((x = x * 69069 + 1) >> 24);
	b = zip(noise, sizeof(noise));
	assert_in_range(b.n, sizeof(noise) + 1, 2 * sizeof(noise));
	b = answer_of("200 OK", GZIP, LENGTH, b);
	steps[0].send = b.p;
	steps[0].len = b.n;
	open_scene(&s, steps);
	assert_int_equal(ask(&s), 0);
	assert_int_equal(s.keep.len, sizeof(noise));
	assert_memory_equal(buf_str(&s.keep.got), noise, sizeof(noise));
	close_scene(&s);
	free(b.p);
}

static struct scene *stopping;

/* As soon as something came out of the bomb. */
static bool
stop_soon(void *arg)
{
	(void)arg;
	return stopping->keep.pieces > 0;
}

/* It all is there with one read, and yet stop ends it, and so does time. */
static void
test_stop(void **state)
{
	struct bytes b = answer_of("200 OK", GZIP, LENGTH, zip_zeros(INSIDE));
	const struct step steps[] = { { b.p, KEEP, b.n, 0 }, END };
	struct scene s = { .opts = { .stop = stop_soon } };
	struct scene late = { .opts = { .total_ms = 1000 },
		.keep = { .pause_ms = 2000 } };

	(void)state;
	assert_in_range(b.n, 1, 1000);
	stopping = &s;
	open_scene(&s, steps);
	assert_int_equal(ask(&s), -1);
	assert_string_equal(s.e.code, "stop");
	assert_int_equal(s.e.kind, ERR_RETRY);
	assert_int_equal(s.e.cause, CAUSE_STOP);
	assert_int_equal(s.keep.pieces, 1);
	close_scene(&s);
	open_scene(&late, steps);
	assert_int_equal(ask(&late), -1);
	assert_string_equal(late.e.code, "timeout");
	assert_non_null(strstr(late.e.msg, "not complete after 1 s"));
	assert_in_range(late.keep.pieces, 0, 1);
	close_scene(&late);
	free(b.p);
}

/* What nobody wants is not decompressed; it may be damaged. */
static void
test_thrown_away(void **state)
{
	static const char no[] =
	    "HTTP/1.1 401 No\r\n"
	    "WWW-Authenticate: Basic\r\n" GZIP "Content-Length: 4\r\n\r\nnope";
	const struct credential c = { CONF_AUTH_BASIC, "u", "p", NULL };
	struct bytes b = answer_of("200 OK", GZIP, LENGTH, changed(WRONG_CRC));
	const struct step steps[] = { { b.p, KEEP, b.n, 0 }, { no, KEEP, 0, 0 },
		{ NEXT, KEEP, 0, 0 }, END };
	struct scene s = { .keep = { .pause_ms = 0 } };

	(void)state;
	s.opts.auth = auth_open(&c, "the place", &s.e);
	assert_non_null(s.opts.auth);
	open_scene(&s, steps);
	assert_int_equal(ask_with(&s, NULL), 0);
	assert_int_equal(ask(&s), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_int_equal(ask(&s), 0);
	close_scene(&s);
	free(b.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_transfer_encoding),
		cmocka_unit_test(test_honest),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_nothing_inside),
		cmocka_unit_test(test_grown),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_thrown_away),
	};

	return cmocka_run_group_tests_name("httpgzip", tests, NULL, NULL);
}
