/*
 * huffman.c - tables to decode the codes of DEFLATE with.
 * 1. No index is outside of a table, whatever the lengths are.
 * 2. Each entry that bits can lead to is written by each call.
 */
#include <string.h>

#include "base/huffman.h"

#define LONGEST 15 /* bits of a code (3.2.7) */

/* A code, from the lengths of its symbols (3.2.2). */
struct code {
	uint32_t *table;
	unsigned room, first; /* entries; bits of the first look */
	uint32_t (*meaning)(unsigned);
	uint32_t none; /* the entry for bits that are no code */
	bool whole;    /* a single symbol is not enough */
	unsigned count[LONGEST + 1], longest;
	unsigned size;        /* entries of the first look that differ */
	uint16_t symbol[288]; /* in the order of their codes */
	unsigned n;
};

/* 3.2.5; the sizes of what follows are in the low bits. */
static uint32_t
literal_meaning(unsigned s)
{
	static const uint16_t base[] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15,
		17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163,
		195, 227, 258 };
	static const uint8_t extra[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
		2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };

	if (s < HUFFMAN_END_CODE)
		return s << 16 | HUFFMAN_LITERAL;
	if (s == HUFFMAN_END_CODE)
		return HUFFMAN_END;
	s -= HUFFMAN_END_CODE + 1;
	return s < sizeof(extra) ? (uint32_t)base[s] << 16 | extra[s]
				 : HUFFMAN_BAD;
}

static uint32_t
distance_meaning(unsigned s)
{
	unsigned extra = s < 4 ? 0 : s / 2 - 1;

	if (s >= 30)
		return HUFFMAN_BAD;
	return (s < 4 ? s + 1 : ((2 + s % 2) << extra) + 1) << 16 | extra;
}

static uint32_t
length_meaning(unsigned s)
{
	return s << 16;
}

/*
 * Sorts the symbols. False: more codes than there are bits for, or fewer. A
 * code of one symbol, or of none, has bits left over and is allowed (3.2.7),
 * but not for the lengths of codes.
 */
static bool
sort_code(struct code *c, const uint8_t *length, unsigned n)
{
	unsigned at[LONGEST + 2] = { 0 }, i;
	int left = 1;

	memset(c->count, 0, sizeof(c->count));
	for (i = 0; i < n; i++)
		c->count[length[i]]++;
	c->n = n - c->count[0];
	c->count[0] = 0;
	c->longest = 0;
	for (i = 1; i <= LONGEST; i++) {
		left = 2 * left - (int)c->count[i];
		if (left < 0)
			return false;
		if (c->count[i] > 0)
			c->longest = i;
		at[i + 1] = at[i] + c->count[i];
	}
	if (left > 0 && c->longest > 0 && (c->longest > 1 || c->whole))
		return false;
	for (i = 0; i < n; i++)
		if (length[i] > 0)
			c->symbol[at[length[i]]++] = (uint16_t)i;
	c->size = 1u << (c->longest < c->first ? c->longest : c->first);
	for (i = 0; left > 0 && i < c->size; i++)
		c->table[i] = c->none | 1 << 8 | 1;
	return true;
}

/* Bits of a second table whose shortest code has len bits. */
static unsigned
second_bits(const struct code *c, unsigned len)
{
	int left = 1 << (len - c->first);

	while (len < c->longest && (left -= (int)c->count[len]) > 0) {
		len++;
		left *= 2;
	}
	return len - c->first;
}

/* The next code of len bits; the first bit of a code is the lowest. */
static unsigned
next_code(unsigned code, unsigned len)
{
	unsigned bit = 1u << (len - 1);

	while (code & bit)
		bit >>= 1;
	return bit == 0 ? 0 : (code & (bit - 1)) | bit;
}

/* False: as sort_code; or no room, which HUFFMAN_LITERALS rules out. */
static bool
fill_table(struct code *c)
{
	const unsigned first = c->first, mask = (1u << first) - 1;
	unsigned code = 0, len = 1, link = mask + 1, bits = 0, i, j;
	unsigned used = mask + 1, start = 0; /* of the second table */

	for (i = 0; i < c->n; i++) {
		uint32_t e = c->meaning(c->symbol[i]);

		while (c->count[len] == 0)
			len++;
		if (len <= first) {
			e += len << 8 | len;
			for (j = code; j < c->size; j += 1u << len)
				c->table[j] = e;
		} else {
			if ((code & mask) != link) {
				link = code & mask;
				bits = second_bits(c, len);
				start = used;
				used += 1u << bits;
				if (used > c->room)
					return false;
				c->table[link] = start << 16 | HUFFMAN_LINK |
						 bits << 8 | first;
			}
			e += (len - first) << 8 | (len - first);
			for (j = code >> first; j < 1u << bits;
			     j += 1u << (len - first))
				c->table[start + j] = e;
		}
		c->count[len]--;
		code = next_code(code, len);
	}
	/* many small blocks must not cost more than what they bring */
	for (i = c->size; i <= mask; i *= 2)
		memcpy(c->table + i, c->table, i * sizeof(*c->table));
	return true;
}

static bool
make_table(struct code *c, uint32_t *table, const uint8_t *length, unsigned n)
{
	c->table = table;
	return sort_code(c, length, n) && fill_table(c);
}

bool
huffman_literals(uint32_t *table, const uint8_t *length, unsigned n)
{
	struct code c = { .room = HUFFMAN_LITERALS,
		.first = HUFFMAN_LITERAL_BITS,
		.meaning = literal_meaning,
		.none = HUFFMAN_BAD };

	return make_table(&c, table, length, n);
}

bool
huffman_distances(uint32_t *table, const uint8_t *length, unsigned n)
{
	struct code c = { .room = HUFFMAN_DISTANCES,
		.first = HUFFMAN_DISTANCE_BITS,
		.meaning = distance_meaning,
		.none = HUFFMAN_BAD };

	return make_table(&c, table, length, n);
}

bool
huffman_lengths(uint32_t *table, const uint8_t *length, unsigned n)
{
	struct code c = { .room = 1 << HUFFMAN_LENGTH_BITS,
		.first = HUFFMAN_LENGTH_BITS,
		.meaning = length_meaning,
		.whole = true };

	return make_table(&c, table, length, n);
}
