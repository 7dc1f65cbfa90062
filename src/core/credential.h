/*
 * credential.h - what somebody logs in with, at whichever server: the key of
 * a connection that belongs to it.
 * Floor: core.
 * Threads: read-only once filled in; may be shared.
 */
#ifndef CORE_CREDENTIAL_H
#define CORE_CREDENTIAL_H

#include <stdbool.h>

#include "conf/conf.h"

/* The strings are borrowed; of a credential_copy they are its own. */
struct credential {
	enum conf_auth scheme;
	const char *username, *password; /* NULL is "" */
};

/* The profile's own; no user name: each mailbox has one of its own. */
struct credential credential_of_profile(const struct conf_profile *);
/* The mailbox's own, or its profile's. */
struct credential credential_of_mailbox(const struct conf_mailbox *);
/* out is to be freed with credential_free. */
void credential_copy(struct credential *out, const struct credential *);
/* Of a copy; the password is overwritten. Zeroed is fine. */
void credential_free(struct credential *);
/*
 * To the letter: two spellings of one name are two, whatever a server makes
 * of them (which logins may be one account is asked of sync/account.h).
 */
bool credential_same(const struct credential *, const struct credential *);

#endif
