/*
 * underway.c - mail that is being asked for.
 * 1. A batch is noted only while it is in progress: both change under one lock,
 *    so no note comes after its outcome.
 * 2. A note that cannot be written is not reported: the outcome will be.
 */
#include <stdlib.h>
#include <string.h>

#include <pthread.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/tim.h"
#include "sync/backoff.h"
#include "sync/underway.h"

/* ms after which a batch is noted */
#define LONG fault_int("EXSYNC_UNDERWAY_MS", 5000)
/*
 * How often a mail may be in progress when a pass ends and still be due at
 * once.
 */
#define AT_ONCE 8

struct underway {
	pthread_mutex_t lock;
	struct underway_batch *head;
	struct store *store;
	bool careful;
};

struct underway *
underway_open(struct store *store, bool careful)
{
	struct underway *u = mem_alloc(sizeof(*u));

	pthread_mutex_init(&u->lock, NULL);
	u->store = store;
	u->careful = careful;
	return u;
}

void
underway_close(struct underway *u)
{
	if (u == NULL)
		return;
	pthread_mutex_destroy(&u->lock);
	free(u);
}

static int64_t
note_next_try(int64_t tries)
{
	if (tries + 1 >= BACKOFF_TRIES)
		return TIM_NONE;
	return tries < AT_ONCE ? tim_now() : backoff_item(tries - AT_ONCE, 0);
}

/* With the lock held: notes the batch in table failure. */
static void
note_batch(struct underway *u, struct underway_batch *b)
{
	struct store_item item[PROVIDER_ITEMS];
	struct store_page part;
	struct store_count count;
	struct err why = ERR_INIT, err = ERR_INIT;
	size_t i;

	err_set(&why, ERR_RETRY,
	    "it was under way when the pass ended; it is tried again alone");
	err_code(&why, CAUSE_UNDERWAY, "under-way", SCOPE_ITEM);
	memset(item, 0, sizeof(item));
	for (i = 0; i < b->nasked; i++) {
		size_t at = b->asked[i];

		item[i].item_id = b->ref[at].id;
		item[i].change_key = b->ref[at].change_key;
		item[i].folder = b->folder;
		item[i].fault = &why;
		item[i].head = b->head == NULL ? NULL : b->head[at];
		item[i].next_try =
		    note_next_try(b->tries == NULL ? 0 : b->tries[at]);
		item[i].counted = b->noted[at];
		b->noted[at] = true;
	}
	memset(&part, 0, sizeof(part));
	part.folder = b->folder;
	part.ahead = true;
	memset(&count, 0, sizeof(count));
	store_put(u->store,
	    &(struct store_work){
		b->address, item, b->nasked, b->ahead ? &part : NULL },
	    &count, &err);
	b->asked_since = TIM_NONE;
}

/* With the lock held. */
static void
unlink_batch(struct underway *u, struct underway_batch *b)
{
	struct underway_batch **p = &u->head;

	while (*p != NULL && *p != b)
		p = &(*p)->next;
	if (*p != NULL)
		*p = b->next;
}

void
underway_set(
    struct underway *u, struct underway_batch *b, const size_t *at, size_t n)
{
	if (u == NULL)
		return;
	pthread_mutex_lock(&u->lock);
	unlink_batch(u, b);
	b->asked = at;
	b->nasked = n;
	b->asked_since = tim_mono();
	if (n > 0) {
		b->next = u->head;
		u->head = b;
		if (u->careful)
			note_batch(u, b);
	}
	pthread_mutex_unlock(&u->lock);
}

void
underway_look(struct underway *u)
{
	struct underway_batch *b;
	int64_t now = tim_mono();

	pthread_mutex_lock(&u->lock);
	for (b = u->head; b != NULL; b = b->next) {
		if (b->asked_since != TIM_NONE && now - b->asked_since > LONG)
			note_batch(u, b);
	}
	pthread_mutex_unlock(&u->lock);
}
