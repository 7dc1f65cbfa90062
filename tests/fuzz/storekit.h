/*
 * storekit.h - what the fuzz targets of the store share.
 * Included once by each: everything in it is static.
 */
#ifndef FUZZ_STOREKIT_H
#define FUZZ_STOREKIT_H

#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "store/store.h"

/* The attachment's content is stored. */
static void
store_content(struct store *st, struct attachment *a, const char *text)
{
	struct err e = ERR_INIT;
	struct store_blob *b = store_blob_begin(st, 100);
	struct stream *s = store_blob_stream(b);

	FUZZ_CHECK(s->write(s, text, strlen(text), &e) == 0);
	FUZZ_CHECK(store_blob_end(b, a->sha256, &a->size, &e) == 0);
	a->stored = true;
	a->state = "full";
}

static void
write_file(const char *path, const char *s, size_t n)
{
	FILE *f = fopen(path, "we");

	FUZZ_CHECK(f != NULL);
	FUZZ_CHECK(fwrite(s, 1, n, f) == n);
	fclose(f);
}

#endif
