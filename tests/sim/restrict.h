/*
 * restrict.h - restrictions and sort orders of FindItem and FindFolder.
 */
#ifndef SIM_RESTRICT_H
#define SIM_RESTRICT_H

#include "shape.h"

/*
 * True when the item (or the folder, when it is NULL) meets the
 * restriction. code: set when the restriction cannot be used.
 */
bool restrict_meets(const xmlNode *expression, const struct item *,
    const struct folder *, const char **code);

/*
 * Sorts by m:SortOrder. 0, or -1 with a response code. Without a sort
 * order the newest comes first.
 */
int restrict_sort(
    struct item **, size_t n, const xmlNode *order, const char **code);

#endif
