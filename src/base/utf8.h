/*
 * utf8.h - UTF-8, one character at a time.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes one character of s (len > 0). Returns its length in bytes, or 0
 * when s does not begin with a well-formed one (Unicode 15, table 3-7:
 * no surrogates, nothing overlong, at most U+10FFFF).
 */
size_t utf8_next(const char *s, size_t len, uint32_t *c);
/* Writes c (a valid scalar value) to out[4]; returns 1..4. */
size_t utf8_put(char *out, uint32_t c);
bool utf8_valid(const char *s, size_t len);

#endif
