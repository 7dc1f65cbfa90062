/*
 * gate.h - the throttle gate of one server (servers.h), for the profiles that
 * log in there with the same credentials: every call to the server passes it.
 * Floor: sync.
 * Threads: any.
 *
 *	int tries = 0, rc;
 *	do {
 *		if (gate_enter(g, login, err) == -1)
 *			return -1;
 *		rc = ops->folders(..., err);
 *	} while (gate_leave(g, login, rc, &tries, err));
 *
 * It admits one call alone until the login is known to work (an account must
 * never be locked by ten threads with a wrong password), waits out what the
 * server asks for up to 30 s, keeps all other calls for that mailbox waiting
 * as long (or refuses them, when it is longer), lowers the number of calls at
 * once when the server is busy and raises it slowly again, and stops the
 * profile when its login is rejected, its server cannot be reached, three
 * mailboxes in a row get no answer in time, or the first three get a web page.
 * A rejected login is tried once more (the provider does that on a fresh
 * connection), by one caller while all others wait: two attempts in a pass,
 * however many threads, and gates (account.h).
 */
#ifndef SYNC_GATE_H
#define SYNC_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/provider.h"
#include "sync/account.h"

struct gate;

#define GATE_TRIES 2              /* further tries of one call */
#define GATE_ITEMS PROVIDER_ITEMS /* of one request */

/*
 * Who calls: a mailbox, with the profile's login or one of its own (access =
 * mailbox). Zeroed is new; the names, own and account are the caller's, the
 * rest the gate's.
 */
struct gate_login {
	const char *profile, *address; /* for the log; NULL: not said */
	bool own;                      /* false: the profile's */
	struct account_login *account; /* own: what it logs in with ... */
	struct account_login alone;    /* ... or, when NULL, this */
	int64_t not_before;            /* tim_mono: the server asked for that */
	enum err_cause cause;          /* for that reason ... */
	char code[64];                 /* ... in the server's word */
	struct err *left; /* gate_leave_alone's; the caller frees it */
};

struct gate *gate_open(int max_calls); /* at once, at most */
void gate_close(struct gate *);
/*
 * A pass begins: nothing is stopped, no login is known to work. What the load
 * has taught stays: how many calls at once, how many items, until when the
 * server wants to be left alone.
 */
void gate_begin(struct gate *);
/*
 * What the profile logs in with, at the server and at the proxy on the way to
 * it; NULL: a login that nobody else has, no proxy's. Before the first call.
 */
void
gate_logins(struct gate *, struct account_login *, struct account_login *proxy);
/* Stops the profile before its first call: err says why. */
void gate_stop(struct gate *, const struct err *);
/* Why the profile was stopped, or NULL. Stays until gate_begin. */
const struct err *gate_stopped(struct gate *);
/* Whose call stopped it; NULL: none did, or it was gate_stop. */
const struct gate_login *gate_stopped_by(struct gate *);
/* Has the server accepted the profile's login in this pass? */
bool gate_accepted(struct gate *);
/* Has any call gone well? */
bool gate_answered(struct gate *);
/*
 * -1: do not call. err is why the profile was stopped, that the server wants
 * this mailbox left alone for longer than a pass waits, or that the program is
 * to end (ERR_RETRY CAUSE_STOP).
 */
int gate_enter(struct gate *, struct gate_login *, struct err *);
/*
 * rc and err are the call's outcome. True: wait is over, call again (at most
 * GATE_TRIES times; once after a timeout, or an answer that nobody knows; never
 * where the caller's own patience was over); err is cleared then. False: rc
 * stands.
 */
bool gate_leave(
    struct gate *, struct gate_login *, int rc, int *tries, struct err *);
/*
 * A call went well, but the server was too busy for a part of it: learns from
 * err and waits like gate_leave. True: ask for that part again.
 */
bool gate_pause(struct gate *, struct gate_login *, int *tries, struct err *);
/*
 * No further call for this mailbox begins in this pass: gate_enter says why.
 */
void
gate_leave_alone(struct gate *, struct gate_login *, const struct err *why);
/*
 * Between these only one thread finds out whose fault it is that a call failed
 * in a way that nobody knows. The others wait and then need not ask.
 */
void gate_inquiry_begin(struct gate *);
void gate_inquiry_end(struct gate *);
/*
 * How many items one request may ask for now, 1..GATE_ITEMS: fewer while the
 * server is busy. gate_short tells that it gave only so many of them.
 */
int gate_items(struct gate *);
void gate_short(struct gate *, int came);

#endif
