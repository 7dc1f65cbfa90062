/*
 * tlsmemory.h - the sessions that the server of tlsserver.h keeps, and how each
 * of its connections began.
 */
#ifndef TESTS_UNIT_TLSMEMORY_H
#define TESTS_UNIT_TLSMEMORY_H

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <gnutls/gnutls.h>

#define LINKS    64
#define SESSIONS 8

/* What a server does with a session that it knows. */
enum mood {
	RESUMES,
	DECLINES,
	ALERTS, /* ends the handshake */
	HANGS_UP
};

/* The server's side. */
struct memory {
	enum mood mood;
	struct {
		unsigned char key[64];
		unsigned key_len, len;
		unsigned char data[4096];
	} kept[SESSIONS];
	unsigned next;
	/* one for each connection: f: full, r: resumed, x: failed */
	char how[LINKS + 1];
	size_t nhow;
};

static inline int
memory_keep(void *arg, gnutls_datum_t key, gnutls_datum_t data)
{
	struct memory *m = arg;
	unsigned i = m->next++ % SESSIONS;

	if (key.size > sizeof(m->kept[i].key) ||
	    data.size > sizeof(m->kept[i].data))
		abort();
	memcpy(m->kept[i].key, key.data, key.size);
	m->kept[i].key_len = key.size;
	memcpy(m->kept[i].data, data.data, data.size);
	m->kept[i].len = data.size;
	return 0;
}

static inline gnutls_datum_t
memory_find(void *arg, gnutls_datum_t key)
{
	struct memory *m = arg;
	gnutls_datum_t out = { NULL, 0 };
	unsigned i;

	if (m->mood == DECLINES)
		return out;
	for (i = 0; i < SESSIONS; i++) {
		if (m->kept[i].key_len != key.size ||
		    memcmp(m->kept[i].key, key.data, key.size) != 0)
			continue;
		out.data = gnutls_malloc(m->kept[i].len);
		out.size = m->kept[i].len;
		memcpy(out.data, m->kept[i].data, out.size);
	}
	return out;
}

/* Once a session is to be resumed: an error here ends the handshake. */
static inline int
memory_hook(gnutls_session_t s, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *msg)
{
	struct memory *m = gnutls_session_get_ptr(s);

	(void)type, (void)when, (void)incoming, (void)msg;
	if (!gnutls_session_is_resumed(s))
		return 0;
	if (m->mood == HANGS_UP)
		shutdown(gnutls_transport_get_int(s), SHUT_RDWR);
	return m->mood == RESUMES ? 0 : GNUTLS_E_INTERNAL_ERROR;
}

static inline void
memory_before(gnutls_session_t s, void *arg)
{
	gnutls_db_set_store_function(s, memory_keep);
	gnutls_db_set_retrieve_function(s, memory_find);
	gnutls_db_set_ptr(s, arg);
	gnutls_session_set_ptr(s, arg);
	gnutls_handshake_set_hook_function(
	    s, GNUTLS_HANDSHAKE_SERVER_HELLO, GNUTLS_HOOK_PRE, memory_hook);
}

static inline void
memory_after(gnutls_session_t s, int r, void *arg)
{
	struct memory *m = arg;

	if (m->nhow < LINKS)
		m->how[m->nhow++] = r < 0                          ? 'x'
				    : gnutls_session_is_resumed(s) ? 'r'
								   : 'f';
}

#endif
