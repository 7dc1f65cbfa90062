/*
 * account.h - the accounts that a pass logs in with, and the limit on wrong
 * logins: ACCOUNT_WRONG for each account and pass, however many profiles,
 * mailboxes, spellings, connections and threads use it. Does not know how a
 * login is made (Basic or another scheme).
 * Floor: sync.
 * Threads: any; the structs are filled in before the threads begin.
 *
 * A login is a name and a password for a server (or for a proxy). An account is
 * all logins that the server may count as one: with the same name, or with the
 * same user part (DOMAIN\user, user@domain, user) and the same password; but a
 * login with a token is an account of its own, since no wrong one locks any. At
 * most one call is in progress with those logins of the account that were not
 * accepted yet. A rejected login is tried once more, alone, while all others
 * wait for the outcome; the first attempts of the account's other passwords
 * that are about to be tried come before that.
 *
 * Other processes may log in with the account at the same time. So each call
 * with a login that is not proven is reserved with them before anything is
 * sent. Proven means accepted in this pass, or accepted by an earlier pass and
 * not rejected since.
 */
#ifndef SYNC_ACCOUNT_H
#define SYNC_ACCOUNT_H

#include <pthread.h>
#include <stdbool.h>

#include "base/err.h"

#define ACCOUNT_WRONG 2 /* wrong logins in a pass */

struct account_login;

/* What an answer says of the login. */
enum account_said {
	ACCOUNT_NOTHING, /* unknown: there was no answer */
	ACCOUNT_SPARED,  /* not judged: not sent, or another fault */
	ACCOUNT_ACCEPTED,
	ACCOUNT_DENIED, /* wrong; may be tried once more */
	ACCOUNT_REFUSED /* wrong; trying again cannot help */
};

/* A zeroed struct is a new account. */
struct account {
	struct account_login *first; /* its logins, by next */
	int spent;  /* part of ACCOUNT_WRONG, used up before this pass */
	int denied; /* wrong logins in this pass */
	/*
	 * Called for each wrong login before it has any consequence; or NULL.
	 */
	void (*wrong)(void *arg, struct account_login *, const struct err *);
	/*
	 * Called before a login that is not proven is sent. 0: it may be sent,
	 * and wrong or settled is called later; -1 (err): not now. May wait.
	 * reserve and settled are both set or both NULL.
	 */
	int (*reserve)(void *arg, struct account_login *, struct err *);
	/*
	 * A reserved login turned out not to be wrong; why: as in
	 * account_answer.
	 */
	void (*settled)(void *arg, struct account_login *, enum account_said,
	    const struct err *why);
	void *arg;
};

/* A zeroed struct is a new login, alone in an account of its own. */
struct account_login {
	struct account *account; /* NULL: alone */
	struct account alone;
	struct account_login *next;
	const char *user;     /* folded, without the domain; or NULL */
	const char *password; /* or NULL */
	bool accepted;        /* by the last answer about it in this pass */
	bool worked;          /* accepted at some time in this pass */
	/*
	 * Accepted, perhaps before this pass, and no login of the account was
	 * rejected since.
	 */
	bool proven;
	bool reserved; /* the call in progress is reserved */
	bool denied;   /* rejected at least once */
	bool rejected; /* for good, as why says: it is not tried again */
	struct err why;
	enum { SECOND_NONE, SECOND_UNDER_WAY, SECOND_OVER } second;
	pthread_t by; /* the thread that makes the second attempt */
	int inside;   /* calls in progress */
	int jobs;     /* jobs that are about to call, or do */
};

/* Adds the login to the account; before the threads begin. */
void account_add(struct account *, struct account_login *);
/*
 * Are user and password the same, so that what is wrong for one login is wrong
 * for the other?
 */
bool account_same(const struct account_login *, const struct account_login *);
/* At least spent of ACCOUNT_WRONG are used up, those of this pass included. */
void account_spend(struct account_login *, int spent);
/* A job that uses the login has begun (1) or ended (-1). */
void account_job(struct account_login *, int);
/*
 * May a call with this login begin, through a proxy with that login (NULL:
 * none)? 1: it has begun, which needs room; 0: not now; -1: not in this pass.
 * Then err says why: with the code of the rejection, or with "login" when it
 * was not these credentials that were rejected.
 */
int account_enter(struct account_login *, struct account_login *proxy,
    bool room, struct err *);
/*
 * A call that account_enter admitted is about to be sent. The caller holds no
 * lock. -1: the call is left to a later pass, err says why, and the call has
 * ended already.
 */
int account_reserve(
    struct account_login *, struct account_login *proxy, struct err *);
/* Records the answer to a call: before account_leave, and without any lock. */
void account_answer(
    struct account_login *, enum account_said, const struct err *why);
/*
 * The call has ended. Unless the result is ACCOUNT_DONE the caller may call
 * again: it makes the second attempt, or waits for somebody else's. again: the
 * caller is willing to.
 */
enum account_then { ACCOUNT_DONE, ACCOUNT_WAIT, ACCOUNT_SECOND };
enum account_then account_leave(struct account_login *, enum account_said,
    bool again, const struct err *why);
/* Gives up the second attempt, if it was this thread's. */
void account_give_up(struct account_login *);
bool account_accepted(struct account_login *);
bool account_proven(struct account_login *);

/*
 * The account's name as it is compared, in lower case, and the user part of
 * such a name. The caller frees both.
 */
char *account_fold(const char *name);
char *account_user(const char *folded);

#endif
