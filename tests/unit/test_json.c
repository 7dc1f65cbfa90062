/*
 * test_json.c - the push parser of fmt/json.h and the members that
 * fmt/jsonpick.h picks. Every document is fed whole, byte by byte, and cut in
 * two at every place, and says the same each time.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "fmt/json.h"
#include "fmt/jsonpick.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FFFD     "\xef\xbf\xbd"

/* What came, as text: { } [ ] "string" k:key: n1, true. */
struct seen {
	struct buf out;
	bool in_text;
};

static int
on_begin(void *arg, enum json_type t, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	return buf_adds(&s->out, t == JSON_OBJECT ? "{" : "[");
}

static int
on_end(void *arg, enum json_type t, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	return buf_adds(&s->out, t == JSON_OBJECT ? "}" : "]");
}

static int
on_key(void *arg, const char *k, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	return buf_addf(&s->out, "k:%s:", k);
}

static int
on_text(void *arg, const char *p, size_t n, int last, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	if (!s->in_text)
		buf_adds(&s->out, "\"");
	s->in_text = !last;
	buf_add(&s->out, p, n);
	return last ? buf_adds(&s->out, "\"") : 0;
}

static int
on_plain(void *arg, enum json_type t, const char *p, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	return buf_addf(&s->out, "%s%s,", t == JSON_NUMBER ? "n" : "", p);
}

/* Feeds pieces of step bytes after a first one of head bytes. */
static int
parse(struct seen *s, const char *in, size_t len, size_t head, size_t step,
    struct err *e)
{
	const struct json_handler h = { on_begin, on_end, on_key, on_text,
		on_plain, s };
	struct json *j = json_open(&h);
	size_t n = head < len ? head : len;
	char *piece;
	int rc = 0;

	buf_init(&s->out, 1 << 22);
	s->in_text = false;
	while (len > 0 && rc == 0) {
		/* a copy of its own: a read past its end shows */
		piece = malloc(n + (n == 0));
		memcpy(piece, in, n);
		rc = json_feed(j, piece, n, e);
		free(piece);
		in += n;
		len -= n;
		n = step < len ? step : len;
	}
	if (rc == 0)
		rc = json_end(j, e);
	json_close(j);
	return rc;
}

/* want NULL: it is refused; then text is in the message. */
static void
expect(const char *in, size_t len, const char *want, const char *text)
{
	size_t head;

	for (head = 0; head <= len + 1; head++) {
		struct seen s;
		struct err e = ERR_INIT;
		int rc = head > len ? parse(&s, in, len, 1, 1, &e)
				    : parse(&s, in, len, head, len, &e);

		if (rc != (want == NULL ? -1 : 0))
			fail_msg("%s at %zu: %d %s", in, head, rc, e.msg);
		if (want != NULL)
			assert_string_equal(buf_str(&s.out), want);
		else {
			assert_int_equal(e.kind, ERR_RETRY);
			assert_int_equal(e.cause, CAUSE_MALFORMED);
			assert_string_equal(e.code, "json");
			if (strstr(e.msg, text) == NULL)
				fail_msg("%s at %zu: %s", in, head, e.msg);
		}
		buf_free(&s.out);
	}
}

static void
good(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "{}", "{}" },
		{ " [ ] \r\n\t", "[]" },
		{ "{\"a\":1,\"b\":[true,false,null]}",
		    "{k:a:n1,k:b:[true,false,null,]}" },
		{ "-0.5e+10", "n-0.5e+10," },
		{ "7", "n7," },
		{ "\"\"", "\"\"" },
		{ "\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "\"a\"\\/\b\f\n\r\tz\"" },
		{ "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"",
		    "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"" },
		{ "\"\\u00fc\\u20AC\\ud83d\\ude00\"",
		    "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "\"\\ud83d\"", "\"" FFFD "\"" },
		{ "\"\\ud83dx\\udc00\"", "\"" FFFD "x" FFFD "\"" },
		{ "\"\\ud83d\\n\"", "\"" FFFD "\n\"" },
		{ "\"\\ud83d\\ud83d\\ude00\"", "\"" FFFD "\xf0\x9f\x98\x80\"" },
		{ "\"\\ud83d\xc3\xbc\"", "\"" FFFD "\xc3\xbc\"" },
		{ "{\"\\u0000k\":{\"\":\"v\"}}", "{k:" FFFD "k:{k::\"v\"}}" },
		/* long enough to be looked at eight bytes at a time */
		{ "{\"a long key: 1\":\"0123456789abcdef\\u0078 z\","
		  "\"k\\u00fc\\tlong enough\":\"12345678\\\\01234567\xc3\xbc"
		  "89abcdef\"}",
		    "{k:a long key: 1:\"0123456789abcdefx z\""
		    "k:k\xc3\xbc\tlong enough:\"12345678\\01234567\xc3\xbc"
		    "89abcdef\"}" },
		{ "{\"a\":1,\"a\":2}", "{k:a:n1,k:a:n2,}" },
		{ "\xef\xbb\xbf{}", "{}" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		expect(rows[i].in, strlen(rows[i].in), rows[i].want, NULL);
}

static void
bad(void **state)
{
	static const struct {
		const char *in, *text;
	} rows[] = {
		{ "", "byte 1: it ends in the middle" },
		{ "{\"a\":1", "byte 7: it ends in the middle" },
		{ "{\"a\" 1}", "byte 6: a colon" },
		{ "{\"a\":1,}", "byte 8: a key" },
		{ "{a:1}", "byte 2: a key" },
		{ "[1,]", "byte 4: a value" },
		{ "[1 2]", "byte 4: a comma or ]" },
		{ "{\"a\":1]", "byte 7: a comma or }" },
		{ "[1}", "byte 3: a comma or ]" },
		{ "{} x", "byte 4: the value has ended" },
		{ "01", "not a number" },
		{ "[1.]", "not a number" },
		{ "[-]", "not a number" },
		{ "[1e+]", "not a number" },
		{ "[tru]", "byte 5: only true" },
		{ "\"a\nb\"", "byte 3: a control character" },
		{ "\"\\x\"", "byte 3: there is no such escape" },
		{ "\"\\u12g4\"", "byte 6: \\u needs" },
		{ "\"a\x80\"", "byte 3: this is not UTF-8" },
		{ "\"a\xc3(\"", "byte 3: this is not UTF-8" },
		{ "\"0123456789\x1f\"", "byte 12: a control character" },
		{ "\"\x01\xc3\xbc 23456789\"", "byte 2: a control character" },
		{ "\"012345678\xff"
		  "9abcdefg\"",
		    "byte 11: this is not UTF-8" },
		{ "\"012345678\x85 abcdefgh\"", "byte 11: this is not UTF-8" },
		{ "\"\xed\xa0\x80\"", "byte 2: this is not UTF-8" },
		{ "\"\xc0\xaf\"", "byte 2: this is not UTF-8" },
		{ "\"\xf4\x90\x80\x80\"", "byte 2: this is not UTF-8" },
		{ "\xef\xbb{}", "byte 3: a value" },
		{ "'a'", "byte 1: a value" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		expect(rows[i].in, strlen(rows[i].in), NULL, rows[i].text);
	expect("\"a\0b\"", 5, NULL, "byte 3: a control character");
}

static char *
repeated(const char *head, char c, size_t n, const char *tail)
{
	char *s = malloc(strlen(head) + n + strlen(tail) + 1);

	strcpy(s, head);
	memset(s + strlen(head), c, n);
	strcpy(s + strlen(head) + n, tail);
	return s;
}

static void
try_bound(const char *head, char c, size_t n, const char *tail, int want,
    const char *text)
{
	char *in = repeated(head, c, n, tail);
	struct err e = ERR_INIT;
	struct seen s;

	assert_int_equal(parse(&s, in, strlen(in), strlen(in), 1, &e), want);
	if (want == -1 && strstr(e.msg, text) == NULL)
		fail_msg("%s", e.msg);
	buf_free(&s.out);
	free(in);
}

static void
bounds(void **state)
{
	char close[JSON_DEPTH + 1];

	(void)state;
	memset(close, ']', JSON_DEPTH);
	close[JSON_DEPTH] = '\0';
	try_bound("", '[', JSON_DEPTH, close, 0, NULL);
	try_bound("", '[', JSON_DEPTH + 1, "", -1, "too deep");
	try_bound("{\"", 'k', JSON_KEY_MAX, "\":1}", 0, NULL);
	try_bound("{\"", 'k', JSON_KEY_MAX + 1, "\":1}", -1, "key is too long");
	try_bound("", '1', JSON_NUMBER_MAX, "", 0, NULL);
	try_bound("", '1', JSON_NUMBER_MAX + 1, "", -1, "number is too long");
}

/* A long string goes through as it lies there, in pieces. */
static int
count_text(void *arg, const char *p, size_t n, int last, struct err *e)
{
	size_t *sum = arg, i;

	(void)e;
	(void)last;
	for (i = 0; i < n; i++)
		assert_int_equal(p[i], 'x');
	*sum += n;
	return 0;
}

static void
long_string(void **state)
{
	size_t sum = 0, i;
	struct json_handler h = { .text = count_text, .arg = &sum };
	struct json *j = json_open(&h);
	struct err e = ERR_INIT;
	char piece[9999];

	(void)state;
	memset(piece, 'x', sizeof(piece));
	assert_int_equal(json_feed(j, "{\"v\":\"", 6, &e), 0);
	for (i = 0; i < 2000; i++)
		assert_int_equal(json_feed(j, piece, sizeof(piece), &e), 0);
	assert_int_equal(json_feed(j, "\\u0078\"}", 8, &e), 0);
	assert_int_equal(json_end(j, &e), 0);
	assert_int_equal(sum, 2000 * sizeof(piece) + 1);
	json_close(j);
}

static int
refuse(void *arg, const char *k, struct err *e)
{
	int *calls = arg;

	(*calls)++;
	return err_set(e, ERR_ITEM, "not %s", k);
}

/* The handler's error is the parser's, for ever. */
static void
sticky(void **state)
{
	int calls = 0;
	struct json_handler h = { .key = refuse, .arg = &calls };
	struct json *j = json_open(&h);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(json_feed(j, "{\"a\":1,\"b\":2}", 13, &e), -1);
	err_clear(&e);
	assert_int_equal(json_feed(j, "\"b\":2}", 6, &e), -1);
	assert_int_equal(e.kind, ERR_ITEM);
	assert_string_equal(e.msg, "not a");
	assert_int_equal(json_end(j, &e), -1);
	assert_int_equal(calls, 1);
	json_close(j);
}

/* nst/JSONTestSuite, where it is at hand: y_ is taken, n_ is refused. */
static void
suite(void **state)
{
	const char *dir = getenv("JSON_SUITE");
	struct dirent *d;
	size_t n = 0;
	DIR *at = opendir(dir != NULL ? dir : "../shared/json-suite");

	(void)state;
	if (at == NULL)
		skip();
	while ((d = readdir(at)) != NULL) {
		static char in[300000];
		struct err e = ERR_INIT;
		struct seen s;
		char path[1024];
		size_t len, step;
		FILE *f;

		if (d->d_name[1] != '_')
			continue;
		snprintf(path, sizeof(path), "%s/%s",
		    dir != NULL ? dir : "../shared/json-suite", d->d_name);
		f = fopen(path, "rb");
		assert_non_null(f);
		len = fread(in, 1, sizeof(in), f);
		fclose(f);
		for (step = 1; step <= 3; step += 2) {
			int rc =
			    parse(&s, in, len, step == 1 ? 1 : len, step, &e);

			buf_free(&s.out);
			if (d->d_name[0] != 'i' &&
			    rc != (d->d_name[0] == 'y' ? 0 : -1))
				fail_msg("%s: %d %s", d->d_name, rc, e.msg);
		}
		n++;
	}
	closedir(at);
	assert_true(n > 300);
}

static const char answer[] =
    "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"deep\":{\"a\":\"no\"},"
    "\"list\":[\"one\",\"two\"],\"objects\":[{\"a\":1},5],\"a\":\"new\","
    "\"none\":null,\"twice\":1,\"twice\":2,\"t\":\"gr\\u00fcn\"}";

static void
picks(void **state)
{
	const char *const name[] = { "expires_in", "a", "list", "objects",
		"none", "t", "missing", "deep" };
	const char *const want[] = { "3599", "new", "one", NULL, NULL, "gr",
		NULL, NULL };
	struct jsonpick_member m[COUNT(name)];
	struct buf text[COUNT(name)];
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(name); i++) {
		buf_init(&text[i], i == 5 ? 3 : 10);
		m[i] = (struct jsonpick_member){ name[i], &text[i], i == 5,
			false };
	}
	assert_int_equal(
	    jsonpick_read(m, COUNT(m), answer, sizeof(answer) - 1, &e), 0);
	for (i = 0; i < COUNT(name); i++) {
		if (m[i].found != (want[i] != NULL) ||
		    strcmp(buf_str(&text[i]), want[i] != NULL ? want[i] : "") !=
			0)
			fail_msg("%s: %s", name[i], buf_str(&text[i]));
		buf_free(&text[i]);
	}
}

/* Two names for one thing share a text: the last one counts. */
static void
picks_shared(void **state)
{
	static const char in[] = "{\"uri\":\"one\",\"url\":\"two\"}";
	struct buf text;
	struct jsonpick_member m[] = { { "url", &text, false, false },
		{ "uri", &text, false, false } };
	struct err e = ERR_INIT;

	(void)state;
	buf_init(&text, 4);
	assert_int_equal(jsonpick_read(m, 2, in, sizeof(in) - 1, &e), 0);
	assert_string_equal(buf_str(&text), "two");
	buf_free(&text);
}

static void
picks_refused(void **state)
{
	static const struct {
		const char *in, *text;
	} rows[] = {
		{ "{\"a\":\"12345\"}", "a is longer than 4 bytes" },
		{ "{\"a\":\"1\\u00002\"}", "a holds a NUL" },
		{ "{\"a\":null,\"b\":2,\"a\":\"1\"}", "a stands there twice" },
		{ "{\"a\":[],\"\\u0061\":\"1\"}", "a stands there twice" },
		{ "[{\"a\":\"1\"}]", "not an object" },
		{ "\"a\"", "not an object" },
		{ "{\"a\":\"1\"", "ends in the middle" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;
		struct buf text;
		struct jsonpick_member m = { "a", &text, false, false };

		buf_init(&text, 4);
		assert_int_equal(
		    jsonpick_read(&m, 1, rows[i].in, strlen(rows[i].in), &e),
		    -1);
		if (strstr(e.msg, rows[i].text) == NULL)
			fail_msg("%s: %s", rows[i].in, e.msg);
		assert_int_equal(e.kind, ERR_RETRY);
		buf_free(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(bounds),
		cmocka_unit_test(long_string),
		cmocka_unit_test(sticky),
		cmocka_unit_test(suite),
		cmocka_unit_test(picks),
		cmocka_unit_test(picks_shared),
		cmocka_unit_test(picks_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
