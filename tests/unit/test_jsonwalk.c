/*
 * test_jsonwalk.c - answers as Microsoft Graph gives them, by tables
 * (fmt/jsonwalk.h). Every document is fed whole, byte by byte and cut in two at
 * every place, and is reported the same each time.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/unbase64.h"
#include "fmt/jsonwalk.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define CAP      40 /* bytes of a string that is kept */

enum {
	VALUE,
	NEXT,
	ERROR,
	CODE,
	INNER,
	ID,
	SUBJECT,
	FROM,
	TO,
	MAILBOX,
	NAME,
	ADDRESS,
	BODY,
	TYPE,
	TEXT,
	READ,
	TAGS,
	REMOVED,
	BYTES,
	RESPONSES,
	STATUS,
	ANSWER,
	UNWANTED
};
static const char *const said[] = { "value", "next", "error", "code", "inner",
	"id", "subject", "from", "to", "mailbox", "name", "address", "body",
	"type", "text", "read", "tags", "removed", "bytes", "responses",
	"status", "answer", "unwanted" };

static const struct jsonwalk_member address[] = {
	{ "name", NAME, NULL, false },
	{ "address", ADDRESS, NULL, false },
	JSONWALK_END,
};
static const struct jsonwalk_member recipient[] = {
	{ "emailAddress", MAILBOX, address, false },
	JSONWALK_END,
};
static const struct jsonwalk_member body[] = {
	{ "contentType", TYPE, NULL, false },
	{ "content", TEXT, NULL, true },
	JSONWALK_END,
};
static const struct jsonwalk_member message[] = {
	{ "@removed", REMOVED, NULL, false },
	{ "id", ID, NULL, false },
	{ "subject", SUBJECT, NULL, false },
	{ "isRead", READ, NULL, false },
	{ "categories", TAGS, NULL, false },
	{ "from", FROM, recipient, false },
	{ "toRecipients", TO, recipient, false },
	{ "body", BODY, body, false },
	{ "contentBytes", BYTES, NULL, true },
	{ "preview", UNWANTED, NULL, true },
	JSONWALK_END,
};
static const struct jsonwalk_member error[] = {
	{ "code", CODE, NULL, false },
	{ "innerError", INNER, error, false },
	JSONWALK_END,
};
static const struct jsonwalk_member page[] = {
	{ "value", VALUE, message, false },
	{ "@odata.nextLink", NEXT, NULL, false },
	{ "error", ERROR, error, false },
	JSONWALK_END,
};
static const struct jsonwalk_member response[] = {
	{ "id", ID, NULL, false },
	{ "status", STATUS, NULL, false },
	{ "body", ANSWER, page, true },
	JSONWALK_END,
};
static const struct jsonwalk_member root[] = {
	{ "responses", RESPONSES, response, false },
	{ "value", VALUE, message, false },
	{ "@odata.nextLink", NEXT, NULL, false },
	{ "error", ERROR, error, false },
	{ "contentBytes", BYTES, NULL, true },
	JSONWALK_END,
};

/* What came, as text. */
struct seen {
	struct buf out;
	struct stream plain; /* writes to out */
	struct unbase64 decode;
	bool decoding;
	const char *refuse; /* a value with this text is an error */
};

static int
seen_value(void *arg, int is, enum json_type t, const char *s, size_t n,
    struct err *err)
{
	struct seen *k = arg;

	if (k->decoding && unbase64_end(&k->decode, err) == -1)
		return -1;
	k->decoding = false;
	if (k->refuse != NULL && s != NULL && strcmp(s, k->refuse) == 0)
		return err_set(err, ERR_ITEM, "refused");
	buf_adds(&k->out, said[is]);
	if (t == JSON_OBJECT)
		return buf_adds(&k->out, "{");
	if (t == JSON_ARRAY)
		return buf_adds(&k->out, "[] ");
	if (s == NULL)
		return buf_adds(&k->out, "=TOO-LONG ");
	assert_int_equal(s[n], '\0');
	buf_adds(&k->out, t == JSON_STRING ? "='" : "=");
	for (; n > 0; s++, n--)
		buf_adds(&k->out, *s == '\0' ? "<NUL>" : (char[]){ *s, '\0' });
	return buf_adds(&k->out, t == JSON_STRING ? "' " : " ");
}

static int
seen_end(void *arg, int is, struct err *err)
{
	struct seen *k = arg;

	(void)err;
	assert_true(is == VALUE || is == FROM || is == TO || is == MAILBOX ||
		    is == BODY || is == ERROR || is == INNER ||
		    is == RESPONSES || is == ANSWER);
	return buf_addf(&k->out, "}%s ", said[is]);
}

static int
seen_bytes(struct stream *s, const void *p, size_t n, struct err *err)
{
	struct seen *k =
	    (struct seen *)(void *)((char *)s - offsetof(struct seen, plain));

	if (k->refuse != NULL && memchr(p, k->refuse[0], n) != NULL)
		return err_set(err, ERR_ITEM, "full");
	return buf_add(&k->out, p, n);
}

static struct stream *
seen_stream(void *arg, int is)
{
	struct seen *k = arg;

	if (is == UNWANTED)
		return NULL;
	buf_adds(&k->out, "<");
	k->decoding = is == BYTES || is == ANSWER;
	unbase64_init(&k->decode, &k->plain);
	return k->decoding ? &k->decode.stream : &k->plain;
}

static const struct jsonwalk_ops ops = { seen_value, seen_end, seen_stream };

/* Feeds pieces of step bytes after a first one of head bytes. */
static int
walk(struct seen *k, const char *in, size_t head, size_t step, struct err *e)
{
	size_t len = strlen(in), n = head < len ? head : len;
	struct jsonwalk w;
	struct buf text;
	int rc = 0;

	buf_init(&k->out, 1 << 20);
	buf_init(&text, CAP);
	k->plain.write = seen_bytes;
	k->decoding = false;
	jsonwalk_open(&w, root, &ops, k, &text);
	for (; len > 0 && rc == 0; n = step < len ? step : len) {
		rc = jsonwalk_feed(&w, in, n, e);
		in += n;
		len -= n;
	}
	if (rc == 0)
		rc = jsonwalk_end(&w, e);
	jsonwalk_close(&w);
	buf_free(&text);
	return rc;
}

/* want NULL: it is refused, with code and text in the message. */
static void
expect(const char *in, const char *want, const char *code, const char *text,
    const char *refuse)
{
	size_t head, len = strlen(in);

	for (head = 0; head <= len + 1; head++) {
		struct seen k = { .refuse = refuse };
		struct err e = ERR_INIT;
		int rc = walk(
		    &k, in, head > len ? 1 : head, head > len ? 1 : len, &e);

		if (rc != (want == NULL ? -1 : 0))
			fail_msg("%s at %zu: %d %s", in, head, rc, e.msg);
		if (want != NULL)
			assert_string_equal(buf_str(&k.out), want);
		else if (strstr(e.msg, text) == NULL ||
			 strcmp(e.code, code) != 0)
			fail_msg("%s at %zu: %s", in, head, e.msg);
		buf_free(&k.out);
	}
}

static const struct {
	const char *in, *want;
} answer[] = {
	{ "{}", "" },
	{ "{\"value\":[]}", "value[] " },
	{ "{\"value\":null}", "value=null " },
	/* a page of changes */
	{ "{\"@odata.context\":\"https://x/$metadata#users('a')\","
	  "\"value\":[{\"@odata.etag\":\"W/\\\"a\\\"\",\"id\":\"1\","
	  "\"isRead\":true,\"subject\":\"Gr\\u00fc\\u00dfe\",\"from\":"
	  "{\"emailAddress\":{\"name\":\"A\","
	  "\"address\":\"a@b.example\"}}},{\"@removed\":"
	  "{\"reason\":\"deleted\"},"
	  "\"id\":\"2\"}],"
	  "\"@odata.nextLink\":\"https://x/?$skiptoken=1\"}",
	    "value[] value{id='1' read=true "
	    "subject='Gr\xc3\xbc\xc3\x9f"
	    "e' from{mailbox{name='A' "
	    "address='a@b.example' }mailbox }from }value value{id='2' "
	    "}value next='https://x/?$skiptoken=1' " },
	/* arrays of objects, of strings, within each other; what is
	 * wanted of an object, or of nothing */
	{ "{\"value\":[{\"toRecipients\":[{\"emailAddress\":{\"name\":"
	  "\"A\"}},{\"x\":{\"name\":\"no\"}},5],\"categories\":[\"Red\""
	  ",[\"no\"],\"Blue\",{\"id\":\"no\"},null],\"from\":null,"
	  "\"subject\":-1.5}]}",
	    "value[] value{to[] to{mailbox{name='A' }mailbox }to "
	    "to{}to to=5 tags[] tags='Red' tags='Blue' tags=null"
	    " from=null "
	    "subject=-1.5 }value " },
	{ "{\"value\":{\"subject\":{\"x\":true,\"y\":\"t\",\"z\":[1]},"
	  "\"categories\":[{\"x\":5},6]}}",
	    "value{tags[] tags=6 }value " },
	/* the same names where nobody asks for them */
	{ "{\"other\":{\"value\":[{\"id\":\"no\",\"id\":\"no\"}]},"
	  "\"id\":\"no\",\"Value\":[{\"id\":\"no\"}],\"value\\u0000\":"
	  "[1],\"value\":[{\"other\":[[{\"id\":\"no\"}]],\"id\":"
	  "\"1\"}]}",
	    "value[] value{id='1' }value " },
	/* strings for streams */
	{ "{\"value\":{\"body\":{\"contentType\":\"html\",\"content\":"
	  "\"<p class=\\\"x\\\">longer than what is kept of a string "
	  "</p>\\r\\n\"},\"contentBytes\":\"aGVs\\/+8=\",\"preview\":"
	  "\"no\"}}",
	    "value{body{type='html' <<p class=\"x\">longer than what "
	    "is kept of a string </p>\r\ntext='' }body <hel\xff\xef"
	    "bytes='' unwanted='' }value " },
	{ "{\"contentBytes\":\"\"}", "<bytes='' " },
	{ "{\"contentBytes\":null}", "bytes=null " },
	{ "{\"contentBytes\":[\"aGVs\",\"bG8\"]}",
	    "bytes[] <helbytes='' <lobytes='' " },
	/* a string of 40 bytes, and one of 41 */
	{ "{\"@odata.nextLink\":"
	  "\"0123456789012345678901234567890123456789\"}",
	    "next='0123456789012345678901234567890123456789' " },
	{ "{\"@odata.nextLink\":"
	  "\"01234567890123456789012345678901234567890\",\"value\":1}",
	    "next=TOO-LONG value=1 " },
	{ "{\"@odata.nextLink\":\"a\\u0000b\"}", "next='a<NUL>b' " },
	/* a batch */
	{ "{\"responses\":[{\"id\":\"2\",\"status\":404,\"body\":"
	  "{\"error\":{\"code\":\"ErrorItemNotFound\",\"message\":"
	  "\"m\",\"innerError\":{\"code\":\"c\",\"date\":\"x\"}}}},"
	  "{\"body\":"
	  "{\"value\":[{\"id\":\"9\"}]},\"status\":200,\"id\":\"1\"},"
	  "{\"body\":\"aGVsbG8=\"}]}",
	    "responses[] responses{id='2' status=404 answer{error{"
	    "code='ErrorItemNotFound' inner{code='c' }inner }error "
	    "}answer }responses responses{answer{value[] value{id='9' "
	    "}value }answer status=200 id='1' }responses "
	    "responses{<helloanswer='' }responses " },
};

static void
answers(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(answer); i++)
		expect(answer[i].in, answer[i].want, NULL, NULL, NULL);
}

static void
refused(void **state)
{
	static const struct {
		const char *in, *code, *text, *refuse;
	} rows[] = {
		{ "[]", "json", "it is not an object", NULL },
		{ "\"x\"", "json", "it is not an object", NULL },
		{ "7", "json", "it is not an object", NULL },
		{ "{\"value\":[", "json", "ends in the middle", NULL },
		{ "{\"value\":[]} {}", "json", "the value has ended", NULL },
		{ "{\"value\":1,\"x\":2,\"value\":1}", "json",
		    "value stands twice in an object", NULL },
		{ "{\"value\":[{\"id\":\"1\"},{\"id\":\"1\",\"\\u0069d\":2}]}",
		    "json", "id stands twice in an object", NULL },
		{ "{\"contentBytes\":\"aGV*\"}", "base64", "not base64", NULL },
		{ "{\"contentBytes\":\"aGVsb\"}", "truncated", "cut", NULL },
		{ "{\"@odata.nextLink\":\"stop\",\"value\":1}", "", "refused",
		    "stop" },
		{ "{\"value\":{\"body\":{\"content\":\"a!b\"}}}", "", "full",
		    "!" },
	};
	char in[800] = "\"";
	size_t i;

	(void)state;
	/* what is wrong first is said, whatever the pieces */
	memset(in + 1, 'x', 700);
	strcpy(in + 701, "\x01\"");
	expect(in, NULL, "json", "it is not an object", NULL);
	for (i = 0; i < COUNT(rows); i++)
		expect(rows[i].in, NULL, rows[i].code, rows[i].text,
		    rows[i].refuse);
}

/* --- what is large ------------------------------------------------------- */

struct large {
	struct stream into;
	uint64_t bytes, sum;
	int messages;
};

static int
count_bytes(struct stream *s, const void *p, size_t n, struct err *err)
{
	struct large *l = (struct large *)(void *)s;
	const unsigned char *c = p;
	size_t i;

	(void)err;
	for (i = 0; i < n; i++)
		l->sum = l->sum * 31 + c[i];
	l->bytes += n;
	return 0;
}

static int
large_value(void *arg, int is, enum json_type t, const char *s, size_t n,
    struct err *err)
{
	(void)arg;
	(void)t;
	(void)s;
	(void)n;
	(void)err;
	assert_true(is == VALUE || is == BODY || is == TEXT || is == ID);
	return 0;
}

static int
large_end(void *arg, int is, struct err *err)
{
	struct large *l = arg;

	(void)err;
	l->messages += is == VALUE;
	return 0;
}

static struct stream *
large_stream(void *arg, int is)
{
	struct large *l = arg;

	assert_int_equal(is, TEXT);
	return &l->into;
}

/* 20 bodies of 400 KB with escapes go through a walker that keeps 40 bytes. */
static void
large(void **state)
{
	static const struct jsonwalk_ops o = { large_value, large_end,
		large_stream };
	static const char
	    head[] = ",{\"id\":\"1\",\"body\":{\"content\":\"",
	    tail[] = "\"}}",
	    line[] = "<p>gr\xc3\xbc\xc3\x9f \\\"x\\\" 0123456789\\r\\n",
	    plain[] = "<p>gr\xc3\xbc\xc3\x9f \"x\" 0123456789\r\n";
	struct large l = { .into.write = count_bytes };
	struct large want = { .into.write = count_bytes };
	struct err e = ERR_INIT;
	struct jsonwalk w;
	struct buf text;
	int i, k;

	(void)state;
	buf_init(&text, CAP);
	jsonwalk_open(&w, root, &o, &l, &text);
	assert_int_equal(jsonwalk_feed(&w, "{\"value\":[0", 11, &e), 0);
	for (i = 0; i < 20; i++) {
		assert_int_equal(
		    jsonwalk_feed(&w, head, sizeof(head) - 1, &e), 0);
		for (k = 0; k < 13000; k++) {
			jsonwalk_feed(&w, line, sizeof(line) - 1, &e);
			count_bytes(&want.into, plain, sizeof(plain) - 1, &e);
		}
		assert_int_equal(
		    jsonwalk_feed(&w, tail, sizeof(tail) - 1, &e), 0);
	}
	assert_int_equal(jsonwalk_feed(&w, "]}", 2, &e), 0);
	assert_int_equal(jsonwalk_end(&w, &e), 0);
	jsonwalk_close(&w);
	assert_int_equal(l.messages, 20);
	assert_true(l.bytes > 20 * 330000);
	assert_int_equal(l.bytes, want.bytes);
	assert_int_equal(l.sum, want.sum);
	assert_true(text.cap <= CAP + 1);
	buf_free(&text);
}

/* A table that is too long ends the program when its last member comes. */
static void
too_many(void **state)
{
	struct jsonwalk_member table[JSONWALK_MEMBERS + 2];
	char name[JSONWALK_MEMBERS + 1][16], in[32];
	int i, last, status;
	pid_t child;

	(void)state;
	memset(table, 0, sizeof(table));
	for (i = 0; i <= JSONWALK_MEMBERS; i++) {
		snprintf(name[i], sizeof(name[i]), "m%d", i);
		table[i].name = name[i];
		table[i].is = CODE;
	}
	for (last = JSONWALK_MEMBERS - 1; last <= JSONWALK_MEMBERS; last++) {
		snprintf(in, sizeof(in), "{\"m%d\":1}", last);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			struct seen k = { .refuse = NULL };
			struct err e = ERR_INIT;
			struct jsonwalk w;

			buf_init(&k.out, 100);
			signal(SIGABRT, SIG_DFL);
			jsonwalk_open(&w, table, &ops, &k, &k.out);
			_exit(jsonwalk_feed(&w, in, strlen(in), &e) != 0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		    last == JSONWALK_MEMBERS ? SIGABRT : 0);
		assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(refused),
		cmocka_unit_test(large),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
