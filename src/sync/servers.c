/*
 * servers.c - the servers that the INI names.
 * 1. A server has as many connections as all profiles that share it: the sum of
 *    their max_connections, whether a pass reads them or not.
 */
#include <stdlib.h>
#include <string.h>

#include "auth/token.h"
#include "base/mem.h"
#include "base/str.h"
#include "conf/confkeys.h"
#include "core/credential.h"
#include "sync/servers.h"

/* An opened server. */
struct opened {
	struct server server;
	struct opened *next;
	const struct conf_profile *profile; /* the profile that asked first */
};

struct servers {
	const struct conf *conf;
	servers_kind kind;
	struct opened *first;
};

struct servers *
servers_open(const struct conf *conf, servers_kind kind)
{
	struct servers *s = mem_alloc(sizeof(*s));

	s->conf = conf;
	s->kind = kind;
	return s;
}

void
servers_close(struct servers *s)
{
	struct opened *o;

	while (s != NULL && (o = s->first) != NULL) {
		s->first = o->next;
		gate_close(o->server.gate);
		o->server.ops->close(o->server.provider);
		free(o);
	}
	token_forget_all();
	free(s);
}

void
servers_begin(struct servers *s)
{
	struct opened *o;

	for (o = s->first; o != NULL; o = o->next)
		gate_begin(o->server.gate);
}

/* The same kind of server, at the same place, for the same account? */
static bool
is_shared(const struct servers *s, const struct conf_profile *a,
    const struct conf_profile *b)
{
	struct credential ca = credential_of_profile(a);
	struct credential cb = credential_of_profile(b);
	size_t own = confkeys_own_size();

	return s->kind(a) == s->kind(b) && str_eq(a->url, b->url) &&
	       str_eq(a->tls_pin, b->tls_pin) && credential_same(&ca, &cb) &&
	       (own == 0 || memcmp(a->own, b->own, own) == 0);
}

static int
count_connections(const struct servers *s, const struct conf_profile *p)
{
	size_t i;
	int n = 0;

	for (i = 0; i < s->conf->nprofile; i++) {
		if (is_shared(s, &s->conf->profile[i], p))
			n += s->conf->profile[i].max_connections;
	}
	return n;
}

struct server *
servers_get(struct servers *s, const struct conf_profile *p, struct err *err)
{
	struct opened *o;
	int n;

	for (o = s->first; o != NULL; o = o->next) {
		if (is_shared(s, o->profile, p))
			return &o->server;
	}
	o = mem_alloc(sizeof(*o));
	o->profile = p;
	o->server.ops = s->kind(p);
	n = count_connections(s, p);
	o->server.provider = o->server.ops->open(s->conf, p, n, err);
	if (o->server.provider == NULL) {
		free(o);
		return NULL;
	}
	o->server.gate = gate_open(n);
	o->next = s->first;
	s->first = o;
	return &o->server;
}
