/*
 * wrap.h - text in the 80 columns of a terminal.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include <stddef.h>
#include <stdio.h>

#define WRAP_WIDTH 80

/* The columns that n bytes of UTF-8 take, one for each character. */
size_t wrap_columns(const char *, size_t n);
/*
 * Writes printable text, broken at its spaces into lines of at most WRAP_WIDTH
 * columns (a longer word has a line of its own). first is put before the
 * first line, rest before the others; both count as columns.
 */
void wrap_put(FILE *, const char *first, const char *rest, const char *text);

#endif
