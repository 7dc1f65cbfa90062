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
	return (struct credential){ p->auth, p->username, p->password };
}

struct credential
credential_of_mailbox(const struct conf_mailbox *m)
{
	if (m->username == NULL)
		return credential_of_profile(m->profile);
	return (
	    struct credential){ m->profile->auth, m->username, m->password };
}

void
credential_copy(struct credential *out, const struct credential *c)
{
	out->scheme = c->scheme;
	out->username = mem_strdup(c->username);
	out->password = mem_strdup(c->password);
}

void
credential_free(struct credential *c)
{
	free((void *)(uintptr_t)c->username);
	mem_wipe_str((char *)(uintptr_t)c->password);
	memset(c, 0, sizeof(*c));
}

bool
credential_same(const struct credential *a, const struct credential *b)
{
	return a->scheme == b->scheme &&
	       str_eq(str_nn(a->username), str_nn(b->username)) &&
	       str_eq(str_nn(a->password), str_nn(b->password));
}
