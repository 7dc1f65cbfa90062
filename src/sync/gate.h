/*
 * gate.h - the throttle gate of one profile: every call to the server passes
 * it.
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
 * server asks for up to 30 s, lowers the number of calls at once when the
 * server is busy and raises it slowly again, and stops the profile when its
 * login is rejected or its server cannot be reached.
 */
#ifndef SYNC_GATE_H
#define SYNC_GATE_H

#include <stdbool.h>

#include "base/err.h"

struct gate;

/* A login of its own within a profile (access = mailbox). Zeroed is new. */
struct gate_login {
	bool own;      /* false: the profile's */
	bool rejected; /* own: never again in this pass */
};

struct gate *gate_open(int max_calls);
void gate_close(struct gate *);
/*
 * -1: do not call. err is why the profile was stopped, or that the program
 * is to end (ERR_RETRY code "stopped").
 */
int gate_enter(struct gate *, struct gate_login *, struct err *);
/*
 * rc and err are the call's outcome. True: wait is over, call again (at most
 * twice); err is cleared then. False: rc stands.
 */
bool gate_leave(
    struct gate *, struct gate_login *, int rc, int *tries, struct err *);
/*
 * A call went well, but the server was too busy for a part of it: learns from
 * err and waits like gate_leave. True: ask for that part again.
 */
bool gate_pause(struct gate *, int *tries, struct err *);

#endif
