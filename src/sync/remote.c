/*
 * remote.c - one call to the server, through the gate.
 */
#include "base/tim.h"
#include "sync/patience.h"
#include "sync/remote.h"
#include "sync/session.h"

int
remote_call(struct remote *r, remote_fn fn, void *arg, struct err *err)
{
	struct gate *gate = r->mailbox->profile->gate;
	struct gate_login *login = &r->mailbox->login;
	struct gate_tries tries = { 0, 0 };
	int64_t began;
	bool ours;
	int rc;

	if (r->once)
		tries = GATE_NO_MORE;

	if (gate_proving(gate))
		session_connect(r->session);
	for (;;) {
		if (gate_enter(gate, login, err) == -1)
			return -1;
		began = tim_mono();
		rc = fn(r->session, arg, err);
		r->session->patience_ms = 0;
		if (rc == 0)
			gate_took(gate, 0, tim_mono() - began);
		if (rc == -1) {
			r->last = tim_mono() - began;
			r->lost += r->last;
			/* a busy server is slow to say so */
			if (r->hasty && r->last > PATIENCE_SLOW &&
			    err->retry_ms == 0)
				tries = GATE_NO_MORE;
		}
		ours = rc == -1 && err->retry_ms == 0;
		began = tim_mono();
		if (!gate_leave(gate, login, rc, &tries, err))
			return rc;
		if (ours)
			r->lost += tim_mono() - began;
	}
}
