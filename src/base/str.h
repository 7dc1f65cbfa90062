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
static inline char
str_lower_char(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
/* Lower-cases all ASCII letters of s in place; returns s. */
char *str_lower(char *);
/* ASCII white space, which is also XML's (XML 1.0 2.3); '\0' is not. */
#define STR_WHITE " \t\r\n"
static inline bool
str_is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
/* Cuts trailing ASCII white space in place; returns s after the leading. */
char *str_trim(char *);
bool str_ends(const char *s, const char *suffix);
/* Reads a whole string as a decimal number in [lo, hi]; false: it is not. */
bool str_int(const char *, int64_t lo, int64_t hi, int64_t *);
/*
 * Which of the n strings of list, which are the names of an enum, s is. The
 * last one when it is none of them, or NULL.
 */
int str_which(const char *s, const char *const *list, int n);
/* s, or "" for NULL. */
const char *str_nn(const char *);

#endif
