/*
 * reserve.h - a login that may be wrong is noted in the file of rejected logins
 * before it is sent, so that all processes that share state_dir send at most
 * LOGINFILE_WRONG wrong logins of an account within an hour, whenever they
 * start.
 * Floor: sync, internal.
 * Threads: any; arg is a struct logins, at a struct login.
 *
 * A reserved login counts as wrong until its outcome is known. If the server
 * did not judge it, or accepted it, the reservation is removed at once; if it
 * is wrong it becomes a rejection. If no answer came, not even its first line,
 * it counts for RESERVE_LOST: the server may have judged it, but a network that
 * fails must not lock anybody out. If nobody reports the outcome, because the
 * process died, it counts for LOGINFILE_HOUR like a rejection: a pass that is
 * started again and again and dies each time sends no more than that.
 *
 * Logins that are proven (proven.h) are not reserved: each process that still
 * takes an outdated password for good adds one wrong login to what others do at
 * that moment. Nothing is reserved if the file cannot be read and written.
 */
#ifndef SYNC_RESERVE_H
#define SYNC_RESERVE_H

#include "sync/logintable.h"

#define RESERVE_LOST (LOGINFILE_HOUR / 4)

/*
 * For struct account.reserve. While others are trying the account it waits for
 * their outcome, at most RESERVE_WAIT (reserve.c). -1: ERR_AUTH "login", the
 * account was rejected too often; or ERR_RETRY, the outcome of other tries is
 * unknown. The code is then that of the error which hid the last outcome in
 * this pass, or "login-unknown". The message says when the account may be tried
 * again.
 */
int reserve_begin(void *arg, struct account_login *at, struct err *);
/* For struct account.settled and .wrong. */
void reserve_settled(void *arg, struct account_login *at,
    enum account_said said, const struct err *why);
void reserve_wrong(void *arg, struct account_login *at, const struct err *why);
/*
 * With the lock held: tells the account how many wrong logins of the last hour
 * there are. before: none of its logins was tried yet, so they may have to
 * wait.
 */
void reserve_spend(struct logins *, struct account *, bool before);

#endif
