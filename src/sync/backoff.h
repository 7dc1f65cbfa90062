/*
 * backoff.h - how long to wait after a failure.
 * Floor: sync, internal.
 * Threads: pure.
 */
#ifndef SYNC_BACKOFF_H
#define SYNC_BACKOFF_H

#include <stdint.h>

#include "base/err.h"

#define BACKOFF_TRIES 10 /* tries of an item, within four days */

/* How long to wait, in ms, after tries (>= 1) failures of that kind. */
int64_t backoff_login(enum err_kind, int64_t tries);
/*
 * The same for a login with a token, by which no account is ever locked: never
 * longer than an hour, since what is corrected at the service is not seen here.
 */
int64_t backoff_token(enum err_kind, int64_t tries);
/*
 * When an item that failed tries times before is tried again; not before
 * retry_ms have passed. TIM_NONE: never; it stays visible in table failure.
 */
int64_t backoff_item(int64_t tries, int64_t retry_ms);

#endif
