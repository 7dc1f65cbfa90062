/*
 * chunk.c - the chunked transfer coding.
 * 1. The decoded bytes and the verdict do not depend on how the input is
 *    cut into pieces.
 * 2. A chunk size never overflows; size lines, extensions and trailers are
 *    bounded by EXTRA_MAX each.
 * 3. One call returns at most one piece of body.
 */
#include <string.h>

#include "base/enc.h"
#include "net/chunk.h"

/* No server sends more, and endless extensions must be refused. */
#define EXTRA_MAX 16384

enum {
	SIZE,    /* hex digits */
	BLANK,   /* white space after them */
	EXT,     /* ; extension up to CR */
	SIZE_LF, /* LF of the size line */
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER,      /* at the start of a trailer line */
	TRAILER_TEXT, /* inside one */
	TRAILER_LF    /* after CR at the start of a line: LF ends the body */
};

void
chunk_init(struct chunk *c)
{
	memset(c, 0, sizeof(*c));
}

static int
bad_chunk(struct chunk *c, const char *why)
{
	c->why = why;
	return -1;
}

/* One character of a size line. */
static int
size_line(struct chunk *c, char ch)
{
	int d;

	if (c->state == SIZE_LF) {
		if (ch != '\n')
			return bad_chunk(c,
			    "a chunk's size line does not end with "
			    "CR LF");
		c->state = c->left > 0 ? DATA : TRAILER;
		c->digits = false;
		c->extra = 0;
		return 0;
	}
	if (c->state == SIZE && (d = enc_hex_digit(ch)) >= 0) {
		if (c->left > (INT64_MAX >> 4))
			return bad_chunk(
			    c, "a chunk's size is larger than any file");
		c->left = c->left << 4 | d;
		c->digits = true;
		return 0;
	}
	if (!c->digits)
		return bad_chunk(c, "a chunk has no size");
	if (ch == '\r')
		c->state = SIZE_LF;
	else if (c->state == EXT && ch != '\n')
		return 0;
	else if (ch == ';')
		c->state = EXT;
	else if (ch == ' ' || ch == '\t')
		c->state = BLANK;
	else
		return bad_chunk(
		    c, "a chunk's size is not a hexadecimal number");
	return 0;
}

static int
step_trailer(struct chunk *c, char ch)
{
	if (ch == '\n') {
		c->done = c->state != TRAILER_TEXT;
		c->state = TRAILER;
		return 0;
	}
	if (c->state == TRAILER_LF)
		return bad_chunk(c, "its trailers hold a bare CR");
	c->state =
	    c->state == TRAILER && ch == '\r' ? TRAILER_LF : TRAILER_TEXT;
	return 0;
}

/* One character that is not body. */
static int
step_char(struct chunk *c, char ch)
{
	switch (c->state) {
	case DATA_CR:
		if (ch != '\r')
			return bad_chunk(
			    c, "a chunk is longer than its size says");
		c->state = DATA_LF;
		return 0;
	case DATA_LF:
		if (ch != '\n')
			return bad_chunk(
			    c, "a chunk is longer than its size says");
		c->state = SIZE;
		return 0;
	default:
		if (++c->extra > EXTRA_MAX)
			return bad_chunk(c,
			    "its chunk extensions or trailers are "
			    "too long");
		return c->state < DATA ? size_line(c, ch) : step_trailer(c, ch);
	}
}

long
chunk_feed(
    struct chunk *c, const char *in, size_t n, const char **data, size_t *len)
{
	size_t at = 0;

	*data = in;
	*len = 0;
	while (at < n && !c->done && c->state != DATA)
		if (step_char(c, in[at++]) == -1)
			return -1;
	if (c->state == DATA && at < n) {
		*data = in + at;
		*len = n - at;
		if ((int64_t)*len > c->left)
			*len = (size_t)c->left;
		c->left -= (int64_t)*len;
		at += *len;
		if (c->left == 0)
			c->state = DATA_CR;
	}
	return (long)at;
}
