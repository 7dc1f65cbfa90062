/*
 * chunk.h - the chunked transfer coding (RFC 9112 7.1).
 * Floor: net. An incremental decoder without input or output; it copies
 * nothing.
 * Threads: a struct chunk belongs to one thread.
 */
#ifndef NET_CHUNK_H
#define NET_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chunk {
	bool done;       /* last chunk and trailers have been read */
	const char *why; /* after -1: what is wrong, a string constant */
	/* private */
	int state;
	int64_t left; /* bytes of this chunk still to come */
	size_t extra; /* bytes of size line or trailers so far */
	bool digits;
};

void chunk_init(struct chunk *);
/*
 * Decodes the next n bytes. *data, *len: the piece of the body found in them
 * (len may be 0). Returns the bytes consumed (at least 1 when n > 0 and not
 * done), or -1 with why set. Trailers are checked for length and dropped.
 */
long chunk_feed(
    struct chunk *, const char *in, size_t n, const char **data, size_t *len);

#endif
