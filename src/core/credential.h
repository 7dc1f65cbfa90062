/*
 * credential.h - what somebody logs in with, whatever the server. Connections,
 * servers and what is remembered of logins are looked up by it.
 * Floor: core.
 * Threads: read-only once filled in; may be shared.
 */
#ifndef CORE_CREDENTIAL_H
#define CORE_CREDENTIAL_H

#include <stdbool.h>

#include "conf/conf.h"

/* The strings are borrowed, but credential_copy makes its own. */
struct credential {
	enum conf_auth scheme;
	const char *username, *password; /* NULL means "" */
	/*
	 * CONF_AUTH_OAUTH: how a token is asked for; in the conf, which
	 * outlives copies too. The user name is then the application's id, or
	 * the person who logged in, the password what that login is known by.
	 */
	const struct conf_oauth *oauth;
};

/* The profile's; without a user name where each mailbox has its own. */
struct credential credential_of_profile(const struct conf_profile *);
/* The mailbox's own, else its profile's. */
struct credential credential_of_mailbox(const struct conf_mailbox *);
/* out is to be freed with credential_free. */
void credential_copy(struct credential *out, const struct credential *);
/* Frees a copy and wipes its password. A zeroed struct is fine. */
void credential_free(struct credential *);
/*
 * Are they equal, byte by byte? Two spellings of one user name are not, even
 * where the server takes them for one (sync/account.h knows which logins may
 * be one account).
 */
bool credential_same(const struct credential *, const struct credential *);

#endif
