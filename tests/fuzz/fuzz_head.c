/*
 * fuzz_head.c - status line and headers: the verdict, what is kept and how
 * many bytes are consumed do not depend on how the input is cut.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "net/head.h"

#define MAX 4096

struct result {
	struct buf out;
	struct head h;
	size_t used;
	int rc;
};

static void
run(struct result *r, int mode, const uint8_t *data, size_t size)
{
	struct fuzz_split s;
	long k = 0;
	size_t n;

	buf_init(&r->out, MAX);
	head_init(&r->h, &r->out, MAX);
	fuzz_split_init(&s, mode, data, size);
	for (r->used = 0; r->used < size && !r->h.done; r->used += (size_t)k) {
		n = fuzz_piece(&s, size - r->used);
		k = head_feed(&r->h, (const char *)data + r->used, n);
		if (k == -1)
			break;
		FUZZ_CHECK(k >= 0 && (size_t)k <= n);
		FUZZ_CHECK(r->h.done || (size_t)k == n);
	}
	r->rc = k == -1 ? -1 : 0;
	FUZZ_CHECK((r->rc == -1) == (r->h.why != NULL));
	FUZZ_CHECK(r->used <= MAX && r->out.len <= MAX);
}

/* Checks that every line is "token: value\n". */
static void
lines(const struct buf *b)
{
	const char *s = buf_str(b), *end = s + b->len, *lf, *colon;

	FUZZ_CHECK(memchr(s, '\0', b->len) == NULL);
	FUZZ_CHECK(memchr(s, '\r', b->len) == NULL);
	for (; s < end; s = lf + 1) {
		lf = memchr(s, '\n', (size_t)(end - s));
		FUZZ_CHECK(lf != NULL);
		colon = memchr(s, ':', (size_t)(lf - s));
		FUZZ_CHECK(colon != NULL && colon > s && colon[1] == ' ');
	}
}

static void
use(struct result *r)
{
	static const char *const names[] = { "Content-Length", "Set-Cookie",
		"a", "" };
	struct head_body b;
	const char *v;
	size_t i, len;
	int nth;

	FUZZ_CHECK(r->h.status >= 100 && r->h.status <= 599);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (nth = 0;
		     (v = head_find(&r->out, names[i], nth, &len)) != NULL;
		     nth++)
			FUZZ_CHECK(v >= r->out.data &&
				   v + len < r->out.data + r->out.len);
	head_token(&r->out, "Connection", "close");
	if (head_body(&r->h, false, &b) == 0)
		FUZZ_CHECK(
		    b.length >= 0 && (b.framing != HEAD_CLOSE || !b.keep));
	else
		FUZZ_CHECK(r->h.why != NULL);
	head_body(&r->h, true, &b);
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
		FUZZ_CHECK(r[i].h.done == r[0].h.done);
		FUZZ_CHECK(r[i].h.status == r[0].h.status);
		if (r[0].rc == -1)
			FUZZ_CHECK(strcmp(r[i].h.why, r[0].h.why) == 0);
		else
			FUZZ_CHECK(r[i].used == r[0].used);
		FUZZ_CHECK(r[i].out.len == r[0].out.len);
		FUZZ_CHECK(memcmp(buf_str(&r[i].out), buf_str(&r[0].out),
			       r[0].out.len) == 0);
	}
	lines(&r[0].out);
	if (r[0].rc == 0 && r[0].h.done)
		use(&r[0]);
	for (i = 0; i < 3; i++) {
		head_free(&r[i].h);
		buf_free(&r[i].out);
	}
	return 0;
}
