/*
 * marker.h - may a change hide behind a folder's marker?
 * Floor: sync, internal.
 * Threads: any.
 *
 * Servers give the time of a folder's latest change in whole seconds: a change
 * in the same second, after the folder was read, leaves the marker as it was.
 * So a marker is unsettled, and its folder not idle, until the folder has been
 * read after that second was over. Our own clock says when that is, though it
 * need not agree with the server's: the second had begun when the marker was
 * first seen.
 */
#ifndef SYNC_MARKER_H
#define SYNC_MARKER_H

#include "core/provider.h"
#include "store/store.h"

/*
 * After two seconds that second is certainly over; one more for uneven clocks.
 */
#define MARKER_SETTLES 3000 /* ms */

/*
 * Since when the marker that the server gave for the folder is known (tim_now),
 * or 0: it is settled. known: what was known before; told_at: when the server
 * had answered; asked: before the folder's last page was requested.
 */
int64_t marker_unsettled(const struct store_folder *known,
    const struct folder *told, int64_t told_at, int64_t asked);

#endif
