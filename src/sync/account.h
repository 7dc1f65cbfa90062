/*
 * account.h - the accounts that a pass logs in with, and how often it may be
 * wrong about each: ACCOUNT_WRONG times in a pass, however many profiles,
 * mailboxes, spellings, connections and threads use it. Knows nothing of how
 * a login is made (Basic or another scheme).
 * Floor: sync.
 * Threads: any; the structs are filled in before the threads begin.
 *
 * A login is a name and a password for a server (or for a proxy). An account
 * is all logins that the server may count as one: with the same name, or with
 * the same user part (DOMAIN\user, user@domain, user) and the same password.
 * Until a login was accepted once, one call with the account's logins that
 * were not is under way. One that is rejected is tried once more, alone, while
 * all others wait for how that ends; before that comes the first attempt of
 * the account's other passwords that are about to be tried.
 *
 * Other processes may log in with the account at the same time. Each call with
 * a login that is not proven - accepted in this pass, or by an earlier one and
 * not rejected since - is reserved with them before anything is sent.
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
	ACCOUNT_NOTHING, /* nobody knows: there was no answer */
	ACCOUNT_SPARED,  /* not judged: not sent, or it is not what was wrong */
	ACCOUNT_ACCEPTED,
	ACCOUNT_DENIED, /* wrong; may be tried once more */
	ACCOUNT_REFUSED /* wrong; trying again cannot help */
};

/* Zeroed is new. */
struct account {
	struct account_login *first; /* its logins, by next */
	int spent;  /* of ACCOUNT_WRONG: used up before this pass */
	int denied; /* wrong logins in this pass */
	/* Told of each wrong login before it has any consequence; or NULL. */
	void (*wrong)(void *arg, struct account_login *, const struct err *);
	/*
	 * Before a login that is not proven is sent: 0, it may be, and wrong
	 * or settled follows; -1 (err): not now. May wait. Or NULL, both.
	 */
	int (*reserve)(void *arg, struct account_login *, struct err *);
	/* What was reserved was not wrong; why: as account_answer. */
	void (*settled)(void *arg, struct account_login *, enum account_said,
	    const struct err *why);
	void *arg;
};

/* Zeroed is new, and the only login of an account of its own. */
struct account_login {
	struct account *account; /* NULL: alone */
	struct account alone;
	struct account_login *next;
	const char *user;     /* folded, without the domain; or NULL */
	const char *password; /* or NULL */
	bool accepted;        /* by the last answer of this pass that says so */
	bool worked;          /* accepted at some time in this pass */
	bool proven;   /* accepted, perhaps before this pass, and no login of
			* the account was rejected since */
	bool reserved; /* the call under way is */
	bool denied;   /* once at least */
	bool rejected; /* for good: why; it is not tried again */
	struct err why;
	enum { SECOND_NONE, SECOND_UNDER_WAY, SECOND_OVER } second;
	pthread_t by; /* whose the second attempt is */
	int inside;   /* calls under way */
	int jobs;     /* that are about to call, or do */
};

/* l becomes one of the account's. Before the threads begin. */
void account_add(struct account *, struct account_login *);
/* Name and password that the server cannot take for two accounts' wrong. */
bool account_same(const struct account_login *, const struct account_login *);
/* So many of ACCOUNT_WRONG are used up at least, those of this pass too. */
void account_spend(struct account_login *, int spent);
/* A job that uses it has begun (1) or ended (-1). */
void account_job(struct account_login *, int);
/*
 * May a call with this login, and through a proxy with that one (NULL: none),
 * begin? 1: it has, when room; 0: not now; -1: not in this pass, err says why:
 * with the code of the rejection, or with "login" when it was not these
 * credentials that were rejected.
 */
int account_enter(struct account_login *, struct account_login *proxy,
    bool room, struct err *);
/*
 * A call that account_enter let in is about to be sent; without any lock. -1:
 * it has to be left to a later pass, err says why, and it is over already.
 */
int account_reserve(
    struct account_login *, struct account_login *proxy, struct err *);
/* A call was answered so: before account_leave, and without any lock. */
void account_answer(
    struct account_login *, enum account_said, const struct err *why);
/*
 * It is over. The caller may call again when that is not ACCOUNT_DONE: it
 * makes the second attempt, or waits for somebody else's.
 */
enum account_then { ACCOUNT_DONE, ACCOUNT_WAIT, ACCOUNT_SECOND };
enum account_then account_leave(struct account_login *, enum account_said,
    bool again, const struct err *why);
/* The second attempt, if it was this thread's, is not made. */
void account_give_up(struct account_login *);
bool account_accepted(struct account_login *);
bool account_proven(struct account_login *);

/*
 * The account's name as it is compared, in lower case; the caller's. And the
 * part of it that is the user's.
 */
char *account_fold(const char *name);
char *account_user(const char *folded);

#endif
