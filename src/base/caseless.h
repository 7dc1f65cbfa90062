/*
 * caseless.h - names that people write, compared without case.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_CASELESS_H
#define BASE_CASELESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The lower case of a letter of the Latin, Greek, Cyrillic or Armenian
 * alphabet (Unicode 15, simple lower case mapping; both forms of the small
 * sigma are one). Any other character is unchanged.
 */
uint32_t caseless_char(uint32_t);
/*
 * The capital of a letter of these alphabets, as Windows has it in the names of
 * accounts; both forms of the small sigma have the same one. Any other
 * character is unchanged, such as the German sharp s, which has no capital of
 * one letter there.
 */
uint32_t caseless_upper(uint32_t);
/*
 * Are the two texts in UTF-8 the same but for case, and for ASCII white space
 * at their ends? Bytes that are no UTF-8 equal only themselves.
 */
bool caseless_same(const char *, const char *);

#endif
