/*
 * credential.c - what somebody logs in with.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "core/credential.h"

struct credential
credential_of_profile(const struct conf_profile *p)
{
	const struct conf_oauth *o = &p->oauth;

	if (p->auth != CONF_AUTH_OAUTH)
		return (struct credential){ p->auth, p->username, p->password,
			NULL };
	if (conf_is_app(o))
		return (
		    struct credential){ p->auth, o->client_id, o->proof, o };
	return (struct credential){ p->auth, p->username, p->password, o };
}

struct credential
credential_of_mailbox(const struct conf_mailbox *m)
{
	if (m->username == NULL)
		return credential_of_profile(m->profile);
	return (struct credential){ m->profile->auth, m->username, m->password,
		m->profile->auth == CONF_AUTH_OAUTH ? &m->profile->oauth
						    : NULL };
}

void
credential_copy(struct credential *out, const struct credential *c)
{
	out->scheme = c->scheme;
	out->username = mem_strdup(c->username);
	out->password = mem_strdup(c->password);
	out->oauth = c->oauth;
}

void
credential_free(struct credential *c)
{
	free((void *)(uintptr_t)c->username);
	mem_wipe_str((char *)(uintptr_t)c->password);
	memset(c, 0, sizeof(*c));
}

/* Are they asked for alike? */
static bool
same_oauth(const struct conf_oauth *a, const struct conf_oauth *b)
{
	return a == b ||
	       (a != NULL && b != NULL && str_eq(a->authority, b->authority) &&
		   str_eq(a->tenant, b->tenant) &&
		   str_eq(a->client_id, b->client_id) &&
		   str_eq(a->scope, b->scope) && a->assertion == b->assertion);
}

bool
credential_same(const struct credential *a, const struct credential *b)
{
	return a->scheme == b->scheme && same_oauth(a->oauth, b->oauth) &&
	       str_eq(str_nn(a->username), str_nn(b->username)) &&
	       str_eq(str_nn(a->password), str_nn(b->password));
}
