/*
 * marker.c - may a change hide behind a folder's marker?
 * 1. A clock that was set back makes a marker wait longer, but not for ever: a
 *    first sight in the future is dropped. A clock that was set ahead in these
 *    very seconds settles a marker too early: the hidden change is then seen
 *    with the folder's next change, or when all folders are read.
 */
#include "base/str.h"
#include "sync/marker.h"

int64_t
marker_unsettled(const struct store_folder *known, const struct folder *told,
    int64_t told_at, int64_t asked)
{
	int64_t first = told_at;

	if (told->marker == NULL)
		return 0;
	if (str_eq(told->marker, known->marker) && known->unsettled <= told_at)
		first = known->unsettled;
	return first <= asked - MARKER_SETTLES ? 0 : first;
}
