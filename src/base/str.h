/*
 * str.h - small string helpers.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copies s of len bytes into out as one line of valid UTF-8 that is safe on
 * a terminal: control characters (C0, DEL, C1), bidirectional overrides and
 * invalid bytes become '?'. A text that does not fit is cut at a character
 * and ends in "...". out is always terminated. Returns strlen(out).
 */
size_t str_printable(char *out, size_t size, const char *s, size_t len);
/* ASCII case-insensitive; NULL equals only NULL. */
bool str_ieq(const char *, const char *);
bool str_ieqn(const char *, const char *, size_t);
bool str_eq(const char *, const char *);
/* The lower case of an ASCII letter; any other character is unchanged. */
char str_lower_char(char);
/* Lower-cases all ASCII letters of s in place; returns s. */
char *str_lower(char *);
/* ASCII white space, which is also XML's (XML 1.0 2.3); '\0' is not. */
#define STR_WHITE " \t\r\n"
bool str_is_white(char);
/* Cuts trailing ASCII white space in place; returns s after the leading. */
char *str_trim(char *);
bool str_ends(const char *s, const char *suffix);
/* Reads a whole string as a decimal number in [lo, hi]; false: it is not. */
bool str_int(const char *, int64_t lo, int64_t hi, int64_t *);
/* s, or "" for NULL. */
const char *str_nn(const char *);

#endif
