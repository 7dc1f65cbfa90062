/*
 * fuzz_json.c - JSON: the pieces that it comes in change nothing, all that is
 * given out is UTF-8, each begin has its end, and another library takes the
 * same documents and finds the same in them.
 */
#include "base/buf.h"
#include "fmt/json.h"
#include "fmt/jsonpick.h"
#include "fuzz.h"
#include "jsonpeer.h"

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

	(void)e;
	if (t == JSON_NUMBER)
		return buf_addf(&s->out, "%.17g,", strtod(p, NULL));
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

/* What the peer's tree has, in the words of seen_... */
static void
show_peer(void *arg, const char *key, const void *t)
{
	struct buf *out = arg;
	const char *s;
	size_t n;

	if (key != NULL)
		buf_addf(out, "%s:", key);
	switch (jsonpeer_type(t)) {
	case '{':
		buf_adds(out, "{");
		jsonpeer_each(t, show_peer, out);
		buf_adds(out, "}");
		return;
	case '[':
		buf_adds(out, "[");
		jsonpeer_each(t, show_peer, out);
		buf_adds(out, "]");
		return;
	case 's':
		s = jsonpeer_string(t, &n);
		buf_adds(out, "\"");
		buf_add(out, s, n);
		buf_adds(out, "\"");
		return;
	case 'n':
		buf_addf(out, "%.17g,", jsonpeer_number(t));
		return;
	case 't':
		buf_adds(out, "true,");
		return;
	case 'f':
		buf_adds(out, "false,");
		return;
	default:
		buf_adds(out, "null,");
	}
}

/* Do both say the same? Ours has bounds, and knows a byte order mark. */
static void
compare_peer(
    const uint8_t *data, size_t size, const struct buf *ours, const char *why)
{
	enum jsonpeer_says says;
	const void *t;
	struct buf out;

	if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		return;
	/* the peer passes over a NUL behind a number */
	if (memchr(data, '\0', size) != NULL) {
		FUZZ_CHECK(why != NULL);
		return;
	}
	t = jsonpeer_read(data, size, &says);
	if (says == JSONPEER_TAKEN && why != NULL)
		FUZZ_CHECK(strstr(why, "too long") != NULL ||
			   strstr(why, "too deep") != NULL);
	FUZZ_CHECK(says != JSONPEER_REFUSED || why != NULL);
	if (says == JSONPEER_TAKEN && why == NULL) {
		buf_init(&out, 1 << 20);
		show_peer(&out, NULL, t);
		FUZZ_CHECK(out.len == ours->len);
		FUZZ_CHECK(memcmp(buf_str(&out), buf_str(ours), out.len) == 0);
		buf_free(&out);
	}
	jsonpeer_free(t);
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
	compare_peer(data, size, &whole.out, rc == 0 ? NULL : e.msg);
	buf_free(&whole.out);
	return 0;
}
