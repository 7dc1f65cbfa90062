/*
 * session.c - the sessions that threads have with a mailbox's server.
 */
#include "sync/session.h"

struct session *
session_begin(struct mailbox_work *w, struct err *err)
{
	return w->profile->ops->session_open(
	    w->profile->provider, &w->conf, err);
}

void
session_connect(struct session *s)
{
	struct err ignored = ERR_INIT;

	if (s->provider->ops->connect != NULL)
		s->provider->ops->connect(s, &ignored);
}

void
session_end(struct mailbox_work *w, struct session *s)
{
	int64_t requests, bytes;

	w->profile->ops->usage(s, &requests, &bytes);
	tally_usage(w->profile->tally, requests, bytes);
	w->profile->ops->session_close(s);
}
