/*
 * limit.c - one row per application and mailbox.
 * 1. A request counts from its start until its answer was sent or lost.
 * 2. A batch sends four at a time, and has as many until it was answered as it
 *    had at most at a time. What of a four finds no room is a 429.
 */
#include "graph/limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "graph/gjson.h"
#include "graph/goption.h"

struct limit {
	struct limit *next;
	char *app;
	const struct mailbox *mailbox;
	long running;
	long used; /* since the start of its window */
	int64_t window;
};

static struct limit *limits;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct limit *
limit_of(const struct graph_call *g)
{
	const char *app = g->app != NULL ? g->app : "";
	struct limit *l;

	for (l = limits; l != NULL; l = l->next)
		if (l->mailbox == g->mailbox && strcmp(l->app, app) == 0)
			return l;
	l = sb_xmalloc(sizeof(*l));
	l->app = sb_xstrdup(app);
	l->mailbox = g->mailbox;
	l->window = world_now();
	l->next = limits;
	limits = l;
	return l;
}

static void
throttle(struct graph_call *g, const char *message, const char *retry_after)
{
	refuse(g, 429, "ApplicationThrottled", message);
	free(g->retry_after);
	g->retry_after = *retry_after != 0 ? sb_xstrdup(retry_after) : NULL;
}

/* Takes one of the budget; else the seconds until there is more. */
static long
take_budget(struct limit *l)
{
	int64_t now = world_now();
	long left;

	if (now >= l->window + graph_option.budget_seconds) {
		l->window = now;
		l->used = 0;
	}
	if (graph_option.budget == 0 || l->used < graph_option.budget) {
		l->used++;
		return 0;
	}
	left = (long)(l->window + graph_option.budget_seconds - now);
	return left > 0 ? left : 1;
}

static bool
take(struct graph_call *g, long others, bool keep)
{
	struct sb seconds = { 0 };
	struct limit *l;
	long wait;
	bool full;

	pthread_mutex_lock(&lock);
	l = limit_of(g);
	wait = take_budget(l);
	full = graph_option.concurrency > 0 &&
	       l->running + others >= graph_option.concurrency;
	if (wait == 0 && !full && keep) {
		l->running++;
		g->slots = 1;
	}
	pthread_mutex_unlock(&lock);
	if (wait > 0) {
		sb_fmt(&seconds, "%ld", wait);
		throttle(g,
		    "Application is over its limit of requests to the "
		    "mailbox.",
		    seconds.p);
		sb_free(&seconds);
	} else if (full) {
		throttle(g, "Application is over its MailboxConcurrency limit.",
		    graph_option.retry_after);
	}
	return wait == 0 && !full;
}

bool
limit_take(struct graph_call *g)
{
	return take(g, 0, true);
}

bool
limit_take_inner(struct graph_call *g, long slot, long held)
{
	return take(g, slot - held, slot >= held);
}

void
limit_release(struct graph_call *g)
{
	if (g->slots == 0)
		return;
	pthread_mutex_lock(&lock);
	limit_of(g)->running -= g->slots;
	pthread_mutex_unlock(&lock);
	g->slots = 0;
}

void
limit_free(void)
{
	struct limit *l;

	while ((l = limits) != NULL) {
		limits = l->next;
		free(l->app);
		free(l);
	}
}
