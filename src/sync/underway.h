/*
 * underway.h - mail that is being asked for: when the pass ends before it is
 * there, it has counted as a try.
 * Floor: sync, internal.
 * Threads: any; underway_look by the thread that runs the pass.
 *
 * Nothing tells of a mail that makes every pass die, or take longer than it
 * may: the next pass would begin with the same mail, and never come to those
 * behind it. So what takes long is noted in table failure while it is under
 * way, and after a pass that died all is, before it is asked for. Where the
 * outcome follows, it takes the note's place. What stays noted is tried again
 * alone, after all others; the first times by the very next pass.
 */
#ifndef SYNC_UNDERWAY_H
#define SYNC_UNDERWAY_H

#include "sync/fetch.h"

struct underway; /* of a pass */

/* careful: the pass before died. The store outlives it. */
struct underway *underway_open(struct store *, bool careful);
void underway_close(struct underway *); /* NULL is fine */

/*
 * Places at[0..n) of fetch.ref are asked for from now on, instead of what was
 * before. n 0: nothing is. Sets fetch.noted of those that are noted.
 */
void underway_set(struct fetch *, const size_t *at, size_t n);
/* Notes what has been under way for long. */
void underway_look(struct underway *);

#endif
