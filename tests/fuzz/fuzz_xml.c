/*
 * fuzz_xml.c - the parser: the events do not depend on how the input is cut,
 * start and end are balanced, text is valid UTF-8, depth is bounded, and an
 * error is readable. Elements named skip are read without their text.
 */
#include "base/buf.h"
#include "base/utf8.h"
#include "fmt/xml.h"
#include "fuzz.h"

struct result {
	struct buf log, text;
	struct err err;
	int rc, depth, deepest;
	bool want[128];
};

static void
flush(struct result *r)
{
	FUZZ_CHECK(utf8_valid(buf_str(&r->text), r->text.len));
	if (r->text.len > 0) {
		buf_addc(&r->log, 't');
		buf_add(&r->log, buf_str(&r->text), r->text.len);
	}
	buf_reset(&r->text);
}

static int
on_start(void *arg, const char *name, const struct xml_attrs *a, struct err *e)
{
	struct result *r = arg;
	const char *v = xml_attr(a, "Id");

	flush(r);
	FUZZ_CHECK(utf8_valid(name, strlen(name)));
	FUZZ_CHECK(r->depth < 100);
	buf_addf(&r->log, "<%s|%s%s", name, v == NULL ? "-" : v,
	    xml_foreign(a) ? "!" : "");
	if (strcmp(name, "stop") == 0)
		return err_set(e, ERR_ITEM, "stopped");
	r->want[++r->depth] = strcmp(name, "skip") != 0;
	if (r->depth > r->deepest)
		r->deepest = r->depth;
	return r->want[r->depth];
}

static int
on_end(void *arg, const char *name, struct err *e)
{
	struct result *r = arg;

	(void)e;
	flush(r);
	FUZZ_CHECK(r->depth > 0);
	r->depth--;
	buf_addf(&r->log, ">%s", name);
	return 0;
}

static int
on_text(void *arg, const char *p, size_t n, struct err *e)
{
	struct result *r = arg;

	(void)e;
	FUZZ_CHECK(n > 0 && r->depth > 0 && r->want[r->depth]);
	return buf_add(&r->text, p, n);
}

static bool
ours(const char *uri)
{
	FUZZ_CHECK(uri[0] != '\0');
	return uri[0] != 'u';
}

static void
run(struct result *r, int mode, const uint8_t *data, size_t size)
{
	struct xml_handler h = { on_start, on_end, on_text, r, ours };
	struct fuzz_split s;
	struct xml *x;
	size_t at, n;

	memset(r, 0, sizeof(*r));
	buf_init(&r->log, (size_t)64 << 20);
	buf_init(&r->text, (size_t)64 << 20);
	x = xml_open(&h);
	fuzz_split_init(&s, mode, data, size);
	for (at = 0; at < size && r->rc == 0; at += n) {
		n = fuzz_piece(&s, size - at);
		r->rc = xml_feed(x, data + at, n, &r->err);
	}
	if (r->rc == 0)
		r->rc = xml_end(x, &r->err);
	fuzz_err(r->rc, &r->err);
	FUZZ_CHECK(r->rc == -1 || r->depth == 0);
	if (r->rc == -1) {
		struct err again = ERR_INIT;

		FUZZ_CHECK(xml_feed(x, "<a/>", 4, &again) == -1);
		FUZZ_CHECK(strcmp(again.msg, r->err.msg) == 0);
		FUZZ_CHECK(xml_end(x, &again) == -1);
	}
	xml_close(x);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result r[3];
	int i;

	for (i = 0; i < 3; i++)
		run(&r[i], i, data, size);
	for (i = 1; i < 3; i++) {
		FUZZ_CHECK(r[i].rc == r[0].rc);
		FUZZ_CHECK(r[i].err.kind == r[0].err.kind);
		FUZZ_CHECK(strcmp(r[i].err.code, r[0].err.code) == 0);
		FUZZ_CHECK(r[i].log.len == r[0].log.len);
		FUZZ_CHECK(memcmp(buf_str(&r[i].log), buf_str(&r[0].log),
			       r[0].log.len) == 0);
	}
	for (i = 0; i < 3; i++) {
		buf_free(&r[i].log);
		buf_free(&r[i].text);
	}
	return 0;
}
