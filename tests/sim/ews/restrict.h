/*
 * restrict.h - restrictions and sort orders of FindItem and FindFolder.
 * They are checked as a whole before anything is looked at, so that a wrong
 * one is an error in an empty folder too.
 */
#ifndef SIM_RESTRICT_H
#define SIM_RESTRICT_H

#include "ews/value.h"

/*
 * m:Restriction or t:Condition, NULL for none. Returns NULL, or the response
 * code of the first thing in it that cannot be done; xml: the path that is to
 * blame, if any.
 */
const char *restrict_check(
    const xmlNode *restriction, bool folders, enum level, struct sb *xml);
const char *
restrict_check_sort(const xmlNode *order, enum level, struct sb *xml);

/* Does the item, or the folder when it is NULL, meet what was checked? */
bool restrict_meets(
    const xmlNode *restriction, const struct item *, const struct folder *);

/*
 * Sorts by the m:SortOrder that was checked; without one the newest comes
 * first.
 */
void restrict_sort(struct item **, size_t n, const xmlNode *order);

/* m:QueryString: subject:WORD, from:WORD, or WORD in either; all of them. */
const char *restrict_check_query(const char *query);
bool restrict_query(const char *query, const struct item *);

#endif
