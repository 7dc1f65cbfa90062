/*
 * md4.c - MD4 (RFC 1320).
 */
#include <stdint.h>
#include <string.h>

#include "base/md4.h"
#include "base/mem.h"

#define BLOCK 64

/* A round of 16 steps: the constant, the rotations, the order of the words. */
static const struct round {
	uint32_t add;
	unsigned char turn[4];
	unsigned char word[16];
} rounds[3] = {
	{ 0, { 3, 7, 11, 19 },
	    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 } },
	{ 0x5a827999, { 3, 5, 9, 13 },
	    { 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 } },
	{ 0x6ed9eba1, { 3, 9, 11, 15 },
	    { 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 } },
};

static uint32_t
mix_words(int round, uint32_t x, uint32_t y, uint32_t z)
{
	switch (round) {
	case 0:
		return (x & y) | (~x & z);
	case 1:
		return (x & y) | (x & z) | (y & z);
	default:
		return x ^ y ^ z;
	}
}

static void
take_block(uint32_t state[4], const unsigned char *p)
{
	uint32_t x[16], s[4], t;
	int i, k, n;

	for (i = 0; i < 16; i++, p += 4)
		x[i] = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
		       (uint32_t)p[3] << 24;
	memcpy(s, state, sizeof(s));
	for (k = 0; k < 3; k++)
		for (i = 0; i < 16; i++) {
			n = rounds[k].turn[i % 4];
			t = s[0] + mix_words(k, s[1], s[2], s[3]) +
			    x[rounds[k].word[i]] + rounds[k].add;
			s[0] = s[3];
			s[3] = s[2];
			s[2] = s[1];
			s[1] = t << n | t >> (32 - n);
		}
	for (i = 0; i < 4; i++)
		state[i] += s[i];
	mem_wipe(x, sizeof(x));
	mem_wipe(s, sizeof(s));
}

void
md4(const void *data, size_t len, unsigned char out[MD4_SIZE])
{
	uint32_t state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	unsigned char last[2 * BLOCK] = { 0 };
	const unsigned char *p = data;
	uint64_t bits = (uint64_t)len * 8;
	size_t i, rest = len % BLOCK;
	size_t end = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;

	for (i = 0; i < len / BLOCK; i++)
		take_block(state, p + i * BLOCK);
	if (rest > 0)
		memcpy(last, p + len - rest, rest);
	last[rest] = 0x80;
	for (i = 0; i < 8; i++)
		last[end - 8 + i] = (unsigned char)(bits >> (8 * i));
	for (i = 0; i < end; i += BLOCK)
		take_block(state, last + i);
	for (i = 0; i < MD4_SIZE; i++)
		out[i] = (unsigned char)(state[i / 4] >> (8 * (i % 4)));
	mem_wipe(last, sizeof(last));
	mem_wipe(state, sizeof(state));
}
