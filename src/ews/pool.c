/*
 * pool.c - the connections to one server that are not in use.
 * 1. A connection is never shared by two credentials: some servers authenticate
 *    the connection, not the request (PROTOCOL 18).
 * 2. At most max idle ones are kept; the one idle the longest is closed.
 */
#include <stdlib.h>
#include <string.h>

#include "auth/auth.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/stop.h"
#include "ews/pool.h"
#include "net/tls_trust.h"

#define USER_AGENT "exsync/" EXSYNC_VERSION
#define PLACE      "the EWS virtual directory"

static int
conn_open(struct pool *p, struct pool_conn *c, struct err *err)
{
	struct http_opts o;

	if ((c->auth = auth_open(&c->who, PLACE, err)) == NULL)
		return -1;
	memset(&o, 0, sizeof(o));
	o.url = p->profile->url;
	o.proxy = p->conf->proxy;
	o.trust = p->trust;
	o.tls_pin = p->profile->tls_pin;
	o.auth = c->auth;
	o.user_agent = USER_AGENT;
	o.stop = stop_poll;
	o.connect_ms = fault_int("EXSYNC_CONNECT_MS", 0);
	o.tls_ms = fault_int("EXSYNC_TLS_MS", 0);
	o.first_byte_ms = fault_int("EXSYNC_FIRST_BYTE_MS", 0);
	o.silence_ms = fault_int("EXSYNC_SILENCE_MS", 0);
	o.total_ms = fault_int("EXSYNC_TOTAL_MS", 0);
	o.idle_ms = fault_int("EXSYNC_IDLE_MS", 0);
	o.body_max = fault_int("EXSYNC_BODY_MAX", 0);
	c->http = http_open(&o, err);
	return c->http == NULL ? -1 : 0;
}

static void
conn_shut(struct pool_conn *c)
{
	http_close(c->http);
	c->http = NULL;
	if (c->auth != NULL)
		c->auth->free(c->auth);
	c->auth = NULL;
}

static void
conn_close(struct pool_conn *c)
{
	conn_shut(c);
	credential_free(&c->who);
	free(c);
}

int
pool_init(struct pool *p, const struct conf *conf,
    const struct conf_profile *profile, int max, struct err *err)
{
	struct credential nobody = { profile->auth, NULL, NULL };
	struct pool_conn *trial;

	memset(p, 0, sizeof(*p));
	pthread_mutex_init(&p->lock, NULL);
	p->conf = conf;
	p->profile = profile;
	p->max = max > 0 ? (size_t)max : 1;
	if (strncmp(profile->url, "https:", 6) == 0 &&
	    profile->tls_pin == NULL &&
	    (p->trust = tls_trust_load(conf->ca_file, err)) == NULL)
		return -1;
	/* what can never work is found now, and not by each mailbox */
	if ((trial = pool_take(p, &nobody, err)) == NULL)
		return -1;
	conn_close(trial);
	return 0;
}

void
pool_free(struct pool *p)
{
	struct pool_conn *c;

	while ((c = p->idle) != NULL) {
		p->idle = c->next;
		conn_close(c);
	}
	tls_trust_free(p->trust);
	pthread_mutex_destroy(&p->lock);
}

struct pool_conn *
pool_take(struct pool *p, const struct credential *who, struct err *err)
{
	struct pool_conn **pp, *c;

	pthread_mutex_lock(&p->lock);
	for (pp = &p->idle; (c = *pp) != NULL; pp = &c->next)
		if (credential_same(&c->who, who))
			break;
	if (c != NULL) {
		*pp = c->next;
		p->nidle--;
	}
	pthread_mutex_unlock(&p->lock);
	if (c != NULL)
		return c;
	c = mem_alloc(sizeof(*c));
	credential_copy(&c->who, who);
	if (conn_open(p, c, err) == -1) {
		conn_close(c);
		return NULL;
	}
	return c;
}

/* With the lock held: takes the one idle the longest out of the list. */
static struct pool_conn *
oldest(struct pool *p)
{
	struct pool_conn **pp = &p->idle, *c;

	while ((*pp)->next != NULL)
		pp = &(*pp)->next;
	c = *pp;
	*pp = NULL;
	p->nidle--;
	return c;
}

void
pool_give(struct pool *p, struct pool_conn *c)
{
	struct pool_conn *old = NULL;

	if (c == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	c->next = p->idle;
	p->idle = c;
	if (++p->nidle > p->max)
		old = oldest(p);
	pthread_mutex_unlock(&p->lock);
	if (old != NULL)
		conn_close(old);
}

int
pool_renew(struct pool *p, struct pool_conn *c, struct err *err)
{
	conn_shut(c);
	return conn_open(p, c, err);
}
