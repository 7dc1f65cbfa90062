/*
 * loginkeep.h - the file of rejected logins (loginfile.h) in a pass: reading
 * and writing it through the keeper, and which rows of it are whose.
 * Floor: sync, internal; of logins.c, reserve.c and proven.c.
 * Threads: the caller holds logins.lock, except in logins_open and
 * logins_close.
 */
#ifndef SYNC_LOGINKEEP_H
#define SYNC_LOGINKEEP_H

#include "sync/logintable.h"

/*
 * Reads the file. True: from now on no other process has it until it is
 * written, or keep.done is called. False: it cannot be read, which was logged.
 */
bool loginkeep_read(struct logins *);
/* After loginkeep_read. False: it cannot be written, which was logged. */
bool loginkeep_write(struct logins *);
/* Makes login.verifier, which takes a while. */
void loginkeep_verify(struct logins *, struct login *);
/* Is the row about these credentials, under whatever name? */
bool
loginkeep_is_of(struct logins *, struct login *, const struct loginfile_row *);
/* Is the row about the login's account, as far as this login shows? */
bool loginkeep_is_of_account(
    struct logins *, struct login *, const struct loginfile_row *);
/* Is the row about the account, as far as any of its logins shows? */
bool loginkeep_is_of_any(
    struct logins *, const struct account *, const struct loginfile_row *);
/* The row of a login, or NULL. */
struct loginfile_row *loginkeep_own(struct logins *, struct login *);
/* The same, but adds a missing row; NULL: there is no room. */
struct loginfile_row *loginkeep_need(struct logins *, struct login *);

/* Times in ascending order. */
struct loginkeep_times {
	int64_t *v; /* to be freed */
	size_t n;
};

/* When each wrong login of the account in the last hour stops counting. */
struct loginkeep_times loginkeep_wrong(struct logins *, const struct account *);
/* The same, including logins whose outcome is unknown. */
struct loginkeep_times loginkeep_spent(struct logins *, const struct account *);

#endif
