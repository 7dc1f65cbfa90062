/*
 * logintable.h - the logins of a pass (logins.h), as the files that keep them
 * share them.
 * Floor: sync, internal; of logins.c, loginkeep.c, reserve.c and proven.c.
 * Threads: as each member says.
 */
#ifndef SYNC_LOGINTABLE_H
#define SYNC_LOGINTABLE_H

#include <pthread.h>

#include "core/credential.h"
#include "sync/account.h"
#include "sync/loginfile.h"
#include "sync/passarg.h"

/* A name and a password for a server or a proxy. */
struct login {
	struct account_login at; /* first */
	char *server;            /* "host:port", "proxy host:port" */
	char *name, *user;       /* folded */
	char *password;
	char verifier[LOGINFILE_HEX]; /* "": not made yet */
	/* what the file knew of these credentials before; passes 0: nothing */
	int64_t passes, first_at, last_at, retry_at;
	/* its account may not be tried before; TIM_NONE: it may */
	int64_t not_before;
	bool counted; /* this pass is, in the file */
	/* until when its call under way counts as wrong; TIM_NONE: nowhere */
	int64_t tried;
	bool waited;      /* for others who try its account, in vain */
	struct err *lost; /* why nobody knows how the last one ended, or NULL */
};

struct logins {
	const struct pass *pass;
	struct login **v;
	size_t n;
	struct account **account; /* some may be empty */
	size_t naccount;
	pthread_mutex_t lock;  /* of what follows, and of the keeper */
	struct loginfile file; /* as it was read last */
	bool read;             /* it could be */
	bool told;             /* that there is trouble with it */
	/* of all logins of the INI together; "": not made yet */
	char verifier[LOGINFILE_HEX];
};

#endif
