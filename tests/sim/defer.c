/*
 * defer.c - a timer thread over a list sorted by time.
 */
#include "defer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/sb.h"

struct waiting {
	struct waiting *next;
	struct timespec until;
	struct MHD_Connection *connection;
};

static struct waiting *list;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_t thread;
static bool ending;

static bool
later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec
				      : a->tv_nsec > b->tv_nsec;
}

static void *
run(void *arg)
{
	struct timespec now;
	struct waiting *w;

	(void)arg;
	pthread_mutex_lock(&lock);
	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		while (
		    (w = list) != NULL && (ending || !later(&w->until, &now))) {
			list = w->next;
			MHD_resume_connection(w->connection);
			free(w);
		}
		if (ending)
			break;
		if (list != NULL)
			pthread_cond_timedwait(&changed, &lock, &list->until);
		else
			pthread_cond_wait(&changed, &lock);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

void
defer_start(void)
{
	pthread_condattr_t a;

	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &a);
	pthread_condattr_destroy(&a);
	pthread_create(&thread, NULL, run, NULL);
}

void
defer_wait(struct MHD_Connection *connection, long ms)
{
	struct waiting *w = sb_xmalloc(sizeof(*w)), **p;

	clock_gettime(CLOCK_MONOTONIC, &w->until);
	w->until.tv_sec += ms / 1000;
	w->until.tv_nsec += ms % 1000 * 1000000;
	if (w->until.tv_nsec >= 1000000000) {
		w->until.tv_sec++;
		w->until.tv_nsec -= 1000000000;
	}
	w->connection = connection;
	pthread_mutex_lock(&lock);
	if (ending) { /* nobody would wake it */
		pthread_mutex_unlock(&lock);
		free(w);
		return;
	}
	MHD_suspend_connection(connection);
	for (p = &list; *p && !later(&(*p)->until, &w->until); p = &(*p)->next)
		;
	w->next = *p;
	*p = w;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

void
defer_stop(void)
{
	pthread_mutex_lock(&lock);
	ending = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
	pthread_cond_destroy(&changed);
}
