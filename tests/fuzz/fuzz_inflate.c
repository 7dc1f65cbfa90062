/*
 * fuzz_inflate.c - compressed data. The first byte chooses:
 *	0	the rest is DEFLATE data
 *	1	the rest is gzip data
 *	2	the rest is DEFLATE data, between a head and an end that are
 *		made for it, with what the second byte says
 *	3	the rest is to be compressed by zlib, as the next bytes say
 * Bytes and verdict do not depend on how the input is cut, and are those of
 * zlib. One thing differs: zlib waits for the second byte of a pair in the
 * head of gzip data before it refuses the first.
 */
#include <zlib.h>

#include "base/gunzip.h"
#include "fuzz.h"

enum verdict { WHOLE, SHORT, BAD, REFUSED };

struct result {
	struct stream stream;
	size_t len, most; /* bytes; as many are taken */
	uLong crc;
	enum verdict verdict;
	size_t used; /* input, if WHOLE */
};

static int
put(struct stream *s, const void *p, size_t n, struct err *e)
{
	struct result *r = (struct result *)s;

	FUZZ_CHECK(n > 0 && n <= INFLATE_WINDOW + INFLATE_SLACK);
	if (n > r->most - r->len)
		return err_set(e, ERR_ITEM, "not wanted");
	r->len += n;
	r->crc = crc32_z(r->crc, p, n);
	return 0;
}

static void
begin(struct result *r, size_t most)
{
	memset(r, 0, sizeof(*r));
	r->stream.write = put;
	r->most = most;
}

/* In memory of its own, so that reading past its end is seen. */
static uint8_t *
piece_of(const uint8_t *p, size_t n)
{
	uint8_t *copy;

	FUZZ_CHECK(n > 0);
	copy = malloc(n);
	FUZZ_CHECK(copy != NULL);
	memcpy(copy, p, n);
	return copy;
}

static void
run_raw(struct result *r, struct fuzz_split *cut, const uint8_t *p, size_t size)
{
	struct inflate *z = malloc(sizeof(*z));
	struct err e = ERR_INIT;

	FUZZ_CHECK(z != NULL);
	inflate_init(z, &r->stream);
	while (r->used < size && !z->done && r->verdict == WHOLE) {
		size_t n = fuzz_piece(cut, size - r->used);
		uint8_t *copy = piece_of(p + r->used, n);
		long k = inflate_feed(z, copy, n, &e);

		free(copy);
		FUZZ_CHECK(k == -1 || k == (long)n || (z->done && k > 0));
		FUZZ_CHECK((z->why == NULL) == (k != -1 || e.kind != ERR_NONE));
		if (k == -1)
			r->verdict = z->why != NULL ? BAD : REFUSED;
		else
			r->used += (size_t)k;
	}
	if (r->verdict == WHOLE && !z->done)
		r->verdict = SHORT;
	free(z);
}

static void
run_gzip(
    struct result *r, struct fuzz_split *cut, const uint8_t *p, size_t size)
{
	struct gunzip *g = malloc(sizeof(*g));
	struct err e = ERR_INIT;

	FUZZ_CHECK(g != NULL);
	gunzip_init(g, &r->stream);
	while (r->used < size && r->verdict == WHOLE) {
		size_t n = fuzz_piece(cut, size - r->used);
		uint8_t *copy = piece_of(p + r->used, n);
		int rc = gunzip_feed(g, copy, n, &e);

		free(copy);
		FUZZ_CHECK(
		    (g->why == NULL) == (rc != -1 || e.kind != ERR_NONE));
		if (rc == -1)
			r->verdict = g->why != NULL ? BAD : REFUSED;
		else
			r->used += n;
	}
	if (r->verdict == WHOLE && gunzip_end(g) == -1) {
		FUZZ_CHECK(g->why != NULL);
		r->verdict = SHORT;
	}
	free(g);
}

/* What zlib says; window as in inflateInit2. */
static void
run_zlib(struct result *r, int window, const uint8_t *p, size_t size)
{
	static uint8_t out[32768];
	z_stream z;
	int rc = Z_OK;

	memset(&z, 0, sizeof(z));
	FUZZ_CHECK(inflateInit2(&z, window) == Z_OK);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)size;
	while (rc == Z_OK) {
		z.next_out = out;
		z.avail_out = sizeof(out);
		rc = inflate(&z, Z_NO_FLUSH);
		r->len += sizeof(out) - z.avail_out;
		r->crc = crc32_z(r->crc, out, sizeof(out) - z.avail_out);
		/* members follow each other */
		if (rc == Z_STREAM_END && window > 15 && z.avail_in > 0)
			rc = inflateReset(&z);
	}
	r->verdict = rc == Z_STREAM_END  ? WHOLE
		     : rc == Z_BUF_ERROR ? SHORT
					 : BAD;
	r->used = size - z.avail_in;
	inflateEnd(&z);
}

/* gzip data in three cuts, and zlib's word on it. */
static void
compare(bool raw, const uint8_t *p, size_t size)
{
	struct result r[3], z;
	struct fuzz_split cut;
	int i;

	begin(&z, SIZE_MAX);
	run_zlib(&z, raw ? -15 : 31, p, size);
	if (!raw && size == 0)
		z.verdict = WHOLE;
	for (i = 0; i < 3; i++) {
		begin(&r[i], SIZE_MAX);
		fuzz_split_init(&cut, i, p, size);
		(raw ? run_raw : run_gzip)(&r[i], &cut, p, size);
		FUZZ_CHECK(r[i].len == z.len && r[i].crc == z.crc);
		FUZZ_CHECK(r[i].verdict == r[0].verdict);
		FUZZ_CHECK(r[i].verdict != WHOLE || r[i].used == z.used);
	}
	if (!raw && r[0].verdict == BAD && z.verdict == SHORT) {
		uint8_t *more = calloc(1, size + 1);

		FUZZ_CHECK(more != NULL);
		memcpy(more, p, size);
		begin(&z, SIZE_MAX);
		run_zlib(&z, 31, more, size + 1);
		free(more);
	}
	FUZZ_CHECK(r[0].verdict == z.verdict);
	if (z.len == 0)
		return;
	begin(&r[1], z.len - 1);
	fuzz_split_init(&cut, 2, p, size);
	(raw ? run_raw : run_gzip)(&r[1], &cut, p, size);
	FUZZ_CHECK(r[1].verdict == REFUSED);
}

/* Head, data and end; flags: of the head, and 1: the sum is wrong, 0x20: the
 * size, 0x40: the head's sum, 0x80: it is there twice. */
static void
wrapped(unsigned flags, const uint8_t *p, size_t size)
{
	uint8_t *gz = malloc(2 * size + 256), *q = gz;
	struct result z;
	size_t n;
	uLong sum;
	int i;

	FUZZ_CHECK(gz != NULL);
	begin(&z, SIZE_MAX);
	run_zlib(&z, -15, p, size);
	n = z.verdict == WHOLE ? z.used : size;
	memcpy(q, "\x1f\x8b\x08", 3);
	q[3] = flags & 0x1e;
	memset(q + 4, 7, 6);
	q += 10;
	if (flags & 4) {
		*q++ = size % 30;
		*q++ = 0;
		memset(q, 0, size % 30);
		q += size % 30;
	}
	if (flags & 8)
		q += sprintf((char *)q, "%zu", size) + 1;
	if (flags & 16)
		q += sprintf((char *)q, "of %zu bytes", size) + 1;
	if (flags & 2) {
		sum = crc32_z(0, gz, (size_t)(q - gz)) ^ (flags & 0x40);
		*q++ = (uint8_t)sum;
		*q++ = (uint8_t)(sum >> 8);
	}
	if (n > 0)
		memcpy(q, p, n);
	q += n;
	for (i = 0; i < 4; i++)
		*q++ = (uint8_t)((z.crc ^ (flags & 1)) >> (8 * i));
	for (i = 0; i < 4; i++)
		*q++ = (uint8_t)((z.len ^ (flags & 0x20)) >> (8 * i));
	n = (size_t)(q - gz);
	compare(false, gz, n);
	if (flags & 0x80) {
		memcpy(q, gz, n / 2);
		compare(false, gz, n + n / 2);
	}
	free(gz);
}

/* Each way in which zlib compresses. */
static void
round_trip(const uint8_t *how, const uint8_t *p, size_t size)
{
	static uint8_t out[3 * 20000 + 4096];
	struct result r;
	struct fuzz_split cut;
	z_stream z;
	size_t n;
	int i;

	memset(&z, 0, sizeof(z));
	FUZZ_CHECK(
	    deflateInit2(&z, how[0] % 10, Z_DEFLATED, 16 + 9 + how[1] % 7,
		1 + how[2] % 9, how[3] % 5) == Z_OK);
	z.next_out = out;
	z.avail_out = sizeof(out);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)(size / 2);
	FUZZ_CHECK(
	    deflate(&z, how[3] & 0x80 ? Z_FULL_FLUSH : Z_SYNC_FLUSH) == Z_OK);
	z.avail_in = (uInt)(size - size / 2);
	FUZZ_CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&z);
	n = sizeof(out) - z.avail_out;
	for (i = 0; i < 3; i++) {
		begin(&r, size);
		fuzz_split_init(&cut, i, p, size);
		run_gzip(&r, &cut, out, n);
		FUZZ_CHECK(r.verdict == WHOLE && r.len == size);
		FUZZ_CHECK(r.crc == crc32_z(0, p, size));
	}
	/* one byte changed: no more than zlib is it believed */
	out[(how[4] << 8 | how[5]) % n] ^= how[6];
	compare(false, out, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 8 && data[0] % 4 == 3)
		round_trip(data + 1, data + 8, size - 8);
	else if (size > 2 && data[0] % 4 == 2)
		wrapped(data[1], data + 2, size - 2);
	else if (size > 0)
		compare(data[0] % 4 == 0, data + 1, size - 1);
	return 0;
}
