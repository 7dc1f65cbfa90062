/*
 * fuzz_chunk.c - the chunked coding: bytes and verdict do not depend on how the
 * input is cut.
 */
#include <ctype.h>

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

/*
 * A second decoder, word for word from RFC 9112 7.1, without extensions and
 * trailers. Returns the length of the body, or -1.
 */
static long
plainly(const char *p, const char *end, struct buf *out)
{
	unsigned long long n;
	char *q;

	for (;;) {
		if (p == end || !isxdigit((unsigned char)*p))
			return -1;
		n = strtoull(p, &q, 16);
		if (q - p > 15 || p[1] == 'x' || p[1] == 'X')
			return -1;
		p = q;
		if (end - p < 2 || p[0] != '\r' || p[1] != '\n')
			return -1;
		p += 2;
		if (n == 0)
			return end - p == 2 && p[0] == '\r' && p[1] == '\n'
				   ? (long)out->len
				   : -1;
		if (n > (size_t)(end - p) || (size_t)(end - p) - n < 2)
			return -1;
		buf_add(out, p, n);
		p += n;
		if (p[0] != '\r' || p[1] != '\n')
			return -1;
		p += 2;
	}
}

/* Where the second decoder succeeds, the first must give the same. */
static void
compare(const struct result *r, const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);
	bool whole = r->rc == 0 && r->c.done && r->used == size;
	struct buf out;
	long n;

	buf_init(&out, size);
	n = plainly(s, s + size, &out);
	if (n >= 0) {
		FUZZ_CHECK(whole && r->body.len == (size_t)n);
		FUZZ_CHECK(
		    memcmp(buf_str(&r->body), buf_str(&out), (size_t)n) == 0);
	}
	buf_free(&out);
	free(s);
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
	compare(&r[0], data, size);
	for (i = 0; i < 3; i++)
		buf_free(&r[i].body);
	return 0;
}
