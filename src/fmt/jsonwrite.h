/*
 * jsonwrite.h - writes JSON (RFC 8259) into a buffer, and nothing else than
 * JSON: what a caller could get wrong ends the program, for it is a mistake in
 * the program and not in what it was given.
 * Floor: fmt.
 * Threads: a struct jsonwrite belongs to one thread.
 *
 *	jsonwrite_open(&w, &out);
 *	jsonwrite_object(&w, NULL);
 *	jsonwrite_text(&w, "displayName", name);
 *	jsonwrite_array(&w, "categories");
 *	jsonwrite_text(&w, NULL, "Red");
 *	jsonwrite_end(&w);
 *	jsonwrite_end(&w);
 *	if (jsonwrite_close(&w) == -1)
 *		it does not fit
 *
 * These abort: a value without a name in an object, or with one elsewhere; a
 * second outermost value; an end where nothing is open; a close before the
 * end; more than JSONWRITE_DEPTH containers in each other; bytes outside of
 * base64, and all else inside. There are no floating-point numbers, hence none
 * that JSON cannot say. A name that comes twice in an object is the caller's
 * affair.
 */
#ifndef FMT_JSONWRITE_H
#define FMT_JSONWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define JSONWRITE_DEPTH 32

struct jsonwrite {
	struct buf *out; /* borrowed */
	size_t from;     /* where it begins there */
	int depth;
	/* what is open, and whether it has an element */
	struct jsonwrite_level {
		char end; /* ] } or " */
		bool more;
	} level[JSONWRITE_DEPTH + 2]; /* [0]: around the outermost value */
	bool line;
	unsigned char rest[3]; /* of base64: bytes that make no group yet */
	size_t nrest;
};

/*
 * Adds to out, whose cap bounds it. The caller may take what is there at any
 * time and reset out, but not when out->over says that something is missing.
 */
void jsonwrite_open(struct jsonwrite *, struct buf *out);
/*
 * The outermost value must be complete. -1: it did not fit into out, which has
 * nothing of it any more, unless the caller took it.
 */
int jsonwrite_close(struct jsonwrite *);

/* name: of the member, in an object; NULL in an array, and outermost. */
void jsonwrite_object(struct jsonwrite *, const char *name);
void jsonwrite_array(struct jsonwrite *, const char *name);
/* A string: base64 (RFC 4648 4, padded) of the bytes that come, till its end.*/
void jsonwrite_base64(struct jsonwrite *, const char *name);
void jsonwrite_bytes(struct jsonwrite *, const void *, size_t);
/* Ends what was begun last of these. */
void jsonwrite_end(struct jsonwrite *);

/*
 * A string, or null for NULL. It is valid UTF-8, whatever bytes s holds: each
 * byte that is not becomes U+FFFD. Control characters, and those that change
 * the direction of text, are escaped: it is safe on a terminal too.
 */
void jsonwrite_text(struct jsonwrite *, const char *name, const char *s);
void jsonwrite_int(struct jsonwrite *, const char *name, int64_t);
/* A number with one decimal: -15 is -1.5. */
void jsonwrite_tenths(struct jsonwrite *, const char *name, int64_t);
void jsonwrite_bool(struct jsonwrite *, const char *name, bool);
void jsonwrite_null(struct jsonwrite *, const char *name);
/* As tim_text, in quotes; TIM_NONE: null. */
void jsonwrite_time(struct jsonwrite *, const char *name, int64_t t);
/* The next value, or its name, begins a line. */
void jsonwrite_line(struct jsonwrite *);

#endif
