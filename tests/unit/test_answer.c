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

/* answer.c as it is, under names that are not in the program */
#define answer_head   paced_head
#define answer_body   paced_body
#define conn_peek     paced_peek
#define conn_eat      paced_eat
#define conn_where    paced_where
#define conn_wire     paced_wire
#define conn_received paced_received
#define tim_mono      paced_mono

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

int64_t
paced_mono(void)
{
	return clock_ms;
}

/* 'x' for ever, after the head. */
static const char *
bytes_at(const struct conn *c, size_t *n)
{
	static char text[1 << 17];

	if (text[0] == '\0') {
		memset(text, 'x', sizeof(text));
		memcpy(text, head, HEAD);
	}
	*n = c->there < 4096 ? c->there : 4096;
	return text + c->eaten;
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
read_answer(
    const struct event *event, int patience_ms, struct err *e, int64_t *took)
{
	struct conn c = { .event = event, .last = 1000 };
	struct answer a = { .conn = &c,
		.first_byte_ms = patience_ms > 0 ? patience_ms : 120000,
		.silence_ms = patience_ms > 0 ? patience_ms : 60000,
		.total_ms = 3600000,
		.patience_ms = patience_ms,
		.head_max = 4096,
		.body_max = 1 << 20 };
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

static const struct {
	const char *what;
	struct event event[4];
	int patience_ms, writing_ms;
	const char *code, *text; /* NULL: it comes whole */
	int64_t min_s, max_s;
} table[] = {
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

static void
test_pace(void **state)
{
	struct err e = ERR_INIT;
	int64_t took;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		err_clear(&e);
		writing_ms = table[i].writing_ms;
		rc = read_answer(
		    table[i].event, table[i].patience_ms, &e, &took);
		if (rc != (table[i].code == NULL ? 0 : -1))
			fail_msg("%s: %s after %lld s", table[i].what,
			    rc == 0 ? "it came whole" : e.msg,
			    (long long)took / 1000);
		if (took / 1000 < table[i].min_s ||
		    took / 1000 > table[i].max_s)
			fail_msg("%s: it took %lld s: %s", table[i].what,
			    (long long)took / 1000, e.msg);
		if (rc == 0)
			continue;
		assert_int_equal(e.kind, ERR_RETRY);
		assert_int_equal(e.scope, SCOPE_MAILBOX);
		assert_string_equal(e.code, table[i].code);
		assert_non_null(strstr(e.msg, table[i].text));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace),
	};

	return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
