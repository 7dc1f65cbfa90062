/*
 * cryptpem.h - the objects in a PEM file (RFC 7468).
 * Floor: base; used by crypt*.c only.
 * Threads: pure.
 */
#ifndef BASE_CRYPTPEM_H
#define BASE_CRYPTPEM_H

#include <stddef.h>

#include "base/buf.h"

/* A file of a key or a certificate, at most. */
#define CRYPTPEM_MAX ((size_t)64 << 10)

/*
 * Decodes the first object whose label is one of names (ended by NULL) to der,
 * which is empty; text before, between and after objects is passed over.
 * Returns its place in names; -1: there is none that is whole.
 */
int cryptpem_first(
    struct buf *der, const char *text, size_t len, const char *const *names);

#endif
