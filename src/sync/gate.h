/*
 * gate.h - the throttle gate of one server (servers.h), for the profiles that
 * log in there with the same credentials: every call to the server passes it.
 * Floor: sync.
 * Threads: any.
 *
 *	struct gate_tries tries = { 0, 0 };
 *	int rc;
 *	do {
 *		if (gate_enter(g, login, err) == -1)
 *			return -1;
 *		rc = ops->folders(..., err);
 *	} while (gate_leave(g, login, rc, &tries, err));
 *
 * It admits one call alone until the login is known to work: ten threads with a
 * wrong password must never lock an account. It waits as long as the server
 * asks for, up to 30 s in all for one request, and keeps all other calls for
 * that mailbox waiting as long; when the server asks for more at once it
 * refuses them. When the server is busy it lowers the number of calls at once,
 * and slowly raises it again. It stops
 * the profile when its login is rejected, its server cannot be reached, three
 * mailboxes in a row get no answer in time, or the first three get a web page.
 * A rejected login is tried once more (the provider does that on a fresh
 * connection), by one caller while all others wait: two attempts in a pass,
 * however many threads and gates there are (account.h).
 */
#ifndef SYNC_GATE_H
#define SYNC_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/provider.h"
#include "sync/account.h"

struct gate;

#define GATE_TRIES 2     /* further tries of one call */
#define GATE_WAIT  30000 /* ms: a longer delay is left to a later pass */
#define GATE_ITEMS PROVIDER_ITEMS /* items of one request */

/* What one request has had so far; zeroed for a new one. */
struct gate_tries {
	int n;          /* further tries */
	int64_t waited; /* ms that the server asked for, in all */
};
/* The request is not to be repeated, whatever comes. */
#define GATE_NO_MORE ((struct gate_tries){ GATE_TRIES, GATE_WAIT })

/*
 * Who calls: a mailbox, with the profile's login or one of its own (access =
 * mailbox). A zeroed struct is new; the caller sets the names, own and account,
 * the rest is the gate's.
 */
struct gate_login {
	const char *profile, *address; /* for the log; NULL: not named */
	bool own;                      /* it has a login of its own */
	struct account_login *account; /* own: that login */
	struct account_login alone;    /* used when account is NULL */
	int64_t not_before;            /* tim_mono, by the server's own delay */
	enum err_cause cause;          /* why the server asked for it ... */
	char code[64];                 /* ... and its code for that */
	struct err *left; /* set by gate_leave_alone; the caller frees it */
};

struct gate *gate_open(int max_calls); /* at once, at most */
void gate_close(struct gate *);
/*
 * A pass begins: nothing is stopped, and no login is known to work. What was
 * learnt about the load stays: how many calls at once, how many items, and
 * until when the server wants to be left alone.
 */
void gate_begin(struct gate *);
/*
 * Sets what the profile logs in with, at the server and at the proxy on the way
 * to it. NULL: a login that nobody else has, and no proxy login. Before the
 * first call.
 */
void
gate_logins(struct gate *, struct account_login *, struct account_login *proxy);
/* Stops the profile before its first call: err says why. */
void gate_stop(struct gate *, const struct err *);
/* Why the profile was stopped, or NULL. Stays until gate_begin. */
const struct err *gate_stopped(struct gate *);
/* Whose call stopped the profile; NULL: none did, or gate_stop did. */
const struct gate_login *gate_stopped_by(struct gate *);
/* Has the server accepted the profile's login in this pass? */
bool gate_accepted(struct gate *);
/* Has any call gone well? */
bool gate_answered(struct gate *);
/*
 * Waits until a call may begin. -1: do not call. Then err is why the profile
 * was stopped, or that the server wants this mailbox left alone for longer than
 * a pass waits, or that the program is to end (ERR_RETRY CAUSE_STOP).
 */
int gate_enter(struct gate *, struct gate_login *, struct err *);
/*
 * Must calls wait until the first one has shown that the login works? The time
 * may be used for connecting.
 */
bool gate_proving(struct gate *);
/*
 * rc and err are the call's outcome. True: the wait is over, call again; err is
 * cleared. That happens at most GATE_TRIES times, once after a timeout or an
 * unknown answer, and never when the caller's own patience ended the call; but
 * a server that says for how long it wants to be left alone is asked again as
 * long as these delays, those before included, come to PATIENCE_BUSY at most.
 * False: rc stands.
 */
bool gate_leave(struct gate *, struct gate_login *, int rc, struct gate_tries *,
    struct err *);
/*
 * A call succeeded, but the server was too busy for a part of it: learns from
 * err and waits like gate_leave. True: ask for that part again.
 */
bool gate_pause(
    struct gate *, struct gate_login *, struct gate_tries *, struct err *);
/*
 * No further call for this mailbox begins in this pass: gate_enter returns why.
 */
void
gate_leave_alone(struct gate *, struct gate_login *, const struct err *why);
/*
 * Between these only one thread finds out who is to blame for a call that
 * failed for an unknown reason. The others wait and then need not ask.
 */
void gate_inquiry_begin(struct gate *);
void gate_inquiry_end(struct gate *);
/*
 * How many items one request may ask for now, 1..GATE_ITEMS: fewer while the
 * server is busy, and so few that an answer comes within some seconds, since
 * servers break off what takes a minute. gate_short reports how many the server
 * gave, gate_took how many ms a call took that went well, and gave n items; 0:
 * a call for something else, which tells how long the round trip is.
 */
int gate_items(struct gate *);
void gate_short(struct gate *, int came);
void gate_took(struct gate *, size_t n, int64_t ms);

#endif
