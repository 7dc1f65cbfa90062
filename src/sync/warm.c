/*
 * warm.c - connections that are opened before they are needed.
 * 1. Each job holds its connection until all have been begun, so that none is
 *    given the connection of another.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sync/session.h"
#include "sync/turn.h"
#include "sync/warm.h"

struct warm_job {
	struct job job;
	struct mailbox_work *mailbox;
	struct session *session;
};

struct warm {
	struct crew_group group;
	size_t n;
	struct warm_job v[];
};

/* The mailbox's own thread has a connection, or is about to open it. */
static void
warm_run(struct job *job, bool own)
{
	struct warm_job *j = (struct warm_job *)job;
	struct mailbox_work *w = j->mailbox;
	struct err ignored = ERR_INIT;

	if (!own && (j->session = session_begin(w, &ignored)) != NULL)
		session_connect(j->session);
}

struct warm *
warm_begin(struct mailbox_work *w)
{
	struct crew *crew = w->profile->crew;
	size_t n = (size_t)crew_size(crew) - 1, i;
	struct warm *a;

	if (n == 0 || turn_others_wait(w) ||
	    gate_stopped(w->profile->gate) != NULL)
		return NULL;
	a = mem_alloc(sizeof(*a) + n * sizeof(a->v[0]));
	memset(&a->group, 0, sizeof(a->group));
	a->n = n;
	for (i = 0; i < n; i++) {
		a->v[i].job.run = warm_run;
		a->v[i].mailbox = w;
		crew_batch(crew, &a->group, &a->v[i].job);
	}
	return a;
}

void
warm_end(struct mailbox_work *w, struct warm *a)
{
	size_t i;

	if (a == NULL)
		return;
	crew_finish(w->profile->crew, &a->group);
	for (i = 0; i < a->n; i++)
		if (a->v[i].session != NULL)
			session_end(w, a->v[i].session);
	free(a);
}
