/*
 * logintable.h - the logins of a pass (logins.h), as the files that maintain
 * them share them.
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
	struct account_login at; /* first, since it is cast */
	/* "host:port", "proxy host:port", "host:port token HEX" */
	char *server;
	/*
	 * Its password is a client secret, or stands for a person's token: no
	 * number of wrong ones locks an account, so each is an account of its
	 * own.
	 */
	bool token;
	char *name, *user; /* folded */
	char *password;
	char verifier[LOGINFILE_HEX]; /* "": not made yet */
	/*
	 * What the file knew of these credentials before this pass; passes 0:
	 * nothing.
	 */
	int64_t passes, first_at, last_at, retry_at;
	/* The account may not be tried before that; TIM_NONE: it may. */
	int64_t not_before;
	bool counted; /* this pass is counted in the file */
	/*
	 * Until when the call in progress counts as wrong; TIM_NONE: it is not
	 * noted.
	 */
	int64_t tried;
	bool waited;      /* waited in vain for others who try its account */
	struct err *lost; /* why the last outcome is unknown, or NULL */
};

struct logins {
	const struct pass *pass;
	struct login **v;
	size_t n;
	struct account **account; /* an account may be empty */
	size_t naccount;
	pthread_mutex_t lock;  /* guards what follows, and the keeper */
	struct loginfile file; /* as it was read last */
	bool read;             /* the file could be read */
	bool told;             /* trouble with it was logged */
	/* The verifier of all logins of the INI together; "": not made yet. */
	char verifier[LOGINFILE_HEX];
};

#endif
