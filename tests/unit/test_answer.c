/*
 * test_answer.c - how long an answer may take. Connection and clock are the
 * test's own, so that the test does not wait.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

/* answer.c as it is, under names that are not in the program */
#define answer_head     paced_head
#define answer_body     paced_body
#define conn_peek       paced_peek
#define conn_eat        paced_eat
#define conn_where      paced_where
#define conn_check_stop paced_check_stop
#define conn_wire       paced_wire
#define conn_received   paced_received
#define tim_mono        paced_mono

/* The clock and the connection of this file are the names above. */
#include "net/answer.c" /* NOLINT(bugprone-suspicious-include) */

/* Bytes that arrive, and when; the event is repeated, times times in all. */
struct event {
	int64_t after; /* ms after the one before */
	size_t wire;   /* bytes that come */
	size_t data;   /* bytes that are whole then */
	int times;
};

struct conn {
	const char *text;
	size_t len;                /* of text */
	const struct event *event; /* ends with times 0 */
	int done;                  /* of the present one */
	int64_t last;              /* when the last one came */
	size_t there;              /* to be read */
	int64_t wire, eaten;
};

static int64_t clock_ms;
static const char head[] = "HTTP/1.1 200 OK\r\n"
			   "Content-Length: 100000\r\n\r\n";
#define HEAD (sizeof(head) - 1)
/* of a compressed one */
#define PACKED_HEAD (HEAD + sizeof("Content-Encoding: gzip\r\n") - 1)

int64_t
paced_mono(void)
{
	return clock_ms;
}

static char plain[1 << 17], packed[1 << 17];
static size_t packed_len;

/* 'x' for ever, after the head. */
static void
make_plain(void)
{
	memset(plain, 'x', sizeof(plain));
	memcpy(plain, head, HEAD);
}

/* What a body of n bytes is made of. */
enum stuff {
	TEXT,  /* a tenth of it, or less, is sent */
	NOISE, /* cannot be compressed */
	ZEROS  /* a thousandth is sent */
};

static void
make_packed(enum stuff stuff, size_t n)
{
	char *body = malloc(n), *out = malloc(n + 1000);
	uLong i, x = 1;
	z_stream z;

	assert_true(body != NULL && out != NULL);
	for (i = 0; i < n; i++) {
		x = (x * 69069 + 1) & 0xffffffff;
		body[i] = stuff == ZEROS   ? '\0'
			  : stuff == NOISE ? (char)(x >> 20)
			  : i % 40 < 34
			      ? "the same in each line, but not all"[i % 40]
			      : (char)('a' + (x >> 24) % 16);
	}
	memset(&z, 0, sizeof(z));
	assert_int_equal(
	    deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)body;
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)n + 1000;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	packed_len = (size_t)sprintf(packed,
	    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	    "Content-Length: %6lu\r\n\r\n",
	    z.total_out);
	assert_int_equal(packed_len, PACKED_HEAD);
	assert_in_range(z.total_out, 1, sizeof(packed) - packed_len);
	memcpy(packed + packed_len, out, z.total_out);
	packed_len += z.total_out;
	deflateEnd(&z);
	free(body);
	free(out);
}

static const char *
bytes_at(const struct conn *c, size_t *n)
{
	*n = c->there < 4096 ? c->there : 4096;
	if (*n > c->len - (size_t)c->eaten)
		*n = c->len - (size_t)c->eaten;
	return c->text + c->eaten;
}

/* Goes to the next event; false: there is none before the deadline. */
static bool
next_event(struct conn *c, int64_t deadline)
{
	int64_t at = c->last + c->event->after;

	if (c->event->times == 0 || (at > deadline && at > clock_ms)) {
		if (deadline > clock_ms)
			clock_ms = deadline;
		return false;
	}
	c->last = at;
	if (at > clock_ms)
		clock_ms = at;
	c->wire += (int64_t)c->event->wire;
	c->there += c->event->data;
	if (++c->done == c->event->times) {
		c->event++;
		c->done = 0;
	}
	return true;
}

const char *
paced_peek(struct conn *c, size_t *n, int64_t deadline, struct err *e)
{
	while (c->there == 0) {
		if (next_event(c, deadline))
			continue;
		err_set(e, ERR_RETRY, "no answer in time");
		err_code(e, CAUSE_TIMEOUT, "timeout", SCOPE_MAILBOX);
		return NULL;
	}
	return bytes_at(c, n);
}

void
paced_eat(struct conn *c, size_t n)
{
	c->there -= n;
	c->eaten += (int64_t)n;
}

int
paced_check_stop(const struct conn *c, struct err *e)
{
	(void)c, (void)e;
	return 0;
}

const char *
paced_where(const struct conn *c)
{
	(void)c;
	return "mail.example:443";
}

int64_t
paced_wire(const struct conn *c)
{
	return c->wire;
}

int64_t
paced_received(const struct conn *c)
{
	return c->eaten;
}

/* How long the database takes for each piece. */
static int64_t writing_ms;

static int
write_slowly(struct stream *s, const void *p, size_t n, struct err *e)
{
	(void)s, (void)p, (void)n, (void)e;
	clock_ms += writing_ms;
	return 0;
}

/* 0: it came whole; else -1 and err. *took: how long it took, in ms. */
static int
read_answer(const char *text, size_t len, const struct event *event,
    int patience_ms, struct err *e, int64_t *took)
{
	struct conn c = {
		.text = text, .len = len, .event = event, .last = 1000
	};
	struct answer a = { .conn = &c,
		.first_byte_ms = patience_ms > 0 ? patience_ms : 120000,
		.silence_ms = patience_ms > 0 ? patience_ms : 60000,
		.total_ms = 3600000,
		.patience_ms = patience_ms,
		.head_max = 4096,
		.body_max = 8 << 20 };
	struct stream s = { .write = write_slowly };
	struct buf lines;
	int rc;

	clock_ms = 1000;
	buf_init(&lines, 4096);
	rc = paced_head(&a, &lines, e);
	if (rc == 0)
		rc = paced_body(&a, &s, e);
	buf_free(&lines);
	*took = clock_ms - 1000;
	return rc;
}

struct paced {
	const char *what;
	struct event event[4];
	int patience_ms, writing_ms;
	const char *code, *text; /* NULL: it comes whole */
	int64_t min_s, max_s;
};

static const struct paced table[] = {
	{ "all at once", { { 0, HEAD + 100000, HEAD + 100000, 1 } }, 0, 0, NULL,
	    NULL, 0, 0 },
	{ "a slow line", { { 0, HEAD, HEAD, 1 }, { 1000, 280, 280, 400 } }, 0,
	    0, NULL, NULL, 350, 400 },
	{ "a slow line, in bursts",
	    { { 0, HEAD, HEAD, 1 }, { 50000, 16000, 16000, 10 } }, 0, 0, NULL,
	    NULL, 350, 450 },
	{ "a trickle", { { 0, HEAD, HEAD, 1 }, { 1000, 20, 20, 9999 } }, 0, 0,
	    "timeout", "stalled: less than 15360 bytes came in 60 s", 60, 60 },
	{ "a trickle of one byte and TLS around each",
	    { { 0, HEAD, HEAD, 1 }, { 100, 30, 1, 99999 } }, 0, 0, "timeout",
	    "stalled", 60, 60 },
	{ "a trickle just below it",
	    { { 0, HEAD, HEAD, 1 }, { 1000, 250, 250, 9999 } }, 0, 0, "timeout",
	    "stalled", 60, 60 },
	{ "a trickle, and patience",
	    { { 0, HEAD, HEAD, 1 }, { 1000, 200, 200, 9999 } }, 10000, 0,
	    "patience", "stalled: less than 2560 bytes came in 10 s", 10, 10 },
	{ "much, and then a trickle",
	    { { 0, HEAD + 50000, HEAD + 50000, 1 }, { 1000, 20, 20, 9999 } }, 0,
	    0, "timeout", "stalled", 60, 61 },
	{ "much, and then nothing", { { 0, HEAD + 50000, HEAD + 50000, 1 } }, 0,
	    0, "timeout", "stalled", 60, 60 },
	{ "headers that trickle", { { 10000, 1, 1, 9999 } }, 0, 0, "timeout",
	    "stalled", 70, 70 },
	{ "a late first byte", { { 119000, HEAD + 100000, HEAD + 100000, 1 } },
	    0, 0, NULL, NULL, 119, 119 },
	{ "a first byte too late", { { 121000, HEAD, HEAD, 1 } }, 0, 0,
	    "timeout", "no answer within 120 s", 120, 120 },
	{ "headers, and the body a minute later",
	    { { 5000, 10, 10, 1 }, { 5000, HEAD - 10, HEAD - 10, 1 },
		{ 59000, 100000, 100000, 1 } },
	    0, 0, NULL, NULL, 69, 69 },
	/* the time that we take to write is not the server's */
	{ "a slow database",
	    { { 0, HEAD + 900, HEAD + 900, 1 }, { 31000, 900, 900, 120 } }, 0,
	    30000, NULL, NULL, 3400, 3500 },
	{ "a slow database, and a server that waits for it",
	    { { 0, HEAD + 4096, HEAD + 4096, 1 }, { 75000, 4096, 4096, 30 } },
	    0, 70000, NULL, NULL, 1700, 2000 },
	{ "a slow database, and a trickle",
	    { { 0, HEAD, HEAD, 1 }, { 1100, 20, 20, 9999 } }, 0, 1000,
	    "timeout", "stalled", 600, 700 },
	/* a TLS record comes slowly, but whole in the end */
	{ "a large record on a slow line",
	    { { 0, HEAD, HEAD, 1 }, { 1000, 300, 0, 54 },
		{ 1000, 300, 100000, 1 } },
	    10000, 0, NULL, NULL, 55, 55 },
	{ "a large first record on a slow line",
	    { { 1000, 300, 0, 54 }, { 1000, 300, HEAD + 100000, 1 } }, 10000, 0,
	    NULL, NULL, 55, 55 },
	{ "records that bring nothing",
	    { { 0, HEAD, HEAD, 1 }, { 100, 30, 0, 99999 } }, 10000, 0,
	    "patience", "stalled", 60, 75 },
};

/* What comes out of a compressed body counts, and what is sent. */
static const struct {
	enum stuff stuff;
	size_t size;
	struct paced paced;
} packed_table[] = {
	{ TEXT, 120000,
	    { "compressed text from a slow server",
		{ { 0, PACKED_HEAD, PACKED_HEAD, 1 }, { 1000, 90, 90, 400 } },
		0, 0, NULL, NULL, 65, 200 } },
	{ TEXT, 120000,
	    { "compressed text that trickles",
		{ { 0, PACKED_HEAD, PACKED_HEAD, 1 }, { 1000, 10, 10, 9999 } },
		0, 0, "timeout", "stalled: less than 15360 bytes came in 60 s",
		60, 60 } },
	{ NOISE, 100000,
	    { "what cannot be compressed, on a slow line",
		{ { 0, PACKED_HEAD, PACKED_HEAD, 1 }, { 1000, 280, 280, 400 } },
		0, 0, NULL, NULL, 350, 400 } },
	{ NOISE, 100000,
	    { "what cannot be compressed trickles",
		{ { 0, PACKED_HEAD, PACKED_HEAD, 1 }, { 1000, 90, 90, 9999 } },
		0, 0, "timeout", "stalled", 60, 60 } },
	{ ZEROS, 5000000,
	    { "a thousand bytes of nothing each second",
		{ { 0, PACKED_HEAD, PACKED_HEAD, 1 }, { 1000, 1, 1, 9999 } }, 0,
		0, "timeout", "not complete after 3600 s", 3600, 3600 } },
	{ ZEROS, 5000000,
	    { "nothing, at once, and a slow database",
		{ { 0, PACKED_HEAD + 8000, PACKED_HEAD + 8000, 1 } }, 0, 100000,
		"timeout", "not complete after 3600 s", 3600, 3700 } },
};

static void
run_paced(const struct paced *t, const char *text, size_t len)
{
	struct err e = ERR_INIT;
	int64_t took;
	int rc;

	writing_ms = t->writing_ms;
	rc = read_answer(text, len, t->event, t->patience_ms, &e, &took);
	if (rc != (t->code == NULL ? 0 : -1))
		fail_msg("%s: %s after %lld s", t->what,
		    rc == 0 ? "it came whole" : e.msg, (long long)took / 1000);
	if (took / 1000 < t->min_s || took / 1000 > t->max_s)
		fail_msg("%s: it took %lld s: %s", t->what,
		    (long long)took / 1000, e.msg);
	if (rc == 0)
		return;
	assert_int_equal(e.kind, ERR_RETRY);
	assert_int_equal(e.scope, SCOPE_MAILBOX);
	assert_string_equal(e.code, t->code);
	assert_non_null(strstr(e.msg, t->text));
}

static void
test_pace(void **state)
{
	size_t i;

	(void)state;
	make_plain();
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		run_paced(&table[i], plain, sizeof(plain));
}

static void
test_packed_pace(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(packed_table) / sizeof(packed_table[0]); i++) {
		make_packed(packed_table[i].stuff, packed_table[i].size);
		run_paced(&packed_table[i].paced, packed, packed_len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_packed_pace),
	};

	return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
