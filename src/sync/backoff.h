/*
 * backoff.h - how long what failed is left alone.
 * Floor: sync, internal.
 * Threads: pure.
 */
#ifndef SYNC_BACKOFF_H
#define SYNC_BACKOFF_H

#include <stdint.h>

#include "base/err.h"

#define BACKOFF_TRIES 10 /* of an item, within four days */

/* ms to wait after so many times (>= 1) of a fault of that kind. */
int64_t backoff_login(enum err_kind, int64_t tries);
/*
 * When an item that failed that often before is tried again, at the earliest
 * after retry_ms. TIM_NONE: never again, it stays visible in failure.
 */
int64_t backoff_item(int64_t tries, int64_t retry_ms);

#endif
