/*
 * pool.c - the idle connections to one server.
 * 1. A connection is never shared by two credentials: some servers authenticate
 *    the connection, not the request (ews/README.md, Acting for a mailbox).
 * 2. At most max idle ones are kept; the one idle the longest is closed.
 * 3. None is opened ahead while max are there, idle or not.
 */
#include <stdlib.h>
#include <string.h>

#include "auth/auth.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/stop.h"
#include "net/tls_sessions.h"
#include "net/tls_trust.h"
#include "web/pool.h"

#define USER_AGENT "exsync/" EXSYNC_VERSION

void
pool_opts_of(struct pool_opts *o, const struct conf *conf,
    const struct conf_profile *profile)
{
	struct http_opts *h = &o->http;

	memset(o, 0, sizeof(*o));
	h->url = profile->url;
	h->proxy = conf->proxy;
	h->tls_pin = profile->tls_pin;
	h->user_agent = USER_AGENT;
	h->stop = stop_poll;
	h->connect_ms = fault_int("EXSYNC_CONNECT_MS", 0);
	h->tls_ms = fault_int("EXSYNC_TLS_MS", 0);
	h->first_byte_ms = fault_int("EXSYNC_FIRST_BYTE_MS", 0);
	h->silence_ms = fault_int("EXSYNC_SILENCE_MS", 0);
	h->total_ms = fault_int("EXSYNC_TOTAL_MS", 0);
	h->idle_ms = fault_int("EXSYNC_IDLE_MS", 0);
	o->ca_file = conf->ca_file;
	o->scheme = profile->auth;
}

static int
open_conn(struct pool *p, struct pool_conn *c, struct err *err)
{
	struct http_opts o = p->opts.http;

	if ((c->auth = auth_open(&c->who, p->opts.place, err)) == NULL)
		return -1;
	o.trust = p->trust;
	o.sessions = p->sessions;
	o.auth = c->auth;
	c->http = http_open(&o, err);
	return c->http == NULL ? -1 : 0;
}

static void
shut_conn(struct pool_conn *c)
{
	http_close(c->http);
	c->http = NULL;
	if (c->auth != NULL)
		c->auth->free(c->auth);
	c->auth = NULL;
}

static void
close_conn(struct pool *p, struct pool_conn *c)
{
	shut_conn(c);
	credential_free(&c->who);
	free(c);
	pthread_mutex_lock(&p->lock);
	p->live--;
	pthread_mutex_unlock(&p->lock);
}

/* A new one, which counts already. */
static struct pool_conn *
new_conn(struct pool *p, const struct credential *who, struct err *err)
{
	struct pool_conn *c = mem_alloc(sizeof(*c));

	credential_copy(&c->who, who);
	if (open_conn(p, c, err) == 0)
		return c;
	close_conn(p, c);
	return NULL;
}

int
pool_init(struct pool *p, const struct pool_opts *opts, struct err *err)
{
	struct credential nobody = { opts->scheme, NULL, NULL, NULL };
	struct pool_conn *trial;

	memset(p, 0, sizeof(*p));
	pthread_mutex_init(&p->lock, NULL);
	p->opts = *opts;
	p->sessions = tls_sessions_open();
	p->max = opts->max > 0 ? (size_t)opts->max : 1;
	if (strncmp(opts->http.url, "https:", 6) == 0 &&
	    opts->http.tls_pin == NULL &&
	    (p->trust = tls_trust_load(opts->ca_file, err)) == NULL)
		return -1;
	/* what can never work fails now, once, and not for each mailbox */
	if ((trial = pool_take(p, &nobody, err)) == NULL)
		return -1;
	close_conn(p, trial);
	return 0;
}

void
pool_free(struct pool *p)
{
	struct pool_conn *c;

	while ((c = p->idle) != NULL) {
		p->idle = c->next;
		close_conn(p, c);
	}
	tls_sessions_close(p->sessions);
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
	p->live += c == NULL;
	pthread_mutex_unlock(&p->lock);
	return c != NULL ? c : new_conn(p, who, err);
}

int
pool_open_ahead(struct pool *p, const struct credential *who,
    const atomic_bool *enough, struct err *err)
{
	struct pool_conn *c;
	bool room;
	int rc;

	pthread_mutex_lock(&p->lock);
	room = p->live < p->max;
	p->live += room;
	pthread_mutex_unlock(&p->lock);
	if (!room)
		return 0;
	if ((c = new_conn(p, who, err)) == NULL)
		return -1;
	http_enough(c->http, enough);
	rc = http_connect(c->http, err);
	http_enough(c->http, NULL);
	if (rc == 0)
		pool_give(p, c);
	else
		close_conn(p, c);
	return rc;
}

/* With the lock held: takes the one idle the longest out of the list. */
static struct pool_conn *
take_oldest(struct pool *p)
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
		old = take_oldest(p);
	pthread_mutex_unlock(&p->lock);
	if (old != NULL)
		close_conn(p, old);
}

int
pool_renew(struct pool *p, struct pool_conn *c, struct err *err)
{
	shut_conn(c);
	return open_conn(p, c, err);
}
