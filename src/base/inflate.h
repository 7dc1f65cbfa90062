/*
 * inflate.h - DEFLATE data (RFC 1951), decompressed as it comes.
 * Floor: base. What stands around the data (RFC 1952) is in gunzip.h.
 * Threads: a struct inflate belongs to one thread.
 */
#ifndef BASE_INFLATE_H
#define BASE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/huffman.h"
#include "base/stream.h"

/* The last 32 KiB, which matches are copied from, and room to go on in. */
#define INFLATE_WINDOW (36 << 10)
/* A match that begins inside the window may end behind it. */
#define INFLATE_SLACK 288

struct inflate {
	bool done;       /* the last block has been read */
	const char *why; /* after -1: what is wrong, a string constant */
	/* private */
	struct stream *out;
	int state;
	bool last;   /* this block is the last one */
	bool turned; /* the window was full once */
	uint64_t bits;
	unsigned nbits;
	size_t at;     /* where the next byte goes in the window */
	size_t given;  /* up to here out has it */
	unsigned left; /* bytes of a stored block still to come */
	unsigned nliteral, ndistance, ncode, have;
	uint8_t length[288 + 32];             /* of the codes of this block */
	const uint32_t *literals, *distances; /* tables of this block: */
	uint32_t literal[HUFFMAN_LITERALS];   /* these, or the fixed ones */
	uint32_t distance[HUFFMAN_DISTANCES];
	uint8_t window[INFLATE_WINDOW + INFLATE_SLACK];
};

/*
 * Begins new data; it costs little, also again in the same struct. out is
 * borrowed, and gets pieces of at most INFLATE_WINDOW + INFLATE_SLACK bytes,
 * the last of them before inflate_feed returns: nothing is held back. The
 * struct holds what was decompressed last: wipe it if that may be a secret.
 */
void inflate_init(struct inflate *, struct stream *out);
/*
 * Decompresses the next n bytes. Returns how many were consumed: all, unless
 * the data ended before (done). -1: the data is damaged (why is set), or out
 * refused it (why is NULL, and err is set). What is refused as damaged, and
 * the bytes that are given out before, do not depend on how the input is cut.
 */
long inflate_feed(struct inflate *, const void *, size_t n, struct err *);

#endif
