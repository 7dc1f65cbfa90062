/*
 * warm.c - connections that are opened before they are needed.
 * 1. No login is sent: none of the server, and none of a proxy, which would get
 *    it from many threads before it is known to work.
 * 2. Nobody waits for a connection that does not come.
 * 3. A server that does not take one is not asked for the others.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sync/session.h"
#include "sync/turn.h"
#include "sync/warm.h"

struct warm_job {
	struct job job;
	struct warm *warm;
};

struct warm {
	struct mailbox_work *mailbox;
	struct crew_group group;
	size_t n;
	atomic_bool listed; /* what has not begun need not */
	atomic_bool enough; /* what has begun may end */
	struct warm_job v[];
};

static void warm_run(struct job *, bool own);

static void
warm_add(struct warm *a, size_t from, size_t n)
{
	size_t i;

	for (i = from; i < n; i++) {
		a->v[i].job.run = warm_run;
		a->v[i].warm = a;
		crew_batch(a->mailbox->profile->crew, &a->group, &a->v[i].job);
	}
}

/* The mailbox's own thread has a connection, or is about to open it. */
static void
warm_run(struct job *job, bool own)
{
	struct warm *a = ((struct warm_job *)job)->warm;
	struct mailbox_work *w = a->mailbox;
	struct err ignored = ERR_INIT;
	struct session *s;
	int rc;

	if (own || atomic_load(&a->listed) ||
	    (s = session_begin(w, &ignored)) == NULL)
		return;
	rc = w->profile->ops->ahead(s, &a->enough, &ignored);
	session_end(w, s);
	if (rc == 0 && job == &a->v[0].job)
		warm_add(a, 1, a->n);
}

struct warm *
warm_begin(struct mailbox_work *w)
{
	size_t n = (size_t)crew_size(w->profile->crew) - 1;
	struct warm *a;

	if (n == 0 || w->profile->ops->ahead == NULL ||
	    w->profile->proxy != NULL || turn_others_wait(w) ||
	    gate_stopped(w->profile->gate) != NULL)
		return NULL;
	a = mem_alloc(sizeof(*a) + n * sizeof(a->v[0]));
	memset(&a->group, 0, sizeof(a->group));
	atomic_init(&a->listed, false);
	atomic_init(&a->enough, false);
	a->mailbox = w;
	a->n = n;
	warm_add(a, 0, 1);
	return a;
}

void
warm_listed(struct warm *a)
{
	if (a != NULL)
		atomic_store(&a->listed, true);
}

void
warm_end(struct warm *a)
{
	if (a == NULL)
		return;
	atomic_store(&a->enough, true);
	crew_finish(a->mailbox->profile->crew, &a->group);
	free(a);
}
