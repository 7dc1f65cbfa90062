/*
 * tls_sessions.c - TLS sessions that can be resumed.
 * 1. A session that is no longer in the table is wiped from it.
 * 2. There is at most one session for each struct tls_session_for.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/tls_sessions.h"

struct kept {
	char *host, *port; /* NULL: nothing is kept here */
	uint64_t trust;
	bool pinned;
	unsigned char pin[TLS_PIN];
	int64_t since; /* tim_mono */
	struct tls_session session;
};

struct tls_sessions {
	pthread_mutex_t lock; /* for all below */
	struct kept v[TLS_SESSIONS];
};

struct tls_sessions *
tls_sessions_open(void)
{
	struct tls_sessions *s = mem_alloc(sizeof(*s));

	pthread_mutex_init(&s->lock, NULL);
	return s;
}

static void
drop_kept(struct kept *k)
{
	free(k->host);
	free(k->port);
	mem_wipe(k, sizeof(*k));
}

void
tls_sessions_close(struct tls_sessions *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < TLS_SESSIONS; i++)
		drop_kept(&s->v[i]);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static bool
is_kept_for(const struct kept *k, const struct tls_session_for *f)
{
	return k->host != NULL && str_eq(k->host, f->host) &&
	       str_eq(k->port, f->port) && k->trust == f->trust &&
	       k->pinned == (f->pin != NULL) &&
	       (f->pin == NULL || memcmp(k->pin, f->pin, TLS_PIN) == 0);
}

/* With the lock held. NULL: there is none. */
static struct kept *
find_kept(struct tls_sessions *s, const struct tls_session_for *f)
{
	size_t i;

	for (i = 0; i < TLS_SESSIONS; i++) {
		if (is_kept_for(&s->v[i], f))
			return &s->v[i];
	}
	return NULL;
}

static bool
is_outdated(const struct kept *k)
{
	return tim_mono() - k->since >= TLS_SESSIONS_AGE ||
	       (k->session.not_after != TIM_NONE &&
		   tim_now() > k->session.not_after);
}

bool
tls_sessions_find(struct tls_sessions *s, const struct tls_session_for *f,
    struct tls_session *out)
{
	struct kept *k;

	pthread_mutex_lock(&s->lock);
	k = find_kept(s, f);
	if (k != NULL && is_outdated(k)) {
		drop_kept(k);
		k = NULL;
	}
	if (k != NULL)
		*out = k->session;
	pthread_mutex_unlock(&s->lock);
	return k != NULL;
}

/* With the lock held: an empty place, or that of the oldest session. */
static struct kept *
find_session_slot(struct tls_sessions *s)
{
	struct kept *oldest = &s->v[0];
	size_t i;

	for (i = 0; i < TLS_SESSIONS; i++) {
		if (s->v[i].host == NULL)
			return &s->v[i];
		if (s->v[i].since < oldest->since)
			oldest = &s->v[i];
	}
	return oldest;
}

void
tls_sessions_keep(struct tls_sessions *s, const struct tls_session_for *f,
    const struct tls_session *session)
{
	struct kept *k;

	pthread_mutex_lock(&s->lock);
	if ((k = find_kept(s, f)) == NULL)
		k = find_session_slot(s);
	drop_kept(k);
	k->host = mem_strdup(f->host);
	k->port = mem_strdup(f->port);
	k->trust = f->trust;
	k->pinned = f->pin != NULL;
	if (k->pinned)
		memcpy(k->pin, f->pin, TLS_PIN);
	k->since = tim_mono();
	k->session = *session;
	pthread_mutex_unlock(&s->lock);
}

void
tls_sessions_forget(struct tls_sessions *s, const struct tls_session *session)
{
	size_t i;

	pthread_mutex_lock(&s->lock);
	for (i = 0; i < TLS_SESSIONS; i++) {
		struct kept *k = &s->v[i];

		if (k->host != NULL && k->session.id_len == session->id_len &&
		    memcmp(k->session.id, session->id, session->id_len) == 0)
			drop_kept(k);
	}
	pthread_mutex_unlock(&s->lock);
}
