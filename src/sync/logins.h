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

/* Reads the file; a file that cannot be read is only a warning. */
struct logins *logins_open(const struct pass *);
/*
 * Forgets the rejections of each account that was accepted, except those of
 * credentials that the INI still has and that were not accepted. Records which
 * logins were accepted.
 */
void logins_end(struct logins *);
void logins_close(struct logins *);

/*
 * The login with that credential, whatever its scheme: what is wrong with one
 * scheme is wrong with any. NULL: it has no user name.
 */
struct login *
logins_find(struct logins *, const char *url, const struct credential *);
/*
 * The login of the proxy on the way there; NULL: no proxy, or none is wanted.
 */
struct login *logins_find_proxy(struct logins *, const char *url);

/* Would the file know of a rejection at that time? */
bool logins_would_know(struct logins *, int64_t at);
/*
 * The login is about to be tried, though other credentials of the same place
 * were rejected. False: the file cannot be written, so no later pass could tell
 * that these were tried.
 */
bool logins_announce(struct logins *, struct login *);
/* The login is rejected in this pass: sets when it may be tried again. */
void logins_rejected(struct logins *, struct login *, enum err_kind);

#endif
