/*
 * zip.c - compresses with zlib.
 * 1. IIS compresses what changes from answer to answer at the lowest level
 *    of its own scale; here that is zlib's.
 */
#include "zip.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <zlib.h>

#define LEVEL 1
#define GZIP  (15 + 16) /* window bits, and a gzip header and trailer */
#define ZLIB  15

/* The quality of one element of the list, in thousandths. */
static long
quality_of(const char *p, const char *end)
{
	const char *q;

	for (q = p; q + 1 < end; q++)
		if ((q[0] == 'q' || q[0] == 'Q') && q[1] == '=')
			return (long)(1000 * strtod(q + 2, NULL));
	return 1000;
}

bool
zip_taken(const char *accept_encoding)
{
	const char *p = accept_encoding;
	bool any = false;

	while (p != NULL && *p != 0) {
		const char *end = p + strcspn(p, ",");
		size_t n;

		p += strspn(p, " \t");
		n = strcspn(p, " \t;,");
		if ((n == 4 && strncasecmp(p, "gzip", 4) == 0) ||
		    (n == 6 && strncasecmp(p, "x-gzip", 6) == 0))
			return quality_of(p + n, end) > 0;
		if (n == 1 && *p == '*')
			any = quality_of(p + n, end) > 0;
		p = *end == ',' ? end + 1 : end;
	}
	return any;
}

static void
compress_into(struct sb *b, int bits, const void *data, size_t n)
{
	z_stream z = { 0 };

	if (deflateInit2(&z, LEVEL, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		abort();
	sb_need(b, deflateBound(&z, n));
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)b->p + b->n;
	z.avail_out = (uInt)(b->cap - b->n);
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	b->n += z.total_out;
	deflateEnd(&z);
}

void
zip_as(struct sb *b, const char *coding, const void *data, size_t n)
{
	if (strcmp(coding, "gzip") == 0)
		compress_into(b, GZIP, data, n);
	else if (strcmp(coding, "deflate") == 0)
		compress_into(b, ZLIB, data, n);
	else
		sb_add(b, data, n);
}
