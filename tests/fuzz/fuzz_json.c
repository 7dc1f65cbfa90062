/*
 * fuzz_json.c - JSON: the pieces that it comes in change nothing, all that is
 * given out is UTF-8, and each begin has its end.
 */
#include "base/buf.h"
#include "fmt/json.h"
#include "fmt/jsonpick.h"
#include "fuzz.h"

struct seen {
	struct buf out;
	int depth;
	int in_text;
};

static int
seen_begin(void *arg, enum json_type t, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	FUZZ_CHECK(!s->in_text);
	FUZZ_CHECK(++s->depth <= JSON_DEPTH);
	return buf_adds(&s->out, t == JSON_OBJECT ? "{" : "[");
}

static int
seen_end(void *arg, enum json_type t, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	FUZZ_CHECK(!s->in_text);
	FUZZ_CHECK(--s->depth >= 0);
	return buf_adds(&s->out, t == JSON_OBJECT ? "}" : "]");
}

static int
seen_key(void *arg, const char *k, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	FUZZ_CHECK(utf8_valid(k, strlen(k)) && strlen(k) <= JSON_KEY_MAX);
	return buf_addf(&s->out, "%s:", k);
}

static int
seen_text(void *arg, const char *p, size_t n, int last, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	FUZZ_CHECK(n == 0 || utf8_valid(p, n));
	if (!s->in_text)
		buf_adds(&s->out, "\"");
	s->in_text = !last;
	buf_add(&s->out, p, n);
	return last ? buf_adds(&s->out, "\"") : 0;
}

static int
seen_plain(void *arg, enum json_type t, const char *p, struct err *e)
{
	struct seen *s = arg;

	(void)t;
	(void)e;
	return buf_addf(&s->out, "%s,", p);
}

static int
run(struct seen *s, int mode, const uint8_t *data, size_t size, struct err *e)
{
	const struct json_handler h = { seen_begin, seen_end, seen_key,
		seen_text, seen_plain, s };
	struct json *j = json_open(&h);
	struct fuzz_split split;
	size_t n;
	int rc = 0;

	memset(s, 0, sizeof(*s));
	buf_init(&s->out, 1 << 20);
	fuzz_split_init(&split, mode, data, size);
	while (rc == 0 && (n = fuzz_piece(&split, size)) > 0) {
		rc = json_feed(j, data, n, e);
		data += n;
		size -= n;
	}
	if (rc == 0)
		rc = json_end(j, e);
	json_close(j);
	FUZZ_CHECK(rc == -1 || (s->depth == 0 && !s->in_text));
	fuzz_err(rc, e);
	return rc;
}

static void
pick(const uint8_t *data, size_t size, int valid)
{
	struct buf a, b;
	struct jsonpick_member m[] = { { "a", &a, false, false },
		{ "b", &b, true, false } };
	struct err e = ERR_INIT;
	int rc;

	buf_init(&a, 20);
	buf_init(&b, 7);
	rc = jsonpick_read(m, 2, data, size, &e);
	fuzz_err(rc, &e);
	FUZZ_CHECK(rc == -1 || valid);
	FUZZ_CHECK(utf8_valid(buf_str(&b), b.len));
	FUZZ_CHECK(
	    strlen(buf_str(&a)) == a.len && strlen(buf_str(&b)) == b.len);
	buf_free(&a);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole, part;
	struct err e = ERR_INIT, again = ERR_INIT;
	int mode, rc = run(&whole, 0, data, size, &e);

	for (mode = 1; mode <= 2; mode++) {
		err_clear(&again);
		FUZZ_CHECK(run(&part, mode, data, size, &again) == rc);
		FUZZ_SAME(e.msg, again.msg);
		if (rc == 0) {
			FUZZ_CHECK(whole.out.len == part.out.len);
			FUZZ_CHECK(memcmp(buf_str(&whole.out),
				       buf_str(&part.out), part.out.len) == 0);
		}
		buf_free(&part.out);
	}
	pick(data, size, rc == 0);
	buf_free(&whole.out);
	return 0;
}
