/*
 * resume.c - TLS sessions by their id: a ring of what GnuTLS gives us to keep.
 */
#include "resume.h"

#include <pthread.h>
#include <string.h>

#include <gnutls/gnutls.h>

#define KEPT    64
#define KEY_MAX 64

static struct {
	unsigned char key[KEY_MAX];
	unsigned key_len;
	struct sb data;
} ring[KEPT];
static unsigned next;
static unsigned long full, resumed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int
keep_session(void *arg, gnutls_datum_t key, gnutls_datum_t data)
{
	(void)arg;
	if (key.size > KEY_MAX)
		return -1;
	pthread_mutex_lock(&lock);
	sb_free(&ring[next].data);
	memcpy(ring[next].key, key.data, key.size);
	ring[next].key_len = key.size;
	sb_add(&ring[next].data, (const char *)data.data, data.size);
	next = (next + 1) % KEPT;
	pthread_mutex_unlock(&lock);
	return 0;
}

static gnutls_datum_t
find_session(void *arg, gnutls_datum_t key)
{
	gnutls_datum_t out = { NULL, 0 };
	unsigned i;

	(void)arg;
	pthread_mutex_lock(&lock);
	for (i = 0; i < KEPT; i++) {
		if (ring[i].data.n == 0 || ring[i].key_len != key.size ||
		    memcmp(ring[i].key, key.data, key.size) != 0)
			continue;
		out.data = gnutls_malloc(ring[i].data.n);
		if (out.data != NULL) {
			out.size = (unsigned)ring[i].data.n;
			memcpy(out.data, ring[i].data.p, out.size);
		}
		break;
	}
	pthread_mutex_unlock(&lock);
	return out;
}

static int
drop_session(void *arg, gnutls_datum_t key)
{
	unsigned i;

	(void)arg;
	pthread_mutex_lock(&lock);
	for (i = 0; i < KEPT; i++) {
		if (ring[i].key_len == key.size &&
		    memcmp(ring[i].key, key.data, key.size) == 0)
			sb_free(&ring[i].data);
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

static gnutls_session_t
session_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	return info != NULL ? info->tls_session : NULL;
}

void
resume_offer(struct MHD_Connection *c)
{
	gnutls_session_t s = session_of(c);

	if (s == NULL)
		return;
	gnutls_db_set_store_function(s, keep_session);
	gnutls_db_set_retrieve_function(s, find_session);
	gnutls_db_set_remove_function(s, drop_session);
	gnutls_db_set_ptr(s, &ring);
}

bool
resume_count(struct MHD_Connection *c)
{
	gnutls_session_t s = session_of(c);
	bool was = s != NULL && gnutls_session_is_resumed(s) != 0;

	pthread_mutex_lock(&lock);
	full += s != NULL && !was;
	resumed += was;
	pthread_mutex_unlock(&lock);
	return was;
}

void
resume_stats(struct sb *b)
{
	pthread_mutex_lock(&lock);
	sb_fmt(
	    b, "\"handshakes\":{\"full\":%lu,\"resumed\":%lu}", full, resumed);
	pthread_mutex_unlock(&lock);
}

void
resume_forget(void)
{
	unsigned i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < KEPT; i++)
		sb_free(&ring[i].data);
	pthread_mutex_unlock(&lock);
}
