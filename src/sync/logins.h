/*
 * logins.h - all logins of the INI in a pass, which of them are one account,
 * and what the file of rejected logins (loginfile.h) knows of them.
 * Floor: sync, internal.
 * Threads: logins_open, _end and _close by the thread that runs the pass,
 * while no job runs; the rest by any.
 */
#ifndef SYNC_LOGINS_H
#define SYNC_LOGINS_H

#include "sync/logintable.h"

/* Reads the file; that it cannot be read is a warning. */
struct logins *logins_open(const struct pass *);
/*
 * Forgets the rejections of each account that was accepted, but for those of
 * credentials that the INI still has and that were not; and remembers which
 * were accepted.
 */
void logins_end(struct logins *);
void logins_close(struct logins *);

/*
 * The one of that credential, whatever its scheme: a wrong one is wrong by any.
 * NULL: it has no user name.
 */
struct login *
logins_find(struct logins *, const char *url, const struct credential *);
/* The one of the proxy on the way there; NULL: none, or it wants no login. */
struct login *logins_find_proxy(struct logins *, const char *url);

/* Would the file know of a rejection at that time? */
bool logins_would_know(struct logins *, int64_t at);
/*
 * It is about to be tried, though other credentials of the same place were
 * rejected. False: the file cannot be written, so nobody could tell tomorrow
 * that these were tried.
 */
bool logins_announce(struct logins *, struct login *);
/* It is rejected in this pass: when it may be tried again. */
void logins_rejected(struct logins *, struct login *, enum err_kind);

#endif
