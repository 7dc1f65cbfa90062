/*
 * gunzip.c - gzip data (RFC 1952).
 * 1. A member's CRC and size are checked behind it, before anything that
 *    follows is looked at.
 * 2. Of the head nothing is kept: what it says about files is nobody's
 *    business here. Its fields may be of any length, as bytes that come.
 */
#include <pthread.h>
#include <string.h>

#include "base/gunzip.h"

/* 2.3.1 */
#define FHCRC    0x02u
#define FEXTRA   0x04u
#define FNAME    0x08u
#define FCOMMENT 0x10u
#define RESERVED 0xe0u

/* The fields of a member, in their order. */
enum {
	START, /* two bytes that every member begins with */
	FIXED, /* method, flags, time, extra flags, system */
	EXTRA_SIZE,
	EXTRA,
	NAME,
	COMMENT,
	HEAD_CRC,
	DATA,
	CRC,
	SIZE
};

/* table[k][b]: the CRC of byte b with k zero bytes behind it. */
static uint32_t table[8][256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void
make_crc_table(void)
{
	uint32_t i, c;
	int k;

	for (i = 0; i < 256; i++) {
		c = i;
		for (k = 0; k < 8; k++)
			c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
		table[0][i] = c;
	}
	for (k = 1; k < 8; k++)
		for (i = 0; i < 256; i++) {
			c = table[k - 1][i];
			table[k][i] = c >> 8 ^ table[0][c & 0xff];
		}
}

/* One more byte; c has all bits turned over. */
static uint32_t
crc_byte(uint32_t c, uint8_t byte)
{
	return c >> 8 ^ table[0][(c ^ byte) & 0xff];
}

uint32_t
gunzip_crc(uint32_t crc, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t c = ~crc;

	pthread_once(&table_once, make_crc_table);
	for (; n >= 8; n -= 8, p += 8) {
		uint32_t a =
		    c ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 |
			    (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
		uint32_t b = (uint32_t)p[4] | (uint32_t)p[5] << 8 |
			     (uint32_t)p[6] << 16 | (uint32_t)p[7] << 24;

		c = table[7][a & 0xff] ^ table[6][a >> 8 & 0xff] ^
		    table[5][a >> 16 & 0xff] ^ table[4][a >> 24] ^
		    table[3][b & 0xff] ^ table[2][b >> 8 & 0xff] ^
		    table[1][b >> 16 & 0xff] ^ table[0][b >> 24];
	}
	for (; n > 0; n--)
		c = crc_byte(c, *p++);
	return ~c;
}

static int
bad_gzip(struct gunzip *g, const char *why)
{
	g->why = why;
	return -1;
}

/* What inflate gives out. */
static int
count_output(struct stream *s, const void *p, size_t n, struct err *e)
{
	struct gunzip *g =
	    (struct gunzip *)((char *)s - offsetof(struct gunzip, stream));

	g->crc = gunzip_crc(g->crc, p, n);
	g->size += (uint32_t)n;
	return g->out->write(g->out, p, n, e);
}

static void
begin_head_field(struct gunzip *g, int state)
{
	g->state = state;
	g->at = 0;
	g->field = 0;
	if (state == START)
		g->head_crc = 0;
}

/* Does the head have this field? EXTRA has been begun if there is one. */
static bool
has_head_field(const struct gunzip *g, int state)
{
	switch (state) {
	case EXTRA_SIZE:
		return (g->flags & FEXTRA) != 0;
	case EXTRA:
		return false;
	case NAME:
		return (g->flags & FNAME) != 0;
	case COMMENT:
		return (g->flags & FCOMMENT) != 0;
	case HEAD_CRC:
		return (g->flags & FHCRC) != 0;
	default:
		return true;
	}
}

static void
next_head_field(struct gunzip *g)
{
	int state = g->state;

	do
		state++;
	while (!has_head_field(g, state));
	begin_head_field(g, state);
	if (state == DATA) {
		inflate_init(&g->inflate, &g->stream);
		g->crc = 0;
		g->size = 0;
	}
}

/* The second byte tells another format, or rubbish, from a member. */
static int
read_start(struct gunzip *g, uint8_t c)
{
	static const uint8_t start[2] = { 0x1f, 0x8b };

	if (c != start[g->at++])
		return bad_gzip(
		    g, g->any ? "something else follows it" : "it is not gzip");
	if (g->at == 2) {
		g->any = true;
		begin_head_field(g, FIXED);
	}
	return 0;
}

static int
read_fixed(struct gunzip *g, uint8_t c)
{
	if (g->at == 0 && c != 8)
		return bad_gzip(g, "it has an unknown method");
	if (g->at == 1 && (c & RESERVED) != 0)
		return bad_gzip(g, "it has unknown flags");
	if (g->at == 1)
		g->flags = c;
	if (++g->at == 8)
		next_head_field(g);
	return 0;
}

/* A byte of a number of n bytes; is it whole? */
static bool
take_number(struct gunzip *g, uint8_t c, unsigned n)
{
	g->field |= (uint32_t)c << (8 * g->at);
	return ++g->at == n;
}

/* A byte of the head, which head_crc already counts. */
static int
read_head(struct gunzip *g, uint8_t c)
{
	switch (g->state) {
	case FIXED:
		return read_fixed(g, c);
	case EXTRA_SIZE:
		if (!take_number(g, c, 2))
			return 0;
		g->left = g->field;
		if (g->left > 0)
			begin_head_field(g, EXTRA);
		else
			next_head_field(g);
		return 0;
	case EXTRA:
		if (--g->left == 0)
			next_head_field(g);
		return 0;
	default: /* NAME, COMMENT */
		if (c == 0)
			next_head_field(g);
		return 0;
	}
}

/* A byte that is not compressed data. */
static int
read_byte(struct gunzip *g, uint8_t c)
{
	if (g->state < HEAD_CRC) {
		g->head_crc = ~crc_byte(~g->head_crc, c);
		return g->state == START ? read_start(g, c) : read_head(g, c);
	}
	if (!take_number(g, c, g->state == HEAD_CRC ? 2 : 4))
		return 0;
	if (g->state == HEAD_CRC && g->field != (g->head_crc & 0xffff))
		return bad_gzip(g, "the check sum of its head is wrong");
	if (g->state == CRC && g->field != g->crc)
		return bad_gzip(g, "its check sum is wrong");
	if (g->state == SIZE && g->field != g->size)
		return bad_gzip(g, "its size is wrong");
	if (g->state == SIZE)
		begin_head_field(g, START);
	else
		next_head_field(g);
	return 0;
}

void
gunzip_init(struct gunzip *g, struct stream *out)
{
	pthread_once(&table_once, make_crc_table);
	g->why = NULL;
	g->stream.write = count_output;
	g->out = out;
	g->any = false;
	begin_head_field(g, START);
}

int
gunzip_feed(struct gunzip *g, const void *data, size_t n, struct err *e)
{
	const uint8_t *p = data, *end = p + n;

	while (p < end) {
		long k;

		if (g->state != DATA) {
			if (read_byte(g, *p++) == -1)
				return -1;
			continue;
		}
		k = inflate_feed(&g->inflate, p, (size_t)(end - p), e);
		if (k == -1)
			return bad_gzip(g, g->inflate.why);
		p += k;
		if (g->inflate.done)
			next_head_field(g);
	}
	return 0;
}

int
gunzip_end(struct gunzip *g)
{
	if (g->state == START && g->at == 0)
		return 0;
	return bad_gzip(g, "it ends too early");
}
