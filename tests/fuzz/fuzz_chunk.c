/*
 * fuzz_chunk.c - the chunked coding: the same bytes and the same verdict
 * however the input is cut.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "net/chunk.h"

struct result {
	struct buf body;
	struct chunk c;
	size_t used;
	int rc;
};

static void
run(struct result *r, int mode, const uint8_t *data, size_t size)
{
	const char *in = (const char *)data, *piece;
	struct fuzz_split s;
	size_t n, len, at;
	long k = 0;

	buf_init(&r->body, size);
	chunk_init(&r->c);
	fuzz_split_init(&s, mode, data, size);
	r->used = 0;
	while (r->used < size && !r->c.done && k != -1) {
		n = fuzz_piece(&s, size - r->used);
		for (at = 0; at < n && !r->c.done; at += (size_t)k) {
			k = chunk_feed(
			    &r->c, in + r->used + at, n - at, &piece, &len);
			if (k == -1)
				break;
			FUZZ_CHECK(k >= 1 && (size_t)k <= n - at);
			FUZZ_CHECK(piece >= in + r->used + at &&
				   piece + len <= in + r->used + n);
			FUZZ_CHECK(buf_add(&r->body, piece, len) == 0);
		}
		r->used += at;
	}
	r->rc = k == -1 ? -1 : 0;
	FUZZ_CHECK((r->rc == -1) == (r->c.why != NULL));
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
		FUZZ_CHECK(r[i].c.done == r[0].c.done);
		FUZZ_CHECK(r[0].rc == -1 || r[i].used == r[0].used);
		FUZZ_CHECK(r[0].rc == 0 || strcmp(r[i].c.why, r[0].c.why) == 0);
		FUZZ_CHECK(r[i].body.len == r[0].body.len);
		FUZZ_CHECK(memcmp(buf_str(&r[i].body), buf_str(&r[0].body),
			       r[0].body.len) == 0);
	}
	for (i = 0; i < 3; i++)
		buf_free(&r[i].body);
	return 0;
}
