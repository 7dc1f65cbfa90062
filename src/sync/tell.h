/*
 * tell.h - reports alerts: to the log, and to pass->alert.
 * Floor: sync, internal.
 * Threads: the one that runs the pass.
 */
#ifndef SYNC_TELL_H
#define SYNC_TELL_H

#include "store/health.h"
#include "sync/passarg.h"

/* Is somebody to be told, now or when alert_command works again? */
bool tell_wanted(const struct pass *);
/*
 * Logs the news, and reports to pass->alert what it has not accepted yet: the
 * news, and alerts of earlier passes. If it fails the rest waits for the next
 * pass.
 */
void tell_news(const struct pass *, const struct store_alert_news *);
/*
 * Reports to pass->alert one alert that is not in the store, or is over there.
 * True: it was accepted. An open alert about exsync as a whole is then noted
 * beside the database.
 */
bool tell_one(const struct pass *, const struct store_alert *);
/*
 * The alerts that a pass met are stored, and these are the news of that:
 * trouble with the database, of which somebody was told, is over, unless it was
 * met in the pass.
 */
void tell_settle(const struct pass *, const struct store_alert *met, size_t n,
    const struct store_alert_news *);

#endif
