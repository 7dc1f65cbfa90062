/*
 * marker.h - may a change hide behind a folder's marker?
 * Floor: sync, internal.
 * Threads: any.
 *
 * Servers tell the time of a folder's latest change in whole seconds: one that
 * comes in the same second, after the folder was read, leaves the marker as it
 * was. So a marker is unsettled, and its folder not idle, until the folder was
 * read when that second was over. When that is our own clock says, which need
 * not agree with the server's: the second had begun when the marker was first
 * seen.
 */
#ifndef SYNC_MARKER_H
#define SYNC_MARKER_H

#include "core/provider.h"
#include "store/store.h"

/* One second is over for certain after two; one more for uneven clocks. */
#define MARKER_SETTLES 3000 /* ms */

/*
 * Since when the marker that the server told of the folder is known (tim_now),
 * or 0: it is settled. known: what was known before; told_at: when the server
 * had told; asked: before the last page of the folder was asked for.
 */
int64_t marker_unsettled(const struct store_folder *known,
    const struct folder *told, int64_t told_at, int64_t asked);

#endif
