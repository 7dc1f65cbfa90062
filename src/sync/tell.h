/*
 * tell.h - who is told of alerts: the log, and pass->alert.
 * Floor: sync, internal.
 * Threads: the one that runs the pass.
 */
#ifndef SYNC_TELL_H
#define SYNC_TELL_H

#include "store/health.h"
#include "sync/passarg.h"

/* Is somebody to be told, now or when the command works again? */
bool tell_wanted(const struct pass *);
/*
 * Logs the news, and tells pass->alert what it was not told yet: these, and
 * what it did not take in earlier passes. When it fails the rest waits for the
 * next pass.
 */
void tell_news(const struct pass *, const struct store_alert_news *);
/*
 * Tells pass->alert one that is not in the store, or is over there. True: it
 * took it. What is about exsync as a whole, and not over, is remembered beside
 * the database.
 */
bool tell_one(const struct pass *, const struct store_alert *);

#endif
