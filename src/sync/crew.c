/*
 * crew.c - the worker threads of one profile.
 * 1. One mutex guards all of it; jobs run without it.
 * 2. A group is on the list of groups exactly while it has jobs not begun.
 * 3. crew_finish never blocks while its group has a batch not begun, so a crew
 *    of one thread makes progress.
 * 4. A write is taken only if a thread is free for it: what was fetched and is
 *    not written yet is bounded by their number. Without any (the limit on
 *    processes) all is written by those who fetch.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "sync/crew.h"

/*
 * Threads that write: what several of them bring is one transaction (put.c),
 * and each holds a batch in memory.
 */
#define WRITERS 2

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t work; /* something to do, or closing */
	pthread_cond_t done; /* something was finished */
	struct job *head, *tail;
	struct crew_group *groups;
	int pending; /* mailbox jobs not finished */
	bool closing;
	int size;
	pthread_t writer[WRITERS];
	int writers;
	pthread_cond_t write; /* something to write, or closing */
	struct job *writes;   /* not begun: each has a thread that is free */
	int may_write;        /* threads that are free for one more */
	pthread_t thread[];
};

/* With the lock held: takes the first job of a group. */
static struct job *
take_batch(struct crew *c, struct crew_group *g)
{
	struct crew_group **p;
	struct job *j = g->head;

	if ((g->head = j->next) != NULL)
		return j;
	for (p = &c->groups; *p != g; p = &(*p)->next)
		;
	*p = g->next;
	return j;
}

/* With the lock held: the next job for a thread that holds no session. */
static struct job *
take_job(struct crew *c)
{
	struct job *j = c->head;

	if (c->groups != NULL)
		return take_batch(c, c->groups);
	if (j != NULL)
		c->head = j->next;
	return j;
}

/* Called with the lock held, which is released while the job runs. */
static void
run_job(struct crew *c, struct job *j, bool own)
{
	struct crew_group *g = j->group;

	pthread_mutex_unlock(&c->lock);
	j->run(j, own); /* j may be gone afterwards */
	pthread_mutex_lock(&c->lock);
	if (g != NULL)
		g->pending--;
	else
		c->pending--;
	pthread_cond_broadcast(&c->done);
}

static void *
crew_worker(void *arg)
{
	struct crew *c = arg;
	struct job *j;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		if ((j = take_job(c)) != NULL)
			run_job(c, j, false);
		else if (c->closing)
			break;
		else
			pthread_cond_wait(&c->work, &c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void *
crew_writer(void *arg)
{
	struct crew *c = arg;
	struct job *j;

	pthread_mutex_lock(&c->lock);
	c->may_write++;
	for (;;) {
		if ((j = c->writes) != NULL) {
			c->writes = j->next;
			run_job(c, j, false);
			c->may_write++;
		} else if (c->closing)
			break;
		else
			pthread_cond_wait(&c->write, &c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* Starts up to n threads; how many there are. */
static int
start_threads(pthread_t *thread, int n, void *(*run)(void *), struct crew *c)
{
	pthread_attr_t small;
	int i;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 512 * 1024);
	for (i = 0; i < n; i++) {
		if (pthread_create(&thread[i], &small, run, c) != 0)
			break;
	}
	pthread_attr_destroy(&small);
	return i;
}

struct crew *
crew_open(int threads)
{
	struct crew *c;
	pthread_condattr_t attr;

	c = mem_alloc(sizeof(*c) + (size_t)threads * sizeof(c->thread[0]));
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->work, &attr);
	pthread_cond_init(&c->done, &attr);
	pthread_condattr_destroy(&attr);
	pthread_cond_init(&c->write, NULL);
	c->size = start_threads(c->thread, threads, crew_worker, c);
	if (c->size == 0) {
		log_error("cannot start a thread; raise the limit on "
			  "processes (ulimit -u) or free memory");
		_Exit(3);
	}
	c->writers = start_threads(c->writer, WRITERS, crew_writer, c);
	return c;
}

void
crew_close(struct crew *c)
{
	int i;

	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->closing = true;
	pthread_cond_broadcast(&c->work);
	pthread_cond_broadcast(&c->write);
	pthread_mutex_unlock(&c->lock);
	for (i = 0; i < c->size; i++)
		pthread_join(c->thread[i], NULL);
	for (i = 0; i < c->writers; i++)
		pthread_join(c->writer[i], NULL);
	pthread_cond_destroy(&c->work);
	pthread_cond_destroy(&c->write);
	pthread_cond_destroy(&c->done);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

int
crew_size(const struct crew *c)
{
	return c->size;
}

void
crew_add(struct crew *c, struct job *j)
{
	j->group = NULL;
	j->next = NULL;
	pthread_mutex_lock(&c->lock);
	if (c->head == NULL)
		c->head = j;
	else
		c->tail->next = j;
	c->tail = j;
	c->pending++;
	pthread_cond_signal(&c->work);
	pthread_mutex_unlock(&c->lock);
}

bool
crew_waiting(struct crew *c)
{
	bool yes;

	pthread_mutex_lock(&c->lock);
	yes = c->head != NULL;
	pthread_mutex_unlock(&c->lock);
	return yes;
}

bool
crew_wait(struct crew *c, int64_t ms)
{
	struct timespec t;
	bool all;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&c->lock);
	while (c->pending > 0 && rc == 0)
		rc = pthread_cond_timedwait(&c->done, &c->lock, &t);
	all = c->pending == 0;
	pthread_mutex_unlock(&c->lock);
	return all;
}

void
crew_batch(struct crew *c, struct crew_group *g, struct job *j)
{
	j->group = g;
	j->next = NULL;
	pthread_mutex_lock(&c->lock);
	if (g->head == NULL) {
		g->head = j;
		g->next = c->groups;
		c->groups = g;
	} else
		g->tail->next = j;
	g->tail = j;
	g->pending++;
	pthread_cond_signal(&c->work);
	pthread_mutex_unlock(&c->lock);
}

bool
crew_write(struct crew *c, struct crew_group *g, struct job *j)
{
	bool taken;

	j->group = g;
	pthread_mutex_lock(&c->lock);
	if ((taken = c->may_write > 0)) {
		c->may_write--;
		j->next = c->writes;
		c->writes = j;
		g->pending++;
		pthread_cond_signal(&c->write);
	}
	pthread_mutex_unlock(&c->lock);
	return taken;
}

void
crew_finish(struct crew *c, struct crew_group *g)
{
	pthread_mutex_lock(&c->lock);
	while (g->pending > 0) {
		if (g->head != NULL)
			run_job(c, take_batch(c, g), true);
		else
			pthread_cond_wait(&c->done, &c->lock);
	}
	pthread_mutex_unlock(&c->lock);
}
