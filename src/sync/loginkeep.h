/*
 * loginkeep.h - the file of rejected logins (loginfile.h) in a pass: reading
 * and writing it through the keeper, and which rows of it are whose.
 * Floor: sync, internal; of logins.c, reserve.c and proven.c.
 * Threads: whoever holds logins.lock, but for what logins_open and _close do.
 */
#ifndef SYNC_LOGINKEEP_H
#define SYNC_LOGINKEEP_H

#include "sync/logintable.h"

/*
 * Reads it; true: from then on no other process has it until it is written, or
 * keep.done. False: somebody was told that it cannot be read.
 */
bool loginkeep_read(struct logins *);
/* After loginkeep_read. False: somebody was told why not. */
bool loginkeep_write(struct logins *);
/* Makes login.verifier, which takes a while. */
void loginkeep_verify(struct logins *, struct login *);
/* Is the row of these credentials, under whatever name? */
bool
loginkeep_is_of(struct logins *, struct login *, const struct loginfile_row *);
/* Is it of the login's account, as far as this login shows? */
bool loginkeep_is_of_account(
    struct logins *, struct login *, const struct loginfile_row *);
/* Is it of the account, as far as any of its logins shows? */
bool loginkeep_is_of_any(
    struct logins *, const struct account *, const struct loginfile_row *);
/* The row of a login; NULL: there is none. */
struct loginfile_row *loginkeep_own(struct logins *, struct login *);
/* The same, made where there is none; NULL: no room. */
struct loginfile_row *loginkeep_need(struct logins *, struct login *);

/* Times in their order. */
struct loginkeep_times {
	int64_t *v; /* to be freed */
	size_t n;
};

/* When each of the account's wrong logins of the last hour counts no longer. */
struct loginkeep_times loginkeep_wrong(struct logins *, const struct account *);
/* The same, and of those of which nobody knows whether they are wrong. */
struct loginkeep_times loginkeep_spent(struct logins *, const struct account *);

#endif
