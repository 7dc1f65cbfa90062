/*
 * reserve.h - a login that may be wrong is noted in the file of rejected
 * logins before it is sent, so that all processes that share state_dir send
 * LOGINFILE_WRONG wrong ones of an account within an hour, whenever they
 * start.
 * Floor: sync, internal.
 * Threads: any; arg is a struct logins, at a struct login.
 *
 * Until its outcome is known it counts as wrong. That the server did not judge
 * it, or that it is good, takes it back at once; that it is wrong makes it a
 * rejection. Where no answer came, not even its first line, it counts for
 * RESERVE_LOST: the server may have judged it, but a network that fails is not
 * to lock anybody out. Where nobody comes back to say so, since the process
 * died, it counts for LOGINFILE_HOUR like a rejection: a pass that is started
 * again and again and dies each time sends no more than that.
 *
 * Not reserved are logins that are proven (proven.h): of each process that
 * still takes a password for good that is not any more, one wrong login comes
 * on top of what others do at that moment. And none is where the file cannot
 * be read and written.
 */
#ifndef SYNC_RESERVE_H
#define SYNC_RESERVE_H

#include "sync/logintable.h"

#define RESERVE_LOST (LOGINFILE_HOUR / 4)

/*
 * For struct account.reserve. While others are trying the account it waits for
 * their outcome, RESERVE_WAIT (reserve.c) at most. -1: ERR_AUTH "login", it was
 * rejected too often; ERR_RETRY, nobody knows: with the code of what the last
 * try of this pass ended with, or "login-unknown". When it may be tried again.
 */
int reserve_begin(void *arg, struct account_login *at, struct err *);
/* For struct account.settled and .wrong. */
void reserve_settled(void *arg, struct account_login *at,
    enum account_said said, const struct err *why);
void reserve_wrong(void *arg, struct account_login *at, const struct err *why);
/*
 * With the lock held: how much of the hour's number is left to this pass;
 * before: none of its logins was tried yet, so they may have to wait.
 */
void reserve_spend(struct logins *, struct account *, bool before);

#endif
