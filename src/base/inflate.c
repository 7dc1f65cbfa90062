/*
 * inflate.c - DEFLATE data (RFC 1951).
 * 1. Bytes are taken into the bit buffer only when what is being read needs
 *    them, or they are put back: behind the last block not a byte is missing.
 * 2. What has more than one part (a match: length and distance) is read when
 *    all of its bits are there, 48 at the most, or not at all: between two
 *    pieces of input there is nothing but bits to remember.
 * 3. A distance never reaches behind the first byte of the data, nor further
 *    back than 32 KiB, so that nothing but output is ever copied.
 * 4. The window is a ring. A match never begins behind its end, but may end
 *    there; what stands behind the end is moved to the start. Copying writes
 *    up to 15 bytes too many, where everything is older than 32 KiB.
 */
#include <pthread.h>
#include <string.h>

#include "base/huffman.h"
#include "base/inflate.h"

#define LITERAL HUFFMAN_LITERAL
#define LINK    HUFFMAN_LINK
#define END     HUFFMAN_END
#define BAD     HUFFMAN_BAD
#define FIRST   HUFFMAN_LITERAL_BITS
#define DFIRST  HUFFMAN_DISTANCE_BITS
#define LFIRST  HUFFMAN_LENGTH_BITS
/* bytes of input that two refills may read, and three */
#define TWICE  16
#define THRICE 24

#define TOO_FAR "it repeats what is before its start"

enum { HEAD, STORED_SIZE, STORED, COUNTS, CODE_LENGTHS, LENGTHS, SYMBOLS };

/* What comes of a step. */
enum { MORE, /* bytes are missing */ NEXT, FAILED };

struct input {
	const uint8_t *p, *end;
};

static int
bad_data(struct inflate *z, const char *why)
{
	z->why = why;
	return FAILED;
}

/* 3.2.6; made once, since many small blocks may have these codes. */
static uint32_t fixed_literal[HUFFMAN_LITERALS];
static uint32_t fixed_distance[HUFFMAN_DISTANCES];
static pthread_once_t fixed_once = PTHREAD_ONCE_INIT;

static void
make_fixed(void)
{
	uint8_t l[288];

	memset(l, 8, 144);
	memset(l + 144, 9, 112);
	memset(l + 256, 7, 24);
	memset(l + 280, 8, 8);
	huffman_literals(fixed_literal, l, 288);
	memset(l, 5, 32);
	huffman_distances(fixed_distance, l, 32);
}

/* Are there n bits? Takes bytes until there are. */
static bool
has_bits(struct inflate *z, struct input *in, unsigned n)
{
	while (z->nbits < n) {
		if (in->p == in->end)
			return false;
		z->bits |= (uint64_t)*in->p++ << z->nbits;
		z->nbits += 8;
	}
	return true;
}

static unsigned
take_bits(struct inflate *z, unsigned n)
{
	unsigned v = (unsigned)(z->bits & ((1u << n) - 1));

	z->bits >>= n;
	z->nbits -= n;
	return v;
}

/* 3.2.3 */
static int
block_head(struct inflate *z, struct input *in)
{
	if (!has_bits(z, in, 3))
		return MORE;
	z->last = take_bits(z, 1) == 1;
	switch (take_bits(z, 2)) {
	case 0:
		take_bits(z, z->nbits % 8);
		z->state = STORED_SIZE;
		return NEXT;
	case 1:
		pthread_once(&fixed_once, make_fixed);
		z->literals = fixed_literal;
		z->distances = fixed_distance;
		z->state = SYMBOLS;
		return NEXT;
	case 2:
		z->state = COUNTS;
		return NEXT;
	default:
		return bad_data(z, "it has a block of an unknown type");
	}
}

static int
end_block(struct inflate *z)
{
	z->state = HEAD;
	z->done = z->last;
	return NEXT;
}

/* 3.2.4 */
static int
stored_size(struct inflate *z, struct input *in)
{
	if (!has_bits(z, in, 32))
		return MORE;
	z->left = take_bits(z, 16);
	if (take_bits(z, 16) != (z->left ^ 0xffff))
		return bad_data(z, "the size of a stored block is damaged");
	z->state = STORED;
	return NEXT;
}

/* Gives out what is in the window; from its end on it begins anew. */
static int
give_window(struct inflate *z, struct err *e)
{
	size_t n = z->at - z->given;

	if (n > 0 && z->out->write(z->out, z->window + z->given, n, e) == -1)
		return -1;
	if (z->at >= INFLATE_WINDOW) {
		z->at -= INFLATE_WINDOW;
		memcpy(z->window, z->window + INFLATE_WINDOW, z->at);
		z->turned = true;
	}
	z->given = z->at;
	return 0;
}

static int
stored_bytes(struct inflate *z, struct input *in)
{
	size_t n = (size_t)(in->end - in->p), room = INFLATE_WINDOW - z->at;

	if (n > z->left)
		n = z->left;
	if (n > room)
		n = room;
	if (n > 0)
		memcpy(z->window + z->at, in->p, n);
	in->p += n;
	z->at += n;
	z->left -= (unsigned)n;
	if (z->left == 0)
		return end_block(z);
	return n == room ? NEXT : MORE;
}

/* The rest of this is 3.2.7. */
static int
code_counts(struct inflate *z, struct input *in)
{
	if (!has_bits(z, in, 14))
		return MORE;
	z->nliteral = take_bits(z, 5) + 257;
	z->ndistance = take_bits(z, 5) + 1;
	z->ncode = take_bits(z, 4) + 4;
	if (z->nliteral > 286 || z->ndistance > 30)
		return bad_data(z, "a block has too many codes");
	memset(z->length, 0, 19);
	z->have = 0;
	z->state = CODE_LENGTHS;
	return NEXT;
}

static int
code_lengths(struct inflate *z, struct input *in)
{
	static const uint8_t order[19] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11,
		4, 12, 3, 13, 2, 14, 1, 15 };

	while (z->have < z->ncode) {
		if (!has_bits(z, in, 3))
			return MORE;
		z->length[order[z->have++]] = (uint8_t)take_bits(z, 3);
	}
	/* it has the place of the literals' table */
	if (!huffman_lengths(z->literal, z->length, 19))
		return bad_data(z, "the code for lengths of codes is damaged");
	z->have = 0;
	z->state = LENGTHS;
	return NEXT;
}

/* One length, or the same one several times. */
static int
next_length(struct inflate *z, struct input *in)
{
	static const uint8_t size[3] = { 2, 3, 7 }, least[3] = { 3, 3, 11 };
	uint8_t len = 0;
	uint32_t e;
	unsigned s, n;

	for (;;) {
		e = z->literal[z->bits & ((1u << LFIRST) - 1)];
		s = e >> 16;
		n = (e & 0xff) + (s < 16 ? 0u : size[s - 16]);
		if (n <= z->nbits)
			break;
		if (!has_bits(z, in, z->nbits + 1))
			return MORE;
	}
	take_bits(z, e & 0xff);
	n = s < 16 ? 1 : least[s - 16] + take_bits(z, size[s - 16]);
	if (s == 16 && z->have == 0)
		return bad_data(z, "a block repeats a length before the first");
	if (s <= 16)
		len = s < 16 ? (uint8_t)s : z->length[z->have - 1];
	if (n > z->nliteral + z->ndistance - z->have)
		return bad_data(z, "a block has too many lengths of codes");
	memset(z->length + z->have, len, n);
	z->have += n;
	return NEXT;
}

static int
read_lengths(struct inflate *z, struct input *in)
{
	while (z->have < z->nliteral + z->ndistance) {
		int r = next_length(z, in);

		if (r != NEXT)
			return r;
	}
	if (z->length[HUFFMAN_END_CODE] == 0)
		return bad_data(z, "a block has no code for its end");
	if (!huffman_literals(z->literal, z->length, z->nliteral))
		return bad_data(z, "the code for literals is damaged");
	if (!huffman_distances(
		z->distance, z->length + z->nliteral, z->ndistance))
		return bad_data(z, "the code for distances is damaged");
	z->literals = z->literal;
	z->distances = z->distance;
	z->state = SYMBOLS;
	return NEXT;
}

/* Copies n bytes, and up to 15 more, that do not overlap within 16. */
static inline void
copy_far(uint8_t *to, const uint8_t *from, size_t n)
{
	uint8_t *end = to + n;

	do {
		memcpy(to, from, 16);
		to += 16;
		from += 16;
	} while (to < end);
}

/* A match whose distance is shorter than 16: the output repeats itself. */
static void
copy_near(uint8_t *to, size_t distance, size_t n)
{
	const uint8_t *from = to - distance;
	uint8_t *end = to + n;

	if (distance == 1) {
		memset(to, *from, n);
		return;
	}
	if (distance >= 8)
		for (; to < end; to += 8, from += 8)
			memcpy(to, from, 8);
	else
		while (to < end)
			*to++ = *from++;
}

/* Returns where the match ends, or NULL: nothing is as far back as that. */
static inline uint8_t *
copy_match(struct inflate *z, uint8_t *to, size_t distance, size_t n)
{
	size_t at = (size_t)(to - z->window);

	if (distance > at) {
		size_t k = distance - at < n ? distance - at : n;

		if (!z->turned)
			return NULL;
		copy_far(to, z->window + INFLATE_WINDOW + at - distance, k);
		to += k;
		n -= k;
		if (n == 0)
			return to;
	}
	if (distance >= 16)
		copy_far(to, to - distance, n);
	else
		copy_near(to, distance, n);
	return to + n;
}

/* The number that begins at what e says and goes on behind its code. */
static inline unsigned
number_of(uint32_t e, uint64_t bits)
{
	uint64_t mask = ((uint64_t)1 << (e & 0xff)) - 1;

	return (e >> 16) + (unsigned)((bits & mask) >> (e >> 8 & 15));
}

/* The bits of an input that has as many more bytes as refill needs. */
struct fast {
	uint64_t bits;
	uint32_t n; /* how many, in the low byte; above it is rubbish */
	const uint8_t *p;
};

/* 56 bits or more; bits above n are there already and stay as they are. */
static inline void
refill(struct fast *f)
{
	const uint8_t *p = f->p;
	unsigned n = f->n & 0xff;

	f->bits |= ((uint64_t)p[0] | (uint64_t)p[1] << 8 |
		       (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
		       (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
		       (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56)
		   << n;
	f->p += (63 - n) >> 3;
	f->n = n | 56;
}

/* One instruction fewer than with the low byte of e alone. */
static inline void
drop_bits(struct fast *f, uint32_t e)
{
	f->bits >>= e & 0xff;
	f->n -= e;
}

/* The next entry of the literals' table. */
static inline uint32_t
next_entry(const struct fast *f, const uint32_t *literal)
{
	return literal[f->bits & ((1u << FIRST) - 1)];
}

static inline uint32_t
put_literal(struct fast *f, const uint32_t *literal, uint32_t e, uint8_t *to)
{
	*to = (uint8_t)(e >> 16);
	drop_bits(f, e);
	return next_entry(f, literal);
}

/* The entry for the next bits, the first look dropped if there are two. */
static inline uint32_t
second_look(struct fast *f, const uint32_t *table, uint32_t e)
{
	drop_bits(f, e);
	return table[(e >> 16) + (f->bits & ((1u << (e >> 8 & 15)) - 1))];
}

static int
after_fast(struct inflate *z, uint32_t e)
{
	if (e & END)
		return end_block(z);
	if (e & BAD)
		return bad_data(z, "it has bits that are no code");
	return NEXT;
}

/* e is a literal: at most three more, while they need no second look. */
static inline uint32_t
put_literals(struct fast *f, const uint32_t *literal, uint32_t e, uint8_t **to)
{
	uint8_t *p = *to;

	e = put_literal(f, literal, e, p++);
	if (e & LITERAL) {
		e = put_literal(f, literal, e, p++);
		if (e & LITERAL) {
			e = put_literal(f, literal, e, p++);
			if (e & LITERAL)
				e = put_literal(f, literal, e, p++);
		}
	}
	*to = p;
	return e;
}

/*
 * Symbols while there is input and room. Four looks at literals take 40 bits,
 * a match takes 48.
 */
static int
fast_symbols(struct inflate *z, struct input *in)
{
	const uint32_t *const literal = z->literals;
	struct fast f = { z->bits, z->nbits, in->p };
	uint8_t *to = z->window + z->at, *end = to;
	const uint8_t *const full = z->window + INFLATE_WINDOW;
	uint32_t e;
	unsigned n;

	refill(&f);
	e = next_entry(&f, literal);
	while (in->end - f.p >= TWICE && to < full) {
		if (e & LITERAL) {
			e = put_literals(&f, literal, e, &to);
			refill(&f);
			if (e & LITERAL)
				continue;
		}
		if (e & LINK)
			e = second_look(&f, literal, e);
		if (e & (END | BAD))
			break;
		n = number_of(e, f.bits);
		drop_bits(&f, e);
		if (e & LITERAL) {
			*to++ = (uint8_t)n;
		} else {
			e = z->distances[f.bits & ((1u << DFIRST) - 1)];
			if (e & LINK)
				e = second_look(&f, z->distances, e);
			if (e & BAD)
				break;
			end = copy_match(z, to, number_of(e, f.bits), n);
			if (end == NULL)
				break;
			to = end;
			drop_bits(&f, e);
		}
		refill(&f);
		e = next_entry(&f, literal);
	}
	if (e & END)
		drop_bits(&f, e);
	in->p = f.p - (f.n & 0xff) / 8; /* these were not needed */
	z->nbits = f.n % 8;
	z->bits = f.bits & ((1u << z->nbits) - 1);
	z->at = (size_t)(to - z->window);
	return end == NULL ? bad_data(z, TOO_FAR) : after_fast(z, e);
}

/* The entry for bits, and how many bits it takes with what is behind it. */
static uint32_t
look_up_code(const uint32_t *table, unsigned first, uint64_t bits, unsigned *n)
{
	uint32_t e = table[bits & ((1u << first) - 1)];

	*n = e & 0xff;
	if (e & LINK) {
		bits >>= first;
		e = table[(e >> 16) + (bits & ((1u << (e >> 8 & 15)) - 1))];
		*n += e & 0xff;
	}
	return e;
}

/* As number_of, for the last n bits of an entry with all of its bits. */
static unsigned
slow_number(uint32_t e, uint64_t bits, unsigned n)
{
	return number_of(e, bits >> (n - (e & 0xff)));
}

/* One symbol, of bits that came one by one: none of them is too many. */
static int
slow_symbol(struct inflate *z, struct input *in)
{
	unsigned n, k;
	uint32_t e, d;
	uint8_t *to = z->window + z->at;

	while (e = look_up_code(z->literals, FIRST, z->bits, &n), n > z->nbits)
		if (!has_bits(z, in, z->nbits + 1))
			return MORE;
	if (e & (LITERAL | END | BAD)) {
		take_bits(z, n);
		if (!(e & LITERAL))
			return after_fast(z, e);
		*to = (uint8_t)(e >> 16);
		z->at++;
		return NEXT;
	}
	while (d = look_up_code(z->distances, DFIRST, z->bits >> n, &k),
	    n + k > z->nbits)
		if (!has_bits(z, in, z->nbits + 1))
			return MORE;
	if (d & BAD)
		return after_fast(z, d);
	to = copy_match(
	    z, to, slow_number(d, z->bits >> n, k), slow_number(e, z->bits, n));
	if (to == NULL)
		return bad_data(z, TOO_FAR);
	z->at = (size_t)(to - z->window);
	z->bits >>= n + k;
	z->nbits -= n + k;
	return NEXT;
}

static int
one_step(struct inflate *z, struct input *in)
{
	switch (z->state) {
	case HEAD:
		return block_head(z, in);
	case STORED_SIZE:
		return stored_size(z, in);
	case STORED:
		return stored_bytes(z, in);
	case COUNTS:
		return code_counts(z, in);
	case CODE_LENGTHS:
		return code_lengths(z, in);
	case LENGTHS:
		return read_lengths(z, in);
	default:
		return in->end - in->p >= THRICE ? fast_symbols(z, in)
						 : slow_symbol(z, in);
	}
}

void
inflate_init(struct inflate *z, struct stream *out)
{
	z->done = false;
	z->why = NULL;
	z->out = out;
	z->state = HEAD;
	z->last = z->turned = false;
	z->bits = 0;
	z->nbits = 0;
	z->at = z->given = 0;
}

long
inflate_feed(struct inflate *z, const void *data, size_t n, struct err *e)
{
	struct input in = { data, (const uint8_t *)data + n };
	int r = NEXT;

	while (r == NEXT && !z->done) {
		r = one_step(z, &in);
		if ((z->at >= INFLATE_WINDOW || r != NEXT || z->done) &&
		    give_window(z, e) == -1) {
			z->why = NULL;
			return -1;
		}
	}
	return r == FAILED ? -1 : (long)(in.p - (const uint8_t *)data);
}
