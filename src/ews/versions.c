/*
 * versions.c - the version that each mailbox is spoken to in.
 * 1. Everything but address is read and written under the lock.
 * 2. No mailbox is spoken to in a version above what its server's build
 *    understands.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "ews/versions.h"

void
versions_init(struct versions *all, enum version start)
{
	memset(all, 0, sizeof(*all));
	pthread_mutex_init(&all->lock, NULL);
	map_init(&all->index);
	all->start = all->common = start;
}

void
versions_free(struct versions *all)
{
	size_t i;

	for (i = 0; i < all->n; i++) {
		free(all->v[i]->address);
		free(all->v[i]);
	}
	free(all->v);
	map_free(&all->index);
	pthread_mutex_destroy(&all->lock);
}

/* With the lock held. */
static struct mailbox_version *
add_mailbox(struct versions *all, const char *address)
{
	struct mailbox_version *m = mem_alloc(sizeof(*m));

	m->address = mem_strdup(address);
	map_put(&all->index, 0, m->address, all->n);
	*VEC_ADD(all->v, all->n) = m;
	return m;
}

struct mailbox_version *
versions_of(struct versions *all, const char *address)
{
	struct mailbox_version *m;
	size_t i;

	pthread_mutex_lock(&all->lock);
	i = map_get(&all->index, 0, address);
	m = i == MAP_NONE ? add_mailbox(all, address) : all->v[i];
	pthread_mutex_unlock(&all->lock);
	return m;
}

/* With the lock held. */
static enum version
current_version(const struct versions *all, const struct mailbox_version *m)
{
	enum version cap = version_cap(&m->build), v;

	v = m->refused ? m->version : m->build.known ? all->start : all->common;
	return v > cap ? cap : v;
}

enum version
versions_current(struct versions *all, struct mailbox_version *m)
{
	enum version v;

	pthread_mutex_lock(&all->lock);
	v = current_version(all, m);
	pthread_mutex_unlock(&all->lock);
	return v;
}

bool
versions_step_down(
    struct versions *all, struct mailbox_version *m, enum version used)
{
	bool down;

	pthread_mutex_lock(&all->lock);
	if (current_version(all, m) >= used) {
		m->version = version_below(used);
		m->refused = true;
	}
	down = current_version(all, m) < used;
	pthread_mutex_unlock(&all->lock);
	return down;
}

void
versions_restore(struct versions *all, struct mailbox_version *m)
{
	pthread_mutex_lock(&all->lock);
	m->refused = false;
	pthread_mutex_unlock(&all->lock);
}

void
versions_proven(struct versions *all, struct mailbox_version *m, enum version v)
{
	pthread_mutex_lock(&all->lock);
	if (m->refused && v < all->common)
		all->common = v;
	pthread_mutex_unlock(&all->lock);
}

void
versions_told(struct versions *all, struct mailbox_version *m,
    const struct version_build *build)
{
	if (!build->known)
		return;
	pthread_mutex_lock(&all->lock);
	m->build = *build;
	pthread_mutex_unlock(&all->lock);
}

struct version_build
versions_build(struct versions *all, struct mailbox_version *m)
{
	struct version_build v;

	pthread_mutex_lock(&all->lock);
	v = m->build;
	pthread_mutex_unlock(&all->lock);
	return v;
}
