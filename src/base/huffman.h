/*
 * huffman.h - tables to decode the codes of DEFLATE with (RFC 1951 3.2).
 * Floor: base.
 * Threads: nothing here has a state.
 *
 * A table is looked into with the next bits of the data, the first bit lowest:
 * with as many as the table's first look has, and once more when the code is
 * longer than that (HUFFMAN_LINK).
 */
#ifndef BASE_HUFFMAN_H
#define BASE_HUFFMAN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * An entry of a table: what the bits mean.
 *	31..16	a literal, or the length of a code; the number where lengths
 *		or distances with this code begin; where the second table
 *		begins (LINK)
 *	15..12	the kind; none of these: a length or a distance
 *	11..8	bits of the code; bits of the second look (LINK)
 *	7..0	bits of the code and of the number behind it
 * In a second table the bits of the first look do not count.
 */
#define HUFFMAN_LITERAL 0x8000u
#define HUFFMAN_LINK    0x4000u
#define HUFFMAN_END     0x2000u /* of the block */
#define HUFFMAN_BAD     0x1000u /* no code, or one that must not occur */

/* Bits of the first look. */
#define HUFFMAN_LITERAL_BITS  10
#define HUFFMAN_DISTANCE_BITS 8
#define HUFFMAN_LENGTH_BITS   7
/*
 * The most entries that codes of up to 15 bits can need, 288 for literals and
 * 32 for distances, with these first looks; the lengths of codes need less.
 */
#define HUFFMAN_LITERALS  1334
#define HUFFMAN_DISTANCES 402
/* The literal that ends a block. */
#define HUFFMAN_END_CODE 256

/*
 * Make the table from the lengths of the n codes, 0 for one that is not used.
 * False: these are not lengths of a code, since more codes are as short than
 * bits can tell apart, or fewer. A code of one bit for a single symbol, and
 * one for no symbol at all, are allowed though they leave bits without a
 * meaning (3.2.7), but for the lengths of codes only the latter: there all
 * bits mean 0, and what follows is refused.
 */
/* Literals and lengths of matches: HUFFMAN_LITERALS entries, n <= 288. */
bool huffman_literals(uint32_t *table, const uint8_t *length, unsigned n);
/* Distances: HUFFMAN_DISTANCES entries, n <= 32. */
bool huffman_distances(uint32_t *table, const uint8_t *length, unsigned n);
/* Lengths of codes, at most 7: 128 entries, n <= 19. */
bool huffman_lengths(uint32_t *table, const uint8_t *length, unsigned n);

#endif
