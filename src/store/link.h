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
 * The same link, or one is the other as a mail security service writes it:
 * with a host of its own, and the original's host in it.
 */
bool link_same(const struct fold_link *, const struct fold_link *);

#endif
