/*
 * link.h - when two links lead to the same place.
 * Floor: store, internal.
 * Threads: any.
 */
#ifndef STORE_LINK_H
#define STORE_LINK_H

#include <stdbool.h>

#include "store/fold.h"

/*
 * Are they the same link, or is one the other as a mail security service
 * rewrites it: with a host of its own, and the original's host in the rest?
 */
bool link_same(const struct fold_link *, const struct fold_link *);

#endif
