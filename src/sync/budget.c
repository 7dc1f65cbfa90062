/*
 * budget.c - how many bytes of mail may be in memory at once.
 * 1. A request for more than the whole budget gets all of it, alone.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "sync/budget.h"

struct budget {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	int64_t all, left;
};

struct budget *
budget_open(int64_t bytes)
{
	struct budget *b = mem_alloc(sizeof(*b));

	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->freed, NULL);
	b->all = b->left = bytes;
	return b;
}

void
budget_close(struct budget *b)
{
	if (b == NULL)
		return;
	pthread_cond_destroy(&b->freed);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

int64_t
budget_take(struct budget *b, int64_t bytes)
{
	if (bytes > b->all)
		bytes = b->all;
	pthread_mutex_lock(&b->lock);
	while (b->left < bytes)
		pthread_cond_wait(&b->freed, &b->lock);
	b->left -= bytes;
	pthread_mutex_unlock(&b->lock);
	return bytes;
}

void
budget_give(struct budget *b, int64_t share)
{
	pthread_mutex_lock(&b->lock);
	b->left += share;
	pthread_cond_broadcast(&b->freed);
	pthread_mutex_unlock(&b->lock);
}
