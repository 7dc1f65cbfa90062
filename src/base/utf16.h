/*
 * utf16.h - text as Windows protocols have it: UTF-16, little endian.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_UTF16_H
#define BASE_UTF16_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Adds len bytes of UTF-8 to out. -1: they are no UTF-8, or more than fits;
 * then out holds a part of them.
 */
int utf16_add(struct buf *out, const char *, size_t len);
/* The same in capitals (caseless_upper). */
int utf16_upper(struct buf *out, const char *, size_t len);

#endif
