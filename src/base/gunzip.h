/*
 * gunzip.h - gzip data (RFC 1952), decompressed as it comes.
 * Floor: base.
 * Threads: a struct gunzip belongs to one thread.
 */
#ifndef BASE_GUNZIP_H
#define BASE_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/inflate.h"

struct gunzip {
	const char *why; /* after -1: what is wrong, a string constant */
	/* private */
	struct stream stream; /* between inflate and out */
	struct stream *out;
	int state;
	unsigned flags;         /* of this member's head */
	unsigned at;            /* bytes of this field so far */
	unsigned left;          /* bytes of the extra field still to come */
	uint32_t field;         /* numbers, lowest byte first */
	uint32_t head_crc, crc; /* of the head; of what was decompressed */
	uint32_t size;          /* of it, modulo 2^32 */
	bool any;               /* a member has begun */
	struct inflate inflate;
};

/* As inflate_init; a struct has 45 KiB. */
void gunzip_init(struct gunzip *, struct stream *out);
/*
 * Decompresses the next n bytes: one member (2.2) or several, one behind the
 * other, of which out gets what inflate.h says. -1: the data is damaged (why
 * is set), or out refused it (why is NULL, and err is set); nothing more may
 * be given then. What out got is not yet known to be undamaged: that says
 * gunzip_end.
 */
int gunzip_feed(struct gunzip *, const void *, size_t n, struct err *);
/*
 * The data has ended: 0 when it was whole, else -1 with why set. Nothing at
 * all is whole.
 */
int gunzip_end(struct gunzip *);

/* CRC-32 (8) of n more bytes; the first crc is 0. */
uint32_t gunzip_crc(uint32_t crc, const void *, size_t n);

#endif
